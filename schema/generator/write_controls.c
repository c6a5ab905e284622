/* controls.h and controls.c: the practices and objectives as tables. */
#include "schema/generator/controls.h"

/* 3.3.1 and a: 3_3_1A. */
static struct word objective_tag(const struct practice *practice, const struct objective *objective)
{
    return word_of("%s%c", constant_of(practice->id).text, objective->letter - 'a' + 'A');
}

/* The header ------------------------------------------------------------------------------ */

static const char header_top[] =
    "/*\n"
    " * schema/controls/controls.h -- practices, and the objectives by which they are assessed.\n"
    " *\n"
    " * Made by schema/generator from schema/controls/; changes belong there.\n"
    " *\n"
    " * Shape    A practice is met if all of its objectives are satisfied. The mode of an "
    "objective\n"
    " *          says who can tell: the machine, the machine and a declaration, or a declaration\n"
    " *          alone.\n"
    " * Source   NIST SP 800-171 r2 and 800-171A; 32 CFR 170.21 and 170.24; SP 800-171 r3.\n"
    " */\n"
    "#ifndef SCHEMA_CONTROLS_CONTROLS_H\n"
    "#define SCHEMA_CONTROLS_CONTROLS_H\n\n"
    "#include <stdbool.h>\n"
    "#include <stddef.h>\n"
    "#include <stdint.h>\n\n";

static const char header_rest[] =
    "enum control_mode {\n"
    "    CONTROL_AUTOMATIC, /* the machine proves it */\n"
    "    CONTROL_HYBRID,    /* the machine's evidence and a declaration */\n"
    "    CONTROL_DECLARED,  /* a declaration alone */\n"
    "};\n\n"
    "const char *control_mode_name(enum control_mode mode);\n\n"
    "struct objective_info {\n"
    "    const char *id;    /* 3.3.1a */\n"
    "    const char *label; /* 3.3.1[a] */\n"
    "    const char *oscal; /* AU.L2-3.3.1_obj.a */\n"
    "    char letter;\n"
    "    enum practice practice;\n"
    "    enum control_mode mode;\n"
    "    const char *text;\n"
    "    const char *wants;      /* what an assessor looks for */\n"
    "    const char *machine;    /* what the log can give */\n"
    "    const char *declare;    /* what the organisation must declare; NULL: nothing */\n"
    "    const char *fails_when;\n"
    "};\n\n"
    "/* Ids of another catalogue, for one practice. */\n"
    "struct control_references {\n"
    "    const char *const *ids;\n"
    "    size_t count;\n"
    "};\n\n"
    "struct practice_info {\n"
    "    const char *id;   /* 3.3.1 */\n"
    "    const char *name; /* AU.L2-3.3.1 */\n"
    "    const char *title;\n"
    "    const char *requirement;\n"
    "    bool basic; /* else derived */\n"
    "    bool poam;  /* may be on a plan of action and milestones */\n"
    "    uint8_t points;\n"
    "    enum objective first; /* its objectives are this one and those after it */\n"
    "    size_t objective_count;\n"
    "    struct control_references r3, sp800_53r4, sp800_53r5;\n"
    "};\n\n"
    "extern const struct objective_info objective_infos[OBJECTIVE_COUNT];\n"
    "extern const struct practice_info practice_infos[PRACTICE_COUNT];\n"
    "extern const char control_family[], control_family_about[];\n\n"
    "#endif\n";

void write_controls_header(struct output *out, const struct model *model)
{
    const struct controls *controls = model->controls;
    put(out, "%senum practice {\n", header_top);
    for (size_t i = 0; i < controls->practice_count; i++) {
        put(out, "    PRACTICE_%s,\n", constant_of(controls->practices[i].id).text);
    }
    put(out, "    PRACTICE_COUNT,\n};\n\nenum objective {\n");
    for (size_t i = 0; i < controls->practice_count; i++) {
        const struct practice *practice = &controls->practices[i];
        for (size_t j = 0; j < practice->objective_count; j++) {
            put(out, "    OBJECTIVE_%s,\n", objective_tag(practice, &practice->objectives[j]).text);
        }
    }
    put(out, "    OBJECTIVE_COUNT,\n};\n\n%s", header_rest);
}

/* The tables ------------------------------------------------------------------------------ */

static void put_member(struct output *out, const char *name, const char *value)
{
    if (value != NULL) {
        put(out, "        .%s =\n            ", name);
        put_string(out, value);
        put(out, ",\n");
    }
}

static void put_objective(struct output *out, const struct practice *practice,
                          const struct objective *objective)
{
    put(out, "    [OBJECTIVE_%s] = {\n", objective_tag(practice, objective).text);
    put(out, "        .id = \"%s%c\",\n", practice->id, objective->letter);
    put(out, "        .label = \"%s[%c]\",\n", practice->id, objective->letter);
    put(out, "        .oscal = \"%s_obj.%c\",\n", practice->name, objective->letter);
    put(out, "        .letter = '%c',\n", objective->letter);
    put(out, "        .practice = PRACTICE_%s,\n", constant_of(practice->id).text);
    put(out, "        .mode = CONTROL_%s,\n", constant_of(objective->mode).text);
    put_member(out, "text", objective->text);
    put_member(out, "wants", objective->wants);
    put_member(out, "machine", objective->machine);
    put_member(out, "declare", objective->declare);
    put_member(out, "fails_when", objective->fails_when);
    put(out, "    },\n");
}

static void put_references(struct output *out, const struct practice *practice, const char *name,
                           const struct references *references)
{
    if (references->count == 0) {
        return;
    }
    put(out, "static const char *const practice_%s_%s[] = {", constant_of(practice->id).text, name);
    for (size_t i = 0; i < references->count; i++) {
        put(out, "%s\"%s\"", i == 0 ? "" : ", ", references->ids[i]);
    }
    put(out, "};\n");
}

static void put_reference_member(struct output *out, const struct practice *practice,
                                 const char *name, const struct references *references)
{
    if (references->count > 0) {
        put(out, "        .%s = {practice_%s_%s, %zu},\n", name, constant_of(practice->id).text,
            name, references->count);
    }
}

static void put_practice(struct output *out, const struct practice *practice)
{
    put(out, "    [PRACTICE_%s] = {\n", constant_of(practice->id).text);
    put(out, "        .id = \"%s\",\n        .name = \"%s\",\n", practice->id, practice->name);
    put_member(out, "title", practice->title);
    put_member(out, "requirement", practice->requirement);
    put(out, "        .basic = %s,\n", strcmp(practice->type, "basic") == 0 ? "true" : "false");
    put(out, "        .poam = %s,\n", practice->poam ? "true" : "false");
    put(out, "        .points = %d,\n", (int)practice->points);
    put(out, "        .first = OBJECTIVE_%s,\n",
        objective_tag(practice, &practice->objectives[0]).text);
    put(out, "        .objective_count = %zu,\n", practice->objective_count);
    put_reference_member(out, practice, "r3", &practice->r3);
    put_reference_member(out, practice, "sp800_53r4", &practice->sp800_53r4);
    put_reference_member(out, practice, "sp800_53r5", &practice->sp800_53r5);
    put(out, "    },\n");
}

static void put_practices(struct output *out, const struct controls *controls)
{
    for (size_t i = 0; i < controls->practice_count; i++) {
        const struct practice *practice = &controls->practices[i];
        put_references(out, practice, "r3", &practice->r3);
        put_references(out, practice, "sp800_53r4", &practice->sp800_53r4);
        put_references(out, practice, "sp800_53r5", &practice->sp800_53r5);
    }
    put(out, "\nconst struct practice_info practice_infos[PRACTICE_COUNT] = {\n");
    for (size_t i = 0; i < controls->practice_count; i++) {
        put_practice(out, &controls->practices[i]);
    }
    put(out, "};\n");
}

void write_controls(struct output *out, const struct model *model)
{
    const struct controls *controls = model->controls;
    put(out, "/* Made by schema/generator from schema/controls/; changes belong there. */\n"
             "#include \"schema/controls/controls.h\"\n\n"
             "const char control_family[] = ");
    put_string(out, controls->family);
    put(out, ";\nconst char control_family_about[] =\n    ");
    put_string(out, controls->about);
    put(out, ";\n\nconst char *control_mode_name(enum control_mode mode)\n{\n"
             "    static const char *const names[] = {\"automatic\", \"hybrid\", \"declared\"};\n"
             "    return names[mode];\n}\n\n"
             "const struct objective_info objective_infos[OBJECTIVE_COUNT] = {\n");
    for (size_t i = 0; i < controls->practice_count; i++) {
        const struct practice *practice = &controls->practices[i];
        for (size_t j = 0; j < practice->objective_count; j++) {
            put_objective(out, practice, &practice->objectives[j]);
        }
    }
    put(out, "};\n\n");
    put_practices(out, controls);
}
