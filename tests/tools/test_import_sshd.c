/*
 * What messages of sshd and PAM mean: one row a message.
 */
#include "tests/tools/import_run.h"
#include "tools/import/sshd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct sentence {
    const char *message;
    const char *action; /* with its method; "" if nothing is known of the message */
    const char *user, *address;
    enum outcome outcome;
};

/* clang-format off */
static const struct sentence sentences[] = {
    {"Accepted password for mira from 192.0.2.4 port 5022 ssh2",
     "accepted-password", "mira", "192.0.2.4", OUTCOME_OK},
    {"Accepted publickey for mira from 2001:db8::4 port 5022 ssh2: ED25519 SHA256:abc",
     "accepted-publickey", "mira", "2001:db8::4", OUTCOME_OK},
    {"Accepted publickey for mira from 192.0.2.4 port 1 ssh2: RSA-CERT ID a from b "
     "(serial 0) CA RSA x",
     "accepted-publickey", "mira", "192.0.2.4", OUTCOME_OK},
    {"Failed password for root from 192.0.2.4 port 5022 ssh2",
     "failed-password", "root", "192.0.2.4", OUTCOME_FAILED},
    {"Failed password for invalid user admin from 192.0.2.4 port 5022 ssh2",
     "failed-password", "admin", "192.0.2.4", OUTCOME_FAILED},
    {"Failed keyboard-interactive/pam for root from fe80::1%eth0 port 1 ssh2",
     "failed-keyboard-interactive/pam", "root", "fe80::1%eth0", OUTCOME_FAILED},
    {"Failed publickey for root from 192.0.2.4 port 1 ssh2: RSA SHA256:abc",
     "failed-publickey", "root", "192.0.2.4", OUTCOME_FAILED},
    {"Failed none for invalid user  from 192.0.2.4 port 1 ssh2",
     "failed-none", "", "192.0.2.4", OUTCOME_FAILED},
    {"Failed password for root from UNKNOWN port 65535 ssh2",
     "failed-password", "root", "UNKNOWN", OUTCOME_FAILED},
    {"Failed", "", "", "", OUTCOME_OK},
    {"Failed nothing", "failed", "", "", OUTCOME_FAILED},
    {"Postponed publickey for mira from 192.0.2.4 port 1 ssh2 [preauth]",
     "postponed-publickey", "mira", "192.0.2.4", OUTCOME_OK},
    {"Invalid user test from 192.0.2.4", "invalid-user", "test", "192.0.2.4", OUTCOME_FAILED},
    {"Invalid user test from 192.0.2.4 port 7",
     "invalid-user", "test", "192.0.2.4", OUTCOME_FAILED},
    {"Invalid user  from 192.0.2.4", "invalid-user", "", "192.0.2.4", OUTCOME_FAILED},
    {"Invalid user test from somewhere else", "invalid-user", "", "", OUTCOME_FAILED},
    {"Illegal user test from 192.0.2.4", "invalid-user", "test", "192.0.2.4", OUTCOME_FAILED},
    {"input_userauth_request: invalid user a b [preauth]",
     "invalid-user", "a b", "", OUTCOME_FAILED},
    {"error: maximum authentication attempts exceeded for root from 192.0.2.4 port 7 "
     "ssh2 [preauth]",
     "too-many-failures", "root", "192.0.2.4", OUTCOME_FAILED},
    {"error: maximum authentication attempts exceeded for invalid user x y from "
     "192.0.2.4 port 7 ssh2 [preauth]",
     "too-many-failures", "x y", "192.0.2.4", OUTCOME_FAILED},
    {"Disconnecting: Too many authentication failures for root [preauth]",
     "too-many-failures", "root", "", OUTCOME_FAILED},
    {"Disconnecting: Too many authentication failures [preauth]",
     "too-many-failures", "", "", OUTCOME_FAILED},
    {"error: PAM: Authentication failure for root from 192.0.2.4",
     "failed-pam", "root", "192.0.2.4", OUTCOME_FAILED},
    {"error: PAM: User not known to the underlying authentication module for illegal "
     "user x from host.example",
     "failed-pam", "x", "host.example", OUTCOME_FAILED},
    {"PAM service(sshd) ignoring max retries; 6 > 3", "ignoring-retries", "", "", OUTCOME_OK},
    {"User bob from 192.0.2.4 not allowed because not listed in AllowUsers",
     "not-allowed", "bob", "192.0.2.4", OUTCOME_DENIED},
    {"User bob not allowed because account is locked", "not-allowed", "bob", "", OUTCOME_DENIED},
    {"User child is on pid 77", "", "", "", OUTCOME_OK},
    {"fatal: Access denied for user bob by PAM account configuration [preauth]",
     "access-denied", "bob", "", OUTCOME_DENIED},
    {"ROOT LOGIN REFUSED FROM 192.0.2.4 port 9", "root-refused", "", "192.0.2.4", OUTCOME_DENIED},
    {"Authentication refused: bad ownership or modes for directory /home/x",
     "login-refused", "", "", OUTCOME_FAILED},
    {"fatal: Timeout before authentication for 192.0.2.4 port 7",
     "timeout", "", "192.0.2.4", OUTCOME_FAILED},
    {"Connection from 192.0.2.4 port 7 on 192.0.2.9 port 22",
     "connection", "", "192.0.2.4", OUTCOME_OK},
    {"Connection closed by 192.0.2.4 [preauth]", "connection-closed", "", "192.0.2.4", OUTCOME_OK},
    {"Connection closed by 192.0.2.4 port 7 [preauth]",
     "connection-closed", "", "192.0.2.4", OUTCOME_OK},
    {"Connection closed by authenticating user root 192.0.2.4 port 7 [preauth]",
     "connection-closed", "root", "192.0.2.4", OUTCOME_OK},
    {"Connection closed by invalid user  192.0.2.4 port 7 [preauth]",
     "connection-closed", "", "192.0.2.4", OUTCOME_OK},
    {"Connection reset by invalid user a b 192.0.2.4 port 7 [preauth]",
     "connection-reset", "a b", "192.0.2.4", OUTCOME_OK},
    {"Disconnected from user mira 192.0.2.4 port 7",
     "disconnected", "mira", "192.0.2.4", OUTCOME_OK},
    {"Disconnected from 192.0.2.4 port 7", "disconnected", "", "192.0.2.4", OUTCOME_OK},
    {"Disconnecting authenticating user root 192.0.2.4 port 7: Too many "
     "authentication failures [preauth]",
     "disconnecting", "root", "192.0.2.4", OUTCOME_OK},
    {"Received disconnect from 192.0.2.4: 11: Bye Bye [preauth]",
     "disconnect", "", "192.0.2.4", OUTCOME_OK},
    {"Received disconnect from 2001:db8::: 11: Bye", "disconnect", "", "2001:db8::", OUTCOME_OK},
    {"Received disconnect from 192.0.2.4 port 7:11: disconnected by user",
     "disconnect", "", "192.0.2.4", OUTCOME_OK},
    {"Starting session: shell on pts/0 for mira from 192.0.2.4 port 7 id 0",
     "session-started", "mira", "192.0.2.4", OUTCOME_OK},
    {"Close session: user mira from 192.0.2.4 port 7 id 0",
     "session-closed", "mira", "192.0.2.4", OUTCOME_OK},
    {"Did not receive identification string from 192.0.2.4",
     "no-identification", "", "192.0.2.4", OUTCOME_OK},
    {"Did not receive identification string from 192.0.2.4 port 7",
     "no-identification", "", "192.0.2.4", OUTCOME_OK},
    {"Bad protocol version identification 'x from 192.0.2.9' from 192.0.2.4 port 7",
     "bad-identification", "", "192.0.2.4", OUTCOME_OK},
    {"Unable to negotiate with 192.0.2.4 port 7: no matching cipher found. Their "
     "offer: x [preauth]",
     "no-agreement", "", "192.0.2.4", OUTCOME_OK},
    {"reverse mapping checking getaddrinfo for a.example [192.0.2.4] failed - "
     "POSSIBLE BREAK-IN ATTEMPT!",
     "reverse-mapping", "", "192.0.2.4", OUTCOME_OK},
    {"Address 192.0.2.4 maps to a.example, but this does not map back to the address",
     "reverse-mapping", "", "192.0.2.4", OUTCOME_OK},
    {"fatal: Write failed: Connection reset by peer [preauth]", "write-failed", "", "", OUTCOME_OK},
    {"Server listening on 0.0.0.0 port 22.", "listening", "", "", OUTCOME_OK},
    {"Received signal 15; terminating.", "signal", "", "", OUTCOME_OK},
    {"subsystem request for sftp by user mira", "subsystem", "", "", OUTCOME_OK},
    {"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh "
     "ruser= rhost=192.0.2.4  user=root",
     "pam-failed", "root", "192.0.2.4", OUTCOME_FAILED},
    {"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh "
     "ruser= rhost=192.0.2.4 ",
     "pam-failed", "", "192.0.2.4", OUTCOME_FAILED},
    {"pam_unix(sshd:auth): authentication failure; logname=  user=x ruser= rhost=192.0.2.4",
     "pam-failed", "", "192.0.2.4", OUTCOME_FAILED},
    {"pam_unix(sshd:auth): check pass; user unknown", "pam-user-unknown", "", "", OUTCOME_FAILED},
    {"pam_faillock(sshd:auth): Consecutive login failures for user bob account temporarily locked",
     "pam-locked", "bob", "", OUTCOME_FAILED},
    {"pam_unix(sshd:session): session opened for user mira by (uid=0)",
     "pam-session-opened", "mira", "", OUTCOME_OK},
    {"pam_unix(sshd:session): session opened for user mira(uid=1001) by (uid=0)",
     "pam-session-opened", "mira", "", OUTCOME_OK},
    {"pam_unix(sshd:session): session closed for user mira",
     "pam-session-closed", "mira", "", OUTCOME_OK},
    {"pam_unix(sshd:session): something new", "", "", "", OUTCOME_OK},
    {"something new", "", "", "", OUTCOME_OK},
    {"", "", "", "", OUTCOME_OK},
};

/* The true address is 192.0.2.4; everything that names 203.0.113.66 was chosen by who connects. */
static const struct sentence forged[] = {
    {"Failed password for invalid user x from 203.0.113.66 port 1 ssh2 from 192.0.2.4 port 7 ssh2",
     "failed-password", "x from 203.0.113.66 port 1 ssh2", "192.0.2.4", OUTCOME_FAILED},
    {"Failed publickey for x 203.0.113.66 port 1 from 192.0.2.4 port 7 ssh2: RSA SHA256:q",
     "failed-publickey", "x 203.0.113.66 port 1", "192.0.2.4", OUTCOME_FAILED},
    {"Invalid user x from 203.0.113.66 from 192.0.2.4",
     "invalid-user", "x from 203.0.113.66", "192.0.2.4", OUTCOME_FAILED},
    {"Invalid user x from 203.0.113.66 port 1 from 192.0.2.4 port 7",
     "invalid-user", "x from 203.0.113.66 port 1", "192.0.2.4", OUTCOME_FAILED},
    {"Connection closed by invalid user x 203.0.113.66 port 1 192.0.2.4 port 7 [preauth]",
     "connection-closed", "x 203.0.113.66 port 1", "192.0.2.4", OUTCOME_OK},
    {"Failed publickey for x from 192.0.2.4 port 7 ssh2: RSA-CERT ID q from "
     "203.0.113.66 port 1 (serial 0)",
     "failed-publickey", "", "", OUTCOME_FAILED},
    {"Disconnecting invalid user x 203.0.113.66 port 1: y 192.0.2.4 port 7: Change of "
     "username [preauth]",
     "disconnecting", "", "", OUTCOME_OK},
    {"Disconnecting invalid user x 192.0.2.4 port 7: Change of username: (z "
     "203.0.113.66 port 1,y) [preauth]",
     "disconnecting", "", "", OUTCOME_OK},
    {"User x from 203.0.113.66 not allowed because y from 192.0.2.4 not allowed because shell",
     "not-allowed", "x from 203.0.113.66 not allowed because y", "192.0.2.4", OUTCOME_DENIED},
};
/* clang-format on */

static void check_term(struct bytes is, const char *expected, const char *message)
{
    if (!bytes_equal(is, bytes_of_string(expected))) {
        fail_msg("%s: '%.*s' instead of '%s'", message, (int)is.size, (const char *)is.data,
                 expected);
    }
}

static void check_sentence(const struct sentence *sentence)
{
    char action[128];
    struct message_meaning meaning = sshd_explain(bytes_of_string(sentence->message));
    (void)snprintf(action, sizeof action, "%s%s%.*s", meaning.action == NULL ? "" : meaning.action,
                   meaning.method.size > 0 ? "-" : "", (int)meaning.method.size,
                   (const char *)meaning.method.data);
    check_term(bytes_of_string(action), sentence->action, sentence->message);
    check_term(meaning.user, sentence->user, sentence->message);
    check_term(meaning.address, sentence->address, sentence->message);
    assert_int_equal(meaning.outcome, sentence->outcome);
    assert_int_equal(meaning.repeat_count, 1);
}

static void every_message_means_what_its_row_says(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        check_sentence(&sentences[i]);
    }
}

static void a_user_name_cannot_forge_an_address(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        check_sentence(&forged[i]);
    }
}

static void a_repeated_message_says_how_often(void **unused)
{
    (void)unused;
    struct message_meaning meaning = sshd_explain(LITERAL(
        "message repeated 5 times: [ Failed password for root from 192.0.2.4 port 7 ssh2]"));
    assert_string_equal(meaning.action, "failed");
    assert_true(bytes_equal(meaning.address, LITERAL("192.0.2.4")));
    assert_int_equal(meaning.repeat_count, 5);
    assert_int_equal(meaning.outcome, OUTCOME_FAILED);

    meaning = sshd_explain(LITERAL("PAM 4 more authentication failures; logname= uid=0 tty=ssh "
                                   "ruser= rhost=192.0.2.4  user=root"));
    assert_string_equal(meaning.action, "pam-failed");
    assert_true(bytes_equal(meaning.user, LITERAL("root")));
    assert_true(bytes_equal(meaning.address, LITERAL("192.0.2.4")));
    assert_int_equal(meaning.repeat_count, 4);
}

static void other_programs_are_understood_through_pam_only(void **unused)
{
    (void)unused;
    struct message_meaning meaning =
        pam_explain(LITERAL("pam_unix(cron:session): session opened for user root by (uid=0)"));
    assert_string_equal(meaning.action, "pam-session-opened");
    assert_true(bytes_equal(meaning.user, LITERAL("root")));
    assert_null(pam_explain(LITERAL("Failed password for root from 192.0.2.4 port 7 ssh2")).action);
}

/* Names lie within the message, whatever it is: cut anywhere, any byte replaced. */
static void names_are_always_lent_from_the_message(void **unused)
{
    (void)unused;
    static const char pieces[] = " :[(=\"5";
    uint64_t state = 2;
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        struct bytes message = bytes_of_string(sentences[i].message);
        for (size_t size = 0; size <= message.size; size++) {
            uint8_t *exact = malloc(size + 1);
            assert_non_null(exact);
            memcpy(exact, message.data, size);
            if (size > 0) {
                exact[import_random(&state, size)] = (uint8_t)pieces[import_random(&state, 7)];
            }
            struct message_meaning meaning = sshd_explain(bytes_of(exact, size));
            assert_true(meaning.user.size == 0 ||
                        (meaning.user.data >= exact &&
                         meaning.user.data + meaning.user.size <= exact + size));
            assert_true(meaning.address.size == 0 ||
                        (meaning.address.data >= exact &&
                         meaning.address.data + meaning.address.size <= exact + size));
            free(exact);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_means_what_its_row_says),
        cmocka_unit_test(a_user_name_cannot_forge_an_address),
        cmocka_unit_test(a_repeated_message_says_how_often),
        cmocka_unit_test(other_programs_are_understood_through_pam_only),
        cmocka_unit_test(names_are_always_lent_from_the_message),
    };
    return cmocka_run_group_tests_name("tools/import/sshd", tests, NULL, NULL);
}
