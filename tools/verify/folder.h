/*
 * tools/verify/folder.h -- checks a folder: a case that was exported, or an answer with the proofs
 * of its rows.
 *
 * Shape    Of a case nothing is believed: its history is proven to be whole, every event is proven,
 *          and case.json, README.txt, the notes and the manifests are made again from these and
 *          compared. What does not belong to the folder is told, too.
 * Errors   The first thing that is wrong, by the file's name.
 */
#ifndef TOOLS_VERIFY_FOLDER_H
#define TOOLS_VERIFY_FOLDER_H

#include "tools/verify/answer.h"

enum folder_form {
    FOLDER_TILES, /* neither of the others */
    FOLDER_CASE,
    FOLDER_ROWS, /* of query --proof */
};

enum folder_form folder_form_of(const char *path);

/* Writes the answer. EXIT_DONE, EXIT_INTEGRITY, EXIT_INCOMPLETE, EXIT_IO. */
enum exit_code check_folder(const struct asked *asked, const char *path, enum folder_form form);

#endif
