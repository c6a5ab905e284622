/*
 * All rows of a thing, against every row of every table: those whose key has its id.
 */
#include "reports/object_state.h"
#include "store/state.h"
#include "tests/core/access/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    FOUND_MAX = 4096,
    STEPS = 400,
};

struct found {
    enum row_table table;
    uint8_t key[STATE_KEY_MAX];
    size_t key_size;
    uint64_t made_by;
};

struct lab {
    struct model model;
    struct world *world;
    struct found found[FOUND_MAX];
    size_t count;
};

static int begin(void **state)
{
    void *world = NULL;
    struct lab *lab = calloc(1, sizeof *lab);
    assert_non_null(lab);
    world_begin(&world);
    lab->world = world;
    model_begin(&lab->model, world, 4);
    for (unsigned i = 0; i < STEPS; i++) {
        model_step(&lab->model);
    }
    *state = lab;
    return 0;
}

static int end(void **state)
{
    struct lab *lab = *state;
    void *world = lab->world;
    world_end(&world);
    free(lab);
    return 0;
}

static struct status note(void *context, const struct object_row *row)
{
    struct lab *lab = context;
    assert_true(lab->count < FOUND_MAX);
    struct found *found = &lab->found[lab->count++];
    found->table = row->table;
    found->key_size = row->key.size;
    found->made_by = row->made_by;
    memcpy(found->key, row->key.data, row->key.size);
    return OK;
}

static bool is_found(const struct lab *lab, enum row_table table, struct bytes key,
                     uint64_t made_by)
{
    size_t times = 0;
    for (size_t i = 0; i < lab->count; i++) {
        const struct found *found = &lab->found[i];
        times += found->table == table && found->made_by == made_by &&
                         bytes_equal(bytes_of(found->key, found->key_size), key)
                     ? 1
                     : 0;
    }
    assert_true(times <= 1);
    return times == 1;
}

/* By the bytes of the key alone: u8 kind, u64 n, anywhere in it. */
static bool has_id(struct bytes key, struct id id)
{
    uint8_t needle[9] = {(uint8_t)id.kind};
    bytes_write_u64(needle + 1, id.n);
    return memmem(key.data, key.size, needle, sizeof needle) != NULL;
}

/* Walks everything there is. */
static void compare(struct lab *lab, struct id object, uint64_t as_of)
{
    struct view view = world_view_as_of(lab->world, as_of);
    lab->count = 0;
    must(object_state_each(&view, object, note, lab));
    for (unsigned t = 0; t < ROW_TABLE_COUNT; t++) {
        enum row_table table = (enum row_table)t;
        struct state_place place = {.table = table, .as_of = as_of};
        uint8_t after[STATE_KEY_MAX];
        struct bytes key, row;
        while (object_state_has(table, object.kind) &&
               !failed(state_next(lab->world->state, &place, &key, &row))) {
            uint64_t made_by;
            memcpy(after, key.data, key.size);
            place.after = bytes_of(after, key.size);
            must(state_find(lab->world->state, table, place.after, as_of, &row, &made_by));
            if (has_id(place.after, object)) {
                assert_true(is_found(lab, table, place.after, made_by));
            }
        }
    }
}

static void every_row_whose_key_has_the_id_is_found_as_of_every_moment(void **state)
{
    struct lab *lab = *state;
    struct model *model = &lab->model;
    size_t all = 0;
    for (uint64_t as_of = 10; as_of < lab->world->n; as_of += 97) {
        for (size_t i = 0; i < MODEL_USERS; i++) {
            compare(lab, model->users[i], as_of);
            all += lab->count;
            compare(lab, model->projects[i], as_of);
            compare(lab, model->files[i], as_of);
        }
        compare(lab, model->groups[0], as_of);
        compare(lab, model->dirs[0], as_of);
        compare(lab, model->requirements[0], as_of);
    }
    assert_true(all > 200);
}

static size_t count_of(const struct lab *lab, enum row_table table)
{
    size_t count = 0;
    for (size_t i = 0; i < lab->count; i++) {
        count += lab->found[i].table == table ? 1 : 0;
    }
    return count;
}

static void the_own_row_is_first_and_what_an_index_leads_to_is_there(void **state)
{
    struct lab *lab = *state;
    struct view view = world_view(lab->world);
    must(object_state_each(&view, lab->model.users[0], note, lab));
    assert_int_equal(lab->found[0].table, ROW_USER);
    assert_true(count_of(lab, ROW_CERT) > 0);
    assert_int_equal(count_of(lab, ROW_CERT), count_of(lab, ROW_CERT_OF));
    assert_int_equal(count_of(lab, ROW_MEMBER_OF), 0); /* membership says the same and more */
    assert_true(count_of(lab, ROW_MEMBERSHIP) > 0);
    assert_false(object_state_has(ROW_MEMBER_OF, ID_USER));
    assert_true(object_state_has(ROW_TAGGED, ID_FILE));
    assert_false(object_state_has(ROW_FILE_KEY, ID_PROJECT) &&
                 object_state_has(ROW_SETTING, ID_PROJECT));
}

static struct status refuse(void *context, const struct object_row *row)
{
    (void)context;
    (void)row;
    return FAIL(INTERRUPTED, 0);
}

static void a_visit_that_fails_ends_the_walk(void **state)
{
    struct lab *lab = *state;
    struct view view = world_view(lab->world);
    assert_int_equal(object_state_each(&view, lab->model.users[0], refuse, NULL).code,
                     STATUS_INTERRUPTED);
}

int main(void)
{
#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        WITH_MODEL(every_row_whose_key_has_the_id_is_found_as_of_every_moment),
        WITH_MODEL(the_own_row_is_first_and_what_an_index_leads_to_is_there),
        WITH_MODEL(a_visit_that_fails_ends_the_walk),
    };
    return cmocka_run_group_tests_name("reports/object_state", tests, NULL, NULL);
}
