/*
 * Auditors from outside: who invites them, what an invitation may say, and until when it counts.
 */
#include "core/audit/auditor.h"
#include "tests/core/audit/office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    SECRET = 201, /* of a session's digest */
};

static struct digest digest_of(uint8_t byte)
{
    struct digest digest;
    memset(digest.sha256, byte, sizeof digest.sha256);
    return digest;
}

/* To everything, for a day, by a link of its own. */
static struct auditor_invite inviting(const struct office *office, uint8_t byte)
{
    return (struct auditor_invite){.name = LITERAL("Kim of C3PAO"),
                                   .has_digest = true,
                                   .digest = digest_of(byte),
                                   .expires = office->world->now_us + OFFICE_DAY_US};
}

static enum rule invite(struct office *office, struct auditor_invite command)
{
    union command_fields fields = {.auditor_invite = command};
    return world_try(office->world, &office->cat, COMMAND_AUDITOR_INVITE, &fields, NULL);
}

static struct id invited(struct office *office, struct auditor_invite command)
{
    union command_fields fields = {.auditor_invite = command};
    return (struct id){ID_INVITATION,
                       world_must(office->world, &office->cat, COMMAND_AUDITOR_INVITE, &fields)};
}

static enum rule revoke(struct office *office, struct id invitation)
{
    union command_fields fields = {
        .auditor_revoke = {.invitation = invitation, .reason = LITERAL("over")}};
    return world_try(office->world, &office->cat, COMMAND_AUDITOR_REVOKE, &fields, NULL);
}

/* As the daemon says it. */
static void enter(struct world *world, struct id invitation, uint8_t byte)
{
    char memory[512];
    struct text text = TEXT_IN(memory);
    struct leaf leaf = {.actor = LITERAL("audit"),
                        .kind = EVENT_AUDITOR_ENTERED,
                        .on = {invitation},
                        .on_count = 1,
                        .n = world->n++,
                        .t_utc_us = world->now_us};
    union event_body body = {
        .auditor_entered = {.digest = digest_of(byte), .address = LITERAL("192.0.2.7")}};
    event_body_encode(leaf.kind, &body, &text);
    must(evolution_fold(world->state, &leaf, text_bytes(&text), &world->fold_arena));
}

static bool is_inside(struct office *office, uint8_t byte)
{
    struct digest secret = digest_of(byte);
    struct auditor_session_row session;
    struct invitation_row invitation;
    struct view view = world_view(office->world);
    return auditor_session_of(&view, &secret, &session, &invitation);
}

/* AUD-10d. */
static void audit_managers_and_super_administrators_invite_and_revoke(void **state)
{
    struct office *office = *state;
    const struct actor *may[] = {&office->ada, &office->ben, &office->cat};
    const struct actor *may_not[] = {&office->dan, &office->eve};
    for (uint8_t i = 0; i < 2; i++) {
        union command_fields fields = {.auditor_invite = inviting(office, i)};
        world_refused(office->world, may_not[i], COMMAND_AUDITOR_INVITE, &fields, RULE_AUD_10D);
    }
    for (uint8_t i = 0; i < 3; i++) {
        union command_fields fields = {.auditor_invite = inviting(office, i)};
        struct id id = {ID_INVITATION,
                        world_must(office->world, may[i], COMMAND_AUDITOR_INVITE, &fields)};
        fields =
            (union command_fields){.auditor_revoke = {.invitation = id, .reason = LITERAL("over")}};
        world_refused(office->world, may_not[i % 2], COMMAND_AUDITOR_REVOKE, &fields, RULE_AUD_10D);
        (void)world_must(office->world, may[i], COMMAND_AUDITOR_REVOKE, &fields);
    }
}

/* AUD-10e. */
static void an_invitation_names_its_auditor(void **state)
{
    struct office *office = *state;
    char name[AUDITOR_NAME_MAX + 1];
    memset(name, 'a', sizeof name);
    for (size_t size = 0; size <= sizeof name; size++) {
        struct auditor_invite command = inviting(office, (uint8_t)size);
        command.name = bytes_of(name, size);
        enum rule expected = size == 0 || size > AUDITOR_NAME_MAX ? RULE_AUD_10E : RULE_NONE;
        assert_int_equal(invite(office, command), expected);
    }
}

/* AUD-10f. */
static void one_way_leads_in_and_no_other_invitation_has_it(void **state)
{
    struct office *office = *state;
    struct auditor_invite command = inviting(office, 1);
    command.has_digest = false;
    assert_int_equal(invite(office, command), RULE_AUD_10F);
    command.has_certificate = command.has_digest = true;
    assert_int_equal(invite(office, command), RULE_AUD_10F);
    command.has_certificate = false;
    struct id first = invited(office, command);
    assert_int_equal(invite(office, command), RULE_AUD_10F);
    assert_int_equal(revoke(office, first), RULE_NONE);
    assert_int_equal(invite(office, command), RULE_AUD_10F);
    command.has_certificate = true;
    command.has_digest = false;
    command.certificate = digest_of(1);
    assert_int_equal(invite(office, command), RULE_AUD_10F);
    command.certificate = digest_of(2);
    assert_int_equal(invite(office, command), RULE_NONE);
}

/* AUD-10g. */
static void an_invitation_ends_within_a_year(void **state)
{
    struct office *office = *state;
    uint64_t now = office->world->now_us;
    const uint64_t ends[] = {0, now, now + 1, now + AUDITOR_INVITED_MAX_US,
                             now + AUDITOR_INVITED_MAX_US + 1};
    for (uint8_t i = 0; i < 5; i++) {
        struct auditor_invite command = inviting(office, i);
        command.expires = ends[i];
        assert_int_equal(invite(office, command), i == 2 || i == 3 ? RULE_NONE : RULE_AUD_10G);
    }
}

/* AUD-10h. */
static void a_scope_is_a_project_that_there_is_and_a_period_that_begins_before_it_ends(void **state)
{
    struct office *office = *state;
    struct id project = {ID_PROJECT, office->world->n};
    (void)world_put(office->world, ROW_PROJECT,
                    &(struct project_row){.project = project, .name = LITERAL("helix")});
    for (uint8_t i = 0; i < 16; i++) {
        struct auditor_invite command = inviting(office, i);
        command.has_project = (i & 1) != 0;
        command.project = (i & 2) != 0 ? project : (struct id){ID_PROJECT, 999999};
        command.has_from = command.has_until = true;
        command.from = 7;
        command.until = (i & 4) != 0 ? 8 : 7;
        command.has_until = (i & 8) == 0;
        bool right = ((i & 1) == 0 || (i & 2) != 0) && ((i & 8) != 0 || (i & 4) != 0);
        assert_int_equal(invite(office, command), right ? RULE_NONE : RULE_AUD_10H);
    }
}

/* AUD-10i. */
static void an_invitation_is_revoked_once(void **state)
{
    struct office *office = *state;
    struct invitation_row row;
    assert_int_equal(revoke(office, (struct id){ID_INVITATION, 4000}), RULE_AUD_10I);
    struct id id = invited(office, inviting(office, 1));
    assert_int_equal(revoke(office, id), RULE_NONE);
    assert_int_equal(revoke(office, id), RULE_AUD_10I);
    struct view view = world_view(office->world);
    assert_true(auditor_by_id(&view, id, &row) && row.has_revoked && !auditor_is_open(&view, &row));
    assert_true(id_equal(row.revoker, office->cat.user));
    assert_true(bytes_equal(row.reason, LITERAL("over")));
}

static void a_link_lets_in_once_and_a_certificate_needs_no_entering(void **state)
{
    struct office *office = *state;
    struct digest digest = digest_of(1), other = digest_of(2);
    struct invitation_row row;
    struct auditor_invite command = inviting(office, 1);
    struct id id = invited(office, command);
    struct view view = world_view(office->world);
    assert_true(auditor_by_digest(&view, &digest, &row) && id_equal(row.invitation, id));
    assert_true(auditor_may_enter(&view, &row));
    assert_false(auditor_by_digest(&view, &other, &row));
    enter(office->world, id, SECRET);
    view = world_view(office->world);
    assert_true(auditor_by_id(&view, id, &row) && !auditor_may_enter(&view, &row));
    assert_true(auditor_is_open(&view, &row));
    command.has_digest = false;
    command.has_certificate = true;
    command.certificate = other;
    id = invited(office, command);
    view = world_view(office->world);
    assert_true(auditor_by_digest(&view, &other, &row) && id_equal(row.invitation, id));
    assert_true(auditor_is_open(&view, &row) && !auditor_may_enter(&view, &row));
}

static void a_session_ends_after_twelve_hours_and_never_after_its_invitation(void **state)
{
    struct office *office = *state;
    const uint64_t lasts[] = {AUDITOR_SESSION_US - 1, AUDITOR_SESSION_US, AUDITOR_SESSION_US + 1};
    for (uint8_t i = 0; i < 3; i++) {
        struct auditor_invite command = inviting(office, i);
        uint64_t now = office->world->now_us;
        uint64_t most = lasts[i] < AUDITOR_SESSION_US ? lasts[i] : AUDITOR_SESSION_US;
        command.expires = now + lasts[i];
        assert_false(is_inside(office, SECRET + i));
        enter(office->world, invited(office, command), SECRET + i);
        office->world->now_us = now + most - 1;
        assert_true(is_inside(office, SECRET + i));
        office->world->now_us = now + most;
        assert_false(is_inside(office, SECRET + i));
    }
}

static void a_session_ends_when_its_invitation_is_revoked(void **state)
{
    struct office *office = *state;
    struct id ids[] = {invited(office, inviting(office, 1)), invited(office, inviting(office, 2))};
    enter(office->world, ids[0], SECRET);
    enter(office->world, ids[1], SECRET + 1);
    assert_int_equal(revoke(office, ids[0]), RULE_NONE);
    assert_false(is_inside(office, SECRET));
    assert_true(is_inside(office, SECRET + 1));
}

static void what_comes_of_no_invitation_is_folded_and_lets_nobody_in(void **state)
{
    struct office *office = *state;
    enter(office->world, (struct id){ID_INVITATION, 4000}, SECRET);
    assert_false(is_inside(office, SECRET));
}

#define WITH_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_begin, office_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_OFFICE(audit_managers_and_super_administrators_invite_and_revoke),
        WITH_OFFICE(an_invitation_names_its_auditor),
        WITH_OFFICE(one_way_leads_in_and_no_other_invitation_has_it),
        WITH_OFFICE(an_invitation_ends_within_a_year),
        WITH_OFFICE(a_scope_is_a_project_that_there_is_and_a_period_that_begins_before_it_ends),
        WITH_OFFICE(an_invitation_is_revoked_once),
        WITH_OFFICE(a_link_lets_in_once_and_a_certificate_needs_no_entering),
        WITH_OFFICE(a_session_ends_after_twelve_hours_and_never_after_its_invitation),
        WITH_OFFICE(a_session_ends_when_its_invitation_is_revoked),
        WITH_OFFICE(what_comes_of_no_invitation_is_folded_and_lets_nobody_in),
    };
    return cmocka_run_group_tests_name("core/audit/auditor", tests, NULL, NULL);
}
