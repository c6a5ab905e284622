#include "reports/filter/filter.h"
#include "reports/filter/lexer.h"
#include "reports/glyph.h"

/* Texts ----------------------------------------------------------------------------------- */

static bool is_bare(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("_.:@+-", c) != NULL;
}

static bool is_keyword(struct bytes text)
{
    static const char *const keywords[] = {"and", "AND", "or", "OR", "not", "NOT", "in", "IN"};
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        if (bytes_equal(text, bytes_of_string(keywords[i]))) {
            return true;
        }
    }
    return false;
}

static void put_bytes_escaped(struct bytes bytes, struct text *out)
{
    for (size_t i = 0; i < bytes.size; i++) {
        text_add(out, "\\x%02x", bytes.data[i]);
    }
}

static bool can_be_bare(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\0' || !is_bare(text.data[i])) {
            return false;
        }
    }
    return text.size > 0 && !is_keyword(text);
}

static void put_literal(struct bytes text, struct text *out)
{
    struct glyph glyph;
    if (can_be_bare(text)) {
        text_put_bytes(out, text);
        return;
    }
    text_put_char(out, '"');
    while (glyph_next(&text, &glyph)) {
        if (!glyph.plain || !glyph.valid) {
            put_bytes_escaped(glyph.bytes, out);
        } else {
            text_put_string(out, glyph.point == '"' || glyph.point == '\\' ? "\\" : "");
            text_put_bytes(out, glyph.bytes);
        }
    }
    text_put_char(out, '"');
}

/* A pattern has a backslash only before what it takes the meaning from. */
static void put_glob(struct bytes pattern, struct text *out)
{
    struct glyph glyph;
    bool escaped = false;
    while (glyph_next(&pattern, &glyph)) {
        uint8_t c = glyph.bytes.data[0];
        if (!glyph.plain || !glyph.valid) {
            put_bytes_escaped(glyph.bytes, out);
        } else if (c == '\\' && !escaped) {
            escaped = true;
            continue;
        } else {
            text_put_string(out, escaped || !lexer_is_plain(c) ? "\\" : "");
            text_put_bytes(out, glyph.bytes);
        }
        escaped = false;
    }
}

static void put_regex(const struct filter_value *value, struct text *out)
{
    struct bytes text = value->text;
    text_put_char(out, '/');
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        text_put_string(out, c == '/' ? "\\" : "");
        text_put_char(out, (char)c);
        if (c == '\\' && i + 1 < text.size) {
            text_put_char(out, (char)text.data[++i]);
        }
    }
    text_put_string(out, value->is_caseless ? "/i" : "/");
}

/* Values ---------------------------------------------------------------------------------- */

static bool is_time_test(const struct filter_node *test)
{
    return test->field->type == FILTER_TYPE_TIME ||
           (test->field->type == FILTER_TYPE_BODY && test->body_types == 1u << FIELD_TIME);
}

static void put_time(const struct filter_node *test, const struct filter_value *value,
                     struct text *out)
{
    struct zone utc = zone_utc();
    if (test->relation == FILTER_EQUAL) {
        moment_range_write(&value->range, &utc, out);
    } else {
        moment_write(value->range.since, &utc, out);
    }
}

static void put_id(struct id id, struct text *out)
{
    if (id.n == ID_NEW) {
        text_add(out, "%s:*", id_kind_name(id.kind));
    } else {
        id_write(out, id);
    }
}

static void put_value(const struct filter_node *test, const struct filter_value *value,
                      struct text *out)
{
    if (value->regex.code != NULL) {
        put_regex(value, out);
    } else if (is_time_test(test) && value->is_time) {
        put_time(test, value, out);
    } else if (test->field->type == FILTER_TYPE_NUMBER) {
        text_put_u64(out, value->number);
    } else if (value->id.kind != ID_NONE) {
        put_id(value->id, out);
    } else if (value->is_block) {
        address_write_block(&value->block, out);
    } else if (value->is_glob) {
        put_glob(value->text, out);
    } else {
        put_literal(value->text, out);
    }
}

/* A bound in time is always the beginning of what follows it. */
static const char *sign_of(const struct filter_node *test)
{
    switch (test->relation) {
    case FILTER_LESS:
        return "<";
    case FILTER_AT_MOST:
        return is_time_test(test) ? "<" : "<=";
    case FILTER_MORE:
        return is_time_test(test) ? ">=" : ">";
    case FILTER_AT_LEAST:
        return ">=";
    case FILTER_EQUAL:
    case FILTER_LIKE:
    case FILTER_EXISTS:
        break;
    }
    return "~";
}

static void put_list(const struct filter *filter, const struct filter_node *test, struct text *out)
{
    bool many = filter->values[test->first].next != FILTER_NONE;
    text_put_string(out, many ? "(" : "");
    for (uint16_t at = test->first; at != FILTER_NONE; at = filter->values[at].next) {
        text_put_string(out, at == test->first ? "" : ", ");
        put_value(test, &filter->values[at], out);
    }
    text_put_string(out, many ? ")" : "");
}

static void put_equal(const struct filter *filter, const struct filter_node *test, bool negated,
                      struct text *out)
{
    const struct filter_value *value = &filter->values[test->first];
    bool is_range = value->is_block || (is_time_test(test) && value->is_time);
    if (is_range || value->next != FILTER_NONE) {
        text_put_string(out, negated ? " not in " : " in ");
    } else {
        text_put_string(out, negated ? " != " : " = ");
    }
    put_list(filter, test, out);
}

static void put_test(const struct filter *filter, const struct filter_node *test, bool negated,
                     struct text *out)
{
    bool can_negate = test->relation == FILTER_EQUAL || test->relation == FILTER_LIKE;
    text_put_string(out, negated && !can_negate ? "not " : "");
    text_put_string(out, test->field->name);
    if (test->field->type == FILTER_TYPE_BODY) {
        text_put_char(out, '.');
        text_put_bytes(out, test->path);
    }
    if (test->relation == FILTER_EXISTS) {
        text_put_literal(out, " exists");
    } else if (test->relation == FILTER_EQUAL) {
        put_equal(filter, test, negated, out);
    } else {
        text_add(out, " %s%s ", negated && can_negate ? "!" : "", sign_of(test));
        put_list(filter, test, out);
    }
}

/* Joints ---------------------------------------------------------------------------------- */

static void put_node(const struct filter *filter, uint16_t at, bool in_all, struct text *out);

static void put_children(const struct filter *filter, const struct filter_node *node, bool in_all,
                         struct text *out)
{
    bool enclosed = in_all && node->kind == FILTER_ANY;
    const char *between = node->kind == FILTER_ALL ? " and " : " or ";
    text_put_string(out, enclosed ? "(" : "");
    for (uint16_t at = node->first; at != FILTER_NONE; at = filter->nodes[at].next) {
        text_put_string(out, at == node->first ? "" : between);
        put_node(filter, at, node->kind == FILTER_ALL, out);
    }
    text_put_string(out, enclosed ? ")" : "");
}

static void put_negation(const struct filter *filter, uint16_t at, struct text *out)
{
    const struct filter_node *node = &filter->nodes[at];
    if (node->kind == FILTER_TEST) {
        put_test(filter, node, true, out);
        return;
    }
    bool enclosed = node->kind != FILTER_NOT;
    text_put_string(out, enclosed ? "not (" : "not ");
    put_node(filter, at, false, out);
    text_put_string(out, enclosed ? ")" : "");
}

static void put_node(const struct filter *filter, uint16_t at, bool in_all, struct text *out)
{
    const struct filter_node *node = &filter->nodes[at];
    if (node->kind == FILTER_TEST) {
        put_test(filter, node, false, out);
    } else if (node->kind == FILTER_NOT) {
        put_negation(filter, node->first, out);
    } else {
        put_children(filter, node, in_all, out);
    }
}

void filter_write_node(const struct filter *filter, uint16_t node, struct text *out)
{
    put_node(filter, node, false, out);
}

void filter_write(const struct filter *filter, struct text *out)
{
    put_node(filter, filter->root, false, out);
}
