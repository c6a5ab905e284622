/* cairn-events(7): what can happen, what can be asked, and by which rules it is refused. */
#include "schema/generator/output.h"

/* Text in roff: no line begins with a control character, and dashes stay dashes. */
static void put_roff(struct output *out, const char *string)
{
    if (*string == '.' || *string == '\'') {
        put(out, "\\&");
    }
    for (const char *c = string; *c != '\0'; c++) {
        if (*c == '\\') {
            put(out, "\\e");
        } else if (*c == '-') {
            put(out, "\\-");
        } else if (*c == '"') {
            put(out, "\\(dq");
        } else if (*c == '\'') {
            put(out, "\\(aq");
        } else {
            put(out, "%c", *c);
        }
    }
}

static void put_entry(struct output *out, const char *name, const char *about)
{
    put(out, ".TP\n.B ");
    put_roff(out, name);
    put(out, "\n");
    put_roff(out, about);
    put(out, "\n");
}

static void put_fields(struct output *out, const struct record *record)
{
    if (record->field_count == 0) {
        return;
    }
    put(out, ".RS\n");
    for (size_t i = 0; i < record->field_count; i++) {
        put(out, "%s.I ", i == 0 ? ".PD 0\n.PP\n" : ".PP\n");
        put_roff(out, record->fields[i].name);
        put(out, "\n(");
        put_roff(out, record->fields[i].type.text);
        put(out, ")\n");
    }
    put(out, ".PD\n.RE\n");
}

static void put_event(struct output *out, const struct event *event)
{
    put_entry(out, event->record.name, event->record.about);
    if (event->version > 1) {
        put(out, "Version %d.\n", (int)event->version);
    }
    put(out, "On");
    for (size_t i = 0; i < event->on_count; i++) {
        put(out, "%s %s", i == 0 ? "" : ",", event->on[i]->name);
    }
    put(out, event->record.creates != NULL ? ", which it creates.\n" : ".\n");
    if (event->outside != NULL) {
        bool all = event->outside[0] == '\0';
        put(out, all ? "Also from outside emitters%s.\n" : "Also from emitters of the class %s.\n",
            event->outside);
    }
    put_fields(out, &event->record);
}

static void put_events(struct output *out, const struct model *model, const char *context)
{
    bool any = false;
    for (size_t i = 0; i < model->event_count; i++) {
        if (strcmp(model->events[i].record.from.context, context) == 0) {
            put(out, any ? "" : ".SS Events\n");
            any = true;
            put_event(out, &model->events[i]);
        }
    }
}

static void put_commands(struct output *out, const struct model *model, const char *context)
{
    bool any = false;
    for (size_t i = 0; i < model->command_count; i++) {
        const struct record *record = &model->commands[i].record;
        if (strcmp(record->from.context, context) == 0) {
            put(out, any ? "" : ".SS Commands\n");
            any = true;
            put_entry(out, record->name, record->about);
            put_fields(out, record);
        }
    }
}

static void put_rules(struct output *out, const struct model *model, const char *context)
{
    bool any = false;
    for (size_t i = 0; i < model->rule_count; i++) {
        if (strcmp(model->rules[i].from.context, context) == 0) {
            put(out, any ? "" : ".SS Rules\n");
            any = true;
            put_entry(out, model->rules[i].id, model->rules[i].sentence);
        }
    }
}

static void put_ids(struct output *out, const struct model *model, const char *context)
{
    bool any = false;
    for (size_t i = 0; i < model->id_count; i++) {
        if (strcmp(model->ids[i].from.context, context) == 0) {
            put(out, any ? "" : ".SS Ids\n");
            any = true;
            put_entry(out, model->ids[i].name, model->ids[i].about);
        }
    }
}

static void put_values(struct output *out, const struct model *model, const char *context)
{
    bool any = false;
    for (size_t i = 0; i < model->enum_count; i++) {
        const struct enumeration *values = &model->enums[i];
        if (strcmp(values->from.context, context) != 0) {
            continue;
        }
        put(out, any ? "" : ".SS Values\n");
        any = true;
        put(out, ".TP\n.B %s\n", values->name);
        for (size_t j = 0; j < values->value_count; j++) {
            put(out, "%s%s", j == 0 ? "" : ", ", values->values[j]);
        }
        put(out, "\n");
    }
}

void write_manual(struct output *out, const struct model *model)
{
    put(out,
        ".\\\" Made by schema/generator from schema/catalogue/; changes belong there.\n"
        ".TH CAIRN\\-EVENTS 7 \"\" \"Cairn\" \"Cairn Manual\"\n"
        ".SH NAME\n"
        "cairn\\-events \\- the events, commands and rules of Cairn\n"
        ".SH DESCRIPTION\n"
        "An event is what has happened, in the past tense; it names the subjects it is on,\n"
        "and has fields of its own.\n"
        "A command asks for something to happen, in the imperative; it leads to events, or to\n"
        "a refusal that names its rule.\n"
        ".PP\n"
        "The type of a field is\n"
        ".I text\n(UTF\\-8),\n"
        ".I integer\n(0 to 2^53\\-1),\n"
        ".I boolean,\n"
        ".I digest\n(SHA\\-256, in base64),\n"
        ".I bytes\n(base64),\n"
        ".I time\n(2026\\-03\\-09T21:58:00.123456Z),\n"
        ".I id\nof any or of the kind named (drive:30377), one of listed values, or a\n"
        ".I list\nof up to 64 of these.\n"
        "A question mark follows what may be absent.\n");
    for (size_t i = 0; i < model->context_count; i++) {
        const char *context = model->contexts[i].name;
        put(out, ".SH %s\n", constant_of(context).text);
        put_roff(out, model->contexts[i].about);
        put(out, "\n");
        put_events(out, model, context);
        put_commands(out, model, context);
        put_rules(out, model, context);
        put_ids(out, model, context);
        put_values(out, model, context);
    }
    put(out, ".SH SEE ALSO\n.BR cairn (1),\n.BR cairnd (8)\n");
}
