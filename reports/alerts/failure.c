#include "reports/alerts/failure.h"

#include "core/audit/alert.h"
#include "core/audit/declaration.h"
#include "core/audit/review.h"
#include "core/audit/tool.h"
#include "schema/time.h"

#include <assert.h>

#define DAY_US (86400 * TIME_SECOND_US)

/* The rules ------------------------------------------------------------------------------- */

enum rule_index {
    VERIFICATION_FAILED,
    EMITTER_GAP,
    AUDIT_FAILURE,
    PROCESS_RESTARTED,
    DISK_LOW,
    DISK_FULL,
    EMITTER_SILENT,
    EVENTS_LOST,
    TOOLS_CHANGED,
    CLOCK_STEPPED,
    CLOCK_JUMPED,
    CLOCK_UNSYNCHRONISED,
    CLOCK_OFF,
    FOLDED_AGAIN,
    WRITER_CRASHED,
    MANAGEMENT_REFUSED,
    DELIVERY_FAILED,
    MANAGER_CHANGED,
    REVIEW_OVERDUE,
    CHANGE_OVERDUE,
    DECLARATION_EXPIRED,
    WORLD, /* the first of those of reports/alerts/world.h */
    RULES = WORLD + WORLD_RULES,
};

static const struct failure_info rules[RULES] = {
    [VERIFICATION_FAILED] = {"verification-failed",
                             "A verification of the log found what does not hold",
                             SEVERITY_CRITICAL},
    [EMITTER_GAP] = {"emitter-gap", "The counter of an emitter does not go on where it was",
                     SEVERITY_CRITICAL},
    [AUDIT_FAILURE] = {"audit-failure", "A process of the audit has failed", SEVERITY_CRITICAL},
    [PROCESS_RESTARTED] = {"process-restarted",
                           "A process of the daemon ended, and was started anew", SEVERITY_HIGH},
    [DISK_LOW] = {"disk-low", "There is little room left for the log", SEVERITY_HIGH},
    [DISK_FULL] = {"disk-full", "There is so little room for the log that events are turned away",
                   SEVERITY_CRITICAL},
    [EMITTER_SILENT] = {"emitter-silent",
                        "A component has not been heard of for longer than it should",
                        SEVERITY_HIGH},
    [EVENTS_LOST] = {"events-lost", "Events of a component did not reach the log", SEVERITY_HIGH},
    [TOOLS_CHANGED] = {"tools-changed", "The audit's tools are not those that were approved",
                       SEVERITY_CRITICAL},
    [CLOCK_STEPPED] = {"clock-stepped", "The clock stepped back", SEVERITY_HIGH},
    [CLOCK_JUMPED] = {"clock-jumped", "The clock was set", SEVERITY_HIGH},
    [CLOCK_UNSYNCHRONISED] = {"clock-unsynchronised", "The clock is not kept by its source",
                              SEVERITY_HIGH},
    [CLOCK_OFF] = {"clock-off", "The clock is further off its source than is tolerated",
                   SEVERITY_HIGH},
    [FOLDED_AGAIN] = {"folded-again",
                      "State or index was behind the log or gone, and was made again",
                      SEVERITY_LOW},
    [WRITER_CRASHED] = {"writer-crashed",
                        "A writer that stays began without the one before having ended",
                        SEVERITY_MEDIUM},
    [MANAGEMENT_REFUSED] = {"management-refused",
                            "Somebody wanted to manage the audit, and was refused",
                            SEVERITY_MEDIUM},
    [DELIVERY_FAILED] = {"delivery-failed", "An alert did not reach a contact", SEVERITY_MEDIUM},
    [MANAGER_CHANGED] = {"manager-changed", "There is another audit manager, or one less",
                         SEVERITY_INFO},
    [REVIEW_OVERDUE] = {"review-overdue",
                        "A review is due by its declared cadence, and was not signed",
                        SEVERITY_HIGH},
    [CHANGE_OVERDUE] = {"change-overdue",
                        "A change that a review asked for has not followed in time", SEVERITY_HIGH},
    [DECLARATION_EXPIRED] = {"declaration-expired",
                             "A declaration was to be reviewed, and holds no more",
                             SEVERITY_MEDIUM},
    [WORLD + WORLD_TAMPERED] = {"host-tampered",
                                "A host has what nobody asked for, or not what it must have",
                                SEVERITY_CRITICAL},
    [WORLD +
        WORLD_DIFFERS] = {"host-differs", "A host is not what the log says of it", SEVERITY_HIGH},
    [WORLD + DRIVE_UNASKED] = {"drive-unasked",
                               "A drive was attached to a machine, and nobody had asked for it",
                               SEVERITY_CRITICAL},
    [WORLD + DRIVE_TAKEN] = {"drive-taken",
                             "A drive left a machine that runs, and nobody had asked for it",
                             SEVERITY_HIGH},
    [WORLD +
        DRIVE_ORDER] = {"drive-order",
                        "A drive was not formatted, encrypted and made available in this order",
                        SEVERITY_CRITICAL},
    [WORLD + LABEL_CROSSED] = {"label-crossed",
                               "A drive was attached to a machine that its label does not allow",
                               SEVERITY_CRITICAL},
    [WORLD + MEDIUM_WRITABLE] = {"medium-writable",
                                 "A medium was put into a machine other than as a read-only cdrom",
                                 SEVERITY_CRITICAL},
    [WORLD + SHARE_WRITABLE] = {"share-writable", "A machine can write to a network share",
                                SEVERITY_CRITICAL},
    [WORLD + MACHINE_ENDED] = {"machine-ended", "A machine was ended, and nobody had asked for it",
                               SEVERITY_HIGH},
    [WORLD + MACHINE_MIGRATED] = {"machine-migrated", "A machine runs on another host",
                                  SEVERITY_CRITICAL},
    [WORLD + OWNER_KEY_CHANGED] = {"owner-key-changed",
                                   "A machine learned a key that is not its owner's, or a second",
                                   SEVERITY_CRITICAL},
    [WORLD + STORAGE_VISIBLE] = {"storage-visible",
                                 "A host of machines can see the place where chunks are kept",
                                 SEVERITY_HIGH},
    [WORLD + STORAGE_TOUCHED] = {"storage-touched",
                                 "Somebody touched the place where chunks are kept", SEVERITY_HIGH},
    [WORLD + HOST_LOGIN] = {"host-login", "Somebody logged in to a host itself", SEVERITY_LOW},
};

const struct failure_info *failure_rule(size_t index)
{
    return index < RULES ? &rules[index] : NULL;
}

/* Telling --------------------------------------------------------------------------------- */

static struct status tell(struct failures *failures, enum rule_index rule, struct id on,
                          const uint64_t *because, size_t count)
{
    struct failure failure = {.rule = &rules[rule], .because_count = count, .on = on};
    assert(count > 0 && count <= FAILURE_BECAUSE_MAX);
    memcpy(failure.because, because, count * sizeof *because);
    return failures->options.visit(failures->options.context, &failure);
}

/* Of one event, unless it comes before what is told of. */
static struct status tell_of(struct failures *failures, enum rule_index rule,
                             const struct leaf *leaf)
{
    return leaf->n < failures->options.since ? OK : tell(failures, rule, leaf->on[0], &leaf->n, 1);
}

static struct view view_as_of(struct failures *failures, const struct leaf *leaf)
{
    struct view view = failures->options.view;
    view.arena = failures->options.arena;
    view.trouble = &failures->trouble;
    if (leaf != NULL) {
        view.as_of_n = leaf->n;
        view.now_utc_us = leaf->t_utc_us;
    }
    return view;
}

void failures_begin(const struct failures_options *options, struct failures *out)
{
    memset(out, 0, sizeof *out);
    out->options = *options;
}

/* Emitters -------------------------------------------------------------------------------- */

/* The emitter's slot, empty if it is new; NULL if there is no room. */
static uint64_t hash_of(struct bytes name)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < name.size; i++) {
        hash = (hash ^ name.data[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

static struct failure_emitter *find_emitter(struct failures *failures, struct bytes name)
{
    uint64_t hash = hash_of(name);
    for (size_t i = 0; i < FAILURE_SLOTS; i++) {
        struct failure_emitter *slot = &failures->emitters[(hash + i) & (FAILURE_SLOTS - 1)];
        if (slot->name[0] == '\0' || bytes_equal(bytes_of_string(slot->name), name)) {
            return slot;
        }
    }
    return NULL;
}

/* Of one that is retired nothing more comes. Whoever stands behind its slot, and would not be found
 * any more, moves up. */
static void forget_emitter(struct failures *failures, struct bytes name)
{
    const uint64_t mask = FAILURE_SLOTS - 1;
    struct failure_emitter *slot = find_emitter(failures, name);
    if (slot == NULL || slot->name[0] == '\0') {
        return;
    }
    uint64_t hole = (uint64_t)(slot - failures->emitters);
    for (uint64_t next = (hole + 1) & mask; failures->emitters[next].name[0] != '\0';
         next = (next + 1) & mask) {
        uint64_t home = hash_of(bytes_of_string(failures->emitters[next].name));
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            failures->emitters[hole] = failures->emitters[next];
            hole = next;
        }
    }
    failures->emitters[hole] = (struct failure_emitter){.n = 0};
    failures->emitter_count--;
}

static struct status check_counter(struct failures *failures, const struct leaf *leaf)
{
    struct failure_emitter *emitter = find_emitter(failures, leaf->emitter);
    if (emitter == NULL || leaf->emitter.size > NAME_MAX_SIZE) {
        return FAIL(LIMIT, FAILURE_EMITTERS_MAX);
    }
    bool is_new = emitter->name[0] == '\0';
    bool goes_on = is_new || leaf->emitter_n == emitter->n + 1;
    if (is_new && failures->emitter_count == FAILURE_EMITTERS_MAX) {
        return FAIL(LIMIT, FAILURE_EMITTERS_MAX);
    }
    failures->emitter_count += is_new ? 1 : 0;
    memcpy(emitter->name, leaf->emitter.data, leaf->emitter.size);
    emitter->n = leaf->emitter_n;
    return goes_on ? OK : tell_of(failures, EMITTER_GAP, leaf);
}

/* Events ---------------------------------------------------------------------------------- */

/* How far the clock may be off, by the newest declaration that says so. */
static uint64_t tolerance_at(const struct view *view)
{
    static const char *const objectives[] = {"3.3.7c", "3.3.7b"};
    struct declaration_row declaration;
    for (size_t i = 0; i < 2; i++) {
        if (declaration_for(view, bytes_of_string(objectives[i]), &declaration) &&
            declaration.has_tolerance_us) {
            return declaration.tolerance_us;
        }
    }
    return FAILURE_TOLERANCE_US;
}

static struct status clock_compared_at(struct failures *failures, const struct leaf *leaf,
                                       const struct clock_compared *body)
{
    struct view view = view_as_of(failures, leaf);
    if (!body->synchronised) {
        return tell_of(failures, CLOCK_UNSYNCHRONISED, leaf);
    }
    return body->offset_us > tolerance_at(&view) ? tell_of(failures, CLOCK_OFF, leaf) : OK;
}

static struct status tools_measured_at(struct failures *failures, const struct leaf *leaf)
{
    struct tools_row tools;
    struct view view = view_as_of(failures, leaf);
    return tool_state(&view, &tools) && tool_differs(&tools)
               ? tell_of(failures, TOOLS_CHANGED, leaf)
               : OK;
}

/* Once for each alert, whatever the number of attempts; and not of the alerts that say so. */
static struct status delivered_at(struct failures *failures, const struct leaf *leaf,
                                  const struct alert_delivered *body)
{
    struct alert_row alert;
    struct view view = view_as_of(failures, leaf);
    if (body->ok || leaf->n < failures->options.since || !alert_by_id(&view, leaf->on[0], &alert) ||
        alert.test || bytes_equal(alert.rule, bytes_of_string(rules[DELIVERY_FAILED].name))) {
        return OK;
    }
    return tell(failures, DELIVERY_FAILED, leaf->on[0], &leaf->on[0].n, 1);
}

static struct status started_at(struct failures *failures, const struct leaf *leaf)
{
    const uint64_t because[] = {failures->started, leaf->n};
    bool crashed = failures->running && leaf->n >= failures->options.since;
    failures->running = true;
    failures->started = leaf->n;
    return crashed ? tell(failures, WRITER_CRASHED, leaf->on[0], because, 2) : OK;
}

/* On the way down only: that there is room again is good news. */
static struct status mode_changed_at(struct failures *failures, const struct leaf *leaf,
                                     const struct daemon_mode_changed *body)
{
    if (body->mode <= body->was) {
        return OK;
    }
    return tell_of(failures, body->mode == DAEMON_MODE_WARNING ? DISK_LOW : DISK_FULL, leaf);
}

static struct status kind_of_event(struct failures *failures, const struct leaf *leaf,
                                   const union event_body *body)
{
    switch ((unsigned)leaf->kind) {
    case EVENT_AUDIT_VERIFIED:
        return body->audit_verified.findings > 0 ? tell_of(failures, VERIFICATION_FAILED, leaf)
                                                 : OK;
    case EVENT_AUDIT_FAILURE:
        return tell_of(failures,
                       bytes_equal(body->audit_failure.what, LITERAL("disk")) ? DISK_LOW
                                                                              : AUDIT_FAILURE,
                       leaf);
    case EVENT_CLOCK_COMPARED:
        return clock_compared_at(failures, leaf, &body->clock_compared);
    case EVENT_ALERT_DELIVERED:
        return delivered_at(failures, leaf, &body->alert_delivered);
    case EVENT_DAEMON_PROCESS_STARTED:
        return body->daemon_process_started.restarts > 0
                   ? tell_of(failures, PROCESS_RESTARTED, leaf)
                   : OK;
    case EVENT_DAEMON_MODE_CHANGED:
        return mode_changed_at(failures, leaf, &body->daemon_mode_changed);
    case EVENT_EMITTER_RETIRED:
        forget_emitter(failures, body->emitter_retired.name);
        return OK;
    default:
        return OK;
    }
}

static struct status kind_alone(struct failures *failures, const struct leaf *leaf)
{
    switch ((unsigned)leaf->kind) {
    case EVENT_AUDIT_TOOLS_MEASURED:
        return tools_measured_at(failures, leaf);
    case EVENT_CLOCK_STEPPED:
        return tell_of(failures, CLOCK_STEPPED, leaf);
    case EVENT_CLOCK_JUMPED:
        return tell_of(failures, CLOCK_JUMPED, leaf);
    case EVENT_CLOCK_UNSYNCHRONISED:
        return tell_of(failures, CLOCK_UNSYNCHRONISED, leaf);
    case EVENT_EMITTER_SILENT:
        return tell_of(failures, EMITTER_SILENT, leaf);
    case EVENT_EMITTER_DROPPED:
    case EVENT_EMITTER_SPOOL_LOST:
        return tell_of(failures, EVENTS_LOST, leaf);
    case EVENT_AUDIT_RECOVERED:
        return tell_of(failures, FOLDED_AGAIN, leaf);
    case EVENT_AUDIT_STARTED:
        return started_at(failures, leaf);
    case EVENT_AUDIT_STOPPED:
        failures->running = false;
        return OK;
    case EVENT_AUDIT_MANAGER_CHANGED:
        return tell_of(failures, MANAGER_CHANGED, leaf);
    case EVENT_POLICY_DENIED:
    case EVENT_AUDIT_DENIED:
    case EVENT_ALERT_DENIED:
    case EVENT_AUDITOR_DENIED:
    case EVENT_EMITTER_DENIED:
        return tell_of(failures, MANAGEMENT_REFUSED, leaf);
    default:
        return OK;
    }
}

/* The state before the event: what it did is in the state of its own position. */
static struct status world_at(struct failures *failures, const struct leaf *leaf,
                              const union event_body *body)
{
    struct view before = view_as_of(failures, leaf);
    before.as_of_n = leaf->n - 1;
    const enum world_rule rule = world_event(&failures->world, &before, leaf, body);
    return rule == WORLD_RULES ? OK : tell_of(failures, (enum rule_index)(WORLD + rule), leaf);
}

bool failures_want_body(enum event_kind kind)
{
    return world_wants_body(kind) || kind == EVENT_AUDIT_VERIFIED || kind == EVENT_AUDIT_FAILURE ||
           kind == EVENT_CLOCK_COMPARED || kind == EVENT_ALERT_DELIVERED ||
           kind == EVENT_DAEMON_PROCESS_STARTED || kind == EVENT_DAEMON_MODE_CHANGED ||
           kind == EVENT_EMITTER_RETIRED;
}

struct status failures_event(struct failures *failures, const struct leaf *leaf, struct bytes body)
{
    union event_body decoded;
    arena_reset(failures->options.arena);
    TRY(check_counter(failures, leaf));
    if (failures_want_body(leaf->kind) && body.size > 0) {
        if (failed(event_body_decode(leaf->kind, body, failures->options.arena, &decoded))) {
            return FAIL_BECAUSE(CORRUPT, leaf->n, "the body is not one of its kind");
        }
        TRY(kind_of_event(failures, leaf, &decoded));
        TRY(world_wants_body(leaf->kind) ? world_at(failures, leaf, &decoded) : OK);
    }
    TRY(kind_alone(failures, leaf));
    return failures->trouble;
}

/* Deadlines ------------------------------------------------------------------------------- */

/* The newest review of this sort that was signed; false if there is none. */
static bool newest_signed(const struct view *view, enum review_about about, struct review_row *out)
{
    struct review_row row = {0};
    struct view_walk walk = view_walk_of(view, ROW_REVIEW, &row, 0);
    struct id newest = {ID_NONE, 0};
    uint64_t ended = 0;
    while (view_walk_next(&walk, &row)) {
        if (row.about == about && row.has_outcome && row.ended >= ended) {
            newest = row.review;
            ended = row.ended;
        }
    }
    return newest.kind != ID_NONE && review_by_id(view, newest, out);
}

/* Told once for each review that came last, or for none. */
static struct status check_cadence(struct failures *failures, const struct view *view,
                                   const char *objective, enum review_about about)
{
    struct declaration_row declaration;
    struct review_row last;
    if (!declaration_for(view, bytes_of_string(objective), &declaration) ||
        !declaration.has_period_days) {
        return OK;
    }
    bool reviewed = newest_signed(view, about, &last);
    uint64_t from =
        reviewed && last.ended > declaration.effective ? last.ended : declaration.effective;
    if (from + declaration.period_days * DAY_US >= view->now_utc_us) {
        return OK;
    }
    uint64_t because[] = {declaration.declaration.n, reviewed ? last.review.n : 0};
    if (reviewed && because[1] < because[0]) {
        because[0] = last.review.n;
        because[1] = declaration.declaration.n;
    }
    return tell(failures, REVIEW_OVERDUE, declaration.declaration, because, reviewed ? 2 : 1);
}

static struct status check_changes(struct failures *failures, const struct view *view)
{
    struct review_row row = {0};
    struct view_walk walk = view_walk_of(view, ROW_REVIEW, &row, 0);
    while (view_walk_next(&walk, &row)) {
        if (review_is_overdue(view, &row)) {
            TRY(tell(failures, CHANGE_OVERDUE, row.review, &row.review.n, 1));
        }
    }
    return OK;
}

/* Whether an objective that it was about has no other declaration in force. */
static bool leaves_a_gap(const struct view *view, const struct declaration_row *expired)
{
    bool gap = false;
    for (size_t i = 0; i < expired->objective_count && !gap; i++) {
        const struct arena before = *view->arena;
        struct declaration_row other;
        gap = !declaration_for(view, expired->objective[i], &other);
        *view->arena = before;
    }
    return gap;
}

static struct status check_declarations(struct failures *failures, const struct view *view)
{
    struct declaration_row row = {0};
    struct view_walk walk = view_walk_of(view, ROW_DECLARATION, &row, 0);
    while (view_walk_next(&walk, &row)) {
        bool expired =
            row.status == DECLARATION_STATUS_APPROVED && row.review_by <= view->now_utc_us;
        if (expired && leaves_a_gap(view, &row)) {
            TRY(tell(failures, DECLARATION_EXPIRED, row.declaration, &row.declaration.n, 1));
        }
    }
    return OK;
}

struct status failures_end(struct failures *failures)
{
    struct view view = view_as_of(failures, NULL);
    arena_reset(failures->options.arena);
    TRY(check_cadence(failures, &view, "3.3.3a", REVIEW_ABOUT_EVENTS));
    TRY(check_cadence(failures, &view, "3.3.5a", REVIEW_ABOUT_RECORDS));
    TRY(check_changes(failures, &view));
    TRY(check_declarations(failures, &view));
    return failures->trouble;
}
