#include "reports/filter/values.h"

#include "core/audit/emitter.h"
#include "core/identity/user.h"
#include "reports/filter/glob.h"
#include "reports/filter/names.h"

/* Operators ------------------------------------------------------------------------------- */

static bool is_ordered(const struct filter_node *node)
{
    uint32_t ordered = 1u << FIELD_INTEGER | 1u << FIELD_TIME;
    return node->field->type == FILTER_TYPE_NUMBER || node->field->type == FILTER_TYPE_TIME ||
           (node->field->type == FILTER_TYPE_BODY && (node->body_types & ordered) != 0);
}

static bool is_text(const struct filter_node *node)
{
    switch (node->field->type) {
    case FILTER_TYPE_KIND:
    case FILTER_TYPE_OUTCOME:
    case FILTER_TYPE_RULE:
    case FILTER_TYPE_ACTOR:
    case FILTER_TYPE_EMITTER:
    case FILTER_TYPE_ADDRESS:
    case FILTER_TYPE_TEXT:
    case FILTER_TYPE_BODY:
        return true;
    case FILTER_TYPE_NUMBER:
    case FILTER_TYPE_TIME:
    case FILTER_TYPE_ID:
    case FILTER_TYPE_SUBJECT:
    case FILTER_TYPE_DIGEST:
        break;
    }
    return false;
}

struct status values_check_operator(struct typing *typing, const struct token *sign)
{
    const struct filter_node *node = typing->node;
    enum filter_type type = node->field->type;
    switch (node->relation) {
    case FILTER_EQUAL:
        if (type == FILTER_TYPE_DIGEST) {
            return fault_at(typing->fault, sign->at, sign->size,
                            "of %s one can ask only whether it exists", node->field->name);
        }
        return OK;
    case FILTER_LESS:
    case FILTER_AT_MOST:
    case FILTER_MORE:
    case FILTER_AT_LEAST:
        return is_ordered(node) ? OK
                                : fault_at(typing->fault, sign->at, sign->size,
                                           "only numbers and times can be more or less");
    case FILTER_LIKE:
        return is_text(node) ? OK
                             : fault_at(typing->fault, sign->at, sign->size,
                                        "a regular expression is for text, and %s is of type %s",
                                        node->field->name, filter_type_name(type));
    case FILTER_EXISTS:
        break;
    }
    if (type == FILTER_TYPE_SUBJECT || type == FILTER_TYPE_TEXT) {
        return fault_at(typing->fault, sign->at, sign->size, "%s stands for no member of its own",
                        node->field->name);
    }
    return OK;
}

/* Adding ---------------------------------------------------------------------------------- */

static struct status add(struct typing *typing, const struct filter_value *value)
{
    struct filter *filter = typing->filter;
    if (filter->value_count == FILTER_VALUES_MAX) {
        return FAIL_BECAUSE(LIMIT, FILTER_VALUES_MAX, "the expression has too many values");
    }
    uint16_t *link = &typing->node->first;
    while (*link != FILTER_NONE) {
        link = &filter->values[*link].next;
    }
    *link = filter->value_count;
    filter->values[filter->value_count] = *value;
    filter->values[filter->value_count++].next = FILTER_NONE;
    return OK;
}

static struct filter_value value_of(const struct token *token)
{
    return (struct filter_value){.text = token->text, .is_glob = token->is_glob};
}

/* Numbers and times ----------------------------------------------------------------------- */

bool values_read_number(struct bytes text, uint64_t *out)
{
    static const struct {
        const char *name;
        uint64_t times;
    } units[] = {
        {"KiB", UINT64_C(1) << 10},
        {"MiB", UINT64_C(1) << 20},
        {"GiB", UINT64_C(1) << 30},
        {"TiB", UINT64_C(1) << 40},
        {"kB", 1000},
        {"MB", 1000000},
        {"GB", 1000000000},
        {"TB", 1000000000000},
        {"B", 1},
    };
    size_t digits = 0;
    uint64_t times = 1;
    while (digits < text.size && text.data[digits] >= '0' && text.data[digits] <= '9') {
        digits++;
    }
    struct bytes unit = bytes_of(text.data + digits, text.size - digits);
    if (unit.size > 0) {
        times = 0;
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            times = bytes_equal(unit, bytes_of_string(units[i].name)) ? units[i].times : times;
        }
    }
    uint64_t number;
    return times > 0 && text_read_u64(bytes_of(text.data, digits), &number) &&
           !__builtin_mul_overflow(number, times, out);
}

static struct status add_number(struct typing *typing, const struct token *token)
{
    struct filter_value value = value_of(token);
    if (token->is_glob || !values_read_number(token->text, &value.number)) {
        return fault_of(typing->fault, token,
                        "this is no number; sizes are written like 64KiB or 2GB");
    }
    value.is_number = true;
    return add(typing, &value);
}

/* `time > yesterday` begins where yesterday ends, and `time > -2h` two hours ago: only what has a
 * length by itself has an end. */
static struct status read_bound(const struct typing *typing, struct bytes text,
                                struct moment_range *out, struct moment_doubt *doubt)
{
    struct moment moment;
    bool relative = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');
    TRY(moment_read(text, &typing->context->moments, &moment, doubt));
    *out = (struct moment_range){moment, moment};
    if (relative || typing->node->relation == FILTER_LESS ||
        typing->node->relation == FILTER_AT_LEAST) {
        return OK;
    }
    struct moment_range range;
    TRY(moment_read_range(text, &typing->context->moments, &range, doubt));
    if (range.until.kind != MOMENT_OPEN) {
        *out = (struct moment_range){range.until, range.until};
    }
    return OK;
}

static struct status read_time(const struct typing *typing, struct bytes text,
                               struct moment_range *out, struct moment_doubt *doubt)
{
    return typing->node->relation == FILTER_EQUAL
               ? moment_read_range(text, &typing->context->moments, out, doubt)
               : read_bound(typing, text, out, doubt);
}

static struct status add_time(struct typing *typing, const struct token *token)
{
    char memory[128];
    struct text both = TEXT_IN(memory);
    struct moment_doubt doubt = {0};
    struct filter_value value = value_of(token);
    struct status status = token->is_glob ? FAIL_BECAUSE(MALFORMED, 0, "a time has no wildcards")
                                          : read_time(typing, token->text, &value.range, &doubt);
    if (!failed(status)) {
        value.is_time = true;
        return add(typing, &value);
    }
    struct status fault =
        fault_of(typing->fault, token, status.why == NULL ? "this is no time" : status.why);
    if (doubt.any) {
        moment_doubt_write(&doubt, &typing->context->moments.zone, &both);
        text_add(&typing->fault->advice, "%s %s", doubt.twice ? "that is" : "the nearest are",
                 text_string(&both));
    }
    return fault;
}

/* Words of the catalogue ------------------------------------------------------------------ */

static bool is_meant(const struct token *token, struct bytes name)
{
    return token->is_glob ? glob_matches(token->text, name) : bytes_equal(token->text, name);
}

static struct status no_such_kind(struct typing *typing, const struct token *token)
{
    struct suggestion suggestion;
    char memory[NAME_MAX_SIZE + 3];
    suggestion_begin(&suggestion, token->text);
    bool context = false;
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        struct bytes name = bytes_of_string(event_name((enum event_kind)kind));
        const uint8_t *dot = memchr(name.data, '.', name.size);
        struct text all = TEXT_IN(memory);
        text_add(&all, "%.*s.*", (int)(dot - name.data), (const char *)name.data);
        suggestion_offer(&suggestion, token->is_glob ? text_bytes(&all) : name);
        context = context || (name.size > token->text.size && token->text.size > 0 &&
                              name.data[token->text.size] == '.' &&
                              memcmp(name.data, token->text.data, token->text.size) == 0);
    }
    if (context) {
        text_add(&typing->fault->advice, "did you mean %.*s.*?", (int)token->text.size,
                 (const char *)token->text.data);
    } else {
        suggestion_advise(&suggestion, typing->fault);
    }
    return fault_of(typing->fault, token, "there is no such kind of event");
}

static void mark_kind(struct filter_node *node, unsigned kind)
{
    node->kinds[kind / 64] |= UINT64_C(1) << kind % 64;
}

static struct status add_kind(struct typing *typing, const struct token *token)
{
    struct filter_value value = value_of(token);
    bool any = false;
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        if (is_meant(token, bytes_of_string(event_name((enum event_kind)kind)))) {
            mark_kind(typing->node, kind);
            any = true;
        }
    }
    return any ? add(typing, &value) : no_such_kind(typing, token);
}

static struct status add_outcome(struct typing *typing, const struct token *token)
{
    struct filter_value value = value_of(token);
    struct suggestion suggestion;
    bool any = false;
    suggestion_begin(&suggestion, token->text);
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        struct bytes name = bytes_of_string(outcome_name((enum outcome)i));
        suggestion_offer(&suggestion, name);
        if (is_meant(token, name)) {
            typing->node->outcomes |= 1u << i;
            any = true;
        }
    }
    if (any) {
        return add(typing, &value);
    }
    suggestion_advise(&suggestion, typing->fault);
    return fault_of(typing->fault, token, "an outcome is ok, denied or failed");
}

static struct status add_rule(struct typing *typing, const struct token *token)
{
    struct filter_value value = value_of(token);
    struct suggestion suggestion;
    bool any = false;
    suggestion_begin(&suggestion, token->text);
    for (unsigned rule = 1; rule < RULE_COUNT; rule++) {
        struct bytes id = bytes_of_string(rule_id((enum rule)rule));
        suggestion_offer(&suggestion, id);
        any = any || is_meant(token, id);
    }
    if (any) {
        return add(typing, &value);
    }
    suggestion_advise(&suggestion, typing->fault);
    return fault_of(typing->fault, token, "the catalogue has no such rule");
}

/* Addresses ------------------------------------------------------------------------------- */

static struct status add_address(struct typing *typing, const struct token *token)
{
    struct filter_value value = value_of(token);
    bool is_block = token->type != TOKEN_QUOTED && !token->is_glob && token->text.size > 0 &&
                    memchr(token->text.data, '/', token->text.size) != NULL;
    if (is_block) {
        struct status status = address_read_block(token->text, &value.block);
        if (failed(status)) {
            return fault_of(typing->fault, token, status.why);
        }
        value.is_block = true;
    } else if (!token->is_glob && !leaf_is_source(token->text)) {
        return fault_of(typing->fault, token, "a source is 1 to 64 printable ASCII characters");
    }
    return add(typing, &value);
}

/* Names ----------------------------------------------------------------------------------- */

static struct status add_name_id(void *context, struct id id)
{
    return add(context, &(struct filter_value){.id = id});
}

/* `file:*`: a value for any id of that kind. */
static bool is_any_of_kind(const struct token *token, struct id *out)
{
    struct bytes text = token->text;
    if (!token->is_glob || text.size < 3 || text.data[text.size - 1] != '*' ||
        text.data[text.size - 2] != ':' ||
        !id_kind_read(bytes_of(text.data, text.size - 2), &out->kind)) {
        return false;
    }
    out->n = ID_NEW;
    return true;
}

static struct status add_id(struct typing *typing, const struct token *token)
{
    struct filter_value value = {.text = token->text};
    if (is_any_of_kind(token, &value.id)) {
        return add(typing, &value);
    }
    if (token->is_glob) {
        return fault_of(typing->fault, token, "of ids only the number may be *, like file:*");
    }
    TRY(names_of_id(typing, token, &value.id));
    return add(typing, &value);
}

static struct status add_subject(struct typing *typing, const struct token *token)
{
    struct id id;
    if (!failed(id_read(token->text, &id)) && id.n != ID_NEW) {
        return add_name_id(typing, id);
    }
    return names_of_subject(typing, token, add_name_id);
}

/* Once, so that what was written reads as the same. */
static struct status add_actor_text(void *context, struct bytes text)
{
    struct typing *typing = context;
    const struct filter *filter = typing->filter;
    for (uint16_t at = typing->node->first; at != FILTER_NONE; at = filter->values[at].next) {
        if (!filter->values[at].is_glob && bytes_equal(filter->values[at].text, text)) {
            return OK;
        }
    }
    return add(typing, &(struct filter_value){.text = text});
}

/* A pattern is one of what leaves have, and stands for the users too whose logins are so. */
static struct status add_actor(struct typing *typing, const struct token *token)
{
    struct filter_value value = value_of(token);
    if (token->is_glob) {
        TRY(add(typing, &value));
        return names_of_actors(typing, token, add_actor_text);
    }
    TRY(names_of_actor(typing, token, &value.text));
    return add_actor_text(typing, value.text);
}

static struct status add_emitter(struct typing *typing, const struct token *token)
{
    struct filter_value value = value_of(token);
    if (!token->is_glob) {
        TRY(names_check_emitter(typing, token));
    }
    return add(typing, &value);
}

/* Bodies ---------------------------------------------------------------------------------- */

static bool has_type(const struct filter_node *node, enum field_type type)
{
    return (node->body_types >> type & 1u) != 0;
}

static bool has_only(const struct filter_node *node, uint32_t types)
{
    return node->body_types != 0 && (node->body_types & ~types) == 0;
}

/* The first name of a path. */
static struct bytes first_name(struct bytes path)
{
    const uint8_t *dot = memchr(path.data, '.', path.size);
    return dot == NULL ? path : bytes_of(path.data, (size_t)(dot - path.data));
}

static struct status check_word(struct typing *typing, const struct token *token)
{
    struct suggestion suggestion;
    uint32_t position;
    struct bytes name = first_name(typing->node->path);
    suggestion_begin(&suggestion, token->text);
    for (const struct field_info *field = filter_body_next(name, NULL); field != NULL;
         field = filter_body_next(name, field)) {
        if (lookup_find(field->values, token->text, &position)) {
            return OK;
        }
        for (uint32_t i = 0; i < field->values->count; i++) {
            suggestion_offer(&suggestion, field->values->names[i]);
        }
    }
    suggestion_advise(&suggestion, typing->fault);
    return fault_of(typing->fault, token, "the field has no such value");
}

/* The kind of id that all fields of the name hold; ID_NONE if they hold several. */
static enum id_kind kind_in_bodies(struct bytes name)
{
    const struct field_info *first = filter_body_next(name, NULL);
    enum id_kind kind = first == NULL ? ID_NONE : first->id_kind;
    for (const struct field_info *field = first; field != NULL;
         field = filter_body_next(name, field)) {
        kind = field->id_kind == kind ? kind : ID_NONE;
    }
    return kind;
}

/* A name of what a field of ids holds stands for its id. */
static struct status body_id(struct typing *typing, const struct token *token,
                             struct filter_value *value)
{
    struct id id;
    TRY(names_of_kind(typing, token, kind_in_bodies(first_name(typing->node->path)), &id));
    return names_keep_id(typing, id, &value->text);
}

static struct status check_body(struct typing *typing, const struct token *token,
                                struct filter_value *value)
{
    const struct filter_node *node = typing->node;
    if (node->relation != FILTER_EQUAL && !value->is_number && !value->is_time) {
        return fault_of(typing->fault, token,
                        has_type(node, FIELD_TIME) ? "this is no time" : "this is no number");
    }
    if (token->is_glob) {
        return OK;
    }
    if (has_only(node, 1u << FIELD_INTEGER) && !value->is_number) {
        return fault_of(typing->fault, token, "the field is a number");
    }
    if (has_only(node, 1u << FIELD_TIME) && !value->is_time) {
        return fault_of(typing->fault, token, "the field is a time");
    }
    if (has_only(node, 1u << FIELD_BOOLEAN) && !bytes_equal(value->text, LITERAL("true")) &&
        !bytes_equal(value->text, LITERAL("false"))) {
        return fault_of(typing->fault, token, "the field is true or false");
    }
    if (has_only(node, 1u << FIELD_ID)) {
        return body_id(typing, token, value);
    }
    return has_only(node, 1u << FIELD_ENUM) ? check_word(typing, token) : OK;
}

/* A digest as sha256sum prints it is looked for as bodies have it. */
static struct status take_digest(struct typing *typing, const struct token *token,
                                 struct filter_value *value)
{
    struct digest digest;
    size_t size;
    char memory[DIGEST_BASE64_SIZE + 1];
    struct text text = TEXT_IN(memory);
    if (token->is_glob || !has_type(typing->node, FIELD_DIGEST) ||
        token->text.size != DIGEST_HEX_SIZE ||
        failed(hex_read(token->text, digest.sha256, DIGEST_SIZE, &size))) {
        return OK;
    }
    text_put_base64(&text, bytes_of(digest.sha256, DIGEST_SIZE));
    value->text = arena_copy(&typing->filter->arena, text_bytes(&text));
    return typing->filter->arena.full ? FAIL(LIMIT, FILTER_MEMORY_SIZE) : OK;
}

static struct status add_body(struct typing *typing, const struct token *token)
{
    struct moment_doubt doubt;
    struct filter_value value = value_of(token);
    const struct filter_node *node = typing->node;
    value.is_number = !token->is_glob && (has_type(node, FIELD_INTEGER) || node->body_types == 0) &&
                      values_read_number(token->text, &value.number);
    value.is_time = !token->is_glob && has_type(node, FIELD_TIME) &&
                    !failed(read_time(typing, token->text, &value.range, &doubt));
    TRY(check_body(typing, token, &value));
    TRY(take_digest(typing, token, &value));
    return add(typing, &value);
}

static struct status add_text(struct typing *typing, const struct token *token)
{
    struct filter_value value = value_of(token);
    if (token->text.size == 0) {
        return fault_of(typing->fault, token, "an empty text is part of every event");
    }
    return add(typing, &value);
}

/* Regular expressions --------------------------------------------------------------------- */

/* Over words of the catalogue it is decided here, once. */
static void like_words(struct typing *typing, const struct regex *regex)
{
    bool matches;
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        struct bytes name = bytes_of_string(event_name((enum event_kind)kind));
        if (!failed(regex_matches(regex, name, &matches)) && matches) {
            mark_kind(typing->node, kind);
        }
    }
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        struct bytes name = bytes_of_string(outcome_name((enum outcome)i));
        if (!failed(regex_matches(regex, name, &matches)) && matches) {
            typing->node->outcomes |= 1u << i;
        }
    }
}

static struct status add_regex(struct typing *typing, const struct token *token)
{
    char memory[200];
    struct text sentence = TEXT_IN(memory);
    struct filter_value value = {.text = token->text, .is_caseless = token->is_caseless};
    struct status status =
        regex_open(token->text, &(struct regex_options){.caseless = token->is_caseless}, &sentence,
                   &value.regex);
    if (status.code == STATUS_MALFORMED) {
        size_t quote = token->size > token->text.size ? 1 : 0, past = token->at + token->size;
        size_t at = token->at + quote + (size_t)status.at;
        at = at < past ? at : past;
        return fault_at(typing->fault, at, 1, "%s",
                        sentence.size > 0 ? text_string(&sentence) : status.why);
    }
    if (status.code == STATUS_LIMIT) {
        return fault_at(typing->fault, token->at, token->size,
                        "a regular expression has at most %d bytes", REGEX_PATTERN_MAX);
    }
    status = failed(status) ? status : add(typing, &value);
    if (failed(status)) {
        regex_close(&value.regex);
        return status;
    }
    like_words(typing, &value.regex);
    return OK;
}

/* All types ------------------------------------------------------------------------------- */

typedef struct status add_value(struct typing *typing, const struct token *token);

struct status values_add(struct typing *typing, const struct token *token)
{
    static add_value *const by_type[] = {
        [FILTER_TYPE_NUMBER] = add_number,   [FILTER_TYPE_TIME] = add_time,
        [FILTER_TYPE_KIND] = add_kind,       [FILTER_TYPE_OUTCOME] = add_outcome,
        [FILTER_TYPE_RULE] = add_rule,       [FILTER_TYPE_ACTOR] = add_actor,
        [FILTER_TYPE_EMITTER] = add_emitter, [FILTER_TYPE_ID] = add_id,
        [FILTER_TYPE_SUBJECT] = add_subject, [FILTER_TYPE_ADDRESS] = add_address,
        [FILTER_TYPE_DIGEST] = add_text,     [FILTER_TYPE_TEXT] = add_text,
        [FILTER_TYPE_BODY] = add_body,
    };
    return typing->node->relation == FILTER_LIKE
               ? add_regex(typing, token)
               : by_type[typing->node->field->type](typing, token);
}
