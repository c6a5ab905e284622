#include "reports/hints/last_ones.h"
#include "reports/hints/rule.h"

#include <inttypes.h>

enum {
    DAYS_KNOWN = 5, /* before a day can be compared with them */
    VOLUME_LEAST = 20,
    VOLUME_TIMES = 5, /* the median */
};

/* Volume ------------------------------------------------------------------------------------ */

struct volume {
    struct last_ones days;
    struct hint_trail trail; /* of the day */
    uint64_t day, last_us;
    bool counts, told;
};

static bool is_much(const struct volume *volume)
{
    uint64_t count = volume->trail.count;
    return volume->days.count >= DAYS_KNOWN && count >= VOLUME_LEAST &&
           count > VOLUME_TIMES * last_ones_median(&volume->days);
}

static struct status tell_volume(struct hints *hints, struct bytes who, struct volume *volume)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    hint_put_count(&about, volume->trail.count, "event");
    text_put_literal(&about, " on ");
    hint_put_day(&about, volume->last_us);
    text_add(&about, "; the median of %zu active days before is %" PRIu64,
             last_ones_kept(&volume->days), last_ones_median(&volume->days));
    volume->told = true;
    return hint_tell(hints, &(struct hint_finding){.time_utc_us = volume->last_us,
                                                   .counts = volume->counts,
                                                   .who = who,
                                                   .about = &about,
                                                   .trail = &volume->trail});
}

static struct status end_day(struct hints *hints, struct bytes who, struct volume *volume)
{
    if (volume->trail.count > 0 && !volume->told && is_much(volume)) {
        TRY(tell_volume(hints, who, volume));
    }
    if (volume->trail.count > 0) {
        last_ones_add(&volume->days, volume->trail.count);
    }
    volume->trail.count = 0;
    volume->counts = volume->told = false;
    return OK;
}

static struct status volume_event(struct hints *hints, void *state, const struct hint_event *event)
{
    struct tally *tally = state;
    void *value;
    /* What fails at another system's door in somebody's name is anybody's doing. */
    if (event->who.size == 0 || (event->foreign && event->leaf->outcome == OUTCOME_FAILED)) {
        return OK;
    }
    TRY(tally_at(tally, event->who, &value));
    struct volume *volume = value;
    uint64_t day = event->time_utc_us / HINT_DAY_US;
    /* What comes late is of the day at hand: days that are over stay as they were compared. */
    if (day > volume->day) {
        TRY(end_day(hints, event->who, volume));
        volume->day = day;
    }
    hint_trail_add(&volume->trail, event->leaf->n);
    volume->last_us = event->time_utc_us > volume->last_us ? event->time_utc_us : volume->last_us;
    volume->counts = volume->counts || event->counts;
    return hints->options.at_once && !volume->told && is_much(volume)
               ? tell_volume(hints, event->who, volume)
               : OK;
}

static struct status volume_end(struct hints *hints, void *state)
{
    struct tally *tally = state;
    for (uint32_t i = 0; i < tally->count; i++) {
        TRY(end_day(hints, tally_key(tally, i), tally_value(tally, i)));
    }
    return OK;
}

static struct status volume_begin(struct hints *hints, void *state)
{
    return hint_tally(hints, state, HINT_KEYS_MAX, sizeof(struct volume));
}

static const struct hint_rule volume_over_baseline = {
    .info = {"volume", "Somebody does far more on one day than on the others",
             "5 times the median of the last 32 active days (at least 5), at least 20 events",
             HINT_MEDIUM},
    .state_size = sizeof(struct tally),
    .begin = volume_begin,
    .event = volume_event,
    .end = volume_end,
};

/* Hours ------------------------------------------------------------------------------------- */

enum {
    HOURS = 24,
    HOURS_EVENTS = 50,
    HOURS_DAYS = 7,
};

struct hours {
    uint64_t of_hour[HOURS];
    uint64_t events, days, day, told_day, last_n;
};

static bool is_off(const struct hours *hours, uint64_t hour)
{
    return hours->events >= HOURS_EVENTS && hours->days >= HOURS_DAYS &&
           hours->of_hour[hour] == 0 && hours->of_hour[(hour + 1) % HOURS] == 0 &&
           hours->of_hour[(hour + HOURS - 1) % HOURS] == 0;
}

static struct status hours_event(struct hints *hints, void *state, const struct hint_event *event)
{
    struct tally *tally = state;
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    void *value;
    if (event->who.size == 0) {
        return OK;
    }
    TRY(tally_at(tally, event->who, &value));
    struct hours *hours = value;
    uint64_t hour = event->time_utc_us / HINT_HOUR_US % HOURS;
    uint64_t day = event->time_utc_us / HINT_DAY_US;
    const struct hint_trail earlier = {.n = {hours->last_n}, .count = 1};
    if (is_off(hours, hour) && hours->told_day != day) {
        text_add(&about,
                 "active at %02" PRIu64 "h UTC: none of %" PRIu64 " events of %" PRIu64
                 " days was within an hour of that",
                 hour, hours->events, hours->days);
        hours->told_day = day;
        TRY(hint_tell_event(hints, event, &earlier, &about));
    }
    hours->days += day > hours->day;
    hours->day = day > hours->day ? day : hours->day;
    hours->of_hour[hour]++;
    hours->events++;
    hours->last_n = event->leaf->n;
    return OK;
}

static struct status hours_begin(struct hints *hints, void *state)
{
    return hint_tally(hints, state, HINT_KEYS_MAX, sizeof(struct hours));
}

static const struct hint_rule off_hours = {
    .info = {"off-hours", "Somebody is active at an hour that was always idle",
             "all events of the person, at least 50 on at least 7 days", HINT_LOW},
    .state_size = sizeof(struct tally),
    .begin = hours_begin,
    .event = hours_event,
};

/* Silence ----------------------------------------------------------------------------------- */

enum {
    SILENCE_H = 6,
    SILENCE_TIMES = 10,
    SILENCE_DAYS = 14,
};

struct voice {
    struct last_ones pauses;
    uint64_t day[SILENCE_DAYS], longest[SILENCE_DAYS]; /* the longest pause that ended on a day */
    uint64_t last_us, last_n;
};

/* Nights and weekends are pauses, too, and what is said in one breath has none. */
static void note_pause(struct voice *voice, uint64_t now_us, uint64_t pause)
{
    const uint64_t day = now_us / HINT_DAY_US;
    uint64_t *longest = &voice->longest[day % SILENCE_DAYS];
    if (pause < TIME_SECOND_US) {
        return;
    }
    last_ones_add(&voice->pauses, pause);
    *longest = voice->day[day % SILENCE_DAYS] == day && *longest > pause ? *longest : pause;
    voice->day[day % SILENCE_DAYS] = day;
}

static uint64_t longest_of_days(const struct voice *voice, uint64_t now_us)
{
    uint64_t longest = 0;
    for (size_t i = 0; i < SILENCE_DAYS; i++) {
        const bool counts = voice->day[i] + SILENCE_DAYS > now_us / HINT_DAY_US;
        longest = counts && voice->longest[i] > longest ? voice->longest[i] : longest;
    }
    return longest;
}

static bool is_silence(const struct voice *voice, uint64_t now_us, uint64_t gap)
{
    return voice->pauses.count >= LAST_ONES_KEPT && gap >= SILENCE_H * HINT_HOUR_US &&
           gap > SILENCE_TIMES * last_ones_longest(&voice->pauses) &&
           gap > longest_of_days(voice, now_us);
}

static void put_silence(struct text *about, const struct voice *voice, struct bytes emitter,
                        uint64_t gap)
{
    text_put_bytes(about, emitter);
    text_put_literal(about, " said nothing for ");
    hint_put_duration(about, gap);
    text_add(about, "; the longest of its last %d pauses is ", (int)LAST_ONES_KEPT);
    hint_put_duration(about, last_ones_longest(&voice->pauses));
}

static struct status silence_event(struct hints *hints, void *state, const struct hint_event *event)
{
    struct tally *tally = state;
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    void *value;
    const struct leaf *leaf = event->leaf;
    TRY(tally_at(tally, leaf->emitter, &value));
    struct voice *voice = value;
    uint64_t gap = leaf->t_utc_us - voice->last_us;
    const struct hint_trail earlier = {.n = {voice->last_n}, .count = 1};
    if (voice->last_us != 0 && is_silence(voice, leaf->t_utc_us, gap)) {
        put_silence(&about, voice, leaf->emitter, gap);
        TRY(hint_tell_event(hints, event, &earlier, &about));
    }
    if (voice->last_us != 0) {
        note_pause(voice, leaf->t_utc_us, gap);
    }
    voice->last_us = leaf->t_utc_us;
    voice->last_n = leaf->n;
    return OK;
}

/* Whoever is silent at the end, while others still spoke. */
static struct status silence_end(struct hints *hints, void *state)
{
    struct tally *tally = state;
    for (uint32_t i = 0; i < tally->count; i++) {
        char memory[HINT_ABOUT_SIZE];
        struct text about = TEXT_IN(memory);
        const struct voice *voice = tally_value(tally, i);
        uint64_t gap = hints->newest_us - voice->last_us;
        const struct hint_trail trail = {.n = {voice->last_n}, .count = 1};
        if (!is_silence(voice, hints->newest_us, gap)) {
            continue;
        }
        put_silence(&about, voice, tally_key(tally, i), gap);
        text_put_literal(&about, ", and still says nothing");
        TRY(hint_tell(hints, &(struct hint_finding){.time_utc_us = hints->newest_us,
                                                    .counts = true,
                                                    .about = &about,
                                                    .trail = &trail}));
    }
    return OK;
}

static struct status silence_begin(struct hints *hints, void *state)
{
    return hint_tally(hints, state, HINT_KEYS_MAX, sizeof(struct voice));
}

static const struct hint_rule silence = {
    .info = {"silence", "A component that used to speak says nothing",
             "6 hours, 10 times the longest of its last 32 pauses (of at least a second), and more "
             "than any of the last 14 days",
             HINT_LOW},
    .state_size = sizeof(struct tally),
    .begin = silence_begin,
    .event = silence_event,
    .end = silence_end,
};

/* Clocks ------------------------------------------------------------------------------------ */

static struct status step_event(struct hints *hints, void *state, const struct hint_event *event)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    (void)state;
    if (event->leaf->kind != EVENT_CLOCK_STEPPED) {
        return OK;
    }
    text_put_literal(&about, "the clock of the log stepped back");
    if (event->body != NULL && event->body->clock_stepped.held > event->body->clock_stepped.clock) {
        text_put_literal(&about, " by ");
        hint_put_duration(&about,
                          event->body->clock_stepped.held - event->body->clock_stepped.clock);
        text_put_literal(&about, ", and was held until it had caught up");
    }
    return hint_tell_event(hints, event, NULL, &about);
}

static const enum event_kind clock_bodies[] = {EVENT_CLOCK_STEPPED, EVENT_KIND_COUNT};

static const struct hint_rule clock_step = {
    .info = {"clock-step", "The clock of the log stepped back: what happened when is less certain",
             "any such event", HINT_LOW},
    .state_size = 8,
    .event = step_event,
    .bodies = clock_bodies,
};

enum {
    AHEAD_MINUTES = 5,
};

/* Told once a day of each emitter: whose clock is wrong has it so for every event. */
static struct status ahead_event(struct hints *hints, void *state, const struct hint_event *event)
{
    struct tally *tally = state;
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    void *value;
    const struct leaf *leaf = event->leaf;
    if (leaf->at_utc_us <= leaf->t_utc_us + AHEAD_MINUTES * HINT_MINUTE_US) {
        return OK;
    }
    TRY(tally_at(tally, leaf->emitter, &value));
    uint64_t *told_day = value, day = leaf->t_utc_us / HINT_DAY_US + 1;
    if (*told_day == day) {
        return OK;
    }
    *told_day = day;
    text_put_bytes(&about, leaf->emitter);
    text_put_literal(&about, " says that it happens ");
    hint_put_duration(&about, leaf->at_utc_us - leaf->t_utc_us);
    text_put_literal(&about, " after it was recorded; 5 min are passed over");
    return hint_tell_event(hints, event, NULL, &about);
}

static struct status ahead_begin(struct hints *hints, void *state)
{
    return hint_tally(hints, state, HINT_KEYS_MAX, sizeof(uint64_t));
}

static const struct hint_rule clock_ahead = {
    .info = {"clock-ahead", "A component's clock is ahead of the log's",
             "more than 5 minutes; told once a day", HINT_LOW},
    .state_size = sizeof(struct tally),
    .begin = ahead_begin,
    .event = ahead_event,
};

const struct hint_rule *const hint_rules_rhythm[] = {&volume_over_baseline, &off_hours,   &silence,
                                                     &clock_step,           &clock_ahead, NULL};
