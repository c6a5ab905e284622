/*
 * A new store: whole, with its keys, or not there at all.
 */
#include "core/birth.h"
#include "core/store_layout.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static mode_t mode_of(const struct scratch *scratch, const char *name)
{
    struct store_path path;
    struct stat status;
    must(store_path(scratch->store, name, &path));
    assert_int_equal(stat(path.text, &status), 0);
    return status.st_mode & 0777;
}

static void keys_are_for_their_owner_alone(void **unused)
{
    (void)unused;
    static const char *const keys[] = {"keys/log.key", "keys/audit.key", "keys/identity.key",
                                       "keys/import.key"};
    struct scratch scratch;
    mode_t before = umask(0);
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    umask(before);
    assert_int_equal(mode_of(&scratch, "keys"), 0700);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_int_equal(mode_of(&scratch, keys[i]), 0600);
    }
    scratch_end(&scratch);
}

static void either_algorithm_makes_a_store_that_opens(void **unused)
{
    (void)unused;
    static const enum key_type types[] = {KEY_ED25519, KEY_ECDSA_P256};
    for (size_t i = 0; i < 2; i++) {
        struct scratch scratch;
        scratch_begin(&scratch);
        scratch_store(&scratch, types[i]);
        struct engine *engine = scratch_open(&scratch, false);
        assert_int_equal(engine_log_key(engine)->type, types[i]);
        assert_int_equal(log_head_of(engine_log(engine))->size, 11);
        scratch_close(&engine);
        scratch_end(&scratch);
    }
}

static void a_log_is_named_in_few_letters(void **unused)
{
    (void)unused;
    static const char *const bad[] = {"", "Upper", "with space", "plus+", "new\nline", "\xc3\xa9"};
    struct scratch scratch;
    scratch_begin(&scratch);
    must(secret_key_make(KEY_ED25519, "ada", &scratch.admin_key));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct birth birth = {.directory = scratch.store,
                              .origin = bad[i],
                              .key_type = KEY_ED25519,
                              .admin_login = "ada",
                              .admin_key = secret_key_public(scratch.admin_key)};
        struct stat status;
        assert_int_equal(store_create(&birth).code, STATUS_MALFORMED);
        assert_int_not_equal(stat(scratch.store, &status), 0);
    }
    scratch_end(&scratch);
}

/* A name that no event can hold shows only when nearly all is made. */
static void a_store_that_cannot_be_made_leaves_nothing(void **unused)
{
    (void)unused;
    static char longest[2 * BODY_MAX];
    struct scratch scratch;
    memset(longest, 'x', sizeof longest - 1);
    scratch_begin(&scratch);
    must(secret_key_make(KEY_ED25519, "ada", &scratch.admin_key));
    struct birth birth = {.directory = scratch.store,
                          .origin = "test.example/log",
                          .key_type = KEY_ED25519,
                          .admin_login = longest,
                          .admin_key = secret_key_public(scratch.admin_key)};
    assert_true(failed(store_create(&birth)));
    assert_int_equal(rmdir(scratch.directory), 0); /* it is empty */
    secret_key_close(&scratch.admin_key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_for_their_owner_alone),
        cmocka_unit_test(either_algorithm_makes_a_store_that_opens),
        cmocka_unit_test(a_log_is_named_in_few_letters),
        cmocka_unit_test(a_store_that_cannot_be_made_leaves_nothing),
    };
    return cmocka_run_group_tests_name("core/birth", tests, NULL, NULL);
}
