#include "tools/import/auditd.h"

#include "schema/time.h"
#include "tools/import/auditd_meaning.h"
#include "tools/import/reader.h"
#include "tools/import/slice.h"

#include <assert.h>

#define NEWER_US \
    (2 * TIME_SECOND_US) /* how far away another event may be before this one leaves \
                          */
#define NEVER UINT64_MAX

void audit_window_init(struct audit_window *window, uint8_t *memory)
{
    *window = (struct audit_window){.count = 0};
    for (size_t i = 0; i < IMPORT_OPEN_EVENTS; i++) {
        window->events[i].memory = memory + i * IMPORT_RECORD_MAX;
    }
}

/* The stamp ------------------------------------------------------------------------------- */

static bool is_type(struct bytes type)
{
    for (size_t i = 0; i < type.size; i++) {
        uint8_t c = type.data[i];
        if ((c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '[' && c != ']') {
            return false;
        }
    }
    return type.size > 0 && type.size <= 64;
}

static bool read_time(struct bytes *text, uint64_t *utc_us)
{
    uint64_t seconds;
    uint64_t milliseconds;
    size_t before;
    if (!slice_take_number(text, 12, &seconds) || !slice_take(text, LITERAL("."))) {
        return false;
    }
    before = text->size;
    if (!slice_take_number(text, 3, &milliseconds) || before - text->size != 3) {
        return false;
    }
    *utc_us = seconds * TIME_SECOND_US + milliseconds * 1000;
    return *utc_us <= TIME_MAX_US;
}

bool audit_stamp_read(struct bytes line, struct audit_stamp *out)
{
    struct bytes rest = line;
    struct audit_stamp stamp = {.serial = 0};
    if (slice_take(&rest, LITERAL("node="))) {
        stamp.node = slice_take_until(&rest, ' ');
    }
    if (!slice_take(&rest, LITERAL("type="))) {
        return false;
    }
    stamp.type = slice_take_until(&rest, ' ');
    if (!is_type(stamp.type) || !slice_take(&rest, LITERAL("msg=audit(")) ||
        !read_time(&rest, &stamp.at_utc_us) || !slice_take(&rest, LITERAL(":")) ||
        !slice_take_number(&rest, 18, &stamp.serial) || !slice_take(&rest, LITERAL(")"))) {
        return false;
    }
    (void)slice_take(&rest, LITERAL(":"));
    stamp.body = rest;
    *out = stamp;
    return true;
}

/* Whether a line without end breaks off inside a quoted value. */
static bool is_cut_off(struct bytes body)
{
    size_t quotes = 0;
    for (size_t i = 0; i < body.size; i++) {
        quotes += body.data[i] == '"' ? 1 : 0;
    }
    size_t message = slice_find(body, LITERAL(" msg='"));
    bool open = message != SLICE_NOWHERE &&
                slice_find(slice_from(body, message + 6), LITERAL("'")) == SLICE_NOWHERE;
    return quotes % 2 != 0 || open;
}

/* The window ------------------------------------------------------------------------------ */

static struct audit_event *event_at(struct audit_window *window, size_t index)
{
    return &window->events[(window->first + index) % IMPORT_OPEN_EVENTS];
}

static bool same_event(const struct audit_stamp *a, const struct audit_stamp *b)
{
    return a->serial == b->serial && a->at_utc_us == b->at_utc_us && bytes_equal(a->node, b->node);
}

/* The newest is the likeliest. */
static struct audit_event *find_open(struct audit_window *window, const struct audit_stamp *stamp)
{
    for (size_t i = window->count; i > 0; i--) {
        struct audit_event *event = event_at(window, i - 1);
        if (same_event(&event->stamp, stamp)) {
            return event;
        }
    }
    return NULL;
}

/* User-space programs write events of one line. */
static bool is_from_user_space(struct bytes type)
{
    static const char *const beginnings[] = {"USER",  "CRED_",  "DAEMON_", "SERVICE_", "SYSTEM_",
                                             "ADD_",  "DEL_",   "GRP_",    "CRYPTO_",  "VIRT_",
                                             "ACCT_", "CHGRP_", "CHUSER_", "ROLE_",    "USYS_"};
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        struct bytes rest = type;
        if (slice_take(&rest, bytes_of_string(beginnings[i]))) {
            return true;
        }
    }
    return false;
}

static uint64_t ripe_at(const struct audit_stamp *stamp, uint64_t line)
{
    if (bytes_equal(stamp->type, LITERAL("EOE")) || is_from_user_space(stamp->type)) {
        return line;
    }
    /* its EOE line may come behind lines of others */
    return bytes_equal(stamp->type, LITERAL("PROCTITLE")) ? line + IMPORT_LINGER_LINES : NEVER;
}

static void append_line(struct audit_event *event, struct bytes line)
{
    size_t size = event->size + line.size + (event->size > 0 ? 1 : 0);
    if (event->too_long || size > IMPORT_RECORD_MAX) {
        event->too_long = true;
        return;
    }
    if (event->size > 0) {
        event->memory[event->size++] = '\n';
    }
    memcpy(event->memory + event->size, line.data, line.size);
    event->size = size;
}

static struct audit_event *open_event(struct audit_window *window)
{
    struct audit_event *event = event_at(window, window->count++);
    *event = (struct audit_event){
        .memory = event->memory, .line = window->line.number, .ripe_at_line = NEVER};
    append_line(event, window->line.bytes);
    bool read = audit_stamp_read(bytes_of(event->memory, event->size), &event->stamp);
    assert(read);
    (void)read;
    return event;
}

/* Puts the line at hand where it belongs; false if there is no room. */
static bool place_line(struct audit_window *window)
{
    struct audit_event *event = find_open(window, &window->stamp);
    if (event != NULL) {
        append_line(event, window->line.bytes);
    } else if (window->count < IMPORT_OPEN_EVENTS) {
        event = open_event(window);
    } else {
        return false;
    }
    uint64_t ripe = ripe_at(&window->stamp, window->line.number);
    event->ripe_at_line = ripe < event->ripe_at_line ? ripe : event->ripe_at_line;
    event->unended = event->unended || window->line.unended;
    event->line_count++;
    return true;
}

static bool is_ripe(const struct audit_event *event, const struct audit_window *window)
{
    uint64_t here = window->stamp.at_utc_us;
    uint64_t there = event->stamp.at_utc_us;
    return window->held || window->line.number >= event->ripe_at_line ||
           (here > there ? here - there : there - here) > NEWER_US;
}

/* Reading --------------------------------------------------------------------------------- */

static struct status read_line(struct importer *importer, struct import_problem *problem)
{
    struct audit_window *window = &importer->window;
    struct audit_stamp stamp;
    TRY(reader_line(importer, &window->line, problem));
    if (!audit_stamp_read(window->line.bytes, &stamp)) {
        return reader_refuse(problem, window->line.number,
                             "this is not a line `type=T msg=audit(SECONDS.MS:SERIAL): ...`");
    }
    if (window->line.unended && is_cut_off(stamp.body)) {
        return reader_refuse(problem, window->line.number, "the file ends in the middle of it");
    }
    window->stamp = stamp;
    window->held = !place_line(window);
    return OK;
}

static struct status lend_first(struct importer *importer, struct import_record *record,
                                struct import_problem *problem)
{
    struct audit_window *window = &importer->window;
    const struct audit_event *event = event_at(window, 0);
    window->lent = true;
    record->line = event->line;
    record->line_count = event->line_count;
    if (event->too_long) {
        struct status refused = reader_refuse(
            problem, event->line, "the lines of this event are longer than a record may be");
        problem->line_count = event->line_count;
        return refused;
    }
    record->unended = event->unended;
    record->at_utc_us = event->stamp.at_utc_us;
    record->raw = bytes_of(event->memory, event->size);
    audit_explain(record->raw, &importer->terms, record);
    return OK;
}

static void drop_lent(struct audit_window *window)
{
    if (window->lent) {
        window->first = (window->first + 1) % IMPORT_OPEN_EVENTS;
        window->count--;
        window->lent = false;
    }
    if (window->held) {
        window->held = !place_line(window);
    }
}

struct status auditd_next(struct importer *importer, struct import_record *record,
                          struct import_problem *problem)
{
    struct audit_window *window = &importer->window;
    drop_lent(window);
    while (window->count == 0 || !is_ripe(event_at(window, 0), window)) {
        struct status status = read_line(importer, problem);
        if (status.code == STATUS_NOT_FOUND && window->count > 0) {
            break;
        }
        TRY(status);
    }
    return lend_first(importer, record, problem);
}
