/* Which machines there are, and all that is known of one. */
#include "core/effect/effect.h"
#include "core/vm/vm.h"
#include "core/vm/vm_controller.h"
#include "tools/as_of.h"
#include "tools/machine/machine.h"
#include "tools/verbs.h"

#include <inttypes.h>

/* List ------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct column columns[] = {
    {"vm",         NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"name",       NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"state",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"since",      NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"host",       NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"project",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"team",       NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"cores",      NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"memory_mib", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"users",      NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"drives",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

enum {
    COLUMNS = sizeof columns / sizeof columns[0],
};

/* What of a list is wanted; ID_NONE: whichever. */
struct wish {
    struct id owner, host, project;
    const char *state; /* NULL: any but deleted */
};

static bool is_wanted(const struct wish *wish, const struct vm_row *vm)
{
    const char *state = vm_state_name(vm->state);
    return (wish->owner.kind == ID_NONE || id_equal(wish->owner, vm->owner)) &&
           (wish->host.kind == ID_NONE || id_equal(wish->host, vm->host)) &&
           (wish->project.kind == ID_NONE ||
            (vm->has_project && id_equal(wish->project, vm->project))) &&
           (wish->state == NULL ? vm->state != VM_STATE_DELETED : strcmp(wish->state, state) == 0);
}

/* When it came to be in this state, as far as it is known. */
static uint64_t since(const struct vm_row *vm)
{
    if (vm->has_ended && !vm_is_up(vm)) {
        return vm->ended;
    }
    return vm->has_started ? vm->started : vm->asked;
}

static uint64_t users_of(const struct machine_question *question, struct id vm)
{
    struct vm_user_row row = {.vm = vm};
    struct view_walk walk = view_walk_of(&question->view, ROW_VM_USER, &row, 1);
    uint64_t count = 0;
    while (view_walk_next(&walk, &row)) {
        count++;
    }
    return count;
}

/* `ann/lab-drive rw, ann/scans ro (requested)`. */
static void put_drives(const struct machine_question *question, struct id vm, struct text *out)
{
    struct vm_attachment_row of = {.vm = vm};
    struct view_walk walk = view_walk_of(&question->view, ROW_VM_ATTACHMENT, &of, 1);
    while (view_walk_next(&walk, &of)) {
        struct attachment_row row = {.drive = of.drive, .vm = vm};
        if (!view_find(&question->view, ROW_ATTACHMENT, &row)) {
            continue;
        }
        text_put_string(out, out->size == 0 ? "" : ", ");
        machine_put_name(question, row.drive, out);
        text_put_string(out, row.mode == DRIVE_MODE_RW ? " rw" : " ro");
        if (row.state != ATTACHMENT_STATE_ATTACHED) {
            text_add(out, " (%s)", attachment_state_name(row.state));
        }
    }
}

static struct status list_one(struct machine_question *question, const struct vm_row *vm)
{
    char memory[6][MACHINE_CELL_MAX];
    struct text id = TEXT_IN(memory[0]), name = TEXT_IN(memory[1]), host = TEXT_IN(memory[2]);
    struct text project = TEXT_IN(memory[3]), team = TEXT_IN(memory[4]),
                drives = TEXT_IN(memory[5]);
    id_write(&id, vm->vm);
    machine_put_name(question, vm->vm, &name);
    machine_put_name(question, vm->host, &host);
    if (vm->has_project) {
        machine_put_name(question, vm->project, &project);
    }
    if (vm->has_team) {
        machine_put_name(question, vm->team, &team);
    }
    put_drives(question, vm->vm, &drives);
    const struct cell cells[COLUMNS] = {
        machine_cell(&id),
        machine_cell(&name),
        cell_string(vm_state_name(vm->state)),
        cell_number(since(vm)),
        machine_cell(&host),
        machine_cell(&project),
        machine_cell(&team),
        cell_number(vm->cores),
        cell_number(vm->memory_mib),
        cell_number(users_of(question, vm->vm)),
        machine_cell(&drives),
    };
    return rows_add(&question->rows, cells);
}

static enum exit_code list(struct machine_question *question)
{
    struct wish wish = {.state = invocation_value(question->invocation, "state")};
    struct vm_row row = {.name = {0}};
    enum exit_code code = machine_find_option(question, "owner", ID_USER, &wish.owner);
    code = code == EXIT_DONE ? machine_find_option(question, "host", ID_HOST, &wish.host) : code;
    code = code == EXIT_DONE ? machine_find_option(question, "project", ID_PROJECT, &wish.project)
                             : code;
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = rows_begin(&question->rows, columns, COLUMNS);
    struct view_walk walk = view_walk_of(&question->view, ROW_VM, &row, 0);
    while (!failed(status) && view_walk_next(&walk, &row)) {
        status = is_wanted(&wish, &row) ? list_one(question, &row) : OK;
    }
    return machine_end(question, status);
}

static enum exit_code run_list(struct invocation *invocation)
{
    return machine_ask(invocation, list);
}

static const struct option_info list_options[] = {
    AS_OF_OPTION,
    {"owner", 0, "USER", "only those of this user", false},
    {"host", 0, "HOST", "only those on this host", false},
    {"project", 0, "PROJECT", "only those with this tag", false},
    {"state", 0, "requested|running|registered|stopping|stopped|failed|deleted",
     "only those in this state (all but those deleted)", false},
};

const struct verb verb_vm_list = {
    .name = "vm list",
    .about = "which machines there are, where they run, and what is attached to them",
    .details =
        "Now, or as of any moment. A machine is `requested` until a watcher has seen its domain,\n"
        "`running` until its controller has told its keys, and `registered` from then on. Exit\n"
        "code 1: there is none.",
    .examples = "cairn vm list\n"
                "cairn vm list --host north --state registered\n"
                "# what ran on 9 March\n"
                "cairn vm list --as-of 2026-03-09",
    .purpose = PURPOSE_ASK,
    OPTIONS(list_options),
    .guarded = true,
    .run = run_list,
};

/* Show ------------------------------------------------------------------------------------ */

/* What it waits for, in words. */
static const char *state_in_words(enum vm_state state)
{
    static const char *const words[VM_STATE_COUNT] = {
        [VM_STATE_REQUESTED] = "requested: no watcher has seen its domain yet",
        [VM_STATE_RUNNING] = "running: its controller has not come up yet",
        [VM_STATE_REGISTERED] = "registered: its controller is there",
        [VM_STATE_STOPPING] = "stopping: it has been asked to",
        [VM_STATE_STOPPED] = "stopped",
        [VM_STATE_FAILED] = "failed: it did not come up",
        [VM_STATE_DELETED] = "deleted",
    };
    return words[state];
}

static struct status tell_machine(struct machine_question *question, const struct vm_row *vm,
                                  uint64_t made_by)
{
    char memory[MACHINE_CELL_MAX];
    struct text size = TEXT_IN(memory);
    struct effect_row effect;
    text_add(&size, "%" PRIu64 " cores, %" PRIu64 " MiB", vm->cores, vm->memory_mib);
    TRY(machine_fact_name(question, "vm", vm->vm, vm->vm.n));
    TRY(machine_fact(question, "state", bytes_of_string(state_in_words(vm->state)), made_by));
    if (effect_of(&question->view, vm->run, &effect) && effect.has_why) {
        TRY(machine_fact(question, "why", effect.why, effect.request));
    }
    TRY(machine_fact_name(question, "host", vm->host, vm->run));
    TRY(machine_fact_name(question, "recipe", vm->config, UINT64_MAX));
    TRY(machine_fact_name(question, "hardware", vm->hardware, UINT64_MAX));
    TRY(machine_fact(question, "size", text_bytes(&size), UINT64_MAX));
    TRY(machine_fact_name(question, "brick", vm->brick, UINT64_MAX));
    TRY(vm->has_project ? machine_fact_name(question, "project", vm->project, UINT64_MAX) : OK);
    TRY(vm->has_team ? machine_fact_name(question, "team", vm->team, UINT64_MAX) : OK);
    TRY(vm->has_uuid ? machine_fact(question, "uuid", vm->uuid, UINT64_MAX) : OK);
    return OK;
}

static struct status tell_controller(struct machine_question *question, const struct vm_row *vm)
{
    char memory[MACHINE_CELL_MAX];
    struct text text = TEXT_IN(memory);
    struct vm_controller_row row;
    if (!vm_controller_of(&question->view, vm->vm, &row)) {
        return OK;
    }
    text_put_bytes(&text, row.name);
    text_put_literal(&text, ", version ");
    text_put_bytes(&text, row.version);
    text_put_string(&text, row.has_owner_key ? ", knows its owner" : ", has not met its owner");
    if (row.has_applied) {
        text_add(&text, ", enforces what was decided up to event %" PRIu64, row.applied);
    }
    if (!vm_controller_is_here(&question->view, vm)) {
        text_put_literal(&text, " (of an earlier run)");
    }
    return machine_fact(question, "controller", text_bytes(&text), row.emitter.n);
}

/* `ben: manager, files, users, by profile analysts`. */
static struct status tell_users(struct machine_question *question, struct id vm)
{
    struct vm_user_row row = {.vm = vm};
    struct view_walk walk = view_walk_of(&question->view, ROW_VM_USER, &row, 1);
    while (view_walk_next(&walk, &row)) {
        char memory[MACHINE_CELL_MAX];
        struct text text = TEXT_IN(memory);
        struct vm_user_row found = row;
        uint64_t made_by = UINT64_MAX;
        machine_put_name(question, row.user, &text);
        text_add(&text, ": %s", vm_role_name(row.role));
        for (size_t i = 0; i < row.permissions_count; i++) {
            text_add(&text, ", %s", vm_permission_name(row.permissions[i]));
        }
        if (row.has_profile) {
            text_put_literal(&text, ", by profile ");
            machine_put_name(question, row.profile, &text);
        }
        (void)view_find_made_by(&question->view, ROW_VM_USER, &found, &made_by);
        TRY(machine_fact(question, "user", text_bytes(&text), made_by));
    }
    return OK;
}

static void put_list(const struct machine_question *question, const char *before,
                     const struct id *users, size_t count, struct text *out)
{
    for (size_t i = 0; i < count; i++) {
        text_put_string(out, i == 0 ? before : ", ");
        machine_put_name(question, users[i], out);
    }
}

static struct status tell_directories(struct machine_question *question, struct id vm)
{
    struct accessdir_name_row of = {.vm = vm};
    struct view_walk walk = view_walk_of(&question->view, ROW_ACCESSDIR_NAME, &of, 1);
    while (view_walk_next(&walk, &of)) {
        char memory[MACHINE_CELL_MAX];
        struct text text = TEXT_IN(memory);
        struct accessdir_row row = {.directory = of.directory};
        uint64_t made_by = UINT64_MAX;
        if (!view_find_made_by(&question->view, ROW_ACCESSDIR, &row, &made_by)) {
            continue;
        }
        text_put_bytes(&text, row.name);
        text_add(&text, ": %s", access_group_name(row.group));
        put_list(question, ", read by ", row.read, row.read_count, &text);
        put_list(question, ", written by ", row.write, row.write_count, &text);
        TRY(machine_fact(question, "directory", text_bytes(&text), made_by));
    }
    return OK;
}

static struct status tell_groups(struct machine_question *question, struct id vm)
{
    struct vm_group_name_row of = {.vm = vm};
    struct view_walk walk = view_walk_of(&question->view, ROW_VM_GROUP_NAME, &of, 1);
    while (view_walk_next(&walk, &of)) {
        char memory[MACHINE_CELL_MAX];
        struct text text = TEXT_IN(memory);
        const char *before = ": ";
        struct vm_group_member_row row = {.group = of.group};
        text_put_bytes(&text, of.name);
        struct view_walk members = view_walk_of(&question->view, ROW_VM_GROUP_MEMBER, &row, 1);
        while (view_walk_next(&members, &row)) {
            put_list(question, before, &row.user, 1, &text);
            before = ", ";
        }
        TRY(machine_fact(question, "group", text_bytes(&text), of.group.n));
    }
    return OK;
}

static struct status tell_labels(struct machine_question *question, struct id vm)
{
    struct vm_label_row row = {.vm = vm};
    struct view_walk walk = view_walk_of(&question->view, ROW_VM_LABEL, &row, 1);
    while (view_walk_next(&walk, &row)) {
        char memory[MACHINE_CELL_MAX];
        struct text text = TEXT_IN(memory);
        machine_put_name(question, row.label, &text);
        text_put_literal(&text, ", with ");
        machine_put_name(question, row.by, &text);
        TRY(machine_fact(question, "label entered", text_bytes(&text), row.since_n));
    }
    return OK;
}

static struct status tell_drives(struct machine_question *question, struct id vm)
{
    char memory[MACHINE_CELL_MAX];
    struct text text = TEXT_IN(memory);
    put_drives(question, vm, &text);
    return text.size == 0 ? OK : machine_fact(question, "drives", text_bytes(&text), UINT64_MAX);
}

/* What the log has asked of the world, and not been told of yet. */
static struct status tell_due(struct machine_question *question, struct id vm)
{
    struct effect_due_row row = {.request = 0};
    struct view_walk walk = view_walk_of(&question->view, ROW_EFFECT_DUE, &row, 0);
    while (view_walk_next(&walk, &row)) {
        if (id_equal(row.object, vm) || (row.has_about && id_equal(row.about, vm))) {
            TRY(machine_fact(question, "waits for", bytes_of_string(effect_kind_name(row.effect)),
                             row.request));
        }
    }
    return OK;
}

static struct status show(struct machine_question *question, struct id vm)
{
    struct vm_row row = {.vm = vm};
    uint64_t made_by = UINT64_MAX;
    if (!view_find_made_by(&question->view, ROW_VM, &row, &made_by)) {
        return OK; /* no row: there is nothing */
    }
    TRY(machine_facts_begin(question));
    TRY(tell_machine(question, &row, made_by));
    TRY(tell_controller(question, &row));
    TRY(tell_users(question, vm));
    TRY(tell_directories(question, vm));
    TRY(tell_groups(question, vm));
    TRY(tell_drives(question, vm));
    TRY(tell_labels(question, vm));
    return tell_due(question, vm);
}

static enum exit_code show_one(struct machine_question *question)
{
    struct id vm;
    enum exit_code code =
        machine_find(question, ID_VM, invocation_argument(question->invocation, 0), &vm);
    return code == EXIT_DONE ? machine_end(question, show(question, vm)) : code;
}

static enum exit_code run_show(struct invocation *invocation)
{
    return machine_ask(invocation, show_one);
}

static const struct option_info show_options[] = {AS_OF_OPTION};

const struct verb verb_vm_show = {
    .name = "vm show",
    .about = "all that is known of a machine: its state, users, drives and labels",
    .arguments = "VM",
    .details =
        "Each with the event that made it so. A machine is called NAME, or OWNER/NAME where\n"
        "several have that name.",
    .examples = "cairn vm show desk\n"
                "cairn vm show ann/desk --as-of 2026-03-09",
    .purpose = PURPOSE_ASK,
    OPTIONS(show_options),
    .guarded = true,
    .run = run_show,
};
