#include "reports/web/event_parts.h"

#include "core/command_record.h"
#include "reports/row_words.h"

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

static void list_begin(struct visit *visit)
{
    put(visit, "<dl class=\"list\">\n");
}

/* Values ------------------------------------------------------------------------------------ */

static void put_id(struct visit *visit, uint64_t as_of_n, struct bytes text)
{
    struct id id;
    if (failed(id_read(text, &id))) {
        html_put(visit->output, text);
    } else {
        link_object_as_of(visit, id, as_of_n);
    }
}

/* One value by its type: an id leads to its page, a time is one, all else stands in words. */
static void put_value(struct visit *visit, const struct field_info *field, const struct json *value,
                      uint64_t as_of_n)
{
    struct arena *arena = visit->arena;
    size_t used = arena->used;
    uint64_t utc_us;
    if (field->type_code == FIELD_ID) {
        put_id(visit, as_of_n, json_as_string(value));
    } else if (field->type_code == FIELD_TIME &&
               !failed(time_read_canonical(json_as_string(value), &utc_us))) {
        page_time_exact(visit, utc_us);
    } else {
        struct text words = {.data = arena_take(arena, 2 * TEXT_FIELD_MAX),
                             .capacity = arena->full ? 0 : 2 * TEXT_FIELD_MAX};
        if (!arena->full) {
            row_words_value(value, &words);
            html_put(visit->output, text_bytes(&words));
        }
    }
    arena->used = used;
}

static void put_field(struct visit *visit, const struct field_info *field, const struct json *value,
                      uint64_t as_of_n)
{
    if (value == NULL) {
        return;
    }
    page_fact_begin(visit, field->name);
    if (json_type_of(value) == JSON_TYPE_ARRAY && json_count(value) == 0) {
        put(visit, "none");
    }
    if (json_type_of(value) != JSON_TYPE_ARRAY) {
        put_value(visit, field, value, as_of_n);
    }
    for (size_t i = 0; json_type_of(value) == JSON_TYPE_ARRAY && i < json_count(value); i++) {
        put(visit, i > 0 ? ", " : "");
        put_value(visit, field, json_element(value, i), as_of_n);
    }
    page_fact_end(visit);
}

static void put_raw(struct visit *visit, const char *summary, const char *attributes,
                    struct bytes bytes)
{
    put(visit, "<details>\n<summary>");
    html_put_string(visit->output, summary);
    output_add(visit->output, "</summary>\n<pre class=\"raw\" tabindex=\"0\"%s>", attributes);
    html_put(visit->output, bytes);
    put(visit, "</pre>\n</details>\n");
}

/* Whether the page shows these bytes as they are, so that they can be compared with the proof. */
static bool is_shown_as_is(struct visit *visit, struct bytes bytes)
{
    struct arena *arena = visit->arena;
    size_t used = arena->used;
    struct text text = {.data = arena_take(arena, bytes.size + 1), .capacity = bytes.size + 1};
    if (arena->full) {
        return false;
    }
    text_put_printable(&text, bytes);
    arena->used = used;
    return !text.full && bytes_equal(text_bytes(&text), bytes);
}

/* The body ---------------------------------------------------------------------------------- */

static void put_body_fields(struct visit *visit, const struct event_shown *event, struct bytes body)
{
    const struct event_info *info = &event_infos[event->leaf.kind];
    CLEANUP(json_free) struct json *json = NULL;
    struct json_error error;
    if (failed(json_parse(body, &json, &error))) {
        page_notice(visit, PAGE_BAD, "The body cannot be read.");
        return;
    }
    if (json_count(json) == 0) {
        page_empty(visit, "It says nothing beyond its leaf.");
        return;
    }
    list_begin(visit);
    for (size_t i = 0; i < info->field_count; i++) {
        put_field(visit, &info->fields[i], json_member(json, info->fields[i].name), event->n);
    }
    page_facts_end(visit);
}

struct status event_put_body(struct visit *visit, const struct event_shown *event)
{
    struct bytes salt, body;
    struct status status = scope_body(&visit->scope, &event->leaf, &salt, &body);
    page_section(visit, "body", "What it says");
    if (status.code == STATUS_CORRUPT) {
        page_notice(visit, PAGE_BAD,
                    "The stored body is not the one that the event commits to. It has been changed "
                    "since it was signed, and is not shown.");
    } else if (!failed(status) && body.size == 0) {
        page_empty(visit, "The body has been erased. The leaf still commits to it.");
    } else if (!failed(status)) {
        put_body_fields(visit, event, body);
        put_raw(visit, "The body as it was hashed",
                is_shown_as_is(visit, body) ? " data-body=\"\"" : "", body);
    }
    page_section_end(visit);
    return status.code == STATUS_CORRUPT ? OK : status;
}

/* The command ------------------------------------------------------------------------------- */

static void put_command_fields(struct visit *visit, const struct command_record *command,
                               uint64_t as_of_n)
{
    const struct command_info *info = &command_infos[command->kind];
    CLEANUP(json_free) struct json *json = NULL;
    struct json_error error;
    page_fact_begin(visit, "command");
    page_code(visit, bytes_of_string(info->name));
    put(visit, " ");
    html_put_string(visit->output, info->about);
    page_fact_end(visit);
    page_fact_begin(visit, "signed by");
    link_object_as_of(visit, command->actor, as_of_n);
    page_fact_end(visit);
    page_fact_time(visit, "signed at", command->t_utc_us);
    if (command->items.size > 0) {
        page_fact_number(visit, "objects", command->items_count);
        return;
    }
    if (failed(json_parse(command->fields, &json, &error))) {
        return;
    }
    for (size_t i = 0; i < info->field_count; i++) {
        put_field(visit, &info->fields[i], json_member(json, info->fields[i].name), as_of_n);
    }
}

/* The key that the actor had then signs it: whether the signature holds. */
static void put_signature(struct visit *visit, const struct command_record *command,
                          const struct event_shown *event, struct bytes record)
{
    struct public_key key;
    struct status trouble = OK;
    struct user_row row = {.user = command->actor};
    struct view view =
        scope_view(&visit->scope, event->n - (event->n > 0 ? 1 : 0), visit->arena, &trouble);
    if (engine_state(visit->engine) == NULL || !view_find(&view, ROW_USER, &row) ||
        failed(public_key_read(row.key, &key))) {
        return;
    }
    page_fact_begin(visit, "signature");
    bool holds = !failed(command_record_verify(record, &key));
    page_tone(visit, holds ? PAGE_GOOD : PAGE_BAD,
              holds ? "holds, by the key that the user had then"
                    : "does not hold by the key that the user had then");
    page_fact_end(visit);
}

struct status event_put_command(struct visit *visit, const struct event_shown *event)
{
    struct command_record command;
    struct bytes record;
    bool hidden;
    if (!event->leaf.has_command) {
        return OK;
    }
    struct status status = scope_command(&visit->scope, &event->leaf, &record, &hidden);
    page_section(visit, "command", "What was signed");
    if (status.code == STATUS_CORRUPT) {
        page_notice(visit, PAGE_BAD,
                    "The stored command is not the one that the event commits to. It has been "
                    "changed since it was signed, and is not shown.");
    } else if (hidden) {
        page_empty(visit, "A user signed this command. It is about more than your invitation "
                          "shows, and so it is not shown here.");
    } else if (!failed(status) && !failed(command_record_read(record, &command))) {
        list_begin(visit);
        put_command_fields(visit, &command, event->n);
        put_signature(visit, &command, event, record);
        page_facts_end(visit);
        put_raw(visit, "The record as it was signed", "", record);
    }
    page_section_end(visit);
    return status.code == STATUS_CORRUPT ? OK : status;
}

/* The leaf ---------------------------------------------------------------------------------- */

/* A value that leads to all events that have it; neither has quotes in it. */
static void put_asked(struct visit *visit, const char *field, struct bytes value)
{
    char memory[128];
    struct text expression = TEXT_IN(memory);
    text_add(&expression, "%s = \"", field);
    text_put_bytes(&expression, value);
    text_put_char(&expression, '"');
    href_begin(visit, "/events");
    href_param(visit, "q", text_bytes(&expression));
    href_end(visit);
    page_code(visit, value);
    link_end(visit);
}

static void put_actor(struct visit *visit, const struct leaf *leaf)
{
    struct id id;
    page_fact_begin(visit, "actor");
    if (failed(id_read(leaf->actor, &id))) {
        html_put(visit->output, leaf->actor);
        put(visit, " (a component)");
    } else {
        link_object_as_of(visit, id, leaf->n);
    }
    page_fact_end(visit);
}

static void put_subjects(struct visit *visit, const struct leaf *leaf)
{
    page_fact_begin(visit, "about");
    for (size_t i = 0; i < leaf->on_count; i++) {
        put(visit, i > 0 ? ", " : "");
        link_object_as_of(visit, leaf->on[i], leaf->n);
    }
    if (leaf->on[0].kind != ID_LOG) {
        put(visit, " <span class=\"note\">its event ");
        page_number(visit, leaf->on_n);
        put(visit, "</span>");
    }
    page_fact_end(visit);
}

static void put_rule(struct visit *visit, struct bytes name)
{
    enum rule rule;
    page_fact_begin(visit, "refused by");
    put_asked(visit, "rule", name);
    if (rule_read(name, &rule)) {
        put(visit, " ");
        html_put_string(visit->output, rule_sentence(rule));
    }
    page_fact_end(visit);
}

static void put_times(struct visit *visit, const struct leaf *leaf)
{
    if (leaf->at_utc_us != 0) {
        page_fact_begin(visit, "happened");
        page_time_exact(visit, leaf->at_utc_us);
        page_fact_end(visit);
    }
    page_fact_begin(visit, "recorded");
    page_time_exact(visit, leaf->t_utc_us);
    page_fact_end(visit);
}

static void put_optional_id(struct visit *visit, const char *name, struct id id, uint64_t n)
{
    if (id.kind != ID_NONE) {
        page_fact_begin(visit, name);
        link_object_as_of(visit, id, n);
        page_fact_end(visit);
    }
}

static void put_circumstances(struct visit *visit, const struct leaf *leaf)
{
    put_optional_id(visit, "active project", leaf->project, leaf->n);
    put_optional_id(visit, "session", leaf->session, leaf->n);
    if (leaf->source.size > 0) {
        page_fact_begin(visit, "address");
        put_asked(visit, "source", leaf->source);
        page_fact_end(visit);
    }
    if (leaf->cause != LEAF_NO_CAUSE) {
        page_fact_begin(visit, "answers");
        put(visit, "event ");
        link_event(visit, leaf->cause);
        page_fact_end(visit);
    }
    page_fact_begin(visit, "vouched for by");
    put_asked(visit, "emitter", leaf->emitter);
    put(visit, ", its event ");
    page_number(visit, leaf->emitter_n);
    page_fact_end(visit);
}

void event_put_leaf(struct visit *visit, const struct event_shown *event)
{
    const struct leaf *leaf = &event->leaf;
    page_section(visit, "leaf", "Who, what, when");
    list_begin(visit);
    page_fact_begin(visit, "kind");
    put_asked(visit, "kind", bytes_of_string(event_name(leaf->kind)));
    put(visit, " ");
    html_put_string(visit->output, event_infos[leaf->kind].about);
    page_fact_end(visit);
    if (leaf->rule.size > 0) {
        put_rule(visit, leaf->rule);
    }
    put_actor(visit, leaf);
    put_subjects(visit, leaf);
    put_times(visit, leaf);
    put_circumstances(visit, leaf);
    page_facts_end(visit);
    put_raw(visit, "The leaf as it was hashed", " data-leaf=\"\"", event->bytes);
    page_section_end(visit);
}
