#include "auditd/watcher/watcher_parts.h"
#include "core/effect/reconcile.h"
#include "reports/query.h"

#include <errno.h>
#include <inttypes.h>

#define SECOND_US UINT64_C(1000000)
#define GRACE_US (10 * SECOND_US)

/* A comparison under way. */
struct round {
    struct watcher *watcher;
    struct watched *host;
    struct model model;
    uint64_t now_us;
    struct host_outcome *out;
    bool *lasts;   /* of model.lasting: found again */
    bool was_told; /* the difference before was said just now */
    struct digest pending[PENDING_MAX];
    size_t pending_count;
};

/* Whether a drive was in use since ------------------------------------------------------------ */

struct use {
    uint64_t since;
    bool found;
};

static struct status note_use(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct use *use = context;
    (void)bytes;
    use->found = use->found || leaf->n > use->since;
    return OK;
}

static struct status look_for_use(const struct round *round, struct id drive, struct use *use)
{
    static const char *const kinds[] = {"drive.attach_requested", "drive.snapshot.*",
                                        "drive.converted", "drive.created"};
    struct engine *engine = round->watcher->options.engine;
    char memory[QUERY_VALUE_SIZE];
    struct text text = TEXT_IN(memory);
    struct query query = {.first = use->since, .newest_first = true, .limit = 1};
    struct query_outcome outcome;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    id_write(&text, drive);
    TRY(query_add(&query, QUERY_ON, text_bytes(&text)));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        TRY(query_add(&query, QUERY_KIND, bytes_of_string(kinds[i])));
    }
    TRY(log_snapshot_open(engine_log(engine), &log));
    if (engine_index(engine) != NULL) {
        TRY(index_snapshot_open(engine_index(engine), &index));
    }
    return query_run(&query, log, index, note_use, use, &outcome);
}

/* What cannot be answered is answered against an alarm that might be false: the next look asks
 * again. */
static bool used_since(void *context, struct id drive, uint64_t n)
{
    const struct round *round = context;
    struct use use = {.since = n};
    return failed(look_for_use(round, drive, &use)) || use.found;
}

/* Differences -------------------------------------------------------------------------------- */

static struct digest identity_of(const struct round *round, const struct finding *finding)
{
    const struct bytes end = bytes_of("", 1);
    char memory[64];
    struct text host = TEXT_IN(memory);
    id_write(&host, round->model.host);
    const struct bytes pieces[] = {
        bytes_of_string(mismatch_kind_name(finding->mismatch)),
        end,
        text_bytes(&host),
        end,
        bytes_of_string(finding->object),
        end,
        bytes_of_string(finding->expected),
        end,
        bytes_of_string(finding->observed),
    };
    return hash_pieces(round->watcher->hasher, pieces, sizeof pieces / sizeof pieces[0]);
}

static bool lasts_already(struct round *round, const struct digest *identity)
{
    bool found = false;
    for (size_t i = 0; i < round->model.lasting_count; i++) {
        if (digest_equal(&round->model.lasting[i].identity, identity)) {
            round->lasts[i] = found = true;
        }
    }
    return found;
}

static bool was_found_before(const struct round *round, const struct digest *identity)
{
    for (size_t i = 0; i < round->host->pending_count; i++) {
        if (digest_equal(&round->host->pending[i], identity)) {
            return true;
        }
    }
    return false;
}

static struct status say_difference(struct round *round, const struct finding *finding,
                                    const struct digest *identity)
{
    round->was_told = true;
    round->out->said++;
    return speech_mismatch(round->watcher->speech, round->model.host, finding, identity);
}

/* Whether it might come and go while host and log are looked at, one after the other; what libvirt
 * shows of a domain, while that begins or ends. */
static bool may_pass(enum mismatch_kind kind)
{
    return kind != MISMATCH_KIND_DISK_UNKNOWN && kind != MISMATCH_KIND_DISK_CHANGED &&
           kind != MISMATCH_KIND_INTERFACE_UNKNOWN && kind != MISMATCH_KIND_ISO_WRITABLE &&
           kind != MISMATCH_KIND_DOMAIN_UNKNOWN;
}

static struct status take_difference(struct round *round, const struct finding *finding)
{
    const struct digest identity = identity_of(round, finding);
    round->was_told = false;
    if (lasts_already(round, &identity)) {
        round->out->mismatches++;
        return OK;
    }
    if (!may_pass(finding->mismatch) || was_found_before(round, &identity) ||
        round->pending_count == PENDING_MAX) {
        round->out->mismatches++;
        return say_difference(round, finding, &identity);
    }
    round->pending[round->pending_count++] = identity;
    round->out->unsure = true;
    return OK;
}

/* Facts -------------------------------------------------------------------------------------- */

static enum stop_cause cause_of(const struct watched *host, const struct model_machine *machine)
{
    enum stop_cause cause = STOP_CAUSE_UNKNOWN;
    const size_t known =
        host->stop_next < STOPS_REMEMBERED ? host->stop_next : (size_t)STOPS_REMEMBERED;
    for (size_t i = 0; i < known; i++) {
        const struct remembered_stop *stop =
            &host->stops[(host->stop_next - 1 - i) % STOPS_REMEMBERED];
        if (bytes_equal(bytes_of_string(stop->uuid), machine->uuid)) {
            cause = stop->cause;
            break;
        }
    }
    return cause;
}

static struct status take_finding(void *context, const struct finding *finding)
{
    struct round *round = context;
    if (finding->kind == FINDING_MISMATCH) {
        return take_difference(round, finding);
    }
    if (finding->also && !round->was_told) {
        return OK;
    }
    const enum stop_cause cause = finding->kind == FINDING_STOPPED
                                      ? cause_of(round->host, finding->machine)
                                      : STOP_CAUSE_UNKNOWN;
    round->out->said++;
    return speech_fact(round->watcher->speech, round->model.host, finding, cause, round->now_us);
}

/* Going back to a snapshot is over when it is seen: it counts for as long as the run does. */
static struct status take_reverts(struct round *round)
{
    for (size_t i = 0; i < round->host->revert_count; i++) {
        char object_memory[64], observed_memory[96];
        struct text object = TEXT_IN(object_memory), observed = TEXT_IN(observed_memory);
        const struct model_machine *machine = model_machine(&round->model, round->host->reverts[i]);
        if (machine == NULL) {
            continue;
        }
        text_add(&object, "vm:%" PRIu64 " run %" PRIu64, machine->vm, machine->run);
        text_put_literal(&observed, "went back to a snapshot, seen at ");
        time_write(&observed, round->now_us);
        const struct finding finding = {.kind = FINDING_MISMATCH,
                                        .mismatch = MISMATCH_KIND_DOMAIN_REVERTED,
                                        .object = text_string(&object),
                                        .expected = "",
                                        .observed = text_string(&observed)};
        const struct digest identity = identity_of(round, &finding);
        round->out->mismatches++;
        TRY(say_difference(round, &finding, &identity));
    }
    round->host->revert_count = 0;
    return OK;
}

static bool still_runs(const struct model *model, struct bytes object)
{
    for (size_t i = 0; i < model->machine_count; i++) {
        const struct model_machine *machine = &model->machines[i];
        char memory[64];
        struct text text = TEXT_IN(memory);
        text_add(&text, "vm:%" PRIu64 " run %" PRIu64, machine->vm, machine->run);
        const bool live = machine->state == VM_STATE_RUNNING ||
                          machine->state == VM_STATE_REGISTERED ||
                          machine->state == VM_STATE_STOPPING;
        if (live && bytes_equal(text_bytes(&text), object)) {
            return true;
        }
    }
    return false;
}

static struct status clear_the_rest(struct round *round)
{
    for (size_t i = 0; i < round->model.lasting_count; i++) {
        const struct model_lasting *lasting = &round->model.lasting[i];
        if (round->lasts[i]) {
            continue;
        }
        if (lasting->kind == MISMATCH_KIND_DOMAIN_REVERTED &&
            still_runs(&round->model, lasting->object)) {
            round->out->mismatches++;
            continue;
        }
        round->out->said++;
        TRY(speech_cleared(round->watcher->speech, round->model.host, &lasting->identity));
    }
    return OK;
}

/* Logins ------------------------------------------------------------------------------------- */

static struct status take_login(void *context, const struct login *login)
{
    struct round *round = context;
    round->host->logins_us =
        login->at_us > round->host->logins_us ? login->at_us : round->host->logins_us;
    round->out->said++;
    return speech_login(round->watcher->speech, round->model.host, login);
}

/* Those since this host was compared last, whoever did. */
static struct status take_logins(struct round *round, const struct view *view)
{
    struct reconciliation_row newest;
    if (!round->host->here || hypervisor_is_private(round->host->hypervisor)) {
        return OK;
    }
    if (round->host->logins_us == 0) {
        round->host->logins_us =
            reconcile_newest(view, round->model.host, &newest) ? newest.ended : round->now_us;
    }
    const struct status status =
        logins_since(LOGINS_PATH, round->host->logins_us, take_login, round);
    return status.code == STATUS_NOT_FOUND || status.at == EACCES ? OK : status;
}

/* All ---------------------------------------------------------------------------------------- */

static struct view view_now(struct watcher *watcher, uint64_t now_us)
{
    arena_reset(&watcher->rows);
    watcher->trouble = OK;
    struct view view =
        engine_view(watcher->options.engine, UINT64_MAX, &watcher->rows, &watcher->trouble);
    view.now_utc_us = now_us;
    return view;
}

static struct status build(struct round *round, const struct view *view, struct observed *observed)
{
    struct watcher *watcher = round->watcher;
    struct log_row log = {0};
    struct view_walk walk = view_walk_of(view, ROW_LOG, &log, 0);
    struct model_wish wish = {.view = view,
                              .hasher = watcher->hasher,
                              .uri = bytes_of_string(hypervisor_uri(round->host->hypervisor))};
    if (!view_walk_next(&walk, &log)) {
        return failed(watcher->trouble) ? watcher->trouble : FAIL(INCOMPLETE, 0);
    }
    wish.origin = arena_copy(&watcher->arena, log.origin);
    TRY(look_names(observed, &watcher->arena, &wish.named, &wish.named_count));
    TRY(model_build(&wish, &watcher->arena, &round->model));
    return look_files(
        &(struct look_files_wish){.model = &round->model,
                                  .here = round->host->here &&
                                          !hypervisor_is_private(round->host->hypervisor),
                                  .exports = watcher->options.settings->virt_nfs_exports.text,
                                  .arena = &watcher->arena},
        observed);
}

static struct status compare_all(struct round *round, const struct observed *observed)
{
    struct comparison comparison = {
        .model = &round->model,
        .observed = observed,
        .grace_us = GRACE_US,
        .deadline_us = round->watcher->options.settings->virt_start_deadline * SECOND_US,
        .used_since = used_since,
        .visit = take_finding,
        .context = round,
    };
    round->lasts = arena_take(&round->watcher->arena, round->model.lasting_count + 1);
    if (round->lasts == NULL) {
        return FAIL(NO_MEMORY, round->watcher->arena.capacity);
    }
    memset(round->lasts, 0, round->model.lasting_count + 1);
    TRY(compare(&comparison));
    round->out->checked = comparison.checked;
    TRY(take_reverts(round));
    return clear_the_rest(round);
}

struct status watched_compare(struct watcher *watcher, struct watched *host, uint64_t now_us,
                              struct host_outcome *out)
{
    struct round round = {.watcher = watcher, .host = host, .now_us = now_us, .out = out};
    struct observed observed;
    const struct look_wish look = {.hypervisor = host->hypervisor,
                                   .arena = &watcher->arena,
                                   .alive = watcher->options.alive,
                                   .context = watcher->options.context};
    arena_reset(&watcher->arena);
    TRY(look_host(watcher->looker, &look, &observed));
    struct view view = view_now(watcher, now_us);
    TRY(build(&round, &view, &observed));
    out->host = round.model.host;
    out->as_of = state_size(engine_state(watcher->options.engine)) - 1;
    TRY(compare_all(&round, &observed));
    memcpy(host->pending, round.pending, round.pending_count * sizeof round.pending[0]);
    host->pending_count = round.pending_count;
    TRY(take_logins(&round, &view));
    return watcher->trouble;
}
