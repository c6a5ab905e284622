/* catalogue_generator OUTDIR FILE...: turns the catalogue, and what maps it to
 * OCSF, into C, a man page and a JSON Schema.
 * Either all of it is good and everything is written, or nothing is. */
#include "schema/generator/output.h"

#include <stdlib.h>

static void close_model(struct model **model)
{
    for (size_t i = 0; *model != NULL && i < (*model)->context_count; i++) {
        json_free(&(*model)->contexts[i].json);
    }
    if (*model != NULL) {
        json_free(&(*model)->siem.json);
    }
    free(*model);
}

/* Reading --------------------------------------------------------------------------------- */

static bool is_context(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->context_count; i++) {
        if (strcmp(model->contexts[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The context's own name and sentence; the rest is read when all files are there. */
static void read_context(struct model *model, const struct origin *from, struct json *json)
{
    struct context context = {.from = *from, .json = json};
    struct bytes name = json_as_string(json_member(json, "context"));
    (void)has_members(model, from, "the file", json,
                      "about commands context enums events ids rows rules");
    context.about = sentence_of(model, from, "the file", json_member(json, "about"));
    if (!is_name(name)) {
        complain(model, from, "context", "a name is [a-z][a-z0-9_]*");
        context.name = "";
    } else {
        context.name = (const char *)name.data;
        if (is_context(model, context.name)) {
            complain(model, from, "context", "there is such a context already");
        }
    }
    context.from.context = context.name;
    model->contexts[model->context_count++] = context;
}

static void parse_file(struct model *model, const char *path)
{
    struct origin from;
    struct json *json = parse_json_file(model, path, &from);
    if (json_member(json, "ocsf") != NULL && model->siem.json == NULL) {
        model->siem.from = from;
        model->siem.json = json;
    } else if (json != NULL) {
        read_context(model, &from, json);
    }
}

static void read_model(struct model *model, char **paths, int count)
{
    for (int i = 0; i < count; i++) {
        parse_file(model, paths[i]);
    }
    for (size_t i = 0; i < model->context_count; i++) {
        read_words(model, &model->contexts[i]);
    }
    /* What is missing because it could not be read need not be missed again. */
    bool good = model->complaints == 0;
    for (size_t i = 0; good && i < model->context_count; i++) {
        read_records(model, &model->contexts[i]);
    }
    if (model->complaints == 0) {
        check_model(model);
        read_siem(model);
    }
}

/* Writing --------------------------------------------------------------------------------- */

static bool write_all(const char *directory, const struct model *model)
{
    static const struct {
        const char *name;
        write_output *write;
    } outputs[] = {
        {"schema/catalogue/names.h", write_names_header},
        {"schema/catalogue/catalogue.h", write_catalogue_header},
        {"schema/catalogue/catalogue.c", write_catalogue},
        {"core/dispatch.h", write_dispatch_header},
        {"core/dispatch.c", write_dispatch},
        {"tools/forms.h", write_forms_header},
        {"tools/forms.c", write_forms},
        {"docs/cairn-events.7", write_manual},
        {"docs/schema.json", write_json_schema},
        {"schema/catalogue/schema_lines.c", write_schema_lines},
        {"schema/catalogue/siem.c", write_siem},
    };
    bool good = true;
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        good = write_output_file(directory, outputs[i].name, outputs[i].write, model) && good;
    }
    return good;
}

int main(int count, char **arguments)
{
    if (count < 3 || count - 2 > FILES_MAX) {
        (void)fprintf(stderr, "usage: catalogue_generator OUTDIR FILE... (at most %d)\n",
                      FILES_MAX);
        return 2;
    }
    CLEANUP(close_model) struct model *model = calloc(1, sizeof *model);
    if (model == NULL) {
        (void)fprintf(stderr, "there is not enough memory\n");
        return EXIT_FAILURE;
    }
    read_model(model, arguments + 2, count - 2);
    if (model->complaints > 0) {
        return EXIT_FAILURE;
    }
    return write_all(arguments[1], model) ? EXIT_SUCCESS : EXIT_FAILURE;
}
