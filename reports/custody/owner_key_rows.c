#include "reports/custody/owner_key_rows.h"

#include "reports/custody/named.h"

/* clang-format off */
static const struct column columns[] = {
    {"time",    NULL, COLUMN_TIME, ALIGN_LEFT},
    {"vm",      NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"owner",   NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"key",     NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"verdict", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"emitter", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"events",  NULL, COLUMN_JSON, ALIGN_LEFT},
};
/* clang-format on */

enum {
    BODY_ARENA = 4 << 10,
    KEY_SHOWN = 8, /* bytes of a key's digest in a table */
};

/* What a controller said. */
struct learned {
    bool there; /* the body has not been erased */
    struct id owner;
    struct digest key;
    uint64_t n;
};

static struct status read_learned(const struct owner_key_rows *rows, const struct leaf *leaf,
                                  struct learned *out)
{
    uint8_t memory[BODY_ARENA];
    struct arena arena = ARENA_IN(memory);
    union event_body body;
    struct bytes bytes;
    *out = (struct learned){.n = leaf->n};
    TRY(log_read_body(rows->log, leaf, &bytes));
    if (bytes.size <= SALT_SIZE) {
        return OK;
    }
    TRY(event_body_decode(leaf->kind, bytes_of(bytes.data + SALT_SIZE, bytes.size - SALT_SIZE),
                          &arena, &body));
    out->there = true;
    out->owner = body.vm_owner_key_learned.owner;
    out->key = body.vm_owner_key_learned.key;
    return OK;
}

struct first {
    const struct owner_key_rows *rows;
    struct learned learned;
};

static struct status keep_first(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct first *first = context;
    (void)bytes;
    return read_learned(first->rows, leaf, &first->learned);
}

static struct status ask(struct id vm, struct query *query)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    query->by_received = true;
    TRY(query_add(query, QUERY_KIND, bytes_of_string(event_name(EVENT_VM_OWNER_KEY_LEARNED))));
    if (vm.kind == ID_NONE) {
        return OK;
    }
    id_write(&text, vm);
    return query_add(query, QUERY_ON, text_bytes(&text));
}

static struct status find_first(const struct owner_key_rows *rows, struct id vm,
                                struct learned *out)
{
    struct first first = {.rows = rows};
    struct query query = {.limit = 1};
    struct query_outcome outcome;
    TRY(ask(vm, &query));
    TRY(query_run(&query, rows->log, rows->index, keep_first, &first, &outcome));
    *out = first.learned;
    return OK;
}

enum verdict {
    VERDICT_ERASED,
    VERDICT_PINNED,
    VERDICT_AGAIN,
    VERDICT_ANOTHER,
    VERDICT_STRANGE,
};

/* Whether it is the key that the owner had when the machine was started; what is not known is. */
static bool is_owners(const struct owner_key_rows *rows, struct id vm,
                      const struct learned *learned)
{
    struct view view = rows->view;
    struct vm_row row = {.vm = vm};
    if (view.state == NULL) {
        return true;
    }
    size_t used = view.arena->used;
    bool found = view_find(&view, ROW_VM, &row);
    struct digest digest = found ? hash_bytes(rows->hasher, row.owner_key) : learned->key;
    view.arena->used = used;
    return digest_equal(&digest, &learned->key);
}

static enum verdict verdict_of(const struct owner_key_rows *rows, struct id vm,
                               const struct learned *learned, const struct learned *first)
{
    if (!learned->there || !first->there) {
        return VERDICT_ERASED;
    }
    if (!digest_equal(&learned->key, &first->key)) {
        return VERDICT_ANOTHER;
    }
    if (!is_owners(rows, vm, learned)) {
        return VERDICT_STRANGE;
    }
    return learned->n == first->n ? VERDICT_PINNED : VERDICT_AGAIN;
}

static struct cell verdict_cell(enum verdict verdict)
{
    static const char *const words[] = {
        [VERDICT_ERASED] = "erased",           [VERDICT_PINNED] = "pinned",
        [VERDICT_AGAIN] = "the same again",    [VERDICT_ANOTHER] = "ANOTHER KEY",
        [VERDICT_STRANGE] = "NOT THE OWNER'S",
    };
    return cell_string(words[verdict]);
}

static struct cell key_cell(struct named *named, const struct learned *learned)
{
    size_t start = named->text.size;
    size_t size = named->for_people ? KEY_SHOWN : sizeof learned->key.sha256;
    if (!learned->there) {
        return cell_absent();
    }
    text_put_hex(&named->text, bytes_of(learned->key.sha256, size));
    return named_cell(named, start);
}

static struct status meet(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct owner_key_rows *rows = context;
    struct learned learned, first;
    struct named named;
    (void)bytes;
    TRY(rows_go_on(rows->out));
    TRY(read_learned(rows, leaf, &learned));
    TRY(find_first(rows, leaf->on[0], &first));
    enum verdict verdict = verdict_of(rows, leaf->on[0], &learned, &first);
    bool wrong = verdict == VERDICT_ANOTHER || verdict == VERDICT_STRANGE;
    TRY(*rows->view.trouble);
    rows->wrong += wrong ? 1 : 0;
    if (rows->failing && !wrong) {
        return OK;
    }
    named_begin(&named, &rows->view, rows->out);
    const uint64_t events[] = {first.n, leaf->n};
    rows->count++;
    const struct cell cells[] = {
        cell_number(leaf->t_utc_us),
        named_id(&named, leaf->on[0]),
        named_id(&named, learned.owner),
        key_cell(&named, &learned),
        verdict_cell(verdict),
        named_text(leaf->emitter),
        first.n == leaf->n ? named_events(&named, events, 1) : named_events(&named, events, 2),
    };
    return rows_add(rows->out, cells);
}

struct status owner_key_rows_write(struct owner_key_rows *rows)
{
    struct query query = {.range = rows->range};
    struct query_outcome outcome;
    TRY(rows_begin(rows->out, columns, sizeof columns / sizeof columns[0]));
    TRY(ask(rows->vm, &query));
    TRY(query_run(&query, rows->log, rows->index, meet, rows, &outcome));
    return rows_flush(rows->out);
}
