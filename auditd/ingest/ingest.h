/*
 * auditd/ingest/ingest.h -- takes what clients send, and passes it on to the writer.
 *
 * Shape    One loop over the listener, the clients and the channel to the writer. A frame of a
 *          client is checked (form, who may, how much), kept (kept.h), sent to the writer, and its
 *          answer handed back. There are no keys here and no store: the writer checks everything
 *          that counts again.
 * Fairness Clients are served in turn, a frame at a time. While what is kept is at its limits,
 *          nothing is read from any client: it waits in the sockets, and then at the senders.
 * Answers  A submission is kept until the writer has answered, also one that was acknowledged as
 *          queued; another writer gets all of it again, and knows what it has. So the end of a
 *          writer loses nothing. Commands and notes that were on their way then are answered with
 *          RETRY: they may have been done. So is what has waited for longer than
 *          INGEST_ANSWER_US; it stays on its way. What was acknowledged as queued is lost with
 *          this process.
 * Limits   Those of the settings; INGEST_CLIENTS_MAX.
 * Process  One loop; auditd/ingest/process.c has the process around it.
 * Source   DESIGN.md 10; docs/decisions/0045-from-socket-to-log.md; reliability.md B3, E.6.
 */
#ifndef AUDITD_INGEST_INGEST_H
#define AUDITD_INGEST_INGEST_H

#include "auditd/counters.h"
#include "auditd/journal.h"
#include "auditd/tls.h"
#include "schema/wire/channel.h"

#define INGEST_ANSWER_US UINT64_C(10000000) /* after which a client is told to try again */
#define INGEST_DROPPED_US UINT64_C(5000000) /* between two notes of what was refused */

enum {
    INGEST_CLIENTS_MAX = 4096,
    INGEST_ACCEPT_MAX = 64, /* connections taken in one turn */
};

struct ingest; /* opaque */

struct ingest_options {
    const struct settings *settings; /* lent until ingest_settings gives others */
    const struct journal *journal;
    struct counters *counters; /* NULL: none */
    int listener;              /* lent, non-blocking */
    struct tls **tls;          /* lent: of those who come over the network; NULL: a Unix socket */
    uint64_t answer_us;        /* 0: INGEST_ANSWER_US */
};

/* On success *out is the caller's: ingest_close. NO_MEMORY, IO. */
MUST_CHECK struct status ingest_open(const struct ingest_options *options, struct ingest **out);
void ingest_close(struct ingest **ingest);

/* Other settings, from the next frame on. */
void ingest_settings(struct ingest *ingest, const struct settings *settings);

/* The channel to the writer from now on, lent; NULL: there is none. */
MUST_CHECK struct status ingest_writer(struct ingest *ingest, struct channel *channel);
/* Whether there is a writer: else its channel has ended and is to be closed. */
bool ingest_has_writer(const struct ingest *ingest);

/* Waits until there is something to do, at most so long, and does it; also returns when `control`
 * (-1: none) can be read. */
MUST_CHECK struct status ingest_turn(struct ingest *ingest, int control, int wait_ms);

/* Takes no more; true once all that was taken is answered by the writer. */
bool ingest_drained(struct ingest *ingest);

#endif
