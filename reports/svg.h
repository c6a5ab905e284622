/*
 * reports/svg.h -- drawing pictures: SVG that reads well on a screen and on paper.
 *
 * Shape    A picture begins, shapes and words are put one after the other, groups and links nest,
 *          it ends. What comes out is a whole `<svg>` element, which stands alone as a file and may
 *          also be put into a page. Dark on white, no script, no style sheet, no font of its own:
 *          every look is an attribute, so that a strict content policy has nothing to refuse.
 * Text     Foreign text may go in everywhere and is escaped: it can neither end an element nor
 *          steer or hide anything (reports/glyph.h). Titles are what a pointer at rest shows and
 *          what a screen reader says.
 * Links    Lead into the same page (`#e12`) or the same site (`/events/12`); any other target is
 *          left out, and what it would have been around is drawn all the same.
 * Units    Pixels, whole ones: the same calls give the same bytes.
 * Errors   Those of the output, which remembers them (reports/output.h).
 * Source   SVG 1.1; WCAG 2.2, 1.1.1 and 1.4.1: colour is never the only sign.
 */
#ifndef REPORTS_SVG_H
#define REPORTS_SVG_H

#include "reports/output.h"

enum {
    SVG_DEPTH_MAX = 32,   /* groups and links, one in the other */
    SVG_FONT_SIZE = 12,   /* of words, if they do not say */
    SVG_COLUMN_WIDTH = 7, /* pixels that one column of such words takes at most, on average */
};

enum svg_ink {
    SVG_NONE,
    SVG_TEXT,  /* nearly black */
    SVG_FAINT, /* words of less weight */
    SVG_LINE,  /* axes, rules */
    SVG_SHADE, /* areas behind others */
    SVG_PAPER,
    SVG_OK,     /* outcomes: */
    SVG_DENIED, /* dark red */
    SVG_FAILED, /* ochre */
    SVG_HATCH,  /* fill only: lines of dark red, which are told from an area without colour */
    SVG_SERIES, /* and the five after it: whatever is to be told apart */
    SVG_HEAT = SVG_SERIES + 6, /* from little, and the four after it, to much */
    SVG_INK_COUNT = SVG_HEAT + 5,
};

struct svg_point {
    int32_t x, y;
};

struct svg_box {
    int32_t x, y, width, height;
};

struct svg_paint {
    enum svg_ink fill, stroke;
    uint32_t width; /* of the stroke; 0: 1 */
    uint32_t round; /* corners of a box */
    bool dashed;
    bool arrow; /* at the end of a line or path */
};

enum svg_anchor {
    SVG_START,
    SVG_MIDDLE,
    SVG_END,
};

struct svg_words {
    struct svg_point at; /* on the base line */
    struct bytes text;
    enum svg_anchor anchor;
    enum svg_ink ink; /* SVG_NONE: SVG_TEXT */
    uint32_t size;    /* 0: SVG_FONT_SIZE */
    uint32_t columns; /* cut to so many, which an ellipsis shows; 0: never */
    bool bold;
    bool mono;
};

struct svg_head {
    int32_t width, height;
    const char *id;           /* of this picture among others of a page: [a-z][a-z0-9-]*; lent */
    struct bytes title, desc; /* what it is; what it shows, in words */
    bool links;               /* has links: a group of them, and not one picture */
};

/* The caller's memory; its members are this module's own. */
struct svg {
    struct output *output;
    const char *id;
    uint32_t depth;
    bool linked[SVG_DEPTH_MAX]; /* which of the open ones is a link, not a group */
    bool empty[SVG_DEPTH_MAX];  /* which was left out */
};

/* Both write into `output`, which is lent until svg_end. Whatever is still open is closed. */
void svg_begin(struct svg *svg, struct output *output, const struct svg_head *head);
void svg_end(struct svg *svg);

/* A title may be empty: then there is none. */
void svg_rect(struct svg *svg, const struct svg_box *box, const struct svg_paint *paint,
              struct bytes title);
void svg_circle(struct svg *svg, struct svg_point center, int32_t radius,
                const struct svg_paint *paint, struct bytes title);
void svg_line(struct svg *svg, struct svg_point from, struct svg_point to,
              const struct svg_paint *paint);
void svg_text(struct svg *svg, const struct svg_words *words);

enum svg_course {
    SVG_STRAIGHT, /* from point to point */
    SVG_CLOSED,   /* and back to the first */
    SVG_CURVED,   /* leaves and arrives level: for edges that run from left to right */
};
void svg_path(struct svg *svg, enum svg_course course, const struct svg_point *points, size_t count,
              const struct svg_paint *paint);

/* Each begun is ended with svg_close. More than SVG_DEPTH_MAX are left out. */
void svg_group(struct svg *svg, struct bytes title);
void svg_link(struct svg *svg, struct bytes target, struct bytes title);
void svg_close(struct svg *svg);

/* Foreign text as it may stand in an element or an attribute of XML or HTML. */
void svg_put_escaped(struct output *output, struct bytes text);

#endif
