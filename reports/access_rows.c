#include "reports/access_rows.h"

#include "schema/time.h"

#include <inttypes.h>

enum {
    REASONS_SIZE = 4096, /* bytes of all facts of one answer, as text */
};

/* clang-format off */
static const struct column columns[] = {
    {"user",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"login",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"verb",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"allowed", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"class",   NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"rule",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"because", NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

struct status access_rows_begin(struct rows *rows)
{
    return rows_begin(rows, columns, sizeof columns / sizeof columns[0]);
}

static void put_fact(const struct access_fact *fact, struct text *out)
{
    text_put_string(out, fact->holds ? "" : "not ");
    text_put_string(out, access_fact_phrase(fact->kind));
    if (fact->about.kind != ID_NONE) {
        text_put_char(out, ' ');
        id_write(out, fact->about);
    }
    if (fact->made_by != UINT64_MAX) {
        text_add(out, " (event %" PRIu64 ")", fact->made_by);
    }
    if (fact->until_utc_us != 0) {
        text_put_literal(out, " until ");
        time_write(out, fact->until_utc_us);
    }
}

static void put_reasons(const struct access *access, struct text *out)
{
    for (size_t i = 0; i < access->fact_count; i++) {
        text_put_string(out, i == 0 ? "" : "; ");
        put_fact(&access->facts[i], out);
    }
    if (!access->allowed && access->rule != RULE_NONE) {
        text_add(out, "%s%s", access->fact_count == 0 ? "" : ": ", rule_sentence(access->rule));
    }
}

static struct status add_one(struct rows *rows, const struct user_row *user, enum access_verb verb,
                             const struct access *access)
{
    char id_memory[64], memory[REASONS_SIZE];
    struct text id = TEXT_IN(id_memory), reasons = TEXT_IN(memory);
    id_write(&id, user->user);
    put_reasons(access, &reasons);
    const struct cell cells[] = {
        cell_text(text_bytes(&id)),
        cell_text(user->login),
        cell_string(access_verb_name(verb)),
        cell_string(access->allowed ? "yes" : "no"),
        access->class == ACCESS_CLASS_NONE ? cell_absent() : cell_number(access->class),
        access->rule == RULE_NONE ? cell_absent() : cell_string(rule_id(access->rule)),
        cell_text(text_bytes(&reasons)),
    };
    return rows_add(rows, cells);
}

static struct status add_user(struct rows *rows, const struct access_question *question,
                              const struct user_row *user, uint64_t *allowed)
{
    const struct reader reader = {.user = user->user, .session = question->session};
    for (unsigned verb = 0; verb < ACCESS_VERB_COUNT; verb++) {
        struct access access = {0};
        if (!question->verbs[verb]) {
            continue;
        }
        access_of((enum access_verb)verb, question->view, &reader, question->object, &access);
        *allowed += access.allowed ? 1 : 0;
        if (access.allowed || question->refused) {
            TRY(add_one(rows, user, (enum access_verb)verb, &access));
        }
    }
    return *question->view->trouble;
}

struct status access_rows_add(struct rows *rows, const struct access_question *question,
                              struct id user, uint64_t *allowed)
{
    struct user_row row = {.user = user};
    if (user.kind != ID_USER || !view_find(question->view, ROW_USER, &row)) {
        TRY(*question->view->trouble);
        return FAIL_BECAUSE(NOT_FOUND, user.n, "there was no such user then");
    }
    return add_user(rows, question, &row, allowed);
}

struct status access_rows_add_all(struct rows *rows, const struct access_question *question,
                                  uint64_t *allowed)
{
    struct user_row row = {0};
    struct view_walk walk = view_walk_of(question->view, ROW_USER, &row, 0);
    while (view_walk_next(&walk, &row)) {
        TRY(add_user(rows, question, &row, allowed));
    }
    return *question->view->trouble;
}
