#include "tools/verify/answer.h"

#include "schema/canonical.h"
#include "schema/time.h"
#include "tools/verify/members.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum {
    LINE_SIZE = 2048,
};

static const char *const form_names[] = {
    [FORM_BUNDLE] = "bundle", [FORM_TILES] = "tiles", [FORM_PROOF] = "proof"};

static uint64_t told(const struct verify_report *report)
{
    return report->finding_count < VERIFY_FINDINGS_MAX ? report->finding_count
                                                       : VERIFY_FINDINGS_MAX;
}

static void put_printable(struct output *output, const char *string)
{
    members_put_text(output, bytes_of_string(string));
}

/* For people ------------------------------------------------------------------------------ */

static void write_form(struct output *output, const struct log_answer *answer)
{
    put_printable(output, answer->path);
    output_add(output, "\n%-12s %s of ", "form",
               answer->form == FORM_TILES ? "tile directory" : "bundle");
    put_printable(output, answer->origin);
    output_add(output, ", %" PRIu64 " events\n", answer->size);
}

static void write_signed(struct output *output, const struct verify_report *report, const char *key)
{
    output_add(output, "%-12s none: no witness is known here\n", "witnessed");
    if (report->checkpointed > 0) {
        output_add(output, "%-12s events 0 to %" PRIu64 " by the key of %s\n", "signed",
                   report->checkpointed - 1, key);
    } else {
        output_add(output, "%-12s no events\n", "signed");
    }
    if (report->checkpointed < report->size) {
        output_add(output, "%-12s events %" PRIu64 " to %" PRIu64 ": no checkpoint covers them\n",
                   "unsigned", report->checkpointed, report->size - 1);
    }
}

/* What can be checked with bodies at hand, and what cannot without. */
static void write_checks(struct output *output, const struct log_answer *answer)
{
    const struct verify_report *report = answer->report;
    output_add(output, "%-12s form, chain, tree, times, counters of %" PRIu64 " events\n",
               "checked", report->size);
    if (answer->form == FORM_TILES) {
        output_add(
            output,
            "%-12s emitters' signatures, users' signatures, bodies: tiles do not have them\n",
            "not checked");
        return;
    }
    output_add(output, "%-12s %" PRIu64 " signatures of %" PRIu32 " emitters\n", "emitters",
               report->submissions, report->emitters);
    output_add(output, "%-12s %" PRIu64 " signed by users\n", "commands", report->commands);
    output_add(output, "%-12s %" PRIu64 " compared, %" PRIu64 " absent\n", "bodies", report->bodies,
               report->bodies_absent);
}

static void write_tree(struct output *output, const struct verify_report *report)
{
    char memory[128];
    struct text text = TEXT_IN(memory);
    if (report->size > 0) {
        time_write(&text, report->first_t_utc_us);
        text_put_literal(&text, " to ");
        time_write(&text, report->last_t_utc_us);
        output_add(output, "%-12s %s\n", "recorded", text_string(&text));
    }
    text_clear(&text);
    text_put_base64(&text, BYTES(report->root.sha256));
    output_add(output, "%-12s %s\n", "root", text_string(&text));
}

static void write_findings(struct output *output, const struct verify_report *report)
{
    for (uint64_t i = 0; i < told(report); i++) {
        output_add(output, "event %" PRIu64 ": %s\n", report->findings[i].n,
                   report->findings[i].what);
    }
    if (report->finding_count > told(report)) {
        output_add(output, "and %" PRIu64 " more findings\n", report->finding_count - told(report));
    }
    if (report->finding_count > 0) {
        output_add(output, "NOT VERIFIED: the first bad event is %" PRIu64 "\n",
                   report->findings[0].n);
    }
}

static void log_for_people(const struct asked *asked, const struct log_answer *answer)
{
    const struct verify_report *report = answer->report;
    if (asked->quiet && report->finding_count == 0) {
        return;
    }
    write_form(asked->output, answer);
    write_signed(asked->output, report, asked->key.name);
    write_checks(asked->output, answer);
    write_tree(asked->output, report);
    write_findings(asked->output, report);
    if (report->finding_count == 0) {
        output_add(asked->output, "VERIFIED: all %" PRIu64 " events hold\n", report->size);
    }
}

/* For programs ---------------------------------------------------------------------------- */

static void put_json_string(struct output *output, const char *string)
{
    char memory[LINE_SIZE], printable_memory[LINE_SIZE];
    struct text text = TEXT_IN(memory), printable = TEXT_IN(printable_memory);
    struct bytes bytes = bytes_of_string(string);
    if (!text_is_utf8(bytes)) {
        text_put_printable(&printable, bytes);
        bytes = text_bytes(&printable);
    }
    canonical_put_string(&text, bytes);
    members_put_json(output, text.full ? LITERAL("\"\"") : text_bytes(&text));
}

static void begin_json(const struct asked *asked, const char *path, const char *form)
{
    output_put_string(asked->output, "{\"file\":");
    put_json_string(asked->output, path);
    if (form != NULL) {
        output_add(asked->output, ",\"form\":\"%s\"", form);
    }
}

static void put_root(struct output *output, const struct digest *root)
{
    char memory[DIGEST_BASE64_SIZE + 1];
    struct text text = TEXT_IN(memory);
    text_put_base64(&text, BYTES(root->sha256));
    output_add(output, ",\"root\":\"%s\"", text_string(&text));
}

static void put_checks_json(struct output *output, const struct log_answer *answer)
{
    const struct verify_report *report = answer->report;
    output_add(output, ",\"size\":%" PRIu64 ",\"signed\":%" PRIu64 ",\"witnessed\":0", report->size,
               report->checkpointed);
    if (answer->form == FORM_TILES) {
        output_put_string(output, ",\"not_checked\":[\"bodies\",\"commands\",\"emitters\"]");
        return;
    }
    output_add(output,
               ",\"submissions\":%" PRIu64 ",\"emitters\":%" PRIu32 ",\"commands\":%" PRIu64
               ",\"bodies\":%" PRIu64 ",\"bodies_absent\":%" PRIu64 ",\"not_checked\":[]",
               report->submissions, report->emitters, report->commands, report->bodies,
               report->bodies_absent);
}

static void log_for_programs(const struct asked *asked, const struct log_answer *answer)
{
    const struct verify_report *report = answer->report;
    struct output *output = asked->output;
    begin_json(asked, answer->path, form_names[answer->form]);
    output_add(output,
               ",\"verified\":%s,\"origin\":", report->finding_count == 0 ? "true" : "false");
    put_json_string(output, answer->origin);
    put_checks_json(output, answer);
    put_root(output, &report->root);
    output_add(output, ",\"finding_count\":%" PRIu64 ",\"findings\":[", report->finding_count);
    for (uint64_t i = 0; i < told(report); i++) {
        output_add(output, "%s{\"n\":%" PRIu64 ",\"what\":", i == 0 ? "" : ",",
                   report->findings[i].n);
        put_json_string(output, report->findings[i].what);
        output_put_char(output, '}');
    }
    output_put_string(output, "]}\n");
}

void answer_log(const struct asked *asked, const struct log_answer *answer)
{
    if (asked->json) {
        log_for_programs(asked, answer);
    } else {
        log_for_people(asked, answer);
    }
}

/* Proofs ---------------------------------------------------------------------------------- */

static void proof_for_people(const struct asked *asked, const char *path, const struct proof *proof,
                             const struct checkpoint *checkpoint, struct arena *arena)
{
    struct output *output = asked->output;
    put_printable(output, path);
    output_add(output, "\n%-12s proof of event %" PRIu64 " of ", "form", proof->index);
    members_put_text(output, checkpoint->origin);
    output_add(output, ", which had %" PRIu64 " events then\n", checkpoint->size);
    output_add(output, "%-12s none: no witness is known here\n", "witnessed");
    output_add(output, "%-12s events 0 to %" PRIu64 " by the key of %s\n", "signed",
               checkpoint->size - 1, asked->key.name);
    output_add(output, "%-12s form, place in the tree%s\n", "checked",
               proof->body.size > 0 ? ", body" : "; the body is absent");
    output_add(output, "%-12s chain, counters, emitter's and user's signature: see a bundle\n",
               "not checked");
    output_add(output, "VERIFIED: event %" PRIu64 " is in the log\n\n", proof->index);
    members_write(output, proof->leaf, arena);
    if (proof->body.size > 0) {
        output_put_string(output, "\nbody\n");
        members_write(output, proof->body, arena);
    }
}

static void proof_for_programs(const struct asked *asked, const char *path,
                               const struct proof *proof, const struct checkpoint *checkpoint)
{
    struct output *output = asked->output;
    begin_json(asked, path, form_names[FORM_PROOF]);
    output_put_string(output, ",\"verified\":true,\"origin\":");
    put_json_string(output, asked->key.name);
    output_add(output,
               ",\"size\":%" PRIu64 ",\"witnessed\":0"
               ",\"not_checked\":[\"chain\",\"commands\",\"counters\",\"emitters\"]",
               checkpoint->size);
    put_root(output, &checkpoint->root);
    output_add(output, ",\"n\":%" PRIu64 ",\"leaf\":", proof->index);
    members_put_json(output, proof->leaf);
    /* The leaf's form has been checked; a body is any bytes that were committed to. */
    if (proof->body.size > 0 && !failed(canonical_check(proof->body))) {
        output_put_string(output, ",\"body\":");
        members_put_json(output, proof->body);
    }
    output_put_string(output, "}\n");
}

void answer_proof(const struct asked *asked, const char *path, const struct proof *proof,
                  const struct checkpoint *checkpoint, struct arena *arena)
{
    if (asked->json) {
        proof_for_programs(asked, path, proof, checkpoint);
    } else if (!asked->quiet) {
        proof_for_people(asked, path, proof, checkpoint, arena);
    }
}

/* Failures -------------------------------------------------------------------------------- */

enum exit_code answer_failure(const struct asked *asked, const char *path, enum exit_code code,
                              const char *format, ...)
{
    char sentence[LINE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (asked->json) {
        begin_json(asked, path, NULL);
        output_put_string(asked->output, ",\"verified\":false,\"why\":");
        put_json_string(asked->output, sentence);
        output_put_string(asked->output, "}\n");
        return code;
    }
    put_printable(asked->output, path);
    output_put_string(asked->output, "\nNOT VERIFIED: ");
    put_printable(asked->output, sentence);
    output_put_char(asked->output, '\n');
    return code;
}
