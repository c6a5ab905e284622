#include "tools/wall.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

uint64_t wall_now_utc_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec < 0 ? 0
                          : (uint64_t)now.tv_sec * TIME_SECOND_US + (uint64_t)now.tv_nsec / 1000;
}

uint64_t wall_steady_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * TIME_SECOND_US + (uint64_t)now.tv_nsec / 1000;
}

/* libc takes a zone it does not know for UTC without a word; so look for its file. */
static bool has_file(const char *name)
{
    static const char magic[] = {'T', 'Z', 'i', 'f'};
    const char *directory = getenv("TZDIR");
    char memory[512], start[sizeof magic];
    struct text path = TEXT_IN(memory);
    if (name[0] == '/' || strstr(name, "..") != NULL) {
        return false;
    }
    text_put_string(&path, directory != NULL ? directory : "/usr/share/zoneinfo");
    text_put_char(&path, '/');
    text_put_string(&path, name);
    if (path.full) {
        return false;
    }
    int file = open(text_string(&path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) {
        return false;
    }
    bool found = read(file, start, sizeof start) == (ssize_t)sizeof start &&
                 memcmp(start, magic, sizeof magic) == 0;
    close(file);
    return found;
}

struct status wall_zone(const char *name, struct zone *out)
{
    if (strcmp(name, "UTC") == 0) {
        *out = zone_utc();
        return OK;
    }
    if (strcmp(name, "local") != 0) {
        if (!has_file(name) || setenv("TZ", name, 1) != 0) {
            return FAIL(NOT_FOUND, 0);
        }
    }
    tzset();
    *out = zone_local(name);
    return OK;
}
