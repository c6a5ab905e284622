#include "reports/event_ranges.h"
#include "reports/oscal/parts.h"

#include <assert.h>

static const struct {
    const char *file;
    oscal_write *write;
} documents[] = {
    [OSCAL_CATALOG] = {"catalog.json", oscal_put_catalog},
    [OSCAL_ASSESSMENT_PLAN] = {"assessment-plan.json", oscal_put_plan},
    [OSCAL_ASSESSMENT_RESULTS] = {"assessment-results.json", oscal_put_results},
    [OSCAL_COMPONENT_DEFINITION] = {"component-definition.json", oscal_put_component},
    [OSCAL_POAM] = {"poam.json", oscal_put_action_plan},
};

const char *oscal_file_name(enum oscal_document document)
{
    return documents[document].file;
}

bool oscal_has(const struct oscal_input *input, enum oscal_document document)
{
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        if (oscal_in_plan(input->assessment, (enum objective)i)) {
            return true;
        }
    }
    return document != OSCAL_POAM;
}

/* Events ---------------------------------------------------------------------------------- */

size_t oscal_events(const struct au_assessment *assessment, uint64_t out[static OSCAL_EVENTS_MAX])
{
    size_t count = 0;
    bool full = false;
    for (size_t i = 0; i < OBJECTIVE_COUNT; i++) {
        const struct au_judgement *judgement = &assessment->objectives[i].judgement;
        for (size_t k = 0; k < judgement->evidence_count; k++) {
            const struct event_range range = {judgement->evidence[k].from,
                                              judgement->evidence[k].to};
            count = event_ranges_add(out, count, OSCAL_EVENTS_MAX, &range, OSCAL_RANGE_MAX, &full);
        }
    }
    assert(!full); /* there is room for all that an assessment can name */
    return count;
}

/* Writing --------------------------------------------------------------------------------- */

struct status oscal_put(const struct oscal_input *input, enum oscal_document document,
                        struct output *output)
{
    struct oscal oscal = {.input = input, .assessment = input->assessment};
    char memory[OSCAL_NAME_SIZE];
    struct text name = TEXT_IN(memory);
    text_put_string(&name, "urn:cairn:log:");
    text_put_string(&name, input->origin);
    TRY(uuid_space_init(&oscal.space, &uuid_space_url, text_bytes(&name)));
    json_out_init(&oscal.out, output, 2);
    json_out_object(&oscal.out, NULL);
    documents[document].write(&oscal);
    json_out_close(&oscal.out);
    return output_status(output);
}
