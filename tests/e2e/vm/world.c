/*
 * tests/e2e/vm/world.c -- the world at the other end of a machine's port, step by step.
 *
 * world SOCKET FOLDER RUN STEP...: speaks to the controller that comes up behind SOCKET as the
 * daemon would, and visits it as the machine's owner. FOLDER keeps the keys of the owner, of a user
 * and of drives from one run to the next. Prints the events that the controller says, and what it
 * answers.
 *   user                     the user is let in
 *   directory:NAME:GROUP     an access directory is made
 *   attach:DRIVE:MODE        a drive is to be there
 *   unlock:DRIVE:MODE        a drive is opened; :new, it may be blank; :other, with another key
 *   !unlock:...              the same, and it is refused
 *   lock:DRIVE, list, status
 *   see:FILE:WORDS           waits until a file (the machine's console) has these words
 *   wait:WORDS               waits until an event has these words
 */
#include "tests/auditd/vmc/far_side.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PATIENCE_S = 110,
    PATH_SIZE = 512,
    WORDS_MAX = 256,
    CONSOLE_MAX = 256 << 10,
    VM = 70,
};

struct play {
    const char *folder;
    struct far_side far;
    struct secret_key *owner, *user;
    size_t printed;
};

static struct status sentence(const char *why)
{
    return FAIL_BECAUSE(CONFLICT, 0, why);
}

/* Keys ------------------------------------------------------------------------------------ */

static struct status key_of(const char *folder, const char *name, struct secret_key **out)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s.key", folder, name);
    if (access(path, F_OK) == 0) {
        return secret_key_load(path, out);
    }
    TRY(secret_key_make(KEY_ED25519, name, out));
    return secret_key_save(*out, path);
}

/* The key of a drive is a file here: of a test. */
static struct status drive_key(const char *folder, const char *drive, struct secret_bytes **out)
{
    char path[PATH_SIZE];
    uint8_t bytes[SECRET_BYTES_SIZE];
    (void)snprintf(path, sizeof path, "%s/drive-%s", folder, drive);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        size_t size = fread(bytes, 1, sizeof bytes, file);
        (void)fclose(file);
        return size == sizeof bytes ? secret_bytes_copy(bytes, out) : FAIL(CORRUPT, size);
    }
    TRY(secret_bytes_make(out));
    file = fopen(path, "w");
    if (file == NULL || fwrite(secret_bytes_data(*out), 1, sizeof bytes, file) != sizeof bytes) {
        return FAIL(IO, 0);
    }
    return fclose(file) == 0 ? OK : FAIL(IO, 0);
}

/* Turning --------------------------------------------------------------------------------- */

typedef bool condition(struct play *play, const char *words);

static void print_events(struct play *play)
{
    struct text *events = &play->far.events;
    (void)printf("%.*s", (int)(events->size - play->printed), events->data + play->printed);
    (void)fflush(stdout);
    play->printed = events->size;
}

static struct status until(struct play *play, condition *is_so, const char *words)
{
    uint64_t deadline = wire_now_us() + UINT64_C(1000000) * PATIENCE_S;
    for (;;) {
        struct pollfd poller = {.fd = channel_fd(play->far.channel), .events = POLLIN};
        TRY(far_turn(&play->far));
        print_events(play);
        if (is_so(play, words)) {
            return OK;
        }
        if (wire_now_us() > deadline) {
            return sentence("it did not come in time");
        }
        (void)poll(&poller, 1, 100);
    }
}

static bool is_ready(struct play *play, const char *words)
{
    (void)words;
    return play->far.is_ready;
}

static bool is_applied(struct play *play, const char *words)
{
    (void)words;
    return play->far.applied == play->far.n;
}

static bool is_open(struct play *play, const char *words)
{
    (void)words;
    return visit_is_open(play->far.visit) || play->far.is_closed;
}

static bool is_done(struct play *play, const char *words)
{
    (void)words;
    return play->far.is_done || play->far.is_closed;
}

static bool has_event(struct play *play, const char *words)
{
    struct text events = play->far.events;
    return strstr(text_string(&events), words) != NULL;
}

/* FILE:WORDS */
static bool has_seen(struct play *play, const char *words)
{
    static char console[CONSOLE_MAX + 1];
    char path[PATH_SIZE];
    const char *colon = strchr(words, ':');
    (void)play;
    (void)snprintf(path, sizeof path, "%.*s", (int)(colon - words), words);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    console[fread(console, 1, CONSOLE_MAX, file)] = '\0';
    (void)fclose(file);
    return strstr(console, colon + 1) != NULL;
}

/* Steps ----------------------------------------------------------------------------------- */

static struct status say_signed(struct play *play, struct far_fact *fact)
{
    fact->is_signed = true;
    TRY(far_say(&play->far, fact));
    return until(play, is_applied, NULL);
}

static struct status let_in(struct play *play)
{
    char memory[VMC_KEY_TEXT_MAX];
    struct text key = TEXT_IN(memory);
    const struct id vm = {ID_VM, VM}, user = {ID_USER, 13};
    public_key_write(secret_key_public(play->user), &key);
    const union command_fields add = {
        .vm_add_user = {.vm = vm, .user = user, .role = VM_ROLE_USER}};
    const union event_body added = {
        .vm_user_added = {.user = user, .key = text_bytes(&key), .role = VM_ROLE_USER}};
    struct far_fact fact = {.kind = EVENT_VM_USER_ADDED,
                            .subject = vm,
                            .body = &added,
                            .command = COMMAND_VM_ADD_USER,
                            .fields = &add};
    return say_signed(play, &fact);
}

static struct status directory(struct play *play, const char *name, const char *group)
{
    const struct id vm = {ID_VM, VM};
    enum access_group wanted;
    if (name == NULL || group == NULL || !access_group_read(bytes_of_string(group), &wanted)) {
        return sentence("directory:NAME:GROUP");
    }
    const union command_fields create = {
        .vm_accessdir_create = {.vm = vm, .name = bytes_of_string(name), .group = wanted}};
    const union event_body created = {
        .vm_accessdir_created = {.vm = vm, .name = bytes_of_string(name), .group = wanted}};
    struct far_fact fact = {.kind = EVENT_VM_ACCESSDIR_CREATED,
                            .subject = {ID_ACCESSDIR, play->far.n + 1},
                            .body = &created,
                            .command = COMMAND_VM_ACCESSDIR_CREATE,
                            .fields = &create};
    return say_signed(play, &fact);
}

static struct status attach(struct play *play, uint64_t drive, const char *mode)
{
    const union event_body body = {
        .drive_attach_requested = {
            .vm = {ID_VM, VM}, .mode = strcmp(mode, "rw") == 0 ? DRIVE_MODE_RW : DRIVE_MODE_RO}};
    const struct far_fact fact = {
        .kind = EVENT_DRIVE_ATTACH_REQUESTED, .subject = {ID_DRIVE, drive}, .body = &body};
    TRY(far_say(&play->far, &fact));
    return until(play, is_applied, NULL);
}

static struct status ask(struct play *play, const struct errand *errand, bool wanted)
{
    if (play->far.visit == NULL || play->far.is_closed) {
        TRY(far_visit(&play->far, (struct id){ID_USER, 12}, play->owner));
        TRY(until(play, is_open, NULL));
    }
    TRY(play->far.is_closed ? sentence("the controller ends the visit") : OK);
    TRY(far_ask(&play->far, errand));
    TRY(until(play, is_done, NULL));
    struct text replies = play->far.answers;
    (void)printf("%s%s %s\n", text_string(&replies), play->far.done_code, play->far.done_why);
    bool well = strcmp(play->far.done_code, "OK") == 0;
    return well == wanted ? OK : sentence(well ? "it was not refused" : "it was refused");
}

static struct status unlock(struct play *play, const char *drive, const char *mode, const char *how,
                            bool wanted)
{
    struct errand errand = {.kind = ERRAND_UNLOCK,
                            .object = strtoull(drive, NULL, 10),
                            .read_only = mode == NULL || strcmp(mode, "ro") == 0,
                            .format = how != NULL && strcmp(how, "new") == 0};
    struct secret_bytes *key = NULL;
    TRY(how != NULL && strcmp(how, "other") == 0 ? secret_bytes_make(&key)
                                                 : drive_key(play->folder, drive, &key));
    struct status wrapped = wrap_secret(key, &play->far.receive_key, &errand.wrap);
    secret_bytes_close(&key);
    TRY(wrapped);
    return ask(play, &errand, wanted);
}

static struct status step(struct play *play, const char *words)
{
    char memory[WORDS_MAX];
    char *rest = memory;
    (void)snprintf(memory, sizeof memory, "%s", words);
    const char *what = strsep(&rest, ":");
    if (strcmp(what, "see") == 0) {
        return until(play, has_seen, words + sizeof "see");
    }
    if (strcmp(what, "wait") == 0) {
        return until(play, has_event, words + sizeof "wait");
    }
    const char *first = strsep(&rest, ":"), *second = strsep(&rest, ":");
    const uint64_t number = first == NULL ? 0 : strtoull(first, NULL, 10);
    if (strcmp(what, "user") == 0) {
        return let_in(play);
    }
    if (strcmp(what, "directory") == 0) {
        return directory(play, first, second);
    }
    if (strcmp(what, "attach") == 0 && second != NULL) {
        return attach(play, number, second);
    }
    if (strcmp(what, "unlock") == 0 || strcmp(what, "!unlock") == 0) {
        return unlock(play, first == NULL ? "0" : first, second, strsep(&rest, ":"),
                      what[0] != '!');
    }
    if (strcmp(what, "lock") == 0) {
        return ask(play, &(struct errand){.kind = ERRAND_LOCK, .object = number}, true);
    }
    if (strcmp(what, "list") == 0) {
        return ask(play, &(struct errand){.kind = ERRAND_LIST}, true);
    }
    if (strcmp(what, "status") == 0) {
        return ask(play, &(struct errand){.kind = ERRAND_STATUS}, true);
    }
    return sentence("there is no such step");
}

/* qemu makes the socket a moment after it was started. */
static struct status connect_to(const char *path, int *fd)
{
    struct status status = OK;
    for (int i = 0; i < 100; i++) {
        status = channel_connect(path, fd);
        if (!failed(status)) {
            return OK;
        }
        (void)poll(NULL, 0, 100);
    }
    return status;
}

static struct status act(struct play *play, int count, char **words)
{
    int fd = -1;
    const uint64_t run = strtoull(words[3], NULL, 10);
    TRY(key_library_start());
    TRY(key_of(play->folder, "owner", &play->owner));
    TRY(key_of(play->folder, "user", &play->user));
    TRY(connect_to(words[1], &fd));
    TRY(far_open(fd, (struct id){ID_VM, VM}, run, play->owner, &play->far));
    TRY(until(play, is_ready, NULL));
    for (int i = 4; i < count; i++) {
        (void)printf("> %s\n", words[i]);
        TRY(step(play, words[i]));
    }
    return OK;
}

int main(int count, char **words)
{
    static struct play play;
    if (count < 4) {
        (void)fprintf(stderr, "usage: world SOCKET FOLDER RUN STEP...\n");
        return 2;
    }
    play.folder = words[2];
    struct status status = act(&play, count, words);
    if (play.far.hasher != NULL) {
        far_close(&play.far);
    }
    secret_key_close(&play.owner);
    secret_key_close(&play.user);
    if (failed(status)) {
        char memory[512];
        struct text line = TEXT_IN(memory);
        status_describe(status, &line);
        (void)fprintf(stderr, "world: %s\n", text_string(&line));
        return 1;
    }
    return 0;
}
