/*
 * One event in one file: the vectors of others, and a proof of ours with every bit flipped, every
 * cut, and each of its claims replaced by another.
 */
#include "schema/leaf.h"
#include "store/proof.h"
#include "tests/store/naive_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define BODY "{\"note\":\"a \\\"quoted\\\" \\\\ and \\n \xe2\x82\xac\"}"

enum {
    INDEX = 259,
    SIZE = 300, /* the path crosses a tile */
    MEMORY = 8192,
};

/* A proof that holds, and what it lends. */
struct sample {
    struct world *world;
    struct secret_key *key;
    struct leaf fields;
    struct proof proof;
    uint8_t salt[SALT_SIZE];
    char leaf[LEAF_MAX + 1];
    char checkpoint[512];
};

/* Puts the leaf into the log at INDEX and proves it, whatever it says. */
static void prove(struct sample *sample)
{
    struct world *world = sample->world;
    struct text leaf = TEXT_IN(sample->leaf);
    leaf_encode(&sample->fields, &leaf);
    assert_false(leaf.full);
    sample->proof.index = INDEX;
    sample->proof.leaf = text_bytes(&leaf);
    world->leaves[INDEX] = hash_leaf(world->hasher, sample->proof.leaf);

    const struct tree_source source = source_of(world);
    assert_false(
        failed(tree_prove_inclusion(&source, world->hasher, INDEX, SIZE, &sample->proof.path)));
    struct text note = TEXT_IN(sample->checkpoint);
    const struct checkpoint checkpoint = {
        .origin = LITERAL("log"), .size = SIZE, .root = naive_root(world, 0, SIZE)};
    assert_false(failed(checkpoint_sign(sample->key, &checkpoint, &note)));
    sample->proof.checkpoint = text_bytes(&note);
}

static struct sample make_sample(void **state)
{
    struct sample sample = {.world = *state};
    assert_false(failed(secret_key_make(KEY_ED25519, "log", &sample.key)));
    key_random(sample.salt, sizeof sample.salt);
    sample.fields = (struct leaf){
        .actor = LITERAL("user:12"),
        .cause = LEAF_NO_CAUSE,
        .emitter = LITERAL("drive"),
        .emitter_n = 1,
        .on = {{.kind = (enum id_kind)1, .n = 7}},
        .on_count = 1,
        .body = hash_body(sample.world->hasher, BYTES(sample.salt), LITERAL(BODY)),
        .n = INDEX,
        .on_n = 1,
        .version = event_version((enum event_kind)0),
    };
    sample.proof.body = LITERAL(BODY);
    return sample;
}

static void end_sample(struct sample *sample)
{
    secret_key_close(&sample->key);
}

/* The usual one: its salt has its place only now. */
static void prove_usual(struct sample *sample)
{
    sample->proof.salt = BYTES(sample->salt);
    prove(sample);
}

static struct status check(const struct sample *sample, const struct proof *proof)
{
    struct checkpoint checkpoint;
    return proof_check(proof, sample->world->hasher, secret_key_public(sample->key), &checkpoint);
}

static struct status read_and_check(const struct sample *sample, struct bytes file)
{
    uint8_t memory[MEMORY];
    struct arena arena = ARENA_IN(memory);
    struct proof proof;
    TRY(proof_read(file, &arena, &proof));
    return check(sample, &proof);
}

/* Our own ------------------------------------------------------------------------------------- */

static void a_file_alone_proves_its_event(void **state)
{
    CLEANUP(end_sample) struct sample sample = make_sample(state);
    prove_usual(&sample);
    char memory[MEMORY];
    struct text file = TEXT_IN(memory);
    proof_write(&sample.proof, &file);
    assert_false(file.full);

    uint8_t room[MEMORY];
    struct arena arena = ARENA_IN(room);
    struct proof read;
    struct checkpoint checkpoint;
    assert_false(failed(proof_read(text_bytes(&file), &arena, &read)));
    assert_int_equal(read.index, INDEX);
    assert_true(bytes_equal(read.leaf, sample.proof.leaf));
    assert_true(bytes_equal(read.body, LITERAL(BODY)));
    assert_true(bytes_equal(read.salt, BYTES(sample.salt)));
    assert_true(bytes_equal(read.checkpoint, sample.proof.checkpoint));
    assert_false(failed(
        proof_check(&read, sample.world->hasher, secret_key_public(sample.key), &checkpoint)));
    assert_int_equal(checkpoint.size, SIZE);

    char again[MEMORY];
    struct text written = TEXT_IN(again);
    proof_write(&read, &written);
    assert_true(bytes_equal(text_bytes(&written), text_bytes(&file)));
}

static void an_erased_body_leaves_the_proof(void **state)
{
    CLEANUP(end_sample) struct sample sample = make_sample(state);
    sample.proof.body = (struct bytes){0};
    prove(&sample);
    char memory[MEMORY];
    struct text file = TEXT_IN(memory);
    proof_write(&sample.proof, &file);
    assert_false(failed(read_and_check(&sample, text_bytes(&file))));
}

static void no_bit_of_a_file_can_be_flipped_and_nothing_cut(void **state)
{
    CLEANUP(end_sample) struct sample sample = make_sample(state);
    prove_usual(&sample);
    char memory[MEMORY];
    struct text file = TEXT_IN(memory);
    proof_write(&sample.proof, &file);
    for (size_t bit = 0; bit < 8 * file.size; bit++) {
        memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
        assert_true(failed(read_and_check(&sample, text_bytes(&file))));
        memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t size = 0; size < file.size; size++) {
        assert_true(failed(read_and_check(&sample, bytes_of(memory, size))));
    }
    assert_false(failed(read_and_check(&sample, text_bytes(&file))));
}

static void assert_corrupt(const struct sample *sample, const struct proof *proof, const char *why)
{
    struct status status = check(sample, proof);
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_int_equal(status.at, proof->index);
    assert_string_equal(status.why, why);
}

static void each_claim_is_checked_and_named(void **state)
{
    CLEANUP(end_sample) struct sample sample = make_sample(state);
    prove_usual(&sample);
    struct proof proof = sample.proof;
    proof.body = LITERAL("{}");
    assert_corrupt(&sample, &proof, "the body is not the one committed to");
    proof = sample.proof;
    proof.salt = LITERAL("0123456789abcdef");
    assert_corrupt(&sample, &proof, "the body is not the one committed to");
    proof = sample.proof;
    proof.leaf = (struct bytes){0};
    assert_corrupt(&sample, &proof, "the file carries no leaf");
    proof = sample.proof;
    proof.leaf = LITERAL("{}");
    assert_corrupt(&sample, &proof, "the path does not lead to the root");
    proof = sample.proof;
    proof.index = SIZE;
    assert_corrupt(&sample, &proof, "the event is beyond the tree");

    sample.fields.n = INDEX + 1;
    prove(&sample);
    assert_corrupt(&sample, &sample.proof, "the leaf says another position");
}

/* The commitment covers salt and body as one string: a byte must not change sides. */
static void the_salt_has_its_size(void **state)
{
    CLEANUP(end_sample) struct sample sample = make_sample(state);
    prove_usual(&sample);
    char moved[SALT_SIZE + sizeof BODY];
    memcpy(moved, sample.salt, SALT_SIZE);
    memcpy(moved + SALT_SIZE, BODY, sizeof BODY);
    sample.proof.salt = bytes_of(moved, SALT_SIZE - 1);
    sample.proof.body = bytes_of(moved + SALT_SIZE - 1, sizeof BODY);
    assert_corrupt(&sample, &sample.proof, "the body is not the one committed to");
}

static void another_key_is_not_convinced(void **state)
{
    CLEANUP(end_sample) struct sample sample = make_sample(state);
    CLEANUP(end_sample) struct sample other = make_sample(state);
    prove_usual(&sample);
    assert_int_equal(check(&other, &sample.proof).code, STATUS_BAD_SIGNATURE);
}

static void a_proof_that_does_not_fit_says_so(void **state)
{
    CLEANUP(end_sample) struct sample sample = make_sample(state);
    prove_usual(&sample);
    char memory[MEMORY];
    struct text file = TEXT_IN(memory);
    proof_write(&sample.proof, &file);
    for (size_t capacity = 1; capacity <= file.size; capacity++) {
        char small[MEMORY];
        memset(small, 0x55, sizeof small);
        struct text text = {.data = small, .capacity = capacity};
        proof_write(&sample.proof, &text);
        assert_true(text.full);
        assert_int_equal(small[capacity], 0x55);
    }
    size_t enough = MEMORY;
    for (size_t capacity = 0; capacity < enough; capacity++) {
        uint8_t room[MEMORY];
        struct arena arena = {.memory = room, .capacity = capacity};
        struct proof read;
        struct status status = proof_read(text_bytes(&file), &arena, &read);
        if (failed(status)) {
            assert_int_equal(status.code, STATUS_NO_MEMORY);
        } else {
            enough = capacity;
        }
    }
    assert_true(enough > sample.proof.leaf.size && enough < MEMORY);
}

/* Others' ------------------------------------------------------------------------------------- */

#define HASH_1 "rzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm4="
#define HASH_2 "5784L25ZFbP4hhm4ZiI+vx1RxMUyHMzeLp/3AKMlkIY="

/* What transparency-dev/formats writes for these (proof/tlog_proof_test.go). */
static void files_of_others_are_read_and_written(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct {
        const char *file;
        uint64_t index;
        size_t hashes;
        const char *extra;
    } cases[] = {
        {"c2sp.org/tlog-proof@v1\nindex 5\n" HASH_1 "\n" HASH_2 "\n\ntest checkpoint\n", 5, 2, ""},
        {"c2sp.org/tlog-proof@v1\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n" HASH_1
         "\n\ncheckpoint data\n", 10, 1, "extra information"},
        {"c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n", 0, 0, ""},
        {"c2sp.org/tlog-proof@v1\nindex 18446744073709551615\n\n\n\nx", UINT64_MAX, 0, ""},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t room[MEMORY];
        struct arena arena = ARENA_IN(room);
        struct proof proof;
        assert_false(failed(proof_read(bytes_of_string(cases[i].file), &arena, &proof)));
        assert_int_equal(proof.index, cases[i].index);
        assert_int_equal(proof.path.count, cases[i].hashes);
        assert_true(bytes_equal(proof.extra, bytes_of_string(cases[i].extra)));
        assert_int_equal(proof.leaf.size, 0);
        char memory[MEMORY];
        struct text written = TEXT_IN(memory);
        proof_write(&proof, &written);
        assert_string_equal(text_string(&written), cases[i].file);
    }
}

static void what_is_no_proof_is_malformed(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *file; uint64_t at; } cases[] = {
        {"", 0},
        {"c2sp.org/tlog-proof@v1", 0},
        {"c2sp.org/tlog-proof@v2\nindex 0\n\nc\n", 0},
        {"c2sp.org/tlog-proof@v1 \nindex 0\n\nc\n", 0},
        {"wrong-header\nindex 0\n\nc\n", 0},
        {"c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\nc\n", 29},
        {"c2sp.org/tlog-proof@v1\nextra \nindex 0\n\nc\n", 29},
        {"c2sp.org/tlog-proof@v1\nextra AAB=\nindex 0\n\nc\n", 29},
        {"c2sp.org/tlog-proof@v1\n\n\nc\n", 23},
        {"c2sp.org/tlog-proof@v1\nindex notanumber\n\nc\n", 23},
        {"c2sp.org/tlog-proof@v1\nindex -5\n\nc\n", 23},
        {"c2sp.org/tlog-proof@v1\nindex 05\n\nc\n", 23},
        {"c2sp.org/tlog-proof@v1\nindex 18446744073709551616\n\nc\n", 23},
        {"c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\nc\n", 31},
        {"c2sp.org/tlog-proof@v1\nindex 0\n" HASH_1 HASH_2 "\n\nc\n", 31},
        {"c2sp.org/tlog-proof@v1\nindex 0\n" HASH_1 "\nAAAA\n\nc\n", 76},
        {"c2sp.org/tlog-proof@v1\nindex 0\n" HASH_1 "\n", 76},
        {"c2sp.org/tlog-proof@v1\nindex 0\n\n", 32},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t room[MEMORY];
        struct arena arena = ARENA_IN(room);
        struct proof proof;
        struct status status = proof_read(bytes_of_string(cases[i].file), &arena, &proof);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_int_equal(status.at, cases[i].at);
        assert_non_null(status.why);
    }
}

static void extra_data_that_is_not_ours_is_kept_as_it_is(void **state)
{
    (void)state;
    static const char *const extras[] = {"x",
                                         "xy",
                                         "xyz",
                                         "wxyz",
                                         "{}",
                                         "{\"leaf\":\"\"}",
                                         "{\"body\":\"b\",\"leaf\":\"l\"}",
                                         "{\"leaf\":\"l\",\"salt\":\"AAAA\"}",
                                         "{\"leaf\":\"l\"} ",
                                         "{\"leaf\":7}",
                                         "{\"body\":\"\",\"leaf\":\"l\",\"salt\":\"AAAA\"}"};
    for (size_t i = 0; i < sizeof extras / sizeof *extras; i++) {
        struct proof proof = {.extra = bytes_of_string(extras[i]), .checkpoint = LITERAL("c\n")};
        struct proof read;
        char memory[MEMORY];
        uint8_t room[MEMORY];
        struct text file = TEXT_IN(memory);
        struct arena arena = ARENA_IN(room);
        proof_write(&proof, &file);
        assert_false(failed(proof_read(text_bytes(&file), &arena, &read)));
        assert_true(bytes_equal(read.extra, proof.extra));
        assert_int_equal(read.leaf.size, 0);
        assert_int_equal(read.body.size, 0);
        assert_int_equal(read.salt.size, 0);
    }
}

static void a_path_has_a_limit(void **state)
{
    (void)state;
    char memory[MEMORY];
    uint8_t room[64];
    struct arena arena = ARENA_IN(room);
    struct proof read;
    struct proof proof = {.path.count = TREE_PROOF_MAX, .checkpoint = LITERAL("c\n")};
    struct text file = TEXT_IN(memory);
    proof_write(&proof, &file);
    assert_false(failed(proof_read(text_bytes(&file), &arena, &read)));
    assert_int_equal(read.path.count, TREE_PROOF_MAX);

    text_clear(&file);
    text_put_literal(&file, "c2sp.org/tlog-proof@v1\nindex 0\n");
    for (size_t i = 0; i <= TREE_PROOF_MAX; i++) {
        text_put_literal(&file, HASH_1 "\n");
    }
    text_put_literal(&file, "\nc\n");
    struct status status = proof_read(text_bytes(&file), &arena, &read);
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_int_equal(status.at, TREE_PROOF_MAX);
}

static void a_file_is_as_long_as_its_limit_and_no_longer(void **state)
{
    (void)state;
    static const char head[] = "c2sp.org/tlog-proof@v1\nindex 0\n\n";
    char *memory = malloc(PROOF_FILE_MAX + 1);
    uint8_t room[64];
    struct arena arena = ARENA_IN(room);
    struct proof read;
    assert_non_null(memory);
    memset(memory, 'c', PROOF_FILE_MAX + 1);
    memcpy(memory, head, sizeof head - 1);
    assert_false(failed(proof_read(bytes_of(memory, PROOF_FILE_MAX), &arena, &read)));
    assert_int_equal(proof_read(bytes_of(memory, PROOF_FILE_MAX + 1), &arena, &read).code,
                     STATUS_LIMIT);
    free(memory);
}

static int start(void **state)
{
    return failed(key_library_start()) ? -1 : make_world(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_alone_proves_its_event),
        cmocka_unit_test(an_erased_body_leaves_the_proof),
        cmocka_unit_test(no_bit_of_a_file_can_be_flipped_and_nothing_cut),
        cmocka_unit_test(each_claim_is_checked_and_named),
        cmocka_unit_test(the_salt_has_its_size),
        cmocka_unit_test(another_key_is_not_convinced),
        cmocka_unit_test(a_proof_that_does_not_fit_says_so),
        cmocka_unit_test(files_of_others_are_read_and_written),
        cmocka_unit_test(what_is_no_proof_is_malformed),
        cmocka_unit_test(extra_data_that_is_not_ours_is_kept_as_it_is),
        cmocka_unit_test(a_path_has_a_limit),
        cmocka_unit_test(a_file_is_as_long_as_its_limit_and_no_longer),
    };
    return cmocka_run_group_tests_name("store/proof", tests, start, end_world);
}
