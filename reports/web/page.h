/*
 * reports/web/page.h -- what all pages have around them, and the parts that they are made of.
 *
 * Shape    page_begin to <h1>, page_end from </main>. Between them parts: sections, facts, tables,
 *          words with a tone, commands to copy. No style and no script is ever in a page: classes
 *          are those of assets/style.css.
 * Access   Landmarks, one h1, headings in order, captions and scopes of tables, labels of fields;
 *          a tone is a word and a sign before it is a colour.
 * Errors   Those of the output.
 * Source   WCAG 2.2 AA.
 */
#ifndef REPORTS_WEB_PAGE_H
#define REPORTS_WEB_PAGE_H

#include "reports/html.h"
#include "reports/web/links.h"
#include "schema/leaf.h"

struct page_head {
    struct bytes title; /* of the window and the h1; foreign text is escaped */
    const char *kicker; /* small words above the h1, `Event`; NULL: none */
    struct bytes lead;  /* a sentence below it; empty: none */
    bool plain;         /* no permalink: of a page that is no answer about the log */
};

void page_begin(struct visit *visit, const struct page_head *head);
void page_end(struct visit *visit);

/* <section> with an h2; `id` is [a-z][a-z0-9-]*. */
void page_section(struct visit *visit, const char *id, const char *heading);
void page_section_end(struct visit *visit);

/* A <dl> of names and values: fact_begin, the value, fact_end. */
void page_facts_begin(struct visit *visit);
void page_fact_begin(struct visit *visit, const char *name);
void page_fact_end(struct visit *visit);
void page_facts_end(struct visit *visit);
void page_fact(struct visit *visit, const char *name, struct bytes value);
void page_fact_number(struct visit *visit, const char *name, uint64_t value);
void page_fact_time(struct visit *visit, const char *name, uint64_t utc_us);

/* A table: begin, rows of <tr><td>, end. A heading that begins with `#` is of numbers, to the
 * right; `-` is read to those who cannot see, and not shown. */
struct page_table {
    const char *caption;
    const char *const *headings;
    size_t count;
    bool hidden_caption; /* a heading above it says the same */
};
void page_table_begin(struct visit *visit, const struct page_table *table);
void page_table_end(struct visit *visit);

enum page_tone {
    PAGE_PLAIN,
    PAGE_GOOD,
    PAGE_BAD,
    PAGE_WARNING,
    PAGE_MUTED,
};
/* A word with its sign and colour. */
void page_tone(struct visit *visit, enum page_tone tone, const char *word);
void page_outcome(struct visit *visit, enum outcome outcome);

/* A moment in UTC: to seconds, the rest in its attribute; all of it with page_time_exact. */
void page_time(struct visit *visit, uint64_t utc_us);
void page_time_exact(struct visit *visit, uint64_t utc_us);
/* 48,213 */
void page_number(struct visit *visit, uint64_t number);
void page_code(struct visit *visit, struct bytes text);
void page_digest(struct visit *visit, const struct digest *digest);

/* What is said where there is nothing, and what to do next. */
void page_empty(struct visit *visit, const char *sentence);
/* A command line to copy, made by page_command_begin, html_put, page_command_end. */
void page_command_begin(struct visit *visit);
void page_command_end(struct visit *visit);
void page_command(struct visit *visit, struct bytes command);
/* At the end of a page: a script of reports/web/assets/. Nothing on the page needs it. */
void page_script(struct visit *visit, const char *file);
/* A paragraph that stands out. */
void page_notice(struct visit *visit, enum page_tone tone, const char *sentence);

#endif
