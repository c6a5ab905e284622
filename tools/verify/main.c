/*
 * cairn-verify: checks what has left a store, with the log's public key and nothing else.
 */
#include "tools/verify/check.h"

#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static const char usage[] =
    "usage: cairn-verify --key VKEY|FILE [--json] [--quiet] FILE_OR_DIRECTORY...\n"
    "\n"
    "Checks bundles, .tlog-proof files, answers and directories of tiles that cairn has exported.\n"
    "It needs no server and no store, and trusts nothing but the log's public key: have that from\n"
    "whoever runs the log, not from whoever gave you the file. Of an answer it says whether its\n"
    "rows are what the question asks for, and all of it; a folder of a case, of an answer or of\n"
    "a report's evidence is checked as a whole.\n"
    "\n"
    "  --key VKEY|FILE  the log's public key, as in log.vkey, or a file that begins with it\n"
    "  --json           one JSON object for each file\n"
    "  -q, --quiet      only what is wrong\n"
    "  -h, --help       this text\n"
    "  --version        the version\n"
    "\n"
    "exit codes\n"
    "  0  everything that the files have was checked and holds\n"
    "  2  the command line is wrong\n"
    "  3  something does not hold: a hash, a signature, a root, a number\n"
    "  4  a file has nothing that could be checked, or an answer is not shown to be complete\n"
    "  7  input or output failed\n";

/* What else there is to say of the command line, in one line on the errors. */
static enum exit_code complain(const char *sentence, const char *about)
{
    char memory[1024];
    struct text text = TEXT_IN(memory);
    text_put_printable(&text, bytes_of_string(about));
    dprintf(STDERR_FILENO, "cairn-verify: %s%s\n", sentence, text_string(&text));
    return EXIT_USAGE;
}

/* Whoever reads the output learns of a failure here at the latest. */
static enum exit_code finish(struct output *output, enum exit_code code)
{
    struct status status = output_flush(output);
    return failed(status) ? exit_of(status) : code;
}

static enum exit_code print(struct output *output, const char *string)
{
    output_put_string(output, string);
    return finish(output, EXIT_DONE);
}

static enum exit_code read_key(const char *given, struct public_key *out)
{
    if (given == NULL) {
        return complain("--key is missing: the log's public key, as in log.vkey", "");
    }
    if (failed(key_library_start())) {
        complain("the cryptographic libraries cannot be started", "");
        return EXIT_IO;
    }
    if (!failed(public_key_read(bytes_of_string(given), out))) {
        return EXIT_DONE;
    }
    struct status status = public_key_load(given, out);
    if (status.code == STATUS_NOT_FOUND) {
        return complain("--key is neither a public key nor a file: ", given);
    }
    return failed(status) ? complain("--key names a file that holds no public key: ", given)
                          : EXIT_DONE;
}

struct line {
    const char *key;
    bool json, quiet, help, version;
};

static bool read_options(int argc, char **argv, struct line *line)
{
    static const struct option options[] = {
        {"key", required_argument, NULL, 'k'}, {"json", no_argument, NULL, 'j'},
        {"quiet", no_argument, NULL, 'q'},     {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},   {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "qh", options, NULL)) != -1) {
        line->key = option == 'k' ? optarg : line->key;
        line->json = line->json || option == 'j';
        line->quiet = line->quiet || option == 'q';
        line->help = line->help || option == 'h';
        line->version = line->version || option == 'v';
        if (option == '?') {
            return false;
        }
    }
    return true;
}

static enum exit_code check_all(const struct line *line, struct output *output, char **paths)
{
    struct asked asked = {.output = output, .json = line->json, .quiet = line->quiet};
    enum exit_code code = read_key(line->key, &asked.key);
    if (code != EXIT_DONE) {
        return code;
    }
    asked.terminal = terminal_look(STDOUT_FILENO, STDERR_FILENO, COLOR_NEVER);
    for (size_t i = 0; paths[i] != NULL; i++) {
        if (i > 0 && !line->json && !line->quiet) {
            output_put_char(output, '\n');
        }
        code = exit_worse(code, check_path(&asked, paths[i]));
        if (failed(output_flush(output))) {
            break;
        }
    }
    return finish(output, code);
}

static enum exit_code run(int argc, char **argv, struct output *output)
{
    struct line line = {0};
    if (!read_options(argc, argv, &line)) {
        return complain("try --help", "");
    }
    if (line.help) {
        return print(output, usage);
    }
    if (line.version) {
        return print(output, "cairn-verify " CAIRN_VERSION "\n");
    }
    if (argv[optind] == NULL) {
        return complain("which file or directory? Try --help", "");
    }
    return check_all(&line, output, argv + optind);
}

int main(int argc, char **argv)
{
    struct output output;
    /* A descriptor that was closed before the start would be given to a file that is checked. */
    for (int descriptor = 0; descriptor < 3; descriptor++) {
        if (fcntl(descriptor, F_GETFD) == -1 && open("/dev/null", O_RDWR) != descriptor) {
            return EXIT_IO;
        }
    }
    /* Nothing dies of these: a write that fails says so. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    setlocale(LC_CTYPE, "C.UTF-8");
    output_init(&output, STDOUT_FILENO);
    return (int)run(argc, argv, &output);
}
