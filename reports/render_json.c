/* JSON: one object; a row on a line of its own, so that a report can be compared line by line. */
#include "reports/json_out.h"
#include "reports/render.h"
#include "reports/report_question.h"
#include "schema/time.h"

#include <inttypes.h>

static void put_string(struct report_sink *sink, const char *text)
{
    json_put_string(sink->output, bytes_of_string(text));
}

/* `as of` becomes "as_of". */
static void put_member_name(struct report_sink *sink, const char *name)
{
    output_put_char(sink->output, '"');
    for (const char *c = name; *c != '\0'; c++) {
        output_put_char(sink->output, *c == ' ' ? '_' : *c);
    }
    output_put_string(sink->output, "\":");
}

static void put_value(struct report_sink *sink, struct cell value, enum report_column_type type)
{
    char memory[TIME_TEXT_SIZE + 1];
    struct text text = TEXT_IN(memory);
    if (!value.present) {
        output_put_string(sink->output, "null");
    } else if (type == REPORT_INTEGER) {
        output_put_u64(sink->output, value.number);
    } else if (type == REPORT_TIME) {
        time_write(&text, value.number);
        json_put_string(sink->output, text_bytes(&text));
    } else {
        json_put_string(sink->output, value.text);
    }
}

static void say(struct report_sink *sink, const char *name, struct cell value,
                enum report_column_type type)
{
    output_put_string(sink->output, ",\n");
    put_member_name(sink, name);
    put_value(sink, value, type);
    if (value.present && type != REPORT_INTEGER && type != REPORT_TIME &&
        !text_is_utf8(value.text)) {
        output_put_string(sink->output, ",\n\"");
        output_put_string(sink->output, name);
        output_put_string(sink->output, "_b64\":");
        json_put_base64(sink->output, value.text);
    }
}

static struct status json_begin(struct report_sink *sink)
{
    char memory[REPORT_LINE_SIZE];
    struct text question = TEXT_IN(memory);
    render_question(sink, &question);
    output_put_string(sink->output, "{\"cairn_report\":");
    json_put_string(sink->output, text_bytes(&question));
    output_put_string(sink->output, ",\n\"title\":");
    put_string(sink, sink->header.input->question.info->title);
    output_put_string(sink->output, ",\n\"about\":");
    put_string(sink, sink->header.input->question.info->about);
    render_header(sink, say);
    output_put_string(sink->output, ",\n\"content\":[");
    return output_status(sink->output);
}

static void begin_part(struct report_sink *sink, const char *name)
{
    output_add(sink->output, "%s\n{\"%s\":", sink->parts++ == 0 ? "" : ",", name);
}

static void json_heading(struct report_sink *sink, const char *title)
{
    begin_part(sink, "heading");
    put_string(sink, title);
    output_put_char(sink->output, '}');
}

static void json_paragraph(struct report_sink *sink, struct bytes text)
{
    begin_part(sink, "paragraph");
    json_put_string(sink->output, text);
    output_put_char(sink->output, '}');
}

static void json_fact(struct report_sink *sink, const char *name, struct cell value,
                      enum report_column_type type)
{
    begin_part(sink, "fact");
    put_string(sink, name);
    say(sink, "value", value, type);
    output_put_char(sink->output, '}');
}

static void json_table(struct report_sink *sink, const struct report_table *table)
{
    begin_part(sink, "table");
    put_string(sink, table->name);
    if (table->title != NULL) {
        output_put_string(sink->output, ",\"title\":");
        put_string(sink, table->title);
    }
    output_put_string(sink->output, ",\"rows\":[\n");
    struct status status = render_lines(sink, ROWS_JSON);
    (void)status; /* that of the output, which remembers it */
}

static struct status json_row(struct report_sink *sink, const struct cell *cells)
{
    output_put_string(sink->output, sink->rows == 0 ? "" : ",");
    return rows_add(&sink->lines, cells);
}

static void json_table_end(struct report_sink *sink)
{
    output_put_string(sink->output, "]}");
}

static void put_band(struct report_sink *sink, const struct report_band *band)
{
    static const char *const tones[] = {"plain", "good", "bad", "warning", "muted"};
    char memory[2 * TIME_TEXT_SIZE + 32];
    struct text text = TEXT_IN(memory);
    text_put_literal(&text, "{\"from\":\"");
    time_write(&text, band->from_us);
    text_put_literal(&text, "\",\"to\":\"");
    time_write(&text, band->to_us);
    output_put_bytes(sink->output, text_bytes(&text));
    output_add(sink->output, "\",\"tone\":\"%s\"}", tones[band->tone]);
}

static void json_bands(struct report_sink *sink, const struct report_bands *bands)
{
    begin_part(sink, "bands");
    put_string(sink, bands->title);
    output_put_string(sink->output, ",\"lanes\":[");
    for (size_t i = 0; i < bands->lane_count; i++) {
        output_put_string(sink->output, i == 0 ? "\n{\"label\":" : ",\n{\"label\":");
        put_string(sink, bands->lanes[i].label);
        output_put_string(sink->output, ",\"bands\":[");
        for (size_t j = 0; j < bands->lanes[i].count; j++) {
            output_put_string(sink->output, j == 0 ? "" : ",");
            put_band(sink, &bands->lanes[i].bands[j]);
        }
        output_put_string(sink->output, "]}");
    }
    output_put_string(sink->output, "]}");
}

static struct status json_end(struct report_sink *sink)
{
    struct digest digest;
    char memory[REPORT_LINE_SIZE], hex[DIGEST_HEX_SIZE];
    struct text advice = TEXT_IN(memory);
    const char *line;
    output_add(sink->output, "\n],\n\"rows\":%" PRIu64 ",\n\"how_to_verify\":[", sink->main_rows);
    for (size_t i = 0; (line = render_advice(sink, i, &advice)) != NULL; i++) {
        output_put_string(sink->output, i == 0 ? "" : ",");
        put_string(sink, line);
    }
    output_put_string(sink->output, "],\n");
    TRY(render_digest(sink, &digest));
    hex_write(hex, bytes_of(digest.sha256, DIGEST_SIZE));
    output_put_string(sink->output, "\"sha256_of_the_lines_above\":\"");
    output_put(sink->output, hex, sizeof hex);
    output_put_string(sink->output, "\"}\n");
    return output_flush(sink->output);
}

const struct report_format render_json = {
    .name = "json",
    .begin = json_begin,
    .heading = json_heading,
    .paragraph = json_paragraph,
    .fact = json_fact,
    .table = json_table,
    .row = json_row,
    .table_end = json_table_end,
    .bands = json_bands,
    .end = json_end,
};
