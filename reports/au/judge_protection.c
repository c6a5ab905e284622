/* 3.3.7 to 3.3.9: the clock, protection, and who manages the audit. */
#include "core/audit/tool.h"
#include "reports/au/judge.h"

#include <inttypes.h>
#include <stdlib.h>

/* The clock --------------------------------------------------------------------------------- */

void au_337a(const struct au_facts *facts, struct au_judgement *out)
{
    if (facts->size > 0) {
        au_rests(out, 0, facts->size - 1, "their times");
    }
    au_rests(out, facts->steps.count == 0 ? AU_NO_EVENT : facts->steps.last, facts->steps.last,
             "the last step of the clock");
    if (facts->findings.count > 0) {
        au_say(out, false, "the log does not hold, first at event %" PRIu64 ": %s",
               facts->findings.first, facts->finding);
        return;
    }
    au_say(out, true,
           "all %" PRIu64 " records have the time of the log's own clock, UTC to the microsecond, "
           "never decreasing; it stepped back %" PRIu64 " times, which was held and logged",
           facts->size, facts->steps.count);
}

/* The one source that is declared; false, and said, if there is none or more than one. */
static bool declared_source(const struct au_facts *facts, struct au_judgement *out,
                            struct declaration_row *row)
{
    if (!au_declared(facts, OBJECTIVE_3_3_7B, out, row)) {
        return false;
    }
    if (!row->has_source) {
        au_say(out, false, "declaration:%" PRIu64 " (%s) names no source", row->declaration.n,
               au_label(row).text);
    }
    return row->has_source;
}

/* Another declaration in force that names another source. */
static uint64_t other_source(const struct au_facts *facts, const struct declaration_row *row)
{
    struct objective_row about = {.objective =
                                      bytes_of_string(objective_infos[OBJECTIVE_3_3_7B].id)};
    struct view_walk walk = view_walk_of(&facts->view, ROW_OBJECTIVE, &about, 1);
    while (view_walk_next(&walk, &about)) {
        struct declaration_row other = {.declaration = about.declaration};
        if (view_find(&facts->view, ROW_DECLARATION, &other) &&
            other.status == DECLARATION_STATUS_APPROVED && other.effective <= facts->now_us &&
            facts->now_us < other.review_by && other.has_source &&
            !bytes_equal(other.source, row->source)) {
            return other.declaration.n;
        }
    }
    return AU_NO_EVENT;
}

void au_337b(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    if (!declared_source(facts, out, &row)) {
        return;
    }
    uint64_t other = other_source(facts, &row);
    if (other != AU_NO_EVENT) {
        au_rests(out, other, other, "the other declaration");
        au_say(out, false,
               "declaration:%" PRIu64 " and declaration:%" PRIu64 " name different sources",
               row.declaration.n, other);
        return;
    }
    au_say(out, true, "%s: the source is %s", au_label(&row).text, au_label_of(row.source).text);
}

static bool compared_with(const struct au_facts *facts, struct bytes source, struct clock_row *out,
                          uint64_t *n)
{
    *out = (struct clock_row){.source = source};
    *n = AU_NO_EVENT;
    return view_find_made_by(&facts->view, ROW_CLOCK, out, n);
}

static void say_uncompared(const struct au_facts *facts, struct au_judgement *out,
                           const char *source)
{
    if (facts->compared.count == 0) {
        au_say(out, false, "the clock has never been compared with %s (cairn clock compare)",
               source);
        return;
    }
    au_rests(out, facts->compared.last, facts->compared.last, "the last comparison");
    au_say(out, false,
           "the clock was compared on %s, but not with %s: only chrony can say what keeps it",
           au_day(facts->compared.last_us).text, source);
}

/* What a declaration says of tolerance and frequency, if it does. */
static void take_measures(const struct declaration_row *row, uint64_t *tolerance_us, uint64_t *days)
{
    *tolerance_us = row->has_tolerance_us ? row->tolerance_us : *tolerance_us;
    *days = row->has_period_days ? row->period_days : *days;
}

void au_337c(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    struct clock_row clock;
    uint64_t n;
    if (!declared_source(facts, out, &row)) {
        au_say(out, false,
               "no source is in force that the clock could be compared with (3.3.7[b])");
        return;
    }
    uint64_t tolerance_us = AU_TOLERANCE_US, days = AU_CLOCK_DAYS;
    struct au_label source = au_label_of(row.source);
    take_measures(&row, &tolerance_us, &days);
    if (!compared_with(facts, row.source, &clock, &n)) {
        say_uncompared(facts, out, source.text);
        return;
    }
    if (au_may_declare(facts, OBJECTIVE_3_3_7C, out, &row)) {
        take_measures(&row, &tolerance_us, &days);
    }
    au_rests(out, n, n, "the last comparison");
    if (!au_recent(facts, out, clock.compared, days)) {
        au_say(out, false,
               "the clock was last compared with %s on %s, more than %" PRIu64 " days ago",
               source.text, au_day(clock.compared).text, days);
    } else if (!clock.synchronised) {
        au_say(out, false, "the clock was not synchronised when it was last compared");
    } else if (clock.offset_us > tolerance_us) {
        au_say(out, false, "the clock was off by %" PRIu64 " us; %" PRIu64 " are tolerated",
               clock.offset_us, tolerance_us);
    } else {
        au_say(out, true,
               "compared with %s on %s: synchronised, off by %" PRIu64 " us of %" PRIu64
               " tolerated",
               source.text, au_day(clock.compared).text, clock.offset_us, tolerance_us);
    }
}

/* Who reads --------------------------------------------------------------------------------- */

/* Whether a name is one of `a, b, c`. */
static bool is_on_list(struct bytes list, const char *name)
{
    size_t at = 0, size = strlen(name);
    while (at < list.size) {
        size_t end = at;
        while (end < list.size && list.data[end] != ',') {
            end++;
        }
        while (at < end && list.data[at] == ' ') {
            at++;
        }
        size_t word = end - at;
        while (word > 0 && list.data[at + word - 1] == ' ') {
            word--;
        }
        if (word == size && memcmp(list.data + at, name, size) == 0) {
            return true;
        }
        at = end + 1;
    }
    return false;
}

void au_338a(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    if (!au_declared(facts, OBJECTIVE_3_3_8A, out, &row)) {
        return;
    }
    if (!row.has_source) {
        au_say(out, false,
               "declaration:%" PRIu64 " (%s) names no readers (--readers ann,ben); %zu have read",
               row.declaration.n, au_label(&row).text, facts->reader_count);
        return;
    }
    for (size_t i = 0; i < facts->reader_count; i++) {
        if (!is_on_list(row.source, facts->readers[i])) {
            au_rests(out, facts->reader_events[i], facts->reader_events[i], "what was read first");
            au_say(out, false, "%s has read the log and is not on the list of declaration:%" PRIu64,
                   au_label_of(bytes_of_string(facts->readers[i])).text, row.declaration.n);
            return;
        }
    }
    au_say(out, !facts->readers_more,
           facts->readers_more ? "%s; more than %zu have read the log"
                               : "%s; all %zu who have read the log are on its list",
           au_label(&row).text, facts->reader_count);
}

/* The log ----------------------------------------------------------------------------------- */

void au_338b(const struct au_facts *facts, struct au_judgement *out)
{
    if (facts->findings.count > 0) {
        au_rests(out, facts->findings.first, facts->findings.last, "what does not hold");
        au_say(out, false, "the log does not hold, first at event %" PRIu64 ": %s",
               facts->findings.first, facts->finding);
        return;
    }
    if (facts->verified.count == 0) {
        au_say(out, false, "no verification has been recorded (cairn verify)");
        return;
    }
    au_rests(out, facts->verified.last, facts->verified.last, "the last recorded verification");
    if (facts->verified_findings > 0) {
        au_say(out, false, "the verification of %s had %" PRIu64 " findings",
               au_day(facts->verified.last_us).text, facts->verified_findings);
    } else if (!au_recent(facts, out, facts->verified.last_us, AU_VERIFY_DAYS)) {
        au_say(out, false, "the log was last verified on %s, more than %d days ago",
               au_day(facts->verified.last_us).text, AU_VERIFY_DAYS);
    } else {
        au_say(out, true,
               "chain, tree and signatures hold, in this pass and in the verification of %s",
               au_day(facts->verified.last_us).text);
    }
}

void au_338c(const struct au_facts *facts, struct au_judgement *out)
{
    if (facts->size > 0) {
        au_rests(out, 0, facts->size - 1, "positions without a gap");
    }
    if (facts->missing.count > 0 || facts->findings.count > 0) {
        au_say(out, false, "the log has a hole or does not hold, first at event %" PRIu64,
               facts->missing.count > 0 ? facts->missing.first : facts->findings.first);
        return;
    }
    au_rests(out, facts->archives.count == 0 ? AU_NO_EVENT : facts->archives.last,
             facts->archives.last, "the last copy elsewhere");
    au_say(out, true,
           "positions 0 to %" PRIu64 " are all there, under checkpoints that follow one another; "
           "nothing can be purged; copies were made %" PRIu64 " times",
           facts->size == 0 ? 0 : facts->size - 1, facts->archives.count);
}

/* The tools --------------------------------------------------------------------------------- */

struct tools {
    struct tools_row row;
    struct tools_measurement_row measured, approved;
    bool has_measured, has_approved; /* the lists of files of each */
};

static bool find_tools(const struct au_facts *facts, struct au_judgement *out, struct tools *tools)
{
    *tools = (struct tools){0};
    au_rests(out, facts->measured.count == 0 ? AU_NO_EVENT : facts->measured.last,
             facts->measured.last, "the last measurement");
    if (!tool_state(&facts->view, &tools->row) || !tools->row.has_measured) {
        au_say(out, false, "the tools have never been measured (cairn tools measure)");
        return false;
    }
    tools->measured.digest = tools->row.measured;
    tools->has_measured = view_find(&facts->view, ROW_TOOLS_MEASUREMENT, &tools->measured);
    tools->approved.digest = tools->row.approved;
    tools->has_approved =
        tools->row.has_approved && view_find(&facts->view, ROW_TOOLS_MEASUREMENT, &tools->approved);
    return true;
}

static bool measured_lately(const struct au_facts *facts, struct au_judgement *out,
                            const struct tools *tools)
{
    bool lately = au_recent(facts, out, tools->row.measured_at, AU_MEASURE_DAYS);
    if (!lately) {
        au_say(out, false, "the tools were last measured on %s, more than %d days ago",
               au_day(tools->row.measured_at).text, AU_MEASURE_DAYS);
    }
    return lately;
}

/* The index-th word of `path sha256 mode owner`, from the end: a path may have blanks. */
static struct bytes word_from_end(struct bytes line, size_t index)
{
    size_t end = line.size;
    for (;;) {
        size_t start = end;
        while (start > 0 && line.data[start - 1] != ' ') {
            start--;
        }
        if (index-- == 0) {
            return bytes_of(line.data + start, end - start);
        }
        if (start == 0) {
            return (struct bytes){0};
        }
        end = start - 1;
    }
}

static struct bytes path_of(struct bytes line)
{
    struct bytes sha256 = word_from_end(line, 2);
    size_t size = sha256.data == NULL ? line.size : (size_t)(sha256.data - line.data);
    return bytes_of(line.data, size > 0 && size < line.size ? size - 1 : size);
}

/* Others than owner and group may write: the last octal digit of the mode has the bit 2. */
static bool is_open(struct bytes line)
{
    struct bytes mode = word_from_end(line, 1);
    return mode.size > 0 && ((mode.data[mode.size - 1] - '0') & 2) != 0;
}

void au_338d(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    struct tools tools;
    if (!au_declared(facts, OBJECTIVE_3_3_8D, out, &row) || !find_tools(facts, out, &tools) ||
        !measured_lately(facts, out, &tools)) {
        return;
    }
    for (size_t i = 0; i < tools.measured.tools_count; i++) {
        if (is_open(tools.measured.tools[i])) {
            au_say(out, false, "anybody may write to %s",
                   au_label_of(path_of(tools.measured.tools[i])).text);
            return;
        }
    }
    au_say(out, true, "%s; of %zu files of the tools none can be written by everybody",
           au_label(&row).text, tools.measured.tools_count);
}

void au_338e(const struct au_facts *facts, struct au_judgement *out)
{
    struct tools tools;
    if (!find_tools(facts, out, &tools) || !measured_lately(facts, out, &tools)) {
        return;
    }
    const struct au_times *approved = &facts->kinds[EVENT_AUDIT_TOOLS_APPROVED];
    au_rests(out, approved->count == 0 ? AU_NO_EVENT : approved->last, approved->last,
             "the baseline");
    if (!tools.row.has_approved) {
        au_say(out, false, "no baseline of the tools has been approved (cairn tools approve)");
    } else if (tool_differs(&tools.row)) {
        au_say(out, false, "the tools measured on %s are not those that were approved",
               au_day(tools.row.measured_at).text);
    } else {
        au_say(out, true, "the tools measured on %s are those that were approved, byte for byte",
               au_day(tools.row.measured_at).text);
    }
}

static bool is_measured(const struct tools *tools, struct bytes path)
{
    for (size_t i = 0; i < tools->measured.tools_count; i++) {
        if (bytes_equal(path_of(tools->measured.tools[i]), path)) {
            return true;
        }
    }
    return false;
}

void au_338f(const struct au_facts *facts, struct au_judgement *out)
{
    struct tools tools;
    if (!find_tools(facts, out, &tools) || !measured_lately(facts, out, &tools)) {
        return;
    }
    if (!tools.has_approved) {
        au_say(out, false, "without a baseline nobody knows what is missing (cairn tools approve)");
        return;
    }
    for (size_t i = 0; i < tools.approved.tools_count; i++) {
        if (!is_measured(&tools, path_of(tools.approved.tools[i]))) {
            au_say(out, false, "%s is missing", au_label_of(path_of(tools.approved.tools[i])).text);
            return;
        }
    }
    au_say(out, true, "all %zu files of the baseline were there on %s", tools.approved.tools_count,
           au_day(tools.row.measured_at).text);
}

/* Who manages the audit --------------------------------------------------------------------- */

struct privileged {
    uint64_t managers, privileged;
};

static struct privileged count_privileged(const struct au_facts *facts)
{
    static const enum user_role roles[] = {USER_ROLE_AUDITOR, USER_ROLE_SUB_ADMIN, USER_ROLE_ADMIN,
                                           USER_ROLE_SUPER_ADMIN};
    struct privileged found = {0};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        struct role_row row = {.role = roles[i]};
        struct view_walk walk = view_walk_of(&facts->view, ROW_ROLE, &row, 1);
        while (view_walk_next(&walk, &row)) {
            found.privileged++;
        }
    }
    struct audit_manager_row manager = {0};
    struct view_walk walk = view_walk_of(&facts->view, ROW_AUDIT_MANAGER, &manager, 0);
    while (view_walk_next(&walk, &manager)) {
        found.managers++;
    }
    return found;
}

static void rest_on_managers(const struct au_facts *facts, struct au_judgement *out)
{
    const struct au_times *changed = &facts->kinds[EVENT_AUDIT_MANAGER_CHANGED];
    au_rests(out, changed->count == 0 ? AU_NO_EVENT : changed->first, changed->last,
             "who was named");
}

void au_339a(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    if (!au_declared(facts, OBJECTIVE_3_3_9A, out, &row)) {
        return;
    }
    struct privileged found = count_privileged(facts);
    rest_on_managers(facts, out);
    if (found.managers == 0) {
        au_say(out, false, "%s is in force, but there is no audit manager (cairn manager add)",
               au_label(&row).text);
        return;
    }
    au_say(out, true,
           "%s; %" PRIu64 " audit managers beside %" PRIu64
           " with a privileged role, no super-administrator among them",
           au_label(&row).text, found.managers, found.privileged);
}

void au_339b(const struct au_facts *facts, struct au_judgement *out)
{
    struct declaration_row row;
    struct privileged found = count_privileged(facts);
    rest_on_managers(facts, out);
    if (found.managers == 0) {
        au_say(out, false, "there is no audit manager that management could be limited to");
        return;
    }
    if (facts->unmanaged.count == 0) {
        au_say(out, true,
               "every act of audit management was by somebody who was an audit manager "
               "then");
        return;
    }
    au_rests(out, facts->unmanaged.first, facts->unmanaged.last, "acts by others");
    if (au_may_declare(facts, OBJECTIVE_3_3_9B, out, &row) &&
        row.declaration.n > facts->unmanaged.last) {
        au_say(out, true, "%" PRIu64 " acts of others are excused by %s", facts->unmanaged.count,
               au_label(&row).text);
        return;
    }
    au_say(out, false,
           "%" PRIu64 " acts of audit management were by others, the first is event "
           "%" PRIu64,
           facts->unmanaged.count, facts->unmanaged.first);
}
