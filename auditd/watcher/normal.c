#include "auditd/watcher/normal.h"

static bool starts(struct bytes line, struct bytes word)
{
    return line.size >= word.size && memcmp(line.data, word.data, word.size) == 0;
}

static bool holds(struct bytes text, struct bytes word)
{
    for (size_t i = 0; i + word.size <= text.size; i++) {
        if (memcmp(text.data + i, word.data, word.size) == 0) {
            return true;
        }
    }
    return false;
}

static struct bytes next_line(struct bytes *text)
{
    const uint8_t *end = memchr(text->data, '\n', text->size);
    const size_t size = end == NULL ? text->size : (size_t)(end - text->data) + 1;
    const struct bytes line = bytes_of(text->data, size);
    *text = bytes_of(text->data + size, text->size - size);
    return line;
}

/* An element of devices that is left out, and the line that ends it. */
static bool is_left_out(struct bytes line, struct bytes *end)
{
    static const struct {
        const char *start, *end;
    } elements[] = {
        {"    <disk ", "    </disk>"},
        {"    <interface ", "    </interface>"},
        {"    <controller ", "    </controller>"},
    };
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        if (starts(line, bytes_of_string(elements[i].start))) {
            *end = bytes_of_string(elements[i].end);
            return true;
        }
    }
    return false;
}

static bool ends_here(struct bytes line)
{
    const size_t size =
        line.size > 0 && line.data[line.size - 1] == '\n' ? line.size - 1 : line.size;
    return size >= 2 && memcmp(line.data + size - 2, "/>", 2) == 0;
}

/* A line without what it says of a listener. */
static void add_line(struct hasher *hasher, struct bytes line)
{
    const struct bytes state = LITERAL(" state='");
    for (size_t i = 0;
         starts(line, LITERAL("      <target type='virtio'")) && i + state.size < line.size; i++) {
        const uint8_t *end;
        if (memcmp(line.data + i, state.data, state.size) == 0 &&
            (end = memchr(line.data + i + state.size, '\'', line.size - i - state.size)) != NULL) {
            hash_add(hasher, bytes_of(line.data, i));
            hash_add(hasher, bytes_of(end + 1, (size_t)(line.data + line.size - end - 1)));
            return;
        }
    }
    hash_add(hasher, line);
}

static void add_running(struct hasher *hasher, struct bytes text)
{
    const bool plain = !holds(text, LITERAL("<!--")) && !holds(text, LITERAL("<![CDATA["));
    struct bytes until = {0};
    while (text.size > 0) {
        const struct bytes line = next_line(&text);
        if (until.size > 0) {
            until = starts(line, until) ? (struct bytes){0} : until;
        } else if (plain && is_left_out(line, &until)) {
            until = ends_here(line) ? (struct bytes){0} : until;
        } else if (!plain || !starts(line, LITERAL("  <currentMemory "))) {
            add_line(hasher, line);
        }
    }
}

struct digest normal_hash(struct hasher *hasher, struct bytes running, struct bytes defined)
{
    hash_start(hasher);
    add_running(hasher, running);
    hash_add(hasher, bytes_of("", 1));
    hash_add(hasher, defined);
    return hash_finish(hasher);
}
