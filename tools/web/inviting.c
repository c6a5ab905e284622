#include "tools/web/inviting.h"

#include "store/hash.h"

static struct status make_token(struct token *token, struct digest *digest)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(key_library_start());
    TRY(hasher_open(&hasher));
    token_make(token);
    *digest = token_digest(hasher, bytes_of_string(token->text));
    return OK;
}

enum exit_code inviting_send(struct invocation *invocation, struct engine *engine,
                             struct auditor_invite *command, struct token *token,
                             struct verdict *verdict)
{
    if (!command->has_certificate) {
        command->has_digest = true;
        struct status status = make_token(token, &command->digest);
        if (failed(status)) {
            return invocation_failed(invocation, status, NULL, "making a link");
        }
    }
    const union command_fields fields = {.auditor_invite = *command};
    return operator_command(invocation, engine, COMMAND_AUDITOR_INVITE, &fields, verdict);
}
