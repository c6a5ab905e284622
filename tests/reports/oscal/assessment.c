#include "tests/reports/oscal/assessment.h"

#include "tests/reports/capture.h"

enum {
    LOG_SIZE = 5000,
};

static const uint64_t begin_us = UINT64_C(1772323200000000);
static const uint64_t day_us = UINT64_C(86400000000);

static void put_text(uint64_t *random, char *out, size_t size)
{
    uint8_t memory[200];
    struct bytes text = bytes_of(memory, random_hostile(random, memory, sizeof memory));
    size_t kept = 0;
    for (size_t i = 0; i < text.size && kept + 1 < size; i++) {
        if (text.data[i] != 0) {
            out[kept++] = (char)text.data[i];
        }
    }
    out[kept] = '\0';
}

static void fill_digest(uint64_t *random, struct digest *out)
{
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        out->sha256[i] = (uint8_t)random_next(random);
    }
}

static void fill_judgement(uint64_t *random, const struct au_assessment *assessment,
                           struct au_judgement *out)
{
    out->satisfied = random_below(random, 3) > 0;
    put_text(random, out->reason, sizeof out->reason);
    out->evidence_count = random_below(random, AU_EVIDENCE_MAX + 1);
    for (size_t i = 0; i < out->evidence_count; i++) {
        uint64_t from = random_below(random, LOG_SIZE - 100);
        uint64_t length = random_below(random, 2) == 0 ? 0 : random_below(random, 100);
        out->evidence[i] =
            (struct au_evidence){.from = from, .to = from + length, .about = "what it shows"};
    }
    if (assessment->declaration_count > 0 && random_below(random, 2) == 0) {
        out->declaration =
            assessment->declarations[random_below(random, assessment->declaration_count)].id;
    }
    out->until_us = random_below(random, 2) == 0
                        ? AU_FOREVER
                        : assessment->now_us + random_below(random, day_us);
}

static void fill_declarations(uint64_t *random, struct au_assessment *out)
{
    out->declaration_count = random_below(random, 5);
    for (size_t i = 0; i < out->declaration_count; i++) {
        struct au_declaration *one = &out->declarations[i];
        *one = (struct au_declaration){.id = {ID_DECLARATION, 100 + i},
                                       .approved = true,
                                       .declared = 100 + i,
                                       .approved_by = 200 + i};
        put_text(random, one->document, sizeof one->document);
        put_text(random, one->version, sizeof one->version);
        fill_digest(random, &one->digest);
    }
}

static void fill_score(struct au_assessment *out)
{
    out->score = AU_POINTS_MAX;
    for (unsigned p = 0; p < PRACTICE_COUNT; p++) {
        out->met[p] = true;
        out->points_possible += practice_infos[p].points;
    }
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        if (!out->objectives[i].judgement.satisfied) {
            out->met[objective_infos[i].practice] = false;
        }
    }
    for (unsigned p = 0; p < PRACTICE_COUNT; p++) {
        out->points_lost += out->met[p] ? 0 : practice_infos[p].points;
    }
    out->score -= (int32_t)out->points_lost;
}

static void fill_events(uint64_t *random, struct sample *sample)
{
    static uint64_t positions[OSCAL_EVENTS_MAX];
    size_t count = oscal_events(&sample->assessment, positions);
    bool with_proofs = random_below(random, 2) == 0;
    for (size_t i = 0; i < count; i++) {
        sample->events[i] = (struct oscal_event){.n = positions[i], .has_proof = with_proofs};
        fill_digest(random, &sample->events[i].leaf_hash);
        fill_digest(random, &sample->events[i].proof);
    }
    sample->input.events = sample->events;
    sample->input.event_count = count;
}

void sample_fill(struct sample *sample, uint64_t seed)
{
    uint64_t random = seed;
    struct au_assessment *assessment = &sample->assessment;
    memset(sample, 0, sizeof *sample);
    assessment->from_us = begin_us + random_below(&random, 100) * day_us;
    assessment->until_us = assessment->from_us + 30 * day_us;
    assessment->now_us = assessment->from_us + random_below(&random, 30) * day_us;
    assessment->size = LOG_SIZE;
    fill_digest(&random, &assessment->root);
    fill_declarations(&random, assessment);
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        assessment->objectives[i].objective = (enum objective)i;
        fill_judgement(&random, assessment, &assessment->objectives[i].judgement);
    }
    fill_score(assessment);
    sample->verified = (struct verify_report){.size = LOG_SIZE, .checkpoints = 7};
    assessment->verified = random_below(&random, 2) == 0 ? NULL : &sample->verified;
    sample->input = (struct oscal_input){.assessment = assessment,
                                         .origin = "example.org/enclave",
                                         .version = "0.1.0",
                                         .final = random_below(&random, 2) == 0};
    fill_events(&random, sample);
}
