/*
 * auditd/controllers/controllers_parts.h -- the controllers' process from inside; for files beside
 * it only.
 *
 * Shape    controllers.c has the loop, machines.c which machines there are and the way to each,
 *          talk.c what a controller says, registering.c who it is, facts.c what it is told,
 *          asking.c the way to the writer and back, joined.c the users who are joined to one,
 *          retiring.c emitters whose run is over.
 */
#ifndef AUDITD_CONTROLLERS_CONTROLLERS_PARTS_H
#define AUDITD_CONTROLLERS_CONTROLLERS_PARTS_H

#include "auditd/controllers/controllers.h"
#include "auditd/ingest/bucket.h"
#include "auditd/ingest/dropped.h"
#include "auditd/ingest/rights.h"
#include "auditd/vmc/protocol.h"
#include "core/note.h"
#include "core/vm/controller.h"
#include "schema/wire/join.h"

enum {
    MACHINES_MAX = 1024,             /* that are to run */
    MACHINE_WAITING_MAX = 512 << 10, /* bytes that a controller does not read: then it is left */
    MACHINE_SENDING = 128 << 10,     /* bytes that wait before more is given it */
    MACHINE_SUBMISSIONS_MAX = 8,     /* of one machine, with the writer at a time */
    MACHINE_EVENT_RATE = 200,        /* events a second of one machine */
    MACHINE_EVENT_BURST = 5000,      /* and so many ahead */
    MACHINE_HEAD_COST = 10,          /* what asking where it stands is worth in events */
    MACHINE_FRAME_RATE = 2000,       /* frames a second, of any kind */
    MACHINE_FRAME_BURST = 20000,
    MACHINE_GREETING_RATE = 1, /* greetings a second, likewise */
    MACHINE_GREETING_BURST = 20,
    MACHINE_LINKS_MAX = VMC_CONNECTIONS_MAX, /* users of one machine */

    HELD_MAX = 128 << 20,   /* bytes of memory for what all machines say */
    HELD_BY_ALL = 64 << 10, /* bytes that each may have in any case */

    JOINED_MAX = 512,               /* users */
    JOINED_OF_UID_MAX = 64,         /* of these, of one user of the system */
    JOINED_WAITING_MAX = 256 << 10, /* bytes */
    JOINED_SENDING = 64 << 10,      /* bytes that wait before their machine is read no further */

    REQUESTS_MAX = 4096,        /* with the writer */
    UPSTREAM_SENDING = 1 << 20, /* bytes that wait before no machine is read */
    RETIRING_MAX = 256,         /* emitters at a time */
    FRAMES_MAX = 256,           /* taken in one turn */
    SCAN_MAX = 4096,            /* leaves looked at in one turn */
    OUT_SIZE = MESSAGE_MAX,     /* bytes of a frame on its way out */
    ROWS_ARENA = 128 << 10,     /* bytes */
};

#define CONNECT_PAUSE_FIRST_US UINT64_C(250000)
#define CONNECT_PAUSE_MOST_US UINT64_C(8000000)
#define LOOK_US UINT64_C(100000)   /* between looks at the log */
#define RENEW_US UINT64_C(1000000) /* between looks at a state that stays the same */
#define SLOW_US UINT64_C(5000000)  /* that a user's slowness may hold a machine up */
#define TELL_DROPPED_US UINT64_C(5000000)

/* What epoll says that it is about, in the upper half of its number. */
enum watched {
    WATCHED_LISTENER = 1,
    WATCHED_WRITER,
    WATCHED_CONTROL,
    WATCHED_MACHINES, /* the set of them */
    WATCHED_MACHINE,
    WATCHED_USER,
};

enum machine_phase {
    MACHINE_AWAY,        /* no channel */
    MACHINE_SILENT,      /* greeted */
    MACHINE_REGISTERING, /* the writer has been asked for something on the way to a welcome */
    MACHINE_WELCOMED,
    MACHINE_TURNED_AWAY, /* until it knocks again */
};

enum link_state {
    LINK_FREE,
    LINK_OPEN,
    LINK_CLOSING, /* we have said that it is closed */
};

struct machine_link {
    enum link_state state;
    uint32_t user; /* slot, of one that is open */
};

/* What a controller has said of itself, and signed. */
struct machine_self {
    char key[VMC_KEY_TEXT_MAX + 1];
    uint8_t receive_key[VMC_RECEIVE_KEY_SIZE];
    char program[CONTROLLER_VERSION_MAX + 1];
    uint64_t applied;
};

struct machine {
    struct id vm; /* ID_NONE: no machine */
    uint64_t run;
    bool wanted; /* it is to run, by the newest look */
    char owner[JOIN_ID_MAX];
    char owner_key[VMC_KEY_TEXT_MAX + 1];
    char name[NAME_MAX_SIZE + 1]; /* of its emitter */

    struct channel *channel;
    enum machine_phase phase;
    uint64_t talk;              /* another number, another conversation */
    uint64_t next_us, pause_us; /* when to connect */
    uint64_t since_us;          /* connected */
    uint64_t half_us;           /* since when a frame is not whole; 0: none is open */
    uint32_t interest;
    bool ready, parked;
    bool silence_told, refusal_noted, strange_told;
    unsigned steps; /* of registering */
    uint8_t nonce[VMC_NONCE_SIZE];
    struct machine_self self;

    uint32_t in_flight;
    struct bucket events, greetings, frames;
    uint64_t fact_at; /* facts before this position have been given */
    bool behind;      /* there may be some from there on that the scan has passed */
    uint64_t applied;
    struct machine_link links[MACHINE_LINKS_MAX];
    uint64_t slow_us; /* since when a user does not take what it says; 0: none */
    uint32_t slow_user;
};

struct joined {
    struct channel *channel; /* NULL: nobody */
    uint32_t uid;
    char name[RIGHTS_NAME_SIZE];
    bool linked;
    uint32_t machine, link; /* of one that is linked */
    uint32_t interest;
    bool ready, parked;
    uint64_t half_us;
};

enum asked_what {
    ASKED_NOTHING,
    ASKED_REGISTER,
    ASKED_COME,
    ASKED_WHERE,  /* HEAD, before a welcome */
    ASKED_SUBMIT, /* for the controller */
    ASKED_HEAD,   /* likewise */
    ASKED_RETIRE,
    ASKED_NOTED, /* what nobody waits for */
    ASKED_DROPPED,
};

struct asked {
    enum asked_what what;
    uint32_t machine; /* or place among those that retire */
    uint64_t talk;
    uint32_t id; /* the controller's own */
    uint32_t events;
};

struct retiring {
    char name[NAME_MAX_SIZE + 1]; /* empty: none */
    struct id emitter;
    uint64_t seen_us;
    bool asked;
};

struct controllers {
    struct controllers_options options;
    const struct settings *settings;
    char directory[SETTINGS_TEXT_SIZE];
    struct rights rights;
    int epoll, machines_epoll, control;
    bool reading, listening, closing;
    uint64_t listen_us, checked_us;

    struct machine *machines;
    size_t machine_top, turn;
    size_t held;   /* bytes of memory in the channels to machines, about */
    bool too_many; /* machines, which has been told */
    uint64_t talk; /* of the newest */
    struct joined *users;
    size_t user_top;

    struct channel *writer; /* lent; NULL: there is none now */
    uint32_t writer_interest;
    struct asked *asked;
    uint32_t *unused; /* slots of `asked` */
    size_t unused_count;

    uint64_t looked_us, scanned, looked_size;
    uint64_t found_us;           /* when emitters were looked for that are to be retired */
    uint64_t renewed_us, folded; /* when the state was looked at, and how much was in it */
    struct hasher *hasher;
    struct retiring retiring[RETIRING_MAX];
    struct dropped dropped;
    struct dropped_row told;
    uint64_t told_us;
    bool telling;
    struct arena arena;
    struct status trouble; /* of the view */
    struct text out, note;
};

/* controllers.c */
void controllers_add(struct controllers *controllers, enum counter counter, uint64_t value);
void controllers_set(struct controllers *controllers, enum counter counter, uint64_t value);
/* The state at the head; the arena is set back. */
struct view controllers_view(struct controllers *controllers);
uint64_t controllers_utc(void);
/* Sees what is there now. */
MUST_CHECK struct status controllers_look(struct controllers *controllers);

/* machines.c --------------------------------------------------------------------------------- */

/* The machines that are to run, by the state. */
void machines_renew(struct controllers *controllers);
/* Connects to those whose time has come. */
void machines_connect(struct controllers *controllers, uint64_t now_us);
/* Ends the connection, and tries again after a while. `why` is for the journal; NULL: said. */
void machine_leave(struct controllers *controllers, struct machine *machine, const char *why);
struct machine *machine_of(struct controllers *controllers, struct id vm);
/* Begins a frame in `out`; sends it. Whoever does not read is left: then false. */
size_t machine_begin(struct controllers *controllers, enum vmc_message kind, uint32_t id);
bool machine_end(struct controllers *controllers, struct machine *machine, size_t start);
/* Whether more may be given to it. */
bool machine_takes(const struct machine *machine);
void machine_watch(struct controllers *controllers, struct machine *machine);
/* The next frame of one that is ready; false if there is none, and it may have been left. */
bool machine_next(struct controllers *controllers, struct machine *machine, struct frame *out);
void machines_check(struct controllers *controllers, uint64_t now_us);

/* talk.c ------------------------------------------------------------------------------------- */

/* Begins a conversation. */
void talk_greet(struct controllers *controllers, struct machine *machine);
void talk_take(struct controllers *controllers, struct machine *machine, const struct frame *frame);
/* It is not taken; nothing more is listened to before it knocks again. */
void talk_fault(struct controllers *controllers, struct machine *machine, const char *sentence);

/* registering.c ------------------------------------------------------------------------------ */

void registering_hello(struct controllers *controllers, struct machine *machine,
                       struct bytes payload);
/* The writer's answer to what was asked on the way. */
void registering_answer(struct controllers *controllers, struct machine *machine,
                        enum asked_what what, const struct frame *frame);

/* facts.c ------------------------------------------------------------------------------------ */

/* Looks at what is new in the log, and gives it to those whom it is about. */
MUST_CHECK struct status facts_scan(struct controllers *controllers, bool *more);
/* Gives those that are behind what they lack, as far as they take it. */
MUST_CHECK struct status facts_catch_up(struct controllers *controllers, bool *more);

/* asking.c --------------------------------------------------------------------------------- */

bool asking_has_room(const struct controllers *controllers);
/* Asks the writer. False: there is none, or no room; nothing was asked. */
bool asking_note(struct controllers *controllers, const struct asked *asked,
                 const struct draft *draft);
bool asking_head(struct controllers *controllers, const struct asked *asked, const char *name);
bool asking_submit(struct controllers *controllers, const struct asked *asked,
                   struct bytes submission);
void asking_take(struct controllers *controllers);
void asking_lost(struct controllers *controllers);
void asking_tell_dropped(struct controllers *controllers, uint64_t now_us);
size_t asking_count(const struct controllers *controllers);

/* joined.c ----------------------------------------------------------------------------------- */

void joined_accept(struct controllers *controllers);
void joined_serve(struct controllers *controllers);
void joined_note_event(struct controllers *controllers, uint32_t slot, uint32_t events);
/* What a controller says to one of its users, or that it is done with one. */
void joined_data(struct controllers *controllers, struct machine *machine,
                 const struct vmc_user *said);
void joined_closed(struct controllers *controllers, struct machine *machine,
                   const struct vmc_user *said);
/* All of a machine's: it is gone. */
void joined_end_all(struct controllers *controllers, struct machine *machine, const char *why);
void joined_check(struct controllers *controllers, uint64_t now_us);
void joined_close(struct controllers *controllers, struct joined *user, const char *why);

/* retiring.c --------------------------------------------------------------------------------- */

/* Finds controllers whose run is over. */
void retiring_find(struct controllers *controllers, uint64_t now_us);
/* Has those retired that have been over for long enough. */
void retiring_ask(struct controllers *controllers, uint64_t now_us);
void retiring_answer(struct controllers *controllers, uint32_t place);
void retiring_forget_asked(struct controllers *controllers);

#endif
