#include "auditd/vmc/controller_parts.h"

#include <stdio.h>

static struct visitor *find(struct controller *controller, uint32_t connection)
{
    for (size_t i = 0; i < VMC_CONNECTIONS_MAX; i++) {
        struct visitor *visitor = &controller->visitors[i];
        if (visitor->is_there && visitor->connection == connection) {
            return visitor;
        }
    }
    return NULL;
}

static struct status look_up(void *context, struct id user, struct public_key *out)
{
    const struct controller *controller = context;
    const struct policy_user *found = policy_user(controller->policy, user);
    if (found == NULL) {
        return FAIL_BECAUSE(KEY, user.n, "this is no user of the machine");
    }
    *out = found->key;
    return OK;
}

/* Events ---------------------------------------------------------------------------------- */

static struct bytes name_of(const struct visitor *visitor, char memory[static 16])
{
    int size = snprintf(memory, 16, "%u", visitor->connection);
    return bytes_of(memory, size < 0 ? 0 : (size_t)size);
}

static void tell(struct controller *controller, const struct visitor *visitor, enum event_kind kind,
                 const union event_body *body)
{
    struct status said = controller_say(controller, kind, keep_pin(controller->keep)->vm, body);
    (void)visitor;
    if (failed(said)) {
        controller_note(controller, "cannot say who visits", said);
    }
}

static void announce(struct controller *controller, struct visitor *visitor)
{
    char memory[16], key_memory[VMC_KEY_TEXT_MAX];
    struct text key = TEXT_IN(key_memory);
    union event_body body;
    const struct id user = visit_user(visitor->visit);
    const struct policy_user *found = policy_user(controller->policy, user);
    if (visitor->announced || found == NULL || !visit_is_open(visitor->visit)) {
        return;
    }
    visitor->announced = true;
    public_key_write(&found->key, &key);
    body.vm_user_connected =
        (struct vm_user_connected){.user = user,
                                   .key = controller_key_digest(controller, text_string(&key)),
                                   .has_connection = true,
                                   .connection = name_of(visitor, memory)};
    tell(controller, visitor, EVENT_VM_USER_CONNECTED, &body);
}

static void leave(struct controller *controller, struct visitor *visitor)
{
    char memory[16];
    union event_body body;
    if (visitor->announced) {
        body.vm_user_disconnected =
            (struct vm_user_disconnected){.user = visit_user(visitor->visit),
                                          .has_connection = true,
                                          .connection = name_of(visitor, memory)};
        tell(controller, visitor, EVENT_VM_USER_DISCONNECTED, &body);
    }
    visit_close(&visitor->visit);
    *visitor = (struct visitor){0};
}

/* Coming and going ------------------------------------------------------------------------ */

static struct status open_visit(struct controller *controller, struct visitor *visitor)
{
    const struct pin *pin = keep_pin(controller->keep);
    const struct visit_place place = {
        .origin = bytes_of_string(pin->origin), .vm = pin->vm, .run = pin->run};
    const struct visit_answerer answerer = {
        .key = controller->key, .who = look_up, .context = controller};
    return visit_answer(&place, &answerer, &visitor->visit);
}

static void send_away(struct controller *controller, uint32_t connection, const char *why)
{
    const struct vmc_user user = {.connection = connection, .bytes = bytes_of_string(why)};
    struct status sent = world_send_user(controller, VMC_USER_CLOSE, &user);
    if (failed(sent)) {
        controller_note(controller, "cannot close a connection", sent);
    }
}

void visitors_open(struct controller *controller, const struct vmc_user *user)
{
    struct visitor *place = find(controller, user->connection);
    if (place != NULL) {
        leave(controller, place);
    }
    for (size_t i = 0; i < VMC_CONNECTIONS_MAX && place == NULL; i++) {
        place = controller->visitors[i].is_there ? NULL : &controller->visitors[i];
    }
    if (place == NULL) {
        send_away(controller, user->connection, "too many visit at once");
        return;
    }
    *place = (struct visitor){.is_there = true, .connection = user->connection};
    struct status opened = open_visit(controller, place);
    if (failed(opened)) {
        controller_note(controller, "a visit cannot begin", opened);
        send_away(controller, user->connection, "there is no room for a visit");
        leave(controller, place);
    }
}

void visitors_closed(struct controller *controller, uint32_t connection)
{
    struct visitor *visitor = find(controller, connection);
    if (visitor != NULL) {
        leave(controller, visitor);
        send_away(controller, connection, "");
    }
}

void visitors_leave_all(struct controller *controller)
{
    for (size_t i = 0; i < VMC_CONNECTIONS_MAX; i++) {
        if (controller->visitors[i].is_there) {
            leave(controller, &controller->visitors[i]);
        }
    }
}

void visitors_review(struct controller *controller)
{
    for (size_t i = 0; i < VMC_CONNECTIONS_MAX; i++) {
        struct visitor *visitor = &controller->visitors[i];
        if (visitor->is_there && visitor->announced &&
            policy_user(controller->policy, visit_user(visitor->visit)) == NULL) {
            send_away(controller, visitor->connection, "no user of the machine any more");
            leave(controller, visitor);
        }
    }
}

/* Speaking -------------------------------------------------------------------------------- */

static struct status go_on(struct controller *controller, struct visitor *visitor,
                           struct bytes bytes)
{
    struct bytes message;
    bool whole = true;
    TRY(visit_receive(visitor->visit, bytes));
    for (;;) {
        TRY(visit_next(visitor->visit, &message, &whole));
        announce(controller, visitor);
        if (!whole) {
            return OK;
        }
        TRY(deeds_do(controller, visitor->visit, message));
    }
}

void visitors_data(struct controller *controller, const struct vmc_user *user)
{
    struct visitor *visitor = find(controller, user->connection);
    if (visitor == NULL || visitor->is_over) {
        return;
    }
    struct status status = go_on(controller, visitor, user->bytes);
    if (failed(status)) {
        if (!visitor->announced) {
            controller_turned_away(controller, status, visit_user(visitor->visit), NULL);
        }
        visitor->is_over = true;
    }
}

/* What a visit has to say, in pieces; what does not go now, goes later. */
static struct status send_pieces(struct controller *controller, struct visitor *visitor)
{
    for (;;) {
        struct bytes out = visit_outgoing(visitor->visit);
        if (out.size == 0) {
            return OK;
        }
        out.size = out.size > VMC_DATA_MAX ? VMC_DATA_MAX : out.size;
        const struct vmc_user user = {.connection = visitor->connection, .bytes = out};
        TRY(world_send_user(controller, VMC_USER_DATA, &user));
        visit_sent(visitor->visit, out.size);
    }
}

void visitors_flush(struct controller *controller)
{
    for (size_t i = 0; i < VMC_CONNECTIONS_MAX; i++) {
        struct visitor *visitor = &controller->visitors[i];
        if (!visitor->is_there || failed(send_pieces(controller, visitor)) || !visitor->is_over) {
            continue;
        }
        send_away(controller, visitor->connection, "");
        leave(controller, visitor);
    }
}
