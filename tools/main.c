#include "tools/verbs.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

/* A descriptor that was closed before the start would be given to the store's file, and messages
 * would be written into it. What stands in for it refuses what it is not for. */
static bool hold_standard_descriptors(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int descriptor = 0; descriptor < 3; descriptor++) {
        if (fcntl(descriptor, F_GETFD) == -1 &&
            open("/dev/null", modes[descriptor]) != descriptor) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    const struct streams streams = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    if (!hold_standard_descriptors()) {
        return EXIT_IO;
    }
    /* Nothing dies of these: a write that fails says so. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    /* Widths of characters are those of UTF-8; nothing else is of any locale. */
    setlocale(LC_CTYPE, "C.UTF-8");
    return (int)command_run(verbs_all(), streams, argc, argv);
}
