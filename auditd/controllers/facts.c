/* What controllers are told: events about their machines, from the log, in their order. */
#include "auditd/controllers/controllers_parts.h"

enum {
    GIVEN_MAX = 64, /* facts given to one machine that is behind, in one turn */
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

static struct status hand_out(struct controllers *controllers, struct log_snapshot *snapshot,
                              const struct leaf *leaf)
{
    for (size_t i = 0; i < leaf->on_count; i++) {
        struct machine *machine =
            leaf->on[i].kind == ID_VM ? machine_of(controllers, leaf->on[i]) : NULL;
        if (machine == NULL || machine->phase != MACHINE_WELCOMED || machine->behind ||
            leaf->n < machine->fact_at) {
            continue;
        }
        if (!machine_takes(machine)) {
            machine->fact_at = leaf->n;
            machine->behind = true;
            continue;
        }
        TRY(give(controllers, machine, snapshot, leaf));
    }
    return OK;
}

struct status facts_scan(struct controllers *controllers, bool *more)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine_log(controllers->options.engine), &snapshot));
    uint64_t size = log_snapshot_size(snapshot);
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

/* Where the next event about a machine may be, from `from` on: by the index as far as it goes. */
static struct status next_candidate(struct index_snapshot *index, struct postings *postings,
                                    uint64_t from, uint64_t *n)
{
    *n = from;
    if (postings == NULL || from >= index_snapshot_size(index)) {
        return OK;
    }
    struct status status = postings_at_or_after(postings, from, n);
    if (status.code == STATUS_NOT_FOUND) {
        *n = index_snapshot_size(index);
        return OK;
    }
    return status;
}

struct catching {
    struct controllers *controllers;
    struct log_snapshot *log;
    struct index_snapshot *index; /* NULL: there is none, and the log is walked through */
    unsigned looked;              /* leaves, in this turn */
};

static struct status catch_up_with(struct catching *catching, struct machine *machine,
                                   struct postings *postings)
{
    struct controllers *controllers = catching->controllers;
    for (unsigned given = 0; given < GIVEN_MAX && catching->looked < SCAN_MAX;) {
        struct bytes bytes;
        struct leaf leaf;
        uint64_t n;
        TRY(next_candidate(catching->index, postings, machine->fact_at, &n));
        machine->fact_at = n;
        if (n >= controllers->scanned) {
            machine->behind = false;
            return OK;
        }
        TRY(log_read_leaf(catching->log, n, &bytes));
        TRY(leaf_decode(bytes, &leaf));
        catching->looked++;
        if (!is_fact(&leaf) || !is_about(&leaf, machine->vm)) {
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
    CLEANUP(postings_close) struct postings *postings = NULL;
    if (catching->index != NULL) {
        struct term term = term_of_id(catching->controllers->hasher, TERM_ON, machine->vm);
        TRY(postings_open(catching->index, &term, &postings));
    }
    return catch_up_with(catching, machine, postings);
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
