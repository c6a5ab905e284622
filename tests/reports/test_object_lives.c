/*
 * Lives of rows, against the rows that the state has at each event: a random enclave's.
 */
#include "reports/object_lives.h"
#include "reports/object_state.h"
#include "store/state.h"
#include "tests/support/chaos.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    COMMANDS = 250,
    SPANS_MAX = 4096,
    TEXT_SIZE = 4096,
};

struct kept_span {
    enum row_table table;
    uint8_t key[STATE_KEY_MAX];
    size_t key_size;
    struct life_span span;
    char *row; /* as canonical JSON */
};

struct lab {
    struct enclave enclave;
    struct chaos chaos;
    struct log_snapshot *log;
    uint8_t memory[1 << 20];
    struct arena arena;
    struct status trouble;
    struct kept_span spans[SPANS_MAX];
    size_t count;
    uint64_t as_of_n;
    size_t found; /* rows of the state that a span covers */
};

static int begin(void **state)
{
    struct lab *lab = calloc(1, sizeof *lab);
    assert_non_null(lab);
    enclave_begin(&lab->enclave);
    chaos_begin(&lab->chaos, &lab->enclave, 7);
    chaos_go_on(&lab->chaos, COMMANDS);
    must(log_snapshot_open(engine_log(lab->enclave.engine), &lab->log));
    lab->arena = ARENA_IN(lab->memory);
    *state = lab;
    return 0;
}

static int end(void **state)
{
    struct lab *lab = *state;
    log_snapshot_close(&lab->log);
    enclave_end(&lab->enclave);
    free(lab);
    return 0;
}

static struct view view_as_of(struct lab *lab, uint64_t n)
{
    struct view view = engine_view(lab->enclave.engine, n, &lab->arena, &lab->trouble);
    lab->trouble = OK;
    return view;
}

static char *row_text(enum row_table table, const void *row)
{
    char memory[TEXT_SIZE];
    struct text text = TEXT_IN(memory);
    row_encode(table, row, &text);
    assert_false(text.full);
    return strdup(text_string(&text));
}

/* Spans are in order, of one life without overlap, and begin with the events that made them. */
static struct status keep(void *context, const struct life *life)
{
    struct lab *lab = context;
    assert_false(life->cut);
    assert_true(life->span_count > 0);
    for (size_t i = 0; i < life->span_count; i++) {
        const struct life_span *span = &life->spans[i];
        struct kept_span *kept = &lab->spans[lab->count++];
        assert_true(lab->count < SPANS_MAX);
        assert_true(span->from_n < span->until_n);
        assert_true(span->from_us <= span->until_us);
        assert_true(i == 0 || span->by_itself || span[-1].until_n <= span->from_n);
        assert_true(!span->by_itself || (i > 0 && span[-1].until_us == span->from_us));
        *kept = (struct kept_span){.table = life->table, .key_size = life->key.size};
        memcpy(kept->key, life->key.data, life->key.size);
        kept->span = *span;
        kept->row = row_text(life->table, span->row);
    }
    return OK;
}

static void forget(struct lab *lab)
{
    for (size_t i = 0; i < lab->count; i++) {
        free(lab->spans[i].row);
    }
    lab->count = 0;
}

static const struct kept_span *covering(const struct lab *lab, const struct object_row *row)
{
    for (size_t i = 0; i < lab->count; i++) {
        const struct kept_span *kept = &lab->spans[i];
        if (kept->table == row->table && !kept->span.by_itself &&
            bytes_equal(bytes_of(kept->key, kept->key_size), row->key) &&
            kept->span.from_n <= lab->as_of_n && lab->as_of_n < kept->span.until_n) {
            return kept;
        }
    }
    return NULL;
}

static bool is_left_out(enum row_table table)
{
    return table == ROW_CHUNK || table == ROW_IV || table == ROW_FETCHED || table == ROW_TAGGED ||
           table == ROW_GROUP_KEY || table == ROW_ENTRY || table == ROW_COMMAND ||
           table == ROW_OPEN_SESSION || table == ROW_MEMBER_OF || table == ROW_CERT_OF;
}

/* Whether the thing is the first of the key, or one of what lives of a user are told of. */
static bool is_told(const struct object_row *row, struct id object)
{
    const struct row_info *info = &row_infos[row->table];
    const struct field_info *first = &info->fields[info->key[0]];
    if (is_left_out(row->table)) {
        return false;
    }
    return (first->type_code == FIELD_ID && first->id_kind == object.kind) ||
           (object.kind == ID_USER &&
            (row->table == ROW_SESSION || row->table == ROW_MEMBERSHIP || row->table == ROW_CERT ||
             row->table == ROW_GROUP_MEMBER || row->table == ROW_TEAM_MEMBER));
}

struct checking {
    struct lab *lab;
    struct id object;
};

static struct status check_row(void *context, const struct object_row *row)
{
    struct checking *checking = context;
    if (!is_told(row, checking->object)) {
        return OK;
    }
    const struct kept_span *kept = covering(checking->lab, row);
    assert_non_null(kept);
    char *text = row_text(row->table, row->row);
    assert_string_equal(kept->row, text);
    assert_int_equal(kept->span.from_n, row->made_by);
    checking->lab->found++;
    free(text);
    return OK;
}

/* What covers an event is there then. */
static void check_spans(struct lab *lab)
{
    for (size_t i = 0; i < lab->count; i++) {
        const struct kept_span *kept = &lab->spans[i];
        struct bytes row;
        uint64_t made_by;
        bool covers = kept->span.from_n <= lab->as_of_n && lab->as_of_n < kept->span.until_n;
        struct status status =
            state_find(engine_state(lab->enclave.engine), kept->table,
                       bytes_of(kept->key, kept->key_size), lab->as_of_n, &row, &made_by);
        assert_true(!covers || (!failed(status) && made_by == kept->span.from_n));
    }
}

static void lives_are_what_the_state_has_at_each_event(void **state)
{
    struct lab *lab = *state;
    static const enum id_kind kinds[] = {ID_USER, ID_PROJECT, ID_GROUP, ID_FILE,
                                         ID_CERT, ID_LEVEL,   ID_TEAM};
    uint64_t size = enclave_size(&lab->enclave);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (size_t k = 0; k < lab->chaos.known_count[kinds[i]] && k < 4; k++) {
            struct id object = lab->chaos.known[kinds[i]][k];
            struct lives_question question = {
                .view = view_as_of(lab, UINT64_MAX), .log = lab->log, .object = object};
            question.view.now_utc_us += UINT64_C(1000000) << 20;
            must(object_lives_each(&question, keep, lab));
            for (lab->as_of_n = 0; lab->as_of_n < size; lab->as_of_n += 7) {
                struct view view = view_as_of(lab, lab->as_of_n);
                check_spans(lab);
                must(object_state_each(&view, object, check_row,
                                       &(struct checking){.lab = lab, .object = object}));
                lab->arena.used = 0;
            }
            forget(lab);
        }
    }
    assert_true(lab->found > 500);
}

/* A certification runs out by itself, and its life says when. */
static void what_runs_out_is_two_spans(void **state)
{
    struct lab *lab = *state;
    struct cert_row row = {.expires = 50, .has_expires = true};
    uint64_t until_us;
    (void)lab;
    assert_true(life_in_force(ROW_CERT, &row, &until_us));
    assert_int_equal(until_us, 50);
    row.ended = true;
    assert_false(life_in_force(ROW_CERT, &row, &until_us));
    assert_int_equal(until_us, UINT64_MAX);
    struct user_row user = {.state = USER_STATE_ACTIVE};
    assert_true(life_in_force(ROW_USER, &user, &until_us));
    user.has_disabled_until = true;
    user.disabled_until = 70;
    assert_false(life_in_force(ROW_USER, &user, &until_us));
    assert_int_equal(until_us, 70);
    struct session_row session = {.state = SESSION_STATE_CLOSED, .expires = 9};
    assert_false(life_in_force(ROW_SESSION, &session, &until_us));
    struct case_row folder = {.has_closed = true, .closed = 8};
    assert_false(life_in_force(ROW_CASE, &folder, &until_us));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lives_are_what_the_state_has_at_each_event, begin, end),
        cmocka_unit_test_setup_teardown(what_runs_out_is_two_spans, begin, end),
    };
    return cmocka_run_group_tests_name("reports/object_lives", tests, NULL, NULL);
}
