#include "schema/catalogue/catalogue.h"
#include "schema/leaf.h"
#include "schema/limits.h"
#include "store/answer.h"
#include "store/log.h"

#include <stdlib.h>

enum {
    COUNT_MAX = 1 << 20,     /* postings of a term counted: beyond, it narrows little */
    EVENT_COST = 600,        /* bytes that an event costs in the file, about, with its hashes */
    POSTING_COST = 2,        /* the same for a posting in a block */
    SLICE_COST = 3000,       /* and for a term's neighbours in a run */
    RUN_BODY_MEMORY = 1024,  /* bytes for what a run's body has */
    HASHES_START = 64 << 10, /* bytes */
};

#define TOO_BIG "the proof would be too big: ask for less, or export a bundle"
#define NOT_LOGGED "a run of the index has not been logged yet: ask again after the next event"

/* Hashes as they come. */
struct hashes {
    uint8_t *data;
    size_t size, capacity;
};

static struct status put_hash(void *context, const struct digest *hash)
{
    struct hashes *hashes = context;
    if (hashes->capacity - hashes->size < DIGEST_SIZE) {
        size_t capacity = hashes->capacity == 0 ? HASHES_START : 2 * hashes->capacity;
        if (capacity > ANSWER_FILE_MAX) {
            return FAIL_BECAUSE(LIMIT, ANSWER_FILE_MAX, TOO_BIG);
        }
        uint8_t *data = realloc(hashes->data, capacity);
        if (data == NULL) {
            return FAIL(NO_MEMORY, capacity);
        }
        hashes->data = data;
        hashes->capacity = capacity;
    }
    memcpy(hashes->data + hashes->size, hash->sha256, DIGEST_SIZE);
    hashes->size += DIGEST_SIZE;
    return OK;
}

/* A run that is used, with its blocks and hashes. */
struct used_run {
    const struct index_run *run;
    uint64_t logged; /* UINT64_MAX: not found */
    struct slice_block *blocks;
    size_t count, capacity;
    struct hashes hashes;
};

struct making {
    struct log_snapshot *log;
    struct index_snapshot *index;
    const struct answer_plan *plan;
    struct hasher *hasher;
    struct answer answer;
    struct used_run *used;
    size_t used_count;
    bool unlogged;       /* a run that could be used is not in the log yet */
    uint64_t *positions; /* of the events in the file, ANSWER_EVENTS_MAX at most */
    size_t position_count;
    struct hashes hashes;
};

static void end_making(struct making *making)
{
    for (size_t i = 0; i < making->used_count; i++) {
        free(making->used[i].blocks);
        free(making->used[i].hashes.data);
    }
    free(making->used);
    free(making->answer.runs);
    free(making->answer.events);
    free(making->answer.rows);
    free(making->positions);
    free(making->hashes.data);
    hasher_close(&making->hasher);
}

/* Which runs ---------------------------------------------------------------------------------- */

/* The run that an event logged, if it did and the run is used. */
static struct status note_logged(struct making *making, uint64_t n, size_t *missing)
{
    uint8_t memory[RUN_BODY_MEMORY];
    struct arena arena = ARENA_IN(memory);
    struct bytes bytes, salted;
    struct leaf leaf;
    union event_body body;
    TRY(log_read_leaf(making->log, n, &bytes));
    if (failed(leaf_decode(bytes, &leaf)) || leaf.kind != EVENT_AUDIT_INDEX_RUN) {
        return OK;
    }
    TRY(log_read_body(making->log, &leaf, &salted));
    if (salted.size <= SALT_SIZE ||
        failed(event_body_decode(leaf.kind,
                                 bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE), &arena,
                                 &body))) {
        return OK;
    }
    const struct audit_index_run *said = &body.audit_index_run;
    for (size_t i = 0; i < making->used_count; i++) {
        struct used_run *used = &making->used[i];
        if (used->logged == UINT64_MAX && said->from == used->run->from &&
            said->to == used->run->to && said->leaves == used->run->blocks &&
            digest_equal(&said->root, &used->run->root)) {
            used->logged = n;
            (*missing)--;
        }
    }
    return OK;
}

/* Runs are logged soon after they are made, so the newest events are looked at first. */
static struct status find_logged(struct making *making)
{
    CLEANUP(postings_close) struct postings *postings = NULL;
    struct term term =
        term_of(making->hasher, TERM_KIND, bytes_of_string(event_name(EVENT_AUDIT_INDEX_RUN)));
    uint64_t covered = index_snapshot_size(making->index), n = log_snapshot_size(making->log);
    size_t missing = making->used_count;
    for (; n > covered && missing > 0; n--) {
        TRY(note_logged(making, n - 1, &missing));
    }
    TRY(postings_open(making->index, &term, &postings));
    while (missing > 0 && n > 0) {
        struct status status = postings_at_or_before(postings, n - 1, &n);
        if (status.code == STATUS_NOT_FOUND) {
            return OK;
        }
        TRY(status);
        TRY(note_logged(making, n, &missing));
    }
    return OK;
}

/* The runs that the range meets, from its beginning on, as far as they have been logged. */
static struct status find_runs(struct making *making)
{
    const struct index_run *runs = NULL;
    size_t count = making->index == NULL ? 0 : index_snapshot_runs(making->index, &runs);
    making->used = calloc(count > 0 ? count : 1, sizeof *making->used);
    if (making->used == NULL) {
        return FAIL(NO_MEMORY, count * sizeof *making->used);
    }
    for (size_t i = 0; i < count; i++) {
        if (runs[i].to > making->plan->first && runs[i].from < making->plan->end &&
            runs[i].to <= log_snapshot_size(making->log)) {
            making->used[making->used_count++] =
                (struct used_run){.run = &runs[i], .logged = UINT64_MAX};
        }
    }
    if (making->used_count == 0) {
        return OK;
    }
    TRY(find_logged(making));
    size_t logged = 0;
    while (logged < making->used_count && making->used[logged].logged != UINT64_MAX) {
        logged++;
    }
    making->unlogged = logged < making->used_count;
    making->used_count = logged;
    return OK;
}

static uint64_t covered_by_runs(const struct making *making)
{
    if (making->used_count == 0) {
        return making->plan->first;
    }
    uint64_t to = making->used[making->used_count - 1].run->to;
    return to < making->plan->end ? to : making->plan->end;
}

/* Which terms --------------------------------------------------------------------------------- */

static struct status count_postings(struct making *making, const struct term *term, uint64_t *count)
{
    CLEANUP(postings_close) struct postings *postings = NULL;
    uint64_t n = making->plan->first, end = covered_by_runs(making);
    TRY(postings_open(making->index, term, &postings));
    while (*count < COUNT_MAX) {
        struct status status = postings_at_or_after(postings, n, &n);
        if (status.code == STATUS_NOT_FOUND || (!failed(status) && n >= end)) {
            return OK;
        }
        TRY(status);
        (*count)++;
        n++;
    }
    return OK;
}

struct weighed {
    size_t set;
    uint64_t count; /* of positions, or more */
};

static int compare_weights(const void *a, const void *b)
{
    const struct weighed *left = a, *right = b;
    return left->count < right->count ? -1 : left->count > right->count;
}

static struct status weigh(struct making *making, struct weighed *weighed)
{
    const struct narrowing *narrowing = making->plan->narrowing;
    for (size_t set = 0; set < narrowing->count; set++) {
        weighed[set] = (struct weighed){.set = set};
        for (size_t i = narrowing_begin(narrowing, set); i < narrowing->ends[set]; i++) {
            TRY(count_postings(making, &narrowing->terms[i], &weighed[set].count));
        }
    }
    qsort(weighed, narrowing->count, sizeof *weighed, compare_weights);
    return OK;
}

/* A set is used if its slices are smaller than the events that it saves. The rarest come first; of
 * the others it is assumed that they are spread evenly. */
static struct status choose_terms(struct making *making)
{
    const struct narrowing *narrowing = making->plan->narrowing;
    struct weighed weighed[NARROWING_SETS_MAX];
    uint64_t span = covered_by_runs(making) - making->plan->first;
    uint64_t left = span; /* candidates */
    if (span == 0) {
        making->used_count = 0;
        return OK;
    }
    TRY(weigh(making, weighed));
    for (size_t i = 0; i < narrowing->count; i++) {
        size_t begin = narrowing_begin(narrowing, weighed[i].set);
        size_t terms = narrowing->ends[weighed[i].set] - begin;
        uint64_t count = weighed[i].count < span ? weighed[i].count : span;
        uint64_t met = (uint64_t)((__uint128_t)left * count / span);
        uint64_t cost = count * POSTING_COST + terms * making->used_count * SLICE_COST;
        if ((left - met) * EVENT_COST > cost &&
            narrowing_add(&making->answer.narrowing, narrowing->terms + begin, terms)) {
            left = met;
        }
    }
    if (making->answer.narrowing.count == 0) {
        making->used_count = 0;
    }
    return OK;
}

/* Slices -------------------------------------------------------------------------------------- */

/* A run's blocks as they come by; what a block is needed for shows when its successor is known. */
struct cutting {
    struct making *making;
    struct used_run *used;
    struct slice_range range;
    struct slice_block block; /* not yet judged */
    struct slice_key last_before;
    bool has_block, has_before;
    struct tree_part_writer writer;
    struct digest hash; /* of the block not yet judged */
};

static struct status keep_block(struct used_run *used, const struct slice_block *block)
{
    if (used->count == used->capacity) {
        size_t capacity = used->capacity == 0 ? 16 : 2 * used->capacity;
        struct slice_block *blocks = realloc(used->blocks, capacity * sizeof *blocks);
        if (blocks == NULL) {
            return FAIL(NO_MEMORY, capacity * sizeof *blocks);
        }
        used->blocks = blocks;
        used->capacity = capacity;
    }
    used->blocks[used->count++] = *block;
    return OK;
}

static struct status judge_block(struct cutting *cutting, const struct slice_key *first_after)
{
    const struct narrowing *narrowing = &cutting->making->answer.narrowing;
    const struct slice_key *last_before = cutting->has_before ? &cutting->last_before : NULL;
    bool needed = false;
    for (size_t i = 0; i < narrowing_terms(narrowing) && !needed; i++) {
        needed = slice_needs(&narrowing->terms[i], &cutting->range, last_before, first_after);
    }
    TRY(needed ? keep_block(cutting->used, &cutting->block) : OK);
    return tree_part_add(&cutting->writer, &cutting->hash, needed);
}

static struct status take_block(void *context, struct bytes bytes)
{
    struct cutting *cutting = context;
    struct slice_block block;
    struct status status = slice_block_read(bytes, &block);
    if (failed(status)) {
        return FAIL_BECAUSE(CORRUPT, cutting->used->run->from, status.why);
    }
    if (cutting->has_block) {
        TRY(judge_block(cutting, &block.first));
        cutting->last_before = cutting->block.last;
        cutting->has_before = true;
    }
    cutting->block = block;
    cutting->has_block = true;
    cutting->hash = hash_leaf(cutting->making->hasher, bytes);
    return OK;
}

static struct slice_range range_of(const struct making *making, const struct index_run *run)
{
    const struct answer_plan *plan = making->plan;
    return (struct slice_range){
        .first = run->from > plan->first ? run->from : plan->first,
        .last = (run->to < plan->end ? run->to : plan->end) - 1,
    };
}

static struct status cut_run(struct making *making, struct used_run *used)
{
    struct cutting cutting = {
        .making = making,
        .used = used,
        .range = range_of(making, used->run),
        .writer = {.hasher = making->hasher, .sink = {.context = &used->hashes, .put = put_hash}},
    };
    TRY(index_run_blocks(making->index, used->run, take_block, &cutting));
    TRY(judge_block(&cutting, NULL));
    return tree_part_end(&cutting.writer);
}

/* Events -------------------------------------------------------------------------------------- */

static struct status add_position(struct making *making, uint64_t n)
{
    if (making->position_count == ANSWER_EVENTS_MAX) {
        return FAIL_BECAUSE(LIMIT, ANSWER_EVENTS_MAX, making->unlogged ? NOT_LOGGED : TOO_BIG);
    }
    making->positions[making->position_count++] = n;
    return OK;
}

static struct status add_candidates(struct making *making, struct narrowing_walk *walk,
                                    const struct used_run *used)
{
    const struct slice_range range = range_of(making, used->run);
    const struct slice slice = {.from = used->run->from,
                                .to = used->run->to,
                                .total = used->run->blocks,
                                .blocks = used->blocks,
                                .count = used->count};
    uint64_t n = range.first;
    TRY(slice_check(&slice));
    TRY(narrowing_walk_begin(walk, &slice, &range));
    while (n <= range.last && narrowing_walk_move(walk, n, &n)) {
        TRY(add_position(making, n));
        n++;
    }
    return OK;
}

static struct status cut_runs(struct making *making)
{
    CLEANUP(narrowing_walk_close) struct narrowing_walk *walk = NULL;
    TRY(narrowing_walk_open(&making->answer.narrowing, &walk));
    for (size_t i = 0; i < making->used_count; i++) {
        struct used_run *used = &making->used[i];
        TRY(cut_run(making, used));
        TRY(add_candidates(making, walk, used));
        TRY(add_position(making, used->logged));
    }
    return OK;
}

static int compare_positions(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static struct status find_positions(struct making *making)
{
    making->positions = malloc(ANSWER_EVENTS_MAX * sizeof *making->positions);
    if (making->positions == NULL) {
        return FAIL(NO_MEMORY, ANSWER_EVENTS_MAX * sizeof *making->positions);
    }
    TRY(cut_runs(making));
    for (uint64_t n = covered_by_runs(making); n < making->plan->end; n++) {
        TRY(add_position(making, n));
    }
    for (size_t i = 0; i < making->plan->bound_count; i++) {
        TRY(add_position(making, making->plan->bounds[i]));
    }
    qsort(making->positions, making->position_count, sizeof *making->positions, compare_positions);
    size_t count = 0;
    for (size_t i = 0; i < making->position_count; i++) {
        if (i == 0 || making->positions[i] != making->positions[i - 1]) {
            making->positions[count++] = making->positions[i];
        }
    }
    making->position_count = count;
    return OK;
}

static bool wants_body(const struct making *making, const struct leaf *leaf)
{
    const struct answer_plan *plan = making->plan;
    for (size_t i = 0; i < making->used_count; i++) {
        if (making->used[i].logged == leaf->n) {
            return true;
        }
    }
    return plan->wants_body != NULL && leaf->n >= plan->first && leaf->n < plan->end &&
           plan->wants_body(plan->context, leaf);
}

static struct status read_event(const struct making *making, uint64_t n, struct answer_event *out)
{
    struct leaf leaf;
    out->n = n;
    TRY(log_read_leaf(making->log, n, &out->leaf));
    if (failed(leaf_decode(out->leaf, &leaf))) {
        return FAIL_BECAUSE(CORRUPT, n, "the leaf is not well formed");
    }
    return wants_body(making, &leaf) ? log_read_body(making->log, &leaf, &out->body) : OK;
}

static struct status read_events(struct making *making)
{
    struct answer *answer = &making->answer;
    const struct tree_source source = log_tree_source(making->log);
    const struct tree_part part = {.leaves = making->positions, .count = making->position_count};
    const struct tree_part_sink sink = {.context = &making->hashes, .put = put_hash};
    answer->events = calloc(part.count > 0 ? part.count : 1, sizeof *answer->events);
    if (answer->events == NULL) {
        return FAIL(NO_MEMORY, part.count * sizeof *answer->events);
    }
    for (; answer->event_count < part.count; answer->event_count++) {
        TRY(read_event(making, part.leaves[answer->event_count],
                       &answer->events[answer->event_count]));
    }
    TRY(part.count == 0 ? OK
                        : tree_part_prove(&source, making->hasher, log_snapshot_size(making->log),
                                          &part, &sink));
    answer->hashes = bytes_of(making->hashes.data, making->hashes.size);
    return OK;
}

/* The whole ----------------------------------------------------------------------------------- */

static struct status begin(struct making *making)
{
    struct answer *answer = &making->answer;
    const struct answer_plan *plan = making->plan;
    uint64_t size;
    TRY(hasher_open(&making->hasher));
    TRY(log_read_checkpoint(making->log, log_snapshot_size(making->log), &answer->checkpoint,
                            &size));
    if (size != log_snapshot_size(making->log)) {
        return FAIL(NOT_FOUND, log_snapshot_size(making->log));
    }
    if (plan->question.size > ANSWER_QUESTION_MAX) {
        return FAIL_BECAUSE(LIMIT, ANSWER_QUESTION_MAX, "the question is too long");
    }
    answer->question = plan->question;
    answer->first = plan->first;
    answer->end = plan->end;
    answer->rows = calloc(plan->row_count + 1, sizeof *answer->rows);
    if (answer->rows == NULL) {
        return FAIL(NO_MEMORY, plan->row_count * sizeof *answer->rows);
    }
    for (; answer->row_count < plan->row_count; answer->row_count++) {
        answer->rows[answer->row_count] = plan->rows[answer->row_count];
    }
    return OK;
}

static struct status describe_runs(struct making *making)
{
    struct answer *answer = &making->answer;
    answer->runs = calloc(making->used_count > 0 ? making->used_count : 1, sizeof *answer->runs);
    if (answer->runs == NULL) {
        return FAIL(NO_MEMORY, making->used_count * sizeof *answer->runs);
    }
    for (; answer->run_count < making->used_count; answer->run_count++) {
        const struct used_run *used = &making->used[answer->run_count];
        answer->runs[answer->run_count] =
            (struct answer_run){.logged = used->logged,
                                .blocks = used->blocks,
                                .block_count = used->count,
                                .hashes = bytes_of(used->hashes.data, used->hashes.size)};
    }
    return OK;
}

struct status answer_make(struct log_snapshot *log, struct index_snapshot *index,
                          const struct answer_plan *plan, const struct answer_sink *sink)
{
    CLEANUP(end_making)
    struct making making = {.log = log, .index = index, .plan = plan};
    TRY(begin(&making));
    TRY(find_runs(&making));
    TRY(choose_terms(&making));
    TRY(find_positions(&making));
    TRY(read_events(&making));
    TRY(describe_runs(&making));
    return answer_write(&making.answer, sink);
}
