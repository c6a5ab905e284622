#include "reports/web/custody_view.h"

#include "reports/custody/host_login_rows.h"
#include "reports/custody/mismatch_rows.h"
#include "reports/custody/owner_key_rows.h"
#include "reports/custody/share_rows.h"
#include "reports/custody/stay_rows.h"
#include "reports/web/bands.h"
#include "reports/web/grid.h"

enum {
    STAYS_SHOWN = 100,
    LANE_STAYS_MAX = BANDS_MAX,
    LABEL_SIZE = 600,
};

/* The thing at hand. */
struct custody_view {
    struct visit *visit;
    const struct as_of *as_of;
    struct id object;
    struct grid *grid;
};

static struct stays_question question_of(const struct custody_view *page)
{
    struct stays_question question = {.log = page->visit->scope.log,
                                      .index = page->visit->scope.index,
                                      .stopped = page->visit->options->expired,
                                      .stopped_context = page->visit->options->context};
    if (page->object.kind == ID_DRIVE) {
        question.drive = page->object;
    } else {
        question.vm = page->object;
    }
    return question;
}

static struct moment_range range_of(const struct custody_view *page)
{
    return (struct moment_range){.until = {MOMENT_POSITION, page->as_of->view.as_of_n + 1}};
}

static void begin_grid(const struct custody_view *page, const char *caption, const char *empty,
                       const char *more)
{
    static const struct grid_column columns[] = {
        {"drive", NULL, GRID_ID},           {"vm", "Machine", GRID_ID},
        {"by", "Asked for by", GRID_WORDS}, {"events", NULL, GRID_EVENTS},
        {"target", "Given to", GRID_ID},    {"chain", NULL, GRID_WORDS},
        {"owner", NULL, GRID_ID},           {"host", NULL, GRID_HIDDEN},
        {"machines", NULL, GRID_LIST},      {"projects", NULL, GRID_LIST},
        {"key", NULL, GRID_CODE},
    };
    grid_init(page->grid, page->visit,
              &(struct grid_options){.caption = caption,
                                     .hidden_caption = true,
                                     .empty = empty,
                                     .columns = columns,
                                     .column_count = sizeof columns / sizeof columns[0],
                                     .limit = STAYS_SHOWN,
                                     .more = more});
}

/* The picture ------------------------------------------------------------------------------ */

struct lanes {
    const struct custody_view *page;
    struct stay stays[LANE_STAYS_MAX];
    size_t count;
    uint64_t left_out;
};

static struct status keep_stay(void *context, const struct stay *stay)
{
    struct lanes *lanes = context;
    if (stay->from.n > lanes->page->as_of->view.as_of_n) {
        return OK;
    }
    if (lanes->count == LANE_STAYS_MAX) {
        lanes->left_out++;
        return OK;
    }
    lanes->stays[lanes->count++] = *stay;
    return OK;
}

static struct id other_of(const struct lanes *lanes, const struct stay *stay)
{
    return lanes->page->object.kind == ID_DRIVE ? stay->vm : stay->drive;
}

static bool is_same_lane(const struct lanes *lanes, const struct stay *a, const struct stay *b)
{
    return id_equal(other_of(lanes, a), other_of(lanes, b)) && stay_writes(a) == stay_writes(b);
}

static void add_band(struct bands *bands, const struct stay *stay)
{
    char memory[128];
    struct text title = TEXT_IN(memory);
    text_put_string(&title, stay_writes(stay) ? "read-write" : "read-only");
    text_put_string(&title, stay->asked.n == STAY_NEVER ? ", and nobody asked for it" : "");
    text_put_literal(&title, "; ");
    text_put_string(&title, stay_end_name(stay->end));
    bands_add(bands, &(struct band){.from_us = stay->from.utc_us,
                                    .until_us = stay->until.utc_us,
                                    .look = stay_writes(stay) ? BAND_HELD : BAND_NOT,
                                    .open = stay->until.n == STAY_NEVER,
                                    .has_event = true,
                                    .event = stay->from.n,
                                    .title = text_bytes(&title)});
}

static void add_lane(const struct lanes *lanes, size_t at, struct bands *bands)
{
    char memory[LABEL_SIZE];
    struct text label = TEXT_IN(memory);
    const struct stay *first = &lanes->stays[at];
    scope_put_name(&lanes->page->visit->scope, other_of(lanes, first), UINT64_MAX, &label);
    text_put_string(&label, stay_writes(first) ? ", rw" : ", ro");
    bands_lane(bands, text_bytes(&label), other_of(lanes, first));
    for (size_t i = at; i < lanes->count; i++) {
        if (is_same_lane(lanes, first, &lanes->stays[i])) {
            add_band(bands, &lanes->stays[i]);
        }
    }
}

static struct status put_picture(const struct custody_view *page, struct stays *stays)
{
    struct arena *arena = page->visit->arena;
    struct lanes *lanes = arena_take(arena, sizeof *lanes);
    struct bands *bands = bands_new(arena);
    const struct stays_question question = question_of(page);
    if (lanes == NULL || bands == NULL) {
        return FAIL(NO_MEMORY, sizeof *lanes);
    }
    lanes->page = page;
    lanes->count = 0;
    lanes->left_out = 0;
    struct status status = stays_each(&question, stays, keep_stay, lanes);
    stays_close(stays);
    TRY(status);
    bands->last_us = page->as_of->view.now_utc_us;
    for (size_t i = 0; i < lanes->count; i++) {
        bool is_first = true;
        for (size_t k = 0; k < i; k++) {
            is_first = is_first && !is_same_lane(lanes, &lanes->stays[i], &lanes->stays[k]);
        }
        if (is_first) {
            add_lane(lanes, i, bands);
        }
    }
    bands_put(page->visit, bands, "custody",
              page->object.kind == ID_DRIVE ? "Where it was: full is read-write, hatched read-only"
                                            : "Its drives: full is read-write, hatched read-only");
    return OK;
}

/* Drives and machines ------------------------------------------------------------------------ */

static struct status put_stays(const struct custody_view *page)
{
    size_t used = page->visit->arena->used;
    struct stays *stays = arena_take(page->visit->arena, sizeof *stays);
    if (stays == NULL) {
        return FAIL(NO_MEMORY, sizeof *stays);
    }
    page_section(page->visit, "custody",
                 page->object.kind == ID_DRIVE ? "Where it was" : "Which drives it had");
    TRY(put_picture(page, stays));
    begin_grid(page, "Stays", "It was at no machine.", "cairn drive attachments has all of them.");
    struct stay_rows rows = {.question = question_of(page),
                             .view = &page->as_of->view,
                             .until_us = UINT64_MAX,
                             .before_n = page->as_of->view.as_of_n + 1,
                             .stays = stays,
                             .out = &page->grid->rows};
    struct status status = grid_end(page->grid, stay_rows_write(&rows));
    stays_close(stays);
    page_section_end(page->visit);
    page->visit->arena->used = used;
    return status;
}

static struct status put_shares(const struct custody_view *page)
{
    size_t used = page->visit->arena->used;
    struct shares *shares = arena_take(page->visit->arena, sizeof *shares);
    if (shares == NULL) {
        return FAIL(NO_MEMORY, sizeof *shares);
    }
    page_section(page->visit, "given", "To whom it was given, along which chain");
    begin_grid(page, "Shares", "It was given to nobody.", "cairn drive shares has all of them.");
    struct share_rows rows = {.question = {.log = page->visit->scope.log,
                                           .index = page->visit->scope.index,
                                           .view = page->as_of->view,
                                           .drive = page->object},
                              .shares = shares,
                              .out = &page->grid->rows};
    struct status status = grid_end(page->grid, share_rows_write(&rows));
    page_section_end(page->visit);
    page->visit->arena->used = used;
    return status;
}

static struct status put_owner_keys(const struct custody_view *page)
{
    page_section(page->visit, "owner-key", "Whose key it obeys");
    begin_grid(page, "Owners' keys", "It has learned no key.", NULL);
    struct owner_key_rows rows = {.log = page->visit->scope.log,
                                  .index = page->visit->scope.index,
                                  .hasher = page->visit->scope.hasher,
                                  .view = page->as_of->view,
                                  .range = range_of(page),
                                  .vm = page->object,
                                  .out = &page->grid->rows};
    struct status status = grid_end(page->grid, owner_key_rows_write(&rows));
    page_section_end(page->visit);
    return status;
}

/* Hosts -------------------------------------------------------------------------------------- */

static struct status put_mismatches(const struct custody_view *page)
{
    page_section(page->visit, "differs", "Where it differed from the log");
    begin_grid(page, "Differences", "It did not.", "cairn host mismatches has all of them.");
    struct mismatch_rows rows = {.log = page->visit->scope.log,
                                 .index = page->visit->scope.index,
                                 .view = &page->as_of->view,
                                 .range = range_of(page),
                                 .host = page->object,
                                 .out = &page->grid->rows};
    struct status status = grid_end(page->grid, mismatch_rows_write(&rows));
    page_section_end(page->visit);
    return status;
}

static struct status put_logins(const struct custody_view *page)
{
    size_t used = page->visit->arena->used;
    struct filter *filter = arena_take(page->visit->arena, sizeof *filter);
    if (filter == NULL) {
        return FAIL(NO_MEMORY, sizeof *filter);
    }
    page_section(page->visit, "logins", "Who logged in to the host itself");
    begin_grid(page, "Logins", "Nobody, as far as is known.", "cairn host logins has all of them.");
    struct host_login_rows rows = {.engine = page->visit->scope.engine,
                                   .log = page->visit->scope.log,
                                   .index = page->visit->scope.index,
                                   .view = page->as_of->view,
                                   .range = range_of(page),
                                   .host = page->object,
                                   .filter = filter,
                                   .out = &page->grid->rows};
    struct status status = grid_end(page->grid, host_login_rows_write(&rows));
    page_section_end(page->visit);
    page->visit->arena->used = used;
    return status;
}

struct status custody_view_put(struct visit *visit, const struct as_of *as_of, struct id object)
{
    struct custody_view page = {.visit = visit, .as_of = as_of, .object = object};
    bool has = object.kind == ID_DRIVE || object.kind == ID_VM || object.kind == ID_HOST;
    if (visit->scope.narrowed || !has) {
        return OK;
    }
    page.grid = arena_take(visit->arena, sizeof *page.grid);
    if (page.grid == NULL) {
        return FAIL(NO_MEMORY, sizeof *page.grid);
    }
    if (object.kind == ID_HOST) {
        TRY(put_mismatches(&page));
        return put_logins(&page);
    }
    TRY(put_stays(&page));
    return object.kind == ID_DRIVE ? put_shares(&page) : put_owner_keys(&page);
}
