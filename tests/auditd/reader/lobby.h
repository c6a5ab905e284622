/*
 * tests/auditd/reader/lobby.h -- a reader over a store with people in it, and a writer that takes
 * its notes, all in one process.
 *
 * Shape    lobby_get asks as somebody with a cookie, or a certificate; the answer and its body are
 *          in the lobby until the next. ada, who may, invites.
 */
#ifndef TESTS_AUDITD_READER_LOBBY_H
#define TESTS_AUDITD_READER_LOBBY_H

#include "auditd/reader/reader.h"
#include "core/note.h"
#include "tests/support/enclave.h"

struct lobby {
    struct enclave enclave;
    struct notes *notes;
    struct reader *reader;
    bool writer_away; /* can_say is false, and nothing is said */
    bool writer_dead; /* can_say is true, and whether it was said is not known */
    unsigned alive;   /* how often a page gave a sign of life */
    struct page_answer answer;
    char *body; /* with a final NUL */
    size_t size;
    char secret[TOKEN_TEXT_SIZE + 1]; /* of the last session that began */
};

void lobby_begin(struct lobby *lobby);
/* The reader anew, with another time for its pages. */
void lobby_hurry(struct lobby *lobby, uint64_t answer_us);
void lobby_end(struct lobby *lobby);

struct lobby_visit {
    const char *target;
    const char *secret; /* NULL: no cookie */
    const struct digest *certificate;
    const char *address; /* NULL: 192.0.2.7 */
    bool only_head;
    const char *refused; /* a handshake, and why; NULL: it was not */
};
/* The status. */
unsigned lobby_visit(struct lobby *lobby, const struct lobby_visit *visit);
unsigned lobby_get(struct lobby *lobby, const char *target, const char *secret);
bool lobby_shows(const struct lobby *lobby, const char *text);

/* An invitation by a link, whose token is written; for an hour. */
struct id lobby_invite(struct lobby *lobby, struct token *token);
/* The same, as the fields say. */
struct id lobby_invite_as(struct lobby *lobby, const struct auditor_invite *command);
void lobby_revoke(struct lobby *lobby, struct id invitation);
/* Invites somebody who then comes in; the secret is in lobby->secret. */
struct id lobby_let_in(struct lobby *lobby);

/* Targets of a link: its page, and its button. */
const char *lobby_link(const struct token *token, bool open, char memory[static 128]);

/* How many events of a kind the log has, and the body of the last, unless NULL. */
size_t lobby_events(struct lobby *lobby, enum event_kind kind, struct text *last);

#endif
