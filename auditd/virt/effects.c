#include "auditd/virt/effects.h"

#include "auditd/virt/effect_parts.h"

#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    ROWS_ARENA_SIZE = 64 << 10, /* bytes for one row of what is due */
    PAUSE_GROWS = 4,
    GROUPS_MAX = 256,
    TURN_MAX = 8, /* requests of one turn: then somebody else may say something */
};

/* Opening ------------------------------------------------------------------------------------ */

static struct status add_host(struct effects *effects, const char *uri)
{
    if (effects->host_count == EFFECTS_HOSTS_MAX) {
        return FAIL_BECAUSE(LIMIT, EFFECTS_HOSTS_MAX, "more hosts than one process serves");
    }
    TRY(hypervisor_make(uri, &effects->hosts[effects->host_count]));
    effects->host_count++;
    return OK;
}

static struct status add_hosts(struct effects *effects)
{
    struct setting_text list = effects->options.settings->virt_uri;
    char *rest = list.text;
    for (char *uri = strtok_r(rest, " \t", &rest); uri != NULL;
         uri = strtok_r(NULL, " \t", &rest)) {
        TRY(add_host(effects, uri));
    }
    return OK;
}

static bool is_member(gid_t group)
{
    gid_t groups[GROUPS_MAX];
    const int count = getgroups(GROUPS_MAX, groups);
    bool found = getegid() == group;
    for (int i = 0; i < count; i++) {
        found |= groups[i] == group;
    }
    return found;
}

/* Who is not of the group cannot give files to it: then libvirt makes them qemu's while they are
 * used, and whoever runs libvirt has them else. */
static void find_owner(struct effects *effects)
{
    const struct group *group = getgrnam(effects->options.settings->virt_volume_group.text);
    if (group != NULL && is_member(group->gr_gid)) {
        effects->owner = (struct owner_plan){.known = true, .uid = geteuid(), .gid = group->gr_gid};
    }
}

static bool take_memory(struct arena *arena, size_t size)
{
    *arena = (struct arena){.memory = malloc(size), .capacity = size};
    return arena->memory != NULL;
}

static struct status take_all_memory(struct effects *effects)
{
    effects->xml =
        (struct text){.data = malloc(HYPERVISOR_XML_MAX), .capacity = HYPERVISOR_XML_MAX};
    if (!take_memory(&effects->rows, ROWS_ARENA_SIZE) ||
        !take_memory(&effects->arena, WORK_ARENA_SIZE) ||
        !take_memory(&effects->seen_arena, DOMAIN_ARENA_SIZE) || effects->xml.data == NULL) {
        return FAIL(NO_MEMORY, DOMAIN_ARENA_SIZE);
    }
    return hasher_open(&effects->hasher);
}

struct status effects_open(const struct effects_options *options, struct effects **out)
{
    CLEANUP(effects_close) struct effects *effects = calloc(1, sizeof *effects);
    if (effects == NULL) {
        return FAIL(NO_MEMORY, sizeof *effects);
    }
    effects->options = *options;
    TRY(take_all_memory(effects));
    TRY(add_hosts(effects));
    find_owner(effects);
    *out = effects;
    effects = NULL;
    return OK;
}

void effects_close(struct effects **effects)
{
    if (*effects == NULL) {
        return;
    }
    for (size_t i = 0; i < (*effects)->host_count; i++) {
        hypervisor_close(&(*effects)->hosts[i]);
    }
    hasher_close(&(*effects)->hasher);
    free((*effects)->rows.memory);
    free((*effects)->arena.memory);
    free((*effects)->seen_arena.memory);
    free((*effects)->xml.data);
    free(*effects);
    *effects = NULL;
}

size_t effects_host_count(const struct effects *effects)
{
    return effects->host_count;
}

struct hypervisor *effects_host(struct effects *effects, size_t index)
{
    return effects->hosts[index];
}

const struct effects_counts *effects_counts(const struct effects *effects)
{
    return &effects->counts;
}

/* What is known of requests ------------------------------------------------------------------ */

/* The place of a request, or an empty one; NULL: there is no room. */
static struct effects_known *known_of(struct effects *effects, uint64_t request)
{
    struct effects_known *empty = NULL;
    for (size_t i = 0; i < EFFECTS_KNOWN_MAX; i++) {
        struct effects_known *known = &effects->known[i];
        if (known->request == request) {
            return known;
        }
        empty = empty == NULL && known->request == 0 ? known : empty;
    }
    if (empty != NULL) {
        *empty = (struct effects_known){.request = request};
    }
    return empty;
}

static void begin_walk(struct effects *effects)
{
    for (size_t i = 0; i < EFFECTS_KNOWN_MAX; i++) {
        effects->known[i].due = false;
    }
    effects->counts.waiting = 0;
}

/* What is not due any more, is done with. */
static void end_walk(struct effects *effects)
{
    for (size_t i = 0; i < EFFECTS_KNOWN_MAX; i++) {
        if (!effects->known[i].due) {
            effects->known[i] = (struct effects_known){0};
        }
    }
}

/* One request -------------------------------------------------------------------------------- */

static effect_function *function_of(enum effect_kind effect)
{
    switch (effect) {
    case EFFECT_KIND_POOL_DEFINE:
        return effect_pool_define;
    case EFFECT_KIND_VOLUME_CREATE:
        return effect_volume_create;
    case EFFECT_KIND_VOLUME_CONVERT:
        return effect_volume_convert;
    case EFFECT_KIND_VOLUME_DELETE:
        return effect_volume_delete;
    case EFFECT_KIND_SNAPSHOT_CREATE:
        return effect_snapshot_create;
    case EFFECT_KIND_SNAPSHOT_MERGE:
        return effect_snapshot_merge;
    case EFFECT_KIND_SNAPSHOT_DELETE:
        return effect_snapshot_delete;
    case EFFECT_KIND_DOMAIN_START:
        return effect_domain_start;
    case EFFECT_KIND_DOMAIN_STOP:
        return effect_domain_stop;
    case EFFECT_KIND_DOMAIN_DELETE:
        return effect_domain_delete;
    case EFFECT_KIND_CONTROLLER_RESTART:
        return effect_controller_restart;
    case EFFECT_KIND_DRIVE_ATTACH:
        return effect_drive_attach;
    case EFFECT_KIND_DRIVE_DETACH:
        return effect_drive_detach;
    case EFFECT_KIND_ISO_ATTACH:
        return effect_iso_attach;
    case EFFECT_KIND_ISO_DETACH:
        return effect_iso_detach;
    case EFFECT_KIND_NFS_EXPORT:
    case EFFECT_KIND_NFS_WITHDRAW:
        return effect_nfs;
    case EFFECT_KIND_XML_FETCH:
        return effect_xml_fetch;
    case EFFECT_KIND_HOST_LOOK:
        return effect_host_look;
    case EFFECT_KIND_COUNT:
        break;
    }
    return NULL;
}

static struct status say(struct effects *effects, enum event_kind kind,
                         const union event_body *body)
{
    const struct draft draft = {
        .kind = kind, .on = {{.kind = ID_LOG, .n = 0}}, .on_count = 1, .body = body};
    return effects->options.say(effects->options.context, &draft);
}

static struct status say_begun(const struct work *work)
{
    const union event_body body = {.effect_begun = {.request = work->due.request,
                                                    .effect = work->due.effect,
                                                    .attempt = work->attempt}};
    return say(work->effects, EVENT_EFFECT_BEGUN, &body);
}

static struct status say_done(struct work *work)
{
    if (work->kind != EVENT_EFFECT_DONE) {
        struct draft draft = {.kind = work->kind, .on_count = work->on_count, .body = &work->body};
        memcpy(draft.on, work->on, sizeof work->on);
        return work->effects->options.say(work->effects->options.context, &draft);
    }
    const union event_body body = {.effect_done = {.request = work->due.request,
                                                   .effect = work->due.effect,
                                                   .attempt = work->attempt,
                                                   .has_path = work->path.size > 0,
                                                   .path = text_bytes(&work->path),
                                                   .has_detail = work->detail.size > 0,
                                                   .detail = text_bytes(&work->detail)}};
    return say(work->effects, EVENT_EFFECT_DONE, &body);
}

/* At most so many bytes, cut where a character begins. */
static struct bytes cut(struct bytes text, size_t most)
{
    text.size = text.size < most ? text.size : most;
    while (text.size > 0 && !text_is_utf8(text)) {
        text.size--;
    }
    return text;
}

static struct status say_failed(struct work *work, struct status status)
{
    if (work->why.size == 0) {
        status_describe(status, &work->why);
    }
    const union event_body body = {
        .effect_failed = {.request = work->due.request,
                          .effect = work->due.effect,
                          .attempt = work->attempt,
                          .why = cut(text_bytes(&work->why), EFFECT_WHY_MAX)}};
    return say(work->effects, EVENT_EFFECT_FAILED, &body);
}

static uint64_t now_of(const struct effects *effects)
{
    return effects->options.clock == NULL ? engine_now(effects->options.engine)
                                          : effects->options.clock(effects->options.context);
}

static uint64_t pause_after(const struct effects *effects, uint64_t attempt)
{
    uint64_t pause = effects->options.pause_us;
    for (uint64_t i = 1; i < attempt && i < 8; i++) {
        pause *= PAUSE_GROWS;
    }
    return pause;
}

static bool may_pass(struct status status)
{
    return status.code == STATUS_UNREACHABLE || status.code == STATUS_IN_USE;
}

/* What came of an attempt is said, or waits for the next. */
static void end(struct work *work, struct status status, struct effects_known *known)
{
    struct effects *effects = work->effects;
    const uint64_t most = effects->options.settings->virt_attempts;
    if (may_pass(status) && work->attempt < most) {
        known->next_us = now_of(effects) + pause_after(effects, work->attempt);
        effects->counts.retried++;
        return;
    }
    const struct status said = failed(status) ? say_failed(work, status) : say_done(work);
    known->answered = !failed(said);
    known->next_us = now_of(effects) + effects->options.pause_us;
    effects->counts.done += !failed(said) && !failed(status);
    effects->counts.failed += !failed(said) && failed(status);
}

static void begin_work(struct work *work)
{
    work->kind = EVENT_EFFECT_DONE;
    work->on_count = 0;
    work->path = TEXT_IN(work->path_memory);
    work->detail = TEXT_IN(work->detail_memory);
    work->why = TEXT_IN(work->why_memory);
}

static struct status attend(struct effects *effects, const struct effect_due_row *due,
                            struct effects_known *known)
{
    struct status trouble = OK;
    struct work work = {
        .effects = effects,
        .due = *due,
        .attempt = due->attempts + 1,
        .look_only = due->attempts >= effects->options.settings->virt_attempts,
    };
    begin_work(&work);
    known->next_us = now_of(effects) + effects->options.pause_us;
    if (failed(say_begun(&work))) {
        return OK;
    }
    effects->counts.begun++;
    arena_reset(&effects->arena);
    work.view = engine_view(effects->options.engine, UINT64_MAX, &effects->arena, &trouble);
    const struct status status = function_of(due->effect)(&work);
    TRY(trouble);
    end(&work, status, known);
    return OK;
}

/* The turn ----------------------------------------------------------------------------------- */

/* Up to TURN_MAX that have not been answered and do not wait. */
static struct status find_ready(struct effects *effects, struct effect_due_row ready[TURN_MAX],
                                size_t *count)
{
    struct status trouble = OK;
    arena_reset(&effects->rows);
    const struct view view =
        engine_view(effects->options.engine, UINT64_MAX, &effects->rows, &trouble);
    struct effect_due_row row = {.request = 0};
    struct view_walk walk = view_walk_of(&view, ROW_EFFECT_DUE, &row, 0);
    begin_walk(effects);
    while (view_walk_next(&walk, &row)) {
        struct effects_known *known = known_of(effects, row.request);
        effects->counts.waiting++;
        if (known == NULL) {
            continue;
        }
        known->due = true;
        if (*count < TURN_MAX && !known->answered && now_of(effects) >= known->next_us) {
            ready[(*count)++] = row;
        }
    }
    end_walk(effects);
    return trouble;
}

static struct status look(struct effects *effects)
{
    return effects->options.look == NULL ? engine_look_again(effects->options.engine)
                                         : effects->options.look(effects->options.context);
}

struct status effects_turn(struct effects *effects)
{
    struct effect_due_row ready[TURN_MAX];
    size_t count = 0;
    TRY(look(effects));
    if (engine_state(effects->options.engine) == NULL) {
        return OK; /* the writer is folding it */
    }
    TRY(find_ready(effects, ready, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(attend(effects, &ready[i], known_of(effects, ready[i].request)));
        TRY(look(effects));
    }
    TRY(effects_deadlines(effects));
    effects_sweep(effects);
    return OK;
}
