#include "tools/form_items.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CSV_COLUMNS_MAX = 32,
    CSV_LINE_MAX = 64 << 10, /* bytes of the values of one line */
};

/* A line as it comes in; its values lie one after the other, each with a NUL. */
struct csv_reading {
    struct form_items *items;
    const struct field_info *columns[CSV_COLUMNS_MAX];
    size_t column_count;
    size_t starts[CSV_COLUMNS_MAX];
    size_t value_count;
    char line[CSV_LINE_MAX];
    size_t line_size;
    uint64_t line_number;
    const char *why; /* what is wrong with the line; NULL: nothing */
    enum exit_code code;
};

static void take_value(void *data, size_t size, void *context)
{
    struct csv_reading *reading = context;
    if (reading->value_count == CSV_COLUMNS_MAX ||
        size + 1 > sizeof reading->line - reading->line_size) {
        reading->why = "the line is too long";
        return;
    }
    if (size > 0 && memchr(data, 0, size) != NULL) {
        reading->why = "there is a NUL in it";
        return;
    }
    reading->starts[reading->value_count++] = reading->line_size;
    if (size > 0) {
        memcpy(reading->line + reading->line_size, data, size);
    }
    reading->line_size += size;
    reading->line[reading->line_size++] = '\0';
}

/* Columns are fields by name; `-` and blanks in them are as good as `_`. */
static const struct field_info *field_called(const struct fields *fields, char *name)
{
    for (char *c = name; *c != '\0'; c++) {
        *c = *c == '-' || *c == ' ' ? '_' : *c;
    }
    return fields_find(fields, bytes_of_string(name));
}

static void take_heading(struct csv_reading *reading)
{
    struct fields fields = form_items_fields(reading->items);
    for (size_t i = 0; i < reading->value_count; i++) {
        char *name = reading->line + reading->starts[i];
        reading->columns[i] = field_called(&fields, name);
        if (reading->columns[i] == NULL) {
            reading->code = invocation_fail(reading->items->invocation, EXIT_USAGE,
                                            "the first line names the fields of the command",
                                            "the command has no field %.60s", name);
            return;
        }
    }
    reading->column_count = reading->value_count;
}

/* Elements of a list are divided by semicolons. */
static struct status add_list(struct fields *fields, const struct field_info *field, char *value)
{
    char *rest = NULL;
    for (char *part = strtok_r(value, ";", &rest); part != NULL;
         part = strtok_r(NULL, ";", &rest)) {
        TRY(fields_add(fields, field, part));
    }
    return OK;
}

static void take_item(struct csv_reading *reading)
{
    char where[48];
    struct fields fields = form_items_fields(reading->items);
    struct status status = OK;
    for (size_t i = 0; i < reading->value_count && !failed(status); i++) {
        char *value = reading->line + reading->starts[i];
        if (*value != '\0') {
            status = reading->columns[i]->list ? add_list(&fields, reading->columns[i], value)
                                               : fields_add(&fields, reading->columns[i], value);
        }
    }
    snprintf(where, sizeof where, "line %llu", (unsigned long long)reading->line_number);
    reading->code = failed(status)
                        ? invocation_failed(reading->items->invocation, status, NULL, where)
                        : form_items_add(reading->items, &fields, where);
}

static void take_line(int end, void *context)
{
    struct csv_reading *reading = context;
    (void)end;
    reading->line_number++;
    if (reading->code != EXIT_DONE) {
        return;
    }
    if (reading->column_count > 0 && reading->value_count != reading->column_count) {
        reading->why =
            reading->why == NULL ? "it has not as many values as there are names" : reading->why;
    }
    if (reading->why != NULL) {
        reading->code =
            invocation_fail(reading->items->invocation, EXIT_USAGE, NULL, "line %llu: %s",
                            (unsigned long long)reading->line_number, reading->why);
    } else if (reading->column_count == 0) {
        take_heading(reading);
    } else {
        take_item(reading);
    }
    reading->value_count = 0;
    reading->line_size = 0;
}

static enum exit_code read_file(struct csv_reading *reading, struct csv_parser *parser, FILE *file)
{
    char buffer[16 << 10];
    size_t size;
    while (reading->code == EXIT_DONE && (size = fread(buffer, 1, sizeof buffer, file)) > 0) {
        if (csv_parse(parser, buffer, size, take_value, take_line, reading) != size) {
            return invocation_fail(reading->items->invocation, EXIT_USAGE, NULL, "line %llu: %s",
                                   (unsigned long long)reading->line_number + 1,
                                   csv_strerror(csv_error(parser)));
        }
    }
    if (reading->code == EXIT_DONE && csv_fini(parser, take_value, take_line, reading) != 0) {
        return invocation_fail(reading->items->invocation, EXIT_USAGE, NULL,
                               "the last line is not complete");
    }
    return reading->code;
}

enum exit_code form_items_from_csv(struct form_items *items, const char *path)
{
    struct csv_parser parser;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
    struct csv_reading *reading = calloc(1, sizeof *reading);
    enum exit_code code;
    if (file == NULL) {
        code = invocation_failed(items->invocation, FAIL(IO, (uint64_t)errno), NULL, path);
    } else if (reading == NULL || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        code = invocation_failed(items->invocation, FAIL(NO_MEMORY, sizeof *reading), NULL, path);
    } else {
        reading->items = items;
        code = read_file(reading, &parser, file);
        csv_free(&parser);
    }
    if (file != NULL && file != stdin) {
        (void)fclose(file);
    }
    free(reading);
    if (code == EXIT_DONE && items->count == 0) {
        return invocation_fail(items->invocation, EXIT_USAGE, NULL, "%s has no line for an object",
                               path);
    }
    return code;
}
