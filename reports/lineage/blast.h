/*
 * reports/lineage/blast.h -- the blast radius of a user's key: what it read and could have read,
 * what was done with it, and how far that went.
 *
 * Shape    Rows made of the lineage of a user, both ways and with rights. Of each file that the
 *          user, or a group of hers, had the key of: what was done, and when access would have been
 *          given, as intervals, by the code that decides (reports/access/interval.h): a key alone
 *          opens nothing. Then what she wrote or gave, then what others did with that.
 * Rests    on events: each row names them.
 * Errors   Those of log and state, and of the rows.
 * Source   domain.md Q40.
 */
#ifndef REPORTS_LINEAGE_BLAST_H
#define REPORTS_LINEAGE_BLAST_H

#include "reports/access/interval.h"
#include "reports/lineage/lineage_name.h"
#include "reports/rows.h"

struct blast {
    const struct lineage *lineage;     /* its root is the user */
    struct interval_question question; /* of the stretch; reader and object are set here */
    struct basis *basis;
    struct rows *rows;
};

MUST_CHECK struct status blast_rows(struct blast *blast);

#endif
