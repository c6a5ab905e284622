#include "auditd/virt/exports.h"

/* Clients and paths that need no escape; others are written in octal, as exports(5) has it. */
static bool is_plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '.' || c == '_' || c == '-' || c == ':' || c >= 0x80;
}

void exports_begin(struct text *out)
{
    text_put_literal(out, "# Written by cairnd; what is changed here is lost.\n");
}

static bool is_host(struct bytes clients)
{
    for (size_t i = 0; i < clients.size; i++) {
        if (!is_plain(clients.data[i]) || clients.data[i] >= 0x80 || clients.data[i] == '_') {
            return false;
        }
    }
    return clients.size > 0 && clients.data[0] != '-' && clients.data[0] != '/';
}

static bool is_path(struct bytes path)
{
    for (size_t i = 0; i < path.size; i++) {
        if (path.data[i] < ' ' || path.data[i] == 0x7F) {
            return false;
        }
    }
    return path.size > 0 && path.data[0] == '/';
}

struct status exports_add(struct text *out, uint64_t share, struct bytes path, struct bytes clients)
{
    if (!is_path(path)) {
        return FAIL_BECAUSE(MALFORMED, share, "the path of an export begins with a slash");
    }
    if (!is_host(clients)) {
        return FAIL_BECAUSE(MALFORMED, share, "the server of an export is no host or network");
    }
    for (size_t i = 0; i < path.size; i++) {
        if (is_plain(path.data[i])) {
            text_put_char(out, (char)path.data[i]);
        } else {
            text_add(out, "\\%03o", path.data[i]);
        }
    }
    text_put_char(out, ' ');
    text_put_bytes(out, clients);
    text_add(out, "(ro,sync,all_squash,no_subtree_check) # nfs:%llu\n", (unsigned long long)share);
    return out->full ? FAIL(LIMIT, out->capacity) : OK;
}
