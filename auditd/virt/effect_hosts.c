#include "auditd/virt/effect_parts.h"
#include "auditd/virt/exports.h"
#include "auditd/virt/program.h"
#include "core/descriptions.h"
#include "core/store_layout.h"

#include <stdlib.h>

#define EXPORTFS "/usr/sbin/exportfs"

enum {
    EXPORTS_MAX = 256 << 10, /* bytes */
};

/* Looking ------------------------------------------------------------------------------------ */

static const char *state_name(enum hypervisor_state state)
{
    switch (state) {
    case HYPERVISOR_SHUT_OFF:
        return "shut off";
    case HYPERVISOR_RUNNING:
        return "running";
    case HYPERVISOR_PAUSED:
        return "paused";
    case HYPERVISOR_CRASHED:
        break;
    }
    return "crashed";
}

static struct status list_domain(void *context, const struct hypervisor_domain *domain)
{
    struct text *out = context;
    text_add(out, "domain\t%s\t%s\t", domain->uuid, state_name(domain->state));
    text_put_printable(out, bytes_of_string(domain->name));
    text_put_char(out, '\n');
    return out->full ? FAIL(LIMIT, out->capacity) : OK;
}

static struct status describe(struct work *work, struct hypervisor *host,
                              const struct hypervisor_facts *facts, struct digest *digest)
{
    struct text *out = &work->effects->xml;
    text_clear(out);
    text_put_literal(out, "host\t");
    text_put_printable(out, bytes_of_string(facts->name));
    text_add(out, "\ncores\t%llu\nmemory_kib\t%llu\nmemory_free_kib\t%llu\n",
             (unsigned long long)facts->cores, (unsigned long long)facts->memory_kib,
             (unsigned long long)facts->memory_free_kib);
    TRY_HOST(work, host, "its machines cannot be listed",
             hypervisor_each_domain(host, list_domain, out));
    const struct status kept =
        description_keep(work->effects->options.settings->store_path.text, text_bytes(out), digest);
    return failed(kept) ? work_fail(work, kept, "what was seen cannot be kept") : OK;
}

struct status effect_host_look(struct work *work)
{
    union event_body body;
    struct id by;
    struct hypervisor *host = NULL;
    struct hypervisor_facts facts;
    struct digest snapshot;
    TRY(work_request(work, EVENT_HOST_LOOK_REQUESTED, &body, &by));
    TRY(work_host(work, work->due.object, &host));
    TRY_HOST(work, host, "the host cannot be looked at", hypervisor_look(host, &facts));
    TRY(describe(work, host, &facts, &snapshot));
    work->kind = EVENT_HOST_UTILISATION_CHECKED;
    work->on[0] = work->due.object;
    work->on_count = 1;
    work->body.host_utilisation_checked =
        (struct host_utilisation_checked){.request = work->due.request,
                                          .by = by,
                                          .cores = facts.cores,
                                          .cores_used = facts.cores_used,
                                          .memory_mib = facts.memory_kib / 1024,
                                          .memory_used_mib = facts.memory_used_kib / 1024,
                                          .domains = facts.domains,
                                          .snapshot = snapshot};
    return OK;
}

struct status effect_xml_fetch(struct work *work)
{
    union event_body body;
    struct id by;
    struct vm_row vm;
    struct hypervisor *host = NULL;
    struct digest digest;
    struct text *xml = &work->effects->xml;
    TRY(work_request(work, EVENT_VM_XML_REQUESTED, &body, &by));
    TRY(work_machine(work, work->due.object, &vm));
    TRY(work_host(work, vm.host, &host));
    const struct world_name name = world_domain(vm.vm.n);
    text_clear(xml);
    TRY_HOST(work, host, "the description cannot be fetched",
             hypervisor_domain_xml(host, name.text, false, xml));
    const struct status kept = description_keep(work->effects->options.settings->store_path.text,
                                                text_bytes(xml), &digest);
    if (failed(kept)) {
        return work_fail(work, kept, "the description cannot be kept");
    }
    work->kind = EVENT_VM_XML_FETCHED;
    work->on[0] = work->due.object;
    work->on_count = 1;
    work->body.vm_xml_fetched = (struct vm_xml_fetched){
        .request = work->due.request, .by = by, .xml = digest, .size = xml->size};
    return OK;
}

/* Network shares ----------------------------------------------------------------------------- */

static struct status put_exports(struct work *work, struct text *out)
{
    const char *clients = work->effects->options.settings->virt_nfs_clients.text;
    struct nfs_row row = {.nfs = {.kind = ID_NONE}};
    struct view_walk walk = view_walk_of(&work->view, ROW_NFS, &row, 0);
    exports_begin(out);
    while (view_walk_next(&walk, &row)) {
        const struct status added =
            row.revoked ? OK : exports_add(out, row.nfs.n, row.export, bytes_of_string(clients));
        if (failed(added)) {
            return work_fail(work, added, "nfs:%llu cannot be exported: %s",
                             (unsigned long long)row.nfs.n,
                             added.why == NULL ? status_sentence(added.code) : added.why);
        }
    }
    return OK;
}

/* That it is read-only and within the envelope was decided; here it is not taken on trust. */
static struct status check_share(struct work *work)
{
    union event_body body;
    if (work->due.effect != EFFECT_KIND_NFS_EXPORT) {
        return OK;
    }
    TRY(work_request(work, EVENT_NFS_ALLOWED, &body, NULL));
    return body.nfs_allowed.mode == DRIVE_MODE_RO && body.nfs_allowed.in_envelope
               ? OK
               : work_fail(work, FAIL(KEY, 0),
                           "only what is read-only and within the envelope is exported");
}

static void alive(void *context)
{
    work_alive(context);
}

static struct status apply(struct work *work)
{
    const char *const arguments[] = {"-r", NULL};
    struct program program = {.path = EXPORTFS, .alive = alive, .context = work};
    const struct status status = program_run(&program, arguments);
    if (status.code == STATUS_NOT_FOUND) {
        return work_fail(work, status,
                         "there is no " EXPORTFS "; install nfs-kernel-server on this machine");
    }
    return failed(status) ? work_fail(work, status, "exportfs: %s", program.words) : OK;
}

struct status effect_nfs(struct work *work)
{
    const struct settings *settings = work->effects->options.settings;
    const char *file = settings->virt_nfs_exports.text;
    struct text *out = &work->effects->xml;
    if (file[0] == '\0' || settings->virt_nfs_clients.text[0] == '\0') {
        return work_fail(work, FAIL(NOT_FOUND, 0),
                         "settings say in no [virt] nfs_exports and nfs_clients what is exported "
                         "to whom");
    }
    TRY(check_share(work));
    TRY(work_may_act(work));
    text_clear(out);
    TRY(put_exports(work, out));
    const struct status written = store_write_file(file, out->data, out->size, true);
    if (failed(written)) {
        return work_fail(work, written, "%s cannot be written", file);
    }
    TRY(apply(work));
    text_put_string(&work->path, file);
    return OK;
}
