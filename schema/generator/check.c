/* What only the whole catalogue can show: names twice, words without their other half. */
#include "schema/generator/model.h"

#include <stdlib.h>

/* Names in C ------------------------------------------------------------------------------ */

/* A name that the generated code will define, and whose it is. */
struct claim {
    struct word name, key;
    const struct origin *from;
};

enum {
    CLAIMS_MAX = IDS_MAX + ENUMS_MAX * (VALUES_MAX + 2) + RULES_MAX + COMMANDS_MAX * 2 +
                 EVENTS_MAX * 2 + ROWS_MAX * 2
};

struct claims {
    struct claim *all;
    size_t count;
};

static void claim(struct claims *claims, const struct origin *from, struct word key,
                  struct word name)
{
    claims->all[claims->count++] = (struct claim){.name = name, .key = key, .from = from};
}

static void claim_record(struct claims *claims, const struct record *record, const char *prefix)
{
    claim(claims, &record->from, record->key, record->tag);
    claim(claims, &record->from, record->key,
          word_of("%s_%s", prefix, constant_of(record->tag.text).text));
}

static void claim_words(struct claims *claims, const struct model *model)
{
    for (size_t i = 0; i < model->id_count; i++) {
        const struct id_kind *id = &model->ids[i];
        claim(claims, &id->from, word_of("ids.%s", id->name),
              word_of("ID_%s", constant_of(id->name).text));
    }
    for (size_t i = 0; i < model->rule_count; i++) {
        const struct rule *rule = &model->rules[i];
        claim(claims, &rule->from, word_of("rules.%s", rule->id),
              word_of("RULE_%s", constant_of(rule->id).text));
    }
    for (size_t i = 0; i < model->enum_count; i++) {
        const struct enumeration *values = &model->enums[i];
        struct word prefix = constant_of(values->name);
        struct word key = word_of("enums.%s", values->name);
        claim(claims, &values->from, key, word_of("%s", values->name));
        claim(claims, &values->from, key, word_of("%.*s_COUNT", 64, prefix.text));
        for (size_t j = 0; j < values->value_count; j++) {
            claim(claims, &values->from, key,
                  word_of("%.*s_%.*s", 63, prefix.text, 63, constant_of(values->values[j]).text));
        }
    }
}

/* What the generated code and the headers that it stands on have taken. */
static void claim_own(struct claims *claims, const struct origin *from)
{
    static const char *const own[] = {
        "event_body",      "event_info", "command_fields", "command_info",     "row_info",
        "rule_info",       "id_info",    "field_info",     "canonical_reader", "json_error",
        "ID_NONE",         "ID_NEW",     "ID_KIND_COUNT",  "EVENT_KIND_COUNT", "COMMAND_KIND_COUNT",
        "ROW_TABLE_COUNT", "RULE_NONE",  "RULE_COUNT",     "civil_time",
    };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        claim(claims, from, word_of("%s", own[i]), word_of("%s", own[i]));
    }
}

static int compare_claims(const void *a, const void *b)
{
    return strcmp(((const struct claim *)a)->name.text, ((const struct claim *)b)->name.text);
}

static void check_claims(struct model *model)
{
    static const struct origin own = {.file = "the generator", .context = ""};
    struct claims claims = {.all = calloc(CLAIMS_MAX + 32, sizeof(struct claim))};
    if (claims.all == NULL) {
        complain(model, &own, "names", "there is not enough memory");
        return;
    }
    claim_own(&claims, &own);
    claim_words(&claims, model);
    for (size_t i = 0; i < model->command_count; i++) {
        claim_record(&claims, &model->commands[i].record, "COMMAND");
    }
    for (size_t i = 0; i < model->event_count; i++) {
        claim_record(&claims, &model->events[i].record, "EVENT");
    }
    for (size_t i = 0; i < model->row_count; i++) {
        claim_record(&claims, &model->rows[i].record, "TABLE");
    }
    qsort(claims.all, claims.count, sizeof claims.all[0], compare_claims);
    for (size_t i = 1; i < claims.count; i++) {
        const struct claim *other = &claims.all[i - 1], *one = &claims.all[i];
        if (strcmp(one->name.text, other->name.text) == 0) {
            const struct claim *blamed = one->from == &own ? other : one;
            const struct claim *before = one->from == &own ? one : other;
            complain(model, blamed->from, blamed->key.text, "the name %s in C is taken by %s of %s",
                     one->name.text, before->key.text, before->from->file);
        }
    }
    free(claims.all);
}

/* Fields ---------------------------------------------------------------------------------- */

/* An optional field x brings has_x along, and a list x brings x_count. */
static void check_companions(struct model *model, const struct record *record)
{
    for (size_t i = 0; i < record->field_count; i++) {
        struct word has = word_of("has_%.*s", 64, record->fields[i].name);
        struct word count = word_of("%.*s_count", 64, record->fields[i].name);
        for (size_t j = 0; j < record->field_count; j++) {
            const char *name = record->fields[j].name;
            if ((record->fields[i].optional && strcmp(name, has.text) == 0) ||
                (record->fields[i].list && strcmp(name, count.text) == 0) ||
                (i < j && strcmp(name, record->fields[i].name) == 0)) {
                complain(model, &record->from, record->key.text,
                         "the field \"%s\" is in the way of \"%s\"", name, record->fields[i].name);
            }
        }
    }
}

/* Other halves ---------------------------------------------------------------------------- */

static const struct event *find_event(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->event_count; i++) {
        if (strcmp(model->events[i].record.name, name) == 0) {
            return &model->events[i];
        }
    }
    return NULL;
}

static void check_command(struct model *model, const struct record *command)
{
    int noun = (int)(strrchr(command->name, '.') - command->name);
    struct word denied = word_of("%.*s.denied", noun, command->name);
    if (find_event(model, denied.text) == NULL) {
        complain(model, &command->from, command->key.text, "there is no event %s for its refusal",
                 denied.text);
    }
    check_companions(model, command);
}

static bool is_row(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->row_count; i++) {
        if (strcmp(model->rows[i].record.name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* "" stands for all of them. */
static bool is_class_of_emitters(const struct model *model, const char *name)
{
    const struct enumeration *classes = find_enum(model, LITERAL("emitter_class"));
    size_t i = 0;
    while (classes != NULL && i < classes->value_count && strcmp(classes->values[i], name) != 0) {
        i++;
    }
    return name[0] == '\0' || (classes != NULL && i < classes->value_count);
}

static void check_event(struct model *model, const struct event *event)
{
    const struct record *record = &event->record;
    if (event->outside != NULL && !is_class_of_emitters(model, event->outside)) {
        complain(model, &record->from, record->key.text,
                 "\"outside\" is true, false or a class of emitters");
    }
    for (size_t i = 0; i < event->writes_count; i++) {
        if (!is_row(model, event->writes[i])) {
            complain(model, &record->from, record->key.text, "\"writes\": there is no row \"%s\"",
                     event->writes[i]);
        }
    }
    check_companions(model, record);
}

static void check_id(struct model *model, const struct id_kind *id)
{
    for (size_t i = 0; i < model->event_count; i++) {
        if (model->events[i].record.creates == id) {
            return;
        }
    }
    complain(model, &id->from, word_of("ids.%s", id->name).text,
             "no event creates this id (\"on\": [\"%s:new\"])", id->name);
}

/* An enum, a union or an array of nothing is not C. */
static void check_counts(struct model *model)
{
    static const struct origin all = {.file = "the catalogue", .context = ""};
    if (model->event_count == 0 || model->command_count == 0 || model->row_count == 0) {
        complain(model, &all, "all files", "there are no events, no commands or no rows");
    }
}

static void check_row(struct model *model, const struct row *whole)
{
    const struct record *row = &whole->record;
    bool written = whole->engine;
    for (size_t i = 0; i < model->event_count; i++) {
        for (size_t j = 0; j < model->events[i].writes_count; j++) {
            written = written || strcmp(model->events[i].writes[j], row->name) == 0;
        }
    }
    if (!written) {
        complain(model, &row->from, row->key.text, "no event writes this row");
    }
    check_companions(model, row);
}

void check_model(struct model *model)
{
    check_counts(model);
    for (size_t i = 0; i < model->id_count; i++) {
        check_id(model, &model->ids[i]);
    }
    for (size_t i = 0; i < model->command_count; i++) {
        check_command(model, &model->commands[i].record);
    }
    for (size_t i = 0; i < model->event_count; i++) {
        check_event(model, &model->events[i]);
    }
    for (size_t i = 0; i < model->row_count; i++) {
        check_row(model, &model->rows[i]);
    }
    check_claims(model);
}
