#include "core/audit/contact.h"

#include "core/audit/manager.h"
#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/user.h"

bool contact_by_name(const struct view *view, struct bytes name, struct contact_row *out)
{
    struct contact_row row = {.name = name};
    if (!view_find(view, ROW_CONTACT, &row)) {
        return false;
    }
    *out = row;
    return true;
}

/* Addresses ------------------------------------------------------------------------------- */

/* ASCII without blanks: nothing in it can end a header, an option or a line. */
static bool is_plain(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] <= ' ' || text.data[i] >= 0x7f) {
            return false;
        }
    }
    return text.size > 0 && text.size <= CONTACT_ADDRESS_MAX;
}

static bool starts_with(struct bytes text, const char *start)
{
    size_t size = strlen(start);
    return text.size > size && memcmp(text.data, start, size) == 0;
}

static bool is_made_of(struct bytes text, const char *signs)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || strchr(signs, c) == NULL)) {
            return false;
        }
    }
    return text.size > 0 && text.data[0] != '-';
}

/* Of what RFC 5321 allows, what nobody has to quote. */
static bool is_mailbox(struct bytes text)
{
    const uint8_t *at = memchr(text.data, '@', text.size);
    if (at == NULL) {
        return false;
    }
    size_t size = (size_t)(at - text.data);
    return is_made_of(bytes_of(text.data, size), "._+-=%~") &&
           is_made_of(bytes_of(at + 1, text.size - size - 1), ".-");
}

/* Plain http, which everybody between can read, is for this machine alone. */
static bool is_of_this_machine(struct bytes address)
{
    static const char *const starts[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        size_t size = strlen(starts[i]);
        if (starts_with(address, starts[i])) {
            return address.data[size] == ':' || address.data[size] == '/';
        }
    }
    return false;
}

/* host:port, or a path. */
static bool is_socket(struct bytes text)
{
    size_t digits = 0;
    uint32_t port = 0;
    if (text.data[0] == '/') {
        return true;
    }
    while (digits < text.size && digits < 6) {
        uint8_t c = text.data[text.size - 1 - digits];
        if (c < '0' || c > '9') {
            break;
        }
        digits++;
    }
    for (size_t i = text.size - digits; i < text.size; i++) {
        port = port * 10 + (uint32_t)(text.data[i] - '0');
    }
    return digits > 0 && digits < 6 && port > 0 && port < 65536 && text.size > digits + 1 &&
           text.data[text.size - digits - 1] == ':';
}

bool contact_is_address(enum alert_channel channel, struct bytes address)
{
    if (!is_plain(address)) {
        return false;
    }
    switch (channel) {
    case ALERT_CHANNEL_MAIL:
        return is_mailbox(address);
    case ALERT_CHANNEL_WEBHOOK:
        return starts_with(address, "https://") || is_of_this_machine(address);
    case ALERT_CHANNEL_SYSLOG:
        return is_socket(address);
    case ALERT_CHANNEL_COUNT:
        break;
    }
    return false;
}

/* Decide ---------------------------------------------------------------------------------- */

static bool is_somebody(const struct view *view, struct id user)
{
    struct user_row person;
    return user_by_id(view, user, &person) && !person.deleted;
}

void alert_set_contact_decide(const struct view *view, const struct actor *actor,
                              const struct alert_set_contact *command, struct decision *decision)
{
    REFUSE_UNLESS(manager_may_manage(view, actor), RULE_AUD_14J);
    REFUSE_IF(command->name.size == 0 || command->name.size > CONTACT_NAME_MAX, RULE_AUD_17C);
    REFUSE_UNLESS(contact_is_address(command->channel, command->address), RULE_AUD_17C);
    REFUSE_IF(command->has_user && !is_somebody(view, command->user), RULE_AUD_17D);
    EMIT(EVENT_ALERT_CONTACT_SET, THE_LOG, alert_contact_set, .name = command->name,
         .has_user = command->has_user, .user = command->user, .channel = command->channel,
         .address = command->address, .severity = command->severity, .active = command->active);
    if (command->has_user) {
        decision_also(decision, command->user);
    }
}

/* Evolve ---------------------------------------------------------------------------------- */

void alert_contact_set_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct alert_contact_set *body)
{
    evolution_put(evolution, ROW_CONTACT,
                  &(struct contact_row){.name = body->name,
                                        .has_user = body->has_user,
                                        .user = body->user,
                                        .channel = body->channel,
                                        .address = body->address,
                                        .severity = body->severity,
                                        .active = body->active,
                                        .since = leaf->t_utc_us});
}
