#include "auditd/reader/door.h"

#include "core/audit/auditor.h"
#include "core/project/project.h"
#include "store/hash.h"

#include <stdlib.h>

enum {
    ARENA_SIZE = 64 << 10, /* bytes: a few rows */
    WHY_SIZE = 160,        /* bytes */
};

/* An address whose visitors were turned away. */
struct turned_away {
    char address[PAGE_ADDRESS_MAX + 1];
    char why[PAGE_REFUSED_MAX + 1];
    uint64_t said_us; /* when the log was last told; 0: never */
    uint64_t seen_us;
    uint64_t held; /* that it was not told of yet */
};

struct door {
    struct door_options options;
    struct hasher *hasher;
    uint64_t count;
    struct turned_away addresses[DOOR_ADDRESSES_MAX];
    uint8_t memory[ARENA_SIZE];
};

struct status door_open(const struct door_options *options, struct door **out)
{
    struct door *door = calloc(1, sizeof *door);
    if (door == NULL) {
        return FAIL(NO_MEMORY, sizeof *door);
    }
    door->options = *options;
    struct status status = hasher_open(&door->hasher);
    if (failed(status)) {
        free(door);
        return status;
    }
    *out = door;
    return OK;
}

void door_close(struct door **door)
{
    if (*door != NULL) {
        hasher_close(&(*door)->hasher);
        free(*door);
        *door = NULL;
    }
}

uint64_t door_turned_away(const struct door *door)
{
    return door->count;
}

/* Turning away ------------------------------------------------------------------------------ */

static struct turned_away *of_address(struct door *door, struct bytes address)
{
    struct turned_away *oldest = &door->addresses[0];
    for (size_t i = 0; i < DOOR_ADDRESSES_MAX; i++) {
        struct turned_away *known = &door->addresses[i];
        if (bytes_equal(bytes_of_string(known->address), address)) {
            return known;
        }
        oldest = known->seen_us < oldest->seen_us ? known : oldest;
    }
    /* What was held back of the one that makes room is counted with the next. */
    uint64_t held = oldest->held;
    *oldest = (struct turned_away){.held = held};
    size_t size = address.size < PAGE_ADDRESS_MAX ? address.size : PAGE_ADDRESS_MAX;
    memcpy(oldest->address, address.data, size);
    return oldest;
}

/* If the writer is away, it stays held back. */
static void tell(struct door *door, struct turned_away *known, uint64_t now_utc_us)
{
    char memory[WHY_SIZE];
    struct text why = TEXT_IN(memory);
    text_put_string(&why, known->why);
    if (known->held > 1) {
        text_add(&why, ", %llu times", (unsigned long long)known->held);
    }
    const union event_body body = {
        .auditor_turned_away = {.address = bytes_of_string(known->address),
                                .why = text_bytes(&why)},
    };
    const struct draft draft = {
        .kind = EVENT_AUDITOR_TURNED_AWAY,
        .on = {THE_LOG},
        .on_count = 1,
        .outcome = OUTCOME_DENIED,
        .body = &body,
    };
    known->said_us = now_utc_us;
    if (!failed(door->options.say(door->options.context, &draft))) {
        known->held = 0;
    }
}

static bool is_due(const struct turned_away *known, uint64_t now_utc_us)
{
    return known->held > 0 && (known->said_us == 0 || now_utc_us < known->said_us ||
                               now_utc_us - known->said_us >= DOOR_TURNED_AWAY_US);
}

static void turn_away(struct door *door, struct bytes address, struct bytes why,
                      uint64_t now_utc_us)
{
    struct turned_away *known = of_address(door, address);
    door->count++;
    struct text told = TEXT_IN(known->why);
    text_put_printable(&told, why);
    (void)text_string(&told);
    known->seen_us = now_utc_us;
    known->held++;
    if (is_due(known, now_utc_us)) {
        tell(door, known, now_utc_us);
    }
}

void door_refused(struct door *door, struct bytes address, struct bytes why, uint64_t now_utc_us)
{
    turn_away(door, address, why, now_utc_us);
}

void door_tick(struct door *door, uint64_t now_utc_us)
{
    for (size_t i = 0; i < DOOR_ADDRESSES_MAX; i++) {
        if (is_due(&door->addresses[i], now_utc_us)) {
            tell(door, &door->addresses[i], now_utc_us);
        }
    }
}

/* Judging ----------------------------------------------------------------------------------- */

/* One visit. */
struct visit_at_door {
    struct door *door;
    const struct page_request *request;
    const struct view *view;
    struct door_pass *pass;
};

static void let_in(struct door_pass *pass, const struct invitation_row *invitation)
{
    size_t size = invitation->name.size < DOOR_NAME_SIZE ? invitation->name.size : 0;
    memcpy(pass->name, invitation->name.data, size);
    pass->way = DOOR_IN;
    pass->expires_us = invitation->expires;
    pass->viewer = (struct web_viewer){
        .invitation = invitation->invitation,
        .name = bytes_of(pass->name, size),
        .scoped = invitation->has_project || invitation->has_from || invitation->has_until,
        .from_us = invitation->has_from ? invitation->from : 0,
        .until_us = invitation->has_until ? invitation->until : 0,
    };
    if (invitation->has_project) {
        pass->viewer.project = invitation->project;
    }
}

/* The log is told before anybody is in, and takes it once. */
static enum door_way enter(const struct visit_at_door *visit,
                           const struct invitation_row *invitation)
{
    struct door *door = visit->door;
    token_make(&visit->pass->secret);
    const union event_body body = {
        .auditor_entered = {.digest = token_digest(door->hasher,
                                                   bytes_of_string(visit->pass->secret.text)),
                            .address = visit->request->address},
    };
    const struct draft draft = {
        .kind = EVENT_AUDITOR_ENTERED,
        .on = {invitation->invitation},
        .on_count = 1,
        .body = &body,
    };
    struct status said = door->options.say(door->options.context, &draft);
    if (failed(said)) {
        explicit_bzero(&visit->pass->secret, sizeof visit->pass->secret);
        return said.code == STATUS_IO || said.code == STATUS_STOPPED ? DOOR_BUSY : DOOR_SHUT;
    }
    return DOOR_ENTERED;
}

bool door_is_link(struct bytes target)
{
    struct bytes path = LITERAL(TOKEN_PATH);
    return target.size >= path.size && memcmp(target.data, path.data, path.size) == 0;
}

/* What is behind `/enter/`, and whether the button was used. */
static struct bytes link_token(struct bytes target, bool *opened)
{
    struct bytes rest =
        bytes_of(target.data + sizeof TOKEN_PATH - 1, target.size - (sizeof TOKEN_PATH - 1));
    const uint8_t *mark = memchr(rest.data, '?', rest.size);
    *opened = false;
    if (mark != NULL) {
        size_t size = (size_t)(mark - rest.data);
        *opened = bytes_equal(bytes_of(mark + 1, rest.size - size - 1), LITERAL("open=1"));
        rest.size = size;
    }
    return rest;
}

static void name_project(const struct visit_at_door *visit)
{
    struct project_row project;
    struct door_pass *pass = visit->pass;
    if (pass->viewer.project.kind != ID_NONE &&
        project_by_id(visit->view, pass->viewer.project, &project)) {
        struct text name = TEXT_IN(pass->project);
        text_put_bytes(&name, project.name);
        (void)text_string(&name);
    }
}

static const char *by_link(const struct visit_at_door *visit)
{
    bool opened = false;
    struct bytes token = link_token(visit->request->target, &opened);
    struct invitation_row invitation;
    if (!token_is(token)) {
        return "a link that is none";
    }
    const struct digest digest = token_digest(visit->door->hasher, token);
    if (!auditor_by_digest(visit->view, &digest, &invitation) || !invitation.has_digest) {
        return "a link that is not known";
    }
    if (!auditor_may_enter(visit->view, &invitation)) {
        return "a link that was used, was revoked or has expired";
    }
    let_in(visit->pass, &invitation);
    name_project(visit);
    visit->pass->way =
        opened && !visit->request->only_head ? enter(visit, &invitation) : DOOR_BUTTON;
    return visit->pass->way == DOOR_SHUT ? "a link that was used at the same moment" : NULL;
}

static const char *by_session(const struct visit_at_door *visit)
{
    struct auditor_session_row session;
    struct invitation_row invitation;
    if (!token_is(visit->request->secret)) {
        return "a cookie that is none";
    }
    const struct digest digest = token_digest(visit->door->hasher, visit->request->secret);
    if (!auditor_session_of(visit->view, &digest, &session, &invitation)) {
        return "a session that is not known, or is over";
    }
    let_in(visit->pass, &invitation);
    return NULL;
}

static const char *by_certificate(const struct visit_at_door *visit)
{
    struct invitation_row invitation;
    if (!auditor_by_digest(visit->view, &visit->request->certificate, &invitation) ||
        !invitation.has_certificate || !auditor_is_open(visit->view, &invitation)) {
        return "a certificate that nobody was invited by";
    }
    let_in(visit->pass, &invitation);
    return NULL;
}

/* NULL: in, or shown something; else why not. A certificate outlives a session, so it comes after
 * it. Who shows nothing at all is not worth an event. */
static const char *judge(const struct visit_at_door *visit, bool *showed)
{
    *showed = true;
    if (door_is_link(visit->request->target)) {
        return by_link(visit);
    }
    const char *why = NULL;
    if (visit->request->secret.size > 0) {
        why = by_session(visit);
        if (why == NULL || !visit->request->has_certificate) {
            return why;
        }
    }
    if (visit->request->has_certificate) {
        return by_certificate(visit);
    }
    *showed = false;
    return "nothing";
}

struct status door_judge(struct door *door, const struct page_request *request, uint64_t now_utc_us,
                         struct door_pass *out)
{
    struct arena arena = {.memory = door->memory, .capacity = sizeof door->memory};
    struct status trouble = OK;
    struct view view = engine_view(door->options.engine, UINT64_MAX, &arena, &trouble);
    view.now_utc_us = now_utc_us;
    *out = (struct door_pass){.way = DOOR_SHUT};
    const struct visit_at_door visit = {door, request, &view, out};
    bool showed = false;
    const char *why = judge(&visit, &showed);
    TRY(trouble);
    if (why != NULL) {
        out->way = DOOR_SHUT;
    }
    if (why != NULL && showed && !request->only_head) {
        turn_away(door, request->address, bytes_of_string(why), now_utc_us);
    }
    return OK;
}
