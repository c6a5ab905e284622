#include "reports/custody/stays.h"

#include "schema/catalogue/catalogue.h"

#include <assert.h>

static const char drive_kinds[] = "drive.attach_requested, drive.attached, drive.detach_requested, "
                                  "drive.detached, drive.mounted";
static const char vm_kinds[] = "vm.stopped, vm.start_failed";

/* Stays at hand --------------------------------------------------------------------------- */

static struct stay *at(struct stays *stays, size_t i)
{
    return &stays->held[(stays->first + i) % STAYS_HELD_MAX];
}

static const struct stay_event never = {STAY_NEVER, 0};

static bool is_open(const struct stay *stay)
{
    return stay->end == STAY_LASTS;
}

/* The newest that has not ended, of the drive at the machine; NULL if there is none. */
static struct stay *find(struct stays *stays, struct id drive, struct id vm)
{
    for (size_t i = stays->count; i > 0; i--) {
        struct stay *stay = at(stays, i - 1);
        if (is_open(stay) && id_equal(stay->drive, drive) && id_equal(stay->vm, vm)) {
            return stay;
        }
    }
    return NULL;
}

static struct status begin(struct stays *stays, const struct leaf *leaf, struct stay **out)
{
    if (stays->count == STAYS_HELD_MAX) {
        return FAIL_BECAUSE(LIMIT, leaf->n, "too many drives are attached at once: name one");
    }
    *out = at(stays, stays->count++);
    **out = (struct stay){.drive = leaf->on[0],
                          .vm = leaf->on[1],
                          .asked = never,
                          .from = never,
                          .mounted = never,
                          .unasked = never,
                          .until = never};
    return OK;
}

static void end(struct stay *stay, enum stay_end how, const struct leaf *leaf)
{
    stay->end = stay->from.n == STAY_NEVER ? STAY_MISSED : how;
    stay->until = (struct stay_event){leaf->n, leaf->t_utc_us};
}

/* Events ---------------------------------------------------------------------------------- */

static struct status read_body(struct stays *stays, const struct leaf *leaf, union event_body *body,
                               bool *there)
{
    struct bytes bytes;
    struct arena arena = ARENA_IN(stays->memory);
    TRY(log_read_body(stays->question->log, leaf, &bytes));
    *there = bytes.size > SALT_SIZE;
    return *there ? event_body_decode(leaf->kind,
                                      bytes_of(bytes.data + SALT_SIZE, bytes.size - SALT_SIZE),
                                      &arena, body)
                  : OK;
}

static struct status ask(struct stays *stays, const struct leaf *leaf)
{
    union event_body body;
    struct stay *stay = find(stays, leaf->on[0], leaf->on[1]);
    if (stay != NULL && stay->from.n != STAY_NEVER) {
        return OK; /* it is there, and was asked for again */
    }
    if (stay != NULL) {
        end(stay, STAY_MISSED, leaf);
    }
    TRY(begin(stays, leaf, &stay));
    stay->asked = (struct stay_event){leaf->n, leaf->t_utc_us};
    if (leaf_is_emitter_name(leaf->actor) || failed(id_read(leaf->actor, &stay->by))) {
        stay->by = (struct id){ID_NONE, 0};
    }
    TRY(read_body(stays, leaf, &body, &stay->mode_known));
    stay->mode = stay->mode_known ? body.drive_attach_requested.mode : DRIVE_MODE_RW;
    return OK;
}

/* A watcher that was away may say again what it had said. */
static struct status come(struct stays *stays, const struct leaf *leaf)
{
    union event_body body;
    bool known;
    struct stay *stay = find(stays, leaf->on[0], leaf->on[1]);
    TRY(read_body(stays, leaf, &body, &known));
    enum drive_mode mode = known ? body.drive_attached.mode : DRIVE_MODE_RW;
    if (stay != NULL && stay->from.n != STAY_NEVER) {
        if (stay->mode_known == known && stay->mode == mode) {
            return OK;
        }
        end(stay, STAY_LEFT, leaf);
        stay = NULL;
    }
    if (stay == NULL) {
        TRY(begin(stays, leaf, &stay));
    }
    stay->from = (struct stay_event){leaf->n, leaf->t_utc_us};
    stay->mode_known = known;
    stay->mode = mode;
    return OK;
}

static void note(struct stays *stays, const struct leaf *leaf)
{
    struct stay *stay = find(stays, leaf->on[0], leaf->on[1]);
    if (stay == NULL) {
        return;
    }
    const struct stay_event event = {leaf->n, leaf->t_utc_us};
    if (leaf->kind == EVENT_DRIVE_DETACHED) {
        end(stay, STAY_LEFT, leaf);
    } else if (leaf->kind == EVENT_DRIVE_MOUNTED && stay->mounted.n == STAY_NEVER) {
        stay->mounted = event;
    } else if (leaf->kind == EVENT_DRIVE_DETACH_REQUESTED && stay->unasked.n == STAY_NEVER) {
        stay->unasked = event;
    }
}

static void stop(struct stays *stays, const struct leaf *leaf)
{
    for (size_t i = 0; i < stays->count; i++) {
        struct stay *stay = at(stays, i);
        if (is_open(stay) && id_equal(stay->vm, leaf->on[0])) {
            end(stay, STAY_STOPPED, leaf);
        }
    }
}

static bool is_asked_for(const struct stays *stays, const struct stay *stay)
{
    const struct stays_question *question = stays->question;
    return (question->drive.kind == ID_NONE || id_equal(question->drive, stay->drive)) &&
           (question->vm.kind == ID_NONE || id_equal(question->vm, stay->vm));
}

struct telling {
    struct stays *stays;
    stay_visit *visit;
    void *context;
};

/* Those at the front that have ended; all of them at the end. */
static struct status tell(const struct telling *telling, bool all)
{
    struct stays *stays = telling->stays;
    while (stays->count > 0 && (all || !is_open(at(stays, 0)))) {
        const struct stay *stay = at(stays, 0);
        if (is_asked_for(stays, stay)) {
            TRY(telling->visit(telling->context, stay));
        }
        stays->first = (stays->first + 1) % STAYS_HELD_MAX;
        stays->count--;
    }
    return OK;
}

static struct status meet(void *context, struct bytes bytes, const struct leaf *leaf)
{
    const struct telling *telling = context;
    struct stays *stays = telling->stays;
    if (stays->question->each != NULL) {
        TRY(stays->question->each(stays->question->each_context, bytes, leaf));
    }
    if (leaf->outcome != OUTCOME_OK) {
        return OK;
    }
    bool of_vm = leaf->kind == EVENT_VM_STOPPED || leaf->kind == EVENT_VM_START_FAILED;
    if (of_vm) {
        stop(stays, leaf);
    } else if (leaf->on_count < 2 || leaf->on[0].kind != ID_DRIVE || leaf->on[1].kind != ID_VM) {
        return OK;
    } else if (leaf->kind == EVENT_DRIVE_ATTACH_REQUESTED) {
        TRY(ask(stays, leaf));
    } else if (leaf->kind == EVENT_DRIVE_ATTACHED) {
        TRY(come(stays, leaf));
    } else {
        note(stays, leaf);
    }
    return tell(telling, false);
}

/* Asking ---------------------------------------------------------------------------------- */

static struct status note_machine(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct stays *stays = context;
    (void)bytes;
    if (leaf->on_count < 2 || stays->machine_count > STAYS_MACHINES_MAX) {
        return OK;
    }
    for (size_t i = 0; i < stays->machine_count; i++) {
        if (id_equal(stays->machines[i], leaf->on[1])) {
            return OK;
        }
    }
    if (stays->machine_count < STAYS_MACHINES_MAX) {
        stays->machines[stays->machine_count] = leaf->on[1];
    }
    stays->machine_count++;
    return OK;
}

static void begin_query(struct stays *stays)
{
    stays->query = (struct query){.by_received = true,
                                  .stopped = stays->question->stopped,
                                  .stopped_context = stays->question->stopped_context};
}

/* The machines that a drive was ever asked to be at, or seen at. */
static struct status find_machines(struct stays *stays)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    stays->machine_count = 0;
    begin_query(stays);
    id_write(&text, stays->question->drive);
    TRY(query_add(&stays->query, QUERY_ON, text_bytes(&text)));
    TRY(query_add(&stays->query, QUERY_KIND, LITERAL("drive.attach*")));
    return query_run(&stays->query, stays->question->log, stays->question->index, note_machine,
                     stays, &stays->outcome);
}

static void put_ids(struct text *out, const struct id *ids, size_t count)
{
    text_put_literal(out, " and on in (");
    for (size_t i = 0; i < count; i++) {
        text_put_string(out, i == 0 ? "" : ", ");
        id_write(out, ids[i]);
    }
    text_put_literal(out, ")");
}

static void write_question(const struct stays *stays, struct text *out)
{
    const struct stays_question *question = stays->question;
    bool one_drive = question->drive.kind != ID_NONE, one_vm = question->vm.kind != ID_NONE;
    text_add(out, "(kind in (%s)", drive_kinds);
    if (one_drive) {
        put_ids(out, &question->drive, 1);
    }
    if (one_vm) {
        put_ids(out, &question->vm, 1);
    }
    text_put_literal(out, ")");
    if (one_drive && !one_vm && stays->machine_count == 0) {
        return; /* it was nowhere */
    }
    text_add(out, " or (kind in (%s)", vm_kinds);
    if (one_vm) {
        put_ids(out, &question->vm, 1);
    } else if (one_drive && stays->machine_count <= STAYS_MACHINES_MAX) {
        put_ids(out, stays->machines, stays->machine_count);
    }
    text_put_literal(out, ")");
}

static struct status make_query(struct stays *stays)
{
    char memory[FILTER_TEXT_MAX];
    struct text text = TEXT_IN(memory);
    struct filter_fault fault;
    const struct filter_context context = {.engine = NULL};
    write_question(stays, &text);
    stays->has_filter = true;
    TRY(filter_read(text_bytes(&text), &context, &stays->filter, &fault));
    begin_query(stays);
    stays->query.where = &stays->filter;
    return OK;
}

struct status stays_each(const struct stays_question *question, struct stays *stays,
                         stay_visit *visit, void *context)
{
    struct telling telling = {stays, visit, context};
    stays->question = question;
    stays->first = stays->count = 0;
    stays->has_filter = false;
    if (question->drive.kind != ID_NONE) {
        TRY(find_machines(stays));
    }
    TRY(make_query(stays));
    TRY(query_run(&stays->query, question->log, question->index, meet, &telling, &stays->outcome));
    return tell(&telling, true);
}

void stays_close(struct stays *stays)
{
    if (stays->has_filter) {
        filter_close(&stays->filter);
        stays->has_filter = false;
    }
}

/* About a stay ---------------------------------------------------------------------------- */

bool stay_is_within(const struct stay *stay, uint64_t from_us, uint64_t until_us)
{
    return stay->from.n != STAY_NEVER && stay->from.utc_us < until_us &&
           (stay->until.n == STAY_NEVER || stay->until.utc_us > from_us);
}

const char *stay_mode_name(const struct stay *stay)
{
    return stay->mode_known ? drive_mode_name(stay->mode) : "?";
}

const char *stay_end_name(enum stay_end end)
{
    static const char *const names[STAY_END_COUNT] = {
        [STAY_LASTS] = "lasts",
        [STAY_LEFT] = "left",
        [STAY_STOPPED] = "stopped",
        [STAY_MISSED] = "never came",
    };
    assert(end < STAY_END_COUNT);
    return names[end];
}

size_t stay_events(const struct stay *stay, uint64_t out[static STAYS_EVENTS_MAX])
{
    const struct stay_event *const all[] = {&stay->asked, &stay->from, &stay->mounted,
                                            &stay->unasked, &stay->until};
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        size_t place = count;
        if (all[i]->n == STAY_NEVER) {
            continue;
        }
        for (; place > 0 && out[place - 1] > all[i]->n; place--) {
            out[place] = out[place - 1];
        }
        out[place] = all[i]->n;
        count++;
    }
    return count;
}
