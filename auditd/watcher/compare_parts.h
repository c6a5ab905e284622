/*
 * auditd/watcher/compare_parts.h -- for the files of compare: a comparison under way.
 */
#ifndef AUDITD_WATCHER_COMPARE_PARTS_H
#define AUDITD_WATCHER_COMPARE_PARTS_H

#include "auditd/watcher/compare.h"
#include "schema/text.h"

struct comparing {
    struct comparison *with;
    struct text object, expected, observed;
    char object_memory[FINDING_TEXT_MAX + 1];
    char expected_memory[FINDING_TEXT_MAX + 1];
    char observed_memory[FINDING_TEXT_MAX + 1];
};

/* Empties the three texts, for a finding to come. */
void comparing_begin(struct comparing *comparing);
/* What is in the three texts, as a mismatch. Longer ones are cut. */
MUST_CHECK struct status comparing_mismatch(struct comparing *comparing, enum mismatch_kind kind);
/* Of a thing that is at a machine, cut to what text there is room for. */
void comparing_put(struct text *text, struct bytes bytes);
MUST_CHECK struct status comparing_fact(struct comparing *comparing, const struct finding *fact);

/* Whether so much time has passed since. */
bool comparing_is_over(const struct comparing *comparing, uint64_t since_us, uint64_t patience_us);

/* The disks, media and interfaces of a machine that runs. */
MUST_CHECK struct status compare_devices(struct comparing *comparing,
                                         const struct model_machine *machine,
                                         const struct seen_domain *domain);
MUST_CHECK struct status compare_pools(struct comparing *comparing);
MUST_CHECK struct status compare_files(struct comparing *comparing);
MUST_CHECK struct status compare_exports(struct comparing *comparing);

#endif
