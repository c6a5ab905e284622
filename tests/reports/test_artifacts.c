/*
 * Lists of files say what is there, in an order of their own, in the forms that others read.
 */
#include "reports/artifacts.h"
#include "schema/time.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct capture capture;

static void fill(struct artifact artifacts[static 3])
{
    static const char *const paths[] = {"proofs/9.tlog-proof", "catalog.json",
                                        "proofs/10.tlog-proof"};
    for (size_t i = 0; i < 3; i++) {
        artifacts[i] = (struct artifact){.size = 7 * i, .file.digest = {{0xab, (uint8_t)i}}};
        snprintf(artifacts[i].file.name, sizeof artifacts[i].file.name, "%s", paths[i]);
    }
    artifacts_sort(artifacts, 3);
}

static void files_stand_in_the_order_of_their_paths(void **unused)
{
    (void)unused;
    struct artifact artifacts[3];
    fill(artifacts);
    assert_string_equal(artifacts[0].file.name, "catalog.json");
    assert_string_equal(artifacts[1].file.name, "proofs/10.tlog-proof");
    assert_string_equal(artifacts[2].file.name, "proofs/9.tlog-proof");
}

static void the_manifest_says_until_when_each_is_kept(void **unused)
{
    (void)unused;
    struct artifact artifacts[3];
    uint64_t made_us = 0;
    fill(artifacts);
    assert_false(failed(time_read_rfc3339(LITERAL("2026-03-09T21:58:00Z"), &made_us)));
    capture_begin(&capture, &(struct rows_options){.format = ROWS_CSV});
    assert_false(failed(artifacts_put_manifest(artifacts, 3, "cairn 1", made_us, &capture.rows)));
    capture_end(&capture);
    assert_non_null(strstr(capture.text, "artifact,algorithm,sha256,bytes,made_by,retained_until"));
    assert_non_null(strstr(capture.text, "\"catalog.json\",\"SHA-256\",\"ab01000"));
    assert_non_null(strstr(capture.text, ",7,\"cairn 1\",2032-03-09T21:58:00.000000Z\r\n"));
}

static void years_are_counted_by_the_calendar(void **unused)
{
    (void)unused;
    static const struct {
        const char *from, *to;
    } pairs[] = {
        {"2026-03-09T21:58:00Z", "2032-03-09T21:58:00Z"},
        {"2024-02-29T00:00:00Z", "2030-03-01T00:00:00Z"},
        {"2026-12-31T23:59:59Z", "2032-12-31T23:59:59Z"},
        {"9998-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        uint64_t from = 0, to = 0;
        assert_false(failed(time_read_rfc3339(bytes_of_string(pairs[i].from), &from)));
        assert_false(failed(time_read_rfc3339(bytes_of_string(pairs[i].to), &to)));
        assert_true(artifacts_years_later(from, ARTIFACTS_KEPT_YEARS) == to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_stand_in_the_order_of_their_paths),
        cmocka_unit_test(the_manifest_says_until_when_each_is_kept),
        cmocka_unit_test(years_are_counted_by_the_calendar),
    };
    return cmocka_run_group_tests_name("reports/artifacts", tests, NULL, NULL);
}
