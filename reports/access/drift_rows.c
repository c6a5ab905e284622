#include "reports/access/drift_rows.h"

#include "reports/naming.h"

#include <inttypes.h>

enum {
    NAME_SIZE = 512,
    EVENTS_SIZE = (DRIFT_KEPT_MAX + 2) * 21,
};

/* clang-format off */
static const struct column columns[] = {
    {"session", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"user",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"login",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"opened",  NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"from",    NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"to",      NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"changed", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"ended",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"acts",    NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"kept",    NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"events",  NULL, COLUMN_JSON,    ALIGN_LEFT},
};
/* clang-format on */

/* `event 80, project.member_removed`, or that it happened by itself. */
static struct status put_cause(const struct drift_rows *rows, bool by_event, uint64_t n,
                               struct text *out)
{
    struct bytes bytes;
    struct leaf leaf;
    if (!by_event) {
        text_put_literal(out, "by itself");
        return OK;
    }
    TRY(log_read_leaf(rows->question.log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    text_add(out, "event %" PRIu64 ", %s", n, event_name(leaf.kind));
    return OK;
}

static void put_events(const struct drift *drift, struct text *out)
{
    bool first = true;
    text_put_literal(out, "[");
    if (drift->by_event) {
        text_add(out, "%" PRIu64, drift->from.n);
        first = false;
    }
    for (uint64_t i = 0; i < drift->kept_count && i < DRIFT_KEPT_MAX; i++) {
        text_add(out, "%s%" PRIu64, first ? "" : ",", drift->kept[i]);
        first = false;
    }
    text_put_literal(out, "]");
}

static struct status add_drift(void *context, const struct drift *drift)
{
    struct drift_rows *rows = context;
    struct view view = rows->question.view;
    char session_memory[64], user_memory[64], login_memory[NAME_SIZE];
    char changed_memory[NAME_SIZE], ended_memory[NAME_SIZE], events_memory[EVENTS_SIZE];
    struct text session = TEXT_IN(session_memory), user = TEXT_IN(user_memory),
                login = TEXT_IN(login_memory), changed = TEXT_IN(changed_memory),
                ended = TEXT_IN(ended_memory), events = TEXT_IN(events_memory);
    if (rows->kept && drift->kept_count == 0) {
        return OK;
    }
    view.as_of_n = drift->from.n;
    id_write(&session, drift->session);
    id_write(&user, drift->user);
    (void)naming_put_name(&view, drift->user, &login);
    TRY(put_cause(rows, drift->by_event, drift->from.n, &changed));
    if (drift->end == INTERVAL_STILL) {
        text_put_literal(&ended, "still so at the end");
    } else {
        TRY(put_cause(rows, drift->end == INTERVAL_EVENT, drift->to.n, &ended));
    }
    put_events(drift, &events);
    const struct cell cells[] = {
        cell_text(text_bytes(&session)),
        cell_text(text_bytes(&user)),
        login.size == 0 ? cell_absent() : cell_text(text_bytes(&login)),
        cell_number(drift->opened_n),
        cell_number(drift->from.utc_us),
        cell_number(drift->to.utc_us),
        cell_text(text_bytes(&changed)),
        cell_text(text_bytes(&ended)),
        cell_number(drift->act_count),
        cell_number(drift->kept_count),
        cell_text(text_bytes(&events)),
    };
    return rows_add(rows->out, cells);
}

struct status drift_rows(struct drift_rows *rows)
{
    TRY(rows_begin(rows->out, columns, sizeof columns / sizeof columns[0]));
    TRY(drift_each(&rows->question, rows->basis, add_drift, rows));
    return rows_flush(rows->out);
}
