/* Auditors from outside: invited, listed, shown out. */
#include "core/store_layout.h"
#include "reports/audit/invitations.h"
#include "reports/json_out.h"
#include "reports/zone.h"
#include "schema/time.h"
#include "tools/audit/giving.h"
#include "tools/audit/listing.h"
#include "tools/qr.h"
#include "tools/verbs.h"
#include "tools/web/certificate.h"
#include "tools/web/inviting.h"

#include <stdlib.h>

#define EXPIRES_US (UINT64_C(14) * 86400 * TIME_SECOND_US) /* unless said otherwise */

/* Invite ---------------------------------------------------------------------------------- */

static enum exit_code read_certificate(const struct giving *giving, struct auditor_invite *command)
{
    uint8_t memory[CERTIFICATE_MAX];
    size_t size = 0;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    const char *path = invocation_value(giving->invocation, "certificate");
    command->has_certificate = path != NULL;
    if (path == NULL) {
        return EXIT_DONE;
    }
    struct status status = store_read_file(path, (char *)memory, sizeof memory, &size);
    status = failed(status) ? status : hasher_open(&hasher);
    status = failed(status)
                 ? status
                 : certificate_fingerprint(bytes_of(memory, size), hasher, &command->certificate);
    return failed(status) ? invocation_failed(giving->invocation, status, NULL, path) : EXIT_DONE;
}

static enum exit_code read_scope(const struct giving *giving, struct auditor_invite *command)
{
    uint64_t life_us = EXPIRES_US;
    bool has;
    enum exit_code code =
        giving_option(giving, ID_PROJECT, "project", &command->has_project, &command->project);
    code =
        code == EXIT_DONE ? giving_time(giving, "from", &command->has_from, &command->from) : code;
    code = code == EXIT_DONE ? giving_time(giving, "until", &command->has_until, &command->until)
                             : code;
    code = code == EXIT_DONE ? giving_stretch(giving, "expires", &has, &life_us) : code;
    command->expires = giving->invocation->now_utc_us + life_us;
    return code;
}

struct invited {
    const struct auditor_invite *command;
    struct id invitation;
    const char *link; /* or where the web is */
    bool guessed;
};

static void tell_json(const struct giving *giving, const struct invited *invited)
{
    char memory[48];
    struct text id = TEXT_IN(memory);
    struct json_out json;
    id_write(&id, invited->invitation);
    json_out_init(&json, giving->invocation->output, 0);
    json_out_object(&json, NULL);
    json_out_text(&json, "invitation", text_bytes(&id));
    json_out_text(&json, "name", invited->command->name);
    json_out_time(&json, "expires", invited->command->expires);
    json_out_string(&json, invited->command->has_certificate ? "web" : "link", invited->link);
    json_out_close(&json);
    output_put_string(giving->invocation->output, "\n");
}

static void tell_people(const struct giving *giving, const struct invited *invited)
{
    char memory[1024];
    struct text text = TEXT_IN(memory);
    const struct invocation *invocation = giving->invocation;
    id_write(&text, invited->invitation);
    text_put_literal(&text, " for ");
    text_put_printable(&text, invited->command->name);
    text_put_literal(&text, ", until ");
    zone_write(&invocation->zone, invited->command->expires, (struct zone_style){.separator = ' '},
               &text);
    output_add(invocation->output, "%s\n%s\n", text_string(&text), invited->link);
    if (invited->command->has_certificate) {
        invocation_note(invocation, "whoever comes there with this certificate is let in");
    } else {
        invocation_note(invocation, "the link is shown only now, and lets in once: give it to them "
                                    "by a way that nobody else reads");
    }
    if (invited->guessed) {
        invocation_note(invocation, "where the web is has been guessed: --base URL says it");
    }
}

static void show_square(const struct giving *giving, const char *link)
{
    struct text square = {.data = malloc(QR_MAX), .capacity = QR_MAX};
    if (square.data != NULL && !failed(qr_draw(link, &square))) {
        output_put_bytes(giving->invocation->output, text_bytes(&square));
        explicit_bzero(square.data, QR_MAX);
    }
    free(square.data);
}

static enum exit_code invite(struct giving *giving)
{
    char link_memory[LINK_MAX + 1];
    struct text link = TEXT_IN(link_memory);
    struct link_base base;
    struct token token = {{0}};
    struct verdict verdict;
    struct invocation *invocation = giving->invocation;
    struct auditor_invite command = {.name = bytes_of_string(invocation_argument(invocation, 0))};
    enum exit_code code = link_find_base(invocation, invocation_value(invocation, "base"),
                                         invocation_value(invocation, "config"), &base);
    code = code == EXIT_DONE ? read_certificate(giving, &command) : code;
    code = code == EXIT_DONE ? read_scope(giving, &command) : code;
    code = code == EXIT_DONE ? inviting_send(invocation, giving->engine, &command, &token, &verdict)
                             : code;
    if (code == EXIT_DONE) {
        link_write(&base, &token, &link);
        const struct invited invited = {
            .command = &command,
            .invitation = {ID_INVITATION, verdict.first},
            .link = command.has_certificate ? base.text : text_string(&link),
            .guessed = base.guessed,
        };
        (invocation->format == ROWS_JSON ? tell_json : tell_people)(giving, &invited);
        if (invocation_has(invocation, "qr") && !command.has_certificate) {
            show_square(giving, invited.link);
        }
    }
    explicit_bzero(&token, sizeof token);
    explicit_bzero(link_memory, sizeof link_memory);
    return code;
}

static enum exit_code run_invite(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, invite);
}

static const struct option_info invite_options[] = {
    OPERATOR_OPTIONS,
    {"project", 0, "PROJECT", "they see what is of this project, and nothing else", false},
    {"from", 0, "WHEN", "they see nothing that is before", false},
    {"until", 0, "WHEN", "they see nothing that is after", false},
    {"expires", 0, "STRETCH", "how long the invitation counts: 12h, 14d (14d)", false},
    {"certificate", 0, "FILE", "instead of a link: the certificate that they will come with",
     false},
    {"base", 0, "URL", "where the auditors' web is (url in [web] of cairnd.conf)", false},
    {"config", 0, "FILE", "the daemon's settings (" LINK_SETTINGS ")", false},
    {"qr", 0, NULL, "show the link as a square to scan, too", false},
};

const struct verb verb_auditor_invite = {
    .name = "auditor invite",
    .about = "let an auditor from outside read the web, for a time",
    .arguments = "NAME",
    .details =
        "Prints a link, once. Whoever opens it first and presses the button is in, for twelve\n"
        "hours at most; then the link is worth nothing. The log knows the SHA-256 of its secret\n"
        "only. With --certificate there is no link: who shows that certificate is let in, as long\n"
        "as the invitation counts. Each page that an auditor looks at becomes an event.",
    .examples =
        "cairn auditor invite \"Kim of C3PAO\"\n"
        "cairn auditor invite \"Kim of C3PAO\" --project tides --from 2026-01-01 --expires 7d\n"
        "cairn auditor invite \"the SIEM\" --certificate siem.pem --expires 300d",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(invite_options),
    .guarded = true,
    .signs = true,
    .run = run_invite,
};

/* Revoke ---------------------------------------------------------------------------------- */

static enum exit_code find_invitation(const struct giving *giving, const char *word, struct id *out)
{
    struct status status = invitations_find(&giving->view, bytes_of_string(word), out);
    return failed(status)
               ? invocation_fail(giving->invocation, exit_of(status),
                                 "cairn auditor list --all shows them", "%.80s: %s", word,
                                 status.why == NULL ? "it cannot be found" : status.why)
               : EXIT_DONE;
}

static enum exit_code revoke(struct giving *giving)
{
    union command_fields fields = {0};
    struct auditor_revoke *command = &fields.auditor_revoke;
    enum exit_code code =
        find_invitation(giving, invocation_argument(giving->invocation, 0), &command->invitation);
    code = code == EXIT_DONE ? giving_needed(giving, "reason", &command->reason) : code;
    return code == EXIT_DONE ? giving_send(giving, COMMAND_AUDITOR_REVOKE, &fields) : code;
}

static enum exit_code run_revoke(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, revoke);
}

static const struct option_info revoke_options[] = {
    OPERATOR_OPTIONS,
    {"reason", 0, "TEXT", "why", false},
};

const struct verb verb_auditor_revoke = {
    .name = "auditor revoke",
    .about = "end an invitation, and every session that came of it",
    .arguments = "AUDITOR",
    .details = "AUDITOR is invitation:N, or the name that the invitation was made for.",
    .examples = "cairn auditor revoke \"Kim of C3PAO\" --reason \"the audit is over\"\n"
                "cairn auditor revoke invitation:30377 --reason \"sent to the wrong person\"",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(revoke_options),
    .guarded = true,
    .signs = true,
    .run = run_revoke,
};

/* List and activity ----------------------------------------------------------------------- */

static enum exit_code run_list(struct invocation *invocation)
{
    return listing_run(invocation, invitations_list);
}

static const struct option_info list_options[] = {
    LISTING_OPTIONS,
};

const struct verb verb_auditor_list = {
    .name = "auditor list",
    .about = "list the invitations of auditors from outside",
    .details =
        "An invitation waits until its link is used; then it is open, as one by certificate\n"
        "is from the start.",
    .examples = "cairn auditor list\ncairn auditor list --all --json",
    .purpose = PURPOSE_ASK,
    OPTIONS(list_options),
    .guarded = true,
    .run = run_list,
};

static enum exit_code show_activity(struct giving *giving)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    struct id invitation = {0};
    uint64_t count = 0;
    const char *word = invocation_argument(giving->invocation, 0);
    enum exit_code code = word == NULL ? EXIT_DONE : find_invitation(giving, word, &invitation);
    if (code != EXIT_DONE) {
        return code;
    }
    invocation_rows(giving->invocation, &rows, &arena);
    const struct desk desk = {.engine = giving->engine, .view = &giving->view, .rows = &rows};
    struct status status = invitations_activity(&desk, invitation, &count);
    if (failed(status)) {
        return invocation_failed(giving->invocation, status, NULL, "auditor activity");
    }
    return count == 0 ? EXIT_NOTHING : EXIT_DONE;
}

static enum exit_code run_activity(struct invocation *invocation)
{
    return giving_run(invocation, STORE_READ, show_activity);
}

const struct verb verb_auditor_activity = {
    .name = "auditor activity",
    .about = "what auditors from outside did: who came in, what they looked at",
    .arguments = "[AUDITOR]",
    .details = "Without AUDITOR of all of them, and with who came to the door and was not let in.",
    .examples = "cairn auditor activity \"Kim of C3PAO\"\ncairn auditor activity --csv",
    .purpose = PURPOSE_ASK,
    .guarded = true,
    .run = run_activity,
};
