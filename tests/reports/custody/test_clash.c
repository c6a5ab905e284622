/*
 * Drives at two machines at once: random stays against every pair of them, and every moment.
 */
#include "reports/custody/clash.h"
#include "tests/schema/random_record.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    STAYS = 60,
    MOMENTS = 200,
    FOUND_MAX = STAYS * STAYS,
};

struct met {
    struct id drive, a, b;
    uint64_t from, until;
};

struct found {
    struct met list[FOUND_MAX];
    size_t count;
};

static struct status keep(void *context, const struct clash *clash)
{
    struct found *found = context;
    assert_true(found->count < FOUND_MAX);
    assert_true(clash->first->from.n <= clash->second->from.n);
    assert_true(id_equal(clash->first->drive, clash->second->drive));
    found->list[found->count++] = (struct met){clash->first->drive, clash->first->vm,
                                               clash->second->vm, clash->from.n, clash->until.n};
    return OK;
}

/* In the order in which they were asked for; each event is one stay's alone. */
static void make(struct random *random, struct stay *stays)
{
    for (uint64_t i = 0; i < STAYS; i++) {
        uint64_t asked = 3 * i, from = asked + 3 * random_below(random, 12) + 1;
        uint64_t until = from + 3 * (1 + random_below(random, 20)) + 1;
        stays[i] =
            (struct stay){.drive = {ID_DRIVE, random_below(random, 2)},
                          .vm = {ID_VM, random_below(random, 6)},
                          .mode_known = random_below(random, 5) > 0,
                          .mode = random_below(random, 2) == 0 ? DRIVE_MODE_RO : DRIVE_MODE_RW,
                          .asked = {asked, asked},
                          .from = {from, from},
                          .until = {until, until}};
        stays[i].from.n = random_below(random, 10) == 0 ? STAY_NEVER : from;
        stays[i].until.n = random_below(random, 10) == 0 ? STAY_NEVER : until;
    }
}

static bool both_there(const struct stay *a, const struct stay *b, uint64_t n)
{
    return id_equal(a->drive, b->drive) && !id_equal(a->vm, b->vm) &&
           (stay_writes(a) || stay_writes(b)) && a->from.n <= n && n < a->until.n &&
           b->from.n <= n && n < b->until.n;
}

static bool is_told(const struct found *found, const struct stay *a, const struct stay *b,
                    uint64_t n)
{
    for (size_t i = 0; i < found->count; i++) {
        const struct met *met = &found->list[i];
        bool same = (id_equal(met->a, a->vm) && id_equal(met->b, b->vm)) ||
                    (id_equal(met->a, b->vm) && id_equal(met->b, a->vm));
        if (same && id_equal(met->drive, a->drive) && met->from <= n && n < met->until) {
            return true;
        }
    }
    return false;
}

static size_t clashing_at(const struct stay *stays, const struct found *found, uint64_t n)
{
    size_t pairs = 0;
    for (size_t i = 0; i < STAYS; i++) {
        for (size_t k = 0; k < i; k++) {
            if (both_there(&stays[i], &stays[k], n)) {
                assert_true(is_told(found, &stays[i], &stays[k], n));
                pairs++;
            }
        }
    }
    return pairs;
}

static void every_clash_is_told_and_nothing_else(void **unused)
{
    struct random random = {5};
    struct stay stays[STAYS];
    struct clashes *clashes = calloc(1, sizeof *clashes);
    struct found *found = calloc(1, sizeof *found);
    (void)unused;
    for (unsigned history = 0; history < 20; history++) {
        make(&random, stays);
        found->count = 0;
        clashes_begin(clashes, keep, found);
        for (size_t i = 0; i < STAYS; i++) {
            must(clashes_take(clashes, &stays[i]));
        }
        size_t pairs = 0, told = 0;
        for (uint64_t n = 0; n < MOMENTS; n++) {
            pairs += clashing_at(stays, found, n);
            for (size_t i = 0; i < found->count; i++) {
                told += found->list[i].from <= n && n < found->list[i].until ? 1 : 0;
            }
        }
        assert_int_equal(told, pairs);
        assert_true(found->count > 0);
    }
    free(clashes);
    free(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_clash_is_told_and_nothing_else),
    };
    return cmocka_run_group_tests_name("reports/custody/clash", tests, NULL, NULL);
}
