/* What hosts are asked for by a command and answer a moment later: what they carry, and libvirt's
 * descriptions of machines. */
#include "core/descriptions.h"
#include "core/effect/effect.h"
#include "core/vm/host.h"
#include "core/vm/vm.h"
#include "schema/leaf.h"
#include "tools/leaving.h"
#include "tools/machine/machine.h"
#include "tools/operator.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    ASKED_MAX = 64, /* things of one invocation */
    POLL_MS = 200,
    TIMEOUT_S = 60,
    TIMEOUT_MAX_S = 60 * 60,
};

struct asked {
    struct id object;
    uint64_t request; /* the event of the command */
};

struct round {
    struct machine_question question;
    struct asked asked[ASKED_MAX];
    size_t count;
    uint64_t polls; /* that are left, for all of them */
};

/* Asking ---------------------------------------------------------------------------------- */

static enum exit_code add_named(struct round *round, enum id_kind kind)
{
    const struct invocation *invocation = round->question.invocation;
    const size_t count = invocation_argument_count(invocation);
    if (count > ASKED_MAX) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "at most %d at a time", ASKED_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        const enum exit_code code = machine_find(
            &round->question, kind, invocation_argument(invocation, i), &round->asked[i].object);
        if (code != EXIT_DONE) {
            return code;
        }
        round->count++;
    }
    return EXIT_DONE;
}

static void add_all_hosts(struct round *round)
{
    struct host_row row = {.host = {ID_NONE, 0}};
    struct view_walk walk = view_walk_of(&round->question.view, ROW_HOST, &row, 0);
    while (round->count < ASKED_MAX && view_walk_next(&walk, &row)) {
        if (!row.removed) {
            round->asked[round->count++].object = row.host;
        }
    }
}

static enum exit_code give(struct round *round, enum command_kind kind)
{
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; i < round->count && code == EXIT_DONE; i++) {
        struct verdict verdict;
        const struct id object = round->asked[i].object;
        const union command_fields fields =
            kind == COMMAND_VM_FETCH_XML
                ? (union command_fields){.vm_fetch_xml = {.vm = object}}
                : (union command_fields){.host_check_utilisation = {.host = object}};
        code = operator_command(round->question.invocation, round->question.engine, kind, &fields,
                                &verdict);
        round->asked[i].request = verdict.first;
    }
    return code;
}

/* Through the writer, whoever that is; then the store is looked at as anybody may. */
static enum exit_code ask(struct round *round, enum command_kind kind)
{
    uint8_t memory[MACHINE_ARENA];
    struct arena arena = ARENA_IN(memory);
    struct machine_question *question = &round->question;
    const bool machines = kind == COMMAND_VM_FETCH_XML;
    enum exit_code code = store_open(question->invocation, STORE_WRITE, &question->engine);
    if (code == EXIT_DONE) {
        question->view = engine_view(question->engine, UINT64_MAX, &arena, &question->trouble);
        code = add_named(round, machines ? ID_VM : ID_HOST);
    }
    if (code == EXIT_DONE && round->count == 0) {
        add_all_hosts(round);
    }
    code = code == EXIT_DONE ? give(round, kind) : code;
    return store_finish(question->invocation, code, &question->engine);
}

/* Waiting --------------------------------------------------------------------------------- */

/* How a request stands now, in a view of its own each time. */
static struct status look(struct machine_question *question, uint64_t request,
                          struct effect_row *out)
{
    *out = (struct effect_row){.request = request};
    TRY(engine_look_again(question->engine));
    struct arena *arena = question->view.arena;
    arena_reset(arena);
    question->view = engine_view(question->engine, UINT64_MAX, arena, &question->trouble);
    (void)effect_of(&question->view, request, out);
    return question->trouble;
}

static enum exit_code await(struct round *round, uint64_t request, struct effect_row *out)
{
    struct machine_question *question = &round->question;
    for (;;) {
        const struct status status = look(question, request, out);
        if (failed(status)) {
            return invocation_failed(question->invocation, status, NULL, "looking");
        }
        if (out->has_ended || round->polls == 0) {
            return EXIT_DONE;
        }
        round->polls--;
        if (invocation_wait(question->invocation, -1, POLL_MS) != GUARD_TIMEOUT) {
            return EXIT_INTERRUPTED;
        }
    }
}

/* The event that answered: what it says, in the view's arena, and its number. */
static struct status find_answer(struct machine_question *question, uint64_t request,
                                 enum event_kind kind, union event_body *out, uint64_t *n)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    TRY(log_snapshot_open(engine_log(question->engine), &log));
    const uint64_t size = log_snapshot_size(log);
    for (uint64_t i = request + 1; i < size; i++) {
        struct leaf leaf;
        struct bytes bytes, salted;
        TRY(log_read_leaf(log, i, &bytes));
        TRY(leaf_decode(bytes, &leaf));
        if (leaf.kind != kind) {
            continue;
        }
        TRY(log_read_body(log, &leaf, &salted));
        if (salted.size < SALT_SIZE) {
            continue; /* erased */
        }
        const struct bytes body = arena_copy(
            question->view.arena, bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE));
        TRY(event_body_decode(kind, body, question->view.arena, out));
        const uint64_t answered = kind == EVENT_VM_XML_FETCHED
                                      ? out->vm_xml_fetched.request
                                      : out->host_utilisation_checked.request;
        if (answered == request) {
            *n = i;
            return OK;
        }
    }
    return FAIL_BECAUSE(NOT_FOUND, request, "the answer is not in the log");
}

static struct cell why_of(const struct effect_row *effect)
{
    return effect->has_why     ? cell_text(effect->why)
           : effect->has_ended ? cell_absent()
                               : cell_string("no answer yet: does the daemon serve its host?");
}

typedef enum exit_code round_teller(struct round *round);

/* Opens for reading, and has the answers told. */
static enum exit_code tell_with(struct round *round, round_teller *tell)
{
    uint8_t row_memory[ROWS_MEMORY_SIZE], memory[MACHINE_ARENA];
    struct arena row_arena = ARENA_IN(row_memory), arena = ARENA_IN(memory);
    struct machine_question *question = &round->question;
    enum exit_code code = store_open(question->invocation, STORE_READ, &question->engine);
    if (code == EXIT_DONE) {
        question->view = engine_view(question->engine, UINT64_MAX, &arena, &question->trouble);
        invocation_rows(question->invocation, &question->rows, &row_arena);
        code = tell(round);
    }
    engine_close(&question->engine);
    return code;
}

static enum exit_code go_round(struct invocation *invocation, enum command_kind kind,
                               round_teller *tell)
{
    uint64_t seconds = TIMEOUT_S;
    struct round round = {.question = {.invocation = invocation, .trouble = OK}};
    enum exit_code code = invocation_number(invocation, "timeout",
                                            (struct number_limits){0, TIMEOUT_MAX_S}, &seconds);
    round.polls = seconds * 1000 / POLL_MS;
    code = code == EXIT_DONE ? ask(&round, kind) : code;
    return code == EXIT_DONE ? tell_with(&round, tell) : code;
}

/* Utilisation ----------------------------------------------------------------------------- */

/* clang-format off */
static const struct column carried[] = {
    {"host",       NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"machines",   NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"cores",      NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"cores_used", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"mib",        NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"mib_used",   NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"event",      NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"why",        NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

enum {
    CARRIED = sizeof carried / sizeof carried[0],
};

static struct status add_carried(struct machine_question *question, const struct asked *asked,
                                 const struct effect_row *effect)
{
    char memory[MACHINE_CELL_MAX];
    struct text name = TEXT_IN(memory);
    union event_body body;
    uint64_t n = 0;
    machine_put_name(question, asked->object, &name);
    struct cell cells[CARRIED] = {machine_cell(&name)};
    for (size_t i = 1; i < CARRIED; i++) {
        cells[i] = cell_absent();
    }
    if (effect->state == EFFECT_STATE_DONE) {
        TRY(find_answer(question, asked->request, EVENT_HOST_UTILISATION_CHECKED, &body, &n));
        const struct host_utilisation_checked *seen = &body.host_utilisation_checked;
        const uint64_t numbers[] = {seen->domains,    seen->cores,           seen->cores_used,
                                    seen->memory_mib, seen->memory_used_mib, n};
        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
            cells[i + 1] = cell_number(numbers[i]);
        }
    } else {
        cells[CARRIED - 1] = why_of(effect);
    }
    return rows_add(&question->rows, cells);
}

static enum exit_code tell_carried(struct round *round)
{
    struct effect_row effect;
    size_t answered = 0;
    struct status status = rows_begin(&round->question.rows, carried, CARRIED);
    for (size_t i = 0; i < round->count && !failed(status); i++) {
        const enum exit_code code = await(round, round->asked[i].request, &effect);
        if (code != EXIT_DONE) {
            return code;
        }
        answered += effect.state == EFFECT_STATE_DONE;
        status = add_carried(&round->question, &round->asked[i], &effect);
    }
    const enum exit_code code = machine_end(&round->question, status);
    return code == EXIT_DONE && answered < round->count ? EXIT_NOTHING : code;
}

static enum exit_code run_utilisation(struct invocation *invocation)
{
    return go_round(invocation, COMMAND_HOST_CHECK_UTILISATION, tell_carried);
}

static const struct option_info utilisation_options[] = {
    OPERATOR_OPTIONS,
    {"timeout", 0, "SECONDS", "how long to wait for hosts, at most (60)", false},
};

const struct verb verb_host_utilisation = {
    .name = "host utilisation",
    .about = "ask hosts what they carry: all of them, or those that are named",
    .arguments = "[HOST...]",
    .details = "As a super-administrator. Each host is asked by a command of yours, which is an "
               "event,\nand so is what it answers; which machines it had is kept beside the log, "
               "under the\nhash that the event has. Exit code 1: some host did not answer.",
    .examples = "cairn host utilisation\n"
                "cairn host utilisation north south --json",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(utilisation_options),
    .guarded = true,
    .signs = true,
    .run = run_utilisation,
};

/* Descriptions ---------------------------------------------------------------------------- */

/* clang-format off */
static const struct column fetched[] = {
    {"vm",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"event",  NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"bytes",  NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"sha256", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"file",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"why",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

enum {
    FETCHED = sizeof fetched / sizeof fetched[0],
};

static struct status write_file(const char *path, struct bytes bytes)
{
    CLEANUP(leaving_file_close) struct leaving_file *file = NULL;
    struct digest digest;
    TRY(leaving_file_open(path, &file));
    TRY(leaving_file_put(file, bytes));
    TRY(leaving_file_end(file, &digest));
    return leaving_file_name(file);
}

/* DIRECTORY/vm-N.xml, of a description that is the one that the log names. */
static struct status keep(struct machine_question *question, const struct asked *asked,
                          const struct digest *digest, struct text *path)
{
    const char *store = NULL;
    const char *out = invocation_value(question->invocation, "out");
    struct text xml = {.data = malloc(DESCRIPTION_MAX), .capacity = DESCRIPTION_MAX};
    struct status status = xml.data == NULL ? FAIL(NO_MEMORY, DESCRIPTION_MAX) : OK;
    if (!failed(status) && invocation_store(question->invocation, &store) == EXIT_DONE) {
        status = description_read(store, digest, &xml);
    }
    text_add(path, "%s/vm-%llu.xml", out == NULL ? "." : out, (unsigned long long)asked->object.n);
    if (!failed(status)) {
        status = write_file(text_string(path), text_bytes(&xml));
    }
    free(xml.data);
    return status;
}

static struct status add_fetched(struct machine_question *question, const struct asked *asked,
                                 const struct effect_row *effect)
{
    char name_memory[MACHINE_CELL_MAX], path_memory[STORE_PATH_MAX], hex[DIGEST_HEX_SIZE];
    struct text name = TEXT_IN(name_memory), path = TEXT_IN(path_memory);
    union event_body body;
    uint64_t n = 0;
    machine_put_name(question, asked->object, &name);
    struct cell cells[FETCHED] = {machine_cell(&name)};
    for (size_t i = 1; i < FETCHED; i++) {
        cells[i] = cell_absent();
    }
    if (effect->state == EFFECT_STATE_DONE) {
        TRY(find_answer(question, asked->request, EVENT_VM_XML_FETCHED, &body, &n));
        TRY(keep(question, asked, &body.vm_xml_fetched.xml, &path));
        hex_write(hex, BYTES(body.vm_xml_fetched.xml.sha256));
        cells[1] = cell_number(n);
        cells[2] = cell_number(body.vm_xml_fetched.size);
        cells[3] = cell_text(bytes_of(hex, sizeof hex));
        cells[4] = cell_text(text_bytes(&path));
    } else {
        cells[FETCHED - 1] = why_of(effect);
    }
    return rows_add(&question->rows, cells);
}

static enum exit_code tell_fetched(struct round *round)
{
    struct effect_row effect;
    size_t answered = 0;
    struct status status = rows_begin(&round->question.rows, fetched, FETCHED);
    for (size_t i = 0; i < round->count && !failed(status); i++) {
        const enum exit_code code = await(round, round->asked[i].request, &effect);
        if (code != EXIT_DONE) {
            return code;
        }
        answered += effect.state == EFFECT_STATE_DONE;
        status = add_fetched(&round->question, &round->asked[i], &effect);
    }
    const enum exit_code code = machine_end(&round->question, status);
    return code == EXIT_DONE && answered < round->count ? EXIT_NOTHING : code;
}

static enum exit_code run_xml(struct invocation *invocation)
{
    return go_round(invocation, COMMAND_VM_FETCH_XML, tell_fetched);
}

static const struct option_info xml_options[] = {
    OPERATOR_OPTIONS,
    {"out", 0, "DIR", "the directory for the files (the current one)", false},
    {"timeout", 0, "SECONDS", "how long to wait for hosts, at most (60)", false},
};

const struct verb verb_vm_xml = {
    .name = "vm xml",
    .about = "libvirt's descriptions of machines, as files whose hashes are logged",
    .arguments = "VM...",
    .details = "As a super-administrator. Each description is fetched anew by a command of yours, "
               "kept\nbeside the log under the hash that the event of its fetching has, compared "
               "with that,\nand written to vm-N.xml. Exit code 1: some host did not answer.",
    .examples = "cairn vm xml analysis\n"
                "cairn vm xml vm:30377 vm:30391 --out /tmp/descriptions",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(xml_options),
    .guarded = true,
    .signs = true,
    .run = run_xml,
};
