#include "tools/footnote.h"

#include "tools/wall.h"

enum exit_code footnote(const struct invocation *invocation, struct log_snapshot *log,
                        struct footer *footer)
{
    char memory[FOOTER_LINE_SIZE], position_memory[FOOTER_LINE_SIZE];
    struct text line = TEXT_IN(memory), position = TEXT_IN(position_memory);
    struct status status = footer_look(log, footer);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "looking at the log");
    }
    footer_write(footer, &invocation->zone, &line);
    footer_write_position(footer, wall_steady_us() - invocation->began_us, &position);
    invocation_note(invocation, "%s", text_string(&line));
    invocation_note(invocation, "%s", text_string(&position));
    if (!footer_is_complete(footer)) {
        return EXIT_INCOMPLETE;
    }
    return footer->rows > 0 ? EXIT_DONE : EXIT_NOTHING;
}
