/*
 * ours DIR EVENTS: a log of at least so many events, made and exported by Cairn, for a verifier
 * that others wrote: DIR/log.vkey, DIR/tiles, DIR/proofs, DIR/older (a checkpoint of the same log).
 */
#include "store/log.h"
#include "store/proof.h"
#include "store/tiles.h"
#include "tests/store/exported.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    PATH_MAX_SIZE = 4096,
    PROOFS = 12,
};

static void write_file(const char *directory, const char *name, struct bytes bytes)
{
    char path[PATH_MAX_SIZE];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    bool written = file != NULL && fwrite(bytes.data, 1, bytes.size, file) == bytes.size;
    if (file == NULL || fclose(file) != 0 || !written) {
        perror(path);
        exit(1);
    }
}

static void write_proof(const struct exported *exported, const char *directory, uint64_t n)
{
    char name[64];
    struct proof proof;
    struct log_snapshot *snapshot = NULL;
    struct text text = {.data = malloc(PROOF_FILE_MAX), .capacity = PROOF_FILE_MAX};
    must(log_snapshot_open(engine_log(exported->engine), &snapshot));
    must(proof_from_log(snapshot, n, exported->size, &proof));
    proof_write(&proof, &text);
    snprintf(name, sizeof name, "proofs/%" PRIu64 ".tlog-proof", n);
    write_file(directory, name, text_bytes(&text));
    log_snapshot_close(&snapshot);
    free(text.data);
}

static void write_all(const struct exported *exported, const char *directory)
{
    char memory[NOTE_MAX], tiles[PATH_MAX_SIZE];
    struct text older = TEXT_IN(memory);
    uint64_t written;
    char key_memory[512];
    struct text key = TEXT_IN(key_memory);
    public_key_write(engine_log_key(exported->engine), &key);
    text_put_char(&key, '\n');
    write_file(directory, "log.vkey", text_bytes(&key));
    exported_checkpoint(exported, exported->size / 2, &older);
    write_file(directory, "older", text_bytes(&older));
    snprintf(tiles, sizeof tiles, "%s/tiles", directory);
    const struct tiles_options options = {.directory = tiles, .size = exported->size};
    must(tiles_export(engine_log(exported->engine), engine_log_key(exported->engine), &options,
                      &written));
    for (uint64_t i = 0; i <= PROOFS; i++) {
        uint64_t n = exported->size * i / PROOFS;
        write_proof(exported, directory, n < exported->size ? n : exported->size - 1);
    }
}

int main(int argc, char **argv)
{
    struct exported exported;
    char proofs[PATH_MAX_SIZE];
    if (argc != 3) {
        fputs("usage: ours DIR EVENTS\n", stderr);
        return 2;
    }
    snprintf(proofs, sizeof proofs, "%s/proofs", argv[1]);
    if (mkdir(argv[1], 0755) != 0 || mkdir(proofs, 0755) != 0) {
        perror(argv[1]);
        return 1;
    }
    exported_begin(&exported, KEY_ED25519, (uint32_t)strtoul(argv[2], NULL, 10));
    write_all(&exported, argv[1]);
    exported_end(&exported);
    return 0;
}
