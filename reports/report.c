#include "reports/report.h"

#include "reports/render.h"
#include "reports/report_list.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

enum {
    PARAGRAPH_SIZE = 4096, /* bytes */
};

/* The list ----------------------------------------------------------------------------------- */

const struct report_info *report_at(size_t index)
{
    return index < report_list.count ? report_list.reports[index] : NULL;
}

const struct report_info *report_find(struct bytes name)
{
    for (size_t i = 0; i < report_list.count; i++) {
        if (bytes_equal(bytes_of_string(report_list.reports[i]->name), name)) {
            return report_list.reports[i];
        }
    }
    return NULL;
}

/* Making ------------------------------------------------------------------------------------- */

static struct status run(const struct report_making *making, struct report_input *input)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    struct status trouble = OK;
    TRY(hasher_open(&hasher));
    TRY(log_snapshot_open(engine_log(making->engine), &log));
    if (engine_index(making->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(making->engine), &index));
    }
    if (making->question.size > log_snapshot_size(log)) {
        return FAIL_BECAUSE(NOT_FOUND, making->question.size, "the log is not as long as that");
    }
    input->hasher = hasher;
    input->log = log;
    input->index = index;
    input->view = engine_view(making->engine, making->question.size - 1, making->arena, &trouble);
    input->view.now_utc_us = making->question.now_us;
    TRY(making->question.info->run(input, making->sink));
    return trouble;
}

struct status report_make(const struct report_making *making, uint64_t *rows)
{
    struct report_input input = {.question = making->question,
                                 .engine = making->engine,
                                 .arena = making->arena,
                                 .progress = making->progress,
                                 .progress_context = making->progress_context,
                                 .program = making->program};
    if (engine_state(making->engine) == NULL) {
        return FAIL_BECAUSE(FOLD, 0, "the state is missing or stale");
    }
    render_init(making->sink, making->format, making->output);
    TRY(run(making, &input));
    *rows = making->sink->main_rows;
    return OK;
}

/* Telling ------------------------------------------------------------------------------------ */

/* The newest checkpoint over no more than the events that count. */
static struct status find_checkpoint(const struct report_input *input, struct report_header *header)
{
    struct bytes note;
    struct checkpoint checkpoint;
    struct status status =
        log_read_checkpoint(input->log, input->question.size, &note, &header->checkpoint_size);
    if (status.code == STATUS_NOT_FOUND) {
        return OK;
    }
    TRY(status);
    header->checkpoint_holds =
        !failed(checkpoint_verify(engine_log_key(input->engine), note, &checkpoint)) &&
        checkpoint.size == header->checkpoint_size;
    if (header->checkpoint_holds) {
        struct tree_source source = log_tree_source(input->log);
        struct digest root;
        TRY(tree_root_at(&source, input->hasher, checkpoint.size, &root));
        header->checkpoint_holds = digest_equal(&root, &checkpoint.root);
    }
    return OK;
}

struct status report_begin(struct report_sink *sink, const struct report_input *input,
                           const struct verify_report *verified)
{
    struct tree_source source = log_tree_source(input->log);
    sink->header = (struct report_header){.input = input, .verified = verified};
    TRY(tree_root_at(&source, input->hasher, input->question.size, &sink->header.root));
    TRY(find_checkpoint(input, &sink->header));
    return sink->format->begin(sink);
}

void report_heading(struct report_sink *sink, const char *title)
{
    assert(sink->table == NULL);
    sink->format->heading(sink, title);
}

void report_paragraph(struct report_sink *sink, const char *format, ...)
{
    char memory[PARAGRAPH_SIZE];
    va_list arguments;
    assert(sink->table == NULL);
    va_start(arguments, format);
    int size = vsnprintf(memory, sizeof memory, format, arguments);
    va_end(arguments);
    size_t kept = size < 0 ? 0 : (size_t)size < sizeof memory ? (size_t)size : sizeof memory - 1;
    sink->format->paragraph(sink, bytes_of(memory, kept));
}

void report_fact(struct report_sink *sink, const char *name, struct cell value,
                 enum report_column_type type)
{
    assert(sink->table == NULL);
    sink->format->fact(sink, name, value, type);
}

void report_table(struct report_sink *sink, const struct report_table *table)
{
    assert(sink->table == NULL && table->column_count <= REPORT_COLUMNS_MAX);
    assert(table->columns[table->column_count - 1].type == REPORT_EVENTS);
    sink->table = table;
    sink->rows = 0;
    sink->format->table(sink, table);
}

struct status report_row(struct report_sink *sink, const struct cell *cells)
{
    assert(sink->table != NULL);
    TRY(sink->format->row(sink, cells));
    sink->rows++;
    sink->main_rows += sink->table->main ? 1 : 0;
    return output_status(sink->output);
}

void report_table_end(struct report_sink *sink)
{
    assert(sink->table != NULL);
    sink->format->table_end(sink);
    sink->table = NULL;
}

void report_bands(struct report_sink *sink, const struct report_bands *bands)
{
    assert(sink->table == NULL);
    sink->format->bands(sink, bands);
}

struct status report_end(struct report_sink *sink)
{
    assert(sink->table == NULL);
    return sink->format->end(sink);
}
