#include "core/identity/terms.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/user.h"

static bool newest(const struct view *view, struct newest_terms_row *out)
{
    *out = (struct newest_terms_row){.log = THE_LOG};
    return view_find(view, ROW_NEWEST_TERMS, out);
}

bool terms_due(const struct view *view, const struct user_row *user)
{
    struct newest_terms_row terms;
    return newest(view, &terms) && terms.required &&
           !(user->has_terms && id_equal(user->terms, terms.terms));
}

/* Decide ---------------------------------------------------------------------------------- */

void system_publish_terms_decide(const struct view *view, const struct actor *actor,
                                 const struct system_publish_terms *command,
                                 struct decision *decision)
{
    (void)view;
    REFUSE_UNLESS(actor->role == USER_ROLE_SUPER_ADMIN, RULE_IDN_12A);
    EMIT(EVENT_SYSTEM_TERMS_PUBLISHED, NEW(ID_TERMS), system_terms_published,
         .digest = command->digest, .size = command->size, .required = command->required,
         .has_frequency = command->has_frequency, .frequency = command->frequency);
}

void user_accept_terms_decide(const struct view *view, const struct actor *actor,
                              const struct user_accept_terms *command, struct decision *decision)
{
    struct newest_terms_row terms;
    REFUSE_UNLESS(newest(view, &terms) && id_equal(terms.terms, command->terms), RULE_IDN_13A);
    EMIT(EVENT_USER_TERMS_ACCEPTED, actor->user, user_terms_accepted, .terms = command->terms);
    decision_also(decision, command->terms);
}

/* Evolve ---------------------------------------------------------------------------------- */

void system_terms_published_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct system_terms_published *body)
{
    evolution_put(evolution, ROW_NEWEST_TERMS,
                  &(struct newest_terms_row){
                      .log = THE_LOG, .terms = leaf->on[0], .required = body->required});
}

void user_terms_accepted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct user_terms_accepted *body)
{
    struct user_row row = {.user = leaf->on[0]};
    if (evolution_find(evolution, ROW_USER, &row)) {
        row.has_terms = true;
        row.terms = body->terms;
        evolution_put(evolution, ROW_USER, &row);
    }
}
