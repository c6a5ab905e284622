/*
 * reports/web/token.h -- the secrets of the auditors' web: of a link, and of a session.
 *
 * Shape    TOKEN_SIZE random bytes, written as TOKEN_TEXT_SIZE characters of base64url (RFC 4648
 *          5, without padding), which stand in the path of a link (`/enter/TEXT`) or in a cookie.
 *          The log has the SHA-256 of those characters only: `printf %s TEXT | sha256sum` is the
 *          digest of the invitation.
 */
#ifndef REPORTS_WEB_TOKEN_H
#define REPORTS_WEB_TOKEN_H

#include "schema/text.h"

struct hasher;

enum {
    TOKEN_SIZE = 32,      /* bytes */
    TOKEN_TEXT_SIZE = 43, /* characters, without a final NUL */
};

#define TOKEN_PATH "/enter/" /* what stands before it in a link */

struct token {
    char text[TOKEN_TEXT_SIZE + 1];
};

/* A new one, at random; what was written is to be wiped by its holder. key_library_start comes
 * first. */
void token_make(struct token *out);

/* Whether the text is one: right in length and characters. */
bool token_is(struct bytes text);

/* What the log knows of it. */
struct digest token_digest(struct hasher *hasher, struct bytes text);

#endif
