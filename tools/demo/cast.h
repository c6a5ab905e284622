/*
 * tools/demo/cast.h -- Northgate Secure Enclave: people, projects, groups; nobody of them lives.
 *
 * Shape    Tables. Whoever adds somebody adds a row and a name.
 * Source   interface.md 5.2.
 */
#ifndef TOOLS_DEMO_CAST_H
#define TOOLS_DEMO_CAST_H

#include "schema/catalogue/catalogue.h"

#define CAST_ORIGIN "northgate.example/demo"
/* What opens the key of each of them: in the open, as the whole store is for show. */
#define CAST_PASSPHRASE "northgate"
#define CAST_PROVIDER "northgate-idp"

enum who {
    ADA,    /* administers the platform */
    MIRA,   /* leads HELIX */
    TOMAS,  /* steward of HELIX's data, reviewer */
    JULES,  /* second reviewer */
    REN,    /* analyst in HELIX, member of ATLAS */
    LEE,    /* doctoral student in HELIX */
    KOFI,   /* auditor, from outside */
    NOOR,   /* manages the audit */
    ELIN,   /* does the audit's work */
    HANA,   /* leads ATLAS */
    PELL,   /* ATLAS */
    SANA,   /* leads ORBIT */
    VIKTOR, /* ORBIT */
    OMAR,   /* ORBIT */
    INES,   /* ORBIT */
    BACKUP, /* the service that copies chunks */
    WHO_COUNT,
};

enum cast_project {
    HELIX,
    ATLAS,
    ORBIT,
    PROJECT_COUNT,
    NO_PROJECT = PROJECT_COUNT,
};

enum cast_group {
    HELIX_RAW,
    HELIX_SCRATCH,
    HELIX_RESULTS,
    ATLAS_PUB,
    ORBIT_DATA,
    GROUP_COUNT,
};

enum cast_requirement {
    CUI_BASIC,
    DUA_7,
    EXP_2,
    REQUIREMENT_COUNT,
};

enum cast_level {
    OPEN_1,
    CONTROLLED_2,
    RESTRICTED_3,
    EXPORT_2,
    LEVEL_COUNT,
};

struct cast_person {
    const char *login, *name;
    const char *address; /* where this person's work comes from */
    const char *host;    /* the virtual machine that it goes to */
    enum user_role role;
    enum cast_project project; /* that is active in a usual session */
    uint32_t bursts;           /* of work on a usual day */
    bool kept;                 /* the key is beside the store, for whoever wants to be this one */
};

struct cast_group_info {
    const char *name;
    enum who owner;
    enum cast_project project;
    uint32_t members; /* beside the owner: bits of enum who */
};

struct cast_level_info {
    const char *name;
    uint32_t requirements; /* bits */
};

struct cast_project_info {
    const char *name;
    enum who pi;
    enum cast_level level;
    uint32_t members, managers; /* bits */
};

extern const struct cast_person cast_people[WHO_COUNT];
extern const struct cast_project_info cast_projects[PROJECT_COUNT];
extern const struct cast_group_info cast_groups[GROUP_COUNT];
extern const struct cast_level_info cast_levels[LEVEL_COUNT];
extern const char *const cast_requirements[REQUIREMENT_COUNT];

#define CAST_BIT(n) (UINT32_C(1) << (n))

#endif
