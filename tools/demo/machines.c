#include "tools/demo/script.h"

#include <inttypes.h>
#include <stdio.h>

/* What machines write by day and night, whoever is there. */

/* One row: so often a day, within these hours. */
struct machine_noise {
    const char *action;
    uint32_t weekdays, weekends;
    uint32_t from_hour, hours;
    bool of_people; /* it names somebody, and that person's machine */
    uint64_t bytes; /* that go out, about; 0: it has none */
    const char *address;
};

/* clang-format off */
static const struct machine_noise noises[] = {
    {"job.submitted",           70,  0,  8,  9, true,  0, NULL},
    {"job.finished",            70,  0,  8, 10, true,  0, NULL},
    {"net.flow_summarised",     96, 96,  0, 24, false, 0, NULL},
    {"inbox.scanned",           24,  4,  0, 24, false, 0, NULL},
    {"backup.set_copied",       90, 90,  2,  2, false, 24 << 20, "10.20.0.41"},
    {"licence.connected",       24, 24,  0, 24, false, 1690 << 10, "203.0.113.10"},
};
/* clang-format on */

enum {
    NOISES = sizeof noises / sizeof noises[0],
    SCANS = 330, /* attempts from outside, each day */
};

static const char *const machines[] = {"helix-ws-1", "helix-ws-2", "steward-ws", "atlas-ws-1",
                                       "atlas-ws-2", "orbit-ws-1", "orbit-ws-2", "audit-ws"};

static const char *host_of(struct stage *stage, const char *action)
{
    if (strncmp(action, "backup", 6) == 0) {
        return "backup-1";
    }
    if (strncmp(action, "inbox", 5) == 0) {
        return "inbox-1";
    }
    return strncmp(action, "licence", 7) == 0
               ? "atlas-ws-2"
               : machines[stage_random(stage, sizeof machines / sizeof machines[0])];
}

/* Somebody who has work; whoever came that day or not, machines go on with what was asked. */
static enum who somebody(struct stage *stage)
{
    enum who who;
    do {
        who = (enum who)stage_random(stage, WHO_COUNT);
    } while (cast_people[who].project == NO_PROJECT || who == REN);
    return who;
}

static void put_detail(struct stage *stage, const struct machine_noise *noise, char *out,
                       size_t capacity)
{
    const unsigned number = (unsigned)stage_random(stage, 900);
    if (strncmp(noise->action, "job", 3) == 0) {
        snprintf(out, capacity, ",\"job\":%u,\"partition\":\"gpu-sec\"",
                 87000 + (unsigned)stage_random(stage, 1200));
    } else if (strncmp(noise->action, "licence", 7) == 0) {
        snprintf(out, capacity, ",\"tunnel\":\"t-atlas-lic\",\"port\":%u", 27000 + number % 10);
    } else {
        snprintf(out, capacity, ",\"number\":%u", number);
    }
}

static struct status play_noise(struct script *script, const struct script_item *item)
{
    char detail[160];
    struct stage *stage = script->stage;
    const struct machine_noise *noise = &noises[item->value];
    struct foreign_saying saying = {.action = noise->action, .address = noise->address};
    if (noise->of_people) {
        const struct cast_person *cast = &cast_people[somebody(stage)];
        saying.user = cast->login;
        saying.host = cast->host;
        saying.address = cast->address;
    } else {
        saying.host = host_of(stage, noise->action);
    }
    if (noise->bytes > 0) {
        saying.bytes_out = noise->bytes * (750 + stage_random(stage, 500)) / 1000;
    }
    put_detail(stage, noise, detail, sizeof detail);
    saying.detail = detail;
    return foreign_say(stage, &saying);
}

/* The internet at the gateway's door: names that nobody here has. */
static struct status play_scan(struct script *script, const struct script_item *item)
{
    static const char *const names[] = {"root", "admin",    "oracle", "test", "ubuntu",
                                        "git",  "postgres", "guest",  "pi",   "deploy"};
    char address[32], message[128];
    struct stage *stage = script->stage;
    const char *name = names[stage_random(stage, sizeof names / sizeof names[0])];
    (void)item;
    snprintf(address, sizeof address, "192.0.2.%u", 1 + (unsigned)stage_random(stage, 250));
    snprintf(message, sizeof message, "Invalid user %s from %s port %u", name, address,
             30000 + (unsigned)stage_random(stage, 30000));
    return foreign_ssh(stage, &(struct foreign_ssh){.message = message,
                                                    .action = "sshd invalid-user",
                                                    .user = name,
                                                    .address = address,
                                                    .outcome = OUTCOME_FAILED});
}

/* Chunks are copied elsewhere every night; keys never are. */
static struct status play_backup_record(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    const bool full = item->who == 1;
    char set[32];
    struct vault_backup_record backup = {.files = full ? 640 : 24 + stage_random(stage, 30),
                                         .chunks = full ? 4900 : 200 + stage_random(stage, 120),
                                         .destination = LITERAL("backup-1:/vault")};
    snprintf(set, sizeof set, "%s-%02u", full ? "full" : "night", (unsigned)item->value + 1);
    backup.set = bytes_of_string(set);
    key_random(backup.root.sha256, sizeof backup.root.sha256);
    TRY(stage_login(stage, BACKUP, NO_PROJECT));
    TRY(stage_do(stage, BACKUP, COMMAND_VAULT_BACKUP_RECORD,
                 &(union command_fields){.vault_backup_record = backup}, NULL));
    return stage_logout(stage, BACKUP);
}

static struct status plan_noise(struct script *script, uint32_t day, uint32_t which)
{
    struct stage *stage = script->stage;
    const struct machine_noise *noise = &noises[which];
    const uint32_t usual = day % 7 < 5 ? noise->weekdays : noise->weekends;
    /* What goes out is told by its bytes: more of it would hide what does not belong there. */
    const uint32_t scale =
        noise->bytes > 0 && script->options.scale > 0 ? 1 : script->options.scale;
    const uint32_t count = usual * scale;
    const uint64_t span = (uint64_t)noise->hours * 3600 * 1000000;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t at = SCRIPT_AT(day, noise->from_hour, 0) + stage_random(stage, span);
        TRY(script_add(script, at, play_noise, 0, which));
    }
    return OK;
}

struct status machines_plan(struct script *script, uint32_t day)
{
    struct stage *stage = script->stage;
    for (uint32_t which = 0; which < NOISES; which++) {
        TRY(plan_noise(script, day, which));
    }
    for (uint32_t i = 0; i < SCANS * script->options.scale; i++) {
        TRY(script_add(script, SCRIPT_AT(day, 0, 0) + stage_random(stage, SCRIPT_DAY_US), play_scan,
                       0, 0));
    }
    return day == 0
               ? OK
               : script_add(script, SCRIPT_AT(day, 4, 10), play_backup_record, day % 7 == 6, day);
}
