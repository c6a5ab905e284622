#include "tools/import/lines.h"

static void take_mark(struct source *source)
{
    static const uint8_t mark[3] = {0xef, 0xbb, 0xbf};
    while (source->end - source->start < sizeof mark && !failed(source_more(source))) {
    }
    struct bytes view = source_view(source);
    if (view.size >= sizeof mark && memcmp(view.data, mark, sizeof mark) == 0) {
        source_take(source, sizeof mark);
    }
}

static const uint8_t *find_end(struct lines *lines)
{
    struct bytes view = source_view(&lines->source);
    const uint8_t *end = view.size == lines->searched ? NULL
                                                      : memchr(view.data + lines->searched, '\n',
                                                               view.size - lines->searched);
    lines->searched = end == NULL ? view.size : (size_t)(end - view.data);
    return end;
}

/* Drops the rest of a line that is too long, up to and with its end. */
static struct status skip_line(struct lines *lines)
{
    while (find_end(lines) == NULL) {
        source_take(&lines->source, lines->searched);
        lines->searched = 0;
        struct status status = source_more(&lines->source);
        if (status.code == STATUS_NOT_FOUND) {
            return FAIL(LIMIT, lines->limit);
        }
        TRY(status);
    }
    source_take(&lines->source, lines->searched + 1);
    lines->searched = 0;
    return FAIL(LIMIT, lines->limit);
}

static void lend_line(struct lines *lines, struct line *line, bool ended)
{
    size_t size = lines->searched;
    const uint8_t *data = source_view(&lines->source).data;
    lines->lent = size + (ended ? 1 : 0);
    lines->searched = 0;
    line->unended = !ended;
    line->bytes = bytes_of(data, ended && size > 0 && data[size - 1] == '\r' ? size - 1 : size);
}

struct status lines_next(struct lines *lines, struct line *line)
{
    source_take(&lines->source, lines->lent);
    lines->lent = 0;
    if (lines->source.taken == 0) {
        take_mark(&lines->source);
    }
    bool ended = find_end(lines) != NULL;
    while (!ended && lines->searched <= lines->limit) {
        struct status status = source_more(&lines->source);
        if (status.code == STATUS_NOT_FOUND && lines->searched > 0) {
            break;
        }
        TRY(status);
        ended = find_end(lines) != NULL;
    }
    line->number = ++lines->number;
    if (lines->searched > lines->limit) {
        return skip_line(lines);
    }
    lend_line(lines, line, ended);
    return OK;
}
