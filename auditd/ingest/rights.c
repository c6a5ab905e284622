#include "auditd/ingest/rights.h"

#include <unistd.h>

struct status rights_open(struct rights *out)
{
    *out = (struct rights){.own_uid = geteuid(), .operators = RIGHTS_NOBODY};
    TRY(login_names_open("/etc/passwd", &out->users));
    return login_names_open("/etc/group", &out->groups);
}

void rights_close(struct rights *rights)
{
    login_names_close(&rights->users);
    login_names_close(&rights->groups);
}

void rights_name(const struct rights *rights, uint32_t uid, struct text *out)
{
    login_names_put(rights->users, uid, out);
}

/* A number, or a name. */
static uint32_t number_of(const struct login_names *names, const char *text)
{
    uint64_t number;
    uint32_t found;
    struct bytes bytes = bytes_of_string(text);
    if (text_read_u64(bytes, &number)) {
        return number < RIGHTS_NOBODY ? (uint32_t)number : RIGHTS_NOBODY;
    }
    return bytes.size > 0 && login_names_find(names, bytes, &found) ? found : RIGHTS_NOBODY;
}

void rights_set(struct rights *rights, const struct settings *settings)
{
    rights->settings = settings;
    rights->operators = number_of(rights->groups, settings->daemon_operators.text);
    for (size_t i = 0; i < settings->emitter_count; i++) {
        rights->uids[i] = number_of(rights->users, settings->emitters[i].uid.text);
    }
}

/* Asking ---------------------------------------------------------------------------------- */

static bool is_house(const struct rights *rights, const struct rights_peer *peer)
{
    return peer->certificate == NULL && (peer->uid == 0 || peer->uid == rights->own_uid);
}

static struct status check_certificate(const struct settings_emitter *emitter,
                                       const struct tls_peer *certificate)
{
    if (emitter == NULL || emitter->certificate.text[0] == '\0' ||
        !tls_peer_is(certificate, emitter->certificate.text)) {
        return FAIL_BECAUSE(KEY, 0, "the certificate is not the one of this emitter");
    }
    return OK;
}

struct status rights_of_emitter(const struct rights *rights, const struct rights_peer *peer,
                                struct bytes emitter)
{
    const struct settings_emitter *found = settings_find_emitter(rights->settings, emitter);
    if (peer->certificate != NULL) {
        return check_certificate(found, peer->certificate);
    }
    if (is_house(rights, peer) || (found != NULL && found->open)) {
        return OK;
    }
    if (found != NULL && rights->uids[found - rights->settings->emitters] == peer->uid) {
        return OK;
    }
    return FAIL_BECAUSE(KEY, peer->uid, "this user does not speak for the emitter");
}

static bool is_member(const struct rights_peer *peer, uint32_t group)
{
    for (size_t i = 0; i < peer->group_count; i++) {
        if (peer->groups[i] == group) {
            return true;
        }
    }
    return peer->gid == group;
}

struct status rights_of_operator(const struct rights *rights, const struct rights_peer *peer)
{
    if (is_house(rights, peer)) {
        return OK;
    }
    if (peer->certificate == NULL && rights->operators != RIGHTS_NOBODY &&
        is_member(peer, rights->operators)) {
        return OK;
    }
    return FAIL_BECAUSE(KEY, peer->uid, "commands are for operators of this machine");
}
