#include "reports/sieve.h"

#include "reports/filter/filter.h"

#include <assert.h>

/* What stands before the value; ids of subjects are elements of an array. */
static const char *const begins[QUERY_MEMBER_COUNT] = {
    [QUERY_ACTOR] = "\"actor\":\"",
    [QUERY_EMITTER] = "\"emitter\":\"",
    [QUERY_KIND] = "\"kind\":\"",
    [QUERY_ON] = "\"",
    [QUERY_USER] = "\"",
    [QUERY_HOST] = "\"",
    [QUERY_ACTION] = "\"",
    [QUERY_OUTCOME] = "\"outcome\":\"",
    [QUERY_PROJECT] = "\"project\":\"",
    [QUERY_RULE] = "\"rule\":\"",
    [QUERY_SESSION] = "\"session\":\"",
    [QUERY_SOURCE] = "\"source\":\"",
};

/* Of a glob only what comes before its first special character is sure. */
static size_t sure_size(const struct query_value *value)
{
    return value->member == QUERY_KIND ? strcspn(value->text, "*?[\\") : strlen(value->text);
}

static void spell(const struct query_value *value, struct spelling *out)
{
    struct text text = TEXT_IN(out->text);
    size_t sure = sure_size(value);
    text_put_string(&text, begins[value->member]);
    text_put(&text, value->text, sure);
    if (value->text[sure] == '\0') {
        text_put_char(&text, '"');
    }
    assert(!text.full);
    out->size = text.size;
}

static void add_conditions(const struct query *query, struct sieve *out)
{
    for (unsigned member = 0; member < QUERY_MEMBER_COUNT; member++) {
        size_t before = out->count;
        for (size_t i = 0; i < query->value_count; i++) {
            const struct query_value *value = &query->values[i];
            if (value->member == member && !value->excluded) {
                out->spellings[out->count].group = out->groups;
                spell(value, &out->spellings[out->count++]);
            }
        }
        if (out->count > before) {
            out->groups++;
        }
    }
}

/* Expressions ----------------------------------------------------------------------------- */

/* What stands before a value of the test's field; NULL: the sieve knows nothing of it. */
static const char *begin_of(const struct filter_node *test)
{
    static const char *const by_term[] = {
        [TERM_ON] = "\"",
        [TERM_ACTOR] = "\"actor\":\"",
        [TERM_KIND] = "\"kind\":\"",
        [TERM_PROJECT] = "\"project\":\"",
        [TERM_SESSION] = "\"session\":\"",
        [TERM_SOURCE] = "\"source\":\"",
        [TERM_OUTCOME] = "\"outcome\":\"",
        [TERM_RULE] = "\"rule\":\"",
        [TERM_COMMAND] = NULL,
        [TERM_EMITTER] = "\"emitter\":\"",
    };
    return test->field->term == 0 ? NULL : by_term[test->field->term];
}

/* A glob is sure up to its first wildcard; what a backslash stands before is not looked at. */
static bool spell_value(const struct filter_node *test, const struct filter_value *value,
                        struct spelling *out)
{
    struct text text = TEXT_IN(out->text);
    text_put_string(&text, begin_of(test));
    if (value->id.kind != ID_NONE && value->id.n == ID_NEW) {
        text_add(&text, "%s:", id_kind_name(value->id.kind));
    } else if (value->id.kind != ID_NONE) {
        id_write(&text, value->id);
        text_put_char(&text, '"');
    } else if (value->is_glob) {
        size_t sure = 0;
        while (sure < value->text.size && strchr("*?\\", value->text.data[sure]) == NULL) {
            sure++;
        }
        text_put(&text, value->text.data, sure);
    } else {
        text_put_bytes(&text, value->text);
        text_put_char(&text, '"');
    }
    out->size = text.size;
    return !text.full && !value->is_block;
}

/* A group for a test, unless there is a value that the sieve cannot spell, or no room. */
static void add_test(const struct filter *filter, const struct filter_node *test, struct sieve *out)
{
    size_t count = out->count;
    if (test->kind != FILTER_TEST || test->relation != FILTER_EQUAL || begin_of(test) == NULL) {
        return;
    }
    for (uint16_t at = test->first; at != FILTER_NONE; at = filter->values[at].next) {
        if (count == SIEVE_SPELLINGS_MAX ||
            !spell_value(test, &filter->values[at], &out->spellings[count])) {
            return;
        }
        out->spellings[count++].group = out->groups;
    }
    out->count = count;
    out->groups++;
}

static void add_expression(const struct filter *filter, struct sieve *out)
{
    const struct filter_node *root = &filter->nodes[filter->root];
    add_test(filter, root, out);
    for (uint16_t at = root->kind == FILTER_ALL ? root->first : FILTER_NONE; at != FILTER_NONE;
         at = filter->nodes[at].next) {
        add_test(filter, &filter->nodes[at], out);
    }
}

/* Both ------------------------------------------------------------------------------------ */

void sieve_init(const struct query *query, struct sieve *out)
{
    out->count = 0;
    out->groups = 0;
    add_conditions(query, out);
    if (query->where != NULL) {
        add_expression(query->where, out);
    }
}

bool sieve_lets_through(const struct sieve *sieve, struct bytes leaf)
{
    size_t i = 0;
    while (i < sieve->count) {
        uint16_t group = sieve->spellings[i].group;
        bool found = false;
        for (; i < sieve->count && sieve->spellings[i].group == group; i++) {
            const struct spelling *spelling = &sieve->spellings[i];
            found = found || memmem(leaf.data, leaf.size, spelling->text, spelling->size) != NULL;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}
