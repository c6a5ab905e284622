#include "reports/alerts/check.h"

#include "core/audit/alert.h"
#include "reports/query.h"

enum {
    VIEW_ARENA = 64 << 10, /* bytes for what is looked up */
    BODY_ARENA = 64 << 10,
};

/* An alert of the scan that is to come. */
struct raised {
    struct id alert;
    struct digest identity;
    enum severity severity;
    bool derived;
    char rule[NAME_MAX_SIZE + 1];
};

struct checking {
    struct alert_check *check;
    struct log_snapshot *log;
    struct raised *raised; /* ALERT_SCAN_MAX */
    size_t raised_count;
    uint64_t scan_n; /* of the alert.scanned at hand */
    uint64_t findings;
    struct arena rows, bodies;
    struct status trouble;
};

/* One scan -------------------------------------------------------------------------------- */

static struct raised *find_raised(const struct checking *checking, const struct digest *identity)
{
    for (size_t i = 0; i < checking->raised_count; i++) {
        if (digest_equal(&checking->raised[i].identity, identity)) {
            return &checking->raised[i];
        }
    }
    return NULL;
}

static struct status note(void *context, const struct alert_finding *finding)
{
    struct checking *checking = context;
    struct id known;
    arena_reset(&checking->rows);
    struct view view =
        engine_view(checking->check->engine, checking->scan_n, &checking->rows, &checking->trouble);
    struct digest identity = alert_identity_of(&view, bytes_of_string(finding->rule),
                                               finding->because, finding->because_count);
    struct raised *raised = find_raised(checking, &identity);
    if (++checking->findings > ALERT_CHECK_FINDINGS) {
        return FAIL_BECAUSE(LIMIT, ALERT_CHECK_FINDINGS, "a scan has too many findings");
    }
    if (raised != NULL) {
        raised->derived = raised->severity == finding->severity;
    } else if (!alert_known(&view, &identity, &known)) {
        checking->check->left_out[finding->severity]++;
    }
    return checking->trouble;
}

static struct status tell_strays(struct checking *checking)
{
    struct alert_check *check = checking->check;
    for (size_t i = 0; i < checking->raised_count; i++) {
        const struct raised *raised = &checking->raised[i];
        const struct alert_stray stray = {.alert = raised->alert,
                                          .rule = bytes_of_string(raised->rule),
                                          .severity = raised->severity};
        if (!raised->derived) {
            check->strays++;
            TRY(check->visit(check->context, &stray));
        }
    }
    checking->raised_count = 0;
    return OK;
}

static struct status check_scan(struct checking *checking, const struct leaf *leaf,
                                const struct alert_scanned *body)
{
    struct arena before = *checking->check->arena;
    struct alert_part part = {.engine = checking->check->engine,
                              .log = checking->log,
                              .arena = checking->check->arena,
                              .from = body->from,
                              .to = body->to,
                              .now_utc_us = leaf->t_utc_us,
                              .visit = note,
                              .context = checking};
    checking->scan_n = leaf->n;
    checking->findings = 0;
    checking->check->scans++;
    if (body->from > body->to || body->to > leaf->n) {
        return tell_strays(checking); /* no scan that could have been */
    }
    struct status status = alert_fold(&part);
    *checking->check->arena = before;
    TRY(status);
    return tell_strays(checking);
}

/* The log --------------------------------------------------------------------------------- */

static struct status add_raised(struct checking *checking, const struct leaf *leaf,
                                const struct alert_raised *body)
{
    if (body->test) {
        checking->check->tests++;
        return OK;
    }
    if (checking->raised_count == ALERT_SCAN_MAX) {
        TRY(tell_strays(checking)); /* no scan raises so many */
    }
    struct raised *raised = &checking->raised[checking->raised_count++];
    size_t size = body->rule.size < NAME_MAX_SIZE ? body->rule.size : NAME_MAX_SIZE;
    *raised = (struct raised){
        .alert = leaf->on[0], .identity = body->identity, .severity = body->severity};
    memcpy(raised->rule, body->rule.data, size);
    checking->check->alerts++;
    return OK;
}

static struct status visit(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct checking *checking = context;
    struct bytes body;
    union event_body decoded;
    (void)bytes;
    TRY(log_read_body(checking->log, leaf, &body));
    if (body.size <= SALT_SIZE) {
        return OK; /* erased: nothing is concluded */
    }
    arena_reset(&checking->bodies);
    TRY(event_body_decode(leaf->kind, bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE),
                          &checking->bodies, &decoded));
    return leaf->kind == EVENT_ALERT_RAISED ? add_raised(checking, leaf, &decoded.alert_raised)
                                            : check_scan(checking, leaf, &decoded.alert_scanned);
}

static struct status take_memory(struct checking *checking)
{
    struct arena *arena = checking->check->arena;
    checking->raised = arena_take(arena, ALERT_SCAN_MAX * sizeof *checking->raised);
    void *rows = arena_take(arena, VIEW_ARENA), *bodies = arena_take(arena, BODY_ARENA);
    checking->rows = (struct arena){.memory = rows, .capacity = VIEW_ARENA};
    checking->bodies = (struct arena){.memory = bodies, .capacity = BODY_ARENA};
    return arena->full ? FAIL(NO_MEMORY, ALERT_CHECK_MEMORY) : OK;
}

struct status alert_check_run(struct alert_check *check)
{
    struct checking checking = {.check = check, .trouble = OK};
    struct query query = {0};
    struct query_outcome outcome;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    check->scans = check->alerts = check->tests = check->strays = 0;
    memset(check->left_out, 0, sizeof check->left_out);
    TRY(take_memory(&checking));
    TRY(query_add(&query, QUERY_KIND, LITERAL("alert.raised")));
    TRY(query_add(&query, QUERY_KIND, LITERAL("alert.scanned")));
    TRY(log_snapshot_open(engine_log(check->engine), &log));
    if (engine_index(check->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(check->engine), &index));
    }
    checking.log = log;
    TRY(query_run(&query, log, index, visit, &checking, &outcome));
    check->size = outcome.size;
    return tell_strays(&checking);
}
