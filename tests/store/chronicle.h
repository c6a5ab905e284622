/*
 * tests/store/chronicle.h -- a sound log in memory, every key of it at hand, to be tampered with.
 *
 * Shape    Event 0 is audit.genesis by `audit`, 1 registers the emitter `door`, 2 the user ada, and
 *          the others are made up: door's observations, signed every third time, and emitters that
 *          ada has registered by signed commands.
 */
#ifndef TESTS_STORE_CHRONICLE_H
#define TESTS_STORE_CHRONICLE_H

#include "schema/catalogue/catalogue.h"
#include "store/verify.h"

#define CHRONICLE_ORIGIN "chronicle.example/log"

enum {
    CHRONICLE_SUBJECTS = 4096,
    CHRONICLE_BODY = 512, /* bytes */
};

struct told {
    struct leaf leaf; /* what `text` was made of; slices lent from here and from literals */
    char actor[32];
    char text[LEAF_MAX + 1];
    size_t text_size;
    uint8_t body[SALT_SIZE + CHRONICLE_BODY];
    size_t body_size;
    char command[1024];
    size_t command_size;
};

struct teller {
    const char *name;
    struct secret_key *key;
    struct digest chain;
    uint64_t n;
};

struct chronicle {
    struct hasher *hasher;
    struct secret_key *log_key, *ada_key;
    struct teller audit, door;
    struct id ada;
    struct told *events;
    size_t count, capacity;
    struct {
        struct id id;
        uint64_t events;
    } subjects[CHRONICLE_SUBJECTS];
    uint64_t t_utc_us;
};

/* An event as it is meant. */
struct telling {
    enum event_kind kind;
    struct id on; /* ID_NEW: made by it */
    const union event_body *body;
    bool is_signed;    /* by the emitter, over all since the last signature */
    bool is_commanded; /* by ada, in a signed command */
};

void chronicle_begin(struct chronicle *chronicle, size_t capacity);
void chronicle_end(struct chronicle *chronicle);

/* Appends one event. */
struct told *chronicle_tell(struct chronicle *chronicle, struct teller *teller,
                            const struct telling *telling);
/* The first three events, and others up to `size`. */
void chronicle_fill(struct chronicle *chronicle, size_t size);

/* Registers an emitter under the key; by ada's command if `commanded`. */
struct told *chronicle_register(struct chronicle *chronicle, const char *name,
                                const struct secret_key *key, bool commanded);
/* One observation by a teller. */
struct told *chronicle_observe(struct chronicle *chronicle, struct teller *teller, bool is_signed);

/* What somebody without the emitters' keys can do after a change: every leaf from here on is
 * encoded anew, with the `prev` that makes the chain whole. */
void chronicle_chain_from(struct chronicle *chronicle, size_t first);

/* Signs the root of the events as they are now. */
void chronicle_checkpoint(struct chronicle *chronicle, struct text *note);

/* Feeds the events to a verifier, with a checkpoint by the log's key after the last one if
 * `checkpointed`, and hands out its report. */
void chronicle_verify(struct chronicle *chronicle, bool checkpointed, struct verify_report *report);

struct bytes told_leaf(const struct told *told);
struct bytes told_body(const struct told *told);
struct bytes told_command(const struct told *told);

#endif
