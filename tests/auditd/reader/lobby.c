#include "tests/auditd/reader/lobby.h"

#include "store/hash.h"
#include "store/key.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    HOUR_S = 3600,
    PATIENCE_US = 60000000,
};

static struct status say(void *context, const struct draft *draft)
{
    struct lobby *lobby = context;
    if (lobby->writer_away || lobby->writer_dead) {
        return FAIL(IO, 0);
    }
    const struct note_speaker speaker = {.role = NOTE_READER};
    struct note note = {.draft = *draft, .body = *draft->body};
    note.draft.body = &note.body;
    TRY(notes_say(lobby->notes, &speaker, &note));
    return engine_flush(lobby->enclave.engine);
}

static bool can_say(void *context)
{
    return !((const struct lobby *)context)->writer_away;
}

static struct status look(void *context)
{
    return engine_flush(((struct lobby *)context)->enclave.engine);
}

static void alive(void *context)
{
    ((struct lobby *)context)->alive++;
}

void lobby_begin(struct lobby *lobby)
{
    *lobby = (struct lobby){0};
    enclave_begin(&lobby->enclave);
    (void)enclave_login(&lobby->enclave, "ada");
    must(notes_open(lobby->enclave.engine, &lobby->notes));
    lobby_hurry(lobby, PATIENCE_US);
}

void lobby_hurry(struct lobby *lobby, uint64_t answer_us)
{
    reader_close(&lobby->reader);
    const struct reader_options options = {
        .engine = lobby->enclave.engine,
        .program = "cairn",
        .say = say,
        .can_say = can_say,
        .alive = alive,
        .look = look,
        .context = lobby,
        .answer_us = answer_us,
    };
    must(reader_open(&options, &lobby->reader));
}

void lobby_end(struct lobby *lobby)
{
    free(lobby->body);
    reader_close(&lobby->reader);
    notes_close(&lobby->notes);
    enclave_end(&lobby->enclave);
}

static void read_body(struct lobby *lobby, int file)
{
    free(lobby->body);
    lobby->size = lobby->answer.size;
    lobby->body = calloc(1, lobby->size + 1);
    assert_non_null(lobby->body);
    assert_int_equal(file >= 0, lobby->size > 0);
    if (file >= 0) {
        assert_int_equal(pread(file, lobby->body, lobby->size, 0), (ssize_t)lobby->size);
        /* What has been handed out cannot change any more. */
        assert_true(pwrite(file, "x", 1, 0) < 0);
        assert_true(ftruncate(file, 0) < 0);
        (void)close(file);
    }
}

unsigned lobby_visit(struct lobby *lobby, const struct lobby_visit *visit)
{
    struct page_request request = {
        .only_head = visit->only_head,
        .target = bytes_of_string(visit->target),
        .address = bytes_of_string(visit->address == NULL ? "192.0.2.7" : visit->address),
        .has_certificate = visit->certificate != NULL,
    };
    if (visit->secret != NULL) {
        request.secret = bytes_of_string(visit->secret);
    }
    if (visit->refused != NULL) {
        request.refused = bytes_of_string(visit->refused);
    }
    if (visit->certificate != NULL) {
        request.certificate = *visit->certificate;
    }
    int file = -1;
    reader_answer(lobby->reader, &request, &lobby->answer, &file);
    read_body(lobby, file);
    if (lobby->answer.secret.size > 0) {
        assert_int_equal(lobby->answer.secret.size, TOKEN_TEXT_SIZE);
        memcpy(lobby->secret, lobby->answer.secret.data, TOKEN_TEXT_SIZE);
    }
    return lobby->answer.status;
}

unsigned lobby_get(struct lobby *lobby, const char *target, const char *secret)
{
    return lobby_visit(lobby, &(struct lobby_visit){.target = target, .secret = secret});
}

bool lobby_shows(const struct lobby *lobby, const char *text)
{
    return strstr(lobby->body, text) != NULL;
}

struct id lobby_invite_as(struct lobby *lobby, const struct auditor_invite *command)
{
    union command_fields fields = {.auditor_invite = *command};
    if (fields.auditor_invite.name.size == 0) {
        fields.auditor_invite.name = LITERAL("Kim <of> C3PAO");
    }
    if (fields.auditor_invite.expires == 0) {
        fields.auditor_invite.expires =
            lobby->enclave.scratch.clock_us + UINT64_C(1000000) * HOUR_S;
    }
    return (struct id){ID_INVITATION,
                       enclave_must(&lobby->enclave, "ada", COMMAND_AUDITOR_INVITE, &fields)};
}

struct id lobby_invite(struct lobby *lobby, struct token *token)
{
    struct hasher *hasher = NULL;
    must(hasher_open(&hasher));
    token_make(token);
    const struct auditor_invite command = {
        .has_digest = true, .digest = token_digest(hasher, bytes_of_string(token->text))};
    hasher_close(&hasher);
    return lobby_invite_as(lobby, &command);
}

void lobby_revoke(struct lobby *lobby, struct id invitation)
{
    union command_fields fields = {
        .auditor_revoke = {.invitation = invitation, .reason = LITERAL("over")}};
    (void)enclave_must(&lobby->enclave, "ada", COMMAND_AUDITOR_REVOKE, &fields);
}

const char *lobby_link(const struct token *token, bool open, char memory[static 128])
{
    (void)snprintf(memory, 128, "/enter/%s%s", token->text, open ? "?open=1" : "");
    return memory;
}

struct id lobby_let_in(struct lobby *lobby)
{
    struct token token;
    char memory[128];
    struct id invitation = lobby_invite(lobby, &token);
    assert_int_equal(lobby_get(lobby, lobby_link(&token, true, memory), NULL), 303);
    return invitation;
}

size_t lobby_events(struct lobby *lobby, enum event_kind kind, struct text *last)
{
    struct log_snapshot *snapshot = NULL;
    size_t count = 0;
    must(log_snapshot_open(engine_log(lobby->enclave.engine), &snapshot));
    for (uint64_t n = 0; n < log_snapshot_size(snapshot); n++) {
        struct bytes bytes, body;
        struct leaf leaf;
        must(log_read_leaf(snapshot, n, &bytes));
        must(leaf_decode(bytes, &leaf));
        if (leaf.kind != kind) {
            continue;
        }
        count++;
        if (last != NULL) {
            must(log_read_body(snapshot, &leaf, &body));
            text_clear(last);
            text_put(last, body.data + SALT_SIZE, body.size - SALT_SIZE);
            (void)text_string(last);
        }
    }
    log_snapshot_close(&snapshot);
    return count;
}
