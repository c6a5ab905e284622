#include "core/engine_checks.h"

#include "core/command_record.h"
#include "core/identity/user.h"

#include <stdlib.h>

enum {
    WINDOW = 64,             /* commands that are checked ahead */
    CHECKS_ARENA = 16 << 10, /* bytes for a user's row */
};

struct checks {
    struct queue *in, *out;
    struct stage *stage;
    struct check ring[WINDOW];
    const struct request *requests;
    size_t count;         /* of the commands; 0: nothing is checked ahead */
    size_t handed, taken; /* of these */
    size_t on_their_way;
};

static void check_record(void *context, void *thing)
{
    struct check *check = thing;
    (void)context;
    check->holds = !failed(command_record_verify(check->record, &check->key));
}

void engine_checks_close(struct checks **checks)
{
    if (*checks != NULL) {
        if ((*checks)->in != NULL) {
            queue_close((*checks)->in);
        }
        stage_join(&(*checks)->stage);
        queue_free(&(*checks)->in);
        queue_free(&(*checks)->out);
        free(*checks);
        *checks = NULL;
    }
}

static struct status open_checks(struct checks **out)
{
    CLEANUP(engine_checks_close) struct checks *checks = calloc(1, sizeof *checks);
    if (checks == NULL) {
        return FAIL(NO_MEMORY, sizeof *checks);
    }
    TRY(queue_open(WINDOW, &checks->in));
    TRY(queue_open(WINDOW, &checks->out));
    TRY(stage_start(checks->in, checks->out, check_record, NULL, &checks->stage));
    *out = checks;
    checks = NULL;
    return OK;
}

/* The key of whoever says to have signed it. */
static bool find_key(struct engine *engine, struct bytes record, struct public_key *out)
{
    uint8_t memory[CHECKS_ARENA];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct command_record command;
    struct user_row user;
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    if (failed(command_record_read(record, &command)) || !user_by_id(&view, command.actor, &user)) {
        return false;
    }
    const struct public_key *key = key_cache_read(engine->keys, user.key);
    if (key == NULL) {
        return false;
    }
    *out = *key;
    return true;
}

/* The slot of the command taken last is its reader's until the next one. */
static void hand_ahead(struct engine *engine)
{
    struct checks *checks = engine->checks;
    while (checks->handed < checks->count && checks->handed - checks->taken < WINDOW - 1) {
        struct check *check = &checks->ring[checks->handed % WINDOW];
        check->record = checks->requests[checks->handed++].record;
        check->asked = find_key(engine, check->record, &check->key);
        if (check->asked) {
            checks->on_their_way++;
            queue_put(checks->in, check);
        }
    }
}

struct status engine_checks_begin(struct engine *engine, const struct request *requests,
                                  size_t count)
{
    if (!engine->options.threaded || count < 2) {
        return OK;
    }
    TRY(engine->checks == NULL ? open_checks(&engine->checks) : OK);
    struct checks *checks = engine->checks;
    checks->requests = requests;
    checks->count = count;
    checks->handed = checks->taken = 0;
    return OK;
}

const struct check *engine_checks_next(struct engine *engine)
{
    struct checks *checks = engine->checks;
    if (checks == NULL || checks->count == 0) {
        return NULL;
    }
    hand_ahead(engine);
    struct check *check = &checks->ring[checks->taken++ % WINDOW];
    if (!check->asked) {
        return NULL;
    }
    checks->on_their_way--;
    return queue_take(checks->out); /* one stage: they come back in their order */
}

void engine_checks_end(struct engine *engine)
{
    struct checks *checks = engine->checks;
    if (checks == NULL) {
        return;
    }
    for (; checks->on_their_way > 0; checks->on_their_way--) {
        (void)queue_take(checks->out);
    }
    checks->count = 0;
}
