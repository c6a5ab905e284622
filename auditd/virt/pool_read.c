#include "auditd/virt/pool_read.h"

#include "auditd/virt/xml.h"

enum {
    ARENA_SIZE = 16 << 10, /* bytes, for two paths and a format */
};

/* A text into an array. */
static struct status put(struct bytes from, char *out, size_t size)
{
    if (from.size >= size) {
        return FAIL(LIMIT, size);
    }
    if (from.size > 0) {
        memcpy(out, from.data, from.size);
    }
    out[from.size] = '\0';
    return OK;
}

static struct status read_pool(const struct xml_element *root, struct xml_reader *reader,
                               struct pool_seen *out)
{
    if (!xml_is(root, NULL, "pool")) {
        return FAIL_BECAUSE(MALFORMED, 0, "the description is not of a pool");
    }
    const struct xml_element *path = xml_child(xml_child(root, "target"), "path");
    TRY(put(xml_text(reader, path), out->path, sizeof out->path));
    return reader->status;
}

struct status pool_read(struct bytes xml, struct pool_seen *out)
{
    uint8_t memory[ARENA_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct xml_reader reader = {.arena = &arena};
    CLEANUP(xml_close) struct xml_document *document = NULL;
    TRY(xml_open(xml, &document));
    return read_pool(xml_root(document), &reader, out);
}

static struct status read_volume(const struct xml_element *root, struct xml_reader *reader,
                                 struct volume_seen *out)
{
    if (!xml_is(root, NULL, "volume")) {
        return FAIL_BECAUSE(MALFORMED, 0, "the description is not of a volume");
    }
    const struct xml_element *target = xml_child(root, "target");
    const struct xml_element *below = xml_child(xml_child(root, "backingStore"), "path");
    const struct bytes format = xml_attribute(reader, xml_child(target, "format"), "type");
    TRY(put(xml_text(reader, xml_child(target, "path")), out->path, sizeof out->path));
    TRY(put(format, out->format, sizeof out->format));
    TRY(put(xml_text(reader, below), out->backing, sizeof out->backing));
    return reader->status;
}

struct status volume_read(struct bytes xml, struct volume_seen *out)
{
    uint8_t memory[ARENA_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct xml_reader reader = {.arena = &arena};
    CLEANUP(xml_close) struct xml_document *document = NULL;
    TRY(xml_open(xml, &document));
    return read_volume(xml_root(document), &reader, out);
}
