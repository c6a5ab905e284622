#include "core/vm/vm.h"

#include "core/project/certification.h"
#include "core/project/membership.h"

bool vm_by_id(const struct view *view, struct id vm, struct vm_row *out)
{
    struct vm_row row = {.vm = vm};
    if (vm.kind != ID_VM || !view_find(view, ROW_VM, &row) || row.state == VM_STATE_DELETED) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool vm_by_name(const struct view *view, struct id owner, struct bytes name, struct vm_row *out)
{
    struct vm_name_row row = {.owner = owner, .name = name};
    return view_find(view, ROW_VM_NAME, &row) && vm_by_id(view, row.vm, out);
}

bool vm_is_up(const struct vm_row *vm)
{
    return vm->state == VM_STATE_REQUESTED || vm->state == VM_STATE_RUNNING ||
           vm->state == VM_STATE_REGISTERED;
}

bool vm_is_connected(const struct vm_row *vm)
{
    return vm->state == VM_STATE_REGISTERED;
}

bool vm_is_name(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] < ' ' || name.data[i] == 0x7f || name.data[i] == '/') {
            return false;
        }
    }
    return name.size > 0 && name.size <= VM_NAME_MAX;
}

bool vm_are_names(const struct bytes *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!vm_is_name(names[i])) {
            return false;
        }
    }
    return count <= VM_LIST_MAX;
}

/* Permissions ----------------------------------------------------------------------------- */

unsigned vm_permission_set(const enum vm_permission *list, size_t count)
{
    unsigned set = 0;
    for (size_t i = 0; i < count; i++) {
        set |= 1u << list[i];
    }
    return set;
}

size_t vm_permission_list(unsigned set, enum vm_permission out[static VM_PERMISSION_COUNT])
{
    size_t count = 0;
    for (unsigned i = 0; i < VM_PERMISSION_COUNT; i++) {
        if ((set >> i & 1) != 0) {
            out[count++] = (enum vm_permission)i;
        }
    }
    return count;
}

const enum vm_permission *vm_permission_lent(const struct view *view, unsigned set, size_t *count)
{
    enum vm_permission *list =
        arena_take(view->arena, sizeof(enum vm_permission) * VM_PERMISSION_COUNT);
    *count = 0;
    if (list == NULL) {
        *view->trouble = FAIL(NO_MEMORY, VM_PERMISSION_COUNT);
        return NULL;
    }
    *count = vm_permission_list(set, list);
    return list;
}

unsigned vm_role_permissions(enum vm_role role)
{
    const unsigned all = (1u << VM_PERMISSION_COUNT) - 1;
    const unsigned managers = 1u << VM_PERMISSION_STATISTICS | 1u << VM_PERMISSION_GROUPS;
    return role == VM_ROLE_MANAGER ? all : all & ~managers;
}

/* Rights ---------------------------------------------------------------------------------- */

bool vm_project_admits(const struct view *view, struct id project, struct id user)
{
    return project.kind == ID_NONE || (membership_active(view, project, user, NULL) &&
                                       certification_satisfied(view, project, user, NULL));
}

bool vm_user_of(const struct view *view, struct id vm, struct id user, struct vm_user_row *out)
{
    struct vm_user_row row = {.vm = vm, .user = user};
    if (vm.kind != ID_VM || user.kind != ID_USER || !view_find(view, ROW_VM_USER, &row)) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

/* What somebody is in a machine. */
struct place {
    bool owner, user;
    struct vm_user_row row; /* of a user */
};

static struct place place_of(const struct view *view, struct id vm, struct id user)
{
    struct vm_row row;
    struct place place = {.owner = false};
    if (!vm_by_id(view, vm, &row) ||
        !vm_project_admits(view, row.has_project ? row.project : (struct id){ID_NONE, 0}, user)) {
        return place;
    }
    place.owner = id_equal(row.owner, user);
    place.user = !place.owner && vm_user_of(view, vm, user, &place.row);
    return place;
}

static unsigned permissions_at(const struct place *place)
{
    if (place->owner) {
        return vm_role_permissions(VM_ROLE_MANAGER);
    }
    return place->user ? vm_permission_set(place->row.permissions, place->row.permissions_count) &
                             vm_role_permissions(place->row.role)
                       : 0;
}

bool vm_has(const struct view *view, struct id vm, struct id user)
{
    const struct place place = place_of(view, vm, user);
    return place.owner || place.user;
}

unsigned vm_permissions(const struct view *view, struct id vm, struct id user)
{
    const struct place place = place_of(view, vm, user);
    return permissions_at(&place);
}

bool vm_allows(const struct view *view, struct id vm, struct id user, enum vm_permission permission)
{
    return (vm_permissions(view, vm, user) >> permission & 1) != 0;
}

bool vm_manages(const struct view *view, struct id vm, struct id user,
                enum vm_permission permission)
{
    const struct place place = place_of(view, vm, user);
    return place.owner || (place.user && place.row.role == VM_ROLE_MANAGER &&
                           (permissions_at(&place) >> permission & 1) != 0);
}

/* Describe -------------------------------------------------------------------------------- */

void vm_describe(const struct vm_row *vm, struct text *out)
{
    text_put_printable(out, vm->name);
    text_put_literal(out, ", ");
    text_put_string(out, vm_state_name(vm->state));
    text_put_literal(out, ", of ");
    id_write(out, vm->owner);
    text_put_literal(out, vm_is_up(vm) || vm->state == VM_STATE_STOPPING ? ", on " : ", last on ");
    id_write(out, vm->host);
    if (vm->has_project) {
        text_put_literal(out, ", tagged ");
        id_write(out, vm->project);
    }
}
