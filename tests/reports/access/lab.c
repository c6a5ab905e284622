#include "tests/reports/access/lab.h"

#include "store/index.h"
#include "store/log.h"
#include "store/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t must_do(struct lab *lab, const char *who, enum command_kind kind,
                        const union command_fields *fields)
{
    return enclave_must(&lab->enclave, who, kind, fields);
}

static struct id make_project(struct lab *lab, const char *name, struct id parent)
{
    const union command_fields fields = {.project_create = {.name = bytes_of_string(name),
                                                            .has_parent = parent.kind != ID_NONE,
                                                            .parent = parent}};
    return (struct id){ID_PROJECT, must_do(lab, "ada", COMMAND_PROJECT_CREATE, &fields)};
}

static void add_member(struct lab *lab, struct id project, struct id user)
{
    const union command_fields fields = {
        .project_add_member = {.project = project, .user = user, .role = PROJECT_ROLE_MANAGER}};
    (void)must_do(lab, "ada", COMMAND_PROJECT_ADD_MEMBER, &fields);
}

int lab_begin(void **state)
{
    const struct id none = {ID_NONE, 0};
    struct lab *lab = calloc(1, sizeof *lab);
    assert_non_null(lab);
    enclave_begin(&lab->enclave);
    /* the store was made by the clock of the machine: time is not to be held */
    lab->enclave.scratch.clock_us = log_head_of(engine_log(lab->enclave.engine))->t_utc_us + 1;
    lab->bob = enclave_user(&lab->enclave, "bob", USER_ROLE_USER);
    lab->cat = enclave_user(&lab->enclave, "cat", USER_ROLE_USER);
    lab->dan = enclave_user(&lab->enclave, "dan", USER_ROLE_USER);
    lab->federal = make_project(lab, "federal", none);
    lab->texas = make_project(lab, "texas", lab->federal);
    lab->florida = make_project(lab, "florida", lab->federal);
    add_member(lab, lab->federal, lab->bob);
    add_member(lab, lab->texas, lab->bob);
    add_member(lab, lab->florida, lab->bob);
    add_member(lab, lab->federal, lab->cat);
    add_member(lab, lab->texas, lab->cat);
    enclave_login(&lab->enclave, "bob");
    enclave_login(&lab->enclave, "cat");
    enclave_login(&lab->enclave, "dan");
    *state = lab;
    return 0;
}

static void close_snapshots(struct lab *lab)
{
    index_snapshot_close(&lab->index);
    log_snapshot_close(&lab->log);
}

int lab_end(void **state)
{
    struct lab *lab = *state;
    close_snapshots(lab);
    enclave_end(&lab->enclave);
    free(lab);
    return 0;
}

void lab_look(struct lab *lab)
{
    close_snapshots(lab);
    must(engine_flush(lab->enclave.engine));
    must(log_snapshot_open(engine_log(lab->enclave.engine), &lab->log));
    must(index_snapshot_open(engine_index(lab->enclave.engine), &lab->index));
}

void lab_activate(struct lab *lab, const char *who, struct id project)
{
    union command_fields fields = {.session_activate_project = {.project = project}};
    if (project.kind != ID_NONE) {
        (void)must_do(lab, who, COMMAND_SESSION_ACTIVATE_PROJECT, &fields);
        return;
    }
    fields = (union command_fields){0};
    (void)must_do(lab, who, COMMAND_SESSION_DEACTIVATE_PROJECT, &fields);
}

void lab_leave(struct lab *lab, struct id project, struct id user)
{
    const union command_fields fields = {
        .project_remove_member = {.project = project, .user = user}};
    (void)must_do(lab, "ada", COMMAND_PROJECT_REMOVE_MEMBER, &fields);
}

static void write_chunk(struct lab *lab, const char *who, struct id file, uint64_t i,
                        struct digest *digest)
{
    uint8_t iv[12] = {0};
    *digest = (struct digest){{(uint8_t)(i + 1)}};
    bytes_write_u64(iv, i);
    const union command_fields fields = {.vault_chunk_write = {.file = file,
                                                               .index = i,
                                                               .disk_size = 64 + LAB_CHUNK,
                                                               .sha256 = *digest,
                                                               .iv = BYTES(iv)}};
    (void)must_do(lab, who, COMMAND_VAULT_CHUNK_WRITE, &fields);
}

struct id lab_file(struct lab *lab, const char *who, const char *name, struct id project,
                   uint64_t chunks)
{
    return lab_file_in(lab, who, enclave_id(&lab->enclave, who), name, project, chunks);
}

struct id lab_file_in(struct lab *lab, const char *who, struct id parent, const char *name,
                      struct id project, uint64_t chunks)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct tree tree = {0};
    must(hasher_open(&hasher));
    union command_fields fields = {.vault_file_create = {.parent = parent,
                                                         .name = bytes_of_string(name),
                                                         .wrapped = {{3}},
                                                         .has_project = project.kind != ID_NONE,
                                                         .project = project}};
    struct id file = {ID_FILE, must_do(lab, who, COMMAND_VAULT_FILE_CREATE, &fields)};
    for (uint64_t i = 0; i < chunks; i++) {
        struct digest digest;
        write_chunk(lab, who, file, i, &digest);
        struct digest leaf = hash_leaf(hasher, BYTES(digest.sha256));
        must(tree_append(&tree, hasher, &leaf, NULL, NULL));
    }
    fields = (union command_fields){.vault_file_seal = {.file = file,
                                                        .size = chunks * LAB_CHUNK,
                                                        .chunks = chunks,
                                                        .root = tree_root(&tree, hasher)}};
    (void)must_do(lab, who, COMMAND_VAULT_FILE_SEAL, &fields);
    return file;
}

uint64_t lab_share(struct lab *lab, const char *who, struct id file, struct id with)
{
    const union command_fields fields = {.vault_file_share = {.file = file,
                                                              .target = with,
                                                              .wrapped = {{9}},
                                                              .can_view = true,
                                                              .can_download = true}};
    (void)lab_fetch(lab, who, file);
    return must_do(lab, who, COMMAND_VAULT_FILE_SHARE, &fields);
}

uint64_t lab_fetch(struct lab *lab, const char *who, struct id file)
{
    const union command_fields fields = {.vault_key_fetch = {.file = file}};
    return must_do(lab, who, COMMAND_VAULT_KEY_FETCH, &fields);
}

uint64_t lab_read(struct lab *lab, const char *who, struct id file, uint64_t from, uint64_t to)
{
    const union command_fields fields = {
        .vault_chunk_fetch = {.file = file, .from = from, .to = to}};
    return must_do(lab, who, COMMAND_VAULT_CHUNK_FETCH, &fields);
}

uint64_t lab_download(struct lab *lab, const char *who, struct id file)
{
    const union command_fields fields = {
        .vault_file_download = {.file = file, .destination = LITERAL("/tmp/x")}};
    return must_do(lab, who, COMMAND_VAULT_FILE_DOWNLOAD, &fields);
}

uint64_t lab_tag(struct lab *lab, const char *who, struct id file, struct id project)
{
    const union command_fields fields = {
        .vault_file_set_project = {.file = file,
                                   .has_project = project.kind != ID_NONE,
                                   .project = project,
                                   .has_reason = true,
                                   .reason = LITERAL("because")}};
    return must_do(lab, who, COMMAND_VAULT_FILE_SET_PROJECT, &fields);
}
