#include "tools/command.h"

#include "store/person_key.h"
#include "tools/help.h"
#include "tools/invocation.h"
#include "tools/query_options.h"
#include "tools/remote.h"
#include "tools/wall.h"

#include <errno.h>
#include <stdlib.h>

const struct option_info *command_global_options(size_t *count)
{
    static const struct option_info options[] = {
        {"store", 0, "PATH", "the store's directory (or the variable CAIRN_STORE)", false},
        {"socket", 0, "PATH", "the daemon's socket (or the variable CAIRN_SOCKET)", false},
        {"output", 'o', "table|json|csv", "how to print rows", false},
        {"json", 0, NULL, "the same as --output json: one object a line", false},
        {"csv", 0, NULL, "the same as --output csv", false},
        {"raw", 0, NULL, "CSV without defusing formulas and control characters", false},
        {"tz", 0, "ZONE", "of times: UTC, local or Area/City (or CAIRN_TZ)", false},
        {"color", 0, "auto|always|never", "colour; auto is on terminals, unless NO_COLOR", false},
        {"quiet", 'q', NULL, "no notes, no progress", false},
        {"verbose", 'v', NULL, "say more", false},
        {"no-input", 0, NULL, "never ask", false},
        {"passphrase-fd", 0, "N", "read passphrases from this descriptor, a line each", false},
        {"help", 'h', NULL, "explain the command and end", false},
        {"version", 0, NULL, "print the version and end", false},
    };
    *count = sizeof options / sizeof options[0];
    return options;
}

const char *command_version(void)
{
    return CAIRN_VERSION;
}

const char *purpose_heading(enum purpose purpose)
{
    static const char *const headings[PURPOSE_COUNT] = {
        [PURPOSE_START] = "Begin",
        [PURPOSE_WRITE] = "Write events",
        [PURPOSE_MANAGE] = "Manage people, projects, groups, machines and the vault",
        [PURPOSE_ASK] = "Ask",
        [PURPOSE_PROVE] = "Check and prove",
        [PURPOSE_KEEP] = "Look after a store",
        [PURPOSE_HELP] = "Help",
    };
    return headings[purpose];
}

/* Global options --------------------------------------------------------------------------- */

/* The last of -o, --json and --csv counts. */
static enum rows_format chosen_format(const struct command_line *line)
{
    enum rows_format format = ROWS_TABLE;
    for (size_t i = 0; i < line->use_count; i++) {
        const struct option_use *use = &line->uses[i];
        const char *word =
            strcmp(use->option->name, "output") == 0 ? use->value : use->option->name;
        if (strcmp(word, "json") == 0) {
            format = ROWS_JSON;
        } else if (strcmp(word, "csv") == 0) {
            format = ROWS_CSV;
        } else if (strcmp(word, "table") == 0) {
            format = ROWS_TABLE;
        }
    }
    return format;
}

static enum color_choice chosen_color(const struct invocation *invocation)
{
    const char *value = invocation_value(invocation, "color");
    if (value == NULL || strcmp(value, "auto") == 0) {
        return COLOR_AUTO;
    }
    return strcmp(value, "always") == 0 ? COLOR_ALWAYS : COLOR_NEVER;
}

static enum exit_code choose_zone(struct invocation *invocation)
{
    const char *name = invocation_value(invocation, "tz");
    if (name == NULL) {
        name = getenv("CAIRN_TZ");
    }
    if (name == NULL || *name == '\0') {
        name = "UTC";
    }
    if (failed(wall_zone(name, &invocation->zone))) {
        return invocation_fail(invocation, EXIT_USAGE,
                               "zones are UTC, local, and names such as Europe/Berlin",
                               "there is no time zone %.80s", name);
    }
    return EXIT_DONE;
}

static enum exit_code apply_global_options(struct invocation *invocation)
{
    invocation->format = chosen_format(&invocation->line);
    invocation->raw = invocation_has(invocation, "raw");
    invocation->quiet = invocation_has(invocation, "quiet");
    invocation->verbose = invocation_has(invocation, "verbose");
    invocation->no_input = invocation_has(invocation, "no-input");
    invocation->terminal = terminal_look(invocation->streams.output, invocation->streams.errors,
                                         chosen_color(invocation));
    return choose_zone(invocation);
}

/* Running ---------------------------------------------------------------------------------- */

/* Whatever the verb said, an answer that did not get out is none. */
static enum exit_code finish(const struct invocation *invocation, enum exit_code code)
{
    struct status status = output_flush(invocation->output);
    if (!failed(status)) {
        return code;
    }
    if (status.at != EPIPE) {
        invocation_fail(invocation, EXIT_IO, NULL, "writing the output: %s",
                        strerrordesc_np((int)status.at));
    }
    return code == EXIT_INTEGRITY || code == EXIT_INCOMPLETE ? code : exit_of(status);
}

static enum exit_code run_verb(void *context, struct guard_page *page)
{
    struct invocation *invocation = context;
    char memory[64];
    struct text who = TEXT_IN(memory);
    text_add(&who, "cairn: %s", invocation->verb->name);
    guard_name(page, text_string(&who));
    invocation->page = page;
    enum exit_code code = invocation->verb->run(invocation);
    person_key_close(&invocation->person);
    remote_close(&invocation->remote);
    query_forget_where(invocation);
    return finish(invocation, code);
}

static enum exit_code run_guarded_or_not(struct invocation *invocation)
{
    if (invocation->verb->guarded) {
        return guard_run(run_verb, invocation);
    }
    struct guard_page alone = guard_page_alone();
    return run_verb(invocation, &alone);
}

static enum exit_code complain(const struct invocation *invocation, struct complaint *complaint)
{
    char memory[128];
    struct text otherwise = TEXT_IN(memory);
    text_add(&otherwise, "`cairn help%s%s` tells more", invocation->verb != NULL ? " " : "",
             invocation->verb != NULL ? invocation->verb->name : "");
    return invocation_fail(invocation, EXIT_USAGE,
                           complaint->advice.size > 0 ? text_string(&complaint->advice)
                                                      : text_string(&otherwise),
                           "%s", text_string(&complaint->sentence));
}

/* A command line without a verb, or one that asks for help or the version only. */
static bool asks_for_help(const struct invocation *invocation)
{
    const struct command_line *line = &invocation->line;
    if (invocation_has(invocation, "version")) {
        output_add(invocation->output, "cairn %s\n", command_version());
    } else if (line->verb != NULL && invocation_has(invocation, "help")) {
        help_verb(line->verb, invocation->output);
    } else if (line->group != NULL && invocation_has(invocation, "help")) {
        help_group(invocation->table, line->group, invocation->output);
    } else if (line->verb == NULL && line->group == NULL &&
               (line->use_count == 0 || invocation_has(invocation, "help"))) {
        help_overview(invocation->table, invocation->output);
    } else {
        return false;
    }
    return true;
}

static enum exit_code no_verb(const struct invocation *invocation)
{
    if (invocation->line.group != NULL) {
        help_group(invocation->table, invocation->line.group, invocation->output);
        return finish(invocation, EXIT_USAGE);
    }
    return invocation_fail(invocation, EXIT_USAGE, "`cairn help` lists them all",
                           "no command is named");
}

static enum exit_code run_read(struct invocation *invocation, struct complaint *complaint)
{
    if (asks_for_help(invocation)) {
        return finish(invocation, EXIT_DONE);
    }
    if (invocation->verb == NULL) {
        return no_verb(invocation);
    }
    if (options_check_words(&invocation->line, complaint) != EXIT_DONE) {
        return complain(invocation, complaint);
    }
    enum exit_code code = apply_global_options(invocation);
    return code != EXIT_DONE ? code : run_guarded_or_not(invocation);
}

enum exit_code command_run(const struct verb_table *table, struct streams streams, int argc,
                           char *const *argv)
{
    struct output output;
    struct complaint complaint;
    struct guard_page alone = guard_page_alone();
    struct invocation invocation = {
        .table = table,
        .streams = streams,
        .output = &output,
        .zone = zone_utc(),
        .now_utc_us = wall_now_utc_us(),
        .began_us = wall_steady_us(),
        .page = &alone,
    };
    output_init(&output, streams.output);
    complaint_init(&complaint);
    enum exit_code code = options_read(table, argc, argv, &invocation.line, &complaint);
    invocation.verb = invocation.line.verb;
    code =
        code != EXIT_DONE ? complain(&invocation, &complaint) : run_read(&invocation, &complaint);
    options_free(&invocation.line);
    return code;
}
