#include "core/engine.h"
#include "tools/demo/demo.h"
#include "tools/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAMPERED_NAME "libflex_cache.tar"

/*
 * Somebody with access to the disk changes one character of one event's details: the bytes are
 * sought in the log's file and written there, behind the back of everything. The salt of a body
 * tells it apart; where a page was copied in the life of the file there may be more than one, and
 * the one that counts is the one that reading comes by.
 */
struct tampering {
    const struct invocation *invocation;
    struct place place;
    struct store_path file, note;
    uint64_t n;
    uint8_t body[BODY_MAX + SALT_SIZE + 1]; /* as it is, */
    char again[BODY_MAX + SALT_SIZE + 1];   /* and as it is read then */
    size_t size, at;                        /* of the byte, in the body */
    uint64_t offset;                        /* of the byte, in the file */
    uint8_t was, is;
};

/* What is there --------------------------------------------------------------------------- */

static struct status read_body(const struct tampering *tampering, struct text *out)
{
    CLEANUP(engine_close) struct engine *engine = NULL;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    struct bytes bytes;
    struct leaf leaf;
    TRY(engine_open(
        &(struct engine_options){.directory = tampering->place.store.text, .read_only = true},
        &engine));
    TRY(log_snapshot_open(engine_log(engine), &log));
    TRY(log_read_leaf(log, tampering->n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    TRY(log_read_body(log, &leaf, &bytes));
    text_put_bytes(out, bytes);
    return out->full ? FAIL(LIMIT, out->capacity) : OK;
}

static struct status find_character(struct tampering *tampering)
{
    struct text body = {.data = (char *)tampering->body, .capacity = sizeof tampering->body};
    TRY(read_body(tampering, &body));
    const uint8_t *name = memmem(body.data, body.size, TAMPERED_NAME, strlen(TAMPERED_NAME));
    if (name == NULL) {
        return FAIL_BECAUSE(NOT_FOUND, tampering->n, "the event has another name in it");
    }
    tampering->size = body.size;
    tampering->at = (size_t)(name - tampering->body);
    tampering->was = *name;
    tampering->is = *name ^ 1;
    return OK;
}

/* The file -------------------------------------------------------------------------------- */

static struct status write_byte(const struct tampering *tampering, uint8_t byte)
{
    int file = open(tampering->file.text, O_WRONLY | O_CLOEXEC);
    bool good =
        file >= 0 && pwrite(file, &byte, 1, (off_t)tampering->offset) == 1 && fdatasync(file) == 0;
    struct status status = good ? OK : FAIL(IO, (uint64_t)errno);
    if (file >= 0) {
        (void)close(file);
    }
    return status;
}

/* Whether reading comes by that place: then the event's details do not hold any more. */
static struct status try_place(struct tampering *tampering, bool *done)
{
    struct text body = {.data = tampering->again, .capacity = sizeof tampering->again};
    TRY(write_byte(tampering, tampering->is));
    *done = failed(read_body(tampering, &body));
    return *done ? OK : write_byte(tampering, tampering->was);
}

static struct status try_all(struct tampering *tampering, const uint8_t *data, size_t size)
{
    const uint8_t *at = data;
    bool done = false;
    while ((at = memmem(at, size - (size_t)(at - data), tampering->body, tampering->size)) !=
           NULL) {
        tampering->offset = (uint64_t)(at - data) + tampering->at;
        TRY(try_place(tampering, &done));
        if (done) {
            return OK;
        }
        at++;
    }
    return FAIL_BECAUSE(NOT_FOUND, tampering->n, "the event's details are not in the file");
}

static struct status search(struct tampering *tampering)
{
    struct stat about;
    struct status status = OK;
    int file = open(tampering->file.text, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &about) != 0) {
        status = FAIL(IO, (uint64_t)errno);
    }
    void *data = failed(status) ? MAP_FAILED
                                : mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_SHARED, file, 0);
    if (data != MAP_FAILED) {
        status = try_all(tampering, data, (size_t)about.st_size);
        (void)munmap(data, (size_t)about.st_size);
    } else if (!failed(status)) {
        status = FAIL(IO, (uint64_t)errno);
    }
    if (file >= 0) {
        (void)close(file);
    }
    return status;
}

/* Doing and undoing ----------------------------------------------------------------------- */

static struct status note(const struct tampering *tampering)
{
    char memory[128];
    struct text text = TEXT_IN(memory);
    text_add(&text, "%" PRIu64 " %u\n", tampering->offset, (unsigned)tampering->was);
    return store_write_file(tampering->note.text, text.data, text.size, true);
}

static struct status tamper(struct tampering *tampering)
{
    TRY(find_character(tampering));
    TRY(search(tampering));
    return note(tampering);
}

static struct status undo(struct tampering *tampering)
{
    char memory[128] = {0};
    size_t size = 0;
    unsigned was = 0;
    TRY(store_read_file(tampering->note.text, memory, sizeof memory - 1, &size));
    if (sscanf(memory, "%" SCNu64 " %u", &tampering->offset, &was) != 2 || was > UINT8_MAX) {
        return FAIL_BECAUSE(MALFORMED, 0, "what was changed is not noted");
    }
    TRY(write_byte(tampering, (uint8_t)was));
    return unlink(tampering->note.text) == 0 ? OK : FAIL(IO, (uint64_t)errno);
}

static enum exit_code tell(const struct tampering *tampering)
{
    struct output *out = tampering->invocation->output;
    if (tampering->invocation->format == ROWS_JSON) {
        output_add(out,
                   "{\"event\":%" PRIu64 ",\"file\":\"log/data.mdb\",\"offset\":%" PRIu64
                   ",\"was\":%u,\"is\":%u}\n",
                   tampering->n, tampering->offset, (unsigned)tampering->was,
                   (unsigned)tampering->is);
        return EXIT_DONE;
    }
    output_add(out,
               "One byte of log/data.mdb is another now: at %" PRIu64 ", %c became %c.\n"
               "So event %" PRIu64 " says that what ren wrote that night was called "
               "%c%s.\nWhat does `cairn verify` say? `cairn demo tamper --undo` puts it back.\n",
               tampering->offset, tampering->was, tampering->is, tampering->n, tampering->is,
               &TAMPERED_NAME[1]);
    return EXIT_DONE;
}

static enum exit_code run_on(struct tampering *tampering)
{
    const struct invocation *invocation = tampering->invocation;
    const char *store = tampering->place.store.text;
    struct status status = store_path(store, "log/data.mdb", &tampering->file);
    status = failed(status)
                 ? status
                 : store_path(tampering->place.people.text, "tampered", &tampering->note);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, store);
    }
    const bool is_done = access(tampering->note.text, F_OK) == 0;
    if (invocation_has(invocation, "undo")) {
        if (!is_done) {
            return invocation_fail(invocation, EXIT_NOTHING, NULL, "nothing has been changed");
        }
        status = undo(tampering);
        return failed(status) ? invocation_failed(invocation, status, NULL, store) : EXIT_DONE;
    }
    if (is_done) {
        return invocation_fail(invocation, EXIT_CONFLICT, "`cairn demo tamper --undo` puts it back",
                               "this demonstration has been changed already");
    }
    status = tamper(tampering);
    return failed(status) ? invocation_failed(invocation, status, NULL, store) : tell(tampering);
}

static enum exit_code run(struct invocation *invocation)
{
    uint64_t truth[TRUTH_COUNT];
    struct tampering *tampering = calloc(1, sizeof *tampering);
    if (tampering == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *tampering), NULL, "starting");
    }
    tampering->invocation = invocation;
    enum exit_code code = demo_there(invocation, &tampering->place, truth);
    if (code == EXIT_DONE && truth[TRUTH_ATLAS_COPY] == UINT64_MAX) {
        code = invocation_fail(invocation, EXIT_NOT_FOUND, "cairn demo --force",
                               "the night was not played in this demonstration");
    }
    if (code == EXIT_DONE) {
        tampering->n = truth[TRUTH_ATLAS_COPY];
        code = run_on(tampering);
    }
    free(tampering);
    return code;
}

static const struct option_info options[] = {
    {"undo", 0, NULL, "put the byte back", false},
};

const struct verb verb_demo_tamper = {
    .name = "demo tamper",
    .about = "change one byte of a demonstration's log, as who has the disk could",
    .details =
        "One character in the details of the event that wrote libflex_cache.tar, directly in\n"
        "the file: no signature, no checkpoint, no other byte. `cairn verify` finds it.",
    .examples = "cairn demo tamper\n"
                "cairn verify --store demo-store\n"
                "cairn demo tamper --undo",
    .purpose = PURPOSE_START,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
