/*
 * reports/siem/event.h -- one event with all that an export says of it.
 *
 * Shape    A reader is set up once and reads event after event: leaf, hashes, body, what the
 *          actor and the subjects were called then. siem_value finds what a mapping asks for
 *          (schema/siem.h); siem_put_message writes one line for people.
 * Memory   The reader is the caller's and some 300 KB big. What an event lends is valid until the
 *          next is read, and as long as the snapshot.
 * Errors   CORRUPT where a body does not hold; IO.
 */
#ifndef REPORTS_SIEM_EVENT_H
#define REPORTS_SIEM_EVENT_H

#include "reports/names.h"
#include "schema/siem.h"
#include "store/hash.h"

enum {
    SIEM_TEXT_MEMORY = 16 << 10,       /* bytes: names and ids of one event */
    SIEM_BODY_MEMORY = BODY_MAX + 256, /* bytes: what a body says with escapes, written out */
};

struct siem_event {
    const struct leaf *leaf;
    const struct siem_mapping *mapping; /* of its kind, or of the case that its body is */
    struct bytes bytes;                 /* of the leaf */
    struct bytes body;                  /* canonical JSON, without the salt; empty: erased */
    struct digest hash;                 /* of the leaf, as the tree has it */
    struct digest sha256;               /* of its bytes */
    struct bytes origin;
};

struct siem_reader {
    struct engine *engine;   /* lent */
    struct hasher *hasher;   /* lent */
    struct text names;       /* over text_memory */
    struct arena arena;      /* over body_memory */
    struct siem_event event; /* the last one that was read */
    char text_memory[SIEM_TEXT_MEMORY];
    uint8_t body_memory[SIEM_BODY_MEMORY];
};

void siem_reader_init(struct siem_reader *reader, struct engine *engine, struct hasher *hasher);

/* Reads the event of a leaf that has been compared with its hash. */
MUST_CHECK struct status siem_read(struct siem_reader *reader, struct log_snapshot *log,
                                   struct bytes bytes, const struct leaf *leaf);

/* Finds the mapping of the event at hand; done by siem_read. */
void siem_classify(struct siem_reader *reader);

struct siem_value {
    bool is_number;
    uint64_t number;
    struct bytes text; /* foreign */
    struct bytes list; /* canonical JSON of an array; else empty */
};

/* The value of the first source that has one; false if none has. */
bool siem_value(struct siem_reader *reader, const struct siem_field *field, struct siem_value *out);
/* The same for one source. */
bool siem_source_value(struct siem_reader *reader, const struct siem_source *source,
                       struct siem_value *out);

/* Who did what to what, and how it ended; foreign names are in it as they are. */
void siem_put_message(struct siem_reader *reader, struct text *out);

/* Whether these are an IPv4 or IPv6 address and nothing else. */
bool siem_is_address(struct bytes source, bool *is_ipv6);

#endif
