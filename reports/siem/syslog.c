#include "reports/siem/syslog.h"

#include "reports/query.h"
#include "schema/time.h"

#include <inttypes.h>

enum {
    FACILITY_AUDIT = 13,
    HOSTNAME_MAX = 255, /* characters, as RFC 5424 has it; */
    PROCID_MAX = 128,
    MSGID_MAX = 32,
    VALUE_MAX = 1024, /* bytes of one parameter */
    LINE_MAX = 4096,
};

/* OCSF counts up from what is harmless, syslog down to what is worst. */
static uint32_t syslog_severity(enum siem_severity severity)
{
    static const uint8_t severities[] = {
        [SIEM_INFORMATIONAL] = 6, [SIEM_LOW] = 5,      [SIEM_MEDIUM] = 4,
        [SIEM_HIGH] = 3,          [SIEM_CRITICAL] = 2,
    };
    return severities[severity];
}

/* A word of the header: printable ASCII, without blanks; `-` for nothing. */
static void put_word(struct text *out, struct bytes word, size_t size_max)
{
    size_t size = word.size < size_max ? word.size : size_max;
    for (size_t i = 0; i < size; i++) {
        text_put_char(out, word.data[i] > 0x20 && word.data[i] < 0x7f ? (char)word.data[i] : '_');
    }
    text_put_string(out, size == 0 ? "- " : " ");
}

static void put_header(const struct siem_event *event, struct text *out)
{
    const struct leaf *leaf = event->leaf;
    uint32_t severity = syslog_severity(siem_severity_of(event->mapping, leaf->outcome));
    text_add(out, "<%u>1 ", FACILITY_AUDIT * 8 + severity);
    time_write(out, query_time_of(leaf));
    text_put_char(out, ' ');
    put_word(out, event->origin, HOSTNAME_MAX);
    text_put_string(out, "cairn ");
    put_word(out, leaf->emitter, PROCID_MAX);
    put_word(out, bytes_of_string(event_name(leaf->kind)), MSGID_MAX);
}

/* Structured data ------------------------------------------------------------------------- */

/* Printable first, then the three characters that mean something in a value. */
static void put_parameter(struct text *out, const char *name, struct bytes value)
{
    char memory[VALUE_MAX];
    struct text shown = TEXT_IN(memory);
    if (value.size == 0) {
        return;
    }
    text_put_printable(&shown, value);
    text_add(out, " %s=\"", name);
    for (size_t i = 0; i < shown.size; i++) {
        if (shown.data[i] == '"' || shown.data[i] == '\\' || shown.data[i] == ']') {
            text_put_char(out, '\\');
        }
        text_put_char(out, shown.data[i]);
    }
    text_put_char(out, '"');
}

static void put_number(struct text *out, const char *name, uint64_t number)
{
    text_add(out, " %s=\"%" PRIu64 "\"", name, number);
}

static void put_subjects(struct text *out, const struct leaf *leaf)
{
    char memory[LEAF_SUBJECTS_MAX * 64];
    struct text ids = TEXT_IN(memory);
    for (size_t i = 0; i < leaf->on_count; i++) {
        text_put_string(&ids, i == 0 ? "" : " ");
        id_write(&ids, leaf->on[i]);
    }
    put_parameter(out, "on", text_bytes(&ids));
}

static void put_source(struct text *out, struct siem_reader *reader, const char *name,
                       enum siem_source_kind from)
{
    const struct siem_source source = {.from = from};
    struct siem_value value;
    if (siem_source_value(reader, &source, &value)) {
        put_parameter(out, name, value.text);
    }
}

static void put_element(struct siem_reader *reader, uint32_t pen, struct text *out)
{
    const struct leaf *leaf = reader->event.leaf;
    char hex[DIGEST_HEX_SIZE], recorded_memory[TIME_TEXT_SIZE + 1];
    struct text recorded = TEXT_IN(recorded_memory);
    hex_write(hex, BYTES(reader->event.hash.sha256));
    time_write(&recorded, leaf->t_utc_us);
    text_add(out, "[cairn@%u", pen);
    put_number(out, "n", leaf->n);
    put_parameter(out, "hash", bytes_of(hex, sizeof hex));
    put_parameter(out, "kind", bytes_of_string(event_name(leaf->kind)));
    put_parameter(out, "outcome", bytes_of_string(outcome_name(leaf->outcome)));
    put_parameter(out, "recorded", text_bytes(&recorded));
    put_parameter(out, "actor", leaf->actor);
    put_source(out, reader, "login", SIEM_ACTOR_NAME);
    put_subjects(out, leaf);
    put_source(out, reader, "rule", SIEM_RULE);
    put_source(out, reader, "project", SIEM_PROJECT);
    put_source(out, reader, "session", SIEM_SESSION);
    put_parameter(out, "source", leaf->source);
    put_number(out, "emitter_n", leaf->emitter_n);
    text_put_string(out, "] ");
}

/* The message ----------------------------------------------------------------------------- */

void siem_put_framed(struct output *output, enum siem_framing framing, struct bytes message)
{
    if (framing == SIEM_OCTET_COUNTING) {
        output_add(output, "%zu ", message.size);
        output_put_bytes(output, message);
        return;
    }
    output_put_bytes(output, message);
    output_put_char(output, '\n');
}

struct status syslog_put(struct siem_reader *reader, const struct syslog_options *options,
                         struct output *output)
{
    char memory[SYSLOG_MESSAGE_MAX], line_memory[LINE_MAX];
    struct text message = TEXT_IN(memory), line = TEXT_IN(line_memory);
    put_header(&reader->event, &message);
    put_element(reader, options->pen, &message);
    siem_put_message(reader, &line);
    text_put_string(&message, "\xef\xbb\xbf");
    text_put_printable(&message, text_bytes(&line));
    siem_put_framed(output, options->framing, text_bytes(&message));
    return output_status(output);
}
