#include "store/tree.h"
#include "tools/demo/stage.h"

#include <stdlib.h>

/* Keys ------------------------------------------------------------------------------------ */

static struct status wrap_for(struct stage *stage, const struct secret_bytes *secret,
                              const struct receive_key *to, struct digest *out)
{
    struct wrap wrapped;
    TRY(wrap_secret(secret, to, &wrapped));
    return vault_key_put(stage->files, &wrapped, out);
}

struct status stage_wrap(struct stage *stage, const struct secret_bytes *secret, enum who who,
                         struct digest *out)
{
    const struct receive_key to = receive_key_of(person_key_receives(stage->people[who].key));
    return wrap_for(stage, secret, &to, out);
}

struct status stage_make_group(struct stage *stage, enum cast_group group)
{
    const struct cast_group_info *info = &cast_groups[group];
    struct stage_group *made = &stage->groups[group];
    struct group_create create = {.name = bytes_of_string(info->name)};
    TRY(secret_bytes_make(&made->secret));
    const struct receive_key key = receive_key_of(made->secret);
    create.key = BYTES(key.data);
    TRY(stage_wrap(stage, made->secret, info->owner, &create.wrapped));
    made->group.kind = ID_GROUP;
    TRY(stage_do(stage, info->owner, COMMAND_GROUP_CREATE,
                 &(union command_fields){.group_create = create}, &made->group.n));
    return stage_do(
        stage, info->owner, COMMAND_GROUP_SET_PROJECT,
        &(union command_fields){.group_set_project = {.group = made->group,
                                                      .has_project = true,
                                                      .project = stage->projects[info->project]}},
        NULL);
}

struct status stage_add_member(struct stage *stage, enum cast_group group, enum who member)
{
    static const enum group_permission permissions[] = {
        GROUP_PERMISSION_ADD_ENTRIES,
        GROUP_PERMISSION_CREATE_DIRECTORIES,
    };
    struct group_add_member add = {.group = stage->groups[group].group,
                                   .user = stage->people[member].user,
                                   .epoch = 1,
                                   .permissions = permissions,
                                   .permissions_count = 2};
    TRY(stage_wrap(stage, stage->groups[group].secret, member, &add.wrapped));
    return stage_do(stage, cast_groups[group].owner, COMMAND_GROUP_ADD_MEMBER,
                    &(union command_fields){.group_add_member = add}, NULL);
}

/* Files ----------------------------------------------------------------------------------- */

/* One that is being written. */
struct pen {
    struct stage *stage;
    const struct stage_writing *writing;
    struct secret_bytes *key; /* NULL: nobody will open what only the log knows */
    struct id file;
    struct tree tree;
};

static void end_pen(struct pen *pen)
{
    secret_bytes_close(&pen->key);
}

static struct status wrap_all(struct pen *pen, struct vault_file_create *create)
{
    struct stage *stage = pen->stage;
    const struct stage_writing *writing = pen->writing;
    if (!writing->kept && writing->content == NULL) {
        key_random(create->wrapped.sha256, sizeof create->wrapped.sha256);
        key_random(create->group_wrapped.sha256, sizeof create->group_wrapped.sha256);
        return OK;
    }
    TRY(secret_bytes_make(&pen->key));
    TRY(stage_wrap(stage, pen->key, writing->who, &create->wrapped));
    if (!create->has_group_wrapped) {
        return OK;
    }
    const struct receive_key to = receive_key_of(stage->groups[writing->group].secret);
    return wrap_for(stage, pen->key, &to, &create->group_wrapped);
}

static struct status create_file(struct pen *pen)
{
    const struct stage_writing *writing = pen->writing;
    const bool in_group = writing->group != GROUP_COUNT;
    struct vault_file_create create = {.parent = writing->parent,
                                       .name = bytes_of_string(writing->name),
                                       .has_type = writing->type != NULL,
                                       .has_group_wrapped = in_group,
                                       .has_epoch = in_group,
                                       .epoch = in_group ? 1 : 0};
    if (create.has_type) {
        create.type = bytes_of_string(writing->type);
    }
    TRY(wrap_all(pen, &create));
    pen->file.kind = ID_FILE;
    return stage_do(pen->stage, writing->who, COMMAND_VAULT_FILE_CREATE,
                    &(union command_fields){.vault_file_create = create}, &pen->file.n);
}

/* What is small enough to be there is encrypted as `cairn vault put` does it. */
static struct status put_content(struct pen *pen, struct vault_chunk_write *chunk, uint8_t *nonce)
{
    uint8_t memory[CHUNK_HEADER_SIZE + 4096];
    CLEANUP(chunk_cipher_close) struct chunk_cipher *cipher = NULL;
    const struct chunk_place place = {.file = pen->file.n, .version = 1, .index = 0};
    const struct bytes plain = bytes_of_string(pen->writing->content);
    struct chunk_header header;
    if (plain.size > sizeof memory - CHUNK_HEADER_SIZE) {
        return FAIL(LIMIT, sizeof memory);
    }
    TRY(chunk_cipher_open(pen->key, &cipher));
    TRY(chunk_seal(cipher, &place, plain, memory));
    const struct bytes sealed = bytes_of(memory, CHUNK_HEADER_SIZE + plain.size);
    TRY(chunk_header_read(sealed, &header));
    memcpy(nonce, header.nonce, CHUNK_NONCE_SIZE);
    chunk->sha256 = hash_bytes(pen->stage->hasher, sealed);
    TRY(vault_chunk_put(pen->stage->files, &place, sealed));
    return vault_chunks_sync(pen->stage->files, pen->file.n, 1);
}

static struct status write_chunk(struct pen *pen, uint64_t size, uint64_t index)
{
    struct stage *stage = pen->stage;
    uint8_t nonce[CHUNK_NONCE_SIZE];
    struct vault_chunk_write chunk = {.file = pen->file,
                                      .index = index,
                                      .disk_size = chunk_disk_size(size, index),
                                      .iv = BYTES(nonce)};
    key_random(nonce, sizeof nonce);
    key_random(chunk.sha256.sha256, sizeof chunk.sha256.sha256);
    TRY(pen->writing->content != NULL ? put_content(pen, &chunk, nonce) : OK);
    const struct digest leaf = hash_leaf(stage->hasher, BYTES(chunk.sha256.sha256));
    TRY(tree_append(&pen->tree, stage->hasher, &leaf, NULL, NULL));
    return stage_ask(stage, pen->writing->who, COMMAND_VAULT_CHUNK_WRITE,
                     &(union command_fields){.vault_chunk_write = chunk});
}

static struct status write_chunks(struct pen *pen, uint64_t size)
{
    const uint32_t per_second = pen->writing->per_second;
    for (uint64_t i = 0; i < chunk_count(size); i++) {
        TRY(write_chunk(pen, size, i));
        if (per_second > 0 && (i + 1) % (4 * (uint64_t)per_second) == 0) {
            TRY(stage_run(pen->stage));
            stage_pass(pen->stage, 4);
        }
    }
    return OK;
}

static struct status write_file(struct pen *pen, struct stage_file *out)
{
    const struct stage_writing *writing = pen->writing;
    const uint64_t size = writing->content != NULL ? strlen(writing->content) : writing->size;
    TRY(create_file(pen));
    TRY(write_chunks(pen, size));
    const struct vault_file_seal seal = {.file = pen->file,
                                         .size = size,
                                         .chunks = chunk_count(size),
                                         .root = tree_root(&pen->tree, pen->stage->hasher)};
    *out = (struct stage_file){.file = pen->file, .chunks = (uint32_t)chunk_count(size)};
    return stage_do(pen->stage, writing->who, COMMAND_VAULT_FILE_SEAL,
                    &(union command_fields){.vault_file_seal = seal}, NULL);
}

struct status stage_write(struct stage *stage, const struct stage_writing *writing,
                          struct stage_file *out)
{
    struct pen *pen = calloc(1, sizeof *pen);
    if (pen == NULL) {
        return FAIL(NO_MEMORY, sizeof *pen);
    }
    pen->stage = stage;
    pen->writing = writing;
    struct status status = write_file(pen, out);
    end_pen(pen);
    free(pen);
    return status;
}

struct status stage_fetch_key(struct stage *stage, enum who who, struct id file, const char *why)
{
    struct vault_key_fetch fetch = {.file = file, .has_why = why != NULL};
    if (why != NULL) {
        fetch.why = bytes_of_string(why);
    }
    return stage_ask(stage, who, COMMAND_VAULT_KEY_FETCH,
                     &(union command_fields){.vault_key_fetch = fetch});
}

struct status stage_read(struct stage *stage, enum who who, const struct stage_file *file,
                         uint32_t from, uint32_t to)
{
    const struct vault_chunk_fetch fetch = {.file = file->file, .from = from, .to = to};
    return stage_ask(stage, who, COMMAND_VAULT_CHUNK_FETCH,
                     &(union command_fields){.vault_chunk_fetch = fetch});
}

struct status stage_list(struct stage *stage, enum who who, enum cast_group group)
{
    return stage_ask(
        stage, who, COMMAND_VAULT_DIR_LIST,
        &(union command_fields){.vault_dir_list = {.parent = stage->groups[group].group}});
}

/* Of a file that nobody will open there: what is in it is the script's to know. */
struct status stage_wrap_for_group(struct stage *stage, enum cast_group group, struct digest *out)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *secret = NULL;
    const struct receive_key to = receive_key_of(stage->groups[group].secret);
    TRY(secret_bytes_make(&secret));
    return wrap_for(stage, secret, &to, out);
}
