#include "schema/settings.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>

/* The table ---------------------------------------------------------------------------------- */

const struct setting_info setting_infos[] = {
#define SETTING(section, key, type, standard, least, most, words, about) \
    {#section, #key,  SETTING_##type,                                    \
     standard, least, most,                                              \
     words,    about, offsetof(struct settings, section##_##key)},
#define EMITTER(key, type, standard, least, most, words, about)
#include "schema/settings.def"
};
const size_t setting_info_count = (sizeof setting_infos / sizeof setting_infos[0]);

const struct setting_info setting_emitter_infos[] = {
#define SETTING(section, key, type, standard, least, most, words, about)
#define EMITTER(key, type, standard, least, most, words, about) \
    {"emitter", #key,  SETTING_##type,                          \
     standard,  least, most,                                    \
     words,     about, offsetof(struct settings_emitter, key)},
#include "schema/settings.def"
};
const size_t setting_emitter_info_count =
    (sizeof setting_emitter_infos / sizeof setting_emitter_infos[0]);

static const struct {
    const char *name, *about;
} sections[] = {
    {"daemon", "the processes and their sockets"},
    {"store", "where the events are, and what happens when the disk fills"},
    {"limits", "what whoever connects to the socket may use up"},
    {"tls", "emitters of other machines"},
    {"web", "the auditors' web"},
    {"alerts", "the rules of alerts, and who is told"},
    {"virt", "the hosts, and what is done there"},
    {"clock", "steps of the clock, and whether it is synchronised"},
    {"emitter", "one emitter, by its name: who may speak for it"},
};

const char *settings_section(size_t index, const char **about)
{
    if (index >= (sizeof sections / sizeof sections[0])) {
        return NULL;
    }
    *about = sections[index].about;
    return sections[index].name;
}

/* Writing one -------------------------------------------------------------------------------- */

static const void *place_of(const struct setting_info *info, const void *at)
{
    return (const uint8_t *)at + info->offset;
}

static struct bytes word_at(const char *words, uint32_t index)
{
    for (;;) {
        const size_t size = strcspn(words, "|");
        if (index == 0 || words[size] == '\0') {
            return bytes_of(words, size);
        }
        words += size + 1;
        index--;
    }
}

static void write_size(uint64_t value, struct text *out)
{
    static const char units[] = "GMK";
    for (unsigned i = 0; i < 3; i++) {
        const uint64_t unit = (uint64_t)1 << (30 - 10 * i);
        if (value > 0 && value % unit == 0) {
            text_put_u64(out, value / unit);
            text_put_char(out, units[i]);
            return;
        }
    }
    text_put_u64(out, value);
}

void setting_write(const struct setting_info *info, const void *at, struct text *out)
{
    const void *place = place_of(info, at);
    switch (info->type) {
    case SETTING_NUMBER:
    case SETTING_PERCENT:
    case SETTING_SECONDS:
    case SETTING_MILLISECONDS:
        text_put_u64(out, *(const uint64_t *)place);
        break;
    case SETTING_BYTES:
        write_size(*(const uint64_t *)place, out);
        break;
    case SETTING_SWITCH:
        text_put_string(out, *(const bool *)place ? "yes" : "no");
        break;
    case SETTING_WORD:
        text_put_bytes(out, word_at(info->words, *(const uint32_t *)place));
        break;
    case SETTING_PATH:
    case SETTING_NAME:
    case SETTING_ADDRESS:
    case SETTING_TEXT:
        text_put_string(out, ((const struct setting_text *)place)->text);
        break;
    }
}

/* Reading one -------------------------------------------------------------------------------- */

static bool set_number(const struct setting_info *info, uint64_t *place, struct bytes value,
                       struct text *why)
{
    uint64_t number, unit = 1;
    if (info->type == SETTING_BYTES && value.size > 1) {
        const uint8_t last = value.data[value.size - 1];
        unit = last == 'K' ? 1 << 10 : last == 'M' ? 1 << 20 : last == 'G' ? 1 << 30 : 1;
        value.size -= unit > 1 ? 1 : 0;
    }
    if (!text_read_u64(value, &number) || __builtin_mul_overflow(number, unit, &number)) {
        text_put_string(why, info->type == SETTING_BYTES
                                 ? "a number is wanted, or one with K, M or G"
                                 : "a number is wanted");
        return false;
    }
    if (number < info->least || number > info->most) {
        text_put_literal(why, "it goes from ");
        text_put_u64(why, info->least);
        text_put_literal(why, " to ");
        text_put_u64(why, info->most);
        return false;
    }
    *place = number;
    return true;
}

static bool set_switch(bool *place, struct bytes value, struct text *why)
{
    const bool yes = bytes_equal(value, LITERAL("yes"));
    if (!yes && !bytes_equal(value, LITERAL("no"))) {
        text_put_literal(why, "it is yes or no");
        return false;
    }
    *place = yes;
    return true;
}

static bool set_word(const struct setting_info *info, uint32_t *place, struct bytes value,
                     struct text *why)
{
    uint32_t index = 0;
    for (const char *words = info->words;; index++) {
        const size_t size = strcspn(words, "|");
        if (bytes_equal(bytes_of(words, size), value)) {
            *place = index;
            return true;
        }
        if (words[size] == '\0') {
            text_put_literal(why, "it is one of ");
            text_put_string(why, info->words);
            return false;
        }
        words += size + 1;
    }
}

static bool is_name(struct bytes value)
{
    for (size_t i = 0; i < value.size; i++) {
        const uint8_t c = value.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-' || c == '.' || c == '$')) {
            return false;
        }
    }
    return value.size == 0 || value.data[0] != '-';
}

/* What is wrong with a text of this type; NULL: nothing. Nothing at all is always right. */
static const char *text_fault(enum setting_type type, struct bytes value)
{
    struct setting_address address;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < 0x20 || value.data[i] == 0x7f) {
            return "it has a control character";
        }
    }
    if (value.size == 0) {
        return NULL;
    }
    if (!text_is_utf8(value)) {
        return "it is not UTF-8";
    }
    if (type == SETTING_PATH && value.data[0] != '/') {
        return "a path from / on is wanted";
    }
    if (type == SETTING_NAME && !is_name(value)) {
        return "a name of letters, digits, _, - and . is wanted";
    }
    if (type == SETTING_ADDRESS && !setting_address_read(value, &address)) {
        return "HOST:PORT is wanted, an IPv6 address in brackets";
    }
    return NULL;
}

static bool set_text(const struct setting_info *info, struct setting_text *place,
                     struct bytes value, struct text *why)
{
    const char *fault = text_fault(info->type, value);
    if (fault == NULL && value.size >= SETTINGS_TEXT_SIZE) {
        fault = "it is longer than 255 bytes";
    }
    if (fault != NULL) {
        text_put_string(why, fault);
        return false;
    }
    memset(place, 0, sizeof *place);
    if (value.size > 0) {
        memcpy(place->text, value.data, value.size);
    }
    return true;
}

bool setting_set(const struct setting_info *info, void *at, struct bytes value, struct text *why)
{
    void *place = (uint8_t *)at + info->offset;
    switch (info->type) {
    case SETTING_SWITCH:
        return set_switch(place, value, why);
    case SETTING_WORD:
        return set_word(info, place, value, why);
    case SETTING_PATH:
    case SETTING_NAME:
    case SETTING_ADDRESS:
    case SETTING_TEXT:
        return set_text(info, place, value, why);
    case SETTING_NUMBER:
    case SETTING_PERCENT:
    case SETTING_SECONDS:
    case SETTING_MILLISECONDS:
    case SETTING_BYTES:
        break;
    }
    return set_number(info, place, value, why);
}

/* Addresses ---------------------------------------------------------------------------------- */

static bool is_port(struct bytes port)
{
    uint64_t number;
    return port.size <= 5 && text_read_u64(port, &number) && number <= 65535;
}

bool setting_address_read(struct bytes text, struct setting_address *out)
{
    size_t colon = text.size;
    while (colon > 0 && text.data[colon - 1] != ':') {
        colon--;
    }
    if (colon < 2 || text.size >= SETTINGS_TEXT_SIZE) {
        return false;
    }
    struct bytes host = bytes_of(text.data, colon - 1);
    const struct bytes port = bytes_of(text.data + colon, text.size - colon);
    const bool bracketed = host.size > 2 && host.data[0] == '[' && host.data[host.size - 1] == ']';
    if (bracketed) {
        host = bytes_of(host.data + 1, host.size - 2);
    }
    if (!is_port(port) || memchr(host.data, '[', host.size) != NULL ||
        memchr(host.data, ']', host.size) != NULL ||
        (memchr(host.data, ':', host.size) != NULL) != bracketed) {
        return false;
    }
    memset(out, 0, sizeof *out);
    memcpy(out->host, host.data, host.size);
    memcpy(out->port, port.data, port.size);
    return true;
}

bool setting_address_is_loopback(const struct setting_address *address)
{
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, address->host, &four) == 1) {
        return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    return inet_pton(AF_INET6, address->host, &six) == 1 ? IN6_IS_ADDR_LOOPBACK(&six)
                                                         : strcmp(address->host, "localhost") == 0;
}

/* All of them -------------------------------------------------------------------------------- */

/* A standard value that its own row refuses is a bug, which the tests look for. */
static void set_standard(const struct setting_info *info, void *at)
{
    char memory[128];
    struct text why = TEXT_IN(memory);
    (void)!setting_set(info, at, bytes_of_string(info->standard), &why);
}

void settings_init(struct settings *settings)
{
    memset(settings, 0, sizeof *settings);
    for (size_t i = 0; i < setting_info_count; i++) {
        set_standard(&setting_infos[i], settings);
    }
}

const struct settings_emitter *settings_find_emitter(const struct settings *settings,
                                                     struct bytes name)
{
    for (size_t i = 0; i < settings->emitter_count; i++) {
        if (bytes_equal(bytes_of_string(settings->emitters[i].name), name)) {
            return &settings->emitters[i];
        }
    }
    return NULL;
}

static void write_line(const struct setting_info *info, const void *at, struct text *out)
{
    text_put_string(out, info->key);
    text_put_literal(out, " = ");
    setting_write(info, at, out);
    text_put_char(out, '\n');
}

void settings_write(const struct settings *settings, struct text *out)
{
    const char *section = "";
    for (size_t i = 0; i < setting_info_count; i++) {
        if (strcmp(section, setting_infos[i].section) != 0) {
            section = setting_infos[i].section;
            text_put_string(out, i == 0 ? "[" : "\n[");
            text_put_string(out, section);
            text_put_literal(out, "]\n");
        }
        write_line(&setting_infos[i], settings, out);
    }
    for (size_t i = 0; i < settings->emitter_count; i++) {
        text_put_literal(out, "\n[emitter ");
        text_put_string(out, settings->emitters[i].name);
        text_put_literal(out, "]\n");
        for (size_t k = 0; k < setting_emitter_info_count; k++) {
            write_line(&setting_emitter_infos[k], &settings->emitters[i], out);
        }
    }
}

/* What goes together ------------------------------------------------------------------------- */

static struct status together(struct settings_fault *fault, const char *section, const char *key,
                              const char *sentence)
{
    struct text section_text = TEXT_IN(fault->section), key_text = TEXT_IN(fault->key);
    struct text out = TEXT_IN(fault->sentence);
    fault->kind = SETTINGS_FAULT_TOGETHER;
    fault->line = 0;
    text_put_string(&section_text, section);
    text_put_string(&key_text, key);
    text_put_string(&out, sentence);
    (void)text_string(&section_text);
    (void)text_string(&key_text);
    (void)text_string(&out);
    return FAIL_BECAUSE(MALFORMED, 0, "two settings do not go together");
}

static bool is_set(const struct setting_text *text)
{
    return text->text[0] != '\0';
}

static bool web_has_certificate(const struct settings *settings)
{
    return is_set(&settings->web_certificate) || is_set(&settings->tls_certificate);
}

static struct status check_web(const struct settings *settings, struct settings_fault *fault)
{
    struct setting_address address;
    if (is_set(&settings->web_certificate) != is_set(&settings->web_key)) {
        return together(fault, "web", "certificate",
                        "a certificate needs its key, and a key its certificate");
    }
    if (setting_address_read(bytes_of_string(settings->web_listen.text), &address) &&
        !setting_address_is_loopback(&address) && !web_has_certificate(settings)) {
        return together(fault, "web", "listen",
                        "without a certificate the web is for loopback addresses only");
    }
    if (is_set(&settings->web_crl) && !is_set(&settings->web_client_ca)) {
        return together(fault, "web", "crl", "what is revoked is of no use without client_ca");
    }
    if (is_set(&settings->web_client_ca) && !web_has_certificate(settings)) {
        return together(fault, "web", "client_ca",
                        "certificates of auditors need a certificate of the web");
    }
    return OK;
}

static struct status check_tls(const struct settings *settings, struct settings_fault *fault)
{
    if (is_set(&settings->tls_certificate) != is_set(&settings->tls_key)) {
        return together(fault, "tls", "certificate",
                        "a certificate needs its key, and a key its certificate");
    }
    if (is_set(&settings->tls_listen) &&
        !(is_set(&settings->tls_certificate) && is_set(&settings->tls_client_ca))) {
        return together(fault, "tls", "listen",
                        "emitters of other machines need certificate, key and client_ca");
    }
    return OK;
}

struct status settings_check(const struct settings *settings, struct settings_fault *fault)
{
    if (settings->store_warning >= settings->store_emergency ||
        settings->store_emergency >= settings->store_closed) {
        return together(fault, "store", "warning", "warning, emergency and closed must rise");
    }
    TRY(check_tls(settings, fault));
    return check_web(settings, fault);
}
