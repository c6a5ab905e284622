#include "schema/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <unistd.h>

/* The text as libinih asks for it, line by line, and what was found in it. */
struct reading {
    struct bytes rest;
    unsigned line;
    struct settings *settings;
    struct settings_fault *fault;
    bool bad;
    /* which rows have been said, to find what is said twice */
    bool said[128];
    bool emitter_said[SETTINGS_EMITTERS_MAX][8];
};

_Static_assert(sizeof(((struct reading *)NULL)->said) >= 64, "room for every row");

/* The first fault is the one that is told. */
static void complain(struct reading *reading, enum settings_fault_kind kind, const char *sentence)
{
    struct text text = TEXT_IN(reading->fault->sentence);
    if (reading->bad) {
        return;
    }
    reading->bad = true;
    reading->fault->kind = kind;
    reading->fault->line = reading->line;
    text_put_string(&text, sentence);
    (void)text_string(&text);
}

static void keep(char *memory, size_t capacity, const char *foreign)
{
    struct text text = {.data = memory, .capacity = capacity};
    text_put_printable(&text, bytes_of_string(foreign));
    (void)text_string(&text);
}

/* Whether a line is one that libinih would cut or take for something else. */
static const char *line_fault(struct bytes line)
{
    size_t first = 0;
    if (line.size > SETTINGS_LINE_MAX) {
        return "the line is too long";
    }
    if (line.size > 0 && memchr(line.data, '\0', line.size) != NULL) {
        return "the line has a NUL byte";
    }
    while (first < line.size && (line.data[first] == ' ' || line.data[first] == '\t')) {
        first++;
    }
    if (first < line.size && line.data[first] == '[' &&
        line.size - first > SETTINGS_SECTION_MAX + 2) {
        return "the name of the section is too long";
    }
    return NULL;
}

/* As fgets does: one line with its end, of at most num - 1 bytes. */
static char *next_line(char *out, int num, void *context)
{
    struct reading *reading = context;
    if (reading->rest.size == 0 || reading->bad) {
        return NULL;
    }
    const uint8_t *end = memchr(reading->rest.data, '\n', reading->rest.size);
    const size_t whole = end == NULL ? reading->rest.size : (size_t)(end - reading->rest.data) + 1;
    const struct bytes line = bytes_of(reading->rest.data, end == NULL ? whole : whole - 1);
    reading->rest = bytes_of(reading->rest.data + whole, reading->rest.size - whole);
    reading->line++;
    const char *fault = line_fault(line);
    if (fault != NULL || whole >= (size_t)num) {
        complain(reading, SETTINGS_FAULT_FORM, fault == NULL ? "the line is too long" : fault);
        return NULL;
    }
    memcpy(out, line.data, line.size);
    memcpy(out + line.size, "\n", 2);
    return out;
}

/* What a section's name stands for: the rows, and the struct that they are in. */
struct target {
    const struct setting_info *infos;
    size_t count;
    void *at;
    bool *said;
};

static bool is_emitter_name(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        const uint8_t c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9' && i > 0) ||
              ((c == '_' || c == '-' || c == '.') && i > 0))) {
            return false;
        }
    }
    return name.size > 0 && name.size <= NAME_MAX_SIZE;
}

static struct settings_emitter *add_emitter(struct reading *reading, struct bytes name)
{
    struct settings *settings = reading->settings;
    char memory[128];
    struct text why = TEXT_IN(memory);
    if (settings->emitter_count == SETTINGS_EMITTERS_MAX) {
        complain(reading, SETTINGS_FAULT_FORM, "there are more emitters than fit");
        return NULL;
    }
    struct settings_emitter *emitter = &settings->emitters[settings->emitter_count++];
    memset(emitter, 0, sizeof *emitter);
    memcpy(emitter->name, name.data, name.size);
    for (size_t i = 0; i < setting_emitter_info_count; i++) {
        (void)!setting_set(&setting_emitter_infos[i], emitter,
                           bytes_of_string(setting_emitter_infos[i].standard), &why);
    }
    return emitter;
}

static bool emitter_target(struct reading *reading, struct bytes name, struct target *out)
{
    if (!is_emitter_name(name)) {
        complain(reading, SETTINGS_FAULT_SECTION,
                 "the name of an emitter is small letters, digits, _, - and .");
        return false;
    }
    const struct settings_emitter *found = settings_find_emitter(reading->settings, name);
    struct settings_emitter *emitter =
        found == NULL ? add_emitter(reading, name)
                      : &reading->settings->emitters[found - reading->settings->emitters];
    if (emitter == NULL) {
        return false;
    }
    *out = (struct target){setting_emitter_infos, setting_emitter_info_count, emitter,
                           reading->emitter_said[emitter - reading->settings->emitters]};
    return true;
}

static bool find_target(struct reading *reading, const char *section, struct target *out)
{
    const char *about;
    const size_t prefix = sizeof "emitter " - 1;
    if (strncmp(section, "emitter ", prefix) == 0) {
        return emitter_target(reading, bytes_of_string(section + prefix), out);
    }
    for (size_t i = 0; settings_section(i, &about) != NULL; i++) {
        if (strcmp(section, settings_section(i, &about)) == 0 && strcmp(section, "emitter") != 0) {
            *out = (struct target){setting_infos, setting_info_count, reading->settings,
                                   reading->said};
            return true;
        }
    }
    complain(reading, SETTINGS_FAULT_SECTION,
             section[0] == '\0'                ? "this stands before the first section"
             : strcmp(section, "emitter") == 0 ? "an emitter has a name: [emitter NAME]"
                                               : "there is no such section");
    return false;
}

static void set(struct reading *reading, const struct target *target, size_t index,
                const char *value)
{
    char memory[192];
    struct text why = TEXT_IN(memory);
    if (target->said[index]) {
        complain(reading, SETTINGS_FAULT_FORM, "this is said twice");
        return;
    }
    target->said[index] = true;
    if (!setting_set(&target->infos[index], target->at, bytes_of_string(value), &why)) {
        complain(reading, SETTINGS_FAULT_VALUE, text_string(&why));
    }
}

/* libinih's handler: one pair. 0 makes it note an error, and we have noted ours. */
static int take(void *context, const char *section, const char *key, const char *value)
{
    struct reading *reading = context;
    struct target target;
    if (reading->bad) {
        return 0;
    }
    keep(reading->fault->section, sizeof reading->fault->section, section);
    keep(reading->fault->key, sizeof reading->fault->key, key);
    if (!find_target(reading, section, &target)) {
        return 0;
    }
    const char *bare = strncmp(section, "emitter ", 8) == 0 ? "emitter" : section;
    for (size_t i = 0; i < target.count; i++) {
        if (strcmp(target.infos[i].section, bare) == 0 && strcmp(target.infos[i].key, key) == 0) {
            set(reading, &target, i, value);
            return reading->bad ? 0 : 1;
        }
    }
    complain(reading, SETTINGS_FAULT_KEY, "the section has no such key");
    return 0;
}

/* Comments stand on lines of their own, and a value is one line: nothing that looks like part of a
 * path or a name is taken for something else. */
static void choose_form(void)
{
    ini_allow_multiline = false;
    ini_allow_inline_comments = false;
    ini_allow_no_value = false;
    ini_stop_on_first_error = true;
    ini_use_stack = false;
    ini_allow_realloc = false;
    ini_max_line = ini_initial_alloc = SETTINGS_LINE_MAX + 8;
}

struct status settings_read(struct bytes text, struct settings *out, struct settings_fault *fault)
{
    struct reading reading = {.rest = text, .settings = out, .fault = fault};
    memset(fault, 0, sizeof *fault);
    settings_init(out);
    if (text.size > SETTINGS_FILE_MAX) {
        complain(&reading, SETTINGS_FAULT_FORM, "the file is too big");
        return FAIL(LIMIT, SETTINGS_FILE_MAX);
    }
    choose_form();
    const int line = ini_parse_stream(next_line, &reading, take, &reading);
    if (line == -2) {
        return FAIL(NO_MEMORY, SETTINGS_LINE_MAX);
    }
    if (line != 0 && !reading.bad) {
        fault->section[0] = fault->key[0] = '\0';
        reading.line = (unsigned)line;
        complain(&reading, SETTINGS_FAULT_FORM,
                 "a line is `key = value`, `[section]` or # comment");
    }
    return reading.bad ? FAIL(MALFORMED, fault->line) : settings_check(out, fault);
}

static void close_file(const int *file)
{
    if (*file >= 0) {
        close(*file);
    }
}

struct status settings_read_file(const char *path, struct settings *out,
                                 struct settings_fault *fault)
{
    uint8_t memory[SETTINGS_FILE_MAX + 1];
    size_t size = 0;
    memset(fault, 0, sizeof *fault);
    CLEANUP(close_file) const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0) {
        return errno == ENOENT ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)errno);
    }
    while (size < sizeof memory) {
        const ssize_t got = read(file, memory + size, sizeof memory - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return FAIL(IO, (uint64_t)errno);
        }
        if (got == 0) {
            break;
        }
        size += (size_t)got;
    }
    return settings_read(bytes_of(memory, size), out, fault);
}
