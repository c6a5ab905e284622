#include "schema/leaf.h"

#include "schema/canonical.h"
#include "schema/time.h"

#include <assert.h>

static const char *const outcome_names[OUTCOME_COUNT] = {"ok", "denied", "failed"};

const char *outcome_name(enum outcome outcome)
{
    assert(outcome < OUTCOME_COUNT);
    return outcome_names[outcome];
}

bool outcome_read(struct bytes name, enum outcome *out)
{
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        if (bytes_equal(name, bytes_of_string(outcome_names[i]))) {
            *out = (enum outcome)i;
            return true;
        }
    }
    return false;
}

bool leaf_is_emitter_name(struct bytes name)
{
    if (name.size == 0 || name.size > NAME_MAX_SIZE || name.data[0] < 'a' || name.data[0] > 'z') {
        return false;
    }
    for (size_t i = 1; i < name.size; i++) {
        uint8_t c = name.data[i];
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '.' && c != '-') {
            return false;
        }
    }
    return true;
}

bool leaf_is_source(struct bytes source)
{
    for (size_t i = 0; i < source.size; i++) {
        uint8_t c = source.data[i];
        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
            return false;
        }
    }
    return source.size > 0 && source.size <= LEAF_SOURCE_MAX;
}

/* Writing --------------------------------------------------------------------------------- */

/* In a statement, the id that the event itself creates has no number yet. */
static void put_id(struct text *out, struct id id, uint64_t own_n)
{
    text_put_char(out, '"');
    id_write(out, id.n == own_n ? (struct id){id.kind, ID_NEW} : id);
    text_put_char(out, '"');
}

/* The actor is text; a user that registers himself is the one actor that can be new. */
static void put_actor(struct text *out, struct bytes actor, uint64_t own_n)
{
    struct id id;
    text_put_literal(out, "{\"actor\":");
    if (own_n != ID_NEW && !failed(id_read(actor, &id))) {
        put_id(out, id, own_n);
        return;
    }
    canonical_put_string(out, actor);
}

static void put_actor_to_kind(const struct leaf *leaf, uint64_t own_n, struct text *out)
{
    put_actor(out, leaf->actor, own_n);
    if (leaf->at_utc_us != 0) {
        text_put_literal(out, ",\"at\":");
        canonical_put_time(out, leaf->at_utc_us);
    }
    text_put_literal(out, ",\"body\":");
    canonical_put_base64(out, BYTES(leaf->body.sha256));
    if (leaf->cause != LEAF_NO_CAUSE) {
        text_put_literal(out, ",\"cause\":");
        text_put_u64(out, leaf->cause);
    }
    if (leaf->has_command) {
        text_put_literal(out, ",\"command\":");
        canonical_put_base64(out, BYTES(leaf->command.sha256));
    }
    text_put_literal(out, ",\"emitter\":\"");
    text_put_bytes(out, leaf->emitter);
    text_put_literal(out, "\",\"emitter_n\":");
    text_put_u64(out, leaf->emitter_n);
    if (leaf->item != 0) {
        text_put_literal(out, ",\"item\":");
        text_put_u64(out, leaf->item);
    }
    text_put_literal(out, ",\"kind\":\"");
    text_put_string(out, event_name(leaf->kind));
    text_put_char(out, '"');
}

static void put_on(const struct leaf *leaf, uint64_t own_n, struct text *out)
{
    text_put_literal(out, ",\"on\":[");
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (i > 0) {
            text_put_char(out, ',');
        }
        put_id(out, leaf->on[i], own_n);
    }
    text_put_char(out, ']');
}

static void put_outcome(const struct leaf *leaf, struct text *out)
{
    text_put_literal(out, ",\"outcome\":\"");
    text_put_string(out, outcome_name(leaf->outcome));
    text_put_char(out, '"');
}

static void put_project_to_session(const struct leaf *leaf, uint64_t own_n, struct text *out)
{
    if (leaf->project.kind != ID_NONE) {
        text_put_literal(out, ",\"project\":");
        put_id(out, leaf->project, own_n);
    }
    if (leaf->rule.size > 0) {
        text_put_literal(out, ",\"rule\":\"");
        text_put_bytes(out, leaf->rule);
        text_put_char(out, '"');
    }
    if (leaf->session.kind != ID_NONE) {
        text_put_literal(out, ",\"session\":");
        put_id(out, leaf->session, own_n);
    }
}

static void put_source(const struct leaf *leaf, struct text *out)
{
    if (leaf->source.size > 0) {
        text_put_literal(out, ",\"source\":\"");
        text_put_bytes(out, leaf->source);
        text_put_char(out, '"');
    }
}

/* What the log adds, in its four places. */
static void put_n(const struct leaf *leaf, struct text *out)
{
    text_put_literal(out, ",\"n\":");
    text_put_u64(out, leaf->n);
}

static void put_on_n(const struct leaf *leaf, struct text *out)
{
    text_put_literal(out, ",\"on_n\":");
    text_put_u64(out, leaf->on_n);
}

static void put_prev(const struct leaf *leaf, struct text *out)
{
    text_put_literal(out, ",\"prev\":");
    canonical_put_base64(out, BYTES(leaf->prev.sha256));
}

static void put_sig(const struct leaf *leaf, struct text *out)
{
    if (leaf->sig.size > 0) {
        text_put_literal(out, ",\"sig\":");
        canonical_put_base64(out, leaf->sig);
    }
}

static void put_time_and_version(const struct leaf *leaf, struct text *out)
{
    text_put_literal(out, ",\"t\":");
    canonical_put_time(out, leaf->t_utc_us);
    text_put_literal(out, ",\"v\":");
    text_put_u64(out, leaf->version);
    text_put_char(out, '}');
}

/* Ids that are ID_NEW take the event's own position in the leaf. */
static struct leaf with_own_ids(const struct leaf *leaf)
{
    struct leaf resolved = *leaf;
    for (size_t i = 0; i < resolved.on_count; i++) {
        if (resolved.on[i].n == ID_NEW) {
            resolved.on[i].n = leaf->n;
        }
    }
    resolved.project.n = leaf->project.n == ID_NEW ? leaf->n : leaf->project.n;
    resolved.session.n = leaf->session.n == ID_NEW ? leaf->n : leaf->session.n;
    return resolved;
}

/* `user:new` in a statement is `user:N` in the leaf. */
static void put_leaf_actor_to_kind(const struct leaf *leaf, struct text *out)
{
    char memory[NAME_MAX_SIZE + 24];
    struct text actor = TEXT_IN(memory);
    struct id id;
    if (failed(id_read(leaf->actor, &id)) || id.n != ID_NEW) {
        put_actor_to_kind(leaf, ID_NEW, out);
        return;
    }
    id_write(&actor, (struct id){id.kind, leaf->n});
    struct leaf resolved = *leaf;
    resolved.actor = text_bytes(&actor);
    put_actor_to_kind(&resolved, ID_NEW, out);
}

void leaf_encode(const struct leaf *leaf, struct text *out)
{
    struct leaf resolved = with_own_ids(leaf);
    put_leaf_actor_to_kind(&resolved, out);
    put_n(&resolved, out);
    put_on(&resolved, ID_NEW, out);
    put_on_n(&resolved, out);
    put_outcome(&resolved, out);
    put_prev(&resolved, out);
    put_project_to_session(&resolved, ID_NEW, out);
    put_sig(&resolved, out);
    put_source(&resolved, out);
    put_time_and_version(&resolved, out);
}

void leaf_encode_statement(const struct leaf *leaf, struct text *out)
{
    put_actor_to_kind(leaf, leaf->n, out);
    put_on(leaf, leaf->n, out);
    put_outcome(leaf, out);
    put_project_to_session(leaf, leaf->n, out);
    put_source(leaf, out);
    text_put_char(out, '}');
}

void leaf_to_statement(const struct leaf *leaf, struct text *out)
{
    if (leaf->creates) {
        leaf_encode_statement(leaf, out);
        return;
    }
    for (size_t i = 0; i < PART_COUNT; i++) {
        text_put_bytes(out, leaf->part[i]);
    }
    text_put_char(out, '}');
}

void leaf_from_statement(const struct leaf *statement, struct text *out)
{
    if (statement->creates) {
        leaf_encode(statement, out);
        return;
    }
    text_put_bytes(out, statement->part[PART_ACTOR_TO_KIND]);
    put_n(statement, out);
    text_put_bytes(out, statement->part[PART_ON]);
    put_on_n(statement, out);
    text_put_bytes(out, statement->part[PART_OUTCOME]);
    put_prev(statement, out);
    text_put_bytes(out, statement->part[PART_PROJECT_TO_SESSION]);
    put_sig(statement, out);
    text_put_bytes(out, statement->part[PART_SOURCE]);
    put_time_and_version(statement, out);
}

/* Reading --------------------------------------------------------------------------------- */

static void read_id(struct canonical_reader *reader, struct leaf *leaf, struct id *id)
{
    struct bytes text = canonical_plain(reader);
    if (reader->why == NULL && failed(id_read(text, id))) {
        canonical_fail(reader, "an id like drive:30377 is expected here");
        return;
    }
    leaf->creates = leaf->creates || id->n == ID_NEW;
}

static void read_actor(struct canonical_reader *reader, struct leaf *leaf)
{
    struct id id = {0};
    canonical_open_object(reader);
    CANONICAL_REQUIRE(reader, "actor");
    leaf->actor = canonical_plain(reader);
    if (reader->why != NULL || leaf_is_emitter_name(leaf->actor)) {
        return;
    }
    if (failed(id_read(leaf->actor, &id))) {
        canonical_fail(reader, "an actor is an id or an emitter's name");
    }
    leaf->creates = leaf->creates || id.n == ID_NEW;
}

static void read_emitter(struct canonical_reader *reader, struct leaf *leaf)
{
    CANONICAL_REQUIRE(reader, "emitter");
    leaf->emitter = canonical_plain(reader);
    if (reader->why == NULL && !leaf_is_emitter_name(leaf->emitter)) {
        canonical_fail(reader, "an emitter's name is [a-z][a-z0-9_.-]*");
    }
    CANONICAL_REQUIRE(reader, "emitter_n");
    leaf->emitter_n = canonical_integer(reader);
    if (reader->why == NULL && leaf->emitter_n == 0) {
        canonical_fail(reader, "an emitter counts from 1");
    }
}

/* An item answers the event that opened the command over many. */
static void read_item(struct canonical_reader *reader, struct leaf *leaf)
{
    if (CANONICAL_MEMBER(reader, "item")) {
        leaf->item = canonical_integer(reader);
        if (reader->why == NULL &&
            (leaf->item == 0 || leaf->item > BULK_ITEMS_MAX || leaf->cause == LEAF_NO_CAUSE)) {
            canonical_fail(reader, "an item is 1 to 1000, of a cause");
        }
    }
}

/* Ends the part that began at `from`. */
static const uint8_t *end_part(struct canonical_reader *reader, struct leaf *leaf,
                               enum leaf_part part, const uint8_t *from)
{
    leaf->part[part] = bytes_of(from, (size_t)(reader->at - from));
    return reader->at;
}

/* Everything up to the kind, whose name is returned: its version comes only at the end. */
static struct bytes read_actor_to_kind(struct canonical_reader *reader, struct leaf *leaf)
{
    read_actor(reader, leaf);
    if (CANONICAL_MEMBER(reader, "at")) {
        leaf->at_utc_us = canonical_time(reader);
        if (leaf->at_utc_us == 0) {
            canonical_fail(reader, "1970-01-01T00:00:00.000000Z is no time something happened");
        }
    }
    CANONICAL_REQUIRE(reader, "body");
    leaf->body = canonical_digest(reader);
    leaf->cause = LEAF_NO_CAUSE;
    if (CANONICAL_MEMBER(reader, "cause")) {
        leaf->cause = canonical_integer(reader);
    }
    leaf->has_command = CANONICAL_MEMBER(reader, "command");
    if (leaf->has_command) {
        leaf->command = canonical_digest(reader);
    }
    read_emitter(reader, leaf);
    read_item(reader, leaf);
    CANONICAL_REQUIRE(reader, "kind");
    return canonical_plain(reader);
}

static void read_on(struct canonical_reader *reader, struct leaf *leaf)
{
    CANONICAL_REQUIRE(reader, "on");
    canonical_open_array(reader);
    while (canonical_element(reader)) {
        if (leaf->on_count == LEAF_SUBJECTS_MAX) {
            canonical_fail(reader, "an event is on at most 8 subjects");
            return;
        }
        read_id(reader, leaf, &leaf->on[leaf->on_count++]);
    }
    if (leaf->on_count == 0) {
        canonical_fail(reader, "an event is on at least one subject");
    }
}

static void read_on_n(struct canonical_reader *reader, struct leaf *leaf)
{
    CANONICAL_REQUIRE(reader, "on_n");
    leaf->on_n = canonical_integer(reader);
    if (reader->why == NULL && leaf->on_n == 0) {
        canonical_fail(reader, "a subject's events are counted from 1");
    }
}

static void read_outcome(struct canonical_reader *reader, struct leaf *leaf)
{
    CANONICAL_REQUIRE(reader, "outcome");
    if (!outcome_read(canonical_plain(reader), &leaf->outcome)) {
        canonical_fail(reader, "an outcome is ok, denied or failed");
    }
}

static void read_project_to_session(struct canonical_reader *reader, struct leaf *leaf)
{
    if (CANONICAL_MEMBER(reader, "project")) {
        read_id(reader, leaf, &leaf->project);
    }
    if (CANONICAL_MEMBER(reader, "rule")) {
        leaf->rule = canonical_plain(reader);
        if (!leaf_is_source(leaf->rule) || leaf->rule.size > RULE_MAX) {
            canonical_fail(reader, "a rule has an id like DRV-14d");
        }
    }
    if (CANONICAL_MEMBER(reader, "session")) {
        read_id(reader, leaf, &leaf->session);
    }
}

static void read_source(struct canonical_reader *reader, struct leaf *leaf)
{
    if (CANONICAL_MEMBER(reader, "source")) {
        leaf->source = canonical_plain(reader);
        if (reader->why == NULL && !leaf_is_source(leaf->source)) {
            canonical_fail(reader, "a source is 1 to 64 printable ASCII characters");
        }
    }
}

static void read_sig(struct canonical_reader *reader, struct leaf *leaf)
{
    size_t size = 0;
    if (CANONICAL_MEMBER(reader, "sig")) {
        struct bytes text = canonical_plain(reader);
        if (failed(base64_read(text, leaf->sig_memory, SIGNATURE_MAX, &size)) || size == 0) {
            canonical_fail(reader, "a signature is base64 of at most 80 bytes");
        }
    }
    leaf->sig = bytes_of(leaf->sig_memory, size);
}

static uint16_t read_time_and_version(struct canonical_reader *reader, struct leaf *leaf)
{
    CANONICAL_REQUIRE(reader, "t");
    leaf->t_utc_us = canonical_time(reader);
    CANONICAL_REQUIRE(reader, "v");
    uint64_t version = canonical_integer(reader);
    if (version > UINT16_MAX) {
        canonical_fail(reader, "there is no such version");
    }
    return (uint16_t)version;
}

/* Ids of a leaf are positions up to its own; only its own are new to the log. */
static void check_positions(struct canonical_reader *reader, struct leaf *leaf)
{
    struct id actor = {0};
    bool is_id = !leaf_is_emitter_name(leaf->actor) && !failed(id_read(leaf->actor, &actor));
    uint64_t highest = is_id ? actor.n : 0;
    bool own = is_id && actor.n == leaf->n;
    for (size_t i = 0; i < leaf->on_count; i++) {
        highest = leaf->on[i].n > highest ? leaf->on[i].n : highest;
        own = own || leaf->on[i].n == leaf->n;
    }
    struct id others[2] = {leaf->project, leaf->session};
    for (size_t i = 0; i < 2; i++) {
        if (others[i].kind != ID_NONE) {
            highest = others[i].n > highest ? others[i].n : highest;
            own = own || others[i].n == leaf->n;
        }
    }
    if (highest > leaf->n || (leaf->cause != LEAF_NO_CAUSE && leaf->cause >= leaf->n)) {
        canonical_fail(reader, "an event points at something after itself");
    }
    leaf->creates = own;
}

static struct status end_leaf(struct canonical_reader *reader, struct leaf *leaf, struct bytes kind,
                              uint16_t version)
{
    canonical_close_object(reader);
    TRY(canonical_end(reader));
    if (!event_read(kind, version, &leaf->kind)) {
        return FAIL_BECAUSE(MALFORMED, 0, "the catalogue has no such kind of event");
    }
    leaf->version = version;
    return OK;
}

struct status leaf_decode(struct bytes bytes, struct leaf *out)
{
    struct leaf leaf = {0};
    struct canonical_reader reader = canonical_reader_of(bytes);
    if (bytes.size > LEAF_MAX) {
        return FAIL(LIMIT, LEAF_MAX);
    }
    const uint8_t *from = bytes.data;
    struct bytes kind = read_actor_to_kind(&reader, &leaf);
    (void)end_part(&reader, &leaf, PART_ACTOR_TO_KIND, from);
    CANONICAL_REQUIRE(&reader, "n");
    leaf.n = canonical_integer(&reader);
    from = reader.at;
    read_on(&reader, &leaf);
    (void)end_part(&reader, &leaf, PART_ON, from);
    read_on_n(&reader, &leaf);
    from = reader.at;
    read_outcome(&reader, &leaf);
    (void)end_part(&reader, &leaf, PART_OUTCOME, from);
    CANONICAL_REQUIRE(&reader, "prev");
    leaf.prev = canonical_digest(&reader);
    from = reader.at;
    read_project_to_session(&reader, &leaf);
    (void)end_part(&reader, &leaf, PART_PROJECT_TO_SESSION, from);
    read_sig(&reader, &leaf);
    from = reader.at;
    read_source(&reader, &leaf);
    (void)end_part(&reader, &leaf, PART_SOURCE, from);
    uint16_t version = read_time_and_version(&reader, &leaf);
    check_positions(&reader, &leaf);
    TRY(end_leaf(&reader, &leaf, kind, version));
    *out = leaf;
    out->sig.data = out->sig_memory;
    return OK;
}

/* A statement says no version: it is what the newest catalogue calls the kind. */
static uint16_t newest_version(struct bytes kind)
{
    enum event_kind found;
    uint16_t version = 1;
    while (event_read(kind, (uint16_t)(version + 1), &found)) {
        version++;
    }
    return version;
}

struct status leaf_decode_statement(struct bytes bytes, struct leaf *out)
{
    struct leaf leaf = {0};
    struct canonical_reader reader = canonical_reader_of(bytes);
    if (bytes.size > LEAF_MAX) {
        return FAIL(LIMIT, LEAF_MAX);
    }
    const uint8_t *from = bytes.data;
    struct bytes kind = read_actor_to_kind(&reader, &leaf);
    from = end_part(&reader, &leaf, PART_ACTOR_TO_KIND, from);
    read_on(&reader, &leaf);
    from = end_part(&reader, &leaf, PART_ON, from);
    read_outcome(&reader, &leaf);
    from = end_part(&reader, &leaf, PART_OUTCOME, from);
    read_project_to_session(&reader, &leaf);
    from = end_part(&reader, &leaf, PART_PROJECT_TO_SESSION, from);
    read_source(&reader, &leaf);
    (void)end_part(&reader, &leaf, PART_SOURCE, from);
    TRY(end_leaf(&reader, &leaf, kind, newest_version(kind)));
    *out = leaf;
    return OK;
}
