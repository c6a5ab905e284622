/* The documents, each from its parts. */
#include "reports/oscal/parts.h"

#include <inttypes.h>
#include <stdio.h>

static void put_href(struct oscal *oscal, const char *name, struct uuid_text uuid)
{
    char href[UUID_TEXT_SIZE + 2];
    snprintf(href, sizeof href, "#%s", uuid.text);
    json_out_object(&oscal->out, name);
    json_out_string(&oscal->out, "href", href);
    json_out_close(&oscal->out);
}

static void begin(struct oscal *oscal, const char *model, struct uuid_text uuid, const char *title)
{
    json_out_object(&oscal->out, model);
    oscal_put_uuid(oscal, "uuid", uuid);
    oscal_put_metadata(oscal, title);
}

static void end(struct oscal *oscal)
{
    oscal_put_back_matter(oscal);
    json_out_close(&oscal->out);
}

/* Catalogue ------------------------------------------------------------------------------- */

static void put_part(struct oscal *oscal, const char *id, const char *name, const char *label,
                     const char *prose)
{
    struct json_out *out = &oscal->out;
    json_out_object(out, NULL);
    json_out_string(out, "id", id);
    json_out_string(out, "name", name);
    if (label != NULL) {
        json_out_array(out, "props");
        json_out_object(out, NULL);
        json_out_string(out, "name", "label");
        json_out_string(out, "value", label);
        json_out_close(out);
        json_out_close(out);
    }
    oscal_put_prose(oscal, "prose", bytes_of_string(prose));
    json_out_close(out);
}

static void put_control(struct oscal *oscal, const struct practice_info *practice)
{
    struct json_out *out = &oscal->out;
    char statement[64];
    snprintf(statement, sizeof statement, "%s_smt", practice->name);
    json_out_object(out, NULL);
    json_out_string(out, "id", practice->name);
    json_out_string(out, "title", practice->title);
    json_out_array(out, "props");
    oscal_put_prop_number(oscal, "points", practice->points);
    oscal_put_prop(oscal, "poam", bytes_of_string(practice->poam ? "allowed" : "never"));
    json_out_close(out);
    json_out_array(out, "parts");
    put_part(oscal, statement, "statement", NULL, practice->requirement);
    for (size_t i = 0; i < practice->objective_count; i++) {
        const struct objective_info *objective = &objective_infos[practice->first + i];
        put_part(oscal, objective->oscal, "assessment-objective", objective->label,
                 objective->text);
    }
    json_out_close(out);
    json_out_close(out);
}

void oscal_put_catalog(struct oscal *oscal)
{
    struct json_out *out = &oscal->out;
    begin(oscal, "catalog", oscal_uuid(oscal, "catalog"),
          "CMMC Level 2 audit and accountability practices, for the log");
    json_out_array(out, "groups");
    json_out_object(out, NULL);
    json_out_string(out, "id", control_family);
    json_out_string(out, "title", "Audit and Accountability");
    json_out_array(out, "controls");
    for (size_t i = 0; i < PRACTICE_COUNT; i++) {
        put_control(oscal, &practice_infos[i]);
    }
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
}

/* Plan ------------------------------------------------------------------------------------ */

static void put_task(struct oscal *oscal)
{
    struct json_out *out = &oscal->out;
    json_out_array(out, "tasks");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_period_uuid(oscal, "task/assess"));
    json_out_string(out, "type", "action");
    json_out_string(out, "title", "Verify the log and judge the objectives by its events");
    json_out_string(out, "description", "cairn report run au-assessment");
    json_out_object(out, "timing");
    json_out_object(out, "within-date-range");
    json_out_time(out, "start", oscal->assessment->from_us);
    json_out_time(out, "end", oscal->assessment->until_us);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
}

void oscal_put_plan(struct oscal *oscal)
{
    begin(oscal, "assessment-plan", oscal_plan_uuid(oscal), "AU assessment plan");
    put_href(oscal, "import-ssp", oscal_security_plan_uuid(oscal));
    oscal_put_reviewed(oscal);
    oscal_put_assets(oscal);
    put_task(oscal);
    end(oscal);
}

/* Results --------------------------------------------------------------------------------- */

static void put_attestation(struct oscal *oscal)
{
    const struct verify_report *verified = oscal->assessment->verified;
    struct json_out *out = &oscal->out;
    if (verified == NULL) {
        return;
    }
    json_out_array(out, "attestations");
    json_out_object(out, NULL);
    json_out_array(out, "parts");
    json_out_object(out, NULL);
    json_out_string(out, "name", "integrity");
    json_out_string(out, "ns", OSCAL_NAMESPACE);
    oscal_put_sentence(oscal, "prose",
                       "%" PRIu64 " events derived anew: %" PRIu64 " findings; %" PRIu64
                       " of them are covered by checkpoints, of which %" PRIu64
                       " were checked; %" PRIu64 " commands and %" PRIu64
                       " submissions with their signatures.",
                       verified->size, verified->finding_count, verified->checkpointed,
                       verified->checkpoints, verified->commands, verified->submissions);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
}

static void put_log(struct oscal *oscal)
{
    struct json_out *out = &oscal->out;
    json_out_object(out, "assessment-log");
    json_out_array(out, "entries");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_period_uuid(oscal, "log/verified"));
    json_out_string(out, "title", "The log was verified and judged");
    json_out_time(out, "start", oscal->assessment->now_us);
    json_out_array(out, "logged-by");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "party-uuid", oscal_party_uuid(oscal));
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
}

static void put_score(struct oscal *oscal)
{
    const struct au_assessment *assessment = oscal->assessment;
    char memory[24];
    json_out_array(&oscal->out, "props");
    oscal_put_prop_number(oscal, "au-points-lost", assessment->points_lost);
    oscal_put_prop_number(oscal, "au-points-possible", assessment->points_possible);
    snprintf(memory, sizeof memory, "%" PRId32, assessment->score);
    oscal_put_prop(oscal, "score-if-all-else-is-met", bytes_of_string(memory));
    oscal_put_prop(oscal, "poam-possible",
                   bytes_of_string(assessment->poam_possible ? "yes" : "no"));
    json_out_close(&oscal->out);
}

static void put_local(struct oscal *oscal)
{
    json_out_object(&oscal->out, "local-definitions");
    oscal_put_store(oscal);
    oscal_put_assets(oscal);
    json_out_close(&oscal->out);
}

void oscal_put_results(struct oscal *oscal)
{
    const struct au_assessment *assessment = oscal->assessment;
    struct json_out *out = &oscal->out;
    begin(oscal, "assessment-results", oscal_period_uuid(oscal, "assessment-results"),
          "AU assessment results");
    json_out_object(out, "import-ap");
    json_out_string(out, "href", oscal_file_name(OSCAL_ASSESSMENT_PLAN));
    json_out_close(out);
    json_out_array(out, "results");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_period_uuid(oscal, "result"));
    json_out_string(out, "title", "Assessment of the AU practices from the log");
    json_out_string(out, "description",
                    "Input to an assessment: what the log proves, and what the organization has "
                    "declared. An assessor decides.");
    json_out_time(out, "start", assessment->from_us);
    if (assessment->now_us > assessment->from_us) {
        json_out_time(out, "end", assessment->now_us);
    }
    put_score(oscal);
    put_local(oscal);
    oscal_put_reviewed(oscal);
    put_attestation(oscal);
    put_log(oscal);
    oscal_put_observations(oscal, oscal_all);
    oscal_put_risks(oscal, oscal_all);
    oscal_put_findings(oscal, oscal_all);
    json_out_close(out);
    json_out_close(out);
    end(oscal);
}

/* Component definition -------------------------------------------------------------------- */

static void put_requirement(struct oscal *oscal, const struct practice_info *practice)
{
    struct json_out *out = &oscal->out;
    char statement[64];
    snprintf(statement, sizeof statement, "%s_smt", practice->name);
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_uuid(oscal, "requirement/%s", practice->name));
    json_out_string(out, "control-id", practice->name);
    oscal_put_prose(oscal, "description", bytes_of_string(practice->requirement));
    json_out_array(out, "statements");
    json_out_object(out, NULL);
    json_out_string(out, "statement-id", statement);
    oscal_put_uuid(oscal, "uuid", oscal_uuid(oscal, "statement/%s", practice->name));
    json_out_string(out, "description", "By objective, what the log gives:");
    json_out_array(out, "props");
    for (size_t i = 0; i < practice->objective_count; i++) {
        const struct objective_info *objective = &objective_infos[practice->first + i];
        char name[] = "objective-?";
        name[sizeof name - 2] = objective->letter;
        oscal_put_prop(oscal, name, bytes_of_string(objective->machine));
    }
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
}

void oscal_put_component(struct oscal *oscal)
{
    struct json_out *out = &oscal->out;
    begin(oscal, "component-definition", oscal_uuid(oscal, "component-definition"),
          "Cairn event store, component definition");
    json_out_array(out, "components");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_store_uuid(oscal));
    json_out_string(out, "type", "software");
    json_out_string(out, "title", "Cairn event store");
    json_out_string(out, "description",
                    "The append-only log of signed, hash-chained events, its verifier, and the "
                    "reports that are read from it.");
    json_out_array(out, "control-implementations");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_uuid(oscal, "control-implementation"));
    json_out_string(out, "source", oscal_file_name(OSCAL_CATALOG));
    oscal_put_prose(oscal, "description", bytes_of_string(control_family_about));
    json_out_array(out, "implemented-requirements");
    for (size_t i = 0; i < PRACTICE_COUNT; i++) {
        put_requirement(oscal, &practice_infos[i]);
    }
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
}

/* Plan of action and milestones ----------------------------------------------------------- */

static void put_item(struct oscal *oscal, enum objective objective)
{
    const struct objective_info *info = &objective_infos[objective];
    struct json_out *out = &oscal->out;
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_objective_uuid(oscal, "poam-item", objective));
    oscal_put_sentence(oscal, "title", "AU.L2-%s: %s", info->label, info->text);
    oscal_put_prose(oscal, "description",
                    bytes_of_string(oscal->assessment->objectives[objective].judgement.reason));
    json_out_array(out, "related-findings");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "finding-uuid", oscal_objective_uuid(oscal, "finding", objective));
    json_out_close(out);
    json_out_close(out);
    oscal_put_related(oscal, objective);
    json_out_close(out);
}

void oscal_put_action_plan(struct oscal *oscal)
{
    struct json_out *out = &oscal->out;
    begin(oscal, "plan-of-action-and-milestones", oscal_period_uuid(oscal, "poam"),
          "AU plan of action and milestones");
    json_out_object(out, "system-id");
    json_out_string(out, "identifier-type", "http://ietf.org/rfc/rfc4122");
    oscal_put_uuid(oscal, "id", oscal_uuid(oscal, "system"));
    json_out_close(out);
    put_local(oscal);
    oscal_put_observations(oscal, oscal_in_plan);
    oscal_put_risks(oscal, oscal_in_plan);
    oscal_put_findings(oscal, oscal_in_plan);
    json_out_array(out, "poam-items");
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        if (oscal_in_plan(oscal->assessment, (enum objective)i)) {
            put_item(oscal, (enum objective)i);
        }
    }
    json_out_close(out);
    end(oscal);
}
