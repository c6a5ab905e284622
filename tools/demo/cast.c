#include "tools/demo/cast.h"

/* Addresses are those that RFC 5737 and RFC 1918 keep for nobody. */
/* clang-format off */
#define SUPER   USER_ROLE_SUPER_ADMIN
#define ADMIN   USER_ROLE_ADMIN
#define AUDITOR USER_ROLE_AUDITOR
#define USER    USER_ROLE_USER
#define NONE    NO_PROJECT

const struct cast_person cast_people[WHO_COUNT] = {
    [ADA]    = {"ada",       "Ada Okonkwo",     "10.20.1.5", "admin-ws",  SUPER,   NONE,  2, false},
    [MIRA]   = {"mira",      "Mira Halvorsen",  "10.20.1.11","helix-ws-1",USER,    HELIX, 5, false},
    [TOMAS]  = {"tomas",     "Tomas Reyes",     "10.20.1.12","steward-ws",USER,    HELIX, 6, false},
    [JULES]  = {"jules",     "Jules Moreau",    "10.20.1.13","steward-ws",USER,    HELIX, 5, false},
    [REN]    = {"ren",       "Ren Aldous",      "10.20.1.14","helix-ws-2",USER,    HELIX, 8, true},
    [LEE]    = {"lee",       "Lee Nakamura",    "10.20.1.15","helix-ws-2",USER,    HELIX, 8, false},
    [KOFI]   = {"kofi",      "Kofi Mensah",     "10.20.9.2", "audit-ws",  AUDITOR, NONE,  2, true},
    [NOOR]   = {"noor",      "Noor Haddad",     "10.20.1.7", "audit-ws",  USER,    NONE,  1, false},
    [ELIN]   = {"elin",      "Elin Strand",     "10.20.1.8", "audit-ws",  AUDITOR, NONE,  1, true},
    [HANA]   = {"hana",      "Hana Brandt",     "10.20.2.21","atlas-ws-1",USER,    ATLAS, 6, false},
    [PELL]   = {"pell",      "Pell Ruiz",       "10.20.2.22","atlas-ws-1",USER,    ATLAS, 8, false},
    [SANA]   = {"sana",      "Sana Iqbal",      "10.20.3.31","orbit-ws-1",USER,    ORBIT, 6, false},
    [VIKTOR] = {"viktor",    "Viktor Lindqvist","10.20.3.32","orbit-ws-1",USER,    ORBIT, 8, false},
    [OMAR]   = {"omar",      "Omar Farouk",     "10.20.3.33","orbit-ws-2",USER,    ORBIT, 8, false},
    [INES]   = {"ines",      "Ines Carvalho",   "10.20.3.34","orbit-ws-2",USER,    ORBIT, 7, false},
    [BACKUP] = {"svc-backup","Backup service",  "10.20.0.40","backup-1",  ADMIN,   NONE,  0, false},
};

const char *const cast_requirements[REQUIREMENT_COUNT] = {
    [CUI_BASIC] = "CUI-basic", [DUA_7] = "DUA-7", [EXP_2] = "EXP-2",
};

const struct cast_level_info cast_levels[LEVEL_COUNT] = {
    [OPEN_1]       = {"level 1, open",              0},
    [CONTROLLED_2] = {"level 2, controlled",        CAST_BIT(CUI_BASIC)},
    [RESTRICTED_3] = {"level 3, restricted",        CAST_BIT(CUI_BASIC) | CAST_BIT(DUA_7)},
    [EXPORT_2]     = {"level 2, export controlled", CAST_BIT(EXP_2)},
};

#define IN_HELIX (CAST_BIT(TOMAS) | CAST_BIT(JULES) | CAST_BIT(REN) | CAST_BIT(LEE))
#define IN_ATLAS (CAST_BIT(REN) | CAST_BIT(PELL))
#define IN_ORBIT (CAST_BIT(VIKTOR) | CAST_BIT(OMAR) | CAST_BIT(INES))

const struct cast_project_info cast_projects[PROJECT_COUNT] = {
    [HELIX] = {"HELIX", MIRA, CONTROLLED_2, IN_HELIX, CAST_BIT(TOMAS) | CAST_BIT(JULES)},
    [ATLAS] = {"ATLAS", HANA, OPEN_1,       IN_ATLAS, 0},
    [ORBIT] = {"ORBIT", SANA, EXPORT_2,     IN_ORBIT, CAST_BIT(VIKTOR)},
};

const struct cast_group_info cast_groups[GROUP_COUNT] = {
    [HELIX_RAW]= {"helix-raw", TOMAS, HELIX, (IN_HELIX & ~CAST_BIT(TOMAS)) | CAST_BIT(MIRA)},
    [HELIX_SCRATCH] = {"helix-scratch", MIRA,  HELIX, IN_HELIX},
    [HELIX_RESULTS] = {"helix-results", MIRA,  HELIX, IN_HELIX},
    [ATLAS_PUB]     = {"atlas-pub",     HANA,  ATLAS, IN_ATLAS},
    [ORBIT_DATA]    = {"orbit-data",    SANA,  ORBIT, IN_ORBIT},
};
/* clang-format on */
