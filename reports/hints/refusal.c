#include "reports/hints/rule.h"
#include "reports/subject.h"

#include <ctype.h>
#include <inttypes.h>

/*
 * Bursts: so many events of one key, each at most a window after the one before the last so many.
 * A burst has ended when the window goes by without another one.
 */

enum {
    BURST_RING = 16, /* more than any rule asks for */
    BURST_RULES = 4, /* that refused, by name; of more there is an ellipsis */
};

struct burst {
    uint64_t time[BURST_RING], n[BURST_RING]; /* of the last ones */
    uint64_t seen;
    struct hint_trail trail; /* count > 0: it is a burst */
    uint64_t first_us, last_us;
    char rules[BURST_RULES][RULE_MAX];
    size_t rule_count;
    bool counts, told;
};

struct burst_shape {
    uint64_t least; /* events, at most BURST_RING */
    uint64_t window_us;
    const char *noun;
};

/* A rule's name is shorter than the catalogue's limit. */
static void note_rule(struct burst *burst, struct bytes rule)
{
    for (size_t i = 0; i < burst->rule_count && i < BURST_RULES; i++) {
        if (bytes_equal(bytes_of_string(burst->rules[i]), rule)) {
            return;
        }
    }
    if (rule.size == 0 || rule.size >= RULE_MAX || burst->rule_count > BURST_RULES) {
        return;
    }
    if (burst->rule_count < BURST_RULES) {
        memset(burst->rules[burst->rule_count], 0, RULE_MAX);
        memcpy(burst->rules[burst->rule_count], rule.data, rule.size);
    }
    burst->rule_count++;
}

static void put_rules(const struct burst *burst, struct text *out)
{
    for (size_t i = 0; i < burst->rule_count; i++) {
        text_put_string(out, i == 0 ? " by " : ", ");
        text_put_string(out, i < BURST_RULES ? burst->rules[i] : "...");
    }
}

static struct status tell_burst(struct hints *hints, const struct burst_shape *shape,
                                struct bytes who, struct burst *burst)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    hint_put_count(&about, burst->trail.count, shape->noun);
    text_put_literal(&about, " within ");
    hint_put_duration(&about, burst->last_us - burst->first_us);
    put_rules(burst, &about);
    text_add(&about, "; %" PRIu64 " within ", shape->least);
    hint_put_duration(&about, shape->window_us);
    text_put_literal(&about, " are a burst");
    burst->told = true;
    return hint_tell(hints, &(struct hint_finding){.time_utc_us = burst->last_us,
                                                   .counts = burst->counts,
                                                   .who = who,
                                                   .about = &about,
                                                   .trail = &burst->trail});
}

static struct status end_burst(struct hints *hints, const struct burst_shape *shape,
                               struct bytes who, struct burst *burst)
{
    if (burst->trail.count > 0 && !burst->told) {
        TRY(tell_burst(hints, shape, who, burst));
    }
    *burst = (struct burst){0};
    return OK;
}

static void open_burst(const struct burst_shape *shape, struct burst *burst)
{
    uint64_t first = burst->seen - shape->least;
    burst->first_us = burst->time[first % BURST_RING];
    for (uint64_t i = first; i < burst->seen; i++) {
        hint_trail_add(&burst->trail, burst->n[i % BURST_RING]);
    }
}

static struct status add_to_burst(struct hints *hints, const struct burst_shape *shape,
                                  struct bytes who, struct burst *burst,
                                  const struct hint_event *event)
{
    uint64_t time = event->time_utc_us;
    /* Another system's records may come late: what is before the last one is of the same moment. */
    if (burst->seen > 0 && time < burst->last_us) {
        time = burst->last_us;
    }
    if (burst->seen > 0 && time - burst->last_us > shape->window_us) {
        TRY(end_burst(hints, shape, who, burst));
    }
    burst->time[burst->seen % BURST_RING] = time;
    burst->n[burst->seen % BURST_RING] = event->leaf->n;
    burst->seen++;
    burst->last_us = time;
    burst->counts = burst->counts || event->counts;
    note_rule(burst, event->leaf->rule);
    if (burst->trail.count > 0) {
        hint_trail_add(&burst->trail, event->leaf->n);
    } else if (burst->seen >= shape->least &&
               time - burst->time[(burst->seen - shape->least) % BURST_RING] <= shape->window_us) {
        open_burst(shape, burst);
        return hints->options.at_once ? tell_burst(hints, shape, who, burst) : OK;
    }
    return OK;
}

static struct status end_bursts(struct hints *hints, const struct burst_shape *shape,
                                struct tally *tally)
{
    for (uint32_t i = 0; i < tally->count; i++) {
        struct bytes who = tally_key(tally, i);
        TRY(end_burst(hints, shape, who, tally_value(tally, i)));
    }
    return OK;
}

static struct status begin_bursts(struct hints *hints, void *state)
{
    return hint_tally(hints, state, HINT_KEYS_MAX, sizeof(struct burst));
}

/* Refusals: somebody tries what he may not ------------------------------------------------ */

static const struct burst_shape refusals = {5, 5 * HINT_MINUTE_US, "refusal"};

static struct status refusal_event(struct hints *hints, void *state, const struct hint_event *event)
{
    struct tally *tally = state;
    void *burst;
    if (event->leaf->outcome != OUTCOME_DENIED || event->who.size == 0) {
        return OK;
    }
    TRY(tally_at(tally, event->who, &burst));
    return add_to_burst(hints, &refusals, event->who, burst, event);
}

static struct status refusal_end(struct hints *hints, void *state)
{
    return end_bursts(hints, &refusals, state);
}

static const struct hint_rule refusal_burst = {
    .info = {"refusal-burst", "Somebody is refused again and again: probing",
             "5 refusals of one person within 5 minutes", HINT_MEDIUM},
    .state_size = sizeof(struct tally),
    .begin = begin_bursts,
    .event = refusal_event,
    .end = refusal_end,
};

/* Failures from one address --------------------------------------------------------------- */

static const struct burst_shape failures = {10, 5 * HINT_MINUTE_US, "failure"};

static struct status failure_event(struct hints *hints, void *state, const struct hint_event *event)
{
    struct tally *tally = state;
    void *burst;
    if (event->leaf->outcome != OUTCOME_FAILED || event->leaf->source.size == 0) {
        return OK;
    }
    TRY(tally_at(tally, event->leaf->source, &burst));
    return add_to_burst(hints, &failures, event->leaf->source, burst, event);
}

static struct status failure_end(struct hints *hints, void *state)
{
    return end_bursts(hints, &failures, state);
}

static const struct hint_rule failure_burst = {
    .info = {"failure-burst", "From one address something fails again and again: guessing",
             "10 failures from one address within 5 minutes", HINT_MEDIUM},
    .state_size = sizeof(struct tally),
    .begin = begin_bursts,
    .event = failure_event,
    .end = failure_end,
};

/* A logon that fails, and then does not ---------------------------------------------------- */

enum {
    GUESSES = 3,
};

struct guessing {
    struct hint_trail trail;
    uint64_t first_us, last_us;
};

static bool contains(struct bytes text, const char *word)
{
    size_t size = strlen(word);
    for (size_t at = 0; at + size <= text.size; at++) {
        size_t same = 0;
        while (same < size && tolower(text.data[at + same]) == word[same]) {
            same++;
        }
        if (same == size) {
            return true;
        }
    }
    return false;
}

/* By the words that sshd, PAM, auditd, CloudTrail and we have for it. */
static bool is_logon(const struct hint_event *event)
{
    static const char *const words[] = {"login", "logon", "password", "publickey",
                                        "auth",  "mfa",   "session"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (contains(event->act, words[i])) {
            return !contains(event->act, "clos") && !contains(event->act, "invalidated");
        }
    }
    return false;
}

static struct status tell_guessed(struct hints *hints, const struct hint_event *event,
                                  const struct guessing *guessing)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    text_put_literal(&about, "logged on after ");
    hint_put_count(&about, guessing->trail.count, "failure");
    text_put_literal(&about, " within ");
    hint_put_duration(&about, event->time_utc_us - guessing->first_us);
    if (event->leaf->source.size > 0) {
        text_put_literal(&about, ", from ");
        text_put_bytes(&about, event->leaf->source);
    }
    return hint_tell_event(hints, event, &guessing->trail, &about);
}

static struct status guessed_event(struct hints *hints, void *state, const struct hint_event *event)
{
    struct tally *tally = state;
    void *value;
    if (event->who.size == 0 || !is_logon(event)) {
        return OK;
    }
    TRY(tally_at(tally, event->who, &value));
    struct guessing *guessing = value;
    bool near = guessing->trail.count > 0 && event->time_utc_us >= guessing->last_us &&
                event->time_utc_us - guessing->last_us <= 10 * HINT_MINUTE_US;
    if (!near) {
        *guessing = (struct guessing){.first_us = event->time_utc_us};
    }
    if (event->leaf->outcome != OUTCOME_OK) {
        hint_trail_add(&guessing->trail, event->leaf->n);
        guessing->last_us = event->time_utc_us;
        return OK;
    }
    if (near && guessing->trail.count >= GUESSES) {
        TRY(tell_guessed(hints, event, guessing));
        *guessing = (struct guessing){0};
    }
    return OK;
}

static struct status guessed_begin(struct hints *hints, void *state)
{
    return hint_tally(hints, state, HINT_KEYS_MAX, sizeof(struct guessing));
}

static const struct hint_rule guessed_logon = {
    .info = {"guessed-logon", "A logon fails several times and then succeeds: guessed, or mistyped",
             "3 failures of one person, each at most 10 minutes after the one before", HINT_HIGH},
    .state_size = sizeof(struct tally),
    .begin = guessed_begin,
    .event = guessed_event,
};

/* Denied, then allowed --------------------------------------------------------------------- */

struct denial {
    uint64_t n, time_utc_us;
    uint64_t rule_size;
    char rule[RULE_MAX];
    uint64_t count;
};

/* `vault.key` of `vault.key.denied`: what was wanted is of the same family. */
static struct bytes family_of(const struct leaf *leaf)
{
    struct bytes name = bytes_of_string(event_name(leaf->kind));
    while (name.size > 0 && name.data[name.size - 1] != '.') {
        name.size--;
    }
    return name;
}

static void put_denial(const struct denial *denial, const struct hint_event *event,
                       struct text *about)
{
    text_put_string(about, event_name(event->leaf->kind));
    text_put_literal(about, " on ");
    id_write(about, subject_of(event->leaf));
    text_put_literal(about, ", ");
    hint_put_duration(about, event->time_utc_us - denial->time_utc_us);
    text_put_literal(about, " after the last of ");
    hint_put_count(about, denial->count, "refusal");
    if (denial->rule_size > 0) {
        text_put_literal(about, " by ");
        text_put(about, denial->rule, denial->rule_size);
    }
}

static void note_denial(struct denial *denial, const struct hint_event *event)
{
    const struct leaf *leaf = event->leaf;
    denial->n = leaf->n;
    denial->time_utc_us = event->time_utc_us;
    denial->count++;
    denial->rule_size = leaf->rule.size < RULE_MAX ? leaf->rule.size : RULE_MAX;
    if (denial->rule_size > 0) {
        memcpy(denial->rule, leaf->rule.data, denial->rule_size);
    }
}

static struct status allowed_event(struct hints *hints, void *state, const struct hint_event *event)
{
    struct tally *tally = state;
    char thing_memory[HINT_NAME_SIZE], memory[HINT_ABOUT_SIZE];
    struct text thing = TEXT_IN(thing_memory), about = TEXT_IN(memory);
    void *value;
    const struct leaf *leaf = event->leaf;
    if (event->who.size == 0 || event->foreign || leaf->outcome == OUTCOME_FAILED) {
        return OK;
    }
    text_put_bytes(&thing, family_of(leaf));
    id_write(&thing, subject_of(leaf));
    if (leaf->outcome == OUTCOME_DENIED) {
        TRY(hint_at(tally, event->who, text_bytes(&thing), &value));
        note_denial(value, event);
        return OK;
    }
    struct denial *denial = hint_find(tally, event->who, text_bytes(&thing));
    if (denial == NULL || denial->count == 0 || event->time_utc_us < denial->time_utc_us) {
        return OK;
    }
    put_denial(denial, event, &about);
    const struct hint_trail earlier = {.n = {denial->n}, .count = 1};
    bool near = event->time_utc_us - denial->time_utc_us <= HINT_HOUR_US;
    *denial = (struct denial){0};
    return near ? hint_tell_event(hints, event, &earlier, &about) : OK;
}

static struct status allowed_begin(struct hints *hints, void *state)
{
    return hint_tally(hints, state, HINT_PAIRS_MAX, sizeof(struct denial));
}

static const struct hint_rule denied_then_allowed = {
    .info = {"denied-then-allowed", "What was refused is allowed a little later: who changed what?",
             "the same person, the same thing and family of events, within an hour", HINT_LOW},
    .state_size = sizeof(struct tally),
    .begin = allowed_begin,
    .event = allowed_event,
};

/* In somebody else's name ------------------------------------------------------------------- */

/* Whom the record claimed to be from is the last user that the refusal is about. */
static struct id claimed_user(const struct leaf *leaf)
{
    struct id claimed = {ID_NONE, 0};
    for (size_t i = 0; i < leaf->on_count; i++) {
        claimed = leaf->on[i].kind == ID_USER ? leaf->on[i] : claimed;
    }
    return claimed;
}

static struct status forged_event(struct hints *hints, void *state, const struct hint_event *event)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    const struct leaf *leaf = event->leaf;
    (void)state;
    if (leaf->outcome != OUTCOME_DENIED ||
        !bytes_equal(leaf->rule, bytes_of_string(rule_id(RULE_IDN_06E)))) {
        return OK;
    }
    const struct id claimed = claimed_user(leaf);
    text_put_literal(&about, "a command in the name of ");
    if (claimed.kind == ID_USER) {
        id_write(&about, claimed);
    } else {
        text_put_literal(&about, "somebody unknown");
    }
    text_put_literal(&about, " was not signed by that user's key");
    if (leaf->source.size > 0) {
        text_put_literal(&about, "; it came from ");
        text_put_bytes(&about, leaf->source);
    }
    return hint_tell_event(hints, event, NULL, &about);
}

static const struct hint_rule forged = {
    .info = {"forged", "Somebody gives a command in the name of a user without that user's key",
             "any such event", HINT_HIGH},
    .state_size = 8,
    .event = forged_event,
};

const struct hint_rule *const hint_rules_refusal[] = {
    &forged, &refusal_burst, &failure_burst, &guessed_logon, &denied_then_allowed, NULL};
