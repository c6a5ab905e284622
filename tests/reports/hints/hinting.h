/*
 * tests/reports/hints/hinting.h -- histories that are made up, and what the rules find in them.
 */
#ifndef TESTS_REPORTS_HINTS_HINTING_H
#define TESTS_REPORTS_HINTS_HINTING_H

#include "reports/hints/hint.h"
#include "schema/catalogue/catalogue.h"
#include "tests/reports/capture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    FOUND_MAX = 4096,
    DEEDS_MAX = 3000,
    HINTING_MEMORY = 64 << 20,
};

#define MINUTE_US (60 * TIME_SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

/* An event to be made. */
struct deed {
    enum event_kind kind;
    uint64_t time_us;
    const char *actor, *source, *rule;
    enum outcome outcome;
    struct id on[2];
    struct id project;
    union event_body *body; /* NULL: erased, or nothing in it matters */
};

struct found {
    const char *rule;
    char who[128], about[512];
    uint64_t because[HINT_BECAUSE_MAX], because_count, rests_on;
    uint64_t time_us;
};

struct hinting {
    void *memory;
    struct arena arena;
    struct hints *hints;
    struct hints_options options;
    uint64_t n;
    struct found found[FOUND_MAX];
    size_t count;
};

static inline struct status hinting_found(void *context, const struct hint *hint)
{
    struct hinting *hinting = context;
    assert_true(hinting->count < FOUND_MAX);
    struct found *found = &hinting->found[hinting->count++];
    *found = (struct found){.rule = hint->rule->name,
                            .because_count = hint->because_count,
                            .rests_on = hint->rests_on,
                            .time_us = hint->time_utc_us};
    snprintf(found->who, sizeof found->who, "%.*s", (int)hint->who.size,
             (const char *)hint->who.data);
    snprintf(found->about, sizeof found->about, "%.*s", (int)hint->about.size,
             (const char *)hint->about.data);
    assert_true(hint->because_count >= 1 && hint->because_count <= HINT_BECAUSE_MAX);
    assert_true(hint->rests_on >= hint->because_count);
    for (size_t i = 0; i < hint->because_count; i++) {
        found->because[i] = hint->because[i];
        assert_true(i == 0 || hint->because[i - 1] < hint->because[i]);
    }
    return OK;
}

/* With one rule, or with all of them. */
static inline void hinting_begin(struct hinting *hinting, const char *rule)
{
    size_t index;
    struct hints_options options = hinting->options;
    memset(hinting, 0, sizeof *hinting);
    hinting->memory = malloc(HINTING_MEMORY);
    hinting->arena = (struct arena){.memory = hinting->memory, .capacity = HINTING_MEMORY};
    options.arena = &hinting->arena;
    options.visit = hinting_found;
    options.context = hinting;
    memset(options.rules, 0, sizeof options.rules);
    if (rule != NULL) {
        assert_false(failed(hint_rule_find(bytes_of_string(rule), &index)));
        options.rules[index] = true;
    }
    assert_false(failed(hints_begin(&options, &hinting->hints)));
}

static inline void hinting_add(struct hinting *hinting, const struct deed *deed)
{
    static uint8_t memory[BODY_MAX];
    struct text body = {.data = (char *)memory, .capacity = sizeof memory};
    struct leaf leaf = {.n = hinting->n++,
                        .kind = deed->kind,
                        .t_utc_us = deed->time_us,
                        .actor = bytes_of_string(deed->actor == NULL ? "audit" : deed->actor),
                        .emitter = LITERAL("audit"),
                        .outcome = deed->outcome,
                        .project = deed->project,
                        .cause = LEAF_NO_CAUSE,
                        .on = {deed->on[0], deed->on[1]},
                        .on_count = deed->on[1].kind == ID_NONE ? 1 : 2};
    if (deed->on[0].kind == ID_NONE) {
        leaf.on[0] = (struct id){ID_LOG, 0};
    }
    if (deed->source != NULL) {
        leaf.source = bytes_of_string(deed->source);
    }
    if (deed->rule != NULL) {
        leaf.rule = bytes_of_string(deed->rule);
    }
    if (deed->body != NULL && hints_want_body(hinting->hints, deed->kind)) {
        text_put(&body, "0123456789abcdef", SALT_SIZE);
        event_body_encode(deed->kind, deed->body, &body);
    }
    assert_false(failed(hints_event(hinting->hints, &leaf, text_bytes(&body))));
}

static inline void hinting_end(struct hinting *hinting)
{
    assert_false(failed(hints_end(hinting->hints)));
}

static inline void hinting_free(struct hinting *hinting)
{
    free(hinting->memory);
    hinting->memory = NULL;
}

#endif
