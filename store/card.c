#include "store/card.h"

#include "schema/canonical.h"
#include "store/key_file.h"

void card_message(struct bytes login, const struct receive_key *receive, struct text *out)
{
    text_put_literal(out, "cairn-card-v1\n");
    text_put_bytes(out, login);
    text_put_char(out, '\n');
    text_put(out, receive->data, sizeof receive->data);
}

struct status card_make(const struct secret_key *key, const struct receive_key *receive,
                        struct card *out)
{
    char memory[CARD_MESSAGE_MAX];
    struct text message = TEXT_IN(memory);
    struct card card = {.key = *secret_key_public(key), .receive = *receive};
    card_message(bytes_of_string(card.key.name), receive, &message);
    TRY(secret_key_sign(key, text_bytes(&message), &card.proof));
    *out = card;
    return OK;
}

void card_write(const struct card *card, struct text *out)
{
    char memory[512];
    struct text key = TEXT_IN(memory);
    public_key_write(&card->key, &key);
    text_put_literal(out, "{\"key\":");
    canonical_put_string(out, text_bytes(&key));
    text_put_literal(out, ",\"login\":");
    canonical_put_string(out, bytes_of_string(card->key.name));
    text_put_literal(out, ",\"proof\":");
    canonical_put_base64(out, bytes_of(card->proof.data, card->proof.size));
    text_put_literal(out, ",\"receive_key\":");
    canonical_put_base64(out, BYTES(card->receive.data));
    text_put_literal(out, ",\"v\":1}\n");
}

/* Reading --------------------------------------------------------------------------------- */

struct card_words {
    struct bytes key, login, proof, receive;
};

static struct status read_words(struct bytes text, struct arena *arena, struct card_words *out)
{
    struct canonical_reader reader = canonical_reader_of(text);
    canonical_open_object(&reader);
    CANONICAL_REQUIRE(&reader, "key");
    out->key = canonical_string(&reader, arena);
    CANONICAL_REQUIRE(&reader, "login");
    out->login = canonical_string(&reader, arena);
    CANONICAL_REQUIRE(&reader, "proof");
    out->proof = canonical_base64(&reader, arena);
    CANONICAL_REQUIRE(&reader, "receive_key");
    out->receive = canonical_base64(&reader, arena);
    CANONICAL_REQUIRE(&reader, "v");
    if (canonical_integer(&reader) != 1) {
        canonical_fail(&reader, "the card is of an unknown version");
    }
    canonical_close_object(&reader);
    return canonical_end(&reader);
}

static struct status check_proof(const struct card *card)
{
    char memory[CARD_MESSAGE_MAX];
    struct text message = TEXT_IN(memory);
    card_message(bytes_of_string(card->key.name), &card->receive, &message);
    return public_key_verify(&card->key, text_bytes(&message),
                             bytes_of(card->proof.data, card->proof.size));
}

struct status card_read(struct bytes text, struct card *out)
{
    uint8_t memory[CARD_MAX];
    struct arena arena = ARENA_IN(memory);
    struct card_words words = {0};
    struct card card = {0};
    if (text.size > 0 && text.data[text.size - 1] == '\n') {
        text.size--;
    }
    if (text.size > CARD_MAX - 1) {
        return FAIL_BECAUSE(MALFORMED, CARD_MAX, "this is too long for a card");
    }
    TRY(read_words(text, &arena, &words));
    struct status status = public_key_read(words.key, &card.key);
    if (failed(status)) {
        return FAIL_BECAUSE(MALFORMED, 0, status.why);
    }
    if (!bytes_equal(words.login, bytes_of_string(card.key.name))) {
        return FAIL_BECAUSE(MALFORMED, 0, "the card's key is named otherwise than its login");
    }
    if (words.proof.size > sizeof card.proof.data) {
        return FAIL_BECAUSE(MALFORMED, 0, "the card's proof is too long for a signature");
    }
    TRY(receive_key_read(words.receive, &card.receive));
    if (words.proof.size > 0) {
        memcpy(card.proof.data, words.proof.data, words.proof.size);
    }
    card.proof.size = words.proof.size;
    TRY(check_proof(&card));
    *out = card;
    return OK;
}

struct status card_load(const char *path, struct card *out)
{
    char text[CARD_MAX + 1];
    size_t size;
    TRY(key_file_load(path, KEY_FILE_PUBLIC, text, sizeof text, &size));
    return card_read(bytes_of(text, size), out);
}
