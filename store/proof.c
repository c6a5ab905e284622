#include "store/proof.h"

#include "schema/canonical.h"
#include "schema/leaf.h"

#define HEADER "c2sp.org/tlog-proof@v1"

enum {
    GROUP_IN = 3, /* bytes that become */
    GROUP_OUT = 4 /* characters of base64 */
};

/* Writing ------------------------------------------------------------------------------------- */

/* Turns what was written since `from` into its base64, in place: a file may be bigger than any
 * memory at hand but its own. From the end, because base64 is longer than what it says. */
static void turn_into_base64(struct text *out, size_t from)
{
    size_t size = out->size - from;
    size_t grown = base64_size(size);
    if (out->full || grown >= out->capacity - from) {
        out->full = true;
        return;
    }
    char *start = out->data + from;
    for (size_t group = grown / GROUP_OUT; group-- > 0;) {
        size_t left = size - group * GROUP_IN;
        uint8_t in[GROUP_IN] = {0};
        size_t in_size = left < GROUP_IN ? left : GROUP_IN;
        memcpy(in, start + group * GROUP_IN, in_size);
        base64_write(start + group * GROUP_OUT, bytes_of(in, in_size));
    }
    out->size = from + grown;
}

static void put_event(struct text *out, const struct proof *proof)
{
    text_put_char(out, '{');
    if (proof->body.size > 0) {
        text_put_literal(out, "\"body\":");
        canonical_put_string(out, proof->body);
        text_put_char(out, ',');
    }
    text_put_literal(out, "\"leaf\":");
    canonical_put_string(out, proof->leaf);
    if (proof->body.size > 0) {
        text_put_literal(out, ",\"salt\":");
        canonical_put_base64(out, proof->salt);
    }
    text_put_char(out, '}');
}

static void put_extra(struct text *out, const struct proof *proof)
{
    if (proof->leaf.size == 0 && proof->extra.size == 0) {
        return;
    }
    text_put_literal(out, "extra ");
    size_t from = out->size;
    if (proof->leaf.size > 0) {
        put_event(out, proof);
    } else {
        text_put_bytes(out, proof->extra);
    }
    turn_into_base64(out, from);
    text_put_char(out, '\n');
}

void proof_write(const struct proof *proof, struct text *out)
{
    text_put_literal(out, HEADER "\n");
    put_extra(out, proof);
    text_put_literal(out, "index ");
    text_put_u64(out, proof->index);
    text_put_char(out, '\n');
    for (size_t i = 0; i < proof->path.count; i++) {
        text_put_base64(out, BYTES(proof->path.hashes[i].sha256));
        text_put_char(out, '\n');
    }
    text_put_char(out, '\n');
    text_put_bytes(out, proof->checkpoint);
}

/* Reading ------------------------------------------------------------------------------------- */

/* What is left of a file that is read line by line. */
struct lines {
    const uint8_t *start;
    struct bytes rest;
};

static uint64_t offset_of(const struct lines *lines, struct bytes line)
{
    return (uint64_t)(line.data - lines->start);
}

/* The next line, without its line feed. False if none is left that has one. */
static bool next_line(struct lines *lines, struct bytes *line)
{
    struct bytes rest = lines->rest;
    const uint8_t *end = rest.size == 0 ? NULL : memchr(rest.data, '\n', rest.size);
    if (end == NULL) {
        return false;
    }
    *line = bytes_of(rest.data, (size_t)(end - rest.data));
    lines->rest = bytes_of(end + 1, rest.size - line->size - 1);
    return true;
}

/* Takes the next line if it begins with the word; *value is what follows. */
static bool next_word(struct lines *lines, struct bytes word, struct bytes *value)
{
    struct lines before = *lines;
    struct bytes line;
    if (!next_line(lines, &line) || line.size < word.size ||
        memcmp(line.data, word.data, word.size) != 0) {
        *lines = before;
        return false;
    }
    *value = bytes_of(line.data + word.size, line.size - word.size);
    return true;
}

/* What Cairn puts in `extra`. Anything else there is another application's, and no failure. */
static struct status read_event(struct arena *arena, struct proof *proof)
{
    const struct arena before = *arena;
    struct canonical_reader reader = canonical_reader_of(proof->extra);
    struct bytes body = {0};
    struct bytes salt = {0};
    canonical_open_object(&reader);
    bool has_body = CANONICAL_MEMBER(&reader, "body");
    if (has_body) {
        body = canonical_string(&reader, arena);
    }
    CANONICAL_REQUIRE(&reader, "leaf");
    struct bytes leaf = canonical_string(&reader, arena);
    if (has_body) {
        CANONICAL_REQUIRE(&reader, "salt");
        salt = canonical_base64(&reader, arena);
    }
    canonical_close_object(&reader);
    if (failed(canonical_end(&reader))) {
        *arena = before;
        return OK;
    }
    if (arena->full) {
        return FAIL(NO_MEMORY, proof->extra.size);
    }
    if (leaf.size > 0 && (body.size > 0 || !has_body)) {
        proof->leaf = leaf;
        proof->body = body;
        proof->salt = salt;
    }
    return OK;
}

static struct status read_extra(struct lines *lines, struct arena *arena, struct proof *proof)
{
    struct bytes base64;
    if (!next_word(lines, LITERAL("extra "), &base64)) {
        return OK;
    }
    size_t capacity = base64.size / GROUP_OUT * GROUP_IN;
    uint8_t *memory = arena_take(arena, capacity);
    if (memory == NULL) {
        return FAIL(NO_MEMORY, capacity);
    }
    size_t size;
    if (failed(base64_read(base64, memory, capacity, &size)) || size == 0) {
        return FAIL_BECAUSE(MALFORMED, offset_of(lines, base64),
                            "the extra data is not base64 in its one canonical form");
    }
    proof->extra = bytes_of(memory, size);
    return read_event(arena, proof);
}

static struct status read_path(struct lines *lines, struct tree_proof *path)
{
    struct bytes line;
    path->count = 0;
    while (next_line(lines, &line)) {
        if (line.size == 0) {
            return OK;
        }
        if (path->count == TREE_PROOF_MAX) {
            return FAIL_BECAUSE(LIMIT, TREE_PROOF_MAX, "no path is so long");
        }
        if (failed(base64_read_digest(line, &path->hashes[path->count]))) {
            return FAIL_BECAUSE(MALFORMED, offset_of(lines, line),
                                "a hash of the path is not 32 bytes in base64");
        }
        path->count++;
    }
    return FAIL_BECAUSE(MALFORMED, offset_of(lines, lines->rest), "the path ends in an empty line");
}

struct status proof_read(struct bytes file, struct arena *arena, struct proof *out)
{
    struct lines lines = {.start = file.data, .rest = file};
    struct proof proof = {0};
    struct bytes word;
    if (file.size > PROOF_FILE_MAX) {
        return FAIL(LIMIT, PROOF_FILE_MAX);
    }
    if (!next_word(&lines, LITERAL(HEADER), &word) || word.size > 0) {
        return FAIL_BECAUSE(MALFORMED, 0, "the first line is " HEADER);
    }
    TRY(read_extra(&lines, arena, &proof));
    uint64_t at = offset_of(&lines, lines.rest);
    if (!next_word(&lines, LITERAL("index "), &word) || !text_read_u64(word, &proof.index)) {
        return FAIL_BECAUSE(MALFORMED, at, "the index line is missing or no number");
    }
    TRY(read_path(&lines, &proof.path));
    if (lines.rest.size == 0) {
        return FAIL_BECAUSE(MALFORMED, file.size, "the checkpoint is missing");
    }
    proof.checkpoint = lines.rest;
    *out = proof;
    return OK;
}

/* Checking ------------------------------------------------------------------------------------ */

static struct status check_leaf(const struct proof *proof, struct hasher *hasher)
{
    struct leaf leaf;
    struct status status = leaf_decode(proof->leaf, &leaf);
    if (failed(status)) {
        return FAIL_BECAUSE(CORRUPT, proof->index, status.why);
    }
    if (leaf.n != proof->index) {
        return FAIL_BECAUSE(CORRUPT, proof->index, "the leaf says another position");
    }
    if (proof->body.size == 0) {
        return OK;
    }
    struct digest body = hash_body(hasher, proof->salt, proof->body);
    if (proof->salt.size != SALT_SIZE || !digest_equal(&body, &leaf.body)) {
        return FAIL_BECAUSE(CORRUPT, proof->index, "the body is not the one committed to");
    }
    return OK;
}

struct status proof_check(const struct proof *proof, struct hasher *hasher,
                          const struct public_key *key, struct checkpoint *out)
{
    struct checkpoint checkpoint;
    TRY(checkpoint_verify(key, proof->checkpoint, &checkpoint));
    if (proof->leaf.size == 0) {
        return FAIL_BECAUSE(CORRUPT, proof->index, "the file carries no leaf");
    }
    struct digest leaf = hash_leaf(hasher, proof->leaf);
    TRY(tree_check_inclusion(hasher, proof->index, checkpoint.size, &leaf, &proof->path,
                             &checkpoint.root));
    TRY(check_leaf(proof, hasher));
    *out = checkpoint;
    return OK;
}
