/* The mapping of events to OCSF: schema/siem/ocsf.json, into the tables of schema/siem.h. */
#include "schema/generator/output.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    PATHS_MAX = 48, /* attributes of one mapping */
    POINTS_MAX = 6, /* in one path */
    SOURCES_MAX = 8,
};

static const char *const severities[] = {"informational", "low", "medium", "high", "critical"};
static const char *const severity_constants[] = {"SIEM_INFORMATIONAL", "SIEM_LOW", "SIEM_MEDIUM",
                                                 "SIEM_HIGH", "SIEM_CRITICAL"};

/* Sources --------------------------------------------------------------------------------- */

static const struct {
    const char *word, *constant;
} plain_sources[] = {
    {"on", "SIEM_ON"},
    {"name", "SIEM_NAME"},
    {"kind", "SIEM_KIND"},
    {"actor.user", "SIEM_ACTOR_USER"},
    {"actor.name", "SIEM_ACTOR_NAME"},
    {"actor.app", "SIEM_ACTOR_APP"},
    {"session", "SIEM_SESSION"},
    {"project", "SIEM_PROJECT"},
    {"project.name", "SIEM_PROJECT_NAME"},
    {"source.ip", "SIEM_SOURCE_IP"},
    {"source.name", "SIEM_SOURCE_NAME"},
    {"rule", "SIEM_RULE"},
    {"origin", "SIEM_ORIGIN"},
};

/* A source in the table's form. */
struct source {
    const char *constant;
    const struct id_kind *kind;
    struct word text;
};

static bool begins(const struct word *word, const char *with)
{
    return strncmp(word->text, with, strlen(with)) == 0;
}

static bool read_source(const struct model *model, const struct word *word, struct source *out)
{
    *out = (struct source){.constant = NULL};
    if (word->text[0] == '=') {
        out->constant = "SIEM_CONSTANT";
        out->text = word_of("%s", word->text + 1);
        return true;
    }
    if (begins(word, "body.")) {
        out->constant = "SIEM_BODY";
        out->text = word_of("%s", word->text + 5);
        return is_name(bytes_of_string(out->text.text));
    }
    if (begins(word, "on:") || begins(word, "name:")) {
        out->constant = begins(word, "on:") ? "SIEM_ON" : "SIEM_NAME";
        out->kind = find_id(model, bytes_of_string(strchr(word->text, ':') + 1));
        return out->kind != NULL;
    }
    for (size_t i = 0; i < sizeof plain_sources / sizeof plain_sources[0]; i++) {
        if (strcmp(word->text, plain_sources[i].word) == 0) {
            out->constant = plain_sources[i].constant;
            return true;
        }
    }
    return false;
}

/* The next of the alternatives `a | b | c`; false after the last. */
static bool next_source(const char **rest, struct word *out)
{
    const char *at = *rest + strspn(*rest, " |");
    size_t size = strcspn(at, "|");
    *rest = at + size;
    while (size > 0 && at[size - 1] == ' ') {
        size--;
    }
    *out = word_of("%.*s", (int)size, at);
    return size > 0;
}

/* Checking -------------------------------------------------------------------------------- */

static int severity_of(const struct json *json)
{
    struct bytes name = json_as_string(json);
    for (int i = 0; i < 5; i++) {
        if (bytes_equal(name, bytes_of_string(severities[i]))) {
            return i;
        }
    }
    return -1;
}

static bool is_path(const char *path)
{
    size_t size = strlen(path);
    size_t ending = size > 2 && strcmp(path + size - 2, "[]") == 0 ? 2 : 0;
    size_t points = 0;
    for (size_t i = 0; i < size - ending; i++) {
        bool letter = (path[i] >= 'a' && path[i] <= 'z') || path[i] == '_';
        bool point = path[i] == '.' && i > 0 && path[i - 1] != '.' && i + 1 < size - ending;
        if (!letter && !point) {
            return false;
        }
        points += point;
    }
    return size > ending && size < WORD_MAX / 2 && points <= POINTS_MAX;
}

static void check_sources(struct model *model, const char *key, const char *text)
{
    struct word word;
    struct source source;
    size_t count = 0;
    while (next_source(&text, &word)) {
        if (!read_source(model, &word, &source)) {
            complain(model, &model->siem.from, key, "there is no source \"%s\"", word.text);
        }
        count++;
    }
    if (count == 0 || count > SOURCES_MAX) {
        complain(model, &model->siem.from, key, "an attribute has 1 to %d sources", SOURCES_MAX);
    }
}

static void check_fields(struct model *model, const char *key, const struct json *fields)
{
    const char *path;
    const struct json *from;
    for (size_t i = 0; (from = json_member_at(fields, i, &path)) != NULL; i++) {
        struct word at = word_of("%s.%.60s", key, path);
        if (!is_path(path)) {
            complain(model, &model->siem.from, at.text,
                     "a path is of names with points between them");
        }
        if (json_type_of(from) == JSON_TYPE_STRING) {
            check_sources(model, at.text, (const char *)json_as_string(from).data);
        } else if (json_type_of(from) != JSON_TYPE_INTEGER || json_as_integer(from, -1) < 0) {
            complain(model, &model->siem.from, at.text, "this is a number or a list of sources");
        }
    }
}

static void check_class(struct model *model, const char *name, const struct json *class)
{
    struct word key = word_of("classes.%.60s", name);
    if (!is_name(bytes_of_string(name))) {
        complain(model, &model->siem.from, key.text, "a name is [a-z][a-z0-9_]*");
    }
    if (!has_members(model, &model->siem.from, key.text, class,
                     "activities category category_uid fields name uid")) {
        return;
    }
    const struct json *fields = json_member(class, "fields");
    if (json_as_integer(json_member(class, "uid"), -1) < 0 ||
        json_as_integer(json_member(class, "category_uid"), -1) < 0 ||
        json_string_member(class, "name").size == 0 ||
        json_string_member(class, "category").size == 0 ||
        json_count(json_member(class, "activities")) == 0 || fields == NULL ||
        json_type_of(fields) != JSON_TYPE_OBJECT || json_count(fields) > PATHS_MAX / 2) {
        complain(model, &model->siem.from, key.text,
                 "a class has a uid, a name, a category with its uid, activities and fields");
        return;
    }
    check_fields(model, key.text, fields);
}

static bool is_event(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->event_count; i++) {
        if (strcmp(model->events[i].record.name, name) == 0) {
            return true;
        }
    }
    return false;
}

static const struct json *class_of(const struct model *model, const struct json *line)
{
    struct bytes name = json_string_member(line, "class");
    return name.size == 0
               ? NULL
               : json_member(json_member(model->siem.json, "classes"), (const char *)name.data);
}

static int64_t activity_of(const struct model *model, const struct json *line)
{
    struct bytes name = json_string_member(line, "activity");
    const struct json *activities = json_member(class_of(model, line), "activities");
    return name.size == 0 ? -1
                          : json_as_integer(json_member(activities, (const char *)name.data), -1);
}

/* What a line and a case of it have in common. */
static void check_mapping(struct model *model, const char *key_text, const struct json *line)
{
    struct word key = word_of("%s", key_text);
    if (class_of(model, line) == NULL) {
        complain(model, &model->siem.from, key.text, "there is no such class");
    } else if (activity_of(model, line) < 0) {
        complain(model, &model->siem.from, key.text, "the class has no such activity");
    }
    const struct json *severity = json_member(line, "severity");
    if (severity != NULL && severity_of(severity) < 0) {
        complain(model, &model->siem.from, key.text,
                 "a severity is informational, low, medium, high or critical");
    }
    const struct json *fields = json_member(line, "fields");
    if (fields != NULL && (json_type_of(fields) != JSON_TYPE_OBJECT || json_count(fields) == 0 ||
                           json_count(fields) > PATHS_MAX / 2)) {
        complain(model, &model->siem.from, key.text, "\"fields\" are 1 to %d", PATHS_MAX / 2);
        return;
    }
    check_fields(model, key.text, fields);
}

static void check_case(struct model *model, const char *key, const struct json *one)
{
    if (!has_members(model, &model->siem.from, key, one,
                     "activity class field fields like severity")) {
        return;
    }
    if (!is_name(json_string_member(one, "field")) || json_string_member(one, "like").size == 0) {
        complain(model, &model->siem.from, key,
                 "a case has a field of the body, and what it is like");
    }
    check_mapping(model, key, one);
}

static void check_cases(struct model *model, const char *pattern, const struct json *cases)
{
    struct word key = word_of("kinds.%.60s.cases", pattern);
    if (cases == NULL) {
        return;
    }
    if (json_type_of(cases) != JSON_TYPE_ARRAY || json_count(cases) == 0 ||
        strchr(pattern, '*') != NULL) {
        complain(model, &model->siem.from, key.text,
                 "a kind of its own line has an array of cases");
        return;
    }
    for (size_t i = 0; i < json_count(cases); i++) {
        check_case(model, word_of("%s.%zu", key.text, i + 1).text, json_element(cases, i));
    }
}

static void check_line(struct model *model, const char *pattern, const struct json *line)
{
    struct word key = word_of("kinds.%.60s", pattern);
    if (!has_members(model, &model->siem.from, key.text, line,
                     "activity cases class fields severity")) {
        return;
    }
    if (strchr(pattern, '*') == NULL && !is_event(model, pattern)) {
        complain(model, &model->siem.from, key.text, "there is no such event");
    }
    check_mapping(model, key.text, line);
    check_cases(model, pattern, json_member(line, "cases"));
}

/* Which line ------------------------------------------------------------------------------ */

/* `*` stands for anything. */
static bool matches(const char *pattern, const char *name)
{
    if (*pattern == '*') {
        return matches(pattern + 1, name) || (*name != '\0' && matches(pattern, name + 1));
    }
    return *pattern == *name && (*pattern == '\0' || matches(pattern + 1, name + 1));
}

/* The line that says most about a kind: its own, or the one with the most letters. */
static const struct json *line_for(const struct json *kinds, const char *name)
{
    const char *pattern;
    const struct json *line, *best = NULL;
    size_t best_size = 0;
    for (size_t i = 0; (line = json_member_at(kinds, i, &pattern)) != NULL; i++) {
        size_t size = strlen(pattern);
        if (strcmp(pattern, name) == 0) {
            return line;
        }
        if (matches(pattern, name) && size > best_size) {
            best = line;
            best_size = size;
        }
    }
    return best;
}

static void find_lines(struct model *model)
{
    const struct json *kinds = json_member(model->siem.json, "kinds");
    for (size_t i = 0; i < model->event_count; i++) {
        const char *name = model->events[i].record.name;
        model->siem.lines[i] = line_for(kinds, name);
        if (model->siem.lines[i] == NULL) {
            complain(model, &model->siem.from, "kinds",
                     "no line is for the event %s (base_event is for what is nowhere else)", name);
        }
    }
}

static void check_severities(struct model *model, const struct json *json)
{
    if (severity_of(json_member(json, "denied")) < 0 ||
        severity_of(json_member(json, "failed")) < 0) {
        complain(model, &model->siem.from, "severity", "denied and failed have a severity each");
    }
}

void read_siem(struct model *model)
{
    const struct json *json = model->siem.json, *entry;
    const char *name;
    if (json == NULL ||
        !has_members(model, &model->siem.from, "the file", json, "classes kinds ocsf severity")) {
        return;
    }
    if (json_string_member(json, "ocsf").size == 0) {
        complain(model, &model->siem.from, "ocsf", "the version of OCSF is missing");
    }
    check_severities(model, json_member(json, "severity"));
    for (size_t i = 0; (entry = json_member_at(json_member(json, "classes"), i, &name)) != NULL;
         i++) {
        check_class(model, name, entry);
    }
    for (size_t i = 0; (entry = json_member_at(json_member(json, "kinds"), i, &name)) != NULL;
         i++) {
        check_line(model, name, entry);
    }
    if (model->complaints == 0) {
        find_lines(model);
    }
}

/* Writing --------------------------------------------------------------------------------- */

/* The attributes of one mapping, by path; those of the line take the place of the class's. */
struct attribute {
    const char *path;
    const struct json *from;
};

struct attributes {
    struct attribute all[PATHS_MAX];
    size_t count;
};

static void add_attribute(struct attributes *attributes, const char *path, const struct json *from)
{
    for (size_t i = 0; i < attributes->count; i++) {
        if (strcmp(attributes->all[i].path, path) == 0) {
            attributes->all[i].from = from;
            return;
        }
    }
    attributes->all[attributes->count++] = (struct attribute){.path = path, .from = from};
}

static void add_attributes(struct attributes *attributes, const struct json *fields)
{
    const char *path;
    const struct json *from;
    for (size_t i = 0; (from = json_member_at(fields, i, &path)) != NULL; i++) {
        add_attribute(attributes, path, from);
    }
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct attribute *)a)->path, ((const struct attribute *)b)->path);
}

static size_t put_sources(struct output *out, const struct model *model, const char *text)
{
    struct word word;
    struct source source;
    size_t count = 0;
    while (next_source(&text, &word)) {
        (void)read_source(model, &word, &source);
        put(out, "%s{.from = %s", count++ == 0 ? "" : ", ", source.constant);
        if (source.kind != NULL) {
            put(out, ", .kind = ID_%s", constant_of(source.kind->name).text);
        }
        if (source.text.text[0] != '\0') {
            put(out, ", .text = ");
            put_string(out, source.text.text);
        }
        put(out, "}");
    }
    return count;
}

static void put_attribute(struct output *out, const struct model *model,
                          const struct attribute *attribute)
{
    size_t count = 1;
    put(out, "    {.path = \"%s\", .sources = (const struct siem_source[]){", attribute->path);
    if (json_type_of(attribute->from) == JSON_TYPE_INTEGER) {
        put(out, "{.from = SIEM_NUMBER, .number = %" PRId64 "}",
            json_as_integer(attribute->from, 0));
    } else {
        count = put_sources(out, model, (const char *)json_as_string(attribute->from).data);
    }
    put(out, "}, .source_count = %zu},\n", count);
}

static struct attributes attributes_of(const struct model *model, const struct json *line)
{
    struct attributes attributes = {.count = 0};
    add_attributes(&attributes, json_member(class_of(model, line), "fields"));
    add_attributes(&attributes, json_member(line, "fields"));
    qsort(attributes.all, attributes.count, sizeof attributes.all[0], compare_paths);
    return attributes;
}

/* The attributes of a line or a case, as an array of this name; none if there are none. */
static void put_attributes(struct output *out, const struct model *model, const char *name,
                           const struct json *line)
{
    const struct attributes attributes = attributes_of(model, line);
    if (attributes.count == 0) {
        return;
    }
    put(out, "\nstatic const struct siem_field %s[] = {\n", name);
    for (size_t k = 0; k < attributes.count; k++) {
        put_attribute(out, model, &attributes.all[k]);
    }
    put(out, "};\n");
}

static void put_classes(struct output *out, const struct model *model)
{
    const struct json *classes = json_member(model->siem.json, "classes"), *class;
    const char *name;
    put(out, "\nstatic const struct siem_class classes[] = {\n");
    for (size_t i = 0; (class = json_member_at(classes, i, &name)) != NULL; i++) {
        put(out, "    {.uid = %" PRId64 ", .category_uid = %" PRId64 ", .name = ",
            json_as_integer(json_member(class, "uid"), 0),
            json_as_integer(json_member(class, "category_uid"), 0));
        put_string(out, (const char *)json_string_member(class, "name").data);
        put(out, ", .category = ");
        put_string(out, (const char *)json_string_member(class, "category").data);
        put(out, "},\n");
    }
    put(out, "};\n");
}

static size_t position_of_class(const struct model *model, const struct json *line)
{
    const struct json *classes = json_member(model->siem.json, "classes");
    const struct json *wanted = class_of(model, line);
    const char *name;
    size_t i = 0;
    while (i < json_count(classes) && json_member_at(classes, i, &name) != wanted) {
        i++;
    }
    return i;
}

static const char *constant_of_severity(const struct json *json)
{
    int severity = severity_of(json);
    return severity_constants[severity < 0 ? 0 : severity];
}

static void put_mapping(struct output *out, const struct model *model, const char *name,
                        const struct json *line)
{
    size_t fields = attributes_of(model, line).count;
    put(out, ".class = &classes[%zu], .activity_id = %" PRId64 ", .activity = ",
        position_of_class(model, line), activity_of(model, line));
    put_string(out, (const char *)json_string_member(line, "activity").data);
    put(out, ", .severity = %s", constant_of_severity(json_member(line, "severity")));
    if (fields > 0) {
        put(out, ", .fields = %s, .field_count = %zu", name, fields);
    }
}

/* The cases of an event, each with its attributes before. */
static void put_cases(struct output *out, const struct model *model, const char *tag,
                      const struct json *cases)
{
    if (json_count(cases) == 0) {
        return;
    }
    for (size_t i = 0; i < json_count(cases); i++) {
        put_attributes(out, model, word_of("%.60s_case_%zu", tag, i).text, json_element(cases, i));
    }
    put(out, "\nstatic const struct siem_case %s_cases[] = {\n", tag);
    for (size_t i = 0; i < json_count(cases); i++) {
        const struct json *one = json_element(cases, i);
        put(out,
            "    {.field = \"%s\", .like = ", (const char *)json_string_member(one, "field").data);
        put_string(out, (const char *)json_string_member(one, "like").data);
        put(out, ", .mapping = {");
        put_mapping(out, model, word_of("%.60s_case_%zu", tag, i).text, one);
        put(out, "}},\n");
    }
    put(out, "};\n");
}

static void put_event(struct output *out, const struct model *model, size_t i)
{
    const char *tag = model->events[i].record.tag.text;
    size_t cases = json_count(json_member(model->siem.lines[i], "cases"));
    put(out, "    [EVENT_%s] = {", constant_of(tag).text);
    put_mapping(out, model, word_of("%.60s_siem", tag).text, model->siem.lines[i]);
    if (cases > 0) {
        put(out, ", .cases = %s_cases, .case_count = %zu", tag, cases);
    }
    put(out, "},\n");
}

void write_siem(struct output *out, const struct model *model)
{
    put(out,
        "/* Generated from schema/siem/ocsf.json by schema/generator/siem.c: not to be edited. */\n"
        "#include \"schema/siem.h\"\n");
    if (model->siem.json == NULL) {
        return;
    }
    const struct json *least = json_member(model->siem.json, "severity");
    put_classes(out, model);
    for (size_t i = 0; i < model->event_count; i++) {
        const char *tag = model->events[i].record.tag.text;
        put_attributes(out, model, word_of("%.60s_siem", tag).text, model->siem.lines[i]);
        put_cases(out, model, tag, json_member(model->siem.lines[i], "cases"));
    }
    put(out, "\nconst struct siem_mapping siem_mappings[EVENT_KIND_COUNT] = {\n");
    for (size_t i = 0; i < model->event_count; i++) {
        put_event(out, model, i);
    }
    put(out,
        "};\n\nconst enum siem_severity siem_severity_denied = %s;\n"
        "const enum siem_severity siem_severity_failed = %s;\n"
        "const char siem_ocsf_version[] = \"%s\";\n",
        constant_of_severity(json_member(least, "denied")),
        constant_of_severity(json_member(least, "failed")),
        (const char *)json_string_member(model->siem.json, "ocsf").data);
}
