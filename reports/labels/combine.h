/*
 * reports/labels/combine.h -- which labels met at one place, and by which path.
 *
 * Shape    A holder is whoever sees data: a session, a user in all of them, or a virtual machine. A
 *          machine has seen the labels that entered it with its tag and its drives, for good
 *          (core/vm/vm_label.h); anybody else those that files carried when their keys were
 *          fetched, and when they were read, viewed or taken out. These form a chain in the tree
 *          of projects (PRJ-13b), or two of them have been combined.
 * Carried  Data goes on in files: a session that has seen one label and writes a file of another
 *          hands on what it saw to whoever reads that file. A search that is asked to follows this
 *          back, through any number of files and sessions, always backwards in time. It is
 *          conservative: that data was handed on is not known, only that it could have been. A
 *          label that was lowered by the rules (classification.lowered) is not followed: who lowers
 *          a label says that it may be seen.
 * Path     The shortest: the fewest steps of both labels together.
 * Limits   COMBINE_NODES_MAX sessions and files are looked at; if there are more and nothing was
 *          found, the answer says that it is not complete. More than COMBINE_LABELS_MAX labels
 *          cannot form a chain.
 * Source   domain.md PRJ-13, PRJ-14, PRJ-21, 2.2 Q8.
 */
#ifndef REPORTS_LABELS_COMBINE_H
#define REPORTS_LABELS_COMBINE_H

#include "core/view.h"
#include "reports/query.h"

enum {
    COMBINE_NODES_MAX = 2048,
    COMBINE_LABELS_MAX = 66, /* a chain has at most 64 projects */
};

enum holder_sort {
    HOLDER_SESSION,
    HOLDER_USER,
    HOLDER_VM,
    HOLDER_SORT_COUNT,
};

/* A place on the way of data: a holder or a file. */
struct combine_node {
    struct id id;
    uint64_t before; /* only what happened before this event has come here */
    uint64_t event;  /* by which it has gone on to `parent` */
    size_t parent;   /* SIZE_MAX: the holder that was asked for */
    uint32_t steps;  /* to it */
    struct id label; /* of a file: that it carried when it was read */
};

/* A label that has reached the holder, and the node of the file that first brought it. */
struct combine_label {
    struct id label;
    size_t node;
};

struct combine {
    struct combine_node nodes[COMBINE_NODES_MAX];
    size_t node_count;
    struct combine_label labels[COMBINE_LABELS_MAX]; /* in the order in which they were found */
    size_t label_count;
    bool combined;   /* the labels form no chain: */
    size_t a, b;     /* these two labels do not, and have the shortest path */
    bool incomplete; /* not all was looked at */
};

struct combine_question {
    struct view view;
    struct log_snapshot *log;
    struct index_snapshot *index; /* NULL: the log is scanned */
    enum holder_sort sort;
    struct moment_range range; /* in which the holder saw; by when it was recorded */
    bool carried;              /* follow what files carry */
};

/* Looks at one holder. Fails as log, index and state do. */
MUST_CHECK struct status combine_find(const struct combine_question *question, struct id holder,
                                      struct combine *out);

/* `session`, `user`, `vm` */
const char *holder_sort_name(enum holder_sort sort);

#endif
