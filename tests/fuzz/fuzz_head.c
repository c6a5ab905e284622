/*
 * The head of a request: the same however it comes in, and what is taken is what it must be.
 */
#include "auditd/http/head.h"
#include "tests/fuzz/target.h"

#include <assert.h>

static bool is_within(struct bytes part, struct bytes whole)
{
    return part.size == 0 ||
           (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

static void check_whole(const struct head *head, struct bytes input)
{
    struct bytes said = bytes_of(input.data, head->size);
    assert(head->size <= HEAD_MAX && head->size <= input.size && head->size >= 4);
    assert(memcmp(said.data + said.size - 4, "\r\n\r\n", 4) == 0);
    assert(is_within(head->target, said) && is_within(head->host, said));
    assert(is_within(head->cookie, said) && is_within(head->known, said));
    assert(head->target.size > 0 && head->target.data[0] == '/');
    assert(head->path.size + head->query.size <= head->target.size);
    assert(head->host.size > 0 && head->host.size <= HEAD_HOST_MAX);
    assert(memchr(said.data, '\0', said.size) == NULL);
    assert(memmem(said.data, said.size, "\r\n ", 3) == NULL);
    assert(is_within(head_cookie(head->cookie, "cairn"), said));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct head whole = {0}, pieces = {0};
    struct bytes input = bytes_of(data, size);
    enum head_turn turn = head_look(&whole, input), by_pieces = HEAD_MORE;
    for (size_t at = 1; by_pieces == HEAD_MORE && at <= size; at++) {
        by_pieces = head_look(&pieces, bytes_of(data, at));
    }
    assert(turn == by_pieces && whole.fault == pieces.fault && whole.looked == pieces.looked);
    if (turn == HEAD_WHOLE) {
        check_whole(&whole, input);
    }
    if (turn == HEAD_REFUSED) {
        assert(head_fault_status(whole.fault) >= 400);
    }
    return 0;
}
