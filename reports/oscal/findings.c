/* What was observed, what follows from it, and what it rests on. */
#include "reports/oscal/parts.h"

#include <inttypes.h>

enum {
    DAY_US_IN_SECONDS = 86400,
    US_PER_SECOND = 1000000,
    PATH_SIZE = 64,
};

bool oscal_all(const struct au_assessment *assessment, enum objective objective)
{
    (void)assessment;
    (void)objective;
    return true;
}

bool oscal_in_plan(const struct au_assessment *assessment, enum objective objective)
{
    return !assessment->objectives[objective].judgement.satisfied &&
           practice_infos[objective_infos[objective].practice].poam;
}

static uint64_t plan_deadline(const struct au_assessment *assessment)
{
    return assessment->now_us + (uint64_t)OSCAL_POAM_DAYS * DAY_US_IN_SECONDS * US_PER_SECOND;
}

/* Evidence -------------------------------------------------------------------------------- */

/* Of a range, those events that stand for it. */
static const struct oscal_event *next_event(const struct oscal *oscal,
                                            const struct au_evidence *range, size_t *at)
{
    const struct oscal_input *input = oscal->input;
    for (; *at < input->event_count; ++*at) {
        const struct oscal_event *event = &input->events[*at];
        bool ends = event->n == range->from || event->n == range->to;
        bool within = event->n >= range->from && event->n <= range->to;
        if (ends || (within && range->to - range->from < OSCAL_RANGE_MAX)) {
            ++*at;
            return event;
        }
    }
    return NULL;
}

static void put_hash_prop(struct oscal *oscal, const char *name, const struct digest *digest)
{
    char hex[DIGEST_HEX_SIZE];
    hex_write(hex, BYTES(digest->sha256));
    oscal_put_prop(oscal, name, bytes_of(hex, sizeof hex));
}

static void put_proof_path(struct json_out *out, const char *name, uint64_t n)
{
    char memory[PATH_SIZE];
    struct text path = TEXT_IN(memory);
    text_add(&path, "proofs/%" PRIu64 ".tlog-proof", n);
    json_out_text(out, name, text_bytes(&path));
}

static void put_evidence(struct oscal *oscal, const struct oscal_event *event,
                         const struct au_evidence *range)
{
    struct json_out *out = &oscal->out;
    json_out_object(out, NULL);
    if (event->has_proof) {
        put_proof_path(out, "href", event->n);
    }
    if (range->from == range->to) {
        oscal_put_sentence(oscal, "description", "event %" PRIu64 ": %s", event->n, range->about);
    } else {
        oscal_put_sentence(oscal, "description",
                           "event %" PRIu64 " of %" PRIu64 " to %" PRIu64 ": %s", event->n,
                           range->from, range->to, range->about);
    }
    json_out_array(out, "props");
    oscal_put_prop_number(oscal, "event", event->n);
    put_hash_prop(oscal, "leaf-hash", &event->leaf_hash);
    if (event->has_proof) {
        put_hash_prop(oscal, "sha256", &event->proof);
    }
    json_out_close(out);
    if (!event->has_proof) {
        oscal_put_sentence(oscal, "remarks", "cairn prove %" PRIu64 " makes its proof.", event->n);
    }
    json_out_close(out);
}

static void put_all_evidence(struct oscal *oscal, const struct au_judgement *judgement)
{
    json_out_array(&oscal->out, "relevant-evidence");
    for (size_t i = 0; i < judgement->evidence_count; i++) {
        const struct oscal_event *event;
        size_t at = 0;
        while ((event = next_event(oscal, &judgement->evidence[i], &at)) != NULL) {
            put_evidence(oscal, event, &judgement->evidence[i]);
        }
    }
    json_out_close(&oscal->out);
}

/* Observations ---------------------------------------------------------------------------- */

static void put_methods(struct json_out *out, enum control_mode mode)
{
    json_out_array(out, "methods");
    if (mode != CONTROL_AUTOMATIC) {
        json_out_string(out, NULL, "EXAMINE");
    }
    if (mode != CONTROL_DECLARED) {
        json_out_string(out, NULL, "TEST");
    }
    json_out_close(out);
    json_out_array(out, "types");
    json_out_string(out, NULL, "control-objective");
    json_out_close(out);
}

static void put_actor(struct oscal *oscal, const char *type, struct uuid_text uuid)
{
    json_out_object(&oscal->out, NULL);
    json_out_string(&oscal->out, "type", type);
    oscal_put_uuid(oscal, "actor-uuid", uuid);
    json_out_close(&oscal->out);
}

/* The tool; and whoever declared what it relied on. */
static void put_origins(struct oscal *oscal, const struct au_judgement *judgement)
{
    struct json_out *out = &oscal->out;
    json_out_array(out, "origins");
    json_out_object(out, NULL);
    json_out_array(out, "actors");
    put_actor(oscal, "tool", oscal_tool_uuid(oscal));
    if (judgement->declaration.kind != ID_NONE) {
        put_actor(oscal, "party", oscal_party_uuid(oscal));
    }
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
}

static void put_subjects(struct oscal *oscal)
{
    struct json_out *out = &oscal->out;
    json_out_array(out, "subjects");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "subject-uuid", oscal_store_uuid(oscal));
    json_out_string(out, "type", "component");
    json_out_close(out);
    json_out_close(out);
}

static void put_observation_props(struct oscal *oscal, const struct au_objective *objective)
{
    char memory[64];
    struct text declaration = TEXT_IN(memory);
    json_out_array(&oscal->out, "props");
    oscal_put_prop(oscal, "mode",
                   bytes_of_string(control_mode_name(objective_infos[objective->objective].mode)));
    if (objective->judgement.declaration.kind != ID_NONE) {
        id_write(&declaration, objective->judgement.declaration);
        oscal_put_prop(oscal, "declaration", text_bytes(&declaration));
    }
    oscal_put_prop_number(oscal, "held-seconds", objective->held_us / US_PER_SECOND);
    json_out_close(&oscal->out);
}

static void put_observation(struct oscal *oscal, const struct au_objective *objective)
{
    const struct objective_info *info = &objective_infos[objective->objective];
    const struct au_judgement *judgement = &objective->judgement;
    struct json_out *out = &oscal->out;
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_objective_uuid(oscal, "observation", objective->objective));
    oscal_put_sentence(oscal, "title", "%s: %s", info->label, info->text);
    oscal_put_prose(oscal, "description", bytes_of_string(judgement->reason));
    put_observation_props(oscal, objective);
    put_methods(out, info->mode);
    put_origins(oscal, judgement);
    put_subjects(oscal);
    put_all_evidence(oscal, judgement);
    json_out_time(out, "collected", oscal->assessment->now_us);
    if (judgement->until_us != AU_FOREVER && judgement->until_us > oscal->assessment->now_us) {
        json_out_time(out, "expires", judgement->until_us);
    }
    json_out_close(out);
}

void oscal_put_observations(struct oscal *oscal, oscal_wanted *wanted)
{
    json_out_array(&oscal->out, "observations");
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        if (wanted(oscal->assessment, (enum objective)i)) {
            put_observation(oscal, &oscal->assessment->objectives[i]);
        }
    }
    json_out_close(&oscal->out);
}

/* Risks ----------------------------------------------------------------------------------- */

static void put_remediation(struct oscal *oscal, enum objective objective)
{
    const struct objective_info *info = &objective_infos[objective];
    struct json_out *out = &oscal->out;
    json_out_array(out, "remediations");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_objective_uuid(oscal, "remediation", objective));
    json_out_string(out, "lifecycle", "recommendation");
    oscal_put_sentence(oscal, "title", "What %s wants", info->label);
    oscal_put_sentence(oscal, "description", "An assessor wants: %s.%s%s%s", info->wants,
                       info->declare == NULL ? "" : " To be declared: ",
                       info->declare == NULL ? "" : info->declare,
                       info->declare == NULL ? "" : ".");
    json_out_close(out);
    json_out_close(out);
}

static void put_risk(struct oscal *oscal, enum objective objective)
{
    const struct objective_info *info = &objective_infos[objective];
    struct json_out *out = &oscal->out;
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_objective_uuid(oscal, "risk", objective));
    oscal_put_sentence(oscal, "title", "%s is not satisfied", info->label);
    oscal_put_prose(oscal, "description",
                    bytes_of_string(oscal->assessment->objectives[objective].judgement.reason));
    oscal_put_sentence(oscal, "statement", "Not assured: %s. It fails when: %s.", info->text,
                       info->fails_when);
    json_out_array(out, "props");
    oscal_put_prop_number(oscal, "points", practice_infos[info->practice].points);
    json_out_close(out);
    json_out_string(out, "status", "open");
    if (oscal_in_plan(oscal->assessment, objective)) {
        json_out_time(out, "deadline", plan_deadline(oscal->assessment));
    }
    put_remediation(oscal, objective);
    json_out_array(out, "related-observations");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "observation-uuid",
                   oscal_objective_uuid(oscal, "observation", objective));
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
}

void oscal_put_risks(struct oscal *oscal, oscal_wanted *wanted)
{
    json_out_array(&oscal->out, "risks");
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        if (!oscal->assessment->objectives[i].judgement.satisfied &&
            wanted(oscal->assessment, (enum objective)i)) {
            put_risk(oscal, (enum objective)i);
        }
    }
    json_out_close(&oscal->out);
}

/* Findings -------------------------------------------------------------------------------- */

void oscal_put_related(struct oscal *oscal, enum objective objective)
{
    struct json_out *out = &oscal->out;
    json_out_array(out, "related-observations");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "observation-uuid",
                   oscal_objective_uuid(oscal, "observation", objective));
    json_out_close(out);
    json_out_close(out);
    json_out_array(out, "related-risks");
    if (!oscal->assessment->objectives[objective].judgement.satisfied) {
        json_out_object(out, NULL);
        oscal_put_uuid(oscal, "risk-uuid", oscal_objective_uuid(oscal, "risk", objective));
        json_out_close(out);
    }
    json_out_close(out);
}

static void put_target(struct oscal *oscal, enum objective objective)
{
    struct json_out *out = &oscal->out;
    bool satisfied = oscal->assessment->objectives[objective].judgement.satisfied;
    json_out_object(out, "target");
    json_out_string(out, "type", "objective-id");
    json_out_string(out, "target-id", objective_infos[objective].oscal);
    json_out_object(out, "status");
    json_out_string(out, "state", satisfied ? "satisfied" : "not-satisfied");
    json_out_string(out, "reason", satisfied ? "pass" : "fail");
    json_out_close(out);
    json_out_close(out);
}

static void put_finding(struct oscal *oscal, enum objective objective)
{
    const struct objective_info *info = &objective_infos[objective];
    struct json_out *out = &oscal->out;
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_objective_uuid(oscal, "finding", objective));
    oscal_put_sentence(oscal, "title", "AU.L2-%s", info->label);
    oscal_put_prose(oscal, "description",
                    bytes_of_string(oscal->assessment->objectives[objective].judgement.reason));
    put_target(oscal, objective);
    oscal_put_related(oscal, objective);
    json_out_close(out);
}

void oscal_put_findings(struct oscal *oscal, oscal_wanted *wanted)
{
    json_out_array(&oscal->out, "findings");
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        if (wanted(oscal->assessment, (enum objective)i)) {
            put_finding(oscal, (enum objective)i);
        }
    }
    json_out_close(&oscal->out);
}

/* Back matter ----------------------------------------------------------------------------- */

static void put_rlink(struct oscal *oscal, const struct oscal_event *event)
{
    struct json_out *out = &oscal->out;
    json_out_array(out, "rlinks");
    json_out_object(out, NULL);
    put_proof_path(out, "href", event->n);
    json_out_string(out, "media-type", "text/plain");
    json_out_array(out, "hashes");
    json_out_object(out, NULL);
    json_out_string(out, "algorithm", "SHA-256");
    json_out_hex(out, "value", BYTES(event->proof.sha256));
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
}

static void put_event_resource(struct oscal *oscal, const struct oscal_event *event)
{
    struct json_out *out = &oscal->out;
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_event_uuid(oscal, event->n));
    oscal_put_sentence(oscal, "title", "event %" PRIu64, event->n);
    json_out_array(out, "props");
    put_hash_prop(oscal, "leaf-hash", &event->leaf_hash);
    json_out_close(out);
    if (event->has_proof) {
        put_rlink(oscal, event);
    }
    json_out_close(out);
}

static bool is_relied_on(const struct au_assessment *assessment, struct id declaration)
{
    for (size_t i = 0; i < OBJECTIVE_COUNT; i++) {
        if (id_equal(assessment->objectives[i].judgement.declaration, declaration)) {
            return true;
        }
    }
    return false;
}

static void put_declaration(struct oscal *oscal, const struct au_declaration *declaration)
{
    struct json_out *out = &oscal->out;
    char memory[64];
    struct text id = TEXT_IN(memory);
    id_write(&id, declaration->id);
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_uuid(oscal, "%s", text_string(&id)));
    oscal_put_prose(oscal, "title", bytes_of_string(declaration->document));
    json_out_array(out, "props");
    oscal_put_prop(oscal, "declaration", text_bytes(&id));
    oscal_put_prop(oscal, "document-version", bytes_of_string(declaration->version));
    put_hash_prop(oscal, "document-sha256", &declaration->digest);
    oscal_put_prop_number(oscal, "declared-by-event", declaration->declared);
    if (declaration->approved_by != AU_NO_EVENT) {
        oscal_put_prop_number(oscal, "approved-by-event", declaration->approved_by);
    }
    json_out_close(out);
    json_out_close(out);
}

static void put_security_plan(struct oscal *oscal)
{
    struct json_out *out = &oscal->out;
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_security_plan_uuid(oscal));
    json_out_string(out, "title", "System security plan");
    json_out_string(out, "description",
                    "The organization writes it; Cairn has no copy. Put its address here.");
    json_out_close(out);
}

void oscal_put_back_matter(struct oscal *oscal)
{
    const struct au_assessment *assessment = oscal->assessment;
    json_out_object(&oscal->out, "back-matter");
    json_out_array(&oscal->out, "resources");
    put_security_plan(oscal);
    for (size_t i = 0; i < assessment->declaration_count; i++) {
        if (is_relied_on(assessment, assessment->declarations[i].id)) {
            put_declaration(oscal, &assessment->declarations[i]);
        }
    }
    for (size_t i = 0; i < oscal->input->event_count; i++) {
        put_event_resource(oscal, &oscal->input->events[i]);
    }
    json_out_close(&oscal->out);
    json_out_close(&oscal->out);
}
