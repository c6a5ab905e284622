#include "tools/help.h"

#include "reports/filter/fields.h"
#include "reports/glyph.h"
#include "tools/form_examples.h"
#include "tools/invocation.h"
#include "tools/man_query.h"
#include "tools/verbs.h"

enum {
    OPTION_INDENT = 2,
    ABOUT_COLUMN = 28, /* where the text beside options and verbs begins */
    WIDTH_MAX = 80,
};

/* Pieces ----------------------------------------------------------------------------------- */

/* Puts the words of a line behind the `used` columns of the present one, and breaks it where one
 * does not fit; the next begins at column `indent`. Returns the columns used then. */
static size_t put_filled(struct output *output, struct bytes line, size_t indent, size_t used)
{
    while (line.size > 0) {
        const void *blank = memchr(line.data, ' ', line.size);
        const size_t size =
            blank == NULL ? line.size : (size_t)((const uint8_t *)blank - line.data);
        const struct bytes word = bytes_of(line.data, size);
        const size_t width = glyph_text_width(word);
        if (used > indent && used + 1 + width > WIDTH_MAX) {
            output_put_char(output, '\n');
            output_pad(output, indent);
            used = indent;
        }
        output_pad(output, used > indent ? 1 : 0);
        output_put_bytes(output, word);
        used += width + (used > indent ? 1 : 0);
        line = bytes_of(line.data + size, line.size - size);
        while (line.size > 0 && line.data[0] == ' ') {
            line = bytes_of(line.data + 1, line.size - 1);
        }
    }
    return used;
}

/* `left`, then `about` in its column; on a line of its own if `left` is too long. */
static void put_entry(struct output *output, const char *left, const char *about)
{
    const size_t used = OPTION_INDENT + strlen(left);
    output_pad(output, OPTION_INDENT);
    output_put_string(output, left);
    if (used + 2 > ABOUT_COLUMN) {
        output_put_char(output, '\n');
        output_pad(output, ABOUT_COLUMN);
    } else {
        output_pad(output, ABOUT_COLUMN - used);
    }
    put_filled(output, bytes_of_string(about), ABOUT_COLUMN, ABOUT_COLUMN);
    output_put_char(output, '\n');
}

/* The words that an option takes, where they are too many to stand before its text. */
static void put_choices(struct text *about, const char *choices)
{
    for (const char *c = choices; *c != '\0'; c++) {
        if (*c == '|') {
            text_put_literal(about, ", ");
        } else {
            text_put_char(about, *c);
        }
    }
}

static void put_option(struct output *output, const struct option_info *option)
{
    char memory[128], about_memory[1024];
    struct text left = TEXT_IN(memory), about = TEXT_IN(about_memory);
    const char *argument = option->argument;
    bool many = argument != NULL && strchr(argument, '|') != NULL &&
                strlen(option->name) + strlen(argument) + 16 > WIDTH_MAX;
    if (option->letter != 0) {
        text_add(&left, "-%c, ", option->letter);
    } else {
        text_put_literal(&left, "    ");
    }
    text_add(&left, "--%s", option->name);
    if (argument != NULL) {
        text_add(&left, " %s", many ? "WORD" : argument);
    }
    if (option->repeatable) {
        text_put_literal(&left, " ...");
    }
    text_put_string(&about, option->about);
    if (many) {
        text_put_literal(&about, ": ");
        put_choices(&about, argument);
    }
    put_entry(output, text_string(&left), text_string(&about));
}

static void put_options(struct output *output, const char *heading,
                        const struct option_info *options, size_t count)
{
    if (count == 0) {
        return;
    }
    output_add(output, "\n%s\n", heading);
    for (size_t i = 0; i < count; i++) {
        put_option(output, &options[i]);
    }
}

static void put_global_options(struct output *output)
{
    size_t count;
    const struct option_info *global = command_global_options(&count);
    put_options(output, "Options of every command", global, count);
}

static void put_indented(struct output *output, const char *lines)
{
    while (*lines != '\0') {
        const size_t size = strcspn(lines, "\n");
        output_pad(output, size > 0 ? OPTION_INDENT : 0);
        output_put(output, lines, size);
        output_put_char(output, '\n');
        lines += size + (lines[size] == '\n');
    }
}

/* Paragraphs, filled anew; a line that begins with a blank stays as it is. */
static void put_paragraphs(struct output *output, const char *text)
{
    size_t used = 0;
    while (*text != '\0') {
        const struct bytes line = bytes_of(text, strcspn(text, "\n"));
        if (line.size > 0 && text[0] != ' ') {
            used = put_filled(output, line, 0, used);
        } else {
            output_put_string(output, used > 0 ? "\n" : "");
            output_put_bytes(output, line);
            output_put_char(output, '\n');
            used = 0;
        }
        text += line.size + (text[line.size] == '\n');
    }
    output_put_string(output, used > 0 ? "\n" : "");
}

static void put_verb_entry(struct output *output, const struct verb *verb)
{
    char memory[128];
    struct text left = TEXT_IN(memory);
    text_put_string(&left, verb->name);
    if (verb->arguments != NULL) {
        text_add(&left, " %s", verb->arguments);
    }
    put_entry(output, text_string(&left), verb->about);
}

/* Pages ------------------------------------------------------------------------------------ */

/* Whether an earlier verb of the table has the same first word of two. */
static bool group_was_named(const struct verb_table *table, size_t index)
{
    const char *name = table->verbs[index]->name;
    const size_t size = strcspn(name, " ") + 1;
    for (size_t i = 0; i < index; i++) {
        if (table->verbs[i]->purpose == table->verbs[index]->purpose &&
            strncmp(table->verbs[i]->name, name, size) == 0) {
            return true;
        }
    }
    return false;
}

/* A group of verbs as one entry: its word, and what may follow. */
static void put_group_entry(const struct verb_table *table, size_t index, struct output *output)
{
    char memory[2048], group_memory[64];
    struct text verbs = TEXT_IN(memory), group = TEXT_IN(group_memory);
    const char *name = table->verbs[index]->name;
    const size_t size = strcspn(name, " ");
    for (size_t i = index; i < table->count; i++) {
        const struct verb *verb = table->verbs[i];
        if (strncmp(verb->name, name, size + 1) == 0 && !verb->hidden) {
            text_add(&verbs, "%s%s", verbs.size == 0 ? "" : ", ", verb->name + size + 1);
        }
    }
    text_put(&group, name, size);
    put_entry(output, text_string(&group), text_string(&verbs));
}

static void put_purpose_entry(const struct verb_table *table, size_t index, struct output *output)
{
    const struct verb *verb = table->verbs[index];
    if (verb->purpose != PURPOSE_MANAGE || strchr(verb->name, ' ') == NULL) {
        put_verb_entry(output, verb);
    } else if (!group_was_named(table, index)) {
        put_group_entry(table, index, output);
    }
}

static void put_purpose(const struct verb_table *table, enum purpose purpose, struct output *output)
{
    bool headed = false;
    for (size_t i = 0; i < table->count; i++) {
        const struct verb *verb = table->verbs[i];
        if (verb->purpose != purpose || verb->hidden) {
            continue;
        }
        if (!headed) {
            output_add(output, "\n%s\n", purpose_heading(purpose));
            headed = true;
        }
        put_purpose_entry(table, i, output);
    }
}

void help_overview(const struct verb_table *table, struct output *output)
{
    output_add(output,
               "cairn %s -- an event store you can audit\n\n"
               "usage: cairn COMMAND [options] [arguments]\n",
               command_version());
    for (unsigned purpose = 0; purpose < PURPOSE_COUNT; purpose++) {
        put_purpose(table, (enum purpose)purpose, output);
    }
    put_global_options(output);
    output_put_string(output,
                      "\n`cairn help COMMAND` tells more; `cairn help times` tells how times "
                      "are written,\n`cairn help expressions` what events can be asked for, "
                      "`cairn help exit` what the\nexit codes mean.\n");
}

void help_verb(const struct verb *verb, struct output *output)
{
    char memory[256];
    struct text title = TEXT_IN(memory);
    text_add(&title, "cairn %s -- %s", verb->name, verb->about);
    put_filled(output, text_bytes(&title), 0, 0);
    output_add(output, "\n\nusage: cairn %s [options]%s%s\n", verb->name,
               verb->arguments != NULL ? " " : "", verb->arguments != NULL ? verb->arguments : "");
    if (verb->details != NULL) {
        output_put_char(output, '\n');
        put_paragraphs(output, verb->details);
    }
    put_options(output, "Options", verb->options, verb->option_count);
    put_global_options(output);
    const char *examples = form_examples(verb);
    if (examples != NULL) {
        output_put_string(output, "\nExamples\n");
        put_indented(output, examples);
    }
}

void help_group(const struct verb_table *table, const char *group, struct output *output)
{
    const size_t size = strlen(group);
    output_add(output, "usage: cairn %s COMMAND [options] [arguments]\n\nCommands\n", group);
    for (size_t i = 0; i < table->count; i++) {
        const struct verb *verb = table->verbs[i];
        if (strncmp(verb->name, group, size) == 0 && verb->name[size] == ' ') {
            put_verb_entry(output, verb);
        }
    }
}

const char *help_times(void)
{
    return "2026-03-09T21:40:12.5Z    RFC 3339, with Z or an offset; a blank for T, and\n"
           "2026-03-09 21:40+01:00    no seconds, are fine\n"
           "2026-03-09 21:40          the same in the zone of --tz (UTC unless told)\n"
           "2026-03-09, 2026-03       a day, a month\n"
           "now, today, yesterday, mon ... sun, this-week, last-week,\n"
           "this-month, last-month    weeks begin on Monday; mon may be today\n"
           "-90s -5m -2h -7d -3w -6mo -1y      before now; d is 24 hours\n"
           "+15m                      after the beginning of the range\n"
           "seq:30377                 a position of the log\n"
           "@1773093480, @1773093480.25        seconds since 1970\n"
           "\n"
           "A..B, A.., ..B            from the beginning of A to the beginning of B, without B\n"
           "A/2h                      two hours from A\n"
           "A\u00b15m, A+-5m              five minutes either side of A\n"
           "A                         all that A names: the month, the day, the minute;\n"
           "                          -2h alone reaches until now\n"
           "\n"
           "A local time that a change of the clock shows twice, or never, is refused, and\n"
           "both readings are told.\n";
}

static void put_exit_codes(struct output *output)
{
    const char *meaning;
    enum exit_code code;
    for (size_t i = 0; (meaning = exit_meaning(i, &code)) != NULL; i++) {
        output_add(output, "%5d  %s\n", (int)code, meaning);
    }
    output_put_string(output, "\nWhen two apply, 3 goes before 4, and 4 before the others.\n");
}

static void put_expressions(struct output *output)
{
    const char *form, *about;
    output_put_string(output, "Commands that select events take an expression:\n\n"
                              "  cairn query 'outcome = denied and not actor = ada'\n\n");
    for (size_t i = 0; (form = expression_form(i, &about)) != NULL; i++) {
        put_entry(output, form, about);
    }
    output_put_string(output, "\nFields\n");
    for (size_t i = 0; i < FILTER_FIELD_COUNT; i++) {
        bool is_body = filter_fields[i].id == FILTER_BODY;
        put_entry(output, is_body ? "body.PATH" : filter_fields[i].name, filter_fields[i].about);
    }
    output_put_string(output,
                      "\n`cairn fields` tells their types, and those of bodies; `cairn values "
                      "FIELD`\nwhat they can be; `cairn help times` how times are written.\n");
}

bool help_topic(const char *name, struct output *output)
{
    if (strcmp(name, "expressions") == 0) {
        put_expressions(output);
        return true;
    }
    if (strcmp(name, "times") == 0) {
        output_put_string(output, help_times());
        return true;
    }
    if (strcmp(name, "exit") == 0) {
        put_exit_codes(output);
        return true;
    }
    return false;
}

/* The verbs -------------------------------------------------------------------------------- */

static enum exit_code run_help(struct invocation *invocation)
{
    const char *first = invocation_argument(invocation, 0);
    const char *second = invocation_argument(invocation, 1);
    if (first == NULL) {
        help_overview(invocation->table, invocation->output);
        return EXIT_DONE;
    }
    const struct verb *verb = options_verb(invocation->table, first, second);
    if (verb != NULL) {
        help_verb(verb, invocation->output);
        return EXIT_DONE;
    }
    if (second == NULL && options_is_group(invocation->table, first)) {
        help_group(invocation->table, first, invocation->output);
        return EXIT_DONE;
    }
    if (second == NULL && help_topic(first, invocation->output)) {
        return EXIT_DONE;
    }
    return invocation_fail(invocation, EXIT_USAGE, "`cairn help` lists them all",
                           "there is no command or topic %.80s%s%.80s", first,
                           second != NULL ? " " : "", second != NULL ? second : "");
}

const struct verb verb_help = {
    .name = "help",
    .about = "explain a command or a topic",
    .arguments = "[COMMAND] [SUBCOMMAND]",
    .examples = "cairn help query\n"
                "cairn help emitter register\n"
                "cairn help expressions\n"
                "cairn help times\n",
    .purpose = PURPOSE_HELP,
    .run = run_help,
};

static enum exit_code run_version(struct invocation *invocation)
{
    output_add(invocation->output, "cairn %s\n", command_version());
    return EXIT_DONE;
}

const struct verb verb_version = {
    .name = "version",
    .about = "print the version",
    .purpose = PURPOSE_HELP,
    .run = run_version,
};
