#include "auditd/vmc/mounts.h"

/* The next word of a line. */
static struct bytes take_word(struct bytes *line)
{
    const uint8_t *end = line->size == 0 ? NULL : memchr(line->data, ' ', line->size);
    size_t size = end == NULL ? line->size : (size_t)(end - line->data);
    struct bytes word = bytes_of(line->data, size);
    size_t next = end == NULL ? size : size + 1;
    *line = bytes_of(line->data + next, line->size - next);
    return word;
}

static bool is_octal(const uint8_t *p)
{
    return p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7';
}

/* Undoes \040. */
static bool put_plain(struct text *out, struct bytes word)
{
    text_clear(out);
    for (size_t i = 0; i < word.size; i++) {
        uint8_t c = word.data[i];
        if (c == '\\' && word.size - i > 3 && is_octal(word.data + i + 1)) {
            const uint8_t *digits = word.data + i + 1;
            c = (uint8_t)((digits[0] - '0') << 6 | (digits[1] - '0') << 3 | (digits[2] - '0'));
            i += 3;
        }
        text_put_char(out, (char)c);
    }
    return !out->full && text_is_utf8(text_bytes(out));
}

static bool is_read_only(struct bytes options)
{
    while (options.size > 0) {
        const uint8_t *comma = memchr(options.data, ',', options.size);
        size_t size = comma == NULL ? options.size : (size_t)(comma - options.data);
        if (bytes_equal(bytes_of(options.data, size), LITERAL("ro"))) {
            return true;
        }
        size += comma == NULL ? 0 : 1;
        options = bytes_of(options.data + size, options.size - size);
    }
    return false;
}

/* Where the server ends: at the colon behind the bracket, else at the first. */
static bool cut(struct bytes source, struct bytes *server, struct bytes *export)
{
    size_t at = 0;
    if (source.size > 0 && source.data[0] == '[') {
        while (at < source.size && source.data[at] != ']') {
            at++;
        }
    }
    while (at < source.size && source.data[at] != ':') {
        at++;
    }
    if (at == 0 || at >= source.size) {
        return false;
    }
    *server = bytes_of(source.data, at);
    *export = bytes_of(source.data + at + 1, source.size - at - 1);
    return true;
}

bool mounts_read(struct bytes line, struct mounts_line *out)
{
    struct bytes server, export;
    struct bytes source = take_word(&line), path = take_word(&line), type = take_word(&line);
    struct bytes options = take_word(&line);
    if ((!bytes_equal(type, LITERAL("nfs")) && !bytes_equal(type, LITERAL("nfs4"))) ||
        options.size == 0 || !cut(source, &server, &export)) {
        return false;
    }
    out->read_only = is_read_only(options);
    return put_plain(&out->server, server) && put_plain(&out->export, export) &&
           put_plain(&out->path, path);
}
