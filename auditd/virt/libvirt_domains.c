#include "auditd/virt/libvirt.h"

#include <stdlib.h>

static struct status find_domain(struct hypervisor *hypervisor, const char *name, virDomainPtr *out)
{
    TRY(hypervisor_needs_connection(hypervisor));
    *out = virDomainLookupByName(hypervisor->connection, name);
    return *out == NULL ? hypervisor_failed(hypervisor) : OK;
}

static enum hypervisor_state state_of(int state)
{
    switch (state) {
    case VIR_DOMAIN_SHUTOFF:
        return HYPERVISOR_SHUT_OFF;
    case VIR_DOMAIN_CRASHED:
        return HYPERVISOR_CRASHED;
    case VIR_DOMAIN_PAUSED:
    case VIR_DOMAIN_PMSUSPENDED:
        return HYPERVISOR_PAUSED;
    default:
        return HYPERVISOR_RUNNING;
    }
}

/* Looking ------------------------------------------------------------------------------------ */

static struct status show(struct hypervisor *hypervisor, virDomainPtr domain,
                          hypervisor_domain_visitor *visit, void *context)
{
    char uuid[VIR_UUID_STRING_BUFLEN];
    int state = 0;
    if (virDomainGetUUIDString(domain, uuid) < 0 ||
        virDomainGetState(domain, &state, NULL, 0) < 0) {
        const struct status status = hypervisor_failed(hypervisor);
        return status.code == STATUS_NOT_FOUND ? OK : status; /* gone meanwhile */
    }
    const int snapshots = virDomainSnapshotNum(domain, 0);
    const struct hypervisor_domain shown = {.name = virDomainGetName(domain),
                                            .uuid = uuid,
                                            .state = state_of(state),
                                            .persistent = virDomainIsPersistent(domain) == 1,
                                            .snapshots = snapshots > 0 ? (uint64_t)snapshots : 0};
    virResetLastError();
    return visit(context, &shown);
}

struct status hypervisor_each_domain(struct hypervisor *hypervisor,
                                     hypervisor_domain_visitor *visit, void *context)
{
    virDomainPtr *domains = NULL;
    TRY(hypervisor_needs_connection(hypervisor));
    const int count = virConnectListAllDomains(hypervisor->connection, &domains, 0);
    if (count < 0) {
        return hypervisor_failed(hypervisor);
    }
    struct status status =
        count > HYPERVISOR_OBJECTS_MAX ? FAIL(LIMIT, HYPERVISOR_OBJECTS_MAX) : OK;
    for (int i = 0; i < count; i++) {
        if (!failed(status)) {
            status = show(hypervisor, domains[i], visit, context);
        }
        (void)virDomainFree(domains[i]);
    }
    free(domains);
    return status;
}

struct status hypervisor_domain_xml(struct hypervisor *hypervisor, const char *domain, bool lasting,
                                    struct text *out)
{
    virDomainPtr found = NULL;
    TRY(find_domain(hypervisor, domain, &found));
    char *xml = virDomainGetXMLDesc(found, lasting ? VIR_DOMAIN_XML_INACTIVE : 0);
    struct status status = xml == NULL ? hypervisor_failed(hypervisor) : OK;
    (void)virDomainFree(found);
    TRY(status);
    text_put_string(out, xml);
    free(xml);
    return out->full ? FAIL(LIMIT, out->capacity) : OK;
}

struct status hypervisor_domain_state(struct hypervisor *hypervisor, const char *domain,
                                      enum hypervisor_state *out)
{
    virDomainPtr found = NULL;
    int state = 0;
    TRY(find_domain(hypervisor, domain, &found));
    const struct status status =
        virDomainGetState(found, &state, NULL, 0) < 0 ? hypervisor_failed(hypervisor) : OK;
    (void)virDomainFree(found);
    *out = state_of(state);
    return status;
}

struct status hypervisor_domain_has_run(struct hypervisor *hypervisor, const char *domain,
                                        bool *out)
{
    virDomainPtr found = NULL;
    int state = 0, reason = 0;
    TRY(find_domain(hypervisor, domain, &found));
    const struct status status =
        virDomainGetState(found, &state, &reason, 0) < 0 ? hypervisor_failed(hypervisor) : OK;
    (void)virDomainFree(found);
    *out = state != VIR_DOMAIN_SHUTOFF || reason != VIR_DOMAIN_SHUTOFF_UNKNOWN;
    return status;
}

/* Doing -------------------------------------------------------------------------------------- */

struct status hypervisor_domain_define(struct hypervisor *hypervisor, const char *xml)
{
    TRY(hypervisor_needs_connection(hypervisor));
    virDomainPtr domain =
        virDomainDefineXMLFlags(hypervisor->connection, xml, VIR_DOMAIN_DEFINE_VALIDATE);
    if (domain == NULL) {
        return hypervisor_failed(hypervisor);
    }
    (void)virDomainFree(domain);
    return OK;
}

static struct status act(struct hypervisor *hypervisor, const char *domain,
                         int (*what)(virDomainPtr domain))
{
    virDomainPtr found = NULL;
    TRY(find_domain(hypervisor, domain, &found));
    const struct status status = what(found) < 0 ? hypervisor_failed(hypervisor) : OK;
    (void)virDomainFree(found);
    return status;
}

struct status hypervisor_domain_start(struct hypervisor *hypervisor, const char *domain)
{
    return act(hypervisor, domain, virDomainCreate);
}

struct status hypervisor_domain_shutdown(struct hypervisor *hypervisor, const char *domain)
{
    return act(hypervisor, domain, virDomainShutdown);
}

struct status hypervisor_domain_destroy(struct hypervisor *hypervisor, const char *domain)
{
    return act(hypervisor, domain, virDomainDestroy);
}

/* Not every driver knows all that may have been kept. */
static int undefine(virDomainPtr domain)
{
    const unsigned all = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA |
                         VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA | VIR_DOMAIN_UNDEFINE_NVRAM;
    return virDomainUndefineFlags(domain, all) == 0 ? 0 : virDomainUndefine(domain);
}

struct status hypervisor_domain_undefine(struct hypervisor *hypervisor, const char *domain)
{
    return act(hypervisor, domain, undefine);
}

static struct status change(struct hypervisor *hypervisor, const char *domain, const char *xml,
                            int (*what)(virDomainPtr domain, const char *xml, unsigned flags))
{
    virDomainPtr found = NULL;
    TRY(find_domain(hypervisor, domain, &found));
    const struct status status =
        what(found, xml, VIR_DOMAIN_AFFECT_LIVE) < 0 ? hypervisor_failed(hypervisor) : OK;
    (void)virDomainFree(found);
    return status;
}

struct status hypervisor_device_attach(struct hypervisor *hypervisor, const char *domain,
                                       const char *xml)
{
    return change(hypervisor, domain, xml, virDomainAttachDeviceFlags);
}

struct status hypervisor_device_detach(struct hypervisor *hypervisor, const char *domain,
                                       const char *xml)
{
    return change(hypervisor, domain, xml, virDomainDetachDeviceFlags);
}
