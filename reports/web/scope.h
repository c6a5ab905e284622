/*
 * reports/web/scope.h -- what a viewer may see: the only way of pages to events and the state.
 *
 * Shape    A scope is a stretch of positions and, if it is narrowed, a project. An event is visible
 *          if it lies in the stretch and the project was active or is among its subjects. A thing
 *          is visible if a visible event is about it or names it as actor, session or project. A
 *          row of the state is visible if every event that made a version of it is.
 *          What is not visible is NOT_FOUND, as what does not exist is, by the same way.
 * Moment   Positions below `size` count, whatever the log has by now.
 * Memory   Slices are lent until scope_close.
 * Errors   Those of the log, the index and the state.
 * Source   interface.md 1b 15 and 17; decisions/0041.
 */
#ifndef REPORTS_WEB_SCOPE_H
#define REPORTS_WEB_SCOPE_H

#include "reports/filter/filter.h"
#include "reports/query.h"
#include "reports/web/web.h"
#include "store/bundle.h"
#include "store/proof.h"

enum {
    SCOPE_KNOWN_MAX = 512, /* things whose answer is kept for the length of a request */
};

struct scope {     /* the caller's memory; only `size` and `narrowed` are for everybody */
    uint64_t size; /* events of the log that count */
    bool narrowed; /* by a project or by time */
    struct engine *engine;
    struct log_snapshot *log;
    struct index_snapshot *index; /* NULL: there is none */
    struct hasher *hasher;
    struct id project;   /* ID_NONE: any */
    uint64_t first, end; /* positions that may be visible: [first, end) */
    struct {
        struct id id;
        bool visible;
    } known[SCOPE_KNOWN_MAX];
    bool (*expired)(void *context);
    void *expired_context;
};

/* `size`: as many events count; UINT64_MAX: all there are. LIMIT, at how many there are, if it is
 * more. scope_close also after a failure. */
MUST_CHECK struct status scope_open(const struct web_options *options,
                                    const struct web_viewer *viewer, uint64_t size,
                                    struct hasher *hasher, struct scope *out);
void scope_close(struct scope *scope);

/* Events ------------------------------------------------------------------------------------ */

bool scope_sees(const struct scope *scope, const struct leaf *leaf);
/* The leaf at a position, compared and decoded. NOT_FOUND; CORRUPT, of an unnarrowed scope. */
MUST_CHECK struct status scope_leaf(const struct scope *scope, uint64_t n, struct bytes *bytes,
                                    struct leaf *out);
/* The body of such a leaf, without its salt; empty: erased. */
MUST_CHECK struct status scope_body(const struct scope *scope, const struct leaf *leaf,
                                    struct bytes *salt, struct bytes *body);
/* The signed record of such a leaf; empty if there is none, or if it is about more than what is
 * visible, which *hidden tells. */
MUST_CHECK struct status scope_command(const struct scope *scope, const struct leaf *leaf,
                                       struct bytes *record, bool *hidden);

/* Runs a query over what is visible; its `within` and `stopped` are set here. INTERRUPTED when the
 * time is over. */
MUST_CHECK struct status scope_query(const struct scope *scope, const struct query *query,
                                     query_visit *visit, void *context,
                                     struct query_outcome *outcome);
/* How many visible events there are in all, as far as `most` where they have to be counted. */
MUST_CHECK struct status scope_count(const struct scope *scope, uint64_t most, uint64_t *count);
/* The newest or oldest visible one; NOT_FOUND. */
MUST_CHECK struct status scope_newest(const struct scope *scope, struct leaf *out);
MUST_CHECK struct status scope_oldest(const struct scope *scope, struct leaf *out);

/* Reads an expression in which only names of what is visible are known. */
MUST_CHECK struct status scope_filter(struct scope *scope, struct bytes expression,
                                      uint64_t now_utc_us, struct filter *out,
                                      struct filter_fault *fault);

/* The state --------------------------------------------------------------------------------- */

/* Whether a thing may be spoken of. */
MUST_CHECK struct status scope_sees_object(struct scope *scope, struct id id, bool *visible);
/* The same, failing with NOT_FOUND. Also for what no event has made. */
MUST_CHECK struct status scope_require_object(struct scope *scope, struct id id);

/* The state as of an event, at most the newest that may be visible; for what is asked about a
 * visible thing. `state` NULL in it: there is none. */
struct view scope_view(const struct scope *scope, uint64_t as_of_n, struct arena *arena,
                       struct status *trouble);
/* Whether a row, by its key as the state has it, may be shown. */
MUST_CHECK struct status scope_sees_row(const struct scope *scope, enum row_table table,
                                        struct bytes key, uint64_t as_of_n, bool *visible);

/* The name of a visible thing with its id, as reports/naming.h; of another the id alone. */
void scope_put_name(struct scope *scope, struct id id, uint64_t as_of_n, struct text *out);

/* The proof of a visible event under the newest checkpoint; slices are lent. As proof_from_log. */
MUST_CHECK struct status scope_proof(const struct scope *scope, uint64_t n, struct proof *out);
/* The stored bytes of a leaf that does not hold: nothing for a narrowed scope. */
MUST_CHECK struct status scope_raw_leaf(const struct scope *scope, uint64_t n, struct bytes *leaf);

/* The log itself: what anybody who has a checkpoint knows. */
MUST_CHECK struct status scope_root(const struct scope *scope, struct digest *root);
MUST_CHECK struct status scope_root_at(const struct scope *scope, uint64_t size,
                                       struct digest *root);
/* The newest checkpoint of at most `most` events (and of those that count); NOT_FOUND. */
MUST_CHECK struct status scope_checkpoint(const struct scope *scope, uint64_t most,
                                          struct bytes *note, uint64_t *size);

/* The following are for scopes that are not narrowed; NOT_FOUND for others. */

/* The number of an emitter's newest event that counts. */
MUST_CHECK struct status scope_emitter_last(const struct scope *scope, struct bytes emitter,
                                            uint64_t *emitter_n);
/* All events that count, with the newest checkpoint over them, as a bundle (store/bundle.h). */
MUST_CHECK struct status scope_put_bundle(const struct scope *scope,
                                          const struct bundle_sink *sink);

/* The first position that counts and was recorded at or after a time, for scopes by time alone;
 * NOT_FOUND for those of a project. */
MUST_CHECK struct status scope_position_at(const struct scope *scope, uint64_t utc_us, uint64_t *n);

#endif
