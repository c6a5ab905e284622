#include "reports/json_out.h"
#include "reports/web/event_parts.h"
#include "reports/web/routes.h"
#include "store/proof.h"

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

/* The key's text, as verifiers take it. */
static struct bytes write_key(struct visit *visit, struct text *out)
{
    public_key_write(engine_log_key(visit->engine), out);
    return text_bytes(out);
}

enum {
    KEY_TEXT_SIZE = 512,
};

/* The section ------------------------------------------------------------------------------- */

/* Whose signature covers the event: its own, or the next one of its emitter. */
struct signing {
    uint64_t n;
    bool found;
};

static struct status find_signature(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct signing *signing = context;
    (void)bytes;
    if (!signing->found && leaf->sig.size > 0) {
        signing->found = true;
        signing->n = leaf->n;
    }
    return OK;
}

static struct status put_signed(struct visit *visit, const struct event_shown *event)
{
    struct signing signing = {.found = event->leaf.sig.size > 0, .n = event->n};
    struct query query = {.first = event->n, .limit = SUBMISSION_EVENTS_MAX, .look_most = 20000};
    struct query_outcome outcome;
    if (!signing.found) {
        TRY(query_add(&query, QUERY_EMITTER, event->leaf.emitter));
        TRY(scope_query(&visit->scope, &query, find_signature, &signing, &outcome));
    }
    page_fact_begin(visit, "signature");
    if (event->leaf.sig.size > 0) {
        put(visit, "here, by ");
    } else if (signing.found) {
        put(visit, "at event ");
        link_event(visit, signing.n);
        put(visit, ", over the chain that this one is part of, by ");
    } else {
        put(visit, "at a later event of the same chain, by ");
    }
    html_put(visit->output, event->leaf.emitter);
    page_fact_end(visit);
    return OK;
}

static void put_path(struct visit *visit, const struct proof *proof)
{
    put(visit, "<details>\n<summary>");
    page_number(visit, proof->path.count);
    put(visit, " hashes lead from the leaf to the root</summary>\n<ol class=\"hashes\">\n");
    for (size_t i = 0; i < proof->path.count; i++) {
        put(visit, "<li>");
        page_digest(visit, &proof->path.hashes[i]);
        put(visit, "</li>\n");
    }
    put(visit, "</ol>\n</details>\n<details>\n<summary>The signed checkpoint</summary>\n"
               "<pre class=\"raw\" tabindex=\"0\">");
    html_put(visit->output, proof->checkpoint);
    put(visit, "</pre>\n</details>\n");
}

/* Recomputes here what a stranger would. */
static void put_checked(struct visit *visit, const struct proof *proof)
{
    struct checkpoint checkpoint = {0};
    const struct public_key *key = engine_log_key(visit->engine);
    struct status status = proof_check(proof, visit->hasher, key, &checkpoint);
    page_fact_begin(visit, "proof");
    if (failed(status)) {
        page_tone(visit, PAGE_BAD, "does not hold");
        put(visit, " ");
        html_put_string(visit->output, status.why == NULL ? "" : status.why);
        page_fact_end(visit);
        return;
    }
    page_tone(visit, PAGE_GOOD, "holds");
    put(visit, " as this server computes it, under the checkpoint of ");
    page_number(visit, checkpoint.size);
    put(visit, " events that ");
    html_put_string(visit->output, key->name);
    put(visit, " signed");
    page_fact_end(visit);
    page_fact_begin(visit, "root");
    page_digest(visit, &checkpoint.root);
    page_fact_end(visit);
}

/* What the script makes a button of; without it, the words stand. */
static void put_hook(struct visit *visit, const struct event_shown *event)
{
    char memory[KEY_TEXT_SIZE];
    struct text key = TEXT_IN(memory);
    put(visit, "<div class=\"verify\" data-verify-proof=\"/events/");
    output_put_u64(visit->output, event->n);
    put(visit, ".tlog-proof?at=");
    output_put_u64(visit->output, visit->at);
    put(visit, "\" data-verify-key=\"");
    html_put(visit->output, write_key(visit, &key));
    put(visit, "\"><p>Without a script in the browser, the proof below is checked by</p>\n");
    page_command_begin(visit);
    output_add(visit->output, "cairn-verify --key given.vkey event-%llu.tlog-proof",
               (unsigned long long)event->n);
    page_command_end(visit);
    put(visit, "</div>\n<div class=\"actions\">\n");
    output_add(visit->output, "<a class=\"button\" href=\"/events/%llu.tlog-proof?at=%llu\">",
               (unsigned long long)event->n, (unsigned long long)visit->at);
    put(visit, "Proof (.tlog-proof)</a>\n");
    output_add(visit->output, "<a class=\"button\" href=\"/events/%llu.json?at=%llu\">",
               (unsigned long long)event->n, (unsigned long long)visit->at);
    put(visit, "JSON</a>\n");
    link_to(visit, "/verify", "Check a proof you have");
    put(visit, "\n</div>\n<p class=\"note\">Whoever must not trust this server checks the proof "
               "with a page or program of their own, and the log's key as it was given to them: ");
    link_to(visit, "/integrity#offline", "how");
    put(visit, ".</p>\n");
}

struct status event_put_proof(struct visit *visit, const struct event_shown *event)
{
    struct proof proof;
    struct status status = scope_proof(&visit->scope, event->n, &proof);
    page_section(visit, "proof", "Proof");
    put(visit, "<dl class=\"list\">\n");
    page_fact_begin(visit, "leaf hash");
    page_digest(visit, &event->hash);
    page_fact_end(visit);
    TRY(put_signed(visit, event));
    if (!failed(status)) {
        put_checked(visit, &proof);
    }
    page_facts_end(visit);
    if (status.code == STATUS_NOT_FOUND) {
        page_empty(visit, "No checkpoint covers this event yet.");
    } else if (status.code == STATUS_CORRUPT) {
        page_notice(visit, PAGE_BAD, "It cannot be proven: what is stored does not hold.");
    } else if (!failed(status)) {
        put_path(visit, &proof);
        put_hook(visit, event);
    }
    page_section_end(visit);
    return status.code == STATUS_NOT_FOUND || status.code == STATUS_CORRUPT ? OK : status;
}

/* Files ------------------------------------------------------------------------------------- */

static const char *name_file(struct visit *visit, const char *ending)
{
    struct text name = {.data = arena_take(visit->arena, 64), .capacity = 64};
    text_add(&name, "event-%llu%s", (unsigned long long)visit->numbers[0], ending);
    return text_string(&name);
}

struct status page_event_proof(struct visit *visit)
{
    struct proof proof;
    TRY(scope_proof(&visit->scope, visit->numbers[0], &proof));
    struct text text = {.data = arena_take(visit->arena, PROOF_FILE_MAX),
                        .capacity = PROOF_FILE_MAX};
    if (visit->arena->full) {
        return FAIL(NO_MEMORY, PROOF_FILE_MAX);
    }
    proof_write(&proof, &text);
    if (text.full) {
        return FAIL_BECAUSE(LIMIT, PROOF_FILE_MAX, "the proof would be too large");
    }
    output_put_bytes(visit->output, text_bytes(&text));
    visit->answer->type = "text/plain; charset=utf-8";
    visit->answer->download = name_file(visit, ".tlog-proof");
    return OK;
}

static void put_base64(struct json_out *json, const char *name, struct bytes bytes)
{
    char memory[512];
    struct text text = TEXT_IN(memory);
    text_put_base64(&text, bytes);
    json_out_text(json, name, text_bytes(&text));
}

static void put_json_path(struct json_out *json, const struct proof *proof)
{
    json_out_array(json, "path");
    for (size_t i = 0; i < proof->path.count; i++) {
        put_base64(json, NULL, BYTES(proof->path.hashes[i].sha256));
    }
    json_out_close(json);
}

/* Leaf, body and command as strings: the very bytes that were hashed. */
static void put_json_event(struct visit *visit, const struct proof *proof, struct bytes command)
{
    struct digest hash = hash_leaf(visit->hasher, proof->leaf);
    char memory[KEY_TEXT_SIZE];
    struct text key = TEXT_IN(memory);
    struct json_out json;
    json_out_init(&json, visit->output, 2);
    json_out_object(&json, NULL);
    json_out_string(&json, "origin", log_origin(engine_log(visit->engine)));
    json_out_text(&json, "claimed_key", write_key(visit, &key));
    json_out_number(&json, "index", proof->index);
    json_out_text(&json, "leaf", proof->leaf);
    put_base64(&json, "leaf_hash", BYTES(hash.sha256));
    if (proof->salt.size > 0) {
        put_base64(&json, "salt", proof->salt);
        json_out_text(&json, "body", proof->body);
    }
    if (command.size > 0) {
        json_out_text(&json, "command", command);
    }
    put_json_path(&json, proof);
    json_out_text(&json, "checkpoint", proof->checkpoint);
    json_out_close(&json);
    output_put_char(visit->output, '\n');
}

struct status page_event_json(struct visit *visit)
{
    struct proof proof;
    struct leaf leaf;
    struct bytes bytes, command;
    bool hidden;
    TRY(scope_leaf(&visit->scope, visit->numbers[0], &bytes, &leaf));
    TRY(scope_proof(&visit->scope, visit->numbers[0], &proof));
    TRY(scope_command(&visit->scope, &leaf, &command, &hidden));
    put_json_event(visit, &proof, command);
    visit->answer->type = "application/json";
    visit->answer->download = name_file(visit, ".json");
    return OK;
}
