/*
 * The bytes of every version of every event ever written are read for ever: one file for each in
 * tests/golden/events, with a body, a statement, a leaf and a submission.
 *
 * A new kind of event has no file yet; this test writes it when CAIRN_GOLDEN=make is in its
 * environment, and never touches one that is there.
 */
#include "core/prepare.h"
#include "core/store_layout.h"
#include "store/hash.h"
#include "tests/schema/random_record.h"
#include "tests/support/scratch.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    FILE_MAX = 16384
};

#define ORIGIN "golden.example/log"
#define SECRET "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
#define COMMAND "{\"a\":\"signed command, as bytes\"}"

/* The four texts of one kind. */
struct golden {
    char memory[FILE_MAX];
    struct bytes body, statement, leaf;
    uint8_t submission_memory[FILE_MAX / 2];
    struct bytes submission;
};

static void path_of(const char *name, struct store_path *out)
{
    must(store_path(GOLDEN "/events", name, out));
}

static void name_of(enum event_kind kind, struct text *out)
{
    text_add(out, "%s.v%u", event_name(kind), event_version(kind));
}

/* Making -------------------------------------------------------------------------------------- */

static struct leaf made_leaf(struct hasher *hasher, enum event_kind kind, struct bytes salted)
{
    const struct event_info *info = &event_infos[kind];
    struct leaf leaf = {
        .actor = LITERAL("user:12"),
        .body = hash_body(hasher, bytes_of(salted.data, SALT_SIZE),
                          bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE)),
        .cause = 30311,
        .has_command = true,
        .command = hash_bytes(hasher, LITERAL(COMMAND)),
        .emitter = LITERAL("vault"),
        .emitter_n = 1,
        .kind = kind,
        .on = {{info->on[0], info->creates == ID_NONE ? 0 : ID_NEW}, {ID_USER, 12}},
        .on_count = 2,
        .project = {ID_USER, 88},
        .session = {ID_USER, 30001},
        .rule = LITERAL("DRV-14d"),
        .source = LITERAL("10.3.0.7"),
        .n = ID_NEW,
        .version = info->version,
    };
    return leaf;
}

static void put_submission(struct hasher *hasher, struct bytes statement, struct bytes salted,
                           struct text *out)
{
    struct signature signature;
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    must(secret_key_read(LITERAL(SECRET), &key));
    struct digest chain = hash_emitter_start(hasher, LITERAL(ORIGIN), LITERAL("vault"));
    chain = hash_emitter_link(hasher, &chain, statement);
    must(secret_key_sign(key, BYTES(chain.sha256), &signature));
    submission_begin(out, LITERAL("vault"), 1);
    submission_put(out, &(struct submission_event){
                            .statement = statement, .body = salted, .command = LITERAL(COMMAND)});
    submission_end(out, 1, bytes_of(signature.data, signature.size));
}

static void put_golden(struct hasher *hasher, enum event_kind kind, struct text *out)
{
    const struct event_info *info = &event_infos[kind];
    struct random random = {.state = UINT64_C(0x9e3779b97f4a7c15) * (kind + 1u)};
    char body_memory[FILE_MAX / 4], statement_memory[LEAF_MAX], frame_memory[FILE_MAX / 2];
    struct text salted = TEXT_IN(body_memory), statement = TEXT_IN(statement_memory);
    struct text frame = TEXT_IN(frame_memory);
    text_put_literal(&salted, "sixteen bytes ++");
    random_record(&random, info->fields, info->field_count, info->creates, &salted);
    struct leaf leaf = made_leaf(hasher, kind, text_bytes(&salted));
    leaf_encode_statement(&leaf, &statement);
    put_submission(hasher, text_bytes(&statement), text_bytes(&salted), &frame);
    leaf.n = 30377;
    leaf.on_n = info->creates == ID_NONE ? 14 : 1;
    leaf.prev = hash_bytes(hasher, LITERAL("the leaf before"));
    leaf.t_utc_us = UINT64_C(1773093480123456);
    text_put_bytes(out, bytes_of(body_memory + SALT_SIZE, salted.size - SALT_SIZE));
    text_put_char(out, '\n');
    text_put_bytes(out, text_bytes(&statement));
    text_put_char(out, '\n');
    leaf_encode(&leaf, out);
    text_put_char(out, '\n');
    text_put_hex(out, text_bytes(&frame));
    text_put_char(out, '\n');
    assert_false(out->full || frame.full || statement.full || salted.full);
}

static void make_golden(struct hasher *hasher, enum event_kind kind, const char *path)
{
    char memory[FILE_MAX];
    struct text text = TEXT_IN(memory);
    put_golden(hasher, kind, &text);
    must(store_write_file(path, text.data, text.size, false));
}

/* Reading ------------------------------------------------------------------------------------- */

static struct bytes take_line(struct bytes *rest)
{
    const uint8_t *end = memchr(rest->data, '\n', rest->size);
    assert_non_null(end);
    struct bytes line = bytes_of(rest->data, (size_t)(end - rest->data));
    *rest = bytes_of(end + 1, rest->size - line.size - 1);
    return line;
}

static void read_golden(const char *name, struct golden *out)
{
    size_t size;
    struct store_path path;
    path_of(name, &path);
    must(store_read_file(path.text, out->memory, sizeof out->memory, &size));
    struct bytes rest = bytes_of(out->memory, size);
    out->body = take_line(&rest);
    out->statement = take_line(&rest);
    out->leaf = take_line(&rest);
    must(hex_read(take_line(&rest), out->submission_memory, sizeof out->submission_memory, &size));
    out->submission = bytes_of(out->submission_memory, size);
    assert_int_equal(rest.size, 0);
}

static void check_body(enum event_kind kind, struct bytes body)
{
    static uint8_t memory[FILE_MAX];
    char again_memory[FILE_MAX];
    struct arena arena = ARENA_IN(memory);
    struct text again = TEXT_IN(again_memory);
    union event_body decoded;
    must(event_body_decode(kind, body, &arena, &decoded));
    event_body_encode(kind, &decoded, &again);
    assert_true(bytes_equal(body, text_bytes(&again)));
}

/* Leaf and statement are read, written again, and made from each other. */
static enum event_kind check_leaf(const struct golden *golden)
{
    char leaf_memory[LEAF_MAX + 1], statement_memory[LEAF_MAX + 1];
    struct text text = TEXT_IN(leaf_memory), statement_text = TEXT_IN(statement_memory);
    struct leaf leaf, statement;
    must(leaf_decode(golden->leaf, &leaf));
    must(leaf_decode_statement(golden->statement, &statement));
    leaf_to_statement(&leaf, &statement_text);
    assert_true(bytes_equal(golden->statement, text_bytes(&statement_text)));
    statement.n = leaf.n;
    statement.on_n = leaf.on_n;
    statement.prev = leaf.prev;
    statement.t_utc_us = leaf.t_utc_us;
    statement.version = leaf.version;
    leaf_from_statement(&statement, &text);
    assert_true(bytes_equal(golden->leaf, text_bytes(&text)));
    return leaf.kind;
}

/* The submission is taken from an emitter with this key, and holds the same statement and body. */
static void check_submission(const struct golden *golden)
{
    char key_memory[256];
    struct text key_text = TEXT_IN(key_memory);
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    CLEANUP(prepare_close) struct prepare *prepare = NULL;
    struct prepared_event event;
    struct prepared prepared = {.submission = golden->submission, .events = &event};
    must(secret_key_read(LITERAL(SECRET), &key));
    public_key_write(secret_key_public(key), &key_text);
    must(prepare_open(LITERAL(ORIGIN), &prepare));
    must(prepare_emitter(prepare,
                         &(struct emitter_row){.name = LITERAL("vault"),
                                               .key = text_bytes(&key_text),
                                               .class = EMITTER_CLASS_INTERNAL},
                         &(struct emitter_head){0}));
    must(prepare_submission(prepare, &prepared));
    assert_int_equal(prepared.count, 1);
    struct bytes body = bytes_of(event.body.data + SALT_SIZE, event.body.size - SALT_SIZE);
    assert_true(bytes_equal(body, golden->body));
    assert_true(bytes_equal(event.command, LITERAL(COMMAND)));
}

/* What is said today is of the newest version: a statement does not tell its own. */
static bool is_newest(enum event_kind kind)
{
    for (unsigned other = 0; other < EVENT_KIND_COUNT; other++) {
        if (strcmp(event_infos[other].name, event_infos[kind].name) == 0 &&
            event_infos[other].version > event_infos[kind].version) {
            return false;
        }
    }
    return true;
}

static void check_file(const char *name)
{
    static struct golden golden;
    char memory[NAME_MAX_SIZE + 16];
    struct text expected = TEXT_IN(memory);
    read_golden(name, &golden);
    enum event_kind kind = check_leaf(&golden);
    name_of(kind, &expected);
    assert_string_equal(text_string(&expected), name);
    check_body(kind, golden.body);
    if (is_newest(kind)) {
        check_submission(&golden);
    }
}

/* Tests --------------------------------------------------------------------------------------- */

static bool may_make(void)
{
    const char *wish = getenv("CAIRN_GOLDEN");
    return wish != NULL && strcmp(wish, "make") == 0;
}

static void every_version_of_every_event_has_its_bytes_kept(void **unused)
{
    (void)unused;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    must(key_library_start());
    must(hasher_open(&hasher));
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        char memory[NAME_MAX_SIZE + 16], first[1];
        struct text name = TEXT_IN(memory);
        size_t size;
        struct store_path path;
        name_of((enum event_kind)kind, &name);
        path_of(text_string(&name), &path);
        struct status status = store_read_file(path.text, first, sizeof first, &size);
        if (status.code == STATUS_NOT_FOUND && may_make()) {
            make_golden(hasher, (enum event_kind)kind, path.text);
        } else if (status.code == STATUS_NOT_FOUND) {
            fail_msg("%s is missing: run this test with CAIRN_GOLDEN=make", path.text);
        }
    }
}

static void whatever_was_ever_written_is_read_and_written_the_same(void **unused)
{
    (void)unused;
    struct dirent **names = NULL;
    int count = scandir(GOLDEN "/events", &names, NULL, alphasort);
    assert_true(count >= EVENT_KIND_COUNT);
    must(key_library_start());
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.') {
            check_file(names[i]->d_name);
        }
        free(names[i]);
    }
    free(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_of_every_event_has_its_bytes_kept),
        cmocka_unit_test(whatever_was_ever_written_is_read_and_written_the_same),
    };
    return cmocka_run_group_tests_name("core/golden", tests, NULL, NULL);
}
