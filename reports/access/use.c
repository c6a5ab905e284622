#include "reports/access/use.h"

#include "core/project/certification.h"
#include "core/vault/chunk.h"
#include "schema/limits.h"

enum {
    BODY_ARENA = 16 << 10,
};

/* The questions that one use takes. */
struct finding {
    const struct use_question *question;
    struct view view;
    struct use *use;
    use_visit *visit;
    void *context;
};

/* Queries ------------------------------------------------------------------------------------ */

static struct status add_value(struct query *query, enum query_member member, struct id id)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    if (id.kind == ID_NONE) {
        return OK;
    }
    id_write(&text, id);
    return query_add(query, member, text_bytes(&text));
}

static struct status add_kinds(struct query *query)
{
    static const enum event_kind kinds[] = {EVENT_VAULT_KEY_FETCHED, EVENT_VAULT_CHUNK_READ,
                                            EVENT_VAULT_FILE_VIEWED, EVENT_VAULT_FILE_DOWNLOADED,
                                            EVENT_VAULT_FILE_SHARED, EVENT_VAULT_KEY_DEPOSITED};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        TRY(query_add(query, QUERY_KIND, bytes_of_string(event_name(kinds[i]))));
    }
    return OK;
}

static struct status ask(const struct finding *finding, const struct query *query,
                         query_visit *visit, void *context)
{
    struct query stoppable = *query;
    struct query_outcome outcome;
    stoppable.stopped = finding->question->stopped;
    stoppable.stopped_context = finding->question->stopped_context;
    return query_run(&stoppable, finding->question->log, finding->question->index, visit, context,
                     &outcome);
}

static struct status note_position(void *context, struct bytes bytes, const struct leaf *leaf)
{
    (void)bytes;
    *(uint64_t *)context = leaf->n;
    return OK;
}

static struct moment position(uint64_t n)
{
    return (struct moment){.kind = MOMENT_POSITION, .value = n};
}

/* Whether the same session has done something with the file before, in the range. */
static struct status was_begun(const struct finding *finding, uint64_t n, bool *out)
{
    const struct use *use = finding->use;
    struct query query = {.range = {finding->question->range.since, position(n)},
                          .by_received = true,
                          .newest_first = true,
                          .limit = 1};
    uint64_t before = UINT64_MAX;
    TRY(add_kinds(&query));
    TRY(add_value(&query, QUERY_SESSION, use->session));
    TRY(add_value(&query, QUERY_ON, use->file));
    TRY(ask(finding, &query, note_position, &before));
    *out = before != UINT64_MAX;
    return OK;
}

/* Where the use ends: at the next fetch of the same key by the same session. */
static struct status find_end(const struct finding *finding, struct moment *out)
{
    const struct use *use = finding->use;
    struct query query = {.range = {position(use->first_n + 1), finding->question->range.until},
                          .by_received = true,
                          .limit = 1};
    uint64_t next = UINT64_MAX;
    TRY(query_add(&query, QUERY_KIND, bytes_of_string(event_name(EVENT_VAULT_KEY_FETCHED))));
    TRY(add_value(&query, QUERY_SESSION, use->session));
    TRY(add_value(&query, QUERY_ON, use->file));
    TRY(ask(finding, &query, note_position, &next));
    *out = next == UINT64_MAX ? finding->question->range.until : position(next);
    return OK;
}

/* Ranges ------------------------------------------------------------------------------------- */

/* Adds chunks, and joins all ranges that meet. */
static void add_range(struct use *use, struct use_range range)
{
    size_t at = 0, end;
    while (at < use->range_count && use->ranges[at].to + 1 < range.from) {
        at++;
    }
    for (end = at; end < use->range_count && use->ranges[end].from <= range.to + 1; end++) {
        range.from = use->ranges[end].from < range.from ? use->ranges[end].from : range.from;
        range.to = use->ranges[end].to > range.to ? use->ranges[end].to : range.to;
    }
    memmove(use->ranges + at + 1, use->ranges + end,
            (use->range_count - end) * sizeof use->ranges[0]);
    use->ranges[at] = range;
    use->range_count = use->range_count - (end - at) + 1;
}

static bool is_in_ranges(const struct use *use, uint64_t chunk)
{
    for (size_t i = 0; i < use->range_count; i++) {
        if (use->ranges[i].from <= chunk && chunk <= use->ranges[i].to) {
            return true;
        }
    }
    return false;
}

/* By the chunks of the version that the file had at the last event. */
static struct status count_bytes(struct finding *finding)
{
    struct use *use = finding->use;
    struct file_row file = {.file = use->file};
    size_t used = finding->view.arena->used;
    finding->view.as_of_n = use->last_n;
    if (view_find(&finding->view, ROW_FILE, &file)) {
        struct chunk_row row = {.file = use->file, .version = file.version};
        struct view_walk walk = view_walk_of(&finding->view, ROW_CHUNK, &row, 2);
        use->size = file.size;
        while (view_walk_next(&walk, &row)) {
            use->byte_count += is_in_ranges(use, row.index) ? row.disk_size - CHUNK_OVERHEAD : 0;
        }
    }
    finding->view.arena->used = used;
    return *finding->view.trouble;
}

/* What could be done ------------------------------------------------------------------------- */

static enum access_verb verb_of(enum event_kind kind)
{
    if (kind == EVENT_VAULT_FILE_VIEWED) {
        return ACCESS_VIEW;
    }
    return kind == EVENT_VAULT_FILE_DOWNLOADED ? ACCESS_DOWNLOAD : ACCESS_READ;
}

/* Whether the projects that were asked for would have been closed without it. */
static bool stands_alone(const struct finding *finding, const struct access *access, struct id cert)
{
    for (size_t i = 0; i < access->fact_count; i++) {
        const struct access_fact *fact = &access->facts[i];
        if (fact->kind == FACT_PROJECT_MEMBER && fact->holds &&
            certification_satisfied(&finding->view, fact->about, finding->use->user, NULL) &&
            !certification_satisfied_without(&finding->view, fact->about, finding->use->user,
                                             cert)) {
            return true;
        }
    }
    return false;
}

static void note_cert(struct finding *finding, const struct access *access, struct id cert)
{
    struct use *use = finding->use;
    bool alone = stands_alone(finding, access, cert);
    for (size_t i = 0; i < use->cert_count; i++) {
        if (id_equal(use->certs[i].cert, cert)) {
            use->certs[i].alone = use->certs[i].alone || alone;
            return;
        }
    }
    if (use->cert_count < USE_CERTS_MAX) { /* no project asks for more at a time */
        use->certs[use->cert_count++] = (struct use_cert){.cert = cert, .alone = alone};
    }
}

/* The event that made a certification as it holds is the one that issued it. */
static void note_certs(struct finding *finding, const struct access *access, uint64_t n)
{
    struct use *use = finding->use;
    for (size_t i = 0; i < access->fact_count; i++) {
        const struct access_fact *fact = &access->facts[i];
        if (fact->kind != FACT_CERTIFIED) {
            continue;
        }
        if (fact->holds) {
            note_cert(finding, access, (struct id){ID_CERT, fact->made_by});
        } else if (use->certified) {
            use->certified = false;
            use->uncertified_n = n;
        }
    }
}

/* Handing a key on is no reading; who may is for other questions. */
static bool is_giving(enum event_kind kind)
{
    return kind == EVENT_VAULT_FILE_SHARED || kind == EVENT_VAULT_KEY_DEPOSITED;
}

static struct status note_access(struct finding *finding, const struct leaf *leaf)
{
    struct use *use = finding->use;
    struct access access;
    const struct reader reader = {.user = use->user, .session = use->session};
    size_t used = finding->view.arena->used;
    finding->view.as_of_n = leaf->n == 0 ? 0 : leaf->n - 1;
    finding->view.now_utc_us = query_time_of(leaf); /* `at`, where it was decided earlier */
    access_of(verb_of(leaf->kind), &finding->view, &reader, use->file, &access);
    if (!use->asked || (use->could && !access.allowed)) {
        use->access = access;
        use->could = access.allowed;
    }
    if (!use->asked) {
        use->label = access_label(&finding->view, use->file);
    }
    use->asked = true;
    note_certs(finding, &access, leaf->n);
    finding->view.arena->used = used;
    return *finding->view.trouble;
}

/* Events ------------------------------------------------------------------------------------- */

static struct status read_body(const struct finding *finding, const struct leaf *leaf,
                               struct arena *arena, union event_body *out, bool *erased)
{
    struct bytes body;
    TRY(log_read_body(finding->question->log, leaf, &body));
    *erased = body.size < SALT_SIZE;
    return *erased ? OK
                   : event_body_decode(leaf->kind,
                                       bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE),
                                       arena, out);
}

static struct status note_kind(struct finding *finding, const struct leaf *leaf)
{
    struct use *use = finding->use;
    uint8_t memory[BODY_ARENA];
    struct arena arena = ARENA_IN(memory);
    union event_body body;
    bool erased;
    TRY(read_body(finding, leaf, &arena, &body, &erased));
    use->erased = use->erased || erased;
    switch ((unsigned)leaf->kind) {
    case EVENT_VAULT_KEY_FETCHED:
        use->fetch_n = leaf->n;
        use->fetch_utc_us = leaf->t_utc_us;
        use->class = erased ? 0 : body.vault_key_fetched.class;
        break;
    case EVENT_VAULT_CHUNK_READ:
        use->read_count++;
        if (!erased) {
            add_range(use,
                      (struct use_range){body.vault_chunk_read.from, body.vault_chunk_read.to});
        }
        break;
    case EVENT_VAULT_FILE_VIEWED:
        use->view_count++;
        break;
    case EVENT_VAULT_FILE_DOWNLOADED:
        use->download_count++;
        break;
    case EVENT_VAULT_FILE_SHARED:
    case EVENT_VAULT_KEY_DEPOSITED:
        use->share_count++;
        break;
    default:
        break;
    }
    return OK;
}

/* Uses --------------------------------------------------------------------------------------- */

/* Of a fetch before the range the state knows: it has the session's newest of this file. */
static struct status find_fetch(struct finding *finding)
{
    struct use *use = finding->use;
    struct fetched_row row = {.session = use->session, .file = use->file};
    struct bytes bytes;
    struct leaf leaf;
    finding->view.as_of_n = use->first_n;
    if (use->fetch_n != UINT64_MAX ||
        !view_find_made_by(&finding->view, ROW_FETCHED, &row, &use->fetch_n)) {
        return *finding->view.trouble;
    }
    TRY(log_read_leaf(finding->question->log, use->fetch_n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    use->fetch_utc_us = leaf.t_utc_us;
    return OK;
}

static struct status finish(struct finding *finding)
{
    TRY(find_fetch(finding));
    TRY(count_bytes(finding));
    return finding->visit(finding->context, finding->use);
}

static void clear(struct use *use)
{
    use->certified = true;
    use->uncertified_n = UINT64_MAX;
    use->range_count = use->cert_count = use->event_count = 0;
    use->byte_count = use->size = use->read_count = use->view_count = use->download_count = 0;
    use->share_count = 0;
    use->access = (struct access){0};
    use->label = (struct id){ID_NONE, 0};
    use->asked = use->could = false;
    use->erased = false;
}

/* The next part of a use. */
static void go_on(struct use *use, uint64_t n)
{
    use->first_n = use->last_n = n;
    clear(use);
}

static struct status note_event(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct finding *finding = context;
    struct use *use = finding->use;
    (void)bytes;
    if (use->event_count == USE_EVENTS_MAX || use->range_count == USE_RANGES_MAX) {
        TRY(finish(finding));
        go_on(use, leaf->n);
    }
    TRY(is_giving(leaf->kind) ? OK : note_access(finding, leaf));
    TRY(note_kind(finding, leaf));
    use->events[use->event_count++] = leaf->n;
    use->last_n = leaf->n;
    return OK;
}

static struct status tell(struct finding *finding)
{
    struct use *use = finding->use;
    struct query query = {.range = {.since = position(use->first_n)}, .by_received = true};
    TRY(find_end(finding, &query.range.until));
    TRY(add_kinds(&query));
    TRY(add_value(&query, QUERY_SESSION, use->session));
    TRY(add_value(&query, QUERY_ON, use->file));
    TRY(ask(finding, &query, note_event, finding));
    return finish(finding);
}

/* Whatever is not by a user in a session is none of a use. */
static bool begin(struct use *use, const struct leaf *leaf)
{
    struct id user;
    if (leaf_is_emitter_name(leaf->actor) || failed(id_read(leaf->actor, &user)) ||
        user.kind != ID_USER || leaf->session.kind != ID_SESSION || leaf->on_count == 0 ||
        leaf->on[0].kind != ID_FILE) {
        return false;
    }
    use->user = user;
    use->session = leaf->session;
    use->file = leaf->on[0];
    use->first_n = use->last_n = leaf->n;
    use->fetch_n = UINT64_MAX;
    use->fetch_utc_us = use->class = 0;
    clear(use);
    return true;
}

static struct status meet(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct finding *finding = context;
    bool begun = false;
    (void)bytes;
    if (!begin(finding->use, leaf)) {
        return OK;
    }
    if (leaf->kind != EVENT_VAULT_KEY_FETCHED) {
        TRY(was_begun(finding, leaf->n, &begun));
    }
    return begun ? OK : tell(finding);
}

struct status use_each(const struct use_question *question, struct use *use, use_visit *visit,
                       void *context)
{
    struct finding finding = {.question = question,
                              .view = question->view,
                              .use = use,
                              .visit = visit,
                              .context = context};
    struct query query = {.range = question->range, .by_received = true};
    TRY(add_kinds(&query));
    TRY(add_value(&query, QUERY_ON, question->file));
    TRY(add_value(&query, QUERY_ACTOR, question->user));
    return ask(&finding, &query, meet, &finding);
}
