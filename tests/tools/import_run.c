#include "tests/tools/import_run.h"

#include "schema/text.h"
#include "schema/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

int import_file(struct bytes input)
{
    int descriptor = memfd_create("input", MFD_CLOEXEC);
    assert_true(descriptor >= 0);
    while (input.size > 0) {
        ssize_t written = write(descriptor, input.data, input.size);
        assert_true(written > 0);
        input = bytes_of(input.data + written, input.size - (size_t)written);
    }
    assert_int_equal(lseek(descriptor, 0, SEEK_SET), 0);
    return descriptor;
}

static struct bytes copy(struct bytes bytes)
{
    if (bytes.size == 0) {
        return bytes_of(NULL, 0);
    }
    uint8_t *memory = malloc(bytes.size);
    assert_non_null(memory);
    memcpy(memory, bytes.data, bytes.size);
    return bytes_of(memory, bytes.size);
}

static void check_term(struct bytes term)
{
    assert_true(text_is_utf8(term));
    assert_true(term.size <= 8 * (size_t)IMPORT_TERM_MAX + 64);
    for (size_t i = 0; i < term.size; i++) {
        assert_true(term.data[i] >= 0x20 && term.data[i] != 0x7f);
    }
}

static void keep_record(struct import_run *run, const struct import_record *record)
{
    struct import_record kept = *record;
    check_term(kept.system);
    check_term(kept.action);
    check_term(kept.user);
    check_term(kept.host);
    check_term(kept.address);
    assert_true(kept.system.size > 0 && kept.action.size > 0);
    assert_true(kept.raw.size > 0 && kept.raw.size <= IMPORT_RECORD_MAX);
    assert_true(kept.line > 0 && kept.line_count > 0 && kept.at_utc_us <= TIME_MAX_US);
    kept.system = copy(kept.system);
    kept.action = copy(kept.action);
    kept.user = copy(kept.user);
    kept.host = copy(kept.host);
    kept.address = copy(kept.address);
    kept.raw = copy(kept.raw);
    run->records = realloc(run->records, (run->record_count + 1) * sizeof *run->records);
    assert_non_null(run->records);
    run->records[run->record_count++] = kept;
}

static void keep_problem(struct import_run *run, const struct import_problem *problem)
{
    assert_true(strnlen(problem->reason, sizeof problem->reason) > 0);
    assert_true(strnlen(problem->reason, sizeof problem->reason) < sizeof problem->reason);
    run->problems = realloc(run->problems, (run->problem_count + 1) * sizeof *run->problems);
    assert_non_null(run->problems);
    run->problems[run->problem_count++] = *problem;
}

struct import_run import_descriptor(const struct import_options *options, int descriptor)
{
    struct import_run run = {.records = NULL};
    struct importer *importer = NULL;
    struct import_record record;
    struct import_problem problem;
    assert_int_equal(importer_open(descriptor, options, &importer).code, STATUS_OK);
    for (;;) {
        struct status status = importer_next(importer, &record, &problem);
        if (status.code == STATUS_OK) {
            keep_record(&run, &record);
        } else if (status.code == STATUS_MALFORMED) {
            assert_int_equal(status.at, problem.line);
            keep_problem(&run, &problem);
        } else {
            run.end = status;
            break;
        }
    }
    assert_int_equal(importer_next(importer, &record, &problem).code, run.end.code);
    run.tally = importer_tally(importer);
    importer_close(&importer);
    assert_null(importer);
    assert_int_equal(close(descriptor), 0);
    return run;
}

struct import_run import_bytes(const struct import_options *options, struct bytes input)
{
    return import_descriptor(options, import_file(input));
}

struct import_run import_string(enum import_format format, const char *input)
{
    const struct import_options options = {.format = format, .now_utc_us = IMPORT_NOW_US};
    return import_bytes(&options, bytes_of_string(input));
}

static void free_copy(struct bytes bytes)
{
    /* the copy is ours: only its type says it is lent */
    free((void *)(uintptr_t)bytes.data);
}

void import_run_free(struct import_run *run)
{
    for (size_t i = 0; i < run->record_count; i++) {
        free_copy(run->records[i].system);
        free_copy(run->records[i].action);
        free_copy(run->records[i].user);
        free_copy(run->records[i].host);
        free_copy(run->records[i].address);
        free_copy(run->records[i].raw);
    }
    free(run->records);
    free(run->problems);
    *run = (struct import_run){.records = NULL};
}

static void records_are_equal(const struct import_record *a, const struct import_record *b)
{
    assert_int_equal(a->format, b->format);
    assert_int_equal(a->outcome, b->outcome);
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->line_count, b->line_count);
    assert_int_equal(a->at_utc_us, b->at_utc_us);
    assert_int_equal(a->repeat_count, b->repeat_count);
    assert_int_equal(a->unended, b->unended);
    assert_true(bytes_equal(a->system, b->system));
    assert_true(bytes_equal(a->action, b->action));
    assert_true(bytes_equal(a->user, b->user));
    assert_true(bytes_equal(a->host, b->host));
    assert_true(bytes_equal(a->address, b->address));
    assert_true(bytes_equal(a->raw, b->raw));
}

void import_runs_are_equal(const struct import_run *a, const struct import_run *b)
{
    assert_int_equal(a->end.code, b->end.code);
    assert_int_equal(a->record_count, b->record_count);
    assert_int_equal(a->problem_count, b->problem_count);
    assert_int_equal(a->tally.line_count, b->tally.line_count);
    assert_int_equal(a->tally.blank_line_count, b->tally.blank_line_count);
    assert_int_equal(a->tally.byte_count, b->tally.byte_count);
    for (size_t i = 0; i < a->record_count; i++) {
        records_are_equal(&a->records[i], &b->records[i]);
    }
    for (size_t i = 0; i < a->problem_count; i++) {
        assert_int_equal(a->problems[i].line, b->problems[i].line);
        assert_int_equal(a->problems[i].line_count, b->problems[i].line_count);
        assert_string_equal(a->problems[i].reason, b->problems[i].reason);
    }
}

void import_run_has_every_line(const struct import_run *run)
{
    uint64_t count = run->tally.blank_line_count;
    for (size_t i = 0; i < run->record_count; i++) {
        count += run->records[i].line_count;
    }
    for (size_t i = 0; i < run->problem_count; i++) {
        count += run->problems[i].line_count;
    }
    assert_int_equal(count, run->tally.line_count);
}

static void say(struct text *text, struct bytes term)
{
    text_put_bytes(text, term.size > 0 ? term : LITERAL("-"));
    text_put_char(text, '|');
}

const char *import_said(const struct import_record *record, char memory[static 4096])
{
    static const char *const outcomes[] = {
        [OUTCOME_OK] = "ok", [OUTCOME_DENIED] = "denied", [OUTCOME_FAILED] = "failed"};
    struct text text = {.data = memory, .capacity = 4096};
    say(&text, record->action);
    say(&text, record->user);
    say(&text, record->host);
    say(&text, record->address);
    text_put_string(&text, outcomes[record->outcome]);
    return text_string(&text);
}

const char *import_sample(enum import_format format)
{
    static const char *const samples[IMPORT_FORMAT_COUNT] = {
        [IMPORT_FORMAT_AUDITD] =
            "type=SYSCALL msg=audit(1700000000.100:7): arch=c000003e syscall=59 success=yes exit=0 "
            "auid=1001 uid=0 comm=\"id\"\n"
            "type=USER_AUTH msg=audit(1700000000.101:8): pid=9 uid=0 auid=4294967295 "
            "msg='op=PAM:authentication acct=\"mira\" exe=\"/usr/sbin/sshd\" hostname=192.0.2.4 "
            "addr=192.0.2.4 terminal=ssh res=failed'\r\n"
            "not an audit line\n"
            "type=EXECVE msg=audit(1700000000.100:7): argc=1 a0=\"id\"\n"
            "\n"
            "node=lab2 type=SOCKADDR msg=audit(1700000009.000:9): saddr=02000016C0000209\n",
        [IMPORT_FORMAT_CLOUDTRAIL] =
            "{\"Records\":[\n"
            "{\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"GetUser\",\"eventTime\":"
            "\"2026-01-02T03:04:05Z\",\"recipientAccountId\":\"12\",\"userIdentity\":{\"userName\":"
            "\"mira\"},\"sourceIPAddress\":\"192.0.2.4\"},\n"
            "{\"eventSource\":7},\n"
            "{\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"GetObject\",\"errorCode\":"
            "\"AccessDenied\",\"x\":[1,{\"y\":\"]}\\\"\"}]}]}\n",
        [IMPORT_FORMAT_JSONL] =
            "{\"time\":\"2026-01-02T03:04:05Z\",\"user\":\"mira\",\"n\":[1,2]}\n"
            "{\"user\":1}\n"
            "\n"
            "{\"action\":\"opened\",\"outcome\":\"denied\",\"system\":\"door\"}",
        [IMPORT_FORMAT_SYSLOG] =
            "Mar  9 21:58:00 lab2 sshd[77]: Failed password for root from 192.0.2.4 port 2 ssh2\n"
            "<34>1 2026-03-09T21:58:00.5Z lab2 door - ID1 [a b=\"c\\\"]\"] opened\r\n"
            "what is this\n"
            "2026-03-09T22:58:00.000001+01:00 lab2 CRON[5]: pam_unix(cron:session): session opened "
            "for user root(uid=0) by (uid=0)\n",
    };
    return samples[format];
}
