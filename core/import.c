#include "core/import.h"

#include "core/audit/record.h"
#include "core/recurrence.h"
#include "schema/time.h"

#include <stdlib.h>

enum {
    CHUNK_MEMORY = 4 << 20, /* bytes of records waiting */
    BODY_REST =
        8192, /* bytes of a body beside the record: five names, their escapes, the members */
};

struct waiting {
    struct foreign_record record;
    struct digest digest;
    uint64_t occurrence;
};

struct import {
    struct engine *engine;
    struct hasher *hasher;
    struct recurrence *recurrence;
    struct arena chunk;   /* what the waiting records lend */
    struct arena lookups; /* rows looked at */
    struct waiting *waiting;
    size_t count;
    struct import_counts counts;
};

static struct status take_memory(struct arena *arena, size_t size)
{
    arena->capacity = size;
    arena->memory = malloc(size);
    return arena->memory == NULL ? FAIL(NO_MEMORY, size) : OK;
}

struct status import_open(struct engine *engine, struct import **out)
{
    CLEANUP(import_close) struct import *import = calloc(1, sizeof *import);
    if (import == NULL) {
        return FAIL(NO_MEMORY, sizeof *import);
    }
    import->engine = engine;
    TRY(take_memory(&import->chunk, CHUNK_MEMORY));
    TRY(take_memory(&import->lookups, 64 << 10));
    import->waiting = calloc(IMPORT_CHUNK, sizeof *import->waiting);
    if (import->waiting == NULL) {
        return FAIL(NO_MEMORY, IMPORT_CHUNK * sizeof *import->waiting);
    }
    TRY(hasher_open(&import->hasher));
    TRY(recurrence_open(IMPORT_WINDOW, &import->recurrence));
    *out = import;
    import = NULL;
    return OK;
}

void import_close(struct import **import)
{
    if (*import != NULL) {
        recurrence_close(&(*import)->recurrence);
        hasher_close(&(*import)->hasher);
        free((*import)->waiting);
        free((*import)->chunk.memory);
        free((*import)->lookups.memory);
        free(*import);
        *import = NULL;
    }
}

void import_begin_file(struct import *import)
{
    recurrence_clear(import->recurrence);
}

struct import_counts import_counts_of(const struct import *import)
{
    return import->counts;
}

/* Names ----------------------------------------------------------------------------------- */

void import_kept_name(struct hasher *hasher, struct bytes name, struct text *out)
{
    if (name.size <= IMPORT_NAME_MAX) {
        text_put_bytes(out, name);
        return;
    }
    size_t head = IMPORT_NAME_MAX - DIGEST_HEX_SIZE - 8;
    while (head > 0 && (name.data[head] & 0xc0) == 0x80) {
        head--; /* not in the middle of a character */
    }
    struct digest digest = hash_bytes(hasher, name);
    text_put(out, name.data, head);
    text_put_literal(out, "~sha256:");
    text_put_hex(out, BYTES(digest.sha256));
}

static struct bytes kept_name(struct import *import, struct bytes name)
{
    char memory[IMPORT_NAME_MAX + 1];
    struct text text = TEXT_IN(memory);
    import_kept_name(import->hasher, name, &text);
    return arena_copy(&import->chunk, text_bytes(&text));
}

/* Copies the record into the chunk; false when the chunk has no room for it. */
static bool keep(struct import *import, const struct foreign_record *record, struct waiting *out)
{
    struct arena before = import->chunk;
    *out = (struct waiting){.record = *record};
    out->record.system = kept_name(import, record->system);
    out->record.action = kept_name(import, record->action);
    out->record.user = kept_name(import, record->user);
    out->record.host = kept_name(import, record->host);
    out->record.address = kept_name(import, record->address);
    out->record.raw = arena_copy(&import->chunk, record->raw);
    if (import->chunk.full) {
        import->chunk = before;
        return false;
    }
    return true;
}

/* Subjects -------------------------------------------------------------------------------- */

static struct view view_of(struct import *import, struct status *trouble)
{
    arena_reset(&import->lookups);
    return engine_view(import->engine, UINT64_MAX, &import->lookups, trouble);
}

static struct status say_subject(struct import *import, enum subject_class class,
                                 struct bytes system, struct bytes name)
{
    union event_body body = {
        .audit_subject_named = {.class = class, .system = system, .name = name}};
    import->counts.subjects++;
    return engine_say(import->engine, VOICE_IMPORT,
                      &(struct draft){.kind = EVENT_AUDIT_SUBJECT_NAMED,
                                      .on = {NEW(ID_SUBJECT)},
                                      .on_count = 1,
                                      .body = &body});
}

struct naming {
    enum subject_class class;
    struct bytes system, name;
};

/* What a record names: at most a user, a host and an action, in the order of the leaf. */
static size_t namings_of(const struct foreign_record *record, struct naming out[static 3])
{
    const struct naming all[3] = {
        {SUBJECT_CLASS_USER, record->system, record->user},
        {SUBJECT_CLASS_HOST, record->system, record->host},
        {SUBJECT_CLASS_ACTION, record->system, record->action},
    };
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        if (all[i].name.size > 0) {
            out[count++] = all[i];
        }
    }
    return count;
}

static bool same_naming(const struct naming *a, const struct naming *b)
{
    return a->class == b->class && bytes_equal(a->name, b->name) &&
           bytes_equal(a->system, b->system);
}

/* Whether an earlier record of the chunk names it too, and so has had it said. */
static bool named_before(const struct import *import, size_t before, const struct naming *naming)
{
    struct naming namings[3];
    for (size_t i = 0; i < before; i++) {
        size_t count = namings_of(&import->waiting[i].record, namings);
        for (size_t k = 0; k < count; k++) {
            if (same_naming(&namings[k], naming)) {
                return true;
            }
        }
    }
    return false;
}

static struct status name_subjects(struct import *import, size_t at)
{
    struct naming namings[3];
    struct id id;
    size_t count = namings_of(&import->waiting[at].record, namings);
    for (size_t i = 0; i < count; i++) {
        struct status trouble = OK;
        struct view view = view_of(import, &trouble);
        const struct naming *naming = &namings[i];
        if (!subject_find(&view, naming->class, naming->system, naming->name, &id) &&
            !named_before(import, at, naming)) {
            TRY(trouble);
            TRY(say_subject(import, naming->class, naming->system, naming->name));
        }
    }
    return OK;
}

/* Records --------------------------------------------------------------------------------- */

static union event_body body_of(const struct waiting *waiting)
{
    const struct foreign_record *record = &waiting->record;
    bool text = text_is_utf8(record->raw);
    return (union event_body){.audit_record_imported = {
                                  .format = record->format,
                                  .system = record->system,
                                  .action = record->action,
                                  .digest = waiting->digest,
                                  .occurrence = waiting->occurrence,
                                  .has_raw = text,
                                  .raw = text ? record->raw : (struct bytes){0},
                                  .has_raw_bytes = !text,
                                  .raw_bytes = text ? (struct bytes){0} : record->raw,
                                  .has_user = record->user.size > 0,
                                  .user = record->user,
                                  .has_host = record->host.size > 0,
                                  .host = record->host,
                                  .has_address = record->address.size > 0,
                                  .address = record->address,
                              }};
}

static struct status say_record(struct import *import, const struct waiting *waiting)
{
    struct naming namings[3];
    const struct foreign_record *record = &waiting->record;
    union event_body body = body_of(waiting);
    struct draft draft = {
        .kind = EVENT_AUDIT_RECORD_IMPORTED,
        .body = &body,
        .at_utc_us = record->at_utc_us,
        .outcome = record->outcome,
        .source = leaf_is_source(record->address) ? record->address : (struct bytes){0},
    };
    size_t count = namings_of(record, namings);
    for (size_t i = 0; i < count; i++) {
        struct status trouble = OK;
        struct view view = view_of(import, &trouble);
        if (!subject_find(&view, namings[i].class, namings[i].system, namings[i].name,
                          &draft.on[draft.on_count])) {
            return failed(trouble) ? trouble
                                   : FAIL_BECAUSE(CORRUPT, 0, "a subject just named is unknown");
        }
        draft.on_count++;
    }
    import->counts.added++;
    return engine_say(import->engine, VOICE_IMPORT, &draft);
}

struct status import_flush(struct import *import)
{
    uint64_t subjects = import->counts.subjects;
    for (size_t i = 0; i < import->count; i++) {
        TRY(name_subjects(import, i));
    }
    if (import->counts.subjects > subjects) {
        TRY(engine_flush(import->engine)); /* their ids are positions: they must be in the log */
    }
    for (size_t i = 0; i < import->count; i++) {
        TRY(say_record(import, &import->waiting[i]));
    }
    /* Records are known by their rows, which are made when they are appended. */
    TRY(engine_flush(import->engine));
    import->count = 0;
    arena_reset(&import->chunk);
    return OK;
}

/* Adding ---------------------------------------------------------------------------------- */

static struct digest digest_of(struct import *import, const struct foreign_record *record)
{
    const struct bytes pieces[] = {record->system, LITERAL("\n"), record->raw};
    return hash_pieces(import->hasher, pieces, sizeof pieces / sizeof pieces[0]);
}

/* Bytes that the record has in a body. */
static size_t encoded_size(struct bytes raw)
{
    size_t size = raw.size;
    if (!text_is_utf8(raw)) {
        return base64_size(raw.size);
    }
    for (size_t i = 0; i < raw.size; i++) {
        uint8_t c = raw.data[i];
        size += c < 0x20 ? 5 : c == '"' || c == '\\' ? 1 : 0;
    }
    return size;
}

static bool names_are_text(const struct foreign_record *record)
{
    return text_is_utf8(record->system) && text_is_utf8(record->action) &&
           text_is_utf8(record->user) && text_is_utf8(record->host) &&
           text_is_utf8(record->address);
}

/* Before it is waiting with others: they would wait for it for ever. */
static struct status check_record(const struct foreign_record *record)
{
    struct bytes raw = record->raw;
    bool sure = raw.size <= (BODY_MAX - BODY_REST) / 6;
    if (!sure && (raw.size > TEXT_FIELD_MAX || encoded_size(raw) > BODY_MAX - BODY_REST)) {
        return FAIL_BECAUSE(LIMIT, TEXT_FIELD_MAX, "the record is too long for an event");
    }
    if (record->action.size == 0 || !names_are_text(record)) {
        return FAIL_BECAUSE(MALFORMED, 0, "a record names an action, and names are UTF-8");
    }
    return record->at_utc_us <= TIME_MAX_US
               ? OK
               : FAIL_BECAUSE(MALFORMED, 0, "the record's time is after the year 9999");
}

struct status import_add(struct import *import, const struct foreign_record *record)
{
    struct status trouble = OK;
    TRY(check_record(record));
    struct digest digest = digest_of(import, record);
    import->counts.records++;
    uint64_t occurrence = recurrence_count(import->recurrence, &digest);
    occurrence = record->at_utc_us == 0 ? record->line : occurrence;
    struct view view = view_of(import, &trouble);
    if (record_known(&view, &digest, occurrence)) {
        import->counts.already++;
        return OK;
    }
    TRY(trouble);
    struct waiting *slot = &import->waiting[import->count];
    if (!keep(import, record, slot)) {
        TRY(import_flush(import));
        slot = &import->waiting[0];
        if (!keep(import, record, slot)) {
            return FAIL(LIMIT, CHUNK_MEMORY);
        }
    }
    slot->digest = digest;
    slot->occurrence = occurrence;
    import->count++;
    return import->count == IMPORT_CHUNK ? import_flush(import) : OK;
}
