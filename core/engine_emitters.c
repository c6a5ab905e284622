#include "core/audit/emitter.h"
#include "core/engine_parts.h"

static struct status introduce(struct engine *engine, struct log_snapshot *snapshot,
                               const struct emitter_row *row)
{
    struct emitter_head head = {0};
    struct status status = log_read_emitter(snapshot, row->name, &head);
    if (failed(status) && status.code != STATUS_NOT_FOUND) {
        return status;
    }
    for (size_t i = 0; i < VOICE_COUNT; i++) {
        if (bytes_equal(row->name, bytes_of_string(engine->voices[i].name))) {
            engine->voices[i].head = head;
            if (engine->voices[i].key == NULL || !engine_is_pair(engine->voices[i].key, row->key)) {
                return FAIL_BECAUSE(KEY, 0, "a key in keys/ is missing, or not its emitter's");
            }
        }
    }
    struct status known = prepare_emitter(engine->prepare, row, &head);
    /* One that can never speak does not keep the others from it. */
    return known.code == STATUS_MALFORMED || known.code == STATUS_LIMIT ? OK : known;
}

static struct status introduce_named(struct engine *engine, struct log_snapshot *snapshot,
                                     struct bytes name)
{
    struct emitter_row row;
    struct status trouble = OK;
    arena_reset(&engine->arena);
    struct view view = engine_view(engine, UINT64_MAX, &engine->arena, &trouble);
    bool known = emitter_by_name(&view, name, &row);
    TRY(trouble);
    return known ? introduce(engine, snapshot, &row) : OK;
}

struct status engine_introduce_emitter(struct engine *engine, struct bytes name)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine->log, &snapshot));
    return introduce_named(engine, snapshot, name);
}

/* Only those that are not retired: there may have been any number of others. */
struct status engine_introduce_emitters(struct engine *engine)
{
    char after[STATE_KEY_MAX];
    size_t after_size = 0;
    struct bytes key, stored;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine->log, &snapshot));
    for (;;) {
        char name[NAME_MAX_SIZE];
        struct live_emitter_row row;
        struct status status =
            state_next(engine->state,
                       &(struct state_place){.table = ROW_LIVE_EMITTER,
                                             .after = bytes_of(after, after_size),
                                             .as_of = UINT64_MAX},
                       &key, &stored);
        if (status.code == STATUS_NOT_FOUND) {
            return OK;
        }
        TRY(status);
        memcpy(after, key.data, key.size);
        after_size = key.size;
        arena_reset(&engine->arena);
        TRY(row_decode(ROW_LIVE_EMITTER, stored, &engine->arena, &row));
        if (row.name.size <= sizeof name) {
            memcpy(name, row.name.data, row.name.size);
            TRY(introduce_named(engine, snapshot, bytes_of(name, row.name.size)));
        }
    }
}

/* What has changed ------------------------------------------------------------------------ */

static void note_changed(struct engine *engine, struct bytes name)
{
    if (engine->changed_count == ENGINE_CHANGED_MAX || name.size > NAME_MAX_SIZE) {
        engine->all_changed = true;
        return;
    }
    struct emitter_name *changed = &engine->changed[engine->changed_count++];
    *changed = (struct emitter_name){.text = ""};
    memcpy(changed->text, name.data, name.size);
}

void engine_note_emitter(struct engine *engine, const struct leaf *leaf, struct bytes body)
{
    union event_body decoded;
    if (leaf->kind != EVENT_AUDIT_GENESIS && leaf->kind != EVENT_EMITTER_REGISTERED &&
        leaf->kind != EVENT_EMITTER_RETIRED) {
        return;
    }
    arena_reset(&engine->arena);
    if (failed(event_body_decode(leaf->kind, body, &engine->arena, &decoded))) {
        engine->all_changed = true;
        return;
    }
    note_changed(engine, leaf->kind == EVENT_AUDIT_GENESIS        ? decoded.audit_genesis.emitter
                         : leaf->kind == EVENT_EMITTER_REGISTERED ? decoded.emitter_registered.name
                                                                  : decoded.emitter_retired.name);
}

/* One by one: those that have changed or overreached since, not all that there are. */
struct status engine_introduce_changed(struct engine *engine)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    if (engine->changed_count > 0 || engine->gap_count > 0) {
        TRY(log_snapshot_open(engine->log, &snapshot));
    }
    for (size_t i = 0; i < engine->changed_count; i++) {
        TRY(introduce_named(engine, snapshot, bytes_of_string(engine->changed[i].text)));
    }
    for (size_t i = 0; i < engine->gap_count; i++) {
        TRY(introduce_named(engine, snapshot, bytes_of_string(engine->gaps[i].emitter)));
    }
    TRY(engine->all_changed ? engine_introduce_emitters(engine) : OK);
    engine->changed_count = 0;
    engine->gap_count = 0;
    engine->all_changed = false;
    return OK;
}
