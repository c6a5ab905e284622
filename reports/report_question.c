#include "reports/report_question.h"

#include "reports/query.h"

#include <inttypes.h>

/* Making it ------------------------------------------------------------------------------- */

static struct status time_of(struct log_snapshot *log, uint64_t n, uint64_t *utc_us)
{
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_read_leaf(log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    *utc_us = leaf.t_utc_us;
    return OK;
}

/* The first position that does not count by a bound. */
static struct status position_of(struct log_snapshot *log, const struct moment *bound,
                                 uint64_t *out)
{
    uint64_t size = log_snapshot_size(log);
    if (bound->kind == MOMENT_TIME) {
        return query_position_at(log, bound->value, out);
    }
    *out = bound->kind == MOMENT_POSITION && bound->value < size ? bound->value : size;
    return OK;
}

/* The bound as a time: of a position, when it was recorded. */
static struct status time_of_bound(struct log_snapshot *log, const struct moment *bound,
                                   uint64_t open, uint64_t *out)
{
    *out = bound->kind == MOMENT_TIME ? bound->value : open;
    if (bound->kind == MOMENT_POSITION && bound->value < log_snapshot_size(log)) {
        TRY(time_of(log, bound->value, out));
    }
    return OK;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static struct status settle_end(const struct report_wish *wish, struct log_snapshot *log,
                                struct report_question *out)
{
    uint64_t newest, last, past_at = log_snapshot_size(log);
    TRY(position_of(log, &wish->period.until, &out->size));
    if (wish->at.kind == MOMENT_POSITION && wish->at.value < past_at) {
        past_at = wish->at.value + 1;
    } else if (wish->at.kind == MOMENT_TIME) {
        TRY(query_position_at(log, wish->at.value + 1, &past_at));
    }
    out->size = least(out->size, past_at);
    if (out->size == 0) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "the log has no event before that");
    }
    TRY(time_of(log, log_snapshot_size(log) - 1, &newest));
    TRY(time_of(log, out->size - 1, &last));
    TRY(time_of_bound(log, &wish->period.until, newest + 1, &out->until_us));
    out->now_us = wish->at.kind == MOMENT_TIME       ? least(wish->at.value, out->until_us)
                  : wish->at.kind == MOMENT_POSITION ? last
                  : newest < out->until_us && wish->asked_us < out->until_us ? newest
                                                                             : out->until_us;
    return OK;
}

const char *report_scope_name(enum id_kind kind)
{
    return kind == ID_PROJECT ? "project"
           : kind == ID_USER  ? "user"
           : kind == ID_TEAM  ? "team"
                              : NULL;
}

static uint32_t scope_of(enum id_kind kind)
{
    return kind == ID_PROJECT ? REPORT_OF_PROJECT
           : kind == ID_USER  ? REPORT_OF_USER
           : kind == ID_TEAM  ? REPORT_OF_TEAM
                              : REPORT_GLOBAL;
}

struct status report_question_make(const struct report_wish *wish, struct log_snapshot *log,
                                   struct report_question *out)
{
    struct report_question made = {.info = wish->info, .state = wish->state, .scope = wish->scope};
    if (wish->info->run == NULL) {
        return FAIL_BECAUSE(MALFORMED, 0, wish->info->waits);
    }
    if ((wish->info->scopes & scope_of(wish->scope.kind)) == 0) {
        return FAIL_BECAUSE(MALFORMED, 0, "this report is not made of such a part");
    }
    TRY(settle_end(wish, log, &made));
    if (wish->period.since.kind != MOMENT_OPEN) {
        TRY(position_of(log, &wish->period.since, &made.first));
    }
    uint64_t born;
    TRY(time_of(log, 0, &born));
    TRY(time_of_bound(log, &wish->period.since, born, &made.from_us));
    made.first = least(made.first, made.size);
    if (made.from_us >= made.until_us) {
        return FAIL_BECAUSE(MALFORMED, 0, "the period ends before it begins");
    }
    *out = made;
    return OK;
}

/* Writing --------------------------------------------------------------------------------- */

void report_question_write(const struct report_question *question, struct text *out)
{
    text_add(out, "%s v%" PRIu32 " %s from=", question->info->name, question->info->version,
             report_state_name(question->state));
    time_write(out, question->from_us);
    text_put_literal(out, " until=");
    time_write(out, question->until_us);
    text_put_literal(out, " now=");
    time_write(out, question->now_us);
    text_add(out, " first=%" PRIu64 " size=%" PRIu64, question->first, question->size);
    if (question->scope.kind != ID_NONE) {
        text_put_literal(out, " scope=");
        id_write(out, question->scope);
    }
}

/* Reading --------------------------------------------------------------------------------- */

struct line {
    const uint8_t *start;
    struct bytes rest;
};

static struct status fail_at(const struct line *line, const char *why)
{
    return FAIL_BECAUSE(MALFORMED, (uint64_t)(line->rest.data - line->start), why);
}

/* The next word, up to a blank or the end; empty at the end. */
static struct bytes next_word(struct line *line)
{
    size_t size = 0;
    while (size < line->rest.size && line->rest.data[size] != ' ') {
        size++;
    }
    struct bytes word = bytes_of(line->rest.data, size);
    size_t taken = size < line->rest.size ? size + 1 : size;
    line->rest = bytes_of(line->rest.data + taken, line->rest.size - taken);
    return word;
}

/* The value of the next word, which is `name=value`; empty if it is another. */
static struct bytes next_value(struct line *line, const char *name)
{
    struct bytes word = next_word(line);
    size_t size = strlen(name);
    if (word.size <= size || memcmp(word.data, name, size) != 0) {
        return (struct bytes){0};
    }
    return bytes_of(word.data + size, word.size - size);
}

static struct status read_head(struct line *line, struct report_question *out)
{
    char memory[16];
    struct text version = TEXT_IN(memory);
    out->info = report_find(next_word(line));
    if (out->info == NULL) {
        return fail_at(line, "there is no report of this name");
    }
    text_add(&version, "v%" PRIu32, out->info->version);
    if (!bytes_equal(next_word(line), text_bytes(&version))) {
        return fail_at(line, "the report has another version now");
    }
    struct bytes state = next_word(line);
    out->state = bytes_equal(state, LITERAL("final")) ? REPORT_STATE_FINAL : REPORT_STATE_DRAFT;
    return bytes_equal(state, bytes_of_string(report_state_name(out->state)))
               ? OK
               : fail_at(line, "a report is draft or final");
}

static struct status read_times(struct line *line, struct report_question *out)
{
    if (failed(time_read_canonical(next_value(line, "from="), &out->from_us)) ||
        failed(time_read_canonical(next_value(line, "until="), &out->until_us)) ||
        failed(time_read_canonical(next_value(line, "now="), &out->now_us))) {
        return fail_at(line, "from, until and now are times");
    }
    if (!text_read_u64(next_value(line, "first="), &out->first) ||
        !text_read_u64(next_value(line, "size="), &out->size)) {
        return fail_at(line, "first and size are numbers");
    }
    return out->from_us < out->until_us && out->now_us <= out->until_us &&
                   out->first <= out->size && out->size > 0
               ? OK
               : fail_at(line, "the period ends before it begins");
}

struct status report_question_read(struct bytes bytes, struct report_question *out)
{
    struct report_question read = {0};
    struct line line = {.start = bytes.data, .rest = bytes};
    if (bytes.size == 0 || bytes.size >= REPORT_LINE_SIZE || bytes.data[bytes.size - 1] == ' ') {
        return FAIL_BECAUSE(MALFORMED, 0, "this is no question of a report");
    }
    TRY(read_head(&line, &read));
    TRY(read_times(&line, &read));
    if (line.rest.size > 0 &&
        (failed(id_read(next_value(&line, "scope="), &read.scope)) || line.rest.size > 0 ||
         read.scope.n == ID_NEW || report_scope_name(read.scope.kind) == NULL)) {
        return fail_at(&line, "a scope is a project, a user or a team");
    }
    if ((read.info->scopes & scope_of(read.scope.kind)) == 0 || read.info->run == NULL) {
        return fail_at(&line, "this report is not made of such a part");
    }
    *out = read;
    return OK;
}
