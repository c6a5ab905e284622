#include "reports/custody/clash.h"

void clashes_begin(struct clashes *clashes, clash_visit *visit, void *context)
{
    clashes->visit = visit;
    clashes->context = context;
    clashes->count = 0;
}

static uint64_t first_n(const struct stay *stay)
{
    return stay->asked.n < stay->from.n ? stay->asked.n : stay->from.n;
}

/* Every stay that is still to come begins after this event. */
static void forget_before(struct clashes *clashes, uint64_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < clashes->count; i++) {
        if (clashes->held[i].until.n > n) {
            clashes->held[kept++] = clashes->held[i];
        }
    }
    clashes->count = kept;
}

static bool clash_of(const struct stay *a, const struct stay *b)
{
    return id_equal(a->drive, b->drive) && !id_equal(a->vm, b->vm) &&
           (stay_writes(a) || stay_writes(b)) && a->from.n < b->until.n && b->from.n < a->until.n;
}

struct status clashes_take(void *context, const struct stay *stay)
{
    struct clashes *clashes = context;
    forget_before(clashes, first_n(stay));
    if (stay->from.n == STAY_NEVER) {
        return OK;
    }
    for (size_t i = 0; i < clashes->count; i++) {
        const struct stay *other = &clashes->held[i];
        bool is_later = other->from.n < stay->from.n;
        struct clash clash = {.first = is_later ? other : stay, .second = is_later ? stay : other};
        clash.from = clash.second->from;
        clash.until = other->until.n < stay->until.n ? other->until : stay->until;
        if (clash_of(other, stay)) {
            TRY(clashes->visit(clashes->context, &clash));
        }
    }
    if (clashes->count == CLASH_HELD_MAX) {
        return FAIL_BECAUSE(LIMIT, stay->from.n, "too many drives are attached at once: name one");
    }
    clashes->held[clashes->count++] = *stay;
    return OK;
}
