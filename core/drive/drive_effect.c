#include "core/drive/attachment.h"
#include "core/drive/drive.h"
#include "core/drive/iso.h"
#include "core/drive/nfs.h"
#include "core/drive/pool.h"
#include "core/drive/snapshot.h"
#include "core/effect/ending.h"

/* Work on a volume that an event of its own tells of ends here only if it failed. */
void drive_effect_ended(struct evolution *evolution, const struct leaf *leaf,
                        const struct effect_row *effect)
{
    const bool done = effect->state == EFFECT_STATE_DONE;
    (void)leaf;
    switch (effect->effect) {
    case EFFECT_KIND_POOL_DEFINE:
        pool_ended(evolution, effect->object, done);
        break;
    case EFFECT_KIND_VOLUME_CREATE:
        drive_made(evolution, effect->object, done,
                   effect->has_path ? effect->path : (struct bytes){0});
        break;
    case EFFECT_KIND_VOLUME_CONVERT:
        drive_rests(evolution, effect->object);
        break;
    case EFFECT_KIND_SNAPSHOT_CREATE:
    case EFFECT_KIND_SNAPSHOT_MERGE:
    case EFFECT_KIND_SNAPSHOT_DELETE:
        snapshot_ended(evolution, effect);
        break;
    case EFFECT_KIND_DRIVE_ATTACH:
    case EFFECT_KIND_DRIVE_DETACH:
        attachment_ended(evolution, effect);
        break;
    case EFFECT_KIND_ISO_ATTACH:
    case EFFECT_KIND_ISO_DETACH:
        iso_ended(evolution, effect);
        break;
    case EFFECT_KIND_NFS_EXPORT:
    case EFFECT_KIND_NFS_WITHDRAW:
        nfs_ended(evolution, effect);
        break;
    case EFFECT_KIND_VOLUME_DELETE: /* the drive went with the command; the file is the watcher's */
    case EFFECT_KIND_DOMAIN_START:
    case EFFECT_KIND_DOMAIN_STOP:
    case EFFECT_KIND_DOMAIN_DELETE:
    case EFFECT_KIND_CONTROLLER_RESTART:
    case EFFECT_KIND_XML_FETCH:
    case EFFECT_KIND_HOST_LOOK:
    case EFFECT_KIND_COUNT:
        break;
    }
}
