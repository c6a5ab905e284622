#include "auditd/virt/domain_read.h"

#include "auditd/virt/names.h"
#include "auditd/virt/xml.h"

#define QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"

static bool says(struct bytes text, const char *word)
{
    return bytes_equal(text, bytes_of_string(word));
}

static bool is_among(const char *name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Devices ------------------------------------------------------------------------------------ */

static enum domain_device device_of(struct bytes word)
{
    if (says(word, "cdrom")) {
        return DOMAIN_CDROM;
    }
    if (says(word, "floppy")) {
        return DOMAIN_FLOPPY;
    }
    return says(word, "lun") ? DOMAIN_LUN : DOMAIN_DISK;
}

static struct status read_disk(struct xml_reader *reader, const struct xml_element *element,
                               struct domain_seen *out)
{
    if (out->disk_count == DOMAIN_DISKS_MAX) {
        return FAIL(LIMIT, DOMAIN_DISKS_MAX);
    }
    const struct xml_element *source = xml_child(element, "source");
    const struct xml_element *target = xml_child(element, "target");
    const struct bytes type = xml_attribute(reader, element, "type");
    out->disks[out->disk_count++] = (struct domain_disk){
        .device = device_of(xml_attribute(reader, element, "device")),
        .read_only = xml_child(element, "readonly") != NULL,
        .type = type,
        .path = xml_attribute(reader, source, says(type, "block") ? "dev" : "file"),
        .format = xml_attribute(reader, xml_child(element, "driver"), "type"),
        .target = xml_attribute(reader, target, "dev"),
        .bus = xml_attribute(reader, target, "bus"),
        .serial = xml_text(reader, xml_child(element, "serial")),
        .alias = xml_attribute(reader, xml_child(element, "alias"), "name"),
    };
    return reader->status;
}

static struct bytes read_source(struct xml_reader *reader, const struct xml_element *source)
{
    static const char *const names[] = {"network", "bridge", "dev", "path", "address"};
    struct bytes found = {NULL, 0};
    for (size_t i = 0; i < sizeof names / sizeof names[0] && found.size == 0; i++) {
        found = xml_attribute(reader, source, names[i]);
    }
    return found;
}

static struct status read_interface(struct xml_reader *reader, const struct xml_element *element,
                                    struct domain_seen *out)
{
    if (out->interface_count == DOMAIN_INTERFACES_MAX) {
        return FAIL(LIMIT, DOMAIN_INTERFACES_MAX);
    }
    out->interfaces[out->interface_count++] = (struct domain_interface){
        .type = xml_attribute(reader, element, "type"),
        .mac = xml_attribute(reader, xml_child(element, "mac"), "address"),
        .source = read_source(reader, xml_child(element, "source")),
        .alias = xml_attribute(reader, xml_child(element, "alias"), "name"),
    };
    return reader->status;
}

static struct status read_channel(struct xml_reader *reader, const struct xml_element *element,
                                  struct domain_seen *out)
{
    if (out->channel_count == DOMAIN_CHANNELS_MAX) {
        return FAIL(LIMIT, DOMAIN_CHANNELS_MAX);
    }
    out->channels[out->channel_count++] = (struct domain_channel){
        .type = xml_attribute(reader, element, "type"),
        .name = xml_attribute(reader, xml_child(element, "target"), "name"),
        .path = xml_attribute(reader, xml_child(element, "source"), "path"),
    };
    return reader->status;
}

/* Whether a machine can reach nothing of the host by it. What is not known, can. */
static bool is_harmless(struct xml_reader *reader, const struct xml_element *element)
{
    static const char *const within[] = {"emulator", "controller", "input", "video", "memballoon",
                                         "rng",      "watchdog",   "panic", "audio", "sound",
                                         "hub",      "iommu",      "memory"};
    static const char *const lines[] = {"serial", "parallel", "console"};
    if (is_among(xml_name(element), lines, sizeof lines / sizeof lines[0])) {
        const struct bytes type = xml_attribute(reader, element, "type");
        return says(type, "pty") || says(type, "null");
    }
    return is_among(xml_name(element), within, sizeof within / sizeof within[0]);
}

static void note_other(struct xml_reader *reader, const struct xml_element *element,
                       struct domain_seen *out)
{
    if (out->other_count++ == 0) {
        out->other = arena_copy(reader->arena, bytes_of_string(xml_name(element)));
    }
}

static struct status read_device(struct xml_reader *reader, const struct xml_element *element,
                                 struct domain_seen *out)
{
    if (xml_is(element, NULL, "disk")) {
        return read_disk(reader, element, out);
    }
    if (xml_is(element, NULL, "interface")) {
        return read_interface(reader, element, out);
    }
    if (xml_is(element, NULL, "channel")) {
        return read_channel(reader, element, out);
    }
    if (!is_harmless(reader, element)) {
        note_other(reader, element, out);
    }
    return reader->status;
}

/* The rest ----------------------------------------------------------------------------------- */

static uint64_t read_memory(struct xml_reader *reader, const struct xml_element *element)
{
    const uint64_t number = xml_number(xml_text(reader, element));
    const struct bytes unit = xml_attribute(reader, element, "unit");
    if (says(unit, "MiB")) {
        return number <= UINT64_MAX / 1024 ? number * 1024 : 0;
    }
    if (says(unit, "GiB")) {
        return number <= UINT64_MAX / (1024 * 1024) ? number * 1024 * 1024 : 0;
    }
    return says(unit, "b") || says(unit, "bytes") ? number / 1024 : number;
}

/* `vm:12`. */
static bool read_machine(struct bytes text, uint64_t *out)
{
    static const char prefix[] = "vm:";
    const size_t size = sizeof prefix - 1;
    return text.size > size && memcmp(text.data, prefix, size) == 0 &&
           text_read_u64(bytes_of(text.data + size, text.size - size), out);
}

static void read_metadata(struct xml_reader *reader, const struct xml_element *root,
                          struct domain_seen *out)
{
    const struct xml_element *element = xml_child(xml_child(root, "metadata"), NULL);
    for (; element != NULL; element = xml_next(element, NULL)) {
        if (xml_is(element, WORLD_METADATA, "vm")) {
            out->is_ours = read_machine(xml_attribute(reader, element, "id"), &out->vm) &&
                           text_read_u64(xml_attribute(reader, element, "run"), &out->run) &&
                           text_read_u64(xml_attribute(reader, element, "request"), &out->request);
        }
    }
}

static struct status read_devices(struct xml_reader *reader, const struct xml_element *root,
                                  struct domain_seen *out)
{
    const struct xml_element *element = xml_child(xml_child(root, "devices"), NULL);
    for (; element != NULL; element = xml_next(element, NULL)) {
        TRY(read_device(reader, element, out));
    }
    for (element = xml_child(root, NULL); element != NULL; element = xml_next(element, NULL)) {
        if (xml_is(element, QEMU_NAMESPACE, "commandline") ||
            xml_is(element, QEMU_NAMESPACE, "override")) {
            note_other(reader, element, out);
        }
    }
    return reader->status;
}

static struct status read_root(struct xml_reader *reader, const struct xml_element *root,
                               struct domain_seen *out)
{
    if (!xml_is(root, NULL, "domain")) {
        return FAIL_BECAUSE(MALFORMED, 0, "the description is not of a domain");
    }
    out->type = xml_attribute(reader, root, "type");
    out->name = xml_text(reader, xml_child(root, "name"));
    out->uuid = xml_text(reader, xml_child(root, "uuid"));
    out->memory_kib = read_memory(reader, xml_child(root, "memory"));
    out->cores = xml_number(xml_text(reader, xml_child(root, "vcpu")));
    read_metadata(reader, root, out);
    return read_devices(reader, root, out);
}

struct status domain_read(struct bytes xml, struct arena *arena, struct domain_seen *out)
{
    CLEANUP(xml_close) struct xml_document *document = NULL;
    struct xml_reader reader = {.arena = arena};
    *out = (struct domain_seen){.is_ours = false};
    TRY(xml_open(xml, &document));
    return read_root(&reader, xml_root(document), out);
}
