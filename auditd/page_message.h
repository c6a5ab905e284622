/*
 * auditd/page_message.h -- what the door of the auditors' web and the readers behind it say to each
 * other.
 *
 * Shape    The door asks with MESSAGE_WEB_REQUEST, a reader answers with MESSAGE_WEB_ANSWER and, if
 *          the answer has a body, a descriptor of a sealed file in memory that holds it. One frame
 *          each; the id is the asker's.
 * Memory   What is decoded is lent from the payload.
 * Errors   MALFORMED for anything else than what is written here; LIMIT is MALFORMED, too.
 * Source   docs/decisions/0052.
 */
#ifndef AUDITD_PAGE_MESSAGE_H
#define AUDITD_PAGE_MESSAGE_H

#include "schema/wire/message.h"

enum {
    PAGE_TARGET_MAX = 8 << 10,
    PAGE_SECRET_MAX = 64, /* bytes of a cookie's value */
    PAGE_ADDRESS_MAX = 48,
    PAGE_REFUSED_MAX = 96,
    PAGE_TYPE_MAX = 64,
    PAGE_DOWNLOAD_MAX = 128,
    PAGE_LOCATION_MAX = 256,
    PAGE_FRAME_MAX = 10 << 10, /* bytes of a frame in either direction */
    PAGE_BODY_MAX = 256 << 20, /* bytes of an answer's body */
};

struct page_request {
    bool only_head;
    bool secure; /* over TLS */
    bool has_certificate;
    struct digest certificate; /* SHA-256 of the client's, which was found good */
    struct bytes target;
    struct bytes secret;  /* of the session's cookie; empty: none */
    struct bytes address; /* as text */
    struct bytes
        refused; /* this is no request: the handshake of this address was refused, and why */
};
void page_request_put(struct text *out, uint32_t id, const struct page_request *request);
MUST_CHECK struct status page_request_decode(struct bytes payload, struct page_request *out);

struct page_answer {
    unsigned status;
    struct bytes type;      /* of the content */
    struct bytes download;  /* name of a file to save it as; empty: it is shown */
    struct bytes secret;    /* of a session that has begun; empty: none */
    struct bytes location;  /* where to go instead; empty: nowhere */
    uint32_t retry_after_s; /* 0: not said */
    bool immutable;
    uint64_t size; /* bytes of the body, in the descriptor that came along */
};
void page_answer_put(struct text *out, uint32_t id, const struct page_answer *answer);
MUST_CHECK struct status page_answer_decode(struct bytes payload, struct page_answer *out);

#endif
