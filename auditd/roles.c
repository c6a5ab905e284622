#include "auditd/roles.h"

const struct role_info role_infos[ROLE_COUNT] = {
#define ROLE(role, text, socket) \
    [ROLE_##role].name = (text), [ROLE_##role].listener = LISTENER_##socket,
#define CHANNEL(from, to)
#define MAIN(role, function) [ROLE_##role].main = (function),
#include "auditd/roles.def"
};

static const struct {
    enum role from, to;
} channels[] = {
#define ROLE(name, text, listener)
#define CHANNEL(from, to) {ROLE_##from, ROLE_##to},
#define MAIN(name, function)
#include "auditd/roles.def"
};

bool roles_talk(enum role a, enum role b)
{
    for (size_t i = 0; i < (sizeof channels / sizeof channels[0]); i++) {
        if ((channels[i].from == a && channels[i].to == b) ||
            (channels[i].from == b && channels[i].to == a)) {
            return true;
        }
    }
    return false;
}

/* Seats stand in the order of the roles, readers side by side. */
unsigned seat_of(enum role role, unsigned index)
{
    return (unsigned)role + (role > ROLE_READER ? READERS_MAX - 1 : 0) +
           (role == ROLE_READER ? index : 0);
}

enum role seat_role(unsigned seat)
{
    if (seat <= ROLE_READER) {
        return (enum role)seat;
    }
    return seat < ROLE_READER + READERS_MAX ? ROLE_READER : (enum role)(seat - (READERS_MAX - 1));
}

unsigned seat_index(unsigned seat)
{
    return seat_role(seat) == ROLE_READER ? seat - ROLE_READER : 0;
}

struct seat_name seat_name(unsigned seat)
{
    struct seat_name name;
    struct text text = TEXT_IN(name.text);
    text_put_string(&text, role_infos[seat_role(seat)].name);
    if (seat_role(seat) == ROLE_READER) {
        text_put_char(&text, '.');
        text_put_u64(&text, seat_index(seat));
    }
    (void)text_string(&text);
    return name;
}

bool seat_read(const char *name, unsigned *seat)
{
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        const struct seat_name known = seat_name(i);
        if (strcmp(name, known.text) == 0) {
            *seat = i;
            return true;
        }
    }
    return false;
}

bool hosts_are_private(const struct settings *settings)
{
    return strncmp(settings->virt_uri.text, "test:", 5) == 0;
}

bool seat_is_wanted(unsigned seat, const struct settings *settings)
{
    const bool web = settings->web_listen.text[0] != '\0';
    const bool machines = settings->virt_uri.text[0] != '\0';
    switch (seat_role(seat)) {
    case ROLE_INGEST_TLS:
        return settings->tls_listen.text[0] != '\0';
    case ROLE_HTTP:
        return web;
    case ROLE_READER:
        return web && seat_index(seat) < settings->daemon_readers;
    case ROLE_CONTROLLERS:
    case ROLE_VIRT:
        return machines;
    case ROLE_WATCHER:
        return machines && settings->virt_watcher_key.text[0] != '\0' &&
               !hosts_are_private(settings);
    case ROLE_WRITER:
    case ROLE_INGEST:
    case ROLE_ALERTS:
    case ROLE_METRICS:
    case ROLE_COUNT:
        break;
    }
    return true;
}
