#include "reports/oscal/parts.h"

#include "schema/time.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* UUIDs ----------------------------------------------------------------------------------- */

static struct uuid_text uuid_of_text(const struct oscal *oscal, struct text *name,
                                     const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
static struct uuid_text uuid_of_text(const struct oscal *oscal, struct text *name,
                                     const char *format, va_list arguments)
{
    char memory[OSCAL_NAME_SIZE];
    vsnprintf(memory, sizeof memory, format, arguments);
    text_put_string(name, memory);
    return uuid_of(&oscal->space, text_bytes(name));
}

struct uuid_text oscal_uuid(const struct oscal *oscal, const char *format, ...)
{
    char memory[OSCAL_NAME_SIZE];
    struct text name = TEXT_IN(memory);
    va_list arguments;
    va_start(arguments, format);
    struct uuid_text uuid = uuid_of_text(oscal, &name, format, arguments);
    va_end(arguments);
    return uuid;
}

struct uuid_text oscal_period_uuid(const struct oscal *oscal, const char *format, ...)
{
    char memory[2 * OSCAL_NAME_SIZE];
    struct text name = TEXT_IN(memory);
    va_list arguments;
    time_write(&name, oscal->assessment->from_us);
    text_put_char(&name, '/');
    time_write(&name, oscal->assessment->until_us);
    text_put_char(&name, '/');
    va_start(arguments, format);
    struct uuid_text uuid = uuid_of_text(oscal, &name, format, arguments);
    va_end(arguments);
    return uuid;
}

void oscal_put_uuid(struct oscal *oscal, const char *name, struct uuid_text uuid)
{
    json_out_string(&oscal->out, name, uuid.text);
}

struct uuid_text oscal_store_uuid(const struct oscal *oscal)
{
    return oscal_uuid(oscal, "component/event-store");
}

struct uuid_text oscal_tool_uuid(const struct oscal *oscal)
{
    return oscal_uuid(oscal, "component/verifier");
}

struct uuid_text oscal_platform_uuid(const struct oscal *oscal)
{
    return oscal_uuid(oscal, "platform");
}

struct uuid_text oscal_party_uuid(const struct oscal *oscal)
{
    return oscal_uuid(oscal, "party/organization");
}

struct uuid_text oscal_plan_uuid(const struct oscal *oscal)
{
    return oscal_period_uuid(oscal, "assessment-plan");
}

struct uuid_text oscal_security_plan_uuid(const struct oscal *oscal)
{
    return oscal_uuid(oscal, "system-security-plan");
}

struct uuid_text oscal_objective_uuid(const struct oscal *oscal, const char *what,
                                      enum objective objective)
{
    return oscal_period_uuid(oscal, "%s/%s", what, objective_infos[objective].oscal);
}

struct uuid_text oscal_event_uuid(const struct oscal *oscal, uint64_t n)
{
    return oscal_uuid(oscal, "event/%" PRIu64, n);
}

/* Text ------------------------------------------------------------------------------------ */

void oscal_put_prose(struct oscal *oscal, const char *name, struct bytes text)
{
    char printable_memory[OSCAL_TEXT_SIZE], memory[2 * OSCAL_TEXT_SIZE];
    struct text printable = TEXT_IN(printable_memory), prose = TEXT_IN(memory);
    text_put_printable(&printable, text);
    for (size_t i = 0; i < printable.size; i++) {
        if (strchr("\\`*_~^[]<>{}#|&$\"", printable.data[i]) != NULL) {
            text_put_char(&prose, '\\');
        }
        text_put_char(&prose, printable.data[i]);
    }
    json_out_text(&oscal->out, name,
                  prose.size == 0 ? LITERAL("Nothing is said.") : text_bytes(&prose));
}

void oscal_put_sentence(struct oscal *oscal, const char *name, const char *format, ...)
{
    char memory[OSCAL_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(memory, sizeof memory, format, arguments);
    va_end(arguments);
    json_out_string(&oscal->out, name, memory);
}

static struct bytes trimmed(struct bytes text)
{
    while (text.size > 0 && text.data[0] == ' ') {
        text = bytes_of(text.data + 1, text.size - 1);
    }
    while (text.size > 0 && text.data[text.size - 1] == ' ') {
        text.size--;
    }
    return text;
}

void oscal_put_prop(struct oscal *oscal, const char *name, struct bytes value)
{
    char memory[OSCAL_TEXT_SIZE];
    struct text printable = TEXT_IN(memory);
    text_put_printable(&printable, value);
    struct bytes text = trimmed(text_bytes(&printable));
    if (text.size == 0) {
        return;
    }
    json_out_object(&oscal->out, NULL);
    json_out_string(&oscal->out, "name", name);
    json_out_string(&oscal->out, "ns", OSCAL_NAMESPACE);
    json_out_text(&oscal->out, "value", text);
    json_out_close(&oscal->out);
}

void oscal_put_prop_number(struct oscal *oscal, const char *name, uint64_t value)
{
    char memory[24];
    struct text text = TEXT_IN(memory);
    text_put_u64(&text, value);
    oscal_put_prop(oscal, name, text_bytes(&text));
}

/* Metadata -------------------------------------------------------------------------------- */

static void put_role(struct json_out *out, const char *id, const char *title)
{
    json_out_object(out, NULL);
    json_out_string(out, "id", id);
    json_out_string(out, "title", title);
    json_out_close(out);
}

static void put_version(struct oscal *oscal)
{
    char memory[24];
    struct text version = TEXT_IN(memory);
    text_put_u64(&version, oscal->assessment->size);
    json_out_text(&oscal->out, "version", text_bytes(&version));
    json_out_string(&oscal->out, "oscal-version", "1.1.3");
}

static void put_report_props(struct oscal *oscal)
{
    char hex[DIGEST_HEX_SIZE];
    hex_write(hex, BYTES(oscal->assessment->root.sha256));
    json_out_array(&oscal->out, "props");
    oscal_put_prop(oscal, "report-state", bytes_of_string(oscal->input->final ? "final" : "draft"));
    oscal_put_prop(oscal, "log", bytes_of_string(oscal->input->origin));
    oscal_put_prop_number(oscal, "tree-size", oscal->assessment->size);
    oscal_put_prop(oscal, "tree-root", bytes_of(hex, sizeof hex));
    oscal_put_prop(oscal, "generator", bytes_of_string(oscal->input->version));
    json_out_close(&oscal->out);
}

void oscal_put_metadata(struct oscal *oscal, const char *title)
{
    struct json_out *out = &oscal->out;
    json_out_object(out, "metadata");
    oscal_put_sentence(oscal, "title", "%s of %s%s", title, oscal->input->origin,
                       oscal->input->final ? "" : " (draft)");
    json_out_time(out, "last-modified", oscal->assessment->now_us);
    put_version(oscal);
    put_report_props(oscal);
    json_out_array(out, "roles");
    put_role(out, "assessor", "Assessor");
    put_role(out, "audit-administrator", "Audit administrator");
    json_out_close(out);
    json_out_array(out, "parties");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_party_uuid(oscal));
    json_out_string(out, "type", "organization");
    oscal_put_sentence(oscal, "name", "The organization that runs %s", oscal->input->origin);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
}

/* Controls and components ----------------------------------------------------------------- */

void oscal_put_reviewed(struct oscal *oscal)
{
    struct json_out *out = &oscal->out;
    json_out_object(out, "reviewed-controls");
    json_out_array(out, "control-selections");
    json_out_object(out, NULL);
    json_out_array(out, "include-controls");
    for (size_t i = 0; i < PRACTICE_COUNT; i++) {
        json_out_object(out, NULL);
        json_out_string(out, "control-id", practice_infos[i].name);
        json_out_close(out);
    }
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_array(out, "control-objective-selections");
    json_out_object(out, NULL);
    json_out_array(out, "include-objectives");
    for (size_t i = 0; i < OBJECTIVE_COUNT; i++) {
        json_out_object(out, NULL);
        json_out_string(out, "objective-id", objective_infos[i].oscal);
        json_out_close(out);
    }
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
}

static void put_component(struct oscal *oscal, struct uuid_text uuid, const char *title,
                          const char *description)
{
    struct json_out *out = &oscal->out;
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", uuid);
    json_out_string(out, "type", "software");
    json_out_string(out, "title", title);
    json_out_string(out, "description", description);
    json_out_object(out, "status");
    json_out_string(out, "state", "operational");
    json_out_close(out);
    json_out_close(out);
}

void oscal_put_store(struct oscal *oscal)
{
    json_out_array(&oscal->out, "components");
    put_component(oscal, oscal_store_uuid(oscal), "Cairn event store",
                  "The append-only log of signed, hash-chained events.");
    json_out_close(&oscal->out);
}

void oscal_put_assets(struct oscal *oscal)
{
    struct json_out *out = &oscal->out;
    json_out_object(out, "assessment-assets");
    json_out_array(out, "components");
    put_component(oscal, oscal_tool_uuid(oscal), "Cairn verifier and reports",
                  "Derives the log anew, compares it with what is signed, and judges each "
                  "objective by its events.");
    json_out_close(out);
    json_out_array(out, "assessment-platforms");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "uuid", oscal_platform_uuid(oscal));
    json_out_string(out, "title", "The host that the report was made on");
    json_out_array(out, "uses-components");
    json_out_object(out, NULL);
    oscal_put_uuid(oscal, "component-uuid", oscal_tool_uuid(oscal));
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
    json_out_close(out);
}
