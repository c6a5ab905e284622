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

/* From when its start was asked for. */
static bool is_late(const struct effects *effects, const struct vm_row *vm)
{
    const uint64_t most = effects->options.settings->virt_start_deadline * SECOND_US;
    const bool waits = vm->state == VM_STATE_REQUESTED || vm->state == VM_STATE_RUNNING;
    return waits && now_of(effects) > vm->asked && now_of(effects) - vm->asked > most;
}

static void find_late(struct effects *effects, const struct view *view, struct late *late)
{
    struct host_vm_row row = {.host = {.kind = ID_NONE}};
    struct id vms[MACHINES_LATE_MAX];
    size_t count = 0;
    struct view_walk walk = view_walk_of(view, ROW_HOST_VM, &row, 0);
    while (view_walk_next(&walk, &row)) {
        struct vm_row vm = {.vm = row.vm};
        if (count < MACHINES_LATE_MAX && view_find(view, ROW_VM, &vm) && is_late(effects, &vm)) {
            vms[count++] = row.vm;
        }
    }
    memcpy(late->vms, vms, sizeof vms);
    late->count = count;
}

/* Whether the domain runs is told by the watcher; what is missing is the controller's word. */
static void say_late(struct effects *effects, struct id vm)
{
    char why[128];
    struct text text = TEXT_IN(why);
    text_add(&text, "its controller has told no keys within %llu s",
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
    TRY(trouble);
    for (size_t i = 0; i < late.count; i++) {
        say_late(effects, late.vms[i]);
    }
    return OK;
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
