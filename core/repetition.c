#include "core/repetition.h"

#include "schema/submission.h"

struct search {
    struct log_snapshot *log;
    struct bytes emitter;
    struct postings *postings; /* of the emitter; NULL: without an index */
    uint64_t covered;          /* positions that the index knows */
    uint64_t covered_n;        /* the emitter's last number in them; 0: none */
    uint64_t size;
};

static struct status read_event(const struct search *search, uint64_t n, struct leaf *leaf)
{
    struct bytes bytes;
    TRY(log_read_leaf(search->log, n, &bytes));
    return failed(leaf_decode(bytes, leaf))
               ? FAIL_BECAUSE(CORRUPT, n, "the leaf is not in canonical form")
               : OK;
}

static struct status read_covered_n(struct search *search)
{
    uint64_t n;
    struct leaf leaf;
    struct status status = search->covered == 0
                               ? FAIL(NOT_FOUND, 0)
                               : postings_at_or_before(search->postings, search->covered - 1, &n);
    if (status.code == STATUS_NOT_FOUND) {
        return OK;
    }
    TRY(status);
    TRY(read_event(search, n, &leaf));
    search->covered_n = leaf.emitter_n;
    return OK;
}

static struct status open_search(struct search *search, struct hasher *hasher,
                                 struct index_snapshot *index)
{
    search->size = log_snapshot_size(search->log);
    if (index == NULL) {
        return OK;
    }
    /* The index may have been read after the log. */
    uint64_t covered = index_snapshot_size(index);
    search->covered = covered < search->size ? covered : search->size;
    struct term term = term_of(hasher, TERM_EMITTER, search->emitter);
    TRY(postings_open(index, &term, &search->postings));
    return read_covered_n(search);
}

static void close_search(struct search *search)
{
    postings_close(&search->postings);
}

/* Finding --------------------------------------------------------------------------------- */

/* From the newest back. */
static struct status find_beyond(const struct search *search, uint64_t emitter_n, struct leaf *out)
{
    for (uint64_t n = search->size; n-- > search->covered;) {
        TRY(read_event(search, n, out));
        if (bytes_equal(out->emitter, search->emitter) && out->emitter_n == emitter_n) {
            return OK;
        }
    }
    return FAIL(NOT_FOUND, emitter_n);
}

static struct status find_covered(const struct search *search, uint64_t emitter_n, struct leaf *out)
{
    uint64_t low = 0, high = search->covered;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2, n = 0;
        struct status status = postings_at_or_after(search->postings, middle, &n);
        if (status.code == STATUS_NOT_FOUND || (!failed(status) && n >= high)) {
            high = middle;
            continue;
        }
        TRY(status);
        TRY(read_event(search, n, out));
        if (out->emitter_n == emitter_n) {
            return OK;
        }
        low = out->emitter_n < emitter_n ? n + 1 : low;
        high = out->emitter_n < emitter_n ? high : middle;
    }
    return FAIL(NOT_FOUND, emitter_n);
}

/* The events of a submission lie side by side, so that the one after *leaf is tried first. */
static struct status find_next(const struct search *search, uint64_t emitter_n, struct leaf *leaf)
{
    if (leaf->emitter_n + 1 == emitter_n && leaf->n + 1 < search->size) {
        TRY(read_event(search, leaf->n + 1, leaf));
        if (bytes_equal(leaf->emitter, search->emitter) && leaf->emitter_n == emitter_n) {
            return OK;
        }
    }
    struct status status = emitter_n > search->covered_n ? find_beyond(search, emitter_n, leaf)
                                                         : find_covered(search, emitter_n, leaf);
    return status.code == STATUS_NOT_FOUND ? FAIL(FOLD, 0) : status;
}

/* Comparing ------------------------------------------------------------------------------- */

static bool is_same(struct hasher *hasher, const struct leaf *leaf,
                    const struct submission_event *event)
{
    char memory[LEAF_MAX + 1];
    struct text statement = TEXT_IN(memory);
    leaf_to_statement(leaf, &statement);
    struct bytes salt = bytes_of(event->body.data, SALT_SIZE);
    struct bytes body = bytes_of(event->body.data + SALT_SIZE, event->body.size - SALT_SIZE);
    struct digest body_hash = hash_body(hasher, salt, body);
    struct digest command_hash = hash_bytes(hasher, event->command);
    return bytes_equal(text_bytes(&statement), event->statement) &&
           digest_equal(&body_hash, &leaf->body) &&
           leaf->has_command == (event->command.size > 0) &&
           (!leaf->has_command || digest_equal(&command_hash, &leaf->command));
}

static struct status compare(const struct search *search, struct hasher *hasher,
                             struct submission *submission)
{
    struct leaf leaf = {0};
    for (uint32_t i = 0; i < submission->count; i++) {
        uint64_t emitter_n = submission->first_n + i;
        struct submission_event event = submission_next(&submission->events);
        TRY(find_next(search, emitter_n, &leaf));
        if (!is_same(hasher, &leaf, &event)) {
            return FAIL(DIVERGED, emitter_n);
        }
    }
    return OK;
}

struct status repetition_check(struct log_snapshot *log, struct index_snapshot *index,
                               struct bytes bytes)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct submission submission;
    TRY(submission_decode(bytes, &submission));
    CLEANUP(close_search)
    struct search search = {.log = log, .emitter = submission.emitter};
    TRY(hasher_open(&hasher));
    TRY(open_search(&search, hasher, index));
    return compare(&search, hasher, &submission);
}
