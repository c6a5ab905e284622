#include "auditd/process.h"
#include "auditd/start.h"

/* A process of the daemon is this program, started by the supervisor with --role alone. */
int main(int argc, char **argv)
{
    unsigned seat;
    if (argc == 3 && strcmp(argv[1], "--role") == 0 && seat_read(argv[2], &seat) &&
        role_infos[seat_role(seat)].main != NULL) {
        return process_run(role_infos, seat);
    }
    return (int)start_daemon(role_infos, argc, argv);
}
