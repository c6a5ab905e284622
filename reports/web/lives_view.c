#include "reports/web/lives_view.h"

#include "reports/naming.h"
#include "reports/web/bands.h"
#include "reports/web/changes.h"
#include "reports/web/page.h"
#include "reports/web/words.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    LABEL_SIZE = 600,
    TITLE_SIZE = 512,
};

struct lives_row {
    enum row_table table;
    struct id about;
    struct life_span span; /* its row is gone */
    struct bytes changes;
};

struct lives_view {
    struct visit *visit;
    struct bands *bands;
    struct id object;
    uint64_t as_of_n; /* the newest that may be seen */
    uint64_t now_us;
    uint64_t changes[LIVES_CHANGES_MAX];
    size_t change_count;
    struct lives_row rows[LIVES_ROWS_MAX];
    size_t row_count;
    bool more; /* rows or changes */
};

/* Gathering ---------------------------------------------------------------------------------- */

static struct id id_in(const void *row, const struct field_info *field)
{
    struct id id;
    memcpy(&id, (const char *)row + field->offset, sizeof id);
    return id;
}

/* What the row is about beside the thing itself: of its key, or of a certification what it
 * certifies. */
static struct id about_of(const struct lives_view *lives, enum row_table table, const void *row)
{
    const struct row_info *info = &row_infos[table];
    if (table == ROW_CERT && lives->object.kind == ID_USER) {
        return ((const struct cert_row *)row)->requirement;
    }
    for (size_t part = 0; part < info->key_count; part++) {
        const struct field_info *field = &info->fields[info->key[part]];
        if (field->type_code == FIELD_ID && !id_equal(id_in(row, field), lives->object)) {
            return id_in(row, field);
        }
    }
    return (struct id){ID_NONE, 0};
}

static void put_table_name(enum row_table table, struct text *out)
{
    for (const char *c = row_infos[table].name; *c != '\0'; c++) {
        text_put_char(out, (char)(*c == '_' ? ' ' : *c));
    }
}

static void put_label(struct lives_view *lives, enum row_table table, struct id about,
                      struct text *out)
{
    char memory[LABEL_SIZE];
    struct text name = TEXT_IN(memory);
    if (about.kind == ID_NONE || table == ROW_SESSION) {
        put_table_name(table, out);
        text_put_string(out, table == ROW_SESSION && about.kind != ID_NONE ? "s" : "");
        return;
    }
    scope_put_name(&lives->visit->scope, about, UINT64_MAX, &name);
    if (strcmp(row_infos[table].name, id_kind_name(about.kind)) != 0) {
        put_table_name(table, out);
        text_put_literal(out, ": ");
    }
    text_put_bytes(out, text_bytes(&name));
}

static void put_title(const struct life_span *span, struct text *out)
{
    const struct zone utc = zone_utc();
    const struct zone_style style = {.separator = ' '};
    text_put_string(out, span->in_force ? "in force from " : "not in force from ");
    zone_write(&utc, span->from_us, style, out);
    if (span->by_itself) {
        text_put_literal(out, " (by itself)");
    } else {
        text_add(out, " (event %" PRIu64 ")", span->from_n);
    }
    text_put_string(out, span->until_n == LIFE_STILL ? ", still so at " : " until ");
    zone_write(&utc, span->until_us, style, out);
    if (span->until_n != LIFE_STILL) {
        text_add(out, " (event %" PRIu64 ")", span->until_n);
    }
}

static void note_change(struct lives_view *lives, uint64_t n)
{
    if (lives->change_count < LIVES_CHANGES_MAX) {
        lives->changes[lives->change_count++] = n;
    } else {
        lives->more = true;
    }
}

/* Of sessions, which are many, only the time in which they were open is drawn. */
static bool is_drawn(const struct lives_view *lives, const struct life *life,
                     const struct life_span *span)
{
    return span->in_force || life->table != ROW_SESSION || lives->object.kind == ID_SESSION;
}

static void draw_span(struct lives_view *lives, const struct life *life, struct id about,
                      const struct life_span *span)
{
    char memory[TITLE_SIZE];
    struct text title = TEXT_IN(memory);
    if (life->table == ROW_SESSION && about.kind != ID_NONE) {
        id_write(&title, about);
        text_put_literal(&title, ": ");
    }
    put_title(span, &title);
    bands_add(lives->bands, &(struct band){.from_us = span->from_us,
                                           .until_us = span->until_us,
                                           .look = span->in_force ? BAND_HELD : BAND_NOT,
                                           .open = span->until_us >= lives->now_us,
                                           .has_event = !span->by_itself,
                                           .event = span->from_n,
                                           .title = text_bytes(&title)});
}

/* What is new in it; of what ran out by itself nothing is. */
static struct status note_changes(struct lives_view *lives, const struct life *life, size_t index,
                                  struct bytes *out)
{
    char memory[CHANGES_SIZE];
    struct text changes = TEXT_IN(memory);
    const struct life_span *span = &life->spans[index];
    bool first = index == 0 || span[-1].until_n != span->from_n;
    if (!span->by_itself) {
        TRY(changes_put(life->table, first ? NULL : span[-1].row, span->row, &changes));
    }
    *out = arena_copy(&lives->bands->texts, text_bytes(&changes));
    return OK;
}

static struct status note_span(struct lives_view *lives, const struct life *life, struct id about,
                               size_t index)
{
    const struct life_span *span = &life->spans[index];
    if (!span->by_itself) {
        note_change(lives, span->from_n);
    }
    if (span->until_n != LIFE_STILL) {
        note_change(lives, span->until_n);
    }
    if (is_drawn(lives, life, span)) {
        draw_span(lives, life, about, span);
    }
    if (lives->row_count == LIVES_ROWS_MAX) {
        lives->more = true;
        return OK;
    }
    struct lives_row *row = &lives->rows[lives->row_count++];
    *row = (struct lives_row){.table = life->table, .about = about, .span = *span};
    row->span.row = NULL;
    return note_changes(lives, life, index, &row->changes);
}

/* What is called the same shares a lane: one certification after the other, all sessions. */
static void open_lane(struct lives_view *lives, struct bytes label, struct id about)
{
    const struct bands *bands = lives->bands;
    bool same = bands->lane_count > 0 && bands->left_out == 0 &&
                bytes_equal(bands->lanes[bands->lane_count - 1].label, label);
    if (!same) {
        bands_lane(lives->bands, label, about);
    }
}

static struct status note_life(void *context, const struct life *life)
{
    struct lives_view *lives = context;
    struct visit *visit = lives->visit;
    char memory[LABEL_SIZE];
    struct text label = TEXT_IN(memory);
    bool visible = true;
    TRY(scope_sees_row(&visit->scope, life->table, life->key, lives->as_of_n, &visible));
    if (!visible) {
        return OK;
    }
    struct id about = about_of(lives, life->table, life->spans[life->span_count - 1].row);
    put_label(lives, life->table, about, &label);
    open_lane(lives, text_bytes(&label), about);
    lives->more = lives->more || life->cut;
    for (size_t i = 0; i < life->span_count; i++) {
        TRY(note_span(lives, life, about, i));
    }
    return visit_is_over(visit) ? FAIL(INTERRUPTED, 0) : OK;
}

static int compare(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y ? 1 : 0;
}

static void sort_changes(struct lives_view *lives)
{
    size_t kept = 0;
    qsort(lives->changes, lives->change_count, sizeof lives->changes[0], compare);
    for (size_t i = 0; i < lives->change_count; i++) {
        if (i == 0 || lives->changes[i] != lives->changes[kept - 1]) {
            lives->changes[kept++] = lives->changes[i];
        }
    }
    lives->change_count = kept;
}

struct status lives_view_gather(struct visit *visit, const struct as_of *as_of, struct id object,
                                struct lives_view **out)
{
    struct arena *arena = visit->arena;
    struct lives_view *lives = arena_take(arena, sizeof *lives);
    if (lives == NULL) {
        return FAIL(NO_MEMORY, sizeof *lives);
    }
    memset(lives, 0, sizeof *lives);
    lives->visit = visit;
    lives->object = object;
    lives->bands = bands_new(arena);
    if (lives->bands == NULL) {
        return FAIL(NO_MEMORY, sizeof *lives->bands);
    }
    struct status trouble = OK;
    struct lives_question question = {.view =
                                          scope_view(&visit->scope, UINT64_MAX, arena, &trouble),
                                      .log = visit->scope.log,
                                      .object = object};
    question.view.now_utc_us = as_of->newest_us;
    lives->as_of_n = question.view.as_of_n;
    lives->now_us = as_of->newest_us;
    TRY(stretch_time_of(visit->scope.log, lives->as_of_n, &lives->bands->last_us));
    lives->bands->mark_us = as_of->given ? as_of->view.now_utc_us : 0;
    TRY(object_lives_each(&question, note_life, lives));
    TRY(trouble);
    sort_changes(lives);
    *out = lives;
    return OK;
}

/* Changes ------------------------------------------------------------------------------------ */

/* How many changes there were up to an event. */
static size_t count_until(const struct lives_view *lives, uint64_t as_of_n)
{
    size_t count = 0;
    while (count < lives->change_count && lives->changes[count] <= as_of_n) {
        count++;
    }
    return count;
}

bool lives_view_before(const struct lives_view *lives, uint64_t as_of_n, uint64_t *n)
{
    size_t count = count_until(lives, as_of_n);
    if (count < 2) {
        return false;
    }
    *n = lives->changes[count - 2];
    return true;
}

bool lives_view_after(const struct lives_view *lives, uint64_t as_of_n, uint64_t *n)
{
    size_t count = count_until(lives, as_of_n);
    if (count >= lives->change_count) {
        return false;
    }
    *n = lives->changes[count];
    return true;
}

size_t lives_view_count(const struct lives_view *lives)
{
    return lives->change_count;
}

uint64_t lives_view_change(const struct lives_view *lives, size_t newest)
{
    return lives->changes[lives->change_count - 1 - newest];
}

/* Showing ------------------------------------------------------------------------------------ */

static void put_end(struct visit *visit, const struct life_span *span)
{
    if (span->until_n == LIFE_STILL) {
        output_put_string(visit->output, "still so");
        return;
    }
    page_time(visit, span->until_us);
}

static void put_row(struct visit *visit, const struct lives_row *row)
{
    struct output *output = visit->output;
    char memory[LABEL_SIZE];
    struct text name = TEXT_IN(memory);
    put_table_name(row->table, &name);
    output_put_string(output, "<tr><td>");
    words_put_name(visit, text_string(&name));
    output_put_string(output, " ");
    if (row->about.kind != ID_NONE) {
        link_object(visit, row->about);
    }
    output_put_string(output, "</td><td>");
    page_tone(visit, row->span.in_force ? PAGE_GOOD : PAGE_MUTED,
              row->span.in_force ? "in force" : "not in force");
    output_put_string(output, "</td><td class=\"words\">");
    words_put(visit, row->changes);
    output_put_string(output, "</td><td>");
    page_time(visit, row->span.from_us);
    output_put_string(output, "</td><td>");
    if (row->span.by_itself) {
        output_put_string(output, "by itself");
    } else {
        link_event(visit, row->span.from_n);
    }
    output_put_string(output, "</td><td>");
    put_end(visit, &row->span);
    output_put_string(output, "</td><td>");
    if (row->span.until_n != LIFE_STILL) {
        link_event(visit, row->span.until_n);
    }
    output_put_string(output, "</td></tr>\n");
}

void lives_view_put(struct visit *visit, const struct lives_view *lives)
{
    static const char *const headings[] = {"What",     "Standing", "What is new", "From",
                                           "By event", "Until",    "By event"};
    if (lives->row_count == 0) {
        page_empty(visit, "Nothing of it has been kept.");
        return;
    }
    bands_put(visit, lives->bands, "lives", "What held when");
    output_put_string(visit->output,
                      "<details>\n<summary>The same as a table, with what changed</summary>\n");
    page_table_begin(visit, &(struct page_table){.caption = "Every version, from when to when",
                                                 .headings = headings,
                                                 .count = sizeof headings / sizeof headings[0]});
    for (size_t i = 0; i < lives->row_count; i++) {
        put_row(visit, &lives->rows[i]);
    }
    page_table_end(visit);
    output_put_string(visit->output, "</details>\n");
    if (lives->more) {
        page_empty(visit, "There are more versions than are shown here.");
    }
}
