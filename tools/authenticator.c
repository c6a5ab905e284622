#include "tools/authenticator.h"

#include "store/key_file.h"
#include "tools/qr.h"

#include <stdlib.h>

static void put_uri(const struct authenticator *authenticator, struct text *out)
{
    totp_uri(authenticator->secret, bytes_of_string(authenticator->origin),
             bytes_of_string(authenticator->login), out);
}

void authenticator_show(const struct invocation *invocation,
                        const struct authenticator *authenticator)
{
    char memory[TOTP_URI_MAX];
    struct text uri = TEXT_IN(memory);
    struct text square = {.data = malloc(QR_MAX), .capacity = QR_MAX};
    if (invocation->terminal.width == 0 || invocation->format != ROWS_TABLE || invocation->quiet ||
        square.data == NULL) {
        free(square.data);
        return;
    }
    put_uri(authenticator, &uri);
    if (!uri.full && !failed(qr_draw(text_string(&uri), &square))) {
        output_put_bytes(invocation->output, text_bytes(&square));
    }
    explicit_bzero(memory, sizeof memory);
    explicit_bzero(square.data, QR_MAX);
    free(square.data);
}

enum exit_code authenticator_save(const struct invocation *invocation,
                                  const struct authenticator *authenticator)
{
    char memory[TOTP_URI_MAX];
    struct text uri = TEXT_IN(memory);
    put_uri(authenticator, &uri);
    text_put_char(&uri, '\n');
    struct status status =
        uri.full ? FAIL(LIMIT, TOTP_URI_MAX)
                 : key_file_save(text_bytes(&uri), KEY_FILE_SECRET, authenticator->path);
    explicit_bzero(memory, sizeof memory);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, authenticator->path);
    }
    authenticator_show(invocation, authenticator);
    if (invocation->format != ROWS_JSON) {
        output_add(invocation->output, "authenticator   %s: for the authenticator of %s alone\n",
                   authenticator->path, authenticator->login);
    }
    return EXIT_DONE;
}

struct status authenticator_load(const char *path, struct totp_secret *out)
{
    char text[TOTP_URI_MAX];
    size_t size = 0;
    TRY(key_file_load(path, KEY_FILE_SECRET, text, sizeof text, &size));
    struct status status = totp_uri_read(bytes_of(text, size), out);
    explicit_bzero(text, sizeof text);
    return status;
}
