#include "reports/custody/presence.h"

#include "schema/catalogue/catalogue.h"

enum {
    BODY_ARENA = 4 << 10,
};

struct being {
    const struct presence_question *question;
    presence_visit *visit;
    void *context;
    uint64_t connections;
    struct presence presence;
};

static struct status read_user(const struct being *being, const struct leaf *leaf, struct id *out)
{
    uint8_t memory[BODY_ARENA];
    struct arena arena = ARENA_IN(memory);
    union event_body body;
    struct bytes bytes;
    *out = (struct id){ID_NONE, 0};
    TRY(log_read_body(being->question->log, leaf, &bytes));
    if (bytes.size <= SALT_SIZE) {
        return OK;
    }
    TRY(event_body_decode(leaf->kind, bytes_of(bytes.data + SALT_SIZE, bytes.size - SALT_SIZE),
                          &arena, &body));
    *out = leaf->kind == EVENT_VM_USER_CONNECTED ? body.vm_user_connected.user
                                                 : body.vm_user_disconnected.user;
    return OK;
}

static struct status end(struct being *being, const struct leaf *leaf)
{
    being->connections = 0;
    being->presence.until = (struct stay_event){leaf->n, leaf->t_utc_us};
    return being->visit(being->context, &being->presence);
}

static struct status meet(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct being *being = context;
    struct id user;
    (void)bytes;
    if (leaf->kind == EVENT_VM_STOPPED) {
        return being->connections > 0 ? end(being, leaf) : OK;
    }
    TRY(read_user(being, leaf, &user));
    if (!id_equal(user, being->question->user)) {
        return OK;
    }
    if (leaf->kind == EVENT_VM_USER_DISCONNECTED) {
        if (being->connections == 1) {
            return end(being, leaf);
        }
        being->connections -= being->connections > 0 ? 1 : 0;
        return OK;
    }
    if (being->connections++ == 0) {
        being->presence.from = (struct stay_event){leaf->n, leaf->t_utc_us};
        being->presence.until = (struct stay_event){STAY_NEVER, 0};
    }
    return OK;
}

struct status presence_each(const struct presence_question *question, presence_visit *visit,
                            void *context)
{
    struct being being = {.question = question, .visit = visit, .context = context};
    struct query query = {.by_received = true};
    struct query_outcome outcome;
    char memory[64];
    struct text text = TEXT_IN(memory);
    id_write(&text, question->vm);
    TRY(query_add(&query, QUERY_ON, text_bytes(&text)));
    TRY(query_add(&query, QUERY_KIND, LITERAL("vm.user_connected")));
    TRY(query_add(&query, QUERY_KIND, LITERAL("vm.user_disconnected")));
    TRY(query_add(&query, QUERY_KIND, LITERAL("vm.stopped")));
    TRY(query_run(&query, question->log, question->index, meet, &being, &outcome));
    return being.connections > 0 ? visit(context, &being.presence) : OK;
}
