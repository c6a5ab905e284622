/* Drives: where each was, in which mode, by whom it was given to whom, and who had its key. */
#include "reports/custody/clash.h"
#include "reports/naming.h"
#include "reports/operational/event_table.h"
#include "reports/report_list.h"

/* Where each was ------------------------------------------------------------------------------ */

static const struct report_column stay_columns[] = {
    {"drive", NULL, REPORT_TEXT},        {"vm", "machine", REPORT_TEXT},
    {"mode", NULL, REPORT_CODE},         {"from", NULL, REPORT_TIME},
    {"until", NULL, REPORT_TIME},        {"end", "how it ended", REPORT_TEXT},
    {"by", "asked for by", REPORT_TEXT}, {"mounted", NULL, REPORT_TIME},
    {"standing", NULL, REPORT_VERDICT},  {"events", NULL, REPORT_EVENTS},
};

/* The stays of the period, on their way to the sink. */
struct custody {
    const struct report_input *input;
    struct report_sink *sink;
    struct stays *stays;
    struct clashes *clashes;
    uint64_t clash_count;
    char memory[ROW_TEXT_SIZE];
    struct text text;
};

static struct cell called(struct custody *custody, struct id id)
{
    size_t start = custody->text.size;
    naming_put(&custody->input->view, id, &custody->text);
    return cell_text(bytes_of(custody->text.data + start, custody->text.size - start));
}

static struct cell time_of(const struct stay_event *event)
{
    return event->n == STAY_NEVER ? cell_absent() : cell_number(event->utc_us);
}

static struct cell positions(struct custody *custody, const struct stay *stay)
{
    uint64_t events[STAYS_EVENTS_MAX];
    size_t start = custody->text.size;
    event_positions(&custody->text, events, stay_events(stay, events));
    return cell_text(bytes_of(custody->text.data + start, custody->text.size - start));
}

static struct cell by_cell(struct custody *custody, const struct stay *stay)
{
    if (stay->asked.n == STAY_NEVER || stay->by.kind == ID_NONE) {
        return cell_string("nobody");
    }
    return called(custody, stay->by);
}

static struct cell standing(const struct stay *stay)
{
    if (stay->asked.n == STAY_NEVER) {
        return cell_verdict("nobody asked for it", TONE_BAD);
    }
    return stay->end == STAY_LASTS ? cell_verdict("attached", TONE_GOOD)
                                   : cell_verdict("ended", TONE_MUTED);
}

static bool drive_in_scope(const struct report_input *input, const struct stay *stay)
{
    const struct id scope = input->question.scope;
    struct drive_row drive = {.drive = stay->drive};
    struct vm_row vm = {.vm = stay->vm};
    if (scope.kind == ID_NONE) {
        return true;
    }
    bool known = view_find(&input->view, ROW_DRIVE, &drive);
    bool vm_known = view_find(&input->view, ROW_VM, &vm);
    if (scope.kind == ID_PROJECT) {
        return (known && drive.has_project && id_equal(drive.project, scope)) ||
               (vm_known && vm.has_project && id_equal(vm.project, scope));
    }
    return (known && user_in_scope(input, drive.owner)) ||
           (vm_known && user_in_scope(input, vm.owner)) ||
           (stay->by.kind == ID_USER && user_in_scope(input, stay->by));
}

static bool is_in_period(const struct report_input *input, const struct stay *stay)
{
    const struct report_question *question = &input->question;
    return stay->from.n < question->size &&
           (stay->until.n >= question->size || stay->until.n >= question->first) &&
           stay->from.n != STAY_NEVER;
}

/* What had not ended when the report was asked for lasts. */
static struct stay as_of(const struct report_input *input, const struct stay *stay)
{
    struct stay then = *stay;
    if (then.until.n >= input->question.size) {
        then.until = (struct stay_event){STAY_NEVER, 0};
        then.end = STAY_LASTS;
    }
    if (then.mounted.n >= input->question.size) {
        then.mounted.n = STAY_NEVER;
    }
    if (then.unasked.n >= input->question.size) {
        then.unasked.n = STAY_NEVER;
    }
    return then;
}

static struct status write_stay(void *context, const struct stay *told)
{
    struct custody *custody = context;
    const struct stay stay = as_of(custody->input, told);
    size_t used = custody->input->arena->used;
    bool is_wanted = is_in_period(custody->input, told) && drive_in_scope(custody->input, &stay);
    custody->input->arena->used = used;
    TRY(*custody->input->view.trouble);
    if (!is_wanted) {
        return OK;
    }
    custody->text = TEXT_IN(custody->memory);
    const struct cell cells[] = {
        called(custody, stay.drive), called(custody, stay.vm), cell_string(stay_mode_name(&stay)),
        time_of(&stay.from),         time_of(&stay.until),     cell_string(stay_end_name(stay.end)),
        by_cell(custody, &stay),     time_of(&stay.mounted),   standing(&stay),
        positions(custody, &stay),
    };
    TRY(clashes_take(custody->clashes, &stay));
    return report_row(custody->sink, cells);
}

static struct status count_clash(void *context, const struct clash *clash)
{
    struct custody *custody = context;
    (void)clash;
    custody->clash_count++;
    return OK;
}

static struct status write_stays(const struct report_input *input, struct report_sink *sink)
{
    static const struct report_table table = {
        .name = "stays",
        .title = "Where drives were",
        .columns = stay_columns,
        .column_count = sizeof stay_columns / sizeof stay_columns[0],
        .empty = "No drive was at a machine.",
        .main = true,
    };
    struct custody custody = {.input = input, .sink = sink};
    size_t used = input->arena->used;
    custody.stays = arena_take(input->arena, sizeof *custody.stays);
    custody.clashes = arena_take(input->arena, sizeof *custody.clashes);
    if (custody.stays == NULL || custody.clashes == NULL) {
        return FAIL(NO_MEMORY, sizeof *custody.stays);
    }
    clashes_begin(custody.clashes, count_clash, &custody);
    const struct stays_question question = {.log = input->log, .index = input->index};
    report_table(sink, &table);
    struct status status = stays_each(&question, custody.stays, write_stay, &custody);
    stays_close(custody.stays);
    input->arena->used = used;
    TRY(status);
    report_table_end(sink);
    report_fact(sink, "At two machines at once, one of which could write",
                cell_number(custody.clash_count), REPORT_INTEGER);
    return OK;
}

/* Who was given them ------------------------------------------------------------------------- */

static const struct event_column share_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"drive", NULL, REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"target", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "target",
     .or_field = "removed"},
    {.column = {"mode", NULL, REPORT_CODE}, .take = TAKE_BODY, .field = "mode"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const share_kinds[] = {"drive.shared", "drive.unshared", "drive.unshared_all",
                                          NULL};
static const struct event_table share_table = {
    .table = {.name = "shares", .title = "Who was given them", .empty = "No drive was shared."},
    EVENT_COLUMNS(share_columns),
    .kinds = share_kinds,
};

static const struct event_column key_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"drive", NULL, REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"holder", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "holder"},
    {.column = {"vm", "for the machine", REPORT_TEXT}, .take = TAKE_BODY, .field = "vm"},
    {.column = {"class", NULL, REPORT_INTEGER}, .take = TAKE_BODY, .field = "class"},
    {.column = {"session", NULL, REPORT_CODE}, .take = TAKE_SESSION},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const key_kinds[] = {"drive.key.fetched", "drive.key.deposited", NULL};
static const struct event_table key_table = {
    .table = {.name = "keys", .title = "Who had their keys", .empty = "No key was fetched."},
    EVENT_COLUMNS(key_columns),
    .kinds = key_kinds,
};

static const struct event_column life_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"thing", NULL, REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", "by, or attested by", REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"from", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "from"},
    {.column = {"to", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "to", .or_field = "project"},
    {.column = {"cipher", NULL, REPORT_CODE}, .take = TAKE_BODY, .field = "cipher"},
    {.column = {"path", NULL, REPORT_CODE}, .take = TAKE_BODY, .field = "path"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const life_kinds[] = {"drive.created",
                                         "drive.converted",
                                         "drive.formatted",
                                         "drive.format_requested",
                                         "drive.encryption_enabled",
                                         "drive.made_available",
                                         "drive.project_changed",
                                         "drive.snapshot.created",
                                         "drive.snapshot.merged",
                                         "drive.snapshot.deleted",
                                         "drive.deleted",
                                         NULL};
static const struct event_table life_table = {
    .table = {.name = "lives", .title = "What became of them", .empty = "Nothing."},
    EVENT_COLUMNS(life_columns),
    .kinds = life_kinds,
};

static struct status custody_run(const struct report_input *input, struct report_sink *sink)
{
    TRY(report_begin(sink, input, NULL));
    report_heading(sink, "Custody of drives");
    report_paragraph(sink,
                     "A drive was at a machine from when a watcher saw it come to when it was "
                     "seen to leave, or its machine to stop; who asked for it is told beside "
                     "that. Formatting, encryption and mounts are what the machine's "
                     "controller attests: nobody outside can see them.");
    TRY(write_stays(input, sink));
    TRY(event_table_write(input, sink, &share_table));
    TRY(event_table_write(input, sink, &key_table));
    TRY(event_table_write(input, sink, &life_table));
    return report_end(sink);
}

const struct report_info report_drive_custody = {
    .name = "drive-custody",
    .title = "Drive custody",
    .about = "Where each drive was: shared, attached, by whom, until when; who had its key, and "
             "what became of it.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.8.1, 3.8.2, 3.8.5, 3.8.6, 3.1.21",
    .filter = "stays of drives at machines of which any part lies in the period; events about "
              "drives in it",
    .columns = stay_columns,
    .column_count = sizeof stay_columns / sizeof stay_columns[0],
    .run = custody_run,
};
