/*
 * tools/web/inviting.h -- an auditor invited by a signed command, and the link that is shown once.
 */
#ifndef TOOLS_WEB_INVITING_H
#define TOOLS_WEB_INVITING_H

#include "tools/operator.h"
#include "tools/web/link.h"

/* Sends the command. Of one by a link, which has no certificate, *token is the link's secret, which
 * is made here and nowhere kept: the caller wipes it. *verdict is filled on success. */
MUST_CHECK enum exit_code inviting_send(struct invocation *invocation, struct engine *engine,
                                        struct auditor_invite *command, struct token *token,
                                        struct verdict *verdict);

#endif
