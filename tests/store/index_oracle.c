#include "tests/store/index_oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

const struct index_proportions usual = {
    .run_events = INDEX_RUN_EVENTS, .fanout = INDEX_FANOUT, .block_max = INDEX_BLOCK_SIZE};
/* So small that 200,000 events reach the highest level, and blocks hold a few entries. */
const struct index_proportions small = {.run_events = 16, .fanout = 4, .block_max = 150};

struct term common_term(uint64_t number)
{
    struct term term = {.data = {(uint8_t)(TERM_ON + number % 7)}};
    snprintf((char *)term.data + 1, INDEX_TERM_SIZE - 1, "thing:%llu",
             (unsigned long long)(number * number));
    return term;
}

struct term unique_term(uint64_t n)
{
    struct term term = {.data = {TERM_COMMAND}};
    uint64_t seed = n;
    bytes_write_u64(term.data + 1, next_random(&seed));
    return term;
}

/* The terms of event n, always the same: skewed, some twice, and one that nothing else has. */
size_t terms_at(uint64_t n, struct term terms[EVENT_TERMS + 1], uint64_t *numbers)
{
    uint64_t seed = n * 1000003;
    for (size_t i = 0; i < EVENT_TERMS; i++) {
        uint64_t a = next_random(&seed) % COMMON, b = next_random(&seed) % COMMON;
        numbers[i] = i < 2 ? a * b / COMMON : i == 2 ? 0 : a * b / COMMON * a / COMMON;
        terms[i] = common_term(numbers[i]);
    }
    if (n % 5 != 0) {
        return EVENT_TERMS;
    }
    terms[EVENT_TERMS] = unique_term(n);
    return EVENT_TERMS + 1;
}

void ask_oracle(struct oracle *oracle)
{
    for (uint64_t n = 0; n < EVENTS; n++) {
        struct term terms[EVENT_TERMS + 1];
        uint64_t numbers[EVENT_TERMS];
        terms_at(n, terms, numbers);
        for (size_t i = 0; i < EVENT_TERMS; i++) {
            size_t *count = &oracle->counts[numbers[i]];
            uint64_t *positions = oracle->positions[numbers[i]];
            if (*count == 0 || positions[*count - 1] != n) {
                positions[(*count)++] = n;
            }
        }
    }
}

int make_room(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    for (size_t i = 0; i < COMMON; i++) {
        room->oracle.positions[i] = calloc(EVENTS, sizeof(uint64_t));
    }
    ask_oracle(&room->oracle);
    *state = room;
    return 0;
}

int end_room(void **state)
{
    struct room *room = *state;
    for (size_t i = 0; i < COMMON; i++) {
        free(room->oracle.positions[i]);
    }
    free(room);
    return 0;
}

int make_directory(void **state)
{
    struct room *room = *state;
    snprintf(room->directory, sizeof room->directory, "index-XXXXXX");
    return mkdtemp(room->directory) == NULL ? -1 : 0;
}

int remove_directory(void **state)
{
    struct room *room = *state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf '%s'", room->directory);
    return system(command);
}

void note_run(void *context, const struct index_run *run)
{
    struct made *made = context;
    assert_in_range(made->count, 0, 19999);
    made->runs[made->count++] = *run;
}

void assert_ok(struct status status)
{
    char memory[256];
    struct text text = TEXT_IN(memory);
    if (failed(status)) {
        status_describe(status, &text);
        fail_msg("%s", text_string(&text));
    }
}

struct index *open_index(struct room *room, const struct index_proportions *proportions)
{
    struct index *index = NULL;
    assert_ok(index_open_with(room->directory, false, proportions, &index));
    return index;
}

void add_up_to(struct index *index, uint64_t end, struct made *made)
{
    for (uint64_t n = index_size(index) + index->added; n < end; n++) {
        struct term terms[EVENT_TERMS + 1];
        uint64_t numbers[EVENT_TERMS];
        size_t count = terms_at(n, terms, numbers);
        assert_ok(index_add(index, n, terms, count, note_run, made));
    }
}
