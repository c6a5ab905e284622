#include "store/lmdb_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What LMDB 0.9 writes on a machine of 64 bits; lmdb_open refuses other releases. */
enum {
    PAGE_HEAD = 16, /* u64 number, u16 -, u16 kind, u16 lower, u16 upper; then offsets of nodes */
    NODE_HEAD = 8,  /* u16 low, u16 high, u16 flags, u16 size of the key; then key and value */
    TREE_SIZE = 48,
    META_TREES = PAGE_HEAD + 24, /* the list of free pages, then the tables by name */
    META_PAGES = 2,
    KIND_BRANCH = 1,
    KIND_LEAF = 2,
    KIND_OVERFLOW = 4,
    NODE_BIG = 1,  /* the value is the number of a page, the first that holds it */
    NODE_TREE = 2, /* the value is a table */
    MAIN_TABLE = 1,
    LEVELS_MAX = 32,
    SMALL_TABLE = 64, /* leaf pages: no work for a writer that opens it */
    TRIES_MAX = 1000,
};

/* A table as LMDB describes it, and as it is counted here. */
struct tree {
    uint64_t depth, branches, leaves, overflows, entries;
    uint64_t root;
};

/* The pages of a file, as one transaction sees them. */
struct accounts {
    struct lmdb_txn *txn;
    const uint8_t *map; /* where page 0 is */
    uint64_t page_size;
    uint64_t count;  /* pages of the file */
    uint64_t newest; /* the transaction */
    uint64_t used;   /* pages, as the tables say */
    uint64_t met;    /* pages that were come across, free ones, too */
    uint8_t *is_met; /* a bit for each */
    enum lmdb_pages pages;
    struct tree lists, tables;
};

/* What is done with each entry of a table. */
typedef struct status visit(struct accounts *accounts, struct bytes key, struct bytes value);

struct walk {
    struct accounts *accounts;
    struct tree found;
    bool numbered; /* keys are numbers of the machine */
    bool edge;     /* only the way to the last entry: there the log is written */
    visit *each;   /* or NULL */
};

static struct status damaged(const char *why)
{
    return FAIL_BECAUSE(CORRUPT, 0, why);
}

static uint16_t read_u16(const uint8_t *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t read_u64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static struct tree tree_at(const uint8_t *at)
{
    return (struct tree){.depth = read_u16(at + 6),
                         .branches = read_u64(at + 8),
                         .leaves = read_u64(at + 16),
                         .overflows = read_u64(at + 24),
                         .entries = read_u64(at + 32),
                         .root = read_u64(at + 40)};
}

/* Pages ----------------------------------------------------------------------------------- */

static struct status meet(struct accounts *accounts, uint64_t page)
{
    if (page < META_PAGES || page >= accounts->count) {
        return damaged("a page that is asked for is not in the file");
    }
    uint8_t bit = (uint8_t)(1U << (page % 8));
    if ((accounts->is_met[page / 8] & bit) != 0) {
        return damaged("a page is in use twice, or free and in use");
    }
    accounts->is_met[page / 8] |= bit;
    accounts->met++;
    return OK;
}

/* One page of a tree: where it is, and where its nodes are. */
struct page {
    const uint8_t *start;
    uint16_t kind, upper;
    unsigned count; /* nodes */
};

static struct status open_page(struct accounts *accounts, uint64_t number, uint16_t kind,
                               struct page *out)
{
    TRY(meet(accounts, number));
    const uint8_t *start = accounts->map + number * accounts->page_size;
    uint16_t lower = read_u16(start + 12), upper = read_u16(start + 14);
    if (read_u64(start) != number || read_u16(start + 10) != kind || lower < PAGE_HEAD ||
        lower % 2 != 0 || lower > upper || upper > accounts->page_size) {
        return damaged("the head of a page is damaged");
    }
    *out = (struct page){
        .start = start, .kind = kind, .upper = upper, .count = (lower - PAGE_HEAD) / 2U};
    return out->count > 0 ? OK : damaged("a page is empty");
}

static struct status open_overflow(struct accounts *accounts, uint64_t number, uint64_t size,
                                   uint64_t *pages)
{
    TRY(meet(accounts, number));
    const uint8_t *start = accounts->map + number * accounts->page_size;
    *pages = (uint64_t)read_u16(start + 12) | (uint64_t)read_u16(start + 14) << 16;
    if (read_u64(start) != number || read_u16(start + 10) != KIND_OVERFLOW ||
        *pages > accounts->count || *pages * accounts->page_size < PAGE_HEAD + size) {
        return damaged("the head of a page is damaged");
    }
    for (uint64_t i = 1; i < *pages; i++) {
        TRY(meet(accounts, number + i));
    }
    return OK;
}

/* Nodes ----------------------------------------------------------------------------------- */

struct node {
    struct bytes key;
    uint64_t child;        /* of a branch */
    struct bytes value;    /* of a leaf */
    uint64_t pages;        /* that the value has for itself */
    uint64_t size_in_page; /* bytes */
};

static struct status read_value(struct accounts *accounts, const uint8_t *at, uint64_t room,
                                struct node *node)
{
    uint64_t size = (uint64_t)read_u16(at) | (uint64_t)read_u16(at + 2) << 16;
    uint16_t flags = read_u16(at + 4);
    const uint8_t *value = at + NODE_HEAD + node->key.size;
    uint64_t inside = (flags & NODE_BIG) != 0 ? sizeof(uint64_t) : size;
    if ((flags & ~(unsigned)(NODE_BIG | NODE_TREE)) != 0 || node->size_in_page + inside > room) {
        return damaged("an entry of a page is damaged");
    }
    node->size_in_page += inside;
    node->value = bytes_of(value, size);
    if ((flags & NODE_BIG) != 0) {
        uint64_t first = read_u64(value);
        TRY(open_overflow(accounts, first, size, &node->pages));
        node->value = bytes_of(accounts->map + first * accounts->page_size + PAGE_HEAD, size);
    }
    return OK;
}

static struct status read_node(struct accounts *accounts, const struct page *page, unsigned i,
                               struct node *out)
{
    uint16_t offset = read_u16(page->start + PAGE_HEAD + 2 * (size_t)i);
    if (offset < page->upper || offset % 2 != 0 ||
        (uint64_t)offset + NODE_HEAD > accounts->page_size) {
        return damaged("an entry of a page is damaged");
    }
    const uint8_t *at = page->start + offset;
    uint64_t room = accounts->page_size - offset;
    *out = (struct node){.key = bytes_of(at + NODE_HEAD, read_u16(at + 6))};
    out->size_in_page = NODE_HEAD + out->key.size;
    if (out->size_in_page > room) {
        return damaged("an entry of a page is damaged");
    }
    out->child = (uint64_t)read_u16(at) | (uint64_t)read_u16(at + 2) << 16 |
                 (uint64_t)read_u16(at + 4) << 32;
    if (page->kind == KIND_LEAF) {
        TRY(read_value(accounts, at, room, out));
    }
    out->size_in_page += out->size_in_page % 2;
    return OK;
}

/* Trees ----------------------------------------------------------------------------------- */

/* The keys that a page may have: from `low` on, and before `high`. No data: without an end. */
struct range {
    struct bytes low, high;
};

static bool is_before(const struct walk *walk, struct bytes a, struct bytes b)
{
    if (walk->numbered) {
        return read_u64(a.data) < read_u64(b.data);
    }
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order < 0 || (order == 0 && a.size < b.size);
}

static bool is_key(const struct walk *walk, struct bytes key)
{
    return walk->numbered ? key.size == sizeof(uint64_t) : key.size > 0 && key.size <= LMDB_KEY_MAX;
}

static struct status check_key(const struct walk *walk, struct bytes key, struct range range)
{
    if (!is_key(walk, key) || (range.low.data != NULL && is_before(walk, key, range.low)) ||
        (range.high.data != NULL && !is_before(walk, key, range.high))) {
        return damaged("the keys of a page are not in order");
    }
    return OK;
}

/* Of a leaf, only the first and the last key need be compared with what the page may have. */
static struct status check_next_key(const struct walk *walk, struct bytes before, struct bytes key)
{
    return is_key(walk, key) && is_before(walk, before, key)
               ? OK
               : damaged("the keys of a page are not in order");
}

static struct status walk_leaf(struct walk *walk, uint64_t number, struct range range)
{
    struct page page;
    struct node node;
    struct bytes last = {0};
    uint64_t size = 0;
    TRY(open_page(walk->accounts, number, KIND_LEAF, &page));
    for (unsigned i = 0; i < page.count; i++) {
        TRY(read_node(walk->accounts, &page, i, &node));
        TRY(i == 0 ? check_key(walk, node.key, range) : check_next_key(walk, last, node.key));
        last = node.key;
        size += node.size_in_page;
        walk->found.overflows += node.pages;
        TRY(walk->each == NULL ? OK : walk->each(walk->accounts, node.key, node.value));
    }
    TRY(check_key(walk, last, range));
    walk->found.leaves++;
    walk->found.entries += page.count;
    return size == walk->accounts->page_size - page.upper
               ? OK
               : damaged("the head of a page is damaged");
}

/* A page on its way down, from the root to a leaf. */
struct level {
    struct page page;
    unsigned next; /* node */
    struct range range;
    uint64_t size; /* of the nodes so far */
};

/* The next child of a branch and the keys that it may have. */
static struct status next_child(const struct walk *walk, struct level *level, uint64_t *child,
                                struct range *range)
{
    struct node node, after;
    unsigned i = level->next++;
    TRY(read_node(walk->accounts, &level->page, i, &node));
    *child = node.child;
    *range = level->range;
    level->size += node.size_in_page;
    if (i > 0) { /* the key of the first node means nothing */
        TRY(check_key(walk, node.key, level->range));
        range->low = node.key;
    }
    if (level->next < level->page.count) {
        TRY(read_node(walk->accounts, &level->page, level->next, &after));
        TRY(check_key(walk, after.key, *range));
        range->high = after.key;
    }
    return OK;
}

static struct status enter_branch(struct walk *walk, uint64_t number, struct range range,
                                  struct level *out)
{
    *out = (struct level){.range = range};
    TRY(open_page(walk->accounts, number, KIND_BRANCH, &out->page));
    if (walk->edge) {
        out->next = out->page.count - 1;
    }
    walk->found.branches++;
    return OK;
}

static struct status leave_branch(const struct walk *walk, const struct level *level)
{
    bool whole = level->size == walk->accounts->page_size - level->page.upper;
    return walk->edge || whole ? OK : damaged("the head of a page is damaged");
}

static struct status walk_levels(struct walk *walk, const struct tree *tree)
{
    struct level levels[LEVELS_MAX];
    struct range range = {0};
    uint64_t number = tree->root;
    size_t depth = 0; /* branches above */
    for (;;) {
        while (depth + 1 < tree->depth) {
            TRY(enter_branch(walk, number, range, &levels[depth]));
            TRY(next_child(walk, &levels[depth], &number, &range));
            depth++;
        }
        TRY(walk_leaf(walk, number, range));
        while (depth > 0 && levels[depth - 1].next == levels[depth - 1].page.count) {
            TRY(leave_branch(walk, &levels[depth - 1]));
            depth--;
        }
        if (depth == 0) {
            return OK;
        }
        TRY(next_child(walk, &levels[depth - 1], &number, &range));
    }
}

static struct status count_used(struct accounts *accounts, const struct tree *tree)
{
    uint64_t pages;
    if (__builtin_add_overflow(tree->branches, tree->leaves, &pages) ||
        __builtin_add_overflow(tree->overflows, pages, &pages) ||
        __builtin_add_overflow(accounts->used, pages, &accounts->used) ||
        tree->depth >= LEVELS_MAX) {
        return damaged("a table's number of pages is absurd");
    }
    return OK;
}

static struct status walk_tree(struct walk *walk, const struct tree *tree)
{
    TRY(count_used(walk->accounts, tree));
    if (tree->depth > 0) {
        TRY(walk_levels(walk, tree));
    }
    const struct tree *found = &walk->found;
    bool same = tree->branches == found->branches && tree->leaves == found->leaves &&
                tree->overflows == found->overflows && tree->entries == found->entries;
    return walk->edge || same ? OK : damaged("a table counts other pages than it has");
}

/* The file -------------------------------------------------------------------------------- */

/* Of the list: the transaction that freed them; how many, and then the pages in falling order. Room
 * may be left behind them. */
static struct status visit_free(struct accounts *accounts, struct bytes key, struct bytes value)
{
    static const char wrong[] = "the list of free pages is damaged";
    uint64_t transaction = read_u64(key.data), before = UINT64_MAX;
    uint64_t count = value.size < sizeof count ? UINT64_MAX : read_u64(value.data);
    if (transaction == 0 || transaction > accounts->newest || value.size % sizeof count != 0 ||
        count > value.size / sizeof count - 1) {
        return damaged(wrong);
    }
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t page = read_u64(value.data + i * sizeof page);
        if (page >= before) {
            return damaged(wrong);
        }
        TRY(meet(accounts, page));
        before = page;
    }
    accounts->used += count;
    return OK;
}

static struct status visit_table(struct accounts *accounts, struct bytes key, struct bytes value)
{
    (void)key;
    if (value.size != TREE_SIZE) {
        return damaged("a table is damaged");
    }
    struct tree tree = tree_at(value.data);
    bool edge = accounts->pages == LMDB_PAGES_FREE && tree.leaves > SMALL_TABLE;
    return walk_tree(&(struct walk){.accounts = accounts, .edge = edge}, &tree);
}

static struct status check(struct accounts *accounts)
{
    accounts->used = accounts->met = META_PAGES;
    accounts->is_met = calloc(accounts->count / 8 + 1, 1);
    if (accounts->is_met == NULL) {
        return FAIL(NO_MEMORY, accounts->count / 8 + 1);
    }
    TRY(walk_tree(&(struct walk){.accounts = accounts, .each = visit_free, .numbered = true},
                  &accounts->lists));
    TRY(walk_tree(&(struct walk){.accounts = accounts, .each = visit_table}, &accounts->tables));
    if (accounts->used > accounts->count) {
        return damaged("more pages are in use and free than there are");
    }
    return accounts->pages == LMDB_PAGES_FREE || accounts->met == accounts->count
               ? OK
               : damaged("pages are neither in use nor free");
}

/* A page begins with its own number, which tells where the first one is. */
static struct status find_map(struct accounts *accounts)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    TRY(lmdb_status(mdb_cursor_open(accounts->txn->txn, MAIN_TABLE, &cursor)));
    int code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
    mdb_cursor_close(cursor);
    TRY(lmdb_status(code));
    const uint8_t *start = key.mv_data;
    start -= (uintptr_t)start % accounts->page_size;
    uint64_t number = read_u64(start);
    if (number >= accounts->count) {
        return damaged("the head of a page is damaged");
    }
    accounts->map = start - number * accounts->page_size;
    return OK;
}

/* The page about the file that this transaction began with, unless it has been written over. */
static struct status read_meta(struct accounts *accounts, bool *there)
{
    const struct lmdb *lmdb = accounts->txn->lmdb;
    MDB_envinfo info;
    TRY(lmdb_status(mdb_env_info(lmdb->env, &info)));
    accounts->page_size = lmdb->page_size;
    accounts->count = (uint64_t)info.me_last_pgno + 1;
    accounts->newest = mdb_txn_id(accounts->txn->txn);
    TRY(find_map(accounts));
    const uint8_t *meta = accounts->map + accounts->newest % META_PAGES * accounts->page_size;
    const uint8_t *end = meta + META_TREES + 2 * (size_t)TREE_SIZE;
    accounts->lists = tree_at(meta + META_TREES);
    accounts->tables = tree_at(meta + META_TREES + TREE_SIZE);
    accounts->count = read_u64(end) + 1;
    *there = read_u64(end + sizeof(uint64_t)) == accounts->newest;
    return OK;
}

static struct status check_newest(struct lmdb *lmdb, struct accounts *accounts)
{
    for (unsigned i = 0; i < TRIES_MAX; i++) {
        bool there = false;
        lmdb_abort(&accounts->txn);
        TRY(lmdb_begin(lmdb, false, &accounts->txn));
        TRY(read_meta(accounts, &there));
        if (there) {
            return check(accounts);
        }
    }
    return FAIL(IN_USE, 0);
}

struct status lmdb_check_pages(struct lmdb *lmdb, enum lmdb_pages pages)
{
    struct accounts accounts = {.pages = pages};
    if (lmdb->page_size != (uint64_t)sysconf(_SC_PAGESIZE)) {
        return OK; /* another machine made it: pages cannot be told from addresses */
    }
    struct status status = check_newest(lmdb, &accounts);
    free(accounts.is_met);
    lmdb_abort(&accounts.txn);
    return status;
}
