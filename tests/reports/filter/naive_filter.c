#include "tests/reports/filter/naive_filter.h"

#include "reports/query.h"
#include "schema/json.h"
#include "schema/time.h"
#include "tests/reports/capture.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    TEXT_SIZE = 128,
    STRINGS_SIZE = 8192,
};

static uint64_t below(struct facts *facts, uint64_t limit)
{
    return random_below(&facts->history->random, limit);
}

/* Facts ----------------------------------------------------------------------------------- */

static void add_strings(const struct json *json, struct text *out)
{
    if (json_type_of(json) == JSON_TYPE_STRING) {
        text_put_char(out, '\1');
        text_put_bytes(out, json_as_string(json));
        text_put_char(out, '\1');
    }
    const char *name;
    bool object = json_type_of(json) == JSON_TYPE_OBJECT;
    for (size_t i = 0; i < json_count(json); i++) {
        add_strings(object ? json_member_at(json, i, &name) : json_element(json, i), out);
    }
}

static void add_document(struct bytes text, struct text *out)
{
    struct json *json = NULL;
    struct json_error error;
    must(json_parse(text, &json, &error));
    add_strings(json, out);
    json_free(&json);
}

static char *copy_of(struct bytes bytes)
{
    char *copy = calloc(1, bytes.size + 1);
    assert_non_null(copy);
    memcpy(copy, bytes.data, bytes.size);
    return copy;
}

void facts_begin(struct facts *facts, struct history *history)
{
    *facts = (struct facts){.history = history};
    facts->bodies = calloc(history->count, sizeof *facts->bodies);
    facts->strings = calloc(history->count, sizeof *facts->strings);
    assert_true(facts->bodies != NULL && facts->strings != NULL);
    for (uint64_t n = 0; n < history->count; n++) {
        char memory[STRINGS_SIZE];
        struct text strings = TEXT_IN(memory);
        struct bytes leaf, body;
        must(log_read_leaf(history->log, n, &leaf));
        must(log_read_body(history->log, &history->events[n], &body));
        body = bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE);
        add_document(leaf, &strings);
        add_document(body, &strings);
        assert_false(strings.full);
        facts->bodies[n] = copy_of(body);
        facts->strings[n] = copy_of(text_bytes(&strings));
    }
}

void facts_end(struct facts *facts)
{
    for (uint64_t n = 0; n < facts->history->count; n++) {
        free(facts->bodies[n]);
        free(facts->strings[n]);
    }
    free(facts->bodies);
    free(facts->strings);
}

/* What an event says ---------------------------------------------------------------------- */

/* Fields whose value is one text; `on` has several. */
static const char *const text_fields[] = {"kind", "actor",   "emitter", "outcome", "source",
                                          "rule", "project", "session", "on"};

static void put_id(struct id id, char out[static TEXT_SIZE])
{
    if (id.kind != ID_NONE) {
        snprintf(out, TEXT_SIZE, "%s:%" PRIu64, id_kind_name(id.kind), id.n);
    }
}

static void put_bytes(struct bytes bytes, char out[static TEXT_SIZE])
{
    snprintf(out, TEXT_SIZE, "%.*s", (int)bytes.size, (const char *)bytes.data);
}

/* The index-th value of the field; empty: none. */
static void value_of(const struct leaf *leaf, const char *field, size_t index,
                     char out[static TEXT_SIZE])
{
    out[0] = '\0';
    if (strcmp(field, "on") == 0) {
        put_id(index < leaf->on_count ? leaf->on[index] : (struct id){0}, out);
    } else if (index > 0) {
        return;
    } else if (strcmp(field, "kind") == 0) {
        snprintf(out, TEXT_SIZE, "%s", event_name(leaf->kind));
    } else if (strcmp(field, "outcome") == 0) {
        snprintf(out, TEXT_SIZE, "%s", outcome_name(leaf->outcome));
    } else if (strcmp(field, "project") == 0) {
        put_id(leaf->project, out);
    } else if (strcmp(field, "session") == 0) {
        put_id(leaf->session, out);
    } else {
        put_bytes(strcmp(field, "actor") == 0     ? leaf->actor
                  : strcmp(field, "emitter") == 0 ? leaf->emitter
                  : strcmp(field, "source") == 0  ? leaf->source
                                                  : leaf->rule,
                  out);
    }
}

static const struct leaf *random_event(struct facts *facts)
{
    return &facts->history->events[below(facts, facts->history->count)];
}

/* Tests ----------------------------------------------------------------------------------- */

/* A sign that turns a test over, or none. */
static bool flip(struct facts *facts, bool *meets)
{
    if (below(facts, 3) > 0) {
        return false;
    }
    for (uint64_t n = 0; n < facts->history->count; n++) {
        meets[n] = !meets[n];
    }
    return true;
}

static void mark_text(struct facts *facts, const char *field, const char *wanted, bool *meets)
{
    char value[TEXT_SIZE];
    bool on = strcmp(field, "on") == 0;
    for (uint64_t n = 0; n < facts->history->count; n++) {
        size_t count = on ? facts->history->events[n].on_count : 1;
        for (size_t i = 0; i < count; i++) {
            value_of(&facts->history->events[n], field, i, value);
            meets[n] = meets[n] || (value[0] != '\0' && strcmp(value, wanted) == 0);
        }
    }
}

/* field = value, or one of a few. */
static void equal_test(struct facts *facts, struct text *out, bool *meets)
{
    const char *field = text_fields[below(facts, sizeof text_fields / sizeof text_fields[0])];
    char values[3][TEXT_SIZE];
    size_t count = 1 + below(facts, 3);
    for (size_t i = 0; i < count; i++) {
        do {
            value_of(random_event(facts), field, 0, values[i]);
        } while (values[i][0] == '\0');
        mark_text(facts, field, values[i], meets);
    }
    bool flipped = flip(facts, meets);
    if (count == 1) {
        text_add(out, "%s %s \"%s\"", field, flipped ? "!=" : "=", values[0]);
        return;
    }
    text_add(out, "%s %s (", field, flipped ? "not in" : "in");
    for (size_t i = 0; i < count; i++) {
        text_add(out, "%s'%s'", i > 0 ? "," : "", values[i]);
    }
    text_put_char(out, ')');
}

/* What begins like a value does: as a glob, or as a regular expression. */
static void like_test(struct facts *facts, struct text *out, bool *meets)
{
    static const char *const fields[] = {"kind", "actor", "emitter", "rule", "source"};
    const char *field = fields[below(facts, 5)];
    char value[TEXT_SIZE], beginning[TEXT_SIZE];
    do {
        value_of(random_event(facts), field, 0, beginning);
    } while (beginning[0] == '\0');
    beginning[1 + below(facts, strlen(beginning))] = '\0';
    for (size_t i = 0; beginning[i] != '\0'; i++) {
        if (strchr(".-_:%", beginning[i]) == NULL &&
            !(beginning[i] >= '0' && beginning[i] <= 'z')) {
            beginning[i] = '\0'; /* what has a meaning for either */
        }
    }
    for (uint64_t n = 0; n < facts->history->count; n++) {
        value_of(&facts->history->events[n], field, 0, value);
        meets[n] = value[0] != '\0' && strncmp(value, beginning, strlen(beginning)) == 0;
    }
    bool regex = below(facts, 2) == 0, flipped = flip(facts, meets);
    text_add(out, "%s %s", field, regex ? (flipped ? "!~ /^" : "~ /^") : (flipped ? "!= " : "= "));
    for (const char *c = beginning; *c != '\0'; c++) {
        text_add(out, "%s%c", regex && strchr(".-", *c) != NULL ? "\\" : "", *c);
    }
    text_put_string(out, regex ? "/" : "*");
}

static void exists_test(struct facts *facts, struct text *out, bool *meets)
{
    const char *field = text_fields[below(facts, sizeof text_fields / sizeof text_fields[0])];
    char value[TEXT_SIZE];
    for (uint64_t n = 0; n < facts->history->count; n++) {
        value_of(&facts->history->events[n], field, 0, value);
        meets[n] = value[0] != '\0';
    }
    text_add(out, "%s%s exists", flip(facts, meets) ? "not " : "", field);
}

static uint64_t number_of(const struct leaf *leaf, unsigned which)
{
    return which == 0   ? leaf->n
           : which == 1 ? leaf->on_n
           : which == 2 ? leaf->emitter_n
           : which == 3 ? query_time_of(leaf)
           : which == 4 ? leaf->t_utc_us
                        : leaf->at_utc_us;
}

static bool holds(uint64_t a, unsigned sign, uint64_t b)
{
    return sign == 0 ? a < b : sign == 1 ? a <= b : sign == 2 ? a > b : a >= b;
}

static void number_test(struct facts *facts, struct text *out, bool *meets)
{
    static const char *const fields[] = {"n", "on_n", "emitter_n", "time", "recorded", "at"};
    static const char *const signs[] = {"<", "<=", ">", ">="};
    unsigned which = (unsigned)below(facts, 6), sign = (unsigned)below(facts, 4);
    uint64_t wanted = number_of(random_event(facts), which);
    wanted = which >= 3 && wanted == 0 ? facts->history->scratch.clock_us : wanted;
    /* Of a time a moment is meant that is over a microsecond later. */
    unsigned meant = which >= 3 && sign == 1 ? 0 : which >= 3 && sign == 2 ? 3 : sign;
    uint64_t bound = which >= 3 && (sign == 1 || sign == 2) ? wanted + 1 : wanted;
    for (uint64_t n = 0; n < facts->history->count; n++) {
        uint64_t mine = number_of(&facts->history->events[n], which);
        meets[n] = (which != 5 || mine != 0) && holds(mine, meant, bound);
    }
    text_add(out, "%s %s ", fields[which], signs[sign]);
    if (which < 3) {
        text_put_u64(out, wanted);
    } else {
        time_write(out, wanted);
    }
}

static void address_test(struct facts *facts, struct text *out, bool *meets)
{
    unsigned bits = (unsigned)below(facts, 33);
    uint32_t mask = bits == 0 ? 0 : UINT32_MAX << (32 - bits);
    uint32_t base = (UINT32_C(0x0a030000) | (below(facts, 2) == 0 ? 7u : 70u)) & mask;
    for (uint64_t n = 0; n < facts->history->count; n++) {
        char value[TEXT_SIZE];
        struct in_addr address;
        value_of(&facts->history->events[n], "source", 0, value);
        meets[n] =
            inet_pton(AF_INET, value, &address) == 1 && (ntohl(address.s_addr) & mask) == base;
    }
    text_add(out, "source %s %u.%u.%u.%u/%u", flip(facts, meets) ? "not in" : "in", base >> 24,
             base >> 16 & 255, base >> 8 & 255, base & 255, bits);
}

/* Bodies ---------------------------------------------------------------------------------- */

/* How a member with its value stands in a body, and how it is asked for. */
static void member_test(struct facts *facts, struct text *out, bool *meets)
{
    static const struct {
        const char *stands, *asked;
    } members[] = {
        {"\"action\":\"session opened\"", "body.action = 'session opened'"},
        {"\"action\":\"session opened\"", "body.action = session*"},
        {"\"action\":", "body.action exists"},
        {"\"what\":\"door\"", "body.what ~ /^d.*R$/i"},
        {"\"user\":\"root\"", "body.user in (x, root)"},
        {"\"format\":\"syslog\"", "body.format = syslog"},
        {"\"occurrence\":2049", "body.occurrence = 2049"},
        {"\"raw\":\"say \\\"hi\\\"\\tthere\"", "body.raw = \"say \\\"hi\\\"\\x09there\""},
        {"\"raw\":\"a line\"", "body.raw = a\\ li*"},
        {"\"command\":\"user.register\"", "body.command = user.*r"},
        {"\"name\":\"user 7\"", "body.name = 'user 7'"},
    };
    size_t which = below(facts, sizeof members / sizeof members[0]);
    for (uint64_t n = 0; n < facts->history->count; n++) {
        meets[n] = strstr(facts->bodies[n], members[which].stands) != NULL;
    }
    text_add(out, "%s%s", flip(facts, meets) ? "not " : "", members[which].asked);
}

static void occurrence_test(struct facts *facts, struct text *out, bool *meets)
{
    static const char *const signs[] = {"<", "<=", ">", ">="};
    unsigned sign = (unsigned)below(facts, 4);
    uint64_t kib = below(facts, 7), wanted = kib * 1024 + below(facts, 2) * (kib > 0 ? 0 : 1);
    for (uint64_t n = 0; n < facts->history->count; n++) {
        const char *at = strstr(facts->bodies[n], "\"occurrence\":");
        meets[n] = at != NULL && holds(strtoull(at + 13, NULL, 10), sign, wanted);
    }
    text_add(out, "body.occurrence %s ", signs[sign]);
    if (wanted == kib * 1024 && kib > 0 && below(facts, 2) == 0) {
        text_add(out, "%" PRIu64 "KiB", kib);
    } else {
        text_put_u64(out, wanted);
    }
}

static void text_test(struct facts *facts, struct text *out, bool *meets)
{
    static const char *const parts[][2] = {
        {"password", "password"},     {"hi\"\t", "'hi\"\\x09'"},  {"session", "session"},
        {"emitter", "emitter"},       {"t\xc3\xa9", "t\xc3\xa9"}, {"10.3.0.7", "10.3.0.7"},
        {"cohort 7/", "'cohort 7/'"},
    };
    size_t which = below(facts, sizeof parts / sizeof parts[0]);
    bool regex = which != 1 && which != 5 && which != 6 && below(facts, 2) == 0;
    for (uint64_t n = 0; n < facts->history->count; n++) {
        meets[n] = strstr(facts->strings[n], parts[which][0]) != NULL;
    }
    bool flipped = flip(facts, meets);
    text_add(out, "text %s%s %s%s%s", flipped ? "!" : "", regex ? "~" : "=", regex ? "/" : "",
             parts[which][1], regex ? "/" : "");
}

/* Expressions ----------------------------------------------------------------------------- */

typedef void random_test(struct facts *facts, struct text *out, bool *meets);

static void any_test(struct facts *facts, struct text *out, bool *meets)
{
    static random_test *const tests[] = {
        equal_test,  equal_test,  equal_test,  equal_test,   like_test,
        exists_test, number_test, number_test, address_test, like_test,
        member_test, member_test, text_test,   equal_test,   occurrence_test,
    };
    memset(meets, 0, facts->history->count * sizeof *meets);
    tests[below(facts, sizeof tests / sizeof tests[0])](facts, out, meets);
}

static void joint(struct facts *facts, unsigned depth, struct text *out, bool *meets)
{
    bool *other = calloc(facts->history->count, sizeof *other);
    bool all = below(facts, 2) == 0;
    assert_non_null(other);
    text_put_char(out, '(');
    random_filter(facts, depth - 1, out, meets);
    for (uint64_t count = 1 + below(facts, 3); count > 0; count--) {
        text_put_string(out, all ? " and " : " or ");
        random_filter(facts, depth - 1, out, other);
        for (uint64_t n = 0; n < facts->history->count; n++) {
            meets[n] = all ? meets[n] && other[n] : meets[n] || other[n];
        }
    }
    text_put_char(out, ')');
    free(other);
}

void random_filter(struct facts *facts, unsigned depth, struct text *out, bool *meets)
{
    uint64_t drawn = depth == 0 ? 0 : below(facts, 6);
    if (drawn < 2) {
        any_test(facts, out, meets);
        return;
    }
    if (drawn > 2) {
        joint(facts, depth, out, meets);
        return;
    }
    text_put_string(out, "not (");
    random_filter(facts, depth - 1, out, meets);
    text_put_char(out, ')');
    for (uint64_t n = 0; n < facts->history->count; n++) {
        meets[n] = !meets[n];
    }
}
