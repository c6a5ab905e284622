#include "auditd/http/head.h"

#include <strings.h>

static const struct {
    unsigned status;
    const char *sentence;
} faults[HEAD_FAULTS_COUNT] = {
    [HEAD_FINE] = {200, ""},
#define HEAD_FAULT(name, status, sentence) [HEAD_##name] = {status, sentence},
#include "auditd/http/head.def"
};

unsigned head_fault_status(enum head_fault fault)
{
    return faults[fault].status;
}

const char *head_fault_sentence(enum head_fault fault)
{
    return faults[fault].sentence;
}

/* Characters -------------------------------------------------------------------------------- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_one_of(uint8_t c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* RFC 9110 5.6.2. */
static bool is_token(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (!is_letter(c) && !is_digit(c) && !is_one_of(c, "!#$%&'*+-.^_`|~")) {
            return false;
        }
    }
    return text.size > 0;
}

static int hex_digit(uint8_t c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    uint8_t lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* `%` and two digits that are not those of NUL: libraries end a text there. */
static bool is_escape(struct bytes rest)
{
    if (rest.size < 3) {
        return false;
    }
    int high = hex_digit(rest.data[1]), low = hex_digit(rest.data[2]);
    return high >= 0 && low >= 0 && high + low > 0;
}

/* What may stand in a path as it is (RFC 3986 3.3); browsers leave more as it is in a query. */
static bool is_plain(uint8_t c, bool in_query)
{
    if (is_letter(c) || is_digit(c) || is_one_of(c, "-._~!$&'()*+,;=:@/")) {
        return true;
    }
    return in_query && is_one_of(c, "?[]{}|^\\`");
}

static bool is_target(struct bytes target)
{
    bool in_query = false;
    for (size_t i = 0; i < target.size; i++) {
        uint8_t c = target.data[i];
        if (c == '?' && !in_query) {
            in_query = true;
        } else if (c == '%') {
            if (!is_escape(bytes_of(target.data + i, target.size - i))) {
                return false;
            }
        } else if (!is_plain(c, in_query)) {
            return false;
        }
    }
    return target.size > 0 && target.data[0] == '/';
}

static bool is_host(struct bytes host)
{
    for (size_t i = 0; i < host.size; i++) {
        uint8_t c = host.data[i];
        if (!is_letter(c) && !is_digit(c) && !is_one_of(c, "-._:[]")) {
            return false;
        }
    }
    return host.size > 0 && host.size <= HEAD_HOST_MAX;
}

/* Lines ------------------------------------------------------------------------------------- */

static struct bytes piece(const uint8_t *from, const uint8_t *to)
{
    return bytes_of(from, (size_t)(to - from));
}

/* Only a version that is one can be another than ours. */
static enum head_fault judge_version(struct bytes version)
{
    if (bytes_equal(version, LITERAL("HTTP/1.1"))) {
        return HEAD_FINE;
    }
    bool other = version.size == 8 && memcmp(version.data, "HTTP/", 5) == 0 &&
                 is_digit(version.data[5]) && version.data[6] == '.' && is_digit(version.data[7]);
    return other ? HEAD_VERSION : HEAD_REQUEST_LINE;
}

static enum head_fault judge_method(struct bytes method, struct head *head)
{
    head->only_head = bytes_equal(method, LITERAL("HEAD"));
    if (head->only_head || bytes_equal(method, LITERAL("GET"))) {
        return HEAD_FINE;
    }
    return is_token(method) && method.size <= HEAD_METHOD_MAX ? HEAD_METHOD : HEAD_REQUEST_LINE;
}

static enum head_fault judge_target(struct bytes target, struct head *head)
{
    if (target.size > HEAD_TARGET_MAX) {
        return HEAD_TARGET_LONG;
    }
    if (!is_target(target)) {
        return HEAD_TARGET;
    }
    const uint8_t *mark = memchr(target.data, '?', target.size);
    const uint8_t *end = target.data + target.size;
    head->target = target;
    head->path = piece(target.data, mark == NULL ? end : mark);
    head->query = mark == NULL ? bytes_of(end, 0) : piece(mark + 1, end);
    return HEAD_FINE;
}

static enum head_fault judge_request_line(struct bytes line, struct head *head)
{
    const uint8_t *end = line.data + line.size;
    const uint8_t *first = line.size == 0 ? NULL : memchr(line.data, ' ', line.size);
    const uint8_t *second =
        first == NULL ? NULL : memchr(first + 1, ' ', (size_t)(end - first - 1));
    if (second == NULL) {
        return HEAD_REQUEST_LINE;
    }
    struct bytes method = piece(line.data, first), target = piece(first + 1, second);
    enum head_fault fault = judge_version(piece(second + 1, end));
    if (fault == HEAD_FINE) {
        fault = judge_method(method, head);
    }
    return fault == HEAD_FINE ? judge_target(target, head) : fault;
}

static bool is_named(struct bytes name, const char *wanted)
{
    return name.size == strlen(wanted) &&
           strncasecmp((const char *)name.data, wanted, name.size) == 0;
}

static struct bytes trimmed(struct bytes value)
{
    while (value.size > 0 && is_one_of(value.data[0], " \t")) {
        value = bytes_of(value.data + 1, value.size - 1);
    }
    while (value.size > 0 && is_one_of(value.data[value.size - 1], " \t")) {
        value.size--;
    }
    return value;
}

/* A field that is kept, and may be there once. */
static enum head_fault keep(struct bytes *slot, struct bytes value, enum head_fault repeated)
{
    if (slot->data != NULL) {
        return repeated;
    }
    *slot = value;
    return HEAD_FINE;
}

static enum head_fault judge_field(struct bytes line, struct head *head)
{
    const uint8_t *colon = memchr(line.data, ':', line.size);
    if (colon == NULL || !is_token(piece(line.data, colon))) {
        return HEAD_FIELD; /* also a folded line, and a blank before the colon */
    }
    struct bytes name = piece(line.data, colon);
    struct bytes value = trimmed(piece(colon + 1, line.data + line.size));
    if (is_named(name, "host")) {
        return is_host(value) ? keep(&head->host, value, HEAD_HOST) : HEAD_HOST;
    }
    if (is_named(name, "content-length") || is_named(name, "transfer-encoding") ||
        is_named(name, "expect")) {
        return HEAD_BODY;
    }
    if (is_named(name, "cookie")) {
        return keep(&head->cookie, value, HEAD_REPEATED);
    }
    if (is_named(name, "if-none-match")) {
        return keep(&head->known, value, HEAD_REPEATED);
    }
    return HEAD_FINE;
}

static enum head_fault judge_line(struct bytes line, struct head *head)
{
    if (head->lines == 0) {
        return judge_request_line(line, head);
    }
    if (line.size == 0) {
        return head->host.data == NULL ? HEAD_HOST : HEAD_FINE;
    }
    return head->lines > HEAD_FIELDS_MAX ? HEAD_FIELDS : judge_field(line, head);
}

/* Looking ----------------------------------------------------------------------------------- */

static enum head_turn refuse(struct head *head, enum head_fault fault)
{
    head->fault = fault;
    return HEAD_REFUSED;
}

/* A control character stands nowhere but where CR LF ends a line, or a tab in a field. */
static bool may_stand(struct bytes so_far, size_t at)
{
    uint8_t c = so_far.data[at];
    bool after_cr = at > 0 && so_far.data[at - 1] == '\r';
    if (after_cr || c == '\n') {
        return after_cr && c == '\n';
    }
    return c == '\r' || c == '\t' || (c >= ' ' && c != 0x7f);
}

/* A first line that does not end is a path too long; after it, it is the head. */
static enum head_fault too_long(const struct head *head, size_t at)
{
    if (at >= HEAD_MAX) {
        return head->lines == 0 ? HEAD_TARGET_LONG : HEAD_LONG;
    }
    bool long_line = head->lines == 0 && at > HEAD_TARGET_MAX + HEAD_METHOD_MAX + 16;
    return long_line ? HEAD_TARGET_LONG : HEAD_FINE;
}

static enum head_turn end_line(struct head *head, struct bytes so_far)
{
    struct bytes line = bytes_of(so_far.data + head->judged, head->looked - head->judged - 2);
    enum head_fault fault = judge_line(line, head);
    if (fault != HEAD_FINE) {
        return refuse(head, fault);
    }
    head->judged = head->looked;
    head->lines++;
    if (line.size > 0) {
        return HEAD_MORE;
    }
    head->size = head->looked;
    return HEAD_WHOLE;
}

enum head_turn head_look(struct head *head, struct bytes so_far)
{
    while (head->looked < so_far.size) {
        size_t at = head->looked++;
        enum head_fault fault = too_long(head, at);
        if (fault != HEAD_FINE) {
            return refuse(head, fault);
        }
        if (!may_stand(so_far, at)) {
            return refuse(head, HEAD_CONTROL);
        }
        enum head_turn turn = so_far.data[at] == '\n' ? end_line(head, so_far) : HEAD_MORE;
        if (turn != HEAD_MORE) {
            return turn;
        }
    }
    return HEAD_MORE;
}

struct bytes head_cookie(struct bytes field, const char *name)
{
    struct bytes found = {0};
    size_t size = strlen(name);
    unsigned count = 0;
    while (field.size > 0) {
        const uint8_t *end = memchr(field.data, ';', field.size);
        struct bytes pair = trimmed(piece(field.data, end == NULL ? field.data + field.size : end));
        if (pair.size > size && pair.data[size] == '=' && memcmp(pair.data, name, size) == 0) {
            found = bytes_of(pair.data + size + 1, pair.size - size - 1);
            count++;
        }
        field = end == NULL ? (struct bytes){0} : piece(end + 1, field.data + field.size);
    }
    return count == 1 ? found : (struct bytes){0};
}
