/* The processes that take what emitters and the command line send. */
#include "auditd/process.h"

#include "auditd/ingest/ingest.h"

enum {
    TURN_MS = 500,
};

struct door {
    struct process *process;
    struct tls **tls; /* NULL: a socket of this machine */
    struct ingest *ingest;
    uint64_t writer; /* the number of the channel in use; 0: none yet */
};

static struct status take_over(struct door *door)
{
    uint64_t number = process_channel_number(door->process, ROLE_WRITER, 0);
    struct channel *channel = process_channel(door->process, ROLE_WRITER, 0);
    if (number != door->writer) {
        door->writer = number;
        return ingest_writer(door->ingest, channel);
    }
    if (channel != NULL && !ingest_has_writer(door->ingest)) {
        process_lost(door->process, ROLE_WRITER, 0);
    }
    return OK;
}

static const char *path_of(const struct setting_text *setting)
{
    return setting->text[0] == '\0' ? NULL : setting->text;
}

static struct tls_files files_of(const struct settings *settings)
{
    return (struct tls_files){.certificate = path_of(&settings->tls_certificate),
                              .key = path_of(&settings->tls_key),
                              .authorities = path_of(&settings->tls_client_ca),
                              .revoked = path_of(&settings->tls_crl),
                              .clients = TLS_CLIENTS_MUST};
}

/* Material that cannot be used leaves the one before in use: it was good. */
static void renew(struct door *door)
{
    const struct tls_files files = files_of(process_settings(door->process));
    struct status status = tls_renew_files(door->tls, &files);
    if (failed(status)) {
        journal_failed(process_journal(door->process), "certificates_refused",
                       "reading the certificates anew", status);
    }
}

static struct status turn(struct door *door, bool *stop)
{
    unsigned news = process_turn(door->process);
    TRY(take_over(door));
    if ((news & PROCESS_SETTINGS_NEW) != 0) {
        ingest_settings(door->ingest, process_settings(door->process));
        if (door->tls != NULL) {
            renew(door);
        }
    }
    *stop = *stop || (news & PROCESS_STOP) != 0;
    return ingest_turn(door->ingest, process_control(door->process), TURN_MS);
}

/* What was taken is answered before the end; the supervisor's patience is the limit. */
static struct status run(struct door *door)
{
    bool stop = false;
    TRY(process_ready(door->process));
    while (!stop || !ingest_drained(door->ingest)) {
        TRY(turn(door, &stop));
    }
    return OK;
}

static struct status serve(struct process *process, struct tls **tls)
{
    struct door door = {.process = process, .tls = tls};
    TRY(ingest_open(&(struct ingest_options){.settings = process_settings(process),
                                             .journal = process_journal(process),
                                             .counters = process_counters(process),
                                             .listener = process_listener(process),
                                             .tls = tls},
                    &door.ingest));
    struct status status = run(&door);
    ingest_close(&door.ingest);
    return status;
}

struct status ingest_main(struct process *process)
{
    return serve(process, NULL);
}

struct status ingest_tls_main(struct process *process)
{
    CLEANUP(tls_close) struct tls *tls = NULL;
    const struct tls_files files = files_of(process_settings(process));
    TRY(tls_open_files(&files, &tls));
    return serve(process, &tls);
}
