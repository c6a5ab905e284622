#include "tools/verify/answer.h"

#include "reports/json_out.h"
#include "reports/verdict.h"
#include "schema/canonical.h"
#include "tools/verify/members.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum {
    LINE_SIZE = 2048,
    JSON_SIZE = 3 * QUESTION_TEXT_MAX,
};

static const char *const form_names[] = {
    [FORM_BUNDLE] = "bundle", [FORM_TILES] = "tiles", [FORM_PROOF] = "proof",
    [FORM_ANSWER] = "answer", [FORM_CASE] = "case",   [FORM_EVIDENCE] = "evidence"};

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

static struct verdict_about about(const struct log_answer *answer)
{
    return (struct verdict_about){.origin = answer->origin, .whole = answer->form != FORM_TILES};
}

static void log_for_people(const struct asked *asked, const struct log_answer *answer)
{
    const struct verdict_about verdict = about(answer);
    if (asked->quiet && answer->report->finding_count == 0) {
        return;
    }
    write_form(asked->output, answer);
    verdict_for_people(answer->report, &verdict, asked->output);
}

/* For programs ---------------------------------------------------------------------------- */

void answer_put_json(struct output *output, struct bytes string)
{
    char memory[JSON_SIZE], printable_memory[JSON_SIZE];
    struct text text = TEXT_IN(memory), printable = TEXT_IN(printable_memory);
    if (!text_is_utf8(string)) {
        text_put_printable(&printable, string);
        string = text_bytes(&printable);
    }
    canonical_put_string(&text, string);
    json_put_canonical(output, text.full ? LITERAL("\"\"") : text_bytes(&text));
}

static void put_json_string(struct output *output, const char *string)
{
    answer_put_json(output, bytes_of_string(string));
}

static void begin_json(const struct asked *asked, const char *path)
{
    output_put_string(asked->output, "{\"file\":");
    put_json_string(asked->output, path);
}

void answer_begin_json(const struct asked *asked, const char *path, enum form form)
{
    begin_json(asked, path);
    output_add(asked->output, ",\"form\":\"%s\"", form_names[form]);
}

static void put_root(struct output *output, const struct digest *root)
{
    char memory[DIGEST_BASE64_SIZE + 1];
    struct text text = TEXT_IN(memory);
    text_put_base64(&text, BYTES(root->sha256));
    output_add(output, ",\"root\":\"%s\"", text_string(&text));
}

static void log_for_programs(const struct asked *asked, const struct log_answer *answer)
{
    const struct verdict_about verdict = about(answer);
    answer_begin_json(asked, answer->path, answer->form);
    output_put_char(asked->output, ',');
    verdict_json_members(answer->report, &verdict, asked->output);
    output_put_string(asked->output, "}\n");
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
    answer_begin_json(asked, path, FORM_PROOF);
    output_put_string(output, ",\"verified\":true,\"origin\":");
    put_json_string(output, asked->key.name);
    output_add(output,
               ",\"size\":%" PRIu64 ",\"witnessed\":0"
               ",\"not_checked\":[\"chain\",\"commands\",\"counters\",\"emitters\"]",
               checkpoint->size);
    put_root(output, &checkpoint->root);
    output_add(output, ",\"n\":%" PRIu64 ",\"leaf\":", proof->index);
    json_put_canonical(output, proof->leaf);
    /* The leaf's form has been checked; a body is any bytes that were committed to. */
    if (proof->body.size > 0 && !failed(canonical_check(proof->body))) {
        output_put_string(output, ",\"body\":");
        json_put_canonical(output, proof->body);
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
        begin_json(asked, path);
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
