/*
 * Lines that scripts write: any bytes are refused with a reason, or are an event of which every
 * part can be read.
 */
#include "tests/fuzz/target.h"
#include "tools/emit_line.h"

#include <assert.h>

static void check_text(const char *text, size_t most)
{
    assert(text == NULL || strlen(text) <= most);
}

static void check(const struct cairn_event *event, size_t size)
{
    check_text(event->kind, size);
    check_text(event->source, size);
    check_text(event->project, size);
    check_text(event->session, size);
    check_text(event->json, BODY_MAX);
    assert(event->json == NULL || event->field_count == 0);
    assert(event->on_count <= LEAF_SUBJECTS_MAX && event->field_count <= EMIT_LINE_FIELDS_MAX);
    for (size_t i = 0; i < event->on_count; i++) {
        check_text(event->on[i], size);
    }
    for (size_t i = 0; i < event->field_count; i++) {
        assert(event->fields[i].name[0] != '\0');
        check_text(event->fields[i].name, size);
        check_text(event->fields[i].data, size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct emit_line *line = NULL;
    const struct cairn_event *event = NULL;
    struct status status = emit_line_open(&line);
    assert(!failed(status));
    status = emit_line_read(line, bytes_of(data, size), &event);
    if (failed(status)) {
        assert((status.code == STATUS_MALFORMED || status.code == STATUS_LIMIT) &&
               status.why != NULL);
    } else {
        check(event, size);
    }
    emit_line_close(&line);
    return 0;
}
