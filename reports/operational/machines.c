/* Machines and hosts: what ran where, who was in it, and what differed from the log. */
#include "reports/naming.h"
#include "reports/operational/event_table.h"
#include "reports/report_list.h"

/* Exposure ---------------------------------------------------------------------------------- */

static const struct report_column machine_columns[] = {
    {"vm", "machine", REPORT_TEXT},
    {"owner", NULL, REPORT_TEXT},
    {"project", NULL, REPORT_TEXT},
    {"host", NULL, REPORT_TEXT},
    {"image", NULL, REPORT_TEXT},
    {"state", NULL, REPORT_VERDICT},
    {"asked", "start asked for", REPORT_TIME},
    {"started", "seen to run", REPORT_TIME},
    {"ended", NULL, REPORT_TIME},
    {"users", "users beside the owner", REPORT_INTEGER},
    {"drives", NULL, REPORT_TEXT},
    {"controller", NULL, REPORT_TEXT},
    {"events", NULL, REPORT_EVENTS},
};

/* One machine, as of the end of the period, on its way to the sink. */
struct machine {
    const struct report_input *input;
    struct vm_row vm;
    char memory[ROW_TEXT_SIZE];
    struct text text;
};

static struct cell written(struct machine *machine, size_t start)
{
    struct bytes all = text_bytes(&machine->text);
    return all.size == start ? cell_absent()
                             : cell_text(bytes_of(all.data + start, all.size - start));
}

static struct cell called(struct machine *machine, struct id id)
{
    size_t start = machine->text.size;
    naming_put(&machine->input->view, id, &machine->text);
    return written(machine, start);
}

static struct cell users_cell(const struct machine *machine)
{
    struct vm_user_row user = {.vm = machine->vm.vm};
    uint64_t count = 0;
    struct view_walk walk = view_walk_of(&machine->input->view, ROW_VM_USER, &user, 1);
    while (view_walk_next(&walk, &user)) {
        count++;
    }
    return cell_number(count);
}

/* Those that are attached at the end of the period, with their modes. */
static struct cell drives_cell(struct machine *machine)
{
    const struct view *view = &machine->input->view;
    struct vm_attachment_row at = {.vm = machine->vm.vm};
    size_t start = machine->text.size;
    struct view_walk walk = view_walk_of(view, ROW_VM_ATTACHMENT, &at, 1);
    while (view_walk_next(&walk, &at)) {
        struct attachment_row attachment = {.drive = at.drive, .vm = at.vm};
        if (view_find(view, ROW_ATTACHMENT, &attachment)) {
            text_put_string(&machine->text, machine->text.size == start ? "" : ", ");
            naming_put(view, at.drive, &machine->text);
            text_put_char(&machine->text, ' ');
            text_put_string(&machine->text, drive_mode_name(attachment.mode));
        }
    }
    return written(machine, start);
}

static bool is_up(const struct vm_row *vm)
{
    return vm->state == VM_STATE_RUNNING || vm->state == VM_STATE_REGISTERED ||
           vm->state == VM_STATE_REQUESTED || vm->state == VM_STATE_STOPPING;
}

static struct cell state_cell(const struct vm_row *vm)
{
    enum report_tone down = vm->state == VM_STATE_FAILED ? TONE_BAD : TONE_MUTED;
    return cell_verdict(vm_state_name(vm->state), is_up(vm) ? TONE_GOOD : down);
}

static struct cell controller_cell(struct machine *machine)
{
    struct vm_controller_row controller = {.vm = machine->vm.vm};
    size_t start = machine->text.size;
    if (!view_find(&machine->input->view, ROW_VM_CONTROLLER, &controller)) {
        return cell_absent();
    }
    text_put_bytes(&machine->text, controller.name);
    text_put_string(&machine->text, controller.has_owner_key ? ", owner's key pinned" : "");
    return written(machine, start);
}

static struct cell events_cell(struct machine *machine)
{
    const struct vm_row *vm = &machine->vm;
    struct vm_row again = {.vm = vm->vm};
    uint64_t made_by = UINT64_MAX;
    size_t start = machine->text.size;
    (void)view_find_made_by(&machine->input->view, ROW_VM, &again, &made_by);
    const uint64_t all[] = {vm->vm.n, vm->run == vm->vm.n ? UINT64_MAX : vm->run,
                            made_by == vm->run || made_by == vm->vm.n ? UINT64_MAX : made_by};
    event_positions(&machine->text, all, 3);
    return written(machine, start);
}

static struct status write_machine(struct machine *machine, struct report_sink *sink)
{
    const struct vm_row *vm = &machine->vm;
    machine->text = TEXT_IN(machine->memory);
    const struct cell cells[] = {
        called(machine, vm->vm),
        called(machine, vm->owner),
        vm->has_project ? called(machine, vm->project) : cell_absent(),
        called(machine, vm->host),
        called(machine, vm->brick),
        state_cell(vm),
        cell_number(vm->asked),
        vm->has_started ? cell_number(vm->started) : cell_absent(),
        vm->has_ended ? cell_number(vm->ended) : cell_absent(),
        users_cell(machine),
        drives_cell(machine),
        controller_cell(machine),
        events_cell(machine),
    };
    return report_row(sink, cells);
}

static bool machine_is_wanted(const struct report_input *input, const struct vm_row *vm)
{
    const struct report_question *question = &input->question;
    const struct id scope = question->scope;
    bool in_period = is_up(vm) || !vm->has_ended || vm->ended >= question->from_us;
    bool in_scope = scope.kind == ID_PROJECT ? vm->has_project && id_equal(vm->project, scope)
                                             : user_in_scope(input, vm->owner);
    return in_period && in_scope;
}

static struct status write_machines(const struct report_input *input, struct report_sink *sink)
{
    static const struct report_table table = {
        .name = "machines",
        .title = "Machines",
        .columns = machine_columns,
        .column_count = sizeof machine_columns / sizeof machine_columns[0],
        .empty = "There was no machine.",
        .main = true,
    };
    struct machine machine = {.input = input};
    struct view_walk walk = view_walk_of(&input->view, ROW_VM, &machine.vm, 0);
    report_table(sink, &table);
    while (view_walk_next(&walk, &machine.vm)) {
        if (machine_is_wanted(input, &machine.vm)) {
            TRY(write_machine(&machine, sink));
        }
    }
    report_table_end(sink);
    return *input->view.trouble;
}

static const struct event_column entry_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"vm", "machine", REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"user", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "user"},
    {.column = {"connection", NULL, REPORT_CODE},
     .take = TAKE_BODY,
     .field = "connection",
     .or_field = "terminal"},
    {.column = {"why", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "why"},
    {.column = {"said_by", "attested by", REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const entry_kinds[] = {"vm.user_*", "vm.terminal_*", "vm.handshake_failed",
                                          "vm.controller_refused", NULL};
static const struct event_table entry_table = {
    .table = {.name = "entries",
              .title = "Who was in them, and who was turned away",
              .empty = "Nobody."},
    EVENT_COLUMNS(entry_columns),
    .kinds = entry_kinds,
};

static const struct event_column right_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"about", NULL, REPORT_TEXT}, .take = TAKE_ABOUT},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"role", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "role", .or_field = "to"},
    {.column = {"permissions", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "permissions"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const right_kinds[] = {"vm.user.*",  "vm.profile.*",       "vm.accessdir.*",
                                          "vm.group.*", "vm.project_changed", NULL};
static const struct event_table right_table = {
    .table = {.name = "rights",
              .title = "Who may do what in them",
              .empty = "Nobody but their owners."},
    EVENT_COLUMNS(right_columns),
    .kinds = right_kinds,
};

static const struct event_column outside_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"about", NULL, REPORT_TEXT}, .take = TAKE_ABOUT},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"server", NULL, REPORT_CODE}, .take = TAKE_BODY, .field = "server"},
    {.column = {"export", NULL, REPORT_CODE}, .take = TAKE_BODY, .field = "export"},
    {.column = {"mode", NULL, REPORT_CODE},
     .take = TAKE_BODY,
     .field = "mode",
     .or_field = "read_only"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const outside_kinds[] = {"nfs.allowed",  "nfs.revoked",  "nfs.mounted",
                                            "iso.attached", "iso.detached", NULL};
static const struct event_table outside_table = {
    .table = {.name = "outside",
              .title = "What they could read from outside",
              .empty = "No network share and no medium."},
    EVENT_COLUMNS(outside_columns),
    .kinds = outside_kinds,
};

static struct status exposure_run(const struct report_input *input, struct report_sink *sink)
{
    TRY(report_begin(sink, input, NULL));
    report_heading(sink, "Exposure of machines");
    report_paragraph(sink, "Machines that were there in the period, as of its end, and all ways "
                           "into them that there are: their owners, users whom these let in, "
                           "drives, media and network shares. No machine has a network interface: "
                           "there are no tunnels and no allowed addresses yet.");
    TRY(write_machines(input, sink));
    TRY(event_table_write(input, sink, &entry_table));
    TRY(event_table_write(input, sink, &right_table));
    TRY(event_table_write(input, sink, &outside_table));
    return report_end(sink);
}

const struct report_info report_vm_exposure = {
    .name = "vm-exposure",
    .title = "Exposure of machines",
    .about = "Every machine, where it ran and from which image, who could get into it, who did, "
             "and what it could read from outside.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.13.1, 3.13.6, 3.1.3",
    .filter = "machines that had not ended before the period, as of its end, and events about "
              "machines in it",
    .columns = machine_columns,
    .column_count = sizeof machine_columns / sizeof machine_columns[0],
    .run = exposure_run,
};

/* Hosts ------------------------------------------------------------------------------------- */

static const struct event_column host_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"host", NULL, REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", "by, or seen by", REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"account", "account of the host", REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "account"},
    {.column = {"address", NULL, REPORT_CODE},
     .take = TAKE_BODY,
     .field = "address",
     .or_field = "uri"},
    {.column = {"before", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "from"},
    {.column = {"after", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "to"},
    {.column = {"machines", NULL, REPORT_INTEGER},
     .take = TAKE_BODY,
     .field = "count",
     .or_field = "domains"},
    {.column = {"reason", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "reason"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const host_kinds[] = {
    "host.registered",          "host.removed",      "host.state_changed", "host.look_requested",
    "host.utilisation_checked", "host.vms_shutdown", "host.admin_login",   NULL};
static const struct event_table host_table = {
    .table = {.name = "host_state", .empty = "Nothing happened to a host.", .main = true},
    EVENT_COLUMNS(host_columns),
    .kinds = host_kinds,
};

const struct report_info report_host_state = {
    .name = "host-state",
    .title = "State of hosts",
    .about = "What each host was, who changed it and why, and who logged in to it itself.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.4.1, 3.1.7",
    .filter = "events about hosts; which machines ran there: cairn host logins",
    .events = &host_table,
    .run = event_report,
};

/* Reconciliation ------------------------------------------------------------------------------ */

static struct cell lasts_cell(struct event_row *row, uint32_t index)
{
    struct mismatch_row mismatch;
    struct bytes identity = event_row_string(row, "identity");
    size_t size;
    (void)index;
    if (failed(base64_read(identity, mismatch.identity.sha256, DIGEST_SIZE, &size))) {
        return cell_absent();
    }
    bool lasts =
        view_find(&row->input->view, ROW_MISMATCH, &mismatch) && mismatch.since_n == row->leaf->n;
    return lasts ? cell_verdict("lasts", TONE_BAD) : cell_verdict("gone", TONE_MUTED);
}

static const struct event_column mismatch_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"host", NULL, REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"kind", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "kind"},
    {.column = {"object", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "object"},
    {.column = {"expected", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "expected"},
    {.column = {"observed", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "observed"},
    {.column = {"standing", NULL, REPORT_VERDICT}, .take = TAKE_OWN},
    {.column = {"watcher", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const mismatch_kinds[] = {"reconcile.mismatch", NULL};
static const struct event_table mismatch_table = {
    .table = {.name = "mismatches",
              .title = "Differences",
              .empty = "No host differed from the log.",
              .main = true},
    EVENT_COLUMNS(mismatch_columns),
    .kinds = mismatch_kinds,
    .cell = lasts_cell,
};

static const struct event_column failed_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"effect", "what was asked for", REPORT_TEXT}, .take = TAKE_BODY, .field = "effect"},
    {.column = {"request", "by event", REPORT_INTEGER}, .take = TAKE_BODY, .field = "request"},
    {.column = {"attempt", "attempts", REPORT_INTEGER}, .take = TAKE_BODY, .field = "attempt"},
    {.column = {"why", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "why"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const failed_kinds[] = {"effect.failed", NULL};
static const struct event_table failed_table = {
    .table = {.name = "failed",
              .title = "What was asked for and could not be done",
              .empty = "Nothing."},
    EVENT_COLUMNS(failed_columns),
    .kinds = failed_kinds,
};

static struct status reconciliation_run(const struct report_input *input, struct report_sink *sink)
{
    struct reconciliation_row row = {0};
    struct view_walk walk = view_walk_of(&input->view, ROW_RECONCILIATION, &row, 0);
    TRY(report_begin(sink, input, NULL));
    report_heading(sink, "Where the log and the hypervisors differ");
    report_paragraph(sink, "A difference is told once while it lasts, and is never put right in "
                           "silence.");
    while (view_walk_next(&walk, &row)) {
        char memory[1024];
        struct text text = TEXT_IN(memory);
        text_put_literal(&text, "Newest comparison of ");
        naming_put(&input->view, row.host, &text);
        report_fact(sink, text_string(&text), cell_number(row.ended), REPORT_TIME);
    }
    TRY(event_table_write(input, sink, &mismatch_table));
    TRY(event_table_write(input, sink, &failed_table));
    return report_end(sink);
}

const struct report_info report_reconciliation = {
    .name = "reconciliation",
    .title = "Reconciliation",
    .about = "Where the log and the hypervisors differ, and what was asked for and could not be "
             "done.",
    .version = 1,
    .scopes = REPORT_GLOBAL,
    .serves = "3.3.8, 3.4.1",
    .filter = "differences that a watcher told in the period, and effects that failed in it",
    .events = &mismatch_table,
    .run = reconciliation_run,
};
