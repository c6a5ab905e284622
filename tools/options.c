#include "tools/options.h"

#include "reports/nearest.h"

#include <assert.h>
#include <getopt.h>
#include <stdlib.h>

/* Verbs ------------------------------------------------------------------------------------ */

/* Whether the verb's name is these words; second NULL: this one word. */
static bool verb_is(const struct verb *verb, const char *first, const char *second)
{
    const char *name = verb->name;
    const size_t size = strlen(first);
    if (strncmp(name, first, size) != 0) {
        return false;
    }
    return second == NULL ? name[size] == '\0'
                          : name[size] == ' ' && strcmp(name + size + 1, second) == 0;
}

const struct verb *options_verb(const struct verb_table *table, const char *first,
                                const char *second)
{
    for (size_t i = 0; i < table->count; i++) {
        if (verb_is(table->verbs[i], first, second)) {
            return table->verbs[i];
        }
    }
    return NULL;
}

bool options_is_group(const struct verb_table *table, const char *word)
{
    const size_t size = strlen(word);
    for (size_t i = 0; i < table->count; i++) {
        const char *name = table->verbs[i]->name;
        if (strncmp(name, word, size) == 0 && name[size] == ' ') {
            return true;
        }
    }
    return false;
}

/* Choices and arguments -------------------------------------------------------------------- */

struct bytes options_choice(const char *choices, size_t index)
{
    for (; index > 0; index--) {
        choices += strcspn(choices, "|");
        choices += *choices == '|';
    }
    return bytes_of(choices, strcspn(choices, "|"));
}

bool options_choice_has(const char *choices, const char *value)
{
    struct bytes choice;
    for (size_t i = 0; (choice = options_choice(choices, i)).size > 0; i++) {
        if (bytes_equal(choice, bytes_of_string(value))) {
            return true;
        }
    }
    return false;
}

void options_arity(const char *arguments, size_t *least, size_t *most)
{
    const char *word = arguments == NULL ? "" : arguments;
    *least = *most = 0;
    while (*word != '\0') {
        const struct bytes one = bytes_of(word, strcspn(word, " "));
        *least += word[0] != '[';
        *most = *most == SIZE_MAX || memmem(one.data, one.size, "...", 3) != NULL ? SIZE_MAX
                                                                                  : *most + 1;
        word += one.size;
        word += strspn(word, " ");
    }
}

void complaint_init(struct complaint *complaint)
{
    complaint->sentence = TEXT_IN(complaint->sentence_memory);
    complaint->advice = TEXT_IN(complaint->advice_memory);
}

/* Words of any length come in here: what does not fit is left out, not the whole sentence. */
static void put_word(struct text *text, const char *word)
{
    enum {
        WORD_SHOWN = 80,
    };
    const size_t size = strnlen(word, WORD_SHOWN + 1);
    text_put(text, word, size > WORD_SHOWN ? WORD_SHOWN : size);
    if (size > WORD_SHOWN) {
        text_put_literal(text, "...");
    }
}

/* One pass over the vector ----------------------------------------------------------------- */

/* The options that a pass knows. */
struct known {
    const struct option_info *options[OPTIONS_MAX];
    struct option longs[OPTIONS_MAX + 1];
    size_t count;
    char letters[3 + 2 * OPTIONS_MAX];
    size_t letters_size;
};

static void know(struct known *known, const struct option_info *option)
{
    enum {
        BEYOND_LETTERS = 256,
    };
    for (size_t i = 0; i < known->count; i++) {
        if (strcmp(known->options[i]->name, option->name) == 0) {
            return;
        }
    }
    assert(known->count < OPTIONS_MAX);
    known->longs[known->count] = (struct option){
        .name = option->name,
        .has_arg = option->argument != NULL ? required_argument : no_argument,
        .val = BEYOND_LETTERS + (int)known->count,
    };
    known->options[known->count++] = option;
    if (option->letter != 0) {
        known->letters[known->letters_size++] = option->letter;
        if (option->argument != NULL) {
            known->letters[known->letters_size++] = ':';
        }
    }
}

static void know_all(struct known *known, const struct option_info *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        know(known, &options[i]);
    }
}

/* `verb` NULL: the options of all verbs. */
static void know_verb(struct known *known, const struct verb_table *table, const struct verb *verb)
{
    size_t count;
    const struct option_info *global = command_global_options(&count);
    *known = (struct known){.letters = "-:", .letters_size = 2};
    know_all(known, global, count);
    for (size_t i = 0; i < table->count; i++) {
        if (verb == NULL || verb == table->verbs[i]) {
            know_all(known, table->verbs[i]->options, table->verbs[i]->option_count);
        }
    }
}

static const struct option_info *option_of(const struct known *known, int value)
{
    for (size_t i = 0; i < known->count; i++) {
        if (value == known->longs[i].val || (value > 0 && value == known->options[i]->letter)) {
            return known->options[i];
        }
    }
    return NULL;
}

struct pass {
    struct known *known;
    int argc;
    char *const *argv;
    struct option_use *uses;
    size_t use_count;
    const char **words;
    size_t word_count;
};

static enum exit_code unknown_option(const struct pass *pass, const char *text,
                                     struct complaint *complaint)
{
    char name[NEAREST_WORD_MAX + 2];
    if (text[0] != '-' || text[1] != '-') {
        text_add(&complaint->sentence, "there is no option -%c", optopt);
        return EXIT_USAGE;
    }
    const size_t size = strcspn(text + 2, "=");
    const size_t copied = size < sizeof name - 1 ? size : sizeof name - 1;
    memcpy(name, text + 2, copied);
    name[copied] = '\0';
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < pass->known->count; i++) {
        nearest_offer(&nearest, pass->known->options[i]->name);
    }
    text_put_literal(&complaint->sentence, "there is no option --");
    put_word(&complaint->sentence, name);
    if (nearest.word != NULL) {
        text_add(&complaint->advice, "did you mean --%s?", nearest.word);
    }
    return EXIT_USAGE;
}

static enum exit_code bad_option(const struct pass *pass, int result, const char *text,
                                 struct complaint *complaint)
{
    const struct option_info *option = option_of(pass->known, optopt);
    if (option == NULL) {
        return unknown_option(pass, text, complaint);
    }
    if (result == ':') {
        text_add(&complaint->sentence, "--%s needs its %s", option->name, option->argument);
    } else {
        text_add(&complaint->sentence, "--%s takes no value", option->name);
    }
    return EXIT_USAGE;
}

static enum exit_code bad_choice(const struct option_info *option, const char *value,
                                 struct complaint *complaint)
{
    char word[NEAREST_WORD_MAX + 1];
    char best[NEAREST_WORD_MAX + 1] = "";
    struct nearest nearest = nearest_to(value);
    struct bytes choice;
    for (size_t i = 0; (choice = options_choice(option->argument, i)).size > 0; i++) {
        assert(choice.size < sizeof word);
        memcpy(word, choice.data, choice.size);
        word[choice.size] = '\0';
        nearest_offer(&nearest, word);
        if (nearest.word == word) {
            memcpy(best, word, sizeof best);
            nearest.word = best;
        }
    }
    text_add(&complaint->sentence, "--%s is one of %s, not ", option->name, option->argument);
    put_word(&complaint->sentence, value);
    if (best[0] != '\0') {
        text_add(&complaint->advice, "did you mean --%s %s?", option->name, best);
    }
    return EXIT_USAGE;
}

/* getopt_long takes an abbreviated name for the whole: here only the whole is right. */
static bool is_abbreviated(const struct option_info *option, int result, const char *text)
{
    return result >= 256 && strcspn(text + 2, "=") != strlen(option->name);
}

static enum exit_code take_option(struct pass *pass, int result, const char *text,
                                  struct complaint *complaint)
{
    if (result == '?' || result == ':') {
        return bad_option(pass, result, text, complaint);
    }
    const struct option_info *option = option_of(pass->known, result);
    assert(option != NULL && text != NULL);
    if (is_abbreviated(option, result, text)) {
        return unknown_option(pass, text, complaint);
    }
    if (option->argument != NULL && strchr(option->argument, '|') != NULL &&
        !options_choice_has(option->argument, optarg)) {
        return bad_choice(option, optarg, complaint);
    }
    pass->uses[pass->use_count++] =
        (struct option_use){.option = option, .value = option->argument != NULL ? optarg : NULL};
    return EXIT_DONE;
}

/* Goes through the whole vector, whatever it meets; the first complaint stays. */
static enum exit_code run_pass(struct pass *pass, struct complaint *complaint)
{
    enum exit_code code = EXIT_DONE;
    int result;
    optind = 0; /* glibc: forget the last vector */
    opterr = 0;
    for (;;) {
        const char *text = pass->argv[optind == 0 ? 1 : optind];
        result =
            getopt_long(pass->argc, pass->argv, pass->known->letters, pass->known->longs, NULL);
        if (result == -1) {
            break;
        }
        if (result == 1) {
            pass->words[pass->word_count++] = optarg;
        } else if (code == EXIT_DONE) {
            code = take_option(pass, result, text, complaint);
        }
    }
    while (optind < pass->argc) {
        pass->words[pass->word_count++] = pass->argv[optind++];
    }
    return code;
}

/* The whole -------------------------------------------------------------------------------- */

static enum exit_code unknown_verb(const struct verb_table *table, const struct pass *pass,
                                   struct complaint *complaint)
{
    char typed[2 * NEAREST_WORD_MAX];
    struct text text = TEXT_IN(typed);
    text_put(&text, pass->words[0], strnlen(pass->words[0], NEAREST_WORD_MAX));
    if (options_is_group(table, pass->words[0]) && pass->word_count > 1) {
        text_put_char(&text, ' ');
        text_put(&text, pass->words[1], strnlen(pass->words[1], NEAREST_WORD_MAX / 2));
    }
    struct nearest nearest = nearest_to(text_string(&text));
    for (size_t i = 0; i < table->count; i++) {
        if (!table->verbs[i]->hidden) {
            nearest_offer(&nearest, table->verbs[i]->name);
        }
    }
    text_put_literal(&complaint->sentence, "there is no command ");
    put_word(&complaint->sentence, typed);
    if (nearest.word != NULL) {
        text_add(&complaint->advice, "did you mean `cairn %s`?", nearest.word);
    } else {
        text_put_literal(&complaint->advice, "`cairn help` lists them all");
    }
    return EXIT_USAGE;
}

/* Sets verb or group from the first words, and takes those off; false: they name nothing. */
static bool find_verb(const struct verb_table *table, const struct pass *pass,
                      struct command_line *line)
{
    const char *first = pass->word_count > 0 ? pass->words[0] : NULL;
    const char *second = pass->word_count > 1 ? pass->words[1] : NULL;
    size_t taken = 2;
    if (first == NULL) {
        return true;
    }
    line->verb = second == NULL ? NULL : options_verb(table, first, second);
    if (line->verb == NULL) {
        line->verb = options_verb(table, first, NULL);
        taken = 1;
    }
    if (line->verb == NULL && second == NULL && options_is_group(table, first)) {
        line->group = first;
    } else if (line->verb == NULL) {
        return false;
    }
    line->words = pass->words + taken;
    line->word_count = pass->word_count - taken;
    return true;
}

static bool is_global(const struct option_info *option)
{
    size_t count;
    const struct option_info *global = command_global_options(&count);
    return option >= global && option < global + count;
}

static enum exit_code check_repeats(const struct command_line *line, struct complaint *complaint)
{
    for (size_t i = 0; i < line->use_count; i++) {
        const struct option_info *option = line->uses[i].option;
        if (!option->repeatable && !is_global(option) &&
            options_find(line, option->name) != &line->uses[i]) {
            text_add(&complaint->sentence, "--%s is given twice", option->name);
            return EXIT_USAGE;
        }
    }
    return EXIT_DONE;
}

/* Once with the options of all verbs, to find the verb; then with its own only. */
static enum exit_code read_twice(const struct verb_table *table, struct pass *pass,
                                 struct command_line *out, struct complaint *complaint)
{
    know_verb(pass->known, table, NULL);
    enum exit_code code = run_pass(pass, complaint);
    if (pass->word_count == 0 && code != EXIT_DONE) {
        return code;
    }
    if (!find_verb(table, pass, out)) {
        return code != EXIT_DONE ? code : unknown_verb(table, pass, complaint);
    }
    complaint_init(complaint);
    pass->use_count = pass->word_count = 0;
    if (out->verb != NULL) {
        know_verb(pass->known, table, out->verb);
    }
    code = run_pass(pass, complaint);
    out->use_count = pass->use_count;
    return code != EXIT_DONE ? code : check_repeats(out, complaint);
}

enum exit_code options_read(const struct verb_table *table, int argc, char *const *argv,
                            struct command_line *out, struct complaint *complaint)
{
    static char *const nothing[] = {NULL, NULL};
    *out = (struct command_line){.verb = NULL};
    /* -abc is three options in one word, so there may be more of them than words. */
    size_t words = 1, uses = 1;
    for (int i = 1; i < argc; i++) {
        words++;
        uses += strlen(argv[i]) + 1;
    }
    out->memory = calloc(1, uses * sizeof(struct option_use) + words * sizeof(char *));
    if (out->memory == NULL) {
        text_put_literal(&complaint->sentence, "there is not enough memory for the command line");
        return EXIT_IO;
    }
    out->uses = out->memory;
    struct known known;
    struct pass pass = {
        .known = &known,
        .argc = argc > 0 ? argc : 1,
        .argv = argc > 0 ? argv : nothing,
        .uses = out->uses,
        .words = (const char **)(out->uses + uses),
    };
    return read_twice(table, &pass, out, complaint);
}

void options_free(struct command_line *line)
{
    free(line->memory);
    *line = (struct command_line){.verb = NULL};
}

enum exit_code options_check_words(const struct command_line *line, struct complaint *complaint)
{
    size_t least, most;
    options_arity(line->verb->arguments, &least, &most);
    if (line->word_count > most) {
        text_put_literal(&complaint->sentence, "there is no place for the argument ");
        put_word(&complaint->sentence, line->words[most]);
    } else if (line->word_count < least) {
        text_add(&complaint->sentence, "an argument is missing: %s", line->verb->arguments);
    } else {
        return EXIT_DONE;
    }
    text_add(&complaint->advice, "usage: cairn %s [options]%s%s", line->verb->name,
             line->verb->arguments != NULL ? " " : "",
             line->verb->arguments != NULL ? line->verb->arguments : "");
    return EXIT_USAGE;
}

const struct option_use *options_find(const struct command_line *line, const char *name)
{
    for (size_t i = line->use_count; i > 0; i--) {
        if (strcmp(line->uses[i - 1].option->name, name) == 0) {
            return &line->uses[i - 1];
        }
    }
    return NULL;
}
