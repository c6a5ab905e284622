/* samples FILE: an event of every kind, several times, as lines of OCSF for a validator. */
#include "reports/siem/ocsf.h"
#include "schema/catalogue/catalogue.h"
#include "tests/schema/random_leaf.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    TIMES = 6,
};

struct samples {
    struct siem_reader reader;
    struct hasher *hasher;
    struct random random;
    struct leaf leaf;
    char leaf_memory[LEAF_MAX + 1];
    char body_memory[BODY_MAX + 1];
    uint8_t arena_memory[1 << 16];
    struct arena arena;
    struct output output;
};

/* What a leaf of this kind is about is what the catalogue says. */
static void make_leaf(struct samples *samples, enum event_kind kind)
{
    const struct event_info *info = &event_infos[kind];
    struct leaf *leaf = &samples->leaf;
    random_leaf(&samples->random, &samples->arena, leaf);
    leaf->kind = kind;
    leaf->version = info->version;
    leaf->on_count = info->on_count;
    for (size_t i = 0; i < info->on_count; i++) {
        leaf->on[i] = (struct id){info->on[i], random_below(&samples->random, leaf->n + 1)};
    }
}

static void put_one(struct samples *samples, enum event_kind kind)
{
    struct siem_reader *reader = &samples->reader;
    struct text bytes = TEXT_IN(samples->leaf_memory), body = TEXT_IN(samples->body_memory);
    samples->arena = ARENA_IN(samples->arena_memory);
    make_leaf(samples, kind);
    random_record(&samples->random, event_infos[kind].fields, event_infos[kind].field_count,
                  ID_NONE, &body);
    leaf_encode(&samples->leaf, &bytes);
    assert_false(bytes.full || body.full);
    reader->names = TEXT_IN(reader->text_memory);
    reader->arena = ARENA_IN(reader->body_memory);
    reader->event = (struct siem_event){
        .leaf = &samples->leaf,
        .bytes = text_bytes(&bytes),
        .body = random_below(&samples->random, 8) == 0 ? bytes_of(NULL, 0) : text_bytes(&body),
        .hash = hash_leaf(samples->hasher, text_bytes(&bytes)),
        .sha256 = hash_bytes(samples->hasher, text_bytes(&bytes)),
        .origin = LITERAL("example.org/enclave"),
    };
    siem_classify(reader);
    must(ocsf_put(reader, &samples->output));
}

static void write_samples(struct samples *samples, struct engine *engine)
{
    must(hasher_open(&samples->hasher));
    siem_reader_init(&samples->reader, engine, samples->hasher);
    samples->random.state = 11;
    for (unsigned i = 0; i < TIMES * EVENT_KIND_COUNT; i++) {
        put_one(samples, (enum event_kind)(i % EVENT_KIND_COUNT));
    }
    must(output_flush(&samples->output));
    hasher_close(&samples->hasher);
}

int main(int count, char **arguments)
{
    struct samples *samples = calloc(1, sizeof *samples);
    int fd = count == 2 ? open(arguments[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
    struct scratch scratch;
    if (samples == NULL || fd < 0) {
        return EXIT_FAILURE;
    }
    output_init(&samples->output, fd);
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&scratch, false);
    write_samples(samples, engine);
    scratch_close(&engine);
    scratch_end(&scratch);
    free(samples);
    return close(fd) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
