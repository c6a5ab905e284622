#include "reports/verdict.h"

#include "schema/canonical.h"
#include "schema/time.h"

#include <inttypes.h>

static uint64_t told(const struct verify_report *report)
{
    return report->finding_count < VERIFY_FINDINGS_MAX ? report->finding_count
                                                       : VERIFY_FINDINGS_MAX;
}

/* Findings come in the order in which they were made; the last checks look far back. */
static uint64_t first_bad(const struct verify_report *report)
{
    uint64_t first = report->findings[0].n;
    for (uint64_t i = 1; i < told(report); i++) {
        first = report->findings[i].n < first ? report->findings[i].n : first;
    }
    return first;
}

/* For people ------------------------------------------------------------------------------ */

static void write_range(struct output *out, const char *what, uint64_t count, const char *by)
{
    if (count == 0) {
        output_add(out, "%-12s no events\n", what);
    } else if (by == NULL) {
        output_add(out, "%-12s events 0 to %" PRIu64 "\n", what, count - 1);
    } else {
        output_add(out, "%-12s events 0 to %" PRIu64 " %s\n", what, count - 1, by);
    }
}

static void write_ranges(const struct verify_report *report, const struct verdict_about *about,
                         struct output *out)
{
    char memory[512];
    struct text by = TEXT_IN(memory);
    text_put_literal(&by, "by the key of ");
    text_put_printable(&by, bytes_of_string(about->origin));
    text_add(&by, ", %" PRIu64 " checkpoint%s", report->checkpoints,
             report->checkpoints == 1 ? "" : "s");
    output_add(out, "%-12s none: no witness is known here\n", "witnessed");
    write_range(out, "signed", report->checkpointed, text_string(&by));
    if (report->checkpointed < report->size) {
        output_add(out, "%-12s events %" PRIu64 " to %" PRIu64 ": no checkpoint covers them\n",
                   "unsigned", report->checkpointed, report->size - 1);
    }
}

/* What can be checked with bodies at hand, and what cannot without. */
static void write_checks(const struct verify_report *report, const struct verdict_about *about,
                         struct output *out)
{
    output_add(out, "%-12s form, chain, tree, times, counters of %" PRIu64 " events\n", "checked",
               report->size);
    if (!about->whole) {
        output_add(out,
                   "%-12s emitters' signatures, users' signatures, bodies: they are not here\n",
                   "not checked");
        return;
    }
    output_add(out, "%-12s %" PRIu64 " signatures of %" PRIu32 " emitters\n", "emitters",
               report->submissions, report->emitters);
    output_add(out, "%-12s %" PRIu64 " signed by users\n", "commands", report->commands);
    output_add(out, "%-12s %" PRIu64 " compared, %" PRIu64 " absent\n", "bodies", report->bodies,
               report->bodies_absent);
}

static void write_time_range(const struct verify_report *report, struct output *out)
{
    char memory[80];
    struct text text = TEXT_IN(memory);
    if (report->size > 0) {
        time_write(&text, report->first_t_utc_us);
        text_put_literal(&text, " to ");
        time_write(&text, report->last_t_utc_us);
        output_add(out, "%-12s %s\n", "recorded", text_string(&text));
    }
}

void verdict_for_people(const struct verify_report *report, const struct verdict_about *about,
                        struct output *out)
{
    char memory[DIGEST_BASE64_SIZE + 1];
    struct text root = TEXT_IN(memory);
    text_put_base64(&root, BYTES(report->root.sha256));
    write_ranges(report, about, out);
    write_checks(report, about, out);
    write_time_range(report, out);
    output_add(out, "%-12s %s\n", "root", text_string(&root));
    for (uint64_t i = 0; i < told(report); i++) {
        output_add(out, "event %" PRIu64 ": %s\n", report->findings[i].n, report->findings[i].what);
    }
    if (report->finding_count > told(report)) {
        output_add(out, "and %" PRIu64 " more findings\n", report->finding_count - told(report));
    }
    if (report->finding_count == 0) {
        output_add(out, "VERIFIED: all %" PRIu64 " events hold\n", report->size);
    } else {
        output_add(out, "NOT VERIFIED: the first bad event is %" PRIu64 "\n", first_bad(report));
    }
}

/* For programs ---------------------------------------------------------------------------- */

static void put_string(struct output *out, const char *name, const char *value)
{
    char memory[1024];
    struct text text = TEXT_IN(memory);
    canonical_put_string(&text, bytes_of_string(value));
    output_add(out, ",\"%s\":%s", name, text.full ? "\"\"" : text_string(&text));
}

static void put_checks(const struct verify_report *report, const struct verdict_about *about,
                       struct output *out)
{
    output_add(out,
               ",\"size\":%" PRIu64 ",\"signed\":%" PRIu64
               ",\"witnessed\":0,\"checkpoints\":%" PRIu64,
               report->size, report->checkpointed, report->checkpoints);
    if (!about->whole) {
        output_put_string(out, ",\"not_checked\":[\"bodies\",\"commands\",\"emitters\"]");
        return;
    }
    output_add(out,
               ",\"submissions\":%" PRIu64 ",\"emitters\":%" PRIu32 ",\"commands\":%" PRIu64
               ",\"bodies\":%" PRIu64 ",\"bodies_absent\":%" PRIu64
               ",\"unsigned_by_emitters\":%" PRIu64 ",\"not_checked\":[]",
               report->submissions, report->emitters, report->commands, report->bodies,
               report->bodies_absent, report->unsigned_events);
}

void verdict_json_members(const struct verify_report *report, const struct verdict_about *about,
                          struct output *out)
{
    char memory[DIGEST_BASE64_SIZE + 1];
    struct text root = TEXT_IN(memory);
    text_put_base64(&root, BYTES(report->root.sha256));
    output_add(out, "\"verified\":%s", report->finding_count == 0 ? "true" : "false");
    put_string(out, "origin", about->origin);
    put_checks(report, about, out);
    output_add(out, ",\"root\":\"%s\",\"finding_count\":%" PRIu64 ",\"findings\":[",
               text_string(&root), report->finding_count);
    for (uint64_t i = 0; i < told(report); i++) {
        output_add(out, "%s{\"n\":%" PRIu64, i == 0 ? "" : ",", report->findings[i].n);
        put_string(out, "what", report->findings[i].what);
        output_put_char(out, '}');
    }
    output_put_char(out, ']');
}

void verdict_write(const struct verify_report *report, const char *origin, bool json,
                   struct output *out)
{
    const struct verdict_about about = {.origin = origin, .whole = true};
    if (!json) {
        verdict_for_people(report, &about, out);
        return;
    }
    output_put_char(out, '{');
    verdict_json_members(report, &about, out);
    output_put_string(out, "}\n");
}
