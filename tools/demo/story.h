/*
 * tools/demo/story.h -- what ren did: the days before in story.c, the night in night.c.
 */
#ifndef TOOLS_DEMO_STORY_H
#define TOOLS_DEMO_STORY_H

#include "tools/demo/script.h"

#define STORY_COHORT_SIZE UINT64_C(2140000000)

enum {
    COHORT_DAY = 0, /* 2 March, a Monday */
    LEVEL_DAY = 4,  /* the Friday */
    NIGHT_DAY = 7,  /* the next Monday */
    TUESDAY = 8,
    LAPSE_DAY =
        LEVEL_DAY + 30, /* what was granted in bulk is over, and ren does not come any more */
};

/* Notes which event that is. */
void story_plant(struct script *script, enum truth truth, uint64_t n);
/* A record of another system that was planted. */
MUST_CHECK struct status story_say(struct script *script, enum truth truth,
                                   const struct foreign_saying *saying);

/* What the night has, and the morning after it. */
MUST_CHECK struct status night_plan(struct script *script, uint32_t day);

#endif
