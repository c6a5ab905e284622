/*
 * A door that says who opened it: the example of docs/EMITTING.md, compiled and run by
 * tests/e2e/emit/run as whoever installs the library would.
 *
 * door KEY SOCKET SPOOL [BADGE...]: says that the door was opened, once for each badge.
 */
#include <cairn-emit.h>
#include <stdio.h>

static void complain(const struct cairn_emit *door)
{
    fprintf(stderr, "door: %s\n", cairn_emit_error(door));
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: door KEY SOCKET SPOOL [BADGE...]\n");
        return 2;
    }
    struct cairn_emit *door = NULL;
    const struct cairn_emit_options options = {
        .version = CAIRN_EMIT_VERSION,
        .key = argv[1],
        .socket = argv[2],
        .spool = argv[3],
    };
    if (cairn_emit_open(&options, &door) != CAIRN_EMIT_OK) {
        complain(door);
        cairn_emit_close(&door);
        return 1;
    }
    int failed = 0;
    for (int i = 4; i < argc; i++) {
        const struct cairn_emit_field fields[] = {
            cairn_emit_text("what", "door opened"),
            cairn_emit_text("detail", argv[i]),
        };
        const struct cairn_event event = {
            .kind = "audit.observed",
            .fields = fields,
            .field_count = 2,
        };
        /* Taken is taken: it is in the spool, and the door may open. */
        if (cairn_emit_event(door, &event) != CAIRN_EMIT_OK) {
            complain(door);
            failed = 1;
        }
    }
    /* The daemon may be away: then the events wait in the spool for the next run. */
    if (cairn_emit_flush(door, 1000) != CAIRN_EMIT_OK) {
        complain(door);
    }
    struct cairn_emit_counters counters;
    cairn_emit_counters(door, &counters);
    printf("%llu in the log, %llu waiting, %llu lost\n", (unsigned long long)counters.acknowledged,
           (unsigned long long)counters.waiting, (unsigned long long)counters.lost);
    cairn_emit_close(&door);
    return failed;
}
