/* What controllers are told, from the log, in its order: what is about their machines, the network
 * shares, and which of the drives that are attached may be formatted. */
#include "auditd/controllers/controllers_parts.h"
#include "core/drive/drive.h"
#include "core/drive/nfs.h"

enum {
    GIVEN_MAX = 64, /* facts given to one machine that is behind, in one turn */
};

/* What a controller is told --------------------------------------------------------------- */

/* Of these kinds it is told what is not about its machine. */
static const enum event_kind other_kinds[] = {EVENT_NFS_ALLOWED, EVENT_NFS_REVOKED,
                                              EVENT_DRIVE_FORMAT_REQUESTED};

enum {
    OTHER_KINDS = sizeof other_kinds / sizeof other_kinds[0],
};

/* What was decided, by the writer's own emitters: not what a controller or a watcher saw. */
static bool is_fact(const struct leaf *leaf)
{
    return leaf->outcome == OUTCOME_OK && (bytes_equal(leaf->emitter, LITERAL("vm")) ||
                                           bytes_equal(leaf->emitter, LITERAL("drive")));
}

static bool is_about(const struct leaf *leaf, struct id subject)
{
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (id_equal(leaf->on[i], subject)) {
            return true;
        }
    }
    return false;
}

/* Not what has been formatted since: it would be formatted again. */
static bool may_be_formatted(const struct view *view, struct id drive, struct id vm)
{
    struct drive_row row = {.drive = drive};
    struct attachment_row attachment = {.drive = drive, .vm = vm};
    return drive_by_id(view, drive, &row) && row.may_format &&
           view_find(view, ROW_ATTACHMENT, &attachment);
}

/* What is older than the machine is told, too, if it still stands. */
static struct status is_told(struct controllers *controllers, const struct machine *machine,
                             const struct leaf *leaf, bool *out)
{
    struct view view;
    switch ((int)leaf->kind) {
    case EVENT_NFS_ALLOWED:
        view = controllers_view(controllers);
        *out = nfs_by_id(&view, leaf->on[0], NULL);
        return controllers->trouble;
    case EVENT_NFS_REVOKED:
        *out = leaf->n > machine->vm.n;
        return OK;
    case EVENT_DRIVE_FORMAT_REQUESTED:
        view = controllers_view(controllers);
        *out = may_be_formatted(&view, leaf->on[0], machine->vm);
        return controllers->trouble;
    default:
        *out = is_about(leaf, machine->vm);
        return OK;
    }
}

/* Giving ---------------------------------------------------------------------------------- */

static struct status read_fact(struct log_snapshot *snapshot, const struct leaf *leaf,
                               struct vmc_fact *out)
{
    struct bytes body;
    TRY(log_read_body(snapshot, leaf, &body));
    TRY(log_read_command(snapshot, leaf, &out->command));
    out->n = leaf->n;
    out->kind = bytes_of_string(event_name(leaf->kind));
    out->body = body.size > SALT_SIZE ? bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE)
                                      : (struct bytes){0};
    return OK;
}

/* The machine may be left by it. */
static struct status give(struct controllers *controllers, struct machine *machine,
                          struct log_snapshot *snapshot, const struct leaf *leaf)
{
    char memory[JOIN_ID_MAX];
    struct text subject = TEXT_IN(memory);
    struct vmc_fact fact;
    TRY(read_fact(snapshot, leaf, &fact));
    id_write(&subject, leaf->on[0]);
    fact.subject = text_bytes(&subject);
    size_t start = machine_begin(controllers, VMC_FACT, 0);
    vmc_put_fact(&controllers->out, &fact);
    if (machine_end(controllers, machine, start)) {
        machine->fact_at = leaf->n + 1;
        controllers_add(controllers, COUNTER_FACTS_TOTAL, 1);
    }
    return OK;
}

/* What is new ----------------------------------------------------------------------------- */

static struct status hand_to(struct controllers *controllers, struct machine *machine,
                             struct log_snapshot *snapshot, const struct leaf *leaf)
{
    bool told;
    if (machine->phase != MACHINE_WELCOMED || machine->behind || leaf->n < machine->fact_at) {
        return OK;
    }
    TRY(is_told(controllers, machine, leaf, &told));
    if (told && !machine_takes(machine)) {
        machine->fact_at = leaf->n;
        machine->behind = true;
        return OK;
    }
    return told ? give(controllers, machine, snapshot, leaf) : OK;
}

static struct status hand_out(struct controllers *controllers, struct log_snapshot *snapshot,
                              const struct leaf *leaf)
{
    for (size_t i = 0; i < controllers->machine_top; i++) {
        TRY(hand_to(controllers, &controllers->machines[i], snapshot, leaf));
    }
    return OK;
}

/* The log as far as the state knows of it, too: what is told rests on both. */
static uint64_t known_size(const struct controllers *controllers, struct log_snapshot *snapshot)
{
    const struct state *state = engine_state(controllers->options.engine);
    const uint64_t size = log_snapshot_size(snapshot);
    return state != NULL && state_size(state) < size ? state_size(state) : size;
}

struct status facts_scan(struct controllers *controllers, bool *more)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine_log(controllers->options.engine), &snapshot));
    uint64_t size = known_size(controllers, snapshot);
    /* Nobody has been welcomed before the first look: what is older is given by catching up. */
    controllers->scanned = controllers->looked_size == 0 ? size : controllers->scanned;
    controllers->looked_size = size;
    for (unsigned i = 0; i < SCAN_MAX && controllers->scanned < size; i++) {
        struct bytes bytes;
        struct leaf leaf;
        TRY(log_read_leaf(snapshot, controllers->scanned, &bytes));
        TRY(leaf_decode(bytes, &leaf));
        if (is_fact(&leaf)) {
            TRY(hand_out(controllers, snapshot, &leaf));
        }
        controllers->scanned++;
    }
    *more = *more || controllers->scanned < size;
    return OK;
}

/* Catching up ----------------------------------------------------------------------------- */

struct catching {
    struct controllers *controllers;
    struct log_snapshot *log;
    struct index_snapshot *index; /* NULL: there is none, and the log is walked through */
    unsigned looked;              /* leaves, in this turn */
};

/* Where what one machine is told may be: what is about it, and the other kinds. */
struct places {
    struct postings *postings[1 + OTHER_KINDS];
};

static void places_close(struct places *places)
{
    for (size_t i = 0; i < 1 + OTHER_KINDS; i++) {
        postings_close(&places->postings[i]);
    }
}

static struct status places_open(struct catching *catching, const struct machine *machine,
                                 struct places *places)
{
    struct hasher *hasher = catching->controllers->hasher;
    struct term term = term_of_id(hasher, TERM_ON, machine->vm);
    TRY(postings_open(catching->index, &term, &places->postings[0]));
    for (size_t i = 0; i < OTHER_KINDS; i++) {
        term = term_of(hasher, TERM_KIND, bytes_of_string(event_name(other_kinds[i])));
        TRY(postings_open(catching->index, &term, &places->postings[1 + i]));
    }
    return OK;
}

/* The next of them, from `from` on: by the index as far as it goes. */
static struct status next_candidate(const struct catching *catching, struct places *places,
                                    uint64_t from, uint64_t *n)
{
    *n = from;
    if (catching->index == NULL || from >= index_snapshot_size(catching->index)) {
        return OK;
    }
    *n = index_snapshot_size(catching->index);
    for (size_t i = 0; i < 1 + OTHER_KINDS; i++) {
        uint64_t found = *n;
        struct status status = postings_at_or_after(places->postings[i], from, &found);
        TRY(status.code == STATUS_NOT_FOUND ? OK : status);
        *n = !failed(status) && found < *n ? found : *n;
    }
    return OK;
}

static struct status catch_up_with(struct catching *catching, struct machine *machine,
                                   struct places *places)
{
    struct controllers *controllers = catching->controllers;
    for (unsigned given = 0; given < GIVEN_MAX && catching->looked < SCAN_MAX;) {
        struct bytes bytes;
        struct leaf leaf;
        uint64_t n;
        bool told = false;
        TRY(next_candidate(catching, places, machine->fact_at, &n));
        machine->fact_at = n;
        if (n >= controllers->scanned) {
            machine->behind = false;
            return OK;
        }
        TRY(log_read_leaf(catching->log, n, &bytes));
        TRY(leaf_decode(bytes, &leaf));
        catching->looked++;
        TRY(is_fact(&leaf) ? is_told(controllers, machine, &leaf, &told) : OK);
        if (!told) {
            machine->fact_at = n + 1;
            continue;
        }
        if (!machine_takes(machine)) {
            return OK;
        }
        TRY(give(controllers, machine, catching->log, &leaf));
        if (machine->phase != MACHINE_WELCOMED) {
            return OK;
        }
        given++;
    }
    return OK;
}

static struct status catch_up_one(struct catching *catching, struct machine *machine)
{
    CLEANUP(places_close) struct places places = {0};
    TRY(catching->index != NULL ? places_open(catching, machine, &places) : OK);
    return catch_up_with(catching, machine, &places);
}

static bool lacks_something(const struct machine *machine)
{
    return machine->phase == MACHINE_WELCOMED && machine->behind && machine_takes(machine);
}

struct status facts_catch_up(struct controllers *controllers, bool *more)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    struct index *runs = engine_index(controllers->options.engine);
    const size_t top = controllers->machine_top;
    struct catching catching = {.controllers = controllers};
    for (size_t i = 0; i < top && catching.looked < SCAN_MAX; i++) {
        struct machine *machine = &controllers->machines[(controllers->turn + i) % top];
        if (!lacks_something(machine)) {
            continue;
        }
        if (log == NULL) {
            TRY(log_snapshot_open(engine_log(controllers->options.engine), &log));
            TRY(runs != NULL ? index_snapshot_open(runs, &index) : OK);
            catching.log = log;
            catching.index = index;
        }
        TRY(catch_up_one(&catching, machine));
        *more = *more || lacks_something(machine);
    }
    return OK;
}
