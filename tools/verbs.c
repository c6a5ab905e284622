#include "tools/verbs.h"

#include "tools/forms.h"

const struct verb_table *verbs_all(void)
{
    static const struct verb *const verbs[] = {
        &verb_user_register,
        &verb_mfa_trust,
        &verb_group_create,
        &verb_group_add_member,
        &verb_group_remove_member,
        &verb_group_rotate_key,
        FORM_VERBS,
        &verb_init,
        &verb_key_new,
        &verb_key_show,
        &verb_login,
        &verb_logout,
        &verb_mfa_new,
        &verb_mfa_enrol,
        &verb_mfa_sign,
        &verb_mfa_code,
        &verb_emitter_register,
        &verb_emitter_list,
        &verb_emitter_retire,
        &verb_emit,
        &verb_ingest,
        &verb_query,
        &verb_show,
        &verb_tail,
        &verb_list,
        &verb_access,
        &verb_verify,
        &verb_prove,
        &verb_export,
        &verb_checkpoint,
        &verb_rebuild,
        &verb_bench,
        &verb_schema,
        &verb_help,
        &verb_completion,
        &verb_man,
        &verb_version,
    };
    static const struct verb_table table = {.verbs = verbs,
                                            .count = sizeof verbs / sizeof verbs[0]};
    return &table;
}
