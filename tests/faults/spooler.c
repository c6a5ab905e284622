/*
 * spooler make PLACE: makes an emitter's key. spooler run PLACE COUNT: adds COUNT events to the
 * spool there, sends every third time what waits to a log that is a file, and says
 * `acknowledged N` after each event that was taken. spooler check PLACE N: sends the rest, and
 * fails unless the log then has 1, 2, 3, ... at least N, each once and in order, and on one chain.
 *
 * The log is written by stdio, which the shim does not see: only the spool fails.
 */
#include "core/emit/outbox.h"
#include "schema/catalogue/catalogue.h"
#include "schema/submission.h"
#include "store/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PATH_SIZE = 512,
    BATCH = 4,
    SEND_EVERY = 3,
};

#define ORIGIN "faults.example/log"

struct place {
    char key[PATH_SIZE], spool[PATH_SIZE], log[PATH_SIZE];
};

static struct place place_of(const char *path)
{
    struct place place;
    (void)snprintf(place.key, sizeof place.key, "%s/door.key", path);
    (void)snprintf(place.spool, sizeof place.spool, "%s/spool", path);
    (void)snprintf(place.log, sizeof place.log, "%s/log", path);
    return place;
}

/* The log: a line for each event ------------------------------------------------------------ */

struct line {
    uint64_t number; /* of the event; 0: of one that tells of losses */
    struct emitter_head head;
};

static bool read_line(FILE *file, struct line *out)
{
    char memory[256], *after = memory;
    size_t size = 0;
    if (fgets(memory, sizeof memory, file) == NULL) {
        return false;
    }
    out->number = strtoull(memory, &after, 10);
    out->head.emitter_n = strtoull(after, &after, 10);
    return strlen(after) > DIGEST_HEX_SIZE &&
           !failed(hex_read(bytes_of(after + 1, DIGEST_HEX_SIZE), out->head.chain.sha256,
                            DIGEST_SIZE, &size));
}

static struct emitter_head log_head(const struct place *place)
{
    struct line line = {0};
    FILE *file = fopen(place->log, "r");
    while (file != NULL && read_line(file, &line)) {
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return line.head;
}

static uint64_t number_of(struct bytes body)
{
    uint64_t number = 0;
    const char *found = memmem(body.data, body.size, "\"detail\":\"", 10);
    if (found != NULL) {
        number = strtoull(found + 10, NULL, 10);
    }
    return number;
}

/* Takes the batch as one, or fails. */
static bool log_take(const struct place *place, const struct outbox_batch *batch)
{
    struct submission submission;
    struct emitter_head head = log_head(place);
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    FILE *file = fopen(place->log, "a");
    bool good = file != NULL && !failed(hasher_open(&hasher)) &&
                !failed(submission_decode(batch->submission, &submission)) &&
                submission.first_n == head.emitter_n + 1;
    if (good && head.emitter_n == 0) {
        head.chain = hash_emitter_start(hasher, LITERAL(ORIGIN), LITERAL("door"));
    }
    struct bytes events = good ? submission.events : (struct bytes){0};
    for (uint32_t i = 0; good && i < submission.count; i++) {
        char hex[DIGEST_HEX_SIZE];
        struct submission_event event = submission_next(&events);
        head.chain = hash_emitter_link(hasher, &head.chain, event.statement);
        head.emitter_n++;
        hex_write(hex, BYTES(head.chain.sha256));
        (void)fprintf(file, "%" PRIu64 " %" PRIu64 " %.64s\n", number_of(event.body),
                      head.emitter_n, hex);
    }
    return file != NULL && fclose(file) == 0 && good;
}

/* The emitter ------------------------------------------------------------------------------- */

static struct status open_outbox(const struct place *place, const struct secret_key *key,
                                 struct outbox **out)
{
    const struct outbox_options options = {
        .directory = place->spool, .bytes_max = 1 << 20, .events_max = 1000};
    return outbox_open(&options, key, out);
}

static struct status add(struct outbox *outbox, uint64_t *number)
{
    char detail[32];
    *number = outbox_counts(outbox).spool.last + 1;
    (void)snprintf(detail, sizeof detail, "%" PRIu64, *number);
    const union event_body body = {.audit_observed = {.what = LITERAL("a door"),
                                                      .has_detail = true,
                                                      .detail = bytes_of_string(detail)}};
    const struct draft draft = {.kind = EVENT_AUDIT_OBSERVED,
                                .on = {{.kind = ID_LOG, .n = 0}},
                                .on_count = 1,
                                .body = &body};
    return outbox_add(outbox, &draft);
}

static struct status meet(const struct place *place, struct outbox *outbox)
{
    bool probe = false;
    struct emitter_head head = log_head(place);
    TRY(outbox_meet(outbox, LITERAL(ORIGIN), &head, &probe));
    return probe ? FAIL(DIVERGED, head.emitter_n) : OK;
}

static struct status send(const struct place *place, struct outbox *outbox)
{
    struct outbox_batch batch = {.count = 1};
    while (batch.count > 0) {
        TRY(outbox_pack(outbox, BATCH, &batch));
        if (batch.count > 0) {
            TRY(log_take(place, &batch) ? OK : FAIL(GAP, batch.last));
            TRY(outbox_acknowledge(outbox, batch.last, &batch.head));
        }
    }
    return OK;
}

static struct status run(const struct place *place, uint64_t count)
{
    uint64_t number;
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    CLEANUP(outbox_close) struct outbox *outbox = NULL;
    TRY(key_library_start());
    TRY(secret_key_load(place->key, &key));
    TRY(open_outbox(place, key, &outbox));
    TRY(meet(place, outbox));
    for (uint64_t i = 1; i <= count; i++) {
        TRY(add(outbox, &number));
        (void)dprintf(STDOUT_FILENO, "acknowledged %" PRIu64 "\n", number);
        TRY(i % SEND_EVERY == 0 ? send(place, outbox) : OK);
    }
    return OK;
}

static struct status check_log(const struct place *place, uint64_t least)
{
    struct line line;
    uint64_t expected = 1;
    FILE *file = fopen(place->log, "r");
    struct status status = OK;
    while (file != NULL && !failed(status) && read_line(file, &line)) {
        status = line.number == expected && line.head.emitter_n == expected
                     ? OK
                     : FAIL_BECAUSE(CORRUPT, line.number, "an event is missing, or there twice");
        expected++;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    TRY(status);
    return expected - 1 >= least ? OK : FAIL_BECAUSE(CORRUPT, least, "an event was lost");
}

static struct status check(const struct place *place, uint64_t least)
{
    TRY(run(place, 0));
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    CLEANUP(outbox_close) struct outbox *outbox = NULL;
    TRY(secret_key_load(place->key, &key));
    TRY(open_outbox(place, key, &outbox));
    TRY(meet(place, outbox));
    TRY(send(place, outbox));
    return check_log(place, least);
}

static struct status make(const struct place *place)
{
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    TRY(key_library_start());
    TRY(secret_key_make(KEY_ED25519, "door", &key));
    return secret_key_save(key, place->key);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fprintf(stderr, "usage: spooler make|run|check PLACE [NUMBER]\n");
        return 2;
    }
    const struct place place = place_of(argv[2]);
    uint64_t number = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    struct status status = strcmp(argv[1], "make") == 0  ? make(&place)
                           : strcmp(argv[1], "run") == 0 ? run(&place, number)
                                                         : check(&place, number);
    if (failed(status)) {
        char memory[512];
        struct text text = TEXT_IN(memory);
        status_describe(status, &text);
        (void)fprintf(stderr, "spooler: %s\n", text_string(&text));
    }
    return failed(status) ? 1 : 0;
}
