#include "auditd/writer/clerk_parts.h"
#include "auditd/writer/critical.h"
#include "core/command_record.h"

#include <assert.h>

/* Verdicts -------------------------------------------------------------------------------- */

static void put_verdict(struct text *out, const struct verdict *verdict)
{
    char memory[WIRE_ID_MAX];
    struct text bulk = TEXT_IN(memory);
    if (verdict->bulk.kind != ID_NONE) {
        id_write(&bulk, verdict->bulk);
    }
    const struct wire_verdict wire = {
        .refused = bytes_of_string(verdict->refused == RULE_NONE ? "" : rule_id(verdict->refused)),
        .first = verdict->first,
        .count = verdict->count,
        .bulk = text_bytes(&bulk),
        .done = verdict->done,
        .items_refused = verdict->items_refused,
    };
    wire_put_verdict(out, &wire, verdict->status);
}

/* All of them were done, or none because of `status`. */
static void send_verdicts(struct clerk *clerk, struct clerk_to to, struct status status,
                          const struct verdict *verdicts, size_t count)
{
    size_t start = clerk_answer_begin(clerk, MESSAGE_VERDICTS, to);
    wire_put_status(&clerk->answer, status);
    wire_put_u16(&clerk->answer, (uint16_t)count);
    for (size_t i = 0; i < count; i++) {
        put_verdict(&clerk->answer, &verdicts[i]);
    }
    clerk_answer_end(clerk, to, start);
}

/* Gathering ------------------------------------------------------------------------------- */

static struct status add_record(struct clerk *clerk, struct bytes record, struct bytes source)
{
    struct command_record command;
    if (clerk->room.mode >= DAEMON_MODE_EMERGENCY) {
        bool critical =
            !failed(command_record_read(record, &command)) && critical_command(command.kind);
        TRY(clerk_check_room(clerk, critical));
    }
    struct request *request = &clerk->requests[clerk->request_count];
    const char *at = clerk->records.data + clerk->records.size;
    text_put_bytes(&clerk->records, record);
    text_put_bytes(&clerk->records, source);
    assert(!clerk->records.full);
    *request = (struct request){.record = bytes_of(at, record.size),
                                .source = bytes_of(at + record.size, source.size)};
    clerk->request_count++;
    return OK;
}

/* The address of a process of this machine is what it says; of another, what the network says. */
static struct bytes source_of(const struct wire_peer *peer, struct bytes said)
{
    return peer->source.size > 0 ? peer->source : said;
}

static struct status add_records(struct clerk *clerk, const struct clerk_request *request,
                                 struct wire_reader *reader, struct asked *asked)
{
    struct bytes source = source_of(&request->peer, wire_get_bytes(reader, LEAF_SOURCE_MAX));
    uint16_t count = wire_get_u16(reader);
    if (count == 0 || count > MESSAGE_RECORDS_MAX) {
        return FAIL_BECAUSE(LIMIT, MESSAGE_RECORDS_MAX, "1 to 64 commands come together");
    }
    for (uint16_t i = 0; i < count && !reader->bad; i++) {
        TRY(add_record(clerk, wire_get_bytes(reader, COMMAND_MAX), source));
    }
    asked->count = count;
    return wire_end(reader);
}

static bool has_room(const struct clerk *clerk)
{
    return clerk->request_count + MESSAGE_RECORDS_MAX <= CLERK_COMMANDS_MAX &&
           clerk->records.capacity - clerk->records.size >
               (size_t)MESSAGE_RECORDS_MAX * (COMMAND_MAX + LEAF_SOURCE_MAX);
}

struct status clerk_take_commands(struct clerk *clerk, const struct clerk_request *request)
{
    struct wire_reader reader = wire_read(request->payload);
    if (!has_room(clerk)) {
        TRY(clerk_flush(clerk));
    }
    size_t records = clerk->records.size;
    struct asked asked = {.to = request->to, .first = clerk->request_count};
    struct status status = add_records(clerk, request, &reader, &asked);
    if (failed(status)) {
        clerk->records.size = records;
        clerk->request_count = asked.first;
        send_verdicts(clerk, request->to, status, NULL, 0);
        return OK;
    }
    clerk->asked[clerk->asked_count++] = asked;
    return OK;
}

/* Doing ----------------------------------------------------------------------------------- */

/* Answered when others can see what was done: whoever asked may look at once. */
struct status clerk_do_commands(struct clerk *clerk)
{
    if (clerk->request_count == 0) {
        return OK;
    }
    TRY(engine_commands(clerk->options.engine, clerk->requests, clerk->request_count,
                        clerk->verdicts));
    TRY(clerk_settle(clerk));
    for (size_t i = 0; i < clerk->asked_count; i++) {
        const struct asked *asked = &clerk->asked[i];
        send_verdicts(clerk, asked->to, OK, &clerk->verdicts[asked->first], asked->count);
    }
    clerk->request_count = clerk->asked_count = 0;
    text_clear(&clerk->records);
    return OK;
}
