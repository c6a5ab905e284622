#include "tools/invocation.h"

#include "reports/nearest.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SENTENCE_SIZE = 2048,
    PRINTABLE_SIZE = 4 * SENTENCE_SIZE + 64, /* every byte may become an escape of four */
};

/* Options and arguments -------------------------------------------------------------------- */

static bool in_table(const struct option_info *options, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(options[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_option(const struct invocation *invocation, const char *name)
{
    size_t count;
    const struct option_info *global = command_global_options(&count);
    const struct verb *verb = invocation->verb;
    return in_table(global, count, name) ||
           (verb != NULL && in_table(verb->options, verb->option_count, name));
}

bool invocation_has(const struct invocation *invocation, const char *name)
{
    assert(is_option(invocation, name));
    return options_find(&invocation->line, name) != NULL;
}

const char *invocation_value(const struct invocation *invocation, const char *name)
{
    assert(is_option(invocation, name));
    const struct option_use *use = options_find(&invocation->line, name);
    return use == NULL ? NULL : use->value;
}

const char *invocation_value_at(const struct invocation *invocation, const char *name, size_t index)
{
    assert(is_option(invocation, name));
    for (size_t i = 0; i < invocation->line.use_count; i++) {
        const struct option_use *use = &invocation->line.uses[i];
        if (strcmp(use->option->name, name) == 0 && index-- == 0) {
            return use->value;
        }
    }
    return NULL;
}

size_t invocation_argument_count(const struct invocation *invocation)
{
    return invocation->line.word_count;
}

const char *invocation_argument(const struct invocation *invocation, size_t index)
{
    return index < invocation->line.word_count ? invocation->line.words[index] : NULL;
}

enum exit_code invocation_number(const struct invocation *invocation, const char *name,
                                 struct number_limits limits, uint64_t *out)
{
    const char *value = invocation_value(invocation, name);
    uint64_t number;
    if (value == NULL) {
        return EXIT_DONE;
    }
    if (!text_read_u64(bytes_of_string(value), &number) || number < limits.least ||
        number > limits.most) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "--%s is a number from %" PRIu64 " to %" PRIu64 ", not %.80s", name,
                               limits.least, limits.most, value);
    }
    *out = number;
    return EXIT_DONE;
}

enum exit_code invocation_store(const struct invocation *invocation, const char **out)
{
    const char *store = invocation_value(invocation, "store");
    if (store == NULL) {
        store = getenv("CAIRN_STORE");
    }
    if (store == NULL || *store == '\0') {
        return invocation_fail(invocation, EXIT_USAGE,
                               "name one with --store PATH or in the variable CAIRN_STORE",
                               "no store is named");
    }
    invocation_at(invocation, "opening the store", GUARD_NO_EVENT);
    *out = store;
    return EXIT_DONE;
}

/* Times ------------------------------------------------------------------------------------ */

static enum exit_code bad_moment(const struct invocation *invocation, const char *expression,
                                 struct status status, const struct moment_doubt *doubt)
{
    char memory[128] = "`cairn help times` tells how times are written";
    if (doubt->any) {
        struct text advice = TEXT_IN(memory);
        text_put_literal(&advice, "say which: ");
        moment_doubt_write(doubt, &invocation->zone, &advice);
        text_string(&advice);
    }
    return invocation_fail(invocation, EXIT_USAGE, memory,
                           "the time '%.80s' at byte %" PRIu64 ": %s", expression, status.at,
                           status.why);
}

enum exit_code invocation_moment(const struct invocation *invocation, const char *name,
                                 struct moment since, struct moment *out)
{
    const struct moment_context context = {
        .now_utc_us = invocation->now_utc_us, .zone = invocation->zone, .since = since};
    const char *value = invocation_value(invocation, name);
    struct moment_doubt doubt;
    if (value == NULL) {
        *out = (struct moment){.kind = MOMENT_OPEN};
        return EXIT_DONE;
    }
    struct status status = moment_read(bytes_of_string(value), &context, out, &doubt);
    return failed(status) ? bad_moment(invocation, value, status, &doubt) : EXIT_DONE;
}

enum exit_code invocation_range(const struct invocation *invocation, struct moment_range *out)
{
    const struct moment none = {.kind = MOMENT_OPEN};
    struct moment_range range;
    enum exit_code code = invocation_moment(invocation, "since", none, &range.since);
    if (code != EXIT_DONE) {
        return code;
    }
    code = invocation_moment(invocation, "until", range.since, &range.until);
    if (code != EXIT_DONE) {
        return code;
    }
    if (range.since.kind == range.until.kind && range.until.value < range.since.value) {
        return invocation_fail(invocation, EXIT_USAGE, "exchange the two",
                               "--until is before --since");
    }
    *out = range;
    return EXIT_DONE;
}

enum exit_code invocation_range_of(const struct invocation *invocation, const char *expression,
                                   struct moment_range *out)
{
    const struct moment_context context = {.now_utc_us = invocation->now_utc_us,
                                           .zone = invocation->zone};
    struct moment_doubt doubt;
    struct status status = moment_read_range(bytes_of_string(expression), &context, out, &doubt);
    return failed(status) ? bad_moment(invocation, expression, status, &doubt) : EXIT_DONE;
}

/* Answers ---------------------------------------------------------------------------------- */

void invocation_rows(const struct invocation *invocation, struct rows *rows, struct arena *memory)
{
    const struct rows_options options = {
        .format = invocation->format,
        .zone = invocation->zone,
        .width = invocation->terminal.width,
        .color = invocation->terminal.color,
        .raw = invocation->raw,
    };
    rows_init(rows, &options, invocation->output, memory);
}

/* One line, in one write, so that lines of several processes do not mix. */
static void print_line(const struct invocation *invocation, const char *prefix, const char *line)
{
    char memory[PRINTABLE_SIZE];
    struct text text = TEXT_IN(memory);
    text_put_string(&text, prefix);
    text_put_printable(&text, bytes_of_string(line));
    text_put_char(&text, '\n');
    dprintf(invocation->streams.errors, "%s", text_string(&text));
}

static void print_failure(const struct invocation *invocation, const char *sentence,
                          const char *advice)
{
    char memory[128];
    struct text prefix = TEXT_IN(memory);
    text_put_literal(&prefix, "cairn: ");
    if (invocation->verb != NULL) {
        text_put_string(&prefix, invocation->verb->name);
        text_put_literal(&prefix, ": ");
    }
    print_line(invocation, text_string(&prefix), sentence);
    if (advice != NULL && *advice != '\0') {
        print_line(invocation, "       ", advice);
    }
}

enum exit_code invocation_fail(const struct invocation *invocation, enum exit_code code,
                               const char *advice, const char *format, ...)
{
    char sentence[SENTENCE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    print_failure(invocation, sentence, advice);
    return code;
}

enum exit_code invocation_unknown(const struct invocation *invocation, const char *what,
                                  const struct nearest *nearest, const char *lists)
{
    char memory[256];
    struct text advice = TEXT_IN(memory);
    if (nearest->word != NULL) {
        text_add(&advice, "did you mean %s? ", nearest->word);
    }
    text_add(&advice, "`%s` lists them all", lists);
    return invocation_fail(invocation, EXIT_USAGE, text_string(&advice), "there is no %s %.60s",
                           what, nearest->typed);
}

enum exit_code invocation_failed(const struct invocation *invocation, struct status status,
                                 const char *advice, const char *doing)
{
    char memory[SENTENCE_SIZE];
    struct text sentence = TEXT_IN(memory);
    const bool output_failed = status.code == STATUS_IO && invocation->output->error != 0 &&
                               status.at == (uint64_t)invocation->output->error;
    if (!output_failed && status.code != STATUS_INTERRUPTED) {
        text_add(&sentence, "%.1024s: ", doing);
        status_describe(status, &sentence);
        if (status.code == STATUS_UNCERTAIN && advice == NULL) {
            advice = "look whether it is there: cairn query --last 20";
        }
        print_failure(invocation, text_string(&sentence), advice);
    }
    return exit_of(status);
}

void invocation_add(const struct invocation *invocation, const char *line)
{
    print_line(invocation, "    ", line);
}

void invocation_note(const struct invocation *invocation, const char *format, ...)
{
    char line[SENTENCE_SIZE];
    va_list arguments;
    if (invocation->quiet) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    print_line(invocation, "", line);
}

/* While it works --------------------------------------------------------------------------- */

void invocation_at(const struct invocation *invocation, const char *doing, uint64_t event)
{
    guard_at(invocation->page, doing, event);
}

bool invocation_interrupted(const struct invocation *invocation)
{
    return guard_interrupted(invocation->page);
}

enum guard_wait invocation_wait(const struct invocation *invocation, int descriptor, int timeout_ms)
{
    return guard_wait(invocation->page, descriptor, timeout_ms);
}

struct progress invocation_progress(const struct invocation *invocation, const char *about,
                                    uint64_t total)
{
    return progress_begin(invocation->quiet ? NULL : &invocation->terminal, about, total);
}
