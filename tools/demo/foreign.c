#include "tools/demo/foreign.h"

#include "schema/canonical.h"
#include "schema/time.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    RAW_MAX = 1024,
};

static struct bytes string_or_none(const char *string)
{
    return string == NULL ? (struct bytes){0} : bytes_of_string(string);
}

static void put_member(struct text *raw, const char *name, const char *value)
{
    if (value != NULL) {
        text_add(raw, ",\"%s\":", name);
        canonical_put_string(raw, bytes_of_string(value));
    }
}

static void put_saying(struct stage *stage, const struct foreign_saying *saying, struct text *raw)
{
    text_put_literal(raw, "{\"time\":\"");
    time_write(raw, stage->now_us);
    text_put_char(raw, '"');
    put_member(raw, "system", FOREIGN_SYSTEM);
    put_member(raw, "host", saying->host);
    put_member(raw, "action", saying->action);
    put_member(raw, "user", saying->user);
    put_member(raw, "address", saying->address);
    put_member(raw, "outcome", outcome_name(saying->outcome));
    if (saying->bytes_out > 0) {
        text_add(raw, ",\"bytes_out\":%" PRIu64, saying->bytes_out);
    }
    text_put_string(raw, saying->detail == NULL ? "" : saying->detail);
    text_put_char(raw, '}');
}

struct status foreign_say(struct stage *stage, const struct foreign_saying *saying)
{
    char memory[RAW_MAX];
    struct text raw = TEXT_IN(memory);
    put_saying(stage, saying, &raw);
    return raw.full
               ? FAIL(LIMIT, RAW_MAX)
               : import_add(stage->import,
                            &(struct foreign_record){.format = IMPORT_FORMAT_JSONL,
                                                     .outcome = saying->outcome,
                                                     .at_utc_us = stage->now_us,
                                                     .line = 1,
                                                     .system = LITERAL(FOREIGN_SYSTEM),
                                                     .action = bytes_of_string(saying->action),
                                                     .user = string_or_none(saying->user),
                                                     .host = string_or_none(saying->host),
                                                     .address = string_or_none(saying->address),
                                                     .raw = text_bytes(&raw)});
}

struct status foreign_ssh(struct stage *stage, const struct foreign_ssh *line)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char memory[RAW_MAX];
    struct text raw = TEXT_IN(memory);
    const struct civil_time civil = time_civil(stage->now_us);
    text_add(&raw, "%s %2u %02u:%02u:%02u " FOREIGN_GATEWAY " sshd[%u]: %s",
             months[civil.month - 1], (unsigned)civil.day, (unsigned)civil.hour,
             (unsigned)civil.minute, (unsigned)civil.second,
             2000 + (unsigned)stage_random(stage, 30000), line->message);
    return raw.full ? FAIL(LIMIT, RAW_MAX)
                    : import_add(stage->import,
                                 &(struct foreign_record){
                                     .format = IMPORT_FORMAT_SYSLOG,
                                     .outcome = line->outcome,
                                     .at_utc_us = stage->now_us / TIME_SECOND_US * TIME_SECOND_US,
                                     .line = 1,
                                     .system = LITERAL("syslog"),
                                     .action = bytes_of_string(line->action),
                                     .user = string_or_none(line->user),
                                     .host = LITERAL(FOREIGN_GATEWAY),
                                     .address = string_or_none(line->address),
                                     .raw = text_bytes(&raw)});
}

/* A word, the user, where from. */
static struct status ssh_says(struct stage *stage, const char *form, struct foreign_ssh line)
{
    char message[256];
    const unsigned port = 40000 + (unsigned)stage_random(stage, 20000);
    snprintf(message, sizeof message, "%s %s%s%s port %u ssh2", form, line.user,
             strncmp(form, "Disconnected", 12) == 0 ? " " : " from ", line.address, port);
    line.message = message;
    return foreign_ssh(stage, &line);
}

struct status foreign_accepted(struct stage *stage, const char *user, const char *address)
{
    return ssh_says(stage, "Accepted publickey for",
                    (struct foreign_ssh){
                        .action = "sshd accepted-publickey", .user = user, .address = address});
}

struct status foreign_failed(struct stage *stage, const char *user, const char *address)
{
    return ssh_says(stage, "Failed password for",
                    (struct foreign_ssh){.action = "sshd failed-password",
                                         .user = user,
                                         .address = address,
                                         .outcome = OUTCOME_FAILED});
}

struct status foreign_gone(struct stage *stage, const char *user, const char *address)
{
    return ssh_says(
        stage, "Disconnected from user",
        (struct foreign_ssh){.action = "sshd disconnected", .user = user, .address = address});
}

/* Behind the records the engine may have said something of its own. */
static struct status find_newest(struct stage *stage, uint64_t *n)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_snapshot_open(engine_log(stage->engine), &log));
    for (uint64_t at = log_snapshot_size(log); at-- > 0;) {
        TRY(log_read_leaf(log, at, &bytes));
        TRY(leaf_decode(bytes, &leaf));
        if (leaf.kind == EVENT_AUDIT_RECORD_IMPORTED) {
            *n = at;
            return OK;
        }
    }
    return FAIL_BECAUSE(NOT_FOUND, 0, "no record has been taken in");
}

struct status foreign_ship(struct stage *stage, uint64_t *n)
{
    TRY(stage_run(stage));
    TRY(import_flush(stage->import));
    return n == NULL ? OK : find_newest(stage, n);
}
