#include "reports/settings_fault.h"
#include "tools/man_settings.h"
#include "tools/verbs.h"

#include <stdlib.h>

#define STANDARD_FILE "/etc/cairn/cairnd.conf"

/* clang-format off */
static const struct column columns[] = {
    {"section",  NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"key",      NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"value",    NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"standard", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"about",    NULL, COLUMN_TEXT, ALIGN_LEFT},
};
/* clang-format on */

static const char *file_of(const struct invocation *invocation)
{
    const char *path = invocation_argument(invocation, 0);
    return path == NULL ? STANDARD_FILE : path;
}

static enum exit_code read_settings(const struct invocation *invocation, struct settings *settings)
{
    char memory[1024];
    struct text why = TEXT_IN(memory);
    struct settings_fault fault;
    const struct status status = settings_read_file(file_of(invocation), settings, &fault);
    if (!failed(status)) {
        return EXIT_DONE;
    }
    if (status.code == STATUS_NOT_FOUND) {
        return invocation_fail(invocation, EXIT_NOT_FOUND,
                               "`cairn config example` prints one to begin with",
                               "there is no file %s", file_of(invocation));
    }
    settings_fault_write(file_of(invocation), &fault, status, &why);
    return invocation_fail(invocation, status.code == STATUS_IO ? EXIT_IO : EXIT_USAGE, NULL, "%s",
                           text_string(&why));
}

/* Runs `what` with settings that were read; they are too big for the stack. */
static enum exit_code with_settings(struct invocation *invocation,
                                    enum exit_code (*what)(struct invocation *invocation,
                                                           const struct settings *settings))
{
    struct settings *settings = malloc(sizeof *settings);
    if (settings == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *settings), NULL, "reading");
    }
    enum exit_code code = read_settings(invocation, settings);
    if (code == EXIT_DONE) {
        code = what(invocation, settings);
    }
    free(settings);
    return code;
}

/* check --------------------------------------------------------------------------------------- */

static enum exit_code say_well(struct invocation *invocation, const struct settings *settings)
{
    (void)settings;
    invocation_note(invocation, "nothing is wrong with %s", file_of(invocation));
    return EXIT_DONE;
}

static enum exit_code run_check(struct invocation *invocation)
{
    return with_settings(invocation, say_well);
}

const struct verb verb_config_check = {
    .name = "config check",
    .about = "what is wrong with the daemon's settings",
    .arguments = "[FILE]",
    .details = "Reads the file as the daemon would, and says which line it would refuse, and why.\n"
               "Without FILE it is " STANDARD_FILE ".",
    .examples = "cairn config check\ncairn config check ./cairnd.conf",
    .purpose = PURPOSE_KEEP,
    .run = run_check,
};

/* show ---------------------------------------------------------------------------------------- */

static struct status add_setting(struct rows *rows, const char *section,
                                 const struct setting_info *info, const void *at)
{
    char memory[SETTINGS_TEXT_SIZE + 32];
    struct text value = TEXT_IN(memory);
    setting_write(info, at, &value);
    const struct cell cells[] = {
        cell_string(section),
        cell_string(info->key),
        value.size == 0 ? cell_absent() : cell_text(text_bytes(&value)),
        info->standard[0] == '\0' ? cell_absent() : cell_string(info->standard),
        cell_string(info->about),
    };
    return rows_add(rows, cells);
}

static struct status add_emitter(struct rows *rows, const struct settings_emitter *emitter)
{
    char memory[NAME_MAX_SIZE + 16];
    struct text section = TEXT_IN(memory);
    text_put_literal(&section, "emitter ");
    text_put_string(&section, emitter->name);
    for (size_t i = 0; i < setting_emitter_info_count; i++) {
        TRY(add_setting(rows, text_string(&section), &setting_emitter_infos[i], emitter));
    }
    return OK;
}

static struct status add_all(struct rows *rows, const struct settings *settings)
{
    TRY(rows_begin(rows, columns, sizeof columns / sizeof columns[0]));
    for (size_t i = 0; i < setting_info_count; i++) {
        TRY(add_setting(rows, setting_infos[i].section, &setting_infos[i], settings));
    }
    for (size_t i = 0; i < settings->emitter_count; i++) {
        TRY(add_emitter(rows, &settings->emitters[i]));
    }
    return rows_flush(rows);
}

static enum exit_code show(struct invocation *invocation, const struct settings *settings)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    invocation_rows(invocation, &rows, &arena);
    return exit_of(add_all(&rows, settings));
}

static enum exit_code run_show(struct invocation *invocation)
{
    return with_settings(invocation, show);
}

const struct verb verb_config_show = {
    .name = "config show",
    .about = "the daemon's settings as they hold: of the file, else the standard",
    .arguments = "[FILE]",
    .examples = "cairn config show\ncairn config show ./cairnd.conf --json",
    .purpose = PURPOSE_KEEP,
    .run = run_show,
};

/* example ------------------------------------------------------------------------------------- */

static enum exit_code run_example(struct invocation *invocation)
{
    settings_example(invocation->output);
    return EXIT_DONE;
}

const struct verb verb_config_example = {
    .name = "config example",
    .about = "a file of settings to begin with: all of them, as comments",
    .examples = "cairn config example >cairnd.conf",
    .purpose = PURPOSE_KEEP,
    .run = run_example,
};
