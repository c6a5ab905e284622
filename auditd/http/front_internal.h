/*
 * auditd/http/front_internal.h -- what the files of the front share.
 */
#ifndef AUDITD_HTTP_FRONT_INTERNAL_H
#define AUDITD_HTTP_FRONT_INTERNAL_H

#include "auditd/http/front.h"
#include "auditd/http/line.h"

enum {
    RELAY_SIZE = 32 << 10, /* bytes of an answer on their way */
    HEAD_ROOM = HEAD_MAX + 1,
    DRAIN_MAX = 1 << 20, /* bytes that a client may say after its request */
};

enum place_state {
    PLACE_FREE,
    PLACE_SHAKING,   /* TLS */
    PLACE_LISTENING, /* to the head */
    PLACE_ANSWERING,
    PLACE_LINGERING,
};

/* One connection. */
struct place {
    enum place_state state;
    uint32_t generation; /* of events of this place that are still to come, from before */
    struct line line;
    struct address address;
    uint64_t opened_us, deadline_us;
    uint32_t watched; /* events of epoll that the line is in for; 0: it is not in */

    struct head head;
    size_t heard; /* bytes of a head, or after it */

    int from; /* where the answer comes from; -1: all of it has come, or it is written here */
    bool handed_on;
    bool from_watched;
    uint64_t answered_us; /* when the answer began */
    uint64_t sent;        /* bytes of it */
    size_t start, end;    /* of what waits in `relay` */

    char said[HEAD_ROOM];
    char relay[RELAY_SIZE];
};

struct front {
    struct front_options options;
    struct front_limits limits;
    struct front_counts counts;
    int epoll;
    int spare; /* a descriptor, given up for the moment when there are no more */
    bool listening;
    uint64_t now_us;
    unsigned open; /* places that are taken */
    struct place *places;
};

static inline unsigned place_number(const struct front *front, const struct place *place)
{
    return (unsigned)(place - front->places);
}

/* auditd/http/front_places.c ------------------------------------------------------------------ */

/* A place for a connection from that address, or NULL: there is none for it. */
struct place *place_take(struct front *front, const struct address *address);
/* Ends the connection. */
void place_free(struct front *front, struct place *place);
/* Waits for these events of the line. */
void place_watch(struct front *front, struct place *place, uint32_t events);
/* Whether the answer's source is waited for. */
void place_watch_from(struct front *front, struct place *place, bool wanted);

/* auditd/http/front_answer.c ------------------------------------------------------------------ */

/* Hands the request on. */
void place_ask(struct front *front, struct place *place);
/* Answers here. */
void place_refuse(struct front *front, struct place *place, unsigned status, const char *sentence);
/* Goes on with an answer, as far as it goes now. */
void place_answer(struct front *front, struct place *place);
/* Throws away what is still said, until it ends. */
void place_linger(struct front *front, struct place *place);
/* Whether a client takes its answer too slowly on the whole. */
bool place_is_slow(const struct front *front, const struct place *place);

#endif
