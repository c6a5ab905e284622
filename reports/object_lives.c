#include "reports/object_lives.h"

#include "reports/naming.h"
#include "reports/object_state.h"
#include "reports/stretch.h"
#include "store/state.h"

/* Whether it is in force ------------------------------------------------------------------- */

static bool is_called(const struct field_info *field, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(field->name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* A field that says that the row counts no more. An optional time is zero where it is not. */
static bool says_over(const struct field_info *field, const void *row)
{
    static const char *const flags[] = {"deleted", "ended", "retired"};
    static const char *const times[] = {"closed", "ended", "withdrawn", "revoked"};
    const char *at = (const char *)row + field->offset;
    if (field->type_code == FIELD_BOOLEAN && !field->list) {
        return is_called(field, flags, sizeof flags / sizeof flags[0]) && *(const bool *)at;
    }
    uint64_t time = 0;
    if (field->type_code == FIELD_TIME && !field->list &&
        is_called(field, times, sizeof times / sizeof times[0])) {
        memcpy(&time, at, sizeof time);
    }
    return time != 0;
}

static bool is_open(enum row_table table, const void *row)
{
    switch ((unsigned)table) {
    case ROW_USER:
        return ((const struct user_row *)row)->state != USER_STATE_INACTIVE;
    case ROW_SESSION:
        return ((const struct session_row *)row)->state == SESSION_STATE_OPENED;
    case ROW_FILE:
        return ((const struct file_row *)row)->state != FILE_STATE_DELETED;
    case ROW_CONTACT:
        return ((const struct contact_row *)row)->active;
    case ROW_DECLARATION:
        return ((const struct declaration_row *)row)->status == DECLARATION_STATUS_APPROVED;
    default:
        return true;
    }
}

static uint64_t expiry_of(enum row_table table, const void *row)
{
    const struct row_info *info = &row_infos[table];
    for (size_t i = 0; i < info->field_count; i++) {
        const struct field_info *field = &info->fields[i];
        if (field->type_code == FIELD_TIME && !field->list && strcmp(field->name, "expires") == 0) {
            uint64_t time;
            memcpy(&time, (const char *)row + field->offset, sizeof time);
            return time == 0 ? UINT64_MAX : time;
        }
    }
    return UINT64_MAX;
}

bool life_in_force(enum row_table table, const void *row, uint64_t *until_us)
{
    const struct row_info *info = &row_infos[table];
    bool over = !is_open(table, row);
    for (size_t i = 0; i < info->field_count; i++) {
        over = over || says_over(&info->fields[i], row);
    }
    *until_us = over ? UINT64_MAX : expiry_of(table, row);
    if (table == ROW_USER && !over && ((const struct user_row *)row)->has_disabled_until) {
        *until_us = ((const struct user_row *)row)->disabled_until;
        return false;
    }
    return !over;
}

/* Spans ------------------------------------------------------------------------------------ */

/* A life being gathered, from its newest version back. */
struct gathering {
    const struct lives_question *question;
    life_visit *visit;
    void *context;
    struct life life;
};

/* The spans of one version: two, if it ran out by itself. */
static struct status version_spans(const struct gathering *gathering, const struct life_span *whole,
                                   struct life_span out[static 2], size_t *count)
{
    uint64_t until_us;
    out[0] = *whole;
    out[0].in_force = life_in_force(gathering->life.table, whole->row, &until_us);
    *count = 1;
    if (until_us > whole->from_us && until_us < whole->until_us) {
        out[1] = out[0];
        out[0].until_us = out[1].from_us = until_us;
        out[1].in_force = !out[0].in_force;
        out[1].by_itself = true;
        *count = 2;
    } else if (until_us <= whole->from_us) {
        out[0].in_force = !out[0].in_force; /* it was over when it was written */
    }
    return OK;
}

/* Puts the spans of an older version before those that there are. */
static struct status put_version(struct gathering *gathering, const struct life_span *whole)
{
    struct life *life = &gathering->life;
    struct life_span spans[2];
    size_t count;
    TRY(version_spans(gathering, whole, spans, &count));
    if (life->span_count + count > LIFE_SPANS_MAX) {
        life->cut = true;
        return OK;
    }
    memmove(life->spans + count, life->spans, life->span_count * sizeof life->spans[0]);
    memcpy(life->spans, spans, count * sizeof spans[0]);
    life->span_count += count;
    return OK;
}

static struct status decode_version(const struct gathering *gathering, struct bytes stored,
                                    const void **out)
{
    struct arena *arena = gathering->question->view.arena;
    void *row = arena_take(arena, row_size(gathering->life.table));
    struct bytes kept = arena_copy(arena, stored);
    if (row == NULL || arena->full) {
        return FAIL(NO_MEMORY, stored.size);
    }
    memset(row, 0, row_size(gathering->life.table));
    TRY(row_decode(gathering->life.table, kept, arena, row));
    *out = row;
    return OK;
}

static struct status end_life(struct gathering *gathering)
{
    return gathering->life.span_count == 0 ? OK
                                           : gathering->visit(gathering->context, &gathering->life);
}

/* All rows of a table whose key begins with `prefix`, as lives. */
static struct status gather(struct gathering *gathering, enum row_table table, struct bytes prefix)
{
    const struct lives_question *question = gathering->question;
    struct state_version_place place = {.table = table, .prefix = prefix};
    struct arena *arena = question->view.arena;
    size_t used = arena->used;
    uint8_t memory[STATE_KEY_MAX];
    uint64_t until_n = LIFE_STILL, until_us = question->view.now_utc_us;
    gathering->life = (struct life){.table = table};
    for (;;) {
        struct bytes key, stored;
        struct life_span whole = {0};
        struct status status =
            state_next_version(question->view.state, &place, &key, &stored, &whole.from_n);
        bool more = !failed(status);
        TRY(more || status.code == STATUS_NOT_FOUND ? OK : status);
        if (!more || !bytes_equal(key, place.key)) {
            TRY(end_life(gathering));
            gathering->life = (struct life){.table = table};
            arena->used = used;
            until_n = LIFE_STILL;
            until_us = question->view.now_utc_us;
        }
        if (!more) {
            return OK;
        }
        memcpy(memory, key.data, key.size);
        place.key = gathering->life.key = bytes_of(memory, key.size);
        place.before = whole.from_n;
        if (whole.from_n > question->view.as_of_n) {
            continue;
        }
        if (stored.size > 0 && !gathering->life.cut) {
            whole.until_n = until_n;
            TRY(decode_version(gathering, stored, &whole.row));
            TRY(stretch_time_of(question->log, whole.from_n, &whole.from_us));
            whole.until_us = until_us > whole.from_us ? until_us : whole.from_us;
            TRY(put_version(gathering, &whole));
            until_us = whole.from_us;
        } else if (stored.size == 0) {
            TRY(stretch_time_of(question->log, whole.from_n, &until_us));
        }
        until_n = whole.from_n;
    }
}

/* Tables ------------------------------------------------------------------------------------- */

static const struct field_info *key_field(enum row_table table, size_t part)
{
    return &row_infos[table].fields[row_infos[table].key[part]];
}

/* Of these one thing may have very many. */
static bool is_bulk(enum row_table table)
{
    return table == ROW_CHUNK || table == ROW_IV || table == ROW_FETCHED || table == ROW_TAGGED ||
           table == ROW_GROUP_KEY || table == ROW_ENTRY || table == ROW_COMMAND;
}

static bool takes(enum row_table table, size_t part, enum id_kind kind)
{
    const struct field_info *field = key_field(table, part);
    return part < row_infos[table].key_count && field->type_code == FIELD_ID && !field->list &&
           field->id_kind == kind;
}

static void set_id(void *row, const struct field_info *field, struct id id)
{
    memcpy((char *)row + field->offset, &id, sizeof id);
}

static struct id get_id(const void *row, const struct field_info *field)
{
    struct id id;
    memcpy(&id, (const char *)row + field->offset, sizeof id);
    return id;
}

/* Rows whose key begins with the thing. */
static struct status gather_first(struct gathering *gathering, enum row_table table)
{
    _Alignas(8) char row[OBJECT_ROW_MAX] = {0};
    char memory[STATE_KEY_MAX + 1];
    struct text prefix = TEXT_IN(memory);
    set_id(row, key_field(table, 0), gathering->question->object);
    row_key_prefix(table, row, 1, &prefix);
    return gather(gathering, table, text_bytes(&prefix));
}

/* An index has nothing but its key; what its rows lead to has lived. */
struct following {
    struct gathering *gathering;
    enum row_table index, target;
};

static struct status follow(void *context, const struct life *life)
{
    struct following *following = context;
    enum row_table target = following->target;
    _Alignas(8) char row[OBJECT_ROW_MAX] = {0};
    char memory[STATE_KEY_MAX + 1];
    struct text key = TEXT_IN(memory);
    for (size_t part = 0; part < row_infos[target].key_count; part++) {
        for (size_t i = 0; i < row_infos[following->index].key_count; i++) {
            const struct field_info *field = key_field(following->index, i);
            if (strcmp(field->name, key_field(target, part)->name) == 0) {
                set_id(row, key_field(target, part), get_id(life->spans[0].row, field));
            }
        }
    }
    row_key_prefix(target, row, row_infos[target].key_count, &key);
    return gather(following->gathering, target, text_bytes(&key));
}

static struct status gather_followed(struct gathering *gathering, enum row_table index,
                                     enum row_table target)
{
    struct gathering *inner = arena_take(gathering->question->view.arena, sizeof *inner);
    if (inner == NULL) {
        return FAIL(NO_MEMORY, sizeof *inner);
    }
    struct following following = {.gathering = gathering, .index = index, .target = target};
    *inner =
        (struct gathering){.question = gathering->question, .visit = follow, .context = &following};
    return gather_first(inner, index);
}

/* Rows whose key has the thing behind one other part: one look for each of those. */
static struct status gather_second(struct gathering *gathering, enum row_table table)
{
    struct state_version_place place = {.table = table};
    uint8_t beyond[STATE_KEY_MAX];
    for (;;) {
        _Alignas(8) char row[OBJECT_ROW_MAX] = {0};
        char memory[STATE_KEY_MAX + 1];
        struct text prefix = TEXT_IN(memory);
        struct bytes key, stored;
        uint64_t n;
        struct status status =
            state_next_version(gathering->question->view.state, &place, &key, &stored, &n);
        if (status.code == STATUS_NOT_FOUND) {
            return OK;
        }
        TRY(status);
        set_id(row, key_field(table, 1), gathering->question->object);
        row_key_prefix(table, row, 2, &prefix);
        size_t size = prefix.size / 2; /* two ids, of the same size */
        if (key.size < size) {
            return FAIL_BECAUSE(FOLD, 0, "a key of the state is too short");
        }
        memcpy(memory, key.data, size);
        memset(beyond, 0xFF, sizeof beyond);
        memcpy(beyond, key.data, size);
        TRY(gather(gathering, table, text_bytes(&prefix)));
        place.key = BYTES(beyond);
        place.before = 0;
    }
}

/* Of a user, by indexes of what is kept under other keys. */
static const struct {
    enum row_table index, target;
} followed[] = {
    {ROW_OPEN_SESSION, ROW_SESSION},
    {ROW_MEMBER_OF, ROW_MEMBERSHIP},
    {ROW_CERT_OF, ROW_CERT},
};

static bool is_index(enum row_table table)
{
    for (size_t i = 0; i < sizeof followed / sizeof followed[0]; i++) {
        if (followed[i].index == table) {
            return true;
        }
    }
    return false;
}

static struct status gather_table(struct gathering *gathering, enum row_table table)
{
    enum id_kind kind = gathering->question->object.kind;
    if (is_bulk(table) || is_index(table)) {
        return OK;
    }
    for (size_t i = 0; kind == ID_USER && i < sizeof followed / sizeof followed[0]; i++) {
        if (followed[i].target == table) {
            return gather_followed(gathering, followed[i].index, table);
        }
    }
    if (takes(table, 0, kind)) {
        return gather_first(gathering, table);
    }
    bool second = kind == ID_USER && (table == ROW_GROUP_MEMBER || table == ROW_TEAM_MEMBER);
    return second ? gather_second(gathering, table) : OK;
}

struct status object_lives_each(const struct lives_question *question, life_visit *visit,
                                void *context)
{
    struct gathering *gathering = arena_take(question->view.arena, sizeof *gathering);
    enum row_table own = ROW_TABLE_COUNT;
    bool has_own = naming_table(question->object.kind, &own);
    if (gathering == NULL) {
        return FAIL(NO_MEMORY, sizeof *gathering);
    }
    *gathering = (struct gathering){.question = question, .visit = visit, .context = context};
    TRY(has_own ? gather_table(gathering, own) : OK);
    for (unsigned table = 0; table < ROW_TABLE_COUNT; table++) {
        TRY(has_own && table == own ? OK : gather_table(gathering, (enum row_table)table));
    }
    return OK;
}
