/*
 * Along which chain a drive was shared: by example, and over random histories against a search that
 * asks of every share, at its moment, which rights there were.
 */
#include "reports/custody/shares.h"
#include "tests/reports/lineage/stream.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    EVENTS = 120,
    HISTORIES = 4,
    ARENA_SIZE = 64 << 10,
};

static struct shares *look(struct stream *stream, struct id drive)
{
    struct shares *shares = calloc(1, sizeof *shares);
    uint8_t memory[ARENA_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    const struct shares_question question = {
        .log = stream->log,
        .index = stream->index,
        .view = engine_view(stream->engine, UINT64_MAX, &arena, &trouble),
        .drive = drive};
    must(shares_find(&question, shares));
    must(trouble);
    return shares;
}

static int begin(void **state)
{
    struct stream *stream = calloc(1, sizeof *stream);
    stream_begin(stream);
    stream_drive(stream, stream->users[0], 0);
    *state = stream;
    return 0;
}

static int end(void **state)
{
    struct stream *stream = *state;
    stream_end(stream);
    free(stream);
    return 0;
}

static void a_chain_leads_to_the_owner(void **state)
{
    struct stream *stream = *state;
    struct id drive = stream->drives[0];
    const struct id *user = stream->users;
    stream_give(stream, user[0], drive, user[1], DRIVE_MODE_RW);
    stream_give(stream, user[1], drive, user[2], DRIVE_MODE_RO);
    stream_give(stream, user[2], drive, user[3], DRIVE_MODE_RO);
    stream_give(stream, user[2], drive, user[4], DRIVE_MODE_RW); /* more than it has */
    uint64_t taken = stream_take(stream, user[0], drive, user[1]);
    stream_look(stream);
    struct shares *shares = look(stream, drive);
    assert_int_equal(shares->count, 4);
    assert_true(id_equal(shares->owner, user[0]));
    assert_true(shares->list[0].rests_on == SHARE_OWNER);
    assert_int_equal(shares->list[0].until.n, taken);
    assert_int_equal(shares->list[1].rests_on, 0);
    assert_int_equal(shares->list[2].rests_on, 1);
    assert_int_equal(shares->list[2].depth, 3);
    assert_int_equal(shares->list[2].until.n, STAY_NEVER);
    assert_true(shares->list[3].rests_on == SHARE_NO_RIGHT);
    free(shares);
}

static void a_group_gives_what_it_has_to_those_who_are_in_it_then(void **state)
{
    struct stream *stream = *state;
    struct id drive = stream->drives[0], group = stream->groups[1];
    const struct id *user = stream->users;
    stream_give(stream, user[0], drive, group, DRIVE_MODE_RO);
    stream_give(stream, user[3], drive, user[4], DRIVE_MODE_RO); /* not in it yet */
    stream_join(stream, group, user[3]);
    stream_give(stream, user[3], drive, user[2], DRIVE_MODE_RO);
    stream_look(stream);
    struct shares *shares = look(stream, drive);
    assert_true(shares->list[1].rests_on == SHARE_NO_RIGHT);
    assert_int_equal(shares->list[2].rests_on, 0);
    free(shares);
}

/* Against a naive search ----------------------------------------------------------------------- */

struct gift {
    struct id by, target;
    enum drive_mode mode;
    uint64_t n, end;
};

struct naive {
    struct gift gifts[EVENTS];
    size_t count;
    bool member[EVENTS][STREAM_USERS]; /* of group 0, when the gift was made */
};

/* The fewest gifts from the owner to this one; 0: there is no such chain. */
static uint32_t depth_of(const struct stream *stream, const struct naive *naive, size_t at)
{
    const struct gift *gift = &naive->gifts[at];
    uint32_t best = id_equal(gift->by, stream->users[0]) ? 1 : 0;
    for (size_t i = 0; i < at && best != 1; i++) {
        const struct gift *before = &naive->gifts[i];
        bool reaches = id_equal(before->target, gift->by);
        for (size_t u = 0; u < STREAM_USERS; u++) {
            reaches = reaches || (id_equal(before->target, stream->groups[0]) &&
                                  id_equal(gift->by, stream->users[u]) && naive->member[at][u]);
        }
        uint32_t depth = reaches && before->end >= gift->n && before->mode >= gift->mode
                             ? depth_of(stream, naive, i)
                             : 0;
        best = depth > 0 && (best == 0 || depth + 1 < best) ? depth + 1 : best;
    }
    return best;
}

static void end_gifts(struct naive *naive, struct id target, uint64_t n)
{
    for (size_t i = 0; i < naive->count; i++) {
        struct gift *gift = &naive->gifts[i];
        gift->end = gift->end == UINT64_MAX && id_equal(gift->target, target) ? n : gift->end;
    }
}

static void random_history(struct stream *stream, struct random *random, struct naive *naive)
{
    bool member[STREAM_USERS] = {true}; /* who made the group is in it */
    naive->count = 0;
    for (size_t i = 0; i < EVENTS; i++) {
        size_t u = random_below(random, STREAM_USERS), t = random_below(random, STREAM_USERS + 1);
        struct id by = stream->users[u];
        struct id target = t == STREAM_USERS ? stream->groups[0] : stream->users[t];
        enum drive_mode mode = random_below(random, 2) == 0 ? DRIVE_MODE_RO : DRIVE_MODE_RW;
        unsigned what = (unsigned)random_below(random, 8);
        if (what == 0) {
            end_gifts(naive, target, stream_take(stream, by, stream->drives[0], target));
        } else if (what == 1 && u > 0) {
            member[u] = !member[u];
            (void)(member[u] ? stream_join(stream, stream->groups[0], by)
                             : stream_leave(stream, stream->groups[0], by));
        } else {
            uint64_t n = stream_give(stream, by, stream->drives[0], target, mode);
            end_gifts(naive, target, n);
            for (size_t k = 0; k < STREAM_USERS; k++) {
                naive->member[naive->count][k] = member[k];
            }
            naive->gifts[naive->count++] = (struct gift){by, target, mode, n, UINT64_MAX};
        }
    }
    stream_look(stream);
}

static void every_share_has_the_shortest_chain_there_was(void **unused)
{
    struct random random = {3};
    struct naive *naive = calloc(1, sizeof *naive);
    (void)unused;
    for (unsigned i = 0; i < HISTORIES; i++) {
        void *state;
        begin(&state);
        struct stream *stream = state;
        random_history(stream, &random, naive);
        struct shares *shares = look(stream, stream->drives[0]);
        assert_int_equal(shares->count, naive->count);
        for (size_t k = 0; k < naive->count; k++) {
            assert_int_equal(shares->list[k].from.n, naive->gifts[k].n);
            assert_int_equal(shares->list[k].until.n, naive->gifts[k].end);
            assert_int_equal(shares->list[k].depth, depth_of(stream, naive, k));
        }
        free(shares);
        end(&state);
    }
    free(naive);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_chain_leads_to_the_owner),
        WITH(a_group_gives_what_it_has_to_those_who_are_in_it_then),
        cmocka_unit_test(every_share_has_the_shortest_chain_there_was),
    };
    return cmocka_run_group_tests_name("reports/custody/shares", tests, NULL, NULL);
}
