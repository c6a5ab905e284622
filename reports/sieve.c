#include "reports/sieve.h"

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
    out->member = value->member;
    out->size = text.size;
}

void sieve_init(const struct query *query, struct sieve *out)
{
    out->count = 0;
    for (unsigned member = 0; member < QUERY_MEMBER_COUNT; member++) {
        for (size_t i = 0; i < query->value_count; i++) {
            const struct query_value *value = &query->values[i];
            if (value->member == member && !value->excluded) {
                spell(value, &out->spellings[out->count++]);
            }
        }
    }
}

bool sieve_lets_through(const struct sieve *sieve, struct bytes leaf)
{
    size_t i = 0;
    while (i < sieve->count) {
        enum query_member member = sieve->spellings[i].member;
        bool found = false;
        for (; i < sieve->count && sieve->spellings[i].member == member; i++) {
            const struct spelling *spelling = &sieve->spellings[i];
            found = found || memmem(leaf.data, leaf.size, spelling->text, spelling->size) != NULL;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}
