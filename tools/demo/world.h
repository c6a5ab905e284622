/*
 * tools/demo/world.h -- what is not the log's to say: hosts, what watches them, the controllers in
 * machines.
 *
 * Shape    What a command asks of the world becomes due in the state; world_turn does all of it, in
 *          order, as hosts would, and says what came of it, each in its own voice: the effects as
 *          notes of the writer's, the watcher and the controllers by their own keys, signed, as
 *          submissions. There is no hypervisor: the world is as it is said to be.
 * State    The emitters' keys and where they stand. What is where is read from the log's state.
 * Errors   A submission that is refused is a failure of the script, as a command is.
 */
#ifndef TOOLS_DEMO_WORLD_H
#define TOOLS_DEMO_WORLD_H

#include "core/note.h"
#include "tools/demo/stage.h"

enum {
    WORLD_CONTROLLERS = 16, /* machines that run at a time */
    WORLD_ARENA = 256 << 10,
    WORLD_TEXT = 128, /* bytes of a path, of what a controller says */
};

/* The controller in a machine, for as long as the machine runs. */
struct world_controller {
    struct speaker speaker;
    struct id vm; /* ID_NONE: this place is free */
    struct id emitter;
    uint64_t run;
};

struct world {
    struct stage *stage;
    struct emission *emission;
    struct notes *notes;
    struct speaker watcher, sentry; /* the sentry sees who logs in to hosts themselves */
    struct world_controller controllers[WORLD_CONTROLLERS];
    struct arena arena;
};

/* On success *out is the caller's: world_close, before the stage is. */
MUST_CHECK struct status world_open(struct stage *stage, struct world **out);
void world_close(struct world **world);

/* The state as it is, with all that was said; rows live until the next one. */
struct view world_view(struct world *world, struct status *trouble);

/* Ada lets the watcher and the sentry speak. */
MUST_CHECK struct status world_register(struct world *world);

/* Speaking ------------------------------------------------------------------------------------- */

/* One submission, of all that is to be said at a moment. */
MUST_CHECK struct status world_say_all(struct world *world, struct speaker *speaker,
                                       const struct draft *drafts, size_t count);
MUST_CHECK struct status world_say(struct world *world, struct speaker *speaker,
                                   const struct draft *draft);
/* A note by the process that acts, or by the one that speaks with controllers. */
MUST_CHECK struct status world_note(struct world *world, const struct draft *draft);

/* The controller in a machine; NULL: none is there. */
struct world_controller *world_controller(struct world *world, struct id vm);
/* One comes up, in the machine's run of now: it is registered, and has learned its owner's key. */
MUST_CHECK struct status world_controller_comes(struct world *world, struct id vm);
/* Its machine has stopped. */
MUST_CHECK struct status world_controller_goes(struct world *world, struct id vm);
/* It enforces what was decided so far. */
MUST_CHECK struct status world_apply(struct world *world, struct id vm);

/* Acting --------------------------------------------------------------------------------------- */

/* Does all that is due. */
MUST_CHECK struct status world_turn(struct world *world);
/* A drive that is attached is unlocked by somebody who has its key: a blank one is formatted
 * first. */
MUST_CHECK struct status world_mount(struct world *world, struct id drive, struct id vm);
/* Somebody comes into a machine through a tunnel, or leaves it; nothing if it does not run. */
MUST_CHECK struct status world_user(struct world *world, struct id vm, enum who who, bool comes);

#endif
