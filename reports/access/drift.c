#include "reports/access/drift.h"

#include "core/identity/session.h"
#include "core/identity/user.h"

/* One session on its way. */
struct walk {
    const struct drift_question *question;
    struct basis *basis;
    struct view view;
    struct id session, user;
    struct interval_moment at, end; /* end: of the session, or of the question */
    struct digest login;
    struct drift drift;
    bool open; /* a stretch has begun */
    drift_visit *visit;
    void *context;
};

/* Times -------------------------------------------------------------------------------------- */

static struct status time_of(const struct walk *walk, uint64_t n, uint64_t *utc_us)
{
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_read_leaf(walk->question->log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    *utc_us = leaf.t_utc_us;
    return OK;
}

/* Until it was ended, or runs out. */
static struct status find_end(struct walk *walk, const struct session_row *row, uint64_t made_by)
{
    walk->end = walk->question->to;
    if (row->state != SESSION_STATE_OPENED && made_by < walk->end.n) {
        walk->end.n = made_by;
        TRY(time_of(walk, made_by, &walk->end.utc_us));
    }
    if (row->expires < walk->end.utc_us) {
        walk->end.utc_us = row->expires;
        TRY(query_position_at(walk->question->log, row->expires, &walk->end.n));
    }
    return OK;
}

/* Rights ------------------------------------------------------------------------------------- */

static struct status find_rights(struct walk *walk, struct digest *out)
{
    struct user_row user;
    size_t used = walk->view.arena->used;
    *out = (struct digest){0};
    walk->view.as_of_n = walk->at.n;
    walk->view.now_utc_us = walk->at.utc_us;
    basis_watch(walk->basis, &walk->view);
    if (user_by_id(&walk->view, walk->user, &user)) {
        *out = session_rights(&walk->view, &user);
    }
    walk->view.watcher = NULL;
    walk->view.arena->used = used;
    return *walk->view.trouble;
}

/* Where they may be other ones; INTERVAL_STILL: nowhere before the end. */
static struct status find_next(const struct walk *walk, struct interval_moment *next,
                               enum interval_end *end)
{
    uint64_t n, n_utc_us = UINT64_MAX, expiry_utc_us = basis_next_time(walk->basis);
    TRY(basis_next_event(walk->basis, walk->view.state, &n));
    bool has_event = n < walk->end.n;
    TRY(has_event ? time_of(walk, n, &n_utc_us) : OK);
    bool has_expiry = expiry_utc_us < walk->end.utc_us;
    if (has_expiry && (!has_event || expiry_utc_us <= n_utc_us)) {
        *next = (struct interval_moment){.n = walk->at.n, .utc_us = expiry_utc_us};
        *end = INTERVAL_EXPIRY;
        return OK;
    }
    *next = has_event ? (struct interval_moment){.n = n, .utc_us = n_utc_us} : walk->end;
    *end = has_event ? INTERVAL_EVENT : INTERVAL_STILL;
    return OK;
}

/* Acts --------------------------------------------------------------------------------------- */

static bool verb_of(enum event_kind kind, enum access_verb *out)
{
    if (kind == EVENT_VAULT_KEY_FETCHED || kind == EVENT_VAULT_CHUNK_READ) {
        *out = ACCESS_READ;
    } else if (kind == EVENT_VAULT_FILE_VIEWED) {
        *out = ACCESS_VIEW;
    } else if (kind == EVENT_VAULT_FILE_DOWNLOADED) {
        *out = ACCESS_DOWNLOAD;
    } else {
        return false;
    }
    return true;
}

/* Whether somebody who had logged in just before could not have done it. */
static bool is_kept(const struct walk *walk, const struct leaf *leaf)
{
    enum access_verb verb;
    struct access access;
    const struct reader reader = {.user = walk->user};
    struct view view = walk->view;
    if (!verb_of(leaf->kind, &verb) || leaf->n == 0 || leaf->on_count == 0) {
        return false;
    }
    view.as_of_n = leaf->n - 1;
    view.now_utc_us = query_time_of(leaf);
    access_of(verb, &view, &reader, leaf->on[0], &access);
    return !access.allowed;
}

static struct status note_act(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct walk *walk = context;
    struct drift *drift = &walk->drift;
    (void)bytes;
    drift->act_count++;
    if (is_kept(walk, leaf)) {
        if (drift->kept_count < DRIFT_KEPT_MAX) {
            drift->kept[drift->kept_count] = leaf->n;
        }
        drift->kept_count++;
    }
    return *walk->view.trouble;
}

static struct status find_acts(struct walk *walk)
{
    char memory[64];
    struct text session = TEXT_IN(memory);
    struct query_outcome outcome;
    struct query query = {.by_received = true};
    uint64_t first = walk->drift.from.n + 1;
    if (!walk->drift.by_event) {
        TRY(query_position_at(walk->question->log, walk->drift.from.utc_us, &first));
    }
    query.range.since = (struct moment){.kind = MOMENT_POSITION, .value = first};
    query.range.until = walk->drift.end == INTERVAL_EVENT
                            ? (struct moment){.kind = MOMENT_POSITION, .value = walk->drift.to.n}
                            : (struct moment){.kind = MOMENT_TIME, .value = walk->drift.to.utc_us};
    id_write(&session, walk->session);
    TRY(query_add(&query, QUERY_SESSION, text_bytes(&session)));
    return query_run(&query, walk->question->log, walk->question->index, note_act, walk, &outcome);
}

/* Stretches ---------------------------------------------------------------------------------- */

static void begin(struct walk *walk, enum interval_end by)
{
    walk->open = true;
    walk->drift = (struct drift){.session = walk->session,
                                 .user = walk->user,
                                 .opened_n = walk->drift.opened_n,
                                 .from = walk->at,
                                 .by_event = by == INTERVAL_EVENT};
}

/* What ended before the question begins is not told. */
static struct status finish(struct walk *walk, enum interval_end end)
{
    walk->open = false;
    walk->drift.to = walk->at;
    walk->drift.end = end;
    if (walk->drift.to.utc_us < walk->question->from.utc_us) {
        return OK;
    }
    TRY(find_acts(walk));
    return walk->visit(walk->context, &walk->drift);
}

static struct status walk_session(struct walk *walk)
{
    TRY(time_of(walk, walk->at.n, &walk->at.utc_us));
    TRY(find_rights(walk, &walk->login));
    struct digest last = walk->login;
    for (;;) {
        enum interval_end end;
        struct digest now;
        TRY(find_next(walk, &walk->at, &end));
        if (end == INTERVAL_STILL) {
            return walk->open ? finish(walk, end) : OK;
        }
        TRY(find_rights(walk, &now));
        if (digest_equal(&now, &last)) {
            continue;
        }
        TRY(walk->open ? finish(walk, end) : OK);
        if (!digest_equal(&now, &walk->login)) {
            begin(walk, end);
        }
        last = now;
    }
}

static bool is_asked_about(const struct drift_question *question, const struct session_row *row)
{
    return (question->user.kind == ID_NONE || id_equal(question->user, row->user)) &&
           row->state != SESSION_STATE_CHALLENGED && row->opened_n < question->to.n;
}

struct status drift_each(const struct drift_question *question, struct basis *basis,
                         drift_visit *visit, void *context)
{
    struct view view = question->view;
    view.as_of_n = question->to.n == 0 ? 0 : question->to.n - 1;
    view.now_utc_us = question->to.utc_us;
    struct session_row row = {0};
    struct view_walk sessions = view_walk_of(&view, ROW_SESSION, &row, 0);
    while (view_walk_next(&sessions, &row)) {
        uint64_t made_by;
        if (!is_asked_about(question, &row) ||
            !view_find_made_by(&view, ROW_SESSION, &row, &made_by)) {
            continue;
        }
        struct walk walk = {.question = question,
                            .basis = basis,
                            .view = view,
                            .session = row.session,
                            .user = row.user,
                            .at = {.n = row.opened_n},
                            .drift = {.opened_n = row.opened_n},
                            .visit = visit,
                            .context = context};
        TRY(find_end(&walk, &row, made_by));
        TRY(walk_session(&walk));
    }
    return *view.trouble;
}
