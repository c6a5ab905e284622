/*
 * auditd/vmc/protocol.h -- what the controller in a machine and the world outside of it say to each
 * other, message by message.
 *
 * Shape    A message is a frame (schema/wire/wire.h) over the machine's virtio-serial port, which
 *          outside is a Unix socket. The world is the process `controllers`; of users' channels it
 *          passes on bytes that it cannot read.
 * Order    The controller says KNOCK when it has not been greeted VMC_QUIET_MS after it has
 *          started, and again every VMC_KNOCK_MS. The world says GREETING whenever it has
 *          connected, and to every KNOCK; over one connection with one nonce: they may cross. Each
 *          GREETING is answered with HELLO, each HELLO with WELCOME, or with FAULT. Then come FACTs
 *          after the one that HELLO names, in their order, each answered with APPLIED; SUBMIT,
 *          answered with RECEIPT, and HEAD, answered with HEAD_IS, by the frame's id; and users'
 *          channels. A new GREETING starts all of this again: channels of users are closed, what
 *          was not answered is forgotten.
 * Losing   A port keeps its bytes when a process at one of its ends dies. Whoever reads a frame
 *          that is malformed, too long, or not whole after VMC_PATIENCE_MS, closes his end, opens
 *          it anew (the guest's kernel and qemu then drop what waited), and starts over.
 * Numbers  The numbers of kinds and the order of fields never change; a later version adds kinds,
 *          which an earlier one ignores.
 * Memory   What is decoded is lent from the payload.
 * Limits   VMC_FRAME_MAX, a submission VMC_SUBMISSION_MAX; a FACT's parts those of limits.h.
 * Errors   MALFORMED, LIMIT.
 * Source   docs/FORMAT.md; domain.md VM-02, VM-03, DRV-06.
 */
#ifndef AUDITD_VMC_PROTOCOL_H
#define AUDITD_VMC_PROTOCOL_H

#include "schema/limits.h"
#include "schema/wire/message.h"

enum {
    VMC_VERSION = 1,
    VMC_SUBMISSION_MAX = 1 << 20, /* bytes */
    VMC_FRAME_MAX = VMC_SUBMISSION_MAX + (1 << 10),
    VMC_DATA_MAX = 32 << 10,  /* bytes of a user's channel in one USER_DATA */
    VMC_CONNECTIONS_MAX = 64, /* users' channels at a time */
    VMC_KEY_TEXT_MAX = 512,   /* bytes of a public key's text */
    VMC_NONCE_SIZE = 32,
    VMC_RECEIVE_KEY_SIZE = 32,
    VMC_QUIET_MS = 500,
    VMC_KNOCK_MS = 2000,
    VMC_PATIENCE_MS = 5000,
};

#define VMC_PORT_NAME "org.cairn.vmc.0"

enum vmc_message {
    /* By the controller. */
    VMC_KNOCK = 1, /* nothing */
    VMC_HELLO,     /* struct vmc_hello */
    VMC_APPLIED,   /* u64 n: policy up to this fact is in force */
    VMC_SUBMIT,    /* bytes submission (schema/submission.h) */
    VMC_HEAD,      /* nothing: where does my chain stand? */

    /* By the world. */
    VMC_GREETING = 32, /* struct vmc_greeting */
    VMC_WELCOME,       /* struct vmc_welcome */
    VMC_FAULT,         /* bytes sentence: it is not taken; nothing more comes before a new KNOCK */
    VMC_FACT,          /* struct vmc_fact */
    VMC_RECEIPT,       /* struct wire_receipt */
    VMC_HEAD_IS,       /* struct wire_head */

    /* By both. A connection's number is the world's choice, and is free again when both have said
     * that it is closed. */
    VMC_USER_OPEN = 64, /* u32 connection, bytes address: somebody is there (by the world) */
    VMC_USER_DATA,      /* u32 connection, bytes */
    VMC_USER_CLOSE,     /* u32 connection, bytes why (may be empty) */
};

/* Which run of which machine this is, and as whom its controller speaks. */
struct vmc_greeting {
    uint32_t version;
    struct bytes vm;     /* id as text */
    uint64_t run;        /* number of the event that began it */
    struct bytes origin; /* of the log */
    struct bytes name;   /* of the emitter, and so of its key: vmc-<n of the vm>-<run> */
    uint8_t nonce[VMC_NONCE_SIZE];
};
void vmc_put_greeting(struct text *out, const struct vmc_greeting *greeting);
MUST_CHECK struct status vmc_get_greeting(struct bytes payload, struct vmc_greeting *out);

/* `signature` is by `key` over what vmc_hello_message writes. */
struct vmc_hello {
    uint32_t version;
    struct bytes key; /* text of the public key; its name is the greeting's */
    uint8_t receive_key[VMC_RECEIVE_KEY_SIZE];
    struct bytes program; /* its version, for people */
    uint64_t applied;     /* FACTs are wanted after this one; 0: all of them */
    struct bytes signature;
};
/* "cairn-vmc-hello-v1\n", then the fields of the greeting and of the hello before its signature. */
void vmc_hello_message(struct text *out, const struct vmc_greeting *greeting,
                       const struct vmc_hello *hello);
void vmc_put_hello(struct text *out, const struct vmc_hello *hello);
MUST_CHECK struct status vmc_get_hello(struct bytes payload, struct vmc_hello *out);

struct vmc_welcome {
    struct bytes owner;     /* id as text, of the machine's owner */
    struct bytes owner_key; /* its text, as in vm.start_requested */
    struct digest chain;    /* where the emitter's chain stands in the log */
    uint64_t emitter_n;     /* 0: it has not spoken yet */
};
void vmc_put_welcome(struct text *out, const struct vmc_welcome *welcome);
MUST_CHECK struct status vmc_get_welcome(struct bytes payload, struct vmc_welcome *out);

/* An event about the machine, from vm.start_requested on: of the users, profiles, access
 * directories and groups in it, of drives that are to be attached, detached or formatted, of
 * network shares, and vm.controller_restart_requested. */
struct vmc_fact {
    uint64_t n;
    struct bytes kind;    /* the catalogue's name */
    struct bytes subject; /* the first of the event's subjects, as text */
    struct bytes body;    /* canonical JSON, without salt */
    struct bytes command; /* the signed record; empty: none */
};
void vmc_put_fact(struct text *out, const struct vmc_fact *fact);
MUST_CHECK struct status vmc_get_fact(struct bytes payload, struct vmc_fact *out);

struct vmc_user {
    uint32_t connection;
    struct bytes bytes; /* the address, data, or why it is closed */
};
void vmc_put_user(struct text *out, const struct vmc_user *user);
/* For all three kinds: LIMIT if there is more than VMC_DATA_MAX. */
MUST_CHECK struct status vmc_get_user(struct bytes payload, struct vmc_user *out);

#endif
