#include "tests/reports/web/examples.h"

#include "reports/naming.h"
#include "reports/object_state.h"
#include "reports/report.h"
#include "reports/web/assets.h"
#include "reports/web/routes.h"
#include "schema/controls/controls.h"
#include "tests/support/scratch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    OF_A_KIND = 3, /* examples of each kind of thing */
};

struct telling {
    struct engine *engine;
    example_visit *visit;
    void *context;
    const char *pattern;
};

static void tell(const struct telling *telling, const char *target)
{
    telling->visit(telling->context, telling->pattern, target);
}

/* A few things of a kind, in a pattern: `/users/N`, `/objects/user/N`. */
static void tell_things(const struct telling *telling, enum id_kind kind, const char *before)
{
    _Alignas(8) char row[OBJECT_ROW_MAX] = {0};
    uint8_t memory[32 << 10];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct view view = engine_view(telling->engine, UINT64_MAX, &arena, &trouble);
    enum row_table table;
    if (!naming_table(kind, &table)) {
        return;
    }
    struct view_walk walk = view_walk_of(&view, table, row, 0);
    for (size_t i = 0; i < OF_A_KIND && view_walk_next(&walk, row); i++) {
        char target[100];
        struct id id;
        memcpy(&id, row + row_infos[table].fields[row_infos[table].key[0]].offset, sizeof id);
        snprintf(target, sizeof target, "%s/%" PRIu64, before, id.n);
        tell(telling, target);
    }
    must(trouble);
}

static void tell_all_things(const struct telling *telling, const char *before)
{
    for (unsigned kind = 1; kind < ID_KIND_COUNT; kind++) {
        char path[60];
        snprintf(path, sizeof path, "%s/%s", before, id_kind_name((enum id_kind)kind));
        if (kind != ID_LOG) { /* which has no page of its own */
            tell_things(telling, (enum id_kind)kind, path);
        }
    }
}

static void tell_lineages(const struct telling *telling)
{
    tell_things(telling, ID_USER, "/lineage/user");
    tell_things(telling, ID_FILE, "/lineage/file");
    tell_things(telling, ID_GROUP, "/lineage/group");
}

static void tell_controls(const struct telling *telling, bool objectives)
{
    for (size_t i = 0; i < (objectives ? OBJECTIVE_COUNT : PRACTICE_COUNT); i++) {
        char target[60];
        const struct objective_info *info = &objective_infos[i];
        if (objectives) {
            snprintf(target, sizeof target, "/controls/%s/%c", practice_infos[info->practice].id,
                     info->letter);
        } else {
            snprintf(target, sizeof target, "/controls/%s", practice_infos[i].id);
        }
        tell(telling, target);
    }
}

static void tell_reports(const struct telling *telling)
{
    for (size_t i = 0; report_at(i) != NULL; i++) {
        char target[60];
        snprintf(target, sizeof target, "/reports/%s", report_at(i)->name);
        if (report_at(i)->run != NULL) {
            tell(telling, target);
        }
    }
}

static void tell_tables(const struct telling *telling)
{
    for (unsigned table = 0; table < ROW_TABLE_COUNT; table++) {
        char target[60];
        snprintf(target, sizeof target, "/objects/%s", row_infos[table].name);
        tell(telling, target);
    }
}

static void tell_parts(const struct telling *telling)
{
    static const struct {
        const char *pattern, *before;
        enum id_kind kind;
    } things[] = {
        {"/users/#", "/users", ID_USER},          {"/projects/#", "/projects", ID_PROJECT},
        {"/groups/#", "/groups", ID_GROUP},       {"/files/#", "/files", ID_FILE},
        {"/sessions/#", "/sessions", ID_SESSION}, {"/cases/#", "/cases", ID_CASE}};
    const char *pattern = telling->pattern;
    for (size_t i = 0; i < sizeof things / sizeof things[0]; i++) {
        if (strcmp(pattern, things[i].pattern) == 0) {
            tell_things(telling, things[i].kind, things[i].before);
        }
    }
    if (strcmp(pattern, "/objects/$/$") == 0) {
        tell_all_things(telling, "/objects");
    } else if (strcmp(pattern, "/objects/$") == 0) {
        tell_tables(telling);
    } else if (strcmp(pattern, "/lineage/$/$") == 0) {
        tell_lineages(telling);
    } else if (strncmp(pattern, "/controls/", 10) == 0) {
        tell_controls(telling, strcmp(pattern, "/controls/$/$") == 0);
    } else if (strcmp(pattern, "/reports/$") == 0) {
        tell_reports(telling);
    } else if (strncmp(pattern, "/events/#", 9) == 0) {
        char target[60];
        snprintf(target, sizeof target, "/events/1%s", pattern + 9);
        tell(telling, target);
    } else if (strcmp(pattern, "/assets/$") == 0) {
        char target[100];
        snprintf(target, sizeof target, "/assets/%s", asset_of("style.css")->name);
        tell(telling, target);
    }
}

void examples_each(struct engine *engine, example_visit *visit, void *context)
{
    struct telling telling = {.engine = engine, .visit = visit, .context = context};
    for (size_t i = 0; route_at(i) != NULL; i++) {
        telling.pattern = route_at(i)->pattern;
        if (strpbrk(telling.pattern, "#$") == NULL) {
            tell(&telling, telling.pattern);
        } else {
            tell_parts(&telling);
        }
    }
}
