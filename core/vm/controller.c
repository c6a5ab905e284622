#include "core/vm/controller.h"

#include "core/audit/emitter.h"
#include "core/identity/user.h"

static const char prefix[] = "vmc-";

/* Names ----------------------------------------------------------------------------------- */

void controller_name_write(struct text *out, struct id vm, uint64_t run)
{
    text_put_string(out, prefix);
    text_put_u64(out, vm.n);
    text_put_char(out, '-');
    text_put_u64(out, run);
}

static bool starts(struct bytes name)
{
    return name.size > sizeof prefix - 1 && memcmp(name.data, prefix, sizeof prefix - 1) == 0;
}

/* A number has one form: a name that is written otherwise is nobody's. */
bool controller_name_read(struct bytes name, struct id *vm, uint64_t *run)
{
    const size_t start = sizeof prefix - 1;
    size_t dash = start;
    char memory[NAME_MAX_SIZE + 1];
    struct text text = TEXT_IN(memory);
    struct id found = {ID_VM, 0};
    uint64_t began;
    if (!starts(name)) {
        return false;
    }
    while (dash < name.size && name.data[dash] != '-') {
        dash++;
    }
    if (dash == name.size || !text_read_u64(bytes_of(name.data + start, dash - start), &found.n) ||
        !text_read_u64(bytes_of(name.data + dash + 1, name.size - dash - 1), &began)) {
        return false;
    }
    controller_name_write(&text, found, began);
    if (!bytes_equal(text_bytes(&text), name)) {
        return false;
    }
    *vm = found;
    *run = began;
    return true;
}

/* Machines -------------------------------------------------------------------------------- */

bool controller_machine(const struct view *view, struct id vm, struct vm_row *out)
{
    struct vm_row row = {.vm = vm};
    if (!view_find(view, ROW_VM, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool controller_is_awaited(const struct vm_row *vm)
{
    return vm->state == VM_STATE_REQUESTED || vm->state == VM_STATE_RUNNING;
}

static bool is_over(enum vm_state state)
{
    return state == VM_STATE_STOPPED || state == VM_STATE_FAILED || state == VM_STATE_DELETED;
}

bool controller_run_is_over(const struct view *view, struct id vm, uint64_t run)
{
    struct vm_row row;
    return !controller_machine(view, vm, &row) || row.run != run || is_over(row.state);
}

/* The machine of a controller's name, in the run of that name, with nobody there yet. */
static struct status is_awaited(const struct view *view, struct bytes name, struct vm_row *out)
{
    struct id vm;
    uint64_t run;
    if (!controller_name_read(name, &vm, &run)) {
        return FAIL_BECAUSE(MALFORMED, 0, "a controller is named after its machine and run");
    }
    if (!controller_machine(view, vm, out)) {
        return FAIL_BECAUSE(NOT_FOUND, vm.n, "there is no such machine");
    }
    if (out->run != run || !controller_is_awaited(out)) {
        return FAIL_BECAUSE(CONFLICT, run, "the machine awaits no controller in this run");
    }
    struct vm_controller_row known = {.vm = vm};
    if (view_find(view, ROW_VM_CONTROLLER, &known) && bytes_equal(known.name, name)) {
        return FAIL_BECAUSE(EXISTS, vm.n, "the machine has its controller in this run");
    }
    return OK;
}

/* Notes ----------------------------------------------------------------------------------- */

struct status controller_may_register(const struct view *view,
                                      const struct emitter_registered *registered)
{
    struct vm_row vm;
    struct emitter_row known;
    if (registered->class != EMITTER_CLASS_CONTROLLER) {
        return FAIL_BECAUSE(KEY, 0, "only a controller is registered without a command");
    }
    TRY(is_awaited(view, registered->name, &vm));
    if (emitter_by_name(view, registered->name, &known)) {
        return FAIL_BECAUSE(EXISTS, known.emitter.n, "the controller of this run has its key");
    }
    if (registered->about.size > CONTROLLER_WHY_MAX) {
        return FAIL(LIMIT, CONTROLLER_WHY_MAX);
    }
    if (view_count(view, ROW_LIVE_EMITTER, EMITTERS_MAX) == EMITTERS_MAX) {
        return FAIL_BECAUSE(LIMIT, EMITTERS_MAX, "there are as many emitters as may be");
    }
    return decision_is_key(view, registered->key)
               ? OK
               : FAIL_BECAUSE(MALFORMED, 0, "the controller's key is none");
}

struct status controller_may_come(const struct view *view, const struct id on[static 2],
                                  const struct vm_registered *registered)
{
    struct vm_row vm;
    struct emitter_row emitter;
    TRY(is_awaited(view, registered->name, &vm));
    if (!id_equal(vm.vm, on[0]) || !id_equal(registered->emitter, on[1])) {
        return FAIL_BECAUSE(MALFORMED, 0, "the controller is of another machine");
    }
    if (!emitter_by_name(view, registered->name, &emitter) || !id_equal(emitter.emitter, on[1]) ||
        emitter.retired || emitter.class != EMITTER_CLASS_CONTROLLER ||
        !bytes_equal(emitter.key, registered->key)) {
        return FAIL_BECAUSE(NOT_FOUND, on[1].n, "no emitter is registered for this controller");
    }
    if (registered->receive_key.size != RECEIVE_KEY_SIZE ||
        registered->version.size > CONTROLLER_VERSION_MAX) {
        return FAIL_BECAUSE(MALFORMED, 0, "a controller has a key to receive by, and a version");
    }
    return OK;
}

struct status controller_may_be_refused(const struct vm_controller_refused *refused)
{
    return refused->why.size <= CONTROLLER_WHY_MAX ? OK : FAIL(LIMIT, CONTROLLER_WHY_MAX);
}

struct status controller_may_retire(const struct view *view, struct id emitter,
                                    const struct emitter_retired *retired)
{
    struct id vm;
    uint64_t run;
    struct emitter_row row;
    if (!controller_name_read(retired->name, &vm, &run) ||
        !emitter_by_name(view, retired->name, &row) || !id_equal(row.emitter, emitter) ||
        row.class != EMITTER_CLASS_CONTROLLER) {
        return FAIL_BECAUSE(NOT_FOUND, emitter.n, "this is no controller's emitter");
    }
    if (row.retired) {
        return FAIL_BECAUSE(EXISTS, emitter.n, "the controller has been retired");
    }
    if (!controller_run_is_over(view, vm, run)) {
        return FAIL_BECAUSE(CONFLICT, run, "the run of this controller is not over");
    }
    return retired->reason.size <= CONTROLLER_WHY_MAX ? OK : FAIL(LIMIT, CONTROLLER_WHY_MAX);
}
