/*
 * tests/auditd/watcher/lab.h -- a log of a host, and a host that is what the log says, at random.
 *
 * Shape    The same seed makes the same lab. Machines in all states that can last, disks on their
 *          way in and out, drives at rest; with room for one thing more of each sort.
 */
#ifndef TESTS_AUDITD_WATCHER_LAB_H
#define TESTS_AUDITD_WATCHER_LAB_H

#include "auditd/watcher/compare.h"

#define SECOND UINT64_C(1000000)
#define NOW (UINT64_C(1790000000) * SECOND)
#define GRACE (10 * SECOND)
#define DEADLINE (120 * SECOND)

enum {
    MACHINES = 6,
    DISKS = 5, /* of a machine, at most */
    DRIVES = 24,
    FOUND_MAX = 64,
    ROUNDS = 300,
};

#define LAB_HOST ((struct id){ID_HOST, 40})

/* A host and a log of it, with room for one thing more of each sort. */
struct lab {
    struct model model;
    struct model_machine machines[MACHINES + 1];
    struct model_disk disks[MACHINES + 1][DISKS];
    struct model_volume volumes[DRIVES + 1];
    struct model_pool pool;
    struct model_export export;

    struct observed observed;
    struct seen_domain domains[MACHINES + 2];
    struct domain_disk seen_disks[MACHINES + 1][DISKS + 3];
    struct domain_interface interface;
    struct seen_pool seen_pool;
    struct seen_volume seen_volumes[DRIVES + 2];
    struct seen_file files[DRIVES + 1];
    struct seen_export seen_export[2];

    char words[512][96];
    size_t word_count;
    uint64_t seed;

    struct found {
        enum finding_kind kind;
        enum mismatch_kind mismatch;
        bool asked, also;
    } found[FOUND_MAX];
    size_t found_count;
};

/* At random, below `bound`. */
uint32_t lab_below(struct lab *lab, uint32_t bound);
/* A text that lives as long as the lab. */
struct bytes lab_word(struct lab *lab, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void lab_make(struct lab *lab, uint64_t seed);
/* One machine more, and its domain in the same place. */
void lab_make_machine(struct lab *lab);

/* Compares; what was found is in `found`. */
void lab_run(struct lab *lab);
/* For a comparison of one's own: adds to `found`. */
struct status lab_note(void *context, const struct finding *finding);
/* How many findings there are of a kind; of mismatches, of that one. */
size_t lab_count(const struct lab *lab, enum finding_kind kind, enum mismatch_kind mismatch);

/* Something of it, at random or the first; NULL: there is none. Domains that run; machines in a
 * state; the i-th disk of a domain; disks that are attached, of drives or media; disks in a state;
 * files that nobody writes to. */
struct seen_domain *lab_any_live(struct lab *lab);
struct model_machine *lab_machine_of(struct lab *lab, const struct seen_domain *domain);
struct model_machine *lab_any_in(struct lab *lab, enum vm_state state);
struct domain_disk *lab_disk_of(struct lab *lab, const struct seen_domain *domain, size_t i);
struct domain_disk *lab_any_attached(struct lab *lab, enum id_kind kind);
struct model_disk *lab_any_disk_in(struct lab *lab, enum attachment_state state);
struct seen_file *lab_any_resting(struct lab *lab, bool raw);

#endif
