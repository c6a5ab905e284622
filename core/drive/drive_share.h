/*
 * core/drive/drive_share.h -- with whom a drive is shared, read-only or read-write.
 *
 * Shape     A mode is always named. The owner shares in any mode; whoever has it shared shares it
 *           on, in that mode or a lower one, and who gave it to whom is kept (DRV-10a). Sharing
 *           again changes the mode: down, only by the owner or whoever gave it. The key comes
 *           wrapped with the share and goes with it.
 * Ends      When a share ends, what was attached by those who then have the drive no more, or not
 *           in that mode, is asked to be detached (DRV-13c).
 * State     `drive_share` by drive and target.
 * Decide    drive.share, unshare, unshare_all.
 * Evolve    drive.shared, unshared, unshared_all.
 *
 * Source    domain.md DRV-10 to DRV-13.
 */
#ifndef CORE_DRIVE_DRIVE_SHARE_H
#define CORE_DRIVE_DRIVE_SHARE_H

#include "core/decision.h"

enum {
    DRIVE_SHARES_MAX = 1000, /* of one drive: ending all of them is one event */
};

#endif
