#include "tests/schema/random_record.h"

#include "schema/time.h"

#include <stdlib.h>

enum {
    FIELDS_MAX = 64,
    LONG_LIST = 64, /* elements: longer ones would not leave room for the rest of a record */
};

uint64_t random_below(struct random *random, uint64_t below)
{
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return (random->state * UINT64_C(0x2545f4914f6cdd1d) >> 11) % below;
}

/* Small ones, big ones, and the biggest. */
static uint64_t random_integer(struct random *random, uint64_t max)
{
    switch (random_below(random, 4)) {
    case 0:
        return random_below(random, 3);
    case 1:
        return max - random_below(random, 2);
    default:
        return random_below(random, max) >> random_below(random, 50);
    }
}

static void put_text(struct random *random, struct text *out)
{
    static const char *const pieces[] = {"a",
                                         "xyz",
                                         "\"",
                                         "\\",
                                         "\n",
                                         "\x01",
                                         "\x1f",
                                         "\t",
                                         "\xc3\xa9",
                                         "\x7f",
                                         "/",
                                         "\xe2\x82\xac",
                                         "\xf0\x9f\xaa\xa8",
                                         "0123456789abcdef"};
    char memory[512];
    struct text text = TEXT_IN(memory);
    for (uint64_t i = random_below(random, 12); i > 0; i--) {
        text_put_string(&text, pieces[random_below(random, sizeof pieces / sizeof pieces[0])]);
    }
    if (random_below(random, 8) == 0) {
        text_put_char(&text, '\0');
    }
    canonical_put_string(out, text_bytes(&text));
}

static void put_base64(struct random *random, size_t size, struct text *out)
{
    uint8_t bytes[64];
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)random_below(random, 256);
    }
    canonical_put_base64(out, bytes_of(bytes, size));
}

static void put_id(struct random *random, enum id_kind kind, enum id_kind creates, struct text *out)
{
    struct id id = {.kind = kind, .n = random_integer(random, CANONICAL_INTEGER_MAX)};
    if (kind == ID_NONE) {
        id.kind = (enum id_kind)(1 + random_below(random, ID_KIND_COUNT - 1));
    }
    if (id.kind == creates && random_below(random, 2) == 0) {
        id.n = ID_NEW;
    }
    text_put_char(out, '"');
    id_write(out, id);
    text_put_char(out, '"');
}

static void put_value(struct random *random, const struct field_info *field, enum id_kind creates,
                      struct text *out)
{
    switch (field->type_code) {
    case FIELD_TEXT:
        put_text(random, out);
        break;
    case FIELD_INTEGER:
        text_put_u64(out, random_integer(random, CANONICAL_INTEGER_MAX));
        break;
    case FIELD_BOOLEAN:
        text_put_string(out, random_below(random, 2) == 0 ? "true" : "false");
        break;
    case FIELD_DIGEST:
        put_base64(random, DIGEST_SIZE, out);
        break;
    case FIELD_BYTES:
        put_base64(random, random_below(random, 65), out);
        break;
    case FIELD_TIME:
        canonical_put_time(out, random_integer(random, TIME_MAX_US));
        break;
    case FIELD_ID:
        put_id(random, field->id_kind, creates, out);
        break;
    case FIELD_ENUM:
        field_put_enum(out, field->values, (uint32_t)random_below(random, field->values->count));
        break;
    case FIELD_TYPE_COUNT:
        break;
    }
}

static void put_field(struct random *random, const struct field_info *field, enum id_kind creates,
                      struct text *out)
{
    text_add(out, "\"%s\":", field->name);
    if (!field->list) {
        put_value(random, field, creates, out);
        return;
    }
    uint64_t count = random_below(random, 8) == 0 ? LONG_LIST : random_below(random, 4);
    text_put_char(out, '[');
    for (uint64_t i = 0; i < count; i++) {
        field_put_comma(out, i);
        put_value(random, field, creates, out);
    }
    text_put_char(out, ']');
}

static int compare_fields(const void *a, const void *b)
{
    return strcmp((*(const struct field_info *const *)a)->name,
                  (*(const struct field_info *const *)b)->name);
}

void random_record(struct random *random, const struct field_info *fields, size_t field_count,
                   enum id_kind creates, struct text *out)
{
    const struct field_info *sorted[FIELDS_MAX];
    for (size_t i = 0; i < field_count; i++) {
        sorted[i] = &fields[i];
    }
    qsort(sorted, field_count, sizeof(const struct field_info *), compare_fields);
    size_t shown = 0;
    text_put_char(out, '{');
    for (size_t i = 0; i < field_count; i++) {
        if (!sorted[i]->optional || random_below(random, 2) == 0) {
            field_put_comma(out, shown++);
            put_field(random, sorted[i], creates, out);
        }
    }
    text_put_char(out, '}');
}
