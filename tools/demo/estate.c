#include "tools/demo/estate.h"

#include <string.h>

/* clang-format off */
const struct cast_host_info cast_hosts[HOST_COUNT] = {
    [RACK_1] = {"rack-1", "qemu+tls://rack-1.northgate.example/system", 64, 512 << 10},
    [RACK_2] = {"rack-2", "qemu+tls://rack-2.northgate.example/system", 64, 512 << 10},
};

const struct cast_pool_info cast_pools[POOL_COUNT] = {
    [POOL_IMAGES]    = {"images",    "/srv/cairn/images",    POOL_KIND_IMAGE},
    [POOL_DRIVES]    = {"drives",    "/srv/cairn/drives",    POOL_KIND_DRIVE},
    [POOL_SNAPSHOTS] = {"snapshots", "/srv/cairn/snapshots", POOL_KIND_SNAPSHOT},
    [POOL_MEDIA]     = {"media",     "/srv/cairn/media",     POOL_KIND_ISO},
};

#define RAW   DRIVE_KIND_RAW
#define QCOW2 DRIVE_KIND_QCOW2
#define WHO   CAST_BIT
#define OTHERS (WHO(INES) | WHO(VIKTOR))
#define LEADS (WHO(MIRA) | WHO(TOMAS) | WHO(HANA) | WHO(SANA))

const struct cast_drive_info cast_drives[VOLUME_COUNT] = {
    [REFERENCE]     = {"references",    ADA,  NO_PROJECT, RAW,   200, 0, LEADS},
    [HELIX_LAB]     = {"helix-lab",     MIRA, HELIX, QCOW2, 400, WHO(REN) | WHO(LEE), 0},
    [HELIX_TABLES]  = {"helix-tables",  MIRA, HELIX, QCOW2,  60, WHO(TOMAS), WHO(JULES)},
    [ATLAS_LAB]     = {"atlas-lab",     HANA, ATLAS, QCOW2, 300, WHO(PELL), 0},
    [ORBIT_LAB]     = {"orbit-lab",     SANA, ORBIT, QCOW2, 500, WHO(VIKTOR), 0},
    [ORBIT_ARCHIVE] = {"orbit-archive", SANA, ORBIT, RAW,   900, WHO(OMAR), OTHERS},
};

#define DRIVE CAST_BIT
const struct cast_machine_info cast_machines[MACHINE_COUNT] = {
    [AUDIT_WS]   = {"audit-ws",   ADA,   NO_PROJECT, RACK_2, WHO(KOFI) | WHO(NOOR) | WHO(ELIN),
                    DRIVE(REFERENCE), 0, true},
    [HELIX_WS_1] = {"helix-ws-1", MIRA,  HELIX, RACK_1, WHO(TOMAS),
                    DRIVE(HELIX_TABLES), DRIVE(REFERENCE), false},
    [HELIX_WS_2] = {"helix-ws-2", MIRA,  HELIX, RACK_1, WHO(REN) | WHO(LEE),
                    DRIVE(HELIX_LAB), DRIVE(REFERENCE), false},
    [STEWARD_WS] = {"steward-ws", TOMAS, HELIX, RACK_1, WHO(JULES), 0, 0, false},
    [ATLAS_WS_1] = {"atlas-ws-1", HANA,  ATLAS, RACK_2, WHO(PELL),
                    DRIVE(ATLAS_LAB), DRIVE(REFERENCE), false},
    [ATLAS_WS_2] = {"atlas-ws-2", HANA,  ATLAS, RACK_2, WHO(REN) | WHO(PELL),
                    0, DRIVE(REFERENCE), false},
    [ORBIT_WS_1] = {"orbit-ws-1", SANA,  ORBIT, RACK_2, WHO(VIKTOR),
                    DRIVE(ORBIT_LAB), 0, false},
    [ORBIT_WS_2] = {"orbit-ws-2", SANA,  ORBIT, RACK_2, WHO(OMAR) | WHO(INES),
                    DRIVE(ORBIT_ARCHIVE), 0, false},
};
/* clang-format on */

enum cast_machine cast_machine_of(enum who who)
{
    for (unsigned machine = 0; machine < MACHINE_COUNT; machine++) {
        if (strcmp(cast_machines[machine].name, cast_people[who].host) == 0) {
            return (enum cast_machine)machine;
        }
    }
    return NO_MACHINE;
}
