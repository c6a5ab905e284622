#include "reports/render.h"

#include "reports/naming.h"
#include "reports/report_question.h"
#include "schema/time.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

enum {
    LINE_SIZE = 512, /* bytes of what one fact says */
    PIECE_SIZE = 16 << 10,
};

const struct report_format *render_find(struct bytes name)
{
    static const struct report_format *const formats[] = {&render_text, &render_html, &render_json,
                                                          &render_csv};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (bytes_equal(bytes_of_string(formats[i]->name), name)) {
            return formats[i];
        }
    }
    return NULL;
}

void render_init(struct report_sink *sink, const struct report_format *format,
                 struct output *output)
{
    *sink = (struct report_sink){.format = format, .output = output};
}

/* The header ------------------------------------------------------------------------------ */

static void say_period(struct report_sink *sink, render_say *say)
{
    const struct report_question *question = &sink->header.input->question;
    char memory[LINE_SIZE];
    struct text text = TEXT_IN(memory);
    time_write(&text, question->from_us);
    text_put_literal(&text, " until ");
    time_write(&text, question->until_us);
    say(sink, "period", cell_text(text_bytes(&text)), REPORT_TEXT);
    say(sink, "as of", cell_number(question->now_us), REPORT_TIME);
}

static void say_scope(struct report_sink *sink, render_say *say)
{
    const struct report_input *input = sink->header.input;
    const struct id scope = input->question.scope;
    char memory[LINE_SIZE];
    struct text text = TEXT_IN(memory);
    if (scope.kind == ID_NONE) {
        text_put_literal(&text, "the whole log");
    } else {
        naming_put(&input->view, scope, &text);
    }
    say(sink, "scope", cell_text(text_bytes(&text)), REPORT_TEXT);
    if (input->question.info->filter != NULL) {
        say(sink, "takes", cell_string(input->question.info->filter), REPORT_TEXT);
    }
}

static void say_events(struct report_sink *sink, render_say *say)
{
    const struct report_question *question = &sink->header.input->question;
    char memory[LINE_SIZE];
    struct text text = TEXT_IN(memory);
    if (question->first < question->size) {
        text_add(&text, "%" PRIu64 " to %" PRIu64 " (%" PRIu64 ")", question->first,
                 question->size - 1, question->size - question->first);
    } else {
        text_put_literal(&text, "none");
    }
    say(sink, "events of the period", cell_text(text_bytes(&text)), REPORT_TEXT);
}

static void say_tree(struct report_sink *sink, render_say *say)
{
    const struct report_header *header = &sink->header;
    const struct public_key *key = engine_log_key(header->input->engine);
    char memory[LINE_SIZE];
    struct text text = TEXT_IN(memory);
    say(sink, "tree size", cell_number(header->input->question.size), REPORT_INTEGER);
    text_put_base64(&text, bytes_of(header->root.sha256, DIGEST_SIZE));
    say(sink, "root", cell_text(text_bytes(&text)), REPORT_CODE);
    text_clear(&text);
    if (header->checkpoint_size == 0) {
        text_put_literal(&text, "none within these events");
    } else {
        text_add(&text, "over %" PRIu64 " events, %s by key %08" PRIx32 " of ",
                 header->checkpoint_size,
                 header->checkpoint_holds ? "signed" : "NOT soundly signed", key->id);
        text_put_string(&text, key->name);
    }
    say(sink, "checkpoint", cell_text(text_bytes(&text)), REPORT_TEXT);
}

static void say_verified(struct report_sink *sink, render_say *say)
{
    const struct verify_report *verified = sink->header.verified;
    char memory[LINE_SIZE];
    struct text text = TEXT_IN(memory);
    if (verified == NULL) {
        text_put_literal(&text, "every event that is shown was compared with the tree; cairn "
                                "verify checks all of the log");
        say(sink, "verification", cell_text(text_bytes(&text)), REPORT_TEXT);
        return;
    }
    text_add(&text,
             "all of the %" PRIu64 " events, in the same pass: chain, tree, %" PRIu64
             " signatures of emitters, %" PRIu64 " of users, %" PRIu64 " checkpoints; ",
             verified->size, verified->submissions, verified->commands, verified->checkpoints);
    if (verified->finding_count == 0) {
        text_put_literal(&text, "no findings");
    } else {
        text_add(&text, "%" PRIu64 " FINDINGS, the first at event %" PRIu64 ": %s",
                 verified->finding_count, verified->findings[0].n, verified->findings[0].what);
    }
    say(sink, "verification", cell_text(text_bytes(&text)), REPORT_TEXT);
}

void render_header(struct report_sink *sink, render_say *say)
{
    const struct report_input *input = sink->header.input;
    const struct report_info *info = input->question.info;
    char memory[LINE_SIZE];
    struct text text = TEXT_IN(memory);
    text_add(&text, "%s, version %" PRIu32, info->name, info->version);
    say(sink, "report", cell_text(text_bytes(&text)), REPORT_TEXT);
    say(sink, "state",
        input->question.state == REPORT_STATE_FINAL
            ? cell_verdict("final", TONE_GOOD)
            : cell_verdict("draft: no evidence for an assessor", TONE_WARNING),
        REPORT_VERDICT);
    say(sink, "serves", cell_string(info->serves), REPORT_TEXT);
    say(sink, "log", cell_string(log_origin(engine_log(input->engine))), REPORT_TEXT);
    say_period(sink, say);
    say_scope(sink, say);
    say_events(sink, say);
    say_tree(sink, say);
    say_verified(sink, say);
    say(sink, "made by", cell_string(input->program), REPORT_TEXT);
}

/* The end --------------------------------------------------------------------------------- */

void render_question(const struct report_sink *sink, struct text *out)
{
    report_question_write(&sink->header.input->question, out);
}

const char *render_advice(const struct report_sink *sink, size_t index, struct text *memory)
{
    text_clear(memory);
    switch (index) {
    case 0:
        text_put_literal(memory, "cairn verify                  # all of the log: chain, tree, "
                                 "signatures");
        break;
    case 1:
        text_put_literal(memory, "cairn report verify FILE      # this file, made again and "
                                 "compared byte for byte");
        break;
    case 2:
        text_add(memory,
                 "cairn prove %-17" PRIu64 " # one event of a row, for whoever has no store",
                 sink->header.input->question.size - 1);
        break;
    default:
        return NULL;
    }
    return text_string(memory);
}

struct status render_digest(struct report_sink *sink, struct digest *out)
{
    uint8_t piece[PIECE_SIZE];
    off_t at = 0;
    struct hasher *hasher = sink->header.input->hasher;
    TRY(output_flush(sink->output));
    off_t end = lseek(sink->output->fd, 0, SEEK_CUR);
    if (end < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    hash_start(hasher);
    while (at < end) {
        size_t left = (size_t)(end - at);
        ssize_t size = pread(sink->output->fd, piece, left < PIECE_SIZE ? left : PIECE_SIZE, at);
        if (size <= 0) {
            return FAIL(IO, size < 0 ? (uint64_t)errno : EIO);
        }
        hash_add(hasher, bytes_of(piece, (size_t)size));
        at += size;
    }
    *out = hash_finish(hasher);
    return OK;
}

/* Tables ---------------------------------------------------------------------------------- */

static enum column_type column_type_of(enum report_column_type type)
{
    return type == REPORT_INTEGER ? COLUMN_INTEGER
           : type == REPORT_TIME  ? COLUMN_TIME
                                  : COLUMN_TEXT;
}

struct status render_lines(struct report_sink *sink, enum rows_format format)
{
    const struct report_table *table = sink->table;
    const struct rows_options options = {.format = format, .zone = zone_utc()};
    for (size_t i = 0; i < table->column_count; i++) {
        const struct report_column *column = &table->columns[i];
        sink->columns[i] =
            (struct column){.name = column->name,
                            .type = column_type_of(column->type),
                            .align = column->type == REPORT_INTEGER ? ALIGN_RIGHT : ALIGN_LEFT};
    }
    sink->arena = ARENA_IN(sink->memory);
    rows_init(&sink->lines, &options, sink->output, &sink->arena);
    return rows_begin(&sink->lines, sink->columns, table->column_count);
}
