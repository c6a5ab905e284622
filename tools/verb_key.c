#include "store/key_file.h"
#include "tools/ask.h"
#include "tools/operator.h"
#include "tools/verbs.h"

#include <stdio.h>

/* New ------------------------------------------------------------------------------------- */

/* NAME.card beside NAME.key: the public half of what is in the key file. */
static enum exit_code card_path(const struct invocation *invocation, const char *key_path,
                                struct store_path *out)
{
    size_t size = strlen(key_path);
    if (size > 4 && strcmp(key_path + size - 4, ".key") == 0) {
        size -= 4;
    }
    int written = snprintf(out->text, sizeof out->text, "%.*s.card", (int)size, key_path);
    return written < 0 || (size_t)written >= sizeof out->text
               ? invocation_fail(invocation, EXIT_USAGE, NULL, "the path of the key is too long")
               : EXIT_DONE;
}

static struct status write_card(const struct person_key *key, struct text *out)
{
    struct card card;
    const struct receive_key receive = receive_key_of(person_key_receives(key));
    TRY(card_make(person_key_signs(key), &receive, &card));
    card_write(&card, out);
    return OK;
}

static enum exit_code save(const struct invocation *invocation, const struct person_key *key,
                           const struct passphrase *passphrase, const char *path)
{
    char memory[CARD_MAX];
    struct text text = TEXT_IN(memory);
    struct store_path card;
    enum exit_code code = card_path(invocation, path, &card);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = person_key_save(key, passphrase_bytes(passphrase), path);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, path);
    }
    status = write_card(key, &text);
    status = failed(status) ? status : key_file_save(text_bytes(&text), KEY_FILE_PUBLIC, card.text);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, card.text);
    }
    if (invocation->format == ROWS_JSON) {
        output_put_bytes(invocation->output, text_bytes(&text));
    } else {
        output_add(invocation->output,
                   "key    %s: yours alone; without its passphrase it is lost\n"
                   "card   %s: give it to whoever registers you\n",
                   path, card.text);
    }
    return EXIT_DONE;
}

static enum exit_code make(const struct invocation *invocation, const char *login, const char *path)
{
    CLEANUP(person_key_close) struct person_key *key = NULL;
    CLEANUP(passphrase_close) struct passphrase *passphrase = NULL;
    struct status status = key_library_start();
    status = failed(status) ? status : person_key_make(login, &key);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "making the key");
    }
    enum exit_code code = ask_passphrase(invocation, ASK_TO_LOCK, path, &passphrase);
    return code == EXIT_DONE ? save(invocation, key, passphrase, path) : code;
}

static enum exit_code run_new(struct invocation *invocation)
{
    char memory[ORIGIN_MAX + 8];
    struct text own = TEXT_IN(memory);
    const char *login = invocation_value(invocation, "login");
    const char *path = invocation_value(invocation, "out");
    if (login == NULL) {
        return invocation_fail(invocation, EXIT_USAGE, "like: --login ada",
                               "a key is somebody's: --login NAME");
    }
    text_add(&own, "%s.key", login);
    if (path == NULL && (own.full || strchr(login, '/') != NULL)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "say where to: --out FILE");
    }
    return make(invocation, login, path != NULL ? path : text_string(&own));
}

static const struct option_info new_options[] = {
    {"login", 0, "NAME", "whose key it will be", false},
    {"out", 0, "FILE", "where to (NAME.key; the card is beside it)", false},
};

const struct verb verb_key_new = {
    .name = "key new",
    .about = "make the keys of a person, and the card to register",
    .details = "A person signs commands with one key and opens what is wrapped for them with the\n"
               "other. Both are made here, and stay in a file that only its passphrase opens: no\n"
               "store ever sees it. The card is the public half.",
    .examples = "cairn key new --login bob\n"
                "cairn user register bob.card --role user",
    .purpose = PURPOSE_START,
    OPTIONS(new_options),
    .guarded = true,
    .run = run_new,
};

/* Show ------------------------------------------------------------------------------------ */

static void tell(const struct invocation *invocation, const struct person_key_label *label)
{
    char memory[1024];
    struct text text = TEXT_IN(memory);
    text_put_literal(&text, "login        ");
    text_put_printable(&text, bytes_of_string(label->key.name));
    text_put_literal(&text, "\nsigns        ");
    public_key_write(&label->key, &text);
    text_put_literal(&text, "\nreceives     ");
    text_put_base64(&text, BYTES(label->receive.data));
    text_put_char(&text, '\n');
    output_put_bytes(invocation->output, text_bytes(&text));
}

static enum exit_code run_show(struct invocation *invocation)
{
    char memory[PERSON_KEY_MAX];
    struct text text = TEXT_IN(memory);
    struct person_key_label label;
    const char *path = invocation_argument(invocation, 0);
    struct status status = key_library_start();
    status = failed(status) ? status : person_key_load(path, &text, &label);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, path);
    }
    if (!invocation_has(invocation, "card")) {
        tell(invocation, &label);
        return EXIT_DONE;
    }
    CLEANUP(person_key_close) struct person_key *key = NULL;
    enum exit_code code = operator_open_key(invocation, path, &key);
    if (code != EXIT_DONE) {
        return code;
    }
    text_clear(&text);
    status = write_card(key, &text);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, path);
    }
    output_put_bytes(invocation->output, text_bytes(&text));
    return EXIT_DONE;
}

static const struct option_info show_options[] = {
    {"card", 0, NULL, "print the card again (asks for the passphrase)", false},
};

const struct verb verb_key_show = {
    .name = "key show",
    .about = "whose a key file is, and its public half",
    .arguments = "FILE",
    .examples = "cairn key show ada.key",
    .purpose = PURPOSE_START,
    OPTIONS(show_options),
    .guarded = true,
    .run = run_show,
};

/* Passphrase ------------------------------------------------------------------------------ */

static enum exit_code run_passphrase(struct invocation *invocation)
{
    CLEANUP(person_key_close) struct person_key *key = NULL;
    CLEANUP(passphrase_close) struct passphrase *passphrase = NULL;
    const char *path = invocation_argument(invocation, 0);
    struct status status = key_library_start();
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, path);
    }
    enum exit_code code = operator_open_key(invocation, path, &key);
    code = code == EXIT_DONE ? ask_passphrase(invocation, ASK_TO_LOCK, path, &passphrase) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    status = person_key_replace(key, passphrase_bytes(passphrase), path);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, path);
    }
    invocation_note(invocation,
                    "another passphrase opens %s from now on; copies made before still "
                    "open with the old one",
                    path);
    return EXIT_DONE;
}

const struct verb verb_key_passphrase = {
    .name = "key passphrase",
    .about = "change the passphrase of a key file",
    .arguments = "FILE",
    .details =
        "The keys stay the same, and so does the card. There is the old file or the new one\n"
        "at any moment, never half of one.",
    .examples = "cairn key passphrase ada.key",
    .purpose = PURPOSE_START,
    .guarded = true,
    .run = run_passphrase,
};
