#include "core/command_record.h"

#include "schema/field.h"

#define DOMAIN "cairn-command-v1\n"

static void put_optional_id(struct text *out, const char *member, struct id id)
{
    if (id.kind != ID_NONE) {
        text_put_string(out, member);
        id_write(out, id);
        text_put_char(out, '"');
    }
}

/* Everything before the signature, and everything after it. */
static void put_head(const struct command_record *command, struct text *out)
{
    text_put_literal(out, "{\"actor\":\"");
    id_write(out, command->actor);
    text_put_literal(out, "\",\"command\":\"");
    text_put_string(out, command_name(command->kind));
    text_put_string(out, command->items.size > 0 ? "\",\"items\":" : "\",\"fields\":");
    text_put_bytes(out, command->items.size > 0 ? command->items : command->fields);
    text_put_literal(out, ",\"nonce\":");
    canonical_put_base64(out, BYTES(command->nonce));
    text_put_literal(out, ",\"origin\":");
    canonical_put_string(out, command->origin);
    put_optional_id(out, ",\"project\":\"", command->project);
    put_optional_id(out, ",\"session\":\"", command->session);
}

static void put_tail(const struct command_record *command, struct text *out)
{
    text_put_literal(out, ",\"t\":");
    canonical_put_time(out, command->t_utc_us);
    text_put_char(out, '}');
}

struct status command_record_sign(const struct command_record *command,
                                  const struct secret_key *key, struct text *out)
{
    char memory[COMMAND_MAX];
    struct text message = TEXT_IN(memory);
    struct signature signature;
    size_t before = out->size;
    text_put_literal(&message, DOMAIN);
    put_head(command, &message);
    put_tail(command, &message);
    if (message.full) {
        return FAIL(LIMIT, COMMAND_MAX);
    }
    TRY(secret_key_sign(key, text_bytes(&message), &signature));
    put_head(command, out);
    text_put_literal(out, ",\"sig\":");
    canonical_put_base64(out, bytes_of(signature.data, signature.size));
    put_tail(command, out);
    return out->full || out->size - before > COMMAND_MAX ? FAIL(LIMIT, COMMAND_MAX) : OK;
}

/* Reading --------------------------------------------------------------------------------- */

struct record_parts {
    struct command_record command;
    struct bytes head, tail; /* around the signature */
    struct signature signature;
};

static void read_kind(struct canonical_reader *reader, struct command_record *command)
{
    struct bytes actor, kind;
    canonical_open_object(reader);
    CANONICAL_REQUIRE(reader, "actor");
    actor = canonical_plain(reader);
    if (reader->why == NULL && failed(id_read(actor, &command->actor))) {
        canonical_fail(reader, "an actor is an id like user:12");
    }
    CANONICAL_REQUIRE(reader, "command");
    kind = canonical_plain(reader);
    if (reader->why == NULL && !command_read(kind, &command->kind)) {
        canonical_fail(reader, "the catalogue has no such command");
    }
}

/* What it is about: one object, or an array of them. */
static void read_about(struct canonical_reader *reader, struct command_record *command)
{
    if (CANONICAL_MEMBER(reader, "fields")) {
        command->fields = canonical_skip(reader);
        return;
    }
    CANONICAL_REQUIRE(reader, "items");
    const uint8_t *start = reader->at;
    canonical_open_array(reader);
    while (canonical_element(reader)) {
        (void)canonical_skip(reader);
        command->items_count++;
    }
    command->items = bytes_of(start, (size_t)(reader->at - start));
}

static void read_where(struct canonical_reader *reader, struct command_record *command)
{
    CANONICAL_REQUIRE(reader, "origin");
    command->origin = canonical_plain(reader);
    if (CANONICAL_MEMBER(reader, "project")) {
        command->project = field_read_id(reader, ID_PROJECT, ID_NONE);
    }
    if (CANONICAL_MEMBER(reader, "session")) {
        command->session = field_read_id(reader, ID_SESSION, ID_NONE);
    }
}

static void read_nonce(struct canonical_reader *reader, struct command_record *command)
{
    size_t size = 0;
    CANONICAL_REQUIRE(reader, "nonce");
    struct bytes text = canonical_plain(reader);
    if (failed(base64_read(text, command->nonce, sizeof command->nonce, &size)) ||
        size != sizeof command->nonce) {
        canonical_fail(reader, "a nonce is 16 bytes in base64");
    }
}

static void read_signature(struct canonical_reader *reader, struct signature *signature)
{
    CANONICAL_REQUIRE(reader, "sig");
    struct bytes text = canonical_plain(reader);
    if (failed(base64_read(text, signature->data, sizeof signature->data, &signature->size))) {
        canonical_fail(reader, "a signature is base64 of at most 80 bytes");
    }
}

static struct status read_parts(struct bytes record, struct record_parts *out)
{
    struct record_parts parts = {0};
    struct canonical_reader reader = canonical_reader_of(record);
    if (record.size > COMMAND_MAX) {
        return FAIL(LIMIT, COMMAND_MAX);
    }
    read_kind(&reader, &parts.command);
    read_about(&reader, &parts.command);
    read_nonce(&reader, &parts.command);
    read_where(&reader, &parts.command);
    parts.head = bytes_of(record.data, (size_t)(reader.at - record.data));
    read_signature(&reader, &parts.signature);
    const uint8_t *tail = reader.at;
    CANONICAL_REQUIRE(&reader, "t");
    parts.command.t_utc_us = canonical_time(&reader);
    canonical_close_object(&reader);
    TRY(canonical_end(&reader));
    parts.tail = bytes_of(tail, (size_t)(reader.at - tail));
    *out = parts;
    return OK;
}

struct status command_record_read(struct bytes record, struct command_record *out)
{
    struct record_parts parts;
    TRY(read_parts(record, &parts));
    *out = parts.command;
    return OK;
}

struct status command_record_verify(struct bytes record, const struct public_key *key)
{
    char memory[COMMAND_MAX + sizeof DOMAIN];
    struct text message = TEXT_IN(memory);
    struct record_parts parts;
    TRY(read_parts(record, &parts));
    text_put_literal(&message, DOMAIN);
    text_put_bytes(&message, parts.head);
    text_put_bytes(&message, parts.tail);
    return public_key_verify(key, text_bytes(&message),
                             bytes_of(parts.signature.data, parts.signature.size));
}
