/*
 * Who did: random work on files against what was noted while it was done.
 */
#include "reports/access/use.h"
#include "tests/reports/access/lab.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    FILES = 3,
    CHUNKS = 6,
    ACTIONS = 100,
    USES_MAX = ACTIONS + 8,
};

/* A use as it was noted. */
struct noted {
    struct id user, session, file;
    uint64_t fetch, last;
    bool chunks[CHUNKS];
    uint64_t reads, downloads, shares;
    bool told;
};

struct notes {
    struct noted uses[USES_MAX];
    size_t count;
    struct use use;
    size_t told;
};

static struct noted *noted_of(struct notes *notes, struct id session, struct id file)
{
    for (size_t i = notes->count; i > 0; i--) {
        if (id_equal(notes->uses[i - 1].session, session) &&
            id_equal(notes->uses[i - 1].file, file)) {
            return &notes->uses[i - 1];
        }
    }
    return NULL;
}

static void work(struct lab *lab, struct notes *notes, const char *who, struct id file,
                 uint64_t *random)
{
    struct enclave_person *person = enclave_person(&lab->enclave, who);
    struct noted *noted = noted_of(notes, person->session, file);
    uint64_t what = random_below(random, 6);
    if (noted == NULL || what == 0) {
        notes->uses[notes->count] =
            (struct noted){.user = person->user, .session = person->session, .file = file};
        noted = &notes->uses[notes->count++];
        noted->fetch = noted->last = lab_fetch(lab, who, file);
    } else if (what < 5) {
        uint64_t from = random_below(random, CHUNKS), to = from + random_below(random, 2);
        to = to < CHUNKS ? to : from;
        noted->last = lab_read(lab, who, file, from, to);
        noted->chunks[from] = noted->chunks[to] = true;
        noted->reads++;
    } else {
        noted->last = lab_download(lab, who, file);
        noted->downloads++;
    }
}

static uint64_t bytes_of_chunks(const struct noted *noted)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < CHUNKS; i++) {
        bytes += noted->chunks[i] ? LAB_CHUNK : 0;
    }
    return bytes;
}

static void expect_chunks(const struct use *use, const struct noted *noted)
{
    bool chunks[CHUNKS] = {false};
    for (size_t i = 0; i < use->range_count; i++) {
        assert_true(i == 0 || use->ranges[i].from > use->ranges[i - 1].to + 1);
        for (uint64_t k = use->ranges[i].from; k <= use->ranges[i].to; k++) {
            chunks[k] = true;
        }
    }
    assert_memory_equal(chunks, noted->chunks, sizeof chunks);
    assert_int_equal(use->byte_count, bytes_of_chunks(noted));
    assert_int_equal(use->size, CHUNKS * LAB_CHUNK);
}

static struct status compare(void *context, const struct use *use)
{
    struct notes *notes = context;
    for (size_t i = 0; i < notes->count; i++) {
        struct noted *noted = &notes->uses[i];
        if (noted->fetch != use->fetch_n) {
            continue;
        }
        assert_false(noted->told);
        noted->told = true;
        notes->told++;
        assert_true(id_equal(use->user, noted->user) && id_equal(use->session, noted->session) &&
                    id_equal(use->file, noted->file));
        assert_int_equal(use->first_n, noted->fetch);
        assert_int_equal(use->last_n, noted->last);
        assert_int_equal(use->read_count, noted->reads);
        assert_int_equal(use->download_count, noted->downloads);
        assert_int_equal(use->event_count, 1 + noted->reads + noted->downloads);
        assert_true(use->could && use->access.allowed && use->certified && !use->erased);
        expect_chunks(use, noted);
        return OK;
    }
    return OK; /* what was fetched to be shared */
}

static struct use_question question_of(struct lab *lab)
{
    lab_look(lab);
    return (struct use_question){
        .view = enclave_view(&lab->enclave), .log = lab->log, .index = lab->index};
}

static void uses_are_what_was_done(void **state)
{
    struct lab *lab = *state;
    struct notes *notes = calloc(1, sizeof *notes);
    struct id files[FILES];
    uint64_t random = 7;
    assert_non_null(notes);
    for (size_t i = 0; i < FILES; i++) {
        files[i] = lab_file(lab, "bob", (const char *[]){"a", "b", "c"}[i], (struct id){ID_NONE, 0},
                            CHUNKS);
        (void)lab_share(lab, "bob", files[i], lab->cat);
    }
    for (unsigned i = 0; i < ACTIONS; i++) {
        const char *who = random_below(&random, 2) == 0 ? "bob" : "cat";
        if (random_below(&random, 25) == 0) {
            enclave_login(&lab->enclave, who);
        }
        work(lab, notes, who, files[random_below(&random, FILES)], &random);
    }
    struct use_question question = question_of(lab);
    must(use_each(&question, &notes->use, compare, notes));
    assert_int_equal(notes->told, notes->count);
    question.index = NULL; /* a scan says the same */
    for (size_t i = 0; i < notes->count; i++) {
        notes->uses[i].told = false;
    }
    must(use_each(&question, &notes->use, compare, notes));
    assert_int_equal(notes->told, 2 * notes->count);
    free(notes);
}

/* Particular uses ---------------------------------------------------------------------------- */

static struct status keep(void *context, const struct use *use)
{
    *(struct use *)context = *use;
    return OK;
}

static const struct use *only_use(struct use_question *question)
{
    static struct use use, kept;
    kept = (struct use){.fetch_n = 0};
    must(use_each(question, &use, keep, &kept));
    return &kept;
}

static void a_use_that_was_begun_before_the_range_knows_its_fetch(void **state)
{
    struct lab *lab = *state;
    struct id file = lab_file(lab, "bob", "a", (struct id){ID_NONE, 0}, 2);
    uint64_t fetch = lab_fetch(lab, "bob", file);
    (void)lab_read(lab, "bob", file, 0, 0);
    uint64_t read = lab_read(lab, "bob", file, 1, 1);
    (void)lab_download(lab, "bob", file);
    struct use_question question = question_of(lab);
    question.range.since = (struct moment){MOMENT_POSITION, read};
    const struct use *use = only_use(&question);
    assert_int_equal(use->fetch_n, fetch);
    assert_int_equal(use->first_n, read);
    assert_int_equal(use->event_count, 2);
    assert_int_equal(use->range_count, 1);
    assert_int_equal(use->ranges[0].from, 1);
    question.range.until = (struct moment){MOMENT_POSITION, read + 1};
    assert_int_equal(only_use(&question)->event_count, 1);
    question.user = lab->cat;
    assert_int_equal(only_use(&question)->event_count, 0);
}

static void a_use_is_joined_with_what_could_be_done_then_and_by_which_certification(void **state)
{
    struct lab *lab = *state;
    struct enclave *enclave = &lab->enclave;
    union command_fields fields = {.requirement_create = {.name = LITERAL("trained")}};
    struct id requirement = {ID_REQUIREMENT,
                             enclave_must(enclave, "ada", COMMAND_REQUIREMENT_CREATE, &fields)};
    fields = (union command_fields){.level_create = {.name = LITERAL("l"),
                                                     .requirements = &requirement,
                                                     .requirements_count = 1}};
    struct id level = {ID_LEVEL, enclave_must(enclave, "ada", COMMAND_LEVEL_CREATE, &fields)};
    fields = (union command_fields){
        .project_set_level = {.project = lab->texas, .has_level = true, .level = level}};
    (void)enclave_must(enclave, "ada", COMMAND_PROJECT_SET_LEVEL, &fields);
    fields = (union command_fields){.cert_issue = {.user = lab->bob, .requirement = requirement}};
    uint64_t cert = enclave_must(enclave, "ada", COMMAND_CERT_ISSUE, &fields);
    enclave_login(enclave, "bob");
    lab_activate(lab, "bob", lab->texas);
    struct id file = lab_file(lab, "bob", "a", lab->texas, 2);
    (void)lab_fetch(lab, "bob", file);
    (void)lab_read(lab, "bob", file, 0, 1);
    struct use_question question = question_of(lab);
    question.file = file;
    const struct use *use = only_use(&question);
    assert_true(use->could && use->certified);
    assert_true(id_equal(use->label, lab->texas));
    assert_int_equal(use->access.rule, RULE_CLS_03A);
    assert_int_equal(use->cert_count, 1);
    assert_true(id_equal(use->certs[0].cert, (struct id){ID_CERT, cert}));
    assert_true(use->certs[0].alone);
}

static struct status refuse(void *context, const struct use *use)
{
    (void)context;
    (void)use;
    return FAIL(INTERRUPTED, 0);
}

static void a_visit_that_fails_ends_the_walk(void **state)
{
    static struct use use;
    struct lab *lab = *state;
    struct id file = lab_file(lab, "bob", "a", (struct id){ID_NONE, 0}, 1);
    (void)lab_fetch(lab, "bob", file);
    struct use_question question = question_of(lab);
    assert_int_equal(use_each(&question, &use, refuse, NULL).code, STATUS_INTERRUPTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_LAB(uses_are_what_was_done),
        IN_LAB(a_use_that_was_begun_before_the_range_knows_its_fetch),
        IN_LAB(a_use_is_joined_with_what_could_be_done_then_and_by_which_certification),
        IN_LAB(a_visit_that_fails_ends_the_walk),
    };
    return cmocka_run_group_tests_name("reports/access/use", tests, NULL, NULL);
}
