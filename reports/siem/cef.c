#include "reports/siem/cef.h"

#include "reports/glyph.h"
#include "reports/query.h"

#include <inttypes.h>

enum {
    LINE_SIZE = 32 << 10,
    VALUE_SIZE = 8 << 10, /* bytes of one value before it is cut */
    US_PER_MS = 1000,
    SHORT_MAX = 63,   /* characters: act, outcome */
    NAME_MAX = 1023,  /* suser, suid, reason, msg, shost */
    CUSTOM_MAX = 4000 /* cs1 to cs6 */
};

/* 0 to 10, of which 9 and 10 are very high. */
static uint32_t cef_severity(enum siem_severity severity)
{
    static const uint8_t severities[] = {
        [SIEM_INFORMATIONAL] = 1, [SIEM_LOW] = 3,       [SIEM_MEDIUM] = 5,
        [SIEM_HIGH] = 8,          [SIEM_CRITICAL] = 10,
    };
    return severities[severity];
}

/* Escaping -------------------------------------------------------------------------------- */

/* Printable text, of which these characters get a backslash; cut between two characters. */
static void put_escaped(struct cef *cef, struct text *out, struct bytes value, const char *special,
                        size_t size_max)
{
    char memory[VALUE_SIZE];
    struct text shown = TEXT_IN(memory);
    text_put_printable(&shown, value);
    struct bytes rest = text_bytes(&shown);
    bool cut = shown.full;
    struct glyph glyph;
    size_t size = 0;
    while (!cut && glyph_next(&rest, &glyph)) {
        bool escaped = glyph.bytes.size == 1 && strchr(special, glyph.bytes.data[0]) != NULL;
        size += glyph.bytes.size + escaped;
        cut = size > size_max;
        if (!cut) {
            text_put_string(out, escaped ? "\\" : "");
            text_put_bytes(out, glyph.bytes);
        }
    }
    cef->cut += cut;
}

static void put_header_field(struct cef *cef, struct text *out, const char *value)
{
    put_escaped(cef, out, bytes_of_string(value), "\\|", NAME_MAX);
    text_put_char(out, '|');
}

/* Extension ------------------------------------------------------------------------------- */

struct line {
    struct siem_reader *reader;
    struct cef *cef;
    struct text *out;
};

static void put(const struct line *line, const char *key, struct bytes value, size_t size_max)
{
    if (value.size > 0) {
        text_add(line->out, " %s=", key);
        put_escaped(line->cef, line->out, value, "\\=", size_max);
    }
}

static void put_source(const struct line *line, const char *key, enum siem_source_kind from)
{
    const struct siem_source source = {.from = from};
    struct siem_value value;
    if (siem_source_value(line->reader, &source, &value)) {
        put(line, key, value.text, NAME_MAX);
    }
}

/* csN, and what is in it. */
static void put_custom(const struct line *line, uint32_t number, const char *label,
                       struct bytes value)
{
    char key[8];
    struct text text = TEXT_IN(key);
    text_add(&text, "cs%u", number);
    if (value.size > 0) {
        put(line, text_string(&text), value, CUSTOM_MAX);
        text_add(line->out, " cs%uLabel=%s", number, label);
    }
}

static void put_custom_source(const struct line *line, uint32_t number, const char *label,
                              enum siem_source_kind from)
{
    const struct siem_source source = {.from = from};
    struct siem_value value;
    if (siem_source_value(line->reader, &source, &value)) {
        put_custom(line, number, label, value.text);
    }
}

static void put_address(const struct line *line)
{
    struct bytes source = line->reader->event.leaf->source;
    bool is_ipv6 = false;
    if (!siem_is_address(source, &is_ipv6)) {
        put(line, "shost", source, NAME_MAX);
    } else if (is_ipv6) {
        put(line, "c6a2", source, NAME_MAX);
        text_put_string(line->out, " c6a2Label=Source IPv6 Address");
    } else {
        put(line, "src", source, NAME_MAX);
    }
}

static void put_subjects(const struct line *line)
{
    const struct leaf *leaf = line->reader->event.leaf;
    char memory[LEAF_SUBJECTS_MAX * 64];
    struct text ids = TEXT_IN(memory);
    for (size_t i = 0; i < leaf->on_count; i++) {
        text_put_string(&ids, i == 0 ? "" : " ");
        id_write(&ids, leaf->on[i]);
    }
    put_custom(line, 2, "subjects", text_bytes(&ids));
}

static void put_message(const struct line *line)
{
    char memory[VALUE_SIZE];
    struct text message = TEXT_IN(memory);
    siem_put_message(line->reader, &message);
    put(line, "msg", text_bytes(&message), NAME_MAX);
}

static void put_extension(const struct line *line)
{
    const struct siem_event *event = &line->reader->event;
    const struct leaf *leaf = event->leaf;
    char hex[DIGEST_HEX_SIZE];
    hex_write(hex, BYTES(event->hash.sha256));
    text_add(line->out, "rt=%" PRIu64 " start=%" PRIu64, leaf->t_utc_us / US_PER_MS,
             query_time_of(leaf) / US_PER_MS);
    text_add(line->out, " externalId=%" PRIu64 " cn1=%" PRIu64 " cn1Label=n", leaf->n, leaf->n);
    put(line, "deviceExternalId", event->origin, 255);
    put_source(line, "suid", SIEM_ACTOR_USER);
    put_source(line, "suser", SIEM_ACTOR_NAME);
    put_source(line, "sproc", SIEM_ACTOR_APP);
    put_address(line);
    put(line, "act", bytes_of_string(event_name(leaf->kind)), SHORT_MAX);
    put(line, "outcome", bytes_of_string(outcome_name(leaf->outcome)), SHORT_MAX);
    put_source(line, "reason", SIEM_RULE);
    put_custom_source(line, 1, "project", SIEM_PROJECT);
    put_subjects(line);
    put_custom_source(line, 3, "session", SIEM_SESSION);
    put_custom(line, 4, "emitter", leaf->emitter);
    put_custom(line, 5, "leafHash", bytes_of(hex, sizeof hex));
    put_custom(line, 6, "rule", leaf->rule);
    put_message(line);
}

struct status cef_put(struct siem_reader *reader, struct cef *cef, struct output *output)
{
    char memory[LINE_SIZE];
    struct text text = TEXT_IN(memory);
    const struct leaf *leaf = reader->event.leaf;
    const struct line line = {.reader = reader, .cef = cef, .out = &text};
    text_put_string(&text, "CEF:0|Cairn|cairn|");
    put_header_field(cef, &text, cef->version);
    put_header_field(cef, &text, event_name(leaf->kind));
    put_header_field(cef, &text, event_infos[leaf->kind].about);
    text_add(&text, "%u|", cef_severity(siem_severity_of(reader->event.mapping, leaf->outcome)));
    put_extension(&line);
    siem_put_framed(output, cef->framing, text_bytes(&text));
    return output_status(output);
}
