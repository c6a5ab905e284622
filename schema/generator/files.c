/* What the generators read and where they write it to. */
#include "schema/generator/output.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static void free_memory(char **memory)
{
    free(*memory);
}

/* Reading --------------------------------------------------------------------------------- */

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *memory = file == NULL ? NULL : malloc(FILE_SIZE_MAX + 1);
    if (memory != NULL) {
        *size = fread(memory, 1, FILE_SIZE_MAX + 1, file);
    }
    if (file == NULL || memory == NULL || ferror(file) != 0) {
        free(memory);
        memory = NULL;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return memory;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

struct json *parse_json_file(struct model *model, const char *path, struct origin *from)
{
    struct json *json = NULL;
    struct json_error error;
    size_t size = 0;
    *from = (struct origin){.file = base_name(path), .context = ""};
    CLEANUP(free_memory) char *memory = read_file(path, &size);
    if (memory == NULL) {
        complain(model, from, "the file", "cannot be read: %s", strerror(errno));
        return NULL;
    }
    if (size > FILE_SIZE_MAX) {
        complain(model, from, "the file", "is longer than %d bytes", FILE_SIZE_MAX);
        return NULL;
    }
    if (failed(json_parse(bytes_of(memory, size), &json, &error))) {
        complain(model, from, word_of("line %u, column %u", error.line, error.column).text, "%s",
                 error.reason);
        return NULL;
    }
    return json;
}

/* Writing --------------------------------------------------------------------------------- */

static bool write_one(const char *path, const struct model *model, write_output *write)
{
    struct output out = {.file = fopen(path, "wb")};
    if (out.file == NULL) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    write(&out, model);
    bool good = ferror(out.file) == 0;
    if (fclose(out.file) != 0 || !good) {
        (void)fprintf(stderr, "%s: cannot be written: %s\n", path, strerror(errno));
        return false;
    }
    return true;
}

/* Makes the directory of a path and all above it, as far as they are missing. */
static void make_directories(char *path)
{
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            (void)mkdir(path, 0777); /* if it is missing then, opening the file says so */
            *at = '/';
        }
    }
}

bool write_output_file(const char *directory, const char *name, write_output *write,
                       const struct model *model)
{
    char memory[PATH_MAX_SIZE];
    struct text path = TEXT_IN(memory);
    text_put_string(&path, directory);
    text_put_char(&path, '/');
    text_put_string(&path, name);
    (void)text_string(&path);
    make_directories(memory);
    return !path.full && write_one(memory, model, write);
}
