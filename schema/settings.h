/*
 * schema/settings.h -- cairnd.conf: what the daemon is told, as a table.
 *
 * Shape    Sections of `key = value` lines; a line that begins with # or ; is a comment. Every key
 *          is a row of schema/settings.def, and nothing else may be said. What is not said has its
 *          standard value. [emitter NAME] may be there once for each of many names.
 *          `web.listen` is settings.web_listen; of an emitter, settings.emitters[i].uid.
 * Limits   SETTINGS_FILE_MAX bytes, SETTINGS_LINE_MAX in a line, SETTINGS_EMITTERS_MAX emitters;
 *          text is kept in arrays and refused if it does not fit.
 * Memory   A struct settings is about 150 KiB: not for a stack.
 * Errors   MALFORMED at the line; the fault has a sentence, and what was typed.
 * Source   docs/decisions/0037-settings.md.
 */
#ifndef SCHEMA_SETTINGS_H
#define SCHEMA_SETTINGS_H

#include "schema/limits.h"
#include "schema/text.h"

enum {
    SETTINGS_FILE_MAX = 128 << 10,
    SETTINGS_LINE_MAX = 480,   /* bytes, without the end of the line */
    SETTINGS_SECTION_MAX = 49, /* bytes between the brackets, all that libinih keeps */
    SETTINGS_EMITTERS_MAX = 256,
    SETTINGS_TEXT_SIZE = 256, /* with the final NUL */
    SETTINGS_WORDS_MAX = 8,
};

enum setting_type {
    SETTING_NUMBER,
    SETTING_PERCENT,
    SETTING_SECONDS,
    SETTING_MILLISECONDS,
    SETTING_BYTES,
    SETTING_SWITCH,
    SETTING_WORD,
    SETTING_PATH,
    SETTING_NAME,
    SETTING_ADDRESS,
    SETTING_TEXT,
};

/* What each type is in the struct. */
typedef uint64_t setting_of_NUMBER, setting_of_PERCENT, setting_of_SECONDS, setting_of_MILLISECONDS,
    setting_of_BYTES;
typedef bool setting_of_SWITCH;
typedef uint32_t setting_of_WORD;
struct setting_text {
    char text[SETTINGS_TEXT_SIZE];
};
typedef struct setting_text setting_of_PATH, setting_of_NAME, setting_of_ADDRESS, setting_of_TEXT;

/* The words of a WORD, by their positions in the table. */
enum settings_sandbox {
    SANDBOX_BEST,
    SANDBOX_REQUIRED
};
enum settings_synchronised {
    SYNCHRONISED_KERNEL,
    SYNCHRONISED_IGNORE
};

struct settings_emitter {
    char name[NAME_MAX_SIZE + 1];
#define SETTING(section, key, type, standard, least, most, words, about)
#define EMITTER(key, type, standard, least, most, words, about) setting_of_##type key;
#include "schema/settings.def"
};

struct settings {
#define SETTING(section, key, type, standard, least, most, words, about) \
    setting_of_##type section##_##key;
#define EMITTER(key, type, standard, least, most, words, about)
#include "schema/settings.def"
    struct settings_emitter emitters[SETTINGS_EMITTERS_MAX];
    size_t emitter_count;
};

/* A row of the table. */
struct setting_info {
    const char *section, *key;
    enum setting_type type;
    const char *standard;
    uint64_t least, most;
    const char *words; /* `a|b`, or NULL */
    const char *about;
    size_t offset; /* in struct settings; of an emitter's, in struct settings_emitter */
};

extern const struct setting_info setting_infos[];
extern const size_t setting_info_count;
extern const struct setting_info setting_emitter_infos[];
extern const size_t setting_emitter_info_count;

/* The sections, in the order of the table, and `emitter` at the end; NULL past it. What a section
 * is about. */
const char *settings_section(size_t index, const char **about);

enum settings_fault_kind {
    SETTINGS_FAULT_FORM,     /* the line, or the file */
    SETTINGS_FAULT_SECTION,  /* there is no such section: near to one may be what is meant */
    SETTINGS_FAULT_KEY,      /* the section has no such key */
    SETTINGS_FAULT_VALUE,    /* this key cannot be that */
    SETTINGS_FAULT_TOGETHER, /* two settings that do not go together */
};

/* What is wrong with a file. Foreign text in it is escaped. */
struct settings_fault {
    enum settings_fault_kind kind;
    unsigned line; /* from 1; 0: none in particular */
    char section[64], key[64];
    char sentence[320];
};

/* Everything at its standard value. */
void settings_init(struct settings *settings);

/* Reads a file's text, over standard values. On failure *out is in no particular state, and *fault
 * says why: MALFORMED at the line, or LIMIT. No file is opened. */
MUST_CHECK struct status settings_read(struct bytes text, struct settings *out,
                                       struct settings_fault *fault);

/* The same for the bytes of a file: NOT_FOUND, IO, LIMIT besides. */
MUST_CHECK struct status settings_read_file(const char *path, struct settings *out,
                                            struct settings_fault *fault);

/* Whether the settings go together; MALFORMED with the fault. settings_read has asked. */
MUST_CHECK struct status settings_check(const struct settings *settings,
                                        struct settings_fault *fault);

/* One setting as somebody would type it. `at` is the struct that the row's offset is in. */
void setting_write(const struct setting_info *info, const void *at, struct text *out);
/* Sets one; false if it cannot be that, with a sentence in `why` (may be full). */
MUST_CHECK bool setting_set(const struct setting_info *info, void *at, struct bytes value,
                            struct text *why);

/* All of them as a file that settings_read reads to the same. */
void settings_write(const struct settings *settings, struct text *out);

/* The emitter of that name; NULL: nothing is said of it. */
const struct settings_emitter *settings_find_emitter(const struct settings *settings,
                                                     struct bytes name);

/* Host and port of an ADDRESS, both NUL-terminated. False if it is none. */
struct setting_address {
    char host[SETTINGS_TEXT_SIZE];
    char port[6];
};
MUST_CHECK bool setting_address_read(struct bytes text, struct setting_address *out);
/* Whether it is of this machine: 127.0.0.0/8, ::1, localhost. */
bool setting_address_is_loopback(const struct setting_address *address);

#endif
