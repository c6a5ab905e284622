/*
 * tools/options.h -- an argument vector, read by getopt_long with the tables of tools/command.h.
 *
 * Process  getopt_long keeps its state in libc: one thread, one command line at a time.
 */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include "schema/text.h"
#include "tools/command.h"

enum {
    OPTIONS_MAX = 512, /* different options of all verbs together */
};

struct option_use {
    const struct option_info *option;
    const char *value; /* NULL: it takes none */
};

/* What was said. The slices point into the argument vector. */
struct command_line {
    const struct verb *verb; /* NULL: none was named */
    const char *group;       /* of verbs with two words, the first alone: `emitter`; else NULL */
    struct option_use *uses; /* in their order */
    size_t use_count;
    const char **words; /* the arguments, without the verb */
    size_t word_count;
    void *memory;
};

/* What was wrong, and what to do about it. */
struct complaint {
    char sentence_memory[512], advice_memory[256];
    struct text sentence, advice;
};

void complaint_init(struct complaint *complaint);

/* Reads the vector. On success *out is the caller's: options_free. EXIT_USAGE with a complaint;
 * out->verb is then set as far as it was understood. */
enum exit_code options_read(const struct verb_table *table, int argc, char *const *argv,
                            struct command_line *out, struct complaint *complaint);

void options_free(struct command_line *line);

/* Whether the words are as many as the verb wants; EXIT_USAGE with a complaint if not. */
enum exit_code options_check_words(const struct command_line *line, struct complaint *complaint);

/* How many arguments `ID...`, `[EXPR]`, `FROM TO` stand for; *most is SIZE_MAX without an end. */
void options_arity(const char *arguments, size_t *least, size_t *most);

/* Whether the value is one of `a|b|c`. */
bool options_choice_has(const char *choices, const char *value);

/* The index-th of them; empty past the end. */
struct bytes options_choice(const char *choices, size_t index);

/* The use that counts: of an option given more than once, the last. NULL: not given. */
const struct option_use *options_find(const struct command_line *line, const char *name);

/* The verb of that name, of one word or two; second may be NULL. NULL: there is none. */
const struct verb *options_verb(const struct verb_table *table, const char *first,
                                const char *second);

/* Whether `word` is the first of two in some verb's name. */
bool options_is_group(const struct verb_table *table, const char *word);

#endif
