/*
 * Stretches of time as a picture: within its frame, escaped, and saying what it leaves out.
 */
#include "reports/web/bands.h"
#include "tests/reports/capture.h"
#include "tests/reports/well_formed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    MEMORY = 1 << 20,
};

static const struct rows_options no_rows = {0};
static struct capture capture;
static struct visit visit;
static uint8_t memory[MEMORY];
static struct arena arena;

static struct bands *begin(void)
{
    arena = ARENA_IN(memory);
    memset(&visit, 0, sizeof visit);
    visit.output = &capture.output;
    return bands_new(&arena);
}

static void draw(const struct bands *bands)
{
    capture_begin(&capture, &no_rows);
    bands_put(&visit, bands, "test", "What <held> when");
    capture_end(&capture);
}

/* The boxes that are drawn: x and width of each. */
static size_t boxes(int x[], int width[], size_t most)
{
    size_t count = 0;
    const char *at = strstr(capture.text, "<line "); /* behind the paper */
    while (count < most && (at = strstr(at, "<rect x=\"")) != NULL) {
        x[count] = (int)strtol(at + 9, NULL, 10);
        width[count] = (int)strtol(strstr(at, "width=\"") + 7, NULL, 10);
        count++;
        at++;
    }
    return count;
}

static void bands_lie_within_the_picture_in_their_order(void **unused)
{
    uint64_t random = 3;
    (void)unused;
    for (unsigned round = 0; round < 200; round++) {
        int x[64], width[64];
        struct bands *bands = begin();
        uint64_t at = random_below(&random, UINT64_C(1) << 50);
        size_t count = 1 + random_below(&random, 20);
        bands->last_us = random_below(&random, 2) == 0 ? 0 : at + random_below(&random, 1 << 30);
        bands_lane(bands, LITERAL("<lane> & one"), (struct id){ID_USER, 4});
        for (size_t i = 0; i < count; i++) {
            struct band band = {.from_us = at,
                                .look = i % 2 == 0 ? BAND_HELD : BAND_NOT,
                                .open = i + 1 == count,
                                .has_event = true,
                                .event = i,
                                .title = LITERAL("\"quoted\" <title>")};
            at += random_below(&random, UINT64_C(1) << (round % 40));
            band.until_us = at;
            bands_add(bands, &band);
        }
        draw(bands);
        assert_true(well_formed(capture.text));
        assert_int_equal(boxes(x, width, 64), count);
        for (size_t i = 0; i < count; i++) {
            assert_true(width[i] >= 3);
            assert_true(x[i] >= 0 && x[i] + width[i] <= BANDS_WIDTH);
            assert_true(i == 0 || x[i] >= x[i - 1]);
        }
    }
}

static void lanes_that_are_too_many_are_counted(void **unused)
{
    (void)unused;
    struct bands *bands = begin();
    for (size_t i = 0; i < BANDS_LANES_MAX + 7; i++) {
        bands_lane(bands, LITERAL("lane"), (struct id){ID_NONE, 0});
        bands_add(bands, &(struct band){.from_us = i, .until_us = i + 1});
    }
    assert_int_equal(bands->lane_count, BANDS_LANES_MAX);
    draw(bands);
    assert_non_null(strstr(capture.text, "7 more are not drawn."));
}

static void links_of_a_pinned_page_are_pinned(void **unused)
{
    (void)unused;
    struct bands *bands = begin();
    visit.pinned = true;
    visit.at = 77;
    bands_lane(bands, LITERAL("ann"), (struct id){ID_USER, 4});
    bands_add(bands, &(struct band){.from_us = 1, .until_us = 9, .has_event = true, .event = 12});
    draw(bands);
    assert_non_null(strstr(capture.text, "<a href=\"/events/12?at=77\">"));
    assert_non_null(strstr(capture.text, "<a href=\"/users/4?at=77\">"));
}

static void nothing_is_no_picture(void **unused)
{
    (void)unused;
    draw(begin());
    assert_string_equal(capture.text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_lie_within_the_picture_in_their_order),
        cmocka_unit_test(lanes_that_are_too_many_are_counted),
        cmocka_unit_test(links_of_a_pinned_page_are_pinned),
        cmocka_unit_test(nothing_is_no_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
