#include "reports/event_rows.h"
#include "schema/json.h"
#include "schema/time.h"
#include "store/tree.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    SHOW_MEMORY = 4 * (TEXT_FIELD_MAX + 4096), /* bytes for one body, printed */
};

struct showing {
    struct invocation *invocation;
    struct engine *engine;
    struct log_snapshot *log;
    struct output *out;
    struct hasher *hasher;
    char *memory; /* SHOW_MEMORY bytes */
};

static void put_line(struct showing *showing, const char *name, struct bytes value)
{
    struct text text = {.data = showing->memory, .capacity = SHOW_MEMORY};
    text_put_printable(&text, value);
    output_add(showing->out, "%-11s ", name);
    output_put_bytes(showing->out, text_bytes(&text));
    output_put_char(showing->out, '\n');
}

static void put_time(struct showing *showing, const char *name, uint64_t utc_us)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    if (utc_us != 0) {
        time_write(&text, utc_us);
        put_line(showing, name, text_bytes(&text));
    }
}

static void put_id(struct showing *showing, const char *name, struct id id, uint64_t as_of_n)
{
    char memory[1024], memory_called[960];
    struct text text = TEXT_IN(memory), called = TEXT_IN(memory_called);
    if (id.kind == ID_NONE) {
        return;
    }
    id_write(&text, id);
    names_put(showing->engine, id, as_of_n, &called);
    if (!bytes_equal(text_bytes(&called), text_bytes(&text))) {
        text_put_string(&text, "  ");
        text_put_bytes(&text, text_bytes(&called));
    }
    put_line(showing, name, text_bytes(&text));
}

static void put_leaf(struct showing *showing, const struct leaf *leaf)
{
    char memory[512];
    struct text text = TEXT_IN(memory);
    output_add(showing->out, "%-11s %" PRIu64 "\n", "event", leaf->n);
    text_add(&text, "%s v%u: %s", event_name(leaf->kind), leaf->version,
             event_infos[leaf->kind].about);
    put_line(showing, "kind", text_bytes(&text));
    put_time(showing, "happened", leaf->at_utc_us);
    put_time(showing, "recorded", leaf->t_utc_us);
    text_clear(&text);
    names_put_actor(showing->engine, leaf, &text);
    put_line(showing, "actor", text_bytes(&text));
    put_line(showing, "outcome", bytes_of_string(outcome_name(leaf->outcome)));
    enum rule rule;
    if (leaf->rule.size > 0) {
        text_clear(&text);
        text_put_bytes(&text, leaf->rule);
        if (rule_read(leaf->rule, &rule)) {
            text_add(&text, ": %s", rule_sentence(rule));
        }
        put_line(showing, "rule", text_bytes(&text));
    }
    for (size_t i = 0; i < leaf->on_count; i++) {
        put_id(showing, i == 0 ? "about" : "", leaf->on[i], leaf->n);
    }
    put_id(showing, "project", leaf->project, leaf->n);
    put_id(showing, "session", leaf->session, leaf->n);
    if (leaf->source.size > 0) {
        put_line(showing, "source", leaf->source);
    }
    if (leaf->cause != LEAF_NO_CAUSE) {
        output_add(showing->out, "%-11s event %" PRIu64 "\n", "cause", leaf->cause);
    }
    text_clear(&text);
    text_put_bytes(&text, leaf->emitter);
    text_add(&text, " %" PRIu64 "%s", leaf->emitter_n,
             leaf->sig.size > 0 ? ", and signs here" : "");
    put_line(showing, "emitter", text_bytes(&text));
}

static struct status put_json(struct showing *showing, struct bytes canonical)
{
    struct text text = {.data = showing->memory, .capacity = SHOW_MEMORY};
    struct json_error error;
    CLEANUP(json_free) struct json *json = NULL;
    TRY(json_parse(canonical, &json, &error));
    TRY(json_print(json, 2, &text));
    if (text.full) {
        return FAIL(LIMIT, SHOW_MEMORY);
    }
    /* jansson escapes control characters; the rest of what could steer a terminal is done here. */
    size_t size = text.size;
    struct text safe = {.data = showing->memory + size, .capacity = SHOW_MEMORY - size};
    for (size_t i = 0, start = 0; i <= size; i++) {
        if (i == size || text.data[i] == '\n') {
            text_clear(&safe);
            text_put_printable(&safe, bytes_of(text.data + start, i - start));
            output_put_bytes(showing->out, text_bytes(&safe));
            output_put_char(showing->out, '\n');
            start = i + 1;
        }
    }
    return OK;
}

static struct status put_details(struct showing *showing, const struct leaf *leaf)
{
    struct bytes body, command;
    TRY(log_read_body(showing->log, leaf, &body));
    TRY(log_read_command(showing->log, leaf, &command));
    output_put_string(showing->out, "body        ");
    if (body.size == 0) {
        output_put_string(showing->out, "erased; the leaf still commits to it\n");
    } else {
        TRY(put_json(showing, bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE)));
    }
    if (command.size > 0) {
        output_put_string(showing->out, "command     ");
        TRY(put_json(showing, command));
    }
    return OK;
}

/* Proof ----------------------------------------------------------------------------------- */

struct placed {
    struct checkpoint checkpoint;
    struct tree_proof path;
    struct digest hash;
};

/* Proves the leaf against the newest checkpoint, and checks that proof as a stranger would. */
static struct status place(struct showing *showing, uint64_t n, struct bytes leaf,
                           struct placed *out)
{
    struct bytes note;
    uint64_t size;
    struct tree_source source = log_tree_source(showing->log);
    TRY(log_read_checkpoint(showing->log, log_snapshot_size(showing->log), &note, &size));
    TRY(checkpoint_verify(engine_log_key(showing->engine), note, &out->checkpoint));
    TRY(tree_prove_inclusion(&source, showing->hasher, n, out->checkpoint.size, &out->path));
    out->hash = hash_leaf(showing->hasher, leaf);
    return tree_check_inclusion(showing->hasher, n, out->checkpoint.size, &out->hash, &out->path,
                                &out->checkpoint.root);
}

static void put_placed(struct showing *showing, const struct placed *placed)
{
    char memory[256];
    struct text text = TEXT_IN(memory);
    text_put_base64(&text, BYTES(placed->hash.sha256));
    output_add(showing->out, "leaf hash   %s\n", text_string(&text));
    text_clear(&text);
    text_put_base64(&text, BYTES(placed->checkpoint.root.sha256));
    output_add(showing->out,
               "proof       %zu hashes lead to root %s,\n            signed by %s over %" PRIu64
               " events: it holds\n",
               placed->path.count, text_string(&text), engine_log_key(showing->engine)->name,
               placed->checkpoint.size);
}

/* Forms ----------------------------------------------------------------------------------- */

static struct status show_json(struct showing *showing, const struct leaf *leaf, struct bytes bytes)
{
    struct bytes body, command;
    TRY(log_read_body(showing->log, leaf, &body));
    TRY(log_read_command(showing->log, leaf, &command));
    output_put_string(showing->out, "{\"leaf\":");
    output_put_bytes(showing->out, bytes);
    if (body.size > 0) {
        output_put_string(showing->out, ",\"body\":");
        output_put(showing->out, body.data + SALT_SIZE, body.size - SALT_SIZE);
    }
    if (command.size > 0) {
        output_put_string(showing->out, ",\"command\":");
        output_put_bytes(showing->out, command);
    }
    output_put_string(showing->out, "}\n");
    return OK;
}

static struct status show(struct showing *showing, uint64_t n)
{
    struct bytes bytes;
    struct leaf leaf;
    struct placed placed;
    invocation_at(showing->invocation, "reading", n);
    TRY(log_read_leaf(showing->log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    TRY(place(showing, n, bytes, &placed));
    if (invocation_has(showing->invocation, "leaf")) {
        output_put_bytes(showing->out, bytes);
        output_put_char(showing->out, '\n');
        return OK;
    }
    if (showing->invocation->format == ROWS_JSON) {
        return show_json(showing, &leaf, bytes);
    }
    put_leaf(showing, &leaf);
    TRY(put_details(showing, &leaf));
    put_placed(showing, &placed);
    return OK;
}

static enum exit_code show_all(struct showing *showing)
{
    const struct invocation *invocation = showing->invocation;
    struct status status = log_snapshot_open(engine_log(showing->engine), &showing->log);
    for (size_t i = 0; i < invocation_argument_count(invocation) && !failed(status); i++) {
        uint64_t n;
        const char *argument = invocation_argument(invocation, i);
        if (!text_read_u64(bytes_of_string(argument), &n)) {
            return invocation_fail(invocation, EXIT_USAGE, NULL,
                                   "an event is shown by its position, a number: not %s", argument);
        }
        output_put_string(showing->out, i > 0 && invocation->format == ROWS_TABLE ? "\n" : "");
        status = show(showing, n);
        if (status.code == STATUS_NOT_FOUND) {
            return invocation_fail(invocation, EXIT_NOT_FOUND, NULL,
                                   "there is no event %" PRIu64 ": the log has %" PRIu64, n,
                                   log_snapshot_size(showing->log));
        }
    }
    return failed(status)
               ? invocation_failed(
                     invocation, status,
                     status.code == STATUS_CORRUPT ? "cairn verify tells what still holds" : NULL,
                     "reading the event")
               : EXIT_DONE;
}

static enum exit_code run(struct invocation *invocation)
{
    struct showing showing = {
        .invocation = invocation, .out = invocation->output, .memory = malloc(SHOW_MEMORY)};
    struct status status =
        showing.memory == NULL ? FAIL(NO_MEMORY, SHOW_MEMORY) : hasher_open(&showing.hasher);
    enum exit_code code = failed(status) ? invocation_failed(invocation, status, NULL, "starting")
                                         : store_open(invocation, STORE_READ, &showing.engine);
    if (code == EXIT_DONE) {
        code = show_all(&showing);
    }
    log_snapshot_close(&showing.log);
    engine_close(&showing.engine);
    hasher_close(&showing.hasher);
    free(showing.memory);
    return code;
}

static const struct option_info options[] = {
    {"leaf", 0, NULL, "only the leaf, byte for byte as it is hashed", false},
};

const struct verb verb_show = {
    .name = "show",
    .about = "show events in full, with their place in the tree",
    .arguments = "N...",
    .details = "The event, its body and its signed command, each compared with its hash, and the\n"
               "path from the leaf to the newest signed root. With --leaf, to check by hand:\n"
               "{ printf '\\0'; cairn show --leaf N | tr -d '\\n'; } | sha256sum",
    .examples = "cairn show 30377\ncairn show 0 --json",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
