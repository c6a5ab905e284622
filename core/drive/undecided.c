#include "core/decision.h"
#include "core/dispatch.h"
#include "core/effect/ending.h"
#include "core/evolution.h"

/* Default shut (PRN-02): what is not decided yet is refused, and folds into nothing. */

void pool_define_decide(const struct view *view, const struct actor *actor,
                        const struct pool_define *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_create_decide(const struct view *view, const struct actor *actor,
                         const struct drive_create *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_convert_decide(const struct view *view, const struct actor *actor,
                          const struct drive_convert *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_share_decide(const struct view *view, const struct actor *actor,
                        const struct drive_share *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_unshare_decide(const struct view *view, const struct actor *actor,
                          const struct drive_unshare *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_unshare_all_decide(const struct view *view, const struct actor *actor,
                              const struct drive_unshare_all *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_attach_decide(const struct view *view, const struct actor *actor,
                         const struct drive_attach *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_detach_decide(const struct view *view, const struct actor *actor,
                         const struct drive_detach *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_format_decide(const struct view *view, const struct actor *actor,
                         const struct drive_format *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_set_project_decide(const struct view *view, const struct actor *actor,
                              const struct drive_set_project *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_delete_decide(const struct view *view, const struct actor *actor,
                         const struct drive_delete *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_key_deposit_decide(const struct view *view, const struct actor *actor,
                              const struct drive_key_deposit *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_key_fetch_decide(const struct view *view, const struct actor *actor,
                            const struct drive_key_fetch *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_snapshot_create_decide(const struct view *view, const struct actor *actor,
                                  const struct drive_snapshot_create *command,
                                  struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_snapshot_merge_decide(const struct view *view, const struct actor *actor,
                                 const struct drive_snapshot_merge *command,
                                 struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void drive_snapshot_delete_decide(const struct view *view, const struct actor *actor,
                                  const struct drive_snapshot_delete *command,
                                  struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void iso_register_decide(const struct view *view, const struct actor *actor,
                         const struct iso_register *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void iso_attach_decide(const struct view *view, const struct actor *actor,
                       const struct iso_attach *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void iso_detach_decide(const struct view *view, const struct actor *actor,
                       const struct iso_detach *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void nfs_allow_decide(const struct view *view, const struct actor *actor,
                      const struct nfs_allow *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void nfs_revoke_decide(const struct view *view, const struct actor *actor,
                       const struct nfs_revoke *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void pool_defined_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct pool_defined *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct drive_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_convert_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct drive_convert_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_converted_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct drive_converted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_shared_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct drive_shared *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_unshared_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct drive_unshared *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_unshared_all_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct drive_unshared_all *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_attach_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct drive_attach_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_detach_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct drive_detach_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_attached_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct drive_attached *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_detached_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct drive_detached *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_file_observed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct drive_file_observed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_format_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct drive_format_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_formatted_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct drive_formatted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_mounted_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct drive_mounted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_unmounted_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct drive_unmounted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_project_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct drive_project_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct drive_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_key_deposited_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct drive_key_deposited *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_key_fetched_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct drive_key_fetched *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_snapshot_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                     const struct drive_snapshot_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_snapshot_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct drive_snapshot_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_snapshot_merge_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                           const struct drive_snapshot_merge_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_snapshot_merged_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct drive_snapshot_merged *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_snapshot_delete_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                            const struct drive_snapshot_delete_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_snapshot_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct drive_snapshot_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void iso_registered_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct iso_registered *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void iso_attach_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct iso_attach_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void iso_detach_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct iso_detach_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void iso_attached_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct iso_attached *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void iso_detached_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct iso_detached *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void nfs_allowed_evolve(struct evolution *evolution, const struct leaf *leaf,
                        const struct nfs_allowed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void nfs_revoked_evolve(struct evolution *evolution, const struct leaf *leaf,
                        const struct nfs_revoked *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void drive_effect_ended(struct evolution *evolution, const struct leaf *leaf,
                        const struct effect_row *effect)
{
    (void)evolution;
    (void)leaf;
    (void)effect;
}
