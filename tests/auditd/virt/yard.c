#include "tests/auditd/virt/yard.h"

#include "core/descriptions.h"
#include "store/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HOST "test:///default"
#define BRICK "bytes to boot from"

enum {
    PATH_SIZE = 600,
    PAUSE_US = 1000000,
};

/* Speaking ----------------------------------------------------------------------------------- */

static struct status say(void *context, const struct draft *draft)
{
    struct yard *yard = context;
    const bool lost = yard->loss != YARD_NONE && draft->kind == yard->lost_kind;
    if (lost && yard->loss == YARD_BEFORE) {
        return FAIL(IO, 0);
    }
    const struct note_speaker speaker = {.role = NOTE_VIRT};
    struct note note = {.draft = *draft, .body = *draft->body};
    note.draft.body = &note.body;
    TRY(notes_say(yard->notes, &speaker, &note));
    TRY(engine_flush(yard->enclave.engine));
    yard->said++;
    return lost ? FAIL(IO, 0) : OK;
}

static struct status look(void *context)
{
    return engine_flush(((struct yard *)context)->enclave.engine);
}

static uint64_t clock_of(void *context)
{
    return ((const struct yard *)context)->now_us;
}

/* Life --------------------------------------------------------------------------------------- */

static void open_effects(struct yard *yard)
{
    const struct effects_options options = {
        .engine = yard->enclave.engine,
        .settings = yard->settings,
        .runtime = yard->runtime,
        .pause_us = PAUSE_US,
        .say = say,
        .look = look,
        .clock = clock_of,
        .context = yard,
    };
    must(effects_open(&options, &yard->effects));
}

static void make_settings(struct yard *yard)
{
    struct settings *settings = yard->settings = calloc(1, sizeof *settings);
    assert_non_null(settings);
    settings_init(settings);
    snprintf(yard->pools, sizeof yard->pools, "%s/pools", yard->enclave.scratch.directory);
    snprintf(yard->runtime, sizeof yard->runtime, "%s/run", yard->enclave.scratch.directory);
    snprintf(settings->virt_uri.text, SETTINGS_TEXT_SIZE, "%s", HOST);
    snprintf(settings->virt_pools.text, SETTINGS_TEXT_SIZE, "/nowhere %.200s", yard->pools);
    snprintf(settings->store_path.text, SETTINGS_TEXT_SIZE, "%.200s", yard->enclave.scratch.store);
    assert_int_equal(mkdir(yard->pools, 0700), 0);
    assert_int_equal(mkdir(yard->runtime, 0700), 0);
    must(descriptions_begin(yard->enclave.scratch.store));
}

void yard_begin(struct yard *yard)
{
    *yard = (struct yard){0};
    enclave_begin(&yard->enclave);
    (void)enclave_login(&yard->enclave, "ada");
    must(notes_open(yard->enclave.engine, &yard->notes));
    make_settings(yard);
    yard->now_us = yard->enclave.scratch.clock_us;
    must(hypervisor_make(HOST, &yard->eye));
    must(hypervisor_connect(yard->eye));
    open_effects(yard);
    const union command_fields fields = {
        .host_register = {
            .name = LITERAL("north"), .uri = LITERAL(HOST), .cores = 64, .memory_mib = 65536}};
    yard->host =
        (struct id){ID_HOST, enclave_must(&yard->enclave, "ada", COMMAND_HOST_REGISTER, &fields)};
}

void yard_end(struct yard *yard)
{
    effects_close(&yard->effects);
    hypervisor_close(&yard->eye);
    notes_close(&yard->notes);
    enclave_end(&yard->enclave);
    free(yard->settings);
}

void yard_restart(struct yard *yard)
{
    effects_close(&yard->effects);
    open_effects(yard);
}

/* Turns -------------------------------------------------------------------------------------- */

void yard_turn(struct yard *yard)
{
    must(effects_turn(yard->effects));
}

void yard_work(struct yard *yard, unsigned most)
{
    for (unsigned i = 0; i < most; i++) {
        yard_turn(yard);
        yard->now_us += UINT64_C(100) * PAUSE_US;
        if (effects_counts(yard->effects)->waiting == 0) {
            return;
        }
    }
}

/* Things ------------------------------------------------------------------------------------- */

const char *yard_path(struct yard *yard, const char *name)
{
    static char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", yard->pools, name);
    return path;
}

static struct id define(struct yard *yard, const char *name, enum pool_kind kind)
{
    const char *path = yard_path(yard, name);
    assert_int_equal(mkdir(path, 0700), 0);
    const union command_fields fields = {.pool_define = {.name = bytes_of_string(name),
                                                         .kind = kind,
                                                         .path = bytes_of_string(path),
                                                         .hosts = &yard->host,
                                                         .hosts_count = 1}};
    return (struct id){ID_POOL, enclave_must(&yard->enclave, "ada", COMMAND_POOL_DEFINE, &fields)};
}

void yard_pools(struct yard *yard)
{
    yard->images = define(yard, "images", POOL_KIND_IMAGE);
    yard->drives = define(yard, "drives", POOL_KIND_DRIVE);
    yard->layers = define(yard, "layers", POOL_KIND_SNAPSHOT);
    yard->isos = define(yard, "isos", POOL_KIND_ISO);
    yard_work(yard, 4);
    assert_int_equal(effects_counts(yard->effects)->waiting, 0);
}

struct id yard_drive(struct yard *yard, const char *name, enum drive_kind kind, uint64_t size)
{
    const union command_fields fields = {
        .drive_create = {
            .name = bytes_of_string(name), .pool = yard->drives, .kind = kind, .size = size}};
    return (struct id){ID_DRIVE,
                       enclave_must(&yard->enclave, "ada", COMMAND_DRIVE_CREATE, &fields)};
}

static struct digest digest_of(struct bytes bytes)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    must(hasher_open(&hasher));
    return hash_bytes(hasher, bytes);
}

static struct id make_hardware(struct yard *yard, const char *name)
{
    FILE *file = fopen(yard_path(yard, "images/brick.raw"), "w");
    assert_non_null(file);
    assert_true(fputs(BRICK, file) >= 0);
    (void)fclose(file);
    const union command_fields brick = {.brick_register = {.name = bytes_of_string(name),
                                                           .pool = yard->images,
                                                           .file = LITERAL("brick.raw"),
                                                           .sha256 = digest_of(LITERAL(BRICK))}};
    const struct id of = {ID_BRICK,
                          enclave_must(&yard->enclave, "ada", COMMAND_BRICK_REGISTER, &brick)};
    const union command_fields fields = {
        .hw_create = {.name = bytes_of_string(name), .brick = of, .cores = 1, .memory_mib = 64}};
    const struct id hardware = {ID_HARDWARE,
                                enclave_must(&yard->enclave, "ada", COMMAND_HW_CREATE, &fields)};
    const struct id ada = enclave_id(&yard->enclave, "ada");
    const union command_fields access = {
        .hw_manage_access = {.hardware = hardware, .added = &ada, .added_count = 1}};
    (void)enclave_must(&yard->enclave, "ada", COMMAND_HW_MANAGE_ACCESS, &access);
    return hardware;
}

struct id yard_machine(struct yard *yard, const char *name, struct id drive)
{
    const enum drive_mode mode = DRIVE_MODE_RW;
    const size_t drives = drive.kind == ID_DRIVE ? 1 : 0;
    const union command_fields config = {.vm_config_create = {.name = bytes_of_string(name),
                                                              .hardware = make_hardware(yard, name),
                                                              .drives = &drive,
                                                              .drives_count = drives,
                                                              .modes = &mode,
                                                              .modes_count = drives}};
    const struct id recipe = {
        ID_CONFIG, enclave_must(&yard->enclave, "ada", COMMAND_VM_CONFIG_CREATE, &config)};
    const union command_fields start = {.vm_start = {.config = recipe}};
    return (struct id){ID_VM, enclave_must(&yard->enclave, "ada", COMMAND_VM_START, &start)};
}

void yard_say(struct yard *yard, enum event_kind kind, const struct id on[2],
              const union event_body *body)
{
    const struct draft draft = {.kind = kind,
                                .on = {on[0], on[1]},
                                .on_count = on[1].kind == ID_NONE ? 1 : 2,
                                .body = body};
    must(engine_say(yard->enclave.engine, VOICE_VM, &draft));
    must(engine_flush(yard->enclave.engine));
}

/* Looking ------------------------------------------------------------------------------------ */

struct effect_row yard_effect(struct yard *yard, uint64_t request)
{
    struct effect_row row = {.request = request};
    const struct view view = enclave_view(&yard->enclave);
    assert_true(effect_of(&view, request, &row));
    return row;
}

uint64_t yard_count(struct yard *yard, enum event_kind kind)
{
    uint64_t count = 0;
    struct enclave_found found;
    const uint64_t size = enclave_size(&yard->enclave);
    for (uint64_t n = 0; n < size; n++) {
        enclave_find(&yard->enclave, n, &found);
        count += found.leaf.kind == kind;
    }
    return count;
}
