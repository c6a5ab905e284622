#include "tests/core/vm/naive_machines.h"

size_t naive_pick(struct model *model, size_t bound)
{
    return world_random(&model->seed, (uint32_t)bound);
}

bool naive_chance(struct model *model, size_t of)
{
    return naive_pick(model, of) == 0;
}

unsigned naive_mask(enum vm_role role)
{
    const unsigned all = (1u << VM_PERMISSION_COUNT) - 1;
    return role == VM_ROLE_MANAGER
               ? all
               : all & ~(1u << VM_PERMISSION_STATISTICS) & ~(1u << VM_PERMISSION_GROUPS);
}

unsigned naive_has(const struct machine *vm, size_t user)
{
    if (vm->state == VM_STATE_DELETED) {
        return 0;
    }
    if (vm->owner == user) {
        return naive_mask(VM_ROLE_MANAGER);
    }
    return vm->users[user].in ? vm->users[user].permissions & naive_mask(vm->users[user].role) : 0;
}

bool naive_manages(const struct machine *vm, size_t user, enum vm_permission permission)
{
    return (naive_has(vm, user) >> permission & 1) != 0 &&
           (vm->owner == user || vm->users[user].role == VM_ROLE_MANAGER);
}

bool naive_is_up(const struct machine *vm)
{
    return vm->state <= VM_STATE_REGISTERED;
}

size_t naive_load(const struct model *model, size_t host)
{
    size_t count = 0;
    for (size_t i = 0; i < model->vm_count; i++) {
        count += model->vms[i].counts && model->vms[i].host == host;
    }
    return count;
}

bool naive_fits_team(const struct model *model)
{
    size_t cores = LAB_CORES;
    for (size_t i = 0; i < model->vm_count; i++) {
        cores += model->vms[i].counts && model->vms[i].team ? LAB_CORES : 0;
    }
    return cores <= TEAM_CORES;
}

/* The active one with the most room; HOSTS: none has any. */
size_t naive_roomiest(const struct model *model)
{
    size_t best = HOSTS;
    for (size_t i = 0; i < HOSTS; i++) {
        const bool fits = model->active[i] && naive_load(model, i) < ROOM;
        if (fits && (best == HOSTS || naive_load(model, i) < naive_load(model, best))) {
            best = i;
        }
    }
    return best;
}

bool naive_lives(const struct machine *vm)
{
    return vm->state != VM_STATE_DELETED;
}

bool naive_reaches(const struct model *model, const struct directory *directory, size_t user,
                   bool writes)
{
    const struct machine *vm = &model->vms[directory->vm];
    const unsigned bit = 1u << user;
    if (!naive_lives(vm) || (vm->owner != user && !vm->users[user].in)) {
        return false;
    }
    return vm->owner == user || directory->group == ACCESS_GROUP_EVERYBODY ||
           (directory->group == ACCESS_GROUP_MANAGERS && vm->users[user].role == VM_ROLE_MANAGER) ||
           (directory->group == ACCESS_GROUP_CUSTOM &&
            (((directory->write & bit) != 0) || (!writes && (directory->read & bit) != 0)));
}
