/* 3.3.3 to 3.3.6: reviews, alerts, correlation, questions and reports. */
#include "core/audit/review.h"
#include "core/identity/user.h"
#include "reports/au/judge.h"

#include <inttypes.h>

/* Reviews ---------------------------------------------------------------------------------- */

/* The newest review about something that has been signed; false if none has. */
static bool newest_review(const struct au_facts *facts, enum review_about about,
                          struct review_row *out, uint64_t *signed_n)
{
    struct review_row row = {0};
    struct view_walk walk = view_walk_of(&facts->view, ROW_REVIEW, &row, 0);
    struct id newest = {0};
    uint64_t ended = 0;
    while (view_walk_next(&walk, &row)) {
        if (row.about == about && row.has_ended && row.ended >= ended) {
            newest = row.review;
            ended = row.ended;
        }
    }
    *signed_n = AU_NO_EVENT;
    *out = (struct review_row){.review = newest};
    return newest.kind != ID_NONE && view_find_made_by(&facts->view, ROW_REVIEW, out, signed_n);
}

static void judge_cadence(const struct au_facts *facts, enum objective objective,
                          struct au_judgement *out)
{
    struct declaration_row row;
    if (!au_declared(facts, objective, out, &row)) {
        return;
    }
    if (!row.has_period_days) {
        au_say(out, false, "declaration:%" PRIu64 " (%s) says not how often", row.declaration.n,
               au_label(&row).text);
        return;
    }
    au_say(out, true, "%s: every %" PRIu64 " days", au_label(&row).text, row.period_days);
}

void au_333a(const struct au_facts *facts, struct au_judgement *out)
{
    judge_cadence(facts, OBJECTIVE_3_3_3A, out);
}

/* A review no longer ago than the cadence that is declared under `by`. */
static bool judge_reviewed(const struct au_facts *facts, enum objective by, enum review_about about,
                           struct au_judgement *out)
{
    struct declaration_row row;
    struct review_row review;
    uint64_t signed_n;
    const char *what = about == REVIEW_ABOUT_EVENTS ? "the events that are logged" : "the records";
    if (!au_declared(facts, by, out, &row) || !row.has_period_days) {
        au_say(out, false, "no cadence is in force (%s)", objective_infos[by].label);
        return false;
    }
    if (!newest_review(facts, about, &review, &signed_n)) {
        au_say(out, false, "no review of %s has been signed; one is due every %" PRIu64 " days",
               what, row.period_days);
        return false;
    }
    au_rests(out, review.review.n, review.review.n, "the review");
    au_rests(out, signed_n, signed_n, "its signature");
    bool in_time = au_recent(facts, out, review.ended, row.period_days);
    au_say(out, in_time,
           "%s were last reviewed on %s (review:%" PRIu64 "), %s every %" PRIu64 " days", what,
           au_day(review.ended).text, review.review.n, in_time ? "in time for" : "overdue for",
           row.period_days);
    return in_time;
}

void au_333b(const struct au_facts *facts, struct au_judgement *out)
{
    (void)judge_reviewed(facts, OBJECTIVE_3_3_3A, REVIEW_ABOUT_EVENTS, out);
}

void au_333c(const struct au_facts *facts, struct au_judgement *out)
{
    struct review_row row = {0};
    uint64_t reviews = 0, changes = 0, overdue = AU_NO_EVENT, signed_n;
    struct view_walk walk = view_walk_of(&facts->view, ROW_REVIEW, &row, 0);
    while (view_walk_next(&walk, &row)) {
        if (row.about == REVIEW_ABOUT_EVENTS && row.has_ended) {
            reviews++;
            changes += row.has_outcome && row.outcome == REVIEW_OUTCOME_CHANGE;
            au_until(facts, out, row.has_due && !row.has_changed ? row.due + 1 : 0);
            overdue = review_is_overdue(&facts->view, &row) ? row.review.n : overdue;
        }
    }
    if (overdue != AU_NO_EVENT) {
        au_rests(out, overdue, overdue, "the review");
        au_say(out, false,
               "review:%" PRIu64 " asked for a change of what is logged, and none followed in time",
               overdue);
        return;
    }
    if (!newest_review(facts, REVIEW_ABOUT_EVENTS, &row, &signed_n)) {
        au_say(out, false, "there is no review that could have asked for a change");
        return;
    }
    au_rests(out, row.review.n, row.review.n, "the newest review");
    au_rests(out, signed_n, signed_n, "its signature");
    au_say(out, true,
           "of %" PRIu64 " reviews %" PRIu64 " asked for a change, and none of those is overdue",
           reviews, changes);
}

/* Alerts ----------------------------------------------------------------------------------- */

/* How many contacts are told of something; one of somebody who cannot act is *bad. */
static uint64_t count_contacts(const struct au_facts *facts, struct au_judgement *out,
                               struct au_label *bad)
{
    struct contact_row row = {0};
    struct view_walk walk = view_walk_of(&facts->view, ROW_CONTACT, &row, 0);
    uint64_t count = 0;
    bad->text[0] = '\0';
    while (view_walk_next(&walk, &row)) {
        struct user_row user;
        if (!row.active) {
            continue;
        }
        count++;
        if (row.has_user && user_by_id(&facts->view, row.user, &user)) {
            bool paused = user.has_disabled_until && user.disabled_until > facts->now_us;
            au_until(facts, out, user.has_disabled_until ? user.disabled_until : 0);
            if (user.deleted || user.state == USER_STATE_INACTIVE || paused) {
                *bad = au_label_of(row.name);
            }
        }
    }
    return count;
}

void au_334a(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    struct au_label bad;
    if (!au_declared(facts, OBJECTIVE_3_3_4A, out, &row)) {
        return;
    }
    uint64_t count = count_contacts(facts, out, &bad);
    const struct au_times *set = &facts->kinds[EVENT_ALERT_CONTACT_SET];
    au_rests(out, set->count == 0 ? AU_NO_EVENT : set->first, set->last, "the roster");
    if (count == 0) {
        au_say(out, false, "%s is in force, but nobody is on the roster (cairn alert contact)",
               au_label(&row).text);
    } else if (bad.text[0] != '\0') {
        au_say(out, false, "the contact %s is of a user who is not active", bad.text);
    } else {
        au_say(out, true, "%s; %" PRIu64 " contacts are on the roster", au_label(&row).text, count);
    }
}

void au_334b(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    if (au_declared(facts, OBJECTIVE_3_3_4B, out, &row)) {
        au_say(out, true,
               "%s; failures of the audit itself, of verification, clock, tools and components are "
               "all looked for, and none can be switched off",
               au_label(&row).text);
    }
}

/* The first alert of high severity or more that nobody acknowledged in time; of any severity if
 * `any`. AU_NO_EVENT: none. */
static uint64_t find_neglected(const struct au_facts *facts, struct au_judgement *out, bool any,
                               uint64_t days)
{
    struct open_alert_row row = {0};
    struct view_walk walk = view_walk_of(&facts->view, ROW_OPEN_ALERT, &row, 0);
    uint64_t neglected = AU_NO_EVENT;
    while (view_walk_next(&walk, &row)) {
        struct alert_row alert = {.alert = row.alert};
        if ((any || row.severity >= SEVERITY_HIGH) && view_find(&facts->view, ROW_ALERT, &alert) &&
            !alert.has_acknowledged && !alert.test && !au_recent(facts, out, alert.raised, days)) {
            neglected = neglected == AU_NO_EVENT ? row.alert.n : neglected;
        }
    }
    return neglected;
}

void au_334c(const struct au_facts *facts, struct au_judgement *out)
{
    uint64_t neglected = find_neglected(facts, out, false, AU_ACKNOWLEDGE_DAYS);
    bool told = facts->delivered.count > 0 && facts->delivered.last > facts->test.n;
    if (facts->tested.count == 0) {
        au_say(out, false, "no test alert has ever been raised (cairn alert test)");
        return;
    }
    au_rests(out, facts->test.n, facts->test.n, "the last test alert");
    au_rests(out, told ? facts->delivered.last : AU_NO_EVENT, facts->delivered.last,
             "its delivery");
    if (neglected != AU_NO_EVENT) {
        au_rests(out, neglected, neglected, "the alert");
        au_say(out, false, "alert:%" PRIu64 " has not been acknowledged within %d days", neglected,
               AU_ACKNOWLEDGE_DAYS);
    } else if (!told) {
        au_say(out, false, "the last test alert reached nobody");
    } else if (!au_recent(facts, out, facts->tested.last_us, AU_TEST_DAYS)) {
        au_say(out, false, "the last test alert is of %s, more than %d days ago",
               au_day(facts->tested.last_us).text, AU_TEST_DAYS);
    } else if (facts->acknowledged.count == 0 || facts->acknowledged.last < facts->test.n) {
        au_say(out, false, "the last test alert was delivered, and nobody acknowledged it");
    } else {
        au_rests(out, facts->acknowledged.last, facts->acknowledged.last, "its acknowledgement");
        au_say(out, true, "the test alert of %s was delivered and acknowledged",
               au_day(facts->tested.last_us).text);
    }
}

/* Correlation ------------------------------------------------------------------------------- */

void au_335a(const struct au_facts *facts, struct au_judgement *out)
{
    judge_cadence(facts, OBJECTIVE_3_3_5A, out);
}

void au_335b(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    if (!judge_reviewed(facts, OBJECTIVE_3_3_5A, REVIEW_ABOUT_RECORDS, out) ||
        !au_declared(facts, OBJECTIVE_3_3_5A, out, &row)) {
        return;
    }
    uint64_t neglected = find_neglected(facts, out, true, row.period_days);
    if (neglected != AU_NO_EVENT) {
        au_rests(out, neglected, neglected, "the alert");
        au_say(out, false,
               "alert:%" PRIu64 " has been left without a word for longer than %" PRIu64 " days",
               neglected, row.period_days);
    }
}

/* Questions and reports --------------------------------------------------------------------- */

static void judge_shown(const struct au_facts *facts, const struct au_times *times,
                        bool last_failed, const char *what, struct au_judgement *out)
{
    if (times->count == 0) {
        au_say(out, false, "no %s has been made of this log yet", what);
        return;
    }
    au_rests(out, times->last, times->last, "the last one");
    if (last_failed) {
        au_say(out, false, "the last %s failed", what);
    } else if (!au_recent(facts, out, times->last_us, AU_SHOWN_DAYS)) {
        au_say(out, false, "the last %s is of %s, more than %d days ago", what,
               au_day(times->last_us).text, AU_SHOWN_DAYS);
    } else {
        au_say(out, true,
               "%" PRIu64
               " were made, each recorded with its hash and what it was asked; the last %s "
               "is of %s",
               times->count, what, au_day(times->last_us).text);
    }
}

void au_336a(const struct au_facts *facts, struct au_judgement *out)
{
    judge_shown(facts, &facts->queries, facts->query_failed, "query", out);
}

void au_336b(const struct au_facts *facts, struct au_judgement *out)
{
    judge_shown(facts, &facts->reports, facts->report_failed, "report", out);
}
