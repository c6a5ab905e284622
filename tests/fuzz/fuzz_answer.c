/*
 * Answers: what was read, written again, is the same bytes; checking ends in a sentence.
 */
#include "store/answer.h"
#include "tests/fuzz/target.h"

#include <assert.h>

enum {
    INPUT_MAX = 64 << 10, /* bytes; more says nothing new, and all of it is on the stack */
};

/* A key that signed none of the inputs. */
static struct public_key some_key(void)
{
    struct public_key key;
    struct status started = key_library_start();
    struct status read = public_key_read(
        LITERAL("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), &key);
    assert(!failed(started) && !failed(read));
    return key;
}

static struct status put(void *context, struct bytes bytes)
{
    struct text *text = context;
    text_put_bytes(text, bytes);
    return text->full ? FAIL(LIMIT, INPUT_MAX) : OK;
}

static struct status visit(void *context, const struct answer_event *event)
{
    (void)context;
    (void)event;
    return OK;
}

static void write_again(const struct answer *answer, struct bytes file)
{
    char again[INPUT_MAX + 1];
    struct text written = TEXT_IN(again);
    struct status status =
        answer_write(answer, &(struct answer_sink){.context = &written, .put = put});
    assert(!failed(status));
    assert(bytes_equal(text_bytes(&written), file));
}

/* The slices are walked whatever signed them. */
static void walk(const struct answer *answer)
{
    CLEANUP(narrowing_walk_close) struct narrowing_walk *walk = NULL;
    if (answer->narrowing.count == 0 || failed(narrowing_walk_open(&answer->narrowing, &walk))) {
        return;
    }
    for (size_t i = 0; i < answer->run_count; i++) {
        const struct slice slice = {.to = TREE_SIZE_MAX,
                                    .total = UINT32_MAX,
                                    .blocks = answer->runs[i].blocks,
                                    .count = answer->runs[i].block_count};
        const struct slice_range range = {.first = answer->first, .last = answer->end};
        uint64_t n = range.first, last = 0;
        if (failed(slice_check(&slice)) || failed(narrowing_walk_begin(walk, &slice, &range))) {
            continue;
        }
        while (n <= range.last && narrowing_walk_move(walk, n, &n)) {
            assert(n >= range.first && n <= range.last && (last == 0 || n > last));
            last = n++;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(answer_close) struct answer *answer = NULL;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct bytes file = bytes_of(data, size);
    struct answer_ground ground;
    if (size > INPUT_MAX) {
        return 0;
    }
    struct status status = answer_read(file, &answer);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL);
        assert(answer == NULL);
        return 0;
    }
    write_again(answer, file);
    walk(answer);
    struct public_key key = some_key();
    status = hasher_open(&hasher);
    assert(!failed(status));
    status = answer_check(answer, hasher, &key, visit, NULL, &ground);
    assert(failed(status));
    return 0;
}
