#include "reports/footer.h"

#include <inttypes.h>

struct footer footer_of(const struct query *query, const struct query_outcome *outcome)
{
    return (struct footer){.rows = outcome->rows,
                           .range = query->range,
                           .cut = outcome->cut,
                           .uncovered = outcome->uncovered,
                           .erased = outcome->erased,
                           .size = outcome->size};
}

/* Of a tree that is damaged there is another root than the one that was signed. */
static struct status compare_root(struct log_snapshot *log, const struct footer *footer)
{
    struct bytes note;
    struct checkpoint checkpoint;
    uint64_t size;
    TRY(log_read_checkpoint(log, footer->size, &note, &size));
    TRY(log_read_note(note, size, &checkpoint));
    return size != footer->size || digest_equal(&checkpoint.root, &footer->root)
               ? OK
               : FAIL_BECAUSE(CORRUPT, size, "the tree has another root than its checkpoint");
}

struct status footer_look(struct log_snapshot *log, struct footer *footer)
{
    struct log_counts counts;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    const struct tree_source source = log_tree_source(log);
    TRY(hasher_open(&hasher));
    footer->size = log_snapshot_size(log);
    TRY(tree_root_at(&source, hasher, footer->size, &footer->root));
    TRY(compare_root(log, footer));
    TRY(log_count(log, &counts));
    if (counts.emitted < counts.leaves) {
        return FAIL_BECAUSE(CORRUPT, footer->size,
                            "the emitters have counted fewer events than there are");
    }
    /* Each event is the next one of one emitter: what was counted and is not there, is gone. */
    footer->gaps = counts.emitted - counts.leaves;
    return OK;
}

bool footer_is_complete(const struct footer *footer)
{
    return (!footer->cut || footer->asked_for_cut) && footer->gaps == 0 && footer->erased == 0;
}

static void write_completeness(const struct footer *footer, struct text *out)
{
    const char *verdict = footer->cut                  ? "there are more"
                          : footer_is_complete(footer) ? "complete"
                                                       : "incomplete";
    text_add(out, ", %s (%" PRIu64 " gaps", verdict, footer->gaps);
    if (footer->erased > 0) {
        text_add(out, ", %" PRIu64 " bodies erased", footer->erased);
    }
    text_add(out, ", %" PRIu64 " not indexed yet)", footer->uncovered);
}

void footer_write(const struct footer *footer, const struct zone *zone, struct text *out)
{
    text_put_u64(out, footer->rows);
    if (footer->what != NULL) {
        text_add(out, " %s in", footer->what);
    } else {
        text_put_literal(out, " of");
    }
    text_add(out, " %" PRIu64 " events", footer->size);
    if (footer->range.since.kind != MOMENT_OPEN || footer->range.until.kind != MOMENT_OPEN) {
        text_put_literal(out, " in ");
        moment_range_write(&footer->range, zone, out);
    }
    write_completeness(footer, out);
}

static void write_duration(uint64_t us, struct text *out)
{
    if (us < 1000) {
        text_add(out, "%" PRIu64 " us", us);
    } else if (us < 1000000) {
        text_add(out, "%" PRIu64 ".%" PRIu64 " ms", us / 1000, us % 1000 / 100);
    } else {
        text_add(out, "%" PRIu64 ".%" PRIu64 " s", us / 1000000, us % 1000000 / 100000);
    }
}

void footer_write_position(const struct footer *footer, uint64_t took_us, struct text *out)
{
    text_add(out, "tree %" PRIu64 " root ", footer->size);
    text_put_base64(out, bytes_of(footer->root.sha256, DIGEST_SIZE));
    text_put_literal(out, ", ");
    write_duration(took_us, out);
}
