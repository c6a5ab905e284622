/*
 * Every kind of event has a sentence; those that are data are of kinds that exist, and name
 * subjects that their events have.
 */
#include "reports/sentence.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
    const char *kind, *says;
} rows[] = {
#define SAYS(kind, sentence) {kind, sentence},
#include "reports/sentence.def"
};

static void says(const struct leaf *leaf, const char *sentence)
{
    char memory[SENTENCE_SIZE_MAX];
    struct text text = TEXT_IN(memory);
    sentence_put(NULL, leaf, &text);
    assert_string_equal(text_string(&text), sentence);
}

static struct leaf leaf_of(enum event_kind kind)
{
    return (struct leaf){.actor = LITERAL("user:12"),
                         .kind = kind,
                         .cause = LEAF_NO_CAUSE,
                         .on = {{ID_FILE, 61}, {ID_USER, 5}, {ID_PROJECT, 44}},
                         .on_count = 3};
}

static void a_sentence_is_of_a_kind_that_is_there_and_of_its_subjects(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum event_kind kind;
        if (!event_read(bytes_of_string(rows[i].kind), 1, &kind)) {
            print_error("%s\n", rows[i].kind);
            fail();
        }
        assert_true(strstr(rows[i].says, "{on2}") == NULL || event_infos[kind].on_count >= 2);
        assert_true(strstr(rows[i].says, "{on3}") == NULL || event_infos[kind].on_count >= 3);
        for (const char *c = strchr(rows[i].says, '{'); c != NULL; c = strchr(c + 1, '{')) {
            assert_true(strncmp(c, "{who}", 5) == 0 || strncmp(c, "{on}", 4) == 0 ||
                        strncmp(c, "{on2}", 5) == 0 || strncmp(c, "{on3}", 5) == 0 ||
                        strncmp(c, "{all}", 5) == 0);
        }
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(rows[i].kind, rows[k].kind);
        }
    }
}

static void every_kind_says_something(void **unused)
{
    (void)unused;
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        char memory[SENTENCE_SIZE_MAX];
        struct text text = TEXT_IN(memory);
        struct leaf leaf = leaf_of((enum event_kind)kind);
        for (leaf.on_count = 1; leaf.on_count <= 3; leaf.on_count++) {
            text_clear(&text);
            sentence_put(NULL, &leaf, &text);
            assert_true(text.size > 0 && !text.full);
            assert_null(strpbrk(text_string(&text), "{}_"));
        }
    }
}

static void circumstances_stand_behind_it(void **unused)
{
    (void)unused;
    struct leaf leaf = leaf_of(EVENT_VAULT_KEY_FETCHED);
    says(&leaf, "user:12 fetched the key of file:61");
    leaf.project = (struct id){ID_PROJECT, 44};
    leaf.source = LITERAL("10.3.0.7");
    says(&leaf, "user:12 fetched the key of file:61 (project project:44) from 10.3.0.7");
    leaf.outcome = OUTCOME_FAILED;
    says(&leaf, "user:12 fetched the key of file:61 (failed) (project project:44) from "
                "10.3.0.7");
    leaf = leaf_of(EVENT_VAULT_DIR_ENTRY_MOVED);
    says(&leaf, "user:12: vault dir entry moved: file:61, user:5, project:44");
    leaf = leaf_of(EVENT_AUDIT_RECORD_IMPORTED);
    leaf.actor = LITERAL("import");
    says(&leaf, "import took in a record of file:61, user:5, project:44");
}

static void a_refusal_names_its_rule(void **unused)
{
    (void)unused;
    struct leaf leaf = leaf_of(EVENT_EMITTER_DENIED);
    leaf.on_count = 1;
    leaf.outcome = OUTCOME_DENIED;
    says(&leaf, "user:12 was refused at file:61");
    leaf.rule = LITERAL("AUD-14b");
    says(&leaf,
         "user:12 was refused at file:61 by AUD-14b: Only a super-administrator registers or "
         "retires an emitter.");
    leaf.rule = LITERAL("OLD-1");
    says(&leaf, "user:12 was refused at file:61 by OLD-1");
    leaf.on[1] = leaf.on[0];
    leaf.on[0] = (struct id){.kind = ID_LOG};
    leaf.on_count = 2;
    says(&leaf, "user:12 was refused at file:61 by OLD-1");
}

static void names_are_those_of_the_moment(void **unused)
{
    (void)unused;
    struct scratch scratch;
    char memory[SENTENCE_SIZE_MAX];
    struct text text = TEXT_IN(memory);
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&scratch, false);
    struct leaf leaf = leaf_of(EVENT_USER_ROLE_CHANGED);
    leaf.on[0] = scratch_admin(engine);
    leaf.n = log_head_of(engine_log(engine))->size;
    sentence_put(engine, &leaf, &text);
    assert_string_equal(text_string(&text), "user:12 changed the role of ada");
    scratch_close(&engine);
    scratch_end(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sentence_is_of_a_kind_that_is_there_and_of_its_subjects),
        cmocka_unit_test(every_kind_says_something),
        cmocka_unit_test(circumstances_stand_behind_it),
        cmocka_unit_test(a_refusal_names_its_rule),
        cmocka_unit_test(names_are_those_of_the_moment),
    };
    return cmocka_run_group_tests_name("reports/sentence", tests, NULL, NULL);
}
