/*
 * schema/wire/channel.h -- frames over a stream socket, in both directions, bounded and with
 * deadlines.
 *
 * Shape    A channel owns a non-blocking descriptor. Whoever has many of them polls their
 *          descriptors (channel_fd, channel_wants), and calls channel_receive and channel_flush;
 *          whoever has one calls channel_call, which waits until a moment. A frame may bring a
 *          descriptor along (Unix sockets).
 * Memory   What is received is lent until the next channel_receive. What is sent is copied. Buffers
 *          grow to what their limits allow and no further.
 * Errors   IO: the other side is gone (EPIPE, ECONNRESET), or the moment has passed (ETIMEDOUT).
 *          LIMIT: more is waiting to be sent than may; nothing of the frame was taken: wait until
 *          it has drained (back-pressure). MALFORMED, LIMIT of what is received: see wire.h.
 * Process  Not shared between threads.
 * Source   DESIGN.md 10; unix(7).
 */
#ifndef SCHEMA_WIRE_CHANNEL_H
#define SCHEMA_WIRE_CHANNEL_H

#include "schema/wire/wire.h"

#include <sys/types.h>

enum {
    CHANNEL_DESCRIPTORS_MAX = 16, /* on their way in one direction */
};

struct channel; /* opaque */

struct channel_limits {
    size_t frame;   /* bytes of the longest frame, both ways */
    size_t waiting; /* bytes that may wait to be sent; at least one frame always may */
};

/* Takes the descriptor over, on success only. On success *out is the caller's: channel_close.
 * NO_MEMORY, IO. */
MUST_CHECK struct status channel_open(int fd, struct channel_limits limits, struct channel **out);

/* Another way over the descriptor than its own bytes: TLS. As recv and send, with errno; the
 * context outlives the channel. No descriptors go along. */
struct channel_way {
    ssize_t (*receive)(void *context, void *memory, size_t capacity);
    ssize_t (*send)(void *context, const void *data, size_t size);
    void *context;
};
MUST_CHECK struct status channel_open_over(int fd, const struct channel_way *way,
                                           struct channel_limits limits, struct channel **out);
void channel_close(struct channel **channel);
int channel_fd(const struct channel *channel);

/* Takes one or more whole frames, as text_bytes of what frame_begin and frame_end wrote, and sends
 * what goes at once. `descriptor` (-1: none) goes with the first of them; it stays the caller's. */
MUST_CHECK struct status channel_send(struct channel *channel, struct bytes frames, int descriptor);
/* Sends what goes now. */
MUST_CHECK struct status channel_flush(struct channel *channel);
/* Bytes that still wait. */
size_t channel_waiting(const struct channel *channel);
/* The events to poll for: POLLIN always, POLLOUT while something waits. */
short channel_wants(const struct channel *channel);

/* Reads what is there, at most about `frame` bytes. Forgets what was lent before. IO with at 0: the
 * other side has closed; frames that came before are still there to be taken. */
MUST_CHECK struct status channel_receive(struct channel *channel);
/* The next whole frame of what was received; *whole is false if there is none. */
MUST_CHECK struct status channel_next(struct channel *channel, struct frame *out, bool *whole);
/* The next descriptor that came with a frame, in their order; the caller's. -1: none. */
int channel_take_descriptor(struct channel *channel);
/* Whether part of a frame is there, whose rest has not come yet. */
bool channel_is_inside(const struct channel *channel);

/* Sends and waits for the frame that answers `id`; others that come meanwhile are dropped. At the
 * latest until `deadline_us` (wire_now_us): IO with ETIMEDOUT. The answer is lent until the next
 * receive. */
MUST_CHECK struct status channel_call(struct channel *channel, struct bytes frames, uint32_t id,
                                      uint64_t deadline_us, struct frame *answer);

/* Bytes of memory that it holds, for whoever has many; and gives what is not in use back: what was
 * received and lent must have been done with. */
size_t channel_memory(const struct channel *channel);
void channel_shrink(struct channel *channel);

/* Microseconds of the clock that only goes up. */
uint64_t wire_now_us(void);

/* Unix sockets ----------------------------------------------------------------------------- */

struct channel_peer {
    uint32_t uid, gid, process;
};
/* Who connected, as the kernel says. IO. */
MUST_CHECK struct status channel_peer(int fd, struct channel_peer *out);

/* Connects; *fd is the caller's. LIMIT if the path does not fit (108 bytes); NOT_FOUND if nobody
 * listens there; IO. */
MUST_CHECK struct status channel_connect(const char *path, int *fd);
/* Listens at a path, in place of a socket there that nobody listens at, with those permissions.
 * IN_USE if somebody does; LIMIT, IO. *fd is the caller's and does not block. */
MUST_CHECK struct status channel_listen(const char *path, unsigned mode, int *fd);

#endif
