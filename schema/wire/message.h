/*
 * schema/wire/message.h -- what the processes say to each other, message by message.
 *
 * Shape    A message is a frame (schema/wire/wire.h). Whoever connects says HELLO and is answered
 *          with WELCOME; then requests, each with an id of its own choice, each answered once, in
 *          any order. What cannot be understood is answered with FAULT, and the connection ends.
 *          Between processes of the daemon the messages are the same, FORWARDED with who said them.
 * Numbers  The numbers of kinds and fields never change; a later version adds kinds.
 * Memory   What is decoded is lent from the payload.
 * Limits   MESSAGE_MAX; names and sentences as said at each member.
 * Source   DESIGN.md 10; docs/FORMAT.md.
 */
#ifndef SCHEMA_WIRE_MESSAGE_H
#define SCHEMA_WIRE_MESSAGE_H

#include "schema/limits.h"
#include "schema/wire/wire.h"

enum {
    WIRE_VERSION = 1,
    MESSAGE_MAX = SUBMISSION_MAX + (64 << 10), /* bytes of a frame */
    MESSAGE_REQUESTS_MAX = 64,                 /* of one connection, not answered yet */
    MESSAGE_RECORDS_MAX = 64,                  /* commands in one COMMANDS */
    WIRE_SENTENCE_MAX = 256,                   /* bytes of a reason */
    WIRE_NAME_MAX = 64, /* bytes of the name of a program, kind, rule, role */
    WIRE_ID_MAX = 64,   /* bytes of an id as text */
};

enum message_kind {
    /* Said by clients, and the answers. */
    MESSAGE_HELLO = 1, /* u32 version, bytes program */
    MESSAGE_WELCOME,   /* u32 version, bytes origin, u64 events in the log */
    MESSAGE_FAULT,     /* bytes sentence: the connection ends */
    MESSAGE_SUBMIT,    /* u8 level, bytes submission (schema/submission.h) */
    MESSAGE_RECEIPT,   /* struct wire_receipt */
    MESSAGE_HEAD,      /* bytes emitter's name */
    MESSAGE_HEAD_IS,   /* struct wire_head */
    MESSAGE_COMMANDS,  /* bytes source, u16 count, that many bytes: signed records */
    MESSAGE_VERDICTS,  /* status of all of them, u16 count, that many struct wire_verdict */
    MESSAGE_NOTE,      /* struct wire_note; answered with RECEIPT */
    MESSAGE_STATUS,    /* nothing */
    MESSAGE_STATUS_IS, /* bytes JSON */
    MESSAGE_RETRY, /* nothing: whoever had the request is gone; whether it was done is unknown */

    /* Between processes of the daemon. */
    MESSAGE_FORWARDED = 32, /* struct wire_peer, u8 kind, bytes payload of that kind */
    MESSAGE_WEB_REQUEST,    /* auditd/http and auditd/reader */
    MESSAGE_WEB_ANSWER,     /* with a descriptor */
    MESSAGE_CHANNEL,        /* bytes process; with a descriptor: the channel to it from now on */
    MESSAGE_SETTINGS,       /* with a descriptor: the settings as a file, to be read anew */
    MESSAGE_SAID,           /* struct wire_note, by the supervisor, for the log */
    MESSAGE_STOP,           /* nothing: end in good order */
    MESSAGE_READY,   /* u64 ABI of Landlock, u8 seccomp: to the supervisor, once in the sandbox */
    MESSAGE_ENDING,  /* status: to the supervisor, why the process ends */
    MESSAGE_DROPPED, /* bytes emitter, u64 count, u64 first and last in UTC us, bytes why: events
                        that were refused, for the log; answered with RECEIPT */
};

/* When a submission is acknowledged. */
enum wire_level {
    WIRE_QUEUED = 1,  /* checked in its form and kept in memory on its way to the writer */
    WIRE_DURABLE = 2, /* committed to disk */
};

/* A status as text: codes may be counted differently on the other side. */
struct wire_status {
    struct bytes code; /* `OK`, `LIMIT` */
    uint64_t at;
    struct bytes why; /* may be empty */
};
void wire_put_status(struct text *out, struct status status);
struct wire_status wire_get_status(struct wire_reader *reader);
/* As a status of this side; `why` is kept in `memory`, which outlives it. A code that is not known
 * here becomes STOPPED with its name as the reason. */
struct status wire_status_is(const struct wire_status *status, struct text *memory);

struct wire_receipt {
    struct wire_status status;
    bool already;
    uint64_t first, count;
};
void wire_put_receipt(struct text *out, struct status status, bool already, uint64_t first,
                      uint64_t count);
MUST_CHECK struct status wire_receipt_decode(struct bytes payload, struct wire_receipt *out);

struct wire_head {
    struct bytes emitter; /* name */
    struct digest chain;
    uint64_t emitter_n; /* 0: has not spoken yet */
};
void wire_put_head(struct text *out, const struct wire_head *head);
MUST_CHECK struct status wire_head_decode(struct bytes payload, struct wire_head *out);

/* What became of one command (core/engine.h, struct verdict). */
struct wire_verdict {
    struct wire_status status;
    struct bytes refused; /* the rule's id; empty: done */
    uint64_t first, count;
    struct bytes bulk; /* an id; empty: none */
    uint32_t done, items_refused;
};
void wire_put_verdict(struct text *out, const struct wire_verdict *verdict, struct status status);
void wire_get_verdict(struct wire_reader *reader, struct wire_verdict *out);

/* An event that the writer is asked to say with its own voice (core/note.h). */
struct wire_note {
    struct bytes kind; /* the catalogue's name */
    uint16_t version;
    uint8_t outcome; /* 0 ok, 1 denied, 2 failed: as enum outcome */
    uint8_t on_count;
    struct bytes on[LEAF_SUBJECTS_MAX]; /* ids */
    struct bytes body;                  /* canonical JSON, without salt */
    struct bytes source;                /* a network address; may be empty */
    uint64_t at_utc_us;                 /* when it happened, if that was earlier; 0: not said */
};
void wire_put_note(struct text *out, const struct wire_note *note);
MUST_CHECK struct status wire_note_decode(struct bytes payload, struct wire_note *out);

/* Who is at the other end of a client's connection. */
struct wire_peer {
    uint32_t connection; /* of the process that forwards */
    uint32_t uid, gid, process;
    struct bytes name;   /* of the user, or of the certificate of one who has a source */
    struct bytes source; /* network address; may be empty */
};
void wire_put_peer(struct text *out, const struct wire_peer *peer);
void wire_get_peer(struct wire_reader *reader, struct wire_peer *out);

#endif
