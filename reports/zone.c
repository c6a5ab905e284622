#include "reports/zone.h"

#include <assert.h>
#include <time.h>

enum {
    DAY_S = 86400,
};

static const int64_t DAY_US = INT64_C(86400000000);

static int32_t no_offset(uint64_t utc_us)
{
    (void)utc_us;
    return 0;
}

static int32_t offset_by_libc(uint64_t utc_us)
{
    struct tm parts;
    const time_t seconds = (time_t)(utc_us / TIME_SECOND_US);
    return localtime_r(&seconds, &parts) == NULL ? 0 : (int32_t)parts.tm_gmtoff;
}

struct zone zone_utc(void)
{
    return (struct zone){.name = "UTC", .offset_s = no_offset};
}

struct zone zone_local(const char *name)
{
    return (struct zone){.name = name, .offset_s = offset_by_libc};
}

/* Instants near 1970 and 9999 fall off the range: they are moved to its edge. */
static uint64_t within_range(int64_t us)
{
    return us < 0 ? 0 : (uint64_t)us > TIME_MAX_US ? TIME_MAX_US : (uint64_t)us;
}

static int64_t offset_us(const struct zone *zone, uint64_t utc_us)
{
    int32_t seconds = zone->offset_s(utc_us);
    assert(seconds > -DAY_S && seconds < DAY_S);
    return seconds * (int64_t)TIME_SECOND_US;
}

struct zone_readings zone_readings(const struct zone *zone, uint64_t wall_us)
{
    const int64_t wall = (int64_t)wall_us;
    const int64_t before = offset_us(zone, within_range(wall - DAY_US));
    const int64_t after = offset_us(zone, within_range(wall + DAY_US));
    const uint64_t by_before = within_range(wall - before);
    const uint64_t by_after = within_range(wall - after);
    const bool before_holds = offset_us(zone, by_before) == before;
    const bool after_holds = offset_us(zone, by_after) == after;

    if (before == after || before_holds != after_holds) {
        uint64_t only = before_holds ? by_before : by_after;
        return (struct zone_readings){.count = 1, .utc_us = {only, only}};
    }
    return (struct zone_readings){
        .count = before_holds ? 2 : 0,
        .utc_us = {by_before < by_after ? by_before : by_after,
                   by_before < by_after ? by_after : by_before},
    };
}

uint64_t zone_first(const struct zone *zone, uint64_t wall_us)
{
    struct zone_readings readings = zone_readings(zone, wall_us);
    if (readings.count > 0) {
        return readings.utc_us[0];
    }
    /* The clock jumps between the two: find the first second of the new offset. */
    const int64_t after = offset_us(zone, readings.utc_us[1]);
    uint64_t low = readings.utc_us[0] / TIME_SECOND_US;
    uint64_t high = readings.utc_us[1] / TIME_SECOND_US;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (offset_us(zone, middle * TIME_SECOND_US) == after) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return high * TIME_SECOND_US;
}

uint64_t zone_wall(const struct zone *zone, uint64_t utc_us)
{
    int64_t wall = (int64_t)utc_us + offset_us(zone, utc_us);
    return wall < 0 ? 0 : (uint64_t)wall;
}

static bool can_write(uint64_t utc_us, int64_t offset)
{
    int64_t wall = (int64_t)utc_us + offset;
    return wall >= 0 && (uint64_t)wall <= TIME_MAX_US &&
           offset % (60 * (int64_t)TIME_SECOND_US) == 0;
}

static void write_offset(int64_t offset, struct text *out)
{
    if (offset == 0) {
        text_put_char(out, 'Z');
        return;
    }
    int64_t minutes = (offset < 0 ? -offset : offset) / (60 * (int64_t)TIME_SECOND_US);
    text_add(out, "%c%02u:%02u", offset < 0 ? '-' : '+', (unsigned)(minutes / 60),
             (unsigned)(minutes % 60));
}

void zone_write(const struct zone *zone, uint64_t utc_us, struct zone_style style, struct text *out)
{
    enum {
        DATE_SIZE = 10,
        TIME_SIZE = 8, /* without its fraction */
    };
    char memory[TIME_TEXT_SIZE + 1] = "";
    struct text form = TEXT_IN(memory);
    assert(utc_us <= TIME_MAX_US && style.digits <= 6);

    int64_t offset = offset_us(zone, utc_us);
    if (!can_write(utc_us, offset)) {
        offset = 0;
    }
    time_write(&form, (uint64_t)((int64_t)utc_us + offset));
    text_put(out, memory, DATE_SIZE);
    text_put_char(out, style.separator);
    text_put(out, memory + DATE_SIZE + 1,
             style.digits == 0 ? TIME_SIZE : TIME_SIZE + 1 + style.digits);
    write_offset(offset, out);
}
