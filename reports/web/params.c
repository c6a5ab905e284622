#include "reports/web/params.h"

#include "schema/text.h"

/* A reader of one query string. */
struct reader {
    struct bytes query;
    size_t at;
    struct params *out;
    size_t used; /* bytes of out->memory */
};

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What may stand for itself: unreserved, and what forms and people leave as it is. */
static bool is_plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~!$'()*,;:@/?", c) != NULL);
}

static struct status read_escape(struct reader *reader, uint8_t *out)
{
    size_t at = reader->at;
    int high = at + 1 < reader->query.size ? hex_digit(reader->query.data[at + 1]) : -1;
    int low = at + 2 < reader->query.size ? hex_digit(reader->query.data[at + 2]) : -1;
    if (high < 0 || low < 0) {
        return FAIL_BECAUSE(MALFORMED, at, "two hexadecimal digits follow a %");
    }
    *out = (uint8_t)(high * 16 + low);
    reader->at += 3;
    return OK;
}

static struct status read_byte(struct reader *reader, uint8_t *out)
{
    uint8_t c = reader->query.data[reader->at];
    if (c == '%') {
        return read_escape(reader, out);
    }
    if (c != '+' && !is_plain(c)) {
        return FAIL_BECAUSE(MALFORMED, reader->at, "this character is written as %XX");
    }
    *out = c == '+' ? ' ' : c;
    reader->at++;
    return OK;
}

static struct status read_name(struct reader *reader, struct bytes *out)
{
    size_t from = reader->at;
    while (reader->at < reader->query.size &&
           ((reader->query.data[reader->at] >= 'a' && reader->query.data[reader->at] <= 'z') ||
            reader->query.data[reader->at] == '_')) {
        reader->at++;
    }
    *out = bytes_of(reader->query.data + from, reader->at - from);
    if (out->size == 0 || out->size > PARAMS_NAME_MAX) {
        return FAIL_BECAUSE(MALFORMED, from, "the name of a parameter is letters");
    }
    if (reader->at == reader->query.size || reader->query.data[reader->at] != '=') {
        return FAIL_BECAUSE(MALFORMED, reader->at, "a = is expected after the name");
    }
    reader->at++;
    return OK;
}

/* Forms end lines with CR LF. */
static bool keep(const struct reader *reader, uint8_t c, bool *lone)
{
    bool feed_follows = reader->query.size - reader->at >= 3 &&
                        reader->query.data[reader->at] == '%' &&
                        reader->query.data[reader->at + 1] == '0' &&
                        (reader->query.data[reader->at + 2] | 0x20) == 'a';
    *lone = (c < ' ' && c != '\n' && !(c == '\r' && feed_follows)) || c == 0x7f;
    return c != '\r';
}

static struct status read_value(struct reader *reader, struct bytes *out)
{
    size_t from = reader->used, began = reader->at;
    while (reader->at < reader->query.size && reader->query.data[reader->at] != '&') {
        size_t at = reader->at;
        uint8_t c = 0;
        bool lone;
        TRY(read_byte(reader, &c));
        if (keep(reader, c, &lone)) {
            reader->out->memory[reader->used++] = c;
        }
        if (lone) {
            return FAIL_BECAUSE(MALFORMED, at, "control characters are not allowed");
        }
    }
    *out = bytes_of(reader->out->memory + from, reader->used - from);
    return text_is_utf8(*out) ? OK : FAIL_BECAUSE(MALFORMED, began, "the value is not UTF-8");
}

static struct status keep_param(struct reader *reader, const struct param *param)
{
    struct params *out = reader->out;
    for (size_t i = 0; i < out->count; i++) {
        if (bytes_equal(out->params[i].name, param->name)) {
            return FAIL_BECAUSE(MALFORMED, reader->at, "a parameter comes twice");
        }
    }
    if (out->count == PARAMS_MAX) {
        return FAIL_BECAUSE(LIMIT, PARAMS_MAX, "there are too many parameters");
    }
    out->params[out->count++] = *param;
    return OK;
}

struct status params_read(struct bytes query, struct params *out)
{
    struct reader reader = {.query = query, .out = out};
    out->count = 0;
    if (query.size > PARAMS_SIZE_MAX) {
        return FAIL_BECAUSE(LIMIT, PARAMS_SIZE_MAX, "the query is too long");
    }
    while (reader.at < query.size) {
        struct param param;
        TRY(read_name(&reader, &param.name));
        TRY(read_value(&reader, &param.value));
        TRY(keep_param(&reader, &param));
        if (reader.at < query.size && ++reader.at == query.size) {
            return FAIL_BECAUSE(MALFORMED, reader.at, "a parameter is expected after the &");
        }
    }
    return OK;
}

static const struct param *find(const struct params *params, const char *name)
{
    for (size_t i = 0; i < params->count; i++) {
        if (bytes_equal(params->params[i].name, bytes_of_string(name))) {
            return &params->params[i];
        }
    }
    return NULL;
}

struct bytes params_get(const struct params *params, const char *name)
{
    const struct param *param = find(params, name);
    return param == NULL ? bytes_of(NULL, 0) : param->value;
}

bool params_has(const struct params *params, const char *name)
{
    return find(params, name) != NULL;
}

struct status params_number(const struct params *params, const char *name, uint64_t otherwise,
                            uint64_t *out)
{
    const struct param *param = find(params, name);
    if (param == NULL || param->value.size == 0) {
        *out = otherwise;
        return OK;
    }
    return text_read_u64(param->value, out)
               ? OK
               : FAIL_BECAUSE(MALFORMED, 0, "a number without sign or leading zeros is expected");
}
