#include "reports/whatif/whatif_rows.h"

#include "reports/names.h"

#include <assert.h>

/* clang-format off */
static const struct column columns[] = {
    {"event",    NULL,       COLUMN_INTEGER, ALIGN_RIGHT},
    {"time",     NULL,       COLUMN_TIME,    ALIGN_LEFT},
    {"actor",    NULL,       COLUMN_TEXT,    ALIGN_LEFT},
    {"command",  NULL,       COLUMN_TEXT,    ALIGN_LEFT},
    {"object",   NULL,       COLUMN_TEXT,    ALIGN_LEFT},
    {"was",      NULL,       COLUMN_TEXT,    ALIGN_LEFT},
    {"would_be", "WOULD BE", COLUMN_TEXT,    ALIGN_LEFT},
    {"change",   NULL,       COLUMN_TEXT,    ALIGN_LEFT},
    {"reason",   NULL,       COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

enum {
    COLUMNS = sizeof columns / sizeof columns[0],
    NAME_SIZE = 512,
};

const char *whatif_change_name(enum whatif_change change)
{
    static const char *const names[WHATIF_CHANGE_COUNT] = {
        [WHATIF_SAME] = "same",
        [WHATIF_ALLOWED] = "allowed",
        [WHATIF_REFUSED] = "refused",
        [WHATIF_REASON] = "other reason",
        [WHATIF_UNLIKE] = "not as recorded",
    };
    assert(change < WHATIF_CHANGE_COUNT);
    return names[change];
}

/* The rule that stands in the way, of the policy if it is there too. */
static const char *sentence_of(const struct whatif_flip *flip)
{
    static const char *const added[ADDED_COUNT] = {
        [ADDED_NONE] = "",
        [ADDED_PI_ONLY_DECLASSIFICATION] = "A label is lowered only by the PI of its project.",
        [ADDED_TWO_MAN_EXPORT] = "An export takes a second person.",
        [ADDED_KEY_MFA_AGE] = "A file's key is fetched soon after a second factor.",
    };
    if (flip->would_be.added != ADDED_NONE) {
        return added[flip->would_be.added];
    }
    return rule_infos[flip->would_be.rule != RULE_NONE ? flip->would_be.rule : flip->was.rule]
        .sentence;
}

/* What it is about: neither the log nor the command over many that it is part of. */
static struct id object_of(const struct leaf *leaf)
{
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (leaf->on[i].kind != ID_LOG && leaf->on[i].kind != ID_BULK) {
            return leaf->on[i];
        }
    }
    return leaf->on[0];
}

struct status whatif_rows_begin(struct rows *rows)
{
    return rows_begin(rows, columns, COLUMNS);
}

struct status whatif_rows_add(struct rows *rows, struct engine *engine,
                              const struct whatif_flip *flip)
{
    char actor_memory[NAME_SIZE], object_memory[NAME_SIZE];
    struct text actor = TEXT_IN(actor_memory), object = TEXT_IN(object_memory);
    const struct leaf *leaf = &flip->found->leaf;
    names_put(engine, flip->found->command.actor, leaf->n, &actor);
    names_put(engine, object_of(leaf), leaf->n, &object);
    const struct cell cells[COLUMNS] = {
        cell_number(leaf->n),
        cell_number(leaf->t_utc_us),
        cell_text(text_bytes(&actor)),
        cell_string(command_name(flip->found->command.kind)),
        cell_text(text_bytes(&object)),
        cell_string(whatif_reason_name(&flip->was)),
        cell_string(whatif_reason_name(&flip->would_be)),
        cell_string(whatif_change_name(flip->change)),
        cell_string(sentence_of(flip)),
    };
    return rows_add(rows, cells);
}
