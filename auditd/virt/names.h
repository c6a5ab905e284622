/*
 * auditd/virt/names.h -- what the objects of the log are called in the world, and back.
 *
 * Shape    A pool is cairn-NAME, a drive's file drive-N.raw or .qcow2, the layer on a snapshot
 *          drive-N-sS.qcow2, a domain cairn-vm-N with a uuid that follows from the log's origin and
 *          N, a disk ua-drive-N, a medium ua-iso-N, the disk that a machine boots from vm-N-R.qcow2
 *          (R: the event that began its run), its controller's socket vm-N.sock.
 *          Each writer has its reader, and what is read is written again the same.
 * Errors   Writers fill a text and stop when it is full; readers are false for any other name.
 */
#ifndef AUDITD_VIRT_NAMES_H
#define AUDITD_VIRT_NAMES_H

#include "schema/catalogue/catalogue.h"
#include "schema/text.h"
#include "store/hash.h"

enum {
    WORLD_NAME_MAX = 320, /* bytes of a name here, with the final NUL */
    WORLD_UUID_SIZE = 37, /* characters, with the final NUL */
};

#define WORLD_CHANNEL "org.cairn.vmc.0"
#define WORLD_METADATA "urn:cairn:vm:1"

struct world_name {
    char text[WORLD_NAME_MAX];
};

/* Libvirt takes no slash and no control characters in the name of a pool; nor does DRV-01e. */
struct world_name world_pool(struct bytes name);
struct world_name world_drive_file(uint64_t drive, enum drive_kind kind);
struct world_name world_layer_file(uint64_t drive, uint64_t snapshot);
struct world_name world_boot_file(uint64_t vm, uint64_t run);
struct world_name world_domain(uint64_t vm);
struct world_name world_drive_alias(uint64_t drive);
struct world_name world_drive_serial(uint64_t drive);
struct world_name world_iso_alias(uint64_t iso);
struct world_name world_socket(uint64_t vm);

MUST_CHECK bool world_read_domain(struct bytes name, uint64_t *vm);
MUST_CHECK bool world_read_drive_alias(struct bytes alias, uint64_t *drive);
MUST_CHECK bool world_read_iso_alias(struct bytes alias, uint64_t *iso);
MUST_CHECK bool world_read_boot_file(struct bytes name, uint64_t *vm, uint64_t *run);
/* Of a drive's own file and of its layers; *snapshot is 0 for the file itself. */
MUST_CHECK bool world_read_drive_file(struct bytes name, uint64_t *drive, uint64_t *snapshot);

/* The same in every replay, and no other log's: version 8 (RFC 9562) over SHA-256("cairn-vm",
 * origin, vm). */
struct world_name world_uuid(struct hasher *hasher, struct bytes origin, uint64_t vm);

#endif
