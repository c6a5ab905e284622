#include "core/project/activation.h"

#include "core/project/certification.h"

/* The project that is active in a session, if the session still goes on. */
static struct id active_project(const struct view *view, struct id session)
{
    struct session_row row = {.session = session};
    bool goes_on = view_find(view, ROW_SESSION, &row) && row.state == SESSION_STATE_OPENED &&
                   view->now_utc_us < row.expires && row.has_project;
    return goes_on ? row.project : (struct id){ID_NONE, 0};
}

static bool is_concerned(const struct view *view, const struct activation_loss *loss,
                         struct id project)
{
    if (project.kind == ID_NONE) {
        return false;
    }
    if (loss->project.kind != ID_NONE) {
        return id_equal(project, loss->project);
    }
    return !certification_satisfied_without(view, project, loss->user, loss->cert);
}

void activation_end(const struct view *view, const struct activation_loss *loss,
                    struct decision *decision)
{
    struct open_session_row open = {.user = loss->user};
    struct view_walk walk = view_walk_of(view, ROW_OPEN_SESSION, &open, 1);
    while (decision->count < DECISION_EVENTS_MAX && view_walk_next(&walk, &open)) {
        struct id project = active_project(view, open.session);
        if (is_concerned(view, loss, project)) {
            EMIT(EVENT_SESSION_PROJECT_DEACTIVATED, open.session, session_project_deactivated,
                 .project = project, .cause = loss->cause);
            decision_also(decision, project);
            decision_also(decision, loss->user);
        }
    }
}
