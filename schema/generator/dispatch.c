/* dispatch.h and dispatch.c: from a kind to the function that knows it. */
#include "schema/generator/output.h"

static void put_declarations(struct output *out, const struct model *model)
{
    put(out, "\n/* Decide: may it happen, and what follows. One for each command. */\n");
    for (size_t i = 0; i < model->command_count; i++) {
        const char *tag = model->commands[i].record.tag.text;
        put(out,
            "void %s_decide(const struct view *view, const struct actor *actor,\n"
            "    const struct %s *command, struct decision *decision);\n",
            tag, tag);
    }
    put(out,
        "\n/* Evolve: what has happened did to the rows. One for each event that writes. */\n");
    for (size_t i = 0; i < model->event_count; i++) {
        const char *tag = model->events[i].record.tag.text;
        if (model->events[i].writes_count > 0) {
            put(out,
                "void %s_evolve(struct evolution *evolution, const struct leaf *leaf,\n"
                "    const struct %s *body);\n",
                tag, tag);
        }
    }
}

void write_dispatch_header(struct output *out, const struct model *model)
{
    put(out,
        "/*\n"
        " * core/dispatch.h -- from a kind of command or event to the function that knows it.\n"
        " *\n"
        " * Made by schema/generator from schema/catalogue/; changes belong there. What is\n"
        " * declared here and defined nowhere does not link.\n"
        " */\n"
        "#ifndef CORE_DISPATCH_H\n"
        "#define CORE_DISPATCH_H\n\n"
        "#include \"schema/catalogue/catalogue.h\"\n"
        "#include \"schema/leaf.h\"\n\n"
        "struct view;\nstruct actor;\nstruct decision;\nstruct evolution;\n");
    put_declarations(out, model);
    put(out, "\nvoid dispatch_decide(enum command_kind kind, const struct view *view, const struct "
             "actor *actor,\n    const union command_fields *fields, struct decision *decision);\n"
             "/* Does nothing for an event that writes nothing. */\n"
             "void dispatch_evolve(struct evolution *evolution, const struct leaf *leaf,\n"
             "    const union event_body *body);\n\n#endif\n");
}

static void put_decide(struct output *out, const struct model *model)
{
    put(out, "\nvoid dispatch_decide(enum command_kind kind, const struct view *view, const struct "
             "actor *actor,\n    const union command_fields *fields, struct decision *decision)\n"
             "{\n    switch (kind) {\n");
    for (size_t i = 0; i < model->command_count; i++) {
        const char *tag = model->commands[i].record.tag.text;
        put(out,
            "    case COMMAND_%s:\n        %s_decide(view, actor, &fields->%s, decision);\n"
            "        return;\n",
            constant_of(tag).text, tag, tag);
    }
    put(out, "    case COMMAND_KIND_COUNT:\n        break;\n    }\n    assert(false);\n}\n");
}

static void put_evolve(struct output *out, const struct model *model)
{
    put(out, "\nvoid dispatch_evolve(struct evolution *evolution, const struct leaf *leaf,\n"
             "    const union event_body *body)\n{\n    switch (leaf->kind) {\n");
    for (size_t i = 0; i < model->event_count; i++) {
        const char *tag = model->events[i].record.tag.text;
        if (model->events[i].writes_count > 0) {
            put(out,
                "    case EVENT_%s:\n        %s_evolve(evolution, leaf, &body->%s);\n"
                "        return;\n",
                constant_of(tag).text, tag, tag);
        }
    }
    size_t silent = 0;
    for (size_t i = 0; i < model->event_count; i++) {
        if (model->events[i].writes_count == 0) {
            put(out, "    case EVENT_%s:\n", constant_of(model->events[i].record.tag.text).text);
            silent++;
        }
    }
    put(out, silent > 0 ? "        return;\n" : "");
    put(out, "    case EVENT_KIND_COUNT:\n        break;\n    }\n    assert(false);\n}\n");
}

void write_dispatch(struct output *out, const struct model *model)
{
    put(out, "/* Made by schema/generator from schema/catalogue/; changes belong there. */\n"
             "#include \"core/dispatch.h\"\n\n#include <assert.h>\n");
    put_decide(out, model);
    put_evolve(out, model);
}
