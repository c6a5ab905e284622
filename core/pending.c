/* Not built yet. */
#include "core/decision.h"
#include "core/dispatch.h"
#include "core/evolution.h"
#define PENDING __attribute__((weak))
PENDING void export_record_decide(const struct view *view, const struct actor *actor,
                                  const struct export_record *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_create_decide(const struct view *view, const struct actor *actor,
                                 const struct group_create *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_add_member_decide(const struct view *view, const struct actor *actor,
                                     const struct group_add_member *command,
                                     struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_remove_member_decide(const struct view *view, const struct actor *actor,
                                        const struct group_remove_member *command,
                                        struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_leave_decide(const struct view *view, const struct actor *actor,
                                const struct group_leave *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_rotate_key_decide(const struct view *view, const struct actor *actor,
                                     const struct group_rotate_key *command,
                                     struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_fetch_key_decide(const struct view *view, const struct actor *actor,
                                    const struct group_fetch_key *command,
                                    struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_set_permission_decide(const struct view *view, const struct actor *actor,
                                         const struct group_set_permission *command,
                                         struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_apply_preset_decide(const struct view *view, const struct actor *actor,
                                       const struct group_apply_preset *command,
                                       struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_promote_owner_decide(const struct view *view, const struct actor *actor,
                                        const struct group_promote_owner *command,
                                        struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_set_project_decide(const struct view *view, const struct actor *actor,
                                      const struct group_set_project *command,
                                      struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_list_members_decide(const struct view *view, const struct actor *actor,
                                       const struct group_list_members *command,
                                       struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_delete_decide(const struct view *view, const struct actor *actor,
                                 const struct group_delete *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void user_change_role_decide(const struct view *view, const struct actor *actor,
                                     const struct user_change_role *command,
                                     struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void user_change_state_decide(const struct view *view, const struct actor *actor,
                                      const struct user_change_state *command,
                                      struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void user_disable_decide(const struct view *view, const struct actor *actor,
                                 const struct user_disable *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void user_enable_decide(const struct view *view, const struct actor *actor,
                                const struct user_enable *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void user_delete_decide(const struct view *view, const struct actor *actor,
                                const struct user_delete *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void user_change_permissions_decide(const struct view *view, const struct actor *actor,
                                            const struct user_change_permissions *command,
                                            struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void user_apply_profile_decide(const struct view *view, const struct actor *actor,
                                       const struct user_apply_profile *command,
                                       struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void user_accept_terms_decide(const struct view *view, const struct actor *actor,
                                      const struct user_accept_terms *command,
                                      struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void user_refresh_decide(const struct view *view, const struct actor *actor,
                                 const struct user_refresh *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void session_challenge_decide(const struct view *view, const struct actor *actor,
                                      const struct session_challenge *command,
                                      struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void session_open_decide(const struct view *view, const struct actor *actor,
                                 const struct session_open *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void session_close_decide(const struct view *view, const struct actor *actor,
                                  const struct session_close *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void session_invalidate_decide(const struct view *view, const struct actor *actor,
                                       const struct session_invalidate *command,
                                       struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void session_activate_project_decide(const struct view *view, const struct actor *actor,
                                             const struct session_activate_project *command,
                                             struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void session_deactivate_project_decide(const struct view *view, const struct actor *actor,
                                               const struct session_deactivate_project *command,
                                               struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void mfa_trust_decide(const struct view *view, const struct actor *actor,
                              const struct mfa_trust *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void mfa_distrust_decide(const struct view *view, const struct actor *actor,
                                 const struct mfa_distrust *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void profile_create_decide(const struct view *view, const struct actor *actor,
                                   const struct profile_create *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void profile_edit_decide(const struct view *view, const struct actor *actor,
                                 const struct profile_edit *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void profile_delete_decide(const struct view *view, const struct actor *actor,
                                   const struct profile_delete *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void team_create_decide(const struct view *view, const struct actor *actor,
                                const struct team_create *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void team_delete_decide(const struct view *view, const struct actor *actor,
                                const struct team_delete *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void team_add_member_decide(const struct view *view, const struct actor *actor,
                                    const struct team_add_member *command,
                                    struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void team_remove_member_decide(const struct view *view, const struct actor *actor,
                                       const struct team_remove_member *command,
                                       struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void team_set_quota_decide(const struct view *view, const struct actor *actor,
                                   const struct team_set_quota *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void system_set_login_message_decide(const struct view *view, const struct actor *actor,
                                             const struct system_set_login_message *command,
                                             struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void system_publish_terms_decide(const struct view *view, const struct actor *actor,
                                         const struct system_publish_terms *command,
                                         struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void system_change_setting_decide(const struct view *view, const struct actor *actor,
                                          const struct system_change_setting *command,
                                          struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void comms_announce_decide(const struct view *view, const struct actor *actor,
                                   const struct comms_announce *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void comms_send_mail_decide(const struct view *view, const struct actor *actor,
                                    const struct comms_send_mail *command,
                                    struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void project_create_decide(const struct view *view, const struct actor *actor,
                                   const struct project_create *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void project_edit_decide(const struct view *view, const struct actor *actor,
                                 const struct project_edit *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void project_delete_decide(const struct view *view, const struct actor *actor,
                                   const struct project_delete *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void project_add_member_decide(const struct view *view, const struct actor *actor,
                                       const struct project_add_member *command,
                                       struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void project_remove_member_decide(const struct view *view, const struct actor *actor,
                                          const struct project_remove_member *command,
                                          struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void project_change_member_role_decide(const struct view *view, const struct actor *actor,
                                               const struct project_change_member_role *command,
                                               struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void project_change_member_expiry_decide(const struct view *view, const struct actor *actor,
                                                 const struct project_change_member_expiry *command,
                                                 struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void project_set_level_decide(const struct view *view, const struct actor *actor,
                                      const struct project_set_level *command,
                                      struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void project_set_pi_decide(const struct view *view, const struct actor *actor,
                                   const struct project_set_pi *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void project_assign_subadmin_decide(const struct view *view, const struct actor *actor,
                                            const struct project_assign_subadmin *command,
                                            struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void project_unassign_subadmin_decide(const struct view *view, const struct actor *actor,
                                              const struct project_unassign_subadmin *command,
                                              struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void requirement_create_decide(const struct view *view, const struct actor *actor,
                                       const struct requirement_create *command,
                                       struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void requirement_edit_decide(const struct view *view, const struct actor *actor,
                                     const struct requirement_edit *command,
                                     struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void requirement_delete_decide(const struct view *view, const struct actor *actor,
                                       const struct requirement_delete *command,
                                       struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void level_create_decide(const struct view *view, const struct actor *actor,
                                 const struct level_create *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void level_edit_decide(const struct view *view, const struct actor *actor,
                               const struct level_edit *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void level_delete_decide(const struct view *view, const struct actor *actor,
                                 const struct level_delete *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void cert_issue_decide(const struct view *view, const struct actor *actor,
                               const struct cert_issue *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void cert_expire_decide(const struct view *view, const struct actor *actor,
                                const struct cert_expire *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_dir_create_decide(const struct view *view, const struct actor *actor,
                                     const struct vault_dir_create *command,
                                     struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_dir_rename_entry_decide(const struct view *view, const struct actor *actor,
                                           const struct vault_dir_rename_entry *command,
                                           struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_dir_move_entry_decide(const struct view *view, const struct actor *actor,
                                         const struct vault_dir_move_entry *command,
                                         struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_dir_remove_entry_decide(const struct view *view, const struct actor *actor,
                                           const struct vault_dir_remove_entry *command,
                                           struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_dir_list_decide(const struct view *view, const struct actor *actor,
                                   const struct vault_dir_list *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_dir_set_project_decide(const struct view *view, const struct actor *actor,
                                          const struct vault_dir_set_project *command,
                                          struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_file_create_decide(const struct view *view, const struct actor *actor,
                                      const struct vault_file_create *command,
                                      struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_file_seal_decide(const struct view *view, const struct actor *actor,
                                    const struct vault_file_seal *command,
                                    struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_file_edit_decide(const struct view *view, const struct actor *actor,
                                    const struct vault_file_edit *command,
                                    struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_file_view_decide(const struct view *view, const struct actor *actor,
                                    const struct vault_file_view *command,
                                    struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_file_download_decide(const struct view *view, const struct actor *actor,
                                        const struct vault_file_download *command,
                                        struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_file_share_decide(const struct view *view, const struct actor *actor,
                                     const struct vault_file_share *command,
                                     struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_file_unshare_decide(const struct view *view, const struct actor *actor,
                                       const struct vault_file_unshare *command,
                                       struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_file_set_project_decide(const struct view *view, const struct actor *actor,
                                           const struct vault_file_set_project *command,
                                           struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_file_transfer_decide(const struct view *view, const struct actor *actor,
                                        const struct vault_file_transfer *command,
                                        struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_file_delete_decide(const struct view *view, const struct actor *actor,
                                      const struct vault_file_delete *command,
                                      struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_key_deposit_decide(const struct view *view, const struct actor *actor,
                                      const struct vault_key_deposit *command,
                                      struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_key_fetch_decide(const struct view *view, const struct actor *actor,
                                    const struct vault_key_fetch *command,
                                    struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_key_remove_decide(const struct view *view, const struct actor *actor,
                                     const struct vault_key_remove *command,
                                     struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_chunk_write_decide(const struct view *view, const struct actor *actor,
                                      const struct vault_chunk_write *command,
                                      struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_chunk_fetch_decide(const struct view *view, const struct actor *actor,
                                      const struct vault_chunk_fetch *command,
                                      struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_history_fetch_decide(const struct view *view, const struct actor *actor,
                                        const struct vault_history_fetch *command,
                                        struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_storage_set_root_decide(const struct view *view, const struct actor *actor,
                                           const struct vault_storage_set_root *command,
                                           struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void vault_backup_record_decide(const struct view *view, const struct actor *actor,
                                        const struct vault_backup_record *command,
                                        struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_IDN_02A;
}
PENDING void group_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct group_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void group_member_added_evolve(struct evolution *evolution, const struct leaf *leaf,
                                       const struct group_member_added *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void group_member_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                         const struct group_member_removed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void group_left_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct group_left *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void group_key_rotated_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct group_key_rotated *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void group_permission_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                             const struct group_permission_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void group_owner_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct group_owner_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void group_project_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                          const struct group_project_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void group_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct group_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void user_registered_v2_evolve(struct evolution *evolution, const struct leaf *leaf,
                                       const struct user_registered_v2 *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void user_role_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct user_role_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void user_state_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                       const struct user_state_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void user_disabled_until_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct user_disabled_until *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void user_reenabled_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct user_reenabled *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void user_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct user_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void user_permissions_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                             const struct user_permissions_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void user_profile_applied_evolve(struct evolution *evolution, const struct leaf *leaf,
                                         const struct user_profile_applied *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void user_terms_accepted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct user_terms_accepted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void session_challenged_evolve(struct evolution *evolution, const struct leaf *leaf,
                                       const struct session_challenged *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void session_opened_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct session_opened *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void session_closed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct session_closed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void session_invalidated_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct session_invalidated *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void session_project_activated_evolve(struct evolution *evolution, const struct leaf *leaf,
                                              const struct session_project_activated *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void session_project_deactivated_evolve(struct evolution *evolution,
                                                const struct leaf *leaf,
                                                const struct session_project_deactivated *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void mfa_provider_trusted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                         const struct mfa_provider_trusted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void mfa_provider_distrusted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                            const struct mfa_provider_distrusted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void profile_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct profile_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void profile_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct profile_edited *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void profile_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct profile_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void team_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct team_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void team_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct team_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void team_member_added_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct team_member_added *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void team_member_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct team_member_removed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void team_quota_set_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct team_quota_set *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void system_terms_published_evolve(struct evolution *evolution, const struct leaf *leaf,
                                           const struct system_terms_published *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void system_setting_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                           const struct system_setting_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void project_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct project_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void project_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct project_edited *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void project_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct project_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void project_member_added_evolve(struct evolution *evolution, const struct leaf *leaf,
                                         const struct project_member_added *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void project_member_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                           const struct project_member_removed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void project_member_role_changed_evolve(struct evolution *evolution,
                                                const struct leaf *leaf,
                                                const struct project_member_role_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void project_member_expiry_changed_evolve(struct evolution *evolution,
                                                  const struct leaf *leaf,
                                                  const struct project_member_expiry_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void project_level_set_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct project_level_set *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void project_pi_set_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct project_pi_set *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void project_subadmin_assigned_evolve(struct evolution *evolution, const struct leaf *leaf,
                                              const struct project_subadmin_assigned *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void project_subadmin_unassigned_evolve(struct evolution *evolution,
                                                const struct leaf *leaf,
                                                const struct project_subadmin_unassigned *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void requirement_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct requirement_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void requirement_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                                       const struct requirement_edited *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void requirement_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct requirement_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void level_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct level_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void level_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct level_edited *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void level_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct level_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void cert_issued_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct cert_issued *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void cert_expired_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct cert_expired *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_dir_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct vault_dir_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_dir_entry_renamed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                            const struct vault_dir_entry_renamed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_dir_entry_moved_evolve(struct evolution *evolution, const struct leaf *leaf,
                                          const struct vault_dir_entry_moved *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_dir_entry_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                            const struct vault_dir_entry_removed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_dir_project_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                              const struct vault_dir_project_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_file_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                                       const struct vault_file_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_file_sealed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct vault_file_sealed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_file_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct vault_file_edited *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_file_shared_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct vault_file_shared *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_file_unshared_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct vault_file_unshared *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_file_project_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                               const struct vault_file_project_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_file_owner_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                             const struct vault_file_owner_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_file_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                       const struct vault_file_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_key_deposited_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct vault_key_deposited *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_key_fetched_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct vault_key_fetched *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_key_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct vault_key_removed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_chunk_written_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct vault_chunk_written *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
PENDING void vault_storage_root_set_evolve(struct evolution *evolution, const struct leaf *leaf,
                                           const struct vault_storage_root_set *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
#include "core/group/group.h"
PENDING bool group_by_id(const struct view *view, struct id group, struct group_row *out)
{
    struct group_row row = {.group = group};
    bool found = view_find(view, ROW_GROUP, &row) && !row.deleted;
    if (found && out != NULL) {
        *out = row;
    }
    return found;
}
