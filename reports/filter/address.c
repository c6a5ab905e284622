#include "reports/filter/address.h"

#include <arpa/inet.h>

enum {
    TEXT_SIZE = 64, /* longer than any address */
};

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}; /* ::ffff:0:0/96 */

static bool read_address(struct bytes text, uint8_t out[static 16], uint8_t *size)
{
    char string[TEXT_SIZE];
    if (text.size == 0 || text.size >= sizeof string || memchr(text.data, 0, text.size) != NULL) {
        return false;
    }
    memcpy(string, text.data, text.size);
    string[text.size] = '\0';
    memset(out, 0, 16);
    if (inet_pton(AF_INET, string, out) == 1) {
        *size = 4;
        return true;
    }
    *size = 16;
    return inet_pton(AF_INET6, string, out) == 1;
}

/* Whether the first so many bits are the same. */
static bool bits_equal(const uint8_t *a, const uint8_t *b, uint32_t bits)
{
    uint32_t whole = bits / 8, rest = bits % 8;
    if (memcmp(a, b, whole) != 0) {
        return false;
    }
    return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

static void clear_past(uint8_t address[static 16], uint32_t bits)
{
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t kept = bits > i * 8 ? bits - i * 8 : 0;
        uint32_t mask = kept >= 8 ? 0xffu : 0xff00u >> kept;
        address[i] = (uint8_t)(address[i] & mask);
    }
}

struct status address_read_block(struct bytes text, struct address_block *out)
{
    struct address_block block = {.size = 0};
    const uint8_t *slash = text.size == 0 ? NULL : memchr(text.data, '/', text.size);
    size_t size = slash == NULL ? text.size : (size_t)(slash - text.data);
    if (!read_address(bytes_of(text.data, size), block.bytes, &block.size)) {
        return FAIL_BECAUSE(MALFORMED, 0, "this is no network address");
    }
    uint64_t length = block.size * 8u;
    if (slash != NULL && (!text_read_u64(bytes_of(slash + 1, text.size - size - 1), &length) ||
                          length > block.size * 8u)) {
        return FAIL_BECAUSE(MALFORMED, size + 1,
                            "the length of a block is 0 to 32 bits, of IPv6 to 128");
    }
    block.length = (uint8_t)length;
    uint8_t all[16];
    memcpy(all, block.bytes, sizeof all);
    clear_past(block.bytes, block.length);
    if (memcmp(all, block.bytes, sizeof all) != 0) {
        return FAIL_BECAUSE(MALFORMED, size + 1,
                            "the address has bits set past the block's length");
    }
    *out = block;
    return OK;
}

void address_write_block(const struct address_block *block, struct text *out)
{
    char memory[INET6_ADDRSTRLEN];
    if (inet_ntop(block->size == 4 ? AF_INET : AF_INET6, block->bytes, memory, sizeof memory) !=
        NULL) {
        text_add(out, "%s/%u", memory, (unsigned)block->length);
    }
}

bool address_in_block(struct bytes text, const struct address_block *block)
{
    uint8_t address[16], size;
    if (!read_address(text, address, &size)) {
        return false;
    }
    if (block->size == 4 && size == 16 && memcmp(address, mapped, sizeof mapped) == 0) {
        return bits_equal(address + sizeof mapped, block->bytes, block->length);
    }
    return size == block->size && bits_equal(address, block->bytes, block->length);
}
