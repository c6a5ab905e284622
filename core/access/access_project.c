#include "core/access/access_parts.h"
#include "core/project/certification.h"
#include "core/project/label.h"
#include "core/project/membership.h"

/* How the reader stands in a project: now, and when the session was opened. */
struct standing {
    struct id project;
    bool member;
    bool restricted; /* the membership forbids the verb */
    uint64_t made_by, until_utc_us;
};

static bool has_login(const struct inquiry *inquiry)
{
    return inquiry->login.as_of_n != inquiry->kept.as_of_n;
}

static uint64_t earlier(uint64_t a_utc_us, uint64_t b_utc_us)
{
    if (a_utc_us == 0 || b_utc_us == 0) {
        return a_utc_us + b_utc_us; /* the one that ends, if any */
    }
    return a_utc_us < b_utc_us ? a_utc_us : b_utc_us;
}

/* The restriction that takes the verb away. */
static bool restriction_of(enum access_verb verb, enum restriction *out)
{
    switch (verb) {
    case ACCESS_DOWNLOAD:
        *out = RESTRICTION_NO_DOWNLOAD;
        return true;
    case ACCESS_SHARE:
        *out = RESTRICTION_NO_SHARE;
        return true;
    case ACCESS_EDIT:
    case ACCESS_DELETE:
    case ACCESS_CHANGE_PROJECT:
        *out = RESTRICTION_READ_ONLY;
        return true;
    case ACCESS_READ:
    case ACCESS_VIEW:
    case ACCESS_HISTORY:
    case ACCESS_VERB_COUNT:
        break;
    }
    return false;
}

static bool is_restricted(const struct membership_row *row, enum access_verb verb)
{
    enum restriction restriction;
    return restriction_of(verb, &restriction) && membership_forbids(row, restriction);
}

static void stand(const struct inquiry *inquiry, struct id project, struct standing *out)
{
    struct membership_row row;
    uint64_t unused;
    struct id user = inquiry->reader->user;
    *out = (struct standing){.project = project};
    out->member = membership_active_made_by(&inquiry->kept, project, user, &row, &out->made_by);
    out->until_utc_us = row.has_expires ? row.expires : 0;
    out->restricted = is_restricted(&row, inquiry->verb);
    if (out->member && has_login(inquiry)) {
        out->member = membership_active_made_by(&inquiry->login, project, user, &row, &unused);
        out->until_utc_us = earlier(out->until_utc_us, row.has_expires ? row.expires : 0);
        out->restricted = out->restricted || is_restricted(&row, inquiry->verb);
    }
}

/* Reading, and raising a tag, which is reading for whoever is above (PRJ-11). */
static bool goes_up(enum access_verb verb)
{
    return verb != ACCESS_EDIT && verb != ACCESS_DELETE && verb != ACCESS_SHARE;
}

/* Certifications ----------------------------------------------------------------------------- */

static bool is_among(struct id id, const struct id *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (id_equal(ids[i], id)) {
            return true;
        }
    }
    return false;
}

struct holding {
    bool holds;
    uint64_t made_by, until_utc_us;
};

static struct holding hold(const struct view *view, struct id user, struct id requirement)
{
    struct holding holding;
    struct cert_row cert = {.has_expires = false};
    holding.holds = certification_holds_made_by(view, user, requirement, &cert, &holding.made_by);
    holding.until_utc_us = cert.has_expires ? cert.expires : 0;
    return holding;
}

/* Certified now and at login; of what is asked for no longer (`view` is of the login) at login. */
static bool is_certified(struct inquiry *inquiry, const struct view *view, struct id requirement)
{
    struct id user = inquiry->reader->user;
    struct holding now = hold(view, user, requirement);
    if (now.holds && view == &inquiry->kept && has_login(inquiry)) {
        struct holding then = hold(&inquiry->login, user, requirement);
        now.holds = then.holds;
        now.until_utc_us = earlier(now.until_utc_us, then.until_utc_us);
    }
    access_note(inquiry, &(struct access_fact){.kind = FACT_CERTIFIED,
                                               .holds = now.holds,
                                               .about = requirement,
                                               .made_by = now.made_by,
                                               .until_utc_us = now.until_utc_us});
    return now.holds;
}

/* One answer for all the requirements of a project, each with its fact. */
static bool ask_certifications(struct inquiry *inquiry, struct id project)
{
    struct id now[REQUIREMENTS_MAX], then[REQUIREMENTS_MAX];
    size_t now_count, then_count = 0;
    bool met = certification_required_all(&inquiry->kept, project, now, &now_count);
    if (has_login(inquiry)) {
        met = certification_required_all(&inquiry->login, project, then, &then_count) && met;
    }
    if (!met) {
        access_note(inquiry, &(struct access_fact){
                                 .kind = FACT_CERTIFIED, .about = project, .made_by = UINT64_MAX});
    }
    for (size_t i = 0; i < now_count; i++) {
        met = is_certified(inquiry, &inquiry->kept, now[i]) && met;
    }
    for (size_t i = 0; i < then_count; i++) {
        if (!is_among(then[i], now, now_count)) {
            met = is_certified(inquiry, &inquiry->login, then[i]) && met;
        }
    }
    return met;
}

/* Which project ------------------------------------------------------------------------------ */

/* Whether all certifications are there, now and at login. */
static bool is_certified_for(const struct inquiry *inquiry, struct id project)
{
    const struct actor actor = {.user = inquiry->reader->user,
                                .session = inquiry->reader->session,
                                .opened_n = inquiry->login.as_of_n};
    return certification_granted(inquiry->view, &actor, project, NULL);
}

/* Of the projects below the tag that she is a member of, the first where nothing is in the way;
 * else the first. */
static bool find_below(const struct inquiry *inquiry, struct id tag, struct standing *out)
{
    struct member_of_row row = {.user = inquiry->reader->user};
    struct view_walk walk = view_walk_of(&inquiry->kept, ROW_MEMBER_OF, &row, 1);
    bool found = false;
    while (view_walk_next(&walk, &row)) {
        struct standing standing;
        if (!label_dominates(inquiry->view, row.project, tag)) {
            continue;
        }
        stand(inquiry, row.project, &standing);
        if (!standing.member) {
            continue;
        }
        bool is_free = !standing.restricted && is_certified_for(inquiry, row.project);
        if (is_free || !found) {
            *out = standing;
            found = true;
        }
        if (is_free) {
            break;
        }
    }
    return found;
}

/* The project that access to what carries the tag is measured by: the active one, if that is needed
 * and may be; else the tag; else one below it. Into a tagged group leads a project below its tag
 * whatever the verb: what is done in there concerns the tags that things in there have. What is
 * asked for below includes what is asked for above: whoever does not meet the tag of which she is a
 * member does not meet that either. */
static void choose(const struct inquiry *inquiry, struct id tag, enum access_activity activity,
                   struct standing *out)
{
    struct standing below;
    bool up = goes_up(inquiry->verb) || activity == ACTIVITY_ANY;
    if (up && activity == ACTIVITY_NEEDED && inquiry->active.kind != ID_NONE &&
        label_dominates(inquiry->view, inquiry->active, tag)) {
        stand(inquiry, inquiry->active, out);
        return;
    }
    stand(inquiry, tag, out);
    if (up && !out->member && find_below(inquiry, tag, &below)) {
        *out = below;
    }
}

bool access_meets(const struct inquiry *inquiry, struct id tag)
{
    struct standing standing, own;
    choose(inquiry, tag, ACTIVITY_ANY, &standing);
    stand(inquiry, tag, &own);
    return standing.member && !standing.restricted && !(own.member && own.restricted) &&
           is_certified_for(inquiry, standing.project);
}

bool access_stands_in(struct inquiry *inquiry, struct id tag)
{
    struct standing standing;
    choose(inquiry, tag, ACTIVITY_ANY, &standing);
    return standing.member;
}

static void ask_restriction(struct inquiry *inquiry, const struct standing *standing)
{
    enum restriction restriction;
    if (!standing->member || !restriction_of(inquiry->verb, &restriction)) {
        return;
    }
    access_note(inquiry, &(struct access_fact){.kind = FACT_RESTRICTION,
                                               .holds = !standing->restricted,
                                               .about = standing->project,
                                               .made_by = standing->made_by});
    if (standing->restricted) {
        access_refuse(inquiry, RULE_VLT_07A);
    }
}

static void ask_activity(struct inquiry *inquiry, const struct standing *standing)
{
    bool active = id_equal(inquiry->active, standing->project);
    access_note(inquiry,
                &(struct access_fact){.kind = FACT_PROJECT_ACTIVE,
                                      .holds = active,
                                      .about = standing->project,
                                      .made_by = active ? inquiry->session_made_by : UINT64_MAX});
    if (!active) {
        access_refuse(inquiry, access_class_rule(inquiry->out->class));
    }
}

void access_ask_project(struct inquiry *inquiry, struct id tag, enum access_activity activity)
{
    struct standing standing, own;
    enum rule rule = access_class_rule(inquiry->out->class);
    choose(inquiry, tag, activity, &standing);
    access_note(inquiry, &(struct access_fact){.kind = FACT_PROJECT_MEMBER,
                                               .holds = standing.member,
                                               .about = standing.project,
                                               .made_by = standing.made_by,
                                               .until_utc_us = standing.until_utc_us});
    if (!standing.member) {
        access_refuse(inquiry, rule);
    }
    if (activity == ACTIVITY_NEEDED && inquiry->reader->session.kind != ID_NONE) {
        ask_activity(inquiry, &standing);
    }
    if (!ask_certifications(inquiry, standing.project)) {
        access_refuse(inquiry, rule);
    }
    ask_restriction(inquiry, &standing);
    if (!id_equal(standing.project, tag)) {
        stand(inquiry, tag, &own);
        ask_restriction(inquiry, &own);
    }
}
