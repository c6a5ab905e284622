/*
 * tools/import/auditd.h -- Linux audit records being gathered from their lines; private to
 * tools/import.
 *
 * Shape    A ring of open events in the order of their first lines, each with memory for
 *          IMPORT_RECORD_MAX bytes.
 * Source   The raw form of auditd's log (`type=X msg=audit(SECONDS.MS:SERIAL): ...`), with or
 *          without `node=` before it and enriched names behind a group separator (0x1d).
 */
#ifndef TOOLS_IMPORT_AUDITD_H
#define TOOLS_IMPORT_AUDITD_H

#include "tools/import/lines.h"
#include "tools/import/record.h"

/* What lines of one event have in common, and the line's own type. */
struct audit_stamp {
    struct bytes node; /* empty if the line names none */
    struct bytes type;
    struct bytes body; /* behind the stamp */
    uint64_t at_utc_us;
    uint64_t serial;
};

struct audit_event {
    struct audit_stamp stamp; /* of its first line; the slices lie in memory */
    uint8_t *memory;
    size_t size; /* bytes of its lines */
    uint64_t line, line_count;
    uint64_t ripe_at_line; /* it leaves when this line has been read */
    bool unended;
    bool too_long; /* not all of it is in memory */
};

struct audit_window {
    struct audit_event events[IMPORT_OPEN_EVENTS];
    size_t first, count;
    bool lent; /* the first is in the caller's hands */
    bool held; /* `line` waits for room */
    struct line line;
    struct audit_stamp stamp; /* of the last line read */
};

enum {
    AUDIT_WINDOW_MEMORY = IMPORT_OPEN_EVENTS * IMPORT_RECORD_MAX,
};

/* `memory` has AUDIT_WINDOW_MEMORY bytes. */
void audit_window_init(struct audit_window *window, uint8_t *memory);

/* Reads the beginning of a line; the slices are lent from it. */
MUST_CHECK bool audit_stamp_read(struct bytes line, struct audit_stamp *out);

#endif
