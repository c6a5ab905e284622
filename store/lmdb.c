#include "schema/text.h"
#include "store/directory.h"
#include "store/lmdb_internal.h"
#include "store/map.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static const char data_name[] = "data.mdb";
static const char unfinished_name[] = "data.new";
static const char reader_table_name[] = "lock.mdb";

struct status lmdb_status(int code)
{
    switch (code) {
    case MDB_SUCCESS:
        return OK;
    case MDB_NOTFOUND:
        return FAIL(NOT_FOUND, 0);
    case MDB_KEYEXIST:
        return FAIL_BECAUSE(CONFLICT, 0, "the key is not beyond the last one");
    case MDB_BAD_VALSIZE:
        return FAIL_BECAUSE(LIMIT, LMDB_KEY_MAX, "a key has 1 to 511 bytes");
    case MDB_TXN_FULL:
        return FAIL_BECAUSE(LIMIT, 0, "the transaction is too large");
    case MDB_READERS_FULL:
        return FAIL_BECAUSE(LIMIT, READERS_MAX, "too many readers");
    case MDB_VERSION_MISMATCH:
        return FAIL_BECAUSE(VERSION, 0, "another version of LMDB wrote the file");
    case MDB_PANIC:
        return FAIL_BECAUSE(STOPPED, 0, "LMDB gave up after a failure");
    case MDB_BAD_TXN: /* a page that makes no sense ends a reader's transaction, too */
        return FAIL_BECAUSE(CORRUPT, 0, "LMDB met a damaged page");
    case ENOMEM:
        return FAIL(NO_MEMORY, 0);
    default:
        return code > 0 ? FAIL(IO, (uint64_t)code) : FAIL_BECAUSE(CORRUPT, 0, mdb_strerror(code));
    }
}

static MDB_val value_of(struct bytes bytes)
{
    /* LMDB's type knows no const; nothing is written through it. */
    union {
        const void *lent;
        void *taken;
    } data = {.lent = bytes.data};
    return (MDB_val){.mv_size = bytes.size, .mv_data = data.taken};
}

/* Opening ----------------------------------------------------------------------------------- */

/* LMDB 0.9.26 to 0.9.31 carry a change of their mutexes that was taken back for its races. */
static struct status check_library(void)
{
    int major = 0, minor = 0, patch = 0;
    mdb_version(&major, &minor, &patch);
    if (major != 0 || minor != 9 || (patch >= 26 && patch <= 31)) {
        return FAIL_BECAUSE(VERSION, (uint64_t)patch, "this release of LMDB cannot be trusted");
    }
    return OK;
}

static struct status open_table(struct lmdb *lmdb, const char *name, MDB_txn *txn, bool create)
{
    MDB_dbi *table = &lmdb->tables[lmdb->table_count];
    int code = mdb_dbi_open(txn, name, create ? MDB_CREATE : 0, table);
    if (code == MDB_NOTFOUND) {
        return FAIL_BECAUSE(CORRUPT, lmdb->table_count, "a table is missing");
    }
    TRY(lmdb_status(code));
    unsigned flags = 0;
    TRY(lmdb_status(mdb_dbi_flags(txn, *table, &flags)));
    if (flags != 0) {
        return FAIL_BECAUSE(CORRUPT, lmdb->table_count, "a table is of another sort");
    }
    lmdb->table_count++;
    return OK;
}

static struct status open_tables(struct lmdb *lmdb, const struct lmdb_options *options)
{
    MDB_txn *txn = NULL;
    TRY(lmdb_status(mdb_txn_begin(lmdb->env, NULL, options->read_only ? MDB_RDONLY : 0, &txn)));
    bool create = options->create && !options->read_only;
    for (size_t i = 0; i < options->table_count; i++) {
        struct status status = open_table(lmdb, options->tables[i], txn, create);
        if (failed(status)) {
            mdb_txn_abort(txn);
            return status;
        }
    }
    return lmdb_status(mdb_txn_commit(txn));
}

static struct status fill_new(const struct lmdb_options *options)
{
    char memory[PATH_MAX];
    struct text path = TEXT_IN(memory);
    TRY(directory_path(options->directory, unfinished_name, &path));
    struct lmdb made = {0};
    TRY(lmdb_status(mdb_env_create(&made.env)));
    int code = mdb_env_set_maxdbs(made.env, LMDB_TABLES_MAX);
    if (code == MDB_SUCCESS) {
        code = mdb_env_open(made.env, text_string(&path), MDB_NOSUBDIR | MDB_NOLOCK, 0600);
    }
    struct status status = code == MDB_SUCCESS ? open_tables(&made, options) : lmdb_status(code);
    mdb_env_close(made.env);
    return status;
}

/* Under another name until it is whole and on disk: a crash on the way leaves nothing that would
 * have to be recognised as half an environment. */
static struct status make_environment(int directory, const struct lmdb_options *options)
{
    TRY(directory_remove(directory, unfinished_name));
    TRY(directory_make_file(directory, unfinished_name));
    TRY(fill_new(options));
    return directory_rename(directory, unfinished_name, data_name);
}

/* LMDB would make it too, but with the modes that the umask leaves. */
static struct status make_reader_table(int directory)
{
    struct status status = directory_make_file(directory, reader_table_name);
    return status.code == STATUS_EXISTS ? OK : status;
}

static struct status read_used(const struct lmdb *lmdb, uint64_t *used)
{
    MDB_envinfo info;
    TRY(lmdb_status(mdb_env_info(lmdb->env, &info)));
    if (__builtin_mul_overflow((uint64_t)info.me_last_pgno + 1, lmdb->page_size, used)) {
        return FAIL_BECAUSE(CORRUPT, 0, "the number of pages is absurd");
    }
    return OK;
}

static struct status check_length(const struct lmdb *lmdb, uint64_t *used)
{
    uint64_t size = 0;
    TRY(read_used(lmdb, used));
    TRY(map_file_size(lmdb->file, &size));
    return size < *used ? FAIL(TRUNCATED, size) : OK;
}

static struct status configure(struct lmdb *lmdb, const struct lmdb_options *options)
{
    uint64_t size = 0;
    TRY(directory_file_size(lmdb->directory, data_name, &size));
    if (size < 2 * (uint64_t)sysconf(_SC_PAGESIZE)) {
        return FAIL(TRUNCATED, size); /* LMDB reads two pages before it can be asked anything */
    }
    TRY(lmdb_status(mdb_env_create(&lmdb->env)));
    TRY(lmdb_status(mdb_env_set_maxdbs(lmdb->env, LMDB_TABLES_MAX)));
    TRY(lmdb_status(mdb_env_set_maxreaders(lmdb->env, READERS_MAX)));
    lmdb->map_size = options->map_size > 0 ? options->map_size : map_choose(size);
    return lmdb_status(mdb_env_set_mapsize(lmdb->env, lmdb->map_size));
}

static struct status open_file(struct lmdb *lmdb, const struct lmdb_options *options)
{
    unsigned flags = MDB_NOTLS | (options->read_only ? MDB_RDONLY : 0) |
                     (options->no_read_ahead ? MDB_NORDAHEAD : 0);
    TRY(lmdb_status(mdb_env_open(lmdb->env, options->directory, flags, 0600)));
    TRY(lmdb_status(mdb_env_get_flags(lmdb->env, &flags)));
    assert((flags & (MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP | MDB_MAPASYNC)) == 0);
    MDB_stat about;
    MDB_envinfo info;
    TRY(lmdb_status(mdb_env_stat(lmdb->env, &about)));
    TRY(lmdb_status(mdb_env_info(lmdb->env, &info)));
    TRY(lmdb_status(mdb_env_get_fd(lmdb->env, &lmdb->file)));
    lmdb->page_size = about.ms_psize;
    lmdb->map_size = info.me_mapsize;
    return OK;
}

/* LMDB maps as much as the file says it has. Where that cannot be it says that there is no memory,
 * again and again, though there is enough for the map that was asked for. */
static struct status open_map(struct lmdb *lmdb, const struct lmdb_options *options)
{
    struct status status = OK;
    for (unsigned tries = 0; tries < 2; tries++) {
        TRY(configure(lmdb, options));
        status = open_file(lmdb, options);
        if (status.code != STATUS_NO_MEMORY) {
            return status;
        }
        mdb_env_close(lmdb->env);
        lmdb->env = NULL;
    }
    return map_fits(lmdb->map_size) ? FAIL_BECAUSE(CORRUPT, 0, "the number of pages is absurd")
                                    : status;
}

static struct status find_data(int directory)
{
    if (directory_has(directory, data_name)) {
        return OK;
    }
    return directory_has(directory, unfinished_name) ? FAIL(INCOMPLETE, 0) : FAIL(NOT_FOUND, 0);
}

static struct status find_to_write(struct lmdb *lmdb, const struct lmdb_options *options)
{
    TRY(directory_open(options->directory, options->create ? DIRECTORY_CREATE : DIRECTORY_OPEN,
                       &lmdb->directory));
    TRY(options->create ? OK : find_data(lmdb->directory));
    TRY(directory_lock(lmdb->directory, &lmdb->lock));
    /* Asked again: before the lock was ours, somebody else may have made it. */
    if (!directory_has(lmdb->directory, data_name)) {
        TRY(make_environment(lmdb->directory, options));
    }
    return make_reader_table(lmdb->directory);
}

/* LMDB accepts a second opening by one process, and loses its locks when either is closed. */
static struct status find_to_read(struct lmdb *lmdb, const struct lmdb_options *options)
{
    TRY(directory_open(options->directory, DIRECTORY_OPEN, &lmdb->directory));
    uint64_t writer = directory_writer(lmdb->directory);
    if (writer == (uint64_t)lmdb->process) {
        return FAIL(IN_USE, writer);
    }
    return find_data(lmdb->directory);
}

static struct status open_all(struct lmdb *lmdb, const struct lmdb_options *options)
{
    TRY(check_library());
    TRY(options->read_only ? find_to_read(lmdb, options) : find_to_write(lmdb, options));
    TRY(open_map(lmdb, options));
    uint64_t used = 0;
    TRY(check_length(lmdb, &used));
    int dead = 0;
    TRY(lmdb_status(mdb_reader_check(lmdb->env, &dead)));
    TRY(open_tables(lmdb, options));
    return options->read_only ? OK : lmdb_check_pages(lmdb, LMDB_PAGES_FREE);
}

struct status lmdb_open(const struct lmdb_options *options, struct lmdb **out)
{
    assert(options->table_count <= LMDB_TABLES_MAX);
    struct lmdb *lmdb = calloc(1, sizeof *lmdb);
    if (lmdb == NULL) {
        return FAIL(NO_MEMORY, sizeof *lmdb);
    }
    lmdb->directory = lmdb->lock = -1;
    lmdb->process = getpid();
    pthread_mutex_init(&lmdb->map, NULL);
    struct status status = open_all(lmdb, options);
    if (failed(status)) {
        lmdb_close(&lmdb);
        return status;
    }
    *out = lmdb;
    return OK;
}

void lmdb_close(struct lmdb **lmdb)
{
    if (*lmdb == NULL) {
        return;
    }
    assert((*lmdb)->active == 0);
    if ((*lmdb)->env != NULL) {
        mdb_env_close((*lmdb)->env);
    }
    if ((*lmdb)->lock >= 0) {
        close((*lmdb)->lock);
    }
    if ((*lmdb)->directory >= 0) {
        close((*lmdb)->directory);
    }
    pthread_mutex_destroy(&(*lmdb)->map);
    free(*lmdb);
    *lmdb = NULL;
}

uint64_t lmdb_used_bytes(const struct lmdb *lmdb)
{
    uint64_t used = 0;
    return failed(read_used(lmdb, &used)) ? 0 : used;
}

/* Transactions ------------------------------------------------------------------------------ */

static struct status stop(struct lmdb *lmdb, struct status status)
{
    lmdb->stopped_errno = status.code == STATUS_IO ? status.at : EIO;
    return status;
}

/* Only while no transaction of this process is active. The probe comes first because LMDB is left
 * without any map when it cannot have the new one. */
static struct status resize(struct lmdb *lmdb, uint64_t size)
{
    if (size > 0 && !map_fits(size)) {
        return FAIL_BECAUSE(NO_MEMORY, size, "the address space has no room for a larger map");
    }
    TRY(lmdb_status(mdb_env_set_mapsize(lmdb->env, size)));
    MDB_envinfo info;
    TRY(lmdb_status(mdb_env_info(lmdb->env, &info)));
    lmdb->map_size = info.me_mapsize;
    return OK;
}

/* Room for a transaction as large as all there is. Where readers hold the map in place that can
 * wait, unless the map is known to be full. */
static struct status grow_map(struct lmdb *lmdb, uint64_t used)
{
    if (used <= lmdb->map_size / 2 && !lmdb->map_full) {
        return OK;
    }
    if (lmdb->active > 0) {
        return lmdb->map_full ? FAIL_BECAUSE(LIMIT, lmdb->map_size, "readers hold a full map") : OK;
    }
    uint64_t size = 2 * lmdb->map_size;
    TRY(resize(lmdb, size > 4 * used ? size : 4 * used));
    lmdb->map_full = false;
    return OK;
}

/* A page that a transaction took and gave back may be counted and yet never written. With a file
 * that always reaches further, a short one is a damaged one. */
static struct status prepare_write(struct lmdb *lmdb)
{
    uint64_t used = 0;
    TRY(check_length(lmdb, &used));
    TRY(map_file_extend(lmdb->file, used));
    return grow_map(lmdb, used);
}

static struct status begin_locked(struct lmdb *lmdb, bool write, MDB_txn **out)
{
    assert(!write || !lmdb->writing); /* else it would wait for itself */
    if (write) {
        TRY(prepare_write(lmdb));
    }
    unsigned flags = write ? 0 : MDB_RDONLY;
    int code = mdb_txn_begin(lmdb->env, NULL, flags, out);
    if (code == MDB_MAP_RESIZED) {
        if (lmdb->active > 0) {
            return FAIL_BECAUSE(CONFLICT, lmdb->map_size, "older transactions hold a smaller map");
        }
        TRY(resize(lmdb, 0));
        code = mdb_txn_begin(lmdb->env, NULL, flags, out);
    }
    TRY(lmdb_status(code));
    lmdb->active++;
    lmdb->writing = lmdb->writing || write;
    return OK;
}

struct status lmdb_begin(struct lmdb *lmdb, bool write, struct lmdb_txn **out)
{
    assert(lmdb->process == getpid());
    if (write && lmdb->lock < 0) {
        return FAIL(READ_ONLY, 0);
    }
    if (write && lmdb->stopped_errno != 0) {
        return FAIL(STOPPED, lmdb->stopped_errno);
    }
    struct lmdb_txn *txn = calloc(1, sizeof *txn);
    if (txn == NULL) {
        return FAIL(NO_MEMORY, sizeof *txn);
    }
    *txn = (struct lmdb_txn){.lmdb = lmdb, .write = write};
    pthread_mutex_lock(&lmdb->map);
    struct status status = begin_locked(lmdb, write, &txn->txn);
    pthread_mutex_unlock(&lmdb->map);
    if (failed(status)) {
        free(txn);
        return status;
    }
    *out = txn;
    return OK;
}

static void end(struct lmdb_txn **txn)
{
    struct lmdb *lmdb = (*txn)->lmdb;
    pthread_mutex_lock(&lmdb->map);
    lmdb->active--;
    lmdb->writing = lmdb->writing && !(*txn)->write;
    pthread_mutex_unlock(&lmdb->map);
    free(*txn);
    *txn = NULL;
}

/* LMDB repeats an interrupted write but not an interrupted sync. What the processor raises stays
 * open: blocked, it would end the process without a word. */
static int commit_undisturbed(MDB_txn *txn)
{
    sigset_t all, before;
    sigfillset(&all);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGSEGV);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = mdb_txn_commit(txn);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

static struct status full(struct lmdb *lmdb)
{
    lmdb->map_full = true;
    return FAIL_BECAUSE(CONFLICT, 2 * lmdb->map_size, "the map is enlarged: begin again");
}

static struct status commit_write(struct lmdb *lmdb, MDB_txn *txn)
{
    if (lmdb->map_full) {
        mdb_txn_abort(txn);
        return full(lmdb);
    }
    int code = commit_undisturbed(txn);
    if (code == MDB_MAP_FULL) {
        return full(lmdb);
    }
    if (code != MDB_SUCCESS) {
        return stop(lmdb, lmdb_status(map_write_error(lmdb->file, code)));
    }
    struct status status = map_file_extend(lmdb->file, lmdb_used_bytes(lmdb));
    return failed(status) ? stop(lmdb, status) : OK;
}

struct status lmdb_commit(struct lmdb_txn **txn)
{
    struct status status = OK;
    if ((*txn)->write) {
        status = commit_write((*txn)->lmdb, (*txn)->txn);
    } else {
        mdb_txn_abort((*txn)->txn);
    }
    end(txn);
    return status;
}

void lmdb_abort(struct lmdb_txn **txn)
{
    if (*txn == NULL) {
        return;
    }
    mdb_txn_abort((*txn)->txn);
    end(txn);
}

/* Entries ----------------------------------------------------------------------------------- */

/* Until the transaction ends nothing more is asked of LMDB: it would only say that it is over. */
static struct status written(struct lmdb_txn *txn, int code)
{
    return code == MDB_MAP_FULL ? full(txn->lmdb) : lmdb_status(code);
}

static struct status may_write(const struct lmdb_txn *txn, lmdb_table table)
{
    assert(txn->write && table < txn->lmdb->table_count);
    return txn->lmdb->map_full ? full(txn->lmdb) : OK;
}

static struct status put(struct lmdb_txn *txn, lmdb_table table, struct bytes key, MDB_val *value,
                         unsigned flags)
{
    TRY(may_write(txn, table));
    MDB_val name = value_of(key);
    return written(txn, mdb_put(txn->txn, txn->lmdb->tables[table], &name, value, flags));
}

struct status lmdb_get(struct lmdb_txn *txn, lmdb_table table, struct bytes key,
                       struct bytes *value)
{
    assert(table < txn->lmdb->table_count);
    MDB_val name = value_of(key), found;
    TRY(lmdb_status(mdb_get(txn->txn, txn->lmdb->tables[table], &name, &found)));
    *value = bytes_of(found.mv_data, found.mv_size);
    return OK;
}

struct status lmdb_put(struct lmdb_txn *txn, lmdb_table table, struct bytes key, struct bytes value)
{
    MDB_val data = value_of(value);
    return put(txn, table, key, &data, 0);
}

struct status lmdb_put_reserve(struct lmdb_txn *txn, lmdb_table table, struct bytes key,
                               size_t size, uint8_t **room)
{
    MDB_val data = {.mv_size = size};
    TRY(put(txn, table, key, &data, MDB_RESERVE));
    *room = data.mv_data;
    return OK;
}

struct status lmdb_append(struct lmdb_txn *txn, lmdb_table table, struct bytes key,
                          struct bytes value)
{
    MDB_val data = value_of(value);
    return put(txn, table, key, &data, MDB_APPEND);
}

struct status lmdb_append_reserve(struct lmdb_txn *txn, lmdb_table table, struct bytes key,
                                  size_t size, uint8_t **room)
{
    MDB_val data = {.mv_size = size};
    TRY(put(txn, table, key, &data, MDB_APPEND | MDB_RESERVE));
    *room = data.mv_data;
    return OK;
}

struct status lmdb_delete(struct lmdb_txn *txn, lmdb_table table, struct bytes key)
{
    TRY(may_write(txn, table));
    MDB_val name = value_of(key);
    return written(txn, mdb_del(txn->txn, txn->lmdb->tables[table], &name, NULL));
}

struct status lmdb_clear(struct lmdb_txn *txn, lmdb_table table)
{
    TRY(may_write(txn, table));
    return written(txn, mdb_drop(txn->txn, txn->lmdb->tables[table], 0));
}

struct status lmdb_count(struct lmdb_txn *txn, lmdb_table table, uint64_t *count)
{
    assert(table < txn->lmdb->table_count);
    MDB_stat about;
    TRY(lmdb_status(mdb_stat(txn->txn, txn->lmdb->tables[table], &about)));
    *count = about.ms_entries;
    return OK;
}

/* Cursors ----------------------------------------------------------------------------------- */

struct status lmdb_cursor_open(struct lmdb_txn *txn, lmdb_table table, struct lmdb_cursor **out)
{
    assert(table < txn->lmdb->table_count);
    struct lmdb_cursor *cursor = calloc(1, sizeof *cursor);
    if (cursor == NULL) {
        return FAIL(NO_MEMORY, sizeof *cursor);
    }
    int code = mdb_cursor_open(txn->txn, txn->lmdb->tables[table], &cursor->cursor);
    if (code != MDB_SUCCESS) {
        free(cursor);
        return lmdb_status(code);
    }
    *out = cursor;
    return OK;
}

void lmdb_cursor_close(struct lmdb_cursor **cursor)
{
    if (*cursor == NULL) {
        return;
    }
    mdb_cursor_close((*cursor)->cursor);
    free(*cursor);
    *cursor = NULL;
}

struct status lmdb_cursor_move(struct lmdb_cursor *cursor, enum lmdb_move move, struct bytes *key,
                               struct bytes *value)
{
    static const MDB_cursor_op operations[] = {
        [LMDB_FIRST] = MDB_FIRST,
        [LMDB_LAST] = MDB_LAST,
        [LMDB_NEXT] = MDB_NEXT,
        [LMDB_PREVIOUS] = MDB_PREV,
        [LMDB_AT_OR_AFTER] = MDB_SET_RANGE,
    };
    MDB_val name = {0}, found = {0};
    if (move == LMDB_AT_OR_AFTER) {
        name = value_of(*key);
    }
    TRY(lmdb_status(mdb_cursor_get(cursor->cursor, &name, &found, operations[move])));
    *key = bytes_of(name.mv_data, name.mv_size);
    *value = bytes_of(found.mv_data, found.mv_size);
    return key->size <= LMDB_KEY_MAX ? OK : FAIL_BECAUSE(CORRUPT, 0, "a key is too long");
}
