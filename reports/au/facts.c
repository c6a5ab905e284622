#include "reports/au/facts.h"

#include "core/audit/manager.h"
#include "schema/lookup.h"

#include <stdio.h>

enum {
    SEED = 7,
};

void au_facts_init(struct au_facts *facts, struct engine *engine)
{
    struct arena arena = facts->arena, bodies = facts->bodies;
    memset(facts, 0, sizeof *facts);
    facts->engine = engine;
    facts->arena = arena;
    facts->bodies = bodies;
    facts->view = engine_view(engine, 0, &facts->arena, &facts->trouble);
    facts->test = (struct id){0};
    facts->bulk = AU_NO_EVENT - 1; /* no event's cause, not even of one that has none */
}

void au_facts_at(struct au_facts *facts, uint64_t now_us)
{
    facts->now_us = now_us;
    facts->view.now_utc_us = now_us;
    facts->view.as_of_n = facts->size == 0 ? 0 : facts->size - 1;
    arena_reset(&facts->arena);
}

/* Emitters -------------------------------------------------------------------------------- */

/* The slot of this name, or the empty one where it would be. */
static uint64_t slot_of(const struct au_facts *facts, struct bytes name)
{
    uint64_t at = lookup_hash(name, SEED) % AU_EMITTER_SLOTS;
    while (facts->slots[at] != 0 &&
           !bytes_equal(bytes_of_string(facts->emitters[facts->slots[at] - 1].name), name)) {
        at = (at + 1) % AU_EMITTER_SLOTS;
    }
    return at;
}

/* Makes room, if some are retired. */
static void forget_retired(struct au_facts *facts)
{
    size_t kept = 0;
    memset(facts->slots, 0, sizeof facts->slots);
    for (size_t i = 0; i < facts->emitter_count; i++) {
        if (!facts->emitters[i].retired) {
            facts->emitters[kept] = facts->emitters[i];
            uint64_t at = slot_of(facts, bytes_of_string(facts->emitters[kept].name));
            facts->slots[at] = (uint16_t)++kept;
        }
    }
    facts->emitter_count = kept;
}

static struct au_emitter *emitter_of(struct au_facts *facts, struct bytes name)
{
    uint64_t at = slot_of(facts, name);
    if (facts->slots[at] != 0) {
        return &facts->emitters[facts->slots[at] - 1];
    }
    if (facts->emitter_count == EMITTERS_MAX) {
        forget_retired(facts);
        at = slot_of(facts, name);
    }
    if (facts->emitter_count == EMITTERS_MAX || name.size > NAME_MAX_SIZE) {
        return NULL;
    }
    struct au_emitter *made = &facts->emitters[facts->emitter_count++];
    *made = (struct au_emitter){.last = AU_NO_EVENT, .registered = AU_NO_EVENT};
    memcpy(made->name, name.data, name.size);
    facts->slots[at] = (uint16_t)facts->emitter_count;
    return made;
}

static void note_spoken(struct au_facts *facts, const struct leaf *leaf)
{
    struct au_emitter *emitter = emitter_of(facts, leaf->emitter);
    if (emitter != NULL) {
        emitter->last = leaf->n;
        emitter->last_us = leaf->t_utc_us;
    }
}

/* Bodies ---------------------------------------------------------------------------------- */

static bool read_body(struct au_facts *facts, const struct examined *event, union event_body *out)
{
    arena_reset(&facts->bodies);
    return event->body.size > SALT_SIZE &&
           !failed(event_body_decode(
               event->leaf.kind,
               bytes_of(event->body.data + SALT_SIZE, event->body.size - SALT_SIZE), &facts->bodies,
               out));
}

static au_objectives apply_registered(struct au_facts *facts, const struct leaf *leaf,
                                      const struct emitter_registered *body)
{
    struct au_emitter *emitter = emitter_of(facts, body->name);
    if (emitter != NULL) {
        emitter->outside = body->class == EMITTER_CLASS_OUTSIDE;
        emitter->registered = leaf->n;
        emitter->registered_us = leaf->t_utc_us;
    }
    return AU_BIT(OBJECTIVE_3_3_1C);
}

static au_objectives apply_retired(struct au_facts *facts, const struct emitter_retired *body)
{
    struct au_emitter *emitter = emitter_of(facts, body->name);
    if (emitter != NULL) {
        emitter->retired = true;
    }
    return AU_BIT(OBJECTIVE_3_3_1C);
}

/* Whoever reads is noted once; the first event of each stays. */
static au_objectives note_reader(struct au_facts *facts, const struct leaf *leaf, struct bytes by)
{
    size_t size = by.size < AU_READER_SIZE ? by.size : AU_READER_SIZE - 1;
    for (size_t i = 0; i < facts->reader_count; i++) {
        if (bytes_equal(bytes_of_string(facts->readers[i]), bytes_of(by.data, size))) {
            return 0;
        }
    }
    if (facts->reader_count == AU_READERS_MAX) {
        facts->readers_more = true;
        return AU_BIT(OBJECTIVE_3_3_8A);
    }
    memcpy(facts->readers[facts->reader_count], by.data, size);
    facts->reader_events[facts->reader_count++] = leaf->n;
    return AU_BIT(OBJECTIVE_3_3_8A);
}

static au_objectives apply_query(struct au_facts *facts, const struct leaf *leaf,
                                 const struct audit_query_run *body)
{
    bool was = facts->query_failed, first = facts->queries.count == 0;
    facts->query_failed = leaf->outcome != OUTCOME_OK;
    au_count(&facts->queries, leaf->n, leaf->t_utc_us);
    return note_reader(facts, leaf, body->by) |
           (first || was != facts->query_failed ? AU_BIT(OBJECTIVE_3_3_6A) : 0);
}

static au_objectives apply_report(struct au_facts *facts, const struct leaf *leaf,
                                  const struct audit_report_generated *body)
{
    bool was = facts->report_failed, first = facts->reports.count == 0;
    facts->report_failed = leaf->outcome != OUTCOME_OK;
    au_count(&facts->reports, leaf->n, leaf->t_utc_us);
    return note_reader(facts, leaf, body->by) |
           (first || was != facts->report_failed ? AU_BIT(OBJECTIVE_3_3_6B) : 0);
}

static au_objectives apply_exported(struct au_facts *facts, const struct leaf *leaf,
                                    const struct audit_exported *body)
{
    au_objectives dirty = note_reader(facts, leaf, body->by);
    if (body->form == EXPORT_FORM_BUNDLE || body->form == EXPORT_FORM_TILES) {
        au_count(&facts->archives, leaf->n, leaf->t_utc_us);
        dirty |= AU_BIT(OBJECTIVE_3_3_1F) | AU_BIT(OBJECTIVE_3_3_8C);
    }
    return dirty;
}

static au_objectives apply_digest(struct au_facts *facts, const struct leaf *leaf,
                                  const struct audit_state_digest_v2 *body)
{
    char catalogue[AU_CATALOGUE_SIZE];
    (void)snprintf(catalogue, sizeof catalogue, "%.*s", (int)body->catalogue.size,
                   (const char *)body->catalogue.data);
    bool same = strcmp(catalogue, facts->catalogue) == 0;
    memcpy(facts->catalogue, catalogue, sizeof catalogue);
    au_count(&facts->digests, leaf->n, leaf->t_utc_us);
    return same ? 0 : AU_BIT(OBJECTIVE_3_3_1B);
}

static au_objectives apply_verified(struct au_facts *facts, const struct leaf *leaf,
                                    const struct audit_verified *body)
{
    facts->verified_findings = body->findings;
    au_count(&facts->verified, leaf->n, leaf->t_utc_us);
    return AU_BIT(OBJECTIVE_3_3_8B) | AU_BIT(OBJECTIVE_3_3_1F) | note_reader(facts, leaf, body->by);
}

static au_objectives apply_alert(struct au_facts *facts, const struct leaf *leaf,
                                 const union event_body *body)
{
    bool of_test = leaf->kind != EVENT_ALERT_RAISED && id_equal(leaf->on[0], facts->test);
    if (leaf->kind == EVENT_ALERT_RAISED && body->alert_raised.test) {
        facts->test = leaf->on[0];
        au_count(&facts->tested, leaf->n, leaf->t_utc_us);
    } else if (leaf->kind == EVENT_ALERT_DELIVERED && of_test && body->alert_delivered.ok) {
        au_count(&facts->delivered, leaf->n, leaf->t_utc_us);
    } else if (leaf->kind == EVENT_ALERT_ACKNOWLEDGED && of_test) {
        au_count(&facts->acknowledged, leaf->n, leaf->t_utc_us);
    }
    return AU_BIT(OBJECTIVE_3_3_4C) | AU_BIT(OBJECTIVE_3_3_5B);
}

/* What only audit managers may do, done by somebody who was none. The engine refuses that: here it
 * is looked at again. */
static void note_management(struct au_facts *facts, const struct leaf *leaf)
{
    struct id actor;
    struct view before = facts->view;
    before.as_of_n = leaf->n == 0 ? 0 : leaf->n - 1;
    if (failed(id_read(leaf->actor, &actor)) || !manager_is(&before, actor)) {
        au_count(&facts->unmanaged, leaf->n, leaf->t_utc_us);
    }
}

static au_objectives apply_body(struct au_facts *facts, const struct leaf *leaf,
                                const union event_body *body)
{
    switch ((unsigned)leaf->kind) {
    case EVENT_EMITTER_REGISTERED:
        return apply_registered(facts, leaf, &body->emitter_registered);
    case EVENT_EMITTER_RETIRED:
        return apply_retired(facts, &body->emitter_retired);
    case EVENT_AUDIT_QUERY_RUN:
        return apply_query(facts, leaf, &body->audit_query_run);
    case EVENT_AUDIT_REPORT_GENERATED:
        return apply_report(facts, leaf, &body->audit_report_generated);
    case EVENT_AUDIT_EXPORTED:
        return apply_exported(facts, leaf, &body->audit_exported);
    case EVENT_AUDIT_STATE_DIGEST_V2:
        return apply_digest(facts, leaf, &body->audit_state_digest_v2);
    case EVENT_AUDIT_VERIFIED:
        return apply_verified(facts, leaf, &body->audit_verified);
    case EVENT_ALERT_RAISED:
    case EVENT_ALERT_DELIVERED:
    case EVENT_ALERT_ACKNOWLEDGED:
        return apply_alert(facts, leaf, body);
    default:
        return 0;
    }
}

/* Only these are worth decoding. */
static bool is_read(enum event_kind kind)
{
    static const enum event_kind kinds[] = {
        EVENT_EMITTER_REGISTERED,     EVENT_EMITTER_RETIRED, EVENT_AUDIT_QUERY_RUN,
        EVENT_AUDIT_REPORT_GENERATED, EVENT_AUDIT_EXPORTED,  EVENT_AUDIT_STATE_DIGEST_V2,
        EVENT_AUDIT_VERIFIED,         EVENT_ALERT_RAISED,    EVENT_ALERT_DELIVERED,
        EVENT_ALERT_ACKNOWLEDGED,
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i] == kind) {
            return true;
        }
    }
    return false;
}

/* Kinds ----------------------------------------------------------------------------------- */

/* What an event of the kind may change by being there, whatever its body says. */
static au_objectives touched_by(enum event_kind kind)
{
    switch ((unsigned)kind) {
    case EVENT_POLICY_DECLARED:
    case EVENT_POLICY_APPROVED:
    case EVENT_POLICY_WITHDRAWN:
        return AU_ALL;
    case EVENT_AUDIT_EVENT_SET_CHANGED:
        return AU_BIT(OBJECTIVE_3_3_1A) | AU_BIT(OBJECTIVE_3_3_3C) | AU_BIT(OBJECTIVE_3_3_9B);
    case EVENT_AUDIT_REVIEW_SIGNED:
        return AU_BIT(OBJECTIVE_3_3_3B) | AU_BIT(OBJECTIVE_3_3_3C) | AU_BIT(OBJECTIVE_3_3_5B);
    case EVENT_AUDIT_MANAGER_CHANGED:
        return AU_BIT(OBJECTIVE_3_3_9A) | AU_BIT(OBJECTIVE_3_3_9B);
    case EVENT_ALERT_CONTACT_SET:
        return AU_BIT(OBJECTIVE_3_3_4A) | AU_BIT(OBJECTIVE_3_3_4B) | AU_BIT(OBJECTIVE_3_3_9B);
    case EVENT_ALERT_CLOSED:
        return AU_BIT(OBJECTIVE_3_3_4C) | AU_BIT(OBJECTIVE_3_3_5B);
    case EVENT_CLOCK_COMPARED:
        return AU_BIT(OBJECTIVE_3_3_7C);
    case EVENT_AUDIT_TOOLS_MEASURED:
    case EVENT_AUDIT_TOOLS_APPROVED:
        return AU_BIT(OBJECTIVE_3_3_8D) | AU_BIT(OBJECTIVE_3_3_8E) | AU_BIT(OBJECTIVE_3_3_8F) |
               AU_BIT(OBJECTIVE_3_3_9B);
    case EVENT_USER_ROLE_CHANGED:
    case EVENT_USER_STATE_CHANGED:
    case EVENT_USER_DISABLED_UNTIL:
    case EVENT_USER_REENABLED:
    case EVENT_USER_DELETED:
        return AU_BIT(OBJECTIVE_3_3_4A) | AU_BIT(OBJECTIVE_3_3_9A);
    default:
        return 0;
    }
}

static bool is_management(enum event_kind kind)
{
    return kind == EVENT_POLICY_APPROVED || kind == EVENT_AUDIT_EVENT_SET_CHANGED ||
           kind == EVENT_ALERT_CONTACT_SET || kind == EVENT_AUDIT_TOOLS_APPROVED;
}

static void count_kind(struct au_facts *facts, const struct leaf *leaf)
{
    au_count(&facts->kinds[leaf->kind], leaf->n, leaf->t_utc_us);
    if (leaf->kind == EVENT_CLOCK_STEPPED) {
        au_count(&facts->steps, leaf->n, leaf->t_utc_us);
    } else if (leaf->kind == EVENT_CLOCK_COMPARED) {
        au_count(&facts->compared, leaf->n, leaf->t_utc_us);
    } else if (leaf->kind == EVENT_AUDIT_TOOLS_MEASURED) {
        au_count(&facts->measured, leaf->n, leaf->t_utc_us);
    } else if (leaf->kind == EVENT_AUDIT_FAILURE) {
        au_count(&facts->failures, leaf->n, leaf->t_utc_us);
    }
}

/* An act of a user is traced by the command that the user has signed: its own, or the one over many
 * that it is an item of. */
static bool is_traced(const struct au_facts *facts, const struct leaf *leaf)
{
    struct id actor;
    if (failed(id_read(leaf->actor, &actor)) || actor.kind != ID_USER || actor.n >= leaf->n) {
        return false;
    }
    return leaf->has_command || (leaf->cause == facts->bulk && actor.n == facts->bulk_user);
}

static au_objectives count_act(struct au_facts *facts, const struct leaf *leaf)
{
    struct id actor;
    if (leaf_is_emitter_name(leaf->actor) && !leaf->has_command) {
        return 0;
    }
    au_count(&facts->acts, leaf->n, leaf->t_utc_us);
    if (!is_traced(facts, leaf)) {
        au_count(&facts->untraced, leaf->n, leaf->t_utc_us);
        return AU_BIT(OBJECTIVE_3_3_2B);
    }
    if (leaf->kind == EVENT_BULK_OPENED && leaf->has_command &&
        !failed(id_read(leaf->actor, &actor))) {
        facts->bulk = leaf->n;
        facts->bulk_user = actor.n;
    }
    return 0;
}

/* Applying -------------------------------------------------------------------------------- */

static au_objectives note_findings(struct au_facts *facts, const struct verify_report *verified)
{
    if (verified->finding_count == facts->findings.count) {
        return 0;
    }
    if (facts->findings.count == 0) {
        facts->findings.first = verified->findings[0].n;
        facts->finding = verified->findings[0].what;
    }
    facts->findings.count = verified->finding_count;
    facts->findings.last = facts->size == 0 ? 0 : facts->size - 1;
    return AU_BIT(OBJECTIVE_3_3_1C) | AU_BIT(OBJECTIVE_3_3_1D) | AU_BIT(OBJECTIVE_3_3_1F) |
           AU_BIT(OBJECTIVE_3_3_7A) | AU_BIT(OBJECTIVE_3_3_8B) | AU_BIT(OBJECTIVE_3_3_8C);
}

static au_objectives note_form(struct au_facts *facts, const struct examined *event, uint64_t n)
{
    if (event->wrong != NULL) {
        au_count(&facts->wrong, n, facts->now_us);
        return AU_BIT(OBJECTIVE_3_3_1D);
    }
    if (event->body.size == 0) {
        au_count(&facts->erased, n, facts->now_us);
    }
    return 0;
}

au_objectives au_facts_apply(struct au_facts *facts, const struct examined *event,
                             const struct verify_report *verified)
{
    const struct leaf *leaf = &event->leaf;
    union event_body body;
    au_objectives dirty = 0;
    if (!event->decoded) {
        au_count(&facts->wrong, facts->size++, facts->now_us);
        return AU_BIT(OBJECTIVE_3_3_1D) | note_findings(facts, verified);
    }
    while (facts->size < leaf->n && leaf->n < verified->size) {
        au_count(&facts->missing, facts->size++, facts->now_us);
        dirty |= AU_BIT(OBJECTIVE_3_3_1C) | AU_BIT(OBJECTIVE_3_3_1F) | AU_BIT(OBJECTIVE_3_3_8C);
    }
    bool new_kind = facts->kinds[leaf->kind].count == 0;
    facts->size++;
    facts->now_us = leaf->t_utc_us;
    facts->view.now_utc_us = leaf->t_utc_us;
    facts->view.as_of_n = leaf->n;
    dirty |= note_form(facts, event, leaf->n) | note_findings(facts, verified);
    dirty |= count_act(facts, leaf) | touched_by(leaf->kind);
    dirty |= new_kind ? AU_BIT(OBJECTIVE_3_3_1A) : 0;
    note_spoken(facts, leaf);
    count_kind(facts, leaf);
    if (is_management(leaf->kind)) {
        note_management(facts, leaf);
    }
    return is_read(leaf->kind) && read_body(facts, event, &body)
               ? dirty | apply_body(facts, leaf, &body)
               : dirty;
}

void au_facts_end(struct au_facts *facts, const struct verify_report *verified)
{
    (void)note_findings(facts, verified);
}
