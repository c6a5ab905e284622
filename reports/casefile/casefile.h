/*
 * reports/casefile/casefile.h -- an investigation as a folder: what is in it, told from the case's
 * own events.
 *
 * Shape    Whoever exports a case and whoever checks the folder hand over the events that the case
 *          is a subject of, in order, with their bodies; both get the same case.json and
 *          README.txt, to the byte, and the events that must be there with a proof of their own.
 *
 *            case.json            the case in short
 *            README.txt           what this is, and how to check it
 *            history.answer       all events of the case itself, proven to be all
 *            events/N.tlog-proof  each of them, and each event that was put into the case
 *            notes/N.txt          the text of the note that event N has
 *            answers/NAME.answer  answers that were attached
 *            MANIFEST.sha256 and the others of reports/casefile/manifest.h
 *
 * Memory   The caller's, all of it.
 * Limits   CASEFILE_EVENTS_MAX events; what case.json takes.
 * Errors   LIMIT; CORRUPT at an event whose body is not one of its kind.
 * Source   domain.md AUD-09; docs/FORMAT.md.
 */
#ifndef REPORTS_CASEFILE_CASEFILE_H
#define REPORTS_CASEFILE_CASEFILE_H

#include "schema/arena.h"
#include "schema/leaf.h"
#include "store/note.h"

enum {
    CASEFILE_EVENTS_MAX = 16384,
    CASEFILE_JSON_MAX = 4 << 20,             /* bytes of case.json */
    CASEFILE_README_MAX = 8 << 10,           /* bytes of README.txt */
    CASEFILE_ARENA = 512 << 10,              /* bytes for one body, decoded */
    CASEFILE_NOTE_MAX = 13 * TEXT_FIELD_MAX, /* bytes of a note's file */
    CASEFILE_NAME_SIZE = 256,                /* bytes of the case's name, with its end */
};

struct casefile {
    struct id folder;
    struct text json;
    struct arena arena;
    struct checkpoint checkpoint; /* its origin is lent */
    char name[CASEFILE_NAME_SIZE];
    uint64_t *events; /* put into the case: ascending after casefile_end, each once */
    size_t event_count;
    uint64_t notes;
    uint64_t acts;   /* events of the case itself */
    uint64_t absent; /* of these, those whose body was erased */
    bool open;       /* the list of acts in case.json */
};

/* What is written into and kept. */
struct casefile_memory {
    char json[CASEFILE_JSON_MAX];
    uint8_t arena[CASEFILE_ARENA];
    uint64_t events[CASEFILE_EVENTS_MAX];
};

void casefile_begin(struct casefile *casefile, struct casefile_memory *memory, struct id folder,
                    const struct checkpoint *checkpoint);
/* The next event that the case is a subject of; `body` is without its salt, empty if erased. A
 * note's text is `*note`, lent from the casefile until the next event; else that is empty. */
MUST_CHECK struct status casefile_add(struct casefile *casefile, const struct leaf *leaf,
                                      struct bytes body, struct bytes *note);
MUST_CHECK struct status casefile_end(struct casefile *casefile);

/* The text of a note as its file has it: line by line, and harmless on a terminal. At most
 * CASEFILE_NOTE_MAX bytes. */
void casefile_write_note(struct bytes note, struct text *out);

/* The text of README.txt, after the end. */
void casefile_write_readme(const struct casefile *casefile, struct text *out);

#endif
