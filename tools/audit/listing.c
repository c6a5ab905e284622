#include "tools/audit/listing.h"

#include "tools/store_open.h"

#include <stdlib.h>

enum {
    LISTING_ARENA = 512 << 10, /* bytes for what one row looks at */
};

static enum exit_code write_list(struct invocation *invocation, struct engine *engine,
                                 struct arena *arena, listing *list)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena row_arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct view view;
    struct rows rows;
    uint64_t count = 0;
    enum exit_code code = as_of_view(invocation, engine, arena, &trouble, &view);
    if (code != EXIT_DONE) {
        return code;
    }
    invocation_rows(invocation, &rows, &row_arena);
    const struct desk desk = {
        .engine = engine, .view = &view, .rows = &rows, .all = invocation_has(invocation, "all")};
    struct status status = list(&desk, &count);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "listing");
    }
    return count == 0 ? EXIT_NOTHING : EXIT_DONE;
}

enum exit_code listing_run(struct invocation *invocation, listing *list)
{
    struct engine *engine = NULL;
    uint8_t *memory = malloc(LISTING_ARENA);
    struct arena arena = {.memory = memory, .capacity = LISTING_ARENA};
    if (memory == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, LISTING_ARENA), NULL, "starting");
    }
    enum exit_code code = store_open(invocation, STORE_READ, &engine);
    if (code == EXIT_DONE) {
        code = write_list(invocation, engine, &arena, list);
        engine_close(&engine);
    }
    free(memory);
    return code;
}
