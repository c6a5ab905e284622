/*
 * reports/oscal/parts.h -- what the documents of OSCAL have in common.
 *
 * Shape    A document is being written through a struct oscal; its parts are put one after the
 *          other, in any order that OSCAL allows.
 */
#ifndef REPORTS_OSCAL_PARTS_H
#define REPORTS_OSCAL_PARTS_H

#include "reports/json_out.h"
#include "reports/oscal/oscal.h"
#include "reports/oscal/uuid.h"

enum {
    OSCAL_NAME_SIZE = 512,  /* bytes of a name that a UUID is made of */
    OSCAL_TEXT_SIZE = 4096, /* bytes of foreign text before it is cut */
};

#define OSCAL_NAMESPACE "urn:cairn:ns:oscal:1"

struct oscal {
    const struct oscal_input *input;
    const struct au_assessment *assessment;
    struct json_out out;
    struct uuid_space space; /* of the log */
};

/* UUIDs ----------------------------------------------------------------------------------- */

/* Of a thing of the log, whatever the period. */
struct uuid_text oscal_uuid(const struct oscal *oscal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Of a thing of this period. */
struct uuid_text oscal_period_uuid(const struct oscal *oscal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void oscal_put_uuid(struct oscal *oscal, const char *name, struct uuid_text uuid);

struct uuid_text oscal_store_uuid(const struct oscal *oscal);
struct uuid_text oscal_tool_uuid(const struct oscal *oscal);
struct uuid_text oscal_platform_uuid(const struct oscal *oscal);
struct uuid_text oscal_party_uuid(const struct oscal *oscal);
struct uuid_text oscal_plan_uuid(const struct oscal *oscal);
struct uuid_text oscal_objective_uuid(const struct oscal *oscal, const char *what,
                                      enum objective objective);
struct uuid_text oscal_event_uuid(const struct oscal *oscal, uint64_t n);

/* Text ------------------------------------------------------------------------------------ */

/* Foreign prose: printable, and what would be markup is escaped. Never empty. */
void oscal_put_prose(struct oscal *oscal, const char *name, struct bytes text);
/* Words of our own, with nothing foreign among them. */
void oscal_put_sentence(struct oscal *oscal, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* One property of our own name space; left out if the value is empty. In an array of them. */
void oscal_put_prop(struct oscal *oscal, const char *name, struct bytes value);
void oscal_put_prop_number(struct oscal *oscal, const char *name, uint64_t value);

/* Parts ----------------------------------------------------------------------------------- */

void oscal_put_metadata(struct oscal *oscal, const char *title);
/* `reviewed-controls`: all nine practices and their objectives. */
void oscal_put_reviewed(struct oscal *oscal);
/* `components` and `assessment-assets`, in local-definitions or where a document has them. */
void oscal_put_store(struct oscal *oscal);
void oscal_put_assets(struct oscal *oscal);

/* Whether an objective comes into the plan of action. */
bool oscal_in_plan(const struct au_assessment *assessment, enum objective objective);

typedef bool oscal_wanted(const struct au_assessment *assessment, enum objective objective);
/* `observations`, `risks` and `findings` of the objectives that are wanted. */
void oscal_put_observations(struct oscal *oscal, oscal_wanted *wanted);
void oscal_put_risks(struct oscal *oscal, oscal_wanted *wanted);
void oscal_put_findings(struct oscal *oscal, oscal_wanted *wanted);
bool oscal_all(const struct au_assessment *assessment, enum objective objective);

/* `related-observations` and `related-risks` of one objective. */
void oscal_put_related(struct oscal *oscal, enum objective objective);

/* `back-matter`: the events, the system security plan, the declarations relied on. */
void oscal_put_back_matter(struct oscal *oscal);
struct uuid_text oscal_security_plan_uuid(const struct oscal *oscal);

/* Documents ------------------------------------------------------------------------------- */

typedef void oscal_write(struct oscal *oscal);
oscal_write oscal_put_catalog, oscal_put_plan, oscal_put_results, oscal_put_component,
    oscal_put_action_plan;

#endif
