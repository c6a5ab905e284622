/*
 * Directories of tiles: exactly the files that the checkpoint names, made in steps or at once; no
 * byte of them can change and none be missing without being told.
 */
#include "store/tiles.h"
#include "tests/store/exported.h"

#include <fts.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    EVENTS_SMALL = 700,   /* two full tiles and a partial one */
    EVENTS_LARGE = 66000, /* a full tile of the second level */
    FILES_MAX = 1000,
    LOOKS_EACH = 40, /* at a file */
};

struct place {
    char path[300];
};

static struct place place_of(const struct exported *exported, const char *name)
{
    struct place place;
    snprintf(place.path, sizeof place.path, "%.250s/%s", exported->scratch.directory, name);
    return place;
}

static struct status export_to(const struct exported *exported, const struct place *place,
                               uint64_t size, uint64_t *written)
{
    const struct tiles_options options = {.directory = place->path, .size = size};
    return tiles_export(engine_log(exported->engine), engine_log_key(exported->engine), &options,
                        written);
}

static struct status check(const struct exported *exported, const struct place *place,
                           struct verify_report *report)
{
    uint64_t size;
    CLEANUP(verifier_close) struct verifier *verifier = NULL;
    const struct public_key *key = engine_log_key(exported->engine);
    TRY(verifier_open(key, &verifier));
    TRY(tiles_verify(place->path, key, &(struct stream_options){0}, verifier, &size));
    *report = *verify_report_of(verifier);
    assert_true(report->finding_count > 0 || report->size == size);
    return OK;
}

static void expect_whole(const struct exported *exported, const struct place *place, uint64_t size)
{
    struct verify_report report = {.finding_count = 0};
    must(check(exported, place, &report));
    for (uint64_t i = 0; i < report.finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        print_message("event %llu: %s\n", (unsigned long long)report.findings[i].n,
                      report.findings[i].what);
    }
    assert_int_equal(report.finding_count, 0);
    assert_int_equal(report.checkpointed, size);
}

static bool is_refused(const struct exported *exported, const struct place *place)
{
    struct verify_report report = {0};
    struct status status = check(exported, place, &report);
    if (failed(status)) {
        return status.code == STATUS_NOT_FOUND || status.code == STATUS_BAD_SIGNATURE ||
               status.code == STATUS_MALFORMED || status.code == STATUS_LIMIT;
    }
    return report.finding_count > 0;
}

/* Every file below a directory, by path. */
struct files {
    char *paths[FILES_MAX];
    size_t sizes[FILES_MAX];
    ino_t inodes[FILES_MAX];
    size_t count;
};

static struct files list_files(const struct place *place)
{
    struct files files = {0};
    char root[sizeof place->path];
    memcpy(root, place->path, sizeof root);
    char *const roots[] = {root, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry;
    assert_non_null(walk);
    while ((entry = fts_read(walk)) != NULL) {
        if (entry->fts_info == FTS_F) {
            assert_true(files.count < FILES_MAX);
            files.paths[files.count] = strdup(entry->fts_path + strlen(place->path) + 1);
            files.sizes[files.count] = (size_t)entry->fts_statp->st_size;
            files.inodes[files.count++] = entry->fts_statp->st_ino;
        }
    }
    fts_close(walk);
    return files;
}

static void free_files(struct files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->paths[i]);
    }
}

static size_t count_tiles(uint64_t nodes)
{
    return (size_t)(nodes / TREE_TILE_WIDTH) + (nodes % TREE_TILE_WIDTH > 0);
}

/* Exactly the tiles that a log of this size has, its checkpoint and its key. */
static void expect_files_of(const struct place *place, uint64_t size)
{
    struct files files = list_files(place);
    size_t expected = 2 + count_tiles(size);
    for (uint64_t nodes = size; nodes > 0; nodes /= TREE_TILE_WIDTH) {
        expected += count_tiles(nodes);
    }
    assert_int_equal(files.count, expected);
    for (size_t i = 0; i < files.count; i++) {
        struct tile_name name;
        if (tile_name_read(files.paths[i], &name)) {
            assert_true(tile_name_is_of(&name, size));
        } else {
            assert_true(strcmp(files.paths[i], "checkpoint") == 0 ||
                        strcmp(files.paths[i], "log.vkey") == 0);
        }
    }
    free_files(&files);
}

static FILE *open_below(const struct place *place, const char *path, const char *mode)
{
    char memory[600];
    snprintf(memory, sizeof memory, "%s/%s", place->path, path);
    FILE *file = fopen(memory, mode);
    assert_non_null(file);
    return file;
}

static void flip(const struct place *place, const char *path, size_t at)
{
    FILE *file = open_below(place, path, "r+");
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_true(byte != EOF);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    fputc(byte ^ (1 << (at % 8)), file);
    assert_int_equal(fclose(file), 0);
}

/* Exporting ------------------------------------------------------------------------------- */

static void a_directory_holds_exactly_what_its_checkpoint_names(void **state)
{
    const struct exported *exported = *state;
    struct place place = place_of(exported, "exact");
    uint64_t size;
    must(export_to(exported, &place, UINT64_MAX - 1, &size));
    assert_int_equal(size, exported->size);
    expect_whole(exported, &place, size);
    expect_files_of(&place, size);
}

static void made_in_steps_it_is_the_same(void **state)
{
    const struct exported *exported = *state;
    struct place steps = place_of(exported, "steps"), once = place_of(exported, "once");
    char command[800];
    uint64_t size = 0, written;
    while (size < exported->size) {
        size = size + 90 < exported->size ? size + 90 : exported->size;
        must(export_to(exported, &steps, size, &written));
        expect_whole(exported, &steps, written);
        expect_files_of(&steps, written);
    }
    must(export_to(exported, &once, exported->size, &written));
    snprintf(command, sizeof command, "diff -r '%s' '%s'", steps.path, once.path);
    assert_int_equal(system(command), 0);
}

static void full_tiles_of_an_earlier_export_are_left_alone(void **state)
{
    const struct exported *exported = *state;
    struct place place = place_of(exported, "alone");
    struct tile_name name;
    uint64_t size;
    size_t full = 0;
    must(export_to(exported, &place, 600, &size));
    struct files before = list_files(&place);
    must(export_to(exported, &place, exported->size, &size));
    struct files after = list_files(&place);
    for (size_t i = 0; i < before.count; i++) {
        if (!tile_name_read(before.paths[i], &name) || name.width < TREE_TILE_WIDTH) {
            continue;
        }
        for (size_t j = 0; j < after.count; j++) {
            if (strcmp(before.paths[i], after.paths[j]) == 0) {
                assert_int_equal(before.inodes[i], after.inodes[j]);
                full++;
            }
        }
    }
    assert_int_equal(full, 4);
    free_files(&before);
    free_files(&after);
}

static void a_missing_tile_is_made_again(void **state)
{
    const struct exported *exported = *state;
    struct place place = place_of(exported, "again");
    uint64_t size;
    must(export_to(exported, &place, exported->size, &size));
    struct files files = list_files(&place);
    for (size_t i = 0; i < files.count; i++) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", place.path, files.paths[i]);
        assert_int_equal(unlink(path), 0);
        assert_true(strcmp(files.paths[i], "log.vkey") == 0 || is_refused(exported, &place));
        must(export_to(exported, &place, exported->size, &size));
        expect_whole(exported, &place, exported->size);
        expect_files_of(&place, exported->size);
    }
    free_files(&files);
}

static bool stop_at_once(void *context, uint64_t done, uint64_t total)
{
    (void)context;
    (void)done;
    (void)total;
    return true;
}

static void a_stopped_export_leaves_the_earlier_one_whole(void **state)
{
    const struct exported *exported = *state;
    struct place place = place_of(exported, "stopped");
    uint64_t size, earlier;
    must(export_to(exported, &place, 300, &earlier));
    const struct tiles_options options = {
        .directory = place.path, .size = exported->size, .progress = stop_at_once};
    assert_int_equal(tiles_export(engine_log(exported->engine), engine_log_key(exported->engine),
                                  &options, &size)
                         .code,
                     STATUS_INTERRUPTED);
    expect_whole(exported, &place, earlier);
    /* The next export takes away what the stopped one left. */
    must(export_to(exported, &place, earlier, &size));
    expect_files_of(&place, earlier);
    must(export_to(exported, &place, exported->size, &size));
    expect_whole(exported, &place, exported->size);
    expect_files_of(&place, exported->size);
}

static void a_directory_never_goes_back(void **state)
{
    const struct exported *exported = *state;
    struct place place = place_of(exported, "back");
    uint64_t size;
    must(export_to(exported, &place, exported->size, &size));
    struct status status = export_to(exported, &place, 300, &size);
    assert_int_equal(status.code, STATUS_CONFLICT);
    assert_int_equal(status.at, exported->size);
    expect_whole(exported, &place, exported->size);
}

static void a_size_without_a_checkpoint_is_not_found(void **state)
{
    const struct exported *exported = *state;
    struct place place = place_of(exported, "none");
    uint64_t size;
    assert_int_equal(export_to(exported, &place, 0, &size).code, STATUS_NOT_FOUND);
}

static void another_logs_directory_is_refused(void **state)
{
    const struct exported *exported = *state;
    struct exported other;
    uint64_t size;
    exported_begin(&other, KEY_ECDSA_P256, 20);
    struct place place = place_of(&other, "tiles");
    must(export_to(&other, &place, other.size, &size));
    expect_whole(&other, &place, size);
    assert_int_equal(export_to(exported, &place, exported->size, &size).code, STATUS_CONFLICT);
    expect_whole(&other, &place, other.size);
    assert_true(is_refused(exported, &place));
    exported_end(&other);
}

static void another_history_of_the_same_log_is_told(void **state)
{
    (void)state;
    struct exported one;
    struct scratch fork;
    struct speaker speaker;
    uint64_t size;
    exported_begin(&one, KEY_ED25519, 50);
    engine_close(&one.engine);
    fork = one.scratch;
    snprintf(fork.store, sizeof fork.store, "%.280s/fork", one.scratch.directory);
    copy_tree(one.scratch.store, fork.store);
    struct place place = place_of(&one, "tiles");
    one.engine = scratch_open(&one.scratch, false);
    scratch_emitter(&one.scratch, one.engine, "here", &speaker);
    secret_key_close(&speaker.key);
    must(engine_finish(one.engine));
    must(export_to(&one, &place, UINT64_MAX - 1, &size));
    engine_close(&one.engine);

    one.engine = scratch_open(&fork, false);
    scratch_emitter(&fork, one.engine, "there", &speaker);
    secret_key_close(&speaker.key);
    must(engine_finish(one.engine));
    assert_int_equal(export_to(&one, &place, UINT64_MAX - 1, &size).code, STATUS_CORRUPT);
    exported_end(&one);
}

/* Checking -------------------------------------------------------------------------------- */

static void expect_changes_refused(const struct exported *exported, const struct place *place,
                                   const char *path, size_t size)
{
    size_t step = size / LOOKS_EACH | 1;
    for (size_t at = 0; at < size; at += step) {
        flip(place, path, at);
        if (!is_refused(exported, place)) {
            fail_msg("%s: the flipped byte %zu was not found", path, at);
        }
        flip(place, path, at);
    }
}

static void every_changed_file_is_found(void **state)
{
    const struct exported *exported = *state;
    struct place place = place_of(exported, "changed");
    uint64_t size;
    must(export_to(exported, &place, exported->size, &size));
    struct files files = list_files(&place);
    for (size_t i = 0; i < files.count; i++) {
        if (strcmp(files.paths[i], "log.vkey") != 0) { /* which nobody trusts */
            expect_changes_refused(exported, &place, files.paths[i], files.sizes[i]);
        }
    }
    expect_whole(exported, &place, exported->size);
    free_files(&files);
}

static void expect_cuts_refused(const struct exported *exported, const struct place *place,
                                const char *path, size_t size)
{
    char whole[600];
    uint8_t *bytes = malloc(size);
    snprintf(whole, sizeof whole, "%s/%s", place->path, path);
    FILE *file = open_below(place, path, "r");
    assert_int_equal(fread(bytes, 1, size, file), size);
    fclose(file);
    size_t step = size / LOOKS_EACH | 1;
    for (size_t left = 0; left < size; left += step) {
        assert_int_equal(truncate(whole, (off_t)left), 0);
        if (!is_refused(exported, place)) {
            fail_msg("%s: cut to %zu bytes it was accepted", path, left);
        }
        file = open_below(place, path, "w");
        assert_int_equal(fwrite(bytes, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
    }
    file = open_below(place, path, "a");
    fputc('\n', file);
    assert_int_equal(fclose(file), 0);
    assert_true(is_refused(exported, place));
    assert_int_equal(truncate(whole, (off_t)size), 0);
    free(bytes);
}

static void every_cut_or_longer_file_is_found(void **state)
{
    const struct exported *exported = *state;
    struct place place = place_of(exported, "cut");
    uint64_t size;
    must(export_to(exported, &place, exported->size, &size));
    struct files files = list_files(&place);
    for (size_t i = 0; i < files.count; i++) {
        if (strcmp(files.paths[i], "log.vkey") != 0) {
            expect_cuts_refused(exported, &place, files.paths[i], files.sizes[i]);
        }
    }
    expect_whole(exported, &place, exported->size);
    free_files(&files);
}

static void a_log_of_two_levels_is_checked_in_all_of_them(void **state)
{
    (void)state;
    struct exported exported;
    uint64_t size;
    exported_begin(&exported, KEY_ED25519, EVENTS_LARGE);
    struct place place = place_of(&exported, "large");
    must(export_to(&exported, &place, 40000, &size));
    must(export_to(&exported, &place, exported.size, &size));
    assert_int_equal(size, exported.size);
    expect_whole(&exported, &place, size);
    expect_files_of(&place, size);
    static const char *const some[] = {"tile/0/000",     "tile/0/255",     "tile/1/000",
                                       "tile/1/001.p/1", "tile/2/000.p/1", "tile/entries/128",
                                       "checkpoint"};
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        flip(&place, some[i], 17);
        assert_true(is_refused(&exported, &place));
        flip(&place, some[i], 17);
    }
    expect_whole(&exported, &place, size);
    exported_end(&exported);
}

/* Names ----------------------------------------------------------------------------------- */

static void a_name_reads_as_it_is_written(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    for (uint32_t i = 0; i < 20000; i++) {
        char memory[100];
        struct text text = TEXT_IN(memory);
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        const struct tile_name name = {
            .level = random % 8 == 7 ? TREE_ENTRY_LEVEL : (uint32_t)(random % 8),
            .index = (random >> 8) >> (random >> 3) % 56,
            .width = (uint32_t)(random >> 40) % TREE_TILE_WIDTH + 1,
        };
        struct tile_name again;
        tree_tile_path(&text, name.level, name.index, name.width);
        assert_true(tile_name_read(text_string(&text), &again));
        assert_int_equal(again.level, name.level);
        assert_int_equal(again.index, name.index);
        assert_int_equal(again.width, name.width);
    }
}

static void what_is_no_name_is_not_read(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/7/000",
        "tile/0/0000",
        "tile/0/00",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/x",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/x000/000",
        "tile/00/000",
        "tile/-1/000",
        "tile/entries/",
        "tile/0/x001/x002",
        "tile/0/000/",
        "tile/0/ 00",
        "tile/0/000.p/1/",
        "tile/data/000",
        "checkpoint",
    };
    struct tile_name name;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(tile_name_read(wrong[i], &name));
    }
}

static void entries_are_taken_one_by_one(void **state)
{
    (void)state;
    static const uint8_t good[] = {0, 1, 'a', 0, 2, 'b', 'c'};
    struct bytes rest = BYTES(good), entry;
    must(tiles_next_entry(&rest, &entry));
    assert_true(bytes_equal(entry, LITERAL("a")));
    must(tiles_next_entry(&rest, &entry));
    assert_true(bytes_equal(entry, LITERAL("bc")));
    assert_int_equal(tiles_next_entry(&rest, &entry).code, STATUS_MALFORMED);
    for (size_t size = 0; size < 3; size++) {
        rest = bytes_of(good, size);
        assert_int_equal(tiles_next_entry(&rest, &entry).code, STATUS_MALFORMED);
    }
    static const uint8_t empty[] = {0, 0}, big[4000] = {0xff, 0xff};
    rest = BYTES(empty);
    assert_int_equal(tiles_next_entry(&rest, &entry).code, STATUS_MALFORMED);
    rest = BYTES(big);
    assert_int_equal(tiles_next_entry(&rest, &entry).code, STATUS_MALFORMED);
}

static int make_small(void **state)
{
    struct exported *exported = malloc(sizeof *exported);
    exported_begin(exported, KEY_ED25519, EVENTS_SMALL);
    *state = exported;
    return 0;
}

static int remove_small(void **state)
{
    exported_end(*state);
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_directory_holds_exactly_what_its_checkpoint_names),
        cmocka_unit_test(made_in_steps_it_is_the_same),
        cmocka_unit_test(full_tiles_of_an_earlier_export_are_left_alone),
        cmocka_unit_test(a_missing_tile_is_made_again),
        cmocka_unit_test(a_stopped_export_leaves_the_earlier_one_whole),
        cmocka_unit_test(a_directory_never_goes_back),
        cmocka_unit_test(a_size_without_a_checkpoint_is_not_found),
        cmocka_unit_test(another_logs_directory_is_refused),
        cmocka_unit_test(another_history_of_the_same_log_is_told),
        cmocka_unit_test(every_changed_file_is_found),
        cmocka_unit_test(every_cut_or_longer_file_is_found),
        cmocka_unit_test(a_log_of_two_levels_is_checked_in_all_of_them),
        cmocka_unit_test(a_name_reads_as_it_is_written),
        cmocka_unit_test(what_is_no_name_is_not_read),
        cmocka_unit_test(entries_are_taken_one_by_one),
    };
    return cmocka_run_group_tests_name("store/tiles", tests, make_small, remove_small);
}
