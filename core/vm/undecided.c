#include "core/decision.h"
#include "core/dispatch.h"
#include "core/effect/ending.h"
#include "core/evolution.h"

/* Default shut (PRN-02): what is not decided yet is refused, and folds into nothing. */

void vm_config_create_decide(const struct view *view, const struct actor *actor,
                             const struct vm_config_create *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_config_edit_decide(const struct view *view, const struct actor *actor,
                           const struct vm_config_edit *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_config_delete_decide(const struct view *view, const struct actor *actor,
                             const struct vm_config_delete *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_start_decide(const struct view *view, const struct actor *actor,
                     const struct vm_start *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_shutdown_decide(const struct view *view, const struct actor *actor,
                        const struct vm_shutdown *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_delete_decide(const struct view *view, const struct actor *actor,
                      const struct vm_delete *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_add_user_decide(const struct view *view, const struct actor *actor,
                        const struct vm_add_user *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_remove_user_decide(const struct view *view, const struct actor *actor,
                           const struct vm_remove_user *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_set_role_decide(const struct view *view, const struct actor *actor,
                        const struct vm_set_role *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_set_profile_decide(const struct view *view, const struct actor *actor,
                           const struct vm_set_profile *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_profile_create_decide(const struct view *view, const struct actor *actor,
                              const struct vm_profile_create *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_profile_edit_decide(const struct view *view, const struct actor *actor,
                            const struct vm_profile_edit *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_profile_delete_decide(const struct view *view, const struct actor *actor,
                              const struct vm_profile_delete *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_group_create_decide(const struct view *view, const struct actor *actor,
                            const struct vm_group_create *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_group_delete_decide(const struct view *view, const struct actor *actor,
                            const struct vm_group_delete *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_group_add_member_decide(const struct view *view, const struct actor *actor,
                                const struct vm_group_add_member *command,
                                struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_group_remove_member_decide(const struct view *view, const struct actor *actor,
                                   const struct vm_group_remove_member *command,
                                   struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_set_project_decide(const struct view *view, const struct actor *actor,
                           const struct vm_set_project *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_power_up_decide(const struct view *view, const struct actor *actor,
                        const struct vm_power_up *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_restart_controller_decide(const struct view *view, const struct actor *actor,
                                  const struct vm_restart_controller *command,
                                  struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_fetch_xml_decide(const struct view *view, const struct actor *actor,
                         const struct vm_fetch_xml *command, struct decision *decision)
{
    (void)view;
    (void)actor;
    (void)command;
    decision->refused = RULE_PRN_02A;
}

void vm_config_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vm_config_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_config_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                             const struct vm_config_edited *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_config_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vm_config_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_start_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct vm_start_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_domain_started_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vm_domain_started *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_registered_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct vm_registered *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_start_failed_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct vm_start_failed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_owner_key_learned_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct vm_owner_key_learned *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_policy_applied_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vm_policy_applied *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_shutdown_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct vm_shutdown_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_stopped_evolve(struct evolution *evolution, const struct leaf *leaf,
                       const struct vm_stopped *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_migrated_evolve(struct evolution *evolution, const struct leaf *leaf,
                        const struct vm_migrated *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                       const struct vm_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_user_added_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct vm_user_added *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_user_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct vm_user_removed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_user_role_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct vm_user_role_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_user_profile_set_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct vm_user_profile_set *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_profile_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct vm_profile_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_profile_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vm_profile_edited *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_profile_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct vm_profile_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_group_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                             const struct vm_group_created *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_group_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                             const struct vm_group_deleted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_group_member_added_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct vm_group_member_added *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_group_member_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct vm_group_member_removed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_project_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct vm_project_changed *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_service_powered_up_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct vm_service_powered_up *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_controller_restart_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                            const struct vm_controller_restart_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_controller_restarted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct vm_controller_restarted *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_xml_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                             const struct vm_xml_requested *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_xml_fetched_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct vm_xml_fetched *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void vm_effect_ended(struct evolution *evolution, const struct leaf *leaf,
                     const struct effect_row *effect)
{
    (void)evolution;
    (void)leaf;
    (void)effect;
}
