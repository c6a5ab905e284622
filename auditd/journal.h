/*
 * auditd/journal.h -- what operators are told: lines of key=value on the standard error.
 *
 * Shape    level=warning role=ingest event=connection_refused uid=1001 why="too many"
 *          Under systemd a line begins with <N>, syslog's number of the level; elsewhere with the
 *          time. A value is quoted where it must be, and foreign bytes are escaped. Facts about the
 *          enclave belong into the log, never here alone.
 *          journal_say(process_journal(process), JOURNAL_WARNING, "connection_refused",
 *                      pair_number("uid", uid), pair_string("why", "too many"));
 * Limits   A line is cut at JOURNAL_LINE_MAX bytes, between pairs; `cut=yes` says so.
 * Process  One write for each line, so that lines of processes do not mix.
 */
#ifndef AUDITD_JOURNAL_H
#define AUDITD_JOURNAL_H

#include "schema/text.h"

enum {
    JOURNAL_LINE_MAX = 2048,
};

enum journal_level {
    JOURNAL_ALERT = 1, /* as syslog numbers them */
    JOURNAL_ERROR = 3,
    JOURNAL_WARNING = 4,
    JOURNAL_NOTICE = 5,
    JOURNAL_INFO = 6,
    JOURNAL_DEBUG = 7,
};

struct journal {
    int fd; /* lent */
    const char *role;
    bool prefixed;            /* <N> instead of the time */
    enum journal_level least; /* less urgent lines are left out */
};

struct journal_pair {
    const char *key; /* [a-z][a-z0-9_]* */
    bool is_number;
    uint64_t number;
    struct bytes text;
};

static inline struct journal_pair pair_number(const char *key, uint64_t number)
{
    return (struct journal_pair){.key = key, .is_number = true, .number = number};
}

static inline struct journal_pair pair_text(const char *key, struct bytes text)
{
    return (struct journal_pair){.key = key, .text = text};
}

static inline struct journal_pair pair_string(const char *key, const char *string)
{
    return pair_text(key, bytes_of_string(string));
}

/* The journal of the standard error; whether it is read by systemd is told by JOURNAL_STREAM. */
void journal_init(struct journal *journal, const char *role);

void journal_put(const struct journal *journal, enum journal_level level, const char *event,
                 const struct journal_pair *pairs, size_t count);

#define journal_say(journal, level, event, ...)                                          \
    journal_put((journal), (level), (event), (const struct journal_pair[]){__VA_ARGS__}, \
                sizeof((const struct journal_pair[]){__VA_ARGS__}) / sizeof(struct journal_pair))

/* A failure: event, `doing`, and the sentence of the status. */
void journal_failed(const struct journal *journal, const char *event, const char *doing,
                    struct status status);

/* The line alone, without its newline; for tests. */
void journal_write(const struct journal *journal, enum journal_level level, const char *event,
                   const struct journal_pair *pairs, size_t count, struct text *out);

#endif
