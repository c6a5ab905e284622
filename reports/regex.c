#include "reports/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

void regex_close(struct regex *regex)
{
    pcre2_match_context_free(regex->limits);
    pcre2_match_data_free(regex->match);
    pcre2_code_free(regex->code);
    *regex = (struct regex){NULL, NULL, NULL};
}

static void put_sentence(int error, struct text *sentence)
{
    PCRE2_UCHAR memory[256];
    if (pcre2_get_error_message(error, memory, sizeof memory) > 0) {
        text_put_printable(sentence, bytes_of_string((const char *)memory));
    }
}

static struct status compile(struct bytes pattern, const struct regex_options *options,
                             struct text *sentence, void **out)
{
    int error = 0;
    PCRE2_SIZE at = 0;
    uint32_t flags = PCRE2_MATCH_INVALID_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C |
                     (options->caseless ? PCRE2_CASELESS : 0u);
    *out = pcre2_compile(pattern.size == 0 ? (PCRE2_SPTR) "" : pattern.data, pattern.size, flags,
                         &error, &at, NULL);
    if (*out == NULL) {
        put_sentence(error, sentence);
        return FAIL_BECAUSE(MALFORMED, at, "this is no regular expression");
    }
    return OK; /* not compiled further, to machine code: its limits would be other ones */
}

struct status regex_open(struct bytes pattern, const struct regex_options *options,
                         struct text *sentence, struct regex *out)
{
    *out = (struct regex){NULL, NULL, NULL};
    if (pattern.size > REGEX_PATTERN_MAX) {
        return FAIL(LIMIT, REGEX_PATTERN_MAX);
    }
    TRY(compile(pattern, options, sentence, &out->code));
    out->match = pcre2_match_data_create(1, NULL);
    out->limits = pcre2_match_context_create(NULL);
    if (out->match == NULL || out->limits == NULL) {
        return FAIL(NO_MEMORY, 0);
    }
    pcre2_set_match_limit(out->limits, REGEX_MATCH_LIMIT);
    pcre2_set_depth_limit(out->limits, REGEX_DEPTH_LIMIT);
    pcre2_set_heap_limit(out->limits, REGEX_HEAP_LIMIT_KIB);
    return OK;
}

struct status regex_matches(const struct regex *regex, struct bytes text, bool *out)
{
    int count = pcre2_match(regex->code, text.size == 0 ? (PCRE2_SPTR) "" : text.data, text.size, 0,
                            0, regex->match, regex->limits);
    if (count < 0 && count != PCRE2_ERROR_NOMATCH) {
        return FAIL_BECAUSE(LIMIT, 0, "the regular expression takes too long to match");
    }
    *out = count >= 0;
    return OK;
}
