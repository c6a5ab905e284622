/*
 * tests/reports/lineage/stream.h -- a store in which data goes to and fro.
 *
 * Shape    Users, groups, directories, files, drives and machines, and the events between them, as
 *          the writer's emitters would say them; nobody is asked whether it is allowed.
 */
#ifndef TESTS_REPORTS_LINEAGE_STREAM_H
#define TESTS_REPORTS_LINEAGE_STREAM_H

#include "reports/lineage/lineage.h"
#include "tests/support/scratch.h"

enum {
    STREAM_USERS = 5,
    STREAM_GROUPS = 2,
    STREAM_DIRS = 2,
    STREAM_FILES = 7,
    STREAM_DRIVES = 3,
    STREAM_VMS = 3,
};

struct stream {
    struct scratch scratch;
    struct engine *engine;
    enum engine_voice voice; /* that spoke last */
    uint64_t gathered;       /* events of it that are on their way */
    struct id users[STREAM_USERS], groups[STREAM_GROUPS], dirs[STREAM_DIRS], files[STREAM_FILES];
    struct id pool, host, brick, hardware, config; /* made with the first drive or machine */
    struct id drives[STREAM_DRIVES], vms[STREAM_VMS];
    struct log_snapshot *log;
    struct index_snapshot *index;
    struct lineage lineage;
};

/* Users and their groups (of users 0 and 1); no files yet. */
void stream_begin(struct stream *stream);
void stream_end(struct stream *stream);

/* The position of the next event. */
uint64_t stream_next(const struct stream *stream);

/* Each said by this user; the event's position. */
uint64_t stream_create(struct stream *stream, struct id user, size_t file, struct id parent,
                       struct id group);
uint64_t stream_dir(struct stream *stream, struct id user, size_t dir, struct id parent);
uint64_t stream_read(struct stream *stream, struct id user, struct id file);
uint64_t stream_write(struct stream *stream, struct id user, struct id file);
uint64_t stream_fetch(struct stream *stream, struct id user, struct id file);
uint64_t stream_share(struct stream *stream, struct id user, struct id file, struct id target);
uint64_t stream_unshare(struct stream *stream, struct id user, struct id file, struct id target);
uint64_t stream_hand(struct stream *stream, struct id user, struct id file, struct id to);
uint64_t stream_move(struct stream *stream, struct id user, struct id file, struct id from,
                     struct id to);
uint64_t stream_download(struct stream *stream, struct id user, struct id file, const char *place);
uint64_t stream_join(struct stream *stream, struct id group, struct id user);
uint64_t stream_leave(struct stream *stream, struct id group, struct id user);

/* Drives and machines; the events of both are said by emitters. */
uint64_t stream_drive(struct stream *stream, struct id user, size_t drive);
uint64_t stream_start(struct stream *stream, struct id user, size_t vm);
uint64_t stream_stop(struct stream *stream, struct id vm);
uint64_t stream_fail(struct stream *stream, struct id vm); /* it does not come up */
uint64_t stream_ask(struct stream *stream, struct id user, struct id drive, struct id vm,
                    enum drive_mode mode);
uint64_t stream_unask(struct stream *stream, struct id user, struct id drive, struct id vm);
uint64_t stream_mount(struct stream *stream, struct id drive, struct id vm, enum drive_mode mode);
uint64_t stream_give(struct stream *stream, struct id user, struct id drive, struct id target,
                     enum drive_mode mode);
uint64_t stream_take(struct stream *stream, struct id user, struct id drive, struct id target);
uint64_t stream_attach(struct stream *stream, struct id drive, struct id vm, enum drive_mode mode);
uint64_t stream_detach(struct stream *stream, struct id drive, struct id vm);
uint64_t stream_connect(struct stream *stream, struct id user, struct id vm);
uint64_t stream_disconnect(struct stream *stream, struct id user, struct id vm);

/* Anything about at most two things, `second` ID_NONE: one; by ID_NONE: the emitter itself. */
struct stream_event {
    enum engine_voice voice;
    enum event_kind kind;
    struct id by, first, second;
    const union event_body *body;
};
uint64_t stream_say(struct stream *stream, const struct stream_event *event);

/* Makes what was said so far readable; then asks. Until the end of the log if `until` is 0. */
void stream_look(struct stream *stream);
const struct lineage *stream_trace(struct stream *stream, const struct lineage_question *question);

/* The node of a thing in the last answer, or NULL. */
const struct lineage_node *stream_node(const struct stream *stream, struct id id);
/* The edge by a kind of event, or NULL. */
const struct lineage_edge *stream_edge(const struct stream *stream, struct id from, struct id to,
                                       enum event_kind kind);

#endif
