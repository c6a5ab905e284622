#include "schema/json.h"
#include "tools/import/reader.h"

/* A member that says nothing when it is absent or null, and is a string otherwise. */
static bool read_member(const struct json *object, const char *name, struct bytes *out)
{
    const struct json *member = json_member(object, name);
    if (member == NULL || json_type_of(member) == JSON_TYPE_NULL) {
        return true;
    }
    *out = json_as_string(member);
    return json_type_of(member) == JSON_TYPE_STRING;
}

static bool read_outcome(struct bytes text, enum outcome *out)
{
    static const struct {
        const char *word;
        enum outcome outcome;
    } words[] = {
        {"", OUTCOME_OK},           {"ok", OUTCOME_OK},         {"success", OUTCOME_OK},
        {"denied", OUTCOME_DENIED}, {"failed", OUTCOME_FAILED}, {"failure", OUTCOME_FAILED},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (bytes_equal(text, bytes_of_string(words[i].word))) {
            *out = words[i].outcome;
            return true;
        }
    }
    return false;
}

struct said {
    struct bytes at, system, action, user, host, address, outcome;
};

/* NULL, or what is wrong. The second of two names for one thing counts where the first is absent.
 */
static const char *read_said(const struct json *object, struct said *out)
{
    struct bytes at = {.size = 0};
    struct bytes source = {.size = 0};
    if (!read_member(object, "time", &out->at) || !read_member(object, "at", &at)) {
        return "its time is not a string";
    }
    if (!read_member(object, "system", &out->system) ||
        !read_member(object, "action", &out->action) || !read_member(object, "user", &out->user) ||
        !read_member(object, "host", &out->host) ||
        !read_member(object, "address", &out->address) || !read_member(object, "source", &source) ||
        !read_member(object, "outcome", &out->outcome)) {
        return "its system, action, user, host, address, source or outcome is not a string";
    }
    out->at = out->at.size > 0 ? out->at : at;
    out->address = out->address.size > 0 ? out->address : source;
    return NULL;
}

static void put_terms(const struct said *said, struct terms *terms, struct import_record *record)
{
    record->system = terms_add(terms, said->system.size > 0 ? said->system : LITERAL("jsonl"));
    record->action = terms_add(terms, said->action.size > 0 ? said->action : LITERAL("record"));
    record->user = terms_add(terms, said->user);
    record->host = terms_add(terms, said->host);
    record->address = terms_add(terms, said->address);
}

static const char *explain(const struct json *object, struct terms *terms,
                           struct import_record *record)
{
    struct said said = {.at = {.size = 0}};
    const char *wrong = json_type_of(object) == JSON_TYPE_OBJECT ? read_said(object, &said)
                                                                 : "this is not a JSON object";
    if (wrong != NULL) {
        return wrong;
    }
    if (!reader_time(said.at, &record->at_utc_us)) {
        return "its time is not as in RFC 3339";
    }
    if (!read_outcome(said.outcome, &record->outcome)) {
        return "its outcome is not ok, success, denied, failed or failure";
    }
    put_terms(&said, terms, record);
    return NULL;
}

struct status jsonl_next(struct importer *importer, struct import_record *record,
                         struct import_problem *problem)
{
    struct line line;
    CLEANUP(json_free) struct json *json = NULL;
    struct json_error error = {.line = 0};
    TRY(reader_line(importer, &line, problem));
    struct status status = json_parse(line.bytes, &json, &error);
    if (status.code == STATUS_MALFORMED) {
        return reader_refuse(problem, line.number, error.reason);
    }
    TRY(status);
    const char *wrong = explain(json, &importer->terms, record);
    if (wrong != NULL) {
        return reader_refuse(problem, line.number, wrong);
    }
    record->line = line.number;
    record->line_count = 1;
    record->unended = line.unended;
    record->raw = line.bytes;
    return OK;
}
