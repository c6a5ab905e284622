#include "tools/help.h"
#include "tools/invocation.h"
#include "tools/verbs.h"

/* Text that roff shall print as it is: a leading point or apostrophe would be a request. */
static void put_roff(struct output *output, const char *text)
{
    bool line_begins = true;
    for (; *text != '\0'; text++) {
        if (line_begins && (*text == '.' || *text == '\'')) {
            output_put_string(output, "\\&");
        }
        if (*text == '\\') {
            output_put_string(output, "\\e");
        } else if (*text == '-') {
            output_put_string(output, "\\-");
        } else {
            output_put_char(output, *text);
        }
        line_begins = *text == '\n';
    }
}

/* A line of text that ends with a line end even if the text does not. */
static void put_roff_line(struct output *output, const char *text)
{
    const size_t size = strlen(text);
    put_roff(output, text);
    if (size == 0 || text[size - 1] != '\n') {
        output_put_char(output, '\n');
    }
}

static void put_block(struct output *output, const char *text)
{
    output_put_string(output, ".RS 4\n.nf\n");
    put_roff_line(output, text);
    output_put_string(output, ".fi\n.RE\n");
}

/* Paragraphs are apart by an empty line. */
static void put_paragraphs(struct output *output, const char *text)
{
    while (*text != '\0') {
        char memory[512];
        struct text line = TEXT_IN(memory);
        const size_t size = strcspn(text, "\n");
        text_put(&line, text, size < sizeof memory - 1 ? size : sizeof memory - 1);
        if (size == 0) {
            output_put_string(output, ".PP\n");
        } else {
            put_roff_line(output, text_string(&line));
        }
        text += size + (text[size] == '\n');
    }
}

static void put_options(struct output *output, const struct option_info *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        output_put_string(output, ".TP\n\\fB");
        if (options[i].letter != 0) {
            output_add(output, "\\-%c\\fR, \\fB", options[i].letter);
        }
        output_put_string(output, "\\-\\-");
        put_roff(output, options[i].name);
        output_put_string(output, "\\fR");
        if (options[i].argument != NULL) {
            output_put_string(output, " \\fI");
            put_roff(output, options[i].argument);
            output_put_string(output, "\\fR");
        }
        output_put_string(output, options[i].repeatable ? " ...\n" : "\n");
        put_roff_line(output, options[i].about);
    }
}

static void put_verb(struct output *output, const struct verb *verb)
{
    output_put_string(output, ".SS cairn ");
    put_roff(output, verb->name);
    if (verb->arguments != NULL) {
        output_put_string(output, " \\fI");
        put_roff(output, verb->arguments);
        output_put_string(output, "\\fR");
    }
    output_put_char(output, '\n');
    put_roff(output, verb->about);
    output_put_string(output, ".\n");
    if (verb->details != NULL) {
        output_put_string(output, ".PP\n");
        put_paragraphs(output, verb->details);
    }
    put_options(output, verb->options, verb->option_count);
    if (verb->examples != NULL) {
        put_block(output, verb->examples);
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
        put_roff_line(output, meaning);
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
        put_roff_line(output, variables[i][1]);
    }
}

static enum exit_code run_man(struct invocation *invocation)
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
    put_block(output, help_times());
    output_put_string(output, ".SH EXIT STATUS\n");
    put_exit_codes(output);
    output_put_string(output, ".PP\nWhen two apply, 3 goes before 4, and 4 before the others.\n"
                              ".SH ENVIRONMENT\n");
    put_environment(output);
    output_put_string(output, ".SH SEE ALSO\n.BR cairn\\-events (7)\n");
    return EXIT_DONE;
}

const struct verb verb_man = {
    .name = "man",
    .about = "print this manual page",
    .examples = "cairn man | man -l -\n",
    .purpose = PURPOSE_HELP,
    .hidden = true,
    .run = run_man,
};
