#include "core/audit/record.h"

#include "core/dispatch.h"
#include "core/evolution.h"

bool subject_find(const struct view *view, enum subject_class class, struct bytes system,
                  struct bytes name, struct id *out)
{
    struct subject_row row = {.class = class, .system = system, .name = name};
    if (!view_find(view, ROW_SUBJECT, &row)) {
        return false;
    }
    *out = row.subject;
    return true;
}

bool record_known(const struct view *view, const struct digest *digest, uint64_t occurrence)
{
    struct record_row row = {.digest = *digest, .occurrence = occurrence};
    return view_find(view, ROW_RECORD, &row);
}

bool index_run_known(const struct view *view, uint64_t level, uint64_t from)
{
    struct index_run_row row = {.level = level, .from = from};
    return view_find(view, ROW_INDEX_RUN, &row);
}

/* Evolve ---------------------------------------------------------------------------------- */

void audit_subject_named_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct audit_subject_named *body)
{
    evolution_put(evolution, ROW_SUBJECT,
                  &(struct subject_row){.class = body->class,
                                        .system = body->system,
                                        .name = body->name,
                                        .subject = leaf->on[0]});
    evolution_put(evolution, ROW_SUBJECT_NAME,
                  &(struct subject_name_row){.subject = leaf->on[0],
                                             .class = body->class,
                                             .system = body->system,
                                             .name = body->name});
}

void audit_record_imported_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct audit_record_imported *body)
{
    (void)leaf;
    evolution_put(evolution, ROW_RECORD,
                  &(struct record_row){.digest = body->digest, .occurrence = body->occurrence});
}

void audit_index_run_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct audit_index_run *body)
{
    (void)leaf;
    evolution_put(
        evolution, ROW_INDEX_RUN,
        &(struct index_run_row){.level = body->level, .from = body->from, .root = body->root});
}
