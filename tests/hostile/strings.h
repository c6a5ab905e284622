/*
 * tests/hostile/strings.h -- text that was made to hurt whoever shows it.
 *
 * Shape    Each has a name, and bytes that may be anything: what steers terminals, hides itself,
 *          is a formula to a spreadsheet, markup to a browser, the end of a string to JSON, syslog,
 *          CEF, DOT or XML, or no text at all.
 */
#ifndef TESTS_HOSTILE_STRINGS_H
#define TESTS_HOSTILE_STRINGS_H

#include "schema/bytes.h"

struct hostile {
    const char *name;
    struct bytes bytes;
};

enum {
    HOSTILE_LONG = 4096, /* bytes of the longest */
};

size_t hostile_count(void);
/* The bytes are lent by `memory`, or static. */
struct hostile hostile_at(size_t index, uint8_t memory[static HOSTILE_LONG]);

/* Judges, independent of the code that is judged ------------------------------------------- */

/* Whether a terminal shows these bytes and does nothing else: UTF-8, and no character that steers,
 * turns the direction of text or hides itself. Line ends are allowed if `lines`. */
bool hostile_is_plain(struct bytes text, bool lines);

/* What is left of a document without its text: XML and HTML keep elements and the names of
 * attributes, DOT what is outside of its strings. Two documents with the same skeleton differ in
 * their text alone. */
enum hostile_form {
    HOSTILE_MARKUP,
    HOSTILE_DOT,
};
/* Returns the size; false in *good for what is not such a document. */
size_t hostile_skeleton(enum hostile_form form, struct bytes document, char *out, size_t capacity,
                        bool *good);

#endif
