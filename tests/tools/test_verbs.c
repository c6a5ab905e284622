/*
 * The table of verbs as it is: every row can be read, completed and printed.
 */
#include "tools/options.h"
#include "tools/verbs.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

typedef void option_check(const struct option_info *option);

static void each_option(option_check *check)
{
    const struct verb_table *table = verbs_all();
    size_t count;
    const struct option_info *global = command_global_options(&count);
    for (size_t i = 0; i < count; i++) {
        check(&global[i]);
    }
    for (size_t i = 0; i < table->count; i++) {
        for (size_t j = 0; j < table->verbs[i]->option_count; j++) {
            check(&table->verbs[i]->options[j]);
        }
    }
}

static bool is_word(const char *text)
{
    return text[0] != '\0' && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

static bool is_phrase(const char *text)
{
    const size_t size = strlen(text);
    return size > 0 && text[size - 1] != '.' && strchr(text, '\n') == NULL && size <= 72;
}

static void every_verb_has_a_name_a_phrase_and_something_to_run(void **unused)
{
    (void)unused;
    const struct verb_table *table = verbs_all();
    for (size_t i = 0; i < table->count; i++) {
        const struct verb *verb = table->verbs[i];
        char first[64];
        const size_t size = strcspn(verb->name, " ");
        assert_true(size < sizeof first);
        memcpy(first, verb->name, size);
        first[size] = '\0';
        assert_true(is_word(first));
        assert_true(verb->name[size] == '\0' || is_word(verb->name + size + 1));
        assert_true(is_phrase(verb->about));
        assert_non_null(verb->run);
        assert_true(verb->purpose < PURPOSE_COUNT);
        assert_ptr_equal(
            options_verb(table, first, verb->name[size] == '\0' ? NULL : verb->name + size + 1),
            verb);
        /* a group's name alone is no verb */
        assert_true(verb->name[size] == '\0' || options_verb(table, first, NULL) == NULL);
    }
}

static void check_option(const struct option_info *option)
{
    assert_true(is_word(option->name));
    assert_true(option->letter == 0 || isalnum((unsigned char)option->letter));
    assert_true(is_phrase(option->about));
    assert_true(option->argument == NULL || strchr(option->argument, ' ') == NULL);
}

static const struct option_info *compared;

static void check_alike(const struct option_info *option)
{
    if (strcmp(option->name, compared->name) == 0) {
        assert_int_equal(option->argument == NULL, compared->argument == NULL);
        assert_int_equal(option->letter, compared->letter);
    } else if (option->letter != 0) {
        assert_int_not_equal(option->letter, compared->letter);
    }
}

static void compare_with_all(const struct option_info *option)
{
    compared = option;
    each_option(check_alike);
}

static void an_option_means_the_same_everywhere(void **unused)
{
    (void)unused;
    each_option(check_option);
    each_option(compare_with_all);
}

static void no_line_of_help_is_wider_than_a_terminal(void **unused)
{
    (void)unused;
    const struct verb_table *table = verbs_all();
    for (size_t i = 0; i < table->count; i++) {
        const char *texts[] = {table->verbs[i]->details, table->verbs[i]->examples};
        for (size_t j = 0; j < 2; j++) {
            for (const char *line = texts[j]; line != NULL && *line != '\0';) {
                const size_t size = strcspn(line, "\n");
                if (size > (j == 0 ? 80 : 78)) { /* examples are indented by two */
                    fail_msg("%s: %s", table->verbs[i]->name, line);
                }
                line += size + (line[size] == '\n');
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_has_a_name_a_phrase_and_something_to_run),
        cmocka_unit_test(an_option_means_the_same_everywhere),
        cmocka_unit_test(no_line_of_help_is_wider_than_a_terminal),
    };
    return cmocka_run_group_tests_name("tools/verbs", tests, NULL, NULL);
}
