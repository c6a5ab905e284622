/*
 * tools/demo/estate.h -- what the enclave has of iron: hosts, pools, drives, and the machines that
 * people work in.
 *
 * Shape    Tables, as the cast's, and what became of each row: its id. Whoever adds a machine adds
 *          a row and a name.
 * Names    A machine is named as the host is that other systems know it by: what a tunnel's record
 *          says of atlas-ws-2 is said of the machine of that name.
 * Source   interface.md 5.2.
 */
#ifndef TOOLS_DEMO_ESTATE_H
#define TOOLS_DEMO_ESTATE_H

#include "tools/demo/cast.h"

enum cast_host {
    RACK_1,
    RACK_2,
    HOST_COUNT,
};

enum cast_pool {
    POOL_IMAGES,
    POOL_DRIVES,
    POOL_SNAPSHOTS,
    POOL_MEDIA,
    POOL_COUNT,
};

enum cast_machine {
    AUDIT_WS, /* a service machine: it comes first, and fills the reference data */
    HELIX_WS_1,
    HELIX_WS_2,
    STEWARD_WS,
    ATLAS_WS_1,
    ATLAS_WS_2,
    ORBIT_WS_1,
    ORBIT_WS_2,
    MACHINE_COUNT,
    NO_MACHINE = MACHINE_COUNT,
};

enum cast_drive {
    REFERENCE, /* shared with all who own machines, read-only */
    HELIX_LAB,
    HELIX_TABLES,
    ATLAS_LAB,
    ORBIT_LAB,
    ORBIT_ARCHIVE,
    VOLUME_COUNT,
};

struct cast_host_info {
    const char *name, *uri;
    uint64_t cores, memory_mib;
};

struct cast_pool_info {
    const char *name, *path;
    enum pool_kind kind;
};

struct cast_drive_info {
    const char *name;
    enum who owner;
    enum cast_project project;
    enum drive_kind kind;
    uint64_t size_gib;
    uint32_t writers, readers; /* whom it is shared with: bits of enum who */
};

struct cast_machine_info {
    const char *name;
    enum who owner;
    enum cast_project project;
    enum cast_host host;
    uint32_t users;            /* beside the owner: bits of enum who */
    uint32_t writing, reading; /* the drives of its recipe: bits of enum cast_drive */
    bool service;
};

extern const struct cast_host_info cast_hosts[HOST_COUNT];
extern const struct cast_pool_info cast_pools[POOL_COUNT];
extern const struct cast_drive_info cast_drives[VOLUME_COUNT];
extern const struct cast_machine_info cast_machines[MACHINE_COUNT];

/* Where somebody's work goes to; NO_MACHINE: to none of ours. */
enum cast_machine cast_machine_of(enum who who);

/* What became of them. ID_NONE: nothing yet. */
struct estate {
    struct id hosts[HOST_COUNT], pools[POOL_COUNT], drives[VOLUME_COUNT];
    struct id brick, hardware, medium, export;
    struct id configs[MACHINE_COUNT], machines[MACHINE_COUNT];
};

#endif
