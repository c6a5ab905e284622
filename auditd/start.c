#include "auditd/start.h"

#include "auditd/supervisor/parts.h"
#include "reports/nearest.h"
#include "reports/output.h"
#include "reports/settings_fault.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

/* Options ------------------------------------------------------------------------------------ */

struct wanted {
    const char *config;
    bool check, done;
    struct settings *settings;
    struct settings_fault fault;
};

static const struct {
    const char *name, *argument, *about;
    const char *section, *key; /* the setting that it stands for, or NULL */
} options[] = {
    {"config", "FILE", "the settings, as in cairnd.conf(5); without: standard values", NULL, NULL},
    {"store", "DIR", "the store's directory: `path` in [store]", "store", "path"},
    {"socket", "PATH", "the socket of emitters and commands", "daemon", "socket"},
    {"listen", "ADDR:PORT", "where auditors' browsers connect, as 127.0.0.1:7443", "web", "listen"},
    {"runtime", "DIR", "the directory of the sockets", "daemon", "runtime"},
    {"check", NULL, "read the settings, say what is wrong with them, and end", NULL, NULL},
    {"help", NULL, "this text", NULL, NULL},
    {"version", NULL, "the version", NULL, NULL},
};

enum {
    OPTION_COUNT = (sizeof options / sizeof options[0]),
    ABOUT_COLUMN = 22,
};

static enum ending flush(struct output *output)
{
    return failed(output_flush(output)) ? ENDING_IO : ENDING_DONE;
}

static enum ending print_version(void)
{
    struct output output;
    output_init(&output, STDOUT_FILENO);
    output_put_string(&output, "cairnd " CAIRN_VERSION "\n");
    return flush(&output);
}

static enum ending print_help(void)
{
    struct output output;
    enum ending code;
    output_init(&output, STDOUT_FILENO);
    output_put_string(&output,
                      "Usage: cairnd --config FILE\n"
                      "       cairnd --store DIR [--listen ADDR:PORT] [--socket PATH]\n\n"
                      "Serves a store: takes what emitters submit and users command, and shows it\n"
                      "to auditors. It stays in the foreground and logs to the standard error.\n"
                      "SIGTERM ends it in good order, SIGHUP makes it read its settings again.\n\n"
                      "Options:\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const size_t used = strlen(options[i].name) +
                            (options[i].argument == NULL ? 0 : strlen(options[i].argument) + 1);
        output_add(&output, "  --%s%s%s", options[i].name, options[i].argument == NULL ? "" : " ",
                   options[i].argument == NULL ? "" : options[i].argument);
        output_pad(&output, used + 5 > ABOUT_COLUMN ? 1 : ABOUT_COLUMN - used - 4);
        output_add(&output, "%s\n", options[i].about);
    }
    output_put_string(&output, "\nExit codes:\n");
    for (unsigned i = 0; ending_meaning(i, &code) != NULL; i++) {
        output_add(&output, "  %2d  %s\n", (int)code, ending_meaning(i, &code));
    }
    return flush(&output);
}

static void fill_long(struct option out[static OPTION_COUNT + 1])
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        out[i] = (struct option){.name = options[i].name,
                                 .has_arg =
                                     options[i].argument == NULL ? no_argument : required_argument,
                                 .val = (int)i + 256};
    }
    out[OPTION_COUNT] = (struct option){0};
}

static enum ending unknown_option(const char *typed)
{
    const char *bare = typed + strspn(typed, "-");
    struct nearest nearest = nearest_to(bare);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        nearest_offer(&nearest, options[i].name);
    }
    return nearest.word == NULL
               ? places_fail(ENDING_USAGE, "there is no option %s: cairnd --help", typed)
               : places_fail(ENDING_USAGE, "there is no option %s; did you mean --%s?", typed,
                             nearest.word);
}

/* Settings ----------------------------------------------------------------------------------- */

static const struct setting_info *find_info(const char *section, const char *key)
{
    for (size_t i = 0; i < setting_info_count; i++) {
        if (strcmp(setting_infos[i].section, section) == 0 &&
            strcmp(setting_infos[i].key, key) == 0) {
            return &setting_infos[i];
        }
    }
    return NULL;
}

/* A path on the command line is one from where it is typed. */
static const char *absolute(const char *path, char memory[static SETTINGS_TEXT_SIZE])
{
    struct text text = {.data = memory, .capacity = SETTINGS_TEXT_SIZE};
    char here[SETTINGS_TEXT_SIZE];
    if (path[0] == '/' || getcwd(here, sizeof here) == NULL) {
        return path;
    }
    text_put_string(&text, here);
    text_put_char(&text, '/');
    text_put_string(&text, path);
    return text.full ? path : text_string(&text);
}

static enum ending set_option(struct wanted *wanted, size_t option, const char *value)
{
    char memory[256], path[SETTINGS_TEXT_SIZE];
    struct text why = TEXT_IN(memory);
    const struct setting_info *info = find_info(options[option].section, options[option].key);
    const char *whole = info->type == SETTING_PATH ? absolute(value, path) : value;
    if (!setting_set(info, wanted->settings, bytes_of_string(whole), &why)) {
        return places_fail(ENDING_USAGE, "--%s %s: %s", options[option].name, value,
                           text_string(&why));
    }
    return ENDING_DONE;
}

static enum ending fault_of(struct wanted *wanted, struct status status)
{
    char memory[1024];
    struct text why = TEXT_IN(memory);
    if (status.code == STATUS_NOT_FOUND) {
        return places_fail(ENDING_NOT_FOUND, "there is no file %s", wanted->config);
    }
    settings_fault_write(wanted->config == NULL ? "settings" : wanted->config, &wanted->fault,
                         status, &why);
    return places_fail(ending_of(status), "%s", text_string(&why));
}

static enum ending read_config(struct wanted *wanted)
{
    settings_init(wanted->settings);
    if (wanted->config == NULL) {
        return ENDING_DONE;
    }
    const struct status status =
        settings_read_file(wanted->config, wanted->settings, &wanted->fault);
    return failed(status) ? fault_of(wanted, status) : ENDING_DONE;
}

/* The command line --------------------------------------------------------------------------- */

/* First the file, wherever it is named; then what is said beside it. */
static enum ending find_config(struct wanted *wanted, int argc, char **argv)
{
    struct option all[OPTION_COUNT + 1];
    int option;
    fill_long(all);
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":", all, NULL)) != -1) {
        if (option == '?') {
            return unknown_option(argv[optind - 1]);
        }
        if (option == ':') {
            return places_fail(ENDING_USAGE, "%s wants a value", argv[optind - 1]);
        }
        const char *name = options[option - 256].name;
        if (strcmp(name, "config") == 0) {
            wanted->config = optarg;
        } else if (strcmp(name, "check") == 0) {
            wanted->check = true;
        } else if (strcmp(name, "help") == 0 || strcmp(name, "version") == 0) {
            wanted->done = true;
            return strcmp(name, "help") == 0 ? print_help() : print_version();
        }
    }
    return optind == argc ? ENDING_DONE
                          : places_fail(ENDING_USAGE, "%s: cairnd takes no arguments, only options",
                                        argv[optind]);
}

static enum ending set_options(struct wanted *wanted, int argc, char **argv)
{
    struct option all[OPTION_COUNT + 1];
    int option;
    enum ending code = ENDING_DONE;
    fill_long(all);
    optind = 1;
    while (code == ENDING_DONE && (option = getopt_long(argc, argv, ":", all, NULL)) != -1) {
        if (option >= 256 && options[option - 256].key != NULL) {
            code = set_option(wanted, (size_t)option - 256, optarg);
        }
    }
    return code;
}

static enum ending read_all(struct wanted *wanted, int argc, char **argv)
{
    enum ending code = find_config(wanted, argc, argv);
    if (code == ENDING_DONE && !wanted->done) {
        code = read_config(wanted);
    }
    if (code == ENDING_DONE && !wanted->done) {
        code = set_options(wanted, argc, argv);
    }
    if (code == ENDING_DONE && !wanted->done) {
        const struct status status = settings_check(wanted->settings, &wanted->fault);
        code = failed(status) ? fault_of(wanted, status) : ENDING_DONE;
    }
    return code;
}

enum ending start_daemon(const struct role_info *roles, int argc, char **argv)
{
    struct wanted wanted = {.settings = malloc(sizeof *wanted.settings)};
    if (wanted.settings == NULL) {
        return places_fail(ENDING_IO, "there is not enough memory");
    }
    const enum ending code = read_all(&wanted, argc, argv);
    if (code != ENDING_DONE || wanted.done || wanted.check) {
        free(wanted.settings);
        return code;
    }
    const struct supervisor_start start = {
        .roles = roles, .config = wanted.config, .settings = wanted.settings};
    return supervisor_run(&start);
}
