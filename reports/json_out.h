/*
 * reports/json_out.h -- JSON for people and foreign systems, written as it comes.
 *
 * Shape    Members and elements are put in order; commas, brackets and indentation are ours. In
 *          an object every value has a name, in an array none (NULL). Arrays, and objects that say
 *          so, are held back until something is in them: an empty one is left out with its name,
 *          since some formats know no empty arrays.
 * Text     UTF-8 always. What could steer a terminal is written as \uNNNN. Of text that is not
 *          UTF-8, the bad bytes are U+FFFD; json_out_text adds `<name>_b64`, which has all of it.
 * Limits   JSON_OUT_DEPTH levels; deeper, or what does not nest, is a bug.
 * Errors   The output's own, at its end.
 * Source   RFC 8259.
 */
#ifndef REPORTS_JSON_OUT_H
#define REPORTS_JSON_OUT_H

#include "reports/output.h"

enum {
    JSON_OUT_DEPTH = 24,
};

struct json_out_level {
    const char *name; /* lent until the level closes */
    char bracket;     /* { or [ */
    bool held;        /* not written yet, and never if it stays empty */
    bool filled;
};

/* The caller's memory; its members are the writer's own. */
struct json_out {
    struct output *output; /* lent */
    uint32_t indent;       /* blanks for each level; 0: all on one line */
    size_t depth;
    struct json_out_level levels[JSON_OUT_DEPTH];
};

void json_out_init(struct json_out *out, struct output *output, uint32_t indent);

void json_out_object(struct json_out *out, const char *name);
/* One that is left out if nothing comes into it. */
void json_out_optional_object(struct json_out *out, const char *name);
/* Left out if nothing comes into it. */
void json_out_array(struct json_out *out, const char *name);
/* Closes the innermost object or array. */
void json_out_close(struct json_out *out);

/* Foreign text, and what is lost of it as base64 beside. In an array, without that. */
void json_out_text(struct json_out *out, const char *name, struct bytes text);
void json_out_string(struct json_out *out, const char *name, const char *string);
void json_out_number(struct json_out *out, const char *name, uint64_t number);
void json_out_flag(struct json_out *out, const char *name, bool flag);
/* An instant, RFC 3339 in UTC with six digits. */
void json_out_time(struct json_out *out, const char *name, uint64_t utc_us);
void json_out_hex(struct json_out *out, const char *name, struct bytes bytes);
/* A value that is canonical JSON already. */
void json_out_canonical(struct json_out *out, const char *name, struct bytes json);

/* The pieces, for whoever writes JSON by hand: a string with its quotes; bytes as base64 with
 * theirs; canonical JSON whose strings could steer a terminal, made harmless. */
void json_put_string(struct output *output, struct bytes text);
void json_put_base64(struct output *output, struct bytes bytes);
void json_put_canonical(struct output *output, struct bytes json);

enum {
    JSON_ESCAPE_SIZE = 13, /* with the NUL */
};

/* A character by its number: `\u202e`, or two of them beyond the first 65,536. */
void json_escape(uint32_t point, char out[static JSON_ESCAPE_SIZE]);

#endif
