#include "tools/form.h"

#include "reports/names.h"
#include "tools/form_items.h"
#include "tools/operator.h"
#include "tools/store_open.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum {
    FORM_ARENA = 256 << 10, /* bytes, for looking names up */
};

static enum command_kind kind_of(const struct verb *verb)
{
    for (const struct form_kind *form = form_kinds; form->verb != NULL; form++) {
        if (form->verb == verb) {
            return form->kind;
        }
    }
    assert(false);
    return COMMAND_KIND_COUNT;
}

/* Answers --------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column columns[] = {
    {"event",   NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"kind",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"on",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"outcome", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"rule",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

static struct status add_event(struct rows *rows, struct log_snapshot *snapshot, uint64_t n)
{
    char memory[512];
    struct text on = TEXT_IN(memory);
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_read_leaf(snapshot, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    for (size_t i = 0; i < leaf.on_count; i++) {
        text_put_string(&on, i == 0 ? "" : ", ");
        id_write(&on, leaf.on[i]);
    }
    const struct cell cells[] = {
        cell_number(n),
        cell_string(event_infos[leaf.kind].name),
        cell_text(text_bytes(&on)),
        cell_string(outcome_name(leaf.outcome)),
        leaf.rule.size == 0 ? cell_absent() : cell_text(leaf.rule),
    };
    return rows_add(rows, cells);
}

struct status form_tell(const struct invocation *invocation, struct engine *engine,
                        const struct verdict *verdict)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine_log(engine), &snapshot));
    invocation_rows(invocation, &rows, &arena);
    TRY(rows_begin(&rows, columns, sizeof columns / sizeof columns[0]));
    for (uint64_t n = verdict->first; n < verdict->first + verdict->count; n++) {
        TRY(add_event(&rows, snapshot, n));
    }
    return rows_flush(&rows);
}

/* Running --------------------------------------------------------------------------------- */

static enum exit_code collect(struct invocation *invocation, struct engine *engine,
                              enum command_kind kind, struct text *text, struct bytes *fields)
{
    uint8_t *memory = malloc(FORM_ARENA);
    struct arena arena = {.memory = memory, .capacity = memory == NULL ? 0 : FORM_ARENA};
    struct status trouble = OK;
    struct operator_standing standing = {.user = {ID_NONE, 0}};
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    enum exit_code code = operator_stand(invocation, engine, &standing);
    struct form_items items = {.invocation = invocation,
                               .view = &view,
                               .user = standing.user,
                               .info = &command_infos[kind],
                               .text = *text};
    code = code == EXIT_DONE ? form_items_collect(&items, fields) : code;
    if (code == EXIT_DONE && failed(trouble)) {
        code = invocation_failed(invocation, trouble, NULL, "looking names up");
    }
    free(memory);
    return code;
}

static enum exit_code send(struct invocation *invocation, struct engine *engine,
                           enum command_kind kind, struct text *text)
{
    struct bytes fields;
    struct verdict verdict;
    enum exit_code code = collect(invocation, engine, kind, text, &fields);
    code = code == EXIT_DONE ? operator_send(invocation, engine, kind, fields, &verdict) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = form_tell(invocation, engine, &verdict);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, command_name(kind));
    }
    if (verdict.items_refused > 0) {
        invocation_note(invocation,
                        "%" PRIu32 " done, %" PRIu32 " refused: `cairn schema rules` "
                        "has the sentences of the rules",
                        verdict.done, verdict.items_refused);
        return EXIT_REFUSED;
    }
    return EXIT_DONE;
}

enum exit_code form_run(struct invocation *invocation)
{
    struct engine *engine = NULL;
    struct text text = {.data = malloc(FORM_TEXT_MAX), .capacity = FORM_TEXT_MAX};
    if (text.data == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, FORM_TEXT_MAX), NULL, "starting");
    }
    enum exit_code code = store_open(invocation, STORE_WRITE, &engine);
    if (code == EXIT_DONE) {
        code = send(invocation, engine, kind_of(invocation->verb), &text);
        code = store_finish(invocation, code, &engine);
    }
    free(text.data);
    return code;
}
