#include "tools/audit/telling.h"

#include "core/audit/alert.h"
#include "core/audit/contact.h"
#include "reports/alerts/message.h"
#include "tools/audit/post.h"

#include <stdlib.h>

enum {
    TELLING_ARENA = 256 << 10, /* bytes for the rows that one step looks at */
};

/* One message to send. */
struct job {
    struct id alert;
    enum alert_channel channel;
    char name[CONTACT_NAME_MAX + 1], address[CONTACT_ADDRESS_MAX + 1];
};

struct work {
    struct telling *telling;
    struct arena arena;
    struct status trouble;
    size_t job_count;
    struct job jobs[TELLING_JOBS_MAX];
    uint8_t memory[TELLING_ARENA];
};

static struct view view_of(struct work *work)
{
    work->arena = ARENA_IN(work->memory);
    return engine_view(work->telling->engine, UINT64_MAX, &work->arena, &work->trouble);
}

/* What is to be sent ---------------------------------------------------------------------- */

static bool is_due(const struct view *view, const struct alert_row *alert,
                   const struct contact_row *contact)
{
    struct delivery_row delivery = {.alert = alert->alert, .contact = contact->name};
    if (alert->severity < contact->severity || alert->raised < contact->since) {
        return false;
    }
    return !view_find(view, ROW_DELIVERY, &delivery) ||
           (!delivery.ok && delivery.attempts < TELLING_ATTEMPTS_MAX);
}

static void add_job(struct work *work, struct id alert, const struct contact_row *contact)
{
    struct job *job = &work->jobs[work->job_count];
    if (contact->name.size > CONTACT_NAME_MAX || contact->address.size > CONTACT_ADDRESS_MAX ||
        !contact_is_address(contact->channel, contact->address)) {
        return; /* of a log that other rules were kept for */
    }
    *job = (struct job){.alert = alert, .channel = contact->channel};
    memcpy(job->name, contact->name.data, contact->name.size);
    memcpy(job->address, contact->address.data, contact->address.size);
    work->job_count++;
}

static void find_jobs_of(struct work *work, const struct view *view, struct id alert)
{
    struct alert_row row;
    struct contact_row contact = {0};
    if (!alert_by_id(view, alert, &row)) {
        return;
    }
    struct view_walk walk = view_walk_of(view, ROW_CONTACT, &contact, 0);
    while (work->job_count < TELLING_JOBS_MAX && view_walk_next(&walk, &contact)) {
        if (contact.active && is_due(view, &row, &contact)) {
            add_job(work, alert, &contact);
        }
    }
}

static void find_jobs(struct work *work)
{
    struct view view = view_of(work);
    struct open_alert_row open = {0};
    struct view_walk walk = view_walk_of(&view, ROW_OPEN_ALERT, &open, 0);
    const struct id only = work->telling->only;
    while (work->job_count < TELLING_JOBS_MAX && view_walk_next(&walk, &open)) {
        if (only.kind == ID_NONE || id_equal(only, open.alert)) {
            find_jobs_of(work, &view, open.alert);
        }
    }
}

/* Sending --------------------------------------------------------------------------------- */

static const char *sendmail_of(const struct invocation *invocation)
{
    const char *option = invocation_value(invocation, "sendmail");
    const char *variable = getenv("CAIRN_SENDMAIL");
    if (option != NULL) {
        return option;
    }
    return variable != NULL && *variable != '\0' ? variable : "/usr/sbin/sendmail";
}

static void send_one(const struct work *work, const struct job *job,
                     const struct alert_message *message, struct post *post)
{
    char memory[ALERT_MESSAGE_MAX];
    struct text text = TEXT_IN(memory);
    struct bytes address = bytes_of_string(job->address);
    switch (job->channel) {
    case ALERT_CHANNEL_MAIL:
        alert_message_mail(message, address, &text);
        post_mail(sendmail_of(work->telling->invocation), text_bytes(&text), post);
        return;
    case ALERT_CHANNEL_WEBHOOK:
        alert_message_json(message, &text);
        post_webhook(address, text_bytes(&text), post);
        return;
    case ALERT_CHANNEL_SYSLOG:
        alert_message_syslog(message, &text);
        post_syslog(address, text_bytes(&text), post);
        return;
    case ALERT_CHANNEL_COUNT:
        break;
    }
    post_fail(post, "there is no such channel");
}

static struct status record(const struct work *work, const struct job *job, const struct post *post)
{
    union event_body body = {.alert_delivered = {.contact = bytes_of_string(job->name),
                                                 .channel = job->channel,
                                                 .ok = post->ok,
                                                 .has_detail = true,
                                                 .detail = bytes_of_string(post->detail)}};
    return engine_say(work->telling->engine, VOICE_AUDIT,
                      &(struct draft){.kind = EVENT_ALERT_DELIVERED,
                                      .on = {job->alert},
                                      .on_count = 1,
                                      .body = &body,
                                      .outcome = post->ok ? OUTCOME_OK : OUTCOME_FAILED});
}

static struct status show(const struct telling *telling, const struct job *job,
                          const struct alert_row *alert, const struct post *post)
{
    char memory[48];
    struct text id = TEXT_IN(memory);
    if (!post->ok) {
        invocation_note(telling->invocation, "%s by %s: %s", job->name,
                        alert_channel_name(job->channel), post->detail);
    }
    if (telling->rows == NULL) {
        return OK;
    }
    id_write(&id, job->alert);
    const struct cell cells[] = {
        cell_text(text_bytes(&id)), cell_string(severity_name(alert->severity)),
        cell_string(job->name),     cell_string(alert_channel_name(job->channel)),
        cell_string(job->address),  cell_string(post->ok ? "yes" : "no"),
        cell_string(post->detail),
    };
    return rows_add(telling->rows, cells);
}

/* Whether the contact could not be reached before, in this call. */
static bool is_left_alone(const struct work *work, size_t index, const bool *unreachable)
{
    for (size_t i = 0; i < index; i++) {
        if (unreachable[i] && strcmp(work->jobs[i].name, work->jobs[index].name) == 0) {
            return true;
        }
    }
    return false;
}

static void count(struct telling *telling, const struct post *post)
{
    telling->sent += post->ok ? 1 : 0;
    telling->failed += post->ok ? 0 : 1;
}

static struct alert_message message_of(const struct telling *telling, const struct alert_row *alert)
{
    return (struct alert_message){
        .origin = bytes_of_string(log_origin(engine_log(telling->engine))), .alert = alert};
}

static struct status do_job(struct work *work, const struct job *job, bool *unreachable)
{
    struct telling *telling = work->telling;
    struct post post = {.ok = false};
    struct alert_row alert;
    struct view view = view_of(work);
    if (!alert_by_id(&view, job->alert, &alert)) {
        return work->trouble;
    }
    const struct alert_message message = message_of(telling, &alert);
    send_one(work, job, &message, &post);
    *unreachable = !post.ok;
    count(telling, &post);
    TRY(record(work, job, &post));
    return show(telling, job, &alert, &post);
}

static struct status do_jobs(struct work *work)
{
    bool unreachable[TELLING_JOBS_MAX] = {false};
    for (size_t i = 0; i < work->job_count; i++) {
        if (invocation_interrupted(work->telling->invocation)) {
            return FAIL(INTERRUPTED, 0);
        }
        if (!is_left_alone(work, i, unreachable)) {
            TRY(do_job(work, &work->jobs[i], &unreachable[i]));
        }
    }
    return engine_flush(work->telling->engine);
}

/* Without the log ------------------------------------------------------------------------- */

static void find_contacts(struct work *work)
{
    struct view view = view_of(work);
    struct contact_row contact = {0};
    struct view_walk walk = view_walk_of(&view, ROW_CONTACT, &contact, 0);
    while (work->job_count < TELLING_JOBS_MAX && view_walk_next(&walk, &contact)) {
        if (contact.active) {
            add_job(work, (struct id){ID_NONE, 0}, &contact);
        }
    }
}

static struct status tell_contacts(struct work *work, struct bytes about)
{
    struct telling *telling = work->telling;
    const struct alert_row alert = {.rule = LITERAL("audit-failure"),
                                    .severity = SEVERITY_CRITICAL,
                                    .about = about,
                                    .raised = engine_now(telling->engine)};
    const struct alert_message message = message_of(telling, &alert);
    find_contacts(work);
    for (size_t i = 0; i < work->job_count && !invocation_interrupted(telling->invocation); i++) {
        struct post post = {.ok = false};
        send_one(work, &work->jobs[i], &message, &post);
        count(telling, &post);
        TRY(show(telling, &work->jobs[i], &alert, &post));
    }
    return work->trouble;
}

/* Calls ----------------------------------------------------------------------------------- */

static struct work *new_work(struct telling *telling)
{
    struct work *work = malloc(sizeof *work);
    if (work != NULL) {
        work->telling = telling;
        work->trouble = OK;
        work->job_count = 0;
    }
    return work;
}

struct status telling_unrecorded(struct telling *telling, struct bytes about)
{
    struct work *work = new_work(telling);
    struct status status =
        work == NULL ? FAIL(NO_MEMORY, sizeof *work) : tell_contacts(work, about);
    free(work);
    return status;
}

struct status telling_run(struct telling *telling)
{
    struct work *work = new_work(telling);
    if (work == NULL) {
        return FAIL(NO_MEMORY, sizeof *work);
    }
    find_jobs(work);
    struct status status = failed(work->trouble) ? work->trouble : do_jobs(work);
    free(work);
    return status;
}
