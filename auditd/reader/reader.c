#include "auditd/reader/reader.h"

#include "auditd/reader/door_page.h"
#include "core/note.h"
#include "reports/web/assets.h"
#include "schema/wire/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HTML "text/html; charset=utf-8"
#define ASSETS "/assets/"

enum {
    DOWNLOAD_SIZE = PAGE_DOWNLOAD_MAX + 1,
};

struct reader {
    struct reader_options options;
    struct door *door;
    struct web *web;
    struct reader_counts counts;
    uint64_t deadline_us;
    struct door_pass pass;
    struct web_answer made;
    char download[DOWNLOAD_SIZE];
    struct output output;
};

/* Between two pages, and within one. */
static bool expired(void *context)
{
    struct reader *reader = context;
    if (wire_now_us() >= reader->deadline_us) {
        return true; /* and no sign of life: a page that goes on all the same is to be ended */
    }
    if (reader->options.alive != NULL) {
        reader->options.alive(reader->options.context);
    }
    return false;
}

struct status reader_open(const struct reader_options *options, struct reader **out)
{
    struct reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return FAIL(NO_MEMORY, sizeof *reader);
    }
    reader->options = *options;
    const struct door_options door = {options->engine, options->say, options->context};
    const struct web_options web = {
        .engine = options->engine,
        .program = options->program,
        .expired = expired,
        .context = reader,
    };
    struct status status = door_open(&door, &reader->door);
    if (!failed(status)) {
        status = web_open(&web, &reader->web);
    }
    if (failed(status)) {
        reader_close(&reader);
        return status;
    }
    *out = reader;
    return OK;
}

void reader_close(struct reader **reader)
{
    if (*reader != NULL) {
        web_close(&(*reader)->web);
        door_close(&(*reader)->door);
        free(*reader);
        *reader = NULL;
    }
}

static uint64_t now_of(const struct reader *reader)
{
    return reader->options.clock == NULL ? engine_now(reader->options.engine)
                                         : reader->options.clock(reader->options.context);
}

/* Bodies ------------------------------------------------------------------------------------ */

static struct status open_body(struct reader *reader, int *body)
{
    *body = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*body < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    output_init(&reader->output, *body);
    return OK;
}

static struct status seal(struct reader *reader, int body, uint64_t *size)
{
    struct stat about;
    TRY(output_flush(&reader->output));
    if (fcntl(body, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0 ||
        fstat(body, &about) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    *size = (uint64_t)about.st_size;
    return *size <= PAGE_BODY_MAX ? OK : FAIL(LIMIT, PAGE_BODY_MAX);
}

static struct status empty(struct reader *reader, int body)
{
    if (ftruncate(body, 0) != 0 || lseek(body, 0, SEEK_SET) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    output_init(&reader->output, body);
    return OK;
}

/* Pages ------------------------------------------------------------------------------------- */

static struct bytes path_of(struct bytes target, struct bytes *query)
{
    const uint8_t *mark = memchr(target.data, '?', target.size);
    size_t size = mark == NULL ? target.size : (size_t)(mark - target.data);
    *query = mark == NULL ? (struct bytes){0} : bytes_of(mark + 1, target.size - size - 1);
    return bytes_of(target.data, size);
}

static struct status make(struct reader *reader, const struct page_request *request)
{
    struct web_request asked = {.viewer = &reader->pass.viewer, .now_utc_us = now_of(reader)};
    asked.path = path_of(request->target, &asked.query);
    reader->made = (struct web_answer){.output = &reader->output};
    return web_respond(reader->web, &asked, &reader->made);
}

static struct status say_viewed(struct reader *reader, const struct page_request *request)
{
    const struct web_viewer *viewer = &reader->pass.viewer;
    struct auditor_viewed viewed = {
        .status = reader->made.status,
        .size = log_head_of(engine_log(reader->options.engine))->size,
    };
    viewed.path = path_of(request->target, &viewed.query);
    const union event_body body = {.auditor_viewed = viewed};
    const struct draft draft = {
        .kind = EVENT_AUDITOR_VIEWED,
        .on = {viewer->invitation},
        .on_count = 1,
        .body = &body,
    };
    return reader->options.say(reader->options.context, &draft);
}

/* The page tells whether its view is an event, so it is made before that can be known for sure; if
 * it was wrong, it is made again. */
static struct status make_and_say(struct reader *reader, const struct page_request *request,
                                  int body)
{
    reader->pass.viewer.recorded = reader->options.can_say(reader->options.context);
    TRY(make(reader, request));
    if (reader->pass.viewer.recorded && !failed(say_viewed(reader, request))) {
        return OK;
    }
    reader->counts.unrecorded++;
    if (!reader->pass.viewer.recorded) {
        return OK;
    }
    reader->pass.viewer.recorded = false;
    TRY(empty(reader, body));
    return make(reader, request);
}

/* The name of a download is the page's until its next request. */
static void take_made(struct reader *reader, struct page_answer *answer)
{
    const struct web_answer *made = &reader->made;
    answer->status = made->status;
    answer->type = bytes_of_string(made->type);
    answer->immutable = made->immutable;
    answer->location = bytes_of_string(made->location);
    answer->retry_after_s = made->status == 503 ? 5 : 0;
    reader->counts.late += made->status == 503 ? 1 : 0;
    if (made->download != NULL) {
        struct text name = TEXT_IN(reader->download);
        text_put_string(&name, made->download);
        answer->download = text_bytes(&name);
    }
}

static struct status view_page(struct reader *reader, const struct page_request *request,
                               struct page_answer *answer, int body)
{
    struct bytes query;
    struct bytes path = path_of(request->target, &query);
    if (path.size > NOTE_PATH_MAX || query.size > NOTE_PATH_MAX) {
        answer->status = 414; /* longer than an event says */
        return OK;
    }
    TRY(make_and_say(reader, request, body));
    take_made(reader, answer);
    return OK;
}

/* Before the door ----------------------------------------------------------------------------- */

static bool is_asset(struct bytes target)
{
    return target.size > sizeof ASSETS - 1 && memcmp(target.data, ASSETS, sizeof ASSETS - 1) == 0;
}

static void give_asset(struct reader *reader, const struct page_request *request,
                       struct page_answer *answer)
{
    const struct asset *asset = asset_find(bytes_of(request->target.data + sizeof ASSETS - 1,
                                                    request->target.size - (sizeof ASSETS - 1)));
    if (asset == NULL) {
        answer->status = 404;
        return;
    }
    answer->status = 200;
    answer->type = bytes_of_string(asset->type);
    answer->immutable = true;
    output_put_bytes(&reader->output, asset->bytes);
}

static struct status pass_door(struct reader *reader, const struct page_request *request,
                               struct page_answer *answer, int body)
{
    TRY(door_judge(reader->door, request, now_of(reader), &reader->pass));
    answer->type = LITERAL(HTML);
    switch (reader->pass.way) {
    case DOOR_IN:
        return view_page(reader, request, answer, body);
    case DOOR_BUTTON:
        answer->status = 200;
        door_page_button(&reader->output, &reader->pass,
                         log_origin(engine_log(reader->options.engine)));
        return OK;
    case DOOR_ENTERED:
        answer->status = 303;
        answer->location = LITERAL("/");
        answer->secret = bytes_of_string(reader->pass.secret.text);
        return OK;
    case DOOR_SHUT:
        answer->status = 403;
        door_page_shut(&reader->output);
        return OK;
    case DOOR_BUSY:
        answer->status = 503;
        answer->retry_after_s = 5;
        door_page_busy(&reader->output);
        return OK;
    }
    return OK;
}

static struct status look(struct reader *reader)
{
    return reader->options.look == NULL ? engine_look_again(reader->options.engine)
                                        : reader->options.look(reader->options.context);
}

/* Without it nobody can be let in; the writer folds it. */
static bool has_state(const struct reader *reader)
{
    return engine_state(reader->options.engine) != NULL;
}

static struct status respond(struct reader *reader, const struct page_request *request,
                             struct page_answer *answer, int *body)
{
    if (request->refused.size > 0) {
        door_refused(reader->door, request->address, request->refused, now_of(reader));
        answer->status = 403;
        return OK;
    }
    TRY(open_body(reader, body));
    if (is_asset(request->target)) {
        give_asset(reader, request, answer);
    } else {
        TRY(look(reader));
        if (!has_state(reader)) {
            *answer = (struct page_answer){.status = 503, .retry_after_s = 5};
            return OK;
        }
        TRY(pass_door(reader, request, answer, *body));
    }
    return seal(reader, *body, &answer->size);
}

static void drop(int *body)
{
    if (*body >= 0) {
        (void)close(*body);
    }
    *body = -1;
}

void reader_answer(struct reader *reader, const struct page_request *request,
                   struct page_answer *answer, int *body)
{
    uint64_t began_us = wire_now_us();
    *body = -1;
    *answer = (struct page_answer){0};
    reader->deadline_us = began_us + reader->options.answer_us;
    if (failed(respond(reader, request, answer, body))) {
        drop(body);
        *answer = (struct page_answer){.status = 500};
    }
    if (answer->size == 0) {
        drop(body);
    }
    reader->counts.pages += request->refused.size > 0 ? 0 : 1;
    reader->counts.page_us += wire_now_us() - began_us;
}

void reader_tick(struct reader *reader)
{
    door_tick(reader->door, now_of(reader));
}

const struct reader_counts *reader_counts(const struct reader *reader)
{
    return &reader->counts;
}

uint64_t reader_turned_away(const struct reader *reader)
{
    return door_turned_away(reader->door);
}
