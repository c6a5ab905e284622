#include "tools/machine/machine.h"

#include "reports/names.h"
#include "reports/naming.h"
#include "reports/resolve.h"
#include "tools/as_of.h"
#include "tools/store_open.h"

static bool has_as_of(const struct verb *verb)
{
    for (size_t i = 0; i < verb->option_count; i++) {
        if (strcmp(verb->options[i].name, "as-of") == 0) {
            return true;
        }
    }
    return false;
}

enum exit_code machine_ask(struct invocation *invocation, machine_answer *answer)
{
    uint8_t row_memory[ROWS_MEMORY_SIZE], memory[MACHINE_ARENA];
    struct arena row_arena = ARENA_IN(row_memory), arena = ARENA_IN(memory);
    struct machine_question question = {.invocation = invocation, .trouble = OK};
    enum exit_code code = store_open(invocation, STORE_READ, &question.engine);
    if (code == EXIT_DONE && has_as_of(invocation->verb)) {
        code = as_of_view(invocation, question.engine, &arena, &question.trouble, &question.view);
    } else if (code == EXIT_DONE) {
        question.view = engine_view(question.engine, UINT64_MAX, &arena, &question.trouble);
    }
    if (code == EXIT_DONE) {
        invocation_rows(invocation, &question.rows, &row_arena);
        code = answer(&question);
    }
    engine_close(&question.engine);
    return code;
}

enum exit_code machine_find(const struct machine_question *question, enum id_kind kind,
                            const char *name, struct id *out)
{
    const struct resolver resolver = {.view = &question->view};
    struct id found;
    struct status status = resolve(&resolver, kind, bytes_of_string(name), &found);
    if (failed(status)) {
        return invocation_fail(question->invocation, exit_of(status), NULL, "%s: %s", name,
                               status.why == NULL ? "it cannot be found" : status.why);
    }
    if (found.kind != kind) {
        return invocation_fail(question->invocation, EXIT_USAGE, NULL, "%s is no %s", name,
                               id_kind_name(kind));
    }
    *out = found;
    return EXIT_DONE;
}

enum exit_code machine_find_option(const struct machine_question *question, const char *option,
                                   enum id_kind kind, struct id *out)
{
    const char *name = invocation_value(question->invocation, option);
    return name == NULL ? EXIT_DONE : machine_find(question, kind, name, out);
}

/* What has an owner is called after it; the rest by its name alone, where it has one. */
void machine_put_name(const struct machine_question *question, struct id id, struct text *out)
{
    const bool owned = id.kind == ID_VM || id.kind == ID_CONFIG || id.kind == ID_DRIVE;
    if (owned || !naming_put_name(&question->view, id, out)) {
        names_put(question->engine, id, question->view.as_of_n, out);
    }
}

struct cell machine_cell(const struct text *text)
{
    return text->size == 0 ? cell_absent() : cell_text(text_bytes(text));
}

enum exit_code machine_end(struct machine_question *question, struct status status)
{
    status = failed(status) ? status : rows_flush(&question->rows);
    status = failed(status) ? status : question->trouble;
    if (failed(status)) {
        return invocation_failed(question->invocation, status, NULL, "reading the state");
    }
    return question->rows.row_count == 0 ? EXIT_NOTHING : EXIT_DONE;
}

/* Facts ----------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column facts[] = {
    {"what", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"is",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"by",   NULL, COLUMN_INTEGER, ALIGN_RIGHT},
};
/* clang-format on */

struct status machine_facts_begin(struct machine_question *question)
{
    return rows_begin(&question->rows, facts, sizeof facts / sizeof facts[0]);
}

struct status machine_fact(struct machine_question *question, const char *what, struct bytes is,
                           uint64_t by)
{
    const struct cell cells[] = {cell_string(what), cell_text(is),
                                 by == UINT64_MAX ? cell_absent() : cell_number(by)};
    return rows_add(&question->rows, cells);
}

struct status machine_fact_name(struct machine_question *question, const char *what, struct id id,
                                uint64_t by)
{
    char memory[MACHINE_CELL_MAX];
    struct text text = TEXT_IN(memory);
    machine_put_name(question, id, &text);
    return machine_fact(question, what, text_bytes(&text), by);
}
