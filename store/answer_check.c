#include "schema/arena.h"
#include "schema/catalogue/catalogue.h"
#include "schema/leaf.h"
#include "schema/limits.h"
#include "store/answer.h"

#include <stdlib.h>

/* Who logs the runs. */
#define INDEXER "audit"

enum {
    RUN_BODY_MEMORY = 1024, /* bytes for what a run's body has */
};

/* Arrays that the trees are checked with. */
struct room {
    uint64_t *positions;
    struct digest *found;
};

static void free_room(struct room *room)
{
    free(room->positions);
    free(room->found);
}

static struct status take_room(struct room *room, size_t count)
{
    room->positions = calloc(count > 0 ? count : 1, sizeof *room->positions);
    room->found = calloc(count > 0 ? count : 1, sizeof *room->found);
    return room->positions == NULL || room->found == NULL
               ? FAIL(NO_MEMORY, count * sizeof *room->found)
               : OK;
}

/* Events -------------------------------------------------------------------------------------- */

static struct status check_event(struct hasher *hasher, const struct answer_event *event)
{
    struct leaf leaf;
    struct status status = leaf_decode(event->leaf, &leaf);
    if (failed(status)) {
        return FAIL_BECAUSE(CORRUPT, event->n, "a leaf is not well formed");
    }
    if (leaf.n != event->n) {
        return FAIL_BECAUSE(CORRUPT, event->n, "a leaf says another position");
    }
    if (event->body.size == 0) {
        return OK;
    }
    struct digest body =
        hash_body(hasher, bytes_of(event->body.data, SALT_SIZE),
                  bytes_of(event->body.data + SALT_SIZE, event->body.size - SALT_SIZE));
    return digest_equal(&body, &leaf.body)
               ? OK
               : FAIL_BECAUSE(CORRUPT, event->n, "a body is not what its leaf commits to");
}

static struct status check_events(const struct answer *answer, struct hasher *hasher,
                                  const struct checkpoint *checkpoint)
{
    CLEANUP(free_room) struct room room = {0};
    struct digest root;
    TRY(take_room(&room, answer->event_count));
    for (size_t i = 0; i < answer->event_count; i++) {
        TRY(check_event(hasher, &answer->events[i]));
        room.positions[i] = answer->events[i].n;
        room.found[i] = hash_leaf(hasher, answer->events[i].leaf);
    }
    if (answer->event_count == 0) {
        return answer->hashes.size == 0
                   ? OK
                   : FAIL_BECAUSE(CORRUPT, checkpoint->size, "there are hashes of no events");
    }
    TRY(tree_part_root(hasher,
                       &(struct tree_part){.leaves = room.positions, .count = answer->event_count},
                       room.found, answer->hashes, checkpoint->size, &root));
    return digest_equal(&root, &checkpoint->root)
               ? OK
               : FAIL_BECAUSE(CORRUPT, checkpoint->size,
                              "the events are not those of the signed root: one has been changed "
                              "or taken from another place");
}

/* Runs ---------------------------------------------------------------------------------------- */

/* What the event says that logged a run. */
static struct status read_logged(const struct answer *answer, uint64_t n,
                                 struct audit_index_run *out)
{
    uint8_t memory[RUN_BODY_MEMORY];
    struct arena arena = ARENA_IN(memory);
    const struct answer_event *event = answer_event_at(answer, n);
    struct leaf leaf;
    union event_body body;
    if (event == NULL) {
        return FAIL_BECAUSE(CORRUPT, n, "the event that logged a run of the index is missing");
    }
    TRY(leaf_decode(event->leaf, &leaf));
    if (leaf.kind != EVENT_AUDIT_INDEX_RUN || event->body.size <= SALT_SIZE ||
        !bytes_equal(leaf.emitter, LITERAL(INDEXER)) ||
        failed(event_body_decode(
            leaf.kind, bytes_of(event->body.data + SALT_SIZE, event->body.size - SALT_SIZE), &arena,
            &body))) {
        return FAIL_BECAUSE(CORRUPT, n, "this event did not log a run of the index");
    }
    *out = body.audit_index_run;
    return OK;
}

static struct status check_blocks(const struct answer_run *run, struct hasher *hasher,
                                  const struct audit_index_run *logged)
{
    CLEANUP(free_room) struct room room = {0};
    struct digest root;
    TRY(take_room(&room, run->block_count));
    for (size_t i = 0; i < run->block_count; i++) {
        room.positions[i] = run->blocks[i].number;
        room.found[i] = hash_leaf(hasher, run->blocks[i].bytes);
    }
    struct status status = tree_part_root(
        hasher, &(struct tree_part){.leaves = room.positions, .count = run->block_count},
        room.found, run->hashes, logged->leaves, &root);
    if (failed(status)) {
        return FAIL_BECAUSE(CORRUPT, logged->from, "a run's blocks do not lead to one root");
    }
    return digest_equal(&root, &logged->root)
               ? OK
               : FAIL_BECAUSE(CORRUPT, logged->from,
                              "a run's blocks are not those of the root that was logged");
}

struct checking {
    const struct answer *answer;
    struct hasher *hasher;
    answer_visit *visit;
    void *context;
    struct narrowing_walk *walk;
    uint64_t next; /* position that the next run covers first */
};

static struct status visit_at(const struct checking *checking, uint64_t n, const char *why)
{
    const struct answer_event *event = answer_event_at(checking->answer, n);
    return event == NULL ? FAIL_BECAUSE(CORRUPT, n, why)
                         : checking->visit(checking->context, event);
}

static struct status visit_candidates(struct checking *checking, const struct slice *slice)
{
    const struct answer *answer = checking->answer;
    const struct slice_range range = {
        .first = checking->next,
        .last = (slice->to < answer->end ? slice->to : answer->end) - 1,
    };
    TRY(narrowing_walk_begin(checking->walk, slice, &range));
    uint64_t n = range.first;
    while (n <= range.last && narrowing_walk_move(checking->walk, n, &n)) {
        TRY(visit_at(checking, n, "an event that the index has for the question is missing"));
        n++;
    }
    checking->next = range.last + 1;
    return OK;
}

static struct status check_run(struct checking *checking, const struct answer_run *run)
{
    struct audit_index_run logged;
    TRY(read_logged(checking->answer, run->logged, &logged));
    if (checking->next >= checking->answer->end) {
        return FAIL_BECAUSE(CORRUPT, logged.from, "a run of the index is beyond the range");
    }
    bool begins = run == checking->answer->runs ? logged.from <= checking->next
                                                : logged.from == checking->next;
    if (!begins || logged.to <= checking->next) {
        return FAIL_BECAUSE(CORRUPT, checking->next,
                            "a run of the index is missing, or in the wrong place");
    }
    const struct slice slice = {.from = logged.from,
                                .to = logged.to,
                                .total = logged.leaves,
                                .blocks = run->blocks,
                                .count = run->block_count};
    TRY(check_blocks(run, checking->hasher, &logged));
    TRY(slice_check(&slice));
    return visit_candidates(checking, &slice);
}

static void close_walk(struct checking *checking)
{
    narrowing_walk_close(&checking->walk);
}

static struct status check_runs(struct checking *checking)
{
    const struct answer *answer = checking->answer;
    if (answer->run_count > 0 && answer->narrowing.count == 0) {
        return FAIL_BECAUSE(CORRUPT, answer->first, "there are runs of the index, and no terms");
    }
    TRY(answer->narrowing.count == 0 ? OK
                                     : narrowing_walk_open(&answer->narrowing, &checking->walk));
    for (size_t i = 0; i < answer->run_count; i++) {
        TRY(check_run(checking, &answer->runs[i]));
    }
    return OK;
}

/* The whole ----------------------------------------------------------------------------------- */

struct status answer_check(const struct answer *answer, struct hasher *hasher,
                           const struct public_key *key, answer_visit *visit, void *context,
                           struct answer_ground *out)
{
    CLEANUP(close_walk)
    struct checking checking = {.answer = answer,
                                .hasher = hasher,
                                .visit = visit,
                                .context = context,
                                .next = answer->first};
    struct answer_ground ground = {.runs = answer->run_count};
    TRY(checkpoint_verify(key, answer->checkpoint, &ground.checkpoint));
    if (answer->end > ground.checkpoint.size) {
        return FAIL_BECAUSE(CORRUPT, answer->end, "the range ends beyond the checkpoint");
    }
    TRY(check_events(answer, hasher, &ground.checkpoint));
    TRY(check_runs(&checking));
    ground.covered = checking.next;
    for (uint64_t n = checking.next; n < answer->end; n++) {
        TRY(visit_at(&checking, n, "an event that no run of the index covers is missing"));
        ground.scanned++;
    }
    *out = ground;
    return OK;
}
