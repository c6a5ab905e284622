#include "tests/reports/lineage/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

uint64_t stream_next(const struct stream *stream)
{
    return log_head_of(engine_log(stream->engine))->size + stream->gathered;
}

static void flush(struct stream *stream)
{
    must(engine_flush(stream->engine));
    stream->gathered = 0;
}

/* About at most four things, the first of them perhaps new. Each emitter's events are gathered.
 * `by` ID_NONE: the emitter itself. */
static uint64_t say(struct stream *stream, enum engine_voice voice, enum event_kind kind,
                    struct id by, const struct id *on, const union event_body *body)
{
    char memory[64];
    struct text actor = TEXT_IN(memory);
    if (stream->gathered > 0 && voice != stream->voice) {
        flush(stream);
    }
    uint64_t n = stream_next(stream);
    struct draft draft = {.kind = kind, .body = body};
    if (by.kind != ID_NONE) {
        id_write(&actor, by);
        draft.actor = text_bytes(&actor);
    }
    for (size_t i = 0; i < 4 && on[i].kind != ID_NONE; i++) {
        draft.on[draft.on_count++] = on[i];
    }
    must(engine_say(stream->engine, voice, &draft));
    stream->voice = voice;
    stream->gathered++;
    if (on[0].n == ID_NEW) {
        flush(stream); /* before anything is about it */
    }
    return n;
}

#define ABOUT(...)       \
    (const struct id[5]) \
    {                    \
        __VA_ARGS__      \
    }

static void make_user(struct stream *stream, size_t i)
{
    char memory[16];
    struct text login = TEXT_IN(memory);
    uint8_t key[32] = {(uint8_t)i};
    text_add(&login, "u%zu", i);
    union event_body body = {.user_registered_v2 = {.login = text_bytes(&login),
                                                    .key = LITERAL("none"),
                                                    .receive_key = bytes_of(key, sizeof key),
                                                    .role = USER_ROLE_USER}};
    stream->users[i] =
        (struct id){ID_USER, say(stream, VOICE_IDENTITY, EVENT_USER_REGISTERED_V2,
                                 scratch_admin(stream->engine), ABOUT(NEW(ID_USER)), &body)};
}

static void make_group(struct stream *stream, size_t i)
{
    uint8_t key[32] = {(uint8_t)i};
    struct id owner = stream->users[i];
    union event_body body = {
        .group_created = {.name = LITERAL("g"), .owner = owner, .key = bytes_of(key, sizeof key)}};
    stream->groups[i] = (struct id){ID_GROUP, say(stream, VOICE_GROUP, EVENT_GROUP_CREATED, owner,
                                                  ABOUT(NEW(ID_GROUP), owner), &body)};
}

void stream_begin(struct stream *stream)
{
    *stream = (struct stream){.log = NULL};
    scratch_begin(&stream->scratch);
    scratch_store(&stream->scratch, KEY_ED25519);
    stream->engine = scratch_open(&stream->scratch, false);
    for (size_t i = 0; i < STREAM_USERS; i++) {
        make_user(stream, i);
    }
    for (size_t i = 0; i < STREAM_GROUPS; i++) {
        make_group(stream, i);
    }
}

void stream_end(struct stream *stream)
{
    index_snapshot_close(&stream->index);
    log_snapshot_close(&stream->log);
    scratch_close(&stream->engine);
    scratch_end(&stream->scratch);
}

/* What is said ------------------------------------------------------------------------------- */

uint64_t stream_create(struct stream *stream, struct id user, size_t file, struct id parent,
                       struct id group)
{
    union event_body body = {.vault_file_created = {.parent = parent,
                                                    .name = LITERAL("f"),
                                                    .owner = user,
                                                    .has_group = group.kind == ID_GROUP,
                                                    .group = group}};
    uint64_t n = say(stream, VOICE_VAULT, EVENT_VAULT_FILE_CREATED, user,
                     ABOUT(NEW(ID_FILE), parent), &body);
    stream->files[file] = (struct id){ID_FILE, n};
    return n;
}

uint64_t stream_dir(struct stream *stream, struct id user, size_t dir, struct id parent)
{
    union event_body body = {
        .vault_dir_created = {.parent = parent, .name = LITERAL("d"), .owner = user}};
    uint64_t n =
        say(stream, VOICE_VAULT, EVENT_VAULT_DIR_CREATED, user, ABOUT(NEW(ID_DIR), parent), &body);
    stream->dirs[dir] = (struct id){ID_DIR, n};
    return n;
}

uint64_t stream_read(struct stream *stream, struct id user, struct id file)
{
    union event_body body = {.vault_chunk_read = {.from = 0, .to = 1}};
    return say(stream, VOICE_VAULT, EVENT_VAULT_CHUNK_READ, user, ABOUT(file), &body);
}

uint64_t stream_write(struct stream *stream, struct id user, struct id file)
{
    union event_body body = {.vault_chunk_written = {.version = 1, .disk_size = 100}};
    return say(stream, VOICE_VAULT, EVENT_VAULT_CHUNK_WRITTEN, user, ABOUT(file), &body);
}

uint64_t stream_fetch(struct stream *stream, struct id user, struct id file)
{
    union event_body body = {.vault_key_fetched = {.holder = user}};
    return say(stream, VOICE_VAULT, EVENT_VAULT_KEY_FETCHED, user, ABOUT(file, user), &body);
}

uint64_t stream_share(struct stream *stream, struct id user, struct id file, struct id target)
{
    union event_body body = {.vault_file_shared = {.target = target, .can_view = true}};
    return say(stream, VOICE_VAULT, EVENT_VAULT_FILE_SHARED, user, ABOUT(file, target), &body);
}

uint64_t stream_unshare(struct stream *stream, struct id user, struct id file, struct id target)
{
    union event_body body = {.vault_file_unshared = {.target = target}};
    return say(stream, VOICE_VAULT, EVENT_VAULT_FILE_UNSHARED, user, ABOUT(file, target), &body);
}

uint64_t stream_hand(struct stream *stream, struct id user, struct id file, struct id to)
{
    union event_body body = {.vault_file_owner_changed = {.from = user, .to = to}};
    return say(stream, VOICE_VAULT, EVENT_VAULT_FILE_OWNER_CHANGED, user, ABOUT(file, to), &body);
}

uint64_t stream_move(struct stream *stream, struct id user, struct id file, struct id from,
                     struct id to)
{
    union event_body body = {.vault_dir_entry_moved = {.object = file,
                                                       .parent = from,
                                                       .name = LITERAL("f"),
                                                       .target = to,
                                                       .to = LITERAL("f"),
                                                       .has_from_group = from.kind == ID_GROUP,
                                                       .from_group = from,
                                                       .has_to_group = to.kind == ID_GROUP,
                                                       .to_group = to}};
    return say(stream, VOICE_VAULT, EVENT_VAULT_DIR_ENTRY_MOVED, user,
               ABOUT(THE_LOG, file, from, to), &body);
}

uint64_t stream_download(struct stream *stream, struct id user, struct id file, const char *place)
{
    union event_body body = {
        .vault_file_downloaded = {.class = 3, .destination = bytes_of_string(place)}};
    return say(stream, VOICE_VAULT, EVENT_VAULT_FILE_DOWNLOADED, user, ABOUT(file), &body);
}

uint64_t stream_join(struct stream *stream, struct id group, struct id user)
{
    union event_body body = {.group_member_added = {.user = user, .epoch = 1}};
    return say(stream, VOICE_GROUP, EVENT_GROUP_MEMBER_ADDED, stream->users[0], ABOUT(group, user),
               &body);
}

uint64_t stream_leave(struct stream *stream, struct id group, struct id user)
{
    union event_body body = {.group_member_removed = {.user = user}};
    return say(stream, VOICE_GROUP, EVENT_GROUP_MEMBER_REMOVED, stream->users[0],
               ABOUT(group, user), &body);
}

/* Drives and machines ------------------------------------------------------------------------ */

#define ITSELF ((struct id){ID_NONE, 0})

static struct id make(struct stream *stream, enum engine_voice voice, enum event_kind kind,
                      struct id id, const union event_body *body)
{
    return (struct id){id.kind, say(stream, voice, kind, ITSELF, ABOUT(id), body)};
}

static void make_world(struct stream *stream)
{
    const union event_body pool = {.pool_defined = {.name = LITERAL("p"), .path = LITERAL("/p")}};
    const union event_body host = {
        .host_registered = {.name = LITERAL("h"), .uri = LITERAL("test:///default")}};
    stream->pool = make(stream, VOICE_DRIVE, EVENT_POOL_DEFINED, NEW(ID_POOL), &pool);
    stream->host = make(stream, VOICE_VM, EVENT_HOST_REGISTERED, NEW(ID_HOST), &host);
    const union event_body brick = {
        .brick_registered = {.name = LITERAL("b"), .pool = stream->pool, .file = LITERAL("b.img")}};
    stream->brick = make(stream, VOICE_VM, EVENT_BRICK_REGISTERED, NEW(ID_BRICK), &brick);
    const union event_body hardware = {
        .hw_created = {.name = LITERAL("w"), .brick = stream->brick}};
    stream->hardware = make(stream, VOICE_VM, EVENT_HW_CREATED, NEW(ID_HARDWARE), &hardware);
    const union event_body config = {.vm_config_created = {.name = LITERAL("c"),
                                                           .owner = stream->users[0],
                                                           .hardware = stream->hardware}};
    stream->config = make(stream, VOICE_VM, EVENT_VM_CONFIG_CREATED, NEW(ID_CONFIG), &config);
}

uint64_t stream_drive(struct stream *stream, struct id user, size_t drive)
{
    if (stream->pool.kind == ID_NONE) {
        make_world(stream);
    }
    struct id pool = stream->pool;
    union event_body body = {
        .drive_created = {
            .name = LITERAL("d"), .owner = user, .pool = pool, .kind = DRIVE_KIND_RAW, .size = 1}};
    uint64_t n =
        say(stream, VOICE_DRIVE, EVENT_DRIVE_CREATED, user, ABOUT(NEW(ID_DRIVE), pool), &body);
    stream->drives[drive] = (struct id){ID_DRIVE, n};
    return n;
}

uint64_t stream_start(struct stream *stream, struct id user, size_t vm)
{
    if (stream->pool.kind == ID_NONE) {
        make_world(stream);
    }
    struct id config = stream->config, host = stream->host;
    union event_body body = {.vm_start_requested = {.name = LITERAL("v"),
                                                    .owner = user,
                                                    .owner_key = LITERAL("none"),
                                                    .config = config,
                                                    .host = host,
                                                    .hardware = stream->hardware,
                                                    .brick = stream->brick,
                                                    .cores = 1,
                                                    .memory_mib = 1}};
    uint64_t n = say(stream, VOICE_VM, EVENT_VM_START_REQUESTED, user,
                     ABOUT(NEW(ID_VM), config, host), &body);
    stream->vms[vm] = (struct id){ID_VM, n};
    return n;
}

uint64_t stream_stop(struct stream *stream, struct id vm)
{
    union event_body body = {.vm_stopped = {.cause = STOP_CAUSE_SHUT_DOWN, .runtime_us = 1}};
    return say(stream, VOICE_VM, EVENT_VM_STOPPED, ITSELF, ABOUT(vm, stream->host), &body);
}

uint64_t stream_fail(struct stream *stream, struct id vm)
{
    union event_body body = {.vm_start_failed = {.why = LITERAL("late")}};
    return say(stream, VOICE_VM, EVENT_VM_START_FAILED, ITSELF, ABOUT(vm), &body);
}

uint64_t stream_ask(struct stream *stream, struct id user, struct id drive, struct id vm,
                    enum drive_mode mode)
{
    union event_body body = {.drive_attach_requested = {.vm = vm, .mode = mode}};
    return say(stream, VOICE_DRIVE, EVENT_DRIVE_ATTACH_REQUESTED, user, ABOUT(drive, vm), &body);
}

uint64_t stream_unask(struct stream *stream, struct id user, struct id drive, struct id vm)
{
    union event_body body = {.drive_detach_requested = {.vm = vm, .cause = DETACH_CAUSE_ASKED}};
    return say(stream, VOICE_DRIVE, EVENT_DRIVE_DETACH_REQUESTED, user, ABOUT(drive, vm), &body);
}

uint64_t stream_mount(struct stream *stream, struct id drive, struct id vm, enum drive_mode mode)
{
    union event_body body = {.drive_mounted = {.vm = vm, .path = LITERAL("/data"), .mode = mode}};
    return say(stream, VOICE_DRIVE, EVENT_DRIVE_MOUNTED, ITSELF, ABOUT(drive, vm), &body);
}

uint64_t stream_give(struct stream *stream, struct id user, struct id drive, struct id target,
                     enum drive_mode mode)
{
    union event_body body = {.drive_shared = {.target = target, .mode = mode}};
    return say(stream, VOICE_DRIVE, EVENT_DRIVE_SHARED, user, ABOUT(drive), &body);
}

uint64_t stream_take(struct stream *stream, struct id user, struct id drive, struct id target)
{
    union event_body body = {.drive_unshared = {.target = target}};
    return say(stream, VOICE_DRIVE, EVENT_DRIVE_UNSHARED, user, ABOUT(drive), &body);
}

uint64_t stream_attach(struct stream *stream, struct id drive, struct id vm, enum drive_mode mode)
{
    union event_body body = {
        .drive_attached = {
            .vm = vm, .mode = mode, .device = LITERAL("vdb"), .path = LITERAL("/d")}};
    return say(stream, VOICE_DRIVE, EVENT_DRIVE_ATTACHED, ITSELF, ABOUT(drive, vm), &body);
}

uint64_t stream_detach(struct stream *stream, struct id drive, struct id vm)
{
    union event_body body = {.drive_detached = {.vm = vm, .cause = DETACH_CAUSE_ASKED}};
    return say(stream, VOICE_DRIVE, EVENT_DRIVE_DETACHED, ITSELF, ABOUT(drive, vm), &body);
}

uint64_t stream_connect(struct stream *stream, struct id user, struct id vm)
{
    union event_body body = {.vm_user_connected = {.user = user}};
    return say(stream, VOICE_VM, EVENT_VM_USER_CONNECTED, ITSELF, ABOUT(vm), &body);
}

uint64_t stream_disconnect(struct stream *stream, struct id user, struct id vm)
{
    union event_body body = {.vm_user_disconnected = {.user = user}};
    return say(stream, VOICE_VM, EVENT_VM_USER_DISCONNECTED, ITSELF, ABOUT(vm), &body);
}

uint64_t stream_say(struct stream *stream, const struct stream_event *event)
{
    return say(stream, event->voice, event->kind, event->by, ABOUT(event->first, event->second),
               event->body);
}

/* Asking ------------------------------------------------------------------------------------- */

void stream_look(struct stream *stream)
{
    index_snapshot_close(&stream->index);
    log_snapshot_close(&stream->log);
    flush(stream);
    must(log_snapshot_open(engine_log(stream->engine), &stream->log));
    must(index_snapshot_open(engine_index(stream->engine), &stream->index));
}

const struct lineage *stream_trace(struct stream *stream, const struct lineage_question *question)
{
    struct lineage_question asked = *question;
    asked.until = asked.until == 0 ? log_snapshot_size(stream->log) : asked.until;
    asked.depth = asked.depth == 0 ? LINEAGE_DEPTH_MAX : asked.depth;
    must(lineage_trace(&asked, stream->log, stream->index, &stream->lineage));
    return &stream->lineage;
}

const struct lineage_node *stream_node(const struct stream *stream, struct id id)
{
    for (size_t i = 0; i < stream->lineage.node_count; i++) {
        if (id_equal(stream->lineage.nodes[i].id, id)) {
            return &stream->lineage.nodes[i];
        }
    }
    return NULL;
}

const struct lineage_edge *stream_edge(const struct stream *stream, struct id from, struct id to,
                                       enum event_kind kind)
{
    for (size_t i = 0; i < stream->lineage.edge_count; i++) {
        const struct lineage_edge *edge = &stream->lineage.edges[i];
        if (id_equal(stream->lineage.nodes[edge->from].id, from) &&
            id_equal(stream->lineage.nodes[edge->to].id, to) && edge->flow->kind == kind) {
            return edge;
        }
    }
    return NULL;
}
