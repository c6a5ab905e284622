/*
 * auditd/start.h -- the command line of cairnd, down to a supervisor that runs.
 */
#ifndef AUDITD_START_H
#define AUDITD_START_H

#include "auditd/ending.h"
#include "auditd/roles.h"

/* Reads the command line and the settings that it names, and runs the daemon; or does what --help,
 * --version and --check say. */
enum ending start_daemon(const struct role_info *roles, int argc, char **argv);

#endif
