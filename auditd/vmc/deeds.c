#include "auditd/vmc/controller_parts.h"

/* Answering ------------------------------------------------------------------------------- */

static struct status say(struct visit *visit, const struct answer *answer)
{
    char memory[REQUEST_SIZE_MAX];
    struct text text = TEXT_IN(memory);
    answer_put(&text, answer);
    return text.full ? FAIL(LIMIT, REQUEST_SIZE_MAX) : visit_say(visit, text_bytes(&text));
}

static struct status step(struct visit *visit, const char *what)
{
    return say(visit, &(struct answer){.kind = ANSWER_STEP, .step = bytes_of_string(what)});
}

static struct status done(struct visit *visit, struct status status)
{
    char memory[REQUEST_SIZE_MAX];
    struct text text = TEXT_IN(memory);
    answer_put_done(&text, status);
    return visit_say(visit, text_bytes(&text));
}

/* Drives ---------------------------------------------------------------------------------- */

static struct status may_use_drives(const struct controller *controller, struct id user)
{
    return policy_may(controller->policy, user, VM_PERMISSION_DRIVES)
               ? OK
               : FAIL_BECAUSE(KEY, user.n, "users need the permission drives in this machine");
}

/* The log says that the drive is to be here, in this mode at least. */
static struct status is_expected(const struct controller *controller, const struct request *request)
{
    enum drive_mode mode;
    if (!policy_drive(controller->policy, request->object, &mode)) {
        return FAIL_BECAUSE(NOT_FOUND, request->object,
                            "the drive is not attached to this machine");
    }
    if (!request->read_only && mode != DRIVE_MODE_RW) {
        return FAIL_BECAUSE(READ_ONLY, request->object, "the drive is attached read-only");
    }
    return OK;
}

static void close_secret(struct secret_bytes **secret)
{
    secret_bytes_close(secret);
}

static struct status unlock(struct controller *controller, struct visit *visit,
                            const struct request *request)
{
    CLEANUP(close_secret) struct secret_bytes *key = NULL;
    struct drives_unlock wish = {.drive = request->object,
                                 .read_only = request->read_only,
                                 .is_new = request->format,
                                 .format = request->format &&
                                           policy_may_format(controller->policy, request->object)};
    TRY(may_use_drives(controller, visit_user(visit)));
    TRY(is_expected(controller, request));
    TRY(unwrap_secret(BYTES(request->wrap.data), keep_receive(controller->keep), &key));
    wish.key = key;
    TRY(step(visit, "the controller has the key, in locked memory"));
    TRY(drives_unlock(controller->drives, &wish));
    if (wish.format) {
        policy_formatted(controller->policy, request->object);
    }
    TRY(step(visit, request->read_only ? "open and mounted, read-only"
                                       : "open and mounted, to read and write"));
    enforce_drive(controller, request->object);
    return OK;
}

static struct status lock(struct controller *controller, struct visit *visit, uint64_t drive)
{
    TRY(may_use_drives(controller, visit_user(visit)));
    return drives_lock(controller->drives, drive);
}

static enum answer_drive_state state_of(const struct drives_seen *seen)
{
    if (seen->is_open) {
        return ANSWER_DRIVE_OPEN;
    }
    switch (seen->kind) {
    case LUKS_BLANK:
        return ANSWER_DRIVE_BLANK;
    case LUKS_NEW:
    case LUKS_OURS:
        return ANSWER_DRIVE_LOCKED;
    case LUKS_FOREIGN:
        break;
    }
    return ANSWER_DRIVE_FOREIGN;
}

static struct status list(struct controller *controller, struct visit *visit)
{
    struct drives_seen seen[DRIVES_MAX];
    size_t count = 0;
    TRY(drives_look(controller->drives, seen, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(say(visit, &(struct answer){.kind = ANSWER_DRIVE,
                                        .drive = {.drive = seen[i].drive,
                                                  .size = seen[i].size,
                                                  .state = state_of(&seen[i]),
                                                  .read_only = seen[i].read_only,
                                                  .path = bytes_of_string(seen[i].path)}}));
    }
    return OK;
}

static struct status tell_status(struct controller *controller, struct visit *visit)
{
    struct drives_seen seen[DRIVES_MAX];
    size_t count = 0;
    struct policy_sum sum = policy_sum(controller->policy, controller->hasher);
    TRY(drives_look(controller->drives, seen, &count));
    return say(visit,
               &(struct answer){.kind = ANSWER_STATUS,
                                .status = {.program = LITERAL(CONTROLLER_PROGRAM),
                                           .applied = sum.up_to,
                                           .since_us = wire_now_us() - controller->started_us,
                                           .users = sum.users,
                                           .directories = sum.directories,
                                           .drives = (uint32_t)count,
                                           .policy = sum.digest}});
}

/* Shares ---------------------------------------------------------------------------------- */

static struct status share(struct controller *controller, struct visit *visit,
                           const struct request *request)
{
    TRY(may_use_drives(controller, visit_user(visit)));
    if (request->kind == REQUEST_UNMOUNT) {
        return shares_unmount(controller, request->object);
    }
    const struct policy_share *allowed = policy_share(controller->policy, request->object);
    if (allowed == NULL) {
        return FAIL_BECAUSE(NOT_FOUND, request->object, "no such network share is allowed");
    }
    return shares_mount(controller, allowed);
}

static struct status perform(struct controller *controller, struct visit *visit,
                             const struct request *request)
{
    switch (request->kind) {
    case REQUEST_UNLOCK:
        return unlock(controller, visit, request);
    case REQUEST_LOCK:
        return lock(controller, visit, request->object);
    case REQUEST_LIST:
        return list(controller, visit);
    case REQUEST_STATUS:
        return tell_status(controller, visit);
    case REQUEST_MOUNT:
    case REQUEST_UNMOUNT:
        return share(controller, visit, request);
    }
    return FAIL(MALFORMED, 0);
}

struct status deeds_do(struct controller *controller, struct visit *visit, struct bytes message)
{
    struct request request;
    TRY(request_get(message, &request));
    if (policy_user(controller->policy, visit_user(visit)) == NULL) {
        return FAIL_BECAUSE(KEY, visit_user(visit).n, "this is no user of the machine");
    }
    struct status status = perform(controller, visit, &request);
    explicit_bzero(&request, sizeof request);
    return done(visit, status);
}
