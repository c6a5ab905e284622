/*
 * store/row_cache.h -- rows of the state that were read lately, the absent ones too.
 *
 * Shape    A decision asks for the same few rows again and again, and so does the next one: users,
 *          sessions, projects. An entry answers for one key, either now or as of one past event;
 *          what is past never changes, and what is now is dropped when the row is put. An entry
 *          makes way for the next one of its place. Rows that are long are not kept.
 */
#ifndef STORE_ROW_CACHE_H
#define STORE_ROW_CACHE_H

#include "schema/bytes.h"

#define ROW_CACHE_NOW UINT64_MAX /* as of the head, whatever that is */

struct row_cache; /* opaque */

MUST_CHECK struct status row_cache_open(struct row_cache **out);
void row_cache_close(struct row_cache **cache);

/* Whether it is known; an empty row: there is none. *row is lent until the next call. */
bool row_cache_find(struct row_cache *cache, struct bytes key, uint64_t as_of, struct bytes *row,
                    uint64_t *made_by);
void row_cache_keep(struct row_cache *cache, struct bytes key, uint64_t as_of, struct bytes row,
                    uint64_t made_by);
/* A version made by event n is put: what was known of now, or as of n or later, is not so any more.
 */
void row_cache_drop(struct row_cache *cache, struct bytes key, uint64_t n);
void row_cache_clear(struct row_cache *cache);

#endif
