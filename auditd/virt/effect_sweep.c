#include "auditd/virt/effect_parts.h"
#include "core/drive/pool.h"

enum {
    SWEEP_FOUND_MAX = 16, /* files removed at once */
    SWEPT_POOLS_MAX = 64,
    MACHINES_LATE_MAX = 64, /* told of at once */
};

#define SWEEP_US UINT64_C(30000000)
#define SECOND_US UINT64_C(1000000)

static uint64_t now_of(const struct effects *effects)
{
    return effects->options.clock == NULL ? engine_now(effects->options.engine)
                                          : effects->options.clock(effects->options.context);
}

static struct view view_of(struct effects *effects, struct status *trouble)
{
    arena_reset(&effects->arena);
    return engine_view(effects->options.engine, UINT64_MAX, &effects->arena, trouble);
}

/* Deadlines ---------------------------------------------------------------------------------- */

struct late {
    struct id vms[MACHINES_LATE_MAX];
    size_t count;
};

/* From when it was started. What is still being started has its own end. */
static bool is_late(const struct effects *effects, const struct view *view, const struct vm_row *vm)
{
    struct effect_row start;
    const uint64_t most = effects->options.settings->virt_start_deadline * SECOND_US;
    const bool waits = vm->state == VM_STATE_REQUESTED || vm->state == VM_STATE_RUNNING;
    if (!waits || !effect_of(view, vm->run, &start) || !start.has_ended) {
        return false;
    }
    return now_of(effects) > start.ended && now_of(effects) - start.ended > most;
}

static void find_late(struct effects *effects, const struct view *view, struct late *late)
{
    struct host_vm_row row = {.host = {.kind = ID_NONE}};
    struct view_walk walk = view_walk_of(view, ROW_HOST_VM, &row, 0);
    while (view_walk_next(&walk, &row)) {
        struct vm_row vm = {.vm = row.vm};
        if (late->count < MACHINES_LATE_MAX && view_find(view, ROW_VM, &vm) &&
            is_late(effects, view, &vm)) {
            late->vms[late->count++] = row.vm;
        }
    }
}

/* What has failed to start must not go on with drives that count as free from then on. Whether it
 * still runs is known only from its host: until that can be asked, nothing is said. */
static struct status end_late(struct work *work, struct id vm)
{
    struct vm_row row;
    struct hypervisor *host = NULL;
    enum hypervisor_state state;
    bool there = false;
    const struct world_name name = world_domain(vm.n);
    TRY(work_machine(work, vm, &row));
    TRY(work_host(work, row.host, &host));
    TRY(work_see(work, host, vm.n, &there));
    if (!there || work->effects->seen.run != row.run) {
        return OK;
    }
    TRY_HOST(work, host, "it cannot be looked at",
             hypervisor_domain_state(host, name.text, &state));
    if (state == HYPERVISOR_SHUT_OFF || state == HYPERVISOR_CRASHED) {
        return OK;
    }
    TRY_HOST(work, host, "it cannot be ended", hypervisor_domain_destroy(host, name.text));
    return OK;
}

static void say_late(struct effects *effects, struct id vm)
{
    char why[128];
    struct text text = TEXT_IN(why);
    text_add(&text, "its controller has told no keys within %llu s, and it was ended",
             (unsigned long long)effects->options.settings->virt_start_deadline);
    const union event_body body = {.vm_start_failed = {.why = text_bytes(&text)}};
    const struct draft draft = {
        .kind = EVENT_VM_START_FAILED, .on = {vm}, .on_count = 1, .body = &body};
    /* One that has registered meanwhile is refused, and rightly so. */
    const struct status said = effects->options.say(effects->options.context, &draft);
    (void)said;
}

struct status effects_deadlines(struct effects *effects)
{
    struct status trouble = OK;
    struct late late = {.count = 0};
    const struct view view = view_of(effects, &trouble);
    find_late(effects, &view, &late);
    for (size_t i = 0; i < late.count && !failed(trouble); i++) {
        struct work work = {.effects = effects};
        work.why = TEXT_IN(work.why_memory);
        work.view = view_of(effects, &trouble);
        if (!failed(end_late(&work, late.vms[i]))) {
            say_late(effects, late.vms[i]);
        }
    }
    return trouble;
}

/* What is left of runs ----------------------------------------------------------------------- */

struct sweep {
    const struct view *view;
    char names[SWEEP_FOUND_MAX][HYPERVISOR_NAME_MAX + 1];
    size_t count;
};

/* Whether a run of a machine is over. Of a machine that is not known nothing is removed: another
 * log may have the same host. */
static bool is_over(const struct view *view, uint64_t vm, uint64_t run)
{
    struct vm_row row = {.vm = {.kind = ID_VM, .n = vm}};
    if (!view_find(view, ROW_VM, &row) || run > row.run) {
        return false;
    }
    return run < row.run || row.state == VM_STATE_STOPPED || row.state == VM_STATE_DELETED;
}

static struct status judge(void *context, const struct hypervisor_volume *volume)
{
    struct sweep *sweep = context;
    uint64_t vm, run;
    if (sweep->count < SWEEP_FOUND_MAX && strlen(volume->name) <= HYPERVISOR_NAME_MAX &&
        world_read_boot_file(bytes_of_string(volume->name), &vm, &run) &&
        is_over(sweep->view, vm, run)) {
        struct text name = TEXT_IN(sweep->names[sweep->count]);
        text_put_string(&name, volume->name);
        (void)text_string(&name);
        sweep->count++;
    }
    return OK;
}

static void sweep_pool(struct effects *effects, const struct view *view, const char *pool)
{
    for (size_t i = 0; i < effects->host_count; i++) {
        struct sweep sweep = {.view = view};
        struct hypervisor *host = effects->hosts[i];
        if (!hypervisor_is_connected(host) ||
            failed(hypervisor_each_volume(host, pool, judge, &sweep))) {
            continue;
        }
        for (size_t j = 0; j < sweep.count; j++) {
            /* What cannot be removed now is found again. */
            const struct status removed =
                hypervisor_volume_delete(host, pool, sweep.names[j], false);
            (void)removed;
        }
    }
}

void effects_sweep(struct effects *effects)
{
    struct status trouble = OK;
    struct world_name names[SWEPT_POOLS_MAX];
    size_t count = 0;
    if (now_of(effects) < effects->next_sweep_us) {
        return;
    }
    effects->next_sweep_us = now_of(effects) + SWEEP_US;
    const struct view view = view_of(effects, &trouble);
    struct pool_row row = {.pool = {.kind = ID_NONE}};
    struct view_walk walk = view_walk_of(&view, ROW_POOL, &row, 0);
    while (count < SWEPT_POOLS_MAX && view_walk_next(&walk, &row)) {
        if (row.kind == POOL_KIND_IMAGE && row.ready) {
            names[count++] = world_pool(row.name);
        }
    }
    for (size_t i = 0; i < count && !failed(trouble); i++) {
        sweep_pool(effects, &view, names[i].text);
    }
}
