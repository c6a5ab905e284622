#include "tools/verify/folder_told.h"

#include "tools/verify/members.h"

#include <inttypes.h>

static void put_digest(struct output *output, const struct digest *digest)
{
    char memory[DIGEST_BASE64_SIZE + 1];
    struct text text = TEXT_IN(memory);
    text_put_base64(&text, BYTES(digest->sha256));
    output_put_string(output, text_string(&text));
}

static void case_for_people(const struct folder *folder)
{
    struct output *output = folder->asked->output;
    const struct casefile *casefile = &folder->casefile;
    char memory[64];
    struct text about = TEXT_IN(memory);
    id_write(&about, casefile->folder);
    members_put_text(output, bytes_of_string(folder->path));
    output_add(output, "\n%-12s case %s (%s) of ", "form", casefile->name, text_string(&about));
    members_put_text(output, casefile->checkpoint.origin);
    output_add(output, ", which had %" PRIu64 " events then\n", casefile->checkpoint.size);
    output_add(output, "%-12s none: no witness is known here\n", "witnessed");
    output_add(output, "%-12s the root of these events by the key of %s\n", "signed",
               folder->asked->key.name);
    output_add(output, "%-12s %" PRIu64 " events of the case itself, and there are no others\n",
               "history", casefile->acts);
    output_add(output, "%-12s %zu put into the case, all of them here\n", "events",
               casefile->event_count);
    output_add(output, "%-12s %" PRIu64 "\n", "notes", casefile->notes);
    output_add(output, "%-12s %" PRIu64 ", of which %" PRIu64 " are shown to be complete\n",
               "answers", folder->answers, folder->answers - folder->incomplete);
    if (casefile->absent > 0) {
        output_add(output,
                   "%-12s the details of %" PRIu64 " of the case's events: erased, or left out\n",
                   "absent", casefile->absent);
    }
    output_add(output, "%-12s %zu, as the manifests say\n", "files", folder->count);
    output_add(output, "%-12s ", "digest");
    put_digest(output, &folder->digest);
    output_put_string(output, ", which is what `case.exported` has\n");
    output_add(output, "%-12s chain, counters, emitters' and users' signatures: see a bundle\n",
               "not checked");
    output_put_string(output, casefile->absent > 0
                                  ? "NOT SHOWN TO BE COMPLETE: what is absent may have put events "
                                    "into the case; all else holds\n"
                                  : "VERIFIED: the case is whole, and all of it is in the log\n");
}

static void case_for_programs(const struct folder *folder)
{
    struct output *output = folder->asked->output;
    const struct casefile *casefile = &folder->casefile;
    char memory[64];
    struct text about = TEXT_IN(memory);
    id_write(&about, casefile->folder);
    answer_begin_json(folder->asked, folder->path, FORM_CASE);
    output_add(output, ",\"verified\":true,\"complete\":%s,\"origin\":",
               casefile->absent > 0 ? "false" : "true");
    answer_put_json(output, bytes_of_string(folder->asked->key.name));
    output_add(output, ",\"case\":\"%s\",\"name\":", text_string(&about));
    answer_put_json(output, bytes_of_string(casefile->name));
    output_add(output,
               ",\"size\":%" PRIu64 ",\"acts\":%" PRIu64 ",\"events\":%zu,\"notes\":%" PRIu64
               ",\"answers\":%" PRIu64 ",\"incomplete\":%" PRIu64 ",\"absent\":%" PRIu64
               ",\"files\":%zu,\"digest\":\"",
               casefile->checkpoint.size, casefile->acts, casefile->event_count, casefile->notes,
               folder->answers, folder->incomplete, casefile->absent, folder->count);
    put_digest(output, &folder->digest);
    output_put_string(output, "\"}\n");
}

enum exit_code told_case(const struct folder *folder)
{
    bool whole = folder->casefile.absent == 0 && folder->incomplete == 0;
    if (folder->asked->json) {
        case_for_programs(folder);
    } else if (!folder->asked->quiet || !whole) {
        case_for_people(folder);
    }
    return whole ? EXIT_DONE : EXIT_INCOMPLETE;
}

enum exit_code told_rows(const struct folder *folder)
{
    const struct asked *asked = folder->asked;
    enum exit_code code =
        answer_judged(asked, folder->path, folder->judged->answer, &folder->judged->judgement);
    if (!asked->json && !asked->quiet) {
        output_add(asked->output,
                   "          %" PRIu64 " of its rows have proofs of their own here\n",
                   folder->proofs);
        if (folder->asked_at > 0) {
            output_add(asked->output,
                       "          the log has question and result in event %" PRIu64 "\n",
                       folder->asked_at);
        }
    }
    return code;
}

static void evidence_for_people(const struct folder *folder)
{
    struct output *output = folder->asked->output;
    members_put_text(output, bytes_of_string(folder->path));
    output_add(output, "\n%-12s a report, and what it rests on, of %s\n", "form",
               folder->asked->key.name);
    output_add(output, "%-12s %" PRIu64 ", each with a proof of its own\n", "events",
               folder->proofs);
    output_add(output, "%-12s %zu, as the manifests say\n", "files", folder->count);
    output_add(output, "%-12s ", "digest");
    put_digest(output, &folder->digest);
    output_put_string(output, " of " MANIFEST_SUMS "\n");
    output_add(output,
               "%-12s what the report makes of the events: with the store, `cairn report verify`\n",
               "not checked");
    output_put_string(output, "VERIFIED: the events are in the log, and the files are those that "
                              "were listed\n");
}

enum exit_code told_evidence(const struct folder *folder)
{
    struct output *output = folder->asked->output;
    if (folder->asked->json) {
        answer_begin_json(folder->asked, folder->path, FORM_EVIDENCE);
        output_put_string(output, ",\"verified\":true,\"origin\":");
        answer_put_json(output, bytes_of_string(folder->asked->key.name));
        output_add(output, ",\"events\":%" PRIu64 ",\"files\":%zu,\"digest\":\"", folder->proofs,
                   folder->count);
        put_digest(output, &folder->digest);
        output_put_string(output, "\"}\n");
    } else if (!folder->asked->quiet) {
        evidence_for_people(folder);
    }
    return EXIT_DONE;
}

enum exit_code told_failure(const struct folder *folder, struct status status)
{
    char memory[FOLDER_LINE_SIZE];
    struct text text = TEXT_IN(memory);
    enum exit_code code = exit_of(status);
    status_describe(status, &text);
    if (status.code == STATUS_MALFORMED || status.code == STATUS_LIMIT) {
        code = EXIT_INTEGRITY; /* the command line was right, the file is not */
    }
    if (status.code == STATUS_CORRUPT && status.at == 0 && status.why != NULL) {
        text_clear(&text);
        text_put_string(&text, status.why);
    }
    return folder->wrong[0] == '\0'
               ? answer_failure(folder->asked, folder->path, code, "%s", text_string(&text))
               : answer_failure(folder->asked, folder->path, code, "%s: %s", folder->wrong,
                                text_string(&text));
}
