/*
 * The table of verbs as it is: every row can be read, completed and printed.
 */
#include "reports/glyph.h"
#include "tests/reports/capture.h"
#include "tools/form_examples.h"
#include "tools/help.h"
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
        /* a group's name alone is no verb, but for saved questions and the demonstration */
        assert_true(verb->name[size] == '\0' || options_verb(table, first, NULL) == NULL ||
                    strcmp(first, "query") == 0 || strcmp(first, "demo") == 0);
    }
}

static void check_option(const struct option_info *option)
{
    assert_true(is_word(option->name));
    assert_true(option->letter == 0 || isalnum((unsigned char)option->letter));
    if (!is_phrase(option->about)) {
        fail_msg("--%s: %s", option->name, option->about);
    }
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

/* Up to the examples: commands are not broken into lines. */
static void assert_narrow(const struct verb *verb, struct bytes page)
{
    while (page.size > 0) {
        const void *end = memchr(page.data, '\n', page.size);
        assert_non_null(end);
        const size_t size = (size_t)((const uint8_t *)end - page.data);
        if (bytes_equal(bytes_of(page.data, size), LITERAL("Examples"))) {
            return;
        }
        if (glyph_text_width(bytes_of(page.data, size)) > 80) {
            fail_msg("%s: %.*s", verb->name, (int)size, (const char *)page.data);
        }
        page = bytes_of(page.data + size + 1, page.size - size - 1);
    }
}

static void no_line_of_help_is_wider_than_a_terminal(void **unused)
{
    (void)unused;
    static struct capture capture;
    const struct verb_table *table = verbs_all();
    for (size_t i = 0; i < table->count; i++) {
        capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
        help_verb(table->verbs[i], &capture.output);
        capture_end(&capture);
        assert_narrow(table->verbs[i], bytes_of(capture.text, capture.size));
    }
}

static void examples_of_what_the_catalogue_makes_are_of_that_verb(void **unused)
{
    (void)unused;
    const struct verb_table *table = verbs_all();
    size_t found = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct verb *verb = table->verbs[i];
        const char *examples = form_examples(verb);
        char memory[128];
        struct text command = TEXT_IN(memory);
        text_add(&command, "cairn %s ", verb->name);
        if (verb->examples == NULL && examples != NULL) {
            assert_non_null(strstr(examples, text_string(&command)));
            found++;
        }
    }
    assert_true(found > 0);
}

static void paragraphs_are_filled_and_indented_lines_kept(void **unused)
{
    (void)unused;
    static struct capture capture;
    const struct verb verb = {
        .name = "x",
        .about = "y",
        .details = "One line that is not very long\nand another one that goes on for some while, "
                   "so that it breaks.\n  kept   as it is\n\nA new paragraph.",
    };
    capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
    help_verb(&verb, &capture.output);
    capture_end(&capture);
    assert_non_null(strstr(capture.text,
                           "\n\nOne line that is not very long and another one that goes on for "
                           "some while, so\nthat it breaks.\n  kept   as it is\n\n"
                           "A new paragraph.\n\nOptions of every"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_has_a_name_a_phrase_and_something_to_run),
        cmocka_unit_test(an_option_means_the_same_everywhere),
        cmocka_unit_test(no_line_of_help_is_wider_than_a_terminal),
        cmocka_unit_test(examples_of_what_the_catalogue_makes_are_of_that_verb),
        cmocka_unit_test(paragraphs_are_filled_and_indented_lines_kept),
    };
    return cmocka_run_group_tests_name("tools/verbs", tests, NULL, NULL);
}
