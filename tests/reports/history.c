#include "tests/reports/history.h"

#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    FEW = 4, /* projects, sessions, users */
    DAY_S = 24 * 60 * 60,
};

static uint64_t below(struct history *history, uint64_t limit)
{
    return random_below(&history->random, limit);
}

static bool one_in(struct history *history, uint64_t count)
{
    return below(history, count) == 0;
}

/* An id is the position of the event that names the subject. */
static void name_subjects(struct history *history)
{
    uint64_t first = log_head_of(engine_log(history->engine))->size;
    for (unsigned i = 0; i < HISTORY_SUBJECTS; i++) {
        char memory[16];
        struct text name = TEXT_IN(memory);
        text_add(&name, "user %u", i);
        union event_body body = {.audit_subject_named = {.system = LITERAL("login"),
                                                         .class = SUBJECT_CLASS_USER,
                                                         .name = text_bytes(&name)}};
        must(engine_say(history->engine, VOICE_IMPORT,
                        &(struct draft){.kind = EVENT_AUDIT_SUBJECT_NAMED,
                                        .on = {NEW(ID_SUBJECT)},
                                        .on_count = 1,
                                        .body = &body}));
        history->subjects[i] = (struct id){ID_SUBJECT, first + i};
    }
    must(engine_flush(history->engine));
}

void history_begin(struct history *history, uint64_t seed)
{
    *history = (struct history){.random = seed, .flush_every = 100};
    scratch_begin(&history->scratch);
    scratch_store(&history->scratch, KEY_ED25519);
    history->engine = scratch_open(&history->scratch, false);
    name_subjects(history);
}

static void look_away(struct history *history)
{
    log_snapshot_close(&history->log);
    free(history->events);
    history->events = NULL;
    history->count = 0;
}

/* Writing --------------------------------------------------------------------------------- */

static union event_body record(struct history *history)
{
    struct digest digest = {0};
    static const char *const lines[] = {"a line", "Failed password for root", "say \"hi\"\tthere",
                                        "/cohort 7/a.csv", "\xc3\xa9t\xc3\xa9"};
    uint64_t number = history->occurrence++;
    memcpy(digest.sha256, &number, sizeof number);
    return (union event_body){.audit_record_imported = {.format = IMPORT_FORMAT_SYSLOG,
                                                        .system = LITERAL("login"),
                                                        .action = LITERAL("session opened"),
                                                        .digest = digest,
                                                        .occurrence = 1 + number % 7 * 1024,
                                                        .has_raw = true,
                                                        .raw = bytes_of_string(lines[number % 5]),
                                                        .has_user = number % 3 == 0,
                                                        .user = LITERAL("root")}};
}

/* One of the kinds, with its subjects and its body. */
static void draw_kind(struct history *history, struct draft *draft, union event_body *body)
{
    draft->on[0] = THE_LOG;
    draft->on_count = 1;
    switch (below(history, 8)) {
    case 0:
        draft->kind = EVENT_AUDIT_OBSERVED;
        body->audit_observed = (struct audit_observed){.what = LITERAL("door")};
        break;
    case 1:
        draft->kind = EVENT_EMITTER_DENIED;
        body->emitter_denied = (struct emitter_denied){.command = LITERAL("emitter.retire")};
        break;
    case 2:
        draft->kind = EVENT_USER_DENIED;
        body->user_denied = (struct user_denied){.command = LITERAL("user.register")};
        break;
    default:
        draft->kind = EVENT_AUDIT_RECORD_IMPORTED;
        *body = record(history);
        draft->on_count = 1 + below(history, 3);
        for (size_t i = 0; i < draft->on_count; i++) {
            draft->on[i] = history->subjects[below(history, HISTORY_SUBJECTS)];
        }
        break;
    }
}

static uint64_t draw_at(struct history *history)
{
    uint64_t now = history->scratch.clock_us;
    switch (below(history, 8)) {
    case 0:
    case 1:
        return 0;
    case 2:
        return now + below(history, DAY_S) * 1000000;
    default:
        return now - below(history, DAY_S) * 1000000;
    }
}

static void draw_circumstances(struct history *history, struct draft *draft)
{
    static const char *const sources[] = {"10.3.0.7", "10.3.0.70", "fe80::1%eth0", "tty 1"};
    static const char *const actors[] = {"user:3", "user:5", "proxy", "audit"};
    draft->outcome = (enum outcome)below(history, OUTCOME_COUNT);
    draft->at_utc_us = draw_at(history);
    if (one_in(history, 2)) {
        draft->source = bytes_of_string(sources[below(history, FEW)]);
    }
    if (one_in(history, 2)) {
        draft->actor = bytes_of_string(actors[below(history, FEW)]);
    }
    if (one_in(history, 3)) {
        draft->project = history->subjects[below(history, FEW)];
    }
    if (one_in(history, 3)) {
        draft->session = history->subjects[FEW + below(history, FEW)];
    }
    if (one_in(history, 3)) {
        draft->rule = (enum rule)(1 + below(history, RULE_COUNT - 1));
    }
}

void history_write(struct history *history, uint64_t count)
{
    uint64_t until_flush = 0;
    look_away(history);
    for (uint64_t i = 1; i <= count; i++) {
        struct draft draft = {0};
        union event_body body = {0};
        draw_kind(history, &draft, &body);
        draw_circumstances(history, &draft);
        draft.body = &body;
        if (history->rare_every > 0 && i % history->rare_every == 0) {
            draft.source = LITERAL("rare");
        }
        must(engine_say(history->engine, (enum engine_voice)below(history, VOICE_COUNT), &draft));
        if (until_flush-- == 0) {
            must(engine_flush(history->engine));
            history->scratch.clock_us += below(history, 4) * 60 * 1000000;
            until_flush = below(history, history->flush_every);
        }
    }
    must(engine_flush(history->engine));
}

void history_reopen(struct history *history)
{
    look_away(history);
    scratch_close(&history->engine);
    history->engine = scratch_open(&history->scratch, false);
}

void history_look(struct history *history)
{
    look_away(history);
    must(log_snapshot_open(engine_log(history->engine), &history->log));
    history->count = log_snapshot_size(history->log);
    history->events = calloc(history->count, sizeof *history->events);
    assert_non_null(history->events);
    for (uint64_t n = 0; n < history->count; n++) {
        struct bytes bytes;
        must(log_read_leaf(history->log, n, &bytes));
        must(leaf_decode(bytes, &history->events[n]));
    }
}

void history_end(struct history *history)
{
    look_away(history);
    scratch_close(&history->engine);
    scratch_end(&history->scratch);
}
