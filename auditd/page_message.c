#include "auditd/page_message.h"

void page_request_put(struct text *out, uint32_t id, const struct page_request *request)
{
    size_t start = frame_begin(out, MESSAGE_WEB_REQUEST, id);
    wire_put_u8(out, request->only_head ? 1 : 0);
    wire_put_u8(out, request->secure ? 1 : 0);
    wire_put_bytes(
        out, bytes_of(request->certificate.sha256, request->has_certificate ? DIGEST_SIZE : 0));
    wire_put_bytes(out, request->target);
    wire_put_bytes(out, request->secret);
    wire_put_bytes(out, request->address);
    wire_put_bytes(out, request->refused);
    frame_end(out, start);
}

/* Anything but 0 and 1 is bad. */
static bool get_flag(struct wire_reader *reader)
{
    uint8_t value = wire_get_u8(reader);
    reader->bad = reader->bad || value > 1;
    return value == 1;
}

struct status page_request_decode(struct bytes payload, struct page_request *out)
{
    struct wire_reader reader = wire_read(payload);
    struct page_request request = {0};
    request.only_head = get_flag(&reader);
    request.secure = get_flag(&reader);
    struct bytes certificate = wire_get_bytes(&reader, DIGEST_SIZE);
    request.target = wire_get_bytes(&reader, PAGE_TARGET_MAX);
    request.secret = wire_get_bytes(&reader, PAGE_SECRET_MAX);
    request.address = wire_get_bytes(&reader, PAGE_ADDRESS_MAX);
    request.refused = wire_get_bytes(&reader, PAGE_REFUSED_MAX);
    TRY(wire_end(&reader));
    request.has_certificate = certificate.size == DIGEST_SIZE;
    if (request.target.size == 0 || (certificate.size != 0 && !request.has_certificate)) {
        return FAIL(MALFORMED, 0);
    }
    if (request.has_certificate) {
        memcpy(request.certificate.sha256, certificate.data, DIGEST_SIZE);
    }
    *out = request;
    return OK;
}

void page_answer_put(struct text *out, uint32_t id, const struct page_answer *answer)
{
    size_t start = frame_begin(out, MESSAGE_WEB_ANSWER, id);
    wire_put_u16(out, (uint16_t)answer->status);
    wire_put_bytes(out, answer->type);
    wire_put_bytes(out, answer->download);
    wire_put_bytes(out, answer->secret);
    wire_put_bytes(out, answer->location);
    wire_put_u32(out, answer->retry_after_s);
    wire_put_u8(out, answer->immutable ? 1 : 0);
    wire_put_u64(out, answer->size);
    frame_end(out, start);
}

/* Nothing that a reader says can end a header field and begin another. */
static bool is_visible(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return true;
}

struct status page_answer_decode(struct bytes payload, struct page_answer *out)
{
    struct wire_reader reader = wire_read(payload);
    struct page_answer answer = {0};
    answer.status = wire_get_u16(&reader);
    answer.type = wire_get_bytes(&reader, PAGE_TYPE_MAX);
    answer.download = wire_get_bytes(&reader, PAGE_DOWNLOAD_MAX);
    answer.secret = wire_get_bytes(&reader, PAGE_SECRET_MAX);
    answer.location = wire_get_bytes(&reader, PAGE_LOCATION_MAX);
    answer.retry_after_s = wire_get_u32(&reader);
    answer.immutable = get_flag(&reader);
    answer.size = wire_get_u64(&reader);
    TRY(wire_end(&reader));
    if (answer.status < 200 || answer.status > 599 || answer.size > PAGE_BODY_MAX ||
        !is_visible(answer.type) || !is_visible(answer.download) || !is_visible(answer.secret) ||
        !is_visible(answer.location)) {
        return FAIL(MALFORMED, 0);
    }
    *out = answer;
    return OK;
}
