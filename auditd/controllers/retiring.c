/* Emitters whose machine's run is over: nobody speaks for them any more. */
#include "auditd/controllers/controllers_parts.h"
#include "core/audit/emitter.h"

static struct retiring *retiring_of(struct controllers *controllers, struct bytes name)
{
    for (size_t i = 0; i < RETIRING_MAX; i++) {
        if (bytes_equal(bytes_of_string(controllers->retiring[i].name), name)) {
            return &controllers->retiring[i];
        }
    }
    return NULL;
}

static void keep(struct controllers *controllers, const struct emitter_row *row, uint64_t now_us)
{
    struct retiring *slot = retiring_of(controllers, (struct bytes){0});
    if (slot != NULL) {
        *slot = (struct retiring){.emitter = row->emitter, .seen_us = now_us};
        memcpy(slot->name, row->name.data, row->name.size);
    }
}

static void look_at(struct controllers *controllers, const struct view *view, struct bytes name,
                    uint64_t now_us)
{
    struct id vm;
    uint64_t run;
    struct emitter_row row;
    if (controller_name_read(name, &vm, &run) && retiring_of(controllers, name) == NULL &&
        controller_run_is_over(view, vm, run) && emitter_by_name(view, name, &row) &&
        row.class == EMITTER_CLASS_CONTROLLER && !row.retired) {
        keep(controllers, &row, now_us);
    }
}

void retiring_find(struct controllers *controllers, uint64_t now_us)
{
    struct view view = controllers_view(controllers);
    struct live_emitter_row row = {.name = {0}};
    struct view_walk walk = view_walk_of(&view, ROW_LIVE_EMITTER, &row, 0);
    while (view_walk_next(&walk, &row)) {
        look_at(controllers, &view, row.name, now_us);
    }
}

static void ask(struct controllers *controllers, struct retiring *retiring)
{
    const struct asked asked = {.what = ASKED_RETIRE,
                                .machine = (uint32_t)(retiring - controllers->retiring)};
    const union event_body body = {
        .emitter_retired = {.name = bytes_of_string(retiring->name),
                            .reason = LITERAL("the run of its machine is over")}};
    const struct draft draft = {
        .kind = EVENT_EMITTER_RETIRED, .on = {retiring->emitter}, .on_count = 1, .body = &body};
    retiring->asked = asking_note(controllers, &asked, &draft);
}

void retiring_ask(struct controllers *controllers, uint64_t now_us)
{
    for (size_t i = 0; i < RETIRING_MAX; i++) {
        struct retiring *retiring = &controllers->retiring[i];
        if (retiring->name[0] != '\0' && !retiring->asked &&
            now_us - retiring->seen_us >= controllers->options.retire_us) {
            ask(controllers, retiring);
        }
    }
}

/* Whatever the writer has made of it: what is still to be retired is found again. */
void retiring_answer(struct controllers *controllers, uint32_t place)
{
    controllers->retiring[place] = (struct retiring){.asked = false};
}

void retiring_forget_asked(struct controllers *controllers)
{
    for (size_t i = 0; i < RETIRING_MAX; i++) {
        controllers->retiring[i].asked = false;
    }
}
