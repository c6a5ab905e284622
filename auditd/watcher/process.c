/* The process that looks at the hosts and says what it sees, by a key of its own. It has the store
 * to read, and libvirt; it is an emitter like those outside, and speaks by the same socket. */
#include "auditd/process.h"

#include "auditd/sandbox.h"
#include "auditd/supervisor/places.h"
#include "auditd/watcher/watcher.h"

#include <stdlib.h>

enum {
    NAMES_MAX = WATCHER_HOSTS_MAX,
};

struct watching {
    struct process *process;
    struct engine *engine;
    struct watcher *watcher;
    struct hypervisor *hypervisors[NAMES_MAX];
    size_t count;
    struct places places;
    struct setting_text spool;
    struct hypervisor_loop *loop;
};

static void alive(void *context)
{
    const struct watching *watching = context;
    process_beat(watching->process);
}

static void folding(void *context, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    process_beat(context);
}

static void listen(void *context, const struct hypervisor_event *event)
{
    const struct watching *watching = context;
    watcher_event(watching->watcher, event);
}

/* Beginning ---------------------------------------------------------------------------------- */

static struct status add_host(struct watching *watching, const char *uri)
{
    struct hypervisor **slot = &watching->hypervisors[watching->count];
    if (watching->count == NAMES_MAX) {
        return FAIL_BECAUSE(LIMIT, NAMES_MAX, "there are too many hosts to watch");
    }
    TRY(hypervisor_make(uri, slot));
    watching->count++;
    if (hypervisor_is_private(*slot)) {
        return OK; /* nobody else can see it: the process that acts there watches, too */
    }
    TRY(hypervisor_watch(*slot, listen, watching));
    return watcher_add(watching->watcher, *slot);
}

static struct status add_hosts(struct watching *watching)
{
    struct setting_text uris = process_settings(watching->process)->virt_uri;
    char *rest = uris.text;
    for (char *uri = strtok_r(uris.text, " ", &rest); uri != NULL;
         uri = strtok_r(NULL, " ", &rest)) {
        TRY(add_host(watching, uri));
    }
    return OK;
}

/* Beside the key, in a directory that is the watcher's: what it said outlives a start of the
 * machine. */
static void choose_spool(struct watching *watching)
{
    struct text path = TEXT_IN(watching->spool.text);
    text_put_string(&path, process_settings(watching->process)->virt_watcher_key.text);
    text_put_literal(&path, WATCHER_SPOOL);
    (void)text_string(&path);
    if (path.full) {
        watching->spool.text[0] = '\0';
    }
}

static struct status open_watching(struct watching *watching)
{
    const struct settings *settings = process_settings(watching->process);
    const struct engine_options engine = {.directory = settings->store_path.text,
                                          .read_only = true,
                                          .progress = folding,
                                          .progress_context = watching->process};
    if (places_choose(&watching->places, settings) != ENDING_DONE) {
        return FAIL_BECAUSE(MALFORMED, 0, "the daemon has no socket");
    }
    choose_spool(watching);
    TRY(engine_open(&engine, &watching->engine));
    TRY(watcher_open(&(struct watcher_options){.engine = watching->engine,
                                               .settings = settings,
                                               .journal = process_journal(watching->process),
                                               .socket = watching->places.socket.text,
                                               .spool = watching->spool.text,
                                               .alive = alive,
                                               .context = watching},
                     &watching->watcher));
    return add_hosts(watching);
}

static struct status run(struct watching *watching)
{
    TRY(open_watching(watching));
    TRY(hypervisor_loop_open(process_control(watching->process), &watching->loop));
    TRY(process_ready(watching->process));
    for (;;) {
        TRY(hypervisor_turn());
        if ((process_turn(watching->process) & PROCESS_STOP) != 0) {
            return OK;
        }
        TRY(watcher_turn(watching->watcher, engine_now(watching->engine)));
    }
}

struct status watcher_main(struct process *process)
{
    struct watching *watching = calloc(1, sizeof *watching);
    if (watching == NULL) {
        return FAIL(NO_MEMORY, sizeof *watching);
    }
    watching->process = process;
    const struct status status = run(watching);
    hypervisor_loop_close(&watching->loop);
    watcher_close(&watching->watcher);
    for (size_t i = 0; i < watching->count; i++) {
        hypervisor_close(&watching->hypervisors[i]);
    }
    engine_close(&watching->engine);
    free(watching);
    return status;
}
