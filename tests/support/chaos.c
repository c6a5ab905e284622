#include "tests/support/chaos.h"

#include "core/authenticate.h"
#include "core/identity/session.h"
#include "core/identity/user.h"
#include "schema/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    PEOPLE = 5,
    FIELDS_MAX = 64,
    LOGIN_EVERY = 40, /* commands */
};

static const char *const logins[PEOPLE] = {"ada", "ben", "cid", "dee", "eve"};

static uint64_t below(struct chaos *chaos, uint64_t bound)
{
    return random_below(&chaos->random, bound);
}

/* What there is ------------------------------------------------------------------------------- */

static void learn(struct chaos *chaos, struct id id)
{
    size_t *count = &chaos->known_count[id.kind];
    size_t slot = *count < CHAOS_KNOWN ? (*count)++ : below(chaos, CHAOS_KNOWN);
    chaos->known[id.kind][slot] = id;
}

static struct id some(struct chaos *chaos, enum id_kind kind)
{
    while (kind == ID_NONE || (kind == ID_LOG && below(chaos, 4) > 0)) {
        static const enum id_kind usual[] = {ID_USER, ID_GROUP, ID_FILE, ID_DIR, ID_PROJECT};
        kind = usual[below(chaos, sizeof usual / sizeof usual[0])];
    }
    size_t count = chaos->known_count[kind];
    if (count == 0 || below(chaos, 30) == 0) {
        return (struct id){kind, below(chaos, 50)};
    }
    return chaos->known[kind][below(chaos, count)];
}

static void learn_of(struct chaos *chaos, const struct verdict *verdict)
{
    for (uint64_t n = verdict->first; n < verdict->first + verdict->count; n++) {
        struct enclave_found found;
        enclave_find(chaos->enclave, n, &found);
        if (found.leaf.on[0].n == n) {
            learn(chaos, found.leaf.on[0]);
        }
    }
}

/* Fields -------------------------------------------------------------------------------------- */

static void put_base64(struct chaos *chaos, size_t size, struct text *out)
{
    uint8_t bytes[32] = {(uint8_t)below(chaos, 40)};
    canonical_put_base64(out, bytes_of(bytes, size));
}

static void put_text(struct chaos *chaos, struct text *out)
{
    static const char *const words[] = {"a", "b", "c", "gate", "why not", "/srv/x", "", "n/m"};
    size_t count = sizeof words / sizeof words[0];
    canonical_put_string(out, bytes_of_string(words[below(chaos, count)]));
}

static void put_value(struct chaos *chaos, const struct field_info *field, struct text *out)
{
    uint64_t now_us = chaos->enclave->scratch.clock_us;
    switch (field->type_code) {
    case FIELD_TEXT:
        put_text(chaos, out);
        break;
    case FIELD_INTEGER:
        text_put_u64(out, below(chaos, 3) > 0 ? 1 : below(chaos, 4000));
        break;
    case FIELD_BOOLEAN:
        text_put_string(out, below(chaos, 2) == 0 ? "true" : "false");
        break;
    case FIELD_DIGEST:
        put_base64(chaos, DIGEST_SIZE, out);
        break;
    case FIELD_BYTES:
        put_base64(chaos, below(chaos, 8) == 0 ? 12 : 32, out);
        break;
    case FIELD_TIME:
        canonical_put_time(out, now_us - 3600 * TIME_SECOND_US +
                                    below(chaos, 90 * 86400) * TIME_SECOND_US);
        break;
    case FIELD_ID:
        text_put_char(out, '"');
        id_write(out, some(chaos, field->id_kind));
        text_put_char(out, '"');
        break;
    case FIELD_ENUM:
        field_put_enum(out, field->values, (uint32_t)below(chaos, field->values->count));
        break;
    case FIELD_TYPE_COUNT:
        break;
    }
}

static void put_field(struct chaos *chaos, const struct field_info *field, struct text *out)
{
    text_add(out, "\"%s\":", field->name);
    if (!field->list) {
        put_value(chaos, field, out);
        return;
    }
    text_put_char(out, '[');
    for (uint64_t i = 0, count = below(chaos, 3); i < count; i++) {
        field_put_comma(out, i);
        put_value(chaos, field, out);
    }
    text_put_char(out, ']');
}

static int compare_fields(const void *a, const void *b)
{
    return strcmp((*(const struct field_info *const *)a)->name,
                  (*(const struct field_info *const *)b)->name);
}

static void put_fields(struct chaos *chaos, const struct command_info *info, struct text *out)
{
    const struct field_info *sorted[FIELDS_MAX];
    size_t shown = 0;
    for (size_t i = 0; i < info->field_count; i++) {
        sorted[i] = &info->fields[i];
    }
    qsort(sorted, info->field_count, sizeof sorted[0], compare_fields);
    text_put_char(out, '{');
    for (size_t i = 0; i < info->field_count; i++) {
        if (!sorted[i]->optional || below(chaos, 2) == 0) {
            field_put_comma(out, shown++);
            put_field(chaos, sorted[i], out);
        }
    }
    text_put_char(out, '}');
}

static void put_items(struct chaos *chaos, const struct command_info *info, struct text *out)
{
    text_put_char(out, '[');
    for (uint64_t i = 0, count = 1 + below(chaos, 4); i < count; i++) {
        field_put_comma(out, i);
        put_fields(chaos, info, out);
    }
    text_put_char(out, ']');
}

/* Commands ------------------------------------------------------------------------------------ */

/* Otherwise nothing else would be accepted of anybody. */
static void accept_terms(struct chaos *chaos, const char *login)
{
    struct view view = enclave_view(chaos->enclave);
    struct newest_terms_row newest = {.log = THE_LOG};
    if (view_find(&view, ROW_NEWEST_TERMS, &newest)) {
        const union command_fields fields = {.user_accept_terms = {.terms = newest.terms}};
        (void)enclave_do(chaos->enclave, login, COMMAND_USER_ACCEPT_TERMS, &fields);
    }
}

/* Any command, but seldom one after which somebody can do nothing. */
static enum command_kind any_kind(struct chaos *chaos)
{
    enum command_kind kind = (enum command_kind)below(chaos, COMMAND_KIND_COUNT);
    bool ends_much = kind == COMMAND_USER_DISABLE || kind == COMMAND_SYSTEM_PUBLISH_TERMS ||
                     kind == COMMAND_USER_CHANGE_STATE || kind == COMMAND_USER_CHANGE_ROLE;
    return ends_much && below(chaos, 15) > 0 ? any_kind(chaos) : kind;
}

static void log_in(struct chaos *chaos, const char *login)
{
    struct user_row row;
    struct view view = enclave_view(chaos->enclave);
    bool able = user_by_id(&view, enclave_id(chaos->enclave, login), &row) &&
                user_refusal(&view, &row) == RULE_NONE;
    if (able) {
        enclave_pass(chaos->enclave, 3600);
        learn(chaos, enclave_login(chaos->enclave, login));
        accept_terms(chaos, login);
    }
}

/* Ada gives the more of them, for she may do the more. */
static const char *somebody(struct chaos *chaos)
{
    return logins[below(chaos, 2) == 0 ? 0 : below(chaos, PEOPLE)];
}

static void give(struct chaos *chaos)
{
    char record_memory[COMMAND_MAX + 1], fields_memory[COMMAND_MAX / 2];
    struct text record = TEXT_IN(record_memory), fields = TEXT_IN(fields_memory);
    const char *login = somebody(chaos);
    struct view view = enclave_view(chaos->enclave);
    if (!session_is_open(&view, enclave_person(chaos->enclave, login)->session, NULL) &&
        below(chaos, 6) > 0) {
        log_in(chaos, login);
    }
    struct command_record command = {.kind = any_kind(chaos)};
    const struct command_info *info = &command_infos[command.kind];
    bool many = below(chaos, 10) == 0 && authenticate_needs_session(command.kind);
    if (many) {
        put_items(chaos, info, &fields);
        command.items = text_bytes(&fields);
    } else {
        put_fields(chaos, info, &fields);
        command.fields = text_bytes(&fields);
    }
    enclave_sign_record(chaos->enclave, login, &command, &record);
    enclave_pass(chaos->enclave, below(chaos, CHAOS_LATE_S));
    struct verdict verdict = enclave_give(chaos->enclave, text_bytes(&record));
    assert_false(failed(verdict.status));
    chaos->done += verdict.refused == RULE_NONE;
    chaos->refused += verdict.refused != RULE_NONE;
    learn_of(chaos, &verdict);
}

void chaos_begin(struct chaos *chaos, struct enclave *enclave, uint64_t seed)
{
    *chaos = (struct chaos){.enclave = enclave, .random = {seed}};
    learn(chaos, enclave_id(enclave, "ada"));
    for (size_t i = 1; i < PEOPLE; i++) {
        learn(chaos, enclave_join(enclave, logins[i], i == 1 ? USER_ROLE_ADMIN : USER_ROLE_USER));
    }
}

void chaos_go_on(struct chaos *chaos, size_t commands)
{
    for (size_t i = 0; i < commands; i++) {
        if (i % LOGIN_EVERY == 0) {
            log_in(chaos, logins[i / LOGIN_EVERY % PEOPLE]);
        }
        give(chaos);
    }
}
