/*
 * tools/rule_tests.h -- the tests that name each rule of the catalogue.
 *
 * Shape    Made while building, from the sources of the tests: `file: test, file: test`; NULL for a
 *          rule that no test names.
 */
#ifndef TOOLS_RULE_TESTS_H
#define TOOLS_RULE_TESTS_H

#include "schema/catalogue/catalogue.h"

extern const char *const rule_tests[RULE_COUNT];

#endif
