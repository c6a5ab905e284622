/*
 * auditd/writer/critical.h -- what is still taken when the disk is nearly full.
 *
 * Shape    A table of commands and one of events that outside emitters may submit. Critical is what
 *          takes rights away or ends something, what lets people in who must see to it, what deals
 *          with alerts, and what says that something was refused or got lost; not what makes more
 *          of what there is, nor what can be told later. A submission is taken whole if one of its
 *          events is critical: an emitter's events are one chain, of which nothing can be left out.
 * Source   reliability.md E.6, F31.
 */
#ifndef AUDITD_WRITER_CRITICAL_H
#define AUDITD_WRITER_CRITICAL_H

#include "schema/leaf.h"
#include "schema/submission.h"

bool critical_command(enum command_kind kind);
/* An event by its kind and how it came out. */
bool critical_event(enum event_kind kind, enum outcome outcome);
/* Of a well-formed submission. */
bool critical_submission(const struct submission *submission);

#endif
