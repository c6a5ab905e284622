/*
 * reports/web/bands.h -- stretches of time as a picture: a lane for each thing, one axis.
 *
 * Shape    Lanes are gathered, then drawn. A band is full while something held, hatched where it
 *          had run out or was refused; each has a title in words and may lead to the event that
 *          began it. A line marks the moment that the page is as of. What the picture shows a
 *          table beside it says in numbers.
 * Limits   BANDS_LANES_MAX lanes and BANDS_MAX bands; those left out are counted, and said.
 * Memory   A block of an arena, with room for labels and titles; where that is full they
 *          are empty.
 * Source   WCAG 2.2, 1.1.1 and 1.4.1: colour is never the only sign.
 */
#ifndef REPORTS_WEB_BANDS_H
#define REPORTS_WEB_BANDS_H

#include "reports/svg.h"
#include "reports/web/visit.h"

enum {
    BANDS_LANES_MAX = 48,
    BANDS_MAX = 1024,
    BANDS_WIDTH = 1240,
    BANDS_TEXT = 512 << 10, /* bytes of labels and titles */
};

enum band_look {
    BAND_HELD,
    BAND_NOT, /* refused, run out, closed */
};

struct band {
    uint64_t from_us, until_us;
    enum band_look look;
    bool open;      /* has not ended: it is so still */
    bool has_event; /* that began it */
    uint64_t event;
    struct bytes title;
};

struct bands_lane {
    struct bytes label;
    struct id about; /* the label leads to it; ID_NONE: nowhere */
    size_t first, count;
};

struct bands {
    struct arena texts; /* of its own: whoever fills it sets the one around back */
    uint64_t from_us;   /* of the axis; 0: of the first band */
    uint64_t last_us; /* of the last news: the axis ends there or with the last band that has ended,
                         and a little later; 0: with the last band */
    uint64_t mark_us; /* 0: none */
    struct bands_lane lanes[BANDS_LANES_MAX];
    struct band bands[BANDS_MAX];
    size_t lane_count, band_count;
    uint64_t left_out; /* lanes */
};

/* Takes memory for it from the arena; NULL if that is full. */
struct bands *bands_new(struct arena *arena);
/* A lane, and then its bands in order; texts are copied. */
void bands_lane(struct bands *bands, struct bytes label, struct id about);
void bands_add(struct bands *bands, const struct band *band);

/* Draws it as a figure; nothing if there is no band. `id` as in struct svg_head. */
void bands_put(struct visit *visit, const struct bands *bands, const char *id, const char *title);

#endif
