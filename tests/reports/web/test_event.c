/*
 * The page of an event: what it shows is what the log has, its proof can be checked by a stranger,
 * and what has been changed is shown as such.
 */
#include "reports/json_out.h"
#include "schema/json.h"
#include "store/proof.h"
#include "tests/reports/access/lab.h"
#include "tests/reports/web/browser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct browser browser;

static uint64_t begin(struct lab *lab)
{
    lab_activate(lab, "bob", lab->texas);
    struct id file = lab_file(lab, "bob", "data \"x\" <b>.csv", lab->texas, 1);
    uint64_t n = lab_share(lab, "bob", file, lab->cat);
    lab_look(lab);
    browser_begin(&browser, lab->enclave.engine, lab->enclave.scratch.clock_us);
    return n;
}

static void get(uint64_t n, const char *form)
{
    char target[80];
    snprintf(target, sizeof target, "/events/%lu%s", n, form);
    browser_must(&browser, target);
}

static void what_is_shown_is_what_the_log_has(void **state)
{
    struct lab *lab = *state;
    uint64_t n = begin(lab);
    get(n, "");
    assert_true(browser_shows(&browser, "<code>vault.file.shared</code>"));
    assert_true(browser_shows(&browser, "data &quot;x&quot; &lt;b&gt;.csv"));
    assert_true(browser_shows(&browser, "<dt>command</dt><dd><code>vault.file.share</code>"));
    assert_true(browser_shows(&browser, "holds, by the key that the user had then"));
    assert_true(browser_shows(&browser, "</span> holds</span> as this server computes it"));
    assert_true(browser_shows(&browser, " data-leaf=\"\">{&quot;actor&quot;:&quot;user:"));
    assert_true(browser_shows(&browser, "<tr class=\"here\" aria-current=\"true\">"));
    assert_true(browser_shows(&browser, "<script type=\"module\" src=\"/assets/verify-"));
    browser_end(&browser);
}

/* Each event has a page, whatever its kind; and what it offers to be asked finds it again. */
static void every_event_has_a_page(void **state)
{
    struct lab *lab = *state;
    static struct browser other;
    (void)begin(lab);
    browser_begin(&other, lab->enclave.engine, browser.now_us);
    for (uint64_t n = 0; n < log_snapshot_size(lab->log); n++) {
        char target[300], row[40];
        size_t at = 0;
        get(n, "");
        while (browser_next_link(&browser, &at, target, sizeof target)) {
            if (strncmp(target, "/events?q=", 10) == 0) {
                char all[320];
                snprintf(all, sizeof all, "/events.jsonl%s", target + 7);
                browser_must(&other, all);
                snprintf(row, sizeof row, "{\"n\":%lu,", n);
                assert_true(browser_shows(&other, row));
            }
        }
    }
    browser_end(&other);
    browser_end(&browser);
}

static void a_stranger_can_check_the_proof(void **state)
{
    struct lab *lab = *state;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    uint64_t n = begin(lab);
    static uint8_t memory[1 << 20];
    struct arena arena = ARENA_IN(memory);
    struct checkpoint checkpoint;
    struct proof proof;
    must(hasher_open(&hasher));
    get(n, ".tlog-proof");
    must(proof_read(bytes_of(browser.text, browser.size), &arena, &proof));
    must(proof_check(&proof, hasher, engine_log_key(lab->enclave.engine), &checkpoint));
    assert_int_equal(proof.index, n);
    assert_int_equal(checkpoint.size, log_snapshot_size(lab->log));
    browser_end(&browser);
}

/* From the JSON alone: the hash of the leaf, the commitment to the body, the path to the root. */
static void a_script_has_all_that_it_needs(void **state)
{
    struct lab *lab = *state;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    CLEANUP(json_free) struct json *json = NULL;
    struct json_error error;
    struct checkpoint checkpoint;
    struct public_key key;
    struct tree_proof path = {0};
    struct leaf leaf;
    uint8_t salt[SALT_SIZE];
    size_t size;
    uint64_t n = begin(lab);
    must(hasher_open(&hasher));
    get(n, ".json");
    must(json_parse(bytes_of(browser.text, browser.size), &json, &error));
    must(public_key_read(json_string_member(json, "claimed_key"), &key));
    must(checkpoint_verify(&key, json_string_member(json, "checkpoint"), &checkpoint));
    must(leaf_decode(json_string_member(json, "leaf"), &leaf));
    must(base64_read(json_string_member(json, "salt"), salt, sizeof salt, &size));
    struct digest body = hash_body(hasher, BYTES(salt), json_string_member(json, "body"));
    assert_true(digest_equal(&body, &leaf.body));
    const struct json *hashes = json_member(json, "path");
    for (; path.count < json_count(hashes); path.count++) {
        must(base64_read_digest(json_as_string(json_element(hashes, path.count)),
                                &path.hashes[path.count]));
    }
    struct digest hash = hash_leaf(hasher, json_string_member(json, "leaf"));
    must(tree_check_inclusion(hasher, n, checkpoint.size, &hash, &path, &checkpoint.root));
    struct bytes record = json_string_member(json, "command");
    struct digest command = hash_bytes(hasher, record);
    assert_true(digest_equal(&command, &leaf.command));
    browser_end(&browser);
}

/* Changes one byte of the log's file where this text stands. */
static void tamper(struct lab *lab, const char *text)
{
    char path[400];
    snprintf(path, sizeof path, "%s/log/data.mdb", lab->enclave.scratch.store);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    char *bytes = malloc(size);
    assert_non_null(bytes);
    rewind(file);
    assert_int_equal(fread(bytes, 1, size, file), size);
    for (char *at = bytes;
         (at = memmem(at, size - (size_t)(at - bytes), text, strlen(text))) != NULL; at++) {
        assert_int_equal(fseek(file, at - bytes, SEEK_SET), 0);
        assert_int_equal(fputc(at[0] ^ 1, file), at[0] ^ 1);
    }
    fclose(file);
    free(bytes);
}

static void what_has_been_changed_is_shown_as_such(void **state)
{
    struct lab *lab = *state;
    char leaf[64], target[80];
    uint64_t n = begin(lab);
    browser_end(&browser);
    lab_look(lab);
    index_snapshot_close(&lab->index);
    log_snapshot_close(&lab->log);
    must(engine_finish(lab->enclave.engine));
    engine_close(&lab->enclave.engine);
    snprintf(leaf, sizeof leaf, "\"kind\":\"vault.file.shared\",\"n\":%lu,", n);
    tamper(lab, leaf);
    must(engine_open(
        &(struct engine_options){.directory = lab->enclave.scratch.store, .read_only = true},
        &lab->enclave.engine));
    browser_begin(&browser, lab->enclave.engine, lab->enclave.scratch.clock_us);
    get(n, "");
    assert_true(browser_shows(&browser, "does not hold</h1>"));
    assert_true(browser_shows(&browser, "#kind&quot;:&quot;vault.file.shared"));
    assert_int_equal(browser_get(&browser, "/events"), 500);
    snprintf(target, sizeof target, "href=\"/events/%lu\"", n);
    assert_true(browser_shows(&browser, target));
    browser.viewer.scoped = true;
    browser.viewer.project = lab->texas;
    snprintf(target, sizeof target, "/events/%lu", n);
    assert_int_equal(browser_get(&browser, target), 404);
    browser_end(&browser);
    engine_close(&lab->enclave.engine);
    leaf[0] ^= 1;
    tamper(lab, leaf); /* and back */
    lab->enclave.engine = scratch_open(&lab->enclave.scratch, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_LAB(what_is_shown_is_what_the_log_has),      IN_LAB(every_event_has_a_page),
        IN_LAB(a_stranger_can_check_the_proof),         IN_LAB(a_script_has_all_that_it_needs),
        IN_LAB(what_has_been_changed_is_shown_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
