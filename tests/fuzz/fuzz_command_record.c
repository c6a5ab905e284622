/*
 * Signed command records: any bytes are refused or are canonical JSON, and no bytes that nobody
 * signed hold under a key.
 */
#include "core/command_record.h"
#include "schema/canonical.h"
#include "tests/fuzz/target.h"

#include <assert.h>

#define KEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

/* The one record in the corpus that this key did sign. */
#define SIGNED                                                                                     \
    "{\"actor\":\"user:12\",\"command\":\"emitter.retire\",\"fields\":{\"name\":\"door\","         \
    "\"reason\":\"it was moved\"},\"nonce\":\"c2l4dGVlbiBieXRlcyArKw==\","                         \
    "\"origin\":\"golden.example/log\",\"sig\":\"L0F04VJbX1j1XSla7xGUSP0adZQC6280NAELGe3t76zaETR+" \
    "7XJQhW6OuRwXsqoQ3AxqIpF92SMuiNulHE9BCA==\",\"t\":\"2026-03-09T21:58:00.123456Z\"}"

static void check_signature(struct bytes record)
{
    struct public_key key;
    struct status started = key_library_start();
    struct status read = public_key_read(LITERAL(KEY), &key);
    assert(!failed(started) && !failed(read));
    struct status status = command_record_verify(record, &key);
    assert(failed(status) ? status.code == STATUS_BAD_SIGNATURE
                          : bytes_equal(record, LITERAL(SIGNED)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes record = bytes_of(data, size);
    struct command_record command;
    struct status status = command_record_read(record, &command);
    if (failed(status)) {
        assert(status.code == STATUS_LIMIT ||
               (status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL));
        return 0;
    }
    struct bytes about = command.items.size > 0 ? command.items : command.fields;
    assert(!failed(canonical_check(record)) && !failed(canonical_check(about)));
    assert(command.kind < COMMAND_KIND_COUNT && command.actor.kind != ID_NONE);
    check_signature(record);
    return 0;
}
