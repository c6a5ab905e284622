#include "auditd/vmc/controller_parts.h"

/* Answering ------------------------------------------------------------------------------- */

static struct status say(struct visit *visit, const struct reply *answer)
{
    char memory[ERRAND_SIZE_MAX];
    struct text text = TEXT_IN(memory);
    reply_put(&text, answer);
    return text.full ? FAIL(LIMIT, ERRAND_SIZE_MAX) : visit_say(visit, text_bytes(&text));
}

static struct status step(struct visit *visit, const char *what)
{
    return say(visit, &(struct reply){.kind = REPLY_STEP, .step = bytes_of_string(what)});
}

static struct status done(struct visit *visit, struct status status)
{
    char memory[ERRAND_SIZE_MAX];
    struct text text = TEXT_IN(memory);
    reply_put_done(&text, status);
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
static struct status is_expected(const struct controller *controller, const struct errand *errand)
{
    enum drive_mode mode;
    if (!policy_drive(controller->policy, errand->object, &mode)) {
        return FAIL_BECAUSE(NOT_FOUND, errand->object, "the drive is not attached to this machine");
    }
    if (!errand->read_only && mode != DRIVE_MODE_RW) {
        return FAIL_BECAUSE(READ_ONLY, errand->object, "the drive is attached read-only");
    }
    return OK;
}

static void close_secret(struct secret_bytes **secret)
{
    secret_bytes_close(secret);
}

static struct status unlock(struct controller *controller, struct visit *visit,
                            const struct errand *errand)
{
    CLEANUP(close_secret) struct secret_bytes *key = NULL;
    struct drives_unlock wish = {.drive = errand->object,
                                 .read_only = errand->read_only,
                                 .is_new = errand->format,
                                 .format = errand->format &&
                                           policy_may_format(controller->policy, errand->object)};
    TRY(may_use_drives(controller, visit_user(visit)));
    TRY(is_expected(controller, errand));
    TRY(unwrap_secret(BYTES(errand->wrap.data), keep_receive(controller->keep), &key));
    wish.key = key;
    TRY(step(visit, "the controller has the key, in locked memory"));
    TRY(drives_unlock(controller->drives, &wish));
    if (wish.format) {
        policy_formatted(controller->policy, errand->object);
    }
    TRY(step(visit, errand->read_only ? "open and mounted, read-only"
                                      : "open and mounted, to read and write"));
    enforce_drive(controller, errand->object);
    return OK;
}

static struct status lock(struct controller *controller, struct visit *visit, uint64_t drive)
{
    TRY(may_use_drives(controller, visit_user(visit)));
    return drives_lock(controller->drives, drive);
}

static enum reply_drive_state state_of(const struct drives_seen *seen)
{
    if (seen->is_open) {
        return REPLY_DRIVE_OPEN;
    }
    switch (seen->kind) {
    case LUKS_BLANK:
        return REPLY_DRIVE_BLANK;
    case LUKS_NEW:
    case LUKS_OURS:
        return REPLY_DRIVE_LOCKED;
    case LUKS_FOREIGN:
        break;
    }
    return REPLY_DRIVE_FOREIGN;
}

static struct status list(struct controller *controller, struct visit *visit)
{
    struct drives_seen seen[DRIVES_MAX];
    size_t count = 0;
    TRY(drives_look(controller->drives, seen, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(say(visit, &(struct reply){.kind = REPLY_DRIVE,
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
    return say(visit, &(struct reply){.kind = REPLY_STATUS,
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
                           const struct errand *errand)
{
    TRY(may_use_drives(controller, visit_user(visit)));
    if (errand->kind == ERRAND_UNMOUNT) {
        return shares_unmount(controller, errand->object);
    }
    const struct policy_share *allowed = policy_share(controller->policy, errand->object);
    if (allowed == NULL) {
        return FAIL_BECAUSE(NOT_FOUND, errand->object, "no such network share is allowed");
    }
    return shares_mount(controller, allowed);
}

static struct status perform(struct controller *controller, struct visit *visit,
                             const struct errand *errand)
{
    switch (errand->kind) {
    case ERRAND_UNLOCK:
        return unlock(controller, visit, errand);
    case ERRAND_LOCK:
        return lock(controller, visit, errand->object);
    case ERRAND_LIST:
        return list(controller, visit);
    case ERRAND_STATUS:
        return tell_status(controller, visit);
    case ERRAND_MOUNT:
    case ERRAND_UNMOUNT:
        return share(controller, visit, errand);
    }
    return FAIL(MALFORMED, 0);
}

struct status deeds_do(struct controller *controller, struct visit *visit, struct bytes message)
{
    struct errand errand;
    TRY(errand_get(message, &errand));
    if (policy_user(controller->policy, visit_user(visit)) == NULL) {
        return FAIL_BECAUSE(KEY, visit_user(visit).n, "this is no user of the machine");
    }
    struct status status = perform(controller, visit, &errand);
    explicit_bzero(&errand, sizeof errand);
    return done(visit, status);
}
