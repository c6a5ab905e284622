#include "store/answer.h"

#include "schema/limits.h"
#include "schema/text.h"

#include <assert.h>
#include <stdlib.h>

#define MAGIC "cairn-answer-v1\n"

enum {
    POSITION_SIZE = 8,
    EVENT_LEAST = POSITION_SIZE + 2 + 1 + 4, /* bytes of an event in the file */
    BLOCK_LEAST_SIZE = 2 + BLOCK_NUMBER_SIZE + BLOCK_ENTRY_HEAD + 1,
    BODY_AND_SALT_MAX = SALT_SIZE + BODY_MAX,
};

/* Reading ----------------------------------------------------------------------------------- */

/* What is left of a file. */
struct rest {
    struct bytes bytes;
    uint64_t at; /* byte of the file */
};

static struct status bad(const struct rest *rest, const char *why)
{
    return FAIL_BECAUSE(MALFORMED, rest->at, why);
}

static struct status take(struct rest *rest, size_t size, struct bytes *out)
{
    if (rest->bytes.size < size) {
        return bad(rest, "the answer is cut off");
    }
    *out = bytes_of(rest->bytes.data, size);
    rest->bytes = bytes_of(rest->bytes.data + size, rest->bytes.size - size);
    rest->at += size;
    return OK;
}

/* A number of one to eight bytes. */
static struct status take_number(struct rest *rest, size_t size, uint64_t *out)
{
    struct bytes bytes;
    TRY(take(rest, size, &bytes));
    *out = 0;
    for (size_t i = 0; i < size; i++) {
        *out = *out << 8 | bytes.data[i];
    }
    return OK;
}

/* How big something is or how many there are, and the sentence where that cannot be. */
struct bounds {
    size_t width; /* bytes of the number */
    uint64_t least, most;
    const char *why;
};

static struct status take_bounded(struct rest *rest, const struct bounds *bounds, uint64_t *out)
{
    const struct rest before = *rest;
    TRY(take_number(rest, bounds->width, out));
    return *out >= bounds->least && *out <= bounds->most ? OK : bad(&before, bounds->why);
}

static struct status take_sized(struct rest *rest, const struct bounds *bounds, struct bytes *out)
{
    uint64_t size;
    TRY(take_bounded(rest, bounds, &size));
    return take(rest, size, out);
}

/* Whether there can be so many, each of which has at least `least` bytes in the file. */
static struct status check_room(const struct rest *rest, uint64_t count, size_t least)
{
    return count > rest->bytes.size / least ? bad(rest, "the answer is cut off") : OK;
}

static struct status check_taken(const void *memory, uint64_t bytes)
{
    return memory == NULL ? FAIL(NO_MEMORY, bytes) : OK;
}

static struct status read_hashes(struct rest *rest, struct bytes *out)
{
    static const struct bounds bounds = {4, 0, ANSWER_FILE_MAX / DIGEST_SIZE,
                                         "so many hashes have no room in an answer"};
    uint64_t count;
    TRY(take_bounded(rest, &bounds, &count));
    return take(rest, count * DIGEST_SIZE, out);
}

static struct status read_head(struct rest *rest, struct answer *answer)
{
    static const struct bounds question = {4, 1, ANSWER_QUESTION_MAX,
                                           "the size of the question is none it can have"};
    static const struct bounds note = {4, 1, NOTE_MAX,
                                       "the size of the checkpoint is none it can have"};
    struct bytes magic;
    TRY(take(rest, sizeof MAGIC - 1, &magic));
    if (!bytes_equal(magic, LITERAL(MAGIC))) {
        return FAIL_BECAUSE(MALFORMED, 0, "this is no answer");
    }
    TRY(take_sized(rest, &question, &answer->question));
    if (!text_is_utf8(answer->question)) {
        return bad(rest, "the question is no text");
    }
    TRY(take_sized(rest, &note, &answer->checkpoint));
    const struct rest before = *rest;
    TRY(take_number(rest, POSITION_SIZE, &answer->first));
    TRY(take_number(rest, POSITION_SIZE, &answer->end));
    return answer->first <= answer->end && answer->end <= TREE_SIZE_MAX
               ? OK
               : bad(&before, "the range is none");
}

static struct status read_set(struct rest *rest, struct narrowing *narrowing)
{
    static const struct bounds bounds = {2, 1, NARROWING_TERMS_MAX,
                                         "a set of terms is empty or too big"};
    const struct rest before = *rest;
    uint64_t count;
    struct bytes terms;
    size_t begin = narrowing_terms(narrowing);
    TRY(take_bounded(rest, &bounds, &count));
    TRY(take(rest, count * INDEX_TERM_SIZE, &terms));
    for (size_t i = 1; i < count; i++) {
        const uint8_t *term = terms.data + i * INDEX_TERM_SIZE;
        if (memcmp(term - INDEX_TERM_SIZE, term, INDEX_TERM_SIZE) >= 0) {
            return bad(&before, "the terms of a set are not in order");
        }
    }
    if (count > NARROWING_TERMS_MAX - begin) {
        return bad(&before, "there are too many terms");
    }
    memcpy(narrowing->terms + begin, terms.data, terms.size);
    narrowing->ends[narrowing->count++] = begin + count;
    return OK;
}

static struct status read_narrowing(struct rest *rest, struct narrowing *narrowing)
{
    static const struct bounds bounds = {1, 0, NARROWING_SETS_MAX,
                                         "there are too many sets of terms"};
    uint64_t count;
    TRY(take_bounded(rest, &bounds, &count));
    for (uint64_t i = 0; i < count; i++) {
        TRY(read_set(rest, narrowing));
    }
    return OK;
}

static struct status read_block(struct rest *rest, struct slice_block *out)
{
    static const struct bounds bounds = {2, 1, INDEX_BLOCK_SIZE,
                                         "the size of a block is none that a block has"};
    struct bytes bytes;
    TRY(take_sized(rest, &bounds, &bytes));
    struct status status = slice_block_read(bytes, out);
    return failed(status) ? FAIL_BECAUSE(MALFORMED, rest->at - bytes.size + status.at, status.why)
                          : OK;
}

static struct status read_run(struct rest *rest, struct answer_run *run)
{
    static const struct bounds bounds = {4, 1, ANSWER_FILE_MAX / BLOCK_LEAST_SIZE,
                                         "a run has no blocks, or too many"};
    uint64_t count;
    TRY(take_number(rest, POSITION_SIZE, &run->logged));
    TRY(take_bounded(rest, &bounds, &count));
    TRY(check_room(rest, count, BLOCK_LEAST_SIZE));
    run->blocks = calloc(count + 1, sizeof *run->blocks);
    TRY(check_taken(run->blocks, count * sizeof *run->blocks));
    run->block_count = count;
    for (uint64_t i = 0; i < count; i++) {
        TRY(read_block(rest, &run->blocks[i]));
    }
    return read_hashes(rest, &run->hashes);
}

static struct status read_runs(struct rest *rest, struct answer *answer)
{
    static const struct bounds bounds = {2, 0, ANSWER_RUNS_MAX, "no index has so many runs"};
    uint64_t count;
    TRY(take_bounded(rest, &bounds, &count));
    TRY(check_room(rest, count, 1));
    answer->runs = calloc(count + 1, sizeof *answer->runs);
    TRY(check_taken(answer->runs, count * sizeof *answer->runs));
    for (; answer->run_count < count; answer->run_count++) {
        struct status status = read_run(rest, &answer->runs[answer->run_count]);
        if (failed(status)) {
            answer->run_count++; /* what it has taken is given back */
            return status;
        }
    }
    return OK;
}

static struct status read_event(struct rest *rest, struct answer_event *event)
{
    static const struct bounds leaf = {2, 1, LEAF_MAX,
                                       "the size of a leaf is none that a leaf has"};
    static const struct bounds body = {4, 0, BODY_AND_SALT_MAX,
                                       "the size of a body is none that a body has"};
    const struct rest before = *rest;
    TRY(take_number(rest, POSITION_SIZE, &event->n));
    TRY(take_sized(rest, &leaf, &event->leaf));
    TRY(take_sized(rest, &body, &event->body));
    return event->body.size == 0 || event->body.size > SALT_SIZE
               ? OK
               : bad(&before, "an event's body is too short");
}

static struct status read_events(struct rest *rest, struct answer *answer)
{
    static const struct bounds bounds = {4, 0, ANSWER_EVENTS_MAX, "there are too many events"};
    uint64_t count;
    TRY(take_bounded(rest, &bounds, &count));
    TRY(check_room(rest, count, EVENT_LEAST));
    answer->events = calloc(count + 1, sizeof *answer->events);
    TRY(check_taken(answer->events, count * sizeof *answer->events));
    for (uint64_t i = 0; i < count; i++) {
        const struct rest before = *rest;
        struct answer_event *event = &answer->events[i];
        TRY(read_event(rest, event));
        if (i > 0 && event->n <= event[-1].n) {
            return bad(&before, "the events are not in order");
        }
        answer->event_count++;
    }
    return read_hashes(rest, &answer->hashes);
}

static struct status read_rows(struct rest *rest, struct answer *answer)
{
    static const struct bounds bounds = {4, 0, ANSWER_EVENTS_MAX, "there are too many rows"};
    uint64_t count;
    TRY(take_bounded(rest, &bounds, &count));
    TRY(check_room(rest, count, POSITION_SIZE));
    answer->rows = calloc(count + 1, sizeof *answer->rows);
    TRY(check_taken(answer->rows, count * sizeof *answer->rows));
    for (uint64_t i = 0; i < count; i++) {
        TRY(take_number(rest, POSITION_SIZE, &answer->rows[i]));
    }
    answer->row_count = count;
    return rest->bytes.size == 0 ? OK : bad(rest, "something follows the answer");
}

static struct status read_all(struct bytes file, struct answer *answer)
{
    struct rest rest = {.bytes = file};
    TRY(read_head(&rest, answer));
    TRY(read_narrowing(&rest, &answer->narrowing));
    TRY(read_runs(&rest, answer));
    TRY(read_events(&rest, answer));
    return read_rows(&rest, answer);
}

struct status answer_read(struct bytes file, struct answer **out)
{
    if (file.size > ANSWER_FILE_MAX) {
        return FAIL_BECAUSE(LIMIT, ANSWER_FILE_MAX, "no answer is so big");
    }
    CLEANUP(answer_close) struct answer *answer = calloc(1, sizeof *answer);
    if (answer == NULL) {
        return FAIL(NO_MEMORY, sizeof *answer);
    }
    TRY(read_all(file, answer));
    *out = answer;
    answer = NULL;
    return OK;
}

void answer_close(struct answer **answer)
{
    if (*answer == NULL) {
        return;
    }
    for (size_t i = 0; i < (*answer)->run_count; i++) {
        free((*answer)->runs[i].blocks);
    }
    free((*answer)->runs);
    free((*answer)->events);
    free((*answer)->rows);
    free(*answer);
    *answer = NULL;
}

const struct answer_event *answer_event_at(const struct answer *answer, uint64_t n)
{
    size_t low = 0, high = answer->event_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (answer->events[middle].n < n) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < answer->event_count && answer->events[low].n == n ? &answer->events[low] : NULL;
}

/* Writing ------------------------------------------------------------------------------------- */

static struct status put(const struct answer_sink *sink, struct bytes bytes)
{
    return bytes.size == 0 ? OK : sink->put(sink->context, bytes);
}

static struct status put_number(const struct answer_sink *sink, size_t size, uint64_t value)
{
    uint8_t memory[8];
    bytes_write_u64(memory, value);
    return put(sink, bytes_of(memory + 8 - size, size));
}

static struct status put_sized(const struct answer_sink *sink, size_t width, struct bytes bytes)
{
    TRY(put_number(sink, width, bytes.size));
    return put(sink, bytes);
}

static struct status put_hashes(const struct answer_sink *sink, struct bytes hashes)
{
    TRY(put_number(sink, 4, hashes.size / DIGEST_SIZE));
    return put(sink, hashes);
}

static struct status put_head(const struct answer_sink *sink, const struct answer *answer)
{
    TRY(put(sink, LITERAL(MAGIC)));
    TRY(put_sized(sink, 4, answer->question));
    TRY(put_sized(sink, 4, answer->checkpoint));
    TRY(put_number(sink, POSITION_SIZE, answer->first));
    return put_number(sink, POSITION_SIZE, answer->end);
}

static struct status put_narrowing(const struct answer_sink *sink,
                                   const struct narrowing *narrowing)
{
    TRY(put_number(sink, 1, narrowing->count));
    for (size_t set = 0; set < narrowing->count; set++) {
        size_t begin = narrowing_begin(narrowing, set), count = narrowing->ends[set] - begin;
        TRY(put_number(sink, 2, count));
        TRY(put(sink, bytes_of(narrowing->terms + begin, count * sizeof(struct term))));
    }
    return OK;
}

static struct status put_run(const struct answer_sink *sink, const struct answer_run *run)
{
    TRY(put_number(sink, POSITION_SIZE, run->logged));
    TRY(put_number(sink, 4, run->block_count));
    for (size_t i = 0; i < run->block_count; i++) {
        TRY(put_sized(sink, 2, run->blocks[i].bytes));
    }
    return put_hashes(sink, run->hashes);
}

static struct status put_runs(const struct answer_sink *sink, const struct answer *answer)
{
    TRY(put_number(sink, 2, answer->run_count));
    for (size_t i = 0; i < answer->run_count; i++) {
        TRY(put_run(sink, &answer->runs[i]));
    }
    return OK;
}

static struct status put_events(const struct answer_sink *sink, const struct answer *answer)
{
    TRY(put_number(sink, 4, answer->event_count));
    for (size_t i = 0; i < answer->event_count; i++) {
        const struct answer_event *event = &answer->events[i];
        TRY(put_number(sink, POSITION_SIZE, event->n));
        TRY(put_sized(sink, 2, event->leaf));
        TRY(put_sized(sink, 4, event->body));
    }
    return put_hashes(sink, answer->hashes);
}

static struct status put_all(const struct answer *answer, const struct answer_sink *sink)
{
    TRY(put_head(sink, answer));
    TRY(put_narrowing(sink, &answer->narrowing));
    TRY(put_runs(sink, answer));
    TRY(put_events(sink, answer));
    TRY(put_number(sink, 4, answer->row_count));
    for (size_t i = 0; i < answer->row_count; i++) {
        TRY(put_number(sink, POSITION_SIZE, answer->rows[i]));
    }
    return OK;
}

static struct status count(void *context, struct bytes bytes)
{
    uint64_t *size = context;
    *size += bytes.size;
    return OK;
}

struct status answer_write(const struct answer *answer, const struct answer_sink *sink)
{
    uint64_t size = 0;
    TRY(put_all(answer, &(struct answer_sink){.context = &size, .put = count}));
    if (size > ANSWER_FILE_MAX) {
        return FAIL_BECAUSE(LIMIT, ANSWER_FILE_MAX,
                            "the proof would be too big: ask for less, or export a bundle");
    }
    return put_all(answer, sink);
}
