/*
 * .tlog-proof files: what was read, written again, is the same bytes; checking ends in an answer.
 */
#include "store/proof.h"
#include "tests/fuzz/target.h"

#include <assert.h>

enum {
    INPUT_MAX = 64 << 10, /* bytes; more says nothing new, and all of it is on the stack */
};

static void check(const struct proof *proof)
{
    struct public_key key;
    struct checkpoint checkpoint;
    struct hasher *hasher = NULL;
    struct status started = key_library_start();
    struct status read = public_key_read(
        LITERAL("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), &key);
    struct status opened = hasher_open(&hasher);
    assert(!failed(started) && !failed(read) && !failed(opened));
    struct status status = proof_check(proof, hasher, &key, &checkpoint);
    assert(failed(status) || proof->index < checkpoint.size);
    hasher_close(&hasher);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t memory[2 * INPUT_MAX];
    char again[INPUT_MAX + 1];
    struct arena arena = ARENA_IN(memory);
    struct proof proof;
    if (size > INPUT_MAX) {
        return 0;
    }
    struct status status = proof_read(bytes_of(data, size), &arena, &proof);
    if (failed(status)) {
        assert(status.code == STATUS_LIMIT ||
               (status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL));
        return 0;
    }
    struct text written = TEXT_IN(again);
    proof_write(&proof, &written);
    assert(!written.full && bytes_equal(text_bytes(&written), bytes_of(data, size)));
    check(&proof);
    return 0;
}
