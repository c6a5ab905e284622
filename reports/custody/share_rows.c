#include "reports/custody/share_rows.h"

#include "reports/custody/named.h"

/* clang-format off */
static const struct column columns[] = {
    {"drive",  NULL,       COLUMN_TEXT, ALIGN_LEFT},
    {"target", NULL,       COLUMN_TEXT, ALIGN_LEFT},
    {"mode",   NULL,       COLUMN_TEXT, ALIGN_LEFT},
    {"by",     "GIVEN BY", COLUMN_TEXT, ALIGN_LEFT},
    {"from",   NULL,       COLUMN_TIME, ALIGN_LEFT},
    {"until",  NULL,       COLUMN_TIME, ALIGN_LEFT},
    {"right",  NULL,       COLUMN_TEXT, ALIGN_LEFT},
    {"chain",  NULL,       COLUMN_TEXT, ALIGN_LEFT},
    {"events", NULL,       COLUMN_JSON, ALIGN_LEFT},
};
/* clang-format on */

enum {
    CHAIN_MAX = 64, /* shares of a chain that are told; longer ones lose their beginning */
};

/* The shares from the owner on; how many. */
static size_t follow(const struct shares *shares, size_t at, size_t out[static CHAIN_MAX])
{
    size_t count = 0, first = at;
    while (first < shares->count && count < CHAIN_MAX) {
        count++;
        first = shares->list[first].rests_on;
    }
    for (size_t i = count; i > 0; i--) {
        out[i - 1] = at;
        at = shares->list[at].rests_on;
    }
    return count;
}

static struct cell chain_cell(const struct shares *shares, const size_t *chain, size_t count,
                              struct named *named)
{
    size_t start = named->text.size;
    for (size_t i = 0; i < count; i++) {
        const struct share *share = &shares->list[chain[i]];
        const struct share *before = i == 0 ? NULL : &shares->list[chain[i - 1]];
        if (before == NULL || !id_equal(before->target, share->by)) {
            text_put_string(&named->text, before == NULL ? "" : " with ");
            named_put(named, share->by);
        }
        text_put_char(&named->text, ' ');
        text_put_string(&named->text, share->mode_known ? drive_mode_name(share->mode) : "?");
        text_put_literal(&named->text, "> ");
        named_put(named, share->target);
    }
    return named_cell(named, start);
}

static struct cell events_cell(const struct shares *shares, const size_t *chain, size_t count,
                               struct named *named)
{
    uint64_t events[CHAIN_MAX + 2];
    size_t used = 0;
    const struct share *last = &shares->list[chain[count - 1]];
    if (shares->list[chain[0]].rests_on == SHARE_OWNER && shares->created != STAY_NEVER) {
        events[used++] = shares->created;
    }
    for (size_t i = 0; i < count; i++) {
        events[used++] = shares->list[chain[i]].from.n;
    }
    if (last->until.n != STAY_NEVER) {
        events[used++] = last->until.n;
    }
    return named_events(named, events, used);
}

static const char *right_name(const struct shares *shares, const size_t *chain)
{
    return shares->list[chain[0]].rests_on == SHARE_OWNER ? "from the owner" : "no right is known";
}

static struct cell time_of(const struct stay_event *event)
{
    return event->n == STAY_NEVER ? cell_absent() : cell_number(event->utc_us);
}

static struct status add(struct share_rows *rows, size_t at)
{
    const struct share *share = &rows->shares->list[at];
    struct named named;
    size_t chain[CHAIN_MAX];
    size_t count = follow(rows->shares, at, chain);
    named_begin(&named, &rows->question.view, rows->out);
    rows->count++;
    rows->without_right += rows->shares->list[chain[0]].rests_on == SHARE_NO_RIGHT ? 1 : 0;
    const struct cell cells[] = {
        named_id(&named, rows->shares->drive),
        named_id(&named, share->target),
        cell_string(share->mode_known ? drive_mode_name(share->mode) : "?"),
        named_id(&named, share->by),
        time_of(&share->from),
        time_of(&share->until),
        cell_string(right_name(rows->shares, chain)),
        chain_cell(rows->shares, chain, count, &named),
        events_cell(rows->shares, chain, count, &named),
    };
    return rows_add(rows->out, cells);
}

/* Whether the user was a member when the share began, or is one as of the view while it lasts. */
static bool has_by_group(const struct share_rows *rows, const struct share *share)
{
    struct view view = rows->question.view;
    struct group_member_row row = {.group = share->target, .user = rows->user};
    if (share->target.kind != ID_GROUP || view.state == NULL) {
        return false;
    }
    size_t used = view.arena->used;
    bool found = share->until.n == STAY_NEVER && view_find(&view, ROW_GROUP_MEMBER, &row);
    view.as_of_n = share->from.n;
    found = found || view_find(&view, ROW_GROUP_MEMBER, &row);
    view.as_of_n = share->until.n == STAY_NEVER ? share->from.n : share->until.n - 1;
    found = found || view_find(&view, ROW_GROUP_MEMBER, &row);
    view.arena->used = used;
    return found;
}

static bool is_wanted(const struct share_rows *rows, const struct share *share)
{
    bool is_users = rows->user.kind == ID_NONE || id_equal(share->target, rows->user) ||
                    has_by_group(rows, share);
    bool is_mode = !rows->has_mode || !share->mode_known || share->mode == rows->mode;
    return is_users && is_mode && (!rows->in_force || share->until.n == STAY_NEVER);
}

struct status share_rows_write(struct share_rows *rows)
{
    TRY(rows_begin(rows->out, columns, sizeof columns / sizeof columns[0]));
    TRY(shares_find(&rows->question, rows->shares));
    for (size_t i = 0; i < rows->shares->count; i++) {
        if (is_wanted(rows, &rows->shares->list[i])) {
            TRY(add(rows, i));
        }
    }
    TRY(*rows->question.view.trouble);
    return rows_flush(rows->out);
}
