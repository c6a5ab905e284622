/*
 * Notes: who may have the writer say what, what must be so for it, and that no note, whatever it
 * says, stops the writer.
 */
#include "core/audit/alert.h"
#include "core/audit/auditor.h"
#include "core/audit/record.h"
#include "core/note.h"
#include "schema/wire/message.h"
#include "tests/schema/random_record.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    ROUNDS = 6,
    MEMORY = 96 << 10, /* bytes */
};

struct office {
    struct enclave enclave;
    struct notes *notes;
    struct random random;
    struct arena arena;
    uint8_t memory[MEMORY];
    char text_memory[MEMORY];
};

static int begin(void **state)
{
    struct office *office = calloc(1, sizeof *office);
    assert_non_null(office);
    enclave_begin(&office->enclave);
    must(notes_open(office->enclave.engine, &office->notes));
    office->random.state = 77;
    office->arena = ARENA_IN(office->memory);
    *state = office;
    return 0;
}

static int end(void **state)
{
    struct office *office = *state;
    notes_close(&office->notes);
    enclave_end(&office->enclave);
    free(office);
    return 0;
}

static struct note note_of(enum event_kind kind, struct id on, union event_body body)
{
    return (struct note){.draft = {.kind = kind, .on = {on}, .on_count = 1}, .body = body};
}

static struct note observed(void)
{
    return note_of(EVENT_AUDIT_OBSERVED, THE_LOG,
                   (union event_body){.audit_observed = {.what = LITERAL("x")}});
}

static struct note asked(const char *by, uint64_t size)
{
    return note_of(EVENT_AUDIT_QUERY_RUN, THE_LOG,
                   (union event_body){.audit_query_run = {.query = LITERAL("query"),
                                                          .size = size,
                                                          .by = bytes_of_string(by)}});
}

static struct note entered(struct id invitation, uint8_t secret)
{
    return note_of(EVENT_AUDITOR_ENTERED, invitation,
                   (union event_body){
                       .auditor_entered = {.digest = {{secret}}, .address = LITERAL("192.0.2.7")}});
}

static struct note viewed(struct id invitation, uint64_t size)
{
    return note_of(
        EVENT_AUDITOR_VIEWED, invitation,
        (union event_body){.auditor_viewed = {.path = LITERAL("/"), .status = 200, .size = size}});
}

static enum status_code say(struct office *office, enum note_role role, struct note note)
{
    const struct note_speaker speaker = {
        .role = role, .name = role == NOTE_OPERATOR ? LITERAL("root") : (struct bytes){0}};
    struct status status = notes_say(office->notes, &speaker, &note);
    must(engine_failure(office->enclave.engine));
    return status.code;
}

static struct id invite(struct office *office, bool by_certificate, uint8_t digest)
{
    union command_fields fields = {
        .auditor_invite = {.name = LITERAL("Kim"),
                           .has_digest = !by_certificate,
                           .digest = {{digest}},
                           .has_certificate = by_certificate,
                           .certificate = {{digest}},
                           .expires = office->enclave.scratch.clock_us + UINT64_C(3600000000)}};
    if (enclave_person(&office->enclave, "ada")->session.kind == ID_NONE) {
        (void)enclave_login(&office->enclave, "ada");
    }
    return (struct id){ID_INVITATION,
                       enclave_must(&office->enclave, "ada", COMMAND_AUDITOR_INVITE, &fields)};
}

/* Who ------------------------------------------------------------------------------------- */

/* Whether anybody may say a kind is known from the refusal of one that is otherwise wrong. */
static bool may_say(struct office *office, enum note_role role, enum event_kind kind)
{
    struct note note = {.draft = {.kind = kind}};
    return say(office, role, note) != STATUS_KEY;
}

static void what_is_not_in_the_table_is_said_by_nobody(void **state)
{
    struct office *office = *state;
    static const char *const commanded[] = {
        "user.",           "session.",        "vault.",        "project.",  "group.",
        "policy.",         "emitter.denied",  "audit.genesis", "audit.st",  "audit.index_run",
        "auditor.invited", "auditor.revoked", "alert.closed",  "case.noted"};
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        for (size_t i = 0; i < sizeof commanded / sizeof commanded[0]; i++) {
            const char *name = event_name((enum event_kind)kind);
            if (strncmp(name, commanded[i], strlen(commanded[i])) == 0) {
                for (unsigned role = 0; role < NOTE_ROLE_COUNT; role++) {
                    assert_false(may_say(office, (enum note_role)role, (enum event_kind)kind));
                }
            }
        }
    }
    assert_int_equal(say(office, NOTE_OPERATOR, observed()), STATUS_KEY);
}

static void each_role_has_kinds_of_its_own(void **state)
{
    struct office *office = *state;
    static const struct {
        enum event_kind kind;
        bool may[NOTE_ROLE_COUNT]; /* operator, reader, alerts, ingest, supervisor,
                                       controllers, virt */
    } samples[] = {
        {EVENT_AUDIT_QUERY_RUN, {true, true, false, false, false, false}},
        {EVENT_AUDIT_TOOLS_MEASURED, {true, false, false, false, false, false}},
        {EVENT_AUDITOR_ENTERED, {false, true, false, false, false, false}},
        {EVENT_AUDITOR_VIEWED, {false, true, false, false, false, false}},
        {EVENT_ALERT_RAISED, {true, false, true, false, false, false}},
        {EVENT_EMITTER_DROPPED, {false, false, false, true, false, false}},
        {EVENT_DAEMON_RELOADED, {false, false, false, false, true, false}},
        {EVENT_EMITTER_REGISTERED, {false, false, false, false, false, true}},
        {EVENT_EMITTER_RETIRED, {false, false, false, false, false, true}},
        {EVENT_VM_REGISTERED, {false, false, false, false, false, true}},
        {EVENT_VM_CONTROLLER_REFUSED, {false, false, false, false, false, true}},
        {EVENT_EFFECT_BEGUN, {false, false, false, false, false, false, true}},
        {EVENT_EFFECT_FAILED, {false, false, false, false, false, false, true}},
        {EVENT_DRIVE_CONVERTED, {false, false, false, false, false, false, true}},
        {EVENT_VM_START_FAILED, {false, false, false, false, false, false, true}},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        for (unsigned role = 0; role < NOTE_ROLE_COUNT; role++) {
            assert_true(may_say(office, (enum note_role)role, samples[i].kind) ==
                        samples[i].may[role]);
        }
    }
}

static void operators_speak_under_their_own_name(void **state)
{
    struct office *office = *state;
    assert_int_equal(say(office, NOTE_OPERATOR, asked("mallory", 1)), STATUS_KEY);
    assert_int_equal(say(office, NOTE_OPERATOR, asked("root", 1)), STATUS_OK);
    assert_int_equal(say(office, NOTE_READER, asked("Kim (invitation:4)", 1)), STATUS_OK);
}

/* What ------------------------------------------------------------------------------------ */

static void a_note_speaks_of_what_is_there(void **state)
{
    struct office *office = *state;
    uint64_t size = enclave_size(&office->enclave);
    struct note note = asked("root", size);
    assert_int_equal(say(office, NOTE_OPERATOR, note), STATUS_OK);
    assert_int_equal(say(office, NOTE_OPERATOR, asked("root", size + 1000)), STATUS_NOT_FOUND);
    note.draft.on[1] = (struct id){ID_USER, 100000};
    note.draft.on_count = 2;
    assert_int_equal(say(office, NOTE_OPERATOR, note), STATUS_NOT_FOUND);
    note.draft.on[1] = (struct id){ID_USER, ID_NEW};
    assert_int_equal(say(office, NOTE_OPERATOR, note), STATUS_MALFORMED);
    note.draft.on[1] = enclave_id(&office->enclave, "ada");
    assert_int_equal(say(office, NOTE_OPERATOR, note), STATUS_OK);
    note.draft.on[0] = note.draft.on[1];
    assert_int_equal(say(office, NOTE_OPERATOR, note), STATUS_MALFORMED);
    note = asked("root", 1);
    note.draft.source = LITERAL("no\naddress");
    assert_int_equal(say(office, NOTE_OPERATOR, note), STATUS_MALFORMED);
    note = note_of(EVENT_AUDIT_QUERY_FORGOTTEN, THE_LOG,
                   (union event_body){
                       .audit_query_forgotten = {.name = LITERAL("late"), .by = LITERAL("root")}});
    assert_int_equal(say(office, NOTE_OPERATOR, note), STATUS_NOT_FOUND);
    must(engine_flush(office->enclave.engine));
}

static void a_link_lets_in_once_also_when_two_come_together(void **state)
{
    struct office *office = *state;
    struct digest secret = {{1}};
    struct auditor_session_row session;
    struct invitation_row row;
    struct id invitation = invite(office, false, 9), by_certificate = invite(office, true, 8);
    uint64_t size = enclave_size(&office->enclave);
    assert_int_equal(say(office, NOTE_READER, viewed(invitation, size)), STATUS_CONFLICT);
    assert_int_equal(say(office, NOTE_READER, entered(invitation, 1)), STATUS_OK);
    assert_int_equal(say(office, NOTE_READER, entered(invitation, 2)), STATUS_CONFLICT);
    must(engine_flush(office->enclave.engine));
    struct view view = enclave_view(&office->enclave);
    assert_true(auditor_session_of(&view, &secret, &session, &row));
    assert_true(id_equal(row.invitation, invitation));
    assert_int_equal(say(office, NOTE_READER, viewed(invitation, size)), STATUS_OK);
    assert_int_equal(say(office, NOTE_READER, viewed(by_certificate, size)), STATUS_OK);
    assert_int_equal(say(office, NOTE_READER, entered(by_certificate, 3)), STATUS_CONFLICT);
    assert_int_equal(say(office, NOTE_READER, entered((struct id){ID_INVITATION, 3}, 3)),
                     STATUS_NOT_FOUND);
    enclave_pass(&office->enclave, 3601);
    invitation = invite(office, false, 7);
    enclave_pass(&office->enclave, 3601);
    assert_int_equal(say(office, NOTE_READER, entered(invitation, 4)), STATUS_CONFLICT);
}

static void records_are_imported_once_also_when_two_import_together(void **state)
{
    struct office *office = *state;
    struct id host;
    union event_body named = {.audit_subject_named = {.class = SUBJECT_CLASS_HOST,
                                                      .system = LITERAL("sshd"),
                                                      .name = LITERAL("gate")}};
    struct note naming = note_of(EVENT_AUDIT_SUBJECT_NAMED, NEW(ID_SUBJECT), named);
    assert_int_equal(say(office, NOTE_OPERATOR, naming), STATUS_OK);
    assert_int_equal(say(office, NOTE_OPERATOR, naming), STATUS_EXISTS);
    struct view view = enclave_view(&office->enclave);
    assert_true(subject_find(&view, SUBJECT_CLASS_HOST, LITERAL("sshd"), LITERAL("gate"), &host));
    union event_body record = {.audit_record_imported = {.format = IMPORT_FORMAT_SYSLOG,
                                                         .system = LITERAL("sshd"),
                                                         .action = LITERAL("login"),
                                                         .digest = {{5}},
                                                         .occurrence = 1}};
    struct note note = note_of(EVENT_AUDIT_RECORD_IMPORTED, host, record);
    note.draft.at_utc_us = 12;
    assert_int_equal(say(office, NOTE_OPERATOR, note), STATUS_OK);
    note.body.audit_record_imported.occurrence = 2;
    assert_int_equal(say(office, NOTE_OPERATOR, note), STATUS_OK);
    note.body.audit_record_imported.occurrence = 1;
    assert_int_equal(say(office, NOTE_OPERATOR, note), STATUS_EXISTS);
}

static void an_alert_is_of_its_rule_and_events_and_raised_once(void **state)
{
    struct office *office = *state;
    const uint64_t because[] = {1, 2}, beyond[] = {1, 100000};
    struct view view = enclave_view(&office->enclave);
    struct alert_raised alert = {.rule = LITERAL("probing"),
                                 .about = LITERAL("x"),
                                 .because = because,
                                 .because_count = 2,
                                 .identity =
                                     alert_identity_of(&view, LITERAL("probing"), because, 2)};
    struct note note =
        note_of(EVENT_ALERT_RAISED, NEW(ID_ALERT), (union event_body){.alert_raised = alert});
    assert_int_equal(say(office, NOTE_ALERTS, note), STATUS_OK);
    assert_int_equal(say(office, NOTE_ALERTS, note), STATUS_EXISTS);
    note.body.alert_raised.identity = (struct digest){{1}};
    assert_int_equal(say(office, NOTE_ALERTS, note), STATUS_MALFORMED);
    note.body.alert_raised.because = beyond;
    assert_int_equal(say(office, NOTE_ALERTS, note), STATUS_NOT_FOUND);
}

/* The wire, and whatever comes over it -------------------------------------------------------
 */

static struct bytes random_payload(struct office *office, enum event_kind kind, struct text *out)
{
    static const char *const subjects[] = {"log:0",   "user:1",      "user:new",  "alert:new",
                                           "log:new", "subject:new", "emitter:1", "case:9"};
    char memory[MEMORY / 2];
    struct text body = TEXT_IN(memory);
    const struct event_info *info = &event_infos[kind];
    random_record(&office->random, info->fields, info->field_count, info->creates, &body);
    struct wire_note note = {.kind = bytes_of_string(info->name),
                             .version = info->version,
                             .outcome = (uint8_t)random_below(&office->random, 3),
                             .on_count = (uint8_t)random_below(&office->random, 3),
                             .body = text_bytes(&body)};
    for (unsigned i = 0; i < note.on_count; i++) {
        note.on[i] = bytes_of_string(subjects[random_below(&office->random, 8)]);
    }
    if (random_below(&office->random, 2) == 0) {
        note.source = LITERAL("10.0.0.1");
        note.at_utc_us = random_below(&office->random, UINT64_MAX);
    }
    out->size = 0;
    wire_put_note(out, &note);
    return text_bytes(out);
}

static void no_note_stops_the_writer(void **state)
{
    struct office *office = *state;
    struct text out = TEXT_IN(office->text_memory);
    struct note note;
    size_t said = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
            arena_reset(&office->arena);
            struct bytes payload = random_payload(office, (enum event_kind)kind, &out);
            if (failed(note_read(payload, &office->arena, &note))) {
                continue;
            }
            for (unsigned role = 0; role < NOTE_ROLE_COUNT; role++) {
                said += say(office, (enum note_role)role, note) == STATUS_OK;
            }
        }
        must(engine_flush(office->enclave.engine));
    }
    assert_true(said > 0);
    notes_close(&office->notes);
    enclave_check(&office->enclave);
}

static void a_note_is_read_as_it_was_meant_and_not_when_it_is_cut(void **state)
{
    struct office *office = *state;
    char again_memory[4096];
    struct note read;
    struct note notes[] = {asked("root", 3), entered((struct id){ID_INVITATION, 12}, 4),
                           viewed((struct id){ID_INVITATION, 12}, 4), observed()};
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        struct text out = TEXT_IN(office->text_memory), again = TEXT_IN(again_memory);
        struct draft draft = notes[i].draft;
        draft.body = &notes[i].body;
        draft.outcome = OUTCOME_FAILED;
        draft.source = LITERAL("10.0.0.1");
        draft.at_utc_us = i;
        must(note_write(&draft, &out));
        arena_reset(&office->arena);
        must(note_read(text_bytes(&out), &office->arena, &read));
        must(note_write(&read.draft, &again));
        assert_true(bytes_equal(text_bytes(&out), text_bytes(&again)));
        assert_true(read.draft.kind == draft.kind && id_equal(read.draft.on[0], draft.on[0]));
        for (size_t size = 0; size < out.size; size++) {
            arena_reset(&office->arena);
            assert_true(failed(note_read(bytes_of(out.data, size), &office->arena, &read)));
        }
    }
}

static void what_a_user_did_is_no_note(void **state)
{
    struct office *office = *state;
    struct note note = observed();
    struct draft draft = note.draft;
    struct text out = TEXT_IN(office->text_memory);
    draft.body = &note.body;
    draft.actor = LITERAL("user:1");
    assert_int_equal(note_write(&draft, &out).code, STATUS_MALFORMED);
    draft.actor = (struct bytes){0};
    draft.answers = true;
    assert_int_equal(note_write(&draft, &out).code, STATUS_MALFORMED);
    draft.answers = false;
    draft.on_count = 0;
    assert_int_equal(note_write(&draft, &out).code, STATUS_MALFORMED);
}

#define WITH_OFFICE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_OFFICE(what_is_not_in_the_table_is_said_by_nobody),
        WITH_OFFICE(each_role_has_kinds_of_its_own),
        WITH_OFFICE(operators_speak_under_their_own_name),
        WITH_OFFICE(a_note_speaks_of_what_is_there),
        WITH_OFFICE(a_link_lets_in_once_also_when_two_come_together),
        WITH_OFFICE(records_are_imported_once_also_when_two_import_together),
        WITH_OFFICE(an_alert_is_of_its_rule_and_events_and_raised_once),
        WITH_OFFICE(no_note_stops_the_writer),
        WITH_OFFICE(a_note_is_read_as_it_was_meant_and_not_when_it_is_cut),
        WITH_OFFICE(what_a_user_did_is_no_note),
    };
    return cmocka_run_group_tests_name("core/note", tests, NULL, NULL);
}
