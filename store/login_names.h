/*
 * store/login_names.h -- what the users of this machine are called.
 *
 * Shape    /etc/passwd, read once: whoever goes into a sandbox takes it along. From the file
 *          itself: the C library's own look-up loads modules, and ends the process where it lacks
 *          the memory for them. No environment variable counts.
 *          /etc/group has the same form, with the numbers of groups.
 * Limits   LOGIN_NAMES_MAX bytes of the file; what is beyond is not read.
 */
#ifndef STORE_LOGIN_NAMES_H
#define STORE_LOGIN_NAMES_H

#include "schema/text.h"

enum {
    LOGIN_NAMES_MAX = 4 << 20, /* bytes */
};

struct login_names; /* opaque */

/* Reads a file in the form of passwd(5); one that cannot be read has no names. On success *out is
 * the caller's: login_names_close. NO_MEMORY. */
MUST_CHECK struct status login_names_open(const char *path, struct login_names **out);
void login_names_close(struct login_names **names);
/* Writes the name of a user: the first line that has this number and a name that is one, else
 * `uid:N`. */
void login_names_put(const struct login_names *names, uint32_t uid, struct text *out);
/* The number of the first line that has this name; false: nobody is called so. */
MUST_CHECK bool login_names_find(const struct login_names *names, struct bytes name, uint32_t *uid);

#endif
