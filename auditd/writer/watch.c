#include "auditd/writer/watch.h"

#include "core/audit/emitter.h"
#include "core/daemon/daemon.h"

#include <errno.h>

static const struct id the_log = {.kind = ID_LOG, .n = 0};

/* The disk -------------------------------------------------------------------------------- */

static struct ladder_limits limits_of(const struct watch *watch)
{
    const struct settings *settings = watch->settings;
    return (struct ladder_limits){.warning = settings->store_warning,
                                  .emergency = settings->store_emergency,
                                  .closed = settings->store_closed,
                                  .roomy = settings->store_roomy,
                                  .reserve = watch->disk.reserve};
}

static struct status look_at_room(const struct watch *watch, struct ladder_room *out)
{
    return watch->eyes.room != NULL ? watch->eyes.room(watch->eyes.context, out)
                                    : disk_look(&watch->disk, out);
}

static void show_room(const struct watch *watch, const struct clerk_room *room)
{
    clerk_set_room(watch->clerk, room);
    if (watch->counters != NULL) {
        counters_set(watch->counters, COUNTER_DISK_BYTES, room->total);
        counters_set(watch->counters, COUNTER_DISK_FREE_BYTES, room->free);
        counters_set(watch->counters, COUNTER_MODE, (uint64_t)room->mode);
    }
}

/* The reserve is used before anything is said: saying takes room, too. */
static void hold_reserve(const struct watch *watch)
{
    struct status status = watch->mode >= DAEMON_MODE_EMERGENCY ? disk_use_reserve(&watch->disk)
                                                                : disk_keep_reserve(&watch->disk);
    if (failed(status)) {
        journal_failed(watch->journal, "reserve_failed", "the reserve on the disk", status);
    }
}

static struct status change_mode(struct watch *watch, const struct clerk_room *room)
{
    const enum daemon_mode was = watch->mode;
    watch->mode = room->mode;
    hold_reserve(watch);
    journal_say(watch->journal,
                room->mode >= DAEMON_MODE_EMERGENCY ? JOURNAL_ALERT
                : room->mode > was                  ? JOURNAL_WARNING
                                                    : JOURNAL_NOTICE,
                "mode_changed", pair_string("mode", daemon_mode_name(room->mode)),
                pair_string("was", daemon_mode_name(was)), pair_number("used_percent", room->used),
                pair_number("free_bytes", room->free));
    return clerk_say(watch->clerk, EVENT_DAEMON_MODE_CHANGED, the_log,
                     &(union event_body){.daemon_mode_changed = {.mode = room->mode,
                                                                 .was = was,
                                                                 .free = room->free,
                                                                 .total = room->total}});
}

static struct status watch_disk(struct watch *watch)
{
    struct ladder_room room;
    struct status status = look_at_room(watch, &room);
    if (failed(status)) {
        journal_failed(watch->journal, "disk_unknown", "looking at the room on the disk", status);
        return OK; /* what cannot be seen is not said to be full: a commit that fails says so */
    }
    const struct ladder_limits limits = limits_of(watch);
    const struct clerk_room found = {.mode = ladder_next(&limits, &room, watch->mode),
                                     .free = room.free,
                                     .total = room.total,
                                     .used = ladder_used(&limits, &room)};
    show_room(watch, &found);
    if (found.mode != watch->mode) {
        return change_mode(watch, &found);
    }
    if (room.reserved == 0 && watch->mode < DAEMON_MODE_EMERGENCY && watch->disk.reserve > 0) {
        hold_reserve(watch);
    }
    return OK;
}

/* The clock ------------------------------------------------------------------------------- */

static struct status say_jump(struct watch *watch, const struct clock_jump *jump)
{
    if (watch->counters != NULL) {
        counters_add(watch->counters, COUNTER_CLOCK_JUMPS_TOTAL, 1);
    }
    journal_say(watch->journal, JOURNAL_WARNING, "clock_jumped", pair_number("by_us", jump->by_us),
                pair_string("backwards", jump->backwards ? "yes" : "no"));
    return clerk_say(watch->clerk, EVENT_CLOCK_JUMPED, the_log,
                     &(union event_body){.clock_jumped = {.by_us = jump->by_us,
                                                          .backwards = jump->backwards,
                                                          .boot_us = jump->boot_us}});
}

static struct status say_keeping(struct watch *watch, bool synchronised)
{
    union event_body body = {0};
    journal_say(watch->journal, synchronised ? JOURNAL_NOTICE : JOURNAL_WARNING,
                synchronised ? "clock_synchronised" : "clock_unsynchronised",
                pair_string("source", "kernel"));
    if (synchronised) {
        body.clock_synchronised.source = LITERAL("kernel");
        return clerk_say(watch->clerk, EVENT_CLOCK_SYNCHRONISED, the_log, &body);
    }
    body.clock_unsynchronised.source = LITERAL("kernel");
    return clerk_say(watch->clerk, EVENT_CLOCK_UNSYNCHRONISED, the_log, &body);
}

static struct status watch_clock(struct watch *watch)
{
    struct clock_jump jump;
    const struct clock_reading now =
        watch->eyes.clock != NULL ? watch->eyes.clock(watch->eyes.context) : clock_watch_read();
    if (clock_watch_look(&watch->clock, &now, watch->settings->clock_step * 1000, &jump)) {
        TRY(say_jump(watch, &jump));
    }
    if (watch->counters != NULL) {
        counters_set(watch->counters, COUNTER_CLOCK_SYNCHRONISED, now.synchronised ? 1 : 0);
    }
    if (watch->settings->clock_synchronised == SYNCHRONISED_IGNORE) {
        return OK;
    }
    enum clock_news news = clock_watch_news(&watch->clock);
    return news == CLOCK_NO_NEWS ? OK : say_keeping(watch, news == CLOCK_SYNCHRONISED);
}

/* The emitters ---------------------------------------------------------------------------- */

/* False while nobody is registered under that name. */
static bool know_emitter(struct watch *watch, struct watch_emitter *emitter, const char *name)
{
    uint8_t memory[8192];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct emitter_row row;
    struct silent_emitter_row silent;
    if (strcmp(emitter->name, name) == 0) {
        return true;
    }
    struct view view = engine_view(watch->engine, UINT64_MAX, &arena, &trouble);
    if (!emitter_by_name(&view, bytes_of_string(name), &row) || failed(trouble)) {
        return false;
    }
    *emitter = (struct watch_emitter){.id = row.emitter};
    memcpy(emitter->name, name, strlen(name) + 1);
    if (daemon_is_silent(&view, row.emitter, &silent)) {
        emitter->silence.silent = true;
        emitter->silence.heard.utc_us = silent.since;
    }
    return true;
}

static struct status say_silence(struct watch *watch, const struct watch_emitter *emitter,
                                 enum silence_news news, uint64_t since_utc_us)
{
    const bool silent = news == SILENCE_SILENT;
    union event_body body = {0};
    journal_say(watch->journal, silent ? JOURNAL_WARNING : JOURNAL_NOTICE,
                silent ? "emitter_silent" : "emitter_heard", pair_string("emitter", emitter->name));
    if (silent) {
        body.emitter_silent.since = since_utc_us;
    } else {
        body.emitter_heard.since = since_utc_us;
    }
    return clerk_say(watch->clerk, silent ? EVENT_EMITTER_SILENT : EVENT_EMITTER_HEARD, emitter->id,
                     &body);
}

static struct status watch_emitter(struct watch *watch, struct log_snapshot *snapshot, size_t i)
{
    const struct settings_emitter *wanted = &watch->settings->emitters[i];
    struct watch_emitter *emitter = &watch->emitters[i];
    const struct silence_time now = {.utc_us = watch->clock.last.utc_us,
                                     .boot_us = watch->clock.last.boot_us};
    struct emitter_head head = {.emitter_n = 0};
    uint64_t since_utc_us;
    if (wanted->heartbeat == 0 || !know_emitter(watch, emitter, wanted->name)) {
        return OK;
    }
    struct status status = log_read_emitter(snapshot, bytes_of_string(wanted->name), &head);
    TRY(status.code == STATUS_NOT_FOUND ? OK : status);
    enum silence_news news = silence_look(&emitter->silence, head.emitter_n,
                                          wanted->heartbeat * 1000000, &now, &since_utc_us);
    return news == SILENCE_NO_NEWS ? OK : say_silence(watch, emitter, news, since_utc_us);
}

static struct status watch_emitters(struct watch *watch)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    if (watch->settings->emitter_count == 0) {
        return OK;
    }
    TRY(log_snapshot_open(engine_log(watch->engine), &snapshot));
    for (size_t i = 0; i < watch->settings->emitter_count; i++) {
        TRY(watch_emitter(watch, snapshot, i));
    }
    return OK;
}

/* All of it ------------------------------------------------------------------------------- */

/* What was said last, so that it is not said again but the opposite is. */
static struct status remember(struct watch *watch, struct engine *engine)
{
    uint8_t memory[4096];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    struct daemon_mode_row mode;
    struct clock_keeping_row keeping;
    if (daemon_mode_of(&view, &mode)) {
        watch->mode = mode.mode;
    }
    watch->clock.told = daemon_clock_keeping(&view, &keeping) && !keeping.synchronised;
    return trouble;
}

struct status watch_begin(struct watch *watch, struct engine *engine)
{
    struct ladder_room room;
    watch->clock = (struct clock_watch){.begun = false};
    watch->mode = DAEMON_MODE_NORMAL;
    watch->disk.directory = -1;
    watch->engine = engine;
    TRY(remember(watch, engine));
    TRY(disk_open(watch->settings->store_path.text, watch->settings->store_reserve, &watch->disk));
    struct status status = look_at_room(watch, &room);
    if (failed(status)) {
        watch_end(watch);
        return status;
    }
    const struct ladder_limits limits = limits_of(watch);
    show_room(watch, &(struct clerk_room){.mode = watch->mode,
                                          .free = room.free,
                                          .total = room.total,
                                          .used = ladder_used(&limits, &room)});
    return OK;
}

void watch_end(struct watch *watch)
{
    disk_close(&watch->disk);
}

struct status watch_look(struct watch *watch)
{
    TRY(watch_disk(watch));
    TRY(watch_clock(watch));
    return watch_emitters(watch);
}
