#include "tools/emit_line.h"

#include "schema/arena.h"
#include "schema/json.h"
#include "schema/time.h"

#include <stdlib.h>

struct emit_line {
    struct cairn_event event;
    struct cairn_emit_field fields[EMIT_LINE_FIELDS_MAX];
    const char *on[LEAF_SUBJECTS_MAX];
    struct json *json;
    struct arena arena;
};

struct status emit_line_open(struct emit_line **out)
{
    struct emit_line *line = calloc(1, sizeof *line);
    if (line == NULL) {
        return FAIL(NO_MEMORY, sizeof *line);
    }
    line->arena.capacity = 2 * (size_t)EMIT_LINE_MAX + 4096;
    line->arena.memory = malloc(line->arena.capacity);
    if (line->arena.memory == NULL) {
        emit_line_close(&line);
        return FAIL(NO_MEMORY, EMIT_LINE_MAX);
    }
    *out = line;
    return OK;
}

void emit_line_close(struct emit_line **line)
{
    if (*line != NULL) {
        json_free(&(*line)->json);
        free((*line)->arena.memory);
        free(*line);
        *line = NULL;
    }
}

bool emit_line_outcome(const char *word, enum cairn_emit_outcome *out)
{
    static const char *const words[] = {
        [CAIRN_EMIT_DONE] = "ok", [CAIRN_EMIT_DENIED] = "denied", [CAIRN_EMIT_FAILED] = "failed"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(word, words[i]) == 0) {
            *out = (enum cairn_emit_outcome)i;
            return true;
        }
    }
    return false;
}

/* Words ----------------------------------------------------------------------------------- */

bool emit_line_field(char *word, struct cairn_emit_field *out)
{
    char *equals = strchr(word, '=');
    if (equals == NULL || equals == word) {
        return false;
    }
    *equals = '\0';
    *out = cairn_emit_text(word, equals + 1);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word, unquoted in place; *at moves behind it. NULL: there is none. */
static struct status take_word(char **at, char **word)
{
    char *from = *at;
    while (is_blank(*from)) {
        from++;
    }
    *word = *from == '\0' ? NULL : from;
    char *to = from;
    bool quoted = false;
    for (; *from != '\0' && (quoted || !is_blank(*from)); from++) {
        if (*from == '"') {
            quoted = !quoted;
            continue;
        }
        if (quoted && *from == '\\' && (from[1] == '"' || from[1] == '\\')) {
            from++;
        }
        *to++ = *from;
    }
    *at = *from == '\0' ? from : from + 1;
    *to = '\0';
    return quoted ? FAIL_BECAUSE(MALFORMED, 0, "a quote is not closed") : OK;
}

static struct status read_words(struct emit_line *line, char *text)
{
    char *word = NULL;
    TRY(take_word(&text, &word));
    line->event.kind = word;
    line->event.fields = line->fields;
    for (;;) {
        TRY(take_word(&text, &word));
        if (word == NULL) {
            return OK;
        }
        if (line->event.field_count == EMIT_LINE_FIELDS_MAX) {
            return FAIL_BECAUSE(LIMIT, EMIT_LINE_FIELDS_MAX, "an event has at most 128 fields");
        }
        if (!emit_line_field(word, &line->fields[line->event.field_count++])) {
            return FAIL_BECAUSE(MALFORMED, 0, "after the kind come words FIELD=VALUE");
        }
    }
}

/* JSON ------------------------------------------------------------------------------------ */

/* A string member as a C string in the arena. */
static struct status read_string(struct emit_line *line, const struct json *json, const char **out)
{
    if (json_type_of(json) != JSON_TYPE_STRING) {
        return FAIL_BECAUSE(MALFORMED, 0, "a member beside `body` and `on` is no string");
    }
    struct bytes value = json_as_string(json);
    char *copy = arena_take(&line->arena, value.size + 1);
    if (copy == NULL) {
        return FAIL_BECAUSE(LIMIT, EMIT_LINE_MAX, "the line is too long");
    }
    if (value.size > 0) {
        memcpy(copy, value.data, value.size);
    }
    copy[value.size] = '\0';
    *out = copy;
    return OK;
}

static struct status read_subjects(struct emit_line *line, const struct json *json)
{
    struct cairn_event *event = &line->event;
    event->on = line->on;
    if (json_type_of(json) == JSON_TYPE_STRING) {
        return read_string(line, json, &line->on[event->on_count++]);
    }
    if (json_type_of(json) != JSON_TYPE_ARRAY || json_count(json) > LEAF_SUBJECTS_MAX) {
        return FAIL_BECAUSE(MALFORMED, 0, "`on` is an id, or a list of at most 8");
    }
    for (size_t i = 0; i < json_count(json); i++) {
        TRY(read_string(line, json_element(json, i), &line->on[event->on_count++]));
    }
    return OK;
}

static struct status read_body(struct emit_line *line, const struct json *json)
{
    struct text body = {.capacity = BODY_MAX};
    body.data = arena_take(&line->arena, body.capacity);
    if (body.data == NULL) {
        return FAIL_BECAUSE(LIMIT, EMIT_LINE_MAX, "the line is too long");
    }
    struct status status = json_canonical(json, &body);
    if (failed(status)) {
        return FAIL_BECAUSE(MALFORMED, 0, status.why == NULL ? "the body is too long" : status.why);
    }
    line->event.json = text_string(&body);
    return OK;
}

static struct status read_member(struct emit_line *line, const char *name, const struct json *json)
{
    struct cairn_event *event = &line->event;
    const char *word = NULL;
    if (strcmp(name, "on") == 0) {
        return read_subjects(line, json);
    }
    if (strcmp(name, "body") == 0) {
        return read_body(line, json);
    }
    TRY(read_string(line, json, &word));
    if (strcmp(name, "kind") == 0) {
        event->kind = word;
    } else if (strcmp(name, "source") == 0) {
        event->source = word;
    } else if (strcmp(name, "project") == 0) {
        event->project = word;
    } else if (strcmp(name, "session") == 0) {
        event->session = word;
    } else if (strcmp(name, "at") == 0) {
        return failed(time_read_rfc3339(bytes_of_string(word), &event->at_us))
                   ? FAIL_BECAUSE(MALFORMED, 0, "`at` is a time like 2026-03-09T21:58:00Z")
                   : OK;
    } else if (strcmp(name, "outcome") == 0) {
        return emit_line_outcome(word, &event->outcome)
                   ? OK
                   : FAIL_BECAUSE(MALFORMED, 0, "an outcome is ok, denied or failed");
    } else {
        return FAIL_BECAUSE(MALFORMED, 0,
                            "the members are kind, on, outcome, at, source, project, session, "
                            "body");
    }
    return OK;
}

static struct status read_json(struct emit_line *line, struct bytes bytes)
{
    struct json_error error;
    const char *name;
    const struct json *member;
    struct status status = json_parse(bytes, &line->json, &error);
    if (failed(status)) {
        return status.code == STATUS_MALFORMED
                   ? FAIL_BECAUSE(MALFORMED, status.at, "it is not JSON")
                   : status;
    }
    for (size_t i = 0; (member = json_member_at(line->json, i, &name)) != NULL; i++) {
        TRY(read_member(line, name, member));
    }
    return line->event.kind == NULL ? FAIL_BECAUSE(MALFORMED, 0, "it names no kind") : OK;
}

/* Lines ----------------------------------------------------------------------------------- */

struct status emit_line_read(struct emit_line *line, struct bytes bytes,
                             const struct cairn_event **event)
{
    json_free(&line->json);
    arena_reset(&line->arena);
    line->event = (struct cairn_event){0};
    *event = &line->event;
    if (bytes.size > EMIT_LINE_MAX) {
        return FAIL_BECAUSE(LIMIT, EMIT_LINE_MAX, "the line is too long");
    }
    if (bytes.size == 0 || bytes.data[0] == '#') {
        return OK;
    }
    if (memchr(bytes.data, 0, bytes.size) != NULL) {
        return FAIL_BECAUSE(MALFORMED, 0, "the line has a NUL in it");
    }
    if (bytes.data[0] == '{') {
        return read_json(line, bytes);
    }
    char *copy = arena_take(&line->arena, bytes.size + 1);
    if (copy == NULL) {
        return FAIL(NO_MEMORY, bytes.size);
    }
    memcpy(copy, bytes.data, bytes.size);
    copy[bytes.size] = '\0';
    return read_words(line, copy);
}
