/*
 * core/engine_parts.h -- the engine from inside; for core/engine*.c only.
 *
 * Shape    A job carries one submission through the stages:
 *          free -> (submit) -> to_prepare -> prepared -> (commit) -> to_index -> free.
 *          Whoever holds a job owns it. Many small submissions may be on their way at once, so that
 *          many emitters that say one thing each share a commit; of large ones only a few. The
 *          emitters' keys and heads belong to the prepare stage, log and state to the caller's
 *          thread, the index to the index stage; runs of the index that were made come back through
 *          `made`, and the commit stage logs their roots.
 */
#ifndef CORE_ENGINE_PARTS_H
#define CORE_ENGINE_PARTS_H

#include "core/engine_port.h"
#include "core/key_cache.h"
#include "core/prepare.h"
#include "core/store_layout.h"
#include "store/pipeline.h"

enum {
    ENGINE_JOBS = 6,
    ENGINE_SMALL_JOBS = 128, /* besides: for submissions that need little room */
    ENGINE_SMALL_SIZE = 16 << 10,
    ENGINE_SMALL_EVENTS = 16,
    ENGINE_ALL_JOBS = ENGINE_JOBS + ENGINE_SMALL_JOBS,
    ENGINE_CHANGED_MAX = 64,      /* emitters that change between two flushes, one by one */
    ENGINE_MADE_MAX = 16,         /* runs on their way back: more than all jobs together can make */
    ENGINE_STATE_COMMIT = 65536,  /* events after which state and index are made durable */
    TIME_HELD_NOTED_US = 1000000, /* a clock further back than this is said to have stepped */
};

enum job_task {
    JOB_SUBMISSION, /* to be prepared, committed and indexed */
    JOB_FOLD,       /* leaves of the log: to be read, folded and indexed */
    JOB_SYNC,       /* make the index durable */
    JOB_CLOSE,      /* close the index: LMDB wants a transaction ended by who began it */
};

struct job {
    enum job_task task;
    struct prepared prepared;
    bool small;
    char *buffer; /* of the submission, or of folded leaves */
    struct status status;
    uint64_t first;          /* position of its first event, once it is known */
    struct folding *folding; /* of JOB_FOLD; lent for as long as the fold takes */
    engine_acknowledge *acknowledge;
    void *acknowledge_context;
};

/* An emitter of whom a submission was refused after it had been prepared. */
struct emitter_gap {
    char emitter[NAME_MAX_SIZE + 1];
    uint64_t expected; /* its number that comes next */
};

/* An emitter whose row is another by now, or may be. */
struct emitter_name {
    char text[NAME_MAX_SIZE + 1];
};

struct batch;  /* core/engine_batch.h */
struct checks; /* core/engine_checks.h */

struct engine {
    char directory[STORE_PATH_MAX];
    struct engine_options options;

    struct log *log;
    struct state *state;
    struct index *index;
    struct secret_key *log_key; /* NULL in an engine that only reads */
    struct public_key log_public;
    struct prepare *prepare;
    struct speaker voices[VOICE_COUNT];
    struct emission *emissions[VOICE_COUNT];
    struct arena arena;     /* for the body being folded */
    struct batch *batch;    /* of commands; NULL until the first one */
    struct key_cache *keys; /* of users; likewise */
    struct checks *checks;  /* of many commands; likewise */

    struct job jobs[ENGINE_ALL_JOBS], last_job; /* the last is a JOB_CLOSE */
    struct queue *free, *free_small, *to_prepare, *prepared, *to_index, *made;
    struct stage *prepare_stage, *index_stage;
    struct status index_status; /* the index stage's; read when it is idle */
    struct index_run runs[ENGINE_MADE_MAX];
    size_t run_next;

    struct status folded;                     /* FOLD: state or index are damaged */
    struct status failed;                     /* the first failure of log or state: final */
    uint32_t on_their_way;                    /* submissions taken and not yet committed */
    struct emitter_gap gaps[ENGINE_ALL_JOBS]; /* since the last flush */
    size_t gap_count;
    struct emitter_name changed[ENGINE_CHANGED_MAX]; /* since they were introduced */
    size_t changed_count;
    bool all_changed;      /* these, and more than have room */
    uint64_t since_sync;   /* events since state and index were made durable */
    uint64_t since_digest; /* and since the state's digest was last due */
    bool announced;        /* audit.started has been said */
    bool digest_due;       /* the state has been made durable since its digest was logged */
    bool clock_held;       /* the clock is behind what was recorded last */
    bool clock_noted;      /* and that has been said */
    uint64_t behind_state, behind_index; /* where folding began at open */
    uint64_t behind_end;                 /* and where it ended */
    uint64_t versions_digested;          /* row versions when the state's digest was last logged */
};

/* engine_commit.c: the stages ------------------------------------------------------------------ */

MUST_CHECK struct status engine_start_stages(struct engine *engine);
void engine_stop_stages(struct engine *engine);
/* Commits prepared submissions until nothing is on its way. */
MUST_CHECK struct status engine_drain(struct engine *engine);
/* Waits until the index stage is idle, too, and what it made is durable. */
MUST_CHECK struct status engine_settle_index(struct engine *engine);
/* Hands a job to the prepare stage, or does its work here and now. */
void engine_hand_to_prepare(struct engine *engine, struct job *job);
/* Hands a job to the index stage, likewise. */
void engine_hand_to_index(struct engine *engine, struct job *job);
/* A free job; commits what is prepared while it waits. */
MUST_CHECK struct status engine_take_job(struct engine *engine, struct job **out);
/* Commits the log, and says so to whoever wants to know that the disk is waited for. */
MUST_CHECK struct status engine_commit_log(struct engine *engine);
/* Now; while the clock is behind what was recorded last, that time is held. */
uint64_t engine_recording_time(struct engine *engine);
/* Makes the state durable, and the checkpoint's file beside the log. */
MUST_CHECK struct status engine_sync(struct engine *engine);
/* The same for a state that is still being folded up to the leaf with this hash. */
MUST_CHECK struct status engine_sync_fold(struct engine *engine, const struct digest *last);

/* engine_port.c: the same through another process's engine ---------------------------------------
 */

MUST_CHECK struct status engine_port_submit(struct engine *engine, struct bytes submission,
                                            engine_acknowledge *acknowledge, void *context);
MUST_CHECK struct status engine_port_say(struct engine *engine, enum engine_voice voice,
                                         const struct draft *draft);
MUST_CHECK struct status engine_port_flush(struct engine *engine);
MUST_CHECK struct status engine_port_commands(struct engine *engine, const struct request *requests,
                                              size_t count, struct verdict *verdicts);

/* engine_fold.c: what state and index lag behind -------------------------------------------------
 */

/* Reads the leaves of a JOB_FOLD: the prepare stage's part of it. */
struct status engine_read_leaves(struct job *job);
/* Folds the log into state and index as far as they are behind it, and notes what was. */
MUST_CHECK struct status engine_fold_behind(struct engine *engine);
/* Says the roots of the index's runs that the log does not have: those that were made by folding,
 * or whose event was lost in a crash. Runs that have been merged away since are not said. */
MUST_CHECK struct status engine_say_missing_runs(struct engine *engine);
/* Says what had to be folded, if anything had. */
MUST_CHECK struct status engine_say_recovered(struct engine *engine);

/* engine_open.c -------------------------------------------------------------------------------- */

/* Opens state and index, if they are there and ours, of an engine that only reads. */
MUST_CHECK struct status engine_open_folded(struct engine *engine);
/* Whether the text is that of the key's public half. */
bool engine_is_pair(const struct secret_key *secret, struct bytes public);
/* Says that one of the writer's own emitters may speak, under its key, which is made if need be. */
MUST_CHECK struct status engine_introduce_voice(struct engine *engine, enum engine_voice voice);

/* engine_emitters.c: who may submit ------------------------------------------------------------ */

/* Tells the prepare stage what the state knows of emitters; only while nothing is on its way. */
MUST_CHECK struct status engine_introduce_emitters(struct engine *engine);
/* The same of one, if there is one of this name. */
MUST_CHECK struct status engine_introduce_emitter(struct engine *engine, struct bytes name);
/* The same of those that have changed since, or whose submissions were refused. */
MUST_CHECK struct status engine_introduce_changed(struct engine *engine);
/* An event that has been folded: whether it changes what is known of an emitter. */
void engine_note_emitter(struct engine *engine, const struct leaf *leaf, struct bytes body);

/* engine.c ------------------------------------------------------------------------------------- */

/* Submits what one of the writer's own emitters has said so far. */
MUST_CHECK struct status engine_send(struct engine *engine, enum engine_voice voice);
/* Says the root of a run, unless it is logged already. */
MUST_CHECK struct status engine_say_run(struct engine *engine, const struct index_run *run);
/* A refusal of the writer's own submission is a failure of the engine. */
void engine_note_own(void *context, const struct receipt *receipt);
/* Says what is due before somebody else's submission is taken: audit.started, the digest of the
 * state. */
MUST_CHECK struct status engine_say_due(struct engine *engine);

#endif
