/*
 * tests/schema/catalogue_properties.h -- what holds for every catalogue, and so for two of them.
 *
 * Shape    Written against the tables alone: built once with Cairn's catalogue, and once with the
 *          one in tests/schema/sample, which has everything that a catalogue can have.
 */
#ifndef TESTS_SCHEMA_CATALOGUE_PROPERTIES_H
#define TESTS_SCHEMA_CATALOGUE_PROPERTIES_H

/* Runs them as a group of this name; the number of failures. */
int catalogue_properties(const char *name);

#endif
