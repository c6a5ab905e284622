#include "reports/alerts/scan.h"

#include "core/audit/alert.h"
#include "reports/query.h"

enum {
    VIEW_ARENA = 256 << 10, /* bytes for rows that are looked up */
    SUBJECTS_MAX = LEAF_SUBJECTS_MAX - 1,
    EVENTS_AT_ONCE = 500, /* said before they are made durable */
};

/* A finding that no alert has been raised for. */
struct pending {
    const char *rule, *sentence; /* static */
    enum severity severity;
    struct digest identity;
    uint64_t because[HINT_BECAUSE_MAX];
    size_t because_count;
    struct id on[SUBJECTS_MAX];
    size_t on_count;
};

struct scan {
    const struct alert_scan_options *options;
    struct alert_scan_outcome *outcome;
    struct log_snapshot *log;
    struct hints *hints;
    struct failures *failures;
    struct pending *pending; /* ALERT_SCAN_MAX */
    size_t pending_count;
    struct arena rows; /* for looking up */
    struct status trouble;
};

/* Findings -------------------------------------------------------------------------------- */

static struct view view_of(struct scan *scan)
{
    arena_reset(&scan->rows);
    return engine_view(scan->options->engine, UINT64_MAX, &scan->rows, &scan->trouble);
}

static bool is_pending(const struct scan *scan, const struct digest *identity)
{
    for (size_t i = 0; i < scan->pending_count; i++) {
        if (digest_equal(&scan->pending[i].identity, identity)) {
            return true;
        }
    }
    return false;
}

/* Notes it, unless there is an alert of it. LIMIT if there is no room: the scan ends there. */
static struct status note(struct scan *scan, const struct pending *found)
{
    struct id known;
    if (found->severity < scan->options->least) {
        return OK;
    }
    struct view view = view_of(scan);
    struct digest identity = alert_identity_of(&view, bytes_of_string(found->rule), found->because,
                                               found->because_count);
    bool is_known = is_pending(scan, &identity) || alert_known(&view, &identity, &known);
    TRY(scan->trouble);
    if (is_known) {
        scan->outcome->known++;
        return OK;
    }
    if (scan->pending_count == ALERT_SCAN_MAX) {
        scan->outcome->cut = true;
        return FAIL(INTERRUPTED, ALERT_SCAN_MAX);
    }
    scan->pending[scan->pending_count] = *found;
    scan->pending[scan->pending_count++].identity = identity;
    return OK;
}

static struct status note_hint(void *context, const struct hint *hint)
{
    struct pending found = {.rule = hint->rule->name,
                            .sentence = hint->rule->sentence,
                            .severity = (enum severity)hint->rule->severity,
                            .because_count = hint->because_count};
    memcpy(found.because, hint->because, hint->because_count * sizeof *hint->because);
    for (size_t i = 0; i < hint->on_count && found.on_count < SUBJECTS_MAX; i++) {
        found.on[found.on_count] = hint->on[i];
        found.on_count += hint->on[i].kind == ID_LOG ? 0 : 1;
    }
    return note(context, &found);
}

static struct status note_failure(void *context, const struct failure *failure)
{
    struct pending found = {.rule = failure->rule->name,
                            .sentence = failure->rule->sentence,
                            .severity = failure->rule->severity,
                            .because_count = failure->because_count,
                            .on = {failure->on},
                            .on_count = failure->on.kind == ID_LOG ? 0 : 1};
    memcpy(found.because, failure->because, sizeof failure->because);
    return note(context, &found);
}

/* Folding --------------------------------------------------------------------------------- */

static struct status time_of(struct scan *scan, uint64_t n, uint64_t *utc_us)
{
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_read_leaf(scan->log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    *utc_us = leaf.t_utc_us;
    return OK;
}

/* Where what is usual begins: so long before the first event that is told of. */
static struct status find_start(struct scan *scan, uint64_t *start)
{
    uint64_t from = scan->outcome->from, utc_us = 0;
    *start = from;
    if (from >= scan->outcome->to) {
        return OK;
    }
    TRY(time_of(scan, from, &utc_us));
    TRY(query_position_at(scan->log, utc_us > ALERT_USUAL_US ? utc_us - ALERT_USUAL_US : 0, start));
    *start = *start < from ? *start : from;
    return OK;
}

static struct status fold_one(struct scan *scan, uint64_t n)
{
    struct bytes bytes, body = {0};
    struct leaf leaf;
    TRY(log_read_leaf(scan->log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    bool wanted = hints_want_body(scan->hints, leaf.kind) || failures_want_body(leaf.kind);
    if (wanted) {
        TRY(log_read_body(scan->log, &leaf, &body));
    }
    TRY(hints_event(scan->hints, &leaf, body));
    struct bytes unsalted =
        body.size > SALT_SIZE ? bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE) : body;
    return failures_event(scan->failures, &leaf, unsalted);
}

static struct status fold_all(struct scan *scan)
{
    uint64_t start;
    TRY(find_start(scan, &start));
    for (uint64_t n = start; n < scan->outcome->to; n++) {
        struct status status = fold_one(scan, n);
        if (scan->outcome->cut) {
            scan->outcome->to = n;
            return OK;
        }
        TRY(status);
    }
    struct status status = hints_end(scan->hints);
    status = failed(status) ? status : failures_end(scan->failures);
    return scan->outcome->cut ? OK : status;
}

static struct status begin(struct scan *scan)
{
    const struct alert_scan_options *options = scan->options;
    struct arena *arena = options->arena;
    struct view view = view_of(scan);
    uint64_t from = options->has_since ? options->since : alert_scanned(&view);
    scan->outcome->to = log_snapshot_size(scan->log);
    scan->outcome->from = from < scan->outcome->to ? from : scan->outcome->to;
    scan->pending = arena_take(arena, ALERT_SCAN_MAX * sizeof *scan->pending);
    scan->failures = arena_take(arena, sizeof *scan->failures);
    struct arena *rows = arena_take(arena, sizeof *rows);
    void *row_memory = arena_take(arena, FAILURE_ARENA);
    if (arena->full) {
        return FAIL(NO_MEMORY, ALERT_SCAN_MEMORY);
    }
    *rows = (struct arena){.memory = row_memory, .capacity = FAILURE_ARENA};
    view.as_of_n = scan->outcome->to == 0 ? 0 : scan->outcome->to - 1;
    view.now_utc_us = options->now_utc_us;
    failures_begin(&(struct failures_options){.view = view,
                                              .arena = rows,
                                              .since = scan->outcome->from,
                                              .visit = note_failure,
                                              .context = scan},
                   scan->failures);
    TRY(scan->trouble);
    return hints_begin(
        &(struct hints_options){.arena = arena,
                                .since = {.kind = MOMENT_POSITION, .value = scan->outcome->from},
                                .at_once = true,
                                .visit = note_hint,
                                .context = scan},
        &scan->hints);
}

/* Raising --------------------------------------------------------------------------------- */

static struct status raise(struct scan *scan, const struct pending *found)
{
    union event_body body = {.alert_raised = {.rule = bytes_of_string(found->rule),
                                              .severity = found->severity,
                                              .about = bytes_of_string(found->sentence),
                                              .because = found->because,
                                              .because_count = found->because_count,
                                              .identity = found->identity}};
    struct draft draft = {
        .kind = EVENT_ALERT_RAISED, .on = {NEW(ID_ALERT)}, .on_count = 1, .body = &body};
    for (size_t i = 0; i < found->on_count; i++) {
        draft.on[draft.on_count++] = found->on[i];
    }
    return engine_say(scan->options->engine, VOICE_AUDIT, &draft);
}

static struct status raise_all(struct scan *scan)
{
    for (size_t i = 0; i < scan->pending_count; i++) {
        TRY(raise(scan, &scan->pending[i]));
        if (i % EVENTS_AT_ONCE == EVENTS_AT_ONCE - 1) {
            TRY(engine_flush(scan->options->engine));
        }
    }
    union event_body body = {.alert_scanned = {.from = scan->outcome->from,
                                               .to = scan->outcome->to,
                                               .raised = scan->pending_count,
                                               .by = scan->options->by}};
    TRY(engine_say(
        scan->options->engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_ALERT_SCANNED, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    return engine_flush(scan->options->engine);
}

/* The alerts that have come of it. */
static struct status list_raised(struct scan *scan)
{
    for (size_t i = 0; i < scan->pending_count; i++) {
        struct view view = view_of(scan);
        if (alert_known(&view, &scan->pending[i].identity,
                        &scan->outcome->alerts[scan->outcome->raised])) {
            scan->outcome->raised++;
        }
    }
    return scan->trouble;
}

struct status alert_scan(const struct alert_scan_options *options,
                         struct alert_scan_outcome *outcome)
{
    struct scan scan = {.options = options, .outcome = outcome, .trouble = OK};
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    void *rows = arena_take(options->arena, VIEW_ARENA);
    outcome->raised = outcome->known = 0;
    outcome->cut = false;
    if (rows == NULL) {
        return FAIL(NO_MEMORY, VIEW_ARENA);
    }
    scan.rows = (struct arena){.memory = rows, .capacity = VIEW_ARENA};
    TRY(log_snapshot_open(engine_log(options->engine), &log));
    scan.log = log;
    TRY(begin(&scan));
    TRY(fold_all(&scan));
    TRY(raise_all(&scan));
    return list_raised(&scan);
}
