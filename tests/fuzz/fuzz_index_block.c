/*
 * Blocks of the index: any bytes are read or refused, what is read is the same when it is written
 * again, and gaps that are copied or summed are those that are read one by one.
 */
#include "store/block.h"
#include "tests/fuzz/target.h"

#include <assert.h>

static void check_entry(const struct block_entry *entry, const uint64_t *positions, size_t count)
{
    uint64_t last = 0;
    struct status summed = block_last(entry, &last);
    assert(!failed(summed) && last == positions[count - 1]);
    for (size_t i = 1; i < count; i++) {
        assert(positions[i] > positions[i - 1]);
    }
    /* Copied into small blocks, it is cut where the positions would be. */
    struct block block = {.max = BLOCK_LEAST + (count + entry->gaps.size) % 40};
    struct block_entry rest = *entry;
    struct term term = {{0}};
    bool all = false;
    for (size_t done = 0; !all;) {
        assert(rest.first == positions[done++]);
        block_start(&block, 0);
        bool begun = block_begin(&block, &term, rest.first);
        assert(begun);
        (void)begun;
        all = block_copy(&block, &rest, last);
        while (done < count && positions[done] <= block.last) {
            done++;
        }
        assert(block.last == positions[done - 1] && all == (done == count));
    }
}

static struct status read_all(struct bytes bytes, struct block *again)
{
    uint64_t positions[BLOCK_POSITIONS_MAX];
    struct block_reader reader;
    struct block_entry entry;
    TRY(block_open(bytes, &reader));
    block_start(again, reader.number);
    struct status status = block_next(&reader, &entry);
    for (; !failed(status); status = block_next(&reader, &entry)) {
        struct term term;
        size_t count = 0;
        TRY(block_positions(&entry, positions, &count));
        check_entry(&entry, positions, count);
        memcpy(&term, entry.term, sizeof term);
        bool begun = block_begin(again, &term, entry.first);
        size_t added = block_add(again, positions + 1, count - 1);
        assert(begun && added == count - 1);
        (void)begun;
        (void)added;
    }
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = bytes_of(data, size);
    struct block again = {.max = INDEX_BLOCK_SIZE};
    struct status status = read_all(bytes, &again);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL);
        return 0;
    }
    assert(bytes_equal(block_end(&again), bytes));
    return 0;
}
