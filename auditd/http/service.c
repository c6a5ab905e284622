#include "auditd/http/service.h"

#include "auditd/http/http.h"
#include "auditd/http/queue.h"
#include "reports/web/token.h"
#include "store/hash.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ADDRESS_FACTOR = 4, /* viewers that one address is taken for */
    NO_PLACE = UINT32_MAX >> 1,
    REFUSALS_MAX = 32, /* handshakes that readers are still to be told of */
    SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE,
};

/* A request on its way, by the place of its asker. */
struct errand {
    struct http_call *call; /* NULL: answered, or none */
    const struct head *head;
    bool secure, has_certificate;
    struct digest certificate;
    struct address address;
    struct digest viewer;
    uint64_t body_size; /* of the answer, while it is on its way */
};

/* A handshake that was refused. */
struct refusal {
    struct address address;
    const char *why; /* static */
};

struct desk {
    struct service_reader reader;
    bool busy;
    unsigned place; /* whose request it has; NO_PLACE: of somebody who has left */
    uint32_t id;
    uint64_t since_us;
    struct digest viewer;
};

struct service {
    struct service_options options;
    struct service_counts counts;
    struct front *front;
    struct http *http;
    struct hasher *hasher;
    uint64_t now_us;
    uint64_t bodies_size;
    uint32_t last_id;
    struct desk desks[SERVICE_READERS_MAX];
    struct queue queue;
    size_t refusal_count;
    struct refusal refusals[REFUSALS_MAX];
    struct buckets viewers, addresses;
    struct errand errands[FRONT_CONNECTIONS_MAX];
};

/* Answering --------------------------------------------------------------------------------- */

static void give(struct service *service, struct errand *errand, const struct page_answer *answer,
                 int body)
{
    char memory[ANSWER_PAGE_SIZE];
    struct text page = TEXT_IN(memory);
    struct page_answer told = *answer;
    if (body < 0 && answer->status >= 400) {
        answer_page(answer->status, NULL, &page);
        told.type = LITERAL("text/html; charset=utf-8");
    }
    struct answer_fields fields;
    answer_fields_of(&told, errand->head->path, errand->secure, &fields);
    struct http_call *call = errand->call;
    errand->call = NULL;
    errand->body_size = body < 0 ? 0 : answer->size;
    service->bodies_size += errand->body_size;
    http_answer(service->http, call,
                &(struct http_answer){
                    .status = answer->status,
                    .fields = &fields,
                    .body = body,
                    .body_size = answer->size,
                    .text = text_bytes(&page),
                });
}

static void refuse(struct service *service, struct errand *errand, unsigned status,
                   uint32_t retry_after_s)
{
    const struct page_answer answer = {.status = status, .retry_after_s = retry_after_s};
    give(service, errand, &answer, -1);
}

static void close_descriptor(int *descriptor)
{
    if (*descriptor >= 0) {
        (void)close(*descriptor);
    }
}

static int take_descriptor(int *descriptor)
{
    int taken = *descriptor;
    *descriptor = -1;
    return taken;
}

/* What could still change, or be cut, is no answer. */
static bool is_sealed(int body, uint64_t size)
{
    struct stat about;
    int seals = fcntl(body, F_GET_SEALS);
    return seals >= 0 && (seals & SEALS) == SEALS && fstat(body, &about) == 0 &&
           S_ISREG(about.st_mode) && about.st_size >= 0 && (uint64_t)about.st_size == size;
}

static void pass_on(struct service *service, struct errand *errand,
                    const struct page_answer *answer, int descriptor)
{
    CLEANUP(close_descriptor) int body = descriptor;
    if (answer->immutable && answer->status == 200 &&
        answer_is_known(errand->head->known, errand->head->path)) {
        service->counts.known++;
        struct page_answer unchanged = {.status = 304, .immutable = true};
        give(service, errand, &unchanged, -1);
        return;
    }
    if (answer->size > 0 && (body < 0 || !is_sealed(body, answer->size))) {
        refuse(service, errand, 500, 0);
        return;
    }
    if (service->bodies_size + answer->size > service->options.bodies_size_max) {
        service->counts.busy++;
        refuse(service, errand, 503, ANSWER_BUSY_S);
        return;
    }
    service->counts.answered++;
    give(service, errand, answer, answer->size > 0 ? take_descriptor(&body) : -1);
}

/* Readers ----------------------------------------------------------------------------------- */

static void begin_request(struct service *service, struct desk *desk, unsigned place)
{
    desk->busy = true;
    desk->place = place;
    desk->since_us = service->now_us;
    desk->id = ++service->last_id;
}

static void send_request(struct service *service, struct desk *desk,
                         const struct page_request *request)
{
    char memory[PAGE_FRAME_MAX];
    struct text frame = TEXT_IN(memory);
    page_request_put(&frame, desk->id, request);
    if (failed(channel_send(desk->reader.channel, text_bytes(&frame), -1))) {
        /* Whoever is told takes the channel away; what was asked is answered there. */
        service->options.lost(service->options.context, (unsigned)(desk - service->desks));
    }
}

/* Readers speak to the log, and this process does not. */
static void put_refusal(struct service *service, struct desk *desk)
{
    char memory[ADDRESS_TEXT_SIZE];
    struct text address = TEXT_IN(memory);
    const struct refusal *refusal = &service->refusals[--service->refusal_count];
    address_write(&refusal->address, &address);
    struct bytes why = bytes_of_string(refusal->why);
    const struct page_request request = {
        .target = LITERAL("/"),
        .address = text_bytes(&address),
        .refused = bytes_of(why.data, why.size < PAGE_REFUSED_MAX ? why.size : PAGE_REFUSED_MAX),
    };
    begin_request(service, desk, NO_PLACE);
    desk->viewer = (struct digest){{0}};
    send_request(service, desk, &request);
}

static void put_request(struct service *service, struct desk *desk, const struct waiting *next)
{
    const struct errand *errand = &service->errands[next->place];
    char memory[ADDRESS_TEXT_SIZE];
    struct text address = TEXT_IN(memory);
    address_write(&errand->address, &address);
    struct bytes secret = head_cookie(errand->head->cookie, "cairn");
    const struct page_request request = {
        .only_head = errand->head->only_head,
        .secure = errand->secure,
        .has_certificate = errand->has_certificate,
        .certificate = errand->certificate,
        .target = errand->head->target,
        .secret = secret.size > PAGE_SECRET_MAX ? (struct bytes){0} : secret,
        .address = text_bytes(&address),
    };
    begin_request(service, desk, next->place);
    desk->viewer = next->viewer;
    send_request(service, desk, &request);
}

static bool is_free(const struct desk *desk)
{
    return desk->reader.channel != NULL && !desk->busy;
}

static void put_requests(struct service *service)
{
    struct digest busy[SERVICE_READERS_MAX];
    size_t busy_count = 0;
    for (size_t i = 0; i < SERVICE_READERS_MAX; i++) {
        if (service->desks[i].busy) {
            busy[busy_count++] = service->desks[i].viewer;
        }
    }
    for (size_t i = 0; i < SERVICE_READERS_MAX; i++) {
        struct desk *desk = &service->desks[i];
        struct waiting next;
        if (is_free(desk) && queue_next(&service->queue, busy, busy_count, &next)) {
            busy[busy_count++] = next.viewer;
            put_request(service, desk, &next);
        } else if (is_free(desk) && service->refusal_count > 0) {
            put_refusal(service, desk);
        }
    }
}

static void unanswered(struct service *service, struct desk *desk)
{
    if (desk->busy && desk->place != NO_PLACE) {
        service->counts.unanswered++;
        refuse(service, &service->errands[desk->place], 503, ANSWER_BUSY_S);
    }
    desk->place = NO_PLACE;
}

void service_set_reader(struct service *service, unsigned reader, struct service_reader now)
{
    struct desk *desk = &service->desks[reader];
    if (desk->reader.channel == now.channel && desk->reader.number == now.number) {
        return;
    }
    unanswered(service, desk);
    desk->busy = false;
    desk->reader = now;
}

/* False: what was said is no answer to what was asked. */
static bool take_answer(struct service *service, struct desk *desk, const struct frame *frame)
{
    struct page_answer answer;
    if (frame->kind != MESSAGE_WEB_ANSWER || !desk->busy || frame->id != desk->id ||
        failed(page_answer_decode(frame->payload, &answer))) {
        return false;
    }
    int body = answer.size > 0 ? channel_take_descriptor(desk->reader.channel) : -1;
    desk->busy = false;
    if (desk->place == NO_PLACE) {
        close_descriptor(&body);
        return true;
    }
    pass_on(service, &service->errands[desk->place], &answer, body);
    return true;
}

static bool hear_reader(struct service *service, struct desk *desk)
{
    struct status received = channel_receive(desk->reader.channel);
    struct frame frame;
    for (bool whole = true; whole;) {
        if (failed(channel_next(desk->reader.channel, &frame, &whole)) ||
            (whole && !take_answer(service, desk, &frame))) {
            return false;
        }
    }
    return !failed(received) && !failed(channel_flush(desk->reader.channel));
}

static void hear_readers(struct service *service)
{
    for (unsigned i = 0; i < SERVICE_READERS_MAX; i++) {
        struct desk *desk = &service->desks[i];
        if (desk->reader.channel != NULL && !hear_reader(service, desk)) {
            service->options.lost(service->options.context, i);
        }
    }
}

/* A reader that is over its time stays busy: it is not asked again before it has answered. */
static void expire(struct service *service)
{
    uint64_t patience_us = (uint64_t)service->options.answer_ms * 1000;
    uint64_t before_us = service->now_us > patience_us ? service->now_us - patience_us : 0;
    struct waiting waiting;
    while (queue_overdue(&service->queue, before_us, &waiting)) {
        service->counts.busy++;
        refuse(service, &service->errands[waiting.place], 503, ANSWER_BUSY_S);
    }
    for (size_t i = 0; i < SERVICE_READERS_MAX; i++) {
        struct desk *desk = &service->desks[i];
        if (desk->busy && desk->since_us < before_us) {
            unanswered(service, desk);
        }
    }
}

/* Askers ------------------------------------------------------------------------------------ */

static struct digest viewer_of(struct service *service, const struct errand *errand)
{
    if (errand->has_certificate) {
        return errand->certificate;
    }
    struct bytes secret = head_cookie(errand->head->cookie, "cairn");
    if (secret.size > 0) {
        return hash_bytes(service->hasher, secret);
    }
    return hash_bytes(service->hasher,
                      bytes_of(errand->address.bytes, sizeof errand->address.bytes));
}

/* How long this asker has to wait; 0: not at all. A secret can be invented, an address cannot. */
static uint64_t too_often(struct service *service, const struct errand *errand)
{
    struct bucket_rule rule = service->options.rate, of_address = rule;
    of_address.per_s *= ADDRESS_FACTOR;
    of_address.burst *= ADDRESS_FACTOR;
    /* All of a /64 of IPv6 is one. */
    struct bytes address = bytes_of(errand->address.bytes, errand->address.is_6 ? 8 : 4);
    uint64_t wait_us = 0;
    if (!buckets_take(&service->addresses, address, of_address, service->now_us, &wait_us)) {
        return wait_us;
    }
    struct bytes viewer = bytes_of(errand->viewer.sha256, DIGEST_SIZE);
    return buckets_take(&service->viewers, viewer, rule, service->now_us, &wait_us) ? 0 : wait_us;
}

static bool is_stranger(const struct errand *errand)
{
    struct bytes link = LITERAL(TOKEN_PATH), target = errand->head->target;
    bool is_link = target.size > link.size && memcmp(target.data, link.data, link.size) == 0;
    return !errand->has_certificate && !is_link &&
           head_cookie(errand->head->cookie, "cairn").size == 0;
}

/* Where there is no room, a stranger makes some. */
static void line_up(struct service *service, const struct waiting *waiting)
{
    struct waiting yields;
    if (queue_add(&service->queue, waiting)) {
        return;
    }
    bool room = !waiting->stranger && queue_yield(&service->queue, &yields) &&
                queue_add(&service->queue, waiting);
    service->counts.busy++;
    refuse(service, &service->errands[room ? yields.place : waiting->place], 503, ANSWER_BUSY_S);
}

static void asked(void *context, const struct front_asker *asker, int fd)
{
    struct service *service = context;
    struct errand *errand = &service->errands[asker->place];
    *errand = (struct errand){
        .call = http_take(service->http, fd),
        .head = asker->head,
        .secure = asker->secure,
        .has_certificate = asker->peer->shown,
        .certificate = asker->peer->fingerprint,
        .address = *asker->address,
    };
    if (errand->call == NULL) {
        return; /* the front sees that nothing comes */
    }
    errand->viewer = viewer_of(service, errand);
    uint64_t wait_us = too_often(service, errand);
    if (wait_us > 0) {
        service->counts.too_often++;
        refuse(service, errand, 429, (uint32_t)(wait_us / 1000000) + 1);
        return;
    }
    const struct waiting waiting = {
        .place = asker->place,
        .stranger = is_stranger(errand),
        .viewer = errand->viewer,
        .since_us = service->now_us,
    };
    line_up(service, &waiting);
}

static void left(void *context, unsigned place)
{
    struct service *service = context;
    struct errand *errand = &service->errands[place];
    service->bodies_size -= errand->body_size;
    errand->body_size = 0;
    if (errand->call == NULL) {
        return;
    }
    if (!queue_leave(&service->queue, place)) {
        for (size_t i = 0; i < SERVICE_READERS_MAX; i++) {
            struct desk *desk = &service->desks[i];
            desk->place = desk->place == place ? (unsigned)NO_PLACE : desk->place;
        }
    }
    http_drop(service->http, errand->call);
    errand->call = NULL;
}

static void turned_away(void *context, const struct address *address, const char *why)
{
    struct service *service = context;
    if (why != NULL && service->refusal_count < REFUSALS_MAX) {
        service->refusals[service->refusal_count++] = (struct refusal){*address, why};
    }
    if (service->options.turned_away != NULL) {
        service->options.turned_away(service->options.context, address, why);
    }
}

/* The loop ---------------------------------------------------------------------------------- */

struct status service_open(const struct service_options *options, struct service **out)
{
    CLEANUP(service_close) struct service *service = calloc(1, sizeof *service);
    if (service == NULL) {
        return FAIL(NO_MEMORY, sizeof *service);
    }
    service->options = *options;
    service->queue.most = options->queue;
    for (size_t i = 0; i < SERVICE_READERS_MAX; i++) {
        service->desks[i].place = NO_PLACE;
    }
    const struct front_limits *limits =
        options->limits == NULL ? &front_limits_usual : options->limits;
    TRY(hasher_open(&service->hasher));
    /* Calls outlive their places by a moment. */
    TRY(http_open(limits->connections * 2, &service->http));
    TRY(front_open(
        &(struct front_options){
            .listeners = options->listeners,
            .listener_count = options->listener_count,
            .tls = options->tls,
            .limits = limits,
            .hooks = {asked, left, turned_away, service},
        },
        &service->front));
    *out = service;
    service = NULL;
    return OK;
}

void service_close(struct service **service)
{
    if (*service != NULL) {
        front_close(&(*service)->front);
        http_close(&(*service)->http);
        hasher_close(&(*service)->hasher);
        free(*service);
        *service = NULL;
    }
}

size_t service_wait(struct service *service, struct pollfd *out, int *patience_ms)
{
    size_t count = 0;
    out[count++] = (struct pollfd){.fd = front_fd(service->front), .events = POLLIN};
    out[count++] = (struct pollfd){.fd = http_fd(service->http), .events = POLLIN};
    for (size_t i = 0; i < SERVICE_READERS_MAX; i++) {
        const struct channel *channel = service->desks[i].reader.channel;
        if (channel != NULL) {
            out[count++] =
                (struct pollfd){.fd = channel_fd(channel), .events = channel_wants(channel)};
        }
    }
    *patience_ms = front_patience_ms(service->front, wire_now_us(), SERVICE_PATIENCE_MS);
    *patience_ms = http_patience_ms(service->http, *patience_ms);
    return count;
}

void service_work(struct service *service)
{
    service->now_us = wire_now_us();
    front_work(service->front, service->now_us);
    hear_readers(service);
    put_requests(service);
    expire(service);
    http_run(service->http);
}

void service_stop(struct service *service)
{
    front_stop_listening(service->front);
}

unsigned service_open_count(const struct service *service)
{
    return front_open_count(service->front);
}

const struct front_counts *service_front_counts(const struct service *service)
{
    return front_counted(service->front);
}

const struct service_counts *service_counts(const struct service *service)
{
    return &service->counts;
}
