#include "reports/casefile/manifest.h"

#include <stdlib.h>

enum {
    ALGORITHM_WIDTH = 16,
    HASH_WIDTH = 71,
};

static int compare_names(const void *a, const void *b)
{
    const struct manifest_entry *left = a, *right = b;
    return strcmp(left->name, right->name);
}

void manifest_sort(struct manifest_entry *entries, size_t count)
{
    if (count > 0) {
        qsort(entries, count, sizeof *entries, compare_names);
    }
}

static bool is_plain(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';
}

bool manifest_is_name(struct bytes name)
{
    size_t slashes = 0, begin = 0;
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] == '/' && i > begin) {
            slashes++;
            begin = i + 1;
        } else if (!is_plain(name.data[i]) || (i == begin && name.data[i] == '.')) {
            return false;
        }
    }
    return name.size > begin && name.size < MANIFEST_NAME_SIZE && slashes <= 1;
}

/* Writing --------------------------------------------------------------------------------- */

void manifest_write_sums(const struct manifest_entry *entries, size_t count, struct text *out)
{
    for (size_t i = 0; i < count; i++) {
        text_put_hex(out, BYTES(entries[i].digest.sha256));
        text_add(out, "  %s\n", entries[i].name);
    }
}

static void pad(struct text *out, size_t begin, size_t width)
{
    while (!out->full && out->size < begin + width) {
        text_put_char(out, ' ');
    }
}

static void write_row(struct text *out, const char *algorithm, struct bytes hash, const char *path)
{
    size_t begin = out->size;
    text_put_string(out, algorithm);
    pad(out, begin, ALGORITHM_WIDTH);
    text_put_bytes(out, hash);
    pad(out, begin, ALGORITHM_WIDTH + HASH_WIDTH);
    text_put_string(out, path);
    text_put_literal(out, "\r\n");
}

static void write_entry(struct text *out, const struct manifest_entry *entry)
{
    static const char digits[] = "0123456789ABCDEF";
    char hex[DIGEST_HEX_SIZE];
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        hex[2 * i] = digits[entry->digest.sha256[i] >> 4];
        hex[2 * i + 1] = digits[entry->digest.sha256[i] & 0xF];
    }
    write_row(out, "SHA256", bytes_of(hex, sizeof hex), entry->name);
}

void manifest_write_table(const struct manifest_entry *entries, size_t count, struct text *out)
{
    text_put_literal(out, "\r\n");
    write_row(out, "Algorithm", LITERAL("Hash"), "Path");
    write_row(out, "---------", LITERAL("----"), "----");
    for (size_t i = 0; i < count; i++) {
        write_entry(out, &entries[i]);
    }
    text_put_literal(out, "\r\n\r\n");
}

/* Reading --------------------------------------------------------------------------------- */

static struct status malformed(void)
{
    return FAIL_BECAUSE(MALFORMED, 0, "a line of the manifest is not as sha256sum writes it");
}

struct status manifest_read_line(struct bytes *rest, struct manifest_entry *out, bool *more)
{
    size_t size;
    *more = rest->size > 0;
    if (!*more) {
        return OK;
    }
    const uint8_t *end = memchr(rest->data, '\n', rest->size);
    if (end == NULL || end - rest->data < DIGEST_HEX_SIZE + 3 ||
        memcmp(rest->data + DIGEST_HEX_SIZE, "  ", 2) != 0 ||
        failed(hex_read(bytes_of(rest->data, DIGEST_HEX_SIZE), out->digest.sha256, DIGEST_SIZE,
                        &size))) {
        return malformed();
    }
    const uint8_t *start = rest->data + DIGEST_HEX_SIZE + 2;
    struct bytes name = bytes_of(start, (size_t)(end - start));
    if (!manifest_is_name(name)) {
        return malformed();
    }
    memcpy(out->name, name.data, name.size);
    out->name[name.size] = '\0';
    *rest = bytes_of(end + 1, rest->size - (size_t)(end + 1 - rest->data));
    return OK;
}
