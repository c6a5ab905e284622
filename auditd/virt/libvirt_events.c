#include "auditd/virt/libvirt.h"

#include <stdlib.h>

/* Lifecycle ---------------------------------------------------------------------------------- */

static enum hypervisor_cause why_started(int detail)
{
    switch (detail) {
    case VIR_DOMAIN_EVENT_STARTED_MIGRATED:
        return HYPERVISOR_CAUSE_MIGRATED;
    case VIR_DOMAIN_EVENT_STARTED_RESTORED:
        return HYPERVISOR_CAUSE_RESTORED;
    case VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT:
        return HYPERVISOR_CAUSE_FROM_SNAPSHOT;
    default:
        return HYPERVISOR_CAUSE_BOOTED;
    }
}

static enum hypervisor_cause why_stopped(int detail)
{
    switch (detail) {
    case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN:
        return HYPERVISOR_CAUSE_SHUT_DOWN;
    case VIR_DOMAIN_EVENT_STOPPED_DESTROYED:
        return HYPERVISOR_CAUSE_DESTROYED;
    case VIR_DOMAIN_EVENT_STOPPED_CRASHED:
        return HYPERVISOR_CAUSE_CRASHED;
    case VIR_DOMAIN_EVENT_STOPPED_MIGRATED:
        return HYPERVISOR_CAUSE_MIGRATED;
    case VIR_DOMAIN_EVENT_STOPPED_SAVED:
        return HYPERVISOR_CAUSE_SAVED;
    case VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT:
        return HYPERVISOR_CAUSE_FROM_SNAPSHOT;
    default:
        return HYPERVISOR_CAUSE_FAILED;
    }
}

static enum hypervisor_cause why_suspended(int detail)
{
    switch (detail) {
    case VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED:
        return HYPERVISOR_CAUSE_MIGRATED;
    case VIR_DOMAIN_EVENT_SUSPENDED_IOERROR:
        return HYPERVISOR_CAUSE_FAILED;
    case VIR_DOMAIN_EVENT_SUSPENDED_RESTORED:
        return HYPERVISOR_CAUSE_RESTORED;
    case VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT:
        return HYPERVISOR_CAUSE_FROM_SNAPSHOT;
    default:
        return HYPERVISOR_CAUSE_NONE;
    }
}

static enum hypervisor_cause why_resumed(int detail)
{
    switch (detail) {
    case VIR_DOMAIN_EVENT_RESUMED_MIGRATED:
        return HYPERVISOR_CAUSE_MIGRATED;
    case VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT:
        return HYPERVISOR_CAUSE_FROM_SNAPSHOT;
    default:
        return HYPERVISOR_CAUSE_NONE;
    }
}

/* False of one that says nothing here. */
static bool read_lifecycle(int what, int detail, struct hypervisor_event *event)
{
    switch (what) {
    case VIR_DOMAIN_EVENT_DEFINED:
        event->kind = HYPERVISOR_DOMAIN_DEFINED;
        event->cause = detail == VIR_DOMAIN_EVENT_DEFINED_FROM_SNAPSHOT
                           ? HYPERVISOR_CAUSE_FROM_SNAPSHOT
                           : HYPERVISOR_CAUSE_NONE;
        return true;
    case VIR_DOMAIN_EVENT_UNDEFINED:
        event->kind = HYPERVISOR_DOMAIN_UNDEFINED;
        return true;
    case VIR_DOMAIN_EVENT_STARTED:
        event->kind = HYPERVISOR_DOMAIN_STARTED;
        event->cause = why_started(detail);
        return true;
    case VIR_DOMAIN_EVENT_SUSPENDED:
    case VIR_DOMAIN_EVENT_PMSUSPENDED:
        event->kind = HYPERVISOR_DOMAIN_SUSPENDED;
        event->cause =
            what == VIR_DOMAIN_EVENT_SUSPENDED ? why_suspended(detail) : HYPERVISOR_CAUSE_NONE;
        return true;
    case VIR_DOMAIN_EVENT_RESUMED:
        event->kind = HYPERVISOR_DOMAIN_RESUMED;
        event->cause = why_resumed(detail);
        return true;
    case VIR_DOMAIN_EVENT_SHUTDOWN:
        event->kind = HYPERVISOR_DOMAIN_SHUTDOWN;
        return true;
    case VIR_DOMAIN_EVENT_STOPPED:
        event->kind = HYPERVISOR_DOMAIN_STOPPED;
        event->cause = why_stopped(detail);
        return true;
    case VIR_DOMAIN_EVENT_CRASHED:
        event->kind = HYPERVISOR_DOMAIN_CRASHED;
        return true;
    default:
        return false;
    }
}

/* Callbacks ---------------------------------------------------------------------------------- */

static void tell_of_domain(struct hypervisor *hypervisor, virDomainPtr domain,
                           const struct hypervisor_event *what)
{
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    struct hypervisor_event event = *what;
    (void)virDomainGetUUIDString(domain, uuid);
    event.hypervisor = hypervisor;
    event.name = virDomainGetName(domain);
    event.uuid = uuid;
    if (hypervisor->listen != NULL) {
        hypervisor->listen(hypervisor->context, &event);
    }
}

static int on_lifecycle(virConnectPtr connection, virDomainPtr domain, int what, int detail,
                        void *context)
{
    (void)connection;
    struct hypervisor_event event = {.alias = ""};
    if (read_lifecycle(what, detail, &event)) {
        tell_of_domain(context, domain, &event);
    }
    return 0;
}

static void on_added(virConnectPtr connection, virDomainPtr domain, const char *alias,
                     void *context)
{
    (void)connection;
    const struct hypervisor_event event = {.kind = HYPERVISOR_DEVICE_ADDED, .alias = alias};
    tell_of_domain(context, domain, &event);
}

static void on_removed(virConnectPtr connection, virDomainPtr domain, const char *alias,
                       void *context)
{
    (void)connection;
    const struct hypervisor_event event = {.kind = HYPERVISOR_DEVICE_REMOVED, .alias = alias};
    tell_of_domain(context, domain, &event);
}

static void on_kept(virConnectPtr connection, virDomainPtr domain, const char *alias, void *context)
{
    (void)connection;
    const struct hypervisor_event event = {.kind = HYPERVISOR_DEVICE_KEPT, .alias = alias};
    tell_of_domain(context, domain, &event);
}

static void on_medium(virConnectPtr connection, virDomainPtr domain, const char *alias, int reason,
                      void *context)
{
    (void)connection;
    struct hypervisor_event event = {.kind = reason == VIR_DOMAIN_EVENT_TRAY_CHANGE_OPEN
                                                 ? HYPERVISOR_DEVICE_REMOVED
                                                 : HYPERVISOR_DEVICE_ADDED,
                                     .alias = alias};
    tell_of_domain(context, domain, &event);
}

static void on_pool(virConnectPtr connection, virStoragePoolPtr pool, int what, int detail,
                    void *context)
{
    (void)connection;
    (void)what;
    (void)detail;
    struct hypervisor *hypervisor = context;
    const struct hypervisor_event event = {.hypervisor = hypervisor,
                                           .kind = HYPERVISOR_POOL_CHANGED,
                                           .name = virStoragePoolGetName(pool),
                                           .uuid = "",
                                           .alias = ""};
    if (hypervisor->listen != NULL) {
        hypervisor->listen(hypervisor->context, &event);
    }
}

static void add(struct hypervisor *hypervisor, int kind, virConnectDomainEventGenericCallback call)
{
    const int id = virConnectDomainEventRegisterAny(hypervisor->connection, NULL, kind, call,
                                                    hypervisor, NULL);
    if (id >= 0) {
        hypervisor->callbacks[hypervisor->callback_count++] = id;
    }
}

/* That lifecycles are told is needed; the rest is there or not. */
struct status hypervisor_register(struct hypervisor *hypervisor)
{
    hypervisor_unregister(hypervisor);
    add(hypervisor, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle));
    if (hypervisor->callback_count == 0) {
        return hypervisor_failed(hypervisor);
    }
    add(hypervisor, VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, VIR_DOMAIN_EVENT_CALLBACK(on_added));
    add(hypervisor, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, VIR_DOMAIN_EVENT_CALLBACK(on_removed));
    add(hypervisor, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, VIR_DOMAIN_EVENT_CALLBACK(on_kept));
    add(hypervisor, VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_medium));
    hypervisor->pool_callback = virConnectStoragePoolEventRegisterAny(
        hypervisor->connection, NULL, VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE,
        VIR_STORAGE_POOL_EVENT_CALLBACK(on_pool), hypervisor, NULL);
    virResetLastError();
    return OK;
}

void hypervisor_unregister(struct hypervisor *hypervisor)
{
    for (size_t i = 0; i < hypervisor->callback_count; i++) {
        (void)virConnectDomainEventDeregisterAny(hypervisor->connection, hypervisor->callbacks[i]);
    }
    if (hypervisor->pool_callback >= 0) {
        (void)virConnectStoragePoolEventDeregisterAny(hypervisor->connection,
                                                      hypervisor->pool_callback);
    }
    hypervisor->callback_count = 0;
    hypervisor->pool_callback = -1;
    virResetLastError();
}

struct status hypervisor_watch(struct hypervisor *hypervisor, hypervisor_listener *listen,
                               void *context)
{
    hypervisor->listen = listen;
    hypervisor->context = context;
    return hypervisor_is_connected(hypervisor) ? hypervisor_register(hypervisor) : OK;
}

/* The loop ----------------------------------------------------------------------------------- */

/* Kept over all turns: libvirt's loop does not wait while something that was taken out of it is
 * still to be freed. */
struct hypervisor_loop {
    int timer, watch;
};

static void when_over(int timer, void *context)
{
    (void)timer;
    (void)context;
}

static void when_readable(int watch, int descriptor, int events, void *context)
{
    (void)watch;
    (void)descriptor;
    (void)events;
    (void)context;
}

void hypervisor_loop_close(struct hypervisor_loop **loop)
{
    if (*loop != NULL) {
        if ((*loop)->watch >= 0) {
            (void)virEventRemoveHandle((*loop)->watch);
        }
        if ((*loop)->timer >= 0) {
            (void)virEventRemoveTimeout((*loop)->timer);
        }
        free(*loop);
        *loop = NULL;
    }
}

struct status hypervisor_loop_open(int descriptor, struct hypervisor_loop **out)
{
    TRY(hypervisor_begin());
    CLEANUP(hypervisor_loop_close) struct hypervisor_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL) {
        return FAIL(NO_MEMORY, sizeof *loop);
    }
    loop->watch = -1;
    loop->timer = virEventAddTimeout(HYPERVISOR_TICK_MS, when_over, NULL, NULL);
    if (loop->timer >= 0 && descriptor >= 0) {
        loop->watch =
            virEventAddHandle(descriptor, VIR_EVENT_HANDLE_READABLE, when_readable, NULL, NULL);
    }
    if (loop->timer < 0 || (descriptor >= 0 && loop->watch < 0)) {
        return FAIL_BECAUSE(IO, 0, "libvirt has no loop");
    }
    *out = loop;
    loop = NULL;
    return OK;
}

struct status hypervisor_turn(void)
{
    return virEventRunDefaultImpl() == 0 ? OK : FAIL_BECAUSE(IO, 0, "libvirt's loop has ended");
}
