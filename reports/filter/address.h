/*
 * reports/filter/address.h -- blocks of network addresses: 10.20.0.0/16, 2001:db8::/32.
 *
 * Source   RFC 4632, RFC 4291. An address without a length is a block of one.
 */
#ifndef REPORTS_FILTER_ADDRESS_H
#define REPORTS_FILTER_ADDRESS_H

#include "schema/text.h"

struct address_block {
    uint8_t bytes[16]; /* of IPv4 the first four; bits past the length are zero */
    uint8_t size;      /* 4 or 16 */
    uint8_t length;    /* bits that count */
};

/* MALFORMED, with the reason: no address, too long a length, or bits set past it. */
MUST_CHECK struct status address_read_block(struct bytes text, struct address_block *out);
void address_write_block(const struct address_block *block, struct text *out);

/* Whether the text is an address in the block. An IPv4 address that is written as IPv6
 * (::ffff:10.0.0.1) counts as IPv4. */
bool address_in_block(struct bytes text, const struct address_block *block);

#endif
