#include "reports/web/assessed.h"

#include "reports/stretch.h"

/* Whether what is kept answers this page, too. */
static bool is_fresh(const struct visit *visit, uint64_t now_us)
{
    const struct web_kept *kept = visit->kept;
    uint64_t size = visit->scope.size;
    if (kept->assessment == NULL || kept->pinned != visit->pinned) {
        return false;
    }
    return visit->pinned ? kept->size == size
                         : kept->size <= size && kept->now_us <= now_us &&
                               now_us - kept->now_us < ASSESSED_KEPT_US;
}

static bool show_progress(void *context, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    return visit_is_over(context);
}

static struct status assess(struct visit *visit, uint64_t now_us)
{
    struct web_kept *kept = visit->kept;
    struct au_question question = {.until_us = now_us,
                                   .now_us = now_us,
                                   .size = visit->scope.size,
                                   .progress = show_progress,
                                   .progress_context = visit};
    TRY(stretch_time_of(visit->scope.log, 0, &question.from_us));
    kept->assessment = NULL;
    kept->arena = ARENA_IN(kept->memory);
    TRY(au_assess(visit->engine, &question, &kept->arena, &kept->assessment));
    kept->size = visit->scope.size;
    kept->now_us = now_us;
    kept->pinned = visit->pinned;
    return OK;
}

struct status assessed_get(struct visit *visit, const struct au_assessment **out)
{
    uint64_t now_us = visit->request->now_utc_us;
    if (visit->scope.size == 0) {
        return FAIL(NOT_FOUND, 0);
    }
    if (visit->scope.size > ASSESSED_EVENTS_MAX) {
        return FAIL(LIMIT, ASSESSED_EVENTS_MAX);
    }
    if (visit->pinned) {
        TRY(stretch_time_of(visit->scope.log, visit->scope.size - 1, &now_us));
    }
    if (!is_fresh(visit, now_us)) {
        TRY(assess(visit, now_us));
    }
    *out = visit->kept->assessment;
    return OK;
}

struct status assessed_at_hand(struct visit *visit, uint64_t events_most,
                               const struct au_assessment **out)
{
    uint64_t now_us = visit->request->now_utc_us, size = visit->scope.size;
    *out = NULL;
    if (visit->pinned && size > 0) {
        TRY(stretch_time_of(visit->scope.log, size - 1, &now_us));
    }
    return size > 0 && (size <= events_most || is_fresh(visit, now_us)) ? assessed_get(visit, out)
                                                                        : OK;
}

/* The newest ----------------------------------------------------------------------------------- */

struct looking {
    struct visit *visit;
    bool found;
    struct leaf *leaf;
};

static struct status look(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct looking *looking = context;
    struct bytes salt, body;
    static const char name[] = "\"report\":\"au-assessment\"";
    (void)bytes;
    TRY(scope_body(&looking->visit->scope, leaf, &salt, &body));
    if (!looking->found && memmem(body.data, body.size, name, sizeof name - 1) != NULL) {
        looking->found = true;
        *looking->leaf = *leaf;
    }
    return OK;
}

struct status assessed_logged(struct visit *visit, bool *found, struct leaf *out)
{
    enum {
        LOOKED_AT = 200
    };
    struct looking looking = {.visit = visit, .leaf = out};
    struct query_outcome outcome;
    struct query *query = arena_take(visit->arena, sizeof *query);
    if (query == NULL) {
        return FAIL(NO_MEMORY, sizeof *query);
    }
    *query = (struct query){.newest_first = true, .limit = LOOKED_AT};
    TRY(query_add(query, QUERY_KIND, LITERAL("audit.report_generated")));
    TRY(scope_query(&visit->scope, query, look, &looking, &outcome));
    *found = looking.found;
    return OK;
}
