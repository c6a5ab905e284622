#include "auditd/http/service.h"
#include "auditd/process.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum {
    BODIES_SIZE_MAX = 1 << 30, /* bytes of answers on their way */
    REFUSED_SAY_US = 60000000, /* between two lines about refused certificates */
    GOODBYE_MS = 3000,         /* for answers that are on their way when it is to stop */
};

/* The process that meets the auditors' network. */
struct web_door {
    struct process *process;
    struct service *service;
    struct tls *tls;
    struct front_limits limits;
    unsigned readers;
    uint64_t tls_refused, tls_said_us;
    int listener;
};

/* TLS --------------------------------------------------------------------------------------- */

static const char *path_of(const struct setting_text *own, const struct setting_text *other)
{
    if (own->text[0] != '\0') {
        return own->text;
    }
    return other != NULL && other->text[0] != '\0' ? other->text : NULL;
}

static struct tls_files files_of(const struct settings *settings)
{
    bool own = settings->web_certificate.text[0] != '\0';
    struct tls_files files = {
        .certificate = path_of(&settings->web_certificate, &settings->tls_certificate),
        .key = path_of(&settings->web_key, own ? NULL : &settings->tls_key),
        .authorities = path_of(&settings->web_client_ca, NULL),
        .revoked = path_of(&settings->web_crl, NULL),
    };
    files.clients = files.authorities == NULL ? TLS_CLIENTS_ANONYMOUS : TLS_CLIENTS_MAY;
    return files;
}

/* Of what listens in plain text nobody but this machine may hear. */
static bool is_loopback(int listener)
{
    union {
        struct sockaddr any;
        struct sockaddr_storage storage;
    } own = {0};
    socklen_t size = sizeof own;
    struct address address;
    return getsockname(listener, &own.any, &size) == 0 && address_of(&own.storage, &address) &&
           address_is_loopback(&address);
}

static struct status open_tls(struct web_door *door)
{
    const struct tls_files files = files_of(process_settings(door->process));
    if (files.certificate != NULL) {
        return tls_open_files(&files, &door->tls);
    }
    return is_loopback(door->listener)
               ? OK
               : FAIL_BECAUSE(KEY, 0, "without a certificate the web listens on loopback only");
}

/* Certificates and lists that are new; what is wrong with them leaves the old ones. */
static void renew_tls(struct web_door *door)
{
    const struct tls_files files = files_of(process_settings(door->process));
    if (door->tls == NULL || files.certificate == NULL) {
        return;
    }
    struct status status = tls_renew_files(&door->tls, &files);
    if (failed(status)) {
        journal_failed(process_journal(door->process), "web_certificates_kept",
                       "reading the web's certificates", status);
    } else {
        journal_say(process_journal(door->process), JOURNAL_NOTICE, "web_certificates_read",
                    pair_string("certificate", files.certificate));
    }
}

static void turned_away(void *context, const struct address *address, const char *why)
{
    struct web_door *door = context;
    uint64_t now_us = wire_now_us();
    door->tls_refused++;
    counters_add(process_counters(door->process), COUNTER_TURNED_AWAY_TOTAL, 1);
    if (why == NULL || (door->tls_said_us != 0 && now_us - door->tls_said_us < REFUSED_SAY_US)) {
        return;
    }
    char memory[ADDRESS_TEXT_SIZE];
    struct text text = TEXT_IN(memory);
    address_write(address, &text);
    door->tls_said_us = now_us;
    journal_say(process_journal(door->process), JOURNAL_WARNING, "web_handshake_refused",
                pair_text("address", text_bytes(&text)), pair_string("why", why),
                pair_number("count", door->tls_refused));
    door->tls_refused = 0;
}

/* Readers ----------------------------------------------------------------------------------- */

static void lost(void *context, unsigned reader)
{
    struct web_door *door = context;
    service_set_reader(door->service, reader, (struct service_reader){0});
    process_lost(door->process, ROLE_READER, reader);
}

static void take_readers(struct web_door *door)
{
    for (unsigned i = 0; i < door->readers; i++) {
        service_set_reader(
            door->service, i,
            (struct service_reader){process_channel(door->process, ROLE_READER, i),
                                    process_channel_number(door->process, ROLE_READER, i)});
    }
}

/* The loop ---------------------------------------------------------------------------------- */

static void count(const struct web_door *door)
{
    struct counters *counters = process_counters(door->process);
    const struct front_counts *front = service_front_counts(door->service);
    const struct service_counts *counts = service_counts(door->service);
    uint64_t refused = counts->too_often + counts->busy;
    for (size_t i = 0; i < HEAD_FAULTS_COUNT; i++) {
        refused += front->refused[i];
    }
    counters_set(counters, COUNTER_CONNECTIONS, service_open_count(door->service));
    counters_set(counters, COUNTER_CONNECTIONS_TOTAL, front->connections);
    counters_set(counters, COUNTER_CONNECTIONS_REFUSED_TOTAL,
                 front->full + front->crowded + front->pushed_out + front->tls_refused);
    counters_set(counters, COUNTER_REQUESTS_TOTAL, front->asked);
    counters_set(counters, COUNTER_REQUESTS_REFUSED_TOTAL, refused);
    counters_set(counters, COUNTER_DEADLINES_TOTAL, front->late + front->slow + counts->unanswered);
}

static void turn(struct web_door *door)
{
    struct pollfd waiting[SERVICE_DESCRIPTORS + 1];
    int patience_ms = 0;
    size_t used = service_wait(door->service, waiting, &patience_ms);
    waiting[used++] = (struct pollfd){.fd = process_control(door->process), .events = POLLIN};
    (void)poll(waiting, used, patience_ms);
    service_work(door->service);
    count(door);
}

static void loop(struct web_door *door)
{
    for (;;) {
        unsigned news = process_turn(door->process);
        if ((news & PROCESS_STOP) != 0) {
            return;
        }
        if ((news & PROCESS_CHANNELS) != 0) {
            take_readers(door);
        }
        if ((news & PROCESS_SETTINGS_NEW) != 0) {
            renew_tls(door);
        }
        turn(door);
    }
}

/* What is on its way may arrive. */
static void say_goodbye(struct web_door *door)
{
    uint64_t end_us = wire_now_us() + (uint64_t)GOODBYE_MS * 1000;
    service_stop(door->service);
    while (service_open_count(door->service) > 0 && wire_now_us() < end_us) {
        process_beat(door->process);
        turn(door);
    }
}

static struct status open_service(struct web_door *door)
{
    const struct settings *settings = process_settings(door->process);
    door->limits = front_limits_usual;
    door->limits.connections = (unsigned)settings->web_connections;
    door->limits.per_address = (unsigned)settings->web_connections_of_address;
    door->limits.per_network = (unsigned)settings->web_connections_of_address * 2;
    door->limits.idle_ms = (uint32_t)settings->web_idle_deadline * 1000;
    door->limits.head_ms = (uint32_t)settings->web_head_deadline * 1000;
    door->limits.handshake_ms = (uint32_t)settings->tls_handshake_deadline * 1000;
    door->limits.grace_s = (uint32_t)settings->web_send_deadline;
    const struct service_options options = {
        .listeners = &door->listener,
        .listener_count = 1,
        .tls = door->tls == NULL ? NULL : &door->tls,
        .limits = &door->limits,
        .rate = {(uint32_t)settings->web_rate, (uint32_t)settings->web_burst},
        .queue = (unsigned)settings->web_queue,
        .answer_ms = (uint32_t)settings->web_request_deadline * 1000 + 2000,
        .bodies_size_max = BODIES_SIZE_MAX,
        .lost = lost,
        .turned_away = turned_away,
        .context = door,
    };
    return service_open(&options, &door->service);
}

/* A place takes two descriptors, and its answer one. */
static void make_room(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static struct status run(struct web_door *door)
{
    make_room();
    TRY(open_tls(door));
    TRY(open_service(door));
    take_readers(door);
    TRY(process_ready(door->process));
    loop(door);
    say_goodbye(door);
    return OK;
}

struct status http_main(struct process *process)
{
    struct web_door *door = calloc(1, sizeof *door);
    if (door == NULL) {
        return FAIL(NO_MEMORY, sizeof *door);
    }
    door->process = process;
    door->listener = process_listener(process);
    door->readers = (unsigned)process_settings(process)->daemon_readers;
    struct status status = run(door);
    service_close(&door->service);
    tls_close(&door->tls);
    free(door);
    return status;
}
