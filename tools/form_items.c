#include "tools/form_items.h"

#include "reports/resolve.h"
#include "reports/state_rows.h"

/* Reading values -------------------------------------------------------------------------- */

static struct status read_time(const struct form_items *items, const char *text, struct text *out)
{
    const struct moment_context context = {
        .now_utc_us = items->invocation->now_utc_us,
        .since = {.kind = MOMENT_TIME, .value = items->invocation->now_utc_us},
        .zone = items->invocation->zone};
    struct moment moment;
    struct moment_doubt doubt;
    TRY(moment_read(bytes_of_string(text), &context, &moment, &doubt));
    if (moment.kind != MOMENT_TIME) {
        return FAIL_BECAUSE(MALFORMED, 0, "it is no time");
    }
    canonical_put_time(out, moment.value);
    return OK;
}

static struct status read_value(void *context, const struct field_info *field, const char *text,
                                struct text *out)
{
    const struct form_items *items = context;
    const struct resolver resolver = {.view = items->view, .user = items->user};
    struct id id;
    if (field->type_code == FIELD_TIME) {
        return read_time(items, text, out);
    }
    TRY(resolve(&resolver, field->id_kind, bytes_of_string(text), &id));
    if (field->id_kind != ID_NONE && id.kind != field->id_kind) {
        return FAIL_BECAUSE(MALFORMED, 0, "it is another kind of thing");
    }
    field_put_id(out, id, field->id_kind, ID_NONE);
    return OK;
}

struct fields form_items_fields(struct form_items *items)
{
    return (struct fields){.infos = items->info->fields,
                           .info_count = items->info->field_count,
                           .read = read_value,
                           .context = items};
}

/* From options ---------------------------------------------------------------------------- */

static bool is_option(const struct verb *verb, const char *name)
{
    for (size_t i = 0; i < verb->option_count; i++) {
        if (strcmp(verb->options[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The option of a field: its name with hyphens. */
static const char *option_name(const struct field_info *field, struct text *memory)
{
    for (const char *c = field->name; *c != '\0'; c++) {
        text_put_char(memory, *c == '_' ? '-' : *c);
    }
    return text_string(memory);
}

/* `never` and `none` are how an optional field is said to have no value. */
static bool says_nothing(const struct field_info *field, const char *value)
{
    return field->optional && (strcmp(value, "never") == 0 || strcmp(value, "none") == 0);
}

static struct status add_option(struct form_items *items, struct fields *fields,
                                const struct field_info *field)
{
    char memory[64];
    struct text name_memory = TEXT_IN(memory);
    const char *name = option_name(field, &name_memory), *value;
    if (fields_have(fields, field) || !is_option(items->invocation->verb, name)) {
        return OK;
    }
    if (field->type_code == FIELD_BOOLEAN && !field->optional &&
        invocation_value(items->invocation, name) == NULL) {
        return fields_add(fields, field, "no");
    }
    for (size_t i = 0; (value = invocation_value_at(items->invocation, name, i)) != NULL; i++) {
        if (!says_nothing(field, value)) {
            TRY(fields_add(fields, field, value));
        }
        if (!field->list) {
            break;
        }
    }
    return OK;
}

enum exit_code form_items_add(struct form_items *items, struct fields *fields, const char *where)
{
    const char *wrong = "";
    struct status status = items->count < FORM_ITEMS_MAX ? OK : FAIL(LIMIT, FORM_ITEMS_MAX);
    for (size_t i = 0; i < items->info->field_count && !failed(status); i++) {
        status = add_option(items, fields, &items->info->fields[i]);
    }
    if (!failed(status)) {
        text_put_char(&items->text, items->count == 0 ? '[' : ',');
        items->first = items->count == 0 ? items->text.size : items->first;
        status = fields_write(fields, &items->text, &wrong);
    }
    items->count++;
    if (status.code == STATUS_LIMIT) {
        return invocation_fail(items->invocation, EXIT_USAGE, "give fewer, and the rest after them",
                               "one command has at most %d objects and %d bytes", FORM_ITEMS_MAX,
                               FORM_TEXT_MAX);
    }
    if (failed(status)) {
        enum exit_code code = status.code == STATUS_NOT_FOUND ? EXIT_NOT_FOUND : EXIT_USAGE;
        return invocation_fail(items->invocation, code, NULL, "%s%s%s: %s", where,
                               *where == '\0' ? "" : ": ", wrong,
                               status.why == NULL ? "it cannot be read" : status.why);
    }
    return EXIT_DONE;
}

/* Where items come from ------------------------------------------------------------------- */

/* One for each argument; without one, for each --user or a single one. */
static enum exit_code from_words(struct form_items *items)
{
    const struct field_info *first = items->info->fields;
    const struct field_info *user = NULL;
    size_t words = invocation_argument_count(items->invocation), users = 0;
    bool many_users = is_option(items->invocation->verb, "user");
    while (many_users && invocation_value_at(items->invocation, "user", users) != NULL) {
        users++;
    }
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < (words == 0 ? 1 : words); i++) {
        for (size_t k = 0; code == EXIT_DONE && k < (users < 2 ? 1 : users); k++) {
            struct fields fields = form_items_fields(items);
            struct status status = OK;
            if (words > 0) {
                status = fields_add(&fields, first, invocation_argument(items->invocation, i));
            }
            user = users > 1 ? fields_find(&fields, LITERAL("user")) : NULL;
            if (user != NULL && !failed(status)) {
                status =
                    fields_add(&fields, user, invocation_value_at(items->invocation, "user", k));
            }
            code = failed(status) ? invocation_failed(items->invocation, status, NULL, "arguments")
                                  : form_items_add(items, &fields, "");
        }
    }
    return code;
}

struct finding {
    struct form_items *items;
    enum exit_code code;
};

static struct status add_found(void *context, const void *row, struct bytes json)
{
    struct finding *finding = context;
    char memory[64];
    struct text id_text = TEXT_IN(memory);
    struct fields fields = form_items_fields(finding->items);
    struct id id;
    (void)json;
    memcpy(&id, row, sizeof id); /* the first field of such a table is the id */
    id_write(&id_text, id);
    TRY(fields_add(&fields, finding->items->info->fields, text_string(&id_text)));
    finding->code = form_items_add(finding->items, &fields, "");
    return finding->code == EXIT_DONE ? OK : FAIL(INTERRUPTED, 0);
}

/* The table whose rows are things of this kind: the one of that name. */
static bool table_of(enum id_kind kind, enum row_table *out)
{
    for (unsigned table = 0; kind != ID_NONE && table < ROW_TABLE_COUNT; table++) {
        if (strcmp(row_infos[table].name, id_infos[kind].name) == 0 &&
            row_infos[table].fields[0].id_kind == kind) {
            *out = (enum row_table)table;
            return true;
        }
    }
    return false;
}

static enum exit_code from_list(struct form_items *items)
{
    struct state_rows rows = {0};
    struct finding finding = {.items = items};
    const char *condition;
    if (items->info->field_count == 0 || !table_of(items->info->fields[0].id_kind, &rows.table)) {
        return invocation_fail(items->invocation, EXIT_USAGE, NULL,
                               "there is no list for --where of this command");
    }
    for (size_t i = 0; (condition = invocation_value_at(items->invocation, "where", i)) != NULL;
         i++) {
        struct status status = state_rows_where(&rows, bytes_of_string(condition));
        if (failed(status)) {
            return invocation_fail(items->invocation, EXIT_USAGE, NULL, "--where %s: %s", condition,
                                   status.why == NULL ? "too many" : status.why);
        }
    }
    struct status status = state_rows_each(&rows, items->view, add_found, &finding);
    if (finding.code != EXIT_DONE) {
        return finding.code;
    }
    if (failed(status)) {
        return invocation_failed(items->invocation, status, NULL, "--where");
    }
    if (items->count == 0) {
        invocation_note(items->invocation, "nothing is like that: nothing was done");
        return EXIT_NOTHING;
    }
    return EXIT_DONE;
}

enum exit_code form_items_collect(struct form_items *items, struct bytes *out)
{
    const char *csv = invocation_value(items->invocation, "from-csv");
    bool listed = invocation_has(items->invocation, "where");
    size_t words = invocation_argument_count(items->invocation);
    if ((csv != NULL) + listed + (words > 0) > 1) {
        return invocation_fail(items->invocation, EXIT_USAGE, NULL,
                               "objects are named by arguments, by --from-csv or by --where: one "
                               "of them");
    }
    enum exit_code code = csv != NULL ? form_items_from_csv(items, csv)
                          : listed    ? from_list(items)
                                      : from_words(items);
    if (code != EXIT_DONE) {
        return code;
    }
    text_put_char(&items->text, ']');
    *out = items->count == 1
               ? bytes_of(items->text.data + items->first, items->text.size - items->first - 1)
               : text_bytes(&items->text);
    return EXIT_DONE;
}
