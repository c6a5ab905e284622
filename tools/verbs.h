/*
 * tools/verbs.h -- every verb of the command line, one file each.
 */
#ifndef TOOLS_VERBS_H
#define TOOLS_VERBS_H

#include "tools/command.h"

extern const struct verb verb_access;
extern const struct verb verb_alert_check;
extern const struct verb verb_alert_contact;
extern const struct verb verb_alert_contacts;
extern const struct verb verb_alert_list;
extern const struct verb verb_alert_rules;
extern const struct verb verb_alert_scan;
extern const struct verb verb_alert_test;
extern const struct verb verb_auditor_activity;
extern const struct verb verb_auditor_invite;
extern const struct verb verb_auditor_list;
extern const struct verb verb_auditor_revoke;
extern const struct verb verb_clock_compare;
extern const struct verb verb_web;
extern const struct verb verb_case_add;
extern const struct verb verb_case_export;
extern const struct verb verb_case_list;
extern const struct verb verb_case_show;
extern const struct verb verb_manager_add;
extern const struct verb verb_manager_list;
extern const struct verb verb_manager_remove;
extern const struct verb verb_policy_add_kinds;
extern const struct verb verb_policy_declare;
extern const struct verb verb_policy_list;
extern const struct verb verb_review_list;
extern const struct verb verb_review_open;
extern const struct verb verb_review_sign;
extern const struct verb verb_bench;
extern const struct verb verb_checkpoint;
extern const struct verb verb_completion;
extern const struct verb verb_config_check;
extern const struct verb verb_config_example;
extern const struct verb verb_config_show;
extern const struct verb verb_demo;
extern const struct verb verb_demo_reset;
extern const struct verb verb_demo_tamper;
extern const struct verb verb_demo_web;
extern const struct verb verb_drive_attachments;
extern const struct verb verb_drive_conflicts;
extern const struct verb verb_drive_shares;
extern const struct verb verb_drive_create;
extern const struct verb verb_drive_deposit;
extern const struct verb verb_drive_list;
extern const struct verb verb_drive_set_project;
extern const struct verb verb_drive_share;
extern const struct verb verb_drive_show;
extern const struct verb verb_emit;
extern const struct verb verb_emitter_list;
extern const struct verb verb_emitter_register;
extern const struct verb verb_emitter_retire;
extern const struct verb verb_export;
extern const struct verb verb_group_add_member;
extern const struct verb verb_group_create;
extern const struct verb verb_group_remove_member;
extern const struct verb verb_group_rotate_key;
extern const struct verb verb_help;
extern const struct verb verb_hints;
extern const struct verb verb_ingest;
extern const struct verb verb_init;
extern const struct verb verb_key_new;
extern const struct verb verb_key_show;
extern const struct verb verb_key_passphrase;
extern const struct verb verb_labels_check;
extern const struct verb verb_labels_lowered;
extern const struct verb verb_lineage;
extern const struct verb verb_list;
extern const struct verb verb_login;
extern const struct verb verb_logout;
extern const struct verb verb_man;
extern const struct verb verb_mfa_code;
extern const struct verb verb_mfa_enrol;
extern const struct verb verb_mfa_new;
extern const struct verb verb_mfa_sign;
extern const struct verb verb_mfa_trust;
extern const struct verb verb_pivot;
extern const struct verb verb_prove;
extern const struct verb verb_fields;
extern const struct verb verb_query;
extern const struct verb verb_query_forget;
extern const struct verb verb_query_list;
extern const struct verb verb_query_save;
extern const struct verb verb_query_show;
extern const struct verb verb_values;
extern const struct verb verb_rebuild;
extern const struct verb verb_report_list;
extern const struct verb verb_report_run;
extern const struct verb verb_report_show;
extern const struct verb verb_report_verify;
extern const struct verb verb_schema;
extern const struct verb verb_session_rights;
extern const struct verb verb_show;
extern const struct verb verb_spool_send;
extern const struct verb verb_spool_show;
extern const struct verb verb_state_show;
extern const struct verb verb_stats;
extern const struct verb verb_status;
extern const struct verb verb_timeline;
extern const struct verb verb_tail;
extern const struct verb verb_tools_approve;
extern const struct verb verb_tools_measure;
extern const struct verb verb_user_register;
extern const struct verb verb_vault_deposit;
extern const struct verb verb_vault_get;
extern const struct verb verb_vault_view;
extern const struct verb verb_vault_history;
extern const struct verb verb_vault_ls;
extern const struct verb verb_vault_mkdir;
extern const struct verb verb_vault_mv;
extern const struct verb verb_vault_put;
extern const struct verb verb_vault_rm;
extern const struct verb verb_vault_share;
extern const struct verb verb_vault_tag;
extern const struct verb verb_vault_unshare;
extern const struct verb verb_verify;
extern const struct verb verb_version;
extern const struct verb verb_whatif;

/* All of them, in the order of help. */
const struct verb_table *verbs_all(void);

#endif
