#include "auditd/writer/ladder.h"

/* What may still be written, less what the reserve lacks. */
static uint64_t free_of(const struct ladder_limits *limits, const struct ladder_room *room)
{
    uint64_t lacking = limits->reserve > room->reserved ? limits->reserve - room->reserved : 0;
    return room->free > lacking ? room->free - lacking : 0;
}

uint64_t ladder_used(const struct ladder_limits *limits, const struct ladder_room *room)
{
    if (room->total == 0) {
        return 100;
    }
    uint64_t left = free_of(limits, room);
    uint64_t used = room->total > left ? room->total - left : 0;
    uint64_t hundredth = (room->total + 99) / 100;
    return (used + hundredth - 1) / hundredth;
}

static enum daemon_mode step_of(const struct ladder_limits *limits, uint64_t used)
{
    if (used >= limits->closed) {
        return DAEMON_MODE_CLOSED;
    }
    if (used >= limits->emergency) {
        return DAEMON_MODE_EMERGENCY;
    }
    return used >= limits->warning ? DAEMON_MODE_WARNING : DAEMON_MODE_NORMAL;
}

enum daemon_mode ladder_next(const struct ladder_limits *limits, const struct ladder_room *room,
                             enum daemon_mode was)
{
    uint64_t used = ladder_used(limits, room);
    enum daemon_mode up = step_of(limits, used);
    /* As if it were still a little fuller: where it would have to be to stay. */
    enum daemon_mode down = step_of(limits, used + LADDER_BACK_PERCENT);
    enum daemon_mode next = up > was ? up : down < was ? down : was;
    bool roomy = limits->roomy > 0 && free_of(limits, room) > limits->roomy;
    return roomy && next > DAEMON_MODE_WARNING ? DAEMON_MODE_WARNING : next;
}
