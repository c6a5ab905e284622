/*
 * tools/audit/case_folder.h -- the folder that a case leaves as: reports/casefile/casefile.h says
 * what is in it.
 *
 * Process  Everything is read through one snapshot of the log and one of the index, so that all
 *          proofs are under one checkpoint.
 */
#ifndef TOOLS_AUDIT_CASE_FOLDER_H
#define TOOLS_AUDIT_CASE_FOLDER_H

#include "core/engine.h"
#include "tools/leaving_folder.h"

struct case_folder {
    struct engine *engine;
    struct leaving_folder *folder;
    struct id about;            /* the case */
    const char *const *answers; /* files to attach, ending in NULL */
    const char *doing;          /* what failed, for whoever says so */
    uint64_t size;              /* events of the log */
    uint64_t events;            /* that have a proof in the folder */
    struct digest digest;       /* of MANIFEST.sha256 */
};

/* Fills the folder. Fails as the log, the index and the files do; as judge, of an answer to be
 * attached; LIMIT. */
MUST_CHECK struct status case_folder_fill(struct case_folder *folder);

#endif
