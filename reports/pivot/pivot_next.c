#include "reports/pivot/pivot.h"
#include "reports/subject.h"

/* What leads on from an event: commands that can be typed as they stand. Only what no shell reads
 * otherwise goes into them: ids, numbers, times, and addresses without a quote. */

static void put_id(struct text *out, const char *before, struct id id)
{
    text_put_string(out, before);
    id_write(out, id);
}

/* An hour before and after it. */
static void put_range(struct text *out, const struct leaf *leaf)
{
    const uint64_t hour_us = 3600 * TIME_SECOND_US;
    uint64_t time_us = query_time_of(leaf);
    text_put_literal(out, " --since ");
    time_write(out, time_us > hour_us ? time_us - hour_us : 0);
    text_put_literal(out, " --until ");
    time_write(out, time_us < TIME_MAX_US - hour_us ? time_us + hour_us : TIME_MAX_US);
}

static bool put_session(const struct leaf *leaf, struct text *out)
{
    put_id(out, "cairn query --session ", leaf->session);
    return leaf->session.kind != ID_NONE;
}

static bool put_timeline(const struct leaf *leaf, struct text *out)
{
    put_id(out, "cairn timeline --lanes object --session ", leaf->session);
    return leaf->session.kind != ID_NONE;
}

static bool put_actor(const struct leaf *leaf, struct text *out)
{
    struct id user;
    if (failed(id_read(leaf->actor, &user))) {
        return false;
    }
    put_id(out, "cairn query --actor ", user);
    put_range(out, leaf);
    return true;
}

static bool put_object(const struct leaf *leaf, struct text *out)
{
    put_id(out, "cairn query --on ", subject_of(leaf));
    return subject_of(leaf).kind != ID_LOG;
}

static bool put_access(const struct leaf *leaf, struct text *out)
{
    struct id user;
    enum id_kind kind = subject_of(leaf).kind;
    put_id(out, "cairn access ", subject_of(leaf));
    if (!failed(id_read(leaf->actor, &user))) {
        put_id(out, " --user ", user);
    }
    text_put_literal(out, " --as-of seq:");
    text_put_u64(out, leaf->n);
    return kind == ID_FILE || kind == ID_DIR || kind == ID_GROUP;
}

static bool put_source(const struct leaf *leaf, struct text *out)
{
    text_put_literal(out, "cairn query --source '");
    text_put_bytes(out, leaf->source);
    text_put_char(out, '\'');
    return leaf->source.size > 0 && memchr(leaf->source.data, '\'', leaf->source.size) == NULL;
}

static bool put_project(const struct leaf *leaf, struct text *out)
{
    put_id(out, "cairn stats --by actor,kind --project ", leaf->project);
    return leaf->project.kind != ID_NONE;
}

static bool put_proof(const struct leaf *leaf, struct text *out)
{
    text_put_literal(out, "cairn prove ");
    text_put_u64(out, leaf->n);
    return true;
}

bool pivot_next(const struct pivot *pivot, size_t index, struct text *out)
{
    static bool (*const commands[])(const struct leaf *, struct text *) = {
        put_session, put_timeline, put_actor,   put_object,
        put_access,  put_source,   put_project, put_proof};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        text_clear(out);
        if (commands[i](&pivot->leaf, out) && index-- == 0) {
            return true;
        }
    }
    return false;
}
