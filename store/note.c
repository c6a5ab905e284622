#include "store/note.h"

/* An em dash and a space. */
#define MARK "\xe2\x80\x94 "

enum {
    MARK_SIZE = sizeof MARK - 1,
    KEY_ID_SIZE = 4, /* bytes before the signature, in its base64 */
    CHECKPOINT_MAX = ORIGIN_MAX + 20 + DIGEST_BASE64_SIZE + 3,
};

/* Lines --------------------------------------------------------------------------------------- */

/* Cuts the next line, without its line feed, off `rest`. False if none is left that has one. */
static bool next_line(struct bytes *rest, struct bytes *line)
{
    const uint8_t *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    if (end == NULL) {
        return false;
    }
    *line = bytes_of(rest->data, (size_t)(end - rest->data));
    *rest = bytes_of(end + 1, rest->size - line->size - 1);
    return true;
}

/* Where, at most, a byte is that no note may hold; the size if there is none. */
static size_t find_control(struct bytes text)
{
    size_t at = 0;
    while (at < text.size && (text.data[at] >= ' ' || text.data[at] == '\n')) {
        at++;
    }
    return at;
}

static struct status check_text(struct bytes text)
{
    size_t control = find_control(text);
    if (control < text.size) {
        return FAIL_BECAUSE(MALFORMED, control, "a note has no control characters");
    }
    if (text.size == 0 || text.data[text.size - 1] != '\n') {
        return FAIL_BECAUSE(MALFORMED, text.size, "a note ends in a line feed");
    }
    if (!text_is_utf8(text)) {
        return FAIL_BECAUSE(MALFORMED, 0, "a note is UTF-8");
    }
    return OK;
}

/* Notes --------------------------------------------------------------------------------------- */

struct status note_sign(const struct secret_key *key, struct bytes text, struct text *out)
{
    const struct public_key *public = secret_key_public(key);
    struct signature signature;
    uint8_t line[KEY_ID_SIZE + SIGNATURE_MAX];
    size_t before = out->size;
    TRY(check_text(text));
    TRY(secret_key_sign(key, text, &signature));
    bytes_write_u32(line, public->id);
    memcpy(line + KEY_ID_SIZE, signature.data, signature.size);

    text_put_bytes(out, text);
    text_put_literal(out, "\n" MARK);
    text_put_string(out, public->name);
    text_put_char(out, ' ');
    text_put_base64(out, bytes_of(line, KEY_ID_SIZE + signature.size));
    text_put_char(out, '\n');
    return out->full || out->size - before > NOTE_MAX ? FAIL(LIMIT, NOTE_MAX) : OK;
}

/* A note cut in two: the signed text and the lines of its signatures. */
struct cut_note {
    struct bytes text, lines;
};

/* The text may hold empty lines of its own: the last one is what separates. */
static struct status cut_note(struct bytes note, struct cut_note *out)
{
    if (note.size > NOTE_MAX) {
        return FAIL(LIMIT, NOTE_MAX);
    }
    TRY(check_text(note));
    size_t at = note.size;
    while (at >= 2 && !(note.data[at - 1] == '\n' && note.data[at - 2] == '\n')) {
        at--;
    }
    if (at < 2 || at == note.size) {
        return FAIL_BECAUSE(MALFORMED, note.size, "a note has an empty line before signatures");
    }
    *out = (struct cut_note){.text = bytes_of(note.data, at - 1),
                             .lines = bytes_of(note.data + at, note.size - at)};
    return OK;
}

/* One signature line, decoded into memory that a line of any algorithm fits in. */
struct signature_line {
    struct bytes name;
    uint32_t id;
    size_t size; /* bytes of signature */
    uint8_t data[KEY_ID_SIZE + NOTE_MAX];
};

/* False if this is no signature line. */
static bool read_signature_line(struct bytes line, struct signature_line *out)
{
    if (line.size <= MARK_SIZE || memcmp(line.data, MARK, MARK_SIZE) != 0) {
        return false;
    }
    struct bytes rest = bytes_of(line.data + MARK_SIZE, line.size - MARK_SIZE);
    const uint8_t *space = memchr(rest.data, ' ', rest.size);
    if (space == NULL) {
        return false;
    }
    size_t size;
    out->name = bytes_of(rest.data, (size_t)(space - rest.data));
    struct bytes base64 = bytes_of(space + 1, rest.size - out->name.size - 1);
    if (!key_name_is_valid(out->name) ||
        failed(base64_read(base64, out->data, sizeof out->data, &size)) || size <= KEY_ID_SIZE) {
        return false;
    }
    out->id = bytes_read_u32(out->data);
    out->size = size - KEY_ID_SIZE;
    return true;
}

/* Whether the line claims to be by this key; the claim is what verifying is for. */
static bool is_by(const struct public_key *key, const struct signature_line *line)
{
    return line->id == key->id && bytes_equal(line->name, bytes_of_string(key->name));
}

/* Reads every signature line and checks those by `key`, if there is one; counts these. */
static struct status read_signatures(const struct cut_note *cut, const struct public_key *key,
                                     uint32_t *verified)
{
    struct bytes rest = cut->lines;
    struct bytes line;
    struct signature_line read;
    *verified = 0;
    for (uint32_t count = 0; next_line(&rest, &line); count++) {
        if (count == NOTE_SIGNATURES_MAX) {
            return FAIL(LIMIT, NOTE_SIGNATURES_MAX);
        }
        if (!read_signature_line(line, &read)) {
            return FAIL_BECAUSE(MALFORMED, (uint64_t)(line.data - cut->text.data),
                                "this is no signature line");
        }
        if (key != NULL && is_by(key, &read)) {
            TRY(public_key_verify(key, cut->text, bytes_of(read.data + KEY_ID_SIZE, read.size)));
            ++*verified;
        }
    }
    return OK;
}

struct status note_verify(const struct public_key *key, struct bytes note, struct bytes *text)
{
    struct cut_note cut;
    uint32_t verified;
    TRY(cut_note(note, &cut));
    TRY(read_signatures(&cut, key, &verified));
    if (verified == 0) {
        return FAIL_BECAUSE(BAD_SIGNATURE, 0, "the note is not signed by this key");
    }
    *text = cut.text;
    return OK;
}

struct status note_text(struct bytes note, struct bytes *text)
{
    struct cut_note cut;
    uint32_t verified;
    TRY(cut_note(note, &cut));
    TRY(read_signatures(&cut, NULL, &verified));
    *text = cut.text;
    return OK;
}

/* Checkpoints --------------------------------------------------------------------------------- */

void checkpoint_write(const struct checkpoint *checkpoint, struct text *out)
{
    text_put_bytes(out, checkpoint->origin);
    text_put_char(out, '\n');
    text_put_u64(out, checkpoint->size);
    text_put_char(out, '\n');
    text_put_base64(out, BYTES(checkpoint->root.sha256));
    text_put_char(out, '\n');
}

static struct status check_extensions(struct bytes text, struct bytes rest)
{
    struct bytes line;
    while (next_line(&rest, &line)) {
        if (line.size == 0) {
            return FAIL_BECAUSE(MALFORMED, (uint64_t)(line.data - text.data),
                                "an extension line is empty");
        }
    }
    return OK;
}

struct status checkpoint_read(struct bytes text, struct checkpoint *out)
{
    struct bytes rest = text;
    struct bytes origin, size, root;
    struct checkpoint read;
    TRY(check_text(text));
    if (!next_line(&rest, &origin) || origin.size == 0 || origin.size > ORIGIN_MAX) {
        return FAIL_BECAUSE(MALFORMED, 0, "the first line is the origin");
    }
    if (!next_line(&rest, &size) || !text_read_u64(size, &read.size)) {
        return FAIL_BECAUSE(MALFORMED, origin.size + 1, "the second line is the size");
    }
    uint64_t at = origin.size + 1 + size.size + 1;
    if (!next_line(&rest, &root) || failed(base64_read_digest(root, &read.root))) {
        return FAIL_BECAUSE(MALFORMED, at, "the third line is the root, in base64");
    }
    TRY(check_extensions(text, rest));
    read.origin = origin;
    *out = read;
    return OK;
}

struct status checkpoint_sign(const struct secret_key *key, const struct checkpoint *checkpoint,
                              struct text *out)
{
    char memory[CHECKPOINT_MAX + 1];
    struct text text = TEXT_IN(memory);
    checkpoint_write(checkpoint, &text);
    if (text.full) {
        return FAIL(LIMIT, ORIGIN_MAX);
    }
    if (!key_name_is_valid(checkpoint->origin)) {
        return FAIL_BECAUSE(MALFORMED, 0, "the origin has a forbidden character or length");
    }
    return note_sign(key, text_bytes(&text), out);
}

struct status checkpoint_verify(const struct public_key *key, struct bytes note,
                                struct checkpoint *out)
{
    struct bytes text;
    struct checkpoint read;
    TRY(note_verify(key, note, &text));
    TRY(checkpoint_read(text, &read));
    if (!bytes_equal(read.origin, bytes_of_string(key->name))) {
        return FAIL_BECAUSE(BAD_SIGNATURE, 0, "the checkpoint is another log's");
    }
    *out = read;
    return OK;
}
