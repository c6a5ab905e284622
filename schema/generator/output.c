#include "schema/generator/output.h"

#include "schema/lookup.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

enum {
    SEEDS_TRIED = 20000,
    SLOTS_MAX = 16384,
    COLUMNS = 100,
    HEADING_COLUMNS = 90,
};

void put(struct output *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(out->file, format, arguments);
    va_end(arguments);
}

void put_comment(struct output *out, const char *sentence)
{
    size_t column = 2;
    put(out, "/*");
    for (const char *at = sentence; *at != '\0'; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");
        if (column + 1 + size > COLUMNS - 3) {
            put(out, "\n *");
            column = 2;
        }
        put(out, " %.*s", (int)size, at);
        column += 1 + size;
        at += size;
    }
    put(out, " */\n");
}

void put_heading(struct output *out, const char *title)
{
    put(out, "\n/* %s ", title);
    for (size_t column = strlen(title) + 4; column < HEADING_COLUMNS; column++) {
        put(out, "-");
    }
    put(out, " */\n");
}

void put_string(struct output *out, const char *string)
{
    (void)fputc('"', out->file);
    for (const char *c = string; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            (void)fputc('\\', out->file);
        }
        (void)fputc(*c, out->file);
    }
    (void)fputc('"', out->file);
}

static int compare_fields(const void *a, const void *b)
{
    return strcmp((*(const struct field *const *)a)->name, (*(const struct field *const *)b)->name);
}

struct field_order fields_in_order(const struct record *record)
{
    struct field_order order = {.count = record->field_count};
    for (size_t i = 0; i < record->field_count; i++) {
        order.fields[i] = &record->fields[i];
    }
    qsort(order.fields, order.count, sizeof(const struct field *), compare_fields);
    return order;
}

/* Lookups --------------------------------------------------------------------------------- */

struct layout {
    uint64_t seed;
    uint32_t mask;
    uint16_t slots[SLOTS_MAX];
};

/* Lays the names out by the seed; the longest run that a search may have to walk. */
static size_t lay_out(const struct name_list *list, struct layout *layout)
{
    size_t longest = 0;
    memset(layout->slots, 0, (layout->mask + 1) * sizeof layout->slots[0]);
    for (size_t i = 0; i < list->count; i++) {
        if (list->names[i] == NULL) {
            continue;
        }
        uint64_t at = lookup_hash(bytes_of_string(list->names[i]), layout->seed) & layout->mask;
        size_t run = 1;
        while (layout->slots[at] != 0) {
            at = (at + 1) & layout->mask;
            run++;
        }
        layout->slots[at] = (uint16_t)(i + 1);
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void choose_layout(const struct name_list *list, struct layout *layout)
{
    uint64_t best = 0;
    size_t shortest = SIZE_MAX;
    layout->mask = 7;
    while (layout->mask + 1 < 4 * list->count) {
        layout->mask = 2 * layout->mask + 1;
    }
    assert(layout->mask < SLOTS_MAX);
    for (layout->seed = 0; layout->seed < SEEDS_TRIED && shortest > 1; layout->seed++) {
        size_t longest = lay_out(list, layout);
        if (longest < shortest) {
            shortest = longest;
            best = layout->seed;
        }
    }
    layout->seed = best;
    (void)lay_out(list, layout);
}

static const char *name_at(const struct name_list *list, size_t i)
{
    return list->names[i] != NULL ? list->names[i] : list->shown[i];
}

void put_lookup(struct output *out, const struct name_list *list)
{
    struct layout *layout = calloc(1, sizeof *layout);
    if (layout == NULL) {
        abort();
    }
    choose_layout(list, layout);
    put(out, "\nstatic const struct bytes %s_names[%s] = {\n", list->table, list->size);
    for (size_t i = 0; i < list->count; i++) {
        put(out, "    {(const uint8_t *)\"%s\", %zu},\n", name_at(list, i),
            strlen(name_at(list, i)));
    }
    put(out, "};\n\nstatic const uint16_t %s_slots[%u] = {", list->table, layout->mask + 1);
    for (size_t i = 0; i <= layout->mask; i++) {
        put(out, i % 16 == 0 ? "\n    %u," : " %u,", layout->slots[i]);
    }
    put(out,
        "\n};\n\nstatic const struct lookup %s_lookup = {\n"
        "    .names = %s_names,\n    .slots = %s_slots,\n    .seed = %llu,\n"
        "    .count = %s,\n    .mask = %u,\n};\n",
        list->table, list->table, list->table, (unsigned long long)layout->seed, list->size,
        layout->mask);
    free(layout);
}
