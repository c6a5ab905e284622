#include "tools/demo/world.h"

#include "core/audit/emitter.h"
#include "core/vm/controller.h"

#include <stdio.h>
#include <stdlib.h>

#define CONTROLLER_PROGRAM "cairn-vmc 0.1.0"

/* Life ------------------------------------------------------------------------------------- */

static struct status make_speaker(const char *name, struct speaker *out)
{
    snprintf(out->name, sizeof out->name, "%s", name);
    out->head = (struct emitter_head){.emitter_n = 0};
    return secret_key_make(KEY_ED25519, out->name, &out->key);
}

static struct status open_parts(struct world *world)
{
    world->arena = (struct arena){.memory = malloc(WORLD_ARENA), .capacity = WORLD_ARENA};
    if (world->arena.memory == NULL) {
        return FAIL(NO_MEMORY, WORLD_ARENA);
    }
    TRY(emission_open(&world->emission));
    TRY(notes_open(world->stage->engine, &world->notes));
    TRY(make_speaker("watcher-racks", &world->watcher));
    return make_speaker("sentry-racks", &world->sentry);
}

struct status world_open(struct stage *stage, struct world **out)
{
    CLEANUP(world_close) struct world *world = calloc(1, sizeof *world);
    if (world == NULL) {
        return FAIL(NO_MEMORY, sizeof *world);
    }
    world->stage = stage;
    TRY(open_parts(world));
    *out = world;
    world = NULL;
    return OK;
}

void world_close(struct world **world)
{
    if (*world == NULL) {
        return;
    }
    for (size_t i = 0; i < WORLD_CONTROLLERS; i++) {
        secret_key_close(&(*world)->controllers[i].speaker.key);
    }
    secret_key_close(&(*world)->watcher.key);
    secret_key_close(&(*world)->sentry.key);
    notes_close(&(*world)->notes);
    emission_close(&(*world)->emission);
    free((*world)->arena.memory);
    free(*world);
    *world = NULL;
}

struct view world_view(struct world *world, struct status *trouble)
{
    arena_reset(&world->arena);
    return engine_view(world->stage->engine, UINT64_MAX, &world->arena, trouble);
}

static struct status register_one(struct world *world, const struct speaker *speaker,
                                  enum emitter_class class, const char *about)
{
    char memory[1024];
    struct text key = TEXT_IN(memory);
    public_key_write(secret_key_public(speaker->key), &key);
    return stage_do(
        world->stage, ADA, COMMAND_EMITTER_REGISTER,
        &(union command_fields){.emitter_register = {.name = bytes_of_string(speaker->name),
                                                     .key = text_bytes(&key),
                                                     .has_class = class == EMITTER_CLASS_WATCHER,
                                                     .class = class,
                                                     .about = bytes_of_string(about)}},
        NULL);
}

struct status world_register(struct world *world)
{
    TRY(register_one(world, &world->watcher, EMITTER_CLASS_WATCHER,
                     "what libvirt does on rack-1 and rack-2"));
    return register_one(world, &world->sentry, EMITTER_CLASS_OUTSIDE,
                        "who logs in to rack-1 and rack-2 themselves");
}

/* Speaking --------------------------------------------------------------------------------- */

static void tell_trouble(struct world *world, enum event_kind kind, struct status status)
{
    char memory[STAGE_TROUBLE_SIZE];
    struct text why = TEXT_IN(memory);
    status_describe(status, &why);
    snprintf(world->stage->trouble, sizeof world->stage->trouble, "%s: %s", event_name(kind),
             text_string(&why));
}

static void keep_receipt(void *context, const struct receipt *receipt)
{
    struct status *status = context;
    *status = receipt->status;
}

static struct status write_all(struct world *world, const struct draft *drafts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        TRY(emission_add(world->emission, &drafts[i]));
    }
    return OK;
}

struct status world_say_all(struct world *world, struct speaker *speaker,
                            const struct draft *drafts, size_t count)
{
    struct engine *engine = world->stage->engine;
    struct status refused = OK;
    struct emitter_head head;
    struct bytes submission;
    TRY(stage_run(world->stage));
    emission_begin(world->emission, speaker, LITERAL(CAST_ORIGIN));
    TRY(write_all(world, drafts, count));
    TRY(emission_end(world->emission, &submission, &head));
    TRY(engine_submit(engine, submission, keep_receipt, &refused));
    TRY(engine_flush(engine));
    if (failed(refused)) {
        tell_trouble(world, drafts[0].kind, refused);
        return refused;
    }
    speaker->head = head;
    return OK;
}

struct status world_say(struct world *world, struct speaker *speaker, const struct draft *draft)
{
    return world_say_all(world, speaker, draft, 1);
}

/* Who holds a controller's channel speaks of it; all else is of requests. */
static enum note_role role_of(enum event_kind kind)
{
    const bool of_controller = kind == EVENT_EMITTER_REGISTERED || kind == EVENT_EMITTER_RETIRED ||
                               kind == EVENT_VM_REGISTERED;
    return of_controller ? NOTE_CONTROLLERS : NOTE_VIRT;
}

static struct status note(struct world *world, const struct draft *draft)
{
    const struct note_speaker speaker = {.role = role_of(draft->kind)};
    struct note note = {.draft = *draft, .body = *draft->body};
    note.draft.body = &note.body;
    return notes_say(world->notes, &speaker, &note);
}

struct status world_note(struct world *world, const struct draft *draft)
{
    TRY(stage_run(world->stage));
    struct status status = note(world, draft);
    if (failed(status)) {
        tell_trouble(world, draft->kind, status);
        return status;
    }
    return engine_flush(world->stage->engine);
}

/* Controllers ------------------------------------------------------------------------------ */

struct world_controller *world_controller(struct world *world, struct id vm)
{
    for (size_t i = 0; i < WORLD_CONTROLLERS && vm.kind != ID_NONE; i++) {
        if (id_equal(world->controllers[i].vm, vm)) {
            return &world->controllers[i];
        }
    }
    return NULL;
}

static struct world_controller *free_place(struct world *world)
{
    for (size_t i = 0; i < WORLD_CONTROLLERS; i++) {
        if (world->controllers[i].vm.kind == ID_NONE) {
            return &world->controllers[i];
        }
    }
    return NULL;
}

static struct status find_machine(struct world *world, struct id vm, struct vm_row *out)
{
    struct status trouble = OK;
    struct view view = world_view(world, &trouble);
    *out = (struct vm_row){.vm = vm};
    return view_find(&view, ROW_VM, out)
               ? trouble
               : FAIL_BECAUSE(NOT_FOUND, vm.n, "there is no such machine");
}

/* Its keys come over a channel that only the host can open. */
static struct status note_controller(struct world *world, struct world_controller *controller)
{
    char memory[1024];
    struct text key = TEXT_IN(memory);
    struct emitter_row row;
    struct status trouble = OK;
    CLEANUP(secret_bytes_close) struct secret_bytes *secret = NULL;
    const struct bytes name = bytes_of_string(controller->speaker.name);
    public_key_write(secret_key_public(controller->speaker.key), &key);
    TRY(secret_bytes_make(&secret));
    const struct receive_key receive = receive_key_of(secret);
    union event_body registered = {
        .emitter_registered = {.name = name,
                               .key = text_bytes(&key),
                               .class = EMITTER_CLASS_CONTROLLER,
                               .about = LITERAL("the controller in a machine")}};
    TRY(world_note(world, &(struct draft){.kind = EVENT_EMITTER_REGISTERED,
                                          .on = {NEW(ID_EMITTER)},
                                          .on_count = 1,
                                          .body = &registered}));
    struct view view = world_view(world, &trouble);
    if (!emitter_by_name(&view, name, &row)) {
        return FAIL_BECAUSE(NOT_FOUND, controller->run, "the controller is not registered");
    }
    controller->emitter = row.emitter;
    union event_body come = {.vm_registered = {.emitter = row.emitter,
                                               .name = name,
                                               .key = text_bytes(&key),
                                               .receive_key = BYTES(receive.data),
                                               .version = LITERAL(CONTROLLER_PROGRAM)}};
    return world_note(world, &(struct draft){.kind = EVENT_VM_REGISTERED,
                                             .on = {controller->vm, row.emitter},
                                             .on_count = 2,
                                             .body = &come});
}

static struct status learn_owner(struct world *world, struct world_controller *controller)
{
    struct vm_row vm;
    TRY(find_machine(world, controller->vm, &vm));
    const union event_body body = {
        .vm_owner_key_learned = {.owner = vm.owner,
                                 .key = hash_bytes(world->stage->hasher, vm.owner_key)}};
    return world_say(world, &controller->speaker,
                     &(struct draft){.kind = EVENT_VM_OWNER_KEY_LEARNED,
                                     .on = {controller->vm},
                                     .on_count = 1,
                                     .body = &body});
}

struct status world_controller_comes(struct world *world, struct id vm)
{
    char memory[NAME_MAX_SIZE + 1];
    struct text name = TEXT_IN(memory);
    struct vm_row row;
    struct world_controller *controller = free_place(world);
    if (controller == NULL) {
        return FAIL(LIMIT, WORLD_CONTROLLERS);
    }
    TRY(find_machine(world, vm, &row));
    controller_name_write(&name, vm, row.run);
    TRY(make_speaker(text_string(&name), &controller->speaker));
    controller->vm = vm;
    controller->run = row.run;
    TRY(note_controller(world, controller));
    stage_pass(world->stage, 1);
    return learn_owner(world, controller);
}

struct status world_controller_goes(struct world *world, struct id vm)
{
    struct world_controller *controller = world_controller(world, vm);
    if (controller == NULL) {
        return OK;
    }
    union event_body body = {.emitter_retired = {.name = bytes_of_string(controller->speaker.name),
                                                 .reason = LITERAL("the machine has stopped")}};
    TRY(world_note(world, &(struct draft){.kind = EVENT_EMITTER_RETIRED,
                                          .on = {controller->emitter},
                                          .on_count = 1,
                                          .body = &body}));
    secret_key_close(&controller->speaker.key);
    *controller = (struct world_controller){.run = 0};
    return OK;
}

static uint64_t count_of(const struct view *view, enum row_table table, struct id vm)
{
    uint64_t count = 0;
    struct vm_user_row user = {.vm = vm};
    struct accessdir_name_row directory = {.vm = vm};
    void *row = table == ROW_VM_USER ? (void *)&user : (void *)&directory;
    struct view_walk walk = view_walk_of(view, table, row, 1);
    while (view_walk_next(&walk, row)) {
        count++;
    }
    return count;
}

struct status world_apply(struct world *world, struct id vm)
{
    struct status trouble = OK;
    struct world_controller *controller = world_controller(world, vm);
    if (controller == NULL) {
        return OK;
    }
    TRY(stage_run(world->stage));
    struct view view = world_view(world, &trouble);
    union event_body body = {
        .vm_policy_applied = {.up_to = stage_size(world->stage) - 1,
                              .users = count_of(&view, ROW_VM_USER, vm),
                              .directories = count_of(&view, ROW_ACCESSDIR_NAME, vm)}};
    TRY(trouble);
    key_random(body.vm_policy_applied.digest.sha256, sizeof body.vm_policy_applied.digest.sha256);
    return world_say(
        world, &controller->speaker,
        &(struct draft){.kind = EVENT_VM_POLICY_APPLIED, .on = {vm}, .on_count = 1, .body = &body});
}

static struct status say_user(struct world *world, struct world_controller *controller,
                              enum who who, bool comes)
{
    char memory[1024];
    struct text key = TEXT_IN(memory);
    const struct stage_person *person = &world->stage->people[who];
    union event_body body = {.vm_user_disconnected = {.user = person->user}};
    public_key_write(secret_key_public(person_key_signs(person->key)), &key);
    if (comes) {
        body = (union event_body){
            .vm_user_connected = {.user = person->user,
                                  .key = hash_bytes(world->stage->hasher, text_bytes(&key))}};
    }
    return world_say(
        world, &controller->speaker,
        &(struct draft){.kind = comes ? EVENT_VM_USER_CONNECTED : EVENT_VM_USER_DISCONNECTED,
                        .on = {controller->vm},
                        .on_count = 1,
                        .body = &body});
}

static struct status say_terminal(struct world *world, struct world_controller *controller,
                                  enum who who, bool comes)
{
    const struct id user = world->stage->people[who].user;
    const union event_body opened = {
        .vm_terminal_opened = {.user = user, .terminal = LITERAL("pts/0")}};
    const union event_body closed = {
        .vm_terminal_closed = {.user = user, .terminal = LITERAL("pts/0")}};
    return world_say(
        world, &controller->speaker,
        &(struct draft){.kind = comes ? EVENT_VM_TERMINAL_OPENED : EVENT_VM_TERMINAL_CLOSED,
                        .on = {controller->vm},
                        .on_count = 1,
                        .body = comes ? &opened : &closed});
}

struct status world_user(struct world *world, struct id vm, enum who who, bool comes)
{
    struct world_controller *controller = world_controller(world, vm);
    if (controller == NULL) {
        return OK;
    }
    TRY(comes ? say_user(world, controller, who, true)
              : say_terminal(world, controller, who, false));
    stage_pass(world->stage, 3);
    return comes ? say_terminal(world, controller, who, true)
                 : say_user(world, controller, who, false);
}
