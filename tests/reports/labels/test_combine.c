/*
 * Labels that meet: in a session, in a user, and through files that were written in between.
 */
#include "reports/labels/combine.h"
#include "tests/reports/access/lab.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct combine combine;

static void look(struct lab *lab, enum holder_sort sort, struct id holder, bool carried)
{
    lab_look(lab);
    const struct combine_question question = {.view = enclave_view(&lab->enclave),
                                              .log = lab->log,
                                              .index = lab->index,
                                              .sort = sort,
                                              .carried = carried};
    must(combine_find(&question, holder, &combine));
    assert_false(combine.incomplete);
}

static struct id session_of(struct lab *lab, const char *who)
{
    return enclave_person(&lab->enclave, who)->session;
}

/* A file of bob's with this label. */
static struct id labelled(struct lab *lab, const char *name, struct id project)
{
    if (project.kind != ID_NONE) {
        lab_activate(lab, "bob", project);
    }
    return lab_file(lab, "bob", name, project, 1);
}

static const struct combine_node *end_of(size_t label)
{
    return &combine.nodes[combine.labels[label].node];
}

static void labels_of_one_branch_form_a_chain(void **state)
{
    struct lab *lab = *state;
    struct id above = labelled(lab, "a", lab->federal), below = labelled(lab, "b", lab->texas);
    enclave_login(&lab->enclave, "bob");
    lab_activate(lab, "bob", lab->texas);
    (void)lab_fetch(lab, "bob", below);
    (void)lab_fetch(lab, "bob", above);
    look(lab, HOLDER_SESSION, session_of(lab, "bob"), false);
    assert_false(combine.combined);
    assert_int_equal(combine.label_count, 2);
}

static void labels_of_two_branches_are_told_with_the_events_that_met(void **state)
{
    struct lab *lab = *state;
    struct id texas = labelled(lab, "t", lab->texas), florida = labelled(lab, "f", lab->florida);
    enclave_login(&lab->enclave, "bob");
    lab_activate(lab, "bob", lab->texas);
    uint64_t first = lab_fetch(lab, "bob", texas);
    (void)lab_read(lab, "bob", texas, 0, 0);
    look(lab, HOLDER_SESSION, session_of(lab, "bob"), false);
    assert_false(combine.combined);
    lab_activate(lab, "bob", lab->florida);
    uint64_t second = lab_fetch(lab, "bob", florida);
    look(lab, HOLDER_SESSION, session_of(lab, "bob"), false);
    assert_true(combine.combined);
    assert_int_equal(end_of(combine.a)->event, first);
    assert_int_equal(end_of(combine.b)->event, second);
    assert_true(id_equal(end_of(combine.a)->id, texas));
    assert_true(id_equal(combine.labels[combine.b].label, lab->florida));
    assert_int_equal(end_of(combine.a)->steps, 1);
}

static void what_two_sessions_saw_meets_in_their_user(void **state)
{
    struct lab *lab = *state;
    struct id texas = labelled(lab, "t", lab->texas), florida = labelled(lab, "f", lab->florida);
    enclave_login(&lab->enclave, "bob");
    lab_activate(lab, "bob", lab->texas);
    (void)lab_fetch(lab, "bob", texas);
    enclave_login(&lab->enclave, "bob");
    lab_activate(lab, "bob", lab->florida);
    (void)lab_fetch(lab, "bob", florida);
    look(lab, HOLDER_SESSION, session_of(lab, "bob"), true);
    assert_false(combine.combined);
    look(lab, HOLDER_USER, lab->bob, false);
    assert_true(combine.combined);
}

/* texas data, read by cat, who writes a file without a label; bob reads that, and florida data. */
static void a_file_carries_what_its_writer_saw_before_and_not_after(void **state)
{
    struct lab *lab = *state;
    struct id texas = labelled(lab, "t", lab->texas), florida = labelled(lab, "f", lab->florida);
    (void)lab_share(lab, "bob", florida, lab->cat); /* of no use to her */
    lab_activate(lab, "bob", lab->texas);
    (void)lab_share(lab, "bob", texas, lab->cat);
    struct id clean = lab_file(lab, "cat", "clean", (struct id){ID_NONE, 0}, 1);
    (void)lab_share(lab, "cat", clean, lab->bob);
    lab_activate(lab, "cat", lab->texas);
    uint64_t seen = lab_fetch(lab, "cat", texas);
    struct id copy = lab_file(lab, "cat", "copy", (struct id){ID_NONE, 0}, 1);
    (void)lab_share(lab, "cat", copy, lab->bob);
    enclave_login(&lab->enclave, "bob");
    lab_activate(lab, "bob", lab->florida);
    uint64_t direct = lab_fetch(lab, "bob", florida);
    (void)lab_fetch(lab, "bob", clean);
    look(lab, HOLDER_SESSION, session_of(lab, "bob"), true);
    assert_false(combine.combined);
    uint64_t met = lab_fetch(lab, "bob", copy);
    look(lab, HOLDER_SESSION, session_of(lab, "bob"), false);
    assert_false(combine.combined);
    look(lab, HOLDER_SESSION, session_of(lab, "bob"), true);
    assert_true(combine.combined);
    const struct combine_node *node = end_of(combine.b);
    assert_int_equal(end_of(combine.a)->event, direct);
    assert_true(id_equal(node->id, texas));
    assert_int_equal(node->event, seen);
    node = &combine.nodes[node->parent];
    assert_true(id_equal(node->id, session_of(lab, "cat")));
    node = &combine.nodes[node->parent];
    assert_true(id_equal(node->id, copy));
    assert_int_equal(node->event, met);
}

/* Each label that a session saw, by what was noted while it saw it. */
static void the_labels_are_those_that_were_seen(void **state)
{
    struct lab *lab = *state;
    const struct id projects[] = {lab->federal, lab->texas, lab->florida};
    struct id files[3];
    uint64_t random = 3;
    for (size_t i = 0; i < 3; i++) {
        files[i] = labelled(lab, (const char *[]){"a", "b", "c"}[i], projects[i]);
    }
    for (unsigned round = 0; round < 6; round++) {
        bool seen[3] = {false};
        enclave_login(&lab->enclave, "bob");
        for (uint64_t i = random_below(&random, 4); i > 0; i--) {
            size_t which = random_below(&random, 3);
            lab_activate(lab, "bob", projects[which]);
            (void)lab_fetch(lab, "bob", files[which]);
            seen[which] = true;
        }
        for (unsigned carried = 0; carried < 2; carried++) {
            look(lab, HOLDER_SESSION, session_of(lab, "bob"), carried == 1);
            assert_int_equal(combine.label_count, seen[0] + seen[1] + seen[2]);
            assert_int_equal(combine.combined, seen[1] && seen[2]);
        }
    }
    assert_string_equal(holder_sort_name(HOLDER_USER), "user");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_LAB(labels_of_one_branch_form_a_chain),
        IN_LAB(labels_of_two_branches_are_told_with_the_events_that_met),
        IN_LAB(what_two_sessions_saw_meets_in_their_user),
        IN_LAB(a_file_carries_what_its_writer_saw_before_and_not_after),
        IN_LAB(the_labels_are_those_that_were_seen),
    };
    return cmocka_run_group_tests_name("reports/labels/combine", tests, NULL, NULL);
}
