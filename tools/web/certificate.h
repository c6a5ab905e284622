/*
 * tools/web/certificate.h -- the fingerprint of a certificate in a file.
 *
 * Shape    SHA-256 over the certificate's DER, as `openssl x509 -fingerprint -sha256` prints it and
 *          as the daemon takes it of a client. A file in PEM has one certificate, the client's own;
 *          else it is DER. Nothing else of it is looked at: who signed it is for the daemon to
 *          check when somebody comes with it.
 * Limits   CERTIFICATE_MAX bytes.
 * Errors   MALFORMED at the byte, with the reason; LIMIT.
 * Source   RFC 7468; X.690 8.1.
 */
#ifndef TOOLS_WEB_CERTIFICATE_H
#define TOOLS_WEB_CERTIFICATE_H

#include "store/hash.h"

enum {
    CERTIFICATE_MAX = 64 << 10, /* bytes of a file */
};

MUST_CHECK struct status certificate_fingerprint(struct bytes file, struct hasher *hasher,
                                                 struct digest *out);

#endif
