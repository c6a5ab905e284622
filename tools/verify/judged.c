#include "tools/verify/answer.h"
#include "tools/verify/members.h"

#include <inttypes.h>

static bool is_complete(const struct judgement *judgement)
{
    return judgement->undecided == 0;
}

/* For people ------------------------------------------------------------------------------ */

static void write_ground(struct output *output, const struct answer *answer,
                         const struct judgement *judgement)
{
    const struct answer_ground *ground = &judgement->ground;
    output_add(output, "%-12s events %" PRIu64 " to ", "searched", answer->first);
    if (answer->end == answer->first) {
        output_put_string(output, "none: nothing can match\n");
    } else {
        output_add(output, "%" PRIu64 "\n", answer->end - 1);
    }
    output_add(output, "%-12s %zu run%s of the index, and %" PRIu64 " events that none covers\n",
               "by", ground->runs, ground->runs == 1 ? "" : "s", ground->scanned);
    output_add(output,
               "%-12s form, place in the tree, slices and their roots, the question asked again of "
               "%" PRIu64 " events\n",
               "checked", judgement->candidates);
    output_add(output, "%-12s chain, counters, emitters' and users' signatures: see a bundle;\n",
               "not checked");
    output_add(output,
               "%-12s that the index was right when its roots were logged: see cairn rebuild\n",
               "");
}

static void put_digest(struct output *output, const struct digest *digest)
{
    char memory[DIGEST_BASE64_SIZE + 1];
    struct text text = TEXT_IN(memory);
    text_put_base64(&text, BYTES(digest->sha256));
    output_put_string(output, text_string(&text));
}

/* As `audit.query_run` has it. */
static void write_result(struct output *output, const struct judgement *judgement)
{
    output_add(output, "%-12s ", "result");
    put_digest(output, &judgement->result);
    output_put_char(output, '\n');
}

static void write_open(struct output *output, const struct judgement *judgement)
{
    output_add(output,
               "NOT SHOWN TO BE COMPLETE: %" PRIu64 " of %" PRIu64
               " events that can match hang on what is not decided here\n",
               judgement->undecided, judgement->candidates);
    if (judgement->undecided > judgement->absent) {
        output_add(output,
                   "  %" PRIu64 " on a regular expression: whoever asked says that of these and "
                   "those without a body %" PRIu64 " are rows\n",
                   judgement->undecided - judgement->absent, judgement->undecided_rows);
    }
    if (judgement->absent > 0) {
        output_add(output, "  %" PRIu64 " on a body that is not in the file: erased, or left out\n",
                   judgement->absent);
    }
    output_add(output, "  all other rows and all events that were left out are as the question "
                       "asks\n");
}

static void put_why(struct output *output, const struct answer_ground *ground)
{
    if (ground->runs == 0) {
        output_add(output, "each of %" PRIu64 " was asked", ground->scanned);
    } else {
        output_add(output, "the slices of %zu run%s of the index, and %" PRIu64 " events beyond",
                   ground->runs, ground->runs == 1 ? "" : "s", ground->scanned);
    }
}

static void put_sentence(struct output *output, const struct answer *answer,
                         const struct judgement *judgement)
{
    const struct answer_ground *ground = &judgement->ground;
    output_add(output, "VERIFIED: %s%" PRIu64 " event%s answer%s `", judgement->cut ? "these " : "",
               judgement->rows, judgement->rows == 1 ? "" : "s", judgement->rows == 1 ? "s" : "");
    members_put_text(output, answer->question);
    output_add(output, "` among %" PRIu64 " events of ", ground->checkpoint.size);
    members_put_text(output, ground->checkpoint.origin);
    output_put_string(output, "; complete: ");
    put_why(output, ground);
    output_put_string(output, judgement->cut ? ", as far as the question's limit\n" : "\n");
}

static void for_people(const struct asked *asked, const char *path, const struct answer *answer,
                       const struct judgement *judgement)
{
    struct output *output = asked->output;
    members_put_text(output, bytes_of_string(path));
    output_add(output, "\n%-12s answer of ", "form");
    members_put_text(output, judgement->ground.checkpoint.origin);
    output_add(output, ", which had %" PRIu64 " events then\n", judgement->ground.checkpoint.size);
    output_add(output, "%-12s ", "question");
    members_put_text(output, answer->question);
    output_add(output, "\n%-12s %" PRIu64 "\n", "rows", judgement->rows);
    output_add(output, "%-12s none: no witness is known here\n", "witnessed");
    output_add(output, "%-12s the root of these events by the key of %s\n", "signed",
               asked->key.name);
    write_ground(output, answer, judgement);
    write_result(output, judgement);
    if (is_complete(judgement)) {
        put_sentence(output, answer, judgement);
    } else {
        write_open(output, judgement);
    }
}

/* For programs ---------------------------------------------------------------------------- */

static void put_rows(struct output *output, const struct answer *answer)
{
    output_put_string(output, ",\"events\":[");
    for (size_t i = 0; i < answer->row_count; i++) {
        output_add(output, "%s%" PRIu64, i == 0 ? "" : ",", answer->rows[i]);
    }
    output_put_char(output, ']');
}

static void for_programs(const struct asked *asked, const char *path, const struct answer *answer,
                         const struct judgement *judgement)
{
    struct output *output = asked->output;
    const struct answer_ground *ground = &judgement->ground;
    answer_begin_json(asked, path, FORM_ANSWER);
    output_add(output, ",\"verified\":true,\"complete\":%s,\"origin\":",
               is_complete(judgement) ? "true" : "false");
    answer_put_json(output, bytes_of_string(asked->key.name));
    output_put_string(output, ",\"question\":");
    answer_put_json(output, answer->question);
    output_add(output,
               ",\"size\":%" PRIu64 ",\"rows\":%" PRIu64 ",\"first\":%" PRIu64 ",\"end\":%" PRIu64
               ",\"runs\":%zu,\"scanned\":%" PRIu64 ",\"candidates\":%" PRIu64
               ",\"undecided\":%" PRIu64 ",\"undecided_rows\":%" PRIu64 ",\"absent\":%" PRIu64
               ",\"cut\":%s,\"result\":\"",
               ground->checkpoint.size, judgement->rows, answer->first, answer->end, ground->runs,
               ground->scanned, judgement->candidates, judgement->undecided,
               judgement->undecided_rows, judgement->absent, judgement->cut ? "true" : "false");
    put_digest(output, &judgement->result);
    output_put_char(output, '"');
    put_rows(output, answer);
    output_put_string(output, "}\n");
}

enum exit_code answer_judged(const struct asked *asked, const char *path,
                             const struct answer *answer, const struct judgement *judgement)
{
    if (asked->json) {
        for_programs(asked, path, answer, judgement);
    } else if (!asked->quiet || !is_complete(judgement)) {
        for_people(asked, path, answer, judgement);
    }
    return is_complete(judgement) ? EXIT_DONE : EXIT_INCOMPLETE;
}
