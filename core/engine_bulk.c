#include "core/bulk/bulk.h"
#include "core/engine_asking.h"
#include "schema/canonical.h"

/* The command with its items, as far as it has come. */
struct bulk {
    struct asking *asking;
    struct bulk_common common;
    uint32_t done, refused;
};

static struct canonical_reader items_of(const struct asking *asking)
{
    struct canonical_reader reader = canonical_reader_of(asking->command.items);
    canonical_open_array(&reader);
    return reader;
}

/* Each item has the arena for itself, beyond what the actor lends from it. */
static struct status decode_all(struct bulk *bulk)
{
    struct asking *asking = bulk->asking;
    struct arena before = asking->arena;
    struct canonical_reader reader = items_of(asking);
    for (bool first = true; canonical_element(&reader); first = false) {
        asking->arena = before;
        TRY(ask_fields(asking, canonical_skip(&reader)));
        bulk->common = first ? bulk_common_of(asking->command.kind, &asking->fields) : bulk->common;
    }
    asking->arena = before;
    return OK;
}

/* Opening and closing --------------------------------------------------------------------- */

static struct status open_bulk(struct asking *asking, struct id *bulk)
{
    struct decided opened = {.kind = EVENT_BULK_OPENED, .on = {NEW(ID_BULK)}, .on_count = 1};
    opened.body.bulk_opened =
        (struct bulk_opened){.command = bytes_of_string(command_name(asking->command.kind)),
                             .count = asking->command.items_count};
    *bulk = (struct id){ID_BULK, engine_batch_next(asking->engine)};
    TRY(ask_write(asking, VOICE_BULK, &opened, RULE_NONE));
    TRY(engine_batch_evolve(asking->engine));
    asking->bulk = *bulk;
    return OK;
}

static struct status close_bulk(struct bulk *bulk)
{
    struct asking *asking = bulk->asking;
    union event_body closed = {.bulk_closed = {.done = bulk->done, .refused = bulk->refused}};
    struct draft draft = {
        .kind = EVENT_BULK_CLOSED,
        .on = {asking->bulk},
        .on_count = 1,
        .body = &closed,
        .actor = bytes_of_string(asking->actor_text),
        .answers = true,
        .cause = asking->bulk.n,
        .source = asking->source,
        .project = asking->actor.project,
        .session = asking->actor.session,
    };
    TRY(engine_batch_write(asking->engine, VOICE_BULK, &draft));
    return engine_batch_evolve(asking->engine);
}

/* Items ----------------------------------------------------------------------------------- */

static struct status decide_item(struct bulk *bulk, struct bytes fields)
{
    struct asking *asking = bulk->asking;
    TRY(ask_fields(asking, fields));
    struct view view = ask_view(asking);
    enum rule refused =
        bulk_refusal(&view, &asking->actor, asking->command.kind, &asking->fields, &bulk->common);
    TRY(asking->trouble);
    if (refused != RULE_NONE) {
        asking->decision.refused = refused;
        return OK;
    }
    return ask_decide(asking);
}

/* Decided on the state that the item before has left. */
static struct status do_item(struct bulk *bulk, struct bytes fields)
{
    struct asking *asking = bulk->asking;
    asking->item++;
    TRY(decide_item(bulk, fields));
    bool refused = asking->decision.refused != RULE_NONE;
    bulk->done += !refused;
    bulk->refused += refused;
    return refused ? ask_refuse(asking, asking->decision.refused, fields) : ask_answer(asking);
}

/* Room is made only where a part may be committed before the rest is decided. */
static struct status do_items(struct bulk *bulk, bool in_parts)
{
    struct asking *asking = bulk->asking;
    struct arena before = asking->arena;
    struct canonical_reader reader = items_of(asking);
    asking->item = 0;
    bulk->done = bulk->refused = 0;
    while (canonical_element(&reader)) {
        TRY(in_parts ? engine_batch_make_room(asking->engine) : OK);
        asking->arena = before;
        TRY(do_item(bulk, canonical_skip(&reader)));
    }
    asking->arena = before;
    return OK;
}

/* Each item of a command that is refused as a whole: by its own rule, or because of the others. */
static struct status refuse_items(struct bulk *bulk)
{
    struct asking *asking = bulk->asking;
    struct arena before = asking->arena;
    struct canonical_reader reader = items_of(asking);
    asking->item = 0;
    bulk->done = 0;
    bulk->refused = asking->command.items_count;
    while (canonical_element(&reader)) {
        struct bytes fields = canonical_skip(&reader);
        TRY(engine_batch_make_room(asking->engine));
        asking->arena = before;
        asking->item++;
        TRY(decide_item(bulk, fields));
        enum rule rule = asking->decision.refused;
        TRY(ask_refuse(asking, rule != RULE_NONE ? rule : RULE_BLK_03B, fields));
    }
    asking->arena = before;
    return OK;
}

/* All of them or none: done on trial first, and taken back if one is refused. */
static struct status do_all(struct bulk *bulk)
{
    struct engine *engine = bulk->asking->engine;
    TRY(engine_batch_commit(engine));
    TRY(engine_batch_attempt(engine));
    struct id id;
    struct status status = open_bulk(bulk->asking, &id);
    status = failed(status) ? status : do_items(bulk, false);
    if (!failed(status) && bulk->refused == 0) {
        engine_batch_keep(engine);
        return close_bulk(bulk);
    }
    bulk->asking->bulk = (struct id){0};
    bulk->asking->item = 0;
    TRY(engine_batch_undo(engine));
    TRY(status);
    TRY(open_bulk(bulk->asking, &id));
    TRY(refuse_items(bulk));
    bulk->asking->item = 0;
    return close_bulk(bulk);
}

static struct status do_each(struct bulk *bulk)
{
    struct id id;
    TRY(open_bulk(bulk->asking, &id));
    TRY(do_items(bulk, true));
    bulk->asking->item = 0;
    TRY(engine_batch_make_room(bulk->asking->engine));
    return close_bulk(bulk);
}

/* All of it ------------------------------------------------------------------------------- */

struct status ask_refuse_bulk(struct asking *asking, enum rule rule)
{
    char memory[48];
    struct text claimed = TEXT_IN(memory);
    struct decided refusal = {.kind = EVENT_BULK_DENIED, .on = {THE_LOG}, .on_count = 1};
    bool unknown = rule == RULE_IDN_06E;
    id_write(&claimed, asking->command.actor);
    refusal.body.bulk_denied =
        (struct bulk_denied){.command = bytes_of_string(command_name(asking->command.kind)),
                             .has_name = unknown,
                             .name = unknown ? text_bytes(&claimed) : (struct bytes){0}};
    TRY(ask_write(asking, unknown ? VOICE_IDENTITY : VOICE_BULK, &refusal, rule));
    return engine_batch_evolve(asking->engine);
}

struct status ask_bulk(struct asking *asking, struct verdict *verdict)
{
    struct bulk bulk = {.asking = asking};
    uint32_t count = asking->command.items_count;
    bool all = command_infos[asking->command.kind].bulk_all;
    TRY(decode_all(&bulk));
    verdict->first = engine_batch_next(asking->engine);
    if (count == 0 || count > BULK_ITEMS_MAX) {
        verdict->refused = RULE_BLK_03A;
        verdict->count = 1;
        return ask_refuse_bulk(asking, RULE_BLK_03A);
    }
    TRY(all ? do_all(&bulk) : do_each(&bulk));
    verdict->refused = all && bulk.refused > 0 ? RULE_BLK_03B : RULE_NONE;
    verdict->count = engine_batch_next(asking->engine) - verdict->first;
    verdict->bulk = asking->bulk;
    verdict->done = bulk.done;
    verdict->items_refused = bulk.refused;
    return OK;
}
