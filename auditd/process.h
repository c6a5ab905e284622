/*
 * auditd/process.h -- what a process of the daemon has from its supervisor, and must do for it.
 *
 * Shape    static struct status writer_main(struct process *process)
 *          {
 *              TRY(... open what needs a path: store, keys ...);
 *              TRY(process_ready(process));                        in the sandbox now
 *              for (;;) {
 *                  epoll_wait(..., 1000);                  process_control is among its descriptors
 *                  unsigned news = process_turn(process);
 *                  if (news & PROCESS_STOP) { ... finish, answer ...; return OK; }
 *                  if (news & PROCESS_CHANNELS) { ... process_channel for each peer anew ...; }
 *              }
 *          }
 *          process_turn is called at least once a second, whatever the process is doing: it is the
 *          sign of life, too. Where a turn may take longer (folding a big store), process_beat.
 * Memory   Everything that is lent lives as long as the process.
 * Process  The descriptors that a process starts with are fixed (enum below); it has no others, a
 *          clean environment, and / as its directory. When a peer ends, its channel reads as ended;
 *          the process calls process_lost, and later has PROCESS_CHANNELS with the channel to the
 *          peer's successor. What was asked of the old one and not answered may have happened or
 *          not.
 *          SIGINT and SIGTERM are ignored: the supervisor says when to stop. If the supervisor is
 *          gone, that means stop.
 * Errors   What a main function returns is told by the supervisor, which starts it anew. Before
 *          process_ready, at the first start of the daemon, it ends the daemon: so return what
 *          engine_open said.
 * Source   docs/decisions/0036-processes.md.
 */
#ifndef AUDITD_PROCESS_H
#define AUDITD_PROCESS_H

#include "auditd/counters.h"
#include "auditd/journal.h"
#include "auditd/roles.h"
#include "schema/wire/channel.h"
#include "schema/wire/message.h"

enum process_descriptor {
    PROCESS_CONTROL = 3,
    PROCESS_SETTINGS,      /* a memfd: the settings, as settings_write writes them */
    PROCESS_PAGES,         /* the counters, to write; closed once mapped */
    PROCESS_ALL_PAGES,     /* to read; closed once mapped */
    PROCESS_LISTENER,      /* what this role listens to; /dev/null if nothing */
    PROCESS_CHANNELS_FROM, /* and the seat of the peer: its channel; /dev/null if none */
    PROCESS_DESCRIPTORS = PROCESS_CHANNELS_FROM + SEATS_MAX,
};

enum process_news {
    PROCESS_STOP = 1,
    PROCESS_CHANNELS = 2, /* some channel is another one now */
    PROCESS_SETTINGS_NEW = 4,
    PROCESS_SAID = 8, /* of the writer: process_next_said has something */
};

/* Who and what ------------------------------------------------------------------------------- */

enum role process_role(const struct process *process);
/* Of readers 0, 1, ...; of others 0. */
unsigned process_index(const struct process *process);
const struct settings *process_settings(const struct process *process);
struct counters *process_counters(const struct process *process);
/* All pages, for counters_write_metrics. */
const uint8_t *process_pages(const struct process *process);
const struct journal *process_journal(const struct process *process);
/* The socket that this role accepts from, listening and non-blocking; -1: none. */
int process_listener(const struct process *process);

/* Life --------------------------------------------------------------------------------------- */

/* Enters the sandbox of the role and tells the supervisor. From here on no path can be opened but
 * those of the role's profile (auditd/profiles.def). NOT_FOUND if the kernel lacks what settings
 * require. */
MUST_CHECK struct status process_ready(struct process *process);

/* The descriptor that becomes readable when process_turn has something to take. */
int process_control(const struct process *process);

/* Takes what the supervisor has sent; a sign of life. A set of enum process_news. */
unsigned process_turn(struct process *process);

/* A sign of life alone. */
void process_beat(struct process *process);

/* What is behind waits for the disk (`begun`), or does no more. Whoever waits for it gives no sign
 * of life and does not hang: the supervisor has more patience. By any thread. */
void process_at_disk(struct process *process, bool begun);

/* Channels ----------------------------------------------------------------------------------- */

/* The channel to a peer, of frames of at most MESSAGE_MAX; NULL while there is none. It stays this
 * process's; process_lost and process_turn may close it. */
struct channel *process_channel(const struct process *process, enum role peer, unsigned index);

/* Goes up with every channel to that peer: another number, another channel. */
uint64_t process_channel_number(const struct process *process, enum role peer, unsigned index);

/* The channel has ended, or what came over it is not to be believed: it is closed, and NULL until
 * PROCESS_CHANNELS. */
void process_lost(struct process *process, enum role peer, unsigned index);

/* What the supervisor wants said in the log -------------------------------------------------- */

/* The oldest that has not been taken, lent until the next call; false if there is none. Of the
 * writer only. `on` is empty: it is the log itself that the event is about. */
MUST_CHECK bool process_next_said(struct process *process, struct wire_note *out);

/* For the daemon's own main ------------------------------------------------------------------ */

/* Runs the process of a seat: takes the descriptors over, runs the role's main, tells the
 * supervisor how it ended. Returns the exit code. */
int process_run(const struct role_info *roles, unsigned seat);

#endif
