/*
 * tools/verify/folder.h -- checks a folder: a case that was exported, an answer with the proofs of
 * its rows, or a report with the proofs of what it rests on.
 *
 * Shape    Of a case nothing is believed: its history is proven to be whole, every event is proven,
 *          and case.json, README.txt, the notes and the manifests are made again from these and
 *          compared. What does not belong to the folder is told, too.
 *          Of a report's evidence each event is proven and each file is what the manifests say;
 *          what the report makes of the events only the store can tell.
 * Errors   The first thing that is wrong, by the file's name.
 */
#ifndef TOOLS_VERIFY_FOLDER_H
#define TOOLS_VERIFY_FOLDER_H

#include "tools/verify/answer.h"

enum folder_form {
    FOLDER_TILES, /* neither of the others */
    FOLDER_CASE,
    FOLDER_ROWS,     /* of query --proof */
    FOLDER_EVIDENCE, /* of report run --evidence */
};

enum folder_form folder_form_of(const char *path);

/* Writes the answer. EXIT_DONE, EXIT_INTEGRITY, EXIT_INCOMPLETE, EXIT_IO. */
enum exit_code check_folder(const struct asked *asked, const char *path, enum folder_form form);

#endif
