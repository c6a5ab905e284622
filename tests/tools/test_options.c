/*
 * Command lines by the thousand, over tables made at random: what was meant is what was read, and
 * no slip is taken for something else.
 */
#include "tests/reports/capture.h"
#include "tools/options.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    VERBS = 6,
    OWN_MAX = 5,
    POOL = 12, /* options that the verbs draw from, so that one option means one thing */
    NAME_SIZE = 16,
    LINE_MAX = 40,
};

struct random_table {
    char pool_names[POOL][NAME_SIZE];
    struct option_info pool[POOL];
    char verb_names[VERBS][2 * NAME_SIZE];
    struct option_info own[VERBS][OWN_MAX];
    struct verb verbs[VERBS];
    const struct verb *list[VERBS];
    struct verb_table table;
};

/* A word that no other word is the beginning of, nor within one change of. */
static void random_name(uint64_t *state, unsigned number, char out[static NAME_SIZE])
{
    char letters[4];
    for (size_t i = 0; i < 3; i++) {
        letters[i] = (char)('a' + random_below(state, 26));
    }
    letters[3] = '\0';
    snprintf(out, NAME_SIZE, "%c%c%c-%s", 'a' + (char)(number % 26), 'a' + (char)(number % 26),
             'a' + (char)(number % 26), letters);
}

static void random_pool(uint64_t *state, struct random_table *random)
{
    for (unsigned i = 0; i < POOL; i++) {
        random_name(state, i, random->pool_names[i]);
        uint64_t kind = random_below(state, 4);
        random->pool[i] = (struct option_info){
            .name = random->pool_names[i],
            .letter = (char)(random_below(state, 2) == 0 ? 0 : 'A' + (char)i),
            .argument = kind == 0   ? NULL
                        : kind == 1 ? "red|green|blue"
                                    : "VALUE",
            .about = "some option",
            .repeatable = random_below(state, 2) == 0,
        };
    }
}

static void random_verbs(uint64_t *state, struct random_table *random)
{
    for (unsigned i = 0; i < VERBS; i++) {
        random_name(state, i < 2 ? i : 13 + i, random->verb_names[i]);
        if (i < 2) { /* the first two are of one group */
            char word[NAME_SIZE];
            memcpy(word, random->verb_names[i], sizeof word);
            snprintf(random->verb_names[i], sizeof random->verb_names[i], "group %s", word);
        }
        size_t count = 0, next = 0;
        for (; next < POOL && count < OWN_MAX; next += 1 + (size_t)random_below(state, 5)) {
            random->own[i][count++] = random->pool[next];
        }
        random->verbs[i] = (struct verb){
            .name = random->verb_names[i],
            .arguments = "[WORD...]",
            .options = random->own[i],
            .option_count = count,
        };
        random->list[i] = &random->verbs[i];
    }
    random->table = (struct verb_table){.verbs = random->list, .count = VERBS};
}

static void random_table(uint64_t *state, struct random_table *random)
{
    memset(random, 0, sizeof *random);
    random_pool(state, random);
    random_verbs(state, random);
}

/* A command line, and what it should come to. */
struct line {
    char memory[LINE_MAX][64];
    char *argv[LINE_MAX + 1];
    int argc;
    struct option_use uses[LINE_MAX];
    char values[LINE_MAX][32];
    size_t use_count;
    const char *words[LINE_MAX];
    size_t word_count;
};

static char *add(struct line *line, const char *text)
{
    assert_true(line->argc < LINE_MAX);
    char *word = line->memory[line->argc];
    snprintf(word, sizeof line->memory[0], "%s", text);
    line->argv[line->argc++] = word;
    line->argv[line->argc] = NULL;
    return word;
}

static void random_value(uint64_t *state, const struct option_info *option, char out[static 32])
{
    static const char *const values[] = {"x",       "",    "-",       "--", "-x",
                                         "--store", "a=b", "seq:5..", " "};
    static const char *const choices[] = {"red", "green", "blue", "table", "json", "csv"};
    if (strcmp(option->argument, "red|green|blue") == 0) {
        snprintf(out, 32, "%s", choices[random_below(state, 3)]);
    } else if (strcmp(option->argument, "table|json|csv") == 0) {
        snprintf(out, 32, "%s", choices[3 + random_below(state, 3)]);
    } else {
        snprintf(out, 32, "%s", values[random_below(state, 9)]);
    }
}

static bool was_used(const struct line *line, const struct option_info *option)
{
    for (size_t i = 0; i < line->use_count; i++) {
        if (strcmp(line->uses[i].option->name, option->name) == 0) {
            return true;
        }
    }
    return false;
}

/* In one of the ways there are: --name value, --name=value, -n value, -nvalue. */
static void add_option(uint64_t *state, struct line *line, const struct option_info *option)
{
    char word[64];
    const bool by_letter = option->letter != 0 && random_below(state, 2) == 0;
    char *value = line->values[line->use_count];
    if (option->argument != NULL && strcmp(option->argument, "auto|always|never") == 0) {
        return;
    }
    if (!option->repeatable && was_used(line, option)) {
        return;
    }
    line->uses[line->use_count].option = option;
    line->uses[line->use_count++].value = option->argument == NULL ? NULL : value;
    if (by_letter) {
        snprintf(word, sizeof word, "-%c", option->letter);
    } else {
        snprintf(word, sizeof word, "--%s", option->name);
    }
    if (option->argument == NULL) {
        add(line, word);
        return;
    }
    random_value(state, option, value);
    if (random_below(state, 2) == 0 && (!by_letter || *value != '\0')) {
        const size_t size = strlen(word);
        snprintf(word + size, sizeof word - size, "%s%s", by_letter ? "" : "=", value);
        add(line, word);
    } else {
        add(line, word);
        add(line, value);
    }
}

static void add_some_options(uint64_t *state, struct line *line, const struct verb *verb)
{
    size_t count;
    const struct option_info *global = command_global_options(&count);
    for (uint64_t some = random_below(state, 3); some > 0 && line->argc < LINE_MAX - 8; some--) {
        if (verb->option_count > 0 && random_below(state, 2) == 0) {
            add_option(state, line, &verb->options[random_below(state, verb->option_count)]);
        } else {
            add_option(state, line, &global[random_below(state, count)]);
        }
    }
}

static void random_line(uint64_t *state, struct line *line, const struct verb *verb)
{
    static const char *const words[] = {"x", "-", "drive:5", "", "\033[2J", "group"};
    char name[2 * NAME_SIZE], *second;
    memset(line, 0, sizeof *line);
    add(line, "cairn");
    snprintf(name, sizeof name, "%s", verb->name);
    second = strchr(name, ' ');
    add_some_options(state, line, verb);
    if (second != NULL) {
        *second++ = '\0';
        add(line, name);
        add_some_options(state, line, verb);
        add(line, second);
    } else {
        add(line, name);
    }
    for (uint64_t some = random_below(state, 4); some > 0; some--) {
        add_some_options(state, line, verb);
        line->words[line->word_count++] = add(line, words[random_below(state, 6)]);
    }
    add_some_options(state, line, verb);
    if (random_below(state, 3) == 0) {
        add(line, "--");
        line->words[line->word_count++] = add(line, "--no-such-option");
        line->words[line->word_count++] = add(line, "--");
    }
}

static void assert_read(const struct random_table *random, const struct line *line,
                        const struct verb *verb)
{
    struct command_line read;
    struct complaint complaint;
    complaint_init(&complaint);
    enum exit_code code = options_read(&random->table, line->argc, line->argv, &read, &complaint);
    if (code != EXIT_DONE) {
        fail_msg("%s", text_string(&complaint.sentence));
    }
    assert_ptr_equal(read.verb, verb);
    assert_int_equal(read.word_count, line->word_count);
    for (size_t i = 0; i < read.word_count; i++) {
        assert_string_equal(read.words[i], line->words[i]);
    }
    assert_int_equal(read.use_count, line->use_count);
    for (size_t i = 0; i < read.use_count; i++) {
        assert_string_equal(read.uses[i].option->name, line->uses[i].option->name);
        assert_int_equal(read.uses[i].value == NULL, line->uses[i].value == NULL);
        if (read.uses[i].value != NULL) {
            assert_string_equal(read.uses[i].value, line->uses[i].value);
        }
    }
    options_free(&read);
}

static void what_was_meant_is_what_was_read(void **unused)
{
    (void)unused;
    uint64_t state = 21;
    for (int round = 0; round < 5000; round++) {
        static struct random_table random;
        static struct line line;
        if (round % 20 == 0) {
            random_table(&state, &random);
        }
        const struct verb *verb = &random.verbs[random_below(&state, VERBS)];
        random_line(&state, &line, verb);
        assert_read(&random, &line, verb);
    }
}

/* Changes, drops, doubles or adds one letter after the hyphens. */
static void slip(uint64_t *state, char *word)
{
    const size_t hyphens = strspn(word, "-"), size = strlen(word);
    const size_t name = strcspn(word + hyphens, "=");
    const size_t at = hyphens + (size_t)random_below(state, name);
    switch (random_below(state, 3)) {
    case 0:
        word[at] = '_';
        break;
    case 1:
        memmove(word + at, word + at + 1, size - at);
        break;
    default:
        memmove(word + at + 1, word + at, size - at + 1);
        word[at] = '_';
        break;
    }
}

static enum exit_code read_code(const struct random_table *random, const struct line *line,
                                struct complaint *complaint)
{
    struct command_line read;
    complaint_init(complaint);
    enum exit_code code = options_read(&random->table, line->argc, line->argv, &read, complaint);
    options_free(&read);
    return code;
}

static void every_slip_in_an_option_is_refused(void **unused)
{
    (void)unused;
    uint64_t state = 22;
    for (int round = 0; round < 5000; round++) {
        static struct random_table random;
        static struct line line;
        struct complaint complaint;
        char word[64];
        random_table(&state, &random);
        const struct verb *verb = &random.verbs[random_below(&state, VERBS)];
        memset(&line, 0, sizeof line);
        add(&line, "cairn");
        if (strchr(verb->name, ' ') != NULL) {
            add(&line, "group");
            add(&line, strchr(verb->name, ' ') + 1);
        } else {
            add(&line, verb->name);
        }
        const struct option_info *option = &verb->options[random_below(&state, verb->option_count)];
        snprintf(word, sizeof word, "--%s%s", option->name, option->argument != NULL ? "=red" : "");
        slip(&state, word);
        add(&line, word);
        assert_int_equal(read_code(&random, &line, &complaint), EXIT_USAGE);
        assert_true(complaint.sentence.size > 0);
        assert_false(complaint.sentence.full);
        /* and the word that was meant is offered */
        char expected[64];
        snprintf(expected, sizeof expected, "did you mean --%s?", option->name);
        assert_string_equal(text_string(&complaint.advice), expected);
    }
}

static void every_slip_in_a_verb_is_refused(void **unused)
{
    (void)unused;
    uint64_t state = 23;
    for (int round = 0; round < 5000; round++) {
        static struct random_table random;
        static struct line line;
        struct complaint complaint;
        char word[64], expected[128];
        random_table(&state, &random);
        const struct verb *verb = &random.verbs[random_below(&state, VERBS)];
        const char *second = strchr(verb->name, ' ');
        memset(&line, 0, sizeof line);
        add(&line, "cairn");
        if (second != NULL) {
            add(&line, "group");
        }
        snprintf(word, sizeof word, "%s", second != NULL ? second + 1 : verb->name);
        slip(&state, word);
        add(&line, word);
        assert_int_equal(read_code(&random, &line, &complaint), EXIT_USAGE);
        snprintf(expected, sizeof expected, "did you mean `cairn %s`?", verb->name);
        assert_string_equal(text_string(&complaint.advice), expected);
    }
}

static const struct option_info some_options[] = {
    {"limit", 'n', "COUNT", "how many", false},
    {"kind", 0, "KIND", "of this kind", true},
    {"mode", 0, "ro|rw", "how", false},
    {"follow", 'f', NULL, "go on", false},
};
static const struct verb query = {.name = "query", .arguments = "[EXPR]", OPTIONS(some_options)};
static const struct verb list = {.name = "emitter list"};
static const struct verb *const some_verbs[] = {&query, &list};
static const struct verb_table some_table = {some_verbs, 2};

static void assert_complaint(const char *line, const char *sentence, const char *advice)
{
    char memory[256], *argv[32], *rest = memory;
    int argc = 0;
    struct command_line read;
    struct complaint complaint;
    snprintf(memory, sizeof memory, "%s", line);
    for (char *word; (word = strsep(&rest, " ")) != NULL;) {
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    complaint_init(&complaint);
    enum exit_code code = options_read(&some_table, argc, argv, &read, &complaint);
    if (code == EXIT_DONE && read.verb != NULL) {
        code = options_check_words(&read, &complaint);
    }
    assert_int_equal(code, EXIT_USAGE);
    assert_string_equal(text_string(&complaint.sentence), sentence);
    assert_string_equal(text_string(&complaint.advice), advice);
    options_free(&read);
}

static void a_complaint_says_what_was_wrong_and_what_to_do(void **unused)
{
    (void)unused;
    assert_complaint("cairn query --limt 5", "there is no option --limt", "did you mean --limit?");
    assert_complaint("cairn query --lim 5", "there is no option --lim", "did you mean --limit?");
    assert_complaint("cairn query --limt=5", "there is no option --limt", "did you mean --limit?");
    assert_complaint("cairn query --zzz", "there is no option --zzz", "");
    assert_complaint("cairn query -z", "there is no option -z", "");
    assert_complaint("cairn query -fz", "there is no option -z", "");
    assert_complaint("cairn query --limit", "--limit needs its COUNT", "");
    assert_complaint("cairn query -n", "--limit needs its COUNT", "");
    assert_complaint("cairn query --follow=yes", "--follow takes no value", "");
    assert_complaint("cairn query --mode r", "--mode is one of ro|rw, not r",
                     "did you mean --mode ro?");
    assert_complaint("cairn query --output jsn", "--output is one of table|json|csv, not jsn",
                     "did you mean --output json?");
    assert_complaint("cairn query --limit 1 --limit 2", "--limit is given twice", "");
    assert_complaint("cairn emitter list --limit 1", "there is no option --limit", "");
    assert_complaint("cairn qeury", "there is no command qeury", "did you mean `cairn query`?");
    assert_complaint("cairn emitter lst", "there is no command emitter lst",
                     "did you mean `cairn emitter list`?");
    assert_complaint("cairn zzz", "there is no command zzz", "`cairn help` lists them all");
    assert_complaint("cairn --limt 5 query", "there is no option --limt", "did you mean --limit?");
    assert_complaint("cairn --limt", "there is no option --limt", "did you mean --limit?");
    assert_complaint("cairn query a b", "there is no place for the argument b",
                     "usage: cairn query [options] [EXPR]");
    assert_complaint("cairn emitter list x", "there is no place for the argument x",
                     "usage: cairn emitter list [options]");
}

static void words_of_any_length_get_a_complaint(void **unused)
{
    (void)unused;
    static char word[100000];
    char program[] = "cairn", verb[] = "query";
    memset(word, '-', 2);
    memset(word + 2, 'l', sizeof word - 3);
    char *vectors[][3] = {{program, verb, word}, {program, word + 2, NULL}};
    for (size_t i = 0; i < 2; i++) {
        struct command_line read;
        struct complaint complaint;
        complaint_init(&complaint);
        assert_int_equal(options_read(&some_table, i == 0 ? 3 : 2, vectors[i], &read, &complaint),
                         EXIT_USAGE);
        assert_true(complaint.sentence.size > 80 && complaint.sentence.size < 200);
        options_free(&read);
    }
}

static void no_command_at_all_is_no_mistake(void **unused)
{
    (void)unused;
    char program[] = "cairn", group[] = "emitter";
    char *argv[] = {program, group, NULL};
    for (int argc = 0; argc < 3; argc++) {
        struct command_line read;
        struct complaint complaint;
        complaint_init(&complaint);
        assert_int_equal(options_read(&some_table, argc, argv, &read, &complaint), EXIT_DONE);
        assert_null(read.verb);
        assert_int_equal(read.group != NULL, argc == 2);
        options_free(&read);
    }
}

static void the_number_of_arguments_is_as_it_is_written(void **unused)
{
    (void)unused;
    static const struct {
        const char *arguments;
        size_t least, most;
    } rows[] = {
        {NULL, 0, 0},
        {"ID", 1, 1},
        {"[EXPR]", 0, 1},
        {"ID...", 1, SIZE_MAX},
        {"[ID...]", 0, SIZE_MAX},
        {"FROM TO", 2, 2},
        {"NAME [FILE]", 1, 2},
        {"A [B] [C...]", 1, SIZE_MAX},
        {"a|b|c", 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t least, most;
        options_arity(rows[i].arguments, &least, &most);
        assert_int_equal(least, rows[i].least);
        assert_int_equal(most, rows[i].most);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_meant_is_what_was_read),
        cmocka_unit_test(every_slip_in_an_option_is_refused),
        cmocka_unit_test(every_slip_in_a_verb_is_refused),
        cmocka_unit_test(a_complaint_says_what_was_wrong_and_what_to_do),
        cmocka_unit_test(words_of_any_length_get_a_complaint),
        cmocka_unit_test(no_command_at_all_is_no_mistake),
        cmocka_unit_test(the_number_of_arguments_is_as_it_is_written),
    };
    return cmocka_run_group_tests_name("tools/options", tests, NULL, NULL);
}
