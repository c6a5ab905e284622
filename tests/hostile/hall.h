/*
 * tests/hostile/hall.h -- a store in which every hostile string is somebody's name and a record.
 *
 * Shape    For each string that is UTF-8, as all text of a log is: a subject of that name, and an
 *          imported record about it whose action, user and raw text it is. What else shows text is
 *          given the strings as they are.
 */
#ifndef TESTS_HOSTILE_HALL_H
#define TESTS_HOSTILE_HALL_H

#include "reports/siem/event.h"
#include "tests/hostile/strings.h"
#include "tests/reports/capture.h"
#include "tests/support/scratch.h"

enum {
    HALL_MAX = 160,      /* strings */
    HALL_NAME_MAX = 200, /* bytes of a subject's name */
};

struct hall {
    struct scratch scratch;
    struct engine *engine;
    struct log_snapshot *log;
    struct hasher *hasher;
    struct siem_reader reader;
    struct id subject[HALL_MAX];
    uint64_t record[HALL_MAX]; /* the event of each string; 0: it is in no log */
    struct leaf leaf;
    struct capture capture;
};

/* The caller's: hall_end. */
struct hall *hall_begin(void);
void hall_end(struct hall *hall);

/* Reads the event of a string into `leaf` and the reader; false if it has none. */
bool hall_read(struct hall *hall, size_t index);

#endif
