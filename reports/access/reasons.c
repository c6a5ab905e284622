#include "reports/access/reasons.h"

#include "reports/naming.h"
#include "schema/canonical.h"
#include "schema/time.h"

#include <assert.h>
#include <inttypes.h>

/* Words -------------------------------------------------------------------------------------- */

static void put_fact(const struct view *view, const struct access_fact *fact, struct text *out)
{
    text_put_string(out, fact->holds ? "" : "not ");
    text_put_string(out, access_fact_phrase(fact->kind));
    if (fact->about.kind != ID_NONE) {
        text_put_char(out, ' ');
        naming_put(view, fact->about, out);
    }
    if (fact->made_by != UINT64_MAX) {
        text_add(out, " (event %" PRIu64 ")", fact->made_by);
    }
    if (fact->until_utc_us != 0) {
        text_put_literal(out, " until ");
        time_write(out, fact->until_utc_us);
    }
}

void reasons_put(const struct view *view, const struct access *access, struct text *out)
{
    for (size_t i = 0; i < access->fact_count; i++) {
        text_put_string(out, i == 0 ? "" : "; ");
        put_fact(view, &access->facts[i], out);
    }
    if (!access->allowed && access->rule != RULE_NONE) {
        text_add(out, "%s%s", access->fact_count == 0 ? "" : ": ", rule_sentence(access->rule));
    }
}

static bool was_missing(const struct access *before, const struct access_fact *fact)
{
    for (size_t i = 0; i < before->fact_count; i++) {
        const struct access_fact *old = &before->facts[i];
        if (old->kind == fact->kind && !old->holds && id_equal(old->about, fact->about)) {
            return true;
        }
    }
    return false;
}

void reasons_put_change(const struct view *view, const struct access *before,
                        const struct access *after, struct text *out)
{
    const struct access_fact *first = NULL, *fresh = NULL;
    for (size_t i = 0; i < after->fact_count; i++) {
        const struct access_fact *fact = &after->facts[i];
        first = first == NULL && !fact->holds ? fact : first;
        fresh = fresh == NULL && !fact->holds && !was_missing(before, fact) ? fact : fresh;
    }
    const struct access_fact *shown = fresh != NULL ? fresh : first;
    if (after->allowed) {
        return;
    }
    if (shown != NULL) {
        put_fact(view, shown, out);
    } else {
        text_put_string(out, rule_id(after->rule));
    }
}

/* JSON --------------------------------------------------------------------------------------- */

static void put_fact_json(const struct access_fact *fact, struct text *out)
{
    text_put_literal(out, "{");
    if (fact->about.kind != ID_NONE) {
        text_put_literal(out, "\"about\":\"");
        id_write(out, fact->about);
        text_put_literal(out, "\",");
    }
    if (fact->made_by != UINT64_MAX) {
        text_add(out, "\"event\":%" PRIu64 ",", fact->made_by);
    }
    text_add(out, "\"fact\":\"%s\",\"holds\":%s", access_fact_phrase(fact->kind),
             fact->holds ? "true" : "false");
    if (fact->until_utc_us != 0) {
        text_put_literal(out, ",\"until\":\"");
        time_write(out, fact->until_utc_us);
        text_put_literal(out, "\"");
    }
    text_put_literal(out, "}");
}

void reasons_put_json(const struct access *access, struct text *out)
{
    text_put_literal(out, "[");
    for (size_t i = 0; i < access->fact_count; i++) {
        text_put_string(out, i == 0 ? "" : ",");
        put_fact_json(&access->facts[i], out);
    }
    text_put_literal(out, "]");
}

/* Paths -------------------------------------------------------------------------------------- */

static const struct access_fact *fact_of(const struct access *access, enum access_fact_kind kind)
{
    for (size_t i = 0; i < access->fact_count; i++) {
        if (access->facts[i].kind == kind && access->facts[i].holds) {
            return &access->facts[i];
        }
    }
    return NULL;
}

struct access_path reasons_path(const struct access *access)
{
    struct access_path path = {.way = WAY_NONE};
    bool in_group = access->class == ACCESS_GROUP || access->class == ACCESS_GROUP_PROJECT;
    const struct access_fact *group = fact_of(access, FACT_GROUP_MEMBER);
    const struct access_fact *share = fact_of(access, FACT_SHARED);
    const struct access_fact *project = fact_of(access, FACT_PROJECT_MEMBER);
    if (!access->allowed) {
        return path;
    }
    if (in_group && group != NULL) {
        path.way = WAY_GROUP;
        path.via = group->about;
    } else if (share != NULL) {
        path.way = WAY_SHARE;
        path.via = share->about;
    } else {
        path.way = WAY_OWN;
    }
    path.project = project == NULL ? path.project : project->about;
    return path;
}

const char *access_way_name(enum access_way way)
{
    static const char *const names[] = {
        [WAY_NONE] = "none", [WAY_OWN] = "own", [WAY_SHARE] = "share", [WAY_GROUP] = "group"};
    return names[way];
}

static void put_id(const struct view *view, struct id id, struct text *out)
{
    if (view == NULL) {
        id_write(out, id);
    } else {
        naming_put(view, id, out);
    }
}

void reasons_put_path(const struct view *view, const struct access_path *path, struct text *out)
{
    if (path->way == WAY_NONE) {
        return;
    }
    text_put_string(out, access_way_name(path->way));
    if (path->via.kind != ID_NONE) {
        text_put_string(out, path->way == WAY_SHARE ? " with " : " ");
        put_id(view, path->via, out);
    }
    if (path->project.kind != ID_NONE) {
        text_put_string(out, view == NULL ? ", " : ", project ");
        put_id(view, path->project, out);
    }
}
