/*
 * Commands over many objects: what only they may not do; and whether the log has all of one.
 */
#include "core/bulk/bulk.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Whole or not ------------------------------------------------------------------------------- */

static struct leaf leaf_of(uint64_t item, bool refused)
{
    return (struct leaf){.n = 90 + item,
                         .actor = LITERAL("user:4"),
                         .cause = 90,
                         .item = item,
                         .outcome = refused ? OUTCOME_DENIED : OUTCOME_OK};
}

/* Each letter is an event: `a` of item 1 done, `A` of item 1 refused, `.` the end of one done and
 * one refused, `x` one by somebody else, `y` one of another command. */
static const char *verdict_on(const char *events)
{
    const struct leaf opened = {.n = 90, .actor = LITERAL("user:4")};
    const struct bulk_closed closed = {.done = 1, .refused = 1};
    struct bulk_check check = bulk_check_of(&opened, &(struct bulk_opened){.count = 2});
    for (const char *event = events; *event != '\0'; event++) {
        bool refused = *event >= 'A' && *event <= 'Z';
        struct leaf leaf = leaf_of((uint64_t)((*event | 0x20) - 'a' + 1), refused);
        if (*event == '.') {
            leaf = leaf_of(0, false);
        } else if (*event == 'x') {
            leaf = leaf_of(1, false);
            leaf.actor = LITERAL("user:5");
        } else if (*event == 'y') {
            leaf = leaf_of(1, false);
            leaf.cause = 89;
        }
        bulk_check_follow(&check, &leaf, *event == '.' ? &closed : NULL);
    }
    return bulk_check_end(&check);
}

static void a_command_is_whole_with_each_item_and_an_end_that_counts_them(void **unused)
{
    (void)unused;
    static const char *const whole[] = {"aB.", "Ab.", "aaaB.", "aBB."};
    static const char *const broken[] = {"",    "a",    "aB",   "B.", "a.",   "bA.", "aBc.", "ab.",
                                         "AB.", "aB..", "aB.b", "x.", "aBx.", "yB.", "aBa."};
    for (size_t i = 0; i < 4; i++) {
        assert_null(verdict_on(whole[i]));
    }
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        assert_non_null(verdict_on(broken[i]));
    }
}

/* Refused ------------------------------------------------------------------------------------ */

static struct id make_group(struct enclave *enclave, const char *login)
{
    static const uint8_t key[32] = "a group's key";
    union command_fields fields = {
        .group_create = {.name = LITERAL("g"), .key = BYTES(key), .wrapped = {{3}}}};
    return (struct id){ID_GROUP, enclave_must(enclave, login, COMMAND_GROUP_CREATE, &fields)};
}

/* RULE_BLK_01A: asked of the pure function, and through a command. */
static void what_only_holders_open_is_deleted_in_bulk_by_its_owner_only(void **unused)
{
    struct enclave enclave;
    char items[128], memory[COMMAND_MAX + 1];
    struct text text = TEXT_IN(items), record = TEXT_IN(memory);
    (void)unused;
    enclave_begin(&enclave);
    enclave_join(&enclave, "ben", USER_ROLE_USER);
    struct id group = make_group(&enclave, "ada");
    union command_fields fields = {.group_delete = {.group = group}};
    struct view view = enclave_view(&enclave);
    const struct bulk_common none = bulk_common_of(COMMAND_GROUP_DELETE, &fields);
    struct actor ada = {.user = enclave_id(&enclave, "ada")},
                 ben = {.user = enclave_id(&enclave, "ben")};
    assert_int_equal(bulk_refusal(&view, &ada, COMMAND_GROUP_DELETE, &fields, &none), RULE_NONE);
    assert_int_equal(bulk_refusal(&view, &ben, COMMAND_GROUP_DELETE, &fields, &none), RULE_BLK_01A);
    assert_int_equal(bulk_refusal(&view, &ben, COMMAND_GROUP_LEAVE, &fields, &none), RULE_NONE);
    text_add(&text, "[{\"group\":\"group:%u\"}]", (unsigned)group.n);
    struct command_record command = {.kind = COMMAND_GROUP_DELETE, .items = text_bytes(&text)};
    enclave_sign_record(&enclave, "ben", &command, &record);
    assert_int_equal(enclave_give(&enclave, text_bytes(&record)).items_refused, 1);
    text_clear(&record);
    enclave_sign_record(&enclave, "ada", &command, &record);
    assert_int_equal(enclave_give(&enclave, text_bytes(&record)).done, 1);
    enclave_end(&enclave);
}

/* The rule for this item after that first one. */
static enum rule after(enum command_kind kind, const union command_fields *first,
                       const union command_fields *item)
{
    const struct view view = {0};
    const struct actor actor = {0};
    const struct bulk_common common = bulk_common_of(kind, first);
    return bulk_refusal(&view, &actor, kind, item, &common);
}

/* RULE_DRV_17A, RULE_VM_14A: by what the items say; what is true each item's decision looks at. */
static void what_is_tagged_at_once_has_the_same_tag_before(void **unused)
{
    const struct id a = {ID_PROJECT, 7}, b = {ID_PROJECT, 8};
    const union command_fields drives[] = {{.drive_set_project = {.has_from = true, .from = a}},
                                           {.drive_set_project = {.has_from = true, .from = b}},
                                           {.drive_set_project = {.has_project = true,
                                                                  .project = a}}},
                               vms[] = {{.vm_set_project = {.has_from = true, .from = a}},
                                        {.vm_set_project = {.has_from = true, .from = b}},
                                        {.vm_set_project = {.has_project = true, .project = a}}};
    (void)unused;
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned j = 0; j < 3; j++) {
            assert_int_equal(after(COMMAND_DRIVE_SET_PROJECT, &drives[i], &drives[j]),
                             i == j ? RULE_NONE : RULE_DRV_17A);
            assert_int_equal(after(COMMAND_VM_SET_PROJECT, &vms[i], &vms[j]),
                             i == j ? RULE_NONE : RULE_VM_14A);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_whole_with_each_item_and_an_end_that_counts_them),
        cmocka_unit_test(what_only_holders_open_is_deleted_in_bulk_by_its_owner_only),
        cmocka_unit_test(what_is_tagged_at_once_has_the_same_tag_before),
    };
    return cmocka_run_group_tests_name("core/bulk", tests, NULL, NULL);
}
