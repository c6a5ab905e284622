#include "core/descriptions.h"

#include "core/store_layout.h"
#include "store/hash.h"

#include <errno.h>
#include <sys/stat.h>

struct status descriptions_begin(const char *store)
{
    struct store_path path;
    TRY(store_path(store, DESCRIPTIONS_DIRECTORY, &path));
    return mkdir(path.text, 0700) == 0 || errno == EEXIST ? OK : FAIL(IO, (uint64_t)errno);
}

static struct status path_of(const char *store, const struct digest *digest, struct store_path *out)
{
    char name[sizeof DESCRIPTIONS_DIRECTORY + 1 + DIGEST_HEX_SIZE];
    struct text text = TEXT_IN(name);
    text_put_literal(&text, DESCRIPTIONS_DIRECTORY "/");
    text_put_hex(&text, BYTES(digest->sha256));
    return store_path(store, text_string(&text), out);
}

static struct status hash_of(struct bytes bytes, struct digest *out)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    *out = hash_bytes(hasher, bytes);
    return OK;
}

struct status description_keep(const char *store, struct bytes description, struct digest *digest)
{
    struct store_path path;
    if (description.size > DESCRIPTION_MAX) {
        return FAIL(LIMIT, DESCRIPTION_MAX);
    }
    TRY(hash_of(description, digest));
    TRY(path_of(store, digest, &path));
    return store_write_file(path.text, description.data, description.size, true);
}

struct status description_read(const char *store, const struct digest *digest, struct text *out)
{
    struct store_path path;
    struct digest found;
    TRY(path_of(store, digest, &path));
    text_clear(out);
    TRY(store_read_file(path.text, out->data, out->capacity, &out->size));
    TRY(hash_of(text_bytes(out), &found));
    return digest_equal(&found, digest)
               ? OK
               : FAIL_BECAUSE(CORRUPT, 0, "the description is not the one that the log names");
}
