#include "reports/custody/stay_rows.h"

#include "reports/custody/named.h"
#include "reports/custody/presence.h"

/* clang-format off */
static const struct column columns[] = {
    {"drive",   NULL,           COLUMN_TEXT, ALIGN_LEFT},
    {"vm",      NULL,           COLUMN_TEXT, ALIGN_LEFT},
    {"mode",    NULL,           COLUMN_TEXT, ALIGN_LEFT},
    {"from",    NULL,           COLUMN_TIME, ALIGN_LEFT},
    {"until",   NULL,           COLUMN_TIME, ALIGN_LEFT},
    {"end",     NULL,           COLUMN_TEXT, ALIGN_LEFT},
    {"by",      "ASKED FOR BY", COLUMN_TEXT, ALIGN_LEFT},
    {"asked",   NULL,           COLUMN_TIME, ALIGN_LEFT},
    {"mounted", NULL,           COLUMN_TIME, ALIGN_LEFT},
    {"events",  NULL,           COLUMN_JSON, ALIGN_LEFT},
    {"user",    NULL,           COLUMN_TEXT, ALIGN_LEFT},
    {"came",    NULL,           COLUMN_TIME, ALIGN_LEFT},
    {"went",    NULL,           COLUMN_TIME, ALIGN_LEFT},
};
enum { STAY_COLUMNS = 10, STAY_COLUMNS_WITH = 13 };

static const struct column clash_columns[] = {
    {"drive",       NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"first",       NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"first_mode",  NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"second",      NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"second_mode", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"from",        NULL, COLUMN_TIME, ALIGN_LEFT},
    {"until",       NULL, COLUMN_TIME, ALIGN_LEFT},
    {"asked_by",    NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"events",      NULL, COLUMN_JSON, ALIGN_LEFT},
};
/* clang-format on */

static struct cell time_of(const struct stay_event *event)
{
    return event->n == STAY_NEVER ? cell_absent() : cell_number(event->utc_us);
}

/* What asked for it is not known where nobody did. */
static struct cell by_of(struct named *named, const struct stay *stay)
{
    return stay->asked.n == STAY_NEVER ? cell_string("nobody") : named_id(named, stay->by);
}

/* Stays ------------------------------------------------------------------------------------- */

struct stay_row {
    struct stay_rows *rows;
    const struct stay *stay;
    struct named named;
};

static struct status add_stay(struct stay_row *row, const struct presence *presence)
{
    struct stay_rows *rows = row->rows;
    const struct stay *stay = row->stay;
    uint64_t events[STAYS_EVENTS_MAX + 2];
    size_t count = stay_events(stay, events);
    named_begin(&row->named, rows->view, rows->out);
    struct cell cells[STAY_COLUMNS_WITH] = {
        named_id(&row->named, stay->drive),
        named_id(&row->named, stay->vm),
        cell_string(stay_mode_name(stay)),
        time_of(&stay->from),
        time_of(&stay->until),
        cell_string(stay_end_name(stay->end)),
        by_of(&row->named, stay),
        time_of(&stay->asked),
        time_of(&stay->mounted),
    };
    if (presence != NULL) {
        events[count++] = presence->from.n;
        if (presence->until.n != STAY_NEVER) {
            events[count++] = presence->until.n;
        }
        cells[10] = named_id(&row->named, rows->with);
        cells[11] = time_of(&presence->from);
        cells[12] = time_of(&presence->until);
    }
    cells[9] = named_events(&row->named, events, count);
    rows->count++;
    return rows_add(rows->out, cells);
}

static struct status meet_presence(void *context, const struct presence *presence)
{
    struct stay_row *row = context;
    const struct stay_rows *rows = row->rows;
    const struct stay *stay = row->stay;
    struct presence cut = *presence;
    cut.from = cut.from.n < stay->from.n ? stay->from : cut.from;
    cut.until = cut.until.n > stay->until.n ? stay->until : cut.until;
    bool is_within = cut.from.utc_us < rows->until_us &&
                     (cut.until.n == STAY_NEVER || cut.until.utc_us > rows->from_us);
    return cut.from.n < cut.until.n && is_within ? add_stay(row, &cut) : OK;
}

static struct status meet_stay(void *context, const struct stay *stay)
{
    struct stay_rows *rows = context;
    struct stay_row row = {.rows = rows, .stay = stay};
    bool is_missed = rows->missed && stay->from.n == STAY_NEVER;
    bool is_mode = !rows->has_mode || !stay->mode_known || stay->mode == rows->mode;
    TRY(rows_go_on(rows->out));
    if (rows->before_n > 0 && stay->from.n >= rows->before_n) {
        return OK;
    }
    if (!is_mode || (!is_missed && !stay_is_within(stay, rows->from_us, rows->until_us))) {
        return OK;
    }
    if (rows->with.kind == ID_NONE) {
        return add_stay(&row, NULL);
    }
    return is_missed ? OK
                     : presence_each(&(struct presence_question){.log = rows->question.log,
                                                                 .index = rows->question.index,
                                                                 .vm = stay->vm,
                                                                 .user = rows->with},
                                     meet_presence, &row);
}

struct status stay_rows_write(struct stay_rows *rows)
{
    bool is_with = rows->with.kind != ID_NONE;
    TRY(rows_begin(rows->out, columns, is_with ? STAY_COLUMNS_WITH : STAY_COLUMNS));
    TRY(stays_each(&rows->question, rows->stays, meet_stay, rows));
    return rows_flush(rows->out);
}

/* Clashes ----------------------------------------------------------------------------------- */

static size_t put_events(uint64_t *out, const struct stay *stay)
{
    const struct stay_event *const all[] = {&stay->asked, &stay->from, &stay->until};
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i]->n != STAY_NEVER) {
            out[count++] = all[i]->n;
        }
    }
    return count;
}

/* Who asked for both, as a text: `ann, nobody`. */
static struct cell askers(struct named *named, const struct clash *clash)
{
    const struct stay *const both[] = {clash->first, clash->second};
    size_t start = named->text.size;
    for (size_t i = 0; i < 2; i++) {
        text_put_string(&named->text, i == 0 ? "" : ", ");
        if (both[i]->asked.n == STAY_NEVER || both[i]->by.kind == ID_NONE) {
            text_put_literal(&named->text, "nobody");
        } else {
            named_put(named, both[i]->by);
        }
    }
    return named_cell(named, start);
}

static struct status meet_clash(void *context, const struct clash *clash)
{
    struct clash_rows *rows = context;
    struct named named;
    uint64_t events[6];
    if (clash->from.utc_us >= rows->until_us ||
        (clash->until.n != STAY_NEVER && clash->until.utc_us <= rows->from_us)) {
        return OK;
    }
    named_begin(&named, rows->view, rows->out);
    size_t count = put_events(events, clash->first);
    count += put_events(events + count, clash->second);
    rows->count++;
    const struct cell cells[] = {
        named_id(&named, clash->first->drive),
        named_id(&named, clash->first->vm),
        cell_string(stay_mode_name(clash->first)),
        named_id(&named, clash->second->vm),
        cell_string(stay_mode_name(clash->second)),
        time_of(&clash->from),
        time_of(&clash->until),
        askers(&named, clash),
        named_events(&named, events, count),
    };
    return rows_add(rows->out, cells);
}

struct status clash_rows_write(struct clash_rows *rows)
{
    clashes_begin(rows->clashes, meet_clash, rows);
    TRY(rows_begin(rows->out, clash_columns, sizeof clash_columns / sizeof clash_columns[0]));
    TRY(stays_each(&rows->question, rows->stays, clashes_take, rows->clashes));
    return rows_flush(rows->out);
}
