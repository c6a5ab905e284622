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

static void write_ranges(const struct verify_report *report, const char *origin, struct output *out)
{
    char memory[512];
    struct text by = TEXT_IN(memory);
    text_add(&by, "by the key of %s, %" PRIu64 " checkpoints", origin, report->checkpoints);
    output_add(out, "%-12s none: no witness is configured\n", "witnessed");
    write_range(out, "signed", report->checkpointed, text_string(&by));
    if (report->checkpointed < report->size) {
        output_add(out, "%-12s events %" PRIu64 " to %" PRIu64 ": no checkpoint covers them\n",
                   "unsigned", report->checkpointed, report->size - 1);
    }
}

static void write_checks(const struct verify_report *report, struct output *out)
{
    output_add(out, "%-12s %" PRIu64 " submissions of %" PRIu32 " emitters\n", "emitters",
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

static void write_for_people(const struct verify_report *report, const char *origin,
                             struct output *out)
{
    char memory[DIGEST_BASE64_SIZE + 1];
    struct text root = TEXT_IN(memory);
    text_put_base64(&root, BYTES(report->root.sha256));
    write_ranges(report, origin, out);
    write_checks(report, out);
    write_time_range(report, out);
    output_add(out, "%-12s %" PRIu64 " events, root %s\n", "tree", report->size,
               text_string(&root));
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

static void write_json(const struct verify_report *report, const char *origin, struct output *out)
{
    char memory[512];
    struct text text = TEXT_IN(memory);
    canonical_put_string(&text, bytes_of_string(origin));
    text_put_literal(&text, ",\"root\":");
    canonical_put_base64(&text, BYTES(report->root.sha256));
    output_add(out, "{\"verified\":%s,\"origin\":%s", report->finding_count == 0 ? "true" : "false",
               text_string(&text));
    output_add(out,
               ",\"size\":%" PRIu64 ",\"signed\":%" PRIu64
               ",\"witnessed\":0,\"checkpoints\":%" PRIu64 ",\"submissions\":%" PRIu64
               ",\"emitters\":%" PRIu32 ",\"commands\":%" PRIu64,
               report->size, report->checkpointed, report->checkpoints, report->submissions,
               report->emitters, report->commands);
    output_add(out,
               ",\"bodies\":%" PRIu64 ",\"bodies_absent\":%" PRIu64
               ",\"unsigned_by_emitters\":%" PRIu64 ",\"finding_count\":%" PRIu64 ",\"findings\":[",
               report->bodies, report->bodies_absent, report->unsigned_events,
               report->finding_count);
    for (uint64_t i = 0; i < told(report); i++) {
        text_clear(&text);
        canonical_put_string(&text, bytes_of_string(report->findings[i].what));
        output_add(out, "%s{\"n\":%" PRIu64 ",\"what\":%s}", i == 0 ? "" : ",",
                   report->findings[i].n, text_string(&text));
    }
    output_put_string(out, "]}\n");
}

void verdict_write(const struct verify_report *report, const char *origin, bool json,
                   struct output *out)
{
    if (json) {
        write_json(report, origin, out);
    } else {
        write_for_people(report, origin, out);
    }
}
