#include "core/access/access.h"
#include "core/vault/directory.h"
#include "core/vault/file.h"
#include "core/vault/tag.h"
#include "tools/vault/keys.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>

/* List ------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct column columns[] = {
    {"name",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"id",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"type",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"owner",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"size",    NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"created", NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"project", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"state",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

enum {
    COLUMNS = sizeof columns / sizeof columns[0],
};

/* An id as a cell; the text is lent. */
static struct cell cell_id(struct id id, char *memory, size_t capacity)
{
    struct text text = {.data = memory, .capacity = capacity};
    if (id.kind == ID_NONE) {
        return cell_absent();
    }
    id_write(&text, id);
    return cell_text(text_bytes(&text));
}

struct shown {
    struct cell cells[COLUMNS];
    char id[48], owner[48], project[48];
};

/* What a file shows to whoever may read it, and, without tag and state, to whoever lacks a
 * requirement (VLT-08). */
static void show_file(const struct view *view, struct id id, enum access_sight sight,
                      struct shown *out)
{
    struct file_row file;
    if (!file_by_id(view, id, &file)) {
        return;
    }
    out->cells[2] = file.has_type ? cell_text(file.type) : cell_absent();
    out->cells[3] = cell_id(file.owner, out->owner, sizeof out->owner);
    out->cells[4] = cell_number(file.size);
    out->cells[5] = cell_number(file.created);
    if (sight == ACCESS_SEES_ALL) {
        out->cells[6] = cell_id(tag_of(view, id), out->project, sizeof out->project);
        out->cells[7] = cell_string(file_state_name(file.state));
    } else {
        out->cells[7] = cell_string("locked");
    }
}

static void show_directory(const struct view *view, struct id id, enum access_sight sight,
                           struct shown *out)
{
    struct vault_object object;
    if (sight != ACCESS_SEES_ALL || !vault_object_by_id(view, id, &object)) {
        out->cells[7] = cell_string("locked");
        return;
    }
    out->cells[2] = cell_string("directory");
    out->cells[3] = cell_id(object.owner, out->owner, sizeof out->owner);
    out->cells[6] = cell_id(tag_of(view, id), out->project, sizeof out->project);
}

static struct status list_one(const struct view *view, const struct reader *reader,
                              const struct entry_row *entry, struct rows *rows)
{
    struct shown shown;
    enum access_sight sight = access_sees(view, reader, entry->object);
    if (sight == ACCESS_SEES_NOTHING) {
        return OK;
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        shown.cells[i] = cell_absent();
    }
    shown.cells[0] = cell_text(entry->name);
    shown.cells[1] = cell_id(entry->object, shown.id, sizeof shown.id);
    if (entry->object.kind == ID_FILE) {
        show_file(view, entry->object, sight, &shown);
    } else {
        show_directory(view, entry->object, sight, &shown);
    }
    return rows_add(rows, shown.cells);
}

static struct status list_all(struct vault *vault, struct id parent, struct rows *rows)
{
    const struct reader reader = {.user = vault->standing.user, .session = vault->standing.session};
    struct entry_row entry = {.parent = parent};
    struct view view = vault_view(vault);
    struct view_walk walk = view_walk_of(&view, ROW_ENTRY, &entry, 1);
    TRY(rows_begin(rows, columns, COLUMNS));
    while (view_walk_next(&walk, &entry)) {
        TRY(list_one(&view, &reader, &entry, rows));
    }
    return rows_flush(rows);
}

static enum exit_code list(struct vault *vault)
{
    const char *path = vault_argument(vault, 0);
    struct verdict verdict;
    struct id parent;
    enum exit_code code = vault_find(vault, path == NULL ? "/" : path, ID_NONE, &parent);
    union command_fields fields = {.vault_dir_list = {.parent = parent}};
    code =
        code == EXIT_DONE ? vault_command(vault, COMMAND_VAULT_DIR_LIST, &fields, &verdict) : code;
    uint8_t *memory = code == EXIT_DONE ? malloc(ROWS_MEMORY_SIZE) : NULL;
    if (memory == NULL) {
        return code != EXIT_DONE ? code
                                 : vault_fail(vault, FAIL(NO_MEMORY, ROWS_MEMORY_SIZE), "listing");
    }
    struct arena arena = {.memory = memory, .capacity = ROWS_MEMORY_SIZE};
    struct rows rows;
    invocation_rows(vault->invocation, &rows, &arena);
    struct status status = list_all(vault, parent, &rows);
    free(memory);
    return failed(status) ? vault_fail(vault, status, "listing") : vault_check(vault);
}

static enum exit_code run_list(struct invocation *invocation)
{
    return vault_visit(invocation, list);
}

static const struct option_info plain_options[] = {OPERATOR_OPTIONS};

const struct verb verb_vault_ls = {
    .name = "vault ls",
    .about = "what is in a directory of the vault",
    .arguments = "[PATH]",
    .details =
        "Of a file whose requirements you do not meet, its name, type, owner, size and date\n"
        "are shown; of a directory of a project that you are not in, its name. That you\n"
        "looked is logged.",
    .examples = "cairn vault ls\n"
                "cairn vault ls @chemistry/runs",
    .purpose = PURPOSE_ASK,
    OPTIONS(plain_options),
    .guarded = true,
    .signs = true,
    .run = run_list,
};

/* Make ------------------------------------------------------------------------------------ */

static enum exit_code make_directory(struct vault *vault)
{
    struct verdict verdict;
    struct id parent;
    struct bytes name;
    enum exit_code code = vault_find_parent(vault, vault_argument(vault, 0), &parent, &name);
    union command_fields fields = {.vault_dir_create = {.parent = parent, .name = name}};
    code = code == EXIT_DONE ? vault_command(vault, COMMAND_VAULT_DIR_CREATE, &fields, &verdict)
                             : code;
    if (code == EXIT_DONE) {
        output_add(vault->invocation->output, "dir:%" PRIu64 "\n", verdict.first);
    }
    return code;
}

static enum exit_code run_make(struct invocation *invocation)
{
    return vault_visit(invocation, make_directory);
}

const struct verb verb_vault_mkdir = {
    .name = "vault mkdir",
    .about = "make a directory in the vault",
    .arguments = "PATH",
    .examples = "cairn vault mkdir @chemistry/runs",
    .purpose = PURPOSE_WRITE,
    OPTIONS(plain_options),
    .guarded = true,
    .signs = true,
    .run = run_make,
};

/* Move ------------------------------------------------------------------------------------ */

struct movement {
    struct id object, parent, target;
    struct bytes name, to;
};

/* From where, and to where: into a directory that is there, or under another name. */
static enum exit_code read_movement(struct vault *vault, struct movement *out)
{
    struct id at;
    const char *from = vault_argument(vault, 0), *to = vault_argument(vault, 1);
    enum exit_code code = vault_find(vault, from, ID_NONE, &out->object);
    code = code == EXIT_DONE ? vault_find_parent(vault, from, &out->parent, &out->name) : code;
    code = code == EXIT_DONE ? vault_look(vault, to, &at) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    if (at.kind == ID_NONE || at.kind == ID_FILE) {
        return vault_find_parent(vault, to, &out->target, &out->to);
    }
    out->target = at;
    out->to = out->name;
    return EXIT_DONE;
}

/* In a group's directory a file's key is wrapped for the group, too. */
static enum exit_code wrap_for_target(struct vault *vault, const struct movement *movement,
                                      struct vault_wrapped *out)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *key = NULL;
    const struct id from = vault_group_of(vault, movement->parent);
    const struct id group = vault_group_of(vault, movement->target);
    *out = (struct vault_wrapped){0};
    if (movement->object.kind != ID_FILE || group.kind == ID_NONE || id_equal(from, group)) {
        return EXIT_DONE;
    }
    enum exit_code code = vault_fetch_key(vault, movement->object, "to move", &key);
    return code == EXIT_DONE ? vault_wrap(vault, key, group, out) : code;
}

static enum exit_code move(struct vault *vault)
{
    struct movement movement;
    struct vault_wrapped wrapped;
    enum exit_code code = read_movement(vault, &movement);
    if (code == EXIT_DONE && id_equal(movement.parent, movement.target)) {
        union command_fields rename = {.vault_dir_rename_entry = {.parent = movement.parent,
                                                                  .name = movement.name,
                                                                  .to = movement.to}};
        return vault_do(vault, COMMAND_VAULT_DIR_RENAME_ENTRY, &rename);
    }
    code = code == EXIT_DONE ? wrap_for_target(vault, &movement, &wrapped) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    union command_fields fields = {.vault_dir_move_entry = {.parent = movement.parent,
                                                            .name = movement.name,
                                                            .target = movement.target,
                                                            .to = movement.to,
                                                            .has_group_wrapped = wrapped.has_epoch,
                                                            .group_wrapped = wrapped.digest,
                                                            .has_epoch = wrapped.has_epoch,
                                                            .epoch = wrapped.epoch}};
    return vault_do(vault, COMMAND_VAULT_DIR_MOVE_ENTRY, &fields);
}

static enum exit_code run_move(struct invocation *invocation)
{
    return vault_visit(invocation, move);
}

const struct verb verb_vault_mv = {
    .name = "vault mv",
    .about = "move or rename a file or directory of the vault",
    .arguments = "FROM TO",
    .details = "Into a group's directory, the file's key is wrapped for the group; out of it, the\n"
               "group's is removed. A tag goes along.",
    .examples = "cairn vault mv /draft.csv @chemistry/results.csv",
    .purpose = PURPOSE_WRITE,
    OPTIONS(plain_options),
    .guarded = true,
    .signs = true,
    .run = run_move,
};

/* Remove ---------------------------------------------------------------------------------- */

enum {
    KEYS_MAX = 1024, /* wraps of one file that are removed with it; further ones only go unused */
};

/* The wraps that are of no use any more. */
static size_t note_keys(struct vault *vault, struct id file, struct digest *out)
{
    size_t count = 0;
    struct file_key_row row = {.file = file};
    struct view view = vault_view(vault);
    struct view_walk walk = view_walk_of(&view, ROW_FILE_KEY, &row, 1);
    while (count < KEYS_MAX && view_walk_next(&walk, &row)) {
        out[count++] = row.wrapped;
    }
    return count;
}

static struct status shred(struct vault *vault, struct id file, const struct digest *keys,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        TRY(vault_key_remove(vault->files, &keys[i]));
    }
    return vault_chunks_remove(vault->files, file.n);
}

static enum exit_code delete_file(struct vault *vault, struct id file)
{
    struct digest *keys = malloc(KEYS_MAX * sizeof *keys);
    if (keys == NULL) {
        return vault_fail(vault, FAIL(NO_MEMORY, KEYS_MAX), "removing");
    }
    const size_t count = note_keys(vault, file, keys);
    union command_fields fields = {.vault_file_delete = {.file = file}};
    enum exit_code code = vault_do(vault, COMMAND_VAULT_FILE_DELETE, &fields);
    struct status status = code == EXIT_DONE ? shred(vault, file, keys, count) : OK;
    free(keys);
    return failed(status) ? vault_fail(vault, status, "removing its chunks") : code;
}

static enum exit_code remove_entry(struct vault *vault, const char *path)
{
    struct id parent;
    struct bytes name;
    enum exit_code code = vault_find_parent(vault, path, &parent, &name);
    union command_fields fields = {.vault_dir_remove_entry = {.parent = parent, .name = name}};
    return code == EXIT_DONE ? vault_do(vault, COMMAND_VAULT_DIR_REMOVE_ENTRY, &fields) : code;
}

static enum exit_code discard(struct vault *vault)
{
    struct id object;
    const char *path = vault_argument(vault, 0);
    enum exit_code code = vault_find(vault, path, ID_NONE, &object);
    if (code != EXIT_DONE) {
        return code;
    }
    return object.kind == ID_FILE && !invocation_has(vault->invocation, "entry")
               ? delete_file(vault, object)
               : remove_entry(vault, path);
}

static enum exit_code run_delete(struct invocation *invocation)
{
    return vault_visit(invocation, discard);
}

static const struct option_info delete_options[] = {
    OPERATOR_OPTIONS,
    {"entry", 0, NULL, "only take a file out of its directory; keys and content stay", false},
};

const struct verb verb_vault_rm = {
    .name = "vault rm",
    .about = "delete a file of the vault, or an empty directory",
    .arguments = "PATH",
    .details =
        "A file goes with its keys and chunks. Copies of its chunks elsewhere can be read by\n"
        "nobody then. That it was there stays in the log.",
    .examples = "cairn vault rm /draft.csv",
    .purpose = PURPOSE_WRITE,
    OPTIONS(delete_options),
    .guarded = true,
    .signs = true,
    .run = run_delete,
};
