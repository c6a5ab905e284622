#include "core/vault/chunk.h"

#include "core/access/access.h"
#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/vault/file.h"
#include "core/vault/file_key.h"

/* Seal ------------------------------------------------------------------------------------ */

/* A walk through the chunks of a version that adds up what they are. */
struct chunk_sum {
    struct view_walk walk;
    struct chunk_row row;
    uint64_t count, size;
    bool gap, short_before; /* an index is missing; a short chunk is not the last */
};

static bool next_chunk(void *context, struct digest *out)
{
    struct chunk_sum *sum = context;
    const bool was_short = sum->count > 0 && sum->row.disk_size < CHUNK_SIZE + CHUNK_OVERHEAD;
    if (!view_walk_next(&sum->walk, &sum->row)) {
        return false;
    }
    sum->short_before = sum->short_before || was_short;
    sum->gap = sum->gap || sum->row.index != sum->count;
    sum->size += sum->row.disk_size - CHUNK_OVERHEAD;
    sum->count++;
    *out = sum->row.sha256;
    return true;
}

enum rule chunk_seal_refusal(const struct view *view, const struct file_row *file,
                             const struct vault_file_seal *command)
{
    struct chunk_sum sum = {.row = {.file = file->file, .version = file->version}};
    sum.walk = view_walk_of(view, ROW_CHUNK, &sum.row, 2);
    const struct digest root = decision_root(view, next_chunk, &sum);
    FORBID_IF(sum.gap || sum.count != command->chunks, RULE_VLT_03A);
    FORBID_IF(sum.short_before, RULE_VLT_02A);
    FORBID_UNLESS(sum.size == command->size && digest_equal(&root, &command->root), RULE_VLT_03B);
    return RULE_NONE;
}

/* Decide ---------------------------------------------------------------------------------- */

static struct digest iv_digest(const struct view *view, struct bytes iv)
{
    return decision_hash(view, &iv, 1);
}

void vault_chunk_write_decide(const struct view *view, const struct actor *actor,
                              const struct vault_chunk_write *command, struct decision *decision)
{
    struct file_row file;
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    REFUSE_UNLESS(file_by_id(view, command->file, &file), RULE_VLT_01D);
    may_edit(view, &reader, command->file, &access);
    REFUSE_UNLESS(access.allowed, access.rule);
    REFUSE_UNLESS(file.state == FILE_STATE_WRITING, RULE_VLT_03C);
    REFUSE_IF(command->index > CHUNK_INDEX_MAX, RULE_VLT_03A);
    REFUSE_UNLESS(command->disk_size > CHUNK_OVERHEAD &&
                      command->disk_size <= CHUNK_SIZE + CHUNK_OVERHEAD,
                  RULE_VLT_02A);
    REFUSE_UNLESS(command->iv.size == CHUNK_IV_SIZE, RULE_VLT_02B);
    struct iv_row used = {.file = command->file, .iv = iv_digest(view, command->iv)};
    REFUSE_IF(view_find(view, ROW_IV, &used), RULE_VLT_02B);
    EMIT(EVENT_VAULT_CHUNK_WRITTEN, command->file, vault_chunk_written, .version = file.version,
         .index = command->index, .disk_size = command->disk_size, .sha256 = command->sha256,
         .iv = used.iv);
}

void vault_chunk_fetch_decide(const struct view *view, const struct actor *actor,
                              const struct vault_chunk_fetch *command, struct decision *decision)
{
    struct file_row file;
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    REFUSE_UNLESS(file_by_id(view, command->file, &file), RULE_VLT_01D);
    may_read(view, &reader, command->file, &access);
    REFUSE_UNLESS(access.allowed, access.rule);
    REFUSE_UNLESS(file_key_was_fetched(view, actor, command->file), RULE_VLT_06A);
    REFUSE_UNLESS(file.state == FILE_STATE_SEALED, RULE_VLT_03C);
    REFUSE_UNLESS(command->from <= command->to && command->to < file.chunks, RULE_VLT_03C);
    EMIT(EVENT_VAULT_CHUNK_READ, command->file, vault_chunk_read, .from = command->from,
         .to = command->to);
}

/* Evolve ---------------------------------------------------------------------------------- */

void vault_chunk_written_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct vault_chunk_written *body)
{
    evolution_put(evolution, ROW_CHUNK,
                  &(struct chunk_row){.file = leaf->on[0],
                                      .version = body->version,
                                      .index = body->index,
                                      .disk_size = body->disk_size,
                                      .sha256 = body->sha256});
    evolution_put(evolution, ROW_IV, &(struct iv_row){.file = leaf->on[0], .iv = body->iv});
}
