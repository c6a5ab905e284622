/*
 * schema/siem.h -- how other systems classify our events: the mapping to OCSF.
 *
 * Shape    One mapping for every kind of event, made from schema/siem/ocsf.json by the generator: a
 *          class and an activity of OCSF, a severity, and which attributes come from where. A kind
 *          that no line of that file matches does not build. What other systems wrote is one kind
 *          to us and many to them: a mapping may have cases, by a text of the body.
 * Fields   In the byte order of their paths, so that attributes of one object stand together. Each
 *          takes the first of its sources that has a value; without any, it is left out.
 * Source   OCSF 1.8.0 (schema.ocsf.io); interface.md 2.3.
 */
#ifndef SCHEMA_SIEM_H
#define SCHEMA_SIEM_H

#include "schema/leaf.h"

/* The numbers are OCSF's. */
enum siem_severity {
    SIEM_INFORMATIONAL = 1,
    SIEM_LOW,
    SIEM_MEDIUM,
    SIEM_HIGH,
    SIEM_CRITICAL,
};

/* Where a value comes from. */
enum siem_source_kind {
    SIEM_CONSTANT,     /* a string that is always the same */
    SIEM_NUMBER,       /* a number that is always the same */
    SIEM_ON,           /* the id of the first subject, or of the first of a kind */
    SIEM_NAME,         /* what it was called then */
    SIEM_KIND,         /* and what kind of thing it is: `file` */
    SIEM_ACTOR_USER,   /* the actor's id, if it is a user */
    SIEM_ACTOR_NAME,   /* and the login name */
    SIEM_ACTOR_APP,    /* the actor, if it is an emitter */
    SIEM_SESSION,      /* ids */
    SIEM_PROJECT,      /* */
    SIEM_PROJECT_NAME, /* what it was called then */
    SIEM_SOURCE_IP,    /* where it came from, if that is a network address, */
    SIEM_SOURCE_NAME,  /* or if it is anything else */
    SIEM_RULE,         /* the rule that refused, and its sentence */
    SIEM_ORIGIN,       /* the log's name */
    SIEM_BODY,         /* a field of the body, by name */
};

struct siem_source {
    enum siem_source_kind from;
    enum id_kind kind; /* SIEM_ON, SIEM_NAME: ID_NONE for the first subject of all */
    const char *text;  /* SIEM_CONSTANT, SIEM_BODY */
    uint64_t number;   /* SIEM_NUMBER */
};

struct siem_field {
    const char *path; /* `file.name`; with [] at the end it is an array */
    const struct siem_source *sources;
    size_t source_count;
};

struct siem_class {
    uint32_t uid, category_uid;
    const char *name, *category;
};

struct siem_case;

struct siem_mapping {
    const struct siem_class *class;
    uint32_t activity_id;
    const char *activity;
    enum siem_severity severity;
    const struct siem_field *fields;
    size_t field_count;
    const struct siem_case *cases; /* of events of this kind, those that are mapped otherwise */
    size_t case_count;
};

/* Events of a kind whose body says this. */
struct siem_case {
    const char *field; /* a text of the body */
    const char *like;  /* `sshd accepted-* | LOGIN`: any of these; a star is any ending */
    struct siem_mapping mapping;
};

extern const struct siem_mapping siem_mappings[EVENT_KIND_COUNT];
/* What an event is at least, by its outcome. */
extern const enum siem_severity siem_severity_denied, siem_severity_failed;
/* The version of OCSF that the mapping is for. */
extern const char siem_ocsf_version[];

/* Informational, Low, Medium, High or Critical, as OCSF has it. */
const char *siem_severity_name(enum siem_severity severity);

/* The severity of an event that is mapped so and ended so. */
enum siem_severity siem_severity_of(const struct siem_mapping *mapping, enum outcome outcome);

/* Whether a text is like one of the words of a case. */
bool siem_is_like(const char *like, struct bytes text);

#endif
