/*
 * Labels that meet: in a session, in a user, and through files that were written in between.
 */
#include "reports/labels/combine.h"
#include "tests/reports/access/lab.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

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

/* Against sets ------------------------------------------------------------------------------- */

enum {
    RANDOM_SESSIONS = 7,
    RANDOM_ACTS = 16, /* of each session */
    NOTES_MAX = RANDOM_SESSIONS * RANDOM_ACTS,
};

/* What a file brings along: bits of projects, its own label and what its writer had seen. */
struct note {
    struct id file;
    int label; /* -1: none */
    unsigned brings;
};

struct scene {
    struct lab *lab;
    struct id projects[3]; /* federal, texas, florida */
    struct note notes[NOTES_MAX];
    size_t count;
    uint64_t random;
    int active; /* -1: none */
    unsigned seen, seen_ever;
};

static void act(struct scene *scene)
{
    struct lab *lab = scene->lab;
    uint64_t what = random_below(&scene->random, 5);
    if (what == 0) {
        scene->active = (int)random_below(&scene->random, 3);
        lab_activate(lab, "bob", scene->projects[scene->active]);
        return;
    }
    if (what == 1 || scene->count == 0) {
        char name[8];
        snprintf(name, sizeof name, "f%u", (unsigned)scene->count);
        int label = random_below(&scene->random, 2) == 0 ? -1 : scene->active;
        struct id project = label < 0 ? (struct id){ID_NONE, 0} : scene->projects[label];
        scene->notes[scene->count++] =
            (struct note){.file = lab_file(lab, "bob", name, project, 1),
                          .label = label,
                          .brings = scene->seen | (label < 0 ? 0 : 1u << label)};
        return;
    }
    const struct note *note = &scene->notes[random_below(&scene->random, scene->count)];
    if (note->label < 0 || note->label == scene->active ||
        (note->label == 0 && scene->active >= 0)) {
        (void)lab_fetch(lab, "bob", note->file);
        scene->seen |= note->brings;
    }
}

static bool are_both(unsigned seen)
{
    return (seen & 2u) != 0 && (seen & 4u) != 0;
}

static void carried_labels_are_those_of_sets_that_are_handed_on(void **state)
{
    struct lab *lab = *state;
    struct scene scene = {.lab = lab, .projects = {lab->federal, lab->texas, lab->florida}};
    unsigned combined = 0;
    scene.random = 31;
    for (unsigned session = 0; session < RANDOM_SESSIONS; session++) {
        enclave_login(&lab->enclave, "bob");
        scene.seen = 0;
        scene.active = -1;
        for (unsigned i = 0; i < RANDOM_ACTS; i++) {
            act(&scene);
        }
        scene.seen_ever |= scene.seen;
        look(lab, HOLDER_SESSION, session_of(lab, "bob"), true);
        assert_int_equal(combine.combined, are_both(scene.seen));
        combined += combine.combined ? 1 : 0;
        look(lab, HOLDER_USER, lab->bob, true);
        assert_int_equal(combine.combined, are_both(scene.seen_ever));
    }
    assert_true(combined > 0 && combined < RANDOM_SESSIONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_LAB(labels_of_one_branch_form_a_chain),
        IN_LAB(labels_of_two_branches_are_told_with_the_events_that_met),
        IN_LAB(what_two_sessions_saw_meets_in_their_user),
        IN_LAB(a_file_carries_what_its_writer_saw_before_and_not_after),
        IN_LAB(carried_labels_are_those_of_sets_that_are_handed_on),
        IN_LAB(the_labels_are_those_that_were_seen),
    };
    return cmocka_run_group_tests_name("reports/labels/combine", tests, NULL, NULL);
}
