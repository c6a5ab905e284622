#include "tools/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
    WIDTH_USUAL = 80,
    WIDTH_MAX = 10000,
    REDRAW_MS = 100,
    BAR_MIN = 10, /* columns: below, there is no room for a bar */
};

static uint32_t width_of(int descriptor)
{
    struct winsize size = {0};
    const char *columns = getenv("COLUMNS");
    if (isatty(descriptor) != 1) {
        return 0;
    }
    unsigned long wanted = columns == NULL ? 0 : strtoul(columns, NULL, 10);
    if (wanted > 0 && wanted <= WIDTH_MAX) {
        return (uint32_t)wanted;
    }
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return WIDTH_USUAL;
}

static bool wants_color(uint32_t width, enum color_choice choice)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (choice != COLOR_AUTO) {
        return choice == COLOR_ALWAYS;
    }
    return width > 0 && (no_color == NULL || *no_color == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}

struct terminal terminal_look(int output, int errors, enum color_choice choice)
{
    const uint32_t width = width_of(output);
    return (struct terminal){
        .color = wants_color(width, choice),
        .width = width,
        .errors_width = width_of(errors),
        .errors = errors,
    };
}

/* Progress --------------------------------------------------------------------------------- */

struct progress progress_begin(const struct terminal *terminal, const char *about, uint64_t total)
{
    return (struct progress){
        .terminal = terminal != NULL && terminal->errors_width > 0 ? terminal : NULL,
        .about = about,
        .total = total,
    };
}

static uint64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void draw(const struct progress *progress, uint64_t done)
{
    static const char full[] = "########################################";
    const uint64_t total = progress->total > 0 ? progress->total : 1;
    const uint64_t shown = done < total ? done : total;
    const uint64_t percent = total > UINT64_MAX / 100 ? shown / (total / 100) : shown * 100 / total;
    const size_t text = strlen(progress->about) + sizeof " [] 100%";
    const size_t room = progress->terminal->errors_width;
    size_t width = room > text ? room - text : 0;
    width = width < sizeof full - 1 ? width : sizeof full - 1;
    if (width < BAR_MIN) {
        dprintf(progress->terminal->errors, "\r%3u%%", (unsigned)percent);
        return;
    }
    const int filled = (int)(width * percent / 100);
    dprintf(progress->terminal->errors, "\r%s [%.*s%*s] %3u%%", progress->about, filled, full,
            (int)width - filled, "", (unsigned)percent);
}

void progress_show(struct progress *progress, uint64_t done)
{
    if (progress->terminal == NULL) {
        return;
    }
    const uint64_t now_ms = monotonic_ms();
    if (progress->drawn_ms != 0 && now_ms - progress->drawn_ms < REDRAW_MS) {
        return;
    }
    progress->drawn_ms = now_ms;
    draw(progress, done);
}

void progress_end(struct progress *progress)
{
    if (progress->terminal != NULL && progress->drawn_ms != 0) {
        dprintf(progress->terminal->errors, "\r\033[K");
    }
    progress->terminal = NULL;
}
