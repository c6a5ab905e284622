/*
 * Network shares: read-only, from within the envelope, each once.
 */
#include "core/drive/nfs.h"
#include "tests/core/drive/yard.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static enum rule allowing(struct yard *yard, const struct person *by, const struct nfs_allow *share)
{
    const union command_fields fields = {.nfs_allow = *share};
    return person_try(yard->world, by, COMMAND_NFS_ALLOW, &fields);
}

static enum rule revoking(struct yard *yard, const struct person *by, struct id nfs)
{
    const union command_fields fields = {.nfs_revoke = {.nfs = nfs, .reason = LITERAL("moved")}};
    return person_try(yard->world, by, COMMAND_NFS_REVOKE, &fields);
}

static const struct nfs_allow good = {.server = {(const uint8_t *)"nfs.example.org", 15},
                                      .export = {(const uint8_t *)"/srv/genomes", 12},
                                      .mode = DRIVE_MODE_RO,
                                      .in_envelope = true};

static bool is_in_force(struct yard *yard, struct id nfs)
{
    struct nfs_row row = {.nfs = nfs};
    struct view view = world_view(yard->world);
    assert_true(view_find(&view, ROW_NFS, &row));
    return row.in_force;
}

/* RULE_DRV_20D. */
static void a_share_is_a_server_and_a_path_and_nothing_else(void **state)
{
    struct yard yard = yard_of(*state);
    static const char *const servers[] = {"", "a b", "a,b", "-o", "a\nb", "a(rw)", "*"};
    static const char *const paths[] = {"",       "srv",     "/",      "/a b",
                                        "/a(rw)", "/a/../b", "/a\n/b", "/a#"};
    for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++) {
        struct nfs_allow bad = good;
        bad.server = bytes_of_string(servers[i]);
        assert_int_equal(allowing(&yard, &yard.root, &bad), RULE_DRV_20D);
    }
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct nfs_allow bad = good;
        bad.export = bytes_of_string(paths[i]);
        assert_int_equal(allowing(&yard, &yard.root, &bad), RULE_DRV_20D);
    }
    assert_true(nfs_is_server(LITERAL("2001:db8::1")));
    assert_true(nfs_is_export(LITERAL("/srv/ref-genomes_v2.1")));
}

/* RULE_DRV_20A. */
static void it_is_read_only_and_within_the_envelope_or_not_at_all(void **state)
{
    struct yard yard = yard_of(*state);
    struct nfs_allow share = good;
    share.mode = DRIVE_MODE_RW;
    assert_int_equal(allowing(&yard, &yard.root, &share), RULE_DRV_20A);
    share = good;
    share.in_envelope = false;
    assert_int_equal(allowing(&yard, &yard.root, &share), RULE_DRV_20A);
}

/* RULE_DRV_20C. */
static void a_super_administrator_allows_and_revokes_each_once(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    struct person admin = person_new(world, USER_ROLE_ADMIN);
    assert_int_equal(allowing(&yard, &admin, &good), RULE_DRV_20C);
    assert_int_equal(allowing(&yard, &yard.root, &good), RULE_NONE);
    const struct id nfs = {ID_NFS, first_event(world)};
    assert_false(is_in_force(&yard, nfs));
    yard_ended(world, nfs.n, true, NULL);
    assert_true(is_in_force(&yard, nfs));
    assert_int_equal(allowing(&yard, &yard.root, &good), RULE_DRV_20C);
    assert_int_equal(revoking(&yard, &admin, nfs), RULE_DRV_20C);
    assert_int_equal(revoking(&yard, &yard.root, nfs), RULE_NONE);
    assert_true(is_in_force(&yard, nfs)); /* until the world has taken it away */
    yard_ended(world, first_event(world), true, NULL);
    assert_false(is_in_force(&yard, nfs));
    assert_int_equal(revoking(&yard, &yard.root, nfs), RULE_DRV_20C);
    assert_int_equal(allowing(&yard, &yard.root, &good), RULE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_share_is_a_server_and_a_path_and_nothing_else),
        IN_WORLD(it_is_read_only_and_within_the_envelope_or_not_at_all),
        IN_WORLD(a_super_administrator_allows_and_revokes_each_once),
    };
    return cmocka_run_group_tests_name("core/drive/nfs", tests, NULL, NULL);
}
