/* Access as of the end of the period: who may, since when, until when, and who still uses it. */
#include "core/identity/user.h"
#include "core/project/certification.h"
#include "core/project/membership.h"
#include "reports/naming.h"
#include "reports/operational/event_table.h"
#include "reports/report_list.h"
#include "schema/time.h"

#include <inttypes.h>

/* One row of the state, on its way to the sink. */
struct state_row {
    const struct report_input *input;
    struct report_sink *sink;
    char memory[ROW_TEXT_SIZE];
    struct text text;
};

static void start_row(struct state_row *row, const struct report_input *input,
                      struct report_sink *sink)
{
    row->input = input;
    row->sink = sink;
    row->text = TEXT_IN(row->memory);
}

static struct cell called(struct state_row *row, struct id id)
{
    size_t start = row->text.size;
    if (id.kind == ID_NONE) {
        return cell_absent();
    }
    naming_put(&row->input->view, id, &row->text);
    return cell_text(bytes_of(row->text.data + start, row->text.size - start));
}

static struct cell positions(struct state_row *row, uint64_t one, uint64_t two, uint64_t three)
{
    size_t start = row->text.size;
    const uint64_t all[] = {one, two, three};
    event_positions(&row->text, all, 3);
    return row->text.size == start
               ? cell_absent()
               : cell_text(bytes_of(row->text.data + start, row->text.size - start));
}

/* When the newest event of this kind, actor and subject was recorded; absent if there is none. */
static struct status newest(const struct report_input *input, const struct event_wanted *wanted,
                            uint64_t *n, struct cell *out)
{
    uint64_t utc_us;
    struct status status = event_newest(input, wanted, n);
    *out = cell_absent();
    if (status.code == STATUS_NOT_FOUND) {
        *n = UINT64_MAX;
        return OK;
    }
    TRY(status);
    TRY(event_time(input, *n, &utc_us));
    *out = cell_number(utc_us);
    return OK;
}

static struct status time_cell(const struct report_input *input, uint64_t n, struct cell *out)
{
    uint64_t utc_us;
    *out = cell_absent();
    if (n != UINT64_MAX) {
        TRY(event_time(input, n, &utc_us));
        *out = cell_number(utc_us);
    }
    return OK;
}

/* Memberships ----------------------------------------------------------------------------- */

static struct cell restrictions(struct state_row *row, const struct membership_row *membership)
{
    size_t start = row->text.size;
    for (size_t i = 0; i < membership->restrictions_count; i++) {
        text_put_string(&row->text, i == 0 ? "" : ", ");
        text_put_string(&row->text, restriction_name(membership->restrictions[i]));
    }
    return row->text.size == start
               ? cell_absent()
               : cell_text(bytes_of(row->text.data + start, row->text.size - start));
}

static struct cell certified(struct state_row *row, const struct membership_row *membership)
{
    struct id missing;
    size_t start = row->text.size;
    if (certification_satisfied(&row->input->view, membership->project, membership->user,
                                &missing)) {
        return cell_verdict("yes", TONE_GOOD);
    }
    text_put_literal(&row->text, "no: ");
    naming_put(&row->input->view, missing, &row->text);
    return (struct cell){.present = true,
                         .number = TONE_BAD,
                         .text = bytes_of(row->text.data + start, row->text.size - start)};
}

static struct cell standing(const struct report_input *input, const struct membership_row *row)
{
    struct user_row user;
    bool known = user_by_id(&input->view, row->user, &user);
    if (!known || user.deleted) {
        return cell_verdict("deleted", TONE_BAD);
    }
    if (row->has_expires && row->expires <= input->view.now_utc_us) {
        return cell_verdict("expired", TONE_MUTED);
    }
    return user.state == USER_STATE_INACTIVE ||
                   (user.has_disabled_until && user.disabled_until > input->view.now_utc_us)
               ? cell_verdict("account not active", TONE_WARNING)
               : cell_verdict("active", TONE_GOOD);
}

static const struct report_column membership_columns[] = {
    {"project", NULL, REPORT_TEXT},     {"member", NULL, REPORT_TEXT},
    {"role", NULL, REPORT_TEXT},        {"restrictions", NULL, REPORT_TEXT},
    {"standing", NULL, REPORT_VERDICT}, {"certified", NULL, REPORT_VERDICT},
    {"since", NULL, REPORT_TIME},       {"expires", NULL, REPORT_TIME},
    {"last_logon", NULL, REPORT_TIME},  {"last_act", "last act of theirs", REPORT_TIME},
    {"events", NULL, REPORT_EVENTS},
};

static bool membership_in_scope(const struct report_input *input, const struct membership_row *row)
{
    const struct id scope = input->question.scope;
    return scope.kind == ID_PROJECT ? id_equal(scope, row->project)
                                    : user_in_scope(input, row->user);
}

static struct status write_membership(struct state_row *row,
                                      const struct membership_row *membership)
{
    const struct report_input *input = row->input;
    struct membership_row again = {.project = membership->project, .user = membership->user};
    uint64_t made_by = UINT64_MAX, logon, act;
    struct cell since, last_logon, last_act;
    (void)view_find_made_by(&input->view, ROW_MEMBERSHIP, &again, &made_by);
    TRY(time_cell(input, made_by, &since));
    TRY(newest(input, &(struct event_wanted){.kind = "session.opened", .on = membership->user},
               &logon, &last_logon));
    TRY(newest(input, &(struct event_wanted){.actor = membership->user}, &act, &last_act));
    const struct cell cells[] = {
        called(row, membership->project),
        called(row, membership->user),
        cell_string(project_role_name(membership->role)),
        restrictions(row, membership),
        standing(input, membership),
        certified(row, membership),
        since,
        membership->has_expires ? cell_number(membership->expires) : cell_absent(),
        last_logon,
        last_act,
        positions(row, made_by, logon, act),
    };
    return report_row(row->sink, cells);
}

static struct status write_memberships(const struct report_input *input, struct report_sink *sink)
{
    static const struct report_table table = {
        .name = "members",
        .title = "Members of projects",
        .columns = membership_columns,
        .column_count = sizeof membership_columns / sizeof membership_columns[0],
        .empty = "Nobody is a member of a project.",
        .main = true,
    };
    struct state_row row;
    struct membership_row membership = {.project = input->question.scope};
    bool of_project = input->question.scope.kind == ID_PROJECT;
    struct view_walk walk =
        view_walk_of(&input->view, ROW_MEMBERSHIP, &membership, of_project ? 1 : 0);
    report_table(sink, &table);
    while (view_walk_next(&walk, &membership)) {
        start_row(&row, input, sink);
        if (membership_in_scope(input, &membership)) {
            TRY(write_membership(&row, &membership));
        }
    }
    report_table_end(sink);
    return *input->view.trouble;
}

/* Groups ---------------------------------------------------------------------------------- */

static const struct report_column group_columns[] = {
    {"group", NULL, REPORT_TEXT},       {"member", NULL, REPORT_TEXT}, {"owner", NULL, REPORT_TEXT},
    {"permissions", NULL, REPORT_TEXT}, {"label", NULL, REPORT_TEXT},  {"since", NULL, REPORT_TIME},
    {"events", NULL, REPORT_EVENTS},
};

static struct status write_group_member(struct state_row *row,
                                        const struct group_member_row *member)
{
    struct group_row group = {.group = member->group};
    struct group_member_row again = {.group = member->group, .user = member->user};
    uint64_t made_by = UINT64_MAX;
    struct cell since;
    size_t start = row->text.size;
    if (!view_find(&row->input->view, ROW_GROUP, &group) || group.deleted ||
        !(row->input->question.scope.kind == ID_PROJECT
              ? group.has_project && id_equal(group.project, row->input->question.scope)
              : user_in_scope(row->input, member->user))) {
        return OK;
    }
    for (size_t i = 0; i < member->permissions_count; i++) {
        text_put_string(&row->text, i == 0 ? "" : ", ");
        text_put_string(&row->text, group_permission_name(member->permissions[i]));
    }
    struct bytes permissions = bytes_of(row->text.data + start, row->text.size - start);
    (void)view_find_made_by(&row->input->view, ROW_GROUP_MEMBER, &again, &made_by);
    TRY(time_cell(row->input, made_by, &since));
    const struct cell cells[] = {
        called(row, member->group),
        called(row, member->user),
        cell_string(id_equal(group.owner, member->user) ? "yes" : "no"),
        permissions.size == 0 ? cell_absent() : cell_text(permissions),
        group.has_project ? called(row, group.project) : cell_absent(),
        since,
        positions(row, made_by, UINT64_MAX, UINT64_MAX),
    };
    return report_row(row->sink, cells);
}

static struct status write_groups(const struct report_input *input, struct report_sink *sink)
{
    static const struct report_table table = {
        .name = "groups",
        .title = "Members of groups",
        .columns = group_columns,
        .column_count = sizeof group_columns / sizeof group_columns[0],
        .empty = "Nobody is a member of a group.",
    };
    struct state_row row;
    struct group_member_row member = {0};
    struct view_walk walk = view_walk_of(&input->view, ROW_GROUP_MEMBER, &member, 0);
    report_table(sink, &table);
    while (view_walk_next(&walk, &member)) {
        start_row(&row, input, sink);
        TRY(write_group_member(&row, &member));
    }
    report_table_end(sink);
    return *input->view.trouble;
}

static struct status review_run(const struct report_input *input, struct report_sink *sink)
{
    TRY(report_begin(sink, input, NULL));
    report_heading(sink, "Who has access");
    report_paragraph(sink, "As of the moment above. Membership alone gives nothing: whoever is not "
                           "certified for what a project asks for reads nothing of it. No role, "
                           "however high, gives access to content.");
    TRY(write_memberships(input, sink));
    TRY(write_groups(input, sink));
    return report_end(sink);
}

const struct report_info report_access_review = {
    .name = "access-review",
    .title = "Access review",
    .about = "Who is a member of which project and group, by which event, until when, certified or "
             "not, and when they last logged in.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.1.1, 3.1.4, 3.1.5",
    .filter = "memberships as of the end of the period",
    .columns = membership_columns,
    .column_count = sizeof membership_columns / sizeof membership_columns[0],
    .run = review_run,
};

/* Certifications -------------------------------------------------------------------------- */

static const struct report_column cert_columns[] = {
    {"person", NULL, REPORT_TEXT},        {"requirement", NULL, REPORT_TEXT},
    {"certification", NULL, REPORT_CODE}, {"standing", NULL, REPORT_VERDICT},
    {"issued", NULL, REPORT_TIME},        {"expires", NULL, REPORT_TIME},
    {"days_left", NULL, REPORT_INTEGER},  {"events", NULL, REPORT_EVENTS},
};

enum {
    CERT_SOON_DAYS = 30, /* before it expires, it is told */
};

static struct cell cert_standing(const struct cert_row *cert, uint64_t now_us)
{
    if (cert->ended) {
        return cell_verdict("ended", TONE_MUTED);
    }
    if (cert->has_expires && cert->expires <= now_us) {
        return cell_verdict("expired", TONE_BAD);
    }
    return cert->has_expires &&
                   cert->expires - now_us < CERT_SOON_DAYS * UINT64_C(86400) * TIME_SECOND_US
               ? cell_verdict("expires soon", TONE_WARNING)
               : cell_verdict("valid", TONE_GOOD);
}

static bool cert_in_scope(const struct report_input *input, const struct cert_row *cert)
{
    const struct id scope = input->question.scope;
    struct id required[REQUIREMENTS_MAX];
    if (scope.kind != ID_PROJECT) {
        return user_in_scope(input, cert->user);
    }
    size_t count = certification_required(&input->view, scope, required);
    for (size_t i = 0; i < count; i++) {
        struct membership_row row = {.project = scope, .user = cert->user};
        if (id_equal(required[i], cert->requirement)) {
            return view_find(&input->view, ROW_MEMBERSHIP, &row);
        }
    }
    return false;
}

static struct status write_cert(struct state_row *row, const struct cert_row *cert)
{
    uint64_t now_us = row->input->view.now_utc_us, made_by = UINT64_MAX;
    struct cert_row again = {.cert = cert->cert};
    (void)view_find_made_by(&row->input->view, ROW_CERT, &again, &made_by);
    bool running = !cert->ended && cert->has_expires && cert->expires > now_us;
    size_t start = row->text.size;
    id_write(&row->text, cert->cert);
    struct bytes id = bytes_of(row->text.data + start, row->text.size - start);
    const struct cell cells[] = {
        called(row, cert->user),
        called(row, cert->requirement),
        cell_text(id),
        cert_standing(cert, now_us),
        cell_number(cert->issued),
        cert->has_expires ? cell_number(cert->expires) : cell_absent(),
        running ? cell_number((cert->expires - now_us) / (UINT64_C(86400) * TIME_SECOND_US))
                : cell_absent(),
        positions(row, cert->cert.n, made_by == cert->cert.n ? UINT64_MAX : made_by, UINT64_MAX),
    };
    return report_row(row->sink, cells);
}

static struct status certs_run(const struct report_input *input, struct report_sink *sink)
{
    static const struct report_table table = {
        .name = "certifications",
        .columns = cert_columns,
        .column_count = sizeof cert_columns / sizeof cert_columns[0],
        .empty = "Nobody has been certified for anything.",
        .main = true,
    };
    struct state_row row;
    struct cert_row cert = {0};
    TRY(report_begin(sink, input, NULL));
    report_heading(sink, "Certifications");
    struct view_walk walk = view_walk_of(&input->view, ROW_CERT, &cert, 0);
    report_table(sink, &table);
    while (view_walk_next(&walk, &cert)) {
        start_row(&row, input, sink);
        if (cert_in_scope(input, &cert)) {
            TRY(write_cert(&row, &cert));
        }
    }
    report_table_end(sink);
    TRY(*input->view.trouble);
    return report_end(sink);
}

const struct report_info report_certification_status = {
    .name = "certification-status",
    .title = "Certification status",
    .about =
        "Every certification: for whom and what, whether it holds, and how long it still will.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.2.2, 3.9.1",
    .filter = "certifications as of the end of the period",
    .columns = cert_columns,
    .column_count = sizeof cert_columns / sizeof cert_columns[0],
    .run = certs_run,
};

/* Dormant and leavers --------------------------------------------------------------------- */

enum {
    DORMANT_DAYS = 90, /* without a logon: NIST SP 800-171 r3 03.01.01, the value of the DoD */
};

static const struct report_column dormant_columns[] = {
    {"account", NULL, REPORT_TEXT},
    {"role", NULL, REPORT_TEXT},
    {"standing", NULL, REPORT_VERDICT},
    {"last_logon", NULL, REPORT_TIME},
    {"days", "days since", REPORT_INTEGER},
    {"ended", "ended or changed", REPORT_TIME},
    {"acts_after", "acts after it ended", REPORT_INTEGER},
    {"open_sessions", NULL, REPORT_INTEGER},
    {"events", NULL, REPORT_EVENTS},
};

static uint64_t open_sessions(const struct report_input *input, struct id user)
{
    struct open_session_row row = {.user = user};
    struct view_walk walk = view_walk_of(&input->view, ROW_OPEN_SESSION, &row, 1);
    uint64_t count = 0;
    while (view_walk_next(&walk, &row)) {
        struct session_row session = {.session = row.session};
        count += view_find(&input->view, ROW_SESSION, &session) &&
                 session.expires > input->view.now_utc_us;
    }
    return count;
}

static bool has_ended(const struct user_row *user, uint64_t now_us)
{
    return user->deleted || user->state == USER_STATE_INACTIVE ||
           (user->has_disabled_until && user->disabled_until > now_us);
}

/* What an account did; positions of UINT64_MAX: nothing. */
struct doings {
    uint64_t logon, act, changed;
    struct cell last_logon, changed_at;
    uint64_t last_us; /* the last logon; before the first, when it was registered */
};

static struct status find_doings(const struct report_input *input, struct id user,
                                 struct doings *out)
{
    struct user_row again = {.user = user};
    struct cell unused;
    out->changed = UINT64_MAX;
    (void)view_find_made_by(&input->view, ROW_USER, &again, &out->changed);
    TRY(newest(input, &(struct event_wanted){.kind = "session.opened", .on = user}, &out->logon,
               &out->last_logon));
    TRY(newest(input, &(struct event_wanted){.actor = user}, &out->act, &unused));
    TRY(time_cell(input, out->changed, &out->changed_at));
    out->last_us = out->last_logon.number;
    return out->last_logon.present ? OK : event_time(input, user.n, &out->last_us);
}

static struct status write_dormant(struct state_row *row, const struct user_row *user)
{
    const struct report_input *input = row->input;
    uint64_t now_us = input->view.now_utc_us;
    struct doings doings;
    TRY(find_doings(input, user->user, &doings));
    bool ended = has_ended(user, now_us);
    uint64_t days = now_us < doings.last_us
                        ? 0
                        : (now_us - doings.last_us) / (UINT64_C(86400) * TIME_SECOND_US);
    uint64_t sessions = open_sessions(input, user->user);
    bool after = ended && doings.act != UINT64_MAX && doings.act > doings.changed;
    if (!ended && days < DORMANT_DAYS) {
        return OK;
    }
    const struct cell cells[] = {
        called(row, user->user),
        cell_string(user_role_name(user->role)),
        user->deleted ? cell_verdict("deleted", TONE_MUTED)
        : ended       ? cell_verdict("not active", TONE_MUTED)
                      : cell_verdict("dormant", TONE_WARNING),
        doings.last_logon,
        cell_number(days),
        ended ? doings.changed_at : cell_absent(),
        cell_number(after),
        cell_number(sessions),
        positions(row, doings.logon, doings.changed, after ? doings.act : UINT64_MAX),
    };
    return report_row(row->sink, cells);
}

static struct status dormant_run(const struct report_input *input, struct report_sink *sink)
{
    static const struct report_table table = {
        .name = "accounts",
        .columns = dormant_columns,
        .column_count = sizeof dormant_columns / sizeof dormant_columns[0],
        .empty = "No account is dormant, and nobody has left.",
        .main = true,
    };
    struct state_row row;
    struct user_row user = {0};
    TRY(report_begin(sink, input, NULL));
    report_heading(sink, "Accounts that are not used, or have ended");
    report_paragraph(sink,
                     "An account is dormant after %d days without a logon. Of those that have "
                     "ended, whatever was done afterwards, and sessions that are still open, "
                     "are told.",
                     DORMANT_DAYS);
    struct view_walk walk = view_walk_of(&input->view, ROW_USER, &user, 0);
    report_table(sink, &table);
    while (view_walk_next(&walk, &user)) {
        start_row(&row, input, sink);
        if (user_in_scope(input, user.user)) {
            TRY(write_dormant(&row, &user));
        }
    }
    report_table_end(sink);
    TRY(*input->view.trouble);
    return report_end(sink);
}

const struct report_info report_dormant = {
    .name = "dormant-and-leavers",
    .title = "Dormant accounts and leavers",
    .about = "Accounts that nobody uses, accounts that have ended, and what was done after that.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.5.6, 3.9.2",
    .filter = "accounts as of the end of the period",
    .columns = dormant_columns,
    .column_count = sizeof dormant_columns / sizeof dormant_columns[0],
    .run = dormant_run,
};
