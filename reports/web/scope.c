#include "reports/web/scope.h"

#include "reports/naming.h"

#include <assert.h>

enum {
    SCOPE_ARENA = 16 << 10, /* bytes: a row or two */
};

/* Opening ----------------------------------------------------------------------------------- */

static struct status find_window(const struct web_viewer *viewer, struct scope *scope)
{
    if (viewer->from_us > 0) {
        TRY(query_position_at(scope->log, viewer->from_us, &scope->first));
    }
    if (viewer->until_us > 0) {
        uint64_t end;
        TRY(query_position_at(scope->log, viewer->until_us, &end));
        scope->end = end < scope->end ? end : scope->end;
    }
    scope->first = scope->first < scope->end ? scope->first : scope->end;
    return OK;
}

struct status scope_open(const struct web_options *options, const struct web_viewer *viewer,
                         uint64_t size, struct hasher *hasher, struct scope *out)
{
    memset(out, 0, sizeof *out);
    out->engine = options->engine;
    out->hasher = hasher;
    out->expired = options->expired;
    out->expired_context = options->context;
    out->narrowed = viewer->scoped;
    out->project = viewer->scoped ? viewer->project : (struct id){0};
    TRY(log_snapshot_open(engine_log(options->engine), &out->log));
    if (engine_index(options->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(options->engine), &out->index));
    }
    uint64_t all = log_snapshot_size(out->log);
    out->size = size == UINT64_MAX ? all : size;
    out->end = out->size;
    if (out->size > all) {
        return FAIL_BECAUSE(LIMIT, all, "the log has fewer events than that");
    }
    return viewer->scoped ? find_window(viewer, out) : OK;
}

void scope_close(struct scope *scope)
{
    index_snapshot_close(&scope->index);
    log_snapshot_close(&scope->log);
}

/* Events ------------------------------------------------------------------------------------ */

bool scope_sees(const struct scope *scope, const struct leaf *leaf)
{
    return leaf->n >= scope->first && leaf->n < scope->end &&
           (scope->project.kind == ID_NONE || query_is_within(leaf, scope->project));
}

/* What does not hold cannot be told to be visible. */
static struct status unread(const struct scope *scope, uint64_t n, struct status status)
{
    return scope->narrowed && status.code == STATUS_CORRUPT ? FAIL(NOT_FOUND, n) : status;
}

struct status scope_leaf(const struct scope *scope, uint64_t n, struct bytes *bytes,
                         struct leaf *out)
{
    if (n < scope->first || n >= scope->end) {
        return FAIL(NOT_FOUND, n);
    }
    struct status status = log_read_leaf(scope->log, n, bytes);
    if (!failed(status) && failed(leaf_decode(*bytes, out))) {
        status = FAIL_BECAUSE(CORRUPT, n, "the leaf is not in canonical form");
    }
    TRY(unread(scope, n, status));
    return scope_sees(scope, out) ? OK : FAIL(NOT_FOUND, n);
}

struct status scope_body(const struct scope *scope, const struct leaf *leaf, struct bytes *salt,
                         struct bytes *body)
{
    struct bytes salted;
    assert(scope_sees(scope, leaf));
    TRY(log_read_body(scope->log, leaf, &salted));
    bool erased = salted.size < SALT_SIZE;
    *salt = bytes_of(salted.data, erased ? 0 : SALT_SIZE);
    *body = bytes_of(salted.data + (erased ? 0 : SALT_SIZE), erased ? 0 : salted.size - SALT_SIZE);
    return OK;
}

/* Whether the event at n belongs to the same command, and if so whether it is visible. */
static struct status look_beside(const struct scope *scope, uint64_t n, const struct leaf *leaf,
                                 bool *same, bool *visible)
{
    struct bytes bytes;
    struct leaf other;
    TRY(log_read_leaf(scope->log, n, &bytes));
    *same = !failed(leaf_decode(bytes, &other)) && other.has_command &&
            digest_equal(&other.command, &leaf->command);
    *visible = *visible && (!*same || scope_sees(scope, &other));
    return OK;
}

/* The events of a command lie side by side; one over many objects may be about anything. */
static struct status is_all_visible(const struct scope *scope, const struct leaf *leaf, bool *out)
{
    bool same = true;
    *out = leaf->item == 0;
    for (uint64_t n = leaf->n; same && *out && n > 0; n--) {
        TRY(look_beside(scope, n - 1, leaf, &same, out));
    }
    same = true;
    for (uint64_t n = leaf->n + 1; same && *out && n < scope->size; n++) {
        TRY(look_beside(scope, n, leaf, &same, out));
    }
    return OK;
}

struct status scope_command(const struct scope *scope, const struct leaf *leaf,
                            struct bytes *record, bool *hidden)
{
    bool visible = true;
    assert(scope_sees(scope, leaf));
    *record = bytes_of(NULL, 0);
    *hidden = false;
    if (!leaf->has_command) {
        return OK;
    }
    if (scope->narrowed) {
        TRY(is_all_visible(scope, leaf, &visible));
    }
    *hidden = !visible;
    return visible ? log_read_command(scope->log, leaf, record) : OK;
}

/* Queries ----------------------------------------------------------------------------------- */

struct status scope_query(const struct scope *scope, const struct query *asked, query_visit *visit,
                          void *context, struct query_outcome *outcome)
{
    struct query query = *asked;
    query.within = scope->project;
    query.first = query.first > scope->first ? query.first : scope->first;
    query.end = query.end > 0 && query.end < scope->end ? query.end : scope->end;
    query.stopped = scope->expired;
    query.stopped_context = scope->expired_context;
    if (query.first >= query.end) {
        *outcome = (struct query_outcome){.size = scope->size};
        return OK;
    }
    return query_run(&query, scope->log, scope->index, visit, context, outcome);
}

struct counting {
    uint64_t count;
    struct leaf *leaf; /* the last one */
};

static struct status count(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct counting *counting = context;
    (void)bytes;
    counting->count++;
    if (counting->leaf != NULL) {
        *counting->leaf = *leaf;
    }
    return OK;
}

struct status scope_count(const struct scope *scope, uint64_t most, uint64_t *out)
{
    struct counting counting = {0};
    struct query_outcome outcome;
    if (scope->project.kind == ID_NONE) {
        *out = scope->end - scope->first;
        return OK;
    }
    const struct query query = {.limit = most, .newest_first = true};
    TRY(scope_query(scope, &query, count, &counting, &outcome));
    *out = counting.count;
    return OK;
}

static struct status find_one(const struct scope *scope, bool newest, struct leaf *out)
{
    struct counting counting = {.leaf = out};
    struct query_outcome outcome;
    const struct query query = {.limit = 1, .newest_first = newest};
    TRY(scope_query(scope, &query, count, &counting, &outcome));
    return counting.count > 0 ? OK : FAIL(NOT_FOUND, 0);
}

struct status scope_newest(const struct scope *scope, struct leaf *out)
{
    return find_one(scope, true, out);
}

struct status scope_oldest(const struct scope *scope, struct leaf *out)
{
    return find_one(scope, false, out);
}

static struct status sees_name(void *context, struct id id, bool *visible)
{
    return scope_sees_object(context, id, visible);
}

struct status scope_filter(struct scope *scope, struct bytes expression, uint64_t now_utc_us,
                           struct filter *out, struct filter_fault *fault)
{
    const struct filter_sight sight = {
        .as_of_n = scope->end - (scope->end > 0 ? 1 : 0), .sees = sees_name, .context = scope};
    const struct filter_context context = {
        .engine = scope->engine,
        .moments = {.now_utc_us = now_utc_us, .zone = zone_utc()},
        .sight = scope->narrowed ? &sight : NULL,
    };
    return filter_read(expression, &context, out, fault);
}

/* The state --------------------------------------------------------------------------------- */

static struct status add_id_value(struct query *query, enum query_member member, struct id id)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    id_write(&text, id);
    return query_add(query, member, text_bytes(&text));
}

/* Whether a visible event has it as this member. */
static struct status is_named(const struct scope *scope, enum query_member member, struct id id,
                              bool *visible)
{
    struct counting counting = {0};
    struct query_outcome outcome;
    struct query query = {.limit = 1, .newest_first = true};
    if (*visible) {
        return OK;
    }
    TRY(add_id_value(&query, member, id));
    TRY(scope_query(scope, &query, count, &counting, &outcome));
    *visible = counting.count > 0;
    return OK;
}

static struct status look_for(const struct scope *scope, struct id id, bool *visible)
{
    TRY(is_named(scope, QUERY_ON, id, visible));
    if (id.kind == ID_USER) {
        TRY(is_named(scope, QUERY_ACTOR, id, visible));
    }
    if (id.kind == ID_SESSION) {
        TRY(is_named(scope, QUERY_SESSION, id, visible));
    }
    if (id.kind == ID_PROJECT) {
        TRY(is_named(scope, QUERY_PROJECT, id, visible));
    }
    return OK;
}

struct status scope_sees_object(struct scope *scope, struct id id, bool *visible)
{
    size_t slot = (id.n * 31 + (uint64_t)id.kind) % SCOPE_KNOWN_MAX;
    *visible = !scope->narrowed;
    if (!scope->narrowed || id.kind == ID_NONE || id.kind == ID_LOG) {
        return OK;
    }
    if (!id_equal(scope->known[slot].id, id)) {
        TRY(look_for(scope, id, visible));
        scope->known[slot].id = id;
        scope->known[slot].visible = *visible;
    }
    *visible = scope->known[slot].visible;
    return OK;
}

struct status scope_require_object(struct scope *scope, struct id id)
{
    bool visible = false;
    if (id.kind == ID_NONE || id.kind == ID_LOG || id.n >= scope->end) {
        return FAIL(NOT_FOUND, 0);
    }
    TRY(look_for(scope, id, &visible));
    return visible ? OK : FAIL(NOT_FOUND, 0);
}

struct view scope_view(const struct scope *scope, uint64_t as_of_n, struct arena *arena,
                       struct status *trouble)
{
    uint64_t last = scope->end > 0 ? scope->end - 1 : 0;
    return engine_view(scope->engine, as_of_n < last ? as_of_n : last, arena, trouble);
}

/* Whether the event is visible that made a version. */
static struct status is_visible(const struct scope *scope, uint64_t n, bool *visible)
{
    struct bytes bytes;
    struct leaf leaf;
    struct status status = scope_leaf(scope, n, &bytes, &leaf);
    *visible = !failed(status);
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

struct status scope_sees_row(const struct scope *scope, enum row_table table, struct bytes key,
                             uint64_t as_of_n, bool *visible)
{
    struct state *state = engine_state(scope->engine);
    struct bytes row;
    uint64_t n;
    *visible = true;
    if (!scope->narrowed) {
        return OK;
    }
    /* The version made by the very first event is after none. */
    struct status status = state_find(state, table, key, 0, &row, &n);
    if (!failed(status)) {
        TRY(is_visible(scope, n, visible));
    }
    n = 0;
    while (*visible) {
        const struct state_change change = {.table = table, .key = key, .after = n};
        status = state_next_change(state, &change, &n);
        if (status.code == STATUS_NOT_FOUND || (!failed(status) && n > as_of_n)) {
            return OK;
        }
        TRY(status);
        TRY(is_visible(scope, n, visible));
    }
    return OK;
}

void scope_put_name(struct scope *scope, struct id id, uint64_t as_of_n, struct text *out)
{
    uint8_t memory[SCOPE_ARENA];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    bool visible = false;
    if (engine_state(scope->engine) == NULL || failed(scope_sees_object(scope, id, &visible)) ||
        !visible) {
        id_write(out, id);
        return;
    }
    struct view view = scope_view(scope, as_of_n, &arena, &trouble);
    naming_put(&view, id, out);
}

/* Proofs ------------------------------------------------------------------------------------ */

struct status scope_proof(const struct scope *scope, uint64_t n, struct proof *out)
{
    struct bytes bytes;
    struct leaf leaf;
    TRY(scope_leaf(scope, n, &bytes, &leaf));
    return proof_from_log(scope->log, n, scope->size, out);
}

struct status scope_raw_leaf(const struct scope *scope, uint64_t n, struct bytes *leaf)
{
    struct bytes body, command;
    return scope->narrowed || n >= scope->size ? FAIL(NOT_FOUND, n)
                                               : log_read_raw(scope->log, n, leaf, &body, &command);
}

/* The log ----------------------------------------------------------------------------------- */

struct status scope_root_at(const struct scope *scope, uint64_t size, struct digest *root)
{
    struct tree_source source = log_tree_source(scope->log);
    return size > scope->size ? FAIL(NOT_FOUND, size)
                              : tree_root_at(&source, scope->hasher, size, root);
}

struct status scope_root(const struct scope *scope, struct digest *root)
{
    return scope_root_at(scope, scope->size, root);
}

struct status scope_checkpoint(const struct scope *scope, uint64_t most, struct bytes *note,
                               uint64_t *size)
{
    return log_read_checkpoint(scope->log, most < scope->size ? most : scope->size, note, size);
}

struct last {
    bool found;
    uint64_t emitter_n;
};

static struct status see_last(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct last *last = context;
    (void)bytes;
    *last = (struct last){.found = true, .emitter_n = leaf->emitter_n};
    return OK;
}

struct status scope_emitter_last(const struct scope *scope, struct bytes emitter,
                                 uint64_t *emitter_n)
{
    struct emitter_head head;
    struct last last = {0};
    struct query_outcome outcome;
    struct query query = {.limit = 1, .newest_first = true};
    if (scope->narrowed) {
        return FAIL(NOT_FOUND, 0);
    }
    /* At the head the log knows it; before, the newest of its events does. */
    if (scope->size == log_snapshot_size(scope->log)) {
        TRY(log_read_emitter(scope->log, emitter, &head));
        *emitter_n = head.emitter_n;
        return OK;
    }
    TRY(query_add(&query, QUERY_EMITTER, emitter));
    TRY(scope_query(scope, &query, see_last, &last, &outcome));
    *emitter_n = last.emitter_n;
    return last.found ? OK : FAIL(NOT_FOUND, 0);
}

struct status scope_put_bundle(const struct scope *scope, const struct bundle_sink *sink)
{
    const char *origin = log_origin(engine_log(scope->engine));
    struct bundle_head head = {0};
    struct bytes note;
    if (scope->narrowed) {
        return FAIL(NOT_FOUND, 0);
    }
    memcpy(head.origin, origin, strlen(origin));
    TRY(scope_checkpoint(scope, scope->size, &note, &head.size));
    TRY(bundle_put_head(sink, &head));
    TRY(bundle_put_log(sink, scope->log, 0, head.size));
    return bundle_put_end(sink, note);
}

struct status scope_position_at(const struct scope *scope, uint64_t utc_us, uint64_t *n)
{
    if (scope->project.kind != ID_NONE) {
        return FAIL(NOT_FOUND, 0);
    }
    TRY(query_position_at(scope->log, utc_us, n));
    *n = *n > scope->first ? *n : scope->first;
    *n = *n < scope->end ? *n : scope->end;
    return OK;
}
