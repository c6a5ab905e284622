#include "tools/form_examples.h"
#include "tools/help.h"
#include "tools/invocation.h"
#include "tools/man_query.h"
#include "tools/man_settings.h"
#include "tools/roff.h"
#include "tools/verbs.h"

static void put_options(struct output *output, const struct option_info *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        output_put_string(output, ".TP\n\\fB");
        if (options[i].letter != 0) {
            output_add(output, "\\-%c\\fR, \\fB", options[i].letter);
        }
        output_put_string(output, "\\-\\-");
        roff_put(output, options[i].name);
        output_put_string(output, "\\fR");
        if (options[i].argument != NULL) {
            output_put_string(output, " \\fI");
            roff_put(output, options[i].argument);
            output_put_string(output, "\\fR");
        }
        output_put_string(output, options[i].repeatable ? " ...\n" : "\n");
        roff_line(output, options[i].about);
    }
}

static void put_verb(struct output *output, const struct verb *verb)
{
    output_put_string(output, ".SS cairn ");
    roff_put(output, verb->name);
    if (verb->arguments != NULL) {
        output_put_string(output, " \\fI");
        roff_put(output, verb->arguments);
        output_put_string(output, "\\fR");
    }
    output_put_char(output, '\n');
    roff_put(output, verb->about);
    output_put_string(output, ".\n");
    if (verb->details != NULL) {
        output_put_string(output, ".PP\n");
        roff_paragraphs(output, verb->details);
    }
    put_options(output, verb->options, verb->option_count);
    const char *examples = form_examples(verb);
    if (examples != NULL) {
        roff_block(output, examples);
    }
}

static void put_verbs(const struct verb_table *table, struct output *output)
{
    for (unsigned purpose = 0; purpose < PURPOSE_COUNT; purpose++) {
        for (size_t i = 0; i < table->count; i++) {
            const struct verb *verb = table->verbs[i];
            if (verb->purpose == (enum purpose)purpose && !verb->hidden) {
                put_verb(output, verb);
            }
        }
    }
}

static void put_exit_codes(struct output *output)
{
    const char *meaning;
    enum exit_code code;
    for (size_t i = 0; (meaning = exit_meaning(i, &code)) != NULL; i++) {
        output_add(output, ".TP\n.B %d\n", (int)code);
        roff_line(output, meaning);
    }
}

static void put_environment(struct output *output)
{
    static const char *const variables[][2] = {
        {"CAIRN_STORE", "the store's directory, where --store is not given"},
        {"CAIRN_TZ", "the zone of times, where --tz is not given"},
        {"NO_COLOR", "no colour, whatever it is set to"},
        {"COLUMNS", "the width of the terminal"},
        {"TZ", "the zone called local"},
    };
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        output_add(output, ".TP\n.B %s\n", variables[i][0]);
        roff_line(output, variables[i][1]);
    }
}

static void put_page(const struct invocation *invocation)
{
    struct output *output = invocation->output;
    size_t count;
    const struct option_info *global = command_global_options(&count);
    output_add(output,
               ".TH CAIRN 1 \"\" \"cairn %s\" \"User Commands\"\n"
               ".SH NAME\ncairn \\- an event store you can audit\n"
               ".SH SYNOPSIS\n.B cairn\n.I COMMAND\n[options] [arguments]\n"
               ".SH DESCRIPTION\n"
               "Everything that happens in a secure research enclave becomes a signed, chained\n"
               "event in one log that can only grow. This program makes such a store, writes to\n"
               "it, asks it and proves its answers.\n"
               ".PP\n"
               "Answers go to standard output, every other word to standard error. Standard\n"
               "input is read only where an argument is\n.BR \\- .\n"
               "Options may stand anywhere;\n.B \\-\\-\nends them. Nothing may be abbreviated.\n"
               ".SH COMMANDS\n",
               command_version());
    put_verbs(invocation->table, output);
    output_put_string(output, ".SH OPTIONS OF EVERY COMMAND\n");
    put_options(output, global, count);
    output_put_string(output, ".SH TIMES\n");
    roff_block(output, help_times());
    output_put_string(output, ".SH EXIT STATUS\n");
    put_exit_codes(output);
    output_put_string(output, ".PP\nWhen two apply, 3 goes before 4, and 4 before the others.\n"
                              ".SH ENVIRONMENT\n");
    put_environment(output);
    output_put_string(output, ".SH SEE ALSO\n.BR cairn\\-query (7),\n.BR cairn\\-events (7)\n");
}

static enum exit_code run_man(struct invocation *invocation)
{
    const char *page = invocation_argument(invocation, 0);
    if (page == NULL || strcmp(page, "cairn") == 0) {
        put_page(invocation);
        return EXIT_DONE;
    }
    if (strcmp(page, "cairnd.conf") == 0) {
        return man_settings(invocation);
    }
    if (strcmp(page, "query") != 0) {
        return invocation_fail(invocation, EXIT_NOT_FOUND, NULL,
                               "the manual pages are cairn, query and cairnd.conf");
    }
    return man_query(invocation);
}

const struct verb verb_man = {
    .name = "man",
    .about = "print a manual page: cairn(1), cairn-query(7), or cairnd.conf(5)",
    .arguments = "[cairn|query|cairnd.conf]",
    .examples = "cairn man | man -l -\ncairn man query | man -l -",
    .purpose = PURPOSE_HELP,
    .hidden = true,
    .run = run_man,
};
