#include "reports/custody/named.h"

#include "reports/naming.h"

void named_begin(struct named *named, const struct view *view, const struct rows *rows)
{
    named->view = view;
    named->for_people = rows->options.format == ROWS_TABLE || rows->options.format == ROWS_LINE;
    named->text = TEXT_IN(named->memory);
}

void named_put(struct named *named, struct id id)
{
    if (named->for_people) {
        naming_put(named->view, id, &named->text);
    } else {
        id_write(&named->text, id);
    }
}

struct cell named_cell(struct named *named, size_t start)
{
    struct bytes all = text_bytes(&named->text);
    return named->text.full || all.size == start
               ? cell_absent()
               : cell_text(bytes_of(all.data + start, all.size - start));
}

struct cell named_id(struct named *named, struct id id)
{
    size_t start = named->text.size;
    if (id.kind == ID_NONE) {
        return cell_absent();
    }
    named_put(named, id);
    return named_cell(named, start);
}

struct cell named_events(struct named *named, const uint64_t *events, size_t count)
{
    size_t start = named->text.size;
    for (size_t i = 0; i < count; i++) {
        text_put_char(&named->text, i == 0 ? '[' : ',');
        text_put_u64(&named->text, events[i]);
    }
    text_put_string(&named->text, count > 0 ? "]" : "");
    return named_cell(named, start);
}

struct cell named_text(struct bytes text)
{
    return text.size == 0 ? cell_absent() : cell_text(text);
}
