/*
 * A spool against a model of it, and against everything that can be wrong with its files.
 */
#include "store/spool.h"
#include "tests/schema/random_record.h"
#include "tests/support/scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    RECORDS = 600,
    RECORD_SIZE_MAX = 300,
    FILES_MAX = 40,
    FILE_SIZE_MAX = 8192,
    STEPS = 3000,
    HEADER_SIZE = 64,
    RECORD_HEADER = 40,
};

/* Records ----------------------------------------------------------------------------------- */

/* What the n-th record is, whoever asks. Some end in zeros. */
static struct bytes record_of(uint64_t n, uint8_t memory[static RECORD_SIZE_MAX])
{
    size_t size = 1 + (size_t)(n * 2654435761U % RECORD_SIZE_MAX);
    for (size_t i = 0; i < size; i++) {
        memory[i] = (uint8_t)(n * 31 + i * 7 + 1);
    }
    return bytes_of(memory, size);
}

static struct status append(struct spool *spool, uint64_t n)
{
    uint8_t memory[RECORD_SIZE_MAX];
    return spool_append(spool, record_of(n, memory));
}

static void check_records(struct spool *spool, uint64_t from, uint64_t to)
{
    uint8_t memory[RECORD_SIZE_MAX];
    struct bytes found;
    for (uint64_t n = from; n <= to; n++) {
        must(spool_read(spool, n, &found));
        assert_true(bytes_equal(found, record_of(n, memory)));
    }
    assert_int_equal(spool_read(spool, to + 1, &found).code, STATUS_NOT_FOUND);
    assert_int_equal(spool_read(spool, spool_counts(spool).trimmed, &found).code, STATUS_NOT_FOUND);
}

/* Places ------------------------------------------------------------------------------------ */

struct place {
    struct scratch scratch;
    char directory[300];
    struct spool_options options;
};

static void begin(struct place *place, uint64_t bytes_max)
{
    scratch_begin(&place->scratch);
    (void)snprintf(place->directory, sizeof place->directory, "%s/spool", place->scratch.directory);
    place->options = (struct spool_options){
        .directory = place->directory, .bytes_max = bytes_max, .records_max = RECORDS};
}

static struct spool *open_spool(const struct place *place)
{
    struct spool *spool = NULL;
    must(spool_open(&place->options, &spool));
    return spool;
}

/* The files of a spool as bytes, to be put back after each trial. */
struct file {
    char path[600];
    uint8_t bytes[FILE_SIZE_MAX];
    size_t size;
};

static size_t keep_files(const struct place *place, struct file *files)
{
    size_t count = 0;
    DIR *listing = opendir(place->directory);
    assert_non_null(listing);
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        struct file *file = &files[count];
        struct stat about;
        (void)snprintf(file->path, sizeof file->path, "%s/%s", place->directory, entry->d_name);
        if (lstat(file->path, &about) != 0 || !S_ISREG(about.st_mode) ||
            strcmp(entry->d_name, "writer.lock") == 0) {
            continue;
        }
        assert_true(count < FILES_MAX && about.st_size <= FILE_SIZE_MAX);
        int descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
        file->size = (size_t)read(descriptor, file->bytes, sizeof file->bytes);
        close(descriptor);
        count++;
    }
    closedir(listing);
    return count;
}

static void put_file(const struct file *file, size_t size)
{
    int descriptor = open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, file->bytes, size), (ssize_t)size);
    close(descriptor);
}

static void put_files(const struct file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_file(&files[i], files[i].size);
    }
}

static bool is_stand(const struct file *file)
{
    return strcmp(strrchr(file->path, '/'), "/stand") == 0;
}

static const struct file *newest(const struct file *files, size_t count)
{
    const struct file *found = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!is_stand(&files[i]) && (found == NULL || strcmp(files[i].path, found->path) > 0)) {
            found = &files[i];
        }
    }
    assert_non_null(found);
    return found;
}

/* Against a model --------------------------------------------------------------------------- */

struct model {
    uint64_t trimmed, last;
};

static void step(struct place *place, struct spool **spool, struct model *model,
                 struct random *random)
{
    uint64_t choice = random_below(random, 100);
    if (choice < 70) {
        struct status status = append(*spool, model->last + 1);
        model->last += !failed(status);
        assert_true(!failed(status) || status.code == STATUS_LIMIT);
        assert_true(!failed(status) || model->last > model->trimmed);
    } else if (choice < 85) {
        uint64_t number = model->trimmed + random_below(random, model->last - model->trimmed + 1);
        const uint8_t note[] = {1, 2, (uint8_t)number};
        must(spool_trim(*spool, number, BYTES(note)));
        model->trimmed = number;
    } else if (choice < 90) {
        must(spool_sync(*spool));
        assert_int_equal(spool_counts(*spool).synced >= model->last, true);
    } else if (choice < 95) {
        uint64_t from = model->trimmed + 1;
        check_records(*spool, from, model->last);
    } else if (place->options.directory != NULL) {
        spool_close(spool);
        *spool = open_spool(place);
        assert_int_equal(spool_counts(*spool).torn_size, 0);
    }
    struct spool_counts counts = spool_counts(*spool);
    assert_int_equal(counts.trimmed, model->trimmed);
    assert_int_equal(counts.last, model->last);
    assert_true(counts.bytes <= place->options.bytes_max + HEADER_SIZE);
    assert_true(counts.last - counts.trimmed <= RECORDS);
}

static void run_history(struct place *place, uint64_t seed)
{
    struct random random = {seed};
    struct model model = {0};
    struct spool *spool = open_spool(place);
    for (int i = 0; i < STEPS; i++) {
        step(place, &spool, &model, &random);
    }
    check_records(spool, model.trimmed + 1, model.last);
    if (spool_note(spool).size > 0) {
        assert_int_equal(spool_note(spool).data[2], (uint8_t)model.trimmed);
    }
    spool_close(&spool);
}

static void a_spool_has_what_was_added_and_not_trimmed(void **state)
{
    struct place place;
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        begin(&place, seed % 2 == 0 ? SPOOL_BYTES_MIN : 40000);
        run_history(&place, seed);
        scratch_end(&place.scratch);
    }
}

static void a_spool_in_memory_is_the_same(void **state)
{
    struct place place;
    (void)state;
    begin(&place, 10000);
    place.options.directory = NULL;
    run_history(&place, 7);
    scratch_end(&place.scratch);
}

/* Limits ------------------------------------------------------------------------------------ */

static void a_full_spool_refuses_and_has_room_again(void **state)
{
    struct place place;
    (void)state;
    begin(&place, SPOOL_BYTES_MIN);
    struct spool *spool = open_spool(&place);
    uint64_t last = 0;
    struct status status;
    while (!failed(status = append(spool, last + 1))) {
        last++;
    }
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_string_equal(status.why, "the spool is full");
    check_records(spool, 1, last);
    must(spool_trim(spool, last, (struct bytes){0}));
    for (uint64_t n = last + 1; n <= last + 3; n++) {
        must(append(spool, n));
    }
    check_records(spool, last + 1, last + 3);
    spool_close(&spool);
    scratch_end(&place.scratch);
}

static void a_record_without_bytes_or_with_too_many_is_refused(void **state)
{
    struct place place;
    (void)state;
    begin(&place, SPOOL_BYTES_MIN);
    struct spool *spool = open_spool(&place);
    uint8_t *large = calloc(1, SPOOL_RECORD_MAX + 1);
    assert_non_null(large);
    assert_int_equal(spool_append(spool, (struct bytes){0}).code, STATUS_LIMIT);
    assert_int_equal(spool_append(spool, bytes_of(large, SPOOL_BYTES_MIN)).code, STATUS_LIMIT);
    spool_close(&spool);
    place.options.bytes_max = 4 << 20;
    spool = open_spool(&place);
    assert_int_equal(spool_append(spool, bytes_of(large, SPOOL_RECORD_MAX + 1)).code, STATUS_LIMIT);
    must(spool_append(spool, bytes_of(large, SPOOL_RECORD_MAX)));
    spool_close(&spool);
    spool = open_spool(&place);
    struct bytes found;
    must(spool_read(spool, 1, &found));
    assert_true(bytes_equal(found, bytes_of(large, SPOOL_RECORD_MAX)));
    free(large);
    spool_close(&spool);
    place.options.bytes_max = 10;
    assert_int_equal(spool_open(&place.options, &spool).code, STATUS_LIMIT);
    scratch_end(&place.scratch);
}

static void a_spool_has_one_writer_and_may_be_looked_at(void **state)
{
    struct place place;
    struct spool *other = NULL;
    (void)state;
    begin(&place, SPOOL_BYTES_MIN);
    struct spool_options look = place.options;
    look.only_look = true;
    assert_int_equal(spool_open(&look, &other).code, STATUS_NOT_FOUND);
    struct spool *spool = open_spool(&place);
    must(append(spool, 1));
    must(append(spool, 2));
    assert_int_equal(spool_open(&place.options, &other).code, STATUS_IN_USE);
    must(spool_open(&look, &other));
    check_records(other, 1, 2);
    assert_int_equal(append(other, 3).code, STATUS_READ_ONLY);
    assert_int_equal(spool_trim(other, 1, (struct bytes){0}).code, STATUS_READ_ONLY);
    spool_close(&other);
    spool_close(&spool);
    scratch_end(&place.scratch);
}

/* Files that are not as they were ------------------------------------------------------------ */

/* Some segments with records, of which the first are trimmed. */
static size_t make_files(struct place *place, bool synced, struct file *files)
{
    begin(place, SPOOL_BYTES_MIN);
    struct spool *spool = open_spool(place);
    for (uint64_t n = 1; n <= 9; n++) {
        must(append(spool, n));
    }
    must(spool_trim(spool, 2, LITERAL("a note")));
    must(synced ? spool_sync(spool) : OK);
    spool_close(&spool);
    return keep_files(place, files);
}

/* Where the records of a file end, as its own sizes say. */
static uint64_t records_within(const struct file *file, size_t size, size_t *good)
{
    uint64_t count = 0;
    *good = HEADER_SIZE;
    while (*good + RECORD_HEADER <= file->size) {
        size_t end = *good + RECORD_HEADER + bytes_read_u32(file->bytes + *good);
        if (end > size) {
            break;
        }
        *good = end;
        count++;
    }
    return count;
}

static struct file kept[FILES_MAX];

static void a_torn_tail_is_cut_at_every_length(void **state)
{
    struct place place;
    (void)state;
    size_t count = make_files(&place, false, kept);
    const struct file *file = newest(kept, count);
    uint64_t first = strtoull(strrchr(file->path, '/') + 1, NULL, 10);
    /* Where a segment begins, what is before it has been synced. */
    for (size_t size = 0; size <= file->size; size++) {
        size_t good = 0;
        put_files(kept, count);
        put_file(file, size);
        struct spool *spool = open_spool(&place);
        struct spool_counts counts = spool_counts(spool);
        if (size < HEADER_SIZE) {
            assert_int_equal(counts.last, first - 1);
            assert_int_equal(counts.torn_size, size);
        } else {
            assert_int_equal(counts.last, first - 1 + records_within(file, size, &good));
            assert_int_equal(counts.torn_size, size - good);
        }
        must(append(spool, counts.last + 1));
        check_records(spool, 3, counts.last + 1);
        spool_close(&spool);
        spool = open_spool(&place);
        check_records(spool, 3, counts.last + 1);
        assert_int_equal(spool_counts(spool).torn_size, 0);
        spool_close(&spool);
    }
    scratch_end(&place.scratch);
}

static void a_tail_of_zeros_is_torn(void **state)
{
    struct place place;
    (void)state;
    size_t count = make_files(&place, false, kept), good;
    struct file changed = *newest(kept, count);
    uint64_t first = strtoull(strrchr(changed.path, '/') + 1, NULL, 10);
    uint64_t whole = records_within(&changed, changed.size - 1, &good);
    for (size_t from = good; from + 8 <= changed.size; from++) {
        put_files(kept, count);
        memset(changed.bytes + from, 0, changed.size - from);
        put_file(&changed, changed.size);
        struct spool *spool = open_spool(&place);
        assert_int_equal(spool_counts(spool).last, first - 1 + whole);
        assert_int_equal(spool_counts(spool).torn_size, changed.size - good);
        spool_close(&spool);
        changed = *newest(kept, count);
    }
    scratch_end(&place.scratch);
}

static void what_was_synced_is_never_cut_off(void **state)
{
    struct place place;
    (void)state;
    size_t count = make_files(&place, true, kept);
    const struct file *file = newest(kept, count);
    for (size_t size = 0; size < file->size; size++) {
        struct spool *spool = NULL;
        put_files(kept, count);
        put_file(file, size);
        struct status status = spool_open(&place.options, &spool);
        assert_int_equal(status.code, STATUS_CORRUPT);
        assert_non_null(status.why);
    }
    scratch_end(&place.scratch);
}

/* A spool that opens has the records that it had. */
static void check_changed(const struct place *place, const char *path, size_t bit)
{
    struct spool *spool = NULL;
    struct status status = spool_open(&place->options, &spool);
    if (!failed(status)) {
        struct spool_counts counts = spool_counts(spool);
        if (counts.last != 9 || counts.trimmed > 2 || counts.torn_size != 0) {
            fail_msg("%s, bit %zu: opened with %ju", path, bit, (uintmax_t)counts.last);
        }
        check_records(spool, 3, 9);
    } else if (status.code != STATUS_CORRUPT || status.why == NULL) {
        fail_msg("%s, bit %zu: code %d", path, bit, (int)status.code);
    }
    spool_close(&spool);
}

static void a_flipped_bit_is_refused_or_harmless(void **state)
{
    struct place place;
    (void)state;
    for (int synced = 0; synced < 2; synced++) {
        size_t count = make_files(&place, synced, kept), refused = 0, all = 0;
        for (size_t i = 0; i < count; i++) {
            struct file *file = &kept[i];
            size_t stride = is_stand(file) ? 101 : 29;
            for (size_t bit = (size_t)synced; bit < 8 * file->size; bit += stride) {
                put_files(kept, count);
                file->bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
                put_file(file, file->size);
                file->bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
                check_changed(&place, file->path, bit);
                all++;
                refused += access(file->path, F_OK) == 0;
            }
        }
        assert_true(refused > 0 && all > 300);
        scratch_end(&place.scratch);
    }
}

static void a_missing_segment_is_refused(void **state)
{
    struct place place;
    (void)state;
    size_t count = make_files(&place, true, kept);
    for (size_t i = 0; i < count; i++) {
        struct spool *spool = NULL;
        put_files(kept, count);
        assert_int_equal(unlink(kept[i].path), 0);
        struct status status = spool_open(&place.options, &spool);
        assert_int_equal(status.code, STATUS_CORRUPT);
        assert_non_null(status.why);
    }
    scratch_end(&place.scratch);
}

static void a_file_that_changes_under_an_open_spool_is_found_out(void **state)
{
    struct place place;
    struct bytes found;
    (void)state;
    begin(&place, 100000);
    struct spool *spool = open_spool(&place);
    for (uint64_t n = 1; n <= 9; n++) {
        must(append(spool, n));
    }
    size_t count = keep_files(&place, kept);
    struct file changed = *newest(kept, count);
    changed.bytes[HEADER_SIZE + RECORD_HEADER] ^= 1;
    put_file(&changed, changed.size);
    assert_int_equal(spool_read(spool, 5, &found).code, STATUS_CORRUPT);
    spool_close(&spool);
    scratch_end(&place.scratch);
}

static void records_that_were_sent_but_never_synced_may_be_gone(void **state)
{
    struct place place;
    (void)state;
    begin(&place, 100000);
    struct spool *spool = open_spool(&place);
    for (uint64_t n = 1; n <= 9; n++) {
        must(append(spool, n));
    }
    must(spool_trim_durably(spool, 8, (struct bytes){0}));
    spool_close(&spool);
    size_t count = keep_files(&place, kept);
    put_file(newest(kept, count), HEADER_SIZE);
    spool = open_spool(&place);
    assert_int_equal(spool_counts(spool).last, 8);
    must(append(spool, 9));
    spool_close(&spool);
    spool = open_spool(&place);
    check_records(spool, 9, 9);
    spool_close(&spool);
    scratch_end(&place.scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spool_has_what_was_added_and_not_trimmed),
        cmocka_unit_test(a_spool_in_memory_is_the_same),
        cmocka_unit_test(a_full_spool_refuses_and_has_room_again),
        cmocka_unit_test(a_record_without_bytes_or_with_too_many_is_refused),
        cmocka_unit_test(a_spool_has_one_writer_and_may_be_looked_at),
        cmocka_unit_test(a_torn_tail_is_cut_at_every_length),
        cmocka_unit_test(a_tail_of_zeros_is_torn),
        cmocka_unit_test(what_was_synced_is_never_cut_off),
        cmocka_unit_test(a_flipped_bit_is_refused_or_harmless),
        cmocka_unit_test(a_missing_segment_is_refused),
        cmocka_unit_test(a_file_that_changes_under_an_open_spool_is_found_out),
        cmocka_unit_test(records_that_were_sent_but_never_synced_may_be_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
