#include "tests/core/talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void talk_begin(struct talk *talk, struct speaker *speaker, const char *origin, uint32_t count)
{
    assert_true(count <= TALK_EVENTS);
    *talk = (struct talk){
        .speaker = speaker, .origin = origin, .emitter = speaker->name, .count = count};
    must(hasher_open(&talk->hasher));
    talk->first_n = speaker->head.emitter_n + 1;
    for (uint32_t i = 0; i < count; i++) {
        struct said *said = &talk->events[i];
        said->leaf = (struct leaf){
            .actor = bytes_of_string(speaker->name),
            .cause = LEAF_NO_CAUSE,
            .emitter = bytes_of_string(speaker->name),
            .emitter_n = talk->first_n + i,
            .kind = EVENT_AUDIT_OBSERVED,
            .on = {{ID_LOG, 0}},
            .on_count = 1,
            .n = ID_NEW,
            .version = 1,
        };
        snprintf(said->body, sizeof said->body, "{\"what\":\"it opened %u\"}", (unsigned)i);
    }
}

static void put_event(struct talk *talk, struct said *said)
{
    static const uint8_t salt[SALT_SIZE] = "sixteen bytes +";
    char statement_memory[2 * LEAF_MAX], body_memory[SALT_SIZE + sizeof said->body];
    struct text statement = TEXT_IN(statement_memory), body = TEXT_IN(body_memory);
    struct bytes command = bytes_of_string(said->command == NULL ? "" : said->command);
    said->leaf.body = hash_body(talk->hasher, BYTES(salt),
                                said->wrong_body ? LITERAL("{}") : bytes_of_string(said->body));
    said->leaf.command =
        hash_bytes(talk->hasher, said->wrong_command ? LITERAL("another") : command);
    leaf_encode_statement(&said->leaf, &statement);
    text_put_bytes(&body, BYTES(salt));
    text_put_string(&body, said->body);
    talk->head.chain = hash_emitter_link(talk->hasher, &talk->head.chain, text_bytes(&statement));
    talk->head.emitter_n++;
    submission_put(&talk->text, &(struct submission_event){.statement = text_bytes(&statement),
                                                           .body = text_bytes(&body),
                                                           .command = command});
}

struct bytes talk_write(struct talk *talk)
{
    struct signature signature;
    talk->text = TEXT_IN(talk->memory);
    talk->head = talk->speaker->head;
    if (talk->head.emitter_n == 0) {
        talk->head.chain = hash_emitter_start(talk->hasher, bytes_of_string(talk->origin),
                                              bytes_of_string(talk->speaker->name));
    }
    submission_begin(&talk->text, bytes_of_string(talk->emitter), talk->first_n);
    for (uint32_t i = 0; i < talk->count; i++) {
        put_event(talk, &talk->events[i]);
    }
    must(secret_key_sign(talk->speaker->key, BYTES(talk->head.chain.sha256), &signature));
    signature.data[7] ^= talk->wrong_signature;
    submission_end(&talk->text, talk->count, bytes_of(signature.data, signature.size));
    assert_false(talk->text.full);
    return text_bytes(&talk->text);
}

void talk_end(struct talk *talk)
{
    hasher_close(&talk->hasher);
}
