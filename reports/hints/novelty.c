#include "reports/hints/rule.h"

#include <inttypes.h>

/* Whoever is known, and a thing of a kind that he has not had before. */

enum {
    KNOWN_EVENTS = 20,  /* after which somebody is known */
    RARE_EVENTS = 1000, /* in all, before anything can be called rare */
    RARE_MOST = 3,
    PLACES_MINUTES = 10,
};

struct known {
    uint64_t events, things;
    uint64_t quiet; /* events since the last new thing */
    uint64_t last_n;
};

struct novelty {
    struct tally people; /* who -> struct known */
    struct tally things; /* who, thing -> how often */
};

static struct status novelty_begin(struct hints *hints, void *state)
{
    struct novelty *novelty = state;
    TRY(hint_tally(hints, &novelty->people, HINT_KEYS_MAX, sizeof(struct known)));
    return hint_tally(hints, &novelty->things, HINT_PAIRS_MAX, sizeof(uint64_t));
}

struct novelty_words {
    const char *doing, *among, *noun, *nouns;
};

static void put_novelty(struct text *about, struct bytes thing, const struct known *known,
                        const struct novelty_words *words)
{
    text_add(about, "%s ", words->doing);
    hint_put_name(about, thing);
    text_put_literal(about, " for the first time, after ");
    hint_put_count(about, known->events, "event");
    text_add(about, " %s %" PRIu64 " other %s, the last %" PRIu64 " without anything new",
             words->among, known->things, known->things == 1 ? words->noun : words->nouns,
             known->quiet);
}

/* The new thing is told of if who did it is known by now; both are noted. */
static struct status meet(struct hints *hints, struct novelty *novelty,
                          const struct hint_event *event, struct bytes thing,
                          const struct novelty_words *words)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    void *known_value, *seen_value;
    TRY(tally_at(&novelty->people, event->who, &known_value));
    TRY(hint_at(&novelty->things, event->who, thing, &seen_value));
    struct known *known = known_value;
    uint64_t *seen = seen_value;
    const struct hint_trail earlier = {.n = {known->last_n}, .count = 1};
    if (*seen == 0 && known->quiet >= KNOWN_EVENTS) {
        put_novelty(&about, thing, known, words);
        TRY(hint_tell_event(hints, event, &earlier, &about));
    }
    known->things += *seen == 0;
    known->quiet = *seen == 0 ? 0 : known->quiet + 1;
    known->events++;
    known->last_n = event->leaf->n;
    (*seen)++;
    return OK;
}

/* An address ------------------------------------------------------------------------------- */

static struct status address_event(struct hints *hints, void *state, const struct hint_event *event)
{
    static const struct novelty_words words = {"came from", "from", "address", "addresses"};
    if (event->who.size == 0 || event->leaf->source.size == 0) {
        return OK;
    }
    return meet(hints, state, event, event->leaf->source, &words);
}

static const struct hint_rule first_address = {
    .info = {"first-address", "Somebody comes from an address not seen with that person before",
             "all events of the person, the last 20 of which came from known addresses", HINT_INFO},
    .state_size = sizeof(struct novelty),
    .begin = novelty_begin,
    .event = address_event,
};

/* A network, with success ------------------------------------------------------------------ */

/* What comes before the n-th `separator`; all of it if there are fewer. */
static struct bytes before(struct bytes text, char separator, size_t nth)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == (uint8_t)separator && --nth == 0) {
            return bytes_of(text.data, i);
        }
    }
    return text;
}

/* The first 24 bits of an address, the first 64 of a long one as far as they are written. */
static struct bytes network_of(struct bytes source)
{
    bool is_long = memchr(source.data, ':', source.size) != NULL;
    return is_long ? before(source, ':', 4) : before(source, '.', 3);
}

/* A name is no address, of which one could tell the network. */
static bool is_address(struct bytes source)
{
    if (memchr(source.data, ':', source.size) != NULL) {
        return true;
    }
    for (size_t i = 0; i < source.size; i++) {
        if ((source.data[i] < '0' || source.data[i] > '9') && source.data[i] != '.') {
            return false;
        }
    }
    return true;
}

static struct status network_event(struct hints *hints, void *state, const struct hint_event *event)
{
    static const struct novelty_words words = {"succeeded from network", "from", "network",
                                               "networks"};
    if (event->who.size == 0 || event->leaf->source.size == 0 ||
        event->leaf->outcome != OUTCOME_OK || !is_address(event->leaf->source)) {
        return OK;
    }
    return meet(hints, state, event, network_of(event->leaf->source), &words);
}

static const struct hint_rule new_network = {
    .info = {"new-network",
             "Somebody succeeds from a network (/24, or /64) not seen with that person before",
             "all successes of the person, the last 20 of which came from known networks",
             HINT_MEDIUM},
    .state_size = sizeof(struct novelty),
    .begin = novelty_begin,
    .event = network_event,
};

/* Two networks at once ---------------------------------------------------------------------- */

struct place { /* where somebody last succeeded from */
    uint64_t n, time_us, told_us;
    uint64_t size;
    char network[LEAF_SOURCE_MAX];
};

static struct status tell_places(struct hints *hints, const struct hint_event *event,
                                 const struct place *place, struct bytes network)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    const struct hint_trail earlier = {.n = {place->n}, .count = 1};
    text_put_literal(&about, "succeeded from ");
    text_put_bytes(&about, network);
    text_put_literal(&about, ", ");
    hint_put_duration(&about, event->time_utc_us - place->time_us);
    text_put_literal(&about, " after ");
    text_put(&about, place->network, place->size);
    return hint_tell_event(hints, event, &earlier, &about);
}

static struct status places_event(struct hints *hints, void *state, const struct hint_event *event)
{
    struct tally *tally = state;
    void *value;
    if (event->who.size == 0 || event->leaf->source.size == 0 ||
        event->leaf->outcome != OUTCOME_OK || !is_address(event->leaf->source)) {
        return OK;
    }
    struct bytes network = network_of(event->leaf->source);
    TRY(tally_at(tally, event->who, &value));
    struct place *place = value;
    uint64_t time_us = event->time_utc_us;
    bool elsewhere = place->size > 0 && time_us >= place->time_us &&
                     !bytes_equal(bytes_of(place->network, place->size), network);
    if (elsewhere && time_us - place->time_us <= PLACES_MINUTES * HINT_MINUTE_US &&
        (place->told_us == 0 || time_us - place->told_us > HINT_DAY_US)) {
        place->told_us = time_us;
        TRY(tell_places(hints, event, place, network));
    }
    place->n = event->leaf->n;
    place->time_us = time_us;
    place->size = network.size;
    memcpy(place->network, network.data, network.size);
    return OK;
}

static struct status places_begin(struct hints *hints, void *state)
{
    return hint_tally(hints, state, HINT_KEYS_MAX, sizeof(struct place));
}

static const struct hint_rule two_places = {
    .info = {"two-places",
             "Somebody succeeds from two networks (/24, or /64) at nearly the same time",
             "10 minutes; told once a day", HINT_MEDIUM},
    .state_size = sizeof(struct tally),
    .begin = places_begin,
    .event = places_event,
};

/* Something never done --------------------------------------------------------------------- */

static struct status act_event(struct hints *hints, void *state, const struct hint_event *event)
{
    static const struct novelty_words words = {"did", "of", "kind", "kinds"};
    if (event->who.size == 0) {
        return OK;
    }
    return meet(hints, state, event, event->act, &words);
}

static const struct hint_rule first_act = {
    .info = {"first-act", "Somebody does what that person never did before",
             "all events of the person, the last 20 of which were of known kinds", HINT_INFO},
    .state_size = sizeof(struct novelty),
    .begin = novelty_begin,
    .event = act_event,
};

/* Something that hardly ever happens ------------------------------------------------------- */

struct rare {
    struct tally acts;    /* system, act -> struct seldom */
    struct tally systems; /* -> events */
};

struct seldom {
    struct hint_trail trail;
    uint64_t last_us;
    bool counts;
    const uint64_t *of; /* events of the system */
};

static struct bytes system_of(const struct hint_event *event)
{
    return event->foreign && event->body != NULL ? event->body->audit_record_imported.system
                                                 : LITERAL("");
}

static struct status rare_event(struct hints *hints, void *state, const struct hint_event *event)
{
    struct rare *rare = state;
    void *value, *events;
    struct bytes system = system_of(event);
    (void)hints;
    if (system.size >= HINT_NAME_SIZE) {
        return OK; /* that is no name of a system */
    }
    TRY(tally_at(&rare->systems, system, &events));
    TRY(hint_at(&rare->acts, event->act, system, &value));
    struct seldom *seldom = value;
    seldom->of = events;
    (*(uint64_t *)events)++;
    hint_trail_add(&seldom->trail, event->leaf->n);
    seldom->last_us = event->time_utc_us;
    seldom->counts = seldom->counts || event->counts;
    return OK;
}

/* An act and, of another system, its name. */
static void put_pair(struct bytes key, struct text *out)
{
    struct bytes act = before(key, '\0', 1);
    hint_put_name(out, act);
    if (act.size + 1 < key.size) {
        text_put_literal(out, " of ");
        hint_put_name(out, bytes_of(key.data + act.size + 1, key.size - act.size - 1));
    }
}

static struct status rare_end(struct hints *hints, void *state)
{
    struct rare *rare = state;
    for (uint32_t i = 0; i < rare->acts.count; i++) {
        char memory[HINT_ABOUT_SIZE];
        struct text about = TEXT_IN(memory);
        const struct seldom *seldom = tally_value(&rare->acts, i);
        if (seldom->trail.count > RARE_MOST || *seldom->of < RARE_EVENTS) {
            continue;
        }
        put_pair(tally_key(&rare->acts, i), &about);
        text_add(&about, ": %" PRIu64 " of %" PRIu64 " events", seldom->trail.count, *seldom->of);
        TRY(hint_tell(hints, &(struct hint_finding){.time_utc_us = seldom->last_us,
                                                    .counts = seldom->counts,
                                                    .about = &about,
                                                    .trail = &seldom->trail}));
    }
    return OK;
}

static struct status rare_begin(struct hints *hints, void *state)
{
    struct rare *rare = state;
    TRY(hint_tally(hints, &rare->systems, HINT_KEYS_MAX, sizeof(uint64_t)));
    return hint_tally(hints, &rare->acts, HINT_KEYS_MAX, sizeof(struct seldom));
}

static const struct hint_rule rare_act = {
    .info = {"rare", "Something that hardly ever happens",
             "at most 3 of at least 1000 events of the same system", HINT_INFO},
    .state_size = sizeof(struct rare),
    .begin = rare_begin,
    .event = rare_event,
    .end = rare_end,
};

const struct hint_rule *const hint_rules_novelty[] = {&first_address, &new_network, &two_places,
                                                      &first_act,     &rare_act,    NULL};
