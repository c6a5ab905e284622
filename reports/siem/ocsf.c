#include "reports/siem/ocsf.h"

#include "reports/json_out.h"
#include "reports/query.h"

#include <stdio.h>

enum {
    MESSAGE_SIZE = 4096,
    PART_SIZE = 64, /* bytes of one name in a path */
    UID_SIZE = ORIGIN_MAX + 32,
    OTHER = 99,
    US_PER_MS = 1000,
    TYPE_PER_CLASS = 100, /* type_uid is class_uid * 100 + activity_id */
    STATUS_SUCCESS = 1,
    STATUS_FAILURE = 2,
    ACTION_DENIED = 2,
    DISPOSITION_BLOCKED = 2,
    SHA256 = 3,
};

static void put_classification(struct json_out *out, const struct siem_event *event)
{
    const struct leaf *leaf = event->leaf;
    const struct siem_mapping *mapping = event->mapping;
    enum siem_severity severity = siem_severity_of(mapping, leaf->outcome);
    json_out_number(out, "activity_id", mapping->activity_id);
    json_out_string(out, "activity_name",
                    mapping->activity_id == OTHER ? event_name(leaf->kind) : mapping->activity);
    json_out_number(out, "category_uid", mapping->class->category_uid);
    json_out_string(out, "category_name", mapping->class->category);
    json_out_number(out, "class_uid", mapping->class->uid);
    json_out_string(out, "class_name", mapping->class->name);
    json_out_number(out, "type_uid",
                    (uint64_t)mapping->class->uid * TYPE_PER_CLASS + mapping->activity_id);
    json_out_number(out, "severity_id", severity);
    json_out_string(out, "severity", siem_severity_name(severity));
}

static void put_outcome(struct json_out *out, struct siem_reader *reader)
{
    const struct leaf *leaf = reader->event.leaf;
    const struct siem_source rule = {.from = SIEM_RULE};
    struct siem_value value;
    bool success = leaf->outcome == OUTCOME_OK;
    json_out_number(out, "status_id", success ? STATUS_SUCCESS : STATUS_FAILURE);
    json_out_string(out, "status", success ? "Success" : "Failure");
    if (siem_source_value(reader, &rule, &value)) {
        json_out_text(out, "status_code", leaf->rule);
        json_out_text(out, "status_detail", value.text);
    }
    if (leaf->outcome == OUTCOME_DENIED) {
        json_out_number(out, "action_id", ACTION_DENIED);
        json_out_string(out, "action", "Denied");
        json_out_number(out, "disposition_id", DISPOSITION_BLOCKED);
        json_out_string(out, "disposition", "Blocked");
    }
}

static void put_metadata(struct json_out *out, const struct siem_event *event)
{
    char memory[UID_SIZE];
    struct text uid = TEXT_IN(memory);
    text_put_bytes(&uid, event->origin);
    text_add(&uid, "#%llu", (unsigned long long)event->leaf->n);
    json_out_object(out, "metadata");
    json_out_string(out, "version", siem_ocsf_version);
    json_out_object(out, "product");
    json_out_string(out, "name", "Cairn");
    json_out_string(out, "vendor_name", "Cairn");
    json_out_close(out);
    json_out_text(out, "log_name", event->origin);
    json_out_text(out, "log_provider", event->leaf->emitter);
    json_out_string(out, "event_code", event_name(event->leaf->kind));
    json_out_text(out, "uid", text_bytes(&uid));
    json_out_number(out, "sequence", event->leaf->n);
    json_out_number(out, "logged_time", event->leaf->t_utc_us / US_PER_MS);
    if (event->leaf->outcome == OUTCOME_DENIED) {
        json_out_array(out, "profiles");
        json_out_string(out, NULL, "security_control");
        json_out_close(out);
    }
    json_out_close(out);
}

/* Attributes ------------------------------------------------------------------------------ */

/* The objects that are open around an attribute: the names in its path. The writer lends their
 * names until they close, and paths are static. */
struct opened {
    const char *path; /* of the attribute written last; NULL: none */
    size_t depth;
    char names[8][PART_SIZE];
};

static size_t names_shared(const char *a, const char *b)
{
    size_t count = 0;
    for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++) {
        count += a[i] == '.';
    }
    return count;
}

static const char *last_name(const char *path)
{
    const char *point = strrchr(path, '.');
    return point == NULL ? path : point + 1;
}

/* Closes and opens objects, so that what comes next stands where its path says. */
static void move_to(struct json_out *out, struct opened *opened, const char *path)
{
    size_t shared = opened->path == NULL ? 0 : names_shared(opened->path, path);
    for (; opened->depth > shared; opened->depth--) {
        json_out_close(out);
    }
    const char *at = path;
    for (size_t i = 0; i < shared; i++) {
        at = strchr(at, '.') + 1;
    }
    for (const char *point; (point = strchr(at, '.')) != NULL; at = point + 1) {
        char *name = opened->names[opened->depth++];
        snprintf(name, PART_SIZE, "%.*s", (int)(point - at), at);
        json_out_object(out, name);
    }
    opened->path = path;
}

static void put_one(struct json_out *out, const char *name, const struct siem_value *value)
{
    if (value->is_number) {
        json_out_number(out, name, value->number);
    } else if (value->list.size > 0) {
        json_out_canonical(out, name, value->list);
    } else {
        json_out_text(out, name, value->text);
    }
}

static void put_value(struct json_out *out, const char *path, const struct siem_value *value)
{
    char name[PART_SIZE];
    snprintf(name, sizeof name, "%s", last_name(path));
    size_t size = strlen(name);
    bool is_array = size > 2 && strcmp(name + size - 2, "[]") == 0;
    if (!is_array || value->list.size > 0) {
        name[is_array ? size - 2 : size] = '\0';
        put_one(out, name, value);
        return;
    }
    name[size - 2] = '\0';
    json_out_array(out, name);
    put_one(out, NULL, value);
    json_out_close(out);
}

static void put_attributes(struct json_out *out, struct siem_reader *reader)
{
    const struct siem_mapping *mapping = reader->event.mapping;
    struct opened opened = {.path = NULL};
    struct siem_value value;
    for (size_t i = 0; i < mapping->field_count; i++) {
        if (siem_value(reader, &mapping->fields[i], &value)) {
            move_to(out, &opened, mapping->fields[i].path);
            put_value(out, mapping->fields[i].path, &value);
        }
    }
    for (; opened.depth > 0; opened.depth--) {
        json_out_close(out);
    }
}

/* What our own reader needs to find the event again, and what no attribute has room for. */
static void put_own(struct json_out *out, const struct siem_event *event)
{
    json_out_text(out, "raw_data", event->bytes);
    json_out_object(out, "raw_data_hash");
    json_out_number(out, "algorithm_id", SHA256);
    json_out_string(out, "algorithm", "SHA-256");
    json_out_hex(out, "value", BYTES(event->sha256.sha256));
    json_out_close(out);
    json_out_object(out, "unmapped");
    json_out_object(out, "cairn");
    json_out_number(out, "n", event->leaf->n);
    json_out_hex(out, "leaf_hash", BYTES(event->hash.sha256));
    if (event->body.size > 0) {
        json_out_canonical(out, "body", event->body);
    }
    json_out_close(out);
    json_out_close(out);
}

struct status ocsf_put(struct siem_reader *reader, struct output *output)
{
    char memory[MESSAGE_SIZE];
    struct text message = TEXT_IN(memory);
    struct json_out out;
    json_out_init(&out, output, 0);
    siem_put_message(reader, &message);
    json_out_object(&out, NULL);
    put_classification(&out, &reader->event);
    put_outcome(&out, reader);
    json_out_number(&out, "time", query_time_of(reader->event.leaf) / US_PER_MS);
    json_out_text(&out, "message", text_bytes(&message));
    put_metadata(&out, &reader->event);
    put_attributes(&out, reader);
    put_own(&out, &reader->event);
    json_out_close(&out);
    return output_status(output);
}
