#include "auditd/watcher/watcher.h"

#include "auditd/virt/names.h"
#include "auditd/watcher/watcher_parts.h"

#include <stdlib.h>

#define MS_US UINT64_C(1000)
#define SECOND_US (1000 * MS_US)

enum {
    LOOK_ARENA = 96 << 20, /* bytes of address space */
    ROWS_ARENA = 4 << 20,
    SOON_MS = 200,    /* from what libvirt tells to the look: more may follow */
    APART_MS = 400,   /* between two looks at a host, at least */
    LOOK_S = 3,       /* at the latest, whatever libvirt has told or not */
    CONNECT_S = 5,    /* between two attempts at a host */
    RUNS_UNTOLD = 20, /* comparisons that are not told if nothing is new */
};

/* Life ------------------------------------------------------------------------------------- */

static struct status take_memory(struct watcher *watcher)
{
    watcher->arena.capacity = LOOK_ARENA;
    watcher->arena.memory = malloc(watcher->arena.capacity);
    watcher->rows.capacity = ROWS_ARENA;
    watcher->rows.memory = malloc(watcher->rows.capacity);
    return watcher->arena.memory == NULL || watcher->rows.memory == NULL
               ? FAIL(NO_MEMORY, LOOK_ARENA)
               : OK;
}

struct status watcher_open(const struct watcher_options *options, struct watcher **out)
{
    CLEANUP(watcher_close) struct watcher *watcher = calloc(1, sizeof *watcher);
    const struct speech_options speech = {.key = options->settings->virt_watcher_key.text,
                                          .socket = options->socket,
                                          .spool = options->spool};
    if (watcher == NULL) {
        return FAIL(NO_MEMORY, sizeof *watcher);
    }
    watcher->options = *options;
    TRY(take_memory(watcher));
    TRY(hasher_open(&watcher->hasher));
    TRY(looker_open(&watcher->looker));
    struct status status = speech_open(&speech, &watcher->speech);
    if (failed(status)) {
        journal_say(options->journal, JOURNAL_ERROR, "watcher_mute",
                    pair_string("why", speech_error(watcher->speech)));
        return status;
    }
    *out = watcher;
    watcher = NULL;
    return OK;
}

void watcher_close(struct watcher **watcher)
{
    if (*watcher != NULL) {
        speech_close(&(*watcher)->speech);
        looker_close(&(*watcher)->looker);
        hasher_close(&(*watcher)->hasher);
        free((*watcher)->arena.memory);
        free((*watcher)->rows.memory);
        free(*watcher);
        *watcher = NULL;
    }
}

struct status watcher_add(struct watcher *watcher, struct hypervisor *hypervisor)
{
    if (watcher->host_count == WATCHER_HOSTS_MAX) {
        return FAIL_BECAUSE(LIMIT, WATCHER_HOSTS_MAX, "there are too many hosts to watch");
    }
    watcher->hosts[watcher->host_count++] = (struct watched){
        .hypervisor = hypervisor,
        /* A URI without a name of a machine is this machine's. */
        .here = strstr(hypervisor_uri(hypervisor), ":///") != NULL,
    };
    return OK;
}

/* What libvirt tells ------------------------------------------------------------------------- */

static struct watched *find_host(struct watcher *watcher, const struct hypervisor *hypervisor)
{
    for (size_t i = 0; i < watcher->host_count; i++) {
        if (watcher->hosts[i].hypervisor == hypervisor) {
            return &watcher->hosts[i];
        }
    }
    return NULL;
}

static void remember_cause(struct watched *host, const struct hypervisor_event *event)
{
    static const enum stop_cause causes[] = {
        [HYPERVISOR_CAUSE_NONE] = STOP_CAUSE_UNKNOWN,
        [HYPERVISOR_CAUSE_BOOTED] = STOP_CAUSE_UNKNOWN,
        [HYPERVISOR_CAUSE_SHUT_DOWN] = STOP_CAUSE_SHUT_DOWN,
        [HYPERVISOR_CAUSE_DESTROYED] = STOP_CAUSE_DESTROYED,
        [HYPERVISOR_CAUSE_CRASHED] = STOP_CAUSE_CRASHED,
        [HYPERVISOR_CAUSE_MIGRATED] = STOP_CAUSE_MIGRATED,
        [HYPERVISOR_CAUSE_SAVED] = STOP_CAUSE_UNKNOWN,
        [HYPERVISOR_CAUSE_RESTORED] = STOP_CAUSE_UNKNOWN,
        [HYPERVISOR_CAUSE_FROM_SNAPSHOT] = STOP_CAUSE_UNKNOWN,
        [HYPERVISOR_CAUSE_FAILED] = STOP_CAUSE_FAILED,
    };
    struct remembered_stop *stop = &host->stops[host->stop_next++ % STOPS_REMEMBERED];
    struct text uuid = TEXT_IN(stop->uuid);
    text_put_string(&uuid, event->uuid);
    (void)text_string(&uuid);
    stop->cause = (size_t)event->cause < sizeof causes / sizeof causes[0] ? causes[event->cause]
                                                                          : STOP_CAUSE_UNKNOWN;
}

static void remember_revert(struct watched *host, const struct hypervisor_event *event)
{
    uint64_t vm;
    if (world_read_domain(bytes_of_string(event->name), &vm) &&
        host->revert_count < REVERTS_REMEMBERED) {
        host->reverts[host->revert_count++] = vm;
    }
}

void watcher_event(struct watcher *watcher, const struct hypervisor_event *event)
{
    struct watched *host = find_host(watcher, event->hypervisor);
    if (host == NULL) {
        return;
    }
    const bool lifecycle = event->kind <= HYPERVISOR_DOMAIN_CRASHED;
    if (event->kind == HYPERVISOR_DOMAIN_STOPPED) {
        remember_cause(host, event);
    }
    if (lifecycle && event->cause == HYPERVISOR_CAUSE_FROM_SNAPSHOT &&
        event->kind != HYPERVISOR_DOMAIN_DEFINED) {
        remember_revert(host, event);
    }
    host->told = true;
}

/* Turns -------------------------------------------------------------------------------------- */

/* Whether all that was said has come back: what is looked at next knows of it. */
static bool is_heard(struct watcher *watcher)
{
    uint64_t position;
    const struct state *state = engine_state(watcher->options.engine);
    if (state == NULL || speech_waiting(watcher->speech) > 0) {
        return false;
    }
    return !speech_position(watcher->speech, &position) || state_size(state) > position;
}

static uint64_t period_us(const struct watcher *watcher)
{
    return watcher->options.settings->virt_reconcile * SECOND_US;
}

static bool is_due(const struct watcher *watcher, const struct watched *host, uint64_t now_us)
{
    if (now_us < host->looked_us + APART_MS * MS_US) {
        return false;
    }
    return host->looked_us == 0 || host->again || now_us - host->looked_us >= period_us(watcher) ||
           now_us - host->looked_us >= LOOK_S * SECOND_US ||
           (host->told && now_us >= host->told_us + SOON_MS * MS_US);
}

static void tell_trouble(struct watcher *watcher, struct watched *host, struct status status)
{
    if (!failed(status)) {
        if (failed(host->trouble)) {
            journal_say(watcher->options.journal, JOURNAL_NOTICE, "host_compared",
                        pair_string("uri", hypervisor_uri(host->hypervisor)));
        }
    } else if (status.code == STATUS_NOT_FOUND && host->trouble.code != status.code) {
        journal_say(watcher->options.journal, JOURNAL_NOTICE, "host_not_registered",
                    pair_string("uri", hypervisor_uri(host->hypervisor)));
    } else if (host->trouble.code != status.code) {
        journal_failed(watcher->options.journal, "host_not_compared",
                       hypervisor_uri(host->hypervisor), status);
        if (status.code == STATUS_UNREACHABLE) {
            journal_say(watcher->options.journal, JOURNAL_WARNING, "host_unreachable",
                        pair_string("uri", hypervisor_uri(host->hypervisor)),
                        pair_string("why", hypervisor_error(host->hypervisor)));
        }
    }
    host->trouble = status;
}

static struct status connect_host(struct watched *host, uint64_t now_us)
{
    if (hypervisor_is_connected(host->hypervisor)) {
        return OK;
    }
    if (host->tried_us != 0 && now_us < host->tried_us + CONNECT_S * SECOND_US) {
        return FAIL(UNREACHABLE, 0);
    }
    host->tried_us = now_us;
    return hypervisor_connect(host->hypervisor);
}

/* Whether there is something to tell that was not told by the last of these events. */
static bool is_news(const struct watched *host, uint64_t mismatches, uint64_t said)
{
    return !host->has_run || mismatches != host->mismatches || said > 0 ||
           host->untold >= RUNS_UNTOLD;
}

static struct status look(struct watcher *watcher, struct watched *host, uint64_t now_us)
{
    struct host_outcome outcome = {0};
    const bool periodic = host->looked_us == 0 || now_us - host->whole_us >= period_us(watcher);
    host->told = host->again = false;
    TRY(watched_compare(watcher, host, now_us, &outcome));
    host->again = outcome.unsure;
    host->untold += periodic ? 1 : 0;
    host->whole_us = periodic ? now_us : host->whole_us;
    if (is_news(host, outcome.mismatches, outcome.said)) {
        TRY(speech_run(watcher->speech, outcome.host,
                       &(struct reconcile_run){.checked = outcome.checked,
                                               .mismatches = outcome.mismatches,
                                               .as_of = outcome.as_of}));
        host->has_run = true;
        host->untold = 0;
    }
    host->mismatches = outcome.mismatches;
    return OK;
}

static bool is_final(struct status status)
{
    return status.code == STATUS_CORRUPT || status.code == STATUS_FOLD;
}

struct status watcher_turn(struct watcher *watcher, uint64_t now_us)
{
    struct status sent = speech_turn(watcher->speech);
    if (failed(sent) && watcher->sent.code != sent.code) {
        journal_say(watcher->options.journal, JOURNAL_ERROR, "watcher_unheard",
                    pair_string("why", speech_error(watcher->speech)));
    }
    watcher->sent = sent;
    for (size_t i = 0; i < watcher->host_count; i++) {
        struct watched *host = &watcher->hosts[i];
        host->told_us = host->told && host->told_us < host->looked_us ? now_us : host->told_us;
        if (!is_due(watcher, host, now_us)) {
            continue;
        }
        TRY(engine_look_again(watcher->options.engine));
        if (!is_heard(watcher)) {
            return OK;
        }
        struct status status = connect_host(host, now_us);
        status = failed(status) ? status : look(watcher, host, now_us);
        host->looked_us = now_us;
        tell_trouble(watcher, host, status);
        if (is_final(status)) {
            return status;
        }
    }
    return OK;
}
