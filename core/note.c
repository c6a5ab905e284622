#include "core/note.h"

#include "core/audit/alert.h"
#include "core/audit/auditor.h"
#include "core/audit/case.h"
#include "core/audit/contact.h"
#include "core/audit/finding.h"
#include "core/audit/record.h"
#include "core/decision.h"
#include "core/note_world.h"
#include "core/vm/controller.h"
#include "schema/time.h"
#include "schema/wire/message.h"

#include <stdlib.h>

enum {
    WAITING_MAX = 1024,     /* notes about something, between two flushes */
    NOTES_ARENA = 64 << 10, /* bytes for the rows of one decision */
    KEY_SIZE = 1024,        /* bytes of what a note is about, as text */
    ADDRESS_MAX = 64,       /* bytes */
    ROLE_NAME_MAX = 32,     /* bytes of the name of a process's role */
};

enum {
    BY_OPERATOR = 1 << NOTE_OPERATOR,
    BY_READER = 1 << NOTE_READER,
    BY_ALERTS = 1 << NOTE_ALERTS,
    BY_INGEST = 1 << NOTE_INGEST,
    BY_SUPERVISOR = 1 << NOTE_SUPERVISOR,
    BY_CONTROLLERS = 1 << NOTE_CONTROLLERS,
    BY_VIRT = 1 << NOTE_VIRT,
};

/* Checks ---------------------------------------------------------------------------------- */

/* What a note speaks of is at most the log as it is. */
static struct status is_within(const struct view *view, uint64_t size)
{
    return size <= state_size(view->state)
               ? OK
               : FAIL_BECAUSE(NOT_FOUND, size, "the note speaks of events that are not there");
}

static struct status is_range(const struct view *view, uint64_t from, uint64_t to)
{
    if (from > to) {
        return FAIL_BECAUSE(MALFORMED, from, "a range begins before it ends");
    }
    return is_within(view, to);
}

static struct status is_short(struct bytes text, size_t most)
{
    return text.size <= most ? OK : FAIL(LIMIT, most);
}

static struct status check_query_run(const struct view *view, const struct draft *draft)
{
    return is_within(view, draft->body->audit_query_run.size);
}

static struct status check_exported(const struct view *view, const struct draft *draft)
{
    return is_within(view, draft->body->audit_exported.size);
}

static struct status check_verified(const struct view *view, const struct draft *draft)
{
    return is_within(view, draft->body->audit_verified.size);
}

static struct status check_report(const struct view *view, const struct draft *draft)
{
    return is_within(view, draft->body->audit_report_generated.size);
}

static struct status check_whatif(const struct view *view, const struct draft *draft)
{
    return is_range(view, draft->body->audit_whatif_run.from, draft->body->audit_whatif_run.to);
}

static struct status check_saved(const struct view *view, const struct draft *draft)
{
    (void)view;
    struct bytes name = draft->body->audit_query_saved.name;
    return name.size > 0 ? is_short(name, 64) : FAIL_BECAUSE(MALFORMED, 0, "a question has a name");
}

static struct status check_forgotten(const struct view *view, const struct draft *draft)
{
    struct saved_query_row row;
    return finding_query(view, draft->body->audit_query_forgotten.name, &row)
               ? OK
               : FAIL_BECAUSE(NOT_FOUND, 0, "no question has this name");
}

static struct status check_subject(const struct view *view, const struct draft *draft)
{
    struct id known;
    const struct audit_subject_named *named = &draft->body->audit_subject_named;
    if (named->name.size == 0 || named->name.size > SUBJECT_NAME_MAX ||
        named->system.size > SUBJECT_NAME_MAX) {
        return FAIL(LIMIT, SUBJECT_NAME_MAX);
    }
    return subject_find(view, named->class, named->system, named->name, &known)
               ? FAIL_BECAUSE(EXISTS, known.n, "this subject has an id")
               : OK;
}

static struct status check_record(const struct view *view, const struct draft *draft)
{
    const struct audit_record_imported *record = &draft->body->audit_record_imported;
    return record_known(view, &record->digest, record->occurrence)
               ? FAIL_BECAUSE(EXISTS, 0, "this record is in the log")
               : OK;
}

/* An alert follows from its rule and events alone, and is raised once. */
static struct status check_raised(const struct view *view, const struct draft *draft)
{
    struct id known;
    const struct alert_raised *alert = &draft->body->alert_raised;
    for (size_t i = 0; i < alert->because_count; i++) {
        TRY(is_within(view, alert->because[i] + 1));
    }
    struct digest identity =
        alert_identity_of(view, alert->rule, alert->because, alert->because_count);
    if (!digest_equal(&identity, &alert->identity)) {
        return FAIL_BECAUSE(MALFORMED, 0, "the alert is not of this rule and these events");
    }
    return alert_known(view, &identity, &known)
               ? FAIL_BECAUSE(EXISTS, known.n, "this alert has been raised")
               : OK;
}

static struct status check_delivered(const struct view *view, const struct draft *draft)
{
    struct contact_row contact;
    return contact_by_name(view, draft->body->alert_delivered.contact, &contact)
               ? OK
               : FAIL_BECAUSE(NOT_FOUND, 0, "there is no such contact");
}

static struct status check_scanned(const struct view *view, const struct draft *draft)
{
    return is_range(view, draft->body->alert_scanned.from, draft->body->alert_scanned.to);
}

static struct status check_failure(const struct view *view, const struct draft *draft)
{
    return draft->body->audit_failure.since <= view->now_utc_us
               ? OK
               : FAIL_BECAUSE(MALFORMED, 0, "what has failed has not failed yet");
}

static struct status check_entered(const struct view *view, const struct draft *draft)
{
    struct invitation_row invitation;
    struct auditor_session_row session = {.digest = draft->body->auditor_entered.digest};
    if (!auditor_by_id(view, draft->on[0], &invitation)) {
        return FAIL_BECAUSE(NOT_FOUND, draft->on[0].n, "there is no such invitation");
    }
    if (!auditor_may_enter(view, &invitation)) {
        return FAIL_BECAUSE(CONFLICT, 0, "the invitation was used, or revoked, or has expired");
    }
    if (view_find(view, ROW_AUDITOR_SESSION, &session)) {
        return FAIL_BECAUSE(EXISTS, 0, "there is such a session");
    }
    return is_short(draft->body->auditor_entered.address, ADDRESS_MAX);
}

static struct status check_viewed(const struct view *view, const struct draft *draft)
{
    struct invitation_row invitation;
    const struct auditor_viewed *viewed = &draft->body->auditor_viewed;
    if (!auditor_by_id(view, draft->on[0], &invitation)) {
        return FAIL_BECAUSE(NOT_FOUND, draft->on[0].n, "there is no such invitation");
    }
    if (!invitation.has_entered && !invitation.has_certificate) {
        return FAIL_BECAUSE(CONFLICT, 0, "nobody has come in by this invitation");
    }
    TRY(is_short(viewed->path, NOTE_PATH_MAX));
    TRY(is_short(viewed->query, NOTE_PATH_MAX));
    return is_within(view, viewed->size);
}

static struct status check_turned_away(const struct view *view, const struct draft *draft)
{
    (void)view;
    TRY(is_short(draft->body->auditor_turned_away.address, ADDRESS_MAX));
    return is_short(draft->body->auditor_turned_away.why, NOTE_WHY_MAX);
}

static struct status check_started(const struct view *view, const struct draft *draft)
{
    (void)view;
    return is_short(draft->body->daemon_process_started.role, ROLE_NAME_MAX);
}

static struct status check_ended(const struct view *view, const struct draft *draft)
{
    (void)view;
    TRY(is_short(draft->body->daemon_process_ended.role, ROLE_NAME_MAX));
    return is_short(draft->body->daemon_process_ended.why, NOTE_WHY_MAX);
}

static struct status check_registered(const struct view *view, const struct draft *draft)
{
    return controller_may_register(view, &draft->body->emitter_registered);
}

static struct status check_retired(const struct view *view, const struct draft *draft)
{
    return controller_may_retire(view, draft->on[0], &draft->body->emitter_retired);
}

static struct status check_controller(const struct view *view, const struct draft *draft)
{
    if (draft->on_count != 2 || draft->on[1].kind != ID_EMITTER) {
        return FAIL_BECAUSE(MALFORMED, 0, "a controller is a machine's, and an emitter");
    }
    return controller_may_come(view, draft->on, &draft->body->vm_registered);
}

static struct status check_refused(const struct view *view, const struct draft *draft)
{
    (void)view;
    return controller_may_be_refused(&draft->body->vm_controller_refused);
}

/* What a note is about -------------------------------------------------------------------- */

static void about_query(const struct draft *draft, struct text *out)
{
    text_put_literal(out, "query ");
    text_put_bytes(out, draft->kind == EVENT_AUDIT_QUERY_SAVED
                            ? draft->body->audit_query_saved.name
                            : draft->body->audit_query_forgotten.name);
}

static void about_subject(const struct draft *draft, struct text *out)
{
    const struct audit_subject_named *named = &draft->body->audit_subject_named;
    text_add(out, "subject %u %zu ", (unsigned)named->class, named->system.size);
    text_put_bytes(out, named->system);
    text_put_bytes(out, named->name);
}

static void about_record(const struct draft *draft, struct text *out)
{
    const struct audit_record_imported *record = &draft->body->audit_record_imported;
    text_put_literal(out, "record ");
    text_put_bytes(out, BYTES(record->digest.sha256));
    text_put_u64(out, record->occurrence);
}

static void about_alert(const struct draft *draft, struct text *out)
{
    text_put_literal(out, "alert ");
    text_put_bytes(out, BYTES(draft->body->alert_raised.identity.sha256));
}

/* By name, for that is what is used once, and what both know. */
static void about_controller(const struct draft *draft, struct text *out)
{
    text_put_literal(out, "controller ");
    text_put_bytes(out, draft->kind == EVENT_EMITTER_REGISTERED
                            ? draft->body->emitter_registered.name
                        : draft->kind == EVENT_EMITTER_RETIRED ? draft->body->emitter_retired.name
                                                               : draft->body->vm_registered.name);
}

static void about_invitation(const struct draft *draft, struct text *out)
{
    text_put_literal(out, "invitation ");
    text_put_u64(out, draft->on[0].n);
}

/* The table ------------------------------------------------------------------------------- */

struct note_kind {
    enum event_kind kind;
    unsigned by;                                                                /* roles */
    struct status (*check)(const struct view *view, const struct draft *draft); /* NULL: none */
    /* Writes what no other waiting note may be about; NULL: notes do not depend on each other. */
    void (*about)(const struct draft *draft, struct text *out);
};

/* clang-format off */
static const struct note_kind kinds[] = {
    {EVENT_AUDIT_QUERY_RUN,        BY_OPERATOR | BY_READER, check_query_run, NULL},
    {EVENT_AUDIT_EXPORTED,         BY_OPERATOR | BY_READER, check_exported, NULL},
    {EVENT_AUDIT_REPORT_GENERATED, BY_OPERATOR | BY_READER, check_report, NULL},
    {EVENT_AUDIT_VERIFIED,         BY_OPERATOR | BY_ALERTS, check_verified, NULL},
    {EVENT_AUDIT_WHATIF_RUN,       BY_OPERATOR, check_whatif, NULL},
    {EVENT_AUDIT_TOOLS_MEASURED,   BY_OPERATOR, NULL, NULL},
    {EVENT_AUDIT_QUERY_SAVED,      BY_OPERATOR, check_saved, about_query},
    {EVENT_AUDIT_QUERY_FORGOTTEN,  BY_OPERATOR, check_forgotten, about_query},
    {EVENT_AUDIT_SUBJECT_NAMED,    BY_OPERATOR, check_subject, about_subject},
    {EVENT_AUDIT_RECORD_IMPORTED,  BY_OPERATOR, check_record, about_record},
    {EVENT_CASE_EXPORTED,          BY_OPERATOR, NULL, NULL},
    {EVENT_CLOCK_COMPARED,         BY_OPERATOR | BY_ALERTS, NULL, NULL},
    {EVENT_AUDIT_FAILURE,          BY_OPERATOR | BY_ALERTS | BY_INGEST, check_failure, NULL},
    {EVENT_ALERT_RAISED,           BY_OPERATOR | BY_ALERTS, check_raised, about_alert},
    {EVENT_ALERT_DELIVERED,        BY_OPERATOR | BY_ALERTS, check_delivered, NULL},
    {EVENT_ALERT_SCANNED,          BY_OPERATOR | BY_ALERTS, check_scanned, NULL},
    {EVENT_AUDITOR_ENTERED,        BY_READER, check_entered, about_invitation},
    {EVENT_AUDITOR_VIEWED,         BY_READER, check_viewed, NULL},
    {EVENT_AUDITOR_TURNED_AWAY,    BY_READER, check_turned_away, NULL},
    {EVENT_EMITTER_DROPPED,        BY_INGEST, NULL, NULL},
    {EVENT_DAEMON_PROCESS_STARTED, BY_SUPERVISOR, check_started, NULL},
    {EVENT_DAEMON_PROCESS_ENDED,   BY_SUPERVISOR, check_ended, NULL},
    {EVENT_DAEMON_RELOADED,        BY_SUPERVISOR, NULL, NULL},
    {EVENT_DAEMON_RELOAD_REFUSED,  BY_SUPERVISOR, NULL, NULL},
    {EVENT_EMITTER_REGISTERED,     BY_CONTROLLERS, check_registered, about_controller},
    {EVENT_EMITTER_RETIRED,        BY_CONTROLLERS, check_retired, about_controller},
    {EVENT_VM_REGISTERED,          BY_CONTROLLERS, check_controller, about_controller},
    {EVENT_VM_CONTROLLER_REFUSED,  BY_CONTROLLERS, check_refused, NULL},
    {EVENT_EFFECT_BEGUN,           BY_VIRT, note_check_begun, note_about_request},
    {EVENT_EFFECT_DONE,            BY_VIRT, note_check_ended, note_about_request},
    {EVENT_EFFECT_FAILED,          BY_VIRT, note_check_ended, note_about_request},
    {EVENT_DRIVE_CONVERTED,        BY_VIRT, note_check_answer, note_about_request},
    {EVENT_DRIVE_SNAPSHOT_CREATED, BY_VIRT, note_check_answer, note_about_request},
    {EVENT_DRIVE_SNAPSHOT_MERGED,  BY_VIRT, note_check_answer, note_about_request},
    {EVENT_DRIVE_SNAPSHOT_DELETED, BY_VIRT, note_check_answer, note_about_request},
    {EVENT_HOST_UTILISATION_CHECKED, BY_VIRT, note_check_answer, note_about_request},
    {EVENT_VM_XML_FETCHED,         BY_VIRT, note_check_answer, note_about_request},
    {EVENT_VM_START_FAILED,        BY_VIRT, note_check_start_failed, note_about_request},
};
/* clang-format on */

static const struct note_kind *find(enum event_kind kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].kind == kind) {
            return &kinds[i];
        }
    }
    return NULL;
}

enum engine_voice note_voice(enum event_kind kind)
{
    switch ((unsigned)kind) { /* of many, those that another voice says */
    case EVENT_AUDIT_SUBJECT_NAMED:
    case EVENT_AUDIT_RECORD_IMPORTED:
        return VOICE_IMPORT;
    case EVENT_EFFECT_BEGUN:
    case EVENT_EFFECT_DONE:
    case EVENT_EFFECT_FAILED:
        return VOICE_EFFECT;
    case EVENT_DRIVE_CONVERTED:
    case EVENT_DRIVE_SNAPSHOT_CREATED:
    case EVENT_DRIVE_SNAPSHOT_MERGED:
    case EVENT_DRIVE_SNAPSHOT_DELETED:
        return VOICE_DRIVE;
    case EVENT_HOST_UTILISATION_CHECKED:
    case EVENT_VM_XML_FETCHED:
    case EVENT_VM_START_FAILED:
    case EVENT_VM_REGISTERED:
    case EVENT_VM_CONTROLLER_REFUSED:
        return VOICE_VM;
    default:
        return VOICE_AUDIT;
    }
}

/* Deciding -------------------------------------------------------------------------------- */

/* Operators speak under their own names, wherever a note has room for one. */
static struct status check_by(const struct note_speaker *speaker, const struct draft *draft)
{
    const struct event_info *info = &event_infos[draft->kind];
    for (size_t i = 0; i < info->field_count; i++) {
        const struct field_info *field = &info->fields[i];
        if (strcmp(field->name, "by") != 0 || field->type_code != FIELD_TEXT) {
            continue;
        }
        struct bytes by;
        memcpy(&by, (const char *)draft->body + field->offset, sizeof by);
        if (speaker->role == NOTE_OPERATOR && !bytes_equal(by, speaker->name)) {
            return FAIL_BECAUSE(KEY, 0, "a note is said under one's own name");
        }
    }
    return OK;
}

/* The writer's own word may not be refused by its engine: it would stop it. */
static struct status check_subjects(const struct view *view, const struct draft *draft)
{
    const struct event_info *info = &event_infos[draft->kind];
    bool creates = info->creates != ID_NONE;
    if (draft->on_count == 0 || draft->on[0].kind != info->on[0] ||
        creates != (draft->on[0].n == ID_NEW)) {
        return FAIL_BECAUSE(MALFORMED, 0, "a note of this kind is about something else");
    }
    for (size_t i = creates; i < draft->on_count; i++) {
        uint64_t events = 0;
        if (draft->on[i].n == ID_NEW) {
            return FAIL_BECAUSE(MALFORMED, i, "an event creates only what it is about first");
        }
        TRY(state_subject_count(view->state, draft->on[i], &events));
        if (events == 0) {
            return FAIL_BECAUSE(NOT_FOUND, draft->on[i].n, "the note is about something unknown");
        }
    }
    return OK;
}

struct status note_decide(const struct view *view, const struct note_speaker *speaker,
                          const struct draft *draft)
{
    const struct note_kind *kind = find(draft->kind);
    if (kind == NULL || (kind->by & 1U << speaker->role) == 0) {
        return FAIL_BECAUSE(KEY, 0, "this kind of event is not the speaker's to say");
    }
    if (draft->source.size > 0 && !leaf_is_source(draft->source)) {
        return FAIL_BECAUSE(MALFORMED, 0, "the source is no address");
    }
    if (draft->at_utc_us > TIME_MAX_US) {
        return FAIL_BECAUSE(MALFORMED, 0, "the time is after the year 9999");
    }
    TRY(check_subjects(view, draft));
    TRY(check_by(speaker, draft));
    struct status status = kind->check == NULL ? OK : kind->check(view, draft);
    TRY(*view->trouble);
    return status;
}

/* On the wire ----------------------------------------------------------------------------- */

static bool is_plain(const struct draft *draft)
{
    return draft->actor.size == 0 && draft->rule == RULE_NONE && !draft->answers &&
           draft->project.kind == ID_NONE && draft->session.kind == ID_NONE &&
           draft->command.size == 0;
}

struct status note_write(const struct draft *draft, struct text *out)
{
    char ids[LEAF_SUBJECTS_MAX][WIRE_ID_MAX];
    if (!is_plain(draft) || draft->on_count == 0 || draft->on_count > LEAF_SUBJECTS_MAX) {
        return FAIL_BECAUSE(MALFORMED, 0, "a note has no actor, no rule and no cause");
    }
    char *memory = malloc(BODY_MAX);
    if (memory == NULL) {
        return FAIL(NO_MEMORY, BODY_MAX);
    }
    struct text body = {.data = memory, .capacity = BODY_MAX};
    event_body_encode(draft->kind, draft->body, &body);
    struct wire_note note = {
        .kind = bytes_of_string(event_name(draft->kind)),
        .version = event_infos[draft->kind].version,
        .outcome = (uint8_t)draft->outcome,
        .on_count = (uint8_t)draft->on_count,
        .body = text_bytes(&body),
        .source = draft->source,
        .at_utc_us = draft->at_utc_us,
    };
    for (size_t i = 0; i < draft->on_count; i++) {
        struct text id = TEXT_IN(ids[i]);
        id_write(&id, draft->on[i]);
        note.on[i] = text_bytes(&id);
    }
    wire_put_note(out, &note);
    free(memory);
    return body.full || out->full ? FAIL(LIMIT, NOTE_SIZE_MAX) : OK;
}

struct status note_read(struct bytes payload, struct arena *arena, struct note *out)
{
    struct wire_note wire;
    TRY(wire_note_decode(payload, &wire));
    *out = (struct note){.draft = {.on_count = wire.on_count,
                                   .outcome = (enum outcome)wire.outcome,
                                   .source = wire.source,
                                   .at_utc_us = wire.at_utc_us}};
    if (!event_read(wire.kind, wire.version, &out->draft.kind)) {
        return FAIL_BECAUSE(MALFORMED, 0, "there is no such kind of event");
    }
    for (size_t i = 0; i < wire.on_count; i++) {
        TRY(id_read(wire.on[i], &out->draft.on[i]));
    }
    TRY(event_body_decode(out->draft.kind, wire.body, arena, &out->body));
    out->draft.body = &out->body;
    return OK;
}

/* The writer's ---------------------------------------------------------------------------- */

struct notes {
    struct engine *engine; /* lent */
    struct hasher *hasher;
    struct digest about[WAITING_MAX];
    size_t count;
    struct arena arena;
    uint8_t memory[NOTES_ARENA];
};

struct status notes_open(struct engine *engine, struct notes **out)
{
    CLEANUP(notes_close) struct notes *notes = calloc(1, sizeof *notes);
    if (notes == NULL) {
        return FAIL(NO_MEMORY, sizeof *notes);
    }
    notes->engine = engine;
    notes->arena = ARENA_IN(notes->memory);
    TRY(hasher_open(&notes->hasher));
    *out = notes;
    notes = NULL;
    return OK;
}

void notes_close(struct notes **notes)
{
    if (*notes != NULL) {
        hasher_close(&(*notes)->hasher);
        free(*notes);
        *notes = NULL;
    }
}

static bool is_waiting(const struct notes *notes, const struct digest *about)
{
    for (size_t i = 0; i < notes->count; i++) {
        if (digest_equal(&notes->about[i], about)) {
            return true;
        }
    }
    return false;
}

/* Notes that depend on each other are not said together: the state must know the first. */
static struct status take_turn(struct notes *notes, const struct note_kind *kind,
                               const struct draft *draft)
{
    char memory[KEY_SIZE];
    struct text key = TEXT_IN(memory);
    if (kind == NULL || kind->about == NULL) {
        return OK;
    }
    kind->about(draft, &key);
    struct digest about = hash_bytes(notes->hasher, text_bytes(&key));
    if (notes->count == WAITING_MAX || is_waiting(notes, &about)) {
        TRY(engine_flush(notes->engine));
        notes->count = 0;
    }
    notes->about[notes->count++] = about;
    return OK;
}

struct status notes_say(struct notes *notes, const struct note_speaker *speaker,
                        const struct note *note)
{
    struct status trouble = OK;
    struct draft draft = note->draft;
    draft.body = &note->body;
    TRY(take_turn(notes, find(draft.kind), &draft));
    arena_reset(&notes->arena);
    struct view view = engine_view(notes->engine, UINT64_MAX, &notes->arena, &trouble);
    TRY(note_decide(&view, speaker, &draft));
    TRY(engine_say(notes->engine, note_voice(draft.kind), &draft));
    /* Nothing that it submits may come after. */
    return draft.kind == EVENT_EMITTER_RETIRED ? engine_flush(notes->engine) : OK;
}
