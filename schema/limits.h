/*
 * schema/limits.h -- every limit of the format, in one place.
 *
 * Source   DESIGN.md 4 and 5; docs/FORMAT.md repeats them for people. An input beyond a limit is
 *          refused with LIMIT (or MALFORMED, in a decoder), never cut.
 */
#ifndef SCHEMA_LIMITS_H
#define SCHEMA_LIMITS_H

enum {
    JSON_DEPTH_MAX = 8,           /* levels of nesting in canonical JSON */
    JSON_MEMBER_NAME_MAX = 64,    /* bytes */
    JSON_INPUT_MAX = 64 << 20,    /* bytes of one JSON file that people send */
    LEAF_MAX = 2048,              /* bytes; C2SP would allow 65,535 */
    LEAF_SUBJECTS_MAX = 8,        /* ids in `on` */
    LEAF_SOURCE_MAX = 64,         /* bytes of a network address */
    NAME_MAX_SIZE = 48,           /* bytes of an emitter's or event kind's name */
    RULE_MAX = 16,                /* bytes of a rule id */
    SIGNATURE_MAX = 80,           /* bytes; Ed25519 has 64, ECDSA P-256 in DER up to 72 */
    PUBLIC_KEY_MAX = 128,         /* bytes; Ed25519 32, P-256 SubjectPublicKeyInfo 91 */
    SALT_SIZE = 16,               /* bytes before a body, in its commitment */
    BODY_MAX = 256 << 10,         /* bytes of a body's canonical JSON */
    TEXT_FIELD_MAX = 192 << 10,   /* bytes of one text or bytes field of a body */
    COMMAND_MAX = 64 << 10,       /* bytes of a signed command record */
    BULK_ITEMS_MAX = 1000,        /* objects of one command over many */
    SUBMISSION_EVENTS_MAX = 1000, /* events under one emitter signature */
    SUBMISSION_MAX = 8 << 20,     /* bytes of a submission */
    COMMIT_EVENTS_MAX = 4096,     /* events in one commit */
    TILE_WIDTH = 256,             /* hashes in a full tile */
    INDEX_RUN_EVENTS = 4096,      /* events in a run of the lowest level */
    INDEX_FANOUT = 16,            /* runs merged into one of the next level */
    NOTE_MAX = 16 << 10,          /* bytes of a signed note */
    NOTE_SIGNATURES_MAX = 16,     /* signature lines read */
    ORIGIN_MAX = 200,             /* bytes */
    EMITTERS_MAX = 4096,          /* emitters of one log that are not retired */
};

#endif
