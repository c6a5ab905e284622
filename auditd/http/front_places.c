#include "auditd/http/front_internal.h"

#include <sys/epoll.h>
#include <unistd.h>

/* Which end of a place an event is of is in its lowest bit. */
static uint64_t mark_of(const struct front *front, const struct place *place, bool from)
{
    return (uint64_t)place->generation << 32 | (uint64_t)place_number(front, place) << 1 |
           (from ? 1 : 0);
}

/* A descriptor that is in for nothing would still be told of an end, again and again. */
static uint32_t watch(int epoll, int fd, uint64_t mark, uint32_t now, uint32_t events)
{
    if (now == events) {
        return now;
    }
    struct epoll_event event = {.events = events, .data.u64 = mark};
    int operation = events == 0 ? EPOLL_CTL_DEL : now == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    return epoll_ctl(epoll, operation, fd, &event) == 0 ? events : now;
}

void place_watch(struct front *front, struct place *place, uint32_t events)
{
    place->watched =
        watch(front->epoll, place->line.fd, mark_of(front, place, false), place->watched, events);
}

void place_watch_from(struct front *front, struct place *place, bool wanted)
{
    uint32_t now = place->from_watched ? EPOLLIN : 0;
    place->from_watched = watch(front->epoll, place->from, mark_of(front, place, true), now,
                                wanted ? EPOLLIN : 0) != 0;
}

void place_free(struct front *front, struct place *place)
{
    bool handed_on = place->handed_on;
    place_watch(front, place, 0);
    line_close(&place->line);
    if (place->from >= 0) {
        place_watch_from(front, place, false);
        (void)close(place->from);
        place->from = -1;
    }
    place->handed_on = false;
    place->state = PLACE_FREE;
    place->generation++;
    front->open--;
    if (handed_on) {
        front->options.hooks.left(front->options.hooks.context, place_number(front, place));
    }
}

/* Whether somebody of this address or network may come. */
static bool is_room_for(const struct front *front, const struct address *address)
{
    unsigned same = 0, near = 0;
    for (unsigned i = 0; i < front->limits.connections; i++) {
        const struct place *place = &front->places[i];
        if (place->state != PLACE_FREE) {
            same += address_equal(&place->address, address) ? 1 : 0;
            near += address_same_network(&place->address, address) ? 1 : 0;
        }
    }
    return same < front->limits.per_address && near < front->limits.per_network;
}

/* Whoever has been there longest and has not said all of its request; before those, whoever has had
 * its answer. */
static struct place *one_to_push_out(struct front *front)
{
    struct place *oldest = NULL;
    for (unsigned i = 0; i < front->limits.connections; i++) {
        struct place *place = &front->places[i];
        if (place->state == PLACE_LINGERING) {
            return place;
        }
        bool half = place->state == PLACE_SHAKING || place->state == PLACE_LISTENING;
        if (half && (oldest == NULL || place->opened_us < oldest->opened_us)) {
            oldest = place;
        }
    }
    bool old_enough = oldest != NULL &&
                      front->now_us - oldest->opened_us >= (uint64_t)front->limits.young_ms * 1000;
    return old_enough ? oldest : NULL;
}

static struct place *free_place(struct front *front)
{
    for (unsigned i = 0; i < front->limits.connections; i++) {
        if (front->places[i].state == PLACE_FREE) {
            return &front->places[i];
        }
    }
    return NULL;
}

struct place *place_take(struct front *front, const struct address *address)
{
    if (!is_room_for(front, address)) {
        front->counts.crowded++;
        return NULL;
    }
    struct place *place = free_place(front);
    if (place == NULL) {
        place = one_to_push_out(front);
        if (place == NULL) {
            front->counts.full++;
            return NULL;
        }
        front->counts.pushed_out++;
        place_free(front, place);
    }
    place->line = (struct line){.fd = -1};
    place->address = *address;
    place->opened_us = front->now_us;
    place->watched = 0;
    place->head = (struct head){0};
    place->heard = place->start = place->end = 0;
    place->sent = place->answered_us = 0;
    place->from = -1;
    place->from_watched = place->handed_on = false;
    front->open++;
    return place;
}
