/* Users who are joined to a controller: what they say to each other nobody here can read. */
#include "auditd/controllers/controllers_parts.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ACCEPT_MAX = 64, /* connections taken in one turn */
};

static uint32_t slot_of(const struct controllers *controllers, const struct joined *user)
{
    return (uint32_t)(user - controllers->users);
}

static struct machine *machine_at(struct controllers *controllers, const struct joined *user)
{
    return user->linked ? &controllers->machines[user->machine] : NULL;
}

static void count_users(struct controllers *controllers)
{
    size_t count = 0;
    for (size_t i = 0; i < controllers->user_top; i++) {
        count += controllers->users[i].channel != NULL;
    }
    controllers_set(controllers, COUNTER_CONNECTIONS, count);
}

static void watch_user(struct controllers *controllers, struct joined *user)
{
    bool writes = (channel_wants(user->channel) & POLLOUT) != 0;
    uint32_t interest = (user->parked ? 0 : (uint32_t)EPOLLIN) | (writes ? (uint32_t)EPOLLOUT : 0);
    struct epoll_event event = {
        .events = interest, .data.u64 = (uint64_t)WATCHED_USER << 32 | slot_of(controllers, user)};
    if (interest != user->interest &&
        epoll_ctl(controllers->epoll, EPOLL_CTL_MOD, channel_fd(user->channel), &event) == 0) {
        user->interest = interest;
    }
}

/* Ending ---------------------------------------------------------------------------------- */

static void close_user(struct controllers *controllers, struct joined *user)
{
    struct machine *machine = machine_at(controllers, user);
    if (machine != NULL && machine->slow_us != 0 &&
        machine->slow_user == slot_of(controllers, user)) {
        machine->slow_us = 0;
        if (machine->channel != NULL) {
            machine_watch(controllers, machine);
        }
    }
    channel_close(&user->channel); /* epoll forgets what is closed */
    *user = (struct joined){.uid = 0};
    count_users(controllers);
}

/* The connection's number is free again when the controller has said so, too. */
static void unlink_user(struct controllers *controllers, struct joined *user, const char *why)
{
    struct machine *machine = machine_at(controllers, user);
    if (machine == NULL || machine->links[user->link].state != LINK_OPEN) {
        return;
    }
    machine->links[user->link].state = LINK_CLOSING;
    if (machine->channel == NULL) {
        return;
    }
    size_t start = machine_begin(controllers, VMC_USER_CLOSE, 0);
    vmc_put_user(&controllers->out,
                 &(struct vmc_user){.connection = user->link, .bytes = bytes_of_string(why)});
    (void)machine_end(controllers, machine, start);
}

/* Best effort: whoever does not read is not told. */
static void say_last(struct controllers *controllers, struct joined *user, enum join_message kind,
                     struct bytes why)
{
    text_clear(&controllers->out);
    size_t start = frame_begin(&controllers->out, (uint8_t)kind, 0);
    join_put_bytes(&controllers->out, bytes_of(why.data, why.size < JOIN_WHY_MAX ? why.size : 0));
    frame_end(&controllers->out, start);
    (void)!failed(channel_send(user->channel, text_bytes(&controllers->out), -1));
}

void joined_close(struct controllers *controllers, struct joined *user, const char *why)
{
    if (user->channel == NULL) {
        return;
    }
    unlink_user(controllers, user, why);
    if (user->channel != NULL) { /* it may have ended with its machine */
        say_last(controllers, user, JOIN_CLOSE, bytes_of_string(why));
        close_user(controllers, user);
    }
}

static void turn_away(struct controllers *controllers, struct joined *user, const char *why)
{
    controllers_add(controllers, COUNTER_REQUESTS_REFUSED_TOTAL, 1);
    say_last(controllers, user, JOIN_TURNED_AWAY, bytes_of_string(why));
    close_user(controllers, user);
}

void joined_end_all(struct controllers *controllers, struct machine *machine, const char *why)
{
    for (size_t i = 0; i < MACHINE_LINKS_MAX; i++) {
        if (machine->links[i].state == LINK_OPEN) {
            struct joined *user = &controllers->users[machine->links[i].user];
            machine->links[i].state = LINK_CLOSING;
            say_last(controllers, user, JOIN_CLOSE, bytes_of_string(why));
            close_user(controllers, user);
        }
    }
}

/* Accepting ------------------------------------------------------------------------------- */

static void read_groups(int fd, struct rights_peer *peer)
{
    gid_t groups[RIGHTS_GROUPS_MAX];
    socklen_t size = sizeof groups;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) == 0) {
        peer->group_count = size / sizeof groups[0];
        for (size_t i = 0; i < peer->group_count; i++) {
            peer->groups[i] = groups[i];
        }
    }
}

static struct joined *unused_user(struct controllers *controllers, uint32_t uid)
{
    size_t of_uid = 0;
    struct joined *found = NULL;
    for (size_t i = 0; i < JOINED_MAX; i++) {
        struct joined *user = &controllers->users[i];
        of_uid += user->channel != NULL && user->uid == uid;
        found = found == NULL && user->channel == NULL ? user : found;
    }
    if (of_uid >= JOINED_OF_UID_MAX || found == NULL) {
        return NULL;
    }
    size_t top = slot_of(controllers, found) + 1;
    controllers->user_top = top > controllers->user_top ? top : controllers->user_top;
    return found;
}

static bool add_user(struct controllers *controllers, int fd)
{
    struct channel_peer found;
    struct rights_peer peer;
    if (failed(channel_peer(fd, &found))) {
        return false;
    }
    peer = (struct rights_peer){.uid = found.uid, .gid = found.gid, .process = found.process};
    read_groups(fd, &peer);
    struct joined *user = unused_user(controllers, found.uid);
    const struct channel_limits limits = {.frame = JOIN_FRAME_MAX, .waiting = JOINED_WAITING_MAX};
    if (user == NULL || failed(rights_of_operator(&controllers->rights, &peer)) ||
        failed(channel_open(fd, limits, &user->channel))) {
        return false;
    }
    user->uid = found.uid;
    user->half_us = wire_now_us();
    user->interest = EPOLLIN;
    struct text name = TEXT_IN(user->name);
    rights_name(&controllers->rights, found.uid, &name);
    (void)text_string(&name);
    struct epoll_event event = {
        .events = EPOLLIN, .data.u64 = (uint64_t)WATCHED_USER << 32 | slot_of(controllers, user)};
    if (epoll_ctl(controllers->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        close_user(controllers, user); /* which has closed fd, too */
    }
    return true;
}

void joined_accept(struct controllers *controllers)
{
    for (unsigned i = 0; i < ACCEPT_MAX; i++) {
        int fd = accept4(controllers->options.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            /* Without descriptors or memory nothing is gained by asking again at once. */
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                controllers->listen_us = wire_now_us() + 100000;
            }
            return;
        }
        if (add_user(controllers, fd)) {
            controllers_add(controllers, COUNTER_CONNECTIONS_TOTAL, 1);
            count_users(controllers);
        } else {
            controllers_add(controllers, COUNTER_CONNECTIONS_REFUSED_TOTAL, 1);
            (void)close(fd);
        }
    }
}

/* Joining --------------------------------------------------------------------------------- */

static bool find_link(const struct machine *machine, uint32_t *link)
{
    for (uint32_t i = 0; i < MACHINE_LINKS_MAX; i++) {
        if (machine->links[i].state == LINK_FREE) {
            *link = i;
            return true;
        }
    }
    return false;
}

static void answer_joined(struct controllers *controllers, struct joined *user,
                          const struct machine *machine)
{
    struct join_joined joined = {.run = machine->run,
                                 .name = bytes_of_string(machine->name),
                                 .key = bytes_of_string(machine->self.key)};
    memcpy(joined.receive_key, machine->self.receive_key, sizeof joined.receive_key);
    text_clear(&controllers->out);
    size_t start = frame_begin(&controllers->out, JOIN_JOINED, 0);
    join_put_joined(&controllers->out, &joined);
    frame_end(&controllers->out, start);
    if (failed(channel_send(user->channel, text_bytes(&controllers->out), -1))) {
        joined_close(controllers, user, "the user's program does not read");
    }
}

static void open_link(struct controllers *controllers, struct joined *user, struct machine *machine,
                      uint32_t link)
{
    char memory[RIGHTS_NAME_SIZE + 16];
    struct text address = TEXT_IN(memory);
    text_put_literal(&address, "local:");
    text_put_string(&address, user->name);
    user->linked = true;
    user->machine = (uint32_t)(machine - controllers->machines);
    user->link = link;
    machine->links[link] =
        (struct machine_link){.state = LINK_OPEN, .user = slot_of(controllers, user)};
    size_t start = machine_begin(controllers, VMC_USER_OPEN, 0);
    vmc_put_user(&controllers->out,
                 &(struct vmc_user){.connection = link, .bytes = text_bytes(&address)});
    if (machine_end(controllers, machine, start)) {
        answer_joined(controllers, user, machine);
    }
}

static void join(struct controllers *controllers, struct joined *user, struct bytes payload)
{
    struct join_ask ask;
    struct id vm;
    uint32_t link;
    if (failed(join_get_ask(payload, &ask)) || ask.version != JOIN_VERSION ||
        failed(id_read(ask.vm, &vm)) || vm.kind != ID_VM) {
        turn_away(controllers, user, "a connection begins by naming a machine");
        return;
    }
    struct machine *machine = machine_of(controllers, vm);
    if (machine == NULL) {
        turn_away(controllers, user, "the machine does not run here");
        return;
    }
    if (machine->phase != MACHINE_WELCOMED) {
        turn_away(controllers, user, "the controller in the machine has not come yet");
        return;
    }
    if (!find_link(machine, &link)) {
        turn_away(controllers, user, "as many users as may be are joined to this machine");
        return;
    }
    open_link(controllers, user, machine, link);
}

/* From users ------------------------------------------------------------------------------ */

static void pass_on(struct controllers *controllers, struct joined *user, struct bytes payload)
{
    struct bytes bytes;
    struct machine *machine = machine_at(controllers, user);
    if (failed(join_get_bytes(payload, &bytes))) {
        joined_close(controllers, user, "the user's program said what cannot be read");
        return;
    }
    size_t start = machine_begin(controllers, VMC_USER_DATA, 0);
    vmc_put_user(&controllers->out, &(struct vmc_user){.connection = user->link, .bytes = bytes});
    (void)machine_end(controllers, machine, start);
}

static void take(struct controllers *controllers, struct joined *user, const struct frame *frame)
{
    if (!user->linked) {
        if (frame->kind == JOIN_ASK) {
            join(controllers, user, frame->payload);
        } else {
            turn_away(controllers, user, "a connection begins by naming a machine");
        }
        return;
    }
    switch (frame->kind) {
    case JOIN_DATA:
        pass_on(controllers, user, frame->payload);
        return;
    case JOIN_CLOSE:
        joined_close(controllers, user, "");
        return;
    default:
        joined_close(controllers, user, "there is no such message");
        return;
    }
}

static bool take_buffered(struct controllers *controllers, struct joined *user)
{
    struct frame frame;
    bool whole = false;
    if (failed(channel_next(user->channel, &frame, &whole))) {
        joined_close(controllers, user, "the user's program said what is no frame");
        return false;
    }
    if (whole) {
        user->half_us = 0;
        take(controllers, user, &frame);
    }
    return whole;
}

/* Whoever's machine is behind is not read: the user's program waits. */
static bool may_speak(struct controllers *controllers, const struct joined *user)
{
    const struct machine *machine = machine_at(controllers, user);
    return machine == NULL || machine_takes(machine);
}

/* One frame; false if there was none. */
static bool serve_one(struct controllers *controllers, struct joined *user)
{
    if (take_buffered(controllers, user)) {
        return true;
    }
    if (user->channel == NULL) {
        return false;
    }
    struct status received = channel_receive(user->channel);
    if (take_buffered(controllers, user) || user->channel == NULL) {
        return user->channel != NULL;
    }
    if (failed(received)) {
        joined_close(controllers, user, "");
        return false;
    }
    user->ready = false;
    bool half = !user->linked || channel_is_inside(user->channel);
    user->half_us = !half ? 0 : user->half_us != 0 ? user->half_us : wire_now_us();
    return false;
}

void joined_serve(struct controllers *controllers)
{
    unsigned frames = 0;
    bool more = !controllers->closing;
    while (more && frames < FRAMES_MAX) {
        more = false;
        for (size_t i = 0; i < controllers->user_top; i++) {
            struct joined *user = &controllers->users[i];
            if (user->channel == NULL) {
                continue;
            }
            bool may = may_speak(controllers, user);
            user->ready = user->ready || (may && user->parked);
            user->parked = !may;
            if (may && user->ready && serve_one(controllers, user)) {
                more = true;
                frames++;
            }
            if (user->channel != NULL) {
                watch_user(controllers, user);
            }
        }
    }
}

void joined_note_event(struct controllers *controllers, uint32_t slot, uint32_t events)
{
    struct joined *user = &controllers->users[slot];
    if (user->channel == NULL) {
        return;
    }
    bool gone = (events & (EPOLLHUP | EPOLLERR)) != 0;
    if (((events & EPOLLOUT) != 0 && failed(channel_flush(user->channel))) ||
        (gone && user->parked)) {
        joined_close(controllers, user, "");
        return;
    }
    user->ready = user->ready || gone || (events & EPOLLIN) != 0;
    watch_user(controllers, user);
}

/* From controllers ------------------------------------------------------------------------ */

void joined_data(struct controllers *controllers, struct machine *machine,
                 const struct vmc_user *said)
{
    struct machine_link *link = &machine->links[said->connection];
    if (link->state != LINK_OPEN) {
        return; /* said before it heard that the user has gone */
    }
    struct joined *user = &controllers->users[link->user];
    text_clear(&controllers->out);
    size_t start = frame_begin(&controllers->out, JOIN_DATA, 0);
    join_put_bytes(&controllers->out, said->bytes);
    frame_end(&controllers->out, start);
    if (failed(channel_send(user->channel, text_bytes(&controllers->out), -1))) {
        joined_close(controllers, user, "the user's program does not read");
        return;
    }
    if (channel_waiting(user->channel) > JOINED_SENDING && machine->slow_us == 0) {
        machine->slow_us = wire_now_us();
        machine->slow_user = link->user;
    }
    watch_user(controllers, user);
}

void joined_closed(struct controllers *controllers, struct machine *machine,
                   const struct vmc_user *said)
{
    struct machine_link *link = &machine->links[said->connection];
    if (link->state == LINK_OPEN) {
        struct joined *user = &controllers->users[link->user];
        say_last(controllers, user, JOIN_CLOSE, said->bytes); /* lent by the machine's channel */
        unlink_user(controllers, user, "");
        close_user(controllers, user);
    }
    link->state = LINK_FREE;
}

/* Now and then ---------------------------------------------------------------------------- */

void joined_check(struct controllers *controllers, uint64_t now_us)
{
    const uint64_t most_us = 1000000 * controllers->settings->limits_frame_deadline;
    for (size_t i = 0; i < controllers->user_top; i++) {
        struct joined *user = &controllers->users[i];
        struct machine *machine = user->channel == NULL ? NULL : machine_at(controllers, user);
        if (machine != NULL && machine->slow_us != 0 && machine->slow_user == i &&
            channel_waiting(user->channel) <= JOINED_SENDING / 2) {
            machine->slow_us = 0;
            machine_watch(controllers, machine);
        }
        if (user->channel != NULL && !user->parked && user->half_us != 0 &&
            now_us - user->half_us > most_us) {
            controllers_add(controllers, COUNTER_DEADLINES_TOTAL, 1);
            joined_close(controllers, user, "the rest of what was begun did not come");
        }
    }
}
