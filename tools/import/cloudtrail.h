/*
 * tools/import/cloudtrail.h -- the elements of a JSON document's "Records", one by one; private to
 * tools/import.
 *
 * Shape    Only strings and brackets are understood here, so that a file of any size takes the
 *          memory of one element; each element is then parsed by schema/json.h. A document whose
 *          brackets do not match ends there, with a problem.
 */
#ifndef TOOLS_IMPORT_CLOUDTRAIL_H
#define TOOLS_IMPORT_CLOUDTRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum element_place {
    BEFORE_DOCUMENT,
    BEFORE_RECORDS, /* among the members of the document */
    IN_RECORDS,     /* before an element or the end of the array */
    AFTER_DOCUMENT,
};

struct element_reader {
    enum element_place place;
    bool fresh;    /* nothing has been read since the opening bracket */
    bool found;    /* the document has "Records" */
    uint64_t line; /* where the source's window begins */
    size_t lent;   /* bytes at the front of the source that the caller holds */
};

#endif
