/*
 * schema/leaf.h -- the leaf: one event as every auditor sees it.
 *
 * Shape    One line of canonical JSON (DESIGN.md 4), members in byte order:
 *          actor at? body cause? command? emitter emitter_n item? kind n on on_n outcome prev
 *          project? rule? session? sig? source? t v. A `?` marks what may be absent.
 *          The *statement*, which the emitter signs, is the leaf without what the log adds
 *          (n on_n prev sig t v); the id that the event creates is written `kind:new` in it.
 * Cuts     Leaf and statement share five runs of bytes; `part` lends them, so that one becomes the
 *          other by copying.
 * Limits   LEAF_MAX bytes, 1 to LEAF_SUBJECTS_MAX subjects. Leaf strings have no escapes.
 */
#ifndef SCHEMA_LEAF_H
#define SCHEMA_LEAF_H

#include "schema/id.h"
#include "schema/limits.h"

enum outcome {
    OUTCOME_OK,
    OUTCOME_DENIED,
    OUTCOME_FAILED,
    OUTCOME_COUNT,
};

enum leaf_part {
    PART_ACTOR_TO_KIND,      /* {"actor": … "kind":"…"      */
    PART_ON,                 /* ,"on":[…]                   */
    PART_OUTCOME,            /* ,"outcome":"…"              */
    PART_PROJECT_TO_SESSION, /* ,"project" … "session" */
    PART_SOURCE,             /* ,"source":"…"               */
    PART_COUNT,
};

struct leaf {
    struct bytes actor; /* `user:12`, or the emitter's name */
    uint64_t at_utc_us; /* when it happened; 0: not said */
    struct digest body; /* commitment */
    uint64_t cause;     /* position of the event answered; LEAF_NO_CAUSE: none */
    bool has_command;
    struct digest command; /* hash of the signed command record */
    struct bytes emitter;  /* name */
    uint64_t emitter_n;    /* from 1 */
    uint64_t item;         /* which one of a command over many objects, from 1; 0: of none */
    enum event_kind kind;
    struct id on[LEAF_SUBJECTS_MAX];
    size_t on_count;
    enum outcome outcome;
    struct id project, session; /* ID_NONE: none */
    struct bytes rule;          /* empty: none */
    struct bytes source;        /* empty: none */
    /* what the log adds */
    uint64_t n;
    uint64_t on_n; /* from 1 */
    struct digest prev;
    struct bytes sig; /* raw signature, lent from sig_memory; empty: none */
    uint64_t t_utc_us;
    uint16_t version; /* of the kind */
    /* filled by the decoders */
    uint8_t sig_memory[SIGNATURE_MAX];
    struct bytes part[PART_COUNT];
    bool creates; /* an id in it is the event's own */
};

#define LEAF_NO_CAUSE UINT64_MAX

const char *outcome_name(enum outcome outcome);
bool outcome_read(struct bytes name, enum outcome *out);

/* [a-z][a-z0-9_.-]*, at most NAME_MAX_SIZE bytes. */
bool leaf_is_emitter_name(struct bytes name);
/* 1 to LEAF_SOURCE_MAX printable ASCII characters without quote and backslash. */
bool leaf_is_source(struct bytes source);

/* Writes the leaf; every member is set but `part`. */
void leaf_encode(const struct leaf *leaf, struct text *out);

/* Writes the statement: ids equal to leaf->n, and ids that are ID_NEW, as `kind:new`. */
void leaf_encode_statement(const struct leaf *leaf, struct text *out);

/* Decodes a leaf, strictly; slices are lent from `bytes`. MALFORMED at the byte, with the reason;
 * LIMIT over LEAF_MAX. `out` is filled only on success. */
MUST_CHECK struct status leaf_decode(struct bytes bytes, struct leaf *out);

/* The same for a statement: what the log adds is left zero, and ids may be `kind:new`. */
MUST_CHECK struct status leaf_decode_statement(struct bytes bytes, struct leaf *out);

/* The statement of a decoded leaf and the leaf of a decoded statement, by copying the parts where
 * that is enough. The second uses n, on_n, prev, sig, t and version as the caller has set them. */
void leaf_to_statement(const struct leaf *leaf, struct text *out);
void leaf_from_statement(const struct leaf *statement, struct text *out);

#endif
