#include "reports/web/words.h"

#include "reports/web/page.h"

#include <inttypes.h>

enum {
    DIGITS_MAX = 16, /* of a position: below 2^53 */
};

/* Links in text ------------------------------------------------------------------------------ */

static struct bytes tail_of(struct bytes text, size_t from)
{
    return bytes_of(text.data + from, text.size - from);
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(struct bytes text)
{
    size_t count = 0;
    while (count < text.size && is_digit(text.data[count])) {
        count++;
    }
    return count;
}

/* The size of `kind:N` at the beginning of the text; 0 if there is none. */
static size_t id_at(struct bytes text, struct id *out)
{
    size_t letters = 0;
    while (letters < text.size && is_letter(text.data[letters])) {
        letters++;
    }
    if (letters == 0 || letters + 1 >= text.size || text.data[letters] != ':') {
        return 0;
    }
    size_t digits = count_digits(tail_of(text, letters + 1));
    size_t size = letters + 1 + digits;
    return digits > 0 && digits <= DIGITS_MAX && !failed(id_read(bytes_of(text.data, size), out))
               ? size
               : 0;
}

static void link_id(struct visit *visit, struct id id, struct bytes shown)
{
    char memory[64];
    struct text path = TEXT_IN(memory);
    if (!link_object_path(id, &path)) {
        html_put(visit->output, shown);
        return;
    }
    href_begin(visit, text_string(&path));
    href_end(visit);
    html_put(visit->output, shown);
    link_end(visit);
}

/* What is at the beginning of a word, as a link; how many bytes that took. */
static size_t put_link(struct visit *visit, struct bytes rest)
{
    static const char event[] = "event ";
    struct id id;
    uint64_t n;
    size_t size = id_at(rest, &id);
    if (size > 0) {
        link_id(visit, id, bytes_of(rest.data, size));
        return size;
    }
    size = sizeof event - 1;
    if (rest.size <= size || memcmp(rest.data, event, size) != 0) {
        return 0;
    }
    size_t digits = count_digits(tail_of(rest, size));
    if (digits == 0 || !text_read_u64(bytes_of(rest.data + size, digits), &n) ||
        n >= visit->scope.size) {
        return 0;
    }
    output_put_string(visit->output, event);
    link_event(visit, n);
    return size + digits;
}

void words_put(struct visit *visit, struct bytes text)
{
    size_t done = 0;
    bool in_word = false;
    for (size_t i = 0; i < text.size;) {
        struct id id;
        uint8_t c = text.data[i];
        bool may = !in_word && is_letter(c) && (c == 'e' || id_at(tail_of(text, i), &id) > 0);
        if (may) {
            html_put(visit->output, bytes_of(text.data + done, i - done));
            done = i;
        }
        size_t size = may ? put_link(visit, tail_of(text, i)) : 0;
        done += size;
        in_word = size > 0 || is_letter(c) || is_digit(c) || c == ':' || c >= 0x80;
        i += size > 0 ? size : 1;
    }
    html_put(visit->output, tail_of(text, done));
}

void words_put_events(struct visit *visit, struct bytes text)
{
    size_t done = 0;
    for (size_t i = 0; i < text.size;) {
        uint64_t n;
        size_t digits = count_digits(tail_of(text, i));
        bool alone = i == 0 || strchr(" [,-", text.data[i - 1]) != NULL;
        if (digits > 0 && digits <= DIGITS_MAX && alone &&
            text_read_u64(bytes_of(text.data + i, digits), &n) && n < visit->scope.size) {
            html_put(visit->output, bytes_of(text.data + done, i - done));
            link_event(visit, n);
            done = i + digits;
            i = done;
        } else {
            i += digits > 0 ? digits : 1;
        }
    }
    html_put(visit->output, tail_of(text, done));
}

void words_put_list(struct visit *visit, struct bytes text)
{
    size_t start = 0;
    output_put_string(visit->output, "<ul class=\"reasons\">");
    for (size_t i = 0; i <= text.size; i++) {
        bool ends =
            i == text.size || (text.data[i] == ';' && i + 1 < text.size && text.data[i + 1] == ' ');
        if (ends && i > start) {
            output_put_string(visit->output, "<li>");
            words_put(visit, bytes_of(text.data + start, i - start));
            output_put_string(visit->output, "</li>");
        }
        start = ends ? i + 2 : start;
    }
    output_put_string(visit->output, "</ul>");
}

/* Fields ------------------------------------------------------------------------------------- */

static size_t count_of(const struct field_info *field, const void *row)
{
    size_t count = 1;
    if (field->list) {
        memcpy(&count, (const char *)row + field->count_offset, sizeof count);
    }
    return count;
}

static const char *elements(const struct field_info *field, const void *row)
{
    const char *at = (const char *)row + field->offset;
    if (field->list) {
        const void *list;
        memcpy(&list, at, sizeof list);
        return list;
    }
    return at;
}

static size_t size_of(enum field_type type)
{
    switch (type) {
    case FIELD_TEXT:
    case FIELD_BYTES:
        return sizeof(struct bytes);
    case FIELD_INTEGER:
    case FIELD_TIME:
        return sizeof(uint64_t);
    case FIELD_BOOLEAN:
        return sizeof(bool);
    case FIELD_DIGEST:
        return sizeof(struct digest);
    case FIELD_ID:
        return sizeof(struct id);
    case FIELD_ENUM:
        return sizeof(enum outcome);
    case FIELD_TYPE_COUNT:
        break;
    }
    return 0;
}

bool words_has_field(const struct field_info *field, const struct json *row)
{
    const struct json *value = json_member(row, field->name);
    return value != NULL && (!field->list || json_count(value) > 0);
}

static void put_base64(struct visit *visit, struct bytes bytes)
{
    char memory[1024];
    struct text text = TEXT_IN(memory);
    text_put_base64(&text, bytes);
    page_code(visit, text.full ? LITERAL("(long)") : text_bytes(&text));
}

static void put_element(struct visit *visit, const struct field_info *field, const char *at,
                        uint64_t as_of_n)
{
    struct bytes bytes = {0};
    uint64_t number = 0;
    uint32_t position = 0;
    struct digest digest;
    struct id id;
    switch (field->type_code) {
    case FIELD_TEXT:
        memcpy(&bytes, at, sizeof bytes);
        html_put(visit->output, bytes);
        return;
    case FIELD_BYTES:
        memcpy(&bytes, at, sizeof bytes);
        put_base64(visit, bytes);
        return;
    case FIELD_INTEGER:
        memcpy(&number, at, sizeof number);
        page_number(visit, number);
        return;
    case FIELD_TIME:
        memcpy(&number, at, sizeof number);
        page_time(visit, number);
        return;
    case FIELD_BOOLEAN:
        output_put_string(visit->output, *(const bool *)at ? "yes" : "no");
        return;
    case FIELD_DIGEST:
        memcpy(&digest, at, sizeof digest);
        page_digest(visit, &digest);
        return;
    case FIELD_ID:
        memcpy(&id, at, sizeof id);
        link_object_as_of(visit, id, as_of_n);
        return;
    case FIELD_ENUM:
        memcpy(&position, at, sizeof position);
        html_put_string(visit->output, lookup_name(field->values, position));
        return;
    case FIELD_TYPE_COUNT:
        return;
    }
}

void words_put_field(struct visit *visit, const struct field_info *field, const void *row,
                     uint64_t as_of_n)
{
    size_t count = count_of(field, row);
    const char *list = elements(field, row);
    for (size_t i = 0; i < count; i++) {
        output_put_string(visit->output, i == 0 ? "" : ", ");
        put_element(visit, field, list + i * size_of(field->type_code), as_of_n);
    }
}

void words_put_name(struct visit *visit, const char *name)
{
    for (size_t i = 0; name[i] != '\0'; i++) {
        char c = name[i] == '_' ? ' ' : name[i];
        output_put_char(visit->output, i == 0 && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
}
