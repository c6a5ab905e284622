/*
 * reports/web/search.h -- the question of a search page: read once, and asked again.
 *
 * Shape    q=EXPR (reports/filter/filter.h), since=, until= (reports/moment.h), before=N for what
 *          is older than the rows before. Whatever cannot be read is a fault that the page shows
 *          under the field; then there is no query. All links of the page that ask the same, or a
 *          little more or less, are written here.
 * Memory   The caller's; search_close it. Slices are lent from the request's parameters.
 * Errors   Those of the state; what was typed wrongly is no failure.
 */
#ifndef REPORTS_WEB_SEARCH_H
#define REPORTS_WEB_SEARCH_H

#include "reports/web/links.h"

enum {
    SEARCH_ROWS = 50,             /* of one page */
    SEARCH_LOOK_MOST = 30000,     /* leaves compared for one answer, */
    SEARCH_LOOK_INTO_MOST = 8000, /* and so many where bodies are read, too */
};

enum search_field {
    SEARCH_FIELD_NONE,
    SEARCH_FIELD_Q,
    SEARCH_FIELD_SINCE,
    SEARCH_FIELD_UNTIL,
};

struct search {
    struct bytes q, since, until; /* as they were typed */
    enum search_field wrong;      /* the field that cannot be read; NONE: all can */
    struct filter_fault fault;    /* of q */
    const char *why;              /* of the other two */
    bool has_filter;
    struct filter filter;
    struct query query; /* newest first, without a limit */
    bool is_any;        /* q is a choice: it stands in parentheses when more is asked */
};

MUST_CHECK struct status search_read(struct visit *visit, struct search *out);
void search_close(struct search *search);

/* A page about what is asked: reads the question, has the page put, and closes. */
MUST_CHECK struct status search_page(struct visit *visit,
                                     struct status (*put)(struct visit *visit,
                                                          const struct search *search));

/* The leaves that may be compared for one answer. */
uint64_t search_looks(const struct search *search);

/* Whether it asks for anything less than all there is. */
bool search_narrows(const struct search *search);

/* Writes ` and FIELD = VALUE` behind the question, or with != ; nothing if it would be too long. */
enum search_change {
    SEARCH_ONLY,
    SEARCH_NOT,
};
bool search_with(const struct search *search, enum search_change change, const char *field,
                 struct bytes value, struct text *out);

/* In a link that has begun: the parameters of the same question, with another expression. */
void search_params(struct visit *visit, const struct search *search, struct bytes q);

/* The command line that asks the same. */
void search_command(const struct visit *visit, const struct search *search, struct text *out);

/* The form, with what was typed and what is wrong with it. `action` is the path that it asks. */
void search_form(struct visit *visit, const struct search *search, const char *action);

#endif
