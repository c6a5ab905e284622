/*
 * core/emit/cairn-emit.h -- tell Cairn what happened: the library for components outside of it.
 *
 * Example   A door that says who opened it. `cairn emitter register door --key-out door.key ...`
 *           has made the key; `pkg-config --cflags --libs cairn-emit` says how to compile.
 *
 *               #include <cairn-emit.h>
 *               #include <stdio.h>
 *
 *               int main(void)
 *               {
 *                   struct cairn_emit *door = NULL;
 *                   const struct cairn_emit_options options = {
 *                       .version = CAIRN_EMIT_VERSION,
 *                       .key = "/etc/door/door.key",
 *                       .socket = "/run/cairn/cairn.sock",
 *                       .spool = "/var/lib/door/spool",
 *                   };
 *                   if (cairn_emit_open(&options, &door) != CAIRN_EMIT_OK) {
 *                       fprintf(stderr, "door: %s\n", cairn_emit_error(door));
 *                       cairn_emit_close(&door);
 *                       return 1;
 *                   }
 *                   const struct cairn_emit_field fields[] = {
 *                       cairn_emit_text("what", "door opened"),
 *                       cairn_emit_text("detail", "badge 4711"),
 *                   };
 *                   const struct cairn_event event = {
 *                       .kind = "audit.observed",
 *                       .fields = fields,
 *                       .field_count = 2,
 *                   };
 *                   if (cairn_emit_event(door, &event) != CAIRN_EMIT_OK) {
 *                       fprintf(stderr, "door: %s\n", cairn_emit_error(door));
 *                   }
 *                   cairn_emit_flush(door, 1000);
 *                   cairn_emit_close(&door);
 *                   return 0;
 *               }
 *
 * Shape     cairn_emit_event checks an event against the catalogue, commits to its body, and puts
 *           it into the spool; from there it is sent, signed, up to 1,000 events under one
 *           signature, to the daemon `cairnd`. Sending goes on within the calls of this library
 *           and nowhere else: there is no thread of its own. Whoever emits rarely calls
 *           cairn_emit_flush.
 * Promise   What cairn_emit_event has taken (CAIRN_EMIT_OK) arrives in the log once, and in its
 *           order, however often the daemon, the connection or this process end before that; or it
 *           is counted as lost, and the log is told so: by an event `emitter.spool_lost`, signed
 *           like all others. That holds with a spool on disk. Without one, what had not been
 *           acknowledged when the process ended is gone.
 * Disk      With CAIRN_EMIT_SYNC_BATCH (the default) an event survives the end of the process as
 *           soon as it is taken, and the end of the machine once it has been sent or flushed; with
 *           CAIRN_EMIT_SYNC_EACH at once; with CAIRN_EMIT_SYNC_NEVER when the kernel pleases.
 * Trust     The spool is not signed: it is for its owner alone (mode 0700), like the key. A spool
 *           that has been damaged is refused as a whole (CAIRN_EMIT_DAMAGED) and nothing of it is
 *           sent.
 * Memory    What is handed in is copied. About 30 MiB of address space for a handle, of which a
 *           part that depends on the size of events is used.
 * Limits    An event has up to 8 subjects, 128 fields, and 256 KiB of body.
 * Errors    enum cairn_emit_code, and cairn_emit_error for a sentence. Bad input never ends the
 *           process. SIGPIPE is not raised.
 * Threads   A handle is used by one thread at a time; handles are independent of each other. One
 *           spool and one key belong to one handle of one process at a time. After fork, only one
 *           of the two processes goes on with it, and the other one does not even close it.
 * Versions  This header has CAIRN_EMIT_VERSION; a later library still takes options of it.
 */
#ifndef CORE_EMIT_CAIRN_EMIT_H
#define CORE_EMIT_CAIRN_EMIT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CAIRN_EMIT_API __attribute__((visibility("default")))
#else
#define CAIRN_EMIT_API
#endif

#define CAIRN_EMIT_VERSION 1

struct cairn_emit; /* opaque: an emitter that speaks */

enum cairn_emit_code {
    CAIRN_EMIT_OK = 0,
    CAIRN_EMIT_FULL = 1,        /* no room: nothing was taken; flush, or try again later */
    CAIRN_EMIT_DROPPED = 2,     /* no room: counted as lost, as was asked for */
    CAIRN_EMIT_INVALID = 3,     /* no such kind, field or option: nothing was taken */
    CAIRN_EMIT_TIMEOUT = 4,     /* the deadline has passed, and events wait */
    CAIRN_EMIT_UNREACHABLE = 5, /* nobody answers, and events wait */
    CAIRN_EMIT_REFUSED = 6,     /* the log does not take events of this emitter, or this one */
    CAIRN_EMIT_KEY = 7,         /* the key file cannot be used */
    CAIRN_EMIT_IN_USE = 8,      /* another process has the spool */
    CAIRN_EMIT_DAMAGED = 9,     /* the spool has been changed */
    CAIRN_EMIT_WRONG_LOG = 10,  /* the spool waits for another log */
    CAIRN_EMIT_IO = 11,         /* the disk, or the system, failed */
    CAIRN_EMIT_MEMORY = 12,     /* there is not enough memory */
};

/* What it takes for an event to count as delivered. */
enum cairn_emit_level {
    CAIRN_EMIT_DURABLE = 0, /* it is on the log's disk */
    CAIRN_EMIT_QUEUED = 1,  /* the daemon has it; it stays in the spool until it is durable */
};

enum cairn_emit_sync {
    CAIRN_EMIT_SYNC_BATCH = 0,
    CAIRN_EMIT_SYNC_EACH = 1,
    CAIRN_EMIT_SYNC_NEVER = 2,
};

enum cairn_emit_when_full {
    CAIRN_EMIT_REFUSE_NEW = 0, /* CAIRN_EMIT_FULL */
    CAIRN_EMIT_DROP_NEW = 1,   /* CAIRN_EMIT_DROPPED, and counted */
};

/* Zeros and NULLs mean what is said in parentheses. */
struct cairn_emit_options {
    unsigned version; /* CAIRN_EMIT_VERSION */
    const char *key;  /* the emitter's key file */

    /* Where the daemon is: one of three; none: events are spooled and never sent from here. */
    const char *socket; /* path of its cairn.sock */
    const char *store;  /* the store that it serves on this machine */
    const char *host;   /* HOST:PORT of its TLS listener */

    /* For `host`: PEM files. */
    const char *certificate;     /* ours */
    const char *certificate_key; /* its key */
    const char *authorities;     /* that sign the daemon's */

    const char *spool;                   /* directory, made if there is none (in memory) */
    uint64_t spool_bytes_max;            /* (64 MiB) */
    uint64_t spool_events_max;           /* (1,000,000) */
    enum cairn_emit_sync sync;           /* (batch) */
    enum cairn_emit_when_full when_full; /* (refuse) */
    unsigned wait_ms;                    /* how long cairn_emit_event waits for room (not at all) */

    enum cairn_emit_level level; /* (durable) */
    unsigned batch_events;       /* events that are sent together at most, up to 1,000 (500) */
    unsigned batch_ms;           /* how long an event may wait for others to be sent with (5) */
};

/* A value of a field. The functions below make them; a list is several of the same name. */
enum cairn_emit_type {
    CAIRN_EMIT_TYPE_TEXT = 0, /* also ids, words of an enum, and digests in hexadecimal or base64 */
    CAIRN_EMIT_TYPE_NUMBER = 1,  /* 0 to 2^53-1 */
    CAIRN_EMIT_TYPE_BOOLEAN = 2, /* 0: no */
    CAIRN_EMIT_TYPE_BYTES = 3,   /* raw; for digests, too */
    CAIRN_EMIT_TYPE_TIME = 4,    /* microseconds since 1970 UTC */
};

struct cairn_emit_field {
    const char *name;
    enum cairn_emit_type type;
    const void *data; /* text (NUL-terminated) or bytes */
    size_t size;      /* of bytes */
    uint64_t number;  /* a number, boolean or time */
};

static inline struct cairn_emit_field cairn_emit_text(const char *name, const char *text)
{
    struct cairn_emit_field field = {name, CAIRN_EMIT_TYPE_TEXT, text, 0, 0};
    return field;
}

static inline struct cairn_emit_field cairn_emit_number(const char *name, uint64_t number)
{
    struct cairn_emit_field field = {name, CAIRN_EMIT_TYPE_NUMBER, NULL, 0, number};
    return field;
}

static inline struct cairn_emit_field cairn_emit_boolean(const char *name, int yes)
{
    struct cairn_emit_field field = {name, CAIRN_EMIT_TYPE_BOOLEAN, NULL, 0, yes ? 1U : 0U};
    return field;
}

static inline struct cairn_emit_field cairn_emit_bytes(const char *name, const void *data,
                                                       size_t size)
{
    struct cairn_emit_field field = {name, CAIRN_EMIT_TYPE_BYTES, data, size, 0};
    return field;
}

static inline struct cairn_emit_field cairn_emit_time(const char *name, uint64_t utc_us)
{
    struct cairn_emit_field field = {name, CAIRN_EMIT_TYPE_TIME, NULL, 0, utc_us};
    return field;
}

enum cairn_emit_outcome {
    CAIRN_EMIT_DONE = 0,
    CAIRN_EMIT_DENIED = 1,
    CAIRN_EMIT_FAILED = 2,
};

/* One event: `cairn schema` lists the kinds and their fields. Those count that an emitter from
 * outside may submit. Zeros and NULLs mean what is said in parentheses. */
struct cairn_event {
    const char *kind;      /* `audit.observed` */
    const char *const *on; /* what it is about: ids like `subject:12`, the first one foremost */
    size_t on_count;       /* (0: the log itself) */
    enum cairn_emit_outcome outcome;
    const struct cairn_emit_field *fields;
    size_t field_count;
    const char *json;    /* the fields as one JSON object, instead of `fields` */
    uint64_t at_us;      /* when it happened, microseconds since 1970 UTC (not said) */
    const char *source;  /* network address that it came from (none) */
    const char *project; /* id (none) */
    const char *session; /* id (none) */
};

/* Everything is counted since the spool was made (in memory: since the open), but for `retries`. */
struct cairn_emit_counters {
    uint64_t waiting;       /* events in the spool that are not known to be durable in the log */
    uint64_t waiting_bytes; /* what the spool takes */
    uint64_t sent;          /* submitted since the open, each time anew */
    uint64_t queued;        /* acknowledged as queued since the open */
    uint64_t acknowledged;  /* known to be durable in the log */
    uint64_t lost;          /* dropped, refused by the log, or forgotten by it */
    uint64_t retries;    /* connections that were tried or had to be made again, since the open */
    uint64_t torn_bytes; /* cut off the spool's end when it was opened */
    uint64_t position;   /* of the last event in the log, where `has_position` */
    int has_position;    /* 0: not known */
    int connected;       /* 0: no */
};

/* Makes *out, which is the caller's (cairn_emit_close) also on failure, so that cairn_emit_error
 * can say what was wrong; NULL only when there was no memory even for that. Does not wait for the
 * daemon, and does not mind if there is none. INVALID, KEY, IN_USE, DAMAGED, IO, MEMORY. */
CAIRN_EMIT_API enum cairn_emit_code cairn_emit_open(const struct cairn_emit_options *options,
                                                    struct cairn_emit **out);

/* Takes one event. FULL or DROPPED if there is no room (after `wait_ms`); INVALID, and
 * cairn_emit_error says which field is wrong and why; IO; DAMAGED. Sends what is due, but waits for
 * nobody, only for the disk now and then; that the daemon is away is no failure. */
CAIRN_EMIT_API enum cairn_emit_code cairn_emit_event(struct cairn_emit *emit,
                                                     const struct cairn_event *event);

/* Sends what waits and returns when all of it has been acknowledged at the level of the options, or
 * after `deadline_ms`; with 0, does what can be done at once. TIMEOUT, UNREACHABLE: events wait in
 * the spool and will be sent later. REFUSED: at least one event since the last flush was refused by
 * the log, or all are; cairn_emit_error says why. WRONG_LOG, DAMAGED, IO. */
CAIRN_EMIT_API enum cairn_emit_code cairn_emit_flush(struct cairn_emit *emit, unsigned deadline_ms);

/* What cairn_emit_event or cairn_emit_flush would wait for, for whoever has a loop of his own: poll
 * for `events` (of poll.h) at the descriptor (-1: none) and call cairn_emit_flush(emit, 0) then,
 * and at the latest after the milliseconds returned. */
CAIRN_EMIT_API int cairn_emit_poll(const struct cairn_emit *emit, int *descriptor, short *events);

CAIRN_EMIT_API void cairn_emit_counters(const struct cairn_emit *emit,
                                        struct cairn_emit_counters *out);

/* What went wrong in the last call that failed: one line of text, valid until the next call. NULL
 * is welcome. */
CAIRN_EMIT_API const char *cairn_emit_error(const struct cairn_emit *emit);

/* Closes *emit and sets it to NULL; NULL is welcome. Sends nothing any more: flush before. What
 * waits in a spool on disk waits there for the next open. */
CAIRN_EMIT_API void cairn_emit_close(struct cairn_emit **emit);

#ifdef __cplusplus
}
#endif

#endif
