#include "reports/access/basis.h"

#include "store/state.h"

/* FNV-1a: only speed depends on it. */
static size_t slot_of(enum row_table table, bool prefix, struct bytes key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ ((uint64_t)table << 1 | (prefix ? 1u : 0u));
    for (size_t i = 0; i < key.size; i++) {
        hash = (hash ^ key.data[i]) * UINT64_C(0x100000001b3);
    }
    return (size_t)(hash >> 20) % BASIS_SLOTS;
}

static struct bytes key_of(const struct basis *basis, const struct basis_row *row)
{
    return bytes_of(basis->bytes + row->at, row->size);
}

/* The slot where such a row is noted, or is to be. */
static uint16_t *find_slot(struct basis *basis, enum row_table table, bool prefix, struct bytes key)
{
    for (size_t i = slot_of(table, prefix, key);; i = (i + 1) % BASIS_SLOTS) {
        uint16_t *slot = &basis->slots[i];
        const struct basis_row *row = *slot == 0 ? NULL : &basis->rows[*slot - 1];
        if (row == NULL || (row->table == table && row->prefix == prefix &&
                            bytes_equal(key_of(basis, row), key))) {
            return slot;
        }
    }
}

static void note_rows(struct basis *basis, const struct view_look *look)
{
    bool prefix = look->kind == VIEW_LOOK_ROWS;
    uint16_t *slot = find_slot(basis, look->table, prefix, look->key);
    if (*slot != 0 || basis->full) {
        return;
    }
    if (basis->row_count == BASIS_ROWS_MAX ||
        look->key.size > BASIS_BYTES_MAX - basis->byte_count) {
        basis->full = true;
        return;
    }
    basis->rows[basis->row_count] = (struct basis_row){.table = look->table,
                                                       .prefix = prefix,
                                                       .at = (uint32_t)basis->byte_count,
                                                       .size = (uint32_t)look->key.size};
    if (look->key.size > 0) {
        memcpy(basis->bytes + basis->byte_count, look->key.data, look->key.size);
    }
    basis->byte_count += look->key.size;
    *slot = (uint16_t)++basis->row_count;
}

/* A time that is optional and absent is 0, and so never to come. */
static void note_times(struct basis *basis, const struct view_look *look)
{
    const struct row_info *info = &row_infos[look->table];
    for (size_t i = 0; i < info->field_count; i++) {
        uint64_t utc_us;
        if (info->fields[i].type_code != FIELD_TIME || info->fields[i].list) {
            continue;
        }
        memcpy(&utc_us, (const char *)look->row + info->fields[i].offset, sizeof utc_us);
        if (utc_us > basis->now_utc_us && utc_us < basis->until_utc_us) {
            basis->until_utc_us = utc_us;
        }
    }
}

/* What was so before the moment, at a login, changes no more; but its times count. What comes next
 * on a walk is among what is walked. */
static void note(void *context, const struct view_look *look)
{
    struct basis *basis = context;
    if (look->as_of_n == basis->as_of_n && look->kind != VIEW_LOOK_NEXT) {
        note_rows(basis, look);
    }
    if (look->row != NULL) {
        note_times(basis, look);
    }
}

void basis_watch(struct basis *basis, struct view *view)
{
    basis->watcher = (struct view_watcher){.look = note, .context = basis};
    basis->as_of_n = view->as_of_n;
    basis->now_utc_us = view->now_utc_us;
    basis->until_utc_us = UINT64_MAX;
    basis->row_count = 0;
    basis->byte_count = 0;
    basis->full = false;
    memset(basis->slots, 0, sizeof basis->slots);
    view->watcher = &basis->watcher;
}

struct status basis_next_event(const struct basis *basis, struct state *state, uint64_t *n)
{
    uint64_t first = basis->full ? basis->as_of_n + 1 : UINT64_MAX;
    for (size_t i = 0; i < basis->row_count && !basis->full; i++) {
        const struct basis_row *row = &basis->rows[i];
        uint64_t change;
        struct status status = state_next_change(state,
                                                 &(struct state_change){.table = row->table,
                                                                        .key = key_of(basis, row),
                                                                        .prefix = row->prefix,
                                                                        .after = basis->as_of_n},
                                                 &change);
        if (!failed(status) && change < first) {
            first = change;
        }
        TRY(status.code == STATUS_NOT_FOUND ? OK : status);
    }
    *n = first;
    return OK;
}

uint64_t basis_next_time(const struct basis *basis)
{
    return basis->until_utc_us;
}
