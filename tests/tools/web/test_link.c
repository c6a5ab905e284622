/*
 * Links: where they lead is said, or read from the settings of this very store, or guessed.
 */
#include "schema/settings.h"
#include "tools/web/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void a_base_is_a_host_of_http_and_nothing_that_hides(void **unused)
{
    (void)unused;
    static const char *const good[] = {"https://audit.example.org", "http://127.0.0.1:7443",
                                       "https://[2001:db8::1]:7443", "https://a.example/cairn"};
    static const char *const bad[] = {"",
                                      "audit.example.org",
                                      "https://",
                                      "https:///x",
                                      "ftp://a.example",
                                      "https://a.example/?x",
                                      "https://u@a.example",
                                      "https://a example",
                                      "https://a\x1b[31m",
                                      "javascript:alert(1)"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(link_is_base(bytes_of_string(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(link_is_base(bytes_of_string(bad[i])));
    }
    char longer[LINK_BASE_MAX + 1];
    memset(longer, 'a', sizeof longer - 1);
    memcpy(longer, "https://", 8);
    longer[LINK_BASE_MAX] = '\0';
    assert_false(link_is_base(bytes_of_string(longer)));
    longer[LINK_BASE_MAX - 1] = '\0';
    assert_true(link_is_base(bytes_of_string(longer)));
}

static void a_link_is_base_path_and_token(void **unused)
{
    (void)unused;
    char memory[LINK_MAX + 1];
    struct text out = TEXT_IN(memory);
    struct link_base base = {.text = "https://a.example:7443"};
    struct token token;
    memset(token.text, 'A', TOKEN_TEXT_SIZE);
    token.text[TOKEN_TEXT_SIZE] = '\0';
    link_write(&base, &token, &out);
    assert_false(out.full);
    assert_string_equal(text_string(&out),
                        "https://a.example:7443/enter/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

/* Settings of one store or another ---------------------------------------------------------- */

struct place {
    char directory[64], store[96], settings[96];
};

static int begin(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    snprintf(place->directory, sizeof place->directory, "/tmp/link_XXXXXX");
    assert_non_null(mkdtemp(place->directory));
    snprintf(place->store, sizeof place->store, "%s/store", place->directory);
    snprintf(place->settings, sizeof place->settings, "%s/cairnd.conf", place->directory);
    assert_int_equal(mkdir(place->store, 0700), 0);
    assert_int_equal(setenv("CAIRN_STORE", place->store, 1), 0);
    *state = place;
    return 0;
}

static int end(void **state)
{
    struct place *place = *state;
    unlink(place->settings);
    rmdir(place->store);
    rmdir(place->directory);
    free(place);
    return unsetenv("CAIRN_STORE");
}

static void write_settings(const struct place *place, const char *store, const char *web)
{
    FILE *file = fopen(place->settings, "w");
    assert_non_null(file);
    assert_true(fprintf(file, "[store]\npath = %s\n%s", store, web) > 0);
    assert_int_equal(fclose(file), 0);
}

static struct link_base base_of(const struct place *place, const char *given)
{
    static const struct verb verb = {.name = "test"};
    struct guard_page page = guard_page_alone();
    struct invocation invocation = {.verb = &verb, .page = &page};
    struct link_base base;
    assert_int_equal(link_find_base(&invocation, given, place->settings, &base), EXIT_DONE);
    return base;
}

static void the_base_is_what_is_said_or_what_the_settings_of_this_store_say(void **state)
{
    struct place *place = *state;
    struct link_base base = base_of(place, "https://said.example/");
    assert_string_equal(base.text, "https://said.example");
    assert_false(base.guessed);
    assert_true(base_of(place, NULL).guessed);
    write_settings(place, place->store, "[web]\nurl = https://url.example\n");
    base = base_of(place, NULL);
    assert_string_equal(base.text, "https://url.example");
    assert_false(base.guessed);
    write_settings(place, place->store, "[web]\nlisten = 127.0.0.1:9999\n");
    base = base_of(place, NULL);
    assert_string_equal(base.text, "http://127.0.0.1:9999");
    write_settings(place, place->directory, "[web]\nurl = https://other.example\n");
    base = base_of(place, NULL);
    assert_string_equal(base.text, "http://127.0.0.1:7443");
    assert_true(base.guessed);
    write_settings(place, place->store, "[nonsense\n");
    assert_true(base_of(place, NULL).guessed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_base_is_a_host_of_http_and_nothing_that_hides),
        cmocka_unit_test(a_link_is_base_path_and_token),
        cmocka_unit_test_setup_teardown(
            the_base_is_what_is_said_or_what_the_settings_of_this_store_say, begin, end),
    };
    return cmocka_run_group_tests_name("tools/web/link", tests, NULL, NULL);
}
