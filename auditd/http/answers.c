#include "auditd/http/answers.h"

#include "auditd/http/head.h"

enum {
    SESSION_S = 12 * 3600, /* core/audit/auditor.h: a session ends by then in any case */
};

/* clang-format off */
static const struct {
    unsigned status;
    const char *reason, *sentence;
} statuses[] = {
    {200, "OK", ""},
    {303, "See Other", "The page is elsewhere."},
    {304, "Not Modified", ""},
    {400, "Bad Request", "The request is not one that can be understood in one way only."},
    {403, "Forbidden", "This web is for auditors who were invited. Use the link that you were "
     "given, or ask for one."},
    {404, "Not Found", "There is no such page, or it is not in the scope of your invitation."},
    {405, "Method Not Allowed", "Only GET and HEAD are answered here: this web changes nothing."},
    {414, "URI Too Long", "The address of the page is too long."},
    {429, "Too Many Requests", "That was more than is answered in so short a time. Wait a moment, "
     "then try again."},
    {431, "Request Header Fields Too Large", "The request says more than can be listened to."},
    {500, "Internal Server Error", "Something went wrong here, whatever was asked for."},
    {503, "Service Unavailable", "Nobody is free to answer now. Wait a moment, then try again."},
    {505, "HTTP Version Not Supported", "Only HTTP/1.1 is spoken here."},
};

/* No byte of a page comes from elsewhere, runs that is written into it, or is shown within another
 * page. */
static const struct answer_field always[] = {
    {"Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "
     "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
     "frame-ancestors 'none'; require-trusted-types-for 'script'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
    {"Connection", "close"},
};
/* clang-format on */

static size_t row_of(unsigned status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (statuses[i].status == status) {
            return i;
        }
    }
    return status < 400 ? 0 : row_of(status < 500 ? 400 : 500);
}

const char *answer_reason(unsigned status)
{
    return statuses[row_of(status)].reason;
}

const char *answer_sentence(unsigned status)
{
    return statuses[row_of(status)].sentence;
}

/* Fields ------------------------------------------------------------------------------------ */

static void add(struct answer_fields *out, const char *name, const char *value)
{
    if (out->count < ANSWER_FIELDS_MAX) {
        out->fields[out->count++] = (struct answer_field){name, value};
    }
}

/* Where the next value begins; ended by add_written. */
static size_t begin(const struct answer_fields *out)
{
    return out->text.size;
}

static void add_written(struct answer_fields *out, const char *name, size_t start)
{
    text_put_char(&out->text, '\0');
    if (!out->text.full) {
        add(out, name, out->memory + start);
    }
}

static void add_tag(struct answer_fields *out, struct bytes path)
{
    size_t start = begin(out);
    text_put_char(&out->text, '"');
    text_put_bytes(&out->text, path);
    text_put_char(&out->text, '"');
    add_written(out, "ETag", start);
}

/* A name of other characters than these could be one of another place. */
static void add_download(struct answer_fields *out, struct bytes name)
{
    size_t start = begin(out);
    text_put_literal(&out->text, "attachment; filename=\"");
    for (size_t i = 0; i < name.size; i++) {
        char c = (char)name.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || (c == '.' && i > 0);
        text_put_char(&out->text, plain ? c : '_');
    }
    text_put_char(&out->text, '"');
    add_written(out, "Content-Disposition", start);
}

static void add_cookie(struct answer_fields *out, struct bytes secret, bool secure)
{
    size_t start = begin(out);
    text_put_literal(&out->text, "cairn=");
    text_put_bytes(&out->text, secret);
    text_put_literal(&out->text, "; HttpOnly; SameSite=Strict; Path=/; Max-Age=");
    text_put_u64(&out->text, SESSION_S);
    if (secure) {
        text_put_literal(&out->text, "; Secure");
    }
    add_written(out, "Set-Cookie", start);
}

static void add_bytes(struct answer_fields *out, const char *name, struct bytes value)
{
    size_t start = begin(out);
    text_put_bytes(&out->text, value);
    add_written(out, name, start);
}

static void add_seconds(struct answer_fields *out, const char *name, uint32_t seconds)
{
    size_t start = begin(out);
    text_put_u64(&out->text, seconds);
    add_written(out, name, start);
}

static void add_what_belongs(const struct page_answer *answer, struct answer_fields *out)
{
    if (answer->type.size > 0) {
        add_bytes(out, "Content-Type", answer->type);
    }
    if (answer->download.size > 0) {
        add_download(out, answer->download);
    }
    if (answer->location.size > 0) {
        add_bytes(out, "Location", answer->location);
    }
    if (answer->retry_after_s > 0) {
        add_seconds(out, "Retry-After", answer->retry_after_s);
    }
    if (answer->status == 405) {
        add(out, "Allow", "GET, HEAD");
    }
}

void answer_fields_of(const struct page_answer *answer, struct bytes path, bool secure,
                      struct answer_fields *out)
{
    out->count = 0;
    out->text = (struct text){.data = out->memory, .capacity = sizeof out->memory};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        add(out, always[i].name, always[i].value);
    }
    if (secure) {
        add(out, "Strict-Transport-Security", "max-age=31536000");
    }
    if (answer->immutable) {
        add(out, "Cache-Control", "public, max-age=31536000, immutable");
        add_tag(out, path);
    } else {
        add(out, "Cache-Control", "no-store");
    }
    add_what_belongs(answer, out);
    if (answer->secret.size > 0) {
        add_cookie(out, answer->secret, secure);
    }
}

bool answer_is_known(struct bytes known, struct bytes path)
{
    char memory[HEAD_TARGET_MAX + 4];
    struct text tag = TEXT_IN(memory);
    text_put_char(&tag, '"');
    text_put_bytes(&tag, path);
    text_put_char(&tag, '"');
    return !tag.full && known.size >= tag.size &&
           memmem(known.data, known.size, tag.data, tag.size) != NULL;
}

/* Pages of errors --------------------------------------------------------------------------- */

void answer_page(unsigned status, const char *sentence, struct text *out)
{
    const char *reason = answer_reason(status);
    text_add(out,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width\">\n"
             "<meta name=\"color-scheme\" content=\"light dark\">\n"
             "<title>%u %s</title>\n</head>\n<body>\n<main>\n<h1>%s</h1>\n<p>%s</p>\n",
             status, reason, reason, sentence == NULL ? answer_sentence(status) : sentence);
    text_add(out, "<p><small>%u &middot; Cairn</small></p>\n</main>\n</body>\n</html>\n", status);
}

void answer_whole(const struct answer_error *error, struct text *out)
{
    char memory[ANSWER_PAGE_SIZE];
    struct text page = TEXT_IN(memory);
    answer_page(error->status, error->sentence, &page);
    const struct page_answer answer = {
        .status = error->status,
        .type = LITERAL("text/html; charset=utf-8"),
        .retry_after_s = error->status == 503 || error->status == 429 ? ANSWER_BUSY_S : 0,
    };
    struct answer_fields fields;
    answer_fields_of(&answer, (struct bytes){0}, error->secure, &fields);
    text_add(out, "HTTP/1.1 %u %s\r\n", error->status, answer_reason(error->status));
    for (size_t i = 0; i < fields.count; i++) {
        text_add(out, "%s: %s\r\n", fields.fields[i].name, fields.fields[i].value);
    }
    text_add(out, "Content-Length: %zu\r\n\r\n", page.size);
    if (!error->only_head) {
        text_put_bytes(out, text_bytes(&page));
    }
}
