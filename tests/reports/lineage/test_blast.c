/*
 * The blast radius of a key: what was read, what could have been, what was done, how far it went.
 */
#include "reports/lineage/blast.h"
#include "tests/reports/capture.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Beyond whatever clock a store was born under. */
#define FAR_US UINT64_C(2500000000000000)

struct stage {
    struct enclave enclave;
    struct log_snapshot *log;
    struct lineage lineage;
    struct basis basis;
    struct capture capture;
    struct id file;
};

/* Ben makes a file, fetches its key, and hands it to cid. */
static int begin(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    struct enclave *enclave = &stage->enclave;
    enclave_begin(enclave);
    struct id ben = enclave_user(enclave, "ben", USER_ROLE_USER);
    struct id cid = enclave_user(enclave, "cid", USER_ROLE_USER);
    const union command_fields create = {
        .vault_file_create = {.parent = ben, .name = LITERAL("f")}};
    enclave_permit(enclave, "ben", USER_PERMISSION_UPLOAD, true);
    enclave_permit(enclave, "ben", USER_PERMISSION_SHARE, true);
    enclave_login(enclave, "ben");
    stage->file =
        (struct id){ID_FILE, enclave_must(enclave, "ben", COMMAND_VAULT_FILE_CREATE, &create)};
    const union command_fields fetch = {.vault_key_fetch = {.file = stage->file}};
    const union command_fields share = {.vault_file_share = {.file = stage->file,
                                                             .target = cid,
                                                             .can_view = true,
                                                             .has_expires = true,
                                                             .expires = FAR_US}};
    enclave_pass(enclave, 60);
    enclave_must(enclave, "ben", COMMAND_VAULT_KEY_FETCH, &fetch);
    enclave_must(enclave, "ben", COMMAND_VAULT_FILE_SHARE, &share);
    *state = stage;
    return 0;
}

static int end(void **state)
{
    struct stage *stage = *state;
    log_snapshot_close(&stage->log);
    enclave_end(&stage->enclave);
    free(stage);
    return 0;
}

static struct status time_of(void *context, uint64_t n, uint64_t *utc_us)
{
    struct stage *stage = context;
    struct bytes bytes;
    struct leaf leaf;
    must(log_read_leaf(stage->log, n, &bytes));
    must(leaf_decode(bytes, &leaf));
    *utc_us = leaf.t_utc_us;
    return OK;
}

static const char *ask(struct stage *stage, const char *login, uint64_t since)
{
    struct enclave *enclave = &stage->enclave;
    must(engine_flush(enclave->engine));
    must(log_snapshot_open(engine_log(enclave->engine), &stage->log));
    uint64_t size = log_snapshot_size(stage->log);
    const struct lineage_question question = {.root = enclave_id(enclave, login),
                                              .go = {true, true},
                                              .could = true,
                                              .depth = 4,
                                              .since = since,
                                              .until = size};
    must(lineage_trace(&question, stage->log, NULL, &stage->lineage));
    struct blast blast = {.lineage = &stage->lineage,
                          .question = {.view = enclave_view(enclave),
                                       .from.n = since,
                                       .to.n = size,
                                       .time_of = time_of,
                                       .context = stage},
                          .basis = &stage->basis,
                          .rows = &stage->capture.rows};
    must(time_of(stage, since, &blast.question.from.utc_us));
    must(time_of(stage, size - 1, &blast.question.to.utc_us));
    blast.question.to.utc_us++;
    capture_begin(&stage->capture, &(struct rows_options){.format = ROWS_CSV});
    must(blast_rows(&blast));
    capture_end(&stage->capture);
    log_snapshot_close(&stage->log);
    return stage->capture.text;
}

static void it_has_what_was_read_what_could_be_and_what_was_done(void **state)
{
    struct stage *stage = *state;
    const char *text = ask(stage, "ben", 0);
    assert_non_null(strstr(text, "\"had the key of\",\"f (file:"));
    assert_non_null(strstr(text, "\"could read\",\"f (file:"));
    assert_non_null(strstr(text, "\"CLS-04a\""));
    assert_non_null(strstr(text, "\"made\",\"f (file:"));
    assert_non_null(strstr(text, "shared with\",\"cid (user:"));
}

static void a_right_that_was_never_used_is_what_could_have_been(void **state)
{
    struct stage *stage = *state;
    const char *text = ask(stage, "cid", 0);
    assert_non_null(strstr(text, "\"could read\",\"f (file:"));
    assert_null(strstr(text, "had the key of"));
    assert_null(strstr(text, "\"made\""));
}

static void whoever_has_nothing_has_no_radius(void **state)
{
    struct stage *stage = *state;
    const char *text = ask(stage, "ada", 0);
    assert_null(strstr(text, "file:"));
}

static void what_was_done_before_the_key_was_stolen_does_not_count(void **state)
{
    struct stage *stage = *state;
    const char *text = ask(stage, "ben", stage->file.n + 1);
    assert_non_null(strstr(text, "\"had the key of\",\"f (file:"));
    assert_non_null(strstr(text, "\"could read\",\"f (file:"));
    assert_null(strstr(text, "\"made\",\"f (file:"));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(it_has_what_was_read_what_could_be_and_what_was_done),
        WITH(a_right_that_was_never_used_is_what_could_have_been),
        WITH(whoever_has_nothing_has_no_radius),
        WITH(what_was_done_before_the_key_was_stolen_does_not_count),
    };
    return cmocka_run_group_tests_name("reports/lineage/blast", tests, NULL, NULL);
}
