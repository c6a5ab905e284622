#include "tools/asked.h"

#include "tools/footnote.h"
#include "tools/operator.h"

enum {
    QUESTION_SIZE = 8192, /* bytes; of a longer one the beginning is kept */
    NAME_SIZE = 64,
};

static bool is_stopped(const void *context)
{
    return invocation_interrupted(context);
}

void asked_rows(const struct invocation *invocation, struct rows *rows, struct arena *memory,
                struct hasher *hasher)
{
    invocation_rows(invocation, rows, memory);
    hash_start(hasher);
    rows->hasher = hasher;
    rows->stopped = is_stopped;
    rows->stopped_context = invocation;
}

/* Blanks and what is not plain are \xNN, so that words can be told apart. */
static void put_word(struct text *out, const char *word)
{
    for (const char *c = word; *c != '\0'; c++) {
        bool plain = *c > ' ' && *c < 0x7F && *c != '\\';
        plain ? text_put_char(out, *c) : text_add(out, "\\x%02x", (unsigned)(uint8_t)*c);
    }
}

static void write_question(const struct invocation *invocation, struct text *out)
{
    const struct command_line *line = &invocation->line;
    text_put_string(out, invocation->verb->name);
    for (size_t i = 0; i < line->word_count; i++) {
        text_put_char(out, ' ');
        put_word(out, line->words[i]);
    }
    for (size_t i = 0; i < line->use_count; i++) {
        if (strcmp(line->uses[i].option->name, "store") == 0) {
            continue;
        }
        text_put_literal(out, " --");
        text_put_string(out, line->uses[i].option->name);
        text_put_string(out, line->uses[i].value == NULL ? "" : "=");
        put_word(out, line->uses[i].value == NULL ? "" : line->uses[i].value);
    }
}

struct status asked_record(const struct invocation *invocation, struct engine *engine,
                           const struct rows *rows)
{
    char memory[QUESTION_SIZE], name_memory[NAME_SIZE];
    struct text question = TEXT_IN(memory), by = TEXT_IN(name_memory);
    write_question(invocation, &question);
    operator_name(&by);
    union event_body body = {.audit_query_run = {.query = text_bytes(&question),
                                                 .size = log_head_of(engine_log(engine))->size,
                                                 .rows = rows->row_count,
                                                 .result = hash_finish(rows->hasher),
                                                 .by = text_bytes(&by)}};
    struct status status = engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_QUERY_RUN, .on = {THE_LOG}, .on_count = 1, .body = &body});
    return status.code == STATUS_READ_ONLY ? OK : status;
}

enum exit_code asked_end(const struct invocation *invocation, struct engine *engine,
                         const struct rows *rows, const char *what,
                         const struct moment_range *range)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    struct footer footer = {.rows = rows->row_count, .what = what};
    struct status status = log_snapshot_open(engine_log(engine), &log);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "looking at the log");
    }
    footer.range = range == NULL ? footer.range : *range;
    enum exit_code code = footnote(invocation, log, &footer);
    if (code != EXIT_DONE && code != EXIT_NOTHING && code != EXIT_INCOMPLETE) {
        return code;
    }
    status = asked_record(invocation, engine, rows);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "logging the question");
    }
    return code == EXIT_INCOMPLETE ? code : EXIT_DONE;
}
