/* 3.3.1 and 3.3.2: that records are made, of what they consist, and who they lead to. */
#include "core/audit/declaration.h"
#include "reports/au/judge.h"

#include <inttypes.h>
#include <stdio.h>

/* The whole of the log so far is evidence. */
static void rest_on_all(const struct au_facts *facts, struct au_judgement *out, const char *about)
{
    if (facts->size > 0) {
        au_rests(out, 0, facts->size - 1, about);
    }
}

/* 3.3.1 a: kinds ------------------------------------------------------------------------- */

static bool is_listed(const struct au_facts *facts, const struct declaration_row *row,
                      enum event_kind kind)
{
    struct event_set_row set = {.kind = bytes_of_string(event_infos[kind].name)};
    for (size_t i = 0; i < row->kinds_count; i++) {
        if (declaration_names_kind(row->kinds[i], kind)) {
            return true;
        }
    }
    return view_find(&facts->view, ROW_EVENT_SET, &set);
}

void au_331a(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    unsigned seen = 0;
    if (!au_declared(facts, OBJECTIVE_3_3_1A, out, &row)) {
        return;
    }
    if (row.kinds_count == 0) {
        au_say(out, false, "declaration:%" PRIu64 " (%s) lists no kinds of events",
               row.declaration.n, au_label(&row).text);
        return;
    }
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        if (facts->kinds[kind].count > 0 && !is_listed(facts, &row, (enum event_kind)kind)) {
            au_rests(out, facts->kinds[kind].first, facts->kinds[kind].first,
                     "the first event of a kind that is not on the list");
            au_say(out, false, "%s occurs and is not on the list of declaration:%" PRIu64,
                   event_infos[kind].name, row.declaration.n);
            return;
        }
        seen += facts->kinds[kind].count > 0;
    }
    au_say(out, true, "%s lists the kinds to be logged; all %u that occurred are on it",
           au_label(&row).text, seen);
}

/* 3.3.1 b: the schema --------------------------------------------------------------------- */

/* A declaration names the schema by its fingerprint, or the first 12 digits or more of it. */
static bool names_catalogue(const struct au_facts *facts, const struct declaration_row *row)
{
    return row->version.size >= 12 && row->version.size <= strlen(facts->catalogue) &&
           memcmp(row->version.data, facts->catalogue, row->version.size) == 0;
}

void au_331b(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    if (!au_declared(facts, OBJECTIVE_3_3_1B, out, &row)) {
        return;
    }
    au_rests(out, facts->digests.count == 0 ? AU_NO_EVENT : facts->digests.last,
             facts->digests.last, "the schema in use");
    if (facts->digests.count > 0 && !names_catalogue(facts, &row)) {
        au_say(out, false,
               "the schema in use is %.12s; declaration:%" PRIu64 " approves another version, %s",
               facts->catalogue, row.declaration.n, au_label_of(row.version).text);
        return;
    }
    au_say(out, true, "%s defines what records consist of%s%.12s", au_label(&row).text,
           facts->digests.count > 0 ? ", and is of the schema in use, " : "",
           facts->digests.count > 0 ? facts->catalogue : "");
}

/* 3.3.1 c: that they are made ------------------------------------------------------------- */

/* How long the component may be silent: as declared for it by name, or for all. */
static uint64_t silence_days(const struct declaration_row *row, bool declared, const char *name)
{
    bool about_it = declared && row->has_period_days &&
                    (!row->has_source || bytes_equal(row->source, bytes_of_string(name)));
    return about_it ? row->period_days : AU_SILENCE_DAYS;
}

static const struct au_emitter *find_silent(const struct au_facts *facts, struct au_judgement *out,
                                            const struct declaration_row *row, bool declared)
{
    const struct au_emitter *silent = NULL;
    for (size_t i = 0; i < facts->emitter_count; i++) {
        const struct au_emitter *emitter = &facts->emitters[i];
        uint64_t since = emitter->last == AU_NO_EVENT ? emitter->registered_us : emitter->last_us;
        if (emitter->outside && !emitter->retired &&
            !au_recent(facts, out, since, silence_days(row, declared, emitter->name))) {
            silent = silent == NULL ? emitter : silent;
        }
    }
    return silent;
}

void au_331c(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    bool declared = au_may_declare(facts, OBJECTIVE_3_3_1C, out, &row);
    const struct au_emitter *silent = find_silent(facts, out, &row, declared);
    if (facts->missing.count > 0) {
        au_rests(out, facts->missing.first, facts->missing.last, "what is missing");
        au_say(out, false, "%" PRIu64 " events are missing, the first is %" PRIu64,
               facts->missing.count, facts->missing.first);
    } else if (facts->findings.count > 0) {
        au_rests(out, facts->findings.first, facts->findings.last, "what does not hold");
        au_say(out, false, "the log does not hold, first at event %" PRIu64 ": %s",
               facts->findings.first, facts->finding);
    } else if (silent != NULL) {
        bool never = silent->last == AU_NO_EVENT;
        au_rests(out, never ? silent->registered : silent->last,
                 never ? silent->registered : silent->last,
                 never ? "its registration" : "what it said last");
        au_say(out, false, "the component %s has been silent since %s", silent->name,
               au_day(never ? silent->registered_us : silent->last_us).text);
    } else {
        rest_on_all(facts, out, "without a gap");
        au_say(out, true,
               "%" PRIu64 " events by %zu components, their counters without a gap, none silent",
               facts->size, facts->emitter_count);
    }
}

/* 3.3.1 d: that they conform --------------------------------------------------------------- */

void au_331d(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    if (facts->wrong.count == 0) {
        rest_on_all(facts, out, "each compared with its schema");
        au_say(out, true,
               "all %" PRIu64 " records conform to the schema of their kind (%" PRIu64
               " bodies have been erased)",
               facts->size, facts->erased.count);
        return;
    }
    au_rests(out, facts->wrong.first, facts->wrong.last, "records that do not conform");
    if (au_may_declare(facts, OBJECTIVE_3_3_1D, out, &row) &&
        row.declaration.n > facts->wrong.last) {
        au_say(out, true, "%" PRIu64 " records do not conform; excused by %s", facts->wrong.count,
               au_label(&row).text);
        return;
    }
    au_say(out, false, "%" PRIu64 " records do not conform, the first is event %" PRIu64,
           facts->wrong.count, facts->wrong.first);
}

/* 3.3.1 e and f: retention ------------------------------------------------------------------ */

void au_331e(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    if (!au_declared(facts, OBJECTIVE_3_3_1E, out, &row)) {
        return;
    }
    if (!row.has_period_days) {
        au_say(out, false, "declaration:%" PRIu64 " (%s) names no period", row.declaration.n,
               au_label(&row).text);
        return;
    }
    au_say(out, true, "%s: records are kept for %" PRIu64 " days", au_label(&row).text,
           row.period_days);
}

void au_331f(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    if (!au_declared(facts, OBJECTIVE_3_3_1E, out, &row) || !row.has_period_days) {
        au_say(out, false,
               "no period is in force that retention could be compared with (3.3.1[e])");
        return;
    }
    rest_on_all(facts, out, "the log from its first event on");
    au_rests(out, facts->archives.count == 0 ? AU_NO_EVENT : facts->archives.last,
             facts->archives.last, "the last copy that was made");
    if (facts->missing.count > 0 || facts->findings.count > 0) {
        au_say(out, false, "the log has a hole or does not hold, first at event %" PRIu64,
               facts->missing.count > 0 ? facts->missing.first : facts->findings.first);
    } else if (facts->archives.count == 0) {
        au_say(out, false, "no copy of the log has been exported (cairn export)");
    } else if (!au_recent(facts, out, facts->archives.last_us, AU_ARCHIVE_DAYS)) {
        au_say(out, false, "the last copy of the log is of %s, more than %d days ago",
               au_day(facts->archives.last_us).text, AU_ARCHIVE_DAYS);
    } else {
        au_say(out, true,
               "nothing is ever removed: all %" PRIu64 " events are there from the first one on; "
               "%" PRIu64 " days are asked for; the last copy is of %s",
               facts->size, row.period_days, au_day(facts->archives.last_us).text);
    }
}

/* 3.3.2 ------------------------------------------------------------------------------------ */

void au_332a(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    if (au_declared(facts, OBJECTIVE_3_3_2A, out, &row)) {
        au_say(out, true,
               "%s; each record has actor, session, source, and the hash of the command that the "
               "user signed",
               au_label(&row).text);
    }
}

void au_332b(const struct au_facts *facts, struct au_judgement *out)
{
    if (facts->untraced.count > 0) {
        au_rests(out, facts->untraced.first, facts->untraced.last, "acts without a signed command");
        au_say(out, false,
               "%" PRIu64 " of %" PRIu64 " acts lead to no single person, the first is event "
               "%" PRIu64,
               facts->untraced.count, facts->acts.count, facts->untraced.first);
        return;
    }
    if (facts->acts.count > 0) {
        au_rests(out, facts->acts.first, facts->acts.last, "acts that users signed");
    } else {
        rest_on_all(facts, out, "no act of a user among them");
    }
    au_say(out, true,
           "all %" PRIu64 " acts of users lead to one person each, whose key signed the command",
           facts->acts.count);
}
