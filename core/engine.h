/*
 * core/engine.h -- the writer in the caller's process: authenticate, decide, append, evolve.
 *
 * Shape    Submissions and commands go in; acknowledgements come back after the commit that made
 *          them durable. With `threaded`, three stages work at once: prepare (decode,
 *          authenticate), the caller's own thread (append, commit, evolve) and index; without, the
 *          caller's thread does all three, one after the other, with the same result.
 * State    A store is a directory: log/ (the truth), state/ and index/ (folded from it), keys/,
 *          log.vkey, checkpoint. What state and index lag behind the log after a crash is folded at
 *          the next open.
 * Errors   A failure of the log or the state is final: every later call returns it. A submission
 *          that is refused fails alone, through its acknowledgement.
 * Process  One engine that writes per store; opened after fork; not shared between threads.
 * Source   DESIGN.md 1, 5, 10.
 */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H

#include "core/decision.h"
#include "core/emission.h"
#include "store/index.h"
#include "store/log.h"
#include "store/state.h"

struct engine;      /* opaque */
struct engine_port; /* core/engine_port.h */

/* Called while long folding goes on; done of total events. */
typedef void engine_progress(void *context, uint64_t done, uint64_t total);

/* Called before something waits for the disk (`begun`), and behind it; by any of its threads. */
typedef void engine_disk(void *context, bool begun);

struct engine_options {
    const char *directory;
    bool read_only;
    bool threaded;
    bool rebuild;     /* throw state/ and index/ away and fold both from the log */
    const char *task; /* what a writer that stays is doing: bracketed by audit.started and
                                   audit.stopped. NULL: a short visit, not bracketed */
    const struct engine_port *port;   /* of one that only reads: what is written goes through it, to
                                       the engine of another process; NULL: nothing is written */
    uint32_t commit_events_max;       /* events gathered into one commit; 0: COMMIT_EVENTS_MAX */
    uint64_t (*clock)(void *context); /* UTC us; NULL: the system's */
    void *clock_context;
    engine_progress *progress; /* of folding at open; may be NULL */
    void *progress_context;
    engine_disk *disk; /* may be NULL */
    void *disk_context;
};

/* The emitters that the writer speaks for. */
enum engine_voice {
    VOICE_AUDIT,
    VOICE_IDENTITY,
    VOICE_IMPORT,
    VOICE_PROJECT,
    VOICE_GROUP,
    VOICE_VAULT,
    VOICE_BULK,
    VOICE_DRIVE,
    VOICE_VM,
    VOICE_EFFECT,
    VOICE_COUNT,
};

const char *engine_voice_name(enum engine_voice voice);
/* What it speaks of, for its registration. */
const char *engine_voice_about(enum engine_voice voice);

/* Opens a store. NOT_FOUND, IN_USE, INCOMPLETE, VERSION, ROLLBACK (the log is shorter than the
 * checkpoint beside it), KEY (a key is missing), CORRUPT, FOLD (state or index, of one that
 * writes), IO. On success *out is the caller's. */
MUST_CHECK struct status engine_open(const struct engine_options *options, struct engine **out);
/* Commits everything and ends in good order. Needed before engine_close by whoever wrote. */
MUST_CHECK struct status engine_finish(struct engine *engine);
/* OK, or the failure of log or state that everything since has met. */
struct status engine_failure(const struct engine *engine);
/* Closes *engine and sets it to NULL; what was not finished is folded at the next open. */
void engine_close(struct engine **engine);

/* Writing ----------------------------------------------------------------------------------- */

/* What became of a submission. Positions are those of its events if status is OK and !already. */
struct receipt {
    struct status status;
    bool already; /* these very events were in the log before */
    uint64_t first, count;
};
typedef void engine_acknowledge(void *context, const struct receipt *receipt);

/* Takes a copy of a submission. `acknowledge` (may be NULL) is called from within some later call
 * of the engine by this thread, after the commit or the refusal. Fails only as the engine does.
 * Refused as prepare_submission refuses; with NOT_FOUND for what speaks of something unknown; with
 * DIVERGED if the log has other events under these numbers. */
MUST_CHECK struct status engine_submit(struct engine *engine, struct bytes submission,
                                       engine_acknowledge *acknowledge, void *context);
/* One of the writer's own emitters says something; gathered, and appended at the latest by
 * engine_flush. Fails as emission_add or as the engine does. */
MUST_CHECK struct status engine_say(struct engine *engine, enum engine_voice voice,
                                    const struct draft *draft);
/* Returns when everything taken so far is durable (or refused) and acknowledged. */
MUST_CHECK struct status engine_flush(struct engine *engine);

/* Returns when what is durable in the log can be seen by whoever opens the store for reading, in
 * the state, too. For a writer that stays; others finish. */
MUST_CHECK struct status engine_settle(struct engine *engine);

/* Commands ------------------------------------------------------------------------------------- */

/* A command that a user has signed (core/command_record.h). */
struct request {
    struct bytes record;
    struct bytes source; /* the network address that it came from; empty: not known */
};

/* What became of it. A refusal is an event, too. */
struct verdict {
    struct status status;  /* MALFORMED, LIMIT; BAD_SIGNATURE, of another log's: no command at all,
                              and nothing of it is in the log */
    enum rule refused;     /* RULE_NONE: done */
    uint64_t first, count; /* the events: what was done, or the one that records the refusal */
    struct id bulk;        /* of one over many objects, if they were decided: that, */
    uint32_t done, items_refused; /* and what became of them; each has at least one event */
};

/* Executes commands in their order: authenticates, decides each on what the ones before it did,
 * appends the events or the refusal, all in as few commits as there is room for, and returns when
 * everything is durable. Fails only as the engine does; the verdicts say nothing then. */
MUST_CHECK struct status engine_commands(struct engine *engine, const struct request *requests,
                                         size_t count, struct verdict *verdicts);
/* The same for one, failing with the verdict's status. *verdict is filled on success. */
MUST_CHECK struct status engine_command(struct engine *engine, struct bytes record,
                                        struct verdict *verdict);

/* Looking ----------------------------------------------------------------------------------- */

/* The view at the head (as_of UINT64_MAX) or as of an event; rows live in `arena`. */
struct view engine_view(struct engine *engine, uint64_t as_of_n, struct arena *arena,
                        struct status *trouble);
/* Of an engine that only reads: the newest log, state and index by now. What views, rows and
 * log_head_of have lent is no more; snapshots are as they were, and so is everything on failure. */
MUST_CHECK struct status engine_look_again(struct engine *engine);
uint64_t engine_now(const struct engine *engine);

/* The parts, for readers; they belong to the engine. State and index may be NULL in an engine that
 * only reads, when they are missing, stale or damaged: then the log itself is scanned. */
struct log *engine_log(struct engine *engine);
struct state *engine_state(struct engine *engine);
struct index *engine_index(struct engine *engine);
/* OK; or FOLD, in an engine that only reads and goes without state or index because they are
 * damaged. */
struct status engine_folded(const struct engine *engine);
/* The log's public key. */
const struct public_key *engine_log_key(const struct engine *engine);
/* The newest signed checkpoint; lent until the next call. */
MUST_CHECK struct status engine_checkpoint(struct engine *engine, struct text *out);

#endif
