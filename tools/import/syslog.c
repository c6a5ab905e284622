#include "schema/time.h"
#include "tools/import/reader.h"
#include "tools/import/slice.h"
#include "tools/import/sshd.h"

#define DAY_US (UINT64_C(86400) * TIME_SECOND_US)

enum {
    LEAP_YEARS_APART = 8, /* at most, between two 29ths of February */
};

struct message {
    uint64_t at_utc_us; /* 0: none */
    struct bytes host, program, id, text;
};

/* RFC 3164 time --------------------------------------------------------------------------- */

static bool take_month(struct bytes *text, uint32_t *month)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (uint32_t i = 0; i < 12; i++) {
        if (slice_take(text, bytes_of(names + (size_t)i * 3, 3))) {
            *month = i + 1;
            return true;
        }
    }
    return false;
}

static bool take_number(struct bytes *text, uint64_t most, uint32_t *out)
{
    uint64_t value;
    if (!slice_take_number(text, 4, &value) || value > most) {
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

/* `.123456`, of which six digits count. */
static bool take_fraction(struct bytes *text, uint32_t *microsecond)
{
    uint64_t value;
    if (!slice_take(text, LITERAL("."))) {
        return true;
    }
    size_t before = text->size;
    if (!slice_take_number(text, 6, &value)) {
        return false;
    }
    for (size_t digits = before - text->size; digits < 6; digits++) {
        value *= 10;
    }
    *microsecond = (uint32_t)value;
    while (text->size > 0 && text->data[0] >= '0' && text->data[0] <= '9') {
        *text = slice_from(*text, 1);
    }
    return true;
}

static bool take_clock(struct bytes *text, struct civil_time *civil)
{
    bool read = take_number(text, 23, &civil->hour) && slice_take(text, LITERAL(":")) &&
                take_number(text, 59, &civil->minute) && slice_take(text, LITERAL(":")) &&
                take_number(text, 60, &civil->second) && take_fraction(text, &civil->microsecond);
    if (read && civil->second == 60) {
        civil->second = 59;
        civil->microsecond = 999999;
    }
    return read;
}

/* `Dec 10 06:55:46`, or with a year behind the day; the year stays 0 without. */
static bool take_date(struct bytes *text, struct civil_time *civil)
{
    struct bytes rest = *text;
    if (!take_month(&rest, &civil->month) || !slice_take(&rest, LITERAL(" "))) {
        return false;
    }
    (void)slice_take(&rest, LITERAL(" "));
    if (!take_number(&rest, 31, &civil->day) || civil->day == 0 ||
        !slice_take(&rest, LITERAL(" "))) {
        return false;
    }
    struct bytes year = rest;
    if (take_number(&year, 9999, &civil->year) && civil->year >= 1970 &&
        slice_take(&year, LITERAL(" "))) {
        rest = year;
    } else {
        civil->year = 0;
    }
    if (!take_clock(&rest, civil)) {
        return false;
    }
    *text = rest;
    return true;
}

/* False if that year has no such day, or the instant is out of range. */
static bool instant(const struct civil_time *civil, int32_t zone_offset_s, uint64_t *out)
{
    if (civil->day > time_month_days(civil->year, civil->month)) {
        return false;
    }
    int64_t utc = (int64_t)time_of_civil(civil) - (int64_t)zone_offset_s * (int64_t)TIME_SECOND_US;
    if (utc <= 0 || (uint64_t)utc > TIME_MAX_US) {
        return false;
    }
    *out = (uint64_t)utc;
    return true;
}

/* A day's leeway: a clock or zone that is somewhat off must not send a record back a year. */
static bool latest_instant(struct civil_time *civil, const struct import_options *options,
                           uint64_t *out)
{
    uint64_t last = options->now_utc_us + DAY_US;
    uint32_t newest = time_civil(last > TIME_MAX_US ? TIME_MAX_US : last).year;
    for (uint32_t back = 0; back <= LEAP_YEARS_APART + 1 && newest - back >= 1970; back++) {
        civil->year = newest - back;
        if (instant(civil, options->zone_offset_s, out) && *out <= last) {
            return true;
        }
    }
    return false;
}

static bool take_old_time(struct bytes *text, const struct import_options *options, uint64_t *out)
{
    struct civil_time civil = {0};
    if (!take_date(text, &civil)) {
        return false;
    }
    if (civil.year == 0) {
        civil.year = options->year;
    }
    return civil.year != 0 ? instant(&civil, options->zone_offset_s, out)
                           : latest_instant(&civil, options, out);
}

/* Forms ----------------------------------------------------------------------------------- */

/* `sshd[24200]: text`; without a tag all of it is text. */
static void split_tag(struct bytes rest, struct message *out)
{
    size_t size = 0;
    while (size < rest.size && rest.data[size] != ' ' && rest.data[size] != ':' &&
           rest.data[size] != '[') {
        size++;
    }
    struct bytes behind = slice_from(rest, size);
    out->text = rest;
    if (slice_take(&behind, LITERAL("["))) {
        (void)slice_take_until(&behind, ']');
    }
    if (size > 0 && slice_take(&behind, LITERAL(":"))) {
        out->program = bytes_of(rest.data, size);
        (void)slice_take(&behind, LITERAL(" "));
        out->text = behind;
    }
}

/* Behind the time: host and tag. A program that writes to its own log leaves out the host. */
static bool read_host_and_tag(struct bytes rest, struct message *out)
{
    if (!slice_take(&rest, LITERAL(" "))) {
        return false;
    }
    struct bytes behind = rest;
    struct bytes host = slice_take_until(&behind, ' ');
    bool is_tag = slice_ends(host, LITERAL(":"));
    out->host = is_tag ? bytes_of(NULL, 0) : host;
    split_tag(is_tag ? rest : behind, out);
    return host.size > 0;
}

static bool read_old(struct bytes rest, const struct import_options *options, struct message *out)
{
    return take_old_time(&rest, options, &out->at_utc_us) && read_host_and_tag(rest, out);
}

/* rsyslog's own: as RFC 3164, but the time as in RFC 3339. */
static bool read_rsyslog(struct bytes rest, struct message *out)
{
    struct bytes behind = rest;
    struct bytes time = slice_take_until(&behind, ' ');
    return time.size > 0 && reader_time(time, &out->at_utc_us) &&
           read_host_and_tag(slice_from(rest, time.size), out);
}

/* Structured data: `-`, or `[id name="value"]...` where \ escapes. */
static bool take_structured(struct bytes *rest)
{
    if (slice_take(rest, LITERAL("-"))) {
        return true;
    }
    size_t at = 0;
    bool quoted = false;
    bool open = false;
    for (; at < rest->size && (open || rest->data[at] == '['); at++) {
        uint8_t c = rest->data[at];
        at += quoted && c == '\\' ? 1 : 0;
        quoted = c == '"' ? !quoted : quoted;
        open = quoted || c != ']';
    }
    if (at == 0 || at > rest->size || open) {
        return false;
    }
    *rest = slice_from(*rest, at);
    return true;
}

static struct bytes take_or_nil(struct bytes *rest)
{
    struct bytes word = slice_take_until(rest, ' ');
    return bytes_equal(word, LITERAL("-")) ? bytes_of(NULL, 0) : word;
}

/* RFC 5424, behind `1 `. */
static bool read_new(struct bytes rest, struct message *out)
{
    if (!reader_time(take_or_nil(&rest), &out->at_utc_us)) {
        return false;
    }
    out->host = take_or_nil(&rest);
    out->program = take_or_nil(&rest);
    (void)take_or_nil(&rest); /* the process */
    out->id = take_or_nil(&rest);
    if (!take_structured(&rest)) {
        return false;
    }
    (void)(slice_take(&rest, LITERAL(" ")) && slice_take(&rest, LITERAL("\xef\xbb\xbf")));
    out->text = rest;
    return true;
}

/* `<34>`, which may be absent: 0 to 191. */
static bool take_priority(struct bytes *rest)
{
    uint64_t value;
    return !slice_take(rest, LITERAL("<")) ||
           (slice_take_number(rest, 3, &value) && value <= 191 && slice_take(rest, LITERAL(">")));
}

static bool read_message(struct bytes line, const struct import_options *options,
                         struct message *out)
{
    struct bytes rest = line;
    if (!take_priority(&rest) || rest.size == 0) {
        return false;
    }
    if (slice_take(&rest, LITERAL("1 "))) {
        return read_new(rest, out);
    }
    bool digit = rest.data[0] >= '0' && rest.data[0] <= '9';
    return digit ? read_rsyslog(rest, out) : read_old(rest, options, out);
}

/* Meaning --------------------------------------------------------------------------------- */

static bool is_sshd(struct bytes program)
{
    return bytes_equal(program, LITERAL("sshd")) || bytes_equal(program, LITERAL("sshd-session")) ||
           bytes_equal(program, LITERAL("sshd-auth"));
}

static struct bytes put_action(const struct message *message, const struct message_meaning *meaning,
                               struct terms *terms)
{
    char memory[2 * IMPORT_TERM_MAX];
    struct text text = TEXT_IN(memory);
    struct bytes program = is_sshd(message->program) ? LITERAL("sshd") : message->program;
    if (program.size == 0) {
        program = LITERAL("message");
    }
    if (meaning->action == NULL) {
        return terms_join(terms, program, ' ', message->id);
    }
    text_put_string(&text, meaning->action);
    if (meaning->method.size > 0) {
        text_put_char(&text, '-');
        text_put_bytes(&text, meaning->method);
    }
    return terms_join(terms, program, ' ', text_bytes(&text));
}

static void explain(const struct message *message, struct terms *terms,
                    struct import_record *record)
{
    struct message_meaning meaning =
        is_sshd(message->program) ? sshd_explain(message->text) : pam_explain(message->text);
    record->at_utc_us = message->at_utc_us;
    record->outcome = meaning.outcome;
    record->repeat_count = meaning.repeat_count;
    record->system = terms_add(terms, LITERAL("syslog"));
    record->action = put_action(message, &meaning, terms);
    record->user = terms_add(terms, meaning.user);
    record->host = terms_add(terms, message->host);
    record->address = terms_add(terms, meaning.address);
}

struct status syslog_next(struct importer *importer, struct import_record *record,
                          struct import_problem *problem)
{
    struct line line;
    struct message message = {.at_utc_us = 0};
    TRY(reader_line(importer, &line, problem));
    if (!read_message(line.bytes, &importer->options, &message)) {
        return reader_refuse(problem, line.number,
                             "this is neither a line of RFC 3164 nor one of RFC 5424");
    }
    explain(&message, &importer->terms, record);
    record->line = line.number;
    record->line_count = 1;
    record->unended = line.unended;
    record->raw = line.bytes;
    return OK;
}
