#include "core/view.h"
#include "reports/filter/fault.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>

enum {
    ARENA_SIZE = 16 << 10, /* bytes: a row or two */
};

/* Fields ---------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column field_columns[] = {
    {"field",   "FIELD",   COLUMN_TEXT, ALIGN_LEFT},
    {"type",    "TYPE",    COLUMN_TEXT, ALIGN_LEFT},
    {"indexed", "INDEXED", COLUMN_TEXT, ALIGN_LEFT},
    {"about",   "ABOUT",   COLUMN_TEXT, ALIGN_LEFT},
};
static const struct column value_columns[] = {
    {"value", "VALUE", COLUMN_TEXT, ALIGN_LEFT},
    {"about", "ABOUT", COLUMN_TEXT, ALIGN_LEFT},
};
/* clang-format on */

struct listing {
    struct rows rows;
    const char *prefix;
    uint64_t count;
};

static struct status list_field(struct listing *listing, const char *name, const char *type,
                                const char *indexed, const char *about)
{
    if (strncmp(name, listing->prefix, strlen(listing->prefix)) != 0) {
        return OK;
    }
    const struct cell cells[] = {cell_string(name), cell_string(type), cell_string(indexed),
                                 cell_string(about)};
    listing->count++;
    return rows_add(&listing->rows, cells);
}

static void put_types(uint32_t types, struct text *out)
{
    static const char *const names[FIELD_TYPE_COUNT] = {
        [FIELD_TEXT] = "text",     [FIELD_INTEGER] = "number", [FIELD_BOOLEAN] = "true or false",
        [FIELD_DIGEST] = "digest", [FIELD_BYTES] = "bytes",    [FIELD_TIME] = "time",
        [FIELD_ID] = "id",         [FIELD_ENUM] = "word",
    };
    for (size_t i = 0; i < FIELD_TYPE_COUNT; i++) {
        if ((types >> i & 1u) != 0) {
            text_add(out, "%s%s", out->size > 0 ? ", " : "", names[i]);
        }
    }
}

/* The kinds whose bodies have the field: the first, and how many more. */
static void put_kinds(struct bytes name, struct text *out)
{
    const char *first = NULL;
    unsigned more = 0;
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        for (size_t i = 0; i < event_infos[kind].field_count; i++) {
            bool has = bytes_equal(name, bytes_of_string(event_infos[kind].fields[i].name));
            more += has && first != NULL ? 1 : 0;
            first = has && first == NULL ? event_infos[kind].name : first;
        }
    }
    text_add(out, "in %s", first == NULL ? "" : first);
    if (more > 0) {
        text_add(out, " and %u more", more);
    }
}

static struct status list_body_field(void *context, const char *name, uint32_t types)
{
    char full_memory[128], types_memory[128], kinds_memory[128];
    struct text full = TEXT_IN(full_memory), shown = TEXT_IN(types_memory);
    struct text kinds = TEXT_IN(kinds_memory);
    text_add(&full, "body.%s", name);
    put_types(types, &shown);
    put_kinds(bytes_of_string(name), &kinds);
    return list_field(context, text_string(&full), text_string(&shown), "no", text_string(&kinds));
}

static struct status list_fields(struct listing *listing)
{
    TRY(rows_begin(&listing->rows, field_columns, 4));
    for (size_t i = 0; i < FILTER_BODY; i++) {
        const struct filter_field *field = &filter_fields[i];
        TRY(list_field(listing, field->name, filter_type_name(field->type),
                       field->term != 0 ? "yes" : "no", field->about));
    }
    TRY(filter_body_fields(list_body_field, listing));
    return rows_flush(&listing->rows);
}

static enum exit_code run_fields(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    const char *prefix = invocation_argument(invocation, 0);
    struct listing listing = {.prefix = prefix == NULL ? "" : prefix};
    invocation_rows(invocation, &listing.rows, &arena);
    struct status status = list_fields(&listing);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "listing");
    }
    return listing.count > 0 ? EXIT_DONE : EXIT_NOTHING;
}

const struct verb verb_fields = {
    .name = "fields",
    .about = "list what events can be asked for",
    .arguments = "[PREFIX]",
    .details = "The fields of an expression, of leaves and of bodies, with their types.",
    .examples = "cairn fields\ncairn fields body.s",
    .purpose = PURPOSE_ASK,
    .run = run_fields,
};

/* Values ---------------------------------------------------------------------------------- */

static struct status list_value(struct listing *listing, struct bytes value, const char *about)
{
    const struct cell cells[] = {cell_text(value),
                                 about == NULL ? cell_absent() : cell_string(about)};
    listing->count++;
    return rows_add(&listing->rows, cells);
}

static struct status list_kinds(struct listing *listing)
{
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        if (event_infos[kind].version == 1) {
            TRY(list_value(listing, bytes_of_string(event_infos[kind].name),
                           event_infos[kind].about));
        }
    }
    return OK;
}

static struct status list_outcomes(struct listing *listing)
{
    static const char *const abouts[OUTCOME_COUNT] = {
        [OUTCOME_OK] = "it happened",
        [OUTCOME_DENIED] = "it was refused by policy",
        [OUTCOME_FAILED] = "it was tried, and failed",
    };
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        TRY(list_value(listing, bytes_of_string(outcome_name((enum outcome)i)), abouts[i]));
    }
    return OK;
}

static struct status list_rules(struct listing *listing)
{
    for (unsigned rule = 1; rule < RULE_COUNT; rule++) {
        TRY(list_value(listing, bytes_of_string(rule_id((enum rule)rule)),
                       rule_sentence((enum rule)rule)));
    }
    return OK;
}

static struct status list_emitters(struct listing *listing, const struct view *view)
{
    struct emitter_row row = {0};
    struct view_walk walk = view_walk_of(view, ROW_EMITTER, &row, 0);
    while (view_walk_next(&walk, &row)) {
        char memory[512];
        struct text about = TEXT_IN(memory);
        text_put_bytes(&about, row.about);
        TRY(list_value(listing, row.name, text_string(&about)));
    }
    return *view->trouble;
}

static struct status list_logins(struct listing *listing, const struct view *view)
{
    struct login_row row = {0};
    struct view_walk walk = view_walk_of(view, ROW_LOGIN, &row, 0);
    while (view_walk_next(&walk, &row)) {
        char memory[64];
        struct text id = TEXT_IN(memory);
        id_write(&id, row.user);
        TRY(list_value(listing, row.login, text_string(&id)));
    }
    return *view->trouble;
}

static struct status list_projects(struct listing *listing, const struct view *view)
{
    struct project_name_row row = {0};
    struct view_walk walk = view_walk_of(view, ROW_PROJECT_NAME, &row, 0);
    while (view_walk_next(&walk, &row)) {
        char memory[64];
        struct text id = TEXT_IN(memory);
        id_write(&id, row.project);
        TRY(list_value(listing, row.name, text_string(&id)));
    }
    return *view->trouble;
}

/* Users, hosts or actions of foreign systems, as they were named. */
static struct status list_subjects(struct listing *listing, const struct view *view,
                                   enum subject_class class)
{
    struct subject_row row = {.class = class};
    struct view_walk walk = view_walk_of(view, ROW_SUBJECT, &row, 1);
    while (view_walk_next(&walk, &row)) {
        char memory[256];
        struct text about = TEXT_IN(memory);
        id_write(&about, row.subject);
        text_add(&about, " of %.*s", (int)row.system.size, (const char *)row.system.data);
        TRY(list_value(listing, row.name, text_string(&about)));
    }
    return *view->trouble;
}

static struct status list_id_kinds(struct listing *listing)
{
    for (unsigned kind = 1; kind < ID_KIND_COUNT; kind++) {
        char memory[96];
        struct text any = TEXT_IN(memory);
        text_add(&any, "%s:*", id_kind_name((enum id_kind)kind));
        TRY(list_value(listing, text_bytes(&any), id_infos[kind].about));
    }
    return OK;
}

/* The words that a body's field can be. */
static struct status list_words(struct listing *listing, struct bytes name)
{
    for (const struct field_info *field = filter_body_next(name, NULL); field != NULL;
         field = filter_body_next(name, field)) {
        for (uint32_t i = 0; field->values != NULL && i < field->values->count; i++) {
            TRY(list_value(listing, field->values->names[i], field->type));
        }
    }
    return OK;
}

static bool needs_store(const struct filter_field *field)
{
    return field->type == FILTER_TYPE_ACTOR || field->type == FILTER_TYPE_EMITTER ||
           field->type == FILTER_TYPE_SUBJECT || field->id == FILTER_PROJECT;
}

static struct status list_known(struct listing *listing, const struct filter_field *field,
                                struct bytes path)
{
    switch (field->type) {
    case FILTER_TYPE_KIND:
        return list_kinds(listing);
    case FILTER_TYPE_OUTCOME:
        return list_outcomes(listing);
    case FILTER_TYPE_RULE:
        return list_rules(listing);
    case FILTER_TYPE_ID:
        return field->id == FILTER_ON ? list_id_kinds(listing) : OK;
    case FILTER_TYPE_BODY:
        return list_words(listing, path);
    case FILTER_TYPE_NUMBER:
    case FILTER_TYPE_TIME:
    case FILTER_TYPE_ACTOR:
    case FILTER_TYPE_EMITTER:
    case FILTER_TYPE_SUBJECT:
    case FILTER_TYPE_ADDRESS:
    case FILTER_TYPE_DIGEST:
    case FILTER_TYPE_TEXT:
        break;
    }
    return OK;
}

static struct status list_stored(struct listing *listing, const struct filter_field *field,
                                 const struct view *view)
{
    if (field->type == FILTER_TYPE_ACTOR) {
        TRY(list_logins(listing, view));
    }
    if (field->type == FILTER_TYPE_ACTOR || field->type == FILTER_TYPE_EMITTER) {
        return list_emitters(listing, view);
    }
    if (field->type == FILTER_TYPE_SUBJECT) {
        return list_subjects(listing, view,
                             field->id == FILTER_USER   ? SUBJECT_CLASS_USER
                             : field->id == FILTER_HOST ? SUBJECT_CLASS_HOST
                                                        : SUBJECT_CLASS_ACTION);
    }
    return list_projects(listing, view);
}

static enum exit_code list_from_store(struct invocation *invocation, struct listing *listing,
                                      const struct filter_field *field)
{
    uint8_t memory[ARENA_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK, status = OK;
    struct engine *engine = NULL;
    enum exit_code code = store_open(invocation, STORE_READ, &engine);
    if (code != EXIT_DONE) {
        return code;
    }
    if (engine_state(engine) != NULL) {
        struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
        status = list_stored(listing, field, &view);
    } else {
        code = invocation_fail(invocation, EXIT_INCOMPLETE, "run cairn rebuild as its owner",
                               "the store's state/ is missing or stale");
    }
    engine_close(&engine);
    return failed(status) ? invocation_failed(invocation, status, NULL, "listing") : code;
}

static enum exit_code unknown_field(const struct invocation *invocation, const char *name)
{
    struct suggestion suggestion;
    char memory[128];
    struct text advice = TEXT_IN(memory);
    suggestion_begin(&suggestion, bytes_of_string(name));
    for (size_t i = 0; i < FILTER_BODY; i++) {
        suggestion_offer(&suggestion, bytes_of_string(filter_fields[i].name));
    }
    if (suggestion.nearest.word != NULL) {
        text_add(&advice, "did you mean %s?", suggestion.nearest.word);
    } else {
        text_put_literal(&advice, "`cairn fields` lists them");
    }
    return invocation_fail(invocation, EXIT_USAGE, text_string(&advice), "there is no field %.80s",
                           name);
}

static enum exit_code run_values(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct listing listing = {.prefix = ""};
    const char *name = invocation_argument(invocation, 0);
    bool is_body = strncmp(name, "body.", 5) == 0;
    struct bytes path = is_body ? bytes_of_string(name + 5) : bytes_of(NULL, 0);
    const struct filter_field *field =
        is_body ? &filter_fields[FILTER_BODY] : filter_field_named(bytes_of_string(name));
    if (field == NULL || (field->id == FILTER_BODY && filter_body_types(path) == 0)) {
        return unknown_field(invocation, name);
    }
    invocation_rows(invocation, &listing.rows, &arena);
    struct status status = rows_begin(&listing.rows, value_columns, 2);
    enum exit_code code = EXIT_DONE;
    if (!failed(status) && needs_store(field)) {
        code = list_from_store(invocation, &listing, field);
    } else if (!failed(status)) {
        status = list_known(&listing, field, path);
    }
    status = failed(status) ? status : rows_flush(&listing.rows);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "listing");
    }
    if (code == EXIT_DONE && listing.count == 0) {
        invocation_note(invocation, "values of %s are of type %s: %s", name,
                        filter_type_name(field->type), filter_type_about(field->type));
        return EXIT_NOTHING;
    }
    return code;
}

const struct verb verb_values = {
    .name = "values",
    .about = "list what a field of an event can be",
    .arguments = "FIELD",
    .details = "Kinds, outcomes, rules and words are those of the catalogue; people, emitters,\n"
               "projects and foreign names those that the store knows.",
    .examples = "cairn values kind\ncairn values emitter\ncairn values user",
    .purpose = PURPOSE_ASK,
    .guarded = true,
    .run = run_values,
};
