/* The process that does what the log asks of hosts: the store to read, libvirt, pools; no network
 * of its own, no key. What it says are notes, which the writer holds against the state. */
#include "auditd/supervisor/places.h"
#include "auditd/teller.h"
#include "auditd/virt/effects.h"
#include "auditd/virt/patience.h"
#include "auditd/watcher/watcher.h"
#include "core/descriptions.h"
#include "core/store_layout.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    PATIENCE_SECONDS = 600, /* that a turn may take */
};

#define PAUSE_US UINT64_C(2000000)

struct doing {
    struct process *process;
    struct engine *engine;
    struct effects *effects;
    struct watcher *watcher; /* of hosts that nobody else can see; NULL: there are none */
    struct places places;
    struct teller *teller;
    struct patience patience;
    struct hypervisor_loop *loop;
    struct effects_counts said; /* that the journal has */
    char runtime[SETTINGS_TEXT_SIZE + 8];
};

static void beat(void *context)
{
    process_beat(context);
}

static struct status say(void *context, const struct draft *draft)
{
    struct doing *doing = context;
    return teller_say(doing->teller, draft);
}

static void alive(void *context)
{
    const struct doing *doing = context;
    process_beat(doing->process);
}

/* Beginning ---------------------------------------------------------------------------------- */

static void folding(void *context, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    process_beat(context);
}

/* `run` in the store unless settings say where; as the supervisor has it. */
static void find_runtime(struct doing *doing)
{
    const struct settings *settings = process_settings(doing->process);
    const bool said = settings->daemon_runtime.text[0] != '\0';
    struct text path = TEXT_IN(doing->runtime);
    text_put_string(&path, said ? settings->daemon_runtime.text : settings->store_path.text);
    text_put_string(&path, said ? "" : "/run");
    (void)text_string(&path);
}

static struct status make_socket_directory(const struct doing *doing)
{
    struct store_path path;
    TRY(store_path(doing->runtime, "vmc", &path));
    return mkdir(path.text, 02770) == 0 || errno == EEXIST ? OK : FAIL(IO, (uint64_t)errno);
}

/* A host of the test driver is in this process alone: who watches it must be here, too, with a key
 * of its own all the same. */
static void listen(void *context, const struct hypervisor_event *event)
{
    const struct doing *doing = context;
    watcher_event(doing->watcher, event);
}

static struct status watch_private_hosts(struct doing *doing)
{
    const struct settings *settings = process_settings(doing->process);
    if (settings->virt_watcher_key.text[0] == '\0' || !hosts_are_private(settings)) {
        return OK;
    }
    if (places_choose(&doing->places, settings) != ENDING_DONE) {
        return FAIL_BECAUSE(MALFORMED, 0, "the daemon has no socket");
    }
    TRY(watcher_open(&(struct watcher_options){.engine = doing->engine,
                                               .settings = settings,
                                               .journal = process_journal(doing->process),
                                               .socket = doing->places.socket.text,
                                               .spool = "",
                                               .alive = alive,
                                               .context = doing},
                     &doing->watcher));
    for (size_t i = 0; i < effects_host_count(doing->effects); i++) {
        TRY(hypervisor_watch(effects_host(doing->effects, i), listen, doing));
        TRY(watcher_add(doing->watcher, effects_host(doing->effects, i)));
    }
    return OK;
}

static struct status open_doing(struct doing *doing)
{
    const struct settings *settings = process_settings(doing->process);
    const struct engine_options engine = {
        .directory = settings->store_path.text,
        .read_only = true,
        .progress = folding,
        .progress_context = doing->process,
    };
    find_runtime(doing);
    TRY(descriptions_begin(settings->store_path.text));
    TRY(make_socket_directory(doing));
    TRY(engine_open(&engine, &doing->engine));
    const struct effects_options effects = {
        .engine = doing->engine,
        .settings = settings,
        .runtime = doing->runtime,
        .pause_us = PAUSE_US,
        .say = say,
        .alive = alive,
        .context = doing,
    };
    TRY(effects_open(&effects, &doing->effects));
    TRY(watch_private_hosts(doing));
    doing->patience = (struct patience){.beat = beat, .context = doing->process};
    return patience_begin(&doing->patience);
}

/* Turns -------------------------------------------------------------------------------------- */

static void count(struct doing *doing)
{
    struct counters *counters = process_counters(doing->process);
    const struct effects_counts *counts = effects_counts(doing->effects);
    counters_set(counters, COUNTER_EFFECTS_WAITING, counts->waiting);
    counters_set(counters, COUNTER_EFFECTS_BEGUN_TOTAL, counts->begun);
    counters_set(counters, COUNTER_EFFECTS_DONE_TOTAL, counts->done);
    counters_set(counters, COUNTER_EFFECTS_FAILED_TOTAL, counts->failed);
    if (counts->failed > doing->said.failed) {
        journal_say(process_journal(doing->process), JOURNAL_WARNING, "effects_failed",
                    pair_number("count", counts->failed - doing->said.failed));
    }
    doing->said = *counts;
}

/* Who cannot be asked to begin anything is not asked: nothing is done without the log. */
static struct status turn(struct doing *doing)
{
    TRY(hypervisor_turn());
    teller_drain(doing->teller);
    if (!teller_can_say(doing->teller)) {
        return OK;
    }
    patience_have(&doing->patience, PATIENCE_SECONDS);
    struct status status = effects_turn(doing->effects);
    if (!failed(status) && doing->watcher != NULL) {
        status = watcher_turn(doing->watcher, engine_now(doing->engine));
    }
    patience_end(&doing->patience);
    count(doing);
    return status;
}

static struct status run(struct doing *doing)
{
    TRY(open_doing(doing));
    TRY(hypervisor_loop_open(process_control(doing->process), &doing->loop));
    TRY(process_ready(doing->process));
    while ((process_turn(doing->process) & PROCESS_STOP) == 0) {
        TRY(turn(doing));
    }
    return OK;
}

struct status virt_main(struct process *process)
{
    struct doing *doing = calloc(1, sizeof *doing);
    struct teller *teller = calloc(1, sizeof *teller);
    if (doing == NULL || teller == NULL) {
        free(doing);
        free(teller);
        return FAIL(NO_MEMORY, sizeof *teller);
    }
    teller->process = process;
    doing->process = process;
    doing->teller = teller;
    struct status status = run(doing);
    hypervisor_loop_close(&doing->loop);
    watcher_close(&doing->watcher);
    effects_close(&doing->effects);
    engine_close(&doing->engine);
    free(doing);
    free(teller);
    return status;
}
