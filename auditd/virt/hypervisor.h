/*
 * auditd/virt/hypervisor.h -- a host as libvirt shows it: pools, volumes, domains, devices, events.
 *
 * Shape    A hypervisor is made for one URI and connected; when the connection is lost it is
 *          connected anew, by the same handle. Nothing here knows of events, drives or machines:
 *          what is done is said in XML (auditd/virt/domain_xml.h) and by names.
 *          Callbacks tell what happens meanwhile: hypervisor_watch, then hypervisor_turn, which is
 *          for all connections of the process. No order of events is promised: a domain may resume
 *          before it has started.
 * Memory   What a visitor or a listener is lent is valid for the call. Visitors may use the
 *          hypervisor; a listener may not.
 * Errors   UNREACHABLE: the connection is lost, or was never made. IN_USE: busy, or it took too
 *          long; try again. NOT_FOUND, EXISTS. CONFLICT: not while the object is as it is.
 *          MALFORMED: the XML is none. VERSION: this driver cannot do that. KEY: not allowed. IO:
 *          the rest. LIMIT: more than the limits below, or no room in `out`.
 *          hypervisor_error has libvirt's own words for the last failure.
 * Limits   HYPERVISOR_NAME_MAX, _PATH_MAX, _ERROR_MAX, _OBJECTS_MAX.
 * Process  Threads of libvirt's own may run. Not shared between threads; opened after fork.
 * Source   libvirt.org/html/index.html; components.md 2. The only includer of libvirt is libvirt.h
 *          beside it.
 */
#ifndef AUDITD_VIRT_HYPERVISOR_H
#define AUDITD_VIRT_HYPERVISOR_H

#include "schema/text.h"

struct hypervisor; /* opaque */

enum {
    HYPERVISOR_URI_MAX = 1023,      /* bytes */
    HYPERVISOR_NAME_MAX = 255,      /* bytes of a name of a domain, pool, volume or alias */
    HYPERVISOR_PATH_MAX = 4095,     /* bytes */
    HYPERVISOR_ERROR_MAX = 1023,    /* bytes of libvirt's words */
    HYPERVISOR_XML_MAX = 4 << 20,   /* bytes of one description */
    HYPERVISOR_OBJECTS_MAX = 16384, /* domains of a host, volumes of a pool */
    HYPERVISOR_UUID_SIZE = 37,      /* characters, with the final NUL */
    HYPERVISOR_TICK_MS = 100,       /* a turn takes no longer, where nothing happens */
};

/* Life --------------------------------------------------------------------------------------- */

/* Not connected yet. On success *out is the caller's. LIMIT, NO_MEMORY; IO if libvirt cannot
 * begin. */
MUST_CHECK struct status hypervisor_make(const char *uri, struct hypervisor **out);
/* Disconnects and frees; sets it to NULL. */
void hypervisor_close(struct hypervisor **hypervisor);

/* Connects if it is not connected; watches again if it was watched. */
MUST_CHECK struct status hypervisor_connect(struct hypervisor *hypervisor);
bool hypervisor_is_connected(const struct hypervisor *hypervisor);
const char *hypervisor_uri(const struct hypervisor *hypervisor);
/* Whether its state is this connection's own (test:), so that nobody else can watch it. */
bool hypervisor_is_private(const struct hypervisor *hypervisor);
/* Libvirt's words for what failed last; empty: nothing has. Valid until the next call. */
const char *hypervisor_error(const struct hypervisor *hypervisor);

struct hypervisor_facts {
    uint64_t cores;
    uint64_t memory_kib;
    uint64_t memory_free_kib; /* 0 where the driver does not know */
    uint64_t domains;         /* that run */
    uint64_t cores_used;      /* of these, their virtual CPUs */
    uint64_t memory_used_kib; /* of these, their memory */
    char name[HYPERVISOR_NAME_MAX + 1];
};
MUST_CHECK struct status hypervisor_look(struct hypervisor *hypervisor,
                                         struct hypervisor_facts *out);

/* Pools and volumes -------------------------------------------------------------------------- */

/* Defines, builds (makes the directory), starts and refreshes a pool, and lets it start with the
 * host; what is there already of this name stays as it is and is started. */
MUST_CHECK struct status hypervisor_pool_open(struct hypervisor *hypervisor, const char *pool,
                                              const char *xml);

struct hypervisor_pool {
    const char *name;
    const char *path; /* of its directory; empty: none is known */
    bool active;
};
typedef struct status hypervisor_pool_visitor(void *context, const struct hypervisor_pool *pool);
/* All pools, active or not. Fails as the visitor does, and ends. */
MUST_CHECK struct status hypervisor_each_pool(struct hypervisor *hypervisor,
                                              hypervisor_pool_visitor *visit, void *context);

struct hypervisor_volume {
    const char *name;
    const char *path;
    const char *format;  /* raw, qcow2, ...; empty: unknown */
    const char *backing; /* the path of what lies below; empty: nothing does */
    uint64_t capacity;   /* bytes that a guest sees */
    uint64_t allocation; /* bytes that are used */
};
typedef struct status hypervisor_volume_visitor(void *context,
                                                const struct hypervisor_volume *volume);
/* Refreshes the pool first. */
MUST_CHECK struct status hypervisor_each_volume(struct hypervisor *hypervisor, const char *pool,
                                                hypervisor_volume_visitor *visit, void *context);
/* Whether there is one of this name; its path goes into `path` (may be NULL). */
MUST_CHECK struct status hypervisor_volume_find(struct hypervisor *hypervisor, const char *pool,
                                                const char *volume, struct text *path);
MUST_CHECK struct status hypervisor_volume_create(struct hypervisor *hypervisor, const char *pool,
                                                  const char *xml);
/* `wipe`: overwritten with zeros first. */
MUST_CHECK struct status hypervisor_volume_delete(struct hypervisor *hypervisor, const char *pool,
                                                  const char *volume, bool wipe);

/* Domains ------------------------------------------------------------------------------------ */

enum hypervisor_state {
    HYPERVISOR_SHUT_OFF,
    HYPERVISOR_RUNNING, /* or blocked, or on its way down */
    HYPERVISOR_PAUSED,
    HYPERVISOR_CRASHED,
};

struct hypervisor_domain {
    const char *name;
    const char *uuid; /* 36 characters, lower case */
    enum hypervisor_state state;
    bool persistent;
    uint64_t snapshots; /* that libvirt has of it, which nobody asks for here */
};
typedef struct status hypervisor_domain_visitor(void *context,
                                                const struct hypervisor_domain *domain);
/* All domains, ours and others. */
MUST_CHECK struct status hypervisor_each_domain(struct hypervisor *hypervisor,
                                                hypervisor_domain_visitor *visit, void *context);

/* The description, with what is secret left out: of what runs, or (`lasting`) of what is defined.
 * `out` grows no further than its capacity: LIMIT. */
MUST_CHECK struct status hypervisor_domain_xml(struct hypervisor *hypervisor, const char *domain,
                                               bool lasting, struct text *out);
MUST_CHECK struct status hypervisor_domain_state(struct hypervisor *hypervisor, const char *domain,
                                                 enum hypervisor_state *out);
/* Whether one that is shut off has run since it was defined, as far as the host remembers: it says
 * so itself, until its daemon begins anew. */
MUST_CHECK struct status hypervisor_domain_has_run(struct hypervisor *hypervisor,
                                                   const char *domain, bool *out);
/* Checks the XML against libvirt's schema, where the driver can, and defines it. */
MUST_CHECK struct status hypervisor_domain_define(struct hypervisor *hypervisor, const char *xml);
MUST_CHECK struct status hypervisor_domain_start(struct hypervisor *hypervisor, const char *domain);
/* Asks the guest to end. */
MUST_CHECK struct status hypervisor_domain_shutdown(struct hypervisor *hypervisor,
                                                    const char *domain);
/* Ends it, whatever it does. */
MUST_CHECK struct status hypervisor_domain_destroy(struct hypervisor *hypervisor,
                                                   const char *domain);
/* Forgets one that does not run, with what libvirt kept for it. */
MUST_CHECK struct status hypervisor_domain_undefine(struct hypervisor *hypervisor,
                                                    const char *domain);

/* A device of what runs. Detaching is asked of the guest: the event tells when it is gone. */
MUST_CHECK struct status hypervisor_device_attach(struct hypervisor *hypervisor, const char *domain,
                                                  const char *xml);
MUST_CHECK struct status hypervisor_device_detach(struct hypervisor *hypervisor, const char *domain,
                                                  const char *xml);

/* Events ------------------------------------------------------------------------------------- */

enum hypervisor_event_kind {
    HYPERVISOR_DOMAIN_DEFINED,
    HYPERVISOR_DOMAIN_UNDEFINED,
    HYPERVISOR_DOMAIN_STARTED,
    HYPERVISOR_DOMAIN_SUSPENDED,
    HYPERVISOR_DOMAIN_RESUMED,
    HYPERVISOR_DOMAIN_SHUTDOWN, /* the guest has ended; stopped follows */
    HYPERVISOR_DOMAIN_STOPPED,
    HYPERVISOR_DOMAIN_CRASHED,
    HYPERVISOR_DEVICE_ADDED,
    HYPERVISOR_DEVICE_REMOVED,
    HYPERVISOR_DEVICE_KEPT, /* the guest did not let it go */
    HYPERVISOR_POOL_CHANGED,
    HYPERVISOR_LOST, /* the connection: nothing is told until the next hypervisor_connect */
};

/* Why one began, was suspended or stopped, as libvirt says. */
enum hypervisor_cause {
    HYPERVISOR_CAUSE_NONE,
    HYPERVISOR_CAUSE_BOOTED,
    HYPERVISOR_CAUSE_SHUT_DOWN,
    HYPERVISOR_CAUSE_DESTROYED,
    HYPERVISOR_CAUSE_CRASHED,
    HYPERVISOR_CAUSE_MIGRATED,
    HYPERVISOR_CAUSE_SAVED,
    HYPERVISOR_CAUSE_RESTORED,
    HYPERVISOR_CAUSE_FROM_SNAPSHOT,
    HYPERVISOR_CAUSE_FAILED,
};

struct hypervisor_event {
    struct hypervisor *hypervisor;
    enum hypervisor_event_kind kind;
    enum hypervisor_cause cause; /* of started, suspended, resumed, stopped, defined */
    const char *name;            /* of the domain or pool */
    const char *uuid;            /* of the domain; else empty */
    const char *alias;           /* of the device; else empty */
};
typedef void hypervisor_listener(void *context, const struct hypervisor_event *event);

/* Tells the listener of everything from here on, also after connecting anew. Before or after
 * hypervisor_connect. An event that the driver does not have is none. */
MUST_CHECK struct status hypervisor_watch(struct hypervisor *hypervisor,
                                          hypervisor_listener *listen, void *context);

/* What ends a turn besides events: a tick, and `descriptor` (-1: none), which stays open meanwhile.
 * Of one process one. On success *out is the caller's: hypervisor_loop_close. */
struct hypervisor_loop; /* opaque */
MUST_CHECK struct status hypervisor_loop_open(int descriptor, struct hypervisor_loop **out);
void hypervisor_loop_close(struct hypervisor_loop **loop);

/* Lets libvirt work until something has happened, for at most HYPERVISOR_TICK_MS while there is a
 * loop. Listeners are called from here. For all connections of the process. */
MUST_CHECK struct status hypervisor_turn(void);

#endif
