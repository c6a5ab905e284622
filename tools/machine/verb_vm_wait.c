/* Waiting until a machine is up, or gone. */
#include "core/effect/effect.h"
#include "core/vm/vm.h"
#include "tools/machine/machine.h"
#include "tools/verbs.h"

#include <inttypes.h>

enum {
    POLL_MS = 300,
    TIMEOUT_S = 300,
    TIMEOUT_MAX_S = 24 * 60 * 60,
};

enum prospect {
    GOES_ON,
    REACHED,
    IMPOSSIBLE, /* it will not come to that any more */
};

static bool is_over(enum vm_state state)
{
    return state == VM_STATE_STOPPED || state == VM_STATE_FAILED || state == VM_STATE_DELETED;
}

static enum prospect prospect_of(enum vm_state state, const char *until)
{
    if (strcmp(until, "stopped") == 0) {
        return is_over(state) ? REACHED : GOES_ON;
    }
    if (state == VM_STATE_REGISTERED ||
        (state == VM_STATE_RUNNING && strcmp(until, "running") == 0)) {
        return REACHED;
    }
    return is_over(state) || state == VM_STATE_STOPPING ? IMPOSSIBLE : GOES_ON;
}

/* What there is now, in a view of its own each time. */
static struct status look(struct machine_question *question, struct id vm, struct vm_row *out)
{
    *out = (struct vm_row){.vm = vm};
    TRY(engine_look_again(question->engine));
    struct arena *arena = question->view.arena;
    arena_reset(arena);
    question->view = engine_view(question->engine, UINT64_MAX, arena, &question->trouble);
    (void)view_find(&question->view, ROW_VM, out);
    return question->trouble;
}

/* clang-format off */
static const struct column columns[] = {
    {"vm",    NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"state", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"why",   NULL, COLUMN_TEXT, ALIGN_LEFT},
};
/* clang-format on */

static enum exit_code tell(struct machine_question *question, const struct vm_row *vm)
{
    char memory[MACHINE_CELL_MAX];
    struct text name = TEXT_IN(memory);
    struct effect_row effect;
    const bool failed_to =
        effect_of(&question->view, vm->run, &effect) && effect.state == EFFECT_STATE_FAILED;
    machine_put_name(question, vm->vm, &name);
    const struct cell cells[] = {machine_cell(&name), cell_string(vm_state_name(vm->state)),
                                 failed_to && effect.has_why ? cell_text(effect.why)
                                                             : cell_absent()};
    struct status status = rows_begin(&question->rows, columns, sizeof columns / sizeof columns[0]);
    status = failed(status) ? status : rows_add(&question->rows, cells);
    return machine_end(question, status);
}

struct waiting {
    struct id vm;
    const char *until;
    uint64_t polls; /* that are left */
};

static enum exit_code stay(struct machine_question *question, struct waiting *waiting)
{
    struct vm_row vm;
    for (;;) {
        struct status status = look(question, waiting->vm, &vm);
        if (failed(status)) {
            return invocation_failed(question->invocation, status, NULL, "looking");
        }
        const enum prospect prospect = prospect_of(vm.state, waiting->until);
        if (prospect != GOES_ON || waiting->polls-- == 0) {
            const enum exit_code code = tell(question, &vm);
            return code == EXIT_DONE && prospect != REACHED ? EXIT_NOTHING : code;
        }
        if (invocation_wait(question->invocation, -1, POLL_MS) != GUARD_TIMEOUT) {
            return EXIT_INTERRUPTED;
        }
    }
}

static enum exit_code wait_for(struct machine_question *question)
{
    uint64_t seconds = TIMEOUT_S;
    const char *until = invocation_value(question->invocation, "until");
    struct waiting waiting = {.until = until == NULL ? "registered" : until};
    enum exit_code code = invocation_number(question->invocation, "timeout",
                                            (struct number_limits){0, TIMEOUT_MAX_S}, &seconds);
    code = code == EXIT_DONE
               ? machine_find(question, ID_VM, invocation_argument(question->invocation, 0),
                              &waiting.vm)
               : code;
    waiting.polls = seconds * 1000 / POLL_MS;
    return code == EXIT_DONE ? stay(question, &waiting) : code;
}

static enum exit_code run(struct invocation *invocation)
{
    return machine_ask(invocation, wait_for);
}

static const struct option_info options[] = {
    {"until", 0, "running|registered|stopped", "what to wait for (registered)", false},
    {"timeout", 0, "SECONDS", "how long, at most (300)", false},
};

const struct verb verb_vm_wait = {
    .name = "vm wait",
    .about = "wait until a machine is up, or has stopped",
    .arguments = "VM",
    .details = "Until a watcher has seen its domain (running), its controller has told its keys\n"
               "(registered), or the run is over (stopped). Exit code 1: it did not come to that, "
               "in that\n"
               "time or at all; the state that it is in is told, and why its start failed.",
    .examples = "cairn vm start analysis && cairn vm wait analysis\n"
                "cairn vm shutdown analysis && cairn vm wait analysis --until stopped "
                "--timeout 60",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
