#include "core/daemon/daemon.h"

#include "core/decision.h"
#include "core/dispatch.h"
#include "core/evolution.h"

bool daemon_process_of(const struct view *view, struct bytes role, struct daemon_process_row *out)
{
    struct daemon_process_row row = {.role = role};
    if (!view_find(view, ROW_DAEMON_PROCESS, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool daemon_mode_of(const struct view *view, struct daemon_mode_row *out)
{
    struct daemon_mode_row row = {.log = THE_LOG};
    if (!view_find(view, ROW_DAEMON_MODE, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool daemon_is_silent(const struct view *view, struct id emitter, struct silent_emitter_row *out)
{
    struct silent_emitter_row row = {.emitter = emitter};
    if (!view_find(view, ROW_SILENT_EMITTER, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool daemon_clock_keeping(const struct view *view, struct clock_keeping_row *out)
{
    struct clock_keeping_row row = {.log = THE_LOG};
    if (!view_find(view, ROW_CLOCK_KEEPING, &row)) {
        return false;
    }
    *out = row;
    return true;
}

/* Evolve ---------------------------------------------------------------------------------- */

void daemon_process_started_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct daemon_process_started *body)
{
    evolution_put(evolution, ROW_DAEMON_PROCESS,
                  &(struct daemon_process_row){.role = body->role,
                                               .process = body->process,
                                               .restarts = body->restarts,
                                               .landlock = body->landlock,
                                               .seccomp = body->seccomp,
                                               .since = leaf->t_utc_us});
}

/* An end that is told late is not the end of the process that came after. */
void daemon_process_ended_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct daemon_process_ended *body)
{
    struct daemon_process_row row = {.role = body->role};
    if (!evolution_find(evolution, ROW_DAEMON_PROCESS, &row) || row.process != body->process) {
        return;
    }
    row.has_ended = true;
    row.ended = leaf->t_utc_us;
    row.has_why = true;
    row.why = body->why;
    evolution_put(evolution, ROW_DAEMON_PROCESS, &row);
}

void daemon_mode_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct daemon_mode_changed *body)
{
    evolution_put(evolution, ROW_DAEMON_MODE,
                  &(struct daemon_mode_row){.log = THE_LOG,
                                            .mode = body->mode,
                                            .free = body->free,
                                            .total = body->total,
                                            .since = leaf->t_utc_us});
}

void emitter_silent_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct emitter_silent *body)
{
    evolution_put(evolution, ROW_SILENT_EMITTER,
                  &(struct silent_emitter_row){.emitter = leaf->on[0], .since = body->since});
}

void emitter_heard_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct emitter_heard *body)
{
    (void)body;
    evolution_remove(evolution, ROW_SILENT_EMITTER,
                     &(struct silent_emitter_row){.emitter = leaf->on[0]});
}

static void put_keeping(struct evolution *evolution, const struct leaf *leaf, bool synchronised,
                        struct bytes source)
{
    evolution_put(evolution, ROW_CLOCK_KEEPING,
                  &(struct clock_keeping_row){.log = THE_LOG,
                                              .synchronised = synchronised,
                                              .source = source,
                                              .since = leaf->t_utc_us});
}

void clock_synchronised_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct clock_synchronised *body)
{
    put_keeping(evolution, leaf, true, body->source);
}

void clock_unsynchronised_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct clock_unsynchronised *body)
{
    put_keeping(evolution, leaf, false, body->source);
}
