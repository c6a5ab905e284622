/*
 * Random histories of drives against a naive oracle: arrays of what is so, and the rules in a line
 * each. The same commands must be allowed, and the same must be so afterwards.
 */
#include "tests/core/drive/yard.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    USERS = 3,
    DRIVES = 3,
    MACHINES = 4,
    LABELS = 3, /* none, a, b below a */
    STEPS = 300,
};

enum at {
    AT_NONE,
    AT_ASKED,
    AT_SEEN,
    AT_LEAVING,
};

struct naive_drive {
    int owner, label, snapshots, busy; /* busy: what is worked on */
    bool raw;
    int share[USERS], giver[USERS]; /* -1: none; else the mode */
    struct {
        enum at at;
        int mode, by;
        bool seen;
        uint64_t request; /* that the world has not answered; 0: none */
    } place[MACHINES];
    uint64_t request;          /* of the work */
    struct id snapshot[STEPS]; /* those that are there, the newest last; and the one in work */
};

struct naive {
    struct yard yard;
    struct person *people[USERS];
    struct id drives[DRIVES], machines[MACHINES], labels[LABELS];
    int active[USERS];
    int machine_owner[MACHINES], machine_tag[MACHINES], entered[MACHINES];
    struct naive_drive d[DRIVES];
    uint64_t seed;
    bool orderly; /* nobody attaches behind our back */
};

enum work {
    AT_REST,
    CONVERTING,
    KEEPING,
    MERGING,
};

static int pick(struct naive *n, unsigned bound)
{
    return (int)world_random(&n->seed, bound);
}

static bool owns(const struct naive *n, int u, int d)
{
    return n->d[d].owner == u;
}

/* DRV-10, CLS-03, CLS-04, PRJ-11: to read from below the label, to write and share at it. */
static bool reads(const struct naive *n, int u, int d)
{
    const struct naive_drive *drive = &n->d[d];
    return (owns(n, u, d) || drive->share[u] >= 0) &&
           (drive->label == 0 || n->active[u] >= drive->label);
}

static bool is_at_label(const struct naive *n, int u, int d)
{
    return n->d[d].label == 0 || n->active[u] == n->d[d].label;
}

static bool uses(const struct naive *n, int u, int d, int mode)
{
    return mode == DRIVE_MODE_RO
               ? reads(n, u, d)
               : (owns(n, u, d) || n->d[d].share[u] == DRIVE_MODE_RW) && is_at_label(n, u, d);
}

static bool is_anywhere(const struct naive *n, int d)
{
    for (int m = 0; m < MACHINES; m++) {
        if (n->d[d].place[m].at != AT_NONE) {
            return true;
        }
    }
    return false;
}

static int deepest(int a, int b)
{
    return a > b ? a : b;
}

/* PRJ-14a. */
static void raise_all(struct naive *n, int m)
{
    for (int d = 0; d < DRIVES; d++) {
        struct naive_drive *drive = &n->d[d];
        if (drive->place[m].at != AT_NONE && drive->place[m].mode == DRIVE_MODE_RW) {
            drive->label = deepest(drive->label, deepest(n->machine_tag[m], n->entered[m]));
        }
    }
}

/* Each deed: what the oracle says, what the world says, and what is so then. --------------- */

static void attach(struct naive *n)
{
    const int u = pick(n, USERS), d = pick(n, DRIVES), m = pick(n, MACHINES), mode = pick(n, 2);
    struct naive_drive *drive = &n->d[d];
    bool fits = n->machine_owner[m] == u && drive->busy == AT_REST && uses(n, u, d, mode) &&
                drive->label <= n->machine_tag[m] && drive->place[m].at == AT_NONE;
    for (int other = 0; other < MACHINES; other++) {
        fits = fits && (drive->place[other].at == AT_NONE ||
                        (mode == DRIVE_MODE_RO && drive->place[other].mode == DRIVE_MODE_RO));
    }
    const enum rule refused =
        yard_attach(&n->yard, n->people[u], n->drives[d], n->machines[m], (enum drive_mode)mode);
    assert_int_equal(refused == RULE_NONE, fits);
    if (fits) {
        drive->place[m].at = AT_ASKED;
        drive->place[m].mode = mode;
        drive->place[m].by = u;
        drive->place[m].seen = false;
        drive->place[m].request = first_event(n->yard.world);
        n->entered[m] = deepest(n->entered[m], drive->label);
        raise_all(n, m);
    }
}

static void detach(struct naive *n)
{
    const int u = pick(n, USERS), d = pick(n, DRIVES), m = pick(n, MACHINES);
    struct naive_drive *drive = &n->d[d];
    const bool fits = (drive->place[m].at == AT_ASKED || drive->place[m].at == AT_SEEN) &&
                      (owns(n, u, d) || drive->place[m].by == u || n->machine_owner[m] == u);
    assert_int_equal(yard_detach(&n->yard, n->people[u], n->drives[d], n->machines[m]) == RULE_NONE,
                     fits);
    drive->place[m].at = fits ? AT_LEAVING : drive->place[m].at;
    drive->place[m].request = fits ? first_event(n->yard.world) : drive->place[m].request;
}

static void share(struct naive *n)
{
    const int u = pick(n, USERS), d = pick(n, DRIVES), t = pick(n, USERS), mode = pick(n, 2);
    struct naive_drive *drive = &n->d[d];
    const bool again =
        drive->share[t] < 0 || owns(n, u, d) || drive->giver[t] == u || mode > drive->share[t];
    const bool fits = reads(n, u, d) && is_at_label(n, u, d) && uses(n, u, d, mode) &&
                      drive->busy == AT_REST && !owns(n, t, d) && again;
    assert_int_equal(yard_share(&n->yard, n->people[u], n->drives[d], n->people[t]->user,
                                (enum drive_mode)mode) == RULE_NONE,
                     fits);
    drive->share[t] = fits ? mode : drive->share[t];
    drive->giver[t] = fits ? u : drive->giver[t];
}

static void lose(struct naive_drive *drive, int t)
{
    drive->share[t] = -1;
    for (int m = 0; m < MACHINES; m++) {
        if (drive->place[m].at != AT_NONE && drive->place[m].by == t) {
            drive->place[m].at = AT_LEAVING;
            drive->place[m].request = 0;
        }
    }
}

static void unshare(struct naive *n)
{
    const int u = pick(n, USERS), d = pick(n, DRIVES), t = pick(n, USERS);
    struct naive_drive *drive = &n->d[d];
    const bool fits = (owns(n, u, d) || u == t) && drive->share[t] >= 0;
    assert_int_equal(
        yard_unshare(&n->yard, n->people[u], n->drives[d], n->people[t]->user) == RULE_NONE, fits);
    if (fits) {
        lose(drive, t);
    }
}

static void unshare_all(struct naive *n)
{
    const int u = pick(n, USERS), d = pick(n, DRIVES);
    const union command_fields fields = {.drive_unshare_all = {.drive = n->drives[d]}};
    assert_int_equal(person_try(n->yard.world, n->people[u], COMMAND_DRIVE_UNSHARE_ALL, &fields) ==
                         RULE_NONE,
                     owns(n, u, d));
    for (int t = 0; t < USERS && owns(n, u, d); t++) {
        if (!owns(n, t, d)) {
            lose(&n->d[d], t);
        }
    }
}

static bool may_work(const struct naive *n, int u, int d)
{
    return owns(n, u, d) && n->d[d].busy == AT_REST && !is_anywhere(n, d);
}

static void begin_work(struct naive *n)
{
    const int u = pick(n, USERS), d = pick(n, DRIVES), work = 1 + pick(n, 3);
    struct naive_drive *drive = &n->d[d];
    const struct id newest =
        drive->snapshots == 0 ? (struct id){ID_SNAPSHOT, 1} : drive->snapshot[drive->snapshots - 1];
    const union command_fields convert = {
        .drive_convert = {.drive = n->drives[d],
                          .kind = drive->raw ? DRIVE_KIND_QCOW2 : DRIVE_KIND_RAW}};
    const union command_fields keep = {.drive_snapshot_create = {.drive = n->drives[d],
                                                                 .name = LITERAL("s"),
                                                                 .pool = n->yard.snapshots}};
    const union command_fields merge = {.drive_snapshot_merge = {.snapshot = newest}};
    const bool fits = may_work(n, u, d) && (work != CONVERTING || drive->snapshots == 0) &&
                      (work != MERGING || drive->snapshots > 0);
    const enum command_kind kind = work == CONVERTING ? COMMAND_DRIVE_CONVERT
                                   : work == KEEPING  ? COMMAND_DRIVE_SNAPSHOT_CREATE
                                                      : COMMAND_DRIVE_SNAPSHOT_MERGE;
    const enum rule refused = person_try(n->yard.world, n->people[u], kind,
                                         work == CONVERTING ? &convert
                                         : work == KEEPING  ? &keep
                                                            : &merge);
    assert_int_equal(refused == RULE_NONE, fits);
    drive->busy = fits ? work : drive->busy;
    drive->request = fits ? first_event(n->yard.world) : drive->request;
}

static void end_work(struct naive *n)
{
    const int d = pick(n, DRIVES);
    struct naive_drive *drive = &n->d[d];
    if (drive->busy == AT_REST) {
        return;
    }
    if (drive->busy == CONVERTING && pick(n, 2) == 0) {
        const union event_body body = {
            .drive_converted = {.request = drive->request,
                                .to = drive->raw ? DRIVE_KIND_QCOW2 : DRIVE_KIND_RAW,
                                .path = LITERAL("/p/d")}};
        (void)yard_say(n->yard.world, EVENT_DRIVE_CONVERTED, n->drives[d], NONE, &body);
        drive->raw = !drive->raw;
    } else {
        const bool done = drive->busy != CONVERTING && pick(n, 2) == 0;
        yard_ended(n->yard.world, drive->request, done, "/p/layer");
        if (done && drive->busy == KEEPING) {
            drive->snapshot[drive->snapshots++] = (struct id){ID_SNAPSHOT, drive->request};
        }
        drive->snapshots -= done && drive->busy == MERGING;
    }
    drive->busy = AT_REST;
}

/* The world answers: what could not be done is not so, unless somebody has seen it. */
static void answer(struct naive *n)
{
    const int d = pick(n, DRIVES), m = pick(n, MACHINES);
    struct naive_drive *drive = &n->d[d];
    const bool done = pick(n, 2) == 0, leaving = drive->place[m].at == AT_LEAVING;
    if (drive->place[m].at == AT_NONE || drive->place[m].request == 0) {
        return;
    }
    yard_ended(n->yard.world, drive->place[m].request, done, NULL);
    drive->place[m].request = 0;
    if (!drive->place[m].seen && done == leaving) {
        drive->place[m].at = AT_NONE;
    } else if (leaving && !done) {
        drive->place[m].at = drive->place[m].seen ? AT_SEEN : AT_ASKED;
    }
}

/* A watcher sees what was asked for; or, in a history that is not orderly, whatever there is. */
static void watch(struct naive *n)
{
    const int d = pick(n, DRIVES), m = pick(n, MACHINES), mode = pick(n, 2);
    struct naive_drive *drive = &n->d[d];
    const enum at at = drive->place[m].at;
    if (at == AT_LEAVING || (at != AT_NONE && !n->orderly && pick(n, 3) == 0)) {
        yard_gone(n->yard.world, n->drives[d], n->machines[m]);
        drive->place[m].at = AT_NONE;
        return;
    }
    if (at == AT_NONE && (n->orderly || pick(n, 4) != 0)) {
        return;
    }
    drive->place[m].mode = at == AT_NONE ? mode : drive->place[m].mode;
    yard_seen(n->yard.world, n->drives[d], n->machines[m], (enum drive_mode)drive->place[m].mode);
    if (at == AT_NONE) {
        drive->place[m].by = -1;
        drive->place[m].request = 0;
        n->entered[m] = deepest(n->entered[m], drive->label);
    }
    drive->place[m].at = AT_SEEN;
    drive->place[m].seen = true;
}

static void work_on(struct naive *n)
{
    const int u = pick(n, USERS), label = pick(n, LABELS);
    world_activate(n->yard.world, n->people[u]->session, n->labels[label]);
    n->active[u] = label;
}

/* What is so ------------------------------------------------------------------------------ */

static void compare_place(struct naive *n, int d, int m)
{
    static const enum attachment_state states[] = {[AT_ASKED] = ATTACHMENT_STATE_REQUESTED,
                                                   [AT_SEEN] = ATTACHMENT_STATE_ATTACHED,
                                                   [AT_LEAVING] = ATTACHMENT_STATE_DETACHING};
    struct attachment_row row;
    const enum at at = n->d[d].place[m].at;
    assert_int_equal(yard_attachment(n->yard.world, n->drives[d], n->machines[m], &row),
                     at != AT_NONE);
    if (at != AT_NONE) {
        assert_int_equal(row.state, states[at]);
        assert_int_equal(row.mode, n->d[d].place[m].mode);
    }
}

/* DRV-14d, of which no history that keeps to commands can make an exception. */
static void expect_exclusive(const struct naive *n, int d)
{
    int places = 0, writers = 0;
    for (int m = 0; m < MACHINES; m++) {
        places += n->d[d].place[m].at != AT_NONE;
        writers += n->d[d].place[m].at != AT_NONE && n->d[d].place[m].mode == DRIVE_MODE_RW;
    }
    assert_true(!n->orderly || writers == 0 || places == 1);
}

static void compare(struct naive *n)
{
    for (int d = 0; d < DRIVES; d++) {
        const struct drive_row row = yard_drive_row(n->yard.world, n->drives[d]);
        const struct naive_drive *drive = &n->d[d];
        assert_int_equal(row.busy, drive->busy != AT_REST);
        assert_int_equal(row.kind, drive->raw ? DRIVE_KIND_RAW : DRIVE_KIND_QCOW2);
        assert_int_equal(row.has_newest, drive->snapshots > 0);
        assert_true(!row.has_newest || id_equal(row.newest, drive->snapshot[drive->snapshots - 1]));
        assert_int_equal(row.has_project, drive->label > 0);
        assert_true(!row.has_project || id_equal(row.project, n->labels[drive->label]));
        expect_exclusive(n, d);
        for (int m = 0; m < MACHINES; m++) {
            compare_place(n, d, m);
        }
    }
}

static void begin(struct naive *n, struct world *world, uint64_t seed)
{
    *n = (struct naive){.yard = yard_of(world), .seed = seed, .orderly = seed % 2 == 0};
    n->labels[0] = NONE;
    n->labels[1] = some_project(world, NONE);
    n->labels[2] = some_project(world, n->labels[1]);
    n->people[0] = &n->yard.ann;
    n->people[1] = &n->yard.bob;
    n->people[2] = &n->yard.cat;
    for (int u = 0; u < USERS; u++) {
        person_join(world, n->people[u], n->labels[1], PROJECT_ROLE_USER);
        person_join(world, n->people[u], n->labels[2], PROJECT_ROLE_USER);
        person_login(world, n->people[u]);
    }
    for (int m = 0; m < MACHINES; m++) {
        n->machine_owner[m] = m % USERS;
        n->machine_tag[m] = pick(n, LABELS);
        n->machines[m] = yard_vm(&n->yard, n->people[m % USERS], n->labels[n->machine_tag[m]]);
    }
    for (int d = 0; d < DRIVES; d++) {
        n->drives[d] = yard_drive(&n->yard, n->people[d], "d");
        n->d[d].owner = d;
        for (int u = 0; u < USERS; u++) {
            n->d[d].share[u] = -1;
        }
    }
}

static void the_naive_oracle_says_the_same_at_every_step(void **state)
{
    static void (*const deeds[])(struct naive *) = {
        attach, attach,  attach,      attach,     detach,   share,    share,
        share,  unshare, unshare_all, begin_work, end_work, end_work, watch,
        watch,  watch,   work_on,     work_on,    answer,   answer};
    for (uint64_t seed = 1; seed <= 6; seed++) {
        static const unsigned count = sizeof deeds / sizeof deeds[0];
        struct naive n;
        if (seed > 1) {
            (void)world_end(state);
            assert_int_equal(world_begin(state), 0);
        }
        begin(&n, *state, seed);
        for (int step = 0; step < STEPS; step++) {
            deeds[pick(&n, count)](&n);
            compare(&n);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_naive_oracle_says_the_same_at_every_step),
    };
    return cmocka_run_group_tests_name("core/drive: histories", tests, NULL, NULL);
}
