#include "auditd/roles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_seat_is_its_role_and_index(void **state)
{
    bool seen[SEATS_MAX] = {false};
    (void)state;
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        for (unsigned index = 0; index < (role == ROLE_READER ? READERS_MAX : 1); index++) {
            const unsigned seat = seat_of((enum role)role, index);
            unsigned read;
            assert_true(seat < SEATS_MAX && !seen[seat]);
            seen[seat] = true;
            assert_int_equal(seat_role(seat), role);
            assert_int_equal(seat_index(seat), index);
            const struct seat_name name = seat_name(seat);
            assert_true(seat_read(name.text, &read));
            assert_int_equal(read, seat);
        }
    }
    for (unsigned seat = 0; seat < SEATS_MAX; seat++) {
        assert_true(seen[seat]);
    }
    assert_false(seat_read("reader", &(unsigned){0}));
    assert_false(seat_read("reader.9", &(unsigned){0}));
    assert_false(seat_read("", &(unsigned){0}));
}

/* The split by privilege: who meets the network has no channel to who has the keys, but for what is
 * checked on the way. */
static void the_web_reaches_the_writer_through_readers_only(void **state)
{
    (void)state;
    for (unsigned a = 0; a < ROLE_COUNT; a++) {
        assert_false(roles_talk((enum role)a, (enum role)a));
        for (unsigned b = 0; b < ROLE_COUNT; b++) {
            assert_int_equal(roles_talk((enum role)a, (enum role)b),
                             roles_talk((enum role)b, (enum role)a));
        }
    }
    assert_false(roles_talk(ROLE_HTTP, ROLE_WRITER));
    assert_true(roles_talk(ROLE_HTTP, ROLE_READER));
    assert_true(roles_talk(ROLE_READER, ROLE_WRITER));
    assert_true(roles_talk(ROLE_CONTROLLERS, ROLE_WRITER));
    assert_false(roles_talk(ROLE_HTTP, ROLE_INGEST));
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        assert_false(roles_talk(ROLE_METRICS, (enum role)role));
        /* An emitter like others, it has no way of its own to whoever keeps the log. */
        assert_false(roles_talk(ROLE_WATCHER, (enum role)role));
    }
}

static void settings_say_which_seats_are_filled(void **state)
{
    struct settings *settings = malloc(sizeof *settings);
    (void)state;
    assert_non_null(settings);
    settings_init(settings);
    assert_true(seat_is_wanted(seat_of(ROLE_WRITER, 0), settings));
    assert_true(seat_is_wanted(seat_of(ROLE_INGEST, 0), settings));
    assert_false(seat_is_wanted(seat_of(ROLE_INGEST_TLS, 0), settings));
    assert_false(seat_is_wanted(seat_of(ROLE_HTTP, 0), settings));
    assert_false(seat_is_wanted(seat_of(ROLE_READER, 0), settings));
    settings->web_listen = (struct setting_text){"127.0.0.1:0"};
    settings->tls_listen = (struct setting_text){"127.0.0.1:0"};
    assert_false(seat_is_wanted(seat_of(ROLE_CONTROLLERS, 0), settings));
    settings->virt_uri = (struct setting_text){"test:///default"};
    assert_true(seat_is_wanted(seat_of(ROLE_CONTROLLERS, 0), settings));
    settings->daemon_readers = 3;
    assert_true(seat_is_wanted(seat_of(ROLE_INGEST_TLS, 0), settings));
    assert_true(seat_is_wanted(seat_of(ROLE_HTTP, 0), settings));
    assert_true(seat_is_wanted(seat_of(ROLE_READER, 2), settings));
    assert_false(seat_is_wanted(seat_of(ROLE_READER, 3), settings));
    settings->virt_uri = (struct setting_text){"qemu:///system"};
    settings->virt_watcher_key = (struct setting_text){""};
    assert_false(seat_is_wanted(seat_of(ROLE_WATCHER, 0), settings));
    settings->virt_watcher_key = (struct setting_text){"/etc/cairn/watcher.key"};
    assert_true(seat_is_wanted(seat_of(ROLE_WATCHER, 0), settings));
    settings->virt_uri = (struct setting_text){"test:///default"};
    assert_false(seat_is_wanted(seat_of(ROLE_WATCHER, 0), settings));
    free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seat_is_its_role_and_index),
        cmocka_unit_test(the_web_reaches_the_writer_through_readers_only),
        cmocka_unit_test(settings_say_which_seats_are_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
