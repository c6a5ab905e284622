#include "reports/web/token.h"

#include "store/hash.h"
#include "store/key.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void token_make(struct token *out)
{
    uint8_t bytes[TOKEN_SIZE + 1] = {0};
    key_random(bytes, TOKEN_SIZE);
    for (size_t i = 0; i < TOKEN_TEXT_SIZE; i++) {
        size_t bit = i * 6;
        unsigned pair = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];
        out->text[i] = letters[pair >> (10 - bit % 8) & 63];
    }
    out->text[TOKEN_TEXT_SIZE] = '\0';
    explicit_bzero(bytes, sizeof bytes);
}

/* The last character has four bits of the secret, and two that are nothing. */
bool token_is(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        const char *letter = text.data[i] == '\0' ? NULL : strchr(letters, (char)text.data[i]);
        bool last = i + 1 == TOKEN_TEXT_SIZE;
        if (letter == NULL || (last && (letter - letters) % 4 != 0)) {
            return false;
        }
    }
    return text.size == TOKEN_TEXT_SIZE;
}

struct digest token_digest(struct hasher *hasher, struct bytes text)
{
    return hash_bytes(hasher, text);
}
