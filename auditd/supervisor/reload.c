#include "auditd/supervisor/parts.h"
#include "reports/settings_fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* What a running daemon cannot change: where it is, and who it is. */
static const char *const fixed[][2] = {
    {"store", "path"},         {"daemon", "runtime"},   {"daemon", "socket"},
    {"daemon", "metrics"},     {"daemon", "user"},      {"daemon", "user_ingest"},
    {"daemon", "user_reader"}, {"daemon", "user_http"}, {"daemon", "user_watcher"},
    {"daemon", "readers"},     {"daemon", "operators"}, {"daemon", "sandbox"},
    {"web", "listen"},         {"tls", "listen"},       {"virt", "uri"},
    {"virt", "pools"},         {"virt", "watcher_key"}, {"virt", "nfs_exports"},
};

/* The file in memory ------------------------------------------------------------------------- */

int reload_write(struct supervisor *supervisor, const struct settings *settings)
{
    char *memory = malloc(SETTINGS_FILE_MAX);
    struct text text = {.data = memory, .capacity = SETTINGS_FILE_MAX};
    int file = -1;
    if (memory != NULL) {
        settings_write(settings, &text);
        file = memfd_create("cairnd-settings", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    }
    if (file >= 0 &&
        (text.full || write(file, text.data, text.size) != (ssize_t)text.size ||
         fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)) {
        close(file);
        file = -1;
    }
    if (file < 0) {
        journal_failed(&supervisor->journal, "settings_not_kept", "writing the settings to memory",
                       FAIL(IO, (uint64_t)errno));
    }
    free(memory);
    return file;
}

/* Reading again ------------------------------------------------------------------------------ */

static bool same(const struct setting_info *info, const struct settings *a,
                 const struct settings *b)
{
    char first[SETTINGS_TEXT_SIZE + 32], second[SETTINGS_TEXT_SIZE + 32];
    struct text one = TEXT_IN(first), other = TEXT_IN(second);
    setting_write(info, a, &one);
    setting_write(info, b, &other);
    return bytes_equal(text_bytes(&one), text_bytes(&other));
}

static const struct setting_info *changed_fixed(const struct settings *before,
                                                const struct settings *after)
{
    for (size_t i = 0; i < setting_info_count; i++) {
        for (size_t k = 0; k < (sizeof fixed / sizeof fixed[0]); k++) {
            if (strcmp(setting_infos[i].section, fixed[k][0]) == 0 &&
                strcmp(setting_infos[i].key, fixed[k][1]) == 0 &&
                !same(&setting_infos[i], before, after)) {
                return &setting_infos[i];
            }
        }
    }
    return NULL;
}

/* Reads, and compares what may not change. False with the reason. */
static bool read_again(struct supervisor *supervisor, struct text *why)
{
    const struct status status =
        settings_read_file(supervisor->config, supervisor->settings_next, &supervisor->fault);
    if (failed(status)) {
        settings_fault_write(supervisor->config, &supervisor->fault, status, why);
        return false;
    }
    const struct setting_info *info =
        changed_fixed(supervisor->settings, supervisor->settings_next);
    if (info != NULL) {
        text_add(why, "%s: [%s] %s: this takes a restart", supervisor->config, info->section,
                 info->key);
        return false;
    }
    return true;
}

static void refuse(struct supervisor *supervisor, struct text *why)
{
    atomic_fetch_add(&supervisor->page->reloads_refused, 1);
    journal_say(&supervisor->journal, JOURNAL_ERROR, "reload_refused",
                pair_string("why", text_string(why)));
    said_refused(supervisor, text_string(why));
}

static void tell_all(struct supervisor *supervisor)
{
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        char memory[FRAME_HEAD + 8];
        struct text out = TEXT_IN(memory);
        if (supervisor->seats[i].state == SEAT_EMPTY) {
            continue;
        }
        frame_end(&out, frame_begin(&out, MESSAGE_SETTINGS, 0));
        const struct status status =
            channel_send(supervisor->seats[i].control, text_bytes(&out), supervisor->settings_file);
        if (failed(status)) {
            journal_failed(&supervisor->journal, "settings_not_told", "telling a process", status);
        }
    }
}

static bool take(struct supervisor *supervisor)
{
    const int file = reload_write(supervisor, supervisor->settings_next);
    if (file < 0) {
        return false;
    }
    close(supervisor->settings_file);
    supervisor->settings_file = file;
    struct settings *before = supervisor->settings;
    supervisor->settings = supervisor->settings_next;
    supervisor->settings_next = before;
    supervisor->places.store = supervisor->settings->store_path.text;
    places_permit(&supervisor->places, supervisor->settings);
    return true;
}

void reload(struct supervisor *supervisor)
{
    char memory[700];
    struct text why = TEXT_IN(memory);
    if (supervisor->config != NULL && !read_again(supervisor, &why)) {
        refuse(supervisor, &why);
        return;
    }
    if (supervisor->config != NULL && !take(supervisor)) {
        text_put_literal(&why, "there is no memory to keep the settings");
        refuse(supervisor, &why);
        return;
    }
    /* Also without a file: certificates and keys are read anew. */
    tell_all(supervisor);
    atomic_fetch_add(&supervisor->page->reloads, 1);
    journal_say(&supervisor->journal, JOURNAL_NOTICE, "reloaded",
                pair_string("config", supervisor->config == NULL ? "" : supervisor->config));
    said_reloaded(supervisor);
}
