/*
 * tests/core/world.h -- a state without a log: commands are decided, and what comes of them
 * evolves.
 *
 * Shape    Each event has a position and a time, as it would have in a log; nothing is signed. Rows
 *          of contexts that a test is not about are put as they are. Positions and times are all
 *          that views as of a moment need.
 */
#ifndef TESTS_CORE_WORLD_H
#define TESTS_CORE_WORLD_H

#include "core/decision.h"
#include "core/evolution.h"
#include "tests/support/scratch.h"

enum {
    WORLD_ARENA = 512 << 10, /* bytes */
};

#define WORLD_START_US UINT64_C(1773093480000000)
#define WORLD_SESSION_US UINT64_C(86400000000) /* how long one lasts */
#define NOBODY ((struct id){ID_NONE, 0})

struct world {
    struct scratch scratch;
    struct state *state;
    uint64_t n;      /* of the next event */
    uint64_t now_us; /* what the clock shows; moved by hand */
    struct arena view_arena, fold_arena;
    struct status trouble;
    struct decision decision; /* the last */
};

/* For cmocka: make one, and end it. *state is the world. */
int world_begin(void **state);
int world_end(void **state);

/* The head, or as of an event; of the trouble before, the test fails. */
struct view world_view(struct world *world);
struct view world_view_as_of(struct world *world, uint64_t n);
void world_check(struct world *world);

/* A row, at a position of its own, which is returned. */
uint64_t world_put(struct world *world, enum row_table table, const void *row);
uint64_t world_remove(struct world *world, enum row_table table, const void *row);

/* People and their sessions, as rows. */
struct id world_user(struct world *world, const char *login, enum user_role role);
struct id world_session(struct world *world, struct id user);
void world_activate(struct world *world, struct id session, struct id project);
struct id world_active(struct world *world, struct id session);

/* Whoever gives commands, outside sessions: all grants count at once. */
struct actor world_actor(struct world *world, struct id user);
/* In the session, as the engine would say. */
struct actor world_actor_in(struct world *world, struct id session);

/* Decides, and lets what is allowed happen. The position of the first event in *first, if not NULL.
 */
enum rule world_try(struct world *world, const struct actor *actor, enum command_kind kind,
                    const union command_fields *fields, uint64_t *first);
/* It must be allowed; the position of the first event. */
uint64_t world_must(struct world *world, const struct actor *actor, enum command_kind kind,
                    const union command_fields *fields);
/* It must be refused by this rule. */
void world_refused(struct world *world, const struct actor *actor, enum command_kind kind,
                   const union command_fields *fields, enum rule rule);

/* What nobody commanded happens: an event of a process or of an outside emitter; its position. */
uint64_t world_say(struct world *world, const struct decided *event);

/* How many events of a kind the last decision had. */
size_t world_decided(const struct world *world, enum event_kind kind);

/* The first event of the last decision is about these, in this order. */
void world_about(const struct world *world, struct id first, struct id second, struct id third);

/* Deterministic numbers: below `bound`. */
uint32_t world_random(uint64_t *seed, uint32_t bound);

#endif
