#include "auditd/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define COUNTER_TYPE_GAUGE COUNTER_GAUGE
#define COUNTER_TYPE_COUNTING COUNTER_COUNTING

/* Names stand in capitals in the table, since they are those of an enum as well. */
const struct counter_info counter_infos[COUNTER_COUNT] = {
#define COUNTER(name, type, about) {#name, COUNTER_TYPE_##type, about},
#include "auditd/counters.def"
};

/* The memory --------------------------------------------------------------------------------- */

struct status counters_make(int *writable, int *readable)
{
    char path[64];
    const int memory = memfd_create("cairnd-counters", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
    if (ftruncate(memory, COUNTERS_SIZE) != 0 ||
        fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0 ||
        (*readable = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
        const struct status status = FAIL(IO, (uint64_t)errno);
        close(memory);
        return status;
    }
    *writable = memory;
    return OK;
}

static struct status map(int file, int protection, unsigned page, size_t size, void **out)
{
    void *memory = mmap(NULL, size, protection, MAP_SHARED, file, (off_t)page * COUNTERS_PAGE_SIZE);
    if (memory == MAP_FAILED) {
        return FAIL(IO, (uint64_t)errno);
    }
    *out = memory;
    return OK;
}

struct status counters_map_own(int writable, unsigned seat, struct counters **out)
{
    void *memory;
    TRY(map(writable, PROT_READ | PROT_WRITE, seat, COUNTERS_PAGE_SIZE, &memory));
    *out = memory;
    return OK;
}

struct status counters_map_supervisor(int writable, struct counters_supervisor **out)
{
    void *memory;
    TRY(map(writable, PROT_READ | PROT_WRITE, SEATS_MAX, COUNTERS_PAGE_SIZE, &memory));
    *out = memory;
    return OK;
}

struct status counters_map_all(int readable, const uint8_t **out)
{
    void *memory;
    TRY(map(readable, PROT_READ, 0, COUNTERS_SIZE, &memory));
    *out = memory;
    return OK;
}

/* What is shown ------------------------------------------------------------------------------ */

static uint64_t get(const _Atomic uint64_t *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

static void put_name(const char *name, struct text *out)
{
    for (const char *c = name; *c != '\0'; c++) {
        text_put_char(out, *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c);
    }
}

/* A seat is shown once it has had a process. */
static bool is_shown(const uint8_t *all, unsigned seat)
{
    return get(&counters_of_supervisor(all)->seats[seat].started_utc_us) != 0;
}

static void put_help(struct text *out, const char *name, const char *type, const char *about)
{
    text_put_literal(out, "# HELP cairn_");
    put_name(name, out);
    text_add(out, " %s\n# TYPE cairn_", about);
    put_name(name, out);
    text_add(out, " %s\n", type);
}

static void put_sample(struct text *out, const char *name, unsigned seat, uint64_t value)
{
    const struct seat_name seat_text = seat_name(seat);
    text_put_literal(out, "cairn_");
    put_name(name, out);
    text_add(out, "{process=\"%s\"} ", seat_text.text);
    text_put_u64(out, value);
    text_put_char(out, '\n');
}

static void put_counter(const uint8_t *all, enum counter counter, struct text *out)
{
    const struct counter_info *info = &counter_infos[counter];
    bool begun = false;
    for (unsigned seat = 0; seat < SEATS_MAX; seat++) {
        const struct counters *counters = counters_of(all, seat);
        if (is_shown(all, seat) && get(&counters->touched[counter]) != 0) {
            if (!begun) {
                put_help(out, info->name, info->type == COUNTER_GAUGE ? "gauge" : "counter",
                         info->about);
                begun = true;
            }
            put_sample(out, info->name, seat, get(&counters->values[counter]));
        }
    }
}

typedef uint64_t seat_fact(const uint8_t *all, unsigned seat);

static uint64_t fact_up(const uint8_t *all, unsigned seat)
{
    const struct counters_seat *facts = &counters_of_supervisor(all)->seats[seat];
    return get(&facts->pid) != 0 && get(&facts->ready) != 0 ? 1 : 0;
}

static uint64_t fact_started(const uint8_t *all, unsigned seat)
{
    return get(&counters_of_supervisor(all)->seats[seat].started_utc_us) / 1000000;
}

static uint64_t fact_restarts(const uint8_t *all, unsigned seat)
{
    return get(&counters_of_supervisor(all)->seats[seat].restarts);
}

static uint64_t fact_landlock(const uint8_t *all, unsigned seat)
{
    return get(&counters_of_supervisor(all)->seats[seat].landlock);
}

static uint64_t fact_seccomp(const uint8_t *all, unsigned seat)
{
    return get(&counters_of_supervisor(all)->seats[seat].seccomp);
}

static const struct {
    const char *name, *type, *about;
    seat_fact *fact;
} facts[] = {
    {"process_up", "gauge", "1 while the process works.", fact_up},
    {"process_started_seconds", "gauge", "When it was started, in seconds since 1970.",
     fact_started},
    {"process_restarts_total", "counter", "How often it was started anew.", fact_restarts},
    {"process_landlock_abi", "gauge", "The version of Landlock it is in; 0: none.", fact_landlock},
    {"process_seccomp", "gauge", "1 if its system calls are filtered.", fact_seccomp},
};

void counters_write_metrics(const uint8_t *all, struct text *out)
{
    for (size_t i = 0; i < (sizeof facts / sizeof facts[0]); i++) {
        put_help(out, facts[i].name, facts[i].type, facts[i].about);
        for (unsigned seat = 0; seat < SEATS_MAX; seat++) {
            if (is_shown(all, seat)) {
                put_sample(out, facts[i].name, seat, facts[i].fact(all, seat));
            }
        }
    }
    for (unsigned counter = 0; counter < COUNTER_COUNT; counter++) {
        put_counter(all, (enum counter)counter, out);
    }
}

static void put_members(const uint8_t *all, unsigned seat, struct text *out)
{
    const struct counters *counters = counters_of(all, seat);
    bool first = true;
    for (unsigned counter = 0; counter < COUNTER_COUNT; counter++) {
        if (get(&counters->touched[counter]) != 0) {
            text_put_literal(out, "\"");
            put_name(counter_infos[counter].name, out);
            text_put_literal(out, "\":");
            text_put_u64(out, get(&counters->values[counter]));
            text_put_literal(out, ",");
            first = false;
        }
    }
    if (!first) {
        out->size--; /* the last comma */
    }
}

static void put_seat(const uint8_t *all, unsigned seat, struct text *out)
{
    const struct counters_seat *seat_facts = &counters_of_supervisor(all)->seats[seat];
    const struct seat_name name = seat_name(seat);
    text_put_literal(out, "{\"counters\":{");
    put_members(all, seat, out);
    text_add(out, "},\"landlock\":%llu,", (unsigned long long)get(&seat_facts->landlock));
    text_add(out, "\"pid\":%llu,", (unsigned long long)get(&seat_facts->pid));
    text_add(out, "\"process\":\"%s\",", name.text);
    text_add(out, "\"restarts\":%llu,", (unsigned long long)get(&seat_facts->restarts));
    text_add(out, "\"seccomp\":%s,", get(&seat_facts->seccomp) != 0 ? "true" : "false");
    text_add(out, "\"started_us\":%llu,", (unsigned long long)get(&seat_facts->started_utc_us));
    text_add(out, "\"up\":%s}", fact_up(all, seat) != 0 ? "true" : "false");
}

void counters_write_json(const uint8_t *all, struct text *out)
{
    const struct counters_supervisor *supervisor = counters_of_supervisor(all);
    bool first = true;
    text_add(out, "{\"pid\":%llu,\"processes\":[", (unsigned long long)get(&supervisor->pid));
    for (unsigned seat = 0; seat < SEATS_MAX; seat++) {
        if (is_shown(all, seat)) {
            text_put_string(out, first ? "" : ",");
            put_seat(all, seat, out);
            first = false;
        }
    }
    text_add(out, "],\"reloads\":%llu,", (unsigned long long)get(&supervisor->reloads));
    text_add(out, "\"reloads_refused\":%llu,",
             (unsigned long long)get(&supervisor->reloads_refused));
    text_add(out, "\"started_us\":%llu}", (unsigned long long)get(&supervisor->started_utc_us));
}
