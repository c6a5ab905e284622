/*
 * victim MANNER STORE COUNT: appends COUNT records to STORE/records, and says `acknowledged N`
 * after each. victim check STORE N: fails unless STORE holds at least N whole records, in order.
 *
 * It is what the sweep is tried on. MANNER is good; or early, which acknowledges before it writes;
 * or careless, which does not ask whether there is memory; or deaf, which does not ask whether a
 * write or a sync has come off.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    RECORD_SIZE = 4000, /* bytes: half a record is no record */
};

struct victim {
    const char *path;
    bool early, careless, deaf;
    int file; /* descriptor */
};

static bool fill(const struct victim *victim, uint8_t **record, uint64_t n)
{
    *record = malloc(RECORD_SIZE);
    if (*record == NULL && !victim->careless) {
        return false;
    }
    memset(*record, (int)(n % 251), RECORD_SIZE);
    return true;
}

static bool append(const struct victim *victim, uint64_t n)
{
    uint8_t *record = NULL;
    if (!fill(victim, &record, n)) {
        return false;
    }
    if (victim->early) {
        (void)dprintf(STDOUT_FILENO, "acknowledged %" PRIu64 "\n", n + 1);
    }
    off_t at = (off_t)n * RECORD_SIZE;
    bool written = pwrite(victim->file, record, RECORD_SIZE, at) == RECORD_SIZE &&
                   fdatasync(victim->file) == 0;
    free(record);
    if (!written && !victim->deaf) {
        return false;
    }
    if (!victim->early) {
        (void)dprintf(STDOUT_FILENO, "acknowledged %" PRIu64 "\n", n + 1);
    }
    return true;
}

/* Goes on behind the last whole record. */
static bool run(struct victim *victim, uint64_t count)
{
    victim->file = open(victim->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat info;
    if (victim->file < 0 || fstat(victim->file, &info) != 0) {
        return false;
    }
    uint64_t n = (uint64_t)info.st_size / RECORD_SIZE;
    bool good = true;
    for (; good && n < count; n++) {
        good = append(victim, n);
    }
    (void)close(victim->file);
    return good;
}

static bool check(const char *path, uint64_t least)
{
    static uint8_t record[RECORD_SIZE];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    uint64_t n = 0;
    while (file >= 0 && read(file, record, sizeof record) == RECORD_SIZE) {
        for (size_t i = 0; i < sizeof record; i++) {
            if (record[i] != n % 251) {
                return false;
            }
        }
        n++;
    }
    (void)printf("%" PRIu64 " records\n", n);
    return n >= least;
}

int main(int count, char **arguments)
{
    if (count != 4) {
        (void)fprintf(stderr, "usage: victim good|early|careless|deaf|check STORE NUMBER\n");
        return 2;
    }
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/records", arguments[2]);
    uint64_t number = strtoull(arguments[3], NULL, 10);
    const char *manner = arguments[1];
    if (strcmp(manner, "check") == 0) {
        return check(path, number) ? 0 : 1;
    }
    struct victim victim = {.path = path,
                            .early = strcmp(manner, "early") == 0,
                            .careless = strcmp(manner, "careless") == 0,
                            .deaf = strcmp(manner, "deaf") == 0};
    if (!run(&victim, number)) {
        (void)fprintf(stderr, "victim: %s\n", strerror(errno));
        return 1;
    }
    return 0;
}
