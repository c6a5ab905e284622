/*
 * Bundles: what was read, written again, is the same bytes; verifying ends in an answer.
 */
#include "store/bundle.h"
#include "tests/fuzz/target.h"

#include <assert.h>

enum {
    INPUT_MAX = 32 << 10, /* bytes; more says nothing new, and all of it is on the stack */
};

/* A key that signed none of the inputs. */
static struct public_key some_key(void)
{
    struct public_key key;
    struct status started = key_library_start();
    struct status read = public_key_read(
        LITERAL("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), &key);
    assert(!failed(started) && !failed(read));
    return key;
}

static struct status put(void *context, struct bytes bytes)
{
    struct text *text = context;
    text_put_bytes(text, bytes);
    return text->full ? FAIL(LIMIT, INPUT_MAX) : OK;
}

static struct status read_and_write(const struct bundle_source *source,
                                    const struct bundle_sink *sink)
{
    CLEANUP(bundle_reader_close) struct bundle_reader *reader = NULL;
    struct bundle_event event;
    struct bytes note;
    TRY(bundle_reader_open(source, &reader));
    struct status status = bundle_put_head(sink, bundle_reader_head(reader));
    assert(!failed(status));
    while (!failed(status = bundle_reader_next(reader, &event))) {
        assert(event.leaf.size > 0 && event.leaf.size <= LEAF_MAX);
        status = bundle_put_event(sink, &event);
        assert(!failed(status));
    }
    if (status.code != STATUS_NOT_FOUND) {
        return status;
    }
    TRY(bundle_reader_end(reader, &note));
    status = bundle_put_end(sink, note);
    assert(!failed(status));
    return OK;
}

static void verify(const struct bundle_source *source)
{
    struct public_key key = some_key();
    struct bundle_head head;
    struct verifier *verifier = NULL;
    struct status opened = verifier_open(&key, &verifier);
    assert(!failed(opened));
    struct status status = bundle_verify(source, &(struct stream_options){0}, verifier, &head);
    assert(!failed(status) && verify_report_of(verifier)->finding_count > 0);
    verifier_close(&verifier);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char again[INPUT_MAX + 1];
    struct text written = TEXT_IN(again);
    struct bundle_memory memory = {.bytes = bytes_of(data, size)};
    const struct bundle_source source = bundle_from_memory(&memory);
    if (size > INPUT_MAX) {
        return 0;
    }
    struct status status =
        read_and_write(&source, &(struct bundle_sink){.context = &written, .put = put});
    if (failed(status)) {
        assert((status.code == STATUS_MALFORMED || status.code == STATUS_TRUNCATED) &&
               status.at <= size && status.why != NULL);
    } else {
        assert(bytes_equal(text_bytes(&written), bytes_of(data, size)));
    }
    status = source.rewind(source.context);
    struct bundle_reader *reader = NULL;
    if (!failed(status) && !failed(bundle_reader_open(&source, &reader))) {
        bundle_reader_close(&reader);
        memory.at = 0;
        verify(&source);
    }
    return 0;
}
