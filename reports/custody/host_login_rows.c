#include "reports/custody/host_login_rows.h"

#include "reports/custody/named.h"

/* clang-format off */
static const struct column columns[] = {
    {"time",     NULL,        COLUMN_TIME, ALIGN_LEFT},
    {"host",     NULL,        COLUMN_TEXT, ALIGN_LEFT},
    {"account",  NULL,        COLUMN_TEXT, ALIGN_LEFT},
    {"address",  NULL,        COLUMN_TEXT, ALIGN_LEFT},
    {"said_by",  "SAID BY",   COLUMN_TEXT, ALIGN_LEFT},
    {"machines", NULL,        COLUMN_TEXT, ALIGN_LEFT},
    {"projects", NULL,        COLUMN_TEXT, ALIGN_LEFT},
    {"events",   NULL,        COLUMN_JSON, ALIGN_LEFT},
};
/* clang-format on */

enum {
    BODY_ARENA = 64 << 10,
    BESIDE_MAX = 64, /* machines of a host that are named; all are counted */
};

/* One login. */
struct login {
    struct id host;
    struct bytes account, address;
    struct id vms[BESIDE_MAX], projects[BESIDE_MAX];
    uint64_t began[BESIDE_MAX];
    size_t count;
    bool in_project;
};

/* Which host --------------------------------------------------------------------------------- */

/* As a system writes its name into its records. */
static bool find_host(const struct view *view, struct bytes name, struct id *out)
{
    struct host_name_row row = {.name = name};
    const uint8_t *point = name.size == 0 ? NULL : memchr(name.data, '.', name.size);
    if (name.size == 0) {
        return false;
    }
    if (!view_find(view, ROW_HOST_NAME, &row)) {
        row.name = point == NULL ? name : bytes_of(name.data, (size_t)(point - name.data));
        if (point == NULL || row.name.size == 0 || !view_find(view, ROW_HOST_NAME, &row)) {
            return false;
        }
    }
    *out = row.host;
    return true;
}

static bool understand(const struct view *then, const struct leaf *leaf,
                       const union event_body *body, struct login *out)
{
    if (leaf->kind == EVENT_HOST_ADMIN_LOGIN) {
        out->host = leaf->on[0];
        out->account = body->host_admin_login.account;
        out->address =
            body->host_admin_login.has_address ? body->host_admin_login.address : (struct bytes){0};
        return true;
    }
    const struct audit_record_imported *record = &body->audit_record_imported;
    out->account = record->has_user ? record->user : (struct bytes){0};
    out->address = record->has_address ? record->address : (struct bytes){0};
    return record->has_host && find_host(then, record->host, &out->host);
}

/* What ran there ------------------------------------------------------------------------------- */

static void find_beside(const struct host_login_rows *rows, const struct view *then,
                        struct login *login)
{
    struct host_vm_row carried = {.host = login->host};
    struct view_walk walk = view_walk_of(then, ROW_HOST_VM, &carried, 1);
    while (view_walk_next(&walk, &carried)) {
        struct vm_row vm = {.vm = carried.vm};
        if (!view_find(then, ROW_VM, &vm)) {
            continue;
        }
        bool is_of = vm.has_project && id_equal(vm.project, rows->project);
        login->in_project = login->in_project || is_of;
        if (login->count < BESIDE_MAX && (rows->project.kind == ID_NONE || is_of)) {
            login->vms[login->count] = vm.vm;
            login->began[login->count] = vm.run;
            login->projects[login->count] = vm.has_project ? vm.project : (struct id){ID_NONE, 0};
            login->count++;
        }
    }
}

/* Rows --------------------------------------------------------------------------------------- */

static struct cell things_cell(struct named *named, const struct id *ids, size_t count)
{
    size_t start = named->text.size;
    for (size_t i = 0; i < count; i++) {
        bool told = ids[i].kind == ID_NONE;
        for (size_t k = 0; k < i; k++) {
            told = told || id_equal(ids[i], ids[k]);
        }
        if (!told) {
            text_put_string(&named->text, named->text.size == start ? "" : ", ");
            named_put(named, ids[i]);
        }
    }
    return named_cell(named, start);
}

static struct status add(struct host_login_rows *rows, const struct leaf *leaf,
                         const struct login *login)
{
    struct named named;
    uint64_t events[BESIDE_MAX + 1];
    size_t count = 0;
    named_begin(&named, &rows->view, rows->out);
    for (size_t i = 0; i < login->count; i++) {
        events[count++] = login->began[i];
    }
    events[count++] = leaf->n;
    rows->count++;
    rows->beside += login->count > 0 ? 1 : 0;
    const struct cell cells[] = {
        cell_number(leaf->t_utc_us),
        named_id(&named, login->host),
        named_text(login->account),
        named_text(login->address),
        named_text(leaf->emitter),
        things_cell(&named, login->vms, login->count),
        things_cell(&named, login->projects, login->count),
        named_events(&named, events, count),
    };
    return rows_add(rows->out, cells);
}

static struct status meet(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct host_login_rows *rows = context;
    uint8_t memory[BODY_ARENA];
    struct arena arena = ARENA_IN(memory);
    union event_body body;
    struct login login = {.count = 0};
    struct view then = rows->view;
    TRY(rows_go_on(rows->out));
    TRY(log_read_body(rows->log, leaf, &bytes));
    if (bytes.size <= SALT_SIZE) {
        return OK;
    }
    TRY(event_body_decode(leaf->kind, bytes_of(bytes.data + SALT_SIZE, bytes.size - SALT_SIZE),
                          &arena, &body));
    then.as_of_n = leaf->n;
    then.now_utc_us = leaf->t_utc_us;
    then.arena = &arena;
    if (!understand(&then, leaf, &body, &login) ||
        (rows->host.kind != ID_NONE && !id_equal(login.host, rows->host))) {
        return *then.trouble;
    }
    find_beside(rows, &then, &login);
    TRY(*then.trouble);
    bool is_wanted =
        (rows->project.kind == ID_NONE || login.in_project) && (!rows->occupied || login.count > 0);
    return is_wanted ? add(rows, leaf, &login) : OK;
}

struct status host_login_rows_write(struct host_login_rows *rows)
{
    struct filter_fault fault;
    struct query_outcome outcome;
    const struct filter_context context = {.engine = rows->engine};
    struct query query = {.range = rows->range, .by_received = true, .where = rows->filter};
    TRY(rows_begin(rows->out, columns, sizeof columns / sizeof columns[0]));
    TRY(filter_read(LITERAL("kind = host.admin_login or (kind = audit.record_imported and "
                            "outcome = ok and body.action = sshd*accepted*)"),
                    &context, rows->filter, &fault));
    struct status status = query_run(&query, rows->log, rows->index, meet, rows, &outcome);
    filter_close(rows->filter);
    return failed(status) ? status : rows_flush(rows->out);
}
