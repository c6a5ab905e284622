#include "reports/hints/last_ones.h"
#include "reports/hints/rule.h"

#include <inttypes.h>
#include <string.h>

/* What leaves: bytes that other systems say went out, and files as large as what was read. */

/* Bytes that went out ----------------------------------------------------------------------- */

enum {
    OUT_DAYS_KNOWN = 5, /* before a day can be compared with them */
    OUT_TIMES = 5,      /* the median */
    OUT_LEAST_MB = 100,
};

#define OUT_MEMBER "bytes_out"

struct day_of_machine {
    struct last_ones days; /* bytes of each */
    uint64_t day, bytes;
    uint64_t much_us; /* when it became much; 0: it is not */
    bool counts, told;
};

struct day_of_address { /* of one machine */
    struct hint_trail trail;
    uint64_t first_day, day, bytes;
};

struct outflow {
    struct tally machines;  /* `host of system` -> struct day_of_machine */
    struct tally addresses; /* the same, address -> struct day_of_address */
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* The member's number, as `"bytes_out":5` or `bytes_out=5`; 0 if there is none. */
static uint64_t bytes_out(struct bytes raw)
{
    const size_t size = strlen(OUT_MEMBER);
    const uint8_t *at = memmem(raw.data, raw.size, OUT_MEMBER, size);
    if (raw.size == 0 || at == NULL) {
        return 0;
    }
    size_t i = (size_t)(at - raw.data) + size;
    while (i < raw.size && memchr("\" :=", raw.data[i], 4) != NULL) {
        i++;
    }
    uint64_t number = 0;
    for (; i < raw.size && is_digit(raw.data[i]) && number < UINT64_C(1) << 53; i++) {
        number = number * 10 + (uint64_t)(raw.data[i] - '0');
    }
    return number < UINT64_C(1) << 53 ? number : 0;
}

static bool begins(struct bytes text, const char *with)
{
    const size_t size = strlen(with);
    return text.size >= size && memcmp(text.data, with, size) == 0;
}

/* RFC 1918's middle network: 172.16 to 172.31. */
static bool is_of_172(struct bytes address)
{
    return begins(address, "172.") && address.size > 7 && address.data[6] == '.' &&
           ((address.data[4] == '1' && address.data[5] >= '6') || address.data[4] == '2' ||
            (address.data[4] == '3' && address.data[5] <= '1'));
}

/* As far as an address tells: one that is no network's own. */
static bool is_outside(struct bytes address)
{
    static const char *const inside[] = {"10.", "192.168.", "127.", "169.254.", "0.",  "::1",
                                         "fc",  "fd",       "fe8",  "fe9",      "fea", "feb"};
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
        if (begins(address, inside[i])) {
            return false;
        }
    }
    return address.size > 0 && !is_of_172(address);
}

static bool is_much(const struct day_of_machine *machine)
{
    return machine->days.count >= OUT_DAYS_KNOWN &&
           machine->bytes >= OUT_LEAST_MB * UINT64_C(1000000) &&
           machine->bytes > OUT_TIMES * last_ones_median(&machine->days);
}

/* The address that got most of it that day, among the pairs of this machine. */
static const struct day_of_address *most(const struct outflow *outflow, struct bytes who,
                                         uint64_t day, struct bytes *address)
{
    const struct day_of_address *best = NULL;
    for (uint32_t i = 0; i < outflow->addresses.count; i++) {
        const struct bytes key = tally_key(&outflow->addresses, i);
        const struct day_of_address *of = tally_value(&outflow->addresses, i);
        if (key.size > who.size + 1 && memcmp(key.data, who.data, who.size) == 0 &&
            key.data[who.size] == '\0' && of->day == day &&
            (best == NULL || of->bytes > best->bytes)) {
            best = of;
            *address = bytes_of(key.data + who.size + 1, key.size - who.size - 1);
        }
    }
    return best;
}

static void put_machine(const struct day_of_machine *machine, struct text *about)
{
    const uint64_t median = last_ones_median(&machine->days);
    hint_put_bytes(about, machine->bytes);
    text_put_literal(about, " went out on ");
    hint_put_day(about, machine->day * HINT_DAY_US);
    text_add(about, ", %" PRIu64 " times the median of %zu active days before, ",
             machine->bytes / (median == 0 ? 1 : median), last_ones_kept(&machine->days));
    hint_put_bytes(about, median);
}

static void put_address(const struct day_of_address *of, struct bytes address, struct text *about)
{
    text_put_literal(about, "; ");
    hint_put_bytes(about, of->bytes);
    text_put_literal(about, " of it to ");
    hint_put_name(about, address);
    text_put_string(about, of->first_day == of->day ? ", first seen that day" : "");
}

/* It rests on what went to the address that got most. */
static struct status tell_outflow(struct hints *hints, const struct outflow *outflow,
                                  struct bytes who, struct day_of_machine *machine)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    struct bytes address = {0};
    const struct day_of_address *of = most(outflow, who, machine->day, &address);
    if (of == NULL) {
        return OK;
    }
    put_machine(machine, &about);
    put_address(of, address, &about);
    machine->told = true;
    return hint_tell(hints, &(struct hint_finding){.time_utc_us = machine->much_us,
                                                   .counts = machine->counts,
                                                   .who = who,
                                                   .about = &about,
                                                   .trail = &of->trail});
}

static struct status end_day(struct hints *hints, const struct outflow *outflow, struct bytes who,
                             struct day_of_machine *machine)
{
    if (!machine->told && machine->much_us != 0) {
        TRY(tell_outflow(hints, outflow, who, machine));
    }
    if (machine->bytes > 0) {
        last_ones_add(&machine->days, machine->bytes);
    }
    machine->bytes = machine->much_us = 0;
    machine->counts = machine->told = false;
    return OK;
}

struct sent {
    uint64_t day, bytes;
};

static struct status note_address(struct outflow *outflow, struct bytes who,
                                  const struct hint_event *event, struct sent sent)
{
    void *value;
    TRY(hint_at(&outflow->addresses, who, event->leaf->source, &value));
    struct day_of_address *address = value;
    address->first_day = address->first_day == 0 ? sent.day : address->first_day;
    if (address->day != sent.day) {
        address->bytes = address->trail.count = 0;
    }
    address->bytes += sent.bytes;
    address->day = sent.day;
    hint_trail_add(&address->trail, event->leaf->n);
    return OK;
}

/* What comes late is of the day at hand. */
static struct status note_machine(struct hints *hints, struct outflow *outflow, struct bytes who,
                                  const struct hint_event *event, uint64_t bytes)
{
    void *value;
    const uint64_t day = event->time_utc_us / HINT_DAY_US;
    TRY(tally_at(&outflow->machines, who, &value));
    struct day_of_machine *machine = value;
    if (day > machine->day) {
        TRY(end_day(hints, outflow, who, machine));
        machine->day = day;
    }
    TRY(note_address(outflow, who, event, (struct sent){machine->day, bytes}));
    machine->bytes += bytes;
    machine->counts = machine->counts || event->counts;
    if (machine->much_us == 0 && is_much(machine)) {
        machine->much_us = event->time_utc_us;
    }
    return hints->options.at_once && !machine->told && machine->much_us != 0
               ? tell_outflow(hints, outflow, who, machine)
               : OK;
}

static struct status outflow_event(struct hints *hints, void *state, const struct hint_event *event)
{
    char memory[HINT_NAME_SIZE];
    struct text who = TEXT_IN(memory);
    if (!event->foreign || event->body == NULL || event->leaf->outcome != OUTCOME_OK) {
        return OK;
    }
    const struct audit_record_imported *record = &event->body->audit_record_imported;
    const uint64_t bytes = bytes_out(record->has_raw ? record->raw : record->raw_bytes);
    if (bytes == 0 || !record->has_host || !is_outside(event->leaf->source)) {
        return OK;
    }
    text_put_bytes(&who, record->host);
    text_put_literal(&who, " of ");
    text_put_bytes(&who, record->system);
    return who.full ? OK : note_machine(hints, state, text_bytes(&who), event, bytes);
}

static struct status outflow_end(struct hints *hints, void *state)
{
    struct outflow *outflow = state;
    for (uint32_t i = 0; i < outflow->machines.count; i++) {
        TRY(end_day(hints, outflow, tally_key(&outflow->machines, i),
                    tally_value(&outflow->machines, i)));
    }
    return OK;
}

static struct status outflow_begin(struct hints *hints, void *state)
{
    struct outflow *outflow = state;
    TRY(hint_tally(hints, &outflow->machines, HINT_KEYS_MAX, sizeof(struct day_of_machine)));
    return hint_tally(hints, &outflow->addresses, HINT_PAIRS_MAX, sizeof(struct day_of_address));
}

static const struct hint_rule volume_out = {
    .info = {"volume-out", "A machine sends far more to the outside on one day than on the others",
             "records with `bytes_out` and an address outside: 5 times the median of the last 32 "
             "active days (at least 5), at least 100 MB",
             HINT_HIGH},
    .state_size = sizeof(struct outflow),
    .begin = outflow_begin,
    .event = outflow_event,
    .end = outflow_end,
};

/* As large as what was read ------------------------------------------------------------------ */

enum {
    COPY_WINDOW_H = 24,
    COPY_LEAST = 1 << 20, /* bytes: small files are often alike */
};

struct sealed { /* of a file */
    uint64_t size;
};

struct taken { /* by one person, of one size */
    struct id file;
    uint64_t n, time_us;
};

struct copying {
    struct tally files; /* -> struct sealed */
    struct tally taken; /* who, size -> struct taken */
};

static struct status note_taken(struct copying *copying, const struct hint_event *event)
{
    char file_memory[64], memory[32];
    struct text file = TEXT_IN(file_memory), size = TEXT_IN(memory);
    void *value;
    id_write(&file, event->leaf->on[0]);
    const struct sealed *sealed = tally_find(&copying->files, text_bytes(&file));
    if (sealed == NULL || sealed->size < COPY_LEAST) {
        return OK;
    }
    text_put_u64(&size, sealed->size);
    TRY(hint_at(&copying->taken, event->who, text_bytes(&size), &value));
    *(struct taken *)value = (struct taken){event->leaf->on[0], event->leaf->n, event->time_utc_us};
    return OK;
}

static struct status tell_copy(struct hints *hints, const struct hint_event *event,
                               const struct taken *taken)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    const struct hint_trail earlier = {.n = {taken->n}, .count = 1};
    text_put_literal(&about, "wrote ");
    id_write(&about, event->leaf->on[0]);
    text_put_literal(&about, ", as large as ");
    id_write(&about, taken->file);
    text_add(&about, ", %" PRIu64 " bytes, whose key was fetched ",
             event->body->vault_file_sealed.size);
    hint_put_duration(&about, event->time_utc_us - taken->time_us);
    text_put_literal(&about, " before");
    return hint_tell_event(hints, event, &earlier, &about);
}

static struct status note_sealed(struct hints *hints, struct copying *copying,
                                 const struct hint_event *event)
{
    char file_memory[64], memory[32];
    struct text file = TEXT_IN(file_memory), size = TEXT_IN(memory);
    void *value;
    const uint64_t bytes = event->body->vault_file_sealed.size;
    id_write(&file, event->leaf->on[0]);
    text_put_u64(&size, bytes);
    TRY(tally_at(&copying->files, text_bytes(&file), &value));
    ((struct sealed *)value)->size = bytes;
    const struct taken *taken = hint_find(&copying->taken, event->who, text_bytes(&size));
    const bool is_copy = taken != NULL && taken->n > 0 && bytes >= COPY_LEAST &&
                         !id_equal(taken->file, event->leaf->on[0]) &&
                         event->time_utc_us - taken->time_us <= COPY_WINDOW_H * HINT_HOUR_US;
    return is_copy ? tell_copy(hints, event, taken) : OK;
}

static struct status copy_event(struct hints *hints, void *state, const struct hint_event *event)
{
    const struct leaf *leaf = event->leaf;
    if (event->who.size == 0 || leaf->outcome != OUTCOME_OK) {
        return OK;
    }
    if (leaf->kind == EVENT_VAULT_KEY_FETCHED) {
        return note_taken(state, event);
    }
    return leaf->kind == EVENT_VAULT_FILE_SEALED && event->body != NULL
               ? note_sealed(hints, state, event)
               : OK;
}

static struct status copy_begin(struct hints *hints, void *state)
{
    struct copying *copying = state;
    TRY(hint_tally(hints, &copying->files, HINT_PAIRS_MAX, sizeof(struct sealed)));
    return hint_tally(hints, &copying->taken, HINT_PAIRS_MAX, sizeof(struct taken));
}

static const enum event_kind copy_bodies[] = {EVENT_VAULT_FILE_SEALED, EVENT_KIND_COUNT};

static const struct hint_rule same_size = {
    .info = {"same-size", "Somebody writes a file exactly as large as one just opened: a copy",
             "24 hours after the key of the other one was fetched, at least 1 MiB", HINT_MEDIUM},
    .state_size = sizeof(struct copying),
    .begin = copy_begin,
    .event = copy_event,
    .bodies = copy_bodies,
};

const struct hint_rule *const hint_rules_outflow[] = {&volume_out, &same_size, NULL};
