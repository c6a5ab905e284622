/*
 * schema/generator/controls.h -- a family of controls, as its file declares it.
 *
 * Shape    Practices, and for each the objectives by which it is assessed. Names and sentences are
 *          lent by the parsed file.
 * Errors   As schema/generator/model.h.
 */
#ifndef SCHEMA_GENERATOR_CONTROLS_H
#define SCHEMA_GENERATOR_CONTROLS_H

#include "schema/generator/output.h"

enum {
    PRACTICES_MAX = 64,
    OBJECTIVES_MAX = 16, /* of one practice: a letter each */
    REFERENCES_MAX = 16, /* of one practice to one other catalogue */
    POINTS_MAX = 5,
};

struct references {
    const char *ids[REFERENCES_MAX];
    size_t count;
};

struct objective {
    char letter;
    const char *mode;
    const char *text, *wants, *machine, *fails_when;
    const char *declare; /* NULL: nothing */
};

struct practice {
    const char *id; /* 3.3.1 */
    const char *name, *title, *type, *requirement;
    int64_t points;
    bool poam;
    struct references r3, sp800_53r4, sp800_53r5;
    struct objective objectives[OBJECTIVES_MAX];
    size_t objective_count;
};

struct controls {
    struct origin from;
    const char *family, *about;
    struct practice practices[PRACTICES_MAX];
    size_t practice_count;
};

/* read_controls.c */
void read_controls(struct model *model, const struct origin *from, const struct json *json);

/* write_controls.c */
write_output write_controls_header, write_controls;

#endif
