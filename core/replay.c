#include "core/replay.h"

#include "core/authenticate.h"
#include "core/bulk/bulk.h"
#include "core/dispatch.h"
#include "core/identity/user.h"
#include "schema/canonical.h"

void replay_init(struct replay *replay, struct log_snapshot *log, struct state *state,
                 struct arena arena)
{
    replay->log = log;
    replay->state = state;
    replay->arena = arena;
    replay->trouble = OK;
}

/* Finding ------------------------------------------------------------------------------------ */

static struct status read_leaf(const struct replay *replay, uint64_t n, struct leaf *out)
{
    struct bytes bytes;
    TRY(log_read_leaf(replay->log, n, &bytes));
    return failed(leaf_decode(bytes, out)) ? FAIL(CORRUPT, n) : OK;
}

static bool is_of_item(const struct leaf *leaf)
{
    return leaf->item > 0 && leaf->cause != LEAF_NO_CAUSE && leaf->cause < leaf->n;
}

/* Whether both are events of one decision: the same command, or the same item of one. */
static bool is_same(const struct leaf *a, const struct leaf *b)
{
    if (a->has_command) {
        return b->has_command && digest_equal(&a->command, &b->command);
    }
    return is_of_item(a) && is_of_item(b) && a->cause == b->cause && a->item == b->item;
}

/* Events of one decision have no others in between. */
static struct status go_to_first(const struct replay *replay, struct leaf *leaf)
{
    struct leaf before;
    while (leaf->n > 0) {
        TRY(read_leaf(replay, leaf->n - 1, &before));
        if (!is_same(leaf, &before)) {
            break;
        }
        *leaf = before;
    }
    return OK;
}

/* The event that has the record. */
static struct status find_command(const struct replay *replay, struct replay_found *found)
{
    struct leaf leaf = found->leaf;
    struct bytes record;
    found->command_n = is_of_item(&leaf) ? leaf.cause : leaf.n;
    if (found->command_n != leaf.n) {
        TRY(read_leaf(replay, found->command_n, &leaf));
    }
    if (!leaf.has_command) {
        return FAIL(NOT_FOUND, found->leaf.n);
    }
    found->digest = leaf.command;
    TRY(log_read_command(replay->log, &leaf, &record));
    return failed(command_record_read(record, &found->command)) ? FAIL(CORRUPT, leaf.n) : OK;
}

struct status replay_at(struct replay *replay, uint64_t n)
{
    struct replay_found found = {.refused = RULE_NONE};
    TRY(read_leaf(replay, n, &found.leaf));
    bool opens = found.leaf.kind == EVENT_BULK_OPENED || found.leaf.kind == EVENT_BULK_CLOSED;
    if (opens || (!found.leaf.has_command && !is_of_item(&found.leaf))) {
        return FAIL(NOT_FOUND, n);
    }
    TRY(go_to_first(replay, &found.leaf));
    TRY(find_command(replay, &found));
    found.whole = found.command.items.size > 0 && found.leaf.item == 0;
    if (found.leaf.outcome == OUTCOME_DENIED && !rule_read(found.leaf.rule, &found.refused)) {
        return FAIL(CORRUPT, found.leaf.n);
    }
    replay->found = found;
    return OK;
}

/* Deciding ----------------------------------------------------------------------------------- */

/* As it was before the event, at the time that the command was decided for. */
static struct view view_before(struct replay *replay, const struct policy *policy, uint64_t n)
{
    const struct leaf *leaf = &replay->found.leaf;
    return (struct view){
        .state = replay->state,
        .as_of_n = n - 1,
        .now_utc_us = leaf->at_utc_us != 0 ? leaf->at_utc_us : leaf->t_utc_us,
        .arena = &replay->arena,
        .trouble = &replay->trouble,
        .policy = policy,
    };
}

static enum rule authenticate_again(const struct view *view, struct replay *replay)
{
    struct replay_found *found = &replay->found;
    const struct command_record *command = &found->command;
    struct user_row user;
    const struct presented presented = {
        .actor = command->actor,
        .project = command->project,
        .session = command->session,
        .kind = command->kind,
        .t_utc_us = command->t_utc_us,
        .digest = found->digest,
        .user = user_by_id(view, command->actor, &user) ? &user : NULL,
    };
    enum rule refused = authenticate(view, &presented, &replay->actor);
    bool bad = found->whole && (command->items_count == 0 || command->items_count > BULK_ITEMS_MAX);
    return refused == RULE_NONE && bad ? RULE_BLK_03A : refused;
}

struct view replay_view(struct replay *replay, const struct policy *policy)
{
    return view_before(replay, policy, replay->found.leaf.n);
}

/* The fields of one item. */
static struct bytes item_of(const struct command_record *command, uint64_t item)
{
    struct canonical_reader reader = canonical_reader_of(command->items);
    struct bytes fields = {0};
    canonical_open_array(&reader);
    for (uint64_t i = 0; i < item && canonical_element(&reader); i++) {
        fields = canonical_skip(&reader);
    }
    return fields;
}

/* By itself, as far as it can be: what all items have in common is the first one's. */
static struct status decide_of_many(struct replay *replay, const struct view *view)
{
    const struct command_record *command = &replay->found.command;
    union command_fields first;
    const size_t used = replay->arena.used;
    TRY(command_fields_decode(command->kind, item_of(command, 1), &replay->arena, &first));
    const struct bulk_common common = bulk_common_of(command->kind, &first);
    replay->arena.used = used;
    TRY(command_fields_decode(command->kind, item_of(command, replay->found.leaf.item),
                              &replay->arena, &replay->fields));
    replay->decision.refused =
        bulk_refusal(view, &replay->actor, command->kind, &replay->fields, &common);
    return OK;
}

/* An item is decided on what the ones before it have left. */
static struct status decide(struct replay *replay, const struct policy *policy)
{
    const struct replay_found *found = &replay->found;
    const struct command_record *command = &found->command;
    struct view view = replay_view(replay, policy);
    TRY(found->leaf.item > 0 ? decide_of_many(replay, &view)
                             : command_fields_decode(command->kind, command->fields, &replay->arena,
                                                     &replay->fields));
    if (replay->decision.refused == RULE_NONE) {
        dispatch_decide(command->kind, &view, &replay->actor, &replay->fields, &replay->decision);
    }
    return replay->trouble;
}

struct status replay_decide(struct replay *replay, const struct policy *policy, enum rule *refused)
{
    replay->arena.used = 0;
    replay->trouble = OK;
    replay->decision.count = 0;
    struct view view = view_before(replay, policy, replay->found.command_n);
    replay->decision.refused = authenticate_again(&view, replay);
    TRY(replay->trouble);
    if (replay->decision.refused == RULE_NONE && !replay->found.whole) {
        TRY(decide(replay, policy));
    }
    *refused = replay->decision.refused;
    return OK;
}
