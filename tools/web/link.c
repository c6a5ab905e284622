#include "tools/web/link.h"

#include "schema/settings.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool begins(struct bytes text, const char *word, struct bytes *rest)
{
    size_t size = strlen(word);
    if (text.size <= size || memcmp(text.data, word, size) != 0) {
        return false;
    }
    *rest = bytes_of(text.data + size, text.size - size);
    return true;
}

bool link_is_base(struct bytes text)
{
    struct bytes rest;
    if (text.size >= LINK_BASE_MAX ||
        (!begins(text, "https://", &rest) && !begins(text, "http://", &rest)) ||
        rest.data[0] == '/') {
        return false;
    }
    for (size_t i = 0; i < rest.size; i++) {
        if (rest.data[i] <= ' ' || rest.data[i] >= 0x7f ||
            strchr("\"'<>\\^`{|}?#@", rest.data[i]) != NULL) {
            return false;
        }
    }
    return true;
}

static void keep(struct link_base *out, struct bytes text)
{
    while (text.size > 0 && text.data[text.size - 1] == '/') {
        text.size--;
    }
    memcpy(out->text, text.data, text.size);
    out->text[text.size] = '\0';
}

/* Whether settings are of this store, by whatever path. */
static bool same_directory(const char *a, const char *b)
{
    char one[PATH_MAX], other[PATH_MAX];
    return realpath(a, one) != NULL && realpath(b, other) != NULL && strcmp(one, other) == 0;
}

/* False if they say nothing of where the web is. */
static bool from_settings(const struct settings *settings, struct link_base *out)
{
    char memory[LINK_BASE_MAX];
    struct text base = TEXT_IN(memory);
    if (settings->web_url.text[0] != '\0') {
        text_put_string(&base, settings->web_url.text);
    } else if (settings->web_listen.text[0] != '\0') {
        bool plain =
            settings->web_certificate.text[0] == '\0' && settings->tls_certificate.text[0] == '\0';
        text_put_string(&base, plain ? "http://" : "https://");
        text_put_string(&base, settings->web_listen.text);
    }
    if (base.full || !link_is_base(text_bytes(&base))) {
        return false;
    }
    keep(out, text_bytes(&base));
    return true;
}

static bool look_in_settings(const char *store, const char *path, struct link_base *out)
{
    bool found = false;
    struct settings_fault fault;
    struct settings *settings = malloc(sizeof *settings);
    if (settings != NULL && !failed(settings_read_file(path, settings, &fault)) &&
        same_directory(settings->store_path.text, store)) {
        found = from_settings(settings, out);
    }
    free(settings);
    return found;
}

enum exit_code link_find_base(const struct invocation *invocation, const char *given,
                              const char *settings, struct link_base *out)
{
    const char *store;
    *out = (struct link_base){.guessed = false};
    if (given != NULL) {
        if (!link_is_base(bytes_of_string(given))) {
            return invocation_fail(invocation, EXIT_USAGE, "like https://audit.example.org:7443",
                                   "%.80s is no address of a web", given);
        }
        keep(out, bytes_of_string(given));
        return EXIT_DONE;
    }
    enum exit_code code = invocation_store(invocation, &store);
    if (code == EXIT_DONE &&
        !look_in_settings(store, settings != NULL ? settings : LINK_SETTINGS, out)) {
        out->guessed = true;
        keep(out, LITERAL("http://" LINK_LISTEN));
    }
    return code;
}

void link_write(const struct link_base *base, const struct token *token, struct text *out)
{
    text_put_string(out, base->text);
    text_put_literal(out, TOKEN_PATH);
    text_put_string(out, token->text);
}
