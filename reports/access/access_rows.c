#include "reports/access/access_rows.h"

#include "reports/access/reasons.h"

/* clang-format off */
static const struct column columns[] = {
    {"user",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"login",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"verb",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"allowed", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"class",   NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"rule",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"path",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"because", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"facts",   NULL, COLUMN_JSON,    ALIGN_LEFT}, /* for programs only */
};
/* clang-format on */

struct status access_rows_begin(struct rows *rows)
{
    size_t count = sizeof columns / sizeof columns[0];
    return rows_begin(rows, columns, rows->options.format == ROWS_JSON ? count : count - 1);
}

static struct status add_one(struct rows *rows, const struct access_question *question,
                             const struct user_row *user, enum access_verb verb,
                             const struct access *access)
{
    char id_memory[64], path_memory[PATH_SIZE], memory[REASONS_SIZE], facts_memory[REASONS_SIZE];
    struct text id = TEXT_IN(id_memory), path_text = TEXT_IN(path_memory),
                reasons = TEXT_IN(memory), facts = TEXT_IN(facts_memory);
    const struct access_path path = reasons_path(access);
    id_write(&id, user->user);
    bool people = rows->options.format == ROWS_TABLE;
    reasons_put_path(people ? question->view : NULL, &path, &path_text);
    reasons_put(question->view, access, &reasons);
    reasons_put_json(access, &facts);
    const struct cell cells[] = {
        cell_text(text_bytes(&id)),
        cell_text(user->login),
        cell_string(access_verb_name(verb)),
        cell_string(access->allowed ? "yes" : "no"),
        access->class == ACCESS_CLASS_NONE ? cell_absent() : cell_number(access->class),
        access->rule == RULE_NONE ? cell_absent() : cell_string(rule_id(access->rule)),
        path.way == WAY_NONE ? cell_absent() : cell_text(text_bytes(&path_text)),
        cell_text(text_bytes(&reasons)),
        cell_text(text_bytes(&facts)),
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
            TRY(add_one(rows, question, user, (enum access_verb)verb, &access));
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
        TRY(rows_go_on(rows));
        TRY(add_user(rows, question, &row, allowed));
    }
    return *question->view->trouble;
}
