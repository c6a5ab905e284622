#include "reports/filter/body.h"

struct walk {
    struct canonical_reader reader;
    struct arena *scratch;
    body_visit *visit;
    void *context;
    bool stop;
};

/* Takes the next member's name and its colon; false at the object's end, or once failed. */
static bool take_name(struct canonical_reader *reader, struct bytes *out)
{
    const uint8_t *at = reader->at;
    if (!reader->fresh) {
        if (at == reader->end || *at != ',') {
            return false;
        }
        at++;
    }
    if (at == reader->end || *at != '"') {
        return false;
    }
    const uint8_t *quote = memchr(at + 1, '"', (size_t)(reader->end - at - 1));
    if (quote == NULL || reader->end - quote < 2 || quote[1] != ':') {
        canonical_fail(reader, "a member has a name and a colon");
        return false;
    }
    *out = bytes_of(at + 1, (size_t)(quote - at - 1));
    reader->at = quote + 2;
    reader->fresh = false;
    return true;
}

static struct status show(struct walk *walk, const struct body_value *value)
{
    return walk->reader.why != NULL ? OK : walk->visit(walk->context, value, &walk->stop);
}

static struct status walk_scalar(struct walk *walk)
{
    struct canonical_reader *reader = &walk->reader;
    struct body_value value = {.type = BODY_INTEGER};
    size_t used = walk->scratch->used;
    if (*reader->at == '"') {
        value.type = BODY_STRING;
        value.text = canonical_string(reader, walk->scratch);
    } else if (*reader->at == 't' || *reader->at == 'f') {
        value.type = BODY_BOOLEAN;
        value.truth = canonical_boolean(reader);
    } else {
        value.number = canonical_integer(reader);
    }
    struct status status =
        walk->scratch->full ? FAIL(LIMIT, walk->scratch->capacity) : show(walk, &value);
    walk->scratch->used = used;
    return status;
}

static struct status walk_value(struct walk *walk, struct bytes path);

static struct bytes first_of(struct bytes path, struct bytes *rest)
{
    const uint8_t *dot = path.size == 0 ? NULL : memchr(path.data, '.', path.size);
    size_t size = dot == NULL ? path.size : (size_t)(dot - path.data);
    size_t past = dot == NULL ? size : size + 1;
    *rest = bytes_of(path.data + past, path.size - past);
    return bytes_of(path.data, size);
}

static struct status walk_object(struct walk *walk, struct bytes path)
{
    struct bytes rest = path, name;
    struct bytes wanted = path.size == 0 ? path : first_of(path, &rest);
    canonical_open_object(&walk->reader);
    while (!walk->stop && take_name(&walk->reader, &name)) {
        if (path.size > 0 && !bytes_equal(name, wanted)) {
            (void)canonical_skip(&walk->reader);
        } else {
            TRY(walk_value(walk, rest));
        }
    }
    if (!walk->stop) {
        canonical_close_object(&walk->reader);
    }
    return OK;
}

static struct status walk_array(struct walk *walk, struct bytes path)
{
    canonical_open_array(&walk->reader);
    while (!walk->stop && canonical_element(&walk->reader)) {
        TRY(walk_value(walk, path));
    }
    return OK;
}

/* The reader's depth bounds the recursion. */
static struct status walk_value(struct walk *walk, struct bytes path)
{
    struct canonical_reader *reader = &walk->reader;
    if (reader->at == reader->end) {
        canonical_fail(reader, "a value is missing");
        return OK;
    }
    if (*reader->at == '{') {
        return walk_object(walk, path);
    }
    if (*reader->at == '[') {
        return walk_array(walk, path);
    }
    if (path.size > 0) {
        (void)canonical_skip(reader);
        return OK;
    }
    return walk_scalar(walk);
}

struct status body_walk(struct bytes json, struct bytes path, struct arena *scratch,
                        body_visit *visit, void *context)
{
    struct walk walk = {.reader = canonical_reader_of(json),
                        .scratch = scratch,
                        .visit = visit,
                        .context = context};
    TRY(walk_value(&walk, path));
    return walk.stop ? OK : canonical_end(&walk.reader);
}
