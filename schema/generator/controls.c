/* controls_generator OUTDIR FILE: turns a family of controls into a table in C. Either the file is
 * good and everything is written, or nothing is. */
#include "schema/generator/controls.h"

#include <stdlib.h>

static void close_model(struct model **model)
{
    if (*model != NULL) {
        free((*model)->controls);
    }
    free(*model);
}

static bool generate(struct model *model, const char *directory, const char *path)
{
    struct origin from;
    CLEANUP(json_free) struct json *json = parse_json_file(model, path, &from);
    if (json != NULL) {
        read_controls(model, &from, json);
    }
    return model->complaints == 0 &&
           write_output_file(directory, "schema/controls/controls.h", write_controls_header,
                             model) &&
           write_output_file(directory, "schema/controls/controls.c", write_controls, model);
}

int main(int count, char **arguments)
{
    if (count != 3) {
        (void)fprintf(stderr, "usage: controls_generator OUTDIR FILE\n");
        return 2;
    }
    CLEANUP(close_model) struct model *model = calloc(1, sizeof *model);
    if (model == NULL || (model->controls = calloc(1, sizeof *model->controls)) == NULL) {
        (void)fprintf(stderr, "there is not enough memory\n");
        return EXIT_FAILURE;
    }
    return generate(model, arguments[1], arguments[2]) ? EXIT_SUCCESS : EXIT_FAILURE;
}
