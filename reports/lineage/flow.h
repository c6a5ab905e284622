/*
 * reports/lineage/flow.h -- which events say that data can have gone from one thing to another.
 *
 * Shape    A table: a kind of event, where data came from and where it went, as members of the leaf
 *          or of the body, and the words for it. A new kind of event is a row.
 * Moved    Data itself went: a key was fetched, chunks were read or written, a file was taken out.
 * Given    Somebody gave a right to data, and nothing of it has gone yet: a share, a key, an owner.
 * Held     A right that comes from another one: whoever has a group's key has what the group has.
 * Inside   A thing was put into a place.
 * Joined   From here on, and until it ends, data can go at any time: a drive that is attached, a
 *          user who is in a machine. Its end may be about the other thing alone: a machine that
 *          stops.
 *          A row that ends says that what was given, held, inside or joined is so no more; of what
 *          is joined more than once, the oldest.
 * Source   domain.md Q6, Q7, Q32, Q40.
 */
#ifndef REPORTS_LINEAGE_FLOW_H
#define REPORTS_LINEAGE_FLOW_H

#include "schema/leaf.h"

enum flow_class {
    FLOW_MOVED,
    FLOW_GIVEN,
    FLOW_HELD,
    FLOW_INSIDE,
    FLOW_JOINED,
    FLOW_CLASS_COUNT,
};

enum flow_role {
    FLOW_NOBODY,  /* of a row that ends: whoever it was */
    FLOW_ACTOR,   /* who did it */
    FLOW_SUBJECT, /* the first that the event is about */
    FLOW_FIELD,   /* an id in the body */
    FLOW_PLACE,   /* a text in the body, as it is written there: a place outside */
};

struct flow_end {
    enum flow_role role;
    const char *field;
    const char *mode; /* only if the body has this in `mode`; NULL: always */
};

struct flow {
    enum event_kind kind;
    enum flow_class class;
    bool ends;
    struct flow_end from, to;
    /* What is said at the far end, from where it came (`read by` …) and from where it went to
     * (`read` …). */
    const char *down, *up;
};

extern const struct flow flows[];
extern const size_t flow_count;

/* A thing that data can be in: an id, or a place outside. */
struct flow_thing {
    struct id id;       /* ID_NONE: a place */
    struct bytes place; /* lent from the body */
};

bool flow_same(const struct flow_thing *a, const struct flow_thing *b);

/* The two ends in an event of that kind; false if it does not have them. */
bool flow_read(const struct flow *flow, const struct leaf *leaf, struct bytes body,
               struct flow_thing *from, struct flow_thing *to);

/* Whether a kind of event says anything, by a row or as a tag. */
bool flow_says(enum event_kind kind);

/* The tag that an event puts on its first subject, ID_NONE for none; false if it puts none. */
bool flow_tag(const struct leaf *leaf, struct bytes body, struct id *project);

/* Whether a thing of this kind can have data in it: a question of lineage may begin there. */
bool flow_holds(enum id_kind kind);

/* Whether data goes on along it: moved or joined. */
static inline bool flow_carries(const struct flow *flow)
{
    return flow->class == FLOW_MOVED || flow->class == FLOW_JOINED;
}

/* `moved`, `given`, `held`, `inside`, `joined`. */
const char *flow_class_name(enum flow_class class);

#endif
