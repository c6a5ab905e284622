/*
 * core/command_record.h -- what a user signs: one command, as canonical JSON.
 *
 * Shape    {"actor":"user:12","command":"emitter.register","fields":{…},"nonce":"<base64>",
 *          "origin":"…","project":"project:88","session":"session:30","sig":"<base64>","t":"…"}.
 *          `project` is there if one is active in the session, `session` unless it is the command
 *          that opens one. A command over many objects has `items`, an array of such objects,
 *          instead of `fields`. The signature is over "cairn-command-v1\n" and the record without
 *          its `sig`. The leaf commits to SHA-256 of the whole record.
 * Source   DESIGN.md 4 (users sign commands); docs/FORMAT.md.
 */
#ifndef CORE_COMMAND_RECORD_H
#define CORE_COMMAND_RECORD_H

#include "schema/catalogue/catalogue.h"
#include "store/key.h"

enum {
    COMMAND_NONCE_SIZE = 16,
};

struct command_record {
    struct id actor;
    enum command_kind kind;
    struct bytes fields;  /* canonical JSON; empty of one over many objects */
    struct bytes items;   /* of such a one: an array of what would be fields; else empty */
    uint32_t items_count; /* set by the reader */
    uint8_t nonce[COMMAND_NONCE_SIZE];
    struct bytes origin; /* of the log it is for */
    struct id project;   /* ID_NONE: none is active */
    struct id session;   /* ID_NONE: none is open yet */
    uint64_t t_utc_us;
};

/* Writes the signed record. LIMIT over COMMAND_MAX; fails as the key does. */
MUST_CHECK struct status command_record_sign(const struct command_record *command,
                                             const struct secret_key *key, struct text *out);

/* Reads a record; slices are lent from it. The signature is not checked yet. MALFORMED at the byte
 * with the reason; LIMIT. */
MUST_CHECK struct status command_record_read(struct bytes record, struct command_record *out);

/* OK if the record carries a signature by this key, else BAD_SIGNATURE. */
MUST_CHECK struct status command_record_verify(struct bytes record, const struct public_key *key);

#endif
