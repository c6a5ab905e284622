/*
 * tools/command.h -- the command line as tables: verbs, their options, and what runs them.
 *
 * Shape    A verb is a row. Parsing, help, completion and the manual page are made from the rows
 *          and nothing else, so they cannot disagree. A verb lives in tools/verb_<name>.c and says
 *          `const struct verb verb_<name> = {...};`, tools/verbs.h and tools/verbs.c list it.
 * Rules    Options may stand anywhere, `--` ends them. No abbreviations, of verbs or options. An
 *          option means the same, with or without argument, for all verbs that have it.
 */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

#include "tools/exit.h"

struct invocation;

struct option_info {
    const char *name;     /* long, without its hyphens */
    char letter;          /* 0: none */
    const char *argument; /* `PATH`; `a|b|c`: one of these words; NULL: it takes none */
    const char *about;    /* a phrase, without a full stop */
    bool repeatable;
};

/* The headings under which `cairn` lists its verbs. */
enum purpose {
    PURPOSE_START,
    PURPOSE_WRITE,
    PURPOSE_MANAGE,
    PURPOSE_ASK,
    PURPOSE_PROVE,
    PURPOSE_KEEP,
    PURPOSE_HELP,
    PURPOSE_COUNT,
};

struct verb {
    const char *name;      /* one word, or two: `emitter register` */
    const char *about;     /* a phrase, without a full stop */
    const char *arguments; /* `ID...`, `[EXPR]`, `SHELL`; NULL: none. Their number is checked. */
    const char *details;   /* paragraphs, filled anew in help and manual; or NULL */
    const char *examples;  /* lines, each a command, or `# ` and what the next one does */
    enum purpose purpose;
    const struct option_info *options;
    size_t option_count;
    bool hidden;  /* left out of the overview */
    bool guarded; /* runs in a child process (tools/guard.h): every verb that opens a store */
    bool signs;   /* gives commands: the key is unlocked before the store is opened for writing */
    enum exit_code (*run)(struct invocation *invocation);
};

#define OPTIONS(array) .options = (array), .option_count = sizeof(array) / sizeof(array)[0]

struct verb_table {
    const struct verb *const *verbs;
    size_t count;
};

/* The descriptors of the program; a test brings its own. */
struct streams {
    int input, output, errors;
};

/* Runs one command line, argv[0] included. The arguments are lent for the call. */
enum exit_code command_run(const struct verb_table *table, struct streams streams, int argc,
                           char *const *argv);

/* The options that every verb has. */
const struct option_info *command_global_options(size_t *count);

/* The version, as in `cairn 0.1.0`. */
const char *command_version(void);

const char *purpose_heading(enum purpose purpose);

#endif
