/*
 * auditd/http/head.h -- the head of a request, judged strictly, before anything else sees it.
 *
 * Shape    A pure function over the bytes that have come so far; it goes on where it stopped, so
 *          that a head in single bytes costs no more than one at once. What it takes is a small
 *          part of HTTP/1.1: GET or HEAD of a path of this server, no body, one Host, every line
 *          ended by CRLF, no line folded. Whatever two readers could understand in two ways is
 *          refused here: what is taken means the same to every parser that is handed these bytes.
 * Memory   What is found is lent from the bytes, which stay where they are from the first call on.
 * Limits   HEAD_MAX and those below it. A head is refused at the first byte that cannot belong to
 *          one, without waiting for its end.
 * Errors   A fault is a row of auditd/http/head.def: its status of HTTP and its sentence.
 * Source   RFC 9112 2 to 6, RFC 9110 5 and 7.2, RFC 3986 3; reliability.md F81 to F85.
 */
#ifndef AUDITD_HTTP_HEAD_H
#define AUDITD_HTTP_HEAD_H

#include "schema/bytes.h"

enum {
    HEAD_MAX = 16 << 10,       /* bytes, with the empty line at its end */
    HEAD_TARGET_MAX = 8 << 10, /* bytes */
    HEAD_FIELDS_MAX = 64,
    HEAD_HOST_MAX = 255, /* bytes */
    HEAD_METHOD_MAX = 16,
};

enum head_fault {
    HEAD_FINE,
#define HEAD_FAULT(name, status, sentence) HEAD_##name,
#include "auditd/http/head.def"
    HEAD_FAULTS_COUNT,
};

/* The status of HTTP, and what was wrong, for people. */
unsigned head_fault_status(enum head_fault fault);
const char *head_fault_sentence(enum head_fault fault);

/* Begins as all zeros. */
struct head {
    bool only_head;      /* HEAD: the answer has no body */
    struct bytes target; /* as it was sent: a path, and perhaps `?` and a query */
    struct bytes path;
    struct bytes query; /* without the `?` */
    struct bytes host;
    struct bytes cookie; /* of the field Cookie; empty: there is none */
    struct bytes known;  /* of If-None-Match; empty: there is none */
    size_t size;         /* bytes of the whole head, the empty line included */
    enum head_fault fault;
    /* how far it has come */
    size_t looked; /* bytes looked at one by one */
    size_t judged; /* bytes of lines that were judged as a whole */
    unsigned lines;
};

enum head_turn {
    HEAD_MORE,    /* not all of it has come */
    HEAD_WHOLE,   /* `head` is filled in; what follows `size` bytes is none of ours */
    HEAD_REFUSED, /* `fault` says why */
};

/* Looks at what has come: the same bytes as before, and more. After HEAD_REFUSED or HEAD_WHOLE it
 * is not called again. */
enum head_turn head_look(struct head *head, struct bytes so_far);

/* The value of a cookie in the field's text (RFC 6265 4.2.1); empty if there is none of that name,
 * or more than one. */
struct bytes head_cookie(struct bytes field, const char *name);

#endif
