#include "auditd/virt/names.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    UUID_BYTES = 16,
};

/* Writing ------------------------------------------------------------------------------------ */

/* Numbers fit; the name of a pool is at most 255 bytes. */
__attribute__((format(printf, 1, 2))) static struct world_name name_of(const char *format, ...)
{
    struct world_name name;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(name.text, sizeof name.text, format, arguments);
    va_end(arguments);
    return name;
}

struct world_name world_pool(struct bytes name)
{
    return name_of("cairn-%.*s", (int)(name.size < 255 ? name.size : 255),
                   (const char *)(name.size > 0 ? name.data : (const uint8_t *)""));
}

struct world_name world_drive_file(uint64_t drive, enum drive_kind kind)
{
    return name_of("drive-%llu.%s", (unsigned long long)drive, drive_kind_name(kind));
}

struct world_name world_layer_file(uint64_t drive, uint64_t snapshot)
{
    return name_of("drive-%llu-s%llu.qcow2", (unsigned long long)drive,
                   (unsigned long long)snapshot);
}

struct world_name world_boot_file(uint64_t vm, uint64_t run)
{
    return name_of("vm-%llu-%llu.qcow2", (unsigned long long)vm, (unsigned long long)run);
}

struct world_name world_domain(uint64_t vm)
{
    return name_of("cairn-vm-%llu", (unsigned long long)vm);
}

struct world_name world_drive_alias(uint64_t drive)
{
    return name_of("ua-drive-%llu", (unsigned long long)drive);
}

struct world_name world_drive_serial(uint64_t drive)
{
    return name_of("drive-%llu", (unsigned long long)drive);
}

struct world_name world_iso_alias(uint64_t iso)
{
    return name_of("ua-iso-%llu", (unsigned long long)iso);
}

struct world_name world_socket(uint64_t vm)
{
    return name_of("vm-%llu.sock", (unsigned long long)vm);
}

/* Reading ------------------------------------------------------------------------------------ */

/* Takes a literal off the front. */
static bool skip(struct bytes *text, const char *literal)
{
    const size_t size = strlen(literal);
    if (text->size < size || memcmp(text->data, literal, size) != 0) {
        return false;
    }
    *text = bytes_of(text->data + size, text->size - size);
    return true;
}

/* Takes the digits off the front. */
static bool take_number(struct bytes *text, uint64_t *out)
{
    size_t size = 0;
    while (size < text->size && text->data[size] >= '0' && text->data[size] <= '9') {
        size++;
    }
    if (!text_read_u64(bytes_of(text->data, size), out)) {
        return false;
    }
    *text = bytes_of(text->data + size, text->size - size);
    return true;
}

static bool read_numbered(struct bytes name, const char *prefix, uint64_t *out)
{
    return skip(&name, prefix) && take_number(&name, out) && name.size == 0;
}

bool world_read_domain(struct bytes name, uint64_t *vm)
{
    return read_numbered(name, "cairn-vm-", vm);
}

bool world_read_drive_alias(struct bytes alias, uint64_t *drive)
{
    return read_numbered(alias, "ua-drive-", drive);
}

bool world_read_iso_alias(struct bytes alias, uint64_t *iso)
{
    return read_numbered(alias, "ua-iso-", iso);
}

bool world_read_boot_file(struct bytes name, uint64_t *vm, uint64_t *run)
{
    return skip(&name, "vm-") && take_number(&name, vm) && skip(&name, "-") &&
           take_number(&name, run) && bytes_equal(name, LITERAL(".qcow2"));
}

bool world_read_drive_file(struct bytes name, uint64_t *drive, uint64_t *snapshot)
{
    *snapshot = 0;
    if (!skip(&name, "drive-") || !take_number(&name, drive)) {
        return false;
    }
    if (bytes_equal(name, LITERAL(".raw")) || bytes_equal(name, LITERAL(".qcow2"))) {
        return true;
    }
    return skip(&name, "-s") && take_number(&name, snapshot) && *snapshot > 0 &&
           bytes_equal(name, LITERAL(".qcow2"));
}

/* The uuid ----------------------------------------------------------------------------------- */

struct world_name world_uuid(struct hasher *hasher, struct bytes origin, uint64_t vm)
{
    uint8_t number[8];
    bytes_write_u64(number, vm);
    const struct bytes pieces[] = {LITERAL("cairn-vm"), origin, BYTES(number)};
    struct digest digest = hash_pieces(hasher, pieces, sizeof pieces / sizeof pieces[0]);
    digest.sha256[6] = (uint8_t)((digest.sha256[6] & 0x0F) | 0x80); /* version 8 */
    digest.sha256[8] = (uint8_t)((digest.sha256[8] & 0x3F) | 0x80); /* RFC 9562 variant */
    char hex[2 * UUID_BYTES];
    hex_write(hex, bytes_of(digest.sha256, UUID_BYTES));
    return name_of("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}
