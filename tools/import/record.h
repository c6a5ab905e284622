/*
 * tools/import/record.h -- audit records that other systems wrote, read into one shape.
 *
 * Shape    An importer is opened on a descriptor and asked for one record after the other. What is
 *          not a record is a problem with its line and a reason; reading goes on behind it.
 *          auditd      Lines of one time and serial number (and node) are one record, also when a
 *                      few other lines lie between them: IMPORT_OPEN_EVENTS events are open at
 *                      once. They leave in the order of their first lines: the oldest at its EOE
 *                      line, IMPORT_LINGER_LINES after its PROCTITLE line, at once if a user-space
 *                      program wrote it, when a line is more than two seconds away from it, when
 *                      the window is full, and at the end of the file.
 *          syslog      RFC 3164, RFC 5424, and rsyslog's form with an RFC 3339 time; what sshd and
 *                      PAM say is understood (tools/import/sshd.h).
 *          cloudtrail  {"Records":[...]}, read element by element.
 *          jsonl       One object a line; `time` or `at`, `system`, `action`, `user`, `host`,
 *                      `address` or `source`, and `outcome` are understood, all optional.
 * Lines    Counted from 1; LF or CR LF ends one, the last needs no end. Each line is in a record,
 *          in a problem, or blank; importer_tally counts them. A CloudTrail file is counted by
 *          elements instead, since it may be one line. A byte order mark at the beginning of the
 *          file belongs to no line.
 * Raw      auditd: the lines without their ends, joined by LF. syslog, jsonl: the line without its
 *          end. cloudtrail: the element's bytes as they are in the file. Any bytes but NUL.
 * Terms    system, action, user, host, address are UTF-8 made printable (text_put_printable). A
 *          name beyond IMPORT_TERM_MAX bytes is shortened and ends in `...[N bytes]`; raw has it
 *          whole.
 * Limits   IMPORT_RECORD_MAX bytes of raw; more is a problem, skipped in bounded memory. An
 *          importer has one block of memory from open to close, whatever the file's size.
 * Process  Reads only; the descriptor stays the caller's. Never looks at a clock.
 * Errors   Every line of the file may be hostile. Whoever can choose a user name can write what
 *          looks like the rest of a message: sshd.h says how that is told apart.
 */
#ifndef TOOLS_IMPORT_RECORD_H
#define TOOLS_IMPORT_RECORD_H

#include "schema/catalogue/names.h" /* generated: enum import_format */
#include "schema/leaf.h"

enum {
    IMPORT_RECORD_MAX = TEXT_FIELD_MAX, /* bytes of raw */
    IMPORT_TERM_MAX = 2048,             /* bytes of a name before it is made printable */
    IMPORT_REASON_MAX = 256,            /* bytes of a problem's reason, with its final NUL */
    IMPORT_OPEN_EVENTS = 16,            /* auditd events being gathered */
    IMPORT_LINGER_LINES = 8,            /* lines an auditd event waits behind its PROCTITLE */
};

struct import_options {
    enum import_format format;
    uint32_t year;         /* of syslog times without one; 0: the latest at most a day after now */
    int32_t zone_offset_s; /* seconds east of UTC, of syslog times without a zone */
    uint64_t now_utc_us;   /* only syslog without a year asks for it */
    /* Called before each read, to wait until there is something to read; a failure ends the import,
     * as a failure of the read would. NULL: none. */
    struct status (*wait)(void *context, int descriptor);
    void *wait_context;
    size_t read_size; /* bytes asked for by one read; 0: as many as there is room for */
};

/* Lent until the next call. */
struct import_record {
    enum import_format format;
    enum outcome outcome; /* DENIED: a permission was lacking; FAILED: it went wrong otherwise */
    uint64_t line, line_count;  /* its first line, and how many are its own */
    uint64_t at_utc_us;         /* the record's own time; 0: it has none */
    uint64_t repeat_count;      /* how often it says it happened: 1, but for "repeated N times" */
    bool unended;               /* the file ends in it without a line end: it may not be whole */
    struct bytes system;        /* "linux", "syslog", "aws:ACCOUNT", or as it says, or "jsonl" */
    struct bytes action;        /* stable and short: "SYSCALL execve", "sshd failed-password" */
    struct bytes user;          /* empty if it names none; by number only, it is "uid:N" */
    struct bytes host, address; /* empty if it names none; the host is what wrote the record */
    struct bytes raw;
};

struct import_problem {
    uint64_t line, line_count; /* the first line; how many, 0 if they are counted elsewhere */
    char reason[IMPORT_REASON_MAX];
};

struct import_tally {
    uint64_t line_count;       /* read so far; for cloudtrail, line feeds and one */
    uint64_t blank_line_count; /* in no record and no problem; 0 for cloudtrail */
    uint64_t byte_count;
};

struct importer; /* opaque */

/* Opens an importer on a descriptor that can be read: file, pipe or socket. On success *out is the
 * caller's: importer_close. Fails with IO for a directory, LIMIT for an impossible option,
 * NO_MEMORY. */
MUST_CHECK struct status importer_open(int descriptor, const struct import_options *options,
                                       struct importer **out);

/* Frees *importer and sets it to NULL; NULL is welcome. The descriptor stays open. */
void importer_close(struct importer **importer);

/* The next record. MALFORMED at a line that is none, with *problem filled in: call again for what
 * is behind it. NOT_FOUND at the end, IO, and what options.wait fails with, stay so. An empty file
 * is a problem. */
MUST_CHECK struct status importer_next(struct importer *importer, struct import_record *record,
                                       struct import_problem *problem);

struct import_tally importer_tally(const struct importer *importer);

#endif
