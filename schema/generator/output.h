/*
 * schema/generator/output.h -- the files that the generator writes, and how.
 *
 * Shape    One writer for each output; each gets a checked model. An output is printed into with
 *          `put`; a failure to write shows when it is closed.
 */
#ifndef SCHEMA_GENERATOR_OUTPUT_H
#define SCHEMA_GENERATOR_OUTPUT_H

#include "schema/generator/model.h"

#include <stdio.h>

struct output {
    FILE *file;
};

void put(struct output *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The comment that begins a part of a file. */
void put_heading(struct output *out, const char *title);

/* A sentence as a comment of its own lines. */
void put_comment(struct output *out, const char *sentence);

/* `count` names as the table of a lookup called `table`: its names, its slots, the struct. A name
 * that is NULL has a place but is not found. */
struct name_list {
    const char *table;
    const char *size; /* the C constant that counts them */
    const char **names;
    const char **shown; /* what the place of a NULL is called; may be NULL itself */
    size_t count;
};
void put_lookup(struct output *out, const struct name_list *list);

/* A string as a C literal, with its quotes. */
void put_string(struct output *out, const char *string);

/* Fields in the order in which canonical JSON has them. */
struct field_order {
    const struct field *fields[FIELDS_MAX];
    size_t count;
};
struct field_order fields_in_order(const struct record *record);

typedef void write_output(struct output *out, const struct model *model);

/* Writes one file below a directory, and makes the directories above it. What fails is printed.
 * files.c */
bool write_output_file(const char *directory, const char *name, write_output *write,
                       const struct model *model);

write_output write_names_header;     /* names.c */
write_output write_catalogue_header; /* header.c */
write_output write_catalogue;        /* catalogue.c: the whole of catalogue.c, by these: */
write_output write_lookups;          /* lookups.c */
write_output write_codecs;           /* codecs.c */
write_output write_rows;             /* rows.c */
write_output write_tables;           /* tables.c */
write_output write_dispatch_header;  /* dispatch.c */
write_output write_dispatch;
write_output write_forms_header; /* forms.c */
write_output write_forms;
write_output write_manual;       /* manual.c */
write_output write_json_schema;  /* json_schema.c */
write_output write_schema_lines; /* the same as C strings */
write_output write_siem;         /* siem.c */

/* codecs.c, also for rows.c: X_encode and X_decode of a record. */
void write_codec(struct output *out, const struct record *record);

/* 64 hexadecimal digits that change with whatever decides how events fold into rows: kinds,
 * versions, fields, keys, ids, enums; not with sentences. fingerprint.c */
void fingerprint_model(const struct model *model, char out[static DIGEST_HEX_SIZE + 1]);

#endif
