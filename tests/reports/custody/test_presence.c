/* When a user was in a machine: the oracle counts connections, event by event. */
#include "reports/custody/presence.h"
#include "tests/reports/lineage/stream.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    EVENTS = 200,
    FOUND_MAX = 256,
};

struct found {
    struct presence list[FOUND_MAX];
    size_t count;
};

static struct status keep(void *context, const struct presence *presence)
{
    struct found *found = context;
    assert_true(found->count < FOUND_MAX);
    found->list[found->count++] = *presence;
    return OK;
}

static bool is_in(const struct found *found, uint64_t n)
{
    for (size_t i = 0; i < found->count; i++) {
        if (found->list[i].from.n <= n && n < found->list[i].until.n) {
            return true;
        }
    }
    return false;
}

/* Events about two users and two machines; how many connections user 0 has to machine 0 after each.
 */
static void random_event(struct stream *stream, struct random *random, unsigned *connections)
{
    size_t u = random_below(random, 2), v = random_below(random, 2);
    bool ours = u == 0 && v == 0;
    switch (random_below(random, 7)) {
    case 0:
        stream_stop(stream, stream->vms[v]);
        *connections = v == 0 ? 0 : *connections;
        break;
    case 1:
    case 2:
    case 3:
        stream_disconnect(stream, stream->users[u], stream->vms[v]);
        *connections -= ours && *connections > 0 ? 1 : 0;
        break;
    default:
        stream_connect(stream, stream->users[u], stream->vms[v]);
        *connections += ours ? 1 : 0;
        break;
    }
}

static void a_user_is_in_a_machine_while_there_is_a_connection(void **unused)
{
    struct stream *stream = calloc(1, sizeof *stream);
    struct random random = {9};
    struct found found = {.count = 0};
    unsigned connections = 0;
    bool were[EVENTS];
    (void)unused;
    stream_begin(stream);
    stream_start(stream, stream->users[0], 0);
    stream_start(stream, stream->users[0], 1);
    uint64_t first = stream_next(stream);
    for (size_t i = 0; i < EVENTS; i++) {
        random_event(stream, &random, &connections);
        were[i] = connections > 0;
    }
    stream_look(stream);
    must(presence_each(&(struct presence_question){.log = stream->log,
                                                   .index = stream->index,
                                                   .vm = stream->vms[0],
                                                   .user = stream->users[0]},
                       keep, &found));
    assert_true(found.count > 3);
    for (size_t i = 0; i < EVENTS; i++) {
        assert_int_equal(is_in(&found, first + i), were[i]);
    }
    stream_end(stream);
    free(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_is_in_a_machine_while_there_is_a_connection),
    };
    return cmocka_run_group_tests_name("reports/custody/presence", tests, NULL, NULL);
}
