#include "reports/glyph.h"
#include "reports/hints/hint.h"
#include "reports/hints/rule.h"
#include "reports/query.h"

#include <assert.h>
#include <inttypes.h>

enum {
    SCRATCH_SIZE = 2 * BODY_MAX, /* bytes: lists take more room than their text */
    NAME_COLUMNS = 80,
    PAIR_SIZE = 2 * HINT_NAME_SIZE + LEAF_SOURCE_MAX,
};

/* The rules ------------------------------------------------------------------------------- */

static const char *const severities[HINT_SEVERITY_COUNT] = {"info", "low", "medium", "high",
                                                            "critical"};

const char *hint_severity_name(enum hint_severity severity)
{
    assert(severity < HINT_SEVERITY_COUNT);
    return severities[severity];
}

bool hint_severity_read(struct bytes name, enum hint_severity *out)
{
    for (unsigned i = 0; i < HINT_SEVERITY_COUNT; i++) {
        if (bytes_equal(name, bytes_of_string(severities[i]))) {
            *out = (enum hint_severity)i;
            return true;
        }
    }
    return false;
}

static const struct hint_rule *rule_at(size_t index)
{
    static const struct hint_rule *const *const files[] = {hint_rules_outflow, hint_rules_refusal,
                                                           hint_rules_rights,  hint_rules_vault,
                                                           hint_rules_novelty, hint_rules_rhythm};
    for (size_t file = 0; file < sizeof files / sizeof files[0]; file++) {
        for (size_t i = 0; files[file][i] != NULL; i++) {
            if (index-- == 0) {
                return files[file][i];
            }
        }
    }
    return NULL;
}

const struct hint_info *hint_rule(size_t index)
{
    const struct hint_rule *rule = rule_at(index);
    return rule == NULL ? NULL : &rule->info;
}

struct status hint_rule_find(struct bytes name, size_t *index)
{
    const struct hint_info *info;
    for (size_t i = 0; (info = hint_rule(i)) != NULL; i++) {
        if (bytes_equal(name, bytes_of_string(info->name))) {
            *index = i;
            return OK;
        }
    }
    return FAIL(NOT_FOUND, 0);
}

/* Beginning ------------------------------------------------------------------------------- */

static struct status add_rule(struct hints *hints, const struct hint_rule *rule)
{
    void *state = arena_take(hints->options.arena, rule->state_size);
    if (state == NULL) {
        return FAIL(NO_MEMORY, rule->state_size);
    }
    memset(state, 0, rule->state_size);
    hints->states[hints->rule_count] = state;
    hints->rules[hints->rule_count++] = rule;
    for (size_t i = 0; rule->bodies != NULL && rule->bodies[i] != EVENT_KIND_COUNT; i++) {
        hints->wants[rule->bodies[i]] = true;
    }
    return rule->begin == NULL ? OK : rule->begin(hints, state);
}

static bool is_wanted(const struct hints_options *options, size_t index)
{
    bool any = false;
    for (size_t i = 0; i < HINT_RULES_MAX; i++) {
        any = any || options->rules[i];
    }
    return !any || options->rules[index];
}

struct status hints_begin(const struct hints_options *options, struct hints **out)
{
    struct hints *hints = arena_take(options->arena, sizeof *hints);
    void *scratch = arena_take(options->arena, SCRATCH_SIZE);
    const struct hint_rule *rule;
    if (hints == NULL || scratch == NULL) {
        return FAIL(NO_MEMORY, sizeof *hints + SCRATCH_SIZE);
    }
    *hints = (struct hints){.options = *options,
                            .scratch = {.memory = scratch, .capacity = SCRATCH_SIZE}};
    /* Who did it and what, in a record of another system, only the body says. */
    hints->wants[EVENT_AUDIT_RECORD_IMPORTED] = true;
    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++) {
        if (is_wanted(options, i)) {
            TRY(add_rule(hints, rule));
        }
    }
    *out = hints;
    return OK;
}

bool hints_want_body(const struct hints *hints, enum event_kind kind)
{
    return hints->wants[kind];
}

/* Events ---------------------------------------------------------------------------------- */

static bool counts(const struct hints *hints, const struct hint_event *event)
{
    const struct moment *since = &hints->options.since;
    return since->kind == MOMENT_OPEN ||
           (since->kind == MOMENT_POSITION ? event->leaf->n : event->time_utc_us) >= since->value;
}

static void put_who(const struct hint_event *event, struct text *out)
{
    const struct bytes user = LITERAL("user:");
    if (event->foreign && event->body != NULL && event->body->audit_record_imported.has_user) {
        text_put_bytes(out, event->body->audit_record_imported.user);
        text_put_literal(out, " of ");
        text_put_bytes(out, event->body->audit_record_imported.system);
    } else if (!event->foreign && event->leaf->actor.size > user.size &&
               memcmp(event->leaf->actor.data, user.data, user.size) == 0) {
        text_put_bytes(out, event->leaf->actor);
    }
}

/* What is too long is known by the id of the subject: the user is the first, the action the last.
 */
static struct bytes whole(struct text *text, struct id otherwise)
{
    if (text->full) {
        text_clear(text);
        id_write(text, otherwise);
    }
    return text_bytes(text);
}

static struct status decode(struct hints *hints, const struct leaf *leaf, struct bytes body,
                            union event_body *out)
{
    arena_reset(&hints->scratch);
    if (body.size < SALT_SIZE ||
        failed(event_body_decode(leaf->kind, bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE),
                                 &hints->scratch, out))) {
        return FAIL_BECAUSE(CORRUPT, leaf->n, "the body is not what the kind of event has");
    }
    return OK;
}

/* What one rule has no room for is no failure of the others, if somebody is told of it. */
static struct status let_go_on(struct hints *hints, size_t index, uint64_t n, struct status status)
{
    bool no_room = status.code == STATUS_LIMIT || status.code == STATUS_NO_MEMORY;
    if (!no_room || hints->visit_failed || hints->options.gave_up == NULL) {
        return status;
    }
    hints->given_up[index] = true;
    hints->options.gave_up(hints->options.context, &hints->running->info, n);
    return OK;
}

struct status hints_event(struct hints *hints, const struct leaf *leaf, struct bytes body)
{
    char who_memory[HINT_NAME_SIZE], act_memory[HINT_NAME_SIZE];
    struct text who = TEXT_IN(who_memory), act = TEXT_IN(act_memory);
    union event_body decoded;
    struct hint_event event = {.leaf = leaf,
                               .foreign = leaf->kind == EVENT_AUDIT_RECORD_IMPORTED,
                               .time_utc_us = query_time_of(leaf)};
    if (body.size > 0 && hints->wants[leaf->kind]) {
        TRY(decode(hints, leaf, body, &decoded));
        event.body = &decoded;
    }
    put_who(&event, &who);
    if (event.foreign && event.body != NULL) {
        text_put_bytes(&act, decoded.audit_record_imported.action);
    } else {
        text_put_string(&act, event_name(leaf->kind));
    }
    event.who = whole(&who, leaf->on[0]);
    event.act = whole(&act, leaf->on[leaf->on_count - 1]);
    event.counts = counts(hints, &event);
    hints->newest_us = leaf->t_utc_us;
    for (size_t i = 0; i < hints->rule_count; i++) {
        hints->running = hints->rules[i];
        if (!hints->given_up[i]) {
            TRY(let_go_on(hints, i, leaf->n,
                          hints->running->event(hints, hints->states[i], &event)));
        }
    }
    return OK;
}

struct status hints_end(struct hints *hints)
{
    for (size_t i = 0; i < hints->rule_count; i++) {
        hints->running = hints->rules[i];
        if (hints->running->end != NULL && !hints->given_up[i]) {
            TRY(hints->running->end(hints, hints->states[i]));
        }
    }
    return OK;
}

/* What rules use -------------------------------------------------------------------------- */

struct status hint_tally(struct hints *hints, struct tally *tally, uint32_t limit,
                         size_t value_size)
{
    return tally_init(tally, hints->options.arena,
                      &(struct tally_options){
                          .limit = limit,
                          .value_size = value_size,
                          .why = "too many different people, addresses or things for one pass: "
                                 "narrow it with filters"});
}

/* Names have no byte 0. */
static struct bytes put_pair(struct text *key, struct bytes first, struct bytes second)
{
    text_put_bytes(key, first);
    text_put_char(key, '\0');
    text_put_bytes(key, second);
    assert(!key->full);
    return text_bytes(key);
}

struct status hint_at(struct tally *tally, struct bytes first, struct bytes second, void **value)
{
    char memory[PAIR_SIZE];
    struct text key = TEXT_IN(memory);
    return tally_at(tally, put_pair(&key, first, second), value);
}

void *hint_find(const struct tally *tally, struct bytes first, struct bytes second)
{
    char memory[PAIR_SIZE];
    struct text key = TEXT_IN(memory);
    return tally_find(tally, put_pair(&key, first, second));
}

struct status hint_tell(struct hints *hints, const struct hint_finding *finding)
{
    if (!finding->counts) {
        return OK;
    }
    uint64_t count = finding->trail->count;
    const struct hint hint = {
        .rule = &hints->running->info,
        .time_utc_us = finding->time_utc_us,
        .who = finding->who,
        .about = text_bytes(finding->about),
        .because = finding->trail->n,
        .because_count = count < HINT_BECAUSE_MAX ? count : HINT_BECAUSE_MAX,
        .rests_on = count,
        .on = finding->last == NULL ? NULL : finding->last->on,
        .on_count = finding->last == NULL ? 0 : finding->last->on_count,
    };
    struct status status = hints->options.visit(hints->options.context, &hint);
    hints->visit_failed = hints->visit_failed || failed(status);
    return status;
}

struct status hint_tell_event(struct hints *hints, const struct hint_event *event,
                              const struct hint_trail *earlier, const struct text *about)
{
    struct hint_trail trail = {0};
    if (earlier != NULL) {
        trail = *earlier;
    }
    hint_trail_add(&trail, event->leaf->n);
    return hint_tell(hints, &(struct hint_finding){.time_utc_us = event->time_utc_us,
                                                   .counts = event->counts,
                                                   .who = event->who,
                                                   .about = about,
                                                   .trail = &trail,
                                                   .last = event->leaf});
}

void hint_put_name(struct text *out, struct bytes name)
{
    struct glyph glyph;
    size_t width = 0;
    while (glyph_next(&name, &glyph)) {
        width += glyph_width(&glyph);
        if (width > NAME_COLUMNS) {
            text_put_literal(out, "...");
            return;
        }
        text_put_bytes(out, glyph.bytes);
    }
}

void hint_put_duration(struct text *out, uint64_t us)
{
    if (us >= 2 * HINT_DAY_US) {
        text_add(out, "%" PRIu64 " days", us / HINT_DAY_US);
    } else if (us >= 2 * HINT_HOUR_US) {
        text_add(out, "%" PRIu64 " h", us / HINT_HOUR_US);
    } else if (us >= 2 * HINT_MINUTE_US) {
        text_add(out, "%" PRIu64 " min", us / HINT_MINUTE_US);
    } else {
        text_add(out, "%" PRIu64 " s", us / TIME_SECOND_US);
    }
}

void hint_put_bytes(struct text *out, uint64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    uint64_t tenths = bytes * 10;
    size_t unit = 0;
    while (tenths >= 10000 && unit + 1 < sizeof units / sizeof units[0]) {
        tenths = (tenths + 500) / 1000;
        unit++;
    }
    text_add(out, "%" PRIu64, tenths / 10);
    if (unit > 0 && tenths % 10 != 0) {
        text_add(out, ".%" PRIu64, tenths % 10);
    }
    text_add(out, " %s", units[unit]);
}

void hint_put_day(struct text *out, uint64_t utc_us)
{
    const struct civil_time civil = time_civil(utc_us);
    text_add(out, "%04" PRIu32 "-%02" PRIu32 "-%02" PRIu32, civil.year, civil.month, civil.day);
}

void hint_put_count(struct text *out, uint64_t count, const char *noun)
{
    text_add(out, "%" PRIu64 " %s%s", count, noun, count == 1 ? "" : "s");
}
