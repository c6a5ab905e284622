#include "tools/demo/place.h"

#include "store/key_file.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Paths ----------------------------------------------------------------------------------- */

static void beside(const char *directory, size_t size, const char *ending, struct store_path *out)
{
    snprintf(out->text, sizeof out->text, "%.*s%s", (int)size, directory, ending);
}

struct status place_of(const char *directory, struct place *out)
{
    size_t size = strlen(directory);
    while (size > 1 && directory[size - 1] == '/') {
        size--;
    }
    if (size == 0 || size > PLACE_MAX) {
        return FAIL(LIMIT, PLACE_MAX);
    }
    beside(directory, size, "", &out->store);
    beside(directory, size, ".half-built", &out->half);
    beside(directory, size, ".admin.key", &out->admin_key);
    beside(directory, size, ".admin.otp", &out->admin_otp);
    beside(directory, size, ".people", &out->people);
    beside(directory, size, ".people/truth", &out->truth);
    return OK;
}

/* Looking --------------------------------------------------------------------------------- */

static bool is_demo(const char *directory)
{
    struct store_path path;
    struct public_key key;
    return !failed(store_path(directory, "log.vkey", &path)) &&
           !failed(public_key_load(path.text, &key)) && strcmp(key.name, CAST_ORIGIN) == 0;
}

enum place_state place_look(const struct place *place)
{
    struct stat about;
    if (lstat(place->store.text, &about) != 0) {
        return PLACE_FREE;
    }
    return is_demo(place->store.text) ? PLACE_DEMO : PLACE_TAKEN;
}

/* Removing -------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    return remove(path);
}

/* Symbolic links are removed and never followed. */
static struct status remove_tree(const char *path)
{
    return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0 || errno == ENOENT
               ? OK
               : FAIL(IO, (uint64_t)errno);
}

static struct status remove_people(const struct place *place)
{
    (void)unlink(place->admin_key.text);
    (void)unlink(place->admin_otp.text);
    return remove_tree(place->people.text);
}

/* The store goes last: as long as it is there, the rest is known for what it is. */
struct status place_remove(const struct place *place)
{
    if (place_look(place) == PLACE_TAKEN) {
        return FAIL_BECAUSE(CONFLICT, 0, "what is there was not made by `cairn demo`");
    }
    if (place_look(place) == PLACE_DEMO) {
        TRY(remove_people(place));
    }
    return remove_tree(place->store.text);
}

void place_clear_half(const struct place *place)
{
    if (is_demo(place->half.text)) {
        struct status status = remove_tree(place->half.text);
        (void)status; /* what stays is told when the next one finds it */
    }
}

struct status place_take(const struct place *place)
{
    return rename(place->half.text, place->store.text) == 0 ? OK : FAIL(IO, (uint64_t)errno);
}

/* People ---------------------------------------------------------------------------------- */

static struct status keep(const struct stage *stage, enum who who, const char *key_path,
                          const char *otp_path)
{
    char memory[TOTP_URI_MAX];
    struct text uri = TEXT_IN(memory);
    const struct stage_person *person = &stage->people[who];
    TRY(person_key_save(person->key, LITERAL(CAST_PASSPHRASE), key_path));
    totp_uri(&person->totp, LITERAL(CAST_ORIGIN), bytes_of_string(cast_people[who].login), &uri);
    text_put_char(&uri, '\n');
    return key_file_save(text_bytes(&uri), KEY_FILE_SECRET, otp_path);
}

struct status place_keep_people(const struct place *place, const struct stage *stage)
{
    TRY(keep(stage, ADA, place->admin_key.text, place->admin_otp.text));
    if (mkdir(place->people.text, 0700) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    for (enum who who = ADA + 1; who < WHO_COUNT; who++) {
        struct store_path key, otp;
        char name[64];
        if (!cast_people[who].kept) {
            continue;
        }
        snprintf(name, sizeof name, "%s.key", cast_people[who].login);
        TRY(store_path(place->people.text, name, &key));
        snprintf(name, sizeof name, "%s.otp", cast_people[who].login);
        TRY(store_path(place->people.text, name, &otp));
        TRY(keep(stage, who, key.text, otp.text));
    }
    return OK;
}

/* Truth: a line for each that was played, its number in truth.def and its event ------------ */

struct status place_write_truth(const struct place *place, const uint64_t truth[static TRUTH_COUNT])
{
    char memory[TRUTH_COUNT * 48];
    struct text text = TEXT_IN(memory);
    for (unsigned i = 0; i < TRUTH_COUNT; i++) {
        if (truth[i] != UINT64_MAX) {
            text_add(&text, "%s %" PRIu64 "\n", truth_name((enum truth)i), truth[i]);
        }
    }
    return text.full ? FAIL(LIMIT, sizeof memory)
                     : store_write_file(place->truth.text, text.data, text.size, false);
}

static struct status read_line(const char *line, uint64_t truth[static TRUTH_COUNT])
{
    for (unsigned i = 0; i < TRUTH_COUNT; i++) {
        const char *name = truth_name((enum truth)i);
        const size_t size = strlen(name);
        if (strncmp(line, name, size) == 0 && line[size] == ' ') {
            char *end;
            truth[i] = strtoull(line + size + 1, &end, 10);
            return *end == '\n' ? OK : FAIL_BECAUSE(MALFORMED, 0, "a line is no event's");
        }
    }
    return FAIL_BECAUSE(MALFORMED, 0, "a line names nothing that is planted");
}

struct status place_read_truth(const struct place *place, uint64_t truth[static TRUTH_COUNT])
{
    char memory[TRUTH_COUNT * 48 + 1];
    size_t size = 0;
    for (unsigned i = 0; i < TRUTH_COUNT; i++) {
        truth[i] = UINT64_MAX;
    }
    TRY(store_read_file(place->truth.text, memory, sizeof memory - 1, &size));
    memory[size] = '\0';
    for (const char *line = memory; *line != '\0'; line = strchr(line, '\n') + 1) {
        if (strchr(line, '\n') == NULL) {
            return FAIL_BECAUSE(MALFORMED, size, "the last line has no end");
        }
        TRY(read_line(line, truth));
    }
    return OK;
}
