/*
 * schema/generator/model.h -- the catalogue as the generator knows it: read, checked, then written.
 *
 * Shape    Plain tables in the order of the files. Names and sentences are lent by the parsed
 *          files, which live as long as the generator.
 * Errors   What is wrong is printed as `FILE: KEY: reason`, and counted; nothing is written unless
 *          the count is 0.
 */
#ifndef SCHEMA_GENERATOR_MODEL_H
#define SCHEMA_GENERATOR_MODEL_H

#include "schema/json.h"
#include "schema/limits.h"

enum {
    FILES_MAX = 64,
    FILE_SIZE_MAX = 4 << 20, /* bytes */
    IDS_MAX = 250,           /* a kind's number is one byte */
    ENUMS_MAX = 256,
    VALUES_MAX = 64, /* of one enum */
    RULES_MAX = 2048,
    COMMANDS_MAX = 1024,
    EVENTS_MAX = 2048,
    ROWS_MAX = 250,
    FIELDS_MAX = 32,    /* of one event, command or row */
    KEY_FIELDS_MAX = 8, /* of one row */
    WRITES_MAX = 16,    /* rows that one event writes */
    WORD_MAX = 128,     /* characters of a name in C */
    PATH_MAX_SIZE = 512,
};

struct word {
    char text[WORD_MAX];
};

/* Where something stands, for what is said about it. */
struct origin {
    const char *file;
    const char *context;
};

struct id_kind {
    struct origin from;
    const char *name, *about;
};

struct enumeration {
    struct origin from;
    const char *name;
    const char *values[VALUES_MAX];
    size_t value_count;
};

struct rule {
    struct origin from;
    const char *id, *sentence;
};

enum base {
    BASE_TEXT,
    BASE_INTEGER,
    BASE_BOOLEAN,
    BASE_DIGEST,
    BASE_BYTES,
    BASE_TIME,
    BASE_ID,
    BASE_ENUM,
    BASE_COUNT,
};

struct field {
    const char *name;
    struct word type; /* as written */
    enum base base;
    bool optional, list;
    const struct id_kind *kind;       /* BASE_ID; NULL: any */
    const struct enumeration *values; /* BASE_ENUM */
};

/* What events, commands and rows have in common: a C struct and a JSON object. */
struct record {
    struct origin from;
    struct word key; /* events.audit.genesis: where it stands in its file */
    struct word tag; /* of the struct: audit_genesis, emitter_row */
    const char *name, *about;
    const struct id_kind *creates; /* events: the id that is `kind:new`; else NULL */
    struct field fields[FIELDS_MAX];
    size_t field_count;
};

struct event {
    struct record record;
    uint64_t version;
    const char *outside; /* class of emitters that may submit it; "": all of outside; NULL: none */
    const struct id_kind *on[LEAF_SUBJECTS_MAX];
    size_t on_count;
    const char *writes[WRITES_MAX];
    size_t writes_count;
};

struct command {
    struct record record;
    bool form; /* it has a verb made from the catalogue (tools/forms.h) */
    bool all;  /* over many objects: done for all of them or for none */
};

struct row {
    struct record record;
    bool engine; /* the engine writes it, of what every event has; no event says that it does */
    size_t key[KEY_FIELDS_MAX]; /* positions of fields */
    size_t key_count;
};

struct context {
    struct origin from;
    const char *name, *about;
    struct json *json; /* owned */
};

struct controls;
/* The file that maps events to OCSF (schema/siem/ocsf.json). */
struct siem {
    struct origin from;
    struct json *json; /* owned; NULL: there is none */
    /* which line is of which event, once read */
    const struct json *lines[EVENTS_MAX];
};

struct model {
    struct context contexts[FILES_MAX];
    size_t context_count;
    struct id_kind ids[IDS_MAX];
    size_t id_count;
    struct enumeration enums[ENUMS_MAX];
    size_t enum_count;
    struct rule rules[RULES_MAX];
    size_t rule_count;
    struct command commands[COMMANDS_MAX];
    size_t command_count;
    struct event events[EVENTS_MAX];
    size_t event_count;
    struct row rows[ROWS_MAX];
    size_t row_count;
    struct controls *controls; /* of controls_generator alone: schema/generator/controls.h */
    struct siem siem;
    size_t complaints;
};

/* Prints what is wrong and counts it. */
void complain(struct model *model, const struct origin *from, const char *key, const char *format,
              ...) __attribute__((format(printf, 4, 5)));

/* files.c: parses a file; NULL after complaining. On success it is the caller's. */
struct json *parse_json_file(struct model *model, const char *path, struct origin *from);

/* read_words.c: a file's own words: its ids, enums and rules. */
void read_words(struct model *model, const struct context *context);
/* read_records.c: its commands, events and rows, once the words of all files are known. */
void read_records(struct model *model, const struct context *context);
/* check.c: what only the whole can show. */
void check_model(struct model *model);
/* siem.c: the mapping to OCSF, if there is one; every event has a line of it. */
void read_siem(struct model *model);

const struct id_kind *find_id(const struct model *model, struct bytes name);
const struct enumeration *find_enum(const struct model *model, struct bytes name);

/* Reading, shared by both ------------------------------------------------------------------- */

/* Complains of members of `json` that are not in `known` (blanks between names), or if it is no
 * object; whether it is one. */
bool has_members(struct model *model, const struct origin *from, const char *key,
                 const struct json *json, const char *known);

typedef void read_entry(struct model *model, const struct context *context, const char *name,
                        const struct json *json);

/* Reads every entry of a section of the file, if it has that section. */
void read_section(struct model *model, const struct context *context, const char *section,
                  read_entry *read);

/* A member that is a sentence: one line, not empty. NULL after complaining. */
const char *sentence_of(struct model *model, const struct origin *from, const char *key,
                        const struct json *json);

/* [a-z][a-z0-9_]*, shorter than WORD_MAX / 2. */
bool is_name(struct bytes name);

/* Printf into a word; what does not fit is cut, which is_name has made impossible. */
struct word word_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Upper case, with _ for every other character: AUD-14b becomes AUD_14B. */
struct word constant_of(const char *name);

#endif
