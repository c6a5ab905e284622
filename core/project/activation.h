/*
 * core/project/activation.h -- what ends a right ends the activations that stand on it.
 *
 * Shape    A project is active in a session because its user is a member and certified. When a
 *          membership is ended, or a certification, the decision that ends it also ends the
 *          activations in the user's open sessions that would not be allowed any more. Access does
 *          not depend on that: it is evaluated anew each time.
 * Limits   As many sessions as the decision has room for.
 * Source   domain.md SEC-04b, 1.18-9.
 */
#ifndef CORE_PROJECT_ACTIVATION_H
#define CORE_PROJECT_ACTIVATION_H

#include "core/decision.h"

struct activation_loss {
    struct id user;
    struct id project;  /* the membership that ends; ID_NONE: none does */
    struct id cert;     /* the certification that ends; ID_NONE: none does */
    struct bytes cause; /* a phrase */
};

/* Adds session.project_deactivated for each open session of the user that the loss concerns. */
void activation_end(const struct view *view, const struct activation_loss *loss,
                    struct decision *decision);

#endif
