#include "auditd/ingest/kept.h"

#include <assert.h>
#include <stdlib.h>

struct kept {
    struct kept_limits limits;
    struct kept_amount amount;
    uint64_t first, unsent, end; /* numbers: the oldest, the first that was not sent, the next */
    struct kept_item items[KEPT_REQUESTS_MAX];
};

static struct kept_item *item_at(struct kept *kept, uint64_t number)
{
    return &kept->items[number % KEPT_REQUESTS_MAX];
}

struct status kept_open(struct kept_limits limits, struct kept **out)
{
    struct kept *kept = calloc(1, sizeof *kept);
    if (kept == NULL) {
        return FAIL(NO_MEMORY, sizeof *kept);
    }
    kept->limits = limits;
    *out = kept;
    return OK;
}

void kept_close(struct kept **kept)
{
    if (*kept != NULL) {
        for (uint64_t number = (*kept)->first; number < (*kept)->end; number++) {
            free(item_at(*kept, number)->frame);
        }
        free(*kept);
        *kept = NULL;
    }
}

void kept_limit(struct kept *kept, struct kept_limits limits)
{
    kept->limits = limits;
}

bool kept_has_room(const struct kept *kept)
{
    return kept->amount.events < kept->limits.events && kept->amount.bytes < kept->limits.bytes &&
           kept->end - kept->first < KEPT_REQUESTS_MAX;
}

struct status kept_add(struct kept *kept, size_t size, struct kept_item **item, uint64_t *number)
{
    if (kept->end - kept->first == KEPT_REQUESTS_MAX) {
        return FAIL_BECAUSE(LIMIT, KEPT_REQUESTS_MAX, "too many requests wait for the writer");
    }
    uint8_t *frame = malloc(size);
    if (frame == NULL) {
        return FAIL(NO_MEMORY, size);
    }
    *number = kept->end++;
    *item = item_at(kept, *number);
    **item = (struct kept_item){.frame = frame, .size = size};
    kept->amount.requests++;
    kept->amount.bytes += size;
    return OK;
}

void kept_count_events(struct kept *kept, struct kept_item *item, uint32_t events)
{
    kept->amount.events += events;
    item->events += events;
}

static void forget(struct kept *kept, struct kept_item *item)
{
    free(item->frame);
    item->frame = NULL;
    kept->amount.requests--;
    kept->amount.events -= item->events;
    kept->amount.bytes -= item->size;
}

void kept_take_back(struct kept *kept)
{
    assert(kept->end > kept->first && kept->end > kept->unsent);
    forget(kept, item_at(kept, --kept->end));
}

/* Sending --------------------------------------------------------------------------------- */

struct kept_item *kept_unsent(struct kept *kept, uint64_t *number)
{
    while (kept->unsent < kept->end && item_at(kept, kept->unsent)->frame == NULL) {
        kept->unsent++;
    }
    *number = kept->unsent;
    return kept->unsent < kept->end ? item_at(kept, kept->unsent) : NULL;
}

void kept_was_sent(struct kept *kept)
{
    assert(kept->unsent < kept->end);
    kept->unsent++;
}

void kept_begin_again(struct kept *kept)
{
    kept->unsent = kept->first;
}

/* Answers --------------------------------------------------------------------------------- */

struct kept_item *kept_find(struct kept *kept, uint32_t id, uint64_t *number)
{
    uint32_t ahead = id - (uint32_t)kept->first;
    *number = kept->first + ahead;
    if (*number >= kept->unsent || item_at(kept, *number)->frame == NULL) {
        return NULL;
    }
    return item_at(kept, *number);
}

void kept_end(struct kept *kept, uint64_t number)
{
    assert(number >= kept->first && number < kept->end);
    forget(kept, item_at(kept, number));
    while (kept->first < kept->end && item_at(kept, kept->first)->frame == NULL) {
        kept->first++;
    }
    if (kept->unsent < kept->first) {
        kept->unsent = kept->first;
    }
}

bool kept_next(struct kept *kept, uint64_t from, uint64_t *number, struct kept_item **item)
{
    for (*number = from > kept->first ? from : kept->first; *number < kept->end; ++*number) {
        *item = item_at(kept, *number);
        if ((*item)->frame != NULL) {
            return true;
        }
    }
    return false;
}

struct kept_amount kept_amount(const struct kept *kept)
{
    return kept->amount;
}
