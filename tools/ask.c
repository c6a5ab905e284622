#include "tools/ask.h"

#include "store/key.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void close_file(int *file)
{
    if (*file >= 0) {
        (void)close(*file);
    }
}

/* Lines ----------------------------------------------------------------------------------- */

struct line {
    char *data;
    size_t size, capacity;
};

/* Reads to the end of the line and not a byte further: the next line may be for somebody else. */
static enum exit_code read_line(const struct invocation *invocation, int file, const char *from,
                                struct line *line)
{
    char c = '\0';
    line->size = 0;
    for (;;) {
        if (invocation_wait(invocation, file, -1) == GUARD_INTERRUPTED) {
            return EXIT_INTERRUPTED;
        }
        ssize_t got = read(file, &c, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return invocation_failed(invocation, FAIL(IO, (uint64_t)errno), NULL, from);
        }
        if (got == 0 || c == '\n') {
            break;
        }
        if (line->size == line->capacity) {
            return invocation_fail(invocation, EXIT_USAGE, NULL, "%s: the line is too long", from);
        }
        line->data[line->size++] = c;
    }
    if (line->size > 0 && line->data[line->size - 1] == '\r') {
        line->size--;
    }
    return EXIT_DONE;
}

static enum exit_code read_passphrase(const struct invocation *invocation, int file,
                                      const char *from, struct passphrase *out)
{
    struct line line = {.data = out->data, .capacity = sizeof out->data};
    enum exit_code code = read_line(invocation, file, from, &line);
    out->size = line.size;
    return code;
}

/* A descriptor and a program -------------------------------------------------------------- */

static enum exit_code from_descriptor(const struct invocation *invocation, const char *number,
                                      struct passphrase *out)
{
    uint64_t file;
    if (!text_read_u64(bytes_of_string(number), &file) || file > 1 << 20 ||
        fcntl((int)file, F_GETFD) == -1) {
        return invocation_fail(invocation, EXIT_USAGE, "like: --passphrase-fd 3 3<FILE",
                               "%s is no open descriptor", number);
    }
    return read_passphrase(invocation, (int)file, "--passphrase-fd", out);
}

/* Signals are blocked here and shall reach the program. */
static int start_program(const char *program, const char *prompt, int output, pid_t *pid)
{
    extern char **environ;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    char *const arguments[] = {(char *)(uintptr_t)program, (char *)(uintptr_t)prompt, NULL};
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int error = posix_spawnp(pid, program, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static enum exit_code from_program(const struct invocation *invocation, const char *program,
                                   const char *prompt, struct passphrase *out)
{
    int ends[2];
    int state = 0;
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return invocation_failed(invocation, FAIL(IO, (uint64_t)errno), NULL, program);
    }
    int error = start_program(program, prompt, ends[1], &pid);
    (void)close(ends[1]);
    enum exit_code code =
        error != 0 ? invocation_fail(invocation, EXIT_NOT_FOUND, NULL, "CAIRN_ASKPASS: %s: %s",
                                     program, strerrordesc_np(error))
                   : read_passphrase(invocation, ends[0], program, out);
    (void)close(ends[0]);
    while (error == 0 && waitpid(pid, &state, 0) < 0 && errno == EINTR) {
    }
    if (code == EXIT_DONE && (!WIFEXITED(state) || WEXITSTATUS(state) != 0)) {
        return invocation_fail(invocation, EXIT_NOT_PERMITTED, NULL, "%s gave no passphrase",
                               program);
    }
    return code;
}

/* The terminal ---------------------------------------------------------------------------- */

static enum exit_code open_terminal(const struct invocation *invocation, const char *what,
                                    const char *advice, int *out)
{
    int file = invocation->no_input ? -1 : open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (file < 0) {
        return invocation_fail(invocation, EXIT_NOT_PERMITTED, advice,
                               "there is no terminal to ask at for %s", what);
    }
    *out = file;
    return EXIT_DONE;
}

static enum exit_code type_hidden(const struct invocation *invocation, int terminal,
                                  const char *prompt, struct passphrase *out)
{
    struct termios shown, hidden;
    if (tcgetattr(terminal, &shown) != 0) {
        return invocation_failed(invocation, FAIL(IO, (uint64_t)errno), NULL, "/dev/tty");
    }
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    (void)tcsetattr(terminal, TCSAFLUSH, &hidden);
    dprintf(terminal, "%s: ", prompt);
    enum exit_code code = read_passphrase(invocation, terminal, "/dev/tty", out);
    (void)tcsetattr(terminal, TCSAFLUSH, &shown);
    dprintf(terminal, "\n");
    return code;
}

static enum exit_code type_again(const struct invocation *invocation, int terminal,
                                 const struct passphrase *first)
{
    CLEANUP(passphrase_close) struct passphrase *second = NULL;
    struct status status = passphrase_open(&second);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "asking");
    }
    enum exit_code code = type_hidden(invocation, terminal, "The same again", second);
    if (code == EXIT_DONE && !bytes_equal(passphrase_bytes(first), passphrase_bytes(second))) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "these were two different ones");
    }
    return code;
}

static enum exit_code from_terminal(const struct invocation *invocation, enum ask_use use,
                                    const char *prompt, struct passphrase *out)
{
    CLEANUP(close_file) int terminal = -1;
    enum exit_code code = open_terminal(
        invocation, "a passphrase",
        "give it with --passphrase-fd N, or name a program in CAIRN_ASKPASS", &terminal);
    code = code == EXIT_DONE ? type_hidden(invocation, terminal, prompt, out) : code;
    return code == EXIT_DONE && use == ASK_TO_LOCK ? type_again(invocation, terminal, out) : code;
}

enum exit_code ask_line(const struct invocation *invocation, const char *prompt, struct text *out)
{
    CLEANUP(close_file) int terminal = -1;
    char memory[ASK_PROMPT_MAX];
    struct line line = {.data = memory, .capacity = sizeof memory};
    enum exit_code code = open_terminal(invocation, prompt, NULL, &terminal);
    if (code != EXIT_DONE) {
        return code;
    }
    dprintf(terminal, "%s: ", prompt);
    code = read_line(invocation, terminal, "/dev/tty", &line);
    text_put(out, line.data, line.size);
    return code;
}

/* All of it ------------------------------------------------------------------------------- */

static enum exit_code from_somewhere(const struct invocation *invocation, enum ask_use use,
                                     const char *what, struct passphrase *out)
{
    char memory[ASK_PROMPT_MAX];
    struct text prompt = TEXT_IN(memory);
    const char *descriptor = invocation_value(invocation, "passphrase-fd");
    const char *program = getenv("CAIRN_ASKPASS");
    text_add(&prompt, use == ASK_TO_LOCK ? "New passphrase for %s" : "Passphrase of %s", what);
    if (descriptor != NULL) {
        return from_descriptor(invocation, descriptor, out);
    }
    if (program != NULL && *program != '\0') {
        return from_program(invocation, program, text_string(&prompt), out);
    }
    return from_terminal(invocation, use, text_string(&prompt), out);
}

enum exit_code ask_passphrase(const struct invocation *invocation, enum ask_use use,
                              const char *what, struct passphrase **out)
{
    CLEANUP(passphrase_close) struct passphrase *passphrase = NULL;
    struct status status = key_library_start();
    status = failed(status) ? status : passphrase_open(&passphrase);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "asking");
    }
    enum exit_code code = from_somewhere(invocation, use, what, passphrase);
    if (code == EXIT_DONE && use == ASK_TO_LOCK && passphrase->size < ASK_PASSPHRASE_MIN) {
        code = invocation_fail(invocation, EXIT_USAGE, "several words are easier than signs",
                               "a passphrase has %d characters at least", ASK_PASSPHRASE_MIN);
    }
    if (code == EXIT_DONE) {
        *out = passphrase;
        passphrase = NULL;
    }
    return code;
}
