#include "tools/import/cloudtrail.h"

#include "schema/json.h"
#include "tools/import/reader.h"
#include "tools/import/slice.h"

enum {
    NESTING_MAX = 64, /* brackets that may be open at once */
};

/* The document -------------------------------------------------------------------------- */

static uint64_t count_lines(struct bytes bytes)
{
    uint64_t count = 0;
    while (bytes.size > 0) {
        struct bytes line = slice_take_until(&bytes, '\n');
        count += line.data + line.size < bytes.data ? 1 : 0;
    }
    return count;
}

/* Takes bytes, and keeps the number of the line that the window begins in. */
static void take(struct importer *importer, size_t size)
{
    struct source *source = &importer->lines.source;
    importer->lines.number += count_lines(bytes_of(source_view(source).data, size));
    source_take(source, size);
}

/* The byte so far behind the front. NOT_FOUND at the end of the file, LIMIT, IO. */
static struct status peek(struct importer *importer, size_t at, uint8_t *out)
{
    struct source *source = &importer->lines.source;
    while (at >= source->end - source->start) {
        TRY(source_more(source));
    }
    *out = source->memory[source->start + at];
    return OK;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next byte that is not white space; it stays. */
static struct status peek_token(struct importer *importer, uint8_t *out)
{
    for (;;) {
        TRY(peek(importer, 0, out));
        if (!is_space(*out)) {
            return OK;
        }
        take(importer, 1);
    }
}

/* Drops what is left of the file after a break in its form: nothing there can be trusted. */
static struct status give_up(struct importer *importer, struct import_problem *problem,
                             const char *reason)
{
    struct source *source = &importer->lines.source;
    struct status refused = reader_refuse(problem, importer->lines.number, reason);
    struct status status = OK;
    while (!failed(status)) {
        take(importer, source->end - source->start);
        status = source_more(source);
    }
    importer->elements.place = AFTER_DOCUMENT;
    return status.code == STATUS_IO ? status : refused;
}

/* The end of the file where there should be more is a break, other failures are themselves. */
static struct status break_off(struct importer *importer, struct import_problem *problem,
                               struct status status)
{
    return status.code == STATUS_NOT_FOUND
               ? give_up(importer, problem, "the file ends in the middle of the document")
               : status;
}

/* A value ------------------------------------------------------------------------------- */

struct value_scan {
    size_t at;      /* bytes of it at the front of the window */
    uint64_t kinds; /* the open brackets, the newest in the lowest bit: 1 for a brace */
    uint32_t depth; /* how many are open */
    bool in_string;
    bool escaped;
    bool too_long; /* its beginning has been dropped */
    bool broken;   /* its brackets do not match, or are too many */
};

/* Enters or leaves a bracket. */
static void scan_bracket(struct value_scan *scan, uint8_t c)
{
    uint64_t brace = c == '{' || c == '}' ? 1 : 0;
    if (c == '{' || c == '[') {
        scan->broken = scan->depth == NESTING_MAX;
        scan->kinds = scan->kinds << 1 | brace;
        scan->depth++;
        return;
    }
    scan->broken = (scan->kinds & 1) != brace;
    scan->kinds >>= 1;
    scan->depth--;
}

static void scan_string(struct value_scan *scan, uint8_t c)
{
    if (scan->escaped) {
        scan->escaped = false;
        return;
    }
    scan->escaped = c == '\\';
    scan->in_string = c != '"';
}

/* Whether the value goes on behind this byte. A scalar ends before what cannot belong to it. */
static bool scan_byte(struct value_scan *scan, uint8_t c)
{
    if (scan->in_string) {
        scan_string(scan, c);
        scan->at++;
        return scan->in_string || scan->depth > 0;
    }
    bool closes = c == '}' || c == ']';
    if (scan->depth == 0 && (closes || c == ',' || c == ':' || is_space(c))) {
        return false;
    }
    if (closes || c == '{' || c == '[') {
        scan_bracket(scan, c);
    }
    scan->in_string = c == '"';
    scan->at++;
    return !scan->broken && (scan->depth > 0 || !closes);
}

/* Finds where the value at the front ends. Of one that is longer than a record only the last part
 * is still there. */
static struct status scan_value(struct importer *importer, struct value_scan *scan)
{
    uint8_t c;
    *scan = (struct value_scan){.at = 0};
    do {
        if (scan->at > IMPORT_RECORD_MAX) {
            take(importer, scan->at);
            scan->at = 0;
            scan->too_long = true;
        }
        struct status status = peek(importer, scan->at, &c);
        /* a scalar may end with the file; that the document does not is found behind it */
        if (status.code == STATUS_NOT_FOUND && scan->depth == 0 && !scan->in_string) {
            return scan->at > 0 ? OK : status;
        }
        TRY(status);
    } while (scan_byte(scan, c));
    return OK;
}

static struct status take_value(struct importer *importer, struct import_problem *problem)
{
    struct value_scan scan;
    struct status status = scan_value(importer, &scan);
    if (failed(status)) {
        return break_off(importer, problem, status);
    }
    if (scan.broken || (scan.at == 0 && !scan.too_long)) {
        return give_up(importer, problem, "this is not JSON");
    }
    take(importer, scan.at);
    return OK;
}

/* Takes one token that has to be there. */
static struct status take_token(struct importer *importer, uint8_t token,
                                struct import_problem *problem)
{
    uint8_t c;
    struct status status = peek_token(importer, &c);
    if (failed(status)) {
        return break_off(importer, problem, status);
    }
    if (c != token) {
        return give_up(importer, problem, "this is not JSON");
    }
    take(importer, 1);
    return OK;
}

/* Members of the document ------------------------------------------------------------------ */

static struct status open_document(struct importer *importer, struct import_problem *problem)
{
    struct source *source = &importer->lines.source;
    uint8_t c;
    TRY(peek(importer, 0, &c));
    importer->lines.number = 1;
    if (!failed(peek(importer, 2, &c)) &&
        memcmp(source_view(source).data, "\xef\xbb\xbf", 3) == 0) {
        take(importer, 3);
    }
    struct status status = peek_token(importer, &c);
    if (failed(status)) {
        return break_off(importer, problem, status);
    }
    if (c != '{') {
        return give_up(importer, problem, "this is not a JSON document {\"Records\":[...]}");
    }
    take(importer, 1);
    importer->elements.place = BEFORE_RECORDS;
    importer->elements.fresh = true;
    return OK;
}

/* Takes a member's name and colon. */
static struct status take_name(struct importer *importer, struct import_problem *problem,
                               bool *is_records)
{
    uint8_t c = 0;
    struct value_scan scan;
    struct status status = peek_token(importer, &c);
    status = failed(status) ? status : scan_value(importer, &scan);
    if (failed(status)) {
        return break_off(importer, problem, status);
    }
    if (c != '"' || scan.too_long) {
        return give_up(importer, problem, "this is not the name of a member");
    }
    *is_records = bytes_equal(bytes_of(source_view(&importer->lines.source).data, scan.at),
                              LITERAL("\"Records\""));
    take(importer, scan.at);
    return take_token(importer, ':', problem);
}

/* Enters the array, or passes over a member that is none of ours. */
static struct status take_member(struct importer *importer, struct import_problem *problem)
{
    struct element_reader *elements = &importer->elements;
    bool is_records = false;
    uint8_t c;
    TRY(take_name(importer, problem, &is_records));
    struct status status = peek_token(importer, &c);
    if (failed(status)) {
        return break_off(importer, problem, status);
    }
    if (is_records && c == '[') {
        take(importer, 1);
        elements->place = IN_RECORDS;
        elements->found = true;
        elements->fresh = true;
        return OK;
    }
    elements->fresh = false;
    return take_value(importer, problem);
}

static struct status end_document(struct importer *importer, struct import_problem *problem)
{
    take(importer, 1);
    importer->elements.place = AFTER_DOCUMENT;
    if (!importer->elements.found) {
        return give_up(importer, problem, "the document has no member \"Records\" with an array");
    }
    return OK;
}

/* Enters the array of records or the end of the document, whichever comes first. */
static struct status find_records(struct importer *importer, struct import_problem *problem)
{
    struct element_reader *elements = &importer->elements;
    while (elements->place == BEFORE_RECORDS) {
        uint8_t c;
        struct status status = peek_token(importer, &c);
        if (failed(status)) {
            return break_off(importer, problem, status);
        }
        if (c == '}') {
            return end_document(importer, problem);
        }
        if (!elements->fresh) {
            TRY(take_token(importer, ',', problem));
        }
        TRY(take_member(importer, problem));
    }
    return OK;
}

static struct status check_rest(struct importer *importer, struct import_problem *problem)
{
    uint8_t c;
    TRY(peek_token(importer, &c));
    return give_up(importer, problem, "there is something behind the document");
}

/* Meaning --------------------------------------------------------------------------------- */

static const struct json *inner(const struct json *json, const char *first, const char *second)
{
    const struct json *member = json_member(json, first);
    return member == NULL ? NULL : json_member(member, second);
}

static struct bytes string_of(const struct json *json)
{
    return json == NULL ? bytes_of(NULL, 0) : json_as_string(json);
}

static struct bytes string_in(const struct json *json, const char *name)
{
    return json == NULL ? bytes_of(NULL, 0) : json_string_member(json, name);
}

/* The first that there is: a name, a role's name, or what kind of caller it was. */
static struct bytes user_of(const struct json *identity)
{
    static const char *const members[] = {"arn", "invokedBy", "principalId", "type"};
    if (identity == NULL) {
        return bytes_of(NULL, 0);
    }
    struct bytes user = string_in(identity, "userName");
    if (user.size == 0) {
        user = string_in(inner(identity, "sessionContext", "sessionIssuer"), "userName");
    }
    for (size_t i = 0; user.size == 0 && i < sizeof members / sizeof members[0]; i++) {
        user = string_in(identity, members[i]);
    }
    return user;
}

static bool is_refusal(struct bytes code)
{
    static const char *const pieces[] = {"AccessDenied", "Unauthorized",       "NotAuthorized",
                                         "Forbidden",    "AuthorizationError", "NotPermitted"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        if (slice_find(code, bytes_of_string(pieces[i])) != SLICE_NOWHERE) {
            return true;
        }
    }
    return false;
}

static enum outcome outcome_of(const struct json *element)
{
    struct bytes code = string_in(element, "errorCode");
    if (code.size > 0) {
        return is_refusal(code) ? OUTCOME_DENIED : OUTCOME_FAILED;
    }
    struct bytes login = string_of(inner(element, "responseElements", "ConsoleLogin"));
    bool bad =
        string_in(element, "errorMessage").size > 0 || bytes_equal(login, LITERAL("Failure"));
    return bad ? OUTCOME_FAILED : OUTCOME_OK;
}

static void put_terms(const struct json *element, struct terms *terms, struct import_record *record)
{
    const struct json *identity = json_member(element, "userIdentity");
    struct bytes service = string_in(element, "eventSource");
    struct bytes account = string_in(element, "recipientAccountId");
    if (account.size == 0) {
        account = string_in(identity, "accountId");
    }
    if (slice_ends(service, LITERAL(".amazonaws.com"))) {
        service.size -= sizeof ".amazonaws.com" - 1;
    }
    record->system = terms_join(terms, LITERAL("aws"), ':', account);
    record->action = terms_join(terms, service, ' ', string_in(element, "eventName"));
    record->user = terms_add(terms, user_of(identity));
    record->address = terms_add(terms, string_in(element, "sourceIPAddress"));
}

/* NULL, or what is wrong. */
static const char *explain(const struct json *element, struct terms *terms,
                           struct import_record *record)
{
    if (json_type_of(element) != JSON_TYPE_OBJECT || string_in(element, "eventName").size == 0 ||
        string_in(element, "eventSource").size == 0) {
        return "this is no CloudTrail record: it has no eventSource and eventName";
    }
    if (!reader_time(string_in(element, "eventTime"), &record->at_utc_us)) {
        return "its eventTime is not as in RFC 3339";
    }
    record->outcome = outcome_of(element);
    put_terms(element, terms, record);
    return NULL;
}

/* Elements -------------------------------------------------------------------------------- */

static struct status refuse_element(const struct import_record *record,
                                    struct import_problem *problem, const char *reason)
{
    struct status refused = reader_refuse(problem, record->line, reason);
    problem->line_count = record->line_count;
    return refused;
}

static struct status read_element(struct importer *importer, struct import_record *record,
                                  struct import_problem *problem)
{
    CLEANUP(json_free) struct json *json = NULL;
    struct json_error error = {.line = 0};
    struct status status = json_parse(record->raw, &json, &error);
    if (status.code == STATUS_MALFORMED) {
        return refuse_element(record, problem, error.reason);
    }
    TRY(status);
    const char *wrong = explain(json, &importer->terms, record);
    return wrong == NULL ? OK : refuse_element(record, problem, wrong);
}

/* The element at the front, or the end of the array. */
static struct status take_element(struct importer *importer, struct import_record *record,
                                  struct import_problem *problem)
{
    struct value_scan scan;
    uint64_t line = importer->lines.number;
    struct status status = scan_value(importer, &scan);
    if (failed(status)) {
        return break_off(importer, problem, status);
    }
    if (scan.broken || (scan.at == 0 && !scan.too_long)) {
        return give_up(importer, problem, "this is not JSON: nothing behind it can be read");
    }
    if (scan.too_long || scan.at > IMPORT_RECORD_MAX) {
        take(importer, scan.at);
        status = reader_refuse(problem, line, "the element is longer than a record may be");
        problem->line_count = importer->lines.number - line + 1;
        return status;
    }
    importer->elements.lent = scan.at;
    record->raw = bytes_of(source_view(&importer->lines.source).data, scan.at);
    record->line = line;
    record->line_count = count_lines(record->raw) + 1;
    return read_element(importer, record, problem);
}

static struct status next_element(struct importer *importer, struct import_record *record,
                                  struct import_problem *problem)
{
    struct element_reader *elements = &importer->elements;
    uint8_t c;
    struct status status = peek_token(importer, &c);
    if (failed(status)) {
        return break_off(importer, problem, status);
    }
    if (!elements->fresh && c == ',') {
        take(importer, 1);
        status = peek_token(importer, &c);
        if (failed(status)) {
            return break_off(importer, problem, status);
        }
    } else if (!elements->fresh) {
        return give_up(importer, problem, "this is not JSON: nothing behind it can be read");
    }
    elements->fresh = false;
    return take_element(importer, record, problem);
}

/* Whether the array ends here; its bracket is taken. */
static struct status ends_array(struct importer *importer, struct import_problem *problem,
                                bool *ends)
{
    uint8_t c;
    struct status status = peek_token(importer, &c);
    if (failed(status)) {
        return break_off(importer, problem, status);
    }
    *ends = c == ']';
    if (*ends) {
        take(importer, 1);
        importer->elements.place = BEFORE_RECORDS;
        importer->elements.fresh = false;
    }
    return OK;
}

struct status cloudtrail_next(struct importer *importer, struct import_record *record,
                              struct import_problem *problem)
{
    struct element_reader *elements = &importer->elements;
    take(importer, elements->lent);
    elements->lent = 0;
    if (elements->place == BEFORE_DOCUMENT) {
        TRY(open_document(importer, problem));
    }
    for (;;) {
        bool ends = false;
        TRY(find_records(importer, problem));
        if (elements->place == AFTER_DOCUMENT) {
            return check_rest(importer, problem);
        }
        TRY(ends_array(importer, problem, &ends));
        if (!ends) {
            return next_element(importer, record, problem);
        }
    }
}
