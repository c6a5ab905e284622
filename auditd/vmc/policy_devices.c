#include "auditd/vmc/policy_parts.h"

static struct policy_drive *find_drive(struct policy *policy, uint64_t drive)
{
    for (size_t i = 0; i < POLICY_DRIVES_MAX; i++) {
        if (policy->drives[i].drive == drive) {
            return &policy->drives[i];
        }
    }
    return NULL;
}

/* The place of a drive; a free one, or one of a drive that has gone. */
static struct status place_for(struct policy *policy, uint64_t drive, struct policy_drive **out)
{
    *out = find_drive(policy, drive);
    *out = *out == NULL ? find_drive(policy, 0) : *out;
    for (size_t i = 0; i < POLICY_DRIVES_MAX && *out == NULL; i++) {
        *out = policy->drives[i].is_here ? NULL : &policy->drives[i];
    }
    if (*out == NULL) {
        return FAIL(LIMIT, POLICY_DRIVES_MAX);
    }
    **out = (*out)->drive == drive ? **out : (struct policy_drive){.drive = drive};
    return OK;
}

bool policy_drive(const struct policy *policy, uint64_t drive, enum drive_mode *mode)
{
    for (size_t i = 0; i < POLICY_DRIVES_MAX; i++) {
        if (policy->drives[i].drive == drive && policy->drives[i].is_here) {
            *mode = policy->drives[i].mode;
            return true;
        }
    }
    return false;
}

bool policy_may_format(const struct policy *policy, uint64_t drive)
{
    for (size_t i = 0; i < POLICY_DRIVES_MAX; i++) {
        if (policy->drives[i].drive == drive) {
            return policy->drives[i].may_format;
        }
    }
    return false;
}

void policy_formatted(struct policy *policy, uint64_t drive)
{
    struct policy_drive *place = find_drive(policy, drive);
    if (place != NULL) {
        place->may_format = false;
    }
}

/* Network shares -------------------------------------------------------------------------- */

const struct policy_share *policy_share(const struct policy *policy, uint64_t nfs)
{
    for (size_t i = 0; i < POLICY_SHARES_MAX; i++) {
        if (policy->shares[i].nfs == nfs && nfs != 0) {
            return &policy->shares[i];
        }
    }
    return NULL;
}

static bool copy(struct bytes bytes, char *out, size_t capacity)
{
    if (bytes.size == 0 || bytes.size >= capacity || memchr(bytes.data, '\0', bytes.size) != NULL) {
        return false;
    }
    memcpy(out, bytes.data, bytes.size);
    out[bytes.size] = '\0';
    return true;
}

static struct status allow_share(struct policy *policy, uint64_t nfs,
                                 const struct nfs_allowed *body)
{
    struct policy_share share = {.nfs = nfs};
    if (!copy(body->server, share.server, sizeof share.server) ||
        !copy(body->export, share.export, sizeof share.export) || share.server[0] == '-' ||
        share.export[0] != '/' || body->mode != DRIVE_MODE_RO) {
        return FAIL_BECAUSE(MALFORMED, nfs, "such a share is never mounted");
    }
    for (size_t i = 0; i < POLICY_SHARES_MAX; i++) {
        if (policy->shares[i].nfs == 0) {
            policy->shares[i] = share;
            return OK;
        }
    }
    return FAIL(LIMIT, POLICY_SHARES_MAX);
}

static void revoke_share(struct policy *policy, uint64_t nfs)
{
    for (size_t i = 0; i < POLICY_SHARES_MAX; i++) {
        if (policy->shares[i].nfs == nfs) {
            policy->shares[i] = (struct policy_share){0};
        }
    }
}

/* Facts ----------------------------------------------------------------------------------- */

static struct status attach(struct policy *policy, uint64_t drive, enum drive_mode mode)
{
    struct policy_drive *place;
    TRY(place_for(policy, drive, &place));
    place->is_here = true;
    place->mode = mode;
    return OK;
}

static struct status let_format(struct policy *policy, uint64_t drive)
{
    struct policy_drive *place;
    TRY(place_for(policy, drive, &place));
    place->may_format = true;
    return OK;
}

struct status policy_take_device(struct policy *policy, const struct policy_fact *fact,
                                 const union event_body *body)
{
    const uint64_t subject = fact->subject.n;
    struct policy_drive *place = find_drive(policy, subject);
    switch ((int)fact->kind) {
    case EVENT_DRIVE_ATTACH_REQUESTED:
        return id_equal(body->drive_attach_requested.vm, policy->vm)
                   ? attach(policy, subject, body->drive_attach_requested.mode)
                   : OK;
    case EVENT_DRIVE_DETACH_REQUESTED:
        if (place != NULL && id_equal(body->drive_detach_requested.vm, policy->vm)) {
            place->is_here = false;
        }
        return OK;
    case EVENT_DRIVE_FORMAT_REQUESTED:
        return let_format(policy, subject);
    case EVENT_NFS_ALLOWED:
        return allow_share(policy, subject, &body->nfs_allowed);
    case EVENT_NFS_REVOKED:
        revoke_share(policy, subject);
        return OK;
    case EVENT_VM_CONTROLLER_RESTART_REQUESTED:
        policy->restart = fact->n;
        return OK;
    default:
        return OK;
    }
}
