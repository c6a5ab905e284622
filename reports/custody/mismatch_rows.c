#include "reports/custody/mismatch_rows.h"

#include "reports/custody/named.h"

/* clang-format off */
static const struct column columns[] = {
    {"from",     NULL, COLUMN_TIME, ALIGN_LEFT},
    {"until",    NULL, COLUMN_TIME, ALIGN_LEFT},
    {"host",     NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"kind",     NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"object",   NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"expected", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"observed", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"watcher",  NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"events",   NULL, COLUMN_JSON, ALIGN_LEFT},
};
/* clang-format on */

enum {
    BODY_ARENA = 32 << 10,
};

bool mismatch_is_uncommanded(enum mismatch_kind kind)
{
    static const enum mismatch_kind kinds[] = {
        MISMATCH_KIND_DOMAIN_UNKNOWN, MISMATCH_KIND_DOMAIN_MIGRATED,
        MISMATCH_KIND_DISK_UNKNOWN,   MISMATCH_KIND_INTERFACE_UNKNOWN,
        MISMATCH_KIND_VOLUME_UNKNOWN, MISMATCH_KIND_EXPORT_UNKNOWN};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i] == kind) {
            return true;
        }
    }
    return false;
}

/* The event by which something differed no more. */
struct clearing {
    const struct mismatch_rows *rows;
    struct digest identity;
    bool found;
    uint64_t n, utc_us;
};

static struct status read_body(const struct mismatch_rows *rows, const struct leaf *leaf,
                               struct arena *arena, union event_body *body, bool *there)
{
    struct bytes bytes;
    TRY(log_read_body(rows->log, leaf, &bytes));
    *there = bytes.size > SALT_SIZE;
    return *there ? event_body_decode(leaf->kind,
                                      bytes_of(bytes.data + SALT_SIZE, bytes.size - SALT_SIZE),
                                      arena, body)
                  : OK;
}

/* The first ends the search. */
static struct status meet_cleared(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct clearing *clearing = context;
    uint8_t memory[BODY_ARENA];
    struct arena arena = ARENA_IN(memory);
    union event_body body;
    bool there;
    (void)bytes;
    TRY(read_body(clearing->rows, leaf, &arena, &body, &there));
    if (!there || !digest_equal(&body.reconcile_cleared.identity, &clearing->identity)) {
        return OK;
    }
    clearing->found = true;
    clearing->n = leaf->n;
    clearing->utc_us = leaf->t_utc_us;
    return FAIL(INTERRUPTED, leaf->n);
}

static struct status add_conditions(struct id host, enum event_kind kind, struct query *query)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    query->by_received = true;
    TRY(query_add(query, QUERY_KIND, bytes_of_string(event_name(kind))));
    if (host.kind == ID_NONE) {
        return OK;
    }
    id_write(&text, host);
    return query_add(query, QUERY_ON, text_bytes(&text));
}

static struct status find_cleared(struct clearing *clearing, struct id host, uint64_t after)
{
    struct query query = {.first = after + 1};
    struct query_outcome outcome;
    TRY(add_conditions(host, EVENT_RECONCILE_CLEARED, &query));
    struct status status = query_run(&query, clearing->rows->log, clearing->rows->index,
                                     meet_cleared, clearing, &outcome);
    return clearing->found ? OK : status;
}

static struct status add(struct mismatch_rows *rows, const struct leaf *leaf,
                         const struct reconcile_mismatch *body, const struct clearing *clearing)
{
    struct named named;
    named_begin(&named, rows->view, rows->out);
    const uint64_t events[] = {leaf->n, clearing->n};
    rows->count++;
    rows->lasting_count += clearing->found ? 0 : 1;
    const struct cell cells[] = {
        cell_number(leaf->t_utc_us),
        clearing->found ? cell_number(clearing->utc_us) : cell_absent(),
        named_id(&named, leaf->on[0]),
        body == NULL ? cell_absent() : cell_string(mismatch_kind_name(body->kind)),
        body == NULL ? cell_absent() : named_text(body->object),
        body == NULL || !body->has_expected ? cell_absent() : named_text(body->expected),
        body == NULL || !body->has_observed ? cell_absent() : named_text(body->observed),
        named_text(leaf->emitter),
        named_events(&named, events, clearing->found ? 2 : 1),
    };
    return rows_add(rows->out, cells);
}

static struct status meet(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct mismatch_rows *rows = context;
    uint8_t memory[BODY_ARENA];
    struct arena arena = ARENA_IN(memory);
    union event_body body;
    bool there;
    struct clearing clearing = {.rows = rows};
    (void)bytes;
    TRY(rows_go_on(rows->out));
    TRY(read_body(rows, leaf, &arena, &body, &there));
    if (there) {
        clearing.identity = body.reconcile_mismatch.identity;
        TRY(find_cleared(&clearing, leaf->on[0], leaf->n));
    }
    bool is_wanted =
        !rows->uncommanded || !there || mismatch_is_uncommanded(body.reconcile_mismatch.kind);
    if (!is_wanted || (rows->lasting && clearing.found)) {
        return OK;
    }
    return add(rows, leaf, there ? &body.reconcile_mismatch : NULL, &clearing);
}

struct status mismatch_rows_write(struct mismatch_rows *rows)
{
    struct query query = {.range = rows->range};
    struct query_outcome outcome;
    TRY(rows_begin(rows->out, columns, sizeof columns / sizeof columns[0]));
    TRY(add_conditions(rows->host, EVENT_RECONCILE_MISMATCH, &query));
    TRY(query_run(&query, rows->log, rows->index, meet, rows, &outcome));
    return rows_flush(rows->out);
}
