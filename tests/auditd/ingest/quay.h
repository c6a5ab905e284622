/*
 * tests/auditd/ingest/quay.h -- an ingest with clients on one side, and the test as its writer.
 *
 * Shape    spin lets the ingest do what it can, and takes what it asks the writer. A client's frame
 *          is said, and its answer heard.
 */
#ifndef TESTS_AUDITD_INGEST_QUAY_H
#define TESTS_AUDITD_INGEST_QUAY_H

#include "auditd/ingest/ingest.h"
#include "schema/wire/message.h"

enum {
    FRAME_ROOM = 1 << 20,
    TURNS = 12,
    ASKED_MAX = 4096,
};

/* What the writer was asked. */
struct asked {
    uint32_t id;
    uint8_t kind; /* of what is forwarded; else of the frame */
    struct wire_peer peer;
    size_t size;
};

struct world {
    char directory[64], path[96];
    struct settings settings;
    struct journal journal;
    int listener;
    struct ingest *ingest;
    struct channel *ours, *theirs; /* the writer's ends */
    struct asked asked[ASKED_MAX];
    size_t asked_count;
    char *memory;
};

void must(struct status status);
void answer(struct world *world, uint32_t id, uint8_t kind, const struct text *payload);
void writer_answers(struct world *world, uint32_t id, struct status status);
void take_asked(struct world *world, const struct frame *frame);
void be_writer(struct world *world);
void spin(struct world *world);
void writer_comes(struct world *world);
void writer_goes(struct world *world);
int begin(void **state);
int end(void **state);
struct channel *connect_client(const struct world *world);
void say(struct channel *client, uint8_t kind, uint32_t id, struct bytes payload);
void say_hello(struct channel *client, uint32_t version);
bool heard(struct world *world, struct channel *client, struct frame *out);
bool is_closed(struct world *world, struct channel *client);
struct channel *greeted(struct world *world);
struct bytes submission(struct world *world, const char *emitter, uint32_t count);
void submit(struct world *world, struct channel *client, uint32_t id, uint8_t level);
void expect_receipt(struct world *world, struct channel *client, uint32_t id, const char *code);

#endif
