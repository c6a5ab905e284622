#include "reports/event_rows.h"

#include "reports/query.h"
#include "reports/sentence.h"

enum {
    NAMES_SIZE = 2048,
    ACTOR_SIZE = 512,
    IDS_SIZE = 512,
    ID_SIZE = 64,
};

/* clang-format off */
static const struct column for_people[] = {
    {"time",    "TIME",    COLUMN_TIME,    ALIGN_LEFT},
    {"n",       "N",       COLUMN_INTEGER, ALIGN_RIGHT},
    {"actor",   "ACTOR",   COLUMN_TEXT,    ALIGN_LEFT},
    {"kind",    "KIND",    COLUMN_TEXT,    ALIGN_LEFT},
    {"outcome", "OUTCOME", COLUMN_TEXT,    ALIGN_LEFT},
    {"source",  "SOURCE",  COLUMN_TEXT,    ALIGN_LEFT},
    {"about",   "ABOUT",   COLUMN_TEXT,    ALIGN_LEFT},
};
static const struct column for_programs[] = {
    {"n",         NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"t",         NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"at",        NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"kind",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"v",         NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"actor",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"outcome",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"rule",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"on",        NULL, COLUMN_JSON,    ALIGN_LEFT},
    {"on_n",      NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"about",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"source",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"project",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"session",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"cause",     NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"emitter",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"emitter_n", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
};
/* clang-format on */

static const struct column for_reading[] = {
    {"time", "TIME", COLUMN_TIME, ALIGN_LEFT},
    {"n", "N", COLUMN_INTEGER, ALIGN_RIGHT},
    {"sentence", "SENTENCE", COLUMN_TEXT, ALIGN_LEFT},
};

enum {
    READING_COLUMNS = sizeof for_reading / sizeof for_reading[0],
    PEOPLE_COLUMNS = sizeof for_people / sizeof for_people[0],
    PROGRAM_COLUMNS = sizeof for_programs / sizeof for_programs[0],
};

struct status event_rows_begin(struct rows *rows)
{
    if (rows->options.format == ROWS_LINE) {
        return rows_begin(rows, for_reading, READING_COLUMNS);
    }
    return rows->options.format == ROWS_TABLE ? rows_begin(rows, for_people, PEOPLE_COLUMNS)
                                              : rows_begin(rows, for_programs, PROGRAM_COLUMNS);
}

static struct cell text_or_absent(struct bytes text)
{
    return text.size > 0 ? cell_text(text) : cell_absent();
}

static struct status add_for_people(struct rows *rows, struct engine *engine,
                                    const struct leaf *leaf)
{
    char names_memory[NAMES_SIZE], actor_memory[ACTOR_SIZE];
    struct text names = TEXT_IN(names_memory), actor = TEXT_IN(actor_memory);
    names_put_subjects(engine, leaf, &names);
    names_put_actor(engine, leaf, &actor);
    const struct cell cells[PEOPLE_COLUMNS] = {
        cell_number(query_time_of(leaf)),
        cell_number(leaf->n),
        cell_text(text_bytes(&actor)),
        cell_string(event_name(leaf->kind)),
        cell_string(outcome_name(leaf->outcome)),
        text_or_absent(leaf->source),
        text_or_absent(text_bytes(&names)),
    };
    return rows_add(rows, cells);
}

static void put_ids(const struct leaf *leaf, struct text *out)
{
    for (size_t i = 0; i < leaf->on_count; i++) {
        text_put_string(out, i == 0 ? "[\"" : ",\"");
        id_write(out, leaf->on[i]);
        text_put_char(out, '"');
    }
    text_put_char(out, ']');
}

static struct cell id_cell(struct id id, struct text *text)
{
    if (id.kind == ID_NONE) {
        return cell_absent();
    }
    id_write(text, id);
    return cell_text(text_bytes(text));
}

static struct status add_for_programs(struct rows *rows, struct engine *engine,
                                      const struct leaf *leaf)
{
    char names_memory[NAMES_SIZE], ids_memory[IDS_SIZE];
    char project_memory[ID_SIZE], session_memory[ID_SIZE];
    struct text names = TEXT_IN(names_memory), ids = TEXT_IN(ids_memory);
    struct text project = TEXT_IN(project_memory), session = TEXT_IN(session_memory);
    names_put_subjects(engine, leaf, &names);
    put_ids(leaf, &ids);
    const struct cell cells[PROGRAM_COLUMNS] = {
        cell_number(leaf->n),
        cell_number(leaf->t_utc_us),
        leaf->at_utc_us != 0 ? cell_number(leaf->at_utc_us) : cell_absent(),
        cell_string(event_name(leaf->kind)),
        cell_number(leaf->version),
        cell_text(leaf->actor),
        cell_string(outcome_name(leaf->outcome)),
        text_or_absent(leaf->rule),
        cell_text(text_bytes(&ids)),
        cell_number(leaf->on_n),
        text_or_absent(text_bytes(&names)),
        text_or_absent(leaf->source),
        id_cell(leaf->project, &project),
        id_cell(leaf->session, &session),
        leaf->cause != LEAF_NO_CAUSE ? cell_number(leaf->cause) : cell_absent(),
        cell_text(leaf->emitter),
        cell_number(leaf->emitter_n),
    };
    return rows_add(rows, cells);
}

static struct status add_for_reading(struct rows *rows, struct engine *engine,
                                     const struct leaf *leaf)
{
    char memory[SENTENCE_SIZE_MAX];
    struct text sentence = TEXT_IN(memory);
    sentence_put(engine, leaf, &sentence);
    const struct cell cells[READING_COLUMNS] = {
        cell_number(query_time_of(leaf)), cell_number(leaf->n), cell_text(text_bytes(&sentence))};
    return rows_add(rows, cells);
}

struct status event_rows_add(struct rows *rows, struct engine *engine, const struct leaf *leaf)
{
    if (rows->options.format == ROWS_LINE) {
        return add_for_reading(rows, engine, leaf);
    }
    return rows->options.format == ROWS_TABLE ? add_for_people(rows, engine, leaf)
                                              : add_for_programs(rows, engine, leaf);
}
