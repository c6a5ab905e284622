#include "auditd/watcher/compare.h"

#include "auditd/virt/names.h"
#include "auditd/watcher/compare_parts.h"

#include <inttypes.h>

/* Findings -------------------------------------------------------------------------------- */

void comparing_begin(struct comparing *comparing)
{
    text_clear(&comparing->object);
    text_clear(&comparing->expected);
    text_clear(&comparing->observed);
}

/* A text that is full is worth nothing: what does not fit is left out, at the edge of a character.
 */
void comparing_put(struct text *text, struct bytes bytes)
{
    const size_t room = text->capacity - text->size - 1;
    size_t size = bytes.size < room ? bytes.size : room;
    while (size > 0 && size < bytes.size && (bytes.data[size] & 0xC0U) == 0x80U) {
        size--;
    }
    text_put_bytes(text, bytes_of(bytes.data, size));
}

struct status comparing_fact(struct comparing *comparing, const struct finding *fact)
{
    struct finding finding = *fact;
    finding.object = finding.object == NULL ? "" : finding.object;
    finding.expected = finding.expected == NULL ? "" : finding.expected;
    finding.observed = finding.observed == NULL ? "" : finding.observed;
    return comparing->with->visit(comparing->with->context, &finding);
}

struct status comparing_mismatch(struct comparing *comparing, enum mismatch_kind kind)
{
    return comparing_fact(comparing,
                          &(struct finding){.kind = FINDING_MISMATCH,
                                            .mismatch = kind,
                                            .object = text_string(&comparing->object),
                                            .expected = text_string(&comparing->expected),
                                            .observed = text_string(&comparing->observed)});
}

bool comparing_is_over(const struct comparing *comparing, uint64_t since_us, uint64_t patience_us)
{
    const uint64_t now_us = comparing->with->model->now_us;
    return now_us > since_us && now_us - since_us > patience_us;
}

/* Domains --------------------------------------------------------------------------------- */

static bool is_live(enum vm_state state)
{
    return state == VM_STATE_RUNNING || state == VM_STATE_REGISTERED || state == VM_STATE_STOPPING;
}

static struct status fact_of(struct comparing *comparing, enum finding_kind kind,
                             const struct model_machine *machine, const struct seen_domain *domain)
{
    return comparing_fact(comparing,
                          &(struct finding){.kind = kind,
                                            .about = {ID_VM, machine->vm},
                                            .machine = machine,
                                            .domain = domain,
                                            .asked = machine->state == VM_STATE_STOPPING});
}

static void begin_machine(struct comparing *comparing, const struct model_machine *machine)
{
    comparing_begin(comparing);
    text_add(&comparing->object, "vm:%" PRIu64, machine->vm);
}

/* Not there, or not running. */
static struct status compare_absent(struct comparing *comparing,
                                    const struct model_machine *machine,
                                    const struct seen_domain *domain)
{
    const struct comparison *with = comparing->with;
    if (!id_equal(machine->host, with->model->host)) {
        return OK; /* another host's, which looks after it */
    }
    if (machine->due && !machine->has_started && machine->state == VM_STATE_STOPPING) {
        return OK; /* asked to stop while its start is still under way */
    }
    if (is_live(machine->state)) {
        return fact_of(comparing, FINDING_STOPPED, machine, domain);
    }
    if (machine->state != VM_STATE_REQUESTED) {
        return OK;
    }
    begin_machine(comparing, machine);
    text_add(&comparing->expected, "a domain that runs, asked for by event %" PRIu64, machine->run);
    comparing_put(&comparing->observed,
                  domain == NULL ? LITERAL("there is none") : LITERAL("it does not run"));
    if (machine->due) {
        return comparing_is_over(comparing, machine->asked_us, with->deadline_us)
                   ? comparing_mismatch(comparing, MISMATCH_KIND_START_UNANSWERED)
                   : OK;
    }
    return comparing_is_over(comparing, machine->changed_us, with->grace_us)
               ? comparing_mismatch(comparing, MISMATCH_KIND_DOMAIN_MISSING)
               : OK;
}

/* What runs and should not, or not here. */
static struct status compare_stray(struct comparing *comparing, const struct model_machine *machine)
{
    const struct comparison *with = comparing->with;
    const bool here = id_equal(machine->host, with->model->host);
    if (machine->due || !comparing_is_over(comparing, machine->changed_us, with->grace_us)) {
        return OK;
    }
    begin_machine(comparing, machine);
    comparing_put(&comparing->expected, bytes_of_string(vm_state_name(machine->state)));
    if (!here) {
        text_add(&comparing->expected, " on host:%" PRIu64, machine->host.n);
    }
    comparing_put(&comparing->observed, LITERAL("it runs here"));
    return comparing_mismatch(comparing,
                              here ? MISMATCH_KIND_DOMAIN_UNKNOWN : MISMATCH_KIND_DOMAIN_MIGRATED);
}

/* A domain that is called like one of ours, and is not. */
static struct status compare_impostor(struct comparing *comparing,
                                      const struct model_machine *machine,
                                      const struct seen_domain *domain)
{
    begin_machine(comparing, machine);
    text_add(&comparing->expected, "run %" PRIu64 ", uuid ", machine->run);
    comparing_put(&comparing->expected, machine->uuid);
    if (domain->is_ours) {
        text_add(&comparing->observed, "run %" PRIu64 " of vm:%" PRIu64, domain->run, domain->vm);
    } else {
        text_put_literal(&comparing->observed, "no run of ours");
    }
    text_put_literal(&comparing->observed, ", uuid ");
    comparing_put(&comparing->observed, domain->uuid);
    return comparing_mismatch(comparing, MISMATCH_KIND_DOMAIN_UNKNOWN);
}

static bool is_its_own(const struct model_machine *machine, const struct seen_domain *domain)
{
    return bytes_equal(machine->uuid, domain->uuid) &&
           (!domain->read ||
            (domain->is_ours && domain->vm == machine->vm && domain->run == machine->run));
}

static struct status compare_description(struct comparing *comparing,
                                         const struct model_machine *machine,
                                         const struct seen_domain *domain)
{
    if (domain->other_count > 0 || domain->snapshots > 0) {
        begin_machine(comparing, machine);
        text_put_literal(&comparing->expected, "no snapshot, no way to the host");
        text_add(&comparing->observed, "%" PRIu64 " snapshots, %zu other devices ",
                 domain->snapshots, domain->other_count);
        comparing_put(&comparing->observed, domain->other);
        TRY(comparing_mismatch(comparing, MISMATCH_KIND_DOMAIN_CHANGED));
    }
    if (machine->has_xml && !digest_equal(&machine->xml, &domain->xml)) {
        begin_machine(comparing, machine);
        text_put_literal(&comparing->expected, "SHA-256 ");
        text_put_hex(&comparing->expected, bytes_of(machine->xml.sha256, DIGEST_SIZE));
        text_put_literal(&comparing->observed, "SHA-256 ");
        text_put_hex(&comparing->observed, bytes_of(domain->xml.sha256, DIGEST_SIZE));
        TRY(comparing_mismatch(comparing, MISMATCH_KIND_DOMAIN_CHANGED));
    }
    return OK;
}

static struct status compare_running(struct comparing *comparing,
                                     const struct model_machine *machine,
                                     const struct seen_domain *domain)
{
    if (!is_live(machine->state) && machine->state != VM_STATE_REQUESTED) {
        return compare_stray(comparing, machine);
    }
    if (!is_its_own(machine, domain)) {
        return compare_impostor(comparing, machine, domain);
    }
    if (!id_equal(machine->host, comparing->with->model->host)) {
        return is_live(machine->state) ? fact_of(comparing, FINDING_MIGRATED, machine, domain)
                                       : compare_stray(comparing, machine);
    }
    if (!machine->has_started) { /* its controller may have been quicker than we were */
        if (machine->due &&
            !comparing_is_over(comparing, machine->asked_us, comparing->with->deadline_us)) {
            return OK; /* its description is whole once libvirt has answered */
        }
        TRY(fact_of(comparing, FINDING_STARTED, machine, domain));
    }
    if (!domain->read) {
        return OK;
    }
    TRY(compare_description(comparing, machine, domain));
    return compare_devices(comparing, machine, domain);
}

/* One that the log knows, and the host shows, but which does not run. */
static struct status compare_defined(struct comparing *comparing,
                                     const struct model_machine *machine,
                                     const struct seen_domain *domain)
{
    const bool gone = machine->state == VM_STATE_DELETED;
    if (!bytes_equal(machine->uuid, domain->uuid)) {
        return compare_impostor(comparing, machine, domain);
    }
    if (gone && !machine->due &&
        comparing_is_over(comparing, machine->changed_us, comparing->with->grace_us)) {
        begin_machine(comparing, machine);
        text_put_literal(&comparing->expected, "deleted");
        text_put_literal(&comparing->observed, "it is defined");
        return comparing_mismatch(comparing, MISMATCH_KIND_DOMAIN_UNKNOWN);
    }
    return compare_absent(comparing, machine, domain);
}

static struct status compare_stranger(struct comparing *comparing, const struct seen_domain *domain)
{
    comparing_begin(comparing);
    comparing_put(&comparing->object, domain->name);
    comparing_put(&comparing->observed,
                  domain->active ? LITERAL("it runs, uuid ") : LITERAL("it is defined, uuid "));
    comparing_put(&comparing->observed, domain->uuid);
    return comparing_mismatch(comparing, MISMATCH_KIND_DOMAIN_UNKNOWN);
}

static bool is_called(const struct model_machine *machine, const struct seen_domain *domain)
{
    uint64_t vm;
    return bytes_equal(machine->uuid, domain->uuid) ||
           (world_read_domain(domain->name, &vm) && vm == machine->vm);
}

/* The domain of a machine: by its uuid rather than by its name. */
static const struct seen_domain *find_domain(const struct observed *observed,
                                             const struct model_machine *machine)
{
    const struct seen_domain *found = NULL;
    for (size_t i = 0; i < observed->domain_count; i++) {
        const struct seen_domain *domain = &observed->domains[i];
        if (is_called(machine, domain) &&
            (found == NULL || bytes_equal(domain->uuid, machine->uuid))) {
            found = domain;
        }
    }
    return found;
}

static struct status compare_machines(struct comparing *comparing)
{
    const struct comparison *with = comparing->with;
    for (size_t i = 0; i < with->model->machine_count; i++) {
        const struct model_machine *machine = &with->model->machines[i];
        const struct seen_domain *domain = find_domain(with->observed, machine);
        comparing->with->checked++;
        if (domain == NULL) {
            TRY(compare_absent(comparing, machine, NULL));
        } else if (domain->active) {
            TRY(compare_running(comparing, machine, domain));
        } else {
            TRY(compare_defined(comparing, machine, domain));
        }
    }
    return OK;
}

static struct status compare_strangers(struct comparing *comparing)
{
    const struct comparison *with = comparing->with;
    for (size_t i = 0; i < with->observed->domain_count; i++) {
        const struct seen_domain *domain = &with->observed->domains[i];
        bool known = false;
        for (size_t m = 0; m < with->model->machine_count && !known; m++) {
            known = find_domain(with->observed, &with->model->machines[m]) == domain;
        }
        comparing->with->checked++;
        TRY(known ? OK : compare_stranger(comparing, domain));
    }
    return OK;
}

struct status compare(struct comparison *comparison)
{
    struct comparing comparing = {.with = comparison};
    comparing.object = TEXT_IN(comparing.object_memory);
    comparing.expected = TEXT_IN(comparing.expected_memory);
    comparing.observed = TEXT_IN(comparing.observed_memory);
    comparison->checked = 0;
    TRY(compare_machines(&comparing));
    TRY(compare_strangers(&comparing));
    TRY(compare_pools(&comparing));
    TRY(compare_files(&comparing));
    return compare_exports(&comparing);
}
