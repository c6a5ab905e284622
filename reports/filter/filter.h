/*
 * reports/filter/filter.h -- one expression that an event meets or does not meet.
 *
 * Shape    actor = ren and kind in (vault.*, drive.*) and not source in 10.20.0.0/16
 *
 *            expression   tests joined by `and` and `or` (`and` binds tighter), `not`, parentheses
 *            test         FIELD = VALUE   != < <= > >= ~ !~   FIELD in (VALUE, ...)   FIELD exists
 *            @NAME        a saved query, wherever a test may stand
 *            values       words, "quoted" where they have blanks or signs; in a word that is not
 *                         quoted, * and ? are wildcards, and a backslash takes their meaning away;
 *                         \xNN is a byte; after ~ a /regular expression/ or one with /i
 *
 *          What fields there are, and of what type, is in reports/filter/fields.h; every value is
 *          read by its field's type, and names become ids, so that an expression, once read, means
 *          the same for ever. A field that an event does not have meets no test, so that `!=` is
 *          `not =`; of a field with several values, any may meet it.
 * Deciding An event is decided by its leaf where that is enough; if not, FILTER_UNKNOWN asks for
 *          the body.
 * Memory   The caller's, without pointers from outside once read: 80 KiB. A regular expression is
 *          the filter's own: filter_close.
 * Limits   FILTER_TEXT_MAX bytes, FILTER_NODES_MAX tests and joints, FILTER_DEPTH_MAX levels.
 * Errors   What cannot be read is MALFORMED at the byte; the fault says why, and what may have been
 *          meant.
 * Source   interface.md 1a.2.
 */
#ifndef REPORTS_FILTER_FILTER_H
#define REPORTS_FILTER_FILTER_H

#include "core/engine.h"
#include "reports/filter/address.h"
#include "reports/filter/fields.h"
#include "reports/moment.h"
#include "reports/regex.h"

enum {
    FILTER_TEXT_MAX = 4096,          /* bytes of an expression, and of each saved one within it */
    FILTER_NODES_MAX = 256,          /* tests and joints */
    FILTER_DEPTH_MAX = 32,           /* levels of parentheses and `not` */
    FILTER_VALUES_MAX = 512,         /* values of all tests, ids that names stand for included */
    FILTER_SAVED_MAX = 8,            /* saved queries within saved queries */
    FILTER_MEMORY_SIZE = 16 << 10,   /* bytes for texts */
    FILTER_SCRATCH_SIZE = 256 << 10, /* bytes that filter_decide wants where bodies are read */
    FILTER_WRITTEN_MAX = 32 << 10,   /* bytes that any filter can be written in */
};

enum filter_kind {
    FILTER_ALL,  /* its children meet it: and */
    FILTER_ANY,  /* one of them does: or */
    FILTER_NOT,  /* its one child does not */
    FILTER_TEST, /* a field is compared */
};

enum filter_operator {
    FILTER_EQUAL, /* to one of the values; also `in` */
    FILTER_LESS,
    FILTER_AT_MOST,
    FILTER_MORE,
    FILTER_AT_LEAST,
    FILTER_LIKE, /* a regular expression */
    FILTER_EXISTS,
};

/* What a value can be taken for; of a body's field, for several things. */
struct filter_value {
    struct bytes text; /* as it was meant, or the pattern of a glob */
    bool is_glob;      /* has wildcards */
    bool is_caseless;  /* of a regular expression */
    bool is_number;    /* number */
    bool is_time;      /* range */
    bool is_block;     /* block: network addresses */
    struct id id;      /* of kind ID_NONE: no id; with ID_NEW: any of that kind */
    uint64_t number;
    struct moment_range range; /* of `=` what the expression names; else both are the bound */
    struct address_block block;
    struct regex regex; /* of FILTER_LIKE */
    uint16_t next;      /* the next value of the test, or FILTER_NONE */
};

enum {
    FILTER_NONE = UINT16_MAX,
    FILTER_KIND_WORDS = (EVENT_KIND_COUNT + 63) / 64,
};

struct filter_node {
    enum filter_kind kind;
    enum filter_operator relation;
    uint16_t first; /* child or, of a test, value; FILTER_NONE: none */
    uint16_t next;  /* the next child of the same parent, or FILTER_NONE */
    const struct filter_field *field;
    struct bytes path;                 /* of a body's field: `size`, `a.b` */
    uint32_t body_types;               /* and the types that it has: bits of enum field_type */
    uint64_t kinds[FILTER_KIND_WORDS]; /* FILTER_TYPE_KIND: a bit for each kind that meets it */
    uint32_t outcomes;                 /* FILTER_TYPE_OUTCOME: likewise */
};

struct filter { /* its members are read by the modules of reports/, written by the parser */
    struct filter_node nodes[FILTER_NODES_MAX];
    uint16_t node_count;
    uint16_t root;
    struct filter_value values[FILTER_VALUES_MAX];
    uint16_t value_count;
    bool reads_bodies; /* some test is about a body */
    uint8_t memory[FILTER_MEMORY_SIZE];
    struct arena arena;
};

/* Reading ---------------------------------------------------------------------------------- */

/* Of whoever may not see everything: what may be seen. Names of anything else are as unknown as
 * names of nothing, nothing is suggested, and saved queries are only those that Cairn brings. */
struct filter_sight {
    uint64_t as_of_n; /* names are those of then */
    struct status (*sees)(void *context, struct id id, bool *visible);
    void *context;
};

struct filter_context {
    struct engine *engine; /* whose state knows names and saved queries; NULL: ids only */
    struct moment_context moments;
    const struct filter_sight *sight; /* NULL: everything may be seen */
};

/* What is wrong, where, and what may have been meant. */
struct filter_fault {
    size_t at, size; /* bytes of the expression */
    char sentence_memory[320], advice_memory[160];
    struct text sentence, advice;
};

/* Reads an expression into *out, the caller's memory: filter_close it then, and also after a
 * failure. Nothing in it is lent from the expression. MALFORMED or LIMIT at the byte, with the
 * fault filled in; IO or CORRUPT of the state, without. */
MUST_CHECK struct status filter_read(struct bytes expression, const struct filter_context *context,
                                     struct filter *out, struct filter_fault *fault);
void filter_close(struct filter *filter);

/* Two lines for people: the expression, of a long one the part around what is wrong, and carets
 * below that. */
enum {
    FILTER_LINE_SIZE = 512, /* bytes that are enough for either */
};
void filter_fault_write(const struct filter_fault *fault, struct bytes expression,
                        struct text *above, struct text *below);

/* Writes the canonical text, which reads as the same filter: ids for names, instants for relative
 * times. FILTER_WRITTEN_MAX bytes are always enough. */
void filter_write(const struct filter *filter, struct text *out);
/* The same of one node. */
void filter_write_node(const struct filter *filter, uint16_t node, struct text *out);

/* Deciding --------------------------------------------------------------------------------- */

enum filter_answer {
    FILTER_NO,
    FILTER_YES,
    FILTER_UNKNOWN, /* the body has to be looked at */
};

struct filter_event {
    const struct leaf *leaf;
    struct bytes leaf_bytes;
    bool has_body;         /* it has been read */
    struct bytes body;     /* without its salt; empty: erased */
    struct arena *scratch; /* FILTER_SCRATCH_SIZE bytes, used and set back; NULL: no body is read */
};

/* Decides by what is at hand; never FILTER_UNKNOWN with has_body. LIMIT at the event's position for
 * a regular expression that takes too long. */
MUST_CHECK struct status filter_decide(const struct filter *filter,
                                       const struct filter_event *event, enum filter_answer *out);

/* The positions outside of which nothing can meet the filter: [*first, *end). `*end` is kept where
 * it is lower. Times are looked up in the log. */
struct filter_bounds {
    struct moment since; /* nothing that was recorded before it meets the filter */
    struct moment until; /* nor what was recorded at or after it */
    uint64_t first, end; /* nor what is not between these positions */
};
void filter_bounds(const struct filter *filter, struct filter_bounds *out);

#endif
