#include "auditd/journal.h"

#include "schema/time.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

void journal_init(struct journal *journal, const char *role)
{
    *journal = (struct journal){
        .fd = STDERR_FILENO,
        .role = role,
        .prefixed = getenv("JOURNAL_STREAM") != NULL,
        .least = JOURNAL_INFO,
    };
}

static const char *level_name(enum journal_level level)
{
    switch (level) {
    case JOURNAL_ALERT:
        return "alert";
    case JOURNAL_ERROR:
        return "error";
    case JOURNAL_WARNING:
        return "warning";
    case JOURNAL_NOTICE:
        return "notice";
    case JOURNAL_INFO:
        return "info";
    case JOURNAL_DEBUG:
        break;
    }
    return "debug";
}

/* What may stand without quotes: nothing that a reader of key=value could take for more. */
static bool is_bare(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t c = text.data[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '=' || c == '\\') {
            return false;
        }
    }
    return text.size > 0;
}

/* In quotes, `"` and `\` have a `\` before them. What is not printable is escaped as for terminals,
 * whose `\` is the only one that is not doubled. */
static void put_quoted(struct text *out, struct bytes text)
{
    size_t from = 0;
    text_put_char(out, '"');
    for (size_t i = 0; i <= text.size; i++) {
        if (i == text.size || text.data[i] == '"' || text.data[i] == '\\') {
            text_put_printable(out, bytes_of(text.data + from, i - from));
            if (i < text.size) {
                text_put_char(out, '\\');
                text_put_char(out, (char)text.data[i]);
            }
            from = i + 1;
        }
    }
    text_put_char(out, '"');
}

static void put_pair(struct text *out, const struct journal_pair *pair)
{
    text_put_char(out, ' ');
    text_put_string(out, pair->key);
    text_put_char(out, '=');
    if (pair->is_number) {
        text_put_u64(out, pair->number);
    } else if (is_bare(pair->text)) {
        text_put_bytes(out, pair->text);
    } else {
        put_quoted(out, pair->text);
    }
}

static void put_time(struct text *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const uint64_t utc_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
    text_put_literal(out, "time=");
    time_write(out, utc_us);
    text_put_char(out, ' ');
}

void journal_write(const struct journal *journal, enum journal_level level, const char *event,
                   const struct journal_pair *pairs, size_t count, struct text *out)
{
    out->capacity -= sizeof " cut=yes";
    if (journal->prefixed) {
        text_add(out, "<%d>", (int)level);
    } else {
        put_time(out);
    }
    text_add(out, "level=%s role=%s event=%s", level_name(level), journal->role, event);
    for (size_t i = 0; i < count; i++) {
        const size_t before = out->size;
        put_pair(out, &pairs[i]);
        if (out->full) {
            out->full = false;
            out->size = before;
            out->capacity += sizeof " cut=yes";
            text_put_literal(out, " cut=yes");
            return;
        }
    }
    out->capacity += sizeof " cut=yes";
}

void journal_put(const struct journal *journal, enum journal_level level, const char *event,
                 const struct journal_pair *pairs, size_t count)
{
    char memory[JOURNAL_LINE_MAX];
    struct text line = {.data = memory, .capacity = sizeof memory - 1};
    if (level > journal->least) {
        return;
    }
    journal_write(journal, level, event, pairs, count, &line);
    line.capacity++; /* the newline has its place */
    text_put_char(&line, '\n');
    /* There is nobody to tell that nobody can be told. */
    while (write(journal->fd, line.data, line.size) < 0 && errno == EINTR) {
    }
}

void journal_failed(const struct journal *journal, const char *event, const char *doing,
                    struct status status)
{
    char memory[512];
    struct text why = TEXT_IN(memory);
    status_describe(status, &why);
    journal_say(journal, JOURNAL_ERROR, event, pair_string("doing", doing),
                pair_text("why", text_bytes(&why)));
}
