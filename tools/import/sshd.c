#include "tools/import/sshd.h"

#include "tools/import/slice.h"

/* Where a message names a user and an address, behind its beginning. */
enum form {
    FORM_NOTHING,
    FORM_ADDRESS,  /* ADDRESS ... */
    FORM_BRACKETS, /* ... [ADDRESS] ... */
    FORM_PEER,     /* [[authenticating|invalid] user USER] ADDRESS port N... */
    FORM_FROM,     /* [invalid user] USER from ADDRESS ... */
    FORM_ONLY,     /* ... from ADDRESS ..., and what is before it is no user */
    FORM_METHOD,   /* METHOD for [invalid user] USER from ADDRESS ... */
    FORM_ACCEPTED, /* METHOD for USER from ADDRESS ...: the user is known to exist */
    FORM_FOR,      /* ... for [illegal user] USER from ADDRESS */
    FORM_FOR_USER, /* ... for USER, to the end */
    FORM_USER,     /* USER, to the end */
    FORM_NOT,      /* USER [from ADDRESS] not allowed because ... */
    FORM_BY,       /* USER[(uid=N)] [by ...] */
    FORM_PAIRS,    /* ... rhost=ADDRESS  user=USER */
};

struct row {
    const char *begins;
    const char *action;
    enum form form;
    enum outcome outcome;
};

/* The first row that begins the message counts. */
/* clang-format off */
static const struct row sshd_rows[] = {
    {"Accepted ",                              "accepted",           FORM_ACCEPTED, OUTCOME_OK},
    {"Failed ",                                "failed",             FORM_METHOD,   OUTCOME_FAILED},
    {"Postponed ",                             "postponed",          FORM_METHOD,   OUTCOME_OK},
    {"Invalid user ",                          "invalid-user",       FORM_FROM,     OUTCOME_FAILED},
    {"Illegal user ",                          "invalid-user",       FORM_FROM,     OUTCOME_FAILED},
    {"input_userauth_request: invalid user ",  "invalid-user",       FORM_USER,     OUTCOME_FAILED},
    {"maximum authentication attempts",        "too-many-failures",  FORM_FOR,      OUTCOME_FAILED},
    {"Disconnecting: Too many authentication", "too-many-failures",  FORM_FOR_USER, OUTCOME_FAILED},
    {"PAM: ",                                  "failed-pam",         FORM_FOR,      OUTCOME_FAILED},
    {"PAM service(sshd) ignoring max retries", "ignoring-retries",   FORM_NOTHING,  OUTCOME_OK},
    {"User ",                                  "not-allowed",        FORM_NOT,      OUTCOME_DENIED},
    {"Access denied for user ",                "access-denied",      FORM_BY,       OUTCOME_DENIED},
    {"ROOT LOGIN REFUSED FROM ",               "root-refused",       FORM_ADDRESS,  OUTCOME_DENIED},
    {"Authentication refused: ",               "login-refused",      FORM_NOTHING,  OUTCOME_FAILED},
    {"Timeout before authentication for ",     "timeout",            FORM_ADDRESS,  OUTCOME_FAILED},
    {"Connection from ",                       "connection",         FORM_ADDRESS,  OUTCOME_OK},
    {"Connection closed by ",                  "connection-closed",  FORM_PEER,     OUTCOME_OK},
    {"Connection reset by ",                   "connection-reset",   FORM_PEER,     OUTCOME_OK},
    {"Disconnected from ",                     "disconnected",       FORM_PEER,     OUTCOME_OK},
    {"Disconnecting ",                         "disconnecting",      FORM_PEER,     OUTCOME_OK},
    {"Received disconnect from ",              "disconnect",         FORM_ADDRESS,  OUTCOME_OK},
    {"Starting session: ",                     "session-started",    FORM_FOR,      OUTCOME_OK},
    {"Close session: user ",                   "session-closed",     FORM_FROM,     OUTCOME_OK},
    {"Did not receive identification string",  "no-identification",  FORM_ONLY,     OUTCOME_OK},
    {"Bad protocol version identification ",   "bad-identification", FORM_ONLY,     OUTCOME_OK},
    {"Unable to negotiate with ",              "no-agreement",       FORM_ADDRESS,  OUTCOME_OK},
    {"reverse mapping checking ",              "reverse-mapping",    FORM_BRACKETS, OUTCOME_OK},
    {"Address ",                               "reverse-mapping",    FORM_ADDRESS,  OUTCOME_OK},
    {"Write failed: ",                         "write-failed",       FORM_NOTHING,  OUTCOME_OK},
    {"Server listening on ",                   "listening",          FORM_NOTHING,  OUTCOME_OK},
    {"Received signal ",                       "signal",             FORM_NOTHING,  OUTCOME_OK},
    {"subsystem request for ",                 "subsystem",          FORM_NOTHING,  OUTCOME_OK},
};

static const struct row pam_rows[] = {
    {"authentication failure; ",               "pam-failed",         FORM_PAIRS,    OUTCOME_FAILED},
    {"check pass; user unknown",               "pam-user-unknown",   FORM_NOTHING,  OUTCOME_FAILED},
    {"Consecutive login failures for user ",   "pam-locked",         FORM_BY,       OUTCOME_FAILED},
    {"session opened for user ",               "pam-session-opened", FORM_BY,       OUTCOME_OK},
    {"session closed for user ",               "pam-session-closed", FORM_BY,       OUTCOME_OK},
};
/* clang-format on */

/* Where they are ------------------------------------------------------------------------- */

/* A word; old messages put a colon behind an address. */
static struct bytes address_word(struct bytes text)
{
    struct bytes word = slice_take_until(&text, ' ');
    if (word.size > 0 && word.data[word.size - 1] == ':') {
        word.size--;
    }
    return word;
}

/* One reading of "... ADDRESS port N ...". */
struct peer {
    struct bytes before, address, behind;
};

static bool read_peer(struct bytes text, size_t port, struct bytes lead, struct peer *out)
{
    struct bytes before = bytes_of(text.data, port);
    struct bytes behind = slice_from(text, port + 6);
    uint64_t number;
    size_t blank = slice_find_last(before, LITERAL(" "));
    struct peer peer = {.address = before};
    if (blank != SLICE_NOWHERE) {
        peer.before = bytes_of(text.data, blank);
        peer.address = slice_from(before, blank + 1);
    }
    if (!slice_is_address(peer.address) || !slice_ends(peer.before, lead) ||
        !slice_take_number(&behind, 5, &number)) {
        return false;
    }
    (void)slice_take(&behind, LITERAL(" ssh2"));
    peer.before.size -= lead.size;
    peer.behind = behind;
    *out = peer;
    return true;
}

enum readings {
    READINGS_NONE,
    READINGS_ONE,
    READINGS_MANY, /* and none of them must be it */
};

/* What somebody chose may be before the address or behind it. With nothing behind, the last reading
 * is the true one; else there must be only one. */
static enum readings find_peer(struct bytes text, struct bytes lead, struct peer *out)
{
    size_t count = 0;
    size_t at = 0;
    for (;;) {
        size_t found = slice_find(slice_from(text, at), LITERAL(" port "));
        if (found == SLICE_NOWHERE) {
            break;
        }
        count += read_peer(text, at + found, lead, out) ? 1 : 0;
        at += found + 1;
    }
    if (count == 0) {
        return READINGS_NONE;
    }
    return count == 1 || out->behind.size == 0 ? READINGS_ONE : READINGS_MANY;
}

/* Old messages have no port: then the address ends them. */
static void find_portless(struct bytes text, struct message_meaning *out)
{
    size_t from = slice_find_last(text, LITERAL(" from "));
    struct bytes behind = from == SLICE_NOWHERE ? text : slice_from(text, from + 6);
    struct bytes address = slice_take_until(&behind, ' ');
    if (from == SLICE_NOWHERE || (behind.size > 0 && !slice_take(&behind, LITERAL("port ")))) {
        return;
    }
    out->user = bytes_of(text.data, from);
    out->address = address;
}

static void find_user_from(struct bytes text, struct message_meaning *out)
{
    struct peer peer = {.before = {.size = 0}};
    (void)(slice_take(&text, LITERAL("invalid user ")) ||
           slice_take(&text, LITERAL("illegal user ")));
    switch (find_peer(text, LITERAL(" from"), &peer)) {
    case READINGS_NONE:
        find_portless(text, out);
        break;
    case READINGS_ONE:
        out->user = peer.before;
        out->address = peer.address;
        break;
    case READINGS_MANY:
        break;
    }
}

/* "METHOD for ": true if it was there. */
static bool take_method(struct bytes *text, struct message_meaning *out)
{
    struct bytes rest = *text;
    struct bytes method = slice_take_until(&rest, ' ');
    if (!slice_take(&rest, LITERAL("for "))) {
        return false;
    }
    out->method = method;
    *text = rest;
    return true;
}

static void find_accepted(struct bytes text, struct message_meaning *out)
{
    size_t from = take_method(&text, out) ? slice_find(text, LITERAL(" from ")) : SLICE_NOWHERE;
    if (from != SLICE_NOWHERE) {
        out->user = bytes_of(text.data, from);
        out->address = address_word(slice_from(text, from + 6));
    }
}

static void find_user_and_peer(struct bytes text, struct message_meaning *out)
{
    struct peer peer = {.before = {.size = 0}};
    bool named = slice_take(&text, LITERAL("authenticating user ")) ||
                 slice_take(&text, LITERAL("invalid user ")) || slice_take(&text, LITERAL("user "));
    if (!named) {
        out->address = address_word(text);
        return;
    }
    if (find_peer(text, bytes_of(NULL, 0), &peer) == READINGS_ONE) {
        out->user = peer.before;
        out->address = peer.address;
    }
}

static void find_not_allowed(struct bytes text, struct message_meaning *out)
{
    size_t end = slice_find_last(text, LITERAL(" not allowed because "));
    if (end == SLICE_NOWHERE) {
        out->action = NULL;
        out->outcome = OUTCOME_OK;
        return;
    }
    text.size = end;
    find_user_from(text, out);
    if (out->user.size == 0) {
        out->user = text;
    }
}

static void find_pairs(struct bytes text, struct message_meaning *out)
{
    size_t host = slice_find(text, LITERAL(" rhost="));
    size_t user = slice_find_last(text, LITERAL("  user="));
    if (host != SLICE_NOWHERE) {
        out->address = address_word(slice_from(text, host + 7));
    }
    if (user != SLICE_NOWHERE && host != SLICE_NOWHERE && user > host) {
        out->user = slice_from(text, user + 7);
    }
}

static void find_in_brackets(struct bytes text, struct message_meaning *out)
{
    (void)slice_take_until(&text, '[');
    out->address = slice_take_until(&text, ']');
}

static bool take_behind_for(struct bytes *text)
{
    size_t at = slice_find(*text, LITERAL(" for "));
    if (at == SLICE_NOWHERE) {
        return false;
    }
    *text = slice_from(*text, at + 5);
    return true;
}

static void find_only_address(struct bytes text, struct message_meaning *out)
{
    find_user_from(text, out);
    out->user = bytes_of(NULL, 0);
}

/* An account that exists: without blanks, perhaps with its number behind it. */
static struct bytes account_word(struct bytes text)
{
    struct bytes word = slice_take_until(&text, ' ');
    return slice_take_until(&word, '(');
}

static void find_names(enum form form, struct bytes text, struct message_meaning *out)
{
    switch (form) {
    case FORM_NOTHING:
        break;
    case FORM_ADDRESS:
        out->address = address_word(text);
        break;
    case FORM_BRACKETS:
        find_in_brackets(text, out);
        break;
    case FORM_PEER:
        find_user_and_peer(text, out);
        break;
    case FORM_FROM:
        find_user_from(text, out);
        break;
    case FORM_METHOD:
        if (take_method(&text, out)) {
            find_user_from(text, out);
        }
        break;
    case FORM_ACCEPTED:
        find_accepted(text, out);
        break;
    case FORM_ONLY:
        find_only_address(text, out);
        break;
    case FORM_FOR:
        if (take_behind_for(&text)) {
            find_user_from(text, out);
        }
        break;
    case FORM_FOR_USER:
        out->user = take_behind_for(&text) ? text : out->user;
        break;
    case FORM_USER:
        out->user = text;
        break;
    case FORM_NOT:
        find_not_allowed(text, out);
        break;
    case FORM_BY:
        out->user = account_word(text);
        break;
    case FORM_PAIRS:
        find_pairs(text, out);
        break;
    }
}

/* What it is ------------------------------------------------------------------------------ */

static bool explain_by(const struct row *rows, size_t count, struct bytes message,
                       struct message_meaning *out)
{
    for (size_t i = 0; i < count; i++) {
        struct bytes rest = message;
        if (slice_take(&rest, bytes_of_string(rows[i].begins))) {
            out->action = rows[i].action;
            out->outcome = rows[i].outcome;
            find_names(rows[i].form, rest, out);
            return true;
        }
    }
    return false;
}

static bool explain_pam(struct bytes message, struct message_meaning *out)
{
    struct bytes rest = message;
    size_t end = slice_find(message, LITERAL("): "));
    if (!slice_take(&rest, LITERAL("pam_")) || end == SLICE_NOWHERE) {
        return false;
    }
    return explain_by(pam_rows, sizeof pam_rows / sizeof pam_rows[0], slice_from(message, end + 3),
                      out);
}

/* "PAM 5 more authentication failures; logname= ... user=root" */
static bool explain_more(struct bytes message, struct message_meaning *out)
{
    uint64_t count;
    if (!slice_take(&message, LITERAL("PAM ")) || !slice_take_number(&message, 9, &count) ||
        !slice_take(&message, LITERAL(" more authentication failure"))) {
        return false;
    }
    out->action = "pam-failed";
    out->outcome = OUTCOME_FAILED;
    out->repeat_count = count;
    find_pairs(message, out);
    return true;
}

/* "message repeated 5 times: [ Failed password ...]": what is inside, and how often. */
static struct bytes unwrap(struct bytes message, struct message_meaning *out)
{
    struct bytes rest = message;
    uint64_t count;
    if (!slice_take(&rest, LITERAL("message repeated ")) || !slice_take_number(&rest, 9, &count) ||
        !slice_take(&rest, LITERAL(" times: [ ")) || !slice_ends(rest, LITERAL("]"))) {
        return message;
    }
    out->repeat_count = count;
    return bytes_of(rest.data, rest.size - 1);
}

static struct bytes without_frame(struct bytes message)
{
    (void)(slice_take(&message, LITERAL("error: ")) || slice_take(&message, LITERAL("fatal: ")));
    if (slice_ends(message, LITERAL(" [preauth]"))) {
        message.size -= sizeof " [preauth]" - 1;
    }
    return message;
}

struct message_meaning sshd_explain(struct bytes message)
{
    struct message_meaning meaning = {.repeat_count = 1};
    struct bytes text = without_frame(unwrap(message, &meaning));
    (void)(explain_more(text, &meaning) || explain_pam(text, &meaning) ||
           explain_by(sshd_rows, sizeof sshd_rows / sizeof sshd_rows[0], text, &meaning));
    return meaning;
}

struct message_meaning pam_explain(struct bytes message)
{
    struct message_meaning meaning = {.repeat_count = 1};
    (void)explain_pam(unwrap(message, &meaning), &meaning);
    return meaning;
}
