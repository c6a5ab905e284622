/*
 * tests/reports/zones.h -- zones with every kind of trouble, and how a test goes there.
 */
#ifndef TESTS_REPORTS_ZONES_H
#define TESTS_REPORTS_ZONES_H

#include "reports/zone.h"

#include <stdlib.h>
#include <time.h>

/* DST by an hour, by half an hour, at midnight, by none; a day left out altogether; odd minutes. */
static const char *const test_zones[] = {
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Beirut",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Pacific/Chatham",
};

enum {
    TEST_ZONES = sizeof test_zones / sizeof test_zones[0],
};

static inline struct zone go_to(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
    return zone_local(name);
}

#endif
