#include "reports/custody/shares.h"

#include "schema/catalogue/catalogue.h"

enum {
    BODY_ARENA = 64 << 10, /* bytes: a list of all whom it was taken from */
};

struct search {
    const struct shares_question *question;
    struct shares *out;
    uint8_t memory[BODY_ARENA];
};

static bool is_in_force(const struct share *share)
{
    return share->until.n == STAY_NEVER;
}

static void end(struct search *search, struct id target, const struct leaf *leaf)
{
    for (size_t i = 0; i < search->out->count; i++) {
        struct share *share = &search->out->list[i];
        if (is_in_force(share) && (target.kind == ID_NONE || id_equal(share->target, target))) {
            share->until = (struct stay_event){leaf->n, leaf->t_utc_us};
        }
    }
}

/* What each share rests on --------------------------------------------------------------- */

/* Whether somebody was in a group just before an event. */
static bool was_member(const struct search *search, struct id group, struct id user, uint64_t n)
{
    struct view view = search->question->view;
    struct group_member_row row = {.group = group, .user = user};
    if (group.kind != ID_GROUP || view.state == NULL || n == 0) {
        return false;
    }
    size_t used = view.arena->used;
    view.as_of_n = n - 1;
    bool found = view_find(&view, ROW_GROUP_MEMBER, &row);
    view.arena->used = used;
    return found;
}

static bool gives(const struct search *search, const struct share *before,
                  const struct share *share)
{
    bool enough = !before->mode_known || !share->mode_known || before->mode >= share->mode;
    return is_in_force(before) && before->depth > 0 && enough &&
           (id_equal(before->target, share->by) ||
            was_member(search, before->target, share->by, share->from.n));
}

static void rest(const struct search *search, struct share *share)
{
    const struct shares *out = search->out;
    if (id_equal(share->by, out->owner)) {
        share->rests_on = SHARE_OWNER;
        share->depth = 1;
        return;
    }
    for (size_t i = 0; i < out->count; i++) {
        const struct share *before = &out->list[i];
        if ((share->depth == 0 || before->depth + 1 < share->depth) &&
            gives(search, before, share)) {
            share->rests_on = i;
            share->depth = before->depth + 1;
        }
    }
}

/* Events ------------------------------------------------------------------------------------ */

static struct status add(struct search *search, const struct leaf *leaf,
                         const struct drive_shared *body)
{
    struct shares *out = search->out;
    struct share share = {.target = body->target,
                          .mode_known = true,
                          .mode = body->mode,
                          .from = {leaf->n, leaf->t_utc_us},
                          .until = {STAY_NEVER, 0},
                          .rests_on = SHARE_NO_RIGHT};
    if (leaf_is_emitter_name(leaf->actor) || failed(id_read(leaf->actor, &share.by))) {
        share.by = (struct id){ID_NONE, 0};
    }
    rest(search, &share);
    /* A share that changes the mode is in the place of the one before. */
    end(search, body->target, leaf);
    if (out->count == SHARES_MAX) {
        return FAIL_BECAUSE(LIMIT, leaf->n, "the drive was shared too often");
    }
    out->list[out->count++] = share;
    return *search->question->view.trouble;
}

static void end_all(struct search *search, const struct leaf *leaf,
                    const struct drive_unshared_all *body)
{
    for (size_t i = 0; i < body->removed_count; i++) {
        end(search, body->removed[i], leaf);
    }
}

static struct status meet(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct search *search = context;
    struct arena arena = ARENA_IN(search->memory);
    union event_body body;
    if (leaf->kind == EVENT_DRIVE_DELETED) {
        end(search, (struct id){ID_NONE, 0}, leaf);
        return OK;
    }
    TRY(log_read_body(search->question->log, leaf, &bytes));
    if (bytes.size <= SALT_SIZE) {
        return OK; /* erased: whom it was about is not known any more */
    }
    TRY(event_body_decode(leaf->kind, bytes_of(bytes.data + SALT_SIZE, bytes.size - SALT_SIZE),
                          &arena, &body));
    if (leaf->kind == EVENT_DRIVE_CREATED) {
        search->out->owner = body.drive_created.owner;
        search->out->created = leaf->n;
    } else if (leaf->kind == EVENT_DRIVE_SHARED) {
        return add(search, leaf, &body.drive_shared);
    } else if (leaf->kind == EVENT_DRIVE_UNSHARED) {
        end(search, body.drive_unshared.target, leaf);
    } else if (leaf->kind == EVENT_DRIVE_UNSHARED_ALL) {
        end_all(search, leaf, &body.drive_unshared_all);
    }
    return OK;
}

struct status shares_find(const struct shares_question *question, struct shares *out)
{
    struct search search = {.question = question, .out = out};
    static const enum event_kind kinds[] = {EVENT_DRIVE_CREATED, EVENT_DRIVE_SHARED,
                                            EVENT_DRIVE_UNSHARED, EVENT_DRIVE_UNSHARED_ALL,
                                            EVENT_DRIVE_DELETED};
    struct query query = {.by_received = true};
    struct query_outcome outcome;
    char memory[64];
    struct text text = TEXT_IN(memory);
    out->drive = question->drive;
    out->owner = (struct id){ID_NONE, 0};
    out->created = STAY_NEVER;
    out->count = 0;
    id_write(&text, question->drive);
    TRY(query_add(&query, QUERY_ON, text_bytes(&text)));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        TRY(query_add(&query, QUERY_KIND, bytes_of_string(event_name(kinds[i]))));
    }
    return query_run(&query, question->log, question->index, meet, &search, &outcome);
}
