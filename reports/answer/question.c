#include "reports/answer/question.h"

#include <assert.h>

static const struct {
    const char *name;
    enum query_member member;
} members[] = {
    {"actor", QUERY_ACTOR},   {"emitter", QUERY_EMITTER}, {"kind", QUERY_KIND},
    {"on", QUERY_ON},         {"user", QUERY_USER},       {"host", QUERY_HOST},
    {"action", QUERY_ACTION}, {"outcome", QUERY_OUTCOME}, {"project", QUERY_PROJECT},
    {"rule", QUERY_RULE},     {"session", QUERY_SESSION}, {"source", QUERY_SOURCE},
};

static struct status unreadable(void)
{
    return FAIL_BECAUSE(MALFORMED, 0, "the question cannot be read");
}

/* Takes the \xNN out of a value; a leading `!` stands for what is excluded. */
static struct status add_value(struct query *query, enum query_member member, bool excluded,
                               struct bytes value)
{
    char memory[QUERY_VALUE_SIZE + 1];
    struct text text = TEXT_IN(memory);
    text_put_string(&text, excluded ? "!" : "");
    for (size_t i = 0; i < value.size; i++) {
        uint8_t byte = value.data[i];
        size_t size;
        if (byte == '\\') {
            if (value.size - i < 4 || value.data[i + 1] != 'x' ||
                failed(hex_read(bytes_of(value.data + i + 2, 2), &byte, 1, &size))) {
                return unreadable();
            }
            i += 3;
        }
        text_put_char(&text, (char)byte);
    }
    return text.full ? unreadable() : query_add(query, member, text_bytes(&text));
}

static struct status read_bound(struct bytes value, struct moment *out)
{
    const struct moment_context context = {.zone = zone_utc()};
    struct moment_doubt doubt;
    return moment_read(value, &context, out, &doubt);
}

static struct status read_member(struct query *query, struct bytes name, bool excluded,
                                 struct bytes value)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (bytes_equal(name, bytes_of_string(members[i].name))) {
            return add_value(query, members[i].member, excluded, value);
        }
    }
    if (bytes_equal(name, LITERAL("since"))) {
        return read_bound(value, &query->range.since);
    }
    if (bytes_equal(name, LITERAL("until"))) {
        return read_bound(value, &query->range.until);
    }
    query->newest_first = bytes_equal(name, LITERAL("last"));
    bool is_limit = query->newest_first || bytes_equal(name, LITERAL("first"));
    return is_limit && text_read_u64(value, &query->limit) ? OK : unreadable();
}

static struct status read_word(struct query *query, struct bytes word)
{
    const uint8_t *sign = word.size == 0 ? NULL : memchr(word.data, '=', word.size);
    if (sign == NULL) {
        query->by_received = bytes_equal(word, LITERAL("by_received"));
        return query->by_received || bytes_equal(word, LITERAL("everything")) ? OK : unreadable();
    }
    size_t size = (size_t)(sign - word.data);
    bool excluded = size > 0 && word.data[size - 1] == '!';
    return read_member(query, bytes_of(word.data, excluded ? size - 1 : size), excluded,
                       bytes_of(sign + 1, word.size - size - 1));
}

static struct status read_expression(struct bytes expression, struct question *out)
{
    const struct filter_context context = {.moments = {.zone = zone_utc()}};
    struct filter_fault fault;
    out->has_filter = true;
    struct status status = filter_read(expression, &context, &out->filter, &fault);
    if (failed(status)) {
        return status.code == STATUS_NO_MEMORY ? status : unreadable();
    }
    out->query.where = &out->filter;
    return OK;
}

static bool begins_with(struct bytes bytes, struct bytes word)
{
    return bytes.size >= word.size && memcmp(bytes.data, word.data, word.size) == 0;
}

static struct status read_line(struct bytes line, struct question *out)
{
    struct bytes rest = line;
    while (rest.size > 0) {
        if (begins_with(rest, LITERAL("where "))) {
            return read_expression(bytes_of(rest.data + 6, rest.size - 6), out);
        }
        const uint8_t *blank = memchr(rest.data, ' ', rest.size);
        size_t size = blank == NULL ? rest.size : (size_t)(blank - rest.data);
        TRY(read_word(&out->query, bytes_of(rest.data, size)));
        rest = blank == NULL ? (struct bytes){0} : bytes_of(blank + 1, rest.size - size - 1);
    }
    return OK;
}

struct status question_read(struct bytes line, struct question *out)
{
    char memory[QUESTION_TEXT_MAX];
    struct text again = TEXT_IN(memory);
    out->query = (struct query){0};
    out->has_filter = false;
    if (line.size == 0 || line.size >= QUESTION_TEXT_MAX) {
        return unreadable();
    }
    TRY(read_line(line, out));
    query_write(&out->query, &again);
    return !again.full && bytes_equal(text_bytes(&again), line)
               ? OK
               : FAIL_BECAUSE(MALFORMED, 0, "the question is not in its one form");
}

void question_close(struct question *question)
{
    if (question->has_filter) {
        filter_close(&question->filter);
        question->has_filter = false;
    }
}
