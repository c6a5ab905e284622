/* The process that holds the rules of alerts against the log, and has people told. It runs the
 * program `cairn` beside this one, as cron would: `cairn alert scan` raises what is new through the
 * writer, tells contacts, and tells them also when the log itself cannot be written. */
#include "auditd/alerts/scanner.h"
#include "auditd/process.h"
#include "schema/catalogue/names.h"

#include <poll.h>

enum {
    TURN_MS = 500,
};

#define SECOND_US UINT64_C(1000000)

struct alerts {
    struct process *process;
    struct scanner scanner;
    uint64_t next_us; /* when to scan next */
    bool was_tight;   /* the disk was nearly full when it was looked at last */
};

/* The writer's own word, which is there though its log may not be. */
static bool is_tight(const struct alerts *alerts)
{
    const struct counters *writer =
        counters_of(process_pages(alerts->process), seat_of(ROLE_WRITER, 0));
    return counters_get(writer, COUNTER_MODE) >= DAEMON_MODE_EMERGENCY;
}

static void note_end(struct alerts *alerts, int code)
{
    struct counters *counters = process_counters(alerts->process);
    const struct journal *journal = process_journal(alerts->process);
    counters_add(counters, COUNTER_SCANS_TOTAL, 1);
    counters_set(counters, COUNTER_ALERTS_UNDELIVERED, code == SCANNER_UNDELIVERED ? 1 : 0);
    if (code == SCANNER_UNDELIVERED) {
        journal_say(journal, JOURNAL_WARNING, "alerts_undelivered",
                    pair_string("why", "a contact could not be reached; tried again"));
    } else if (code != 0) {
        journal_say(journal, JOURNAL_ERROR, "scan_failed", pair_number("code", (uint64_t)code));
    }
}

/* At once when the disk has become nearly full, else now and then. */
static void scan_when_due(struct alerts *alerts)
{
    const struct settings *settings = process_settings(alerts->process);
    uint64_t now_us = wire_now_us();
    bool tight = is_tight(alerts);
    bool due = now_us >= alerts->next_us || (tight && !alerts->was_tight);
    if (scanner_is_running(&alerts->scanner) || !due) {
        return;
    }
    alerts->was_tight = tight;
    alerts->next_us = now_us + settings->alerts_scan * SECOND_US;
    struct status status = scanner_start(&alerts->scanner, settings);
    if (failed(status)) {
        journal_failed(process_journal(alerts->process), "scan_failed", "starting a scan", status);
    }
}

static struct status run(struct alerts *alerts)
{
    struct pollfd polled = {.fd = process_control(alerts->process), .events = POLLIN};
    TRY(process_ready(alerts->process));
    for (;;) {
        int code = 0;
        (void)poll(&polled, 1, TURN_MS);
        if ((process_turn(alerts->process) & PROCESS_STOP) != 0) {
            return OK;
        }
        if (scanner_has_ended(&alerts->scanner, &code)) {
            note_end(alerts, code);
        }
        scan_when_due(alerts);
    }
}

struct status alerts_main(struct process *process)
{
    struct alerts alerts = {.process = process,
                            .next_us =
                                wire_now_us() + process_settings(process)->alerts_scan * SECOND_US};
    TRY(scanner_open(&alerts.scanner));
    if (!scanner_has_program(&alerts.scanner)) {
        journal_say(process_journal(process), JOURNAL_WARNING, "no_alerts",
                    pair_string("why", "the program cairn is not beside cairnd"));
    }
    struct status status = run(&alerts);
    scanner_close(&alerts.scanner);
    return status;
}
