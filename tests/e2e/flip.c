/*
 * flip CAIRN [--all] [--only WORDS] [--of N] -- every way in which one bit of a store's files can
 * be wrong, or their end be missing.
 *
 * For each trial a small store is damaged and asked again, in a child. It must say so, or answer as
 * before. LMDB trusts its file, and so the child may also die by a signal: the commands of the
 * program CAIRN have a guard, and for some of those trials, spread evenly, they must end well.
 * Nothing may hang, nothing of ours may abort, and what `cairn rebuild` makes anew is right again.
 *
 * Without --all a sample is tried, spread evenly. With it, every byte of log/, every seventh of
 * state/ and index/, and every length: that takes some ten minutes on an idle machine. --only tries
 * the campaigns that have the words in their name; --of, one of N of a sample.
 */
#include "store/map.h"
#include "tests/e2e/answers.h"
#include "tests/e2e/trials.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PATH_SIZE = 600,
    PAGE = 4096,
    REAL_TRIALS = 40,   /* with the real commands, of those that died by a signal */
    NAMED_TRIALS = 8,   /* of those that said what is wrong */
    REBUILD_TRIALS = 6, /* of any */
    SLACK_TRIALS = 8,   /* lengths beyond the last page */
    INDEXED_EVENTS = 4096,
};

enum damage {
    DAMAGE_FLIP,
    DAMAGE_CUT,
};

enum doing {
    DOING_READ,  /* asks everything; of the log, verifies it too */
    DOING_WRITE, /* adds an event; what was whole before must be so after */
};

/* One file of one store, damaged in one way. */
struct campaign {
    const char *name;
    const char *folder;
    enum damage damage;
    enum doing doing;
    bool derived;             /* `cairn rebuild` makes it anew */
    uint64_t step, quick;     /* every so many bytes: with --all, and without */
    char original[PATH_SIZE]; /* a store that stays whole */
    char store[TRIAL_LANES][PATH_SIZE];
    uint8_t *bytes;  /* of the original's file */
    uint64_t size;   /* of these, as far as pages reach */
    uint64_t length; /* of the file */
    struct answers expected;
};

struct test {
    const char *cairn;
    bool all;
    const char *only; /* NULL: every campaign */
    uint64_t of;      /* one of so many of the sample */
    struct scratch *scratch;
    char said[PATH_SIZE]; /* what a command printed as errors */
    uint64_t wrong;
};

/* Files ----------------------------------------------------------------------------------- */

static void path_of(char path[static PATH_SIZE], const char *store, const char *folder)
{
    snprintf(path, PATH_SIZE, "%.300s/%s/data.mdb", store, folder);
}

static int open_file(const char *store, const char *folder)
{
    char path[PATH_SIZE];
    path_of(path, store, folder);
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    return file;
}

/* Damage ---------------------------------------------------------------------------------- */

static uint64_t position_of(const struct campaign *campaign, uint64_t i)
{
    return i * campaign->step;
}

/* Cuts go from the longest to the shortest, so that nothing needs to be put back. */
static uint64_t length_of(const struct campaign *campaign, uint64_t i)
{
    if (i < SLACK_TRIALS) {
        return campaign->length - i * ((campaign->length - campaign->size) / SLACK_TRIALS);
    }
    return campaign->size - 1 - (i - SLACK_TRIALS) * campaign->step;
}

static uint64_t count_of(const struct campaign *campaign)
{
    uint64_t steps = (campaign->size + campaign->step - 1) / campaign->step;
    return campaign->damage == DAMAGE_CUT ? SLACK_TRIALS + steps : steps;
}

static void put_byte(int file, uint64_t at, uint8_t byte)
{
    if (pwrite(file, &byte, 1, (off_t)at) != 1) {
        perror("flip");
        _exit(EXIT_FAILURE);
    }
}

/* Some bit or other of the byte. */
static uint8_t flipped(const struct campaign *campaign, uint64_t at)
{
    uint32_t mixed = (uint32_t)at * UINT32_C(0x9e3779b1);
    return campaign->bytes[at] ^ (uint8_t)(1U << (mixed >> 29));
}

static void damage_file(const struct campaign *campaign, const char *store, uint64_t i)
{
    int file = open_file(store, campaign->folder);
    if (campaign->damage == DAMAGE_FLIP) {
        put_byte(file, position_of(campaign, i), flipped(campaign, position_of(campaign, i)));
    } else if (ftruncate(file, (off_t)length_of(campaign, i)) != 0) {
        perror("flip");
        _exit(EXIT_FAILURE);
    }
    close(file);
}

static void damage(void *context, unsigned lane, uint64_t i)
{
    const struct campaign *campaign = context;
    damage_file(campaign, campaign->store[lane], i);
}

static void repair(void *context, unsigned lane, uint64_t i)
{
    const struct campaign *campaign = context;
    if (campaign->doing == DOING_WRITE) {
        remove_tree(campaign->store[lane]);
        copy_tree(campaign->original, campaign->store[lane]);
    } else if (campaign->damage == DAMAGE_FLIP) {
        uint64_t at = position_of(campaign, i);
        int file = open_file(campaign->store[lane], campaign->folder);
        put_byte(file, at, campaign->bytes[at]);
        close(file);
    }
}

static uint8_t try_to_read(const struct campaign *campaign, const char *store)
{
    struct answers found;
    struct status status = answers_take(store, !campaign->derived, &found);
    if (failed(status)) {
        return (uint8_t)(TRIAL_FAILED + status.code);
    }
    if (found.findings > 0) {
        return TRIAL_FOUND;
    }
    return digest_equal(&found.digest, &campaign->expected.digest) ? TRIAL_SAME : TRIAL_DIFFERENT;
}

static bool holds(const char *store)
{
    uint64_t findings = 0;
    return !failed(answers_verify(store, &findings)) && findings == 0;
}

/* What `verify` has called whole must be so afterwards, too; and nothing that is derived may spoil
 * the log. */
static uint8_t try_to_write(const struct campaign *campaign, const char *store)
{
    uint64_t findings = 0;
    bool whole = campaign->derived || holds(store);
    struct status written = answers_write(store);
    struct status status = answers_verify(store, &findings);
    if (whole && (failed(status) || findings > 0)) {
        return TRIAL_DIFFERENT;
    }
    status = failed(written) ? written : status;
    if (failed(status)) {
        return (uint8_t)(TRIAL_FAILED + status.code);
    }
    return findings > 0 ? TRIAL_FOUND : TRIAL_SAME;
}

static uint8_t try_it(void *context, unsigned lane)
{
    const struct campaign *campaign = context;
    return campaign->doing == DOING_WRITE ? try_to_write(campaign, campaign->store[lane])
                                          : try_to_read(campaign, campaign->store[lane]);
}

/* Whether a failure tells that the store is damaged, rather than something else that is not so. */
static bool names_damage(uint8_t outcome)
{
    static const enum status_code honest[] = {
        STATUS_CORRUPT,    STATUS_TRUNCATED, STATUS_VERSION,
        STATUS_INCOMPLETE, STATUS_ROLLBACK,  STATUS_BAD_SIGNATURE,

        STATUS_FOLD,       STATUS_KEY, /* log.vkey is of another log */
    };
    for (size_t i = 0; i < sizeof honest / sizeof honest[0]; i++) {
        if (outcome == TRIAL_FAILED + (unsigned)honest[i]) {
            return true;
        }
    }
    return outcome == TRIAL_FOUND;
}

static bool is_death(uint8_t outcome)
{
    return outcome == TRIAL_SIGNAL + SIGSEGV || outcome == TRIAL_SIGNAL + SIGBUS ||
           outcome == TRIAL_SIGNAL + SIGABRT || outcome == TRIAL_SIGNAL + SIGFPE ||
           outcome == TRIAL_SIGNAL + SIGILL;
}

static void describe(uint8_t outcome, struct text *out)
{
    static const char *const words[] = {"not made", "the same", "found by the verifier",
                                        "DIFFERENT", "ended by itself"};
    if (outcome >= TRIAL_SIGNAL) {
        text_add(out, "SIG%s", sigabbrev_np(outcome - TRIAL_SIGNAL));
    } else if (outcome >= TRIAL_FAILED) {
        text_add(out, "'%s'", status_sentence((enum status_code)(outcome - TRIAL_FAILED)));
    } else {
        text_put_string(out, words[outcome]);
    }
}

/* Stores ---------------------------------------------------------------------------------- */

static uint64_t whole_pages(const uint8_t *bytes, uint64_t size)
{
    while (size > 0 && bytes[size - 1] == 0) {
        size--;
    }
    return (size + PAGE - 1) / PAGE * PAGE;
}

static void read_original(struct campaign *campaign)
{
    int file = open_file(campaign->original, campaign->folder);
    must(map_file_size(file, &campaign->length));
    campaign->bytes = malloc(campaign->length);
    if (campaign->bytes == NULL ||
        pread(file, campaign->bytes, campaign->length, 0) != (ssize_t)campaign->length) {
        perror("flip");
        exit(EXIT_FAILURE);
    }
    campaign->size = whole_pages(campaign->bytes, campaign->length);
    close(file);
}

static void set_up(struct campaign *campaign, struct test *test)
{
    read_original(campaign);
    if (!test->all) {
        campaign->step = campaign->quick * test->of;
    }
    must(answers_take(campaign->original, !campaign->derived, &campaign->expected));
    for (unsigned lane = 0; lane < TRIAL_LANES; lane++) {
        snprintf(campaign->store[lane], PATH_SIZE, "%.255s/lane%u", test->scratch->directory, lane);
        copy_tree(campaign->original, campaign->store[lane]);
    }
}

static void take_down(struct campaign *campaign)
{
    for (unsigned lane = 0; lane < TRIAL_LANES; lane++) {
        remove_tree(campaign->store[lane]);
    }
    free(campaign->bytes);
}

/* The real commands ----------------------------------------------------------------------- */

/* What lay there before it was damaged, to tell what it was. */
static void print_surroundings(const struct campaign *campaign, uint64_t at)
{
    uint64_t from = at < 48 ? 0 : at - 48;
    fputs("    ", stdout);
    for (uint64_t i = from; i < from + 80 && i < campaign->size; i++) {
        uint8_t byte = campaign->bytes[i];
        putchar(byte >= ' ' && byte <= '~' ? byte : '.');
    }
    putchar('\n');
}

static void complain(struct test *test, const struct campaign *campaign, uint64_t i,
                     const char *what)
{
    uint64_t at =
        campaign->damage == DAMAGE_CUT ? length_of(campaign, i) : position_of(campaign, i);
    if (++test->wrong <= 20) {
        printf("  WRONG at %s %" PRIu64 ": %s\n", campaign->folder, at, what);
        print_surroundings(campaign, at);
    }
}

/* A verdict on standard output, or a sentence on standard error, and no more than its advice. */
static bool says_one_sentence(const struct test *test)
{
    char line[1024] = "";
    FILE *said = fopen(test->said, "re");
    bool is_one = said != NULL && fgets(line, sizeof line, said) != NULL &&
                  strstr(line, "a bug in cairn") == NULL;
    if (said != NULL) {
        fclose(said);
    }
    return is_one;
}

/* Runs `cairn VERB` on a store; returns what it exits with, beyond 127 for a signal. */
static int run_cairn(const struct test *test, const char *verb, const char *store)
{
    char memory[3 * PATH_SIZE];
    struct text command = TEXT_IN(memory);
    text_add(&command, "timeout -s KILL 20 '%s' %s --quiet --store '%s' >'%s' 2>&1", test->cairn,
             verb, store, test->said);
    int ended = system(text_string(&command));
    return WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
}

static void make_damaged(const struct campaign *campaign, uint64_t i, const char *store)
{
    copy_tree(campaign->original, store);
    damage_file(campaign, store, i);
}

/* Anything is documented but a bug; nothing at all may be said only of what is whole. */
static bool ends_well(const struct test *test, int code)
{
    return code == 0 || code == 1 ||
           ((code == 3 || code == 4 || code == 7 || code == 6) && says_one_sentence(test));
}

static void try_for_real(struct test *test, const struct campaign *campaign, uint64_t i)
{
    static const char *const verbs[] = {"verify", "query --count", "show 3", "emitter list"};
    char store[PATH_SIZE], what[128];
    snprintf(store, sizeof store, "%.255s/real", test->scratch->directory);
    for (size_t v = 0; v < sizeof verbs / sizeof verbs[0]; v++) {
        make_damaged(campaign, i, store);
        int code = run_cairn(test, verbs[v], store);
        bool unnoticed = v == 0 && code == 0;
        if (!ends_well(test, code) || unnoticed) {
            snprintf(what, sizeof what, "cairn %s exits %d", verbs[v], code);
            complain(test, campaign, i, what);
        }
        remove_tree(store);
    }
}

/* Whatever became of what is derived: the log makes it anew. */
static void rebuild_for_real(struct test *test, struct campaign *campaign, uint64_t i)
{
    char store[PATH_SIZE], what[128];
    snprintf(store, sizeof store, "%.255s/real", test->scratch->directory);
    make_damaged(campaign, i, store);
    int code = run_cairn(test, "rebuild", store);
    if (code == 0) {
        code = run_cairn(test, "verify", store);
    }
    if (code != 0) {
        snprintf(what, sizeof what, "after cairn rebuild it exits %d", code);
        complain(test, campaign, i, what);
    }
    remove_tree(store);
}

/* Campaigns ------------------------------------------------------------------------------- */

/* Counts, and complains of what must not be. */
static void judge(struct test *test, const struct campaign *campaign, const struct trials *trials)
{
    uint64_t counts[UINT8_MAX + 1] = {0};
    for (uint64_t i = 0; i < trials->count; i++) {
        char memory[128];
        struct text what = TEXT_IN(memory);
        uint8_t outcome = trials->outcomes[i];
        counts[outcome]++;
        describe(outcome, &what);
        if (outcome != TRIAL_SAME && !names_damage(outcome) && !is_death(outcome)) {
            complain(test, campaign, i, text_string(&what));
        }
    }
    printf("%s: %" PRIu64 " trials\n", campaign->name, trials->count);
    for (unsigned outcome = 0; outcome <= UINT8_MAX; outcome++) {
        char memory[128];
        struct text what = TEXT_IN(memory);
        if (counts[outcome] > 0) {
            describe((uint8_t)outcome, &what);
            printf("  %8" PRIu64 " %s\n", counts[outcome], text_string(&what));
        }
    }
    fflush(stdout);
}

static void try_some_for_real(struct test *test, const struct campaign *campaign,
                              const struct trials *trials, bool (*chosen)(uint8_t), uint64_t most)
{
    uint64_t count = 0, taken = 0, seen = 0;
    for (uint64_t i = 0; i < trials->count; i++) {
        count += chosen(trials->outcomes[i]);
    }
    for (uint64_t i = 0; i < trials->count; i++) {
        if (chosen(trials->outcomes[i]) && seen++ * most >= taken * count && taken < most) {
            taken++;
            try_for_real(test, campaign, i);
        }
    }
}

/* An assertion of ours is a bug, wherever LMDB's own are not. */
static void look_for_assertions(struct test *test, const struct trials *trials)
{
    char line[1024];
    FILE *noise = fopen(trials->noise, "re");
    while (noise != NULL && fgets(line, sizeof line, noise) != NULL) {
        if (strncmp(line, "flip: ", 6) == 0 || strstr(line, "runtime error") != NULL ||
            strstr(line, "AddressSanitizer") != NULL) {
            test->wrong++;
            printf("  WRONG: %s", line);
        }
    }
    if (noise != NULL) {
        fclose(noise);
    }
    unlink(trials->noise);
}

static void run(struct test *test, struct campaign *campaign)
{
    char noise[PATH_SIZE];
    set_up(campaign, test);
    snprintf(noise, sizeof noise, "%.255s/noise", test->scratch->directory);
    uint64_t count = count_of(campaign);
    struct trials trials = {.count = count,
                            .context = campaign,
                            .damage = damage,
                            .repair = repair,
                            .try_it = try_it,
                            .noise = noise,
                            .outcomes = trials_memory(count)};
    trials_run(&trials);
    judge(test, campaign, &trials);
    look_for_assertions(test, &trials);
    try_some_for_real(test, campaign, &trials, is_death, REAL_TRIALS);
    try_some_for_real(test, campaign, &trials, names_damage, NAMED_TRIALS);
    for (uint64_t i = 0; campaign->derived && i < REBUILD_TRIALS; i++) {
        rebuild_for_real(test, campaign, i * (count - 1) / REBUILD_TRIALS);
    }
    take_down(campaign);
}

static void run_all(struct test *test)
{
    struct scratch indexed;
    /* clang-format off */
    struct campaign campaigns[] = {
        {.name = "log/data.mdb, one bit wrong", .folder = "log",
         .damage = DAMAGE_FLIP, .step = 1, .quick = 61},
        {.name = "log/data.mdb, one bit wrong, written to", .folder = "log",
         .damage = DAMAGE_FLIP, .doing = DOING_WRITE, .step = 7, .quick = 811},
        {.name = "log/data.mdb, cut", .folder = "log",
         .damage = DAMAGE_CUT, .step = 1, .quick = 509},
        {.name = "state/data.mdb, one bit wrong", .folder = "state", .derived = true,
         .damage = DAMAGE_FLIP, .step = 7, .quick = 91},
        {.name = "state/data.mdb, one bit wrong, written to", .folder = "state", .derived = true,
         .damage = DAMAGE_FLIP, .doing = DOING_WRITE, .step = 7, .quick = 311},
        {.name = "state/data.mdb, cut", .folder = "state", .derived = true,
         .damage = DAMAGE_CUT, .step = 7, .quick = 509},
        {.name = "index/data.mdb, one bit wrong", .folder = "index", .derived = true,
         .damage = DAMAGE_FLIP, .step = 7, .quick = 91},
        {.name = "index/data.mdb, one bit wrong, written to", .folder = "index", .derived = true,
         .damage = DAMAGE_FLIP, .doing = DOING_WRITE, .step = 7, .quick = 811},
        {.name = "index/data.mdb, cut", .folder = "index", .derived = true,
         .damage = DAMAGE_CUT, .step = 7, .quick = 509},
    };
    /* clang-format on */
    scratch_begin(&indexed);
    answers_make_store(&indexed, INDEXED_EVENTS);
    for (size_t i = 0; i < sizeof campaigns / sizeof campaigns[0]; i++) {
        bool needs_index = strcmp(campaigns[i].folder, "index") == 0;
        snprintf(campaigns[i].original, PATH_SIZE, "%s",
                 needs_index ? indexed.store : test->scratch->store);
        if (test->only == NULL || strstr(campaigns[i].name, test->only) != NULL) {
            run(test, &campaigns[i]);
        }
    }
    scratch_end(&indexed);
}

int main(int count, char **arguments)
{
    struct scratch scratch;
    struct test test = {.cairn = arguments[1], .of = 1, .scratch = &scratch};
    for (int i = 2; i < count; i++) {
        test.all = test.all || strcmp(arguments[i], "--all") == 0;
        if (strcmp(arguments[i], "--only") == 0 && i + 1 < count) {
            test.only = arguments[++i];
        } else if (strcmp(arguments[i], "--of") == 0 && i + 1 < count) {
            test.of = strtoul(arguments[++i], NULL, 10);
        }
    }
    if (count < 2 || test.of == 0) {
        fputs("usage: flip CAIRN [--all] [--only WORDS] [--of N]\n", stderr);
        return 2;
    }
    scratch_begin(&scratch);
    snprintf(test.said, sizeof test.said, "%.255s/said", scratch.directory);
    answers_make_store(&scratch, 0);
    run_all(&test);
    scratch_end(&scratch);
    printf("%" PRIu64 " wrong\n", test.wrong);
    return test.wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
