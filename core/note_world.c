#include "core/note_world.h"

#include "core/effect/effect.h"

/* Which event ends a kind of effect that ends by one of its own, and the request it names. */
static bool read_answer(const struct draft *draft, uint64_t *request, enum effect_kind *effect)
{
    const union event_body *body = draft->body;
    unsigned kind = draft->kind; /* of many, a few */
    switch (kind) {
    case EVENT_DRIVE_CONVERTED:
        *request = body->drive_converted.request;
        *effect = EFFECT_KIND_VOLUME_CONVERT;
        return true;
    case EVENT_DRIVE_SNAPSHOT_CREATED:
        *request = body->drive_snapshot_created.request;
        *effect = EFFECT_KIND_SNAPSHOT_CREATE;
        return true;
    case EVENT_DRIVE_SNAPSHOT_MERGED:
        *request = body->drive_snapshot_merged.request;
        *effect = EFFECT_KIND_SNAPSHOT_MERGE;
        return true;
    case EVENT_DRIVE_SNAPSHOT_DELETED:
        *request = body->drive_snapshot_deleted.request;
        *effect = EFFECT_KIND_SNAPSHOT_DELETE;
        return true;
    case EVENT_HOST_UTILISATION_CHECKED:
        *request = body->host_utilisation_checked.request;
        *effect = EFFECT_KIND_HOST_LOOK;
        return true;
    case EVENT_VM_XML_FETCHED:
        *request = body->vm_xml_fetched.request;
        *effect = EFFECT_KIND_XML_FETCH;
        return true;
    default:
        return false;
    }
}

static bool ends_by_its_own(enum effect_kind effect)
{
    switch (effect) {
    case EFFECT_KIND_VOLUME_CONVERT:
    case EFFECT_KIND_SNAPSHOT_CREATE:
    case EFFECT_KIND_SNAPSHOT_MERGE:
    case EFFECT_KIND_SNAPSHOT_DELETE:
    case EFFECT_KIND_HOST_LOOK:
    case EFFECT_KIND_XML_FETCH:
        return true;
    case EFFECT_KIND_POOL_DEFINE:
    case EFFECT_KIND_VOLUME_CREATE:
    case EFFECT_KIND_VOLUME_DELETE:
    case EFFECT_KIND_DOMAIN_START:
    case EFFECT_KIND_DOMAIN_STOP:
    case EFFECT_KIND_DOMAIN_DELETE:
    case EFFECT_KIND_CONTROLLER_RESTART:
    case EFFECT_KIND_DRIVE_ATTACH:
    case EFFECT_KIND_DRIVE_DETACH:
    case EFFECT_KIND_ISO_ATTACH:
    case EFFECT_KIND_ISO_DETACH:
    case EFFECT_KIND_NFS_EXPORT:
    case EFFECT_KIND_NFS_WITHDRAW:
    case EFFECT_KIND_COUNT:
        break;
    }
    return false;
}

static struct status find_due(const struct view *view, uint64_t request, enum effect_kind effect,
                              struct effect_due_row *out)
{
    if (!effect_is_due(view, request, out)) {
        return FAIL_BECAUSE(NOT_FOUND, request, "nothing was asked for there that has not ended");
    }
    return out->effect == effect ? OK
                                 : FAIL_BECAUSE(MALFORMED, request, "something else was asked for");
}

struct status note_check_begun(const struct view *view, const struct draft *draft)
{
    struct effect_due_row due;
    const struct effect_begun *begun = &draft->body->effect_begun;
    TRY(find_due(view, begun->request, begun->effect, &due));
    return begun->attempt == due.attempts + 1
               ? OK
               : FAIL_BECAUSE(CONFLICT, due.attempts, "this attempt is not the next one");
}

/* What ends is the attempt that was begun last. */
static struct status check_attempt(const struct effect_due_row *due, uint64_t attempt)
{
    return due->attempts > 0 && attempt == due->attempts
               ? OK
               : FAIL_BECAUSE(CONFLICT, due->attempts, "what has not begun cannot end");
}

struct status note_check_ended(const struct view *view, const struct draft *draft)
{
    struct effect_due_row due;
    if (draft->kind == EVENT_EFFECT_FAILED) {
        const struct effect_failed *ended = &draft->body->effect_failed;
        TRY(find_due(view, ended->request, ended->effect, &due));
        if (ended->why.size == 0 || ended->why.size > EFFECT_WHY_MAX) {
            return FAIL(LIMIT, EFFECT_WHY_MAX);
        }
        return check_attempt(&due, ended->attempt);
    }
    const struct effect_done *done = &draft->body->effect_done;
    TRY(find_due(view, done->request, done->effect, &due));
    if (ends_by_its_own(done->effect)) {
        return FAIL_BECAUSE(MALFORMED, done->request, "this ends by an event that tells more");
    }
    if (done->path.size > EFFECT_PATH_MAX || done->detail.size > EFFECT_WHY_MAX) {
        return FAIL(LIMIT, EFFECT_PATH_MAX);
    }
    return check_attempt(&due, done->attempt);
}

struct status note_check_answer(const struct view *view, const struct draft *draft)
{
    uint64_t request;
    enum effect_kind effect;
    struct effect_due_row due;
    if (!read_answer(draft, &request, &effect)) {
        return FAIL_BECAUSE(MALFORMED, 0, "this event ends nothing");
    }
    TRY(find_due(view, request, effect, &due));
    if (!id_equal(draft->on[0], due.object)) {
        return FAIL_BECAUSE(MALFORMED, request, "the request was about something else");
    }
    return check_attempt(&due, due.attempts);
}

struct status note_check_start_failed(const struct view *view, const struct draft *draft)
{
    struct vm_row vm = {.vm = draft->on[0]};
    if (!view_find(view, ROW_VM, &vm)) {
        return FAIL_BECAUSE(NOT_FOUND, draft->on[0].n, "there is no such machine");
    }
    if (draft->body->vm_start_failed.why.size > EFFECT_WHY_MAX) {
        return FAIL(LIMIT, EFFECT_WHY_MAX);
    }
    return vm.state == VM_STATE_REQUESTED || vm.state == VM_STATE_RUNNING
               ? OK
               : FAIL_BECAUSE(CONFLICT, draft->on[0].n, "nobody waits for this machine to start");
}

void note_about_request(const struct draft *draft, struct text *out)
{
    uint64_t request = 0;
    enum effect_kind effect;
    unsigned kind = draft->kind; /* of many, a few */
    switch (kind) {
    case EVENT_EFFECT_BEGUN:
        request = draft->body->effect_begun.request;
        break;
    case EVENT_EFFECT_DONE:
        request = draft->body->effect_done.request;
        break;
    case EVENT_EFFECT_FAILED:
        request = draft->body->effect_failed.request;
        break;
    case EVENT_VM_START_FAILED:
        request = draft->on[0].n;
        break;
    default:
        (void)read_answer(draft, &request, &effect);
        break;
    }
    text_put_literal(out, "request ");
    text_put_u64(out, request);
}
