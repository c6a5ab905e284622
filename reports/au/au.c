#include "reports/au/au.h"

#include "core/audit/declaration.h"
#include "reports/au/judge.h"

#include <assert.h>
#include <stdio.h>

enum {
    JUDGE_ARENA = 128 << 10,         /* bytes: the rows that a judge looks at */
    BODY_ARENA = 2 * (BODY_MAX + 1), /* bytes: one decoded body */
    AU_THREADED = 4096,              /* events from which on threads are worth their start */
};

/* One objective on its way through the log. */
struct track {
    bool satisfied;
    uint64_t since_us, began; /* of the stretch at hand */
    uint64_t until_us;        /* before then, time alone does not change it */
};

struct au {
    struct au_question question;
    struct au_assessment assessment;
    struct au_facts facts;
    struct track tracks[OBJECTIVE_COUNT];
    uint64_t next_us; /* the least of their until_us */
    bool begun;
    struct verifier *verifier;
    struct verify_report verified; /* as of the end */
    struct au_judgement judgement; /* the one at hand */
};

/* Stretches ------------------------------------------------------------------------------- */

/* Keeps the part of a stretch that lies in the period. */
static void keep_span(struct au *au, enum objective objective, uint64_t to_us, uint64_t ended)
{
    struct au_objective *result = &au->assessment.objectives[objective];
    const struct track *track = &au->tracks[objective];
    uint64_t from_us = track->since_us, began = track->began;
    if (from_us < au->question.from_us) {
        from_us = au->question.from_us;
        began = AU_NO_EVENT;
    }
    if (from_us >= to_us) {
        return;
    }
    result->held_us += track->satisfied ? to_us - from_us : 0;
    struct au_span *last = &result->spans[result->span_count - (result->span_count > 0)];
    if (result->span_count > 0 && last->satisfied == track->satisfied) {
        last->to_us = to_us; /* it was another for no time at all */
        last->ended = ended;
        return;
    }
    if (result->span_count == AU_SPANS_MAX) {
        memmove(result->spans, result->spans + 1, sizeof result->spans - sizeof result->spans[0]);
        result->span_count--;
        result->spans_left_out++;
    }
    result->spans[result->span_count++] = (struct au_span){.from_us = from_us,
                                                           .to_us = to_us,
                                                           .satisfied = track->satisfied,
                                                           .began = began,
                                                           .ended = ended};
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Asks one judge at the moment at hand; `n` is the event that gave rise to it, or AU_NO_EVENT. */
static void judge(struct au *au, enum objective objective, uint64_t n)
{
    struct track *track = &au->tracks[objective];
    uint64_t now_us = au->facts.now_us;
    au_ask(&au->facts, objective, &au->judgement);
    assert(au->judgement.until_us > now_us);
    if (au->begun && au->judgement.satisfied != track->satisfied) {
        keep_span(au, objective, least(now_us, au->question.now_us), n);
    }
    if (!au->begun || au->judgement.satisfied != track->satisfied) {
        *track =
            (struct track){.satisfied = au->judgement.satisfied, .since_us = now_us, .began = n};
    }
    track->until_us = au->judgement.until_us;
}

static void judge_some(struct au *au, au_objectives which, uint64_t n)
{
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        if ((which & AU_BIT(i)) != 0) {
            judge(au, (enum objective)i, n);
        }
    }
    au->next_us = AU_FOREVER;
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        au->next_us = least(au->next_us, au->tracks[i].until_us);
    }
}

/* What time alone changes up to a moment, in its order. */
static void pass_time(struct au *au, uint64_t to_us)
{
    while (au->next_us <= to_us) {
        au_objectives due = 0;
        for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
            due |= au->tracks[i].until_us == au->next_us ? AU_BIT(i) : 0;
        }
        au_facts_at(&au->facts, au->next_us);
        judge_some(au, due, AU_NO_EVENT);
    }
}

/* The walk -------------------------------------------------------------------------------- */

static struct status visit(void *context, const struct examined *event)
{
    struct au *au = context;
    if (event->decoded && au->begun && au->next_us <= event->leaf.t_utc_us) {
        pass_time(au, event->leaf.t_utc_us);
    }
    au_objectives dirty = au_facts_apply(&au->facts, event, verify_report_of(au->verifier));
    if (!au->begun && event->decoded) {
        if (au->question.from_us < event->leaf.t_utc_us) {
            au->question.from_us = event->leaf.t_utc_us; /* before the log there was nothing */
        }
        judge_some(au, AU_ALL, event->leaf.n);
        au->begun = true;
    } else if (au->begun && dirty != 0) {
        judge_some(au, dirty, event->decoded ? event->leaf.n : AU_NO_EVENT);
    }
    return au->facts.trouble;
}

static bool show_progress(void *context, uint64_t done, uint64_t total)
{
    const struct au *au = context;
    return au->question.progress != NULL &&
           au->question.progress(au->question.progress_context, done, total);
}

/* The end --------------------------------------------------------------------------------- */

static void settle(struct au *au)
{
    struct au_assessment *assessment = &au->assessment;
    pass_time(au, au->question.now_us);
    au_facts_at(&au->facts, au->question.now_us);
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        struct au_objective *result = &assessment->objectives[i];
        judge(au, (enum objective)i, AU_NO_EVENT);
        result->objective = (enum objective)i;
        result->judgement = au->judgement;
        keep_span(au, (enum objective)i, au->question.now_us, AU_NO_EVENT);
    }
}

/* 32 CFR 170.21 and 170.24. */
static void score(struct au_assessment *assessment)
{
    assessment->poam_possible = true;
    for (unsigned i = 0; i < PRACTICE_COUNT; i++) {
        const struct practice_info *practice = &practice_infos[i];
        assessment->met[i] = true;
        for (size_t j = 0; j < practice->objective_count; j++) {
            assessment->met[i] = assessment->met[i] &&
                                 assessment->objectives[practice->first + j].judgement.satisfied;
        }
        assessment->points_possible += practice->points;
        if (!assessment->met[i]) {
            assessment->points_lost += practice->points;
            assessment->poam_possible = assessment->poam_possible && practice->poam;
        }
    }
    assessment->score = AU_POINTS_MAX - (int32_t)assessment->points_lost;
    assessment->poam_possible =
        assessment->poam_possible && assessment->score * 5 >= AU_POINTS_MAX * 4;
}

static void copy_declaration(const struct au *au, const struct declaration_row *row,
                             struct au_declaration *out)
{
    struct declaration_row again = {.declaration = row->declaration};
    uint64_t made_by = AU_NO_EVENT;
    *out = (struct au_declaration){.id = row->declaration,
                                   .digest = row->digest,
                                   .approved = row->status == DECLARATION_STATUS_APPROVED,
                                   .withdrawn = row->status == DECLARATION_STATUS_WITHDRAWN,
                                   .declarer = row->declarer,
                                   .effective_us = row->effective,
                                   .review_by_us = row->review_by,
                                   .declared = row->declaration.n,
                                   .approved_by = AU_NO_EVENT};
    (void)snprintf(out->document, sizeof out->document, "%s", au_label_of(row->document).text);
    (void)snprintf(out->version, sizeof out->version, "%s", au_label_of(row->version).text);
    for (size_t i = 0; i < row->objective_count; i++) {
        for (unsigned j = 0; j < OBJECTIVE_COUNT; j++) {
            bool same = bytes_equal(row->objective[i], bytes_of_string(objective_infos[j].id));
            out->objectives |= same ? AU_BIT(j) : 0;
        }
    }
    if (row->has_approver) {
        out->approver = row->approver;
    }
    if (view_find_made_by(&au->facts.view, ROW_DECLARATION, &again, &made_by) && out->approved) {
        out->approved_by = made_by;
    }
}

static void copy_declarations(struct au *au)
{
    struct au_assessment *assessment = &au->assessment;
    struct declaration_row row = {0};
    arena_reset(&au->facts.arena);
    struct view_walk walk = view_walk_of(&au->facts.view, ROW_DECLARATION, &row, 0);
    while (view_walk_next(&walk, &row)) {
        if (assessment->declaration_count == AU_DECLARATIONS_MAX) {
            assessment->declarations_left_out++;
        } else {
            copy_declaration(au, &row, &assessment->declarations[assessment->declaration_count++]);
        }
    }
}

/* Assessing ------------------------------------------------------------------------------- */

static struct status open_au(struct engine *engine, const struct au_question *question,
                             struct arena *arena, struct au **out)
{
    struct au *au = arena_take(arena, sizeof *au);
    uint8_t *rows = arena_take(arena, JUDGE_ARENA), *bodies = arena_take(arena, BODY_ARENA);
    if (arena->full) {
        return FAIL(NO_MEMORY, AU_MEMORY);
    }
    memset(au, 0, sizeof *au);
    au->question = *question;
    au->next_us = AU_FOREVER;
    au->facts.arena = (struct arena){.memory = rows, .capacity = JUDGE_ARENA};
    au->facts.bodies = (struct arena){.memory = bodies, .capacity = BODY_ARENA};
    au_facts_init(&au->facts, engine);
    *out = au;
    return OK;
}

static struct status walk(struct au *au, struct engine *engine)
{
    const struct verify_log_options options = {.threaded = au->question.size >= AU_THREADED,
                                               .progress = show_progress,
                                               .visit = visit,
                                               .context = au,
                                               .size = au->question.size};
    TRY(verifier_open(engine_log_key(engine), &au->verifier));
    struct status status = verify_log(engine_log(engine), &options, au->verifier);
    au->verified = *verify_report_of(au->verifier);
    verifier_close(&au->verifier);
    return status;
}

struct status au_assess(struct engine *engine, const struct au_question *question,
                        struct arena *arena, const struct au_assessment **out)
{
    struct au *au;
    TRY(open_au(engine, question, arena, &au));
    TRY(walk(au, engine));
    au_facts_end(&au->facts, &au->verified);
    settle(au);
    copy_declarations(au);
    score(&au->assessment);
    TRY(au->facts.trouble);
    au->assessment.from_us = au->question.from_us;
    au->assessment.until_us = question->until_us;
    au->assessment.now_us = question->now_us;
    au->assessment.size = question->size;
    au->assessment.root = au->verified.root;
    au->assessment.verified = &au->verified;
    *out = &au->assessment;
    return OK;
}
