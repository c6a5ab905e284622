#include "auditd/writer/clerk_parts.h"
#include "core/audit/emitter.h"
#include "schema/time.h"

static bool find_emitter(struct clerk *clerk, struct bytes name, struct emitter_row *out)
{
    uint8_t memory[4096];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct view view = engine_view(clerk->options.engine, UINT64_MAX, &arena, &trouble);
    return emitter_by_name(&view, name, out) && !failed(trouble);
}

/* Of a name that is nobody's there is nothing to say: anybody can make names up. */
static struct status say_dropped(struct clerk *clerk, struct bytes emitter,
                                 const struct emitter_dropped *dropped)
{
    struct emitter_row row;
    if (!find_emitter(clerk, emitter, &row)) {
        return FAIL(NOT_FOUND, 0);
    }
    return clerk_say(clerk, EVENT_EMITTER_DROPPED, row.emitter,
                     &(union event_body){.emitter_dropped = *dropped});
}

struct status clerk_take_dropped(struct clerk *clerk, const struct clerk_request *request)
{
    struct wire_reader reader = wire_read(request->payload);
    struct bytes emitter = wire_get_bytes(&reader, NAME_MAX_SIZE);
    struct emitter_dropped dropped = {.count = wire_get_u64(&reader)};
    dropped.first = wire_get_u64(&reader);
    dropped.last = wire_get_u64(&reader);
    dropped.why = wire_get_bytes(&reader, WIRE_SENTENCE_MAX);
    struct status status = wire_end(&reader);
    if (!failed(status) &&
        (dropped.first > TIME_MAX_US || dropped.last > TIME_MAX_US || !text_is_utf8(dropped.why))) {
        status = FAIL(MALFORMED, 0);
    }
    status = failed(status) ? status : say_dropped(clerk, emitter, &dropped);
    TRY(engine_failure(clerk->options.engine));
    clerk_receipt(clerk, request->to, status);
    return OK;
}

/* The supervisor's ---------------------------------------------------------------------------- */

static struct status read_note(const struct wire_note *note, struct arena *arena,
                               enum event_kind *kind, union event_body *out)
{
    if (!event_read(note->kind, note->version, kind) || event_infos[*kind].on[0] != ID_LOG) {
        return FAIL_BECAUSE(MALFORMED, 0, "there is no such event about the log");
    }
    return event_body_decode(*kind, note->body, arena, out);
}

struct status clerk_say_note(struct clerk *clerk, const struct wire_note *note)
{
    uint8_t memory[8192];
    struct arena arena = ARENA_IN(memory);
    enum event_kind kind;
    union event_body body;
    if (failed(read_note(note, &arena, &kind, &body))) {
        return OK;
    }
    return clerk_say(clerk, kind, (struct id){.kind = ID_LOG, .n = 0}, &body);
}

/* Others' --------------------------------------------------------------------------------- */

static struct status say(struct clerk *clerk, const struct clerk_request *request)
{
    struct note note;
    struct note_speaker speaker = {.role = NOTE_OPERATOR, .name = request->peer.name};
    struct arena arena = {.memory = clerk->note_memory, .capacity = CLERK_NOTE_MEMORY};
    if (!request->forwarded &&
        !clerk->options.speaker(clerk->options.context, request->to.route, &speaker.role)) {
        return FAIL_BECAUSE(KEY, 0, "this process has nothing to say");
    }
    TRY(note_read(request->payload, &arena, &note));
    return notes_say(clerk->notes, &speaker, &note);
}

struct status clerk_take_note(struct clerk *clerk, const struct clerk_request *request)
{
    if (clerk->noted_count == CLERK_NOTES_MAX) {
        TRY(clerk_flush(clerk));
    }
    struct status status = say(clerk, request);
    TRY(engine_failure(clerk->options.engine));
    if (failed(status)) {
        clerk_receipt(clerk, request->to, status);
    } else {
        clerk->noted[clerk->noted_count++] = request->to;
    }
    return OK;
}

/* Answered when others can see it: whoever noted may look at once. */
struct status clerk_end_notes(struct clerk *clerk)
{
    if (clerk->noted_count == 0) {
        return OK;
    }
    TRY(clerk_settle(clerk));
    for (size_t i = 0; i < clerk->noted_count; i++) {
        clerk_receipt(clerk, clerk->noted[i], OK);
    }
    clerk->noted_count = 0;
    return OK;
}
