#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>

static void tell(struct invocation *invocation, struct engine *engine)
{
    char memory[2 * DIGEST_SIZE + 1];
    struct text hex = TEXT_IN(memory);
    struct digest digest = state_digest(engine_state(engine));
    text_put_hex(&hex, BYTES(digest.sha256));
    output_add(invocation->output,
               invocation->format == ROWS_JSON
                   ? "{\"events\":%" PRIu64 ",\"row_versions\":%" PRIu64
                     ",\"state_digest\":\"%s\",\"indexed\":%" PRIu64 "}\n"
                   : "%" PRIu64 " events folded\n%" PRIu64 " row versions, digest %s\n%" PRIu64
                     " events in runs of the index\n",
               state_size(engine_state(engine)), state_versions(engine_state(engine)),
               text_string(&hex), index_size(engine_index(engine)));
}

static enum exit_code run(struct invocation *invocation)
{
    struct engine *engine = NULL;
    enum exit_code code =
        store_open_as(invocation, STORE_WRITE,
                      &(struct engine_options){.threaded = true, .rebuild = true}, &engine);
    if (code != EXIT_DONE) {
        return code;
    }
    tell(invocation, engine);
    return store_finish(invocation, EXIT_DONE, &engine);
}

const struct verb verb_rebuild = {
    .name = "rebuild",
    .about = "fold state and index from the log again",
    .details = "State and index are derived: this throws both away and makes them anew, comparing\n"
               "the state with every digest of it that the log holds. Deleting the folders state/\n"
               "and index/ by hand does the same at the next opening.",
    .examples = "cairn rebuild",
    .purpose = PURPOSE_KEEP,
    .guarded = true,
    .run = run,
};
