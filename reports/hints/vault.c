#include "reports/hints/rule.h"

/* A key that is fetched opens the file for ever: without reading it here, where is it read? */

enum {
    PENDING_MAX = 4096, /* keys fetched within the window and not used yet */
    WINDOW_H = 24,
};

struct fetch { /* of one person and file */
    struct bytes who;
    uint64_t n, t_utc_us;
    bool pending;
};

struct pending { /* a queue, oldest first */
    struct id file;
    struct fetch *fetch;
    uint64_t n; /* fetch->n as it was then: a later one is another entry */
    bool counts;
};

struct unread {
    struct tally fetches;
    struct pending queue[PENDING_MAX];
    uint64_t first, past; /* positions in the queue, modulo its size */
};

static const struct pending *oldest(const struct unread *unread)
{
    return &unread->queue[unread->first % PENDING_MAX];
}

static bool is_open(const struct pending *pending)
{
    return pending->fetch->pending && pending->fetch->n == pending->n;
}

static struct status tell_unread(struct hints *hints, const struct pending *pending)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    const struct hint_trail trail = {.n = {pending->n}, .count = 1};
    const struct leaf fetched = {.on = {pending->file}, .on_count = 1};
    text_put_literal(&about, "fetched the key of ");
    id_write(&about, pending->file);
    text_put_literal(&about, " and neither read nor wrote nor shared anything of it within ");
    hint_put_duration(&about, WINDOW_H * HINT_HOUR_US);
    return hint_tell(hints, &(struct hint_finding){.time_utc_us = pending->fetch->t_utc_us,
                                                   .counts = pending->counts,
                                                   .who = pending->fetch->who,
                                                   .about = &about,
                                                   .trail = &trail,
                                                   .last = &fetched});
}

/* Recorded times never decrease, so that whose time is over stands first. */
static struct status let_go(struct hints *hints, struct unread *unread, uint64_t now_us)
{
    while (unread->first < unread->past) {
        const struct pending *pending = oldest(unread);
        if (is_open(pending) && now_us - pending->fetch->t_utc_us <= WINDOW_H * HINT_HOUR_US) {
            return OK;
        }
        if (is_open(pending)) {
            pending->fetch->pending = false;
            TRY(tell_unread(hints, pending));
        }
        unread->first++;
    }
    return OK;
}

/* Takes out what is not pending any more. */
static void close_up(struct unread *unread)
{
    uint64_t kept = unread->first;
    for (uint64_t i = unread->first; i < unread->past; i++) {
        const struct pending pending = unread->queue[i % PENDING_MAX];
        if (is_open(&pending)) {
            unread->queue[kept++ % PENDING_MAX] = pending;
        }
    }
    unread->past = kept;
}

static struct status fetched(struct hints *hints, struct unread *unread,
                             const struct hint_event *event, struct fetch *fetch)
{
    if (unread->past - unread->first == PENDING_MAX) {
        close_up(unread);
    }
    if (unread->past - unread->first == PENDING_MAX) {
        return FAIL_BECAUSE(LIMIT, PENDING_MAX,
                            "too many keys fetched within a day and not used: narrow it with "
                            "filters, like --actor");
    }
    if (fetch->who.data == NULL) {
        fetch->who = arena_copy(hints->options.arena, event->who);
    }
    if (fetch->who.data == NULL) {
        return FAIL(NO_MEMORY, event->who.size);
    }
    fetch->n = event->leaf->n;
    fetch->t_utc_us = event->leaf->t_utc_us;
    fetch->pending = true;
    unread->queue[unread->past++ % PENDING_MAX] =
        (struct pending){event->leaf->on[0], fetch, event->leaf->n, event->counts};
    return OK;
}

static bool uses_key(enum event_kind kind)
{
    return kind == EVENT_VAULT_CHUNK_READ || kind == EVENT_VAULT_CHUNK_WRITTEN ||
           kind == EVENT_VAULT_FILE_SHARED || kind == EVENT_VAULT_KEY_DEPOSITED ||
           kind == EVENT_VAULT_FILE_PROJECT_CHANGED;
}

static struct status unread_event(struct hints *hints, void *state, const struct hint_event *event)
{
    struct unread *unread = state;
    char memory[64];
    struct text file = TEXT_IN(memory);
    void *fetch;
    const struct leaf *leaf = event->leaf;
    TRY(let_go(hints, unread, leaf->t_utc_us));
    bool fetches = leaf->kind == EVENT_VAULT_KEY_FETCHED;
    if (event->who.size == 0 || leaf->outcome != OUTCOME_OK ||
        (!fetches && !uses_key(leaf->kind))) {
        return OK;
    }
    id_write(&file, leaf->on[0]);
    TRY(hint_at(&unread->fetches, event->who, text_bytes(&file), &fetch));
    if (fetches) {
        return fetched(hints, unread, event, fetch);
    }
    ((struct fetch *)fetch)->pending = false;
    return OK;
}

static struct status unread_end(struct hints *hints, void *state)
{
    return let_go(hints, state, hints->newest_us);
}

static struct status unread_begin(struct hints *hints, void *state)
{
    struct unread *unread = state;
    return hint_tally(hints, &unread->fetches, HINT_PAIRS_MAX, sizeof(struct fetch));
}

static const struct hint_rule key_unread = {
    .info = {"key-unread",
             "A file's key is fetched and nothing is read: it can be read elsewhere, from a backup",
             "no chunk of the file read or written, no sharing by the same person within 24 hours",
             HINT_MEDIUM},
    .state_size = sizeof(struct unread),
    .begin = unread_begin,
    .event = unread_event,
    .end = unread_end,
};

const struct hint_rule *const hint_rules_vault[] = {&key_unread, NULL};
