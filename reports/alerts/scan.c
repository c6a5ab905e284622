#include "reports/alerts/scan.h"

#include "core/audit/alert.h"

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

static struct status note_finding(void *context, const struct alert_finding *finding)
{
    struct pending found = {.rule = finding->rule,
                            .sentence = finding->sentence,
                            .severity = finding->severity,
                            .because_count = finding->because_count};
    memcpy(found.because, finding->because, finding->because_count * sizeof *finding->because);
    for (size_t i = 0; i < finding->on_count && found.on_count < SUBJECTS_MAX; i++) {
        found.on[found.on_count] = finding->on[i];
        found.on_count += finding->on[i].kind == ID_LOG ? 0 : 1;
    }
    return note(context, &found);
}

static struct status fold(struct scan *scan, struct log_snapshot *log)
{
    const struct alert_scan_options *options = scan->options;
    struct view view = view_of(scan);
    uint64_t from = options->has_since ? options->since : alert_scanned(&view);
    uint64_t size = log_snapshot_size(log);
    struct alert_part part = {.engine = options->engine,
                              .log = log,
                              .arena = options->arena,
                              .from = from < size ? from : size,
                              .to = size,
                              .now_utc_us = options->now_utc_us,
                              .visit = note_finding,
                              .context = scan};
    TRY(scan->trouble);
    struct status status = alert_fold(&part);
    scan->outcome->from = part.from;
    scan->outcome->to = part.to;
    return scan->outcome->cut ? OK : status;
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
    scan.pending = arena_take(options->arena, ALERT_SCAN_MAX * sizeof *scan.pending);
    outcome->raised = outcome->known = 0;
    outcome->cut = false;
    if (options->arena->full) {
        return FAIL(NO_MEMORY, ALERT_SCAN_MEMORY);
    }
    scan.rows = (struct arena){.memory = rows, .capacity = VIEW_ARENA};
    TRY(log_snapshot_open(engine_log(options->engine), &log));
    TRY(fold(&scan, log));
    TRY(raise_all(&scan));
    return list_raised(&scan);
}
