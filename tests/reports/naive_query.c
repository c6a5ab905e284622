#include "tests/reports/naive_query.h"

#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    TEXT_SIZE = 128,
};

/* The values that an event has for a member, as people write them. */
struct texts {
    char at[LEAF_SUBJECTS_MAX][TEXT_SIZE];
    size_t count;
};

static void add_text(struct texts *texts, struct bytes bytes)
{
    if (bytes.size > 0) {
        assert_true(bytes.size < TEXT_SIZE);
        memcpy(texts->at[texts->count], bytes.data, bytes.size);
        texts->at[texts->count++][bytes.size] = '\0';
    }
}

static void add_id(struct texts *texts, struct id id)
{
    if (id.kind != ID_NONE) {
        snprintf(texts->at[texts->count++], TEXT_SIZE, "%s:%llu", id_kind_name(id.kind),
                 (unsigned long long)id.n);
    }
}

static void texts_of(const struct leaf *leaf, enum query_member member, struct texts *out)
{
    out->count = 0;
    switch (member) {
    case QUERY_ACTOR:
        add_text(out, leaf->actor);
        break;
    case QUERY_EMITTER:
        add_text(out, leaf->emitter);
        break;
    case QUERY_KIND:
        add_text(out, bytes_of_string(event_name(leaf->kind)));
        break;
    case QUERY_ON:
    case QUERY_USER:
    case QUERY_HOST:
    case QUERY_ACTION:
        for (size_t i = 0; i < leaf->on_count; i++) {
            add_id(out, leaf->on[i]);
        }
        break;
    case QUERY_OUTCOME:
        add_text(out, bytes_of_string(outcome_name(leaf->outcome)));
        break;
    case QUERY_PROJECT:
        add_id(out, leaf->project);
        break;
    case QUERY_RULE:
        add_text(out, leaf->rule);
        break;
    case QUERY_SESSION:
        add_id(out, leaf->session);
        break;
    case QUERY_SOURCE:
        add_text(out, leaf->source);
        break;
    case QUERY_MEMBER_COUNT:
        break;
    }
}

/* `*` and `?` only. */
static bool is_like(const char *pattern, const char *text)
{
    if (*pattern == '*') {
        return is_like(pattern + 1, text) || (*text != '\0' && is_like(pattern, text + 1));
    }
    if (*pattern == '\0' || *text == '\0') {
        return *pattern == *text;
    }
    return (*pattern == '?' || *pattern == *text) && is_like(pattern + 1, text + 1);
}

static bool has_value(const struct query_value *value, const struct leaf *leaf)
{
    struct texts texts;
    texts_of(leaf, value->member, &texts);
    for (size_t i = 0; i < texts.count; i++) {
        bool same = value->member == QUERY_KIND ? is_like(value->text, texts.at[i])
                                                : strcmp(value->text, texts.at[i]) == 0;
        if (same) {
            return true;
        }
    }
    return false;
}

bool naive_meets(const struct query *query, const struct leaf *leaf)
{
    for (unsigned member = 0; member < QUERY_MEMBER_COUNT; member++) {
        bool asked = false, any = false;
        for (size_t i = 0; i < query->value_count; i++) {
            const struct query_value *value = &query->values[i];
            if (value->member != member) {
                continue;
            }
            bool has = has_value(value, leaf);
            if (value->excluded && has) {
                return false;
            }
            asked = asked || !value->excluded;
            any = any || (!value->excluded && has);
        }
        if (asked && !any) {
            return false;
        }
    }
    return true;
}

bool naive_in_range(const struct query *query, const struct leaf *leaf)
{
    uint64_t time = leaf->t_utc_us;
    if (!query->by_received && leaf->at_utc_us > 0 && leaf->at_utc_us < time) {
        time = leaf->at_utc_us;
    }
    const struct moment *since = &query->range.since, *until = &query->range.until;
    bool early = (since->kind == MOMENT_TIME && time < since->value) ||
                 (since->kind == MOMENT_POSITION && leaf->n < since->value);
    bool late = (until->kind == MOMENT_TIME && time >= until->value) ||
                (until->kind == MOMENT_POSITION && leaf->n >= until->value);
    return !early && !late;
}

bool naive_is_within(const struct query *query, const struct leaf *leaf)
{
    bool of = query->within.kind == ID_NONE || id_equal(leaf->project, query->within);
    for (size_t i = 0; i < leaf->on_count; i++) {
        of = of || id_equal(leaf->on[i], query->within);
    }
    return of && leaf->n >= query->first && (query->end == 0 || leaf->n < query->end);
}

void random_narrowing(struct history *history, struct query *query)
{
    const struct leaf *leaf = &history->events[random_below(&history->random, history->count)];
    if (random_below(&history->random, 2) == 0) {
        query->within = random_below(&history->random, 4) == 0 ? leaf->on[0] : leaf->project;
    }
    if (random_below(&history->random, 3) == 0) {
        query->first = random_below(&history->random, history->count);
    }
    if (random_below(&history->random, 3) == 0) {
        query->end = 1 + random_below(&history->random, history->count + 9);
    }
}

void naive_run(const struct query *query, const struct history *history, struct naive_answer *out)
{
    out->count = 0;
    out->cut = false;
    for (uint64_t i = 0; i < history->count && !out->cut; i++) {
        uint64_t n = query->newest_first ? history->count - 1 - i : i;
        const struct leaf *leaf = &history->events[n];
        if (!naive_in_range(query, leaf) || !naive_meets(query, leaf) ||
            !naive_is_within(query, leaf)) {
            continue;
        }
        if (query->limit > 0 && out->count == query->limit) {
            out->cut = true;
        } else {
            out->rows[out->count++] = n;
        }
    }
}

/* Asking ---------------------------------------------------------------------------------- */

static const struct leaf *random_event(struct history *history)
{
    return &history->events[random_below(&history->random, history->count)];
}

/* `audit.*`, `*.denied`, `audit.o?served`: of a kind that is there. */
static void blur(struct history *history, char *kind)
{
    size_t size = strlen(kind), at = random_below(&history->random, size);
    switch (random_below(&history->random, 4)) {
    case 0:
        kind[at] = '*';
        kind[at + 1] = '\0';
        break;
    case 1:
        kind[at] = '?';
        break;
    case 2:
        memmove(kind + 1, kind + at, size - at + 1);
        kind[0] = '*';
        break;
    default:
        break;
    }
}

static void add_random_value(struct history *history, struct query *query)
{
    static const char *const strangers[QUERY_MEMBER_COUNT] = {
        "user:999", "nobody", "audit.genesis", "log:0",   "subject:999", "emitter:1",
        "user:1",   "failed", "subject:77",    "IDN-01a", "user:77",     "192.0.2.1",
    };
    struct texts texts;
    char memory[TEXT_SIZE + 1];
    struct text value = TEXT_IN(memory);
    enum query_member member =
        (enum query_member)random_below(&history->random, QUERY_MEMBER_COUNT);
    texts_of(random_event(history), member, &texts);
    if (member == QUERY_KIND) {
        blur(history, texts.at[0]);
    }
    text_put_string(&value, random_below(&history->random, 4) == 0 ? "!" : "");
    text_put_string(&value, texts.count == 0 || random_below(&history->random, 12) == 0
                                ? strangers[member]
                                : texts.at[random_below(&history->random, texts.count)]);
    must(query_add(query, member, text_bytes(&value)));
}

static struct moment random_moment(struct history *history)
{
    const struct leaf *leaf = random_event(history);
    uint64_t time = random_below(&history->random, 2) == 0 ? leaf->t_utc_us : query_time_of(leaf);
    switch (random_below(&history->random, 4)) {
    case 0:
        return (struct moment){MOMENT_TIME, time + random_below(&history->random, 3) - 1};
    case 1:
        return (struct moment){MOMENT_POSITION, random_below(&history->random, history->count + 9)};
    default:
        return (struct moment){MOMENT_OPEN, 0};
    }
}

void random_query(struct history *history, struct query *out)
{
    *out = (struct query){
        .range = {random_moment(history), random_moment(history)},
        .by_received = random_below(&history->random, 2) == 0,
        .newest_first = random_below(&history->random, 2) == 0,
        .limit = random_below(&history->random, 2) == 0 ? random_below(&history->random, 30) : 0,
    };
    for (uint64_t count = random_below(&history->random, 5); count > 0; count--) {
        add_random_value(history, out);
    }
}
