#include "auditd/watcher/speech.h"

#include "core/emit/cairn-emit.h"

#include <errno.h>
#include <stdlib.h>

enum {
    FIELDS_MAX = 8,
    ID_SIZE = 40,
    TEXT_SIZE = 4200,
    TEXTS_MAX = 8,
};

struct speech {
    struct cairn_emit *emit;
    char texts[TEXTS_MAX][TEXT_SIZE]; /* of the event at hand */
};

/* An event that is put together. */
struct saying {
    struct speech *speech;
    struct cairn_event event;
    struct cairn_emit_field fields[FIELDS_MAX];
    char ids[2][ID_SIZE];
    const char *on[2];
    size_t texts;
};

struct status speech_open(const struct speech_options *options, struct speech **out)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        return FAIL(NO_MEMORY, sizeof **out);
    }
    const struct cairn_emit_options emit = {
        .version = CAIRN_EMIT_VERSION,
        .key = options->key,
        .socket = options->socket,
        .spool = options->spool[0] == '\0' ? NULL : options->spool,
    };
    switch ((unsigned)cairn_emit_open(&emit, &(*out)->emit)) {
    case CAIRN_EMIT_OK:
        return OK;
    case CAIRN_EMIT_KEY:
        return FAIL_BECAUSE(KEY, 0, "the watcher's key cannot be used");
    case CAIRN_EMIT_IN_USE:
        return FAIL_BECAUSE(IN_USE, 0, "another process has the watcher's spool");
    default:
        return FAIL_BECAUSE(IO, 0, "the watcher cannot speak");
    }
}

void speech_close(struct speech **speech)
{
    if (*speech != NULL) {
        cairn_emit_close(&(*speech)->emit);
        free(*speech);
        *speech = NULL;
    }
}

const char *speech_error(const struct speech *speech)
{
    return speech == NULL ? "" : cairn_emit_error(speech->emit);
}

struct status speech_turn(struct speech *speech)
{
    switch ((unsigned)cairn_emit_flush(speech->emit, 0)) {
    case CAIRN_EMIT_OK:
    case CAIRN_EMIT_TIMEOUT:
    case CAIRN_EMIT_UNREACHABLE:
        return OK;
    case CAIRN_EMIT_REFUSED:
        return FAIL_BECAUSE(KEY, 0, "the log does not take what the watcher says");
    default:
        return FAIL_BECAUSE(IO, 0, "what the watcher says cannot be sent");
    }
}

uint64_t speech_waiting(const struct speech *speech)
{
    struct cairn_emit_counters counters;
    cairn_emit_counters(speech->emit, &counters);
    return counters.waiting;
}

bool speech_position(const struct speech *speech, uint64_t *out)
{
    struct cairn_emit_counters counters;
    cairn_emit_counters(speech->emit, &counters);
    *out = counters.position;
    return counters.has_position != 0;
}

/* Events ------------------------------------------------------------------------------------- */

static void about(struct saying *saying, struct id id)
{
    char *memory = saying->ids[saying->event.on_count];
    struct text text = {.data = memory, .capacity = ID_SIZE};
    id_write(&text, id);
    saying->on[saying->event.on_count++] = text_string(&text);
}

static void begin(struct saying *saying, struct speech *speech, const char *kind, struct id on)
{
    *saying = (struct saying){.speech = speech, .event = {.kind = kind}};
    about(saying, on);
}

static void add(struct saying *saying, struct cairn_emit_field field)
{
    saying->fields[saying->event.field_count++] = field;
}

/* What libvirt says is text that anybody on the host may have chosen. */
static void add_text(struct saying *saying, const char *name, struct bytes bytes)
{
    struct text text = {.data = saying->speech->texts[saying->texts++], .capacity = TEXT_SIZE};
    text_put_printable(&text, bytes);
    add(saying, cairn_emit_text(name, text_string(&text)));
}

static void add_optional(struct saying *saying, const char *name, struct bytes bytes)
{
    if (bytes.size > 0) {
        add_text(saying, name, bytes);
    }
}

static void add_id(struct saying *saying, const char *name, struct id id)
{
    struct text text = {.data = saying->speech->texts[saying->texts++], .capacity = TEXT_SIZE};
    id_write(&text, id);
    add(saying, cairn_emit_text(name, text_string(&text)));
}

static struct status say(struct saying *saying)
{
    saying->event.on = saying->on;
    saying->event.fields = saying->fields;
    switch ((unsigned)cairn_emit_event(saying->speech->emit, &saying->event)) {
    case CAIRN_EMIT_OK:
    case CAIRN_EMIT_DROPPED:
        return OK;
    case CAIRN_EMIT_INVALID:
        return FAIL_BECAUSE(MALFORMED, 0, "what was seen does not fit its event");
    default:
        return FAIL_BECAUSE(IO, 0, "what was seen cannot be kept");
    }
}

/* Facts -------------------------------------------------------------------------------------- */

static void started(struct saying *saying, const struct finding *fact, struct id host)
{
    about(saying, host);
    add_text(saying, "uuid", fact->domain->uuid);
    add(saying, cairn_emit_bytes("xml", fact->domain->xml.sha256, DIGEST_SIZE));
    if (fact->domain->interface_count > 0) {
        add_optional(saying, "mac", fact->domain->interfaces[0].mac);
    }
}

static void stopped(struct saying *saying, const struct finding *fact, struct id host,
                    enum stop_cause cause, uint64_t now_us)
{
    const struct model_machine *machine = fact->machine;
    about(saying, host);
    add(saying, cairn_emit_text("cause", stop_cause_name(cause)));
    add(saying, cairn_emit_number("runtime_us", machine->has_started && now_us > machine->started_us
                                                    ? now_us - machine->started_us
                                                    : 0));
}

static void migrated(struct saying *saying, const struct finding *fact, struct id host)
{
    about(saying, host);
    add_id(saying, "from", fact->machine->host);
    add_id(saying, "to", host);
}

static void attached(struct saying *saying, const struct finding *fact)
{
    about(saying, fact->about);
    add_id(saying, "vm", fact->about);
    add(saying, cairn_emit_text("mode", drive_mode_name(fact->disk->read_only ? DRIVE_MODE_RO
                                                                              : DRIVE_MODE_RW)));
    add_text(saying, "device", fact->disk->target);
    add_optional(saying, "alias", fact->disk->alias);
    add_text(saying, "path", fact->disk->path);
}

static void detached(struct saying *saying, const struct finding *fact)
{
    about(saying, fact->about);
    add_id(saying, "vm", fact->about);
    add(saying, cairn_emit_text("cause", detach_cause_name(fact->asked ? DETACH_CAUSE_ASKED
                                                                       : DETACH_CAUSE_OBSERVED)));
}

static void medium(struct saying *saying, const struct finding *fact)
{
    about(saying, fact->about);
    add_id(saying, "vm", fact->about);
    if (fact->disk != NULL) {
        add_text(saying, "device", fact->disk->target);
        add(saying, cairn_emit_boolean("read_only", fact->disk->read_only));
        add(saying, cairn_emit_boolean("cdrom", fact->disk->device == DOMAIN_CDROM));
    }
}

static void file(struct saying *saying, const struct finding *fact)
{
    const struct seen_file *seen = fact->file;
    add_text(saying, "path", fact->volume->path);
    add(saying, cairn_emit_number("file_size", seen->size));
    add(saying, cairn_emit_number("allocated", seen->allocated));
    add(saying, cairn_emit_number("inode", seen->inode));
    add(saying, cairn_emit_time("modified", seen->modified_us));
    add_optional(saying, "backing", seen->backing);
    add(saying, cairn_emit_boolean("attached", fact->volume->written));
}

struct status speech_fact(struct speech *speech, struct id host, const struct finding *fact,
                          enum stop_cause cause, uint64_t now_us)
{
    struct saying saying;
    switch (fact->kind) {
    case FINDING_STARTED:
        begin(&saying, speech, "vm.domain_started", fact->about);
        started(&saying, fact, host);
        return say(&saying);
    case FINDING_STOPPED:
        begin(&saying, speech, "vm.stopped", fact->about);
        stopped(&saying, fact, host, cause, now_us);
        return say(&saying);
    case FINDING_MIGRATED:
        begin(&saying, speech, "vm.migrated", fact->about);
        migrated(&saying, fact, host);
        return say(&saying);
    case FINDING_ATTACHED:
        begin(&saying, speech, "drive.attached", fact->what);
        attached(&saying, fact);
        return say(&saying);
    case FINDING_DETACHED:
        begin(&saying, speech, "drive.detached", fact->what);
        detached(&saying, fact);
        return say(&saying);
    case FINDING_ISO_ATTACHED:
        begin(&saying, speech, "iso.attached", fact->what);
        medium(&saying, fact);
        return say(&saying);
    case FINDING_ISO_DETACHED:
        begin(&saying, speech, "iso.detached", fact->what);
        medium(&saying, fact);
        return say(&saying);
    case FINDING_FILE:
        begin(&saying, speech, "drive.file_observed", fact->what);
        file(&saying, fact);
        return say(&saying);
    case FINDING_MISMATCH:
        break;
    }
    return OK;
}

/* Differences -------------------------------------------------------------------------------- */

struct status speech_mismatch(struct speech *speech, struct id host, const struct finding *finding,
                              const struct digest *identity)
{
    struct saying saying;
    begin(&saying, speech, "reconcile.mismatch", host);
    add(&saying, cairn_emit_text("kind", mismatch_kind_name(finding->mismatch)));
    add_text(&saying, "object", bytes_of_string(finding->object));
    add_optional(&saying, "expected", bytes_of_string(finding->expected));
    add_optional(&saying, "observed", bytes_of_string(finding->observed));
    add(&saying, cairn_emit_bytes("identity", identity->sha256, DIGEST_SIZE));
    return say(&saying);
}

struct status speech_cleared(struct speech *speech, struct id host, const struct digest *identity)
{
    struct saying saying;
    begin(&saying, speech, "reconcile.cleared", host);
    add(&saying, cairn_emit_bytes("identity", identity->sha256, DIGEST_SIZE));
    return say(&saying);
}

struct status speech_run(struct speech *speech, struct id host, const struct reconcile_run *run)
{
    struct saying saying;
    begin(&saying, speech, "reconcile.run", host);
    add(&saying, cairn_emit_number("checked", run->checked));
    add(&saying, cairn_emit_number("mismatches", run->mismatches));
    add(&saying, cairn_emit_number("as_of", run->as_of));
    return say(&saying);
}

struct status speech_login(struct speech *speech, struct id host, const struct login *login)
{
    struct saying saying;
    begin(&saying, speech, "host.admin_login", host);
    saying.event.at_us = login->at_us;
    add_text(&saying, "account", bytes_of_string(login->account));
    add_optional(&saying, "address", bytes_of_string(login->address));
    add_optional(&saying, "terminal", bytes_of_string(login->terminal));
    return say(&saying);
}
