/* cairn report verify: a report is made again, and compared byte for byte. */
#include "reports/query.h"
#include "reports/render.h"
#include "schema/json.h"
#include "tools/report/making.h"
#include "tools/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILE_MAX = 1 << 30, /* bytes of a report that is verified */
};

/* A file as it lies on the disk. */
struct mapped {
    struct bytes bytes;
};

static void unmap(struct mapped *mapped)
{
    if (mapped->bytes.size > 0) {
        union {
            const uint8_t *read;
            void *unmapped;
        } address = {.read = mapped->bytes.data};
        (void)munmap(address.unmapped, mapped->bytes.size);
    }
}

static struct status map_file(int file, struct mapped *out)
{
    struct stat about;
    if (fstat(file, &about) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    if (!S_ISREG(about.st_mode) || about.st_size == 0 || about.st_size > FILE_MAX) {
        return FAIL_BECAUSE(LIMIT, FILE_MAX, "a report is a file with something in it");
    }
    void *data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED) {
        return FAIL(IO, (uint64_t)errno);
    }
    out->bytes = bytes_of(data, (size_t)about.st_size);
    return OK;
}

static struct status map_path(const char *path, struct mapped *out)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno == ENOENT ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)errno);
    }
    struct status status = map_file(file, out);
    close(file);
    return status;
}

/* What it claims -------------------------------------------------------------------------- */

struct claim {
    const struct report_format *format;
    struct report_question question;
};

/* What follows a mark, up to a character that ends it. */
static bool find_marked(struct bytes bytes, const char *mark, char end, struct bytes *out)
{
    const uint8_t *at = memmem(bytes.data, bytes.size, mark, strlen(mark));
    if (at == NULL) {
        return false;
    }
    at += strlen(mark);
    size_t left = (size_t)(bytes.data + bytes.size - at);
    const uint8_t *past = memchr(at, end, left);
    *out = bytes_of(at, past == NULL ? left : (size_t)(past - at));
    return true;
}

static bool find_line(struct bytes bytes, struct claim *claim, struct bytes *line)
{
    if (find_marked(bytes, "<meta name=\"cairn-report\" content=\"", '"', line)) {
        claim->format = &render_html;
    } else if (find_marked(bytes, "{\"cairn_report\":\"", '"', line)) {
        claim->format = &render_json;
    } else if (find_marked(bytes, "\ncairn-report: ", '\n', line)) {
        claim->format = &render_text;
    } else {
        return false;
    }
    return true;
}

/* What is looked for in the log: the event that says that these bytes were made. */
struct search {
    const struct digest *digest;
    struct log_snapshot *log;
    struct claim *claim;
    bool found;
};

static struct status look_at(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct search *search = context;
    struct bytes body;
    struct digest digest;
    struct json_error error;
    CLEANUP(json_free) struct json *json = NULL;
    (void)bytes;
    TRY(log_read_body(search->log, leaf, &body));
    if (search->found || body.size <= SALT_SIZE) {
        return OK;
    }
    TRY(json_parse(bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE), &json, &error));
    TRY(base64_read_digest(json_string_member(json, "result"), &digest));
    if (digest_equal(&digest, search->digest)) {
        search->found = true;
        search->claim->format = render_find(json_string_member(json, "format"));
        return report_question_read(json_string_member(json, "parameters"),
                                    &search->claim->question);
    }
    return OK;
}

static struct status search_log(struct engine *engine, struct bytes bytes, struct claim *claim)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    struct query query = {.newest_first = true};
    struct query_outcome outcome;
    TRY(hasher_open(&hasher));
    struct digest digest = hash_bytes(hasher, bytes);
    TRY(log_snapshot_open(engine_log(engine), &log));
    if (engine_index(engine) != NULL) {
        TRY(index_snapshot_open(engine_index(engine), &index));
    }
    struct search search = {.digest = &digest, .log = log, .claim = claim};
    TRY(query_add(&query, QUERY_KIND, LITERAL("audit.report_generated")));
    TRY(query_run(&query, log, index, look_at, &search, &outcome));
    return search.found && claim->format != NULL
               ? OK
               : FAIL_BECAUSE(NOT_FOUND, 0,
                              "it does not say what it is, and the log has no report "
                              "of these bytes");
}

static struct status read_claim(struct engine *engine, struct bytes bytes, struct claim *out)
{
    struct bytes line;
    return find_line(bytes, out, &line) ? report_question_read(line, &out->question)
                                        : search_log(engine, bytes, out);
}

/* Comparing ------------------------------------------------------------------------------- */

static enum exit_code compare(const struct making *making, const char *path, struct bytes given)
{
    CLEANUP(unmap) struct mapped again = {0};
    const struct invocation *invocation = making->invocation;
    struct status status = map_file(making->file, &again);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "reading the report");
    }
    uint64_t line = 1;
    size_t at = 0;
    while (at < given.size && at < again.bytes.size && given.data[at] == again.bytes.data[at]) {
        line += given.data[at++] == '\n';
    }
    if (at == given.size && at == again.bytes.size) {
        output_add(invocation->output,
                   "same: %s of %" PRIu64 " events, %" PRIu64 " bytes, %" PRIu64 " rows\n",
                   making->question.info->name, making->question.size, making->size, making->rows);
        return EXIT_DONE;
    }
    return invocation_fail(invocation, EXIT_INTEGRITY,
                           "made anew from this log it is another; another program's version may "
                           "be why: `made by` tells",
                           "%s: line %" PRIu64 " is not what the log says", path, line);
}

static enum exit_code verify(struct invocation *invocation, struct engine *engine, const char *path)
{
    CLEANUP(unmap) struct mapped given = {0};
    struct claim claim = {0};
    struct status status = map_path(path, &given);
    status = failed(status) ? status : read_claim(engine, given.bytes, &claim);
    if (status.code == STATUS_NOT_FOUND && given.bytes.size > 0) {
        return invocation_fail(invocation, EXIT_INTEGRITY,
                               "it has been altered, or was made while nothing could be recorded",
                               "%s: %s", path, status.why);
    }
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, path);
    }
    struct making making = {
        .invocation = invocation, .engine = engine, .question = claim.question, .file = -1};
    enum exit_code code = making_render(&making, claim.format);
    code = code == EXIT_DONE ? compare(&making, path, given.bytes) : code;
    making_close(&making);
    return code;
}

static enum exit_code run(struct invocation *invocation)
{
    struct engine *engine = NULL;
    enum exit_code code = store_open(invocation, STORE_READ, &engine);
    if (code == EXIT_DONE) {
        code = verify(invocation, engine, invocation_argument(invocation, 0));
    }
    engine_close(&engine);
    return code;
}

const struct verb verb_report_verify = {
    .name = "report verify",
    .about = "make a report again and compare it byte for byte",
    .arguments = "FILE",
    .details =
        "The report says what it was asked; a CSV does not, and is found by its SHA-256 in the\n"
        "log. A line that differs is told, and the exit code is 3. A PDF cannot be compared:\n"
        "verify the HTML beside it.",
    .examples = "cairn report verify march/denials.html",
    .purpose = PURPOSE_PROVE,
    .guarded = true,
    .run = run,
};
