#include "reports/access/interval.h"

/* A walk on its way. */
struct walk {
    const struct interval_question *question;
    struct basis *basis;
    struct view view;
    struct interval_moment at;
    struct interval open; /* the interval that has begun */
    interval_visit *visit;
    void *context;
};

/* Answers ------------------------------------------------------------------------------------ */

static bool same_fact(const struct access_fact *a, const struct access_fact *b)
{
    return a->kind == b->kind && a->holds == b->holds && id_equal(a->about, b->about);
}

static bool same_answer(const struct access *a, const struct access *b)
{
    if (a->allowed != b->allowed || a->class != b->class || a->rule != b->rule ||
        a->fact_count != b->fact_count) {
        return false;
    }
    for (size_t i = 0; i < a->fact_count; i++) {
        if (!same_fact(&a->facts[i], &b->facts[i])) {
            return false;
        }
    }
    return true;
}

/* Adds an event in its order; false if there is no room. */
static bool add_event(struct interval *interval, uint64_t n)
{
    size_t at = interval->event_count;
    while (at > 0 && interval->events[at - 1] > n) {
        at--;
    }
    if (at > 0 && interval->events[at - 1] == n) {
        return true;
    }
    if (interval->event_count == INTERVAL_EVENTS_MAX) {
        return false;
    }
    memmove(interval->events + at + 1, interval->events + at,
            (interval->event_count - at) * sizeof interval->events[0]);
    interval->events[at] = n;
    interval->event_count++;
    return true;
}

static bool add_events(struct interval *interval, const struct access *access)
{
    for (size_t i = 0; i < access->fact_count; i++) {
        if (access->facts[i].made_by != UINT64_MAX &&
            !add_event(interval, access->facts[i].made_by)) {
            return false;
        }
    }
    return true;
}

/* Going on with the same answer, if its events have room. */
static bool goes_on(struct interval *interval, const struct access *access)
{
    size_t count = interval->event_count;
    uint64_t before[INTERVAL_EVENTS_MAX];
    memcpy(before, interval->events, sizeof before);
    if (same_answer(&interval->access, access) && add_events(interval, access)) {
        interval->access = *access;
        return true;
    }
    memcpy(interval->events, before, sizeof before);
    interval->event_count = count;
    return false;
}

/* Walking ------------------------------------------------------------------------------------ */

static struct status ask(struct walk *walk, struct access *out)
{
    const struct interval_question *question = walk->question;
    walk->view.as_of_n = walk->at.n;
    walk->view.now_utc_us = walk->at.utc_us;
    basis_watch(walk->basis, &walk->view);
    access_of(question->verb, &walk->view, &question->reader, question->object, out);
    walk->view.watcher = NULL;
    return *walk->view.trouble;
}

/* Where the answer may be another one. What ends at the time of an event has ended before it: that
 * is what was decided upon.
 * INTERVAL_STILL: nowhere before the end. */
static struct status find_next(const struct walk *walk, struct interval_moment *next,
                               enum interval_end *end)
{
    const struct interval_question *question = walk->question;
    uint64_t n, n_utc_us = UINT64_MAX, expiry_utc_us = basis_next_time(walk->basis);
    TRY(basis_next_event(walk->basis, walk->view.state, &n));
    bool has_event = n < question->to.n;
    TRY(has_event ? question->time_of(question->context, n, &n_utc_us) : OK);
    bool has_expiry = expiry_utc_us < question->to.utc_us;
    if (has_expiry && (!has_event || expiry_utc_us <= n_utc_us)) {
        *next = (struct interval_moment){.n = walk->at.n, .utc_us = expiry_utc_us};
        *end = INTERVAL_EXPIRY;
        return OK;
    }
    *next = has_event ? (struct interval_moment){.n = n, .utc_us = n_utc_us} : question->to;
    *end = has_event ? INTERVAL_EVENT : INTERVAL_STILL;
    return OK;
}

static void begin(struct walk *walk, const struct access *access)
{
    walk->open = (struct interval){.from = walk->at, .access = *access};
    (void)add_events(&walk->open, access); /* one answer's facts have room */
}

static struct status finish(struct walk *walk, enum interval_end end, const struct access *next)
{
    walk->open.to = walk->at;
    walk->open.end = end;
    if (next != NULL) {
        walk->open.next = *next;
    }
    return walk->visit(walk->context, &walk->open);
}

struct status interval_each(const struct interval_question *question, struct basis *basis,
                            interval_visit *visit, void *context)
{
    struct access access;
    enum interval_end end;
    struct walk walk = {.question = question,
                        .basis = basis,
                        .view = question->view,
                        .at = question->from,
                        .visit = visit,
                        .context = context};
    TRY(ask(&walk, &access));
    begin(&walk, &access);
    for (;;) {
        TRY(find_next(&walk, &walk.at, &end));
        if (end == INTERVAL_STILL) {
            return finish(&walk, end, NULL);
        }
        TRY(ask(&walk, &access));
        if (!goes_on(&walk.open, &access)) {
            TRY(finish(&walk, end, &access));
            begin(&walk, &access);
        }
    }
}
