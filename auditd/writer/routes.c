#include "auditd/writer/routes.h"

#include <errno.h>
#include <poll.h>

void routes_begin(struct routes *routes, struct process *process)
{
    *routes = (struct routes){.process = process};
}

static struct channel *channel_of(const struct routes *routes, unsigned seat)
{
    return process_channel(routes->process, seat_role(seat), seat_index(seat));
}

static void leave(struct routes *routes, unsigned seat)
{
    routes->routes[seat].readable = routes->routes[seat].broken = false;
    process_lost(routes->process, seat_role(seat), seat_index(seat));
}

void routes_renew(struct routes *routes)
{
    for (unsigned seat = 0; seat < SEATS_MAX; seat++) {
        struct route *route = &routes->routes[seat];
        uint64_t number =
            process_channel_number(routes->process, seat_role(seat), seat_index(seat));
        if (channel_of(routes, seat) != NULL && route->number != number) {
            *route = (struct route){.number = number, .readable = true};
        }
    }
}

static void note_events(struct routes *routes, unsigned seat, short events)
{
    struct route *route = &routes->routes[seat];
    route->readable = route->readable || (events & (POLLIN | POLLHUP | POLLERR)) != 0;
    if ((events & POLLOUT) != 0 && failed(channel_flush(channel_of(routes, seat)))) {
        route->broken = route->readable = true;
    }
}

struct status routes_wait(struct routes *routes, int wait_ms)
{
    struct pollfd polled[SEATS_MAX + 1];
    unsigned seats[SEATS_MAX];
    nfds_t count = 0;
    for (unsigned seat = 0; seat < SEATS_MAX; seat++) {
        const struct channel *channel = channel_of(routes, seat);
        if (channel != NULL) {
            wait_ms = routes->routes[seat].readable ? 0 : wait_ms;
            seats[count] = seat;
            polled[count++] =
                (struct pollfd){.fd = channel_fd(channel), .events = channel_wants(channel)};
        }
    }
    polled[count] = (struct pollfd){.fd = process_control(routes->process), .events = POLLIN};
    if (poll(polled, count + 1, wait_ms) < 0 && errno != EINTR) {
        return FAIL(IO, (uint64_t)errno);
    }
    for (nfds_t i = 0; i < count; i++) {
        note_events(routes, seats[i], polled[i].revents);
    }
    return OK;
}

static struct status take_frames(struct routes *routes, unsigned seat, struct clerk *clerk)
{
    struct frame frame;
    bool whole = true;
    while (whole && !routes->routes[seat].broken) {
        if (failed(channel_next(channel_of(routes, seat), &frame, &whole))) {
            routes->routes[seat].broken = true;
        } else if (whole) {
            TRY(clerk_take(clerk, seat, &frame));
        }
    }
    return OK;
}

static struct status take_from(struct routes *routes, unsigned seat, struct clerk *clerk,
                               bool *more)
{
    struct route *route = &routes->routes[seat];
    struct channel *channel = channel_of(routes, seat);
    struct status received = channel_receive(channel);
    TRY(take_frames(routes, seat, clerk));
    if (failed(received) || route->broken) {
        leave(routes, seat);
        return OK;
    }
    struct pollfd polled = {.fd = channel_fd(channel), .events = POLLIN};
    route->readable = poll(&polled, 1, 0) > 0;
    *more = *more || route->readable;
    return OK;
}

struct status routes_take(struct routes *routes, struct clerk *clerk, bool *more)
{
    *more = false;
    for (unsigned seat = 0; seat < SEATS_MAX; seat++) {
        if (channel_of(routes, seat) != NULL && routes->routes[seat].readable) {
            TRY(take_from(routes, seat, clerk, more));
        }
    }
    return OK;
}

/* Whoever does not read its answers is left, with the next turn: what it has sent is still lent. It
 * will ask everything anew. */
void routes_send(struct routes *routes, uint32_t route, struct bytes frame)
{
    struct channel *channel = route < SEATS_MAX ? channel_of(routes, route) : NULL;
    if (channel != NULL && !routes->routes[route].broken &&
        failed(channel_send(channel, frame, -1))) {
        routes->routes[route].broken = routes->routes[route].readable = true;
    }
}
