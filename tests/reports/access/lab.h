/*
 * tests/reports/access/lab.h -- an enclave with three projects and files that people work on.
 *
 * Shape    `federal` is above `texas` and `florida`. bob is in all three, cat in federal and texas,
 *          dan in none; each has a session. Chunks are whole.
 */
#ifndef TESTS_REPORTS_ACCESS_LAB_H
#define TESTS_REPORTS_ACCESS_LAB_H

#include "tests/support/enclave.h"

enum {
    LAB_CHUNK = 8 << 20, /* bytes of content */
};

struct lab {
    struct enclave enclave;
    struct id federal, texas, florida;
    struct id bob, cat, dan;
    struct log_snapshot *log; /* after lab_look */
    struct index_snapshot *index;
};

/* For cmocka: *state is the lab. */
int lab_begin(void **state);
int lab_end(void **state);
/* Opens snapshots of all there is; those of before are closed. */
void lab_look(struct lab *lab);

/* Has a project active in the session of now; ID_NONE: none. */
void lab_activate(struct lab *lab, const char *who, struct id project);
void lab_leave(struct lab *lab, struct id project, struct id user);
/* A sealed file at the top of somebody's tree; the project (or ID_NONE) must be active. */
struct id lab_file(struct lab *lab, const char *who, const char *name, struct id project,
                   uint64_t chunks);
/* The same in a directory. */
struct id lab_file_in(struct lab *lab, const char *who, struct id parent, const char *name,
                      struct id project, uint64_t chunks);
/* What is done with it; the position of the event. */
uint64_t lab_share(struct lab *lab, const char *who, struct id file, struct id with);
uint64_t lab_fetch(struct lab *lab, const char *who, struct id file);
uint64_t lab_read(struct lab *lab, const char *who, struct id file, uint64_t from, uint64_t to);
uint64_t lab_download(struct lab *lab, const char *who, struct id file);
uint64_t lab_tag(struct lab *lab, const char *who, struct id file, struct id project);

#define IN_LAB(test) cmocka_unit_test_setup_teardown(test, lab_begin, lab_end)

#endif
