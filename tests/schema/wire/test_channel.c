/*
 * Channels: frames arrive whole, in order and once, whatever the socket makes of them; descriptors
 * arrive with their frame; nothing waits longer than it may.
 */
#include "schema/wire/channel.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    FRAME_MOST = 64 << 10,
    WAITING_MOST = 256 << 10,
    ROUNDS = 400,
};

struct ends {
    struct channel *near, *far;
};

static struct ends make_ends(void)
{
    static const struct channel_limits limits = {FRAME_MOST, WAITING_MOST};
    struct ends ends = {0};
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(channel_open(fds[0], limits, &ends.near).code, STATUS_OK);
    assert_int_equal(channel_open(fds[1], limits, &ends.far).code, STATUS_OK);
    return ends;
}

static void close_ends(struct ends *ends)
{
    channel_close(&ends->near);
    channel_close(&ends->far);
}

static struct text frame_of(uint32_t id, size_t size)
{
    struct text text = {.data = malloc(size + 64), .capacity = size + 64};
    size_t start = frame_begin(&text, 1, id);
    for (size_t i = 0; i < size; i++) {
        wire_put_u8(&text, (uint8_t)(id + i));
    }
    frame_end(&text, start);
    assert_false(text.full);
    return text;
}

static void check_frame(const struct frame *frame, uint32_t id)
{
    assert_int_equal(frame->id, id);
    for (size_t i = 0; i < frame->payload.size; i++) {
        assert_int_equal(frame->payload.data[i], (uint8_t)(id + i));
    }
}

/* Takes all frames that have come; returns the id of the next. */
static uint32_t take_all(struct channel *channel, uint32_t next)
{
    struct frame frame;
    bool whole = true;
    assert_int_equal(channel_receive(channel).code, STATUS_OK);
    while (whole) {
        assert_int_equal(channel_next(channel, &frame, &whole).code, STATUS_OK);
        if (whole) {
            check_frame(&frame, next++);
        }
    }
    return next;
}

static void frames_of_any_size_arrive_whole_and_in_order(void **unused)
{
    (void)unused;
    struct ends ends = make_ends();
    uint32_t next = 0;
    for (uint32_t id = 0; id < ROUNDS; id++) {
        struct text text = frame_of(id, (id * 977u) % (FRAME_MOST - FRAME_HEAD));
        struct status status;
        while ((status = channel_send(ends.near, text_bytes(&text), -1)).code == STATUS_LIMIT) {
            next = take_all(ends.far, next);
        }
        assert_int_equal(status.code, STATUS_OK);
        free(text.data);
    }
    while (next < ROUNDS) {
        assert_int_equal(channel_flush(ends.near).code, STATUS_OK);
        next = take_all(ends.far, next);
    }
    assert_int_equal(channel_waiting(ends.near), 0);
    assert_false(channel_is_inside(ends.far));
    close_ends(&ends);
}

static void a_full_channel_takes_nothing_of_a_frame(void **unused)
{
    (void)unused;
    struct ends ends = make_ends();
    struct text text = frame_of(0, FRAME_MOST - FRAME_HEAD);
    struct status status = OK;
    size_t before = 0;
    while (!failed(status)) {
        before = channel_waiting(ends.near);
        status = channel_send(ends.near, text_bytes(&text), -1);
    }
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_int_equal(channel_waiting(ends.near), before);
    assert_true(before <= WAITING_MOST);
    assert_int_equal(channel_wants(ends.near), POLLIN | POLLOUT);
    free(text.data);
    close_ends(&ends);
}

static int make_file(unsigned number)
{
    int fd = memfd_create("passed", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, &number, sizeof number), sizeof number);
    return fd;
}

static void descriptors_arrive_in_the_order_of_their_frames(void **unused)
{
    (void)unused;
    struct ends ends = make_ends();
    for (uint32_t id = 0; id < 6; id++) {
        struct text text = frame_of(id, 100);
        int fd = id % 2 == 0 ? make_file(id) : -1;
        assert_int_equal(channel_send(ends.near, text_bytes(&text), fd).code, STATUS_OK);
        if (fd >= 0) {
            (void)close(fd);
        }
        free(text.data);
    }
    uint32_t next = 0;
    while (next < 6) {
        next = take_all(ends.far, next);
    }
    for (unsigned id = 0; id < 6; id += 2) {
        unsigned number = 99;
        int fd = channel_take_descriptor(ends.far);
        assert_true(fd >= 0);
        assert_int_equal(pread(fd, &number, sizeof number, 0), sizeof number);
        assert_int_equal(number, id);
        (void)close(fd);
    }
    assert_int_equal(channel_take_descriptor(ends.far), -1);
    close_ends(&ends);
}

static void a_call_has_its_own_answer(void **unused)
{
    (void)unused;
    struct ends ends = make_ends();
    struct text other = frame_of(7, 10), answer = frame_of(8, 10), question = frame_of(8, 1);
    struct frame frame;
    assert_int_equal(channel_send(ends.far, text_bytes(&other), -1).code, STATUS_OK);
    assert_int_equal(channel_send(ends.far, text_bytes(&answer), -1).code, STATUS_OK);
    assert_int_equal(
        channel_call(ends.near, text_bytes(&question), 8, wire_now_us() + 5000000, &frame).code,
        STATUS_OK);
    check_frame(&frame, 8);
    free(other.data);
    free(answer.data);
    free(question.data);
    close_ends(&ends);
}

static void a_call_that_nobody_answers_ends_at_its_moment(void **unused)
{
    (void)unused;
    struct ends ends = make_ends();
    struct text question = frame_of(8, 1);
    struct frame frame;
    struct status status =
        channel_call(ends.near, text_bytes(&question), 8, wire_now_us() + 20000, &frame);
    assert_int_equal(status.code, STATUS_IO);
    assert_int_equal(status.at, ETIMEDOUT);
    free(question.data);
    close_ends(&ends);
}

static void what_came_before_the_end_can_be_taken(void **unused)
{
    (void)unused;
    struct ends ends = make_ends();
    struct text text = frame_of(3, 10);
    struct frame frame;
    bool whole;
    assert_int_equal(channel_send(ends.near, text_bytes(&text), -1).code, STATUS_OK);
    channel_close(&ends.near);
    assert_int_equal(channel_receive(ends.far).code, STATUS_IO);
    assert_int_equal(channel_next(ends.far, &frame, &whole).code, STATUS_OK);
    assert_true(whole);
    check_frame(&frame, 3);
    free(text.data);
    close_ends(&ends);
}

static void a_frame_beyond_the_limit_is_refused_by_its_head(void **unused)
{
    (void)unused;
    struct ends ends = make_ends();
    static const uint8_t head[] = {0x7f, 0xff, 0xff, 0xff, 1};
    struct frame frame;
    bool whole;
    assert_int_equal(write(channel_fd(ends.near), head, sizeof head), sizeof head);
    assert_int_equal(channel_receive(ends.far).code, STATUS_OK);
    assert_int_equal(channel_next(ends.far, &frame, &whole).code, STATUS_LIMIT);
    close_ends(&ends);
}

static void what_is_idle_gives_its_memory_back_and_what_waits_stays(void **unused)
{
    struct ends ends = make_ends();
    struct frame frame;
    bool whole = false;
    (void)unused;
    const size_t least = channel_memory(ends.far);
    struct text great = frame_of(1, FRAME_MOST - 64), small = frame_of(2, 10);
    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(channel_send(ends.near, text_bytes(&great), -1).code, STATUS_OK);
        assert_int_equal(channel_send(ends.near, text_bytes(&small), -1).code, STATUS_OK);
        while (!whole) {
            (void)channel_flush(ends.near).code;
            assert_int_equal(channel_receive(ends.far).code, STATUS_OK);
            assert_int_equal(channel_next(ends.far, &frame, &whole).code, STATUS_OK);
        }
        check_frame(&frame, 1);
        assert_true(channel_memory(ends.far) >= FRAME_MOST);
        channel_shrink(ends.far); /* the second one may be there already */
        for (whole = false; !whole;) {
            (void)channel_flush(ends.near).code;
            assert_int_equal(channel_next(ends.far, &frame, &whole).code, STATUS_OK);
            assert_int_equal(whole ? STATUS_OK : channel_receive(ends.far).code, STATUS_OK);
        }
        check_frame(&frame, 2);
        channel_shrink(ends.far);
        assert_true(channel_memory(ends.far) <= least + (16 << 10));
        whole = false;
    }
    free(great.data);
    free(small.data);
    close_ends(&ends);
}

static void a_path_is_listened_at_once(void **unused)
{
    (void)unused;
    char path[] = "/tmp/cairn-channel-XXXXXX", socket_path[64];
    int fd = -1, second = -1, client = -1;
    struct stat found;
    struct channel_peer peer;
    assert_non_null(mkdtemp(path));
    snprintf(socket_path, sizeof socket_path, "%s/s", path);
    assert_int_equal(channel_connect(socket_path, &client).code, STATUS_NOT_FOUND);
    assert_int_equal(channel_listen(socket_path, 0600, &fd).code, STATUS_OK);
    assert_int_equal(stat(socket_path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_int_equal(channel_listen(socket_path, 0600, &second).code, STATUS_IN_USE);
    assert_int_equal(channel_connect(socket_path, &client).code, STATUS_OK);
    assert_int_equal(channel_peer(client, &peer).code, STATUS_OK);
    assert_int_equal(peer.uid, getuid());
    (void)close(client);
    (void)close(fd);
    assert_int_equal(channel_connect(socket_path, &client).code, STATUS_NOT_FOUND);
    assert_int_equal(channel_listen(socket_path, 0600, &fd).code, STATUS_OK);
    (void)close(fd);
    (void)unlink(socket_path);
    (void)rmdir(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_any_size_arrive_whole_and_in_order),
        cmocka_unit_test(a_full_channel_takes_nothing_of_a_frame),
        cmocka_unit_test(descriptors_arrive_in_the_order_of_their_frames),
        cmocka_unit_test(a_call_has_its_own_answer),
        cmocka_unit_test(a_call_that_nobody_answers_ends_at_its_moment),
        cmocka_unit_test(what_came_before_the_end_can_be_taken),
        cmocka_unit_test(a_frame_beyond_the_limit_is_refused_by_its_head),
        cmocka_unit_test(what_is_idle_gives_its_memory_back_and_what_waits_stays),
        cmocka_unit_test(a_path_is_listened_at_once),
    };
    return cmocka_run_group_tests_name("schema/wire/channel", tests, NULL, NULL);
}
