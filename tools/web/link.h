/*
 * tools/web/link.h -- the link of an invitation: made once, shown once, kept nowhere.
 *
 * Shape    BASE/enter/TOKEN. The base is what auditors type to get to the web: --base; else `url`
 *          or `listen` in [web] of the settings file, if that is of this store; else the address on
 *          which `cairn web` shows it.
 * Source   docs/decisions/0040.
 */
#ifndef TOOLS_WEB_LINK_H
#define TOOLS_WEB_LINK_H

#include "reports/web/token.h"
#include "tools/invocation.h"

enum {
    LINK_BASE_MAX = 256,
    LINK_MAX = LINK_BASE_MAX + sizeof TOKEN_PATH + TOKEN_TEXT_SIZE,
};

#define LINK_LISTEN "127.0.0.1:7443" /* where the web is shown if nothing else is said */
#define LINK_SETTINGS "/etc/cairn/cairnd.conf"

struct link_base {
    char text[LINK_BASE_MAX]; /* without a slash at its end */
    bool guessed;             /* nobody has said so */
};

/* The base of the links of this store: `given` (NULL: not) or as above. */
MUST_CHECK enum exit_code link_find_base(const struct invocation *invocation, const char *given,
                                         const char *settings, struct link_base *out);

/* `http://HOST:PORT`, or https, and nothing behind it but a path. */
bool link_is_base(struct bytes text);

/* The whole link; wipe it after use. `out` has room for LINK_MAX bytes. */
void link_write(const struct link_base *base, const struct token *token, struct text *out);

#endif
