#include "core/access/access_parts.h"

static bool holds(const struct access *access, enum access_fact_kind kind)
{
    for (size_t i = 0; i < access->fact_count; i++) {
        if (access->facts[i].kind == kind && access->facts[i].holds) {
            return true;
        }
    }
    return false;
}

/* Whether the object is hers to see at all: in her groups, her own, or shared with her. */
static bool is_in_sight(const struct access *access, const struct reader *reader)
{
    if (access->class == ACCESS_CLASS_NONE || !holds(access, FACT_USER_ACTIVE) ||
        (reader->session.kind != ID_NONE && !holds(access, FACT_SESSION_OPEN))) {
        return false;
    }
    bool in_group = access->class == ACCESS_GROUP || access->class == ACCESS_GROUP_PROJECT;
    return in_group ? holds(access, FACT_GROUP_MEMBER)
                    : holds(access, FACT_OWNER) || holds(access, FACT_SHARED);
}

static bool is_foreign(struct inquiry *inquiry, struct id tag)
{
    return tag.kind != ID_NONE && !access_stands_in(inquiry, tag);
}

static enum access_sight sight(struct inquiry *inquiry)
{
    struct access_object *object = &inquiry->object;
    if (!access_object_find(inquiry->view, object->id, object) ||
        is_foreign(inquiry, access_object_tag_above(inquiry->view, object))) {
        return ACCESS_SEES_NOTHING;
    }
    return !access_is_shared_by_itself(object->id.kind) && is_foreign(inquiry, object->project)
               ? ACCESS_SEES_NAME
               : ACCESS_SEES_ATTRIBUTES;
}

enum access_sight access_sees(const struct view *view, const struct reader *reader,
                              struct id object)
{
    struct access access;
    struct inquiry inquiry = {.view = view,
                              .login = *view,
                              .kept = *view,
                              .reader = reader,
                              .verb = ACCESS_READ,
                              .object = {.id = object},
                              .out = &access};
    may_read(view, reader, object, &access);
    if (access.allowed) {
        return ACCESS_SEES_ALL;
    }
    if (!is_in_sight(&access, reader)) {
        return ACCESS_SEES_NOTHING;
    }
    size_t used = view->arena->used;
    access_ask_reader(&inquiry);
    enum access_sight seen = sight(&inquiry);
    view->arena->used = used;
    return failed(*view->trouble) ? ACCESS_SEES_NOTHING : seen;
}
