/*
 * Manifests: what is written is read again, as sha256sum would; names lead nowhere else; and the
 * tables look as the DoD's script prints them.
 */
#include "reports/casefile/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    FILES = 3,
};

static void three_files(struct manifest_entry entries[static FILES])
{
    static const char *const names[FILES] = {"notes/7.txt", "README.txt", "events/7.tlog-proof"};
    for (size_t i = 0; i < FILES; i++) {
        snprintf(entries[i].name, sizeof entries[i].name, "%s", names[i]);
        memset(entries[i].digest.sha256, (int)(0xA0 + i), DIGEST_SIZE);
    }
    manifest_sort(entries, FILES);
}

static void what_is_written_is_read_again(void **state)
{
    struct manifest_entry entries[FILES], again;
    char memory[FILES * MANIFEST_LINE_SIZE];
    struct text text = TEXT_IN(memory);
    bool more;
    (void)state;
    three_files(entries);
    assert_string_equal(entries[0].name, "README.txt");
    assert_string_equal(entries[2].name, "notes/7.txt");
    manifest_write_sums(entries, FILES, &text);
    struct bytes rest = text_bytes(&text);
    for (size_t i = 0; i < FILES; i++) {
        assert_false(failed(manifest_read_line(&rest, &again, &more)));
        assert_true(more);
        assert_string_equal(again.name, entries[i].name);
        assert_true(digest_equal(&again.digest, &entries[i].digest));
    }
    assert_false(failed(manifest_read_line(&rest, &again, &more)));
    assert_false(more);
}

static void a_line_of_anything_else_is_malformed(void **state)
{
#define HEX "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"
    static const char *const lines[] = {
        "\n",
        HEX "\n",
        HEX "  x",
        HEX " *x\n",
        HEX "  \n",
        HEX "  ../x\n",
        HEX "  /etc/passwd\n",
        HEX "  a b\n",
        HEX "  a/b/c\n",
        "g0" HEX "  x\n",
    };
    struct manifest_entry entry;
    bool more;
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct bytes rest = bytes_of_string(lines[i]);
        assert_int_equal(manifest_read_line(&rest, &entry, &more).code, STATUS_MALFORMED);
    }
}

static void names_stay_within_the_folder(void **state)
{
    static const char *const bad[] = {"",    ".",    "..",    "/",     "a/",   "/a",  "a//b",
                                      "a/.", "../a", "a/..b", "a/b/c", "a\nb", "a b", ".hidden"};
    static const char *const good[] = {"a", "a/b", "MANIFEST.sha256", "events/7.tlog-proof",
                                       "a..b"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(manifest_is_name(bytes_of_string(bad[i])));
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(manifest_is_name(bytes_of_string(good[i])));
    }
}

static void the_table_is_that_of_an_assessment(void **state)
{
    struct manifest_entry entries[FILES];
    char memory[MANIFEST_TABLE_HEAD + FILES * MANIFEST_LINE_SIZE];
    struct text text = TEXT_IN(memory);
    (void)state;
    three_files(entries);
    manifest_write_table(entries, 1, &text);
    assert_string_equal(
        text_string(&text),
        "\r\n"
        "Algorithm       Hash                                                                   "
        "Path\r\n"
        "---------       ----                                                                   "
        "----\r\n"
        "SHA256          A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1       "
        "README.txt\r\n\r\n\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_line_of_anything_else_is_malformed),
        cmocka_unit_test(names_stay_within_the_folder),
        cmocka_unit_test(the_table_is_that_of_an_assessment),
    };
    return cmocka_run_group_tests_name("reports/casefile/manifest", tests, NULL, NULL);
}
