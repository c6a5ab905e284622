/*
 * core/audit/contact.h -- who is told of alerts, from which severity on, and how.
 *
 * Shape     A contact has a name; setting it again changes it, and one that is not active is told
 *           of nothing. Addresses: mail `ann@example.org`; webhook `https://…`, or
 *           `http://localhost:…`; syslog `/dev/log` or another path, or `host:port` for UDP.
 * State     `contact` by name.
 * Decide    alert.set_contact: by an audit manager.
 * Evolve    alert.contact_set.
 *
 * Source    domain.md AUD-17; NIST SP 800-171 r2 3.3.4.
 */
#ifndef CORE_AUDIT_CONTACT_H
#define CORE_AUDIT_CONTACT_H

#include "core/decision.h"

enum {
    CONTACT_NAME_MAX = 64,     /* bytes */
    CONTACT_ADDRESS_MAX = 500, /* bytes */
};

bool contact_by_name(const struct view *view, struct bytes name, struct contact_row *out);

/* Whether an address is one that the channel can reach by its form. */
bool contact_is_address(enum alert_channel channel, struct bytes address);

#endif
