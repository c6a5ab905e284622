/*
 * speed KEY PLACE [EVENTS [SOCKET]]: how many events a second cairn_emit_event takes, in memory,
 * with a spool, and with a spool that is synced each time; without a socket nothing is delivered.
 */
#include "core/emit/cairn-emit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int emit_all(struct cairn_emit *emit, unsigned long count)
{
    const struct cairn_emit_field fields[] = {cairn_emit_text("what", "door opened"),
                                              cairn_emit_text("detail", "badge 4711, by the lift")};
    const struct cairn_event event = {.kind = "audit.observed", .fields = fields, .field_count = 2};
    for (unsigned long i = 0; i < count; i++) {
        if (cairn_emit_event(emit, &event) != CAIRN_EMIT_OK) {
            return 1;
        }
    }
    return 0;
}

static int measure(const char *name, const struct cairn_emit_options *options, unsigned long count)
{
    struct cairn_emit *emit = NULL;
    int bad = cairn_emit_open(options, &emit) != CAIRN_EMIT_OK;
    double begun = now_s();
    bad = bad || emit_all(emit, count);
    double taken = now_s();
    if (!bad && options->socket != NULL) {
        bad = cairn_emit_flush(emit, 60000) != CAIRN_EMIT_OK;
    }
    double arrived = now_s();
    if (bad) {
        fprintf(stderr, "%s: %s\n", name, cairn_emit_error(emit));
    } else {
        printf("%-22s %8lu events taken, %8.0f a second", name, count,
               (double)count / (taken - begun));
        if (options->socket != NULL) {
            printf("; in the log, %8.0f a second", (double)count / (arrived - begun));
        }
        printf("\n");
    }
    cairn_emit_close(&emit);
    return bad;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: speed KEY PLACE [EVENTS [SOCKET]]\n");
        return 2;
    }
    char spool[512];
    unsigned long count = argc > 3 ? strtoul(argv[3], NULL, 10) : 20000;
    struct cairn_emit_options options = {.version = CAIRN_EMIT_VERSION,
                                         .key = argv[1],
                                         .socket = argc > 4 ? argv[4] : NULL,
                                         .wait_ms = 10000,
                                         .spool_bytes_max = UINT64_C(1) << 30};
    int bad = measure("in memory", &options, count);
    options.spool = spool;
    (void)snprintf(spool, sizeof spool, "%s/batch", argv[2]);
    bad = measure("spool", &options, count) || bad;
    (void)snprintf(spool, sizeof spool, "%s/each", argv[2]);
    options.sync = CAIRN_EMIT_SYNC_EACH;
    return measure("spool, synced each", &options, count / 100 + 1) || bad;
}
