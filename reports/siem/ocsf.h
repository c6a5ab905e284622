/*
 * reports/siem/ocsf.h -- an event as one line of OCSF JSON.
 *
 * Shape    Class, activity, severity and attributes come from the mapping (schema/siem.h), never
 *          from here. The leaf's own bytes are `raw_data`, their SHA-256 is beside; position, leaf
 *          hash and body are under `unmapped.cairn`, so that every line leads back to its event and
 *          nothing is lost. A refusal has the profile security_control.
 * Units    `time` and `logged_time` are milliseconds: OCSF's own.
 * Errors   The output's.
 * Source   OCSF 1.8.0 (schema.ocsf.io); interface.md 2.3.
 */
#ifndef REPORTS_SIEM_OCSF_H
#define REPORTS_SIEM_OCSF_H

#include "reports/output.h"
#include "reports/siem/event.h"

/* The event that was read last, and a line end. */
MUST_CHECK struct status ocsf_put(struct siem_reader *reader, struct output *output);

#endif
