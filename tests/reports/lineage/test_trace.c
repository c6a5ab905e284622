/*
 * Where data can have gone, and come from: by example, and over random histories against a naive
 * walk that looks at every event and every right at every moment.
 */
#include "tests/reports/lineage/stream.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int begin(void **state)
{
    struct stream *stream = calloc(1, sizeof *stream);
    stream_begin(stream);
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

static const struct id nothing = {ID_NONE, 0};

/* Examples ----------------------------------------------------------------------------------- */

static void what_left_before_the_data_came_does_not_count(void **state)
{
    struct stream *stream = *state;
    struct id ann = stream->users[0], bob = stream->users[1];
    stream_create(stream, ann, 0, ann, nothing);
    stream_create(stream, bob, 1, bob, nothing);
    uint64_t early = stream_write(stream, bob, stream->files[1]);
    uint64_t read = stream_read(stream, bob, stream->files[0]);
    stream_look(stream);
    stream_trace(stream,
                 &(struct lineage_question){.root = stream->files[0], .go[LINEAGE_DOWN] = true});
    assert_non_null(stream_node(stream, bob));
    assert_null(stream_node(stream, stream->files[1]));
    uint64_t late = stream_write(stream, bob, stream->files[1]);
    stream_look(stream);
    stream_trace(stream,
                 &(struct lineage_question){.root = stream->files[0], .go[LINEAGE_DOWN] = true});
    const struct lineage_edge *edge =
        stream_edge(stream, bob, stream->files[1], EVENT_VAULT_CHUNK_WRITTEN);
    assert_non_null(edge);
    assert_int_equal(edge->first, late);
    assert_int_equal(edge->count, 1);
    assert_true(early < read && read < late);
}

static void upwards_the_same_holds(void **state)
{
    struct stream *stream = *state;
    struct id ann = stream->users[0], bob = stream->users[1];
    stream_create(stream, ann, 0, ann, nothing);
    stream_create(stream, bob, 1, bob, nothing);
    uint64_t write = stream_write(stream, bob, stream->files[1]);
    stream_read(stream, bob, stream->files[0]);
    stream_look(stream);
    stream_trace(stream,
                 &(struct lineage_question){.root = stream->files[1], .go[LINEAGE_UP] = true});
    assert_null(stream_node(stream, stream->files[0]));
    assert_int_equal(stream_edge(stream, bob, stream->files[1], EVENT_VAULT_CHUNK_WRITTEN)->first,
                     write);
    stream_write(stream, bob, stream->files[1]);
    stream_look(stream);
    stream_trace(stream,
                 &(struct lineage_question){.root = stream->files[1], .go[LINEAGE_UP] = true});
    assert_int_equal(stream_node(stream, stream->files[0])->reach[LINEAGE_UP].depth, 2);
    assert_non_null(stream_node(stream, ann));
}

static void a_share_stops_the_search_unless_rights_are_asked_for(void **state)
{
    struct stream *stream = *state;
    struct id ann = stream->users[0], cid = stream->users[2];
    stream_create(stream, ann, 0, ann, nothing);
    stream_create(stream, cid, 1, cid, nothing);
    stream_share(stream, ann, stream->files[0], cid);
    stream_write(stream, cid, stream->files[1]);
    stream_look(stream);
    struct lineage_question question = {.root = stream->files[0], .go[LINEAGE_DOWN] = true};
    stream_trace(stream, &question);
    assert_int_equal(stream_node(stream, cid)->reach[LINEAGE_DOWN].stop, STOP_NOT_READ);
    assert_null(stream_node(stream, stream->files[1]));
    question.could = true;
    stream_trace(stream, &question);
    assert_int_equal(stream_node(stream, cid)->reach[LINEAGE_DOWN].stop, STOP_NOWHERE);
    assert_true(stream_node(stream, stream->files[1])->reach[LINEAGE_DOWN].could);
    stream_read(stream, cid, stream->files[0]);
    stream_look(stream);
    stream_trace(stream, &question);
    assert_false(stream_node(stream, cid)->reach[LINEAGE_DOWN].could);
    assert_true(stream_node(stream, stream->files[1])->reach[LINEAGE_DOWN].could);
}

static void a_right_leads_on_for_as_long_as_it_lasts(void **state)
{
    struct stream *stream = *state;
    struct id ann = stream->users[0], dee = stream->users[3];
    struct lineage_question question = {.go[LINEAGE_DOWN] = true, .could = true};
    stream_create(stream, ann, 0, ann, nothing);
    stream_create(stream, dee, 1, dee, nothing);
    stream_join(stream, stream->groups[0], dee);
    stream_leave(stream, stream->groups[0], dee);
    stream_share(stream, ann, stream->files[0], stream->groups[0]);
    stream_write(stream, dee, stream->files[1]);
    stream_look(stream);
    question.root = stream->files[0];
    stream_trace(stream, &question);
    assert_non_null(stream_node(stream, stream->groups[0]));
    assert_null(stream_node(stream, dee));
    stream_join(stream, stream->groups[0], dee);
    stream_write(stream, dee, stream->files[1]);
    stream_look(stream);
    stream_trace(stream, &question);
    assert_int_equal(stream_edge(stream, dee, stream->files[1], EVENT_VAULT_CHUNK_WRITTEN)->count,
                     1);
}

static void a_place_holds_what_was_put_into_it_until_it_was_taken_out(void **state)
{
    struct stream *stream = *state;
    struct id ann = stream->users[0], bob = stream->users[1];
    struct lineage_question question = {.go[LINEAGE_DOWN] = true};
    stream_dir(stream, ann, 0, ann);
    stream_dir(stream, ann, 1, stream->dirs[0]);
    stream_create(stream, ann, 0, stream->dirs[1], nothing);
    stream_create(stream, ann, 1, stream->dirs[0], nothing);
    stream_move(stream, ann, stream->files[1], stream->dirs[0], ann);
    uint64_t after = stream_next(stream);
    stream_read(stream, bob, stream->files[0]);
    stream_look(stream);
    question.root = stream->dirs[0];
    stream_trace(stream, &question);
    assert_int_equal(stream_node(stream, stream->files[0])->reach[LINEAGE_DOWN].depth, 2);
    assert_non_null(stream_node(stream, bob));
    assert_non_null(stream_node(stream, stream->files[1]));
    question.since = after;
    stream_trace(stream, &question);
    assert_non_null(stream_node(stream, stream->files[0]));
    assert_null(stream_node(stream, stream->files[1]));
    question.go[LINEAGE_DOWN] = false;
    question.go[LINEAGE_UP] = true;
    question.since = 0;
    stream_trace(stream, &question);
    assert_non_null(stream_node(stream, stream->files[0]));
    assert_int_equal(stream_node(stream, ann)->reach[LINEAGE_UP].depth, 2);
}

static void what_is_deleted_is_shared_with_nobody(void **state)
{
    struct stream *stream = *state;
    struct id ann = stream->users[0];
    stream_create(stream, ann, 0, stream->groups[0], stream->groups[0]);
    uint64_t share = stream_share(stream, ann, stream->files[0], stream->users[4]);
    stream_unshare(stream, ann, stream->files[0], stream->users[4]);
    stream_look(stream);
    struct lineage_question question = {.root = stream->files[0], .go[LINEAGE_DOWN] = true};
    stream_trace(stream, &question);
    assert_int_equal(
        stream_edge(stream, stream->files[0], stream->users[4], EVENT_VAULT_FILE_SHARED)->first,
        share);
    question.since = share + 1;
    stream_trace(stream, &question);
    assert_null(stream_node(stream, stream->users[4]));
    assert_non_null(stream_node(stream, stream->groups[0]));
}

static void a_place_outside_is_where_the_log_ends(void **state)
{
    struct stream *stream = *state;
    struct id ann = stream->users[0];
    stream_create(stream, ann, 0, ann, nothing);
    stream_download(stream, ann, stream->files[0], "usb \"7\"");
    stream_download(stream, ann, stream->files[0], "usb \"7\"");
    stream_look(stream);
    const struct lineage *lineage = stream_trace(
        stream, &(struct lineage_question){.root = stream->files[0], .go[LINEAGE_DOWN] = true});
    const struct lineage_node *place = stream_node(stream, nothing);
    assert_int_equal(place->reach[LINEAGE_DOWN].stop, STOP_OUTSIDE);
    assert_memory_equal(place->place, "usb \\\"7\\\"", place->place_size);
    assert_int_equal(lineage->edge_count, 1);
    assert_int_equal(lineage->edges[0].count, 2);
}

static void deeper_than_asked_is_told_and_not_shown(void **state)
{
    struct stream *stream = *state;
    struct id ann = stream->users[0], bob = stream->users[1];
    stream_create(stream, ann, 0, ann, nothing);
    stream_create(stream, bob, 1, bob, nothing);
    stream_read(stream, bob, stream->files[0]);
    stream_write(stream, bob, stream->files[1]);
    stream_look(stream);
    stream_trace(stream, &(struct lineage_question){
                             .root = stream->files[0], .go[LINEAGE_DOWN] = true, .depth = 1});
    assert_int_equal(stream_node(stream, bob)->reach[LINEAGE_DOWN].stop, STOP_DEPTH);
    assert_null(stream_node(stream, stream->files[1]));
}

static void both_ways_count_each_event_once(void **state)
{
    struct stream *stream = *state;
    struct id ann = stream->users[0];
    stream_create(stream, ann, 0, ann, nothing);
    for (unsigned i = 0; i < 3; i++) {
        stream_write(stream, ann, stream->files[0]);
        stream_read(stream, ann, stream->files[0]);
        stream_fetch(stream, ann, stream->files[0]);
    }
    stream_look(stream);
    stream_trace(stream, &(struct lineage_question){.root = stream->files[0], .go = {true, true}});
    assert_int_equal(stream_edge(stream, ann, stream->files[0], EVENT_VAULT_CHUNK_WRITTEN)->count,
                     3);
    assert_int_equal(stream_edge(stream, stream->files[0], ann, EVENT_VAULT_CHUNK_READ)->count, 3);
    assert_int_equal(stream_edge(stream, stream->files[0], ann, EVENT_VAULT_KEY_FETCHED)->count, 3);
    stream_trace(stream, &(struct lineage_question){.root = ann, .go = {true, true}});
    assert_int_equal(stream_edge(stream, stream->files[0], ann, EVENT_VAULT_KEY_FETCHED)->count, 3);
}

/* Each way to a thing is looked at once, however often data went along it. */
static void much_traffic_is_looked_at_a_few_times_only(void **state)
{
    struct stream *stream = *state;
    stream_create(stream, stream->users[0], 0, stream->users[0], nothing);
    stream_create(stream, stream->users[1], 1, stream->users[1], nothing);
    for (size_t i = 0; i < 400; i++) {
        struct id user = stream->users[i / 2 % 3], file = stream->files[i / 6 % 2];
        (void)(i % 2 == 0 ? stream_read(stream, user, file) : stream_write(stream, user, file));
    }
    stream_look(stream);
    const struct lineage *lineage = stream_trace(
        stream, &(struct lineage_question){.root = stream->files[0], .go = {true, true}});
    assert_false(lineage->cut);
    assert_int_equal(lineage->node_count, 5);
    assert_true(lineage->events < 20 * lineage->size);
}

/* Against a naive walk ----------------------------------------------------------------------- */

enum {
    THINGS_MAX = 64,
    RIGHTS_MAX = 512,
    EVENTS = 160,
    HISTORIES = 4,
};

struct naive_right {
    enum flow_class class;
    struct id from, to;
    uint64_t start, end;
};

struct naive_act {
    struct id from, to; /* to ID_NONE: a place */
    uint64_t n;
};

struct naive {
    struct naive_right rights[RIGHTS_MAX];
    size_t right_count;
    struct naive_act acts[RIGHTS_MAX];
    size_t act_count;
    struct id things[THINGS_MAX];
    size_t thing_count;
    uint32_t carried[THINGS_MAX], seen[THINGS_MAX]; /* depth; UINT32_MAX: not */
};

static size_t thing_of(struct naive *naive, struct id id)
{
    for (size_t i = 0; i < naive->thing_count; i++) {
        if (id_equal(naive->things[i], id)) {
            return i;
        }
    }
    assert_true(naive->thing_count < THINGS_MAX);
    naive->things[naive->thing_count] = id;
    return naive->thing_count++;
}

static void add_right(struct naive *naive, enum flow_class class, struct id from, struct id to,
                      uint64_t n)
{
    assert_true(naive->right_count < RIGHTS_MAX);
    naive->rights[naive->right_count++] = (struct naive_right){class, from, to, n, UINT64_MAX};
}

static void end_right(struct naive *naive, enum flow_class class, struct id from, struct id to,
                      uint64_t n)
{
    for (size_t i = 0; i < naive->right_count; i++) {
        struct naive_right *right = &naive->rights[i];
        if (right->class == class && id_equal(right->from, from) && id_equal(right->to, to) &&
            right->end == UINT64_MAX) {
            right->end = n;
        }
    }
}

/* A drive at a machine or a user in it: `both` ways, or into the machine only. */
static void join(struct naive *naive, struct id thing, struct id vm, bool both, uint64_t n)
{
    add_right(naive, FLOW_JOINED, thing, vm, n);
    if (both) {
        add_right(naive, FLOW_JOINED, vm, thing, n);
    }
}

/* The oldest of each way. */
static void part(struct naive *naive, struct id thing, struct id vm, uint64_t n)
{
    bool ended[2] = {false, false};
    for (size_t i = 0; i < naive->right_count; i++) {
        struct naive_right *right = &naive->rights[i];
        bool in = id_equal(right->from, thing) && id_equal(right->to, vm);
        bool out = id_equal(right->from, vm) && id_equal(right->to, thing);
        if (right->class == FLOW_JOINED && right->end == UINT64_MAX && (in || out) && !ended[in]) {
            right->end = n;
            ended[in] = true;
        }
    }
}

static void stop(struct naive *naive, struct id vm, uint64_t n)
{
    for (size_t i = 0; i < naive->right_count; i++) {
        struct naive_right *right = &naive->rights[i];
        if (right->class == FLOW_JOINED && right->end == UINT64_MAX &&
            (id_equal(right->from, vm) || id_equal(right->to, vm))) {
            right->end = n;
        }
    }
}

static void add_act(struct naive *naive, struct id from, struct id to, uint64_t n)
{
    assert_true(naive->act_count < RIGHTS_MAX);
    naive->acts[naive->act_count++] = (struct naive_act){from, to, n};
}

static void random_event(struct stream *stream, struct random *random, struct naive *naive)
{
    struct id user = stream->users[random_below(random, STREAM_USERS)];
    struct id other = stream->users[random_below(random, STREAM_USERS)];
    struct id group = stream->groups[random_below(random, STREAM_GROUPS)];
    struct id file = stream->files[random_below(random, STREAM_FILES)];
    struct id target = random_below(random, 3) == 0 ? group : other;
    struct id drive = stream->drives[random_below(random, STREAM_DRIVES)];
    struct id vm = stream->vms[random_below(random, STREAM_VMS)];
    bool rw = random_below(random, 2) == 0;
    switch (random_below(random, 16)) {
    case 9:
    case 10:
        join(naive, drive, vm, rw,
             stream_attach(stream, drive, vm, rw ? DRIVE_MODE_RW : DRIVE_MODE_RO));
        break;
    case 11:
        part(naive, drive, vm, stream_detach(stream, drive, vm));
        break;
    case 12:
    case 13:
        join(naive, user, vm, true, stream_connect(stream, user, vm));
        break;
    case 14:
        part(naive, user, vm, stream_disconnect(stream, user, vm));
        break;
    case 15:
        stop(naive, vm, stream_stop(stream, vm));
        break;
    case 0:
    case 1:
        add_act(naive, file, user, stream_read(stream, user, file));
        break;
    case 2:
        add_act(naive, user, file, stream_write(stream, user, file));
        break;
    case 3:
        add_act(naive, file, user, stream_fetch(stream, user, file));
        break;
    case 4:
        add_right(naive, FLOW_GIVEN, file, target, stream_share(stream, user, file, target));
        break;
    case 5:
        end_right(naive, FLOW_GIVEN, file, target, stream_unshare(stream, user, file, target));
        break;
    case 6:
        add_right(naive, FLOW_HELD, group, other, stream_join(stream, group, other));
        break;
    case 7:
        end_right(naive, FLOW_HELD, group, other, stream_leave(stream, group, other));
        break;
    default:
        add_right(naive, FLOW_GIVEN, file, other, stream_hand(stream, user, file, other));
        break;
    }
}

static void random_history(struct stream *stream, struct random *random, struct naive *naive)
{
    memset(naive, 0, sizeof *naive);
    for (size_t i = 0; i < STREAM_GROUPS; i++) {
        add_right(naive, FLOW_HELD, stream->groups[i], stream->users[i], stream->groups[i].n);
    }
    for (size_t i = 0; i < STREAM_FILES; i++) {
        struct id user = stream->users[random_below(random, STREAM_USERS)];
        struct id group = random_below(random, 3) == 0 ? stream->groups[i % 2] : nothing;
        uint64_t n = stream_create(stream, user, i, group.kind == ID_NONE ? user : group, group);
        add_act(naive, user, stream->files[i], n);
        if (group.kind != ID_NONE) {
            add_right(naive, FLOW_GIVEN, stream->files[i], group, n);
        }
    }
    for (size_t i = 0; i < STREAM_DRIVES; i++) {
        struct id user = stream->users[i];
        uint64_t n = stream_drive(stream, user, i);
        add_right(naive, FLOW_HELD, stream->drives[i], user, n);
    }
    for (size_t i = 0; i < STREAM_VMS; i++) {
        struct id user = stream->users[i];
        uint64_t n = stream_start(stream, user, i);
        add_right(naive, FLOW_HELD, stream->vms[i], user, n);
        add_act(naive, stream->brick, stream->vms[i], n);
    }
    for (size_t i = 0; i < EVENTS; i++) {
        random_event(stream, random, naive);
    }
    stream_look(stream);
}

static bool better(uint32_t *depth, uint32_t than)
{
    bool is = than < *depth;
    *depth = is ? than : *depth;
    return is;
}

/* One hop at a moment, in the direction asked for. */
static bool hop(struct naive *naive, const struct lineage_question *question, struct id from,
                struct id to, bool carries)
{
    bool down = question->go[LINEAGE_DOWN];
    size_t near = thing_of(naive, down ? from : to), far = thing_of(naive, down ? to : from);
    if (naive->carried[near] >= question->depth) {
        return false;
    }
    bool more = better(&naive->seen[far], naive->carried[near] + 1);
    return (carries && better(&naive->carried[far], naive->carried[near] + 1)) || more;
}

static bool hop_all(struct naive *naive, const struct lineage_question *question, uint64_t n)
{
    bool more = false;
    for (size_t i = 0; i < naive->act_count; i++) {
        const struct naive_act *act = &naive->acts[i];
        more = (act->n == n && hop(naive, question, act->from, act->to, true)) || more;
    }
    for (size_t i = 0; i < naive->right_count; i++) {
        const struct naive_right *right = &naive->rights[i];
        bool counts =
            right->start <= n && n < right->end && (right->class != FLOW_HELD || question->could);
        bool carries = question->could || right->class == FLOW_JOINED;
        more = (counts && hop(naive, question, right->from, right->to, carries)) || more;
    }
    return more;
}

/* Event by event, until nothing more is reached at that moment. */
static void naive_trace(struct naive *naive, const struct lineage_question *question)
{
    memset(naive->carried, 0xff, sizeof naive->carried);
    memset(naive->seen, 0xff, sizeof naive->seen);
    naive->carried[thing_of(naive, question->root)] = 0;
    for (uint64_t i = question->since; i < question->until; i++) {
        bool down = question->go[LINEAGE_DOWN];
        uint64_t n = down ? i : question->until - 1 - (i - question->since);
        while (hop_all(naive, question, n)) {
        }
    }
}

static void compare(struct stream *stream, struct naive *naive,
                    const struct lineage_question *question)
{
    enum lineage_direction direction = question->go[LINEAGE_DOWN] ? LINEAGE_DOWN : LINEAGE_UP;
    stream_trace(stream, question);
    naive_trace(naive, question);
    for (size_t i = 0; i < naive->thing_count; i++) {
        const struct lineage_node *node = stream_node(stream, naive->things[i]);
        bool is_root = id_equal(naive->things[i], question->root);
        bool reached = node != NULL && node->reach[direction].reached;
        assert_int_equal(reached || is_root, naive->seen[i] != UINT32_MAX || is_root);
        if (reached && !is_root) {
            assert_int_equal(node->reach[direction].depth, naive->seen[i]);
        }
    }
    for (size_t i = 0; i < stream->lineage.node_count; i++) {
        (void)thing_of(naive, stream->lineage.nodes[i].id);
    }
}

/* Questions of all sorts, about a file, a user, a drive or a machine. */
static void ask_around(struct stream *stream, struct random *random, struct naive *naive)
{
    for (unsigned i = 0; i < 40; i++) {
        uint64_t size = log_snapshot_size(stream->log);
        struct lineage_question question = {
            .root = i % 2 == 0   ? stream->files[random_below(random, STREAM_FILES)]
                    : i % 3 == 0 ? stream->users[random_below(random, STREAM_USERS)]
                    : i % 3 == 1 ? stream->vms[random_below(random, STREAM_VMS)]
                                 : stream->drives[random_below(random, STREAM_DRIVES)],
            .could = i % 4 >= 2,
            .depth = 1 + (uint32_t)random_below(random, 6),
            .since = i % 3 == 0 ? 0 : size - EVENTS + random_below(random, EVENTS / 2),
            .until = i % 5 == 0 ? size : size - random_below(random, EVENTS / 3),
        };
        question.go[i % 8 >= 4 ? LINEAGE_UP : LINEAGE_DOWN] = true;
        compare(stream, naive, &question);
    }
}

static void what_is_reached_is_what_a_naive_walk_reaches(void **unused)
{
    struct random random = {77};
    struct naive *naive = calloc(1, sizeof *naive);
    (void)unused;
    for (unsigned i = 0; i < HISTORIES; i++) {
        struct stream *stream = calloc(1, sizeof *stream);
        stream_begin(stream);
        random_history(stream, &random, naive);
        ask_around(stream, &random, naive);
        stream_end(stream);
        free(stream);
    }
    free(naive);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(what_left_before_the_data_came_does_not_count),
        WITH(upwards_the_same_holds),
        WITH(a_share_stops_the_search_unless_rights_are_asked_for),
        WITH(a_right_leads_on_for_as_long_as_it_lasts),
        WITH(a_place_holds_what_was_put_into_it_until_it_was_taken_out),
        WITH(what_is_deleted_is_shared_with_nobody),
        WITH(a_place_outside_is_where_the_log_ends),
        WITH(deeper_than_asked_is_told_and_not_shown),
        WITH(both_ways_count_each_event_once),
        WITH(much_traffic_is_looked_at_a_few_times_only),
        cmocka_unit_test(what_is_reached_is_what_a_naive_walk_reaches),
    };
    return cmocka_run_group_tests_name("reports/lineage/trace", tests, NULL, NULL);
}
