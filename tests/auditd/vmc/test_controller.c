/*
 * The controller, as a whole, with a world on the other side of a socket: it learns its place and
 * its owner's key once, believes what is signed, lets users in who may, and tells what happens,
 * each once, however often a side starts again. Drives are plain files here: where there is no
 * device-mapper, what is tried with them ends at its door.
 */
#include "auditd/vmc/controller.h"
#include "tests/auditd/vmc/far_side.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    TURNS_MAX = 400,
    PATH_SIZE = 256,
    VM = 70,
};

struct stage {
    char place[128];
    char socket[PATH_SIZE], keep[PATH_SIZE], blocks[PATH_SIZE], devices[PATH_SIZE];
    char root[PATH_SIZE], shares[PATH_SIZE], mounts[PATH_SIZE], accounts[PATH_SIZE];
    int listener;
    struct controller_options options;
    struct controller *controller;
    struct secret_key *owner, *ann, *eve;
    struct far_side far;
};

/* Both sides ------------------------------------------------------------------------------ */

static void write_file(const char *path, const char *words)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(words, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static bool socket_has_come(const struct stage *stage)
{
    struct pollfd poller = {.fd = stage->listener, .events = POLLIN};
    return poll(&poller, 1, 0) == 1;
}

/* The controller's turn, then the world's; a connection that has come is taken. */
static void turn(struct stage *stage)
{
    (void)controller_turn(stage->controller, 1);
    if (socket_has_come(stage)) {
        int fd = accept(stage->listener, NULL, NULL);
        assert_true(fd >= 0);
        if (stage->far.hasher == NULL) {
            must(far_open(fd, (struct id){ID_VM, VM}, VM, stage->owner, &stage->far));
        } else {
            must(far_reconnect(&stage->far, fd));
        }
    }
    if (stage->far.channel != NULL) {
        struct status status = far_turn(&stage->far);
        if (status.code == STATUS_IO) {
            channel_close(&stage->far.channel);
        } else {
            must(status);
        }
    }
}

static bool has_event(const struct stage *stage, const char *words)
{
    struct text events = stage->far.events;
    return strstr(text_string(&events), words) != NULL;
}

static unsigned count_events(const struct stage *stage, const char *words)
{
    struct text events = stage->far.events;
    unsigned count = 0;
    for (const char *at = text_string(&events); (at = strstr(at, words)) != NULL; at++) {
        count++;
    }
    return count;
}

#define UNTIL(stage, condition)                                              \
    do {                                                                     \
        for (int turns_ = 0; !(condition) && turns_ < TURNS_MAX; turns_++) { \
            turn(stage);                                                     \
            if (turns_ > TURNS_MAX / 2) {                                    \
                (void)poll(NULL, 0, 10);                                     \
            }                                                                \
        }                                                                    \
        assert_true(condition);                                              \
    } while (0)

static void begin(struct stage *stage)
{
    UNTIL(stage, stage->far.is_ready && has_event(stage, "vm.owner_key_learned"));
}

/* Setting up ------------------------------------------------------------------------------ */

static void path_in(const struct stage *stage, char out[static PATH_SIZE], const char *name)
{
    assert_true(snprintf(out, PATH_SIZE, "%s/%s", stage->place, name) < PATH_SIZE);
}

static void make_drive(const struct stage *stage, uint64_t drive, const char *device,
                       size_t mebibytes)
{
    char path[PATH_SIZE * 2], words[64];
    (void)snprintf(path, sizeof path, "%s/%s", stage->blocks, device);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/%s/serial", stage->blocks, device);
    (void)snprintf(words, sizeof words, "drive-%llu", (unsigned long long)drive);
    write_file(path, words);
    (void)snprintf(path, sizeof path, "%s/%s/size", stage->blocks, device);
    (void)snprintf(words, sizeof words, "%zu\n", mebibytes * 2048);
    write_file(path, words);
    (void)snprintf(path, sizeof path, "%s/%s", stage->devices, device);
    write_file(path, "");
    assert_int_equal(truncate(path, (off_t)(mebibytes << 20)), 0);
}

static struct secret_key *key(const char *name)
{
    struct secret_key *made = NULL;
    must(secret_key_make(KEY_ED25519, name, &made));
    return made;
}

static void open_controller(struct stage *stage)
{
    stage->options = (struct controller_options){
        .port = {.path = stage->socket},
        .drives = {.blocks = stage->blocks,
                   .devices = stage->devices,
                   .mapper = stage->devices,
                   .root = stage->root,
                   .mounts = stage->mounts,
                   .mkfs = "/bin/true",
                   .stretching = {.quick = true}},
        .keep = stage->keep,
        .accounts = stage->accounts,
        .mount_nfs = "/bin/true",
        .shares = stage->shares,
        .quiet = true,
    };
    must(controller_open(&stage->options, &stage->controller));
}

static int set_up(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    const char *folder = getenv("TMPDIR");
    assert_non_null(stage);
    (void)snprintf(stage->place, sizeof stage->place, "%s/cairn-vmc-XXXXXX",
                   folder == NULL ? "/tmp" : folder);
    assert_non_null(mkdtemp(stage->place));
    path_in(stage, stage->socket, "port");
    path_in(stage, stage->keep, "keep");
    path_in(stage, stage->blocks, "blocks");
    path_in(stage, stage->devices, "devices");
    path_in(stage, stage->root, "drives");
    path_in(stage, stage->shares, "shares");
    path_in(stage, stage->mounts, "mounts");
    path_in(stage, stage->accounts, "passwd");
    assert_int_equal(mkdir(stage->blocks, 0700) | mkdir(stage->devices, 0700) |
                         mkdir(stage->root, 0700) | mkdir(stage->shares, 0700),
                     0);
    write_file(stage->mounts, "");
    write_file(stage->accounts, "root:x:0:0:root:/:/bin/sh\n");
    must(channel_listen(stage->socket, 0600, &stage->listener));
    stage->owner = key("ann");
    stage->ann = key("ben");
    stage->eve = key("eve");
    open_controller(stage);
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    char command[PATH_SIZE];
    controller_close(&stage->controller);
    if (stage->far.hasher != NULL) {
        far_close(&stage->far);
    }
    (void)close(stage->listener);
    secret_key_close(&stage->owner);
    secret_key_close(&stage->ann);
    secret_key_close(&stage->eve);
    (void)snprintf(command, sizeof command, "rm -rf %s", stage->place);
    (void)!system(command);
    free(stage);
    return 0;
}

/* Facts ----------------------------------------------------------------------------------- */

/* Ben is let in: user:13, with the right to drives, by the owner or somebody else. */
static void let_ben_in(struct stage *stage, const struct secret_key *by)
{
    char memory[VMC_KEY_TEXT_MAX];
    struct text text = TEXT_IN(memory);
    static const enum vm_permission permissions[] = {VM_PERMISSION_DRIVES};
    const struct id vm = {ID_VM, VM}, ben = {ID_USER, 13};
    public_key_write(secret_key_public(stage->ann), &text);
    union command_fields add = {.vm_add_user = {.vm = vm, .user = ben, .role = VM_ROLE_USER}};
    union event_body added = {
        .vm_user_added = {.user = ben, .key = text_bytes(&text), .role = VM_ROLE_USER}};
    must(far_say(&stage->far, &(struct far_fact){.kind = EVENT_VM_USER_ADDED,
                                                 .subject = vm,
                                                 .body = &added,
                                                 .is_signed = true,
                                                 .command = COMMAND_VM_ADD_USER,
                                                 .fields = &add,
                                                 .actor = {ID_USER, 12},
                                                 .key = by}));
    union command_fields set = {
        .vm_set_profile = {
            .vm = vm, .user = ben, .permissions = permissions, .permissions_count = 1}};
    union event_body was_set = {
        .vm_user_profile_set = {
            .user = ben, .role = VM_ROLE_USER, .permissions = permissions, .permissions_count = 1}};
    must(far_say(&stage->far, &(struct far_fact){.kind = EVENT_VM_USER_PROFILE_SET,
                                                 .subject = vm,
                                                 .body = &was_set,
                                                 .is_signed = true,
                                                 .command = COMMAND_VM_SET_PROFILE,
                                                 .fields = &set,
                                                 .actor = {ID_USER, 12},
                                                 .key = by}));
}

static void attach(struct stage *stage, uint64_t drive, enum drive_mode mode)
{
    union event_body body = {.drive_attach_requested = {.vm = {ID_VM, VM}, .mode = mode}};
    must(far_say(&stage->far, &(struct far_fact){.kind = EVENT_DRIVE_ATTACH_REQUESTED,
                                                 .subject = {ID_DRIVE, drive},
                                                 .body = &body}));
}

static void ask(struct stage *stage, const struct errand *errand)
{
    must(far_ask(&stage->far, errand));
    UNTIL(stage, stage->far.is_done);
}

static void unlock(struct stage *stage, uint64_t drive, bool read_only, bool is_new)
{
    struct errand errand = {
        .kind = ERRAND_UNLOCK, .object = drive, .read_only = read_only, .format = is_new};
    struct secret_bytes *secret = NULL;
    must(secret_bytes_make(&secret));
    must(wrap_secret(secret, &stage->far.receive_key, &errand.wrap));
    secret_bytes_close(&secret);
    ask(stage, &errand);
}

static void visit(struct stage *stage, uint64_t user, const struct secret_key *by)
{
    must(far_visit(&stage->far, (struct id){ID_USER, user}, by));
    UNTIL(stage, visit_is_open(stage->far.visit) || stage->far.is_closed);
}

/* Tests ----------------------------------------------------------------------------------- */

static void it_learns_its_owner_once_and_signs_what_it_says(void **state)
{
    struct stage *stage = *state;
    begin(stage);
    assert_int_equal(count_events(stage, "vm.owner_key_learned"), 1);
    assert_int_equal(stage->far.head.emitter_n > 0, 1);
}

static void another_owners_key_is_told_of_and_never_taken(void **state)
{
    struct stage *stage = *state;
    begin(stage);
    stage->far.owner_key = stage->eve;
    must(far_greet(&stage->far));
    UNTIL(stage, has_event(stage, "another owner's key is never taken"));
    assert_int_equal(count_events(stage, "vm.owner_key_learned"), 1);
    visit(stage, 12, stage->eve);
    assert_true(stage->far.is_closed);
    visit(stage, 12, stage->owner);
    assert_true(visit_is_open(stage->far.visit));
}

static void it_is_not_another_machine(void **state)
{
    struct stage *stage = *state;
    begin(stage);
    stage->far.greeting.run++;
    const unsigned hellos = stage->far.hellos;
    must(far_greet(&stage->far));
    for (int i = 0; i < 20; i++) {
        turn(stage);
    }
    assert_int_equal(stage->far.hellos, hellos);
    stage->far.greeting.run--;
    UNTIL(stage, has_event(stage, "another machine, or run"));
}

static void who_starts_again_is_the_same_and_says_nothing_twice(void **state)
{
    struct stage *stage = *state;
    begin(stage);
    const uint64_t before = stage->far.head.emitter_n;
    controller_close(&stage->controller);
    stage->far.is_ready = false;
    open_controller(stage);
    UNTIL(stage, stage->far.is_ready);
    visit(stage, 12, stage->owner);
    UNTIL(stage, has_event(stage, "vm.user_connected"));
    assert_int_equal(count_events(stage, "vm.owner_key_learned"), 1);
    assert_true(stage->far.head.emitter_n > before);
}

static void a_world_that_comes_back_gets_what_it_has_not(void **state)
{
    struct stage *stage = *state;
    begin(stage);
    stage->far.refuses = true;
    visit(stage, 12, stage->owner);
    for (int i = 0; i < 20; i++) {
        turn(stage);
    }
    assert_false(has_event(stage, "vm.user_connected"));
    stage->far.refuses = false;
    channel_close(&stage->far.channel);
    UNTIL(stage, has_event(stage, "vm.user_connected"));
    UNTIL(stage, has_event(stage, "vm.user_disconnected"));
}

static void only_what_its_owner_signed_lets_somebody_in(void **state)
{
    struct stage *stage = *state;
    begin(stage);
    let_ben_in(stage, stage->eve);
    UNTIL(stage, stage->far.applied == stage->far.n);
    visit(stage, 13, stage->ann);
    assert_true(stage->far.is_closed);
    let_ben_in(stage, NULL);
    UNTIL(stage, stage->far.applied == stage->far.n);
    visit(stage, 13, stage->ann);
    assert_true(visit_is_open(stage->far.visit));
    UNTIL(stage, has_event(stage, "vm.user_connected {\"connection\":"));
    assert_true(has_event(stage, "vm.handshake_failed"));
    assert_true(has_event(stage, "\"users\":2"));
}

static void who_is_removed_is_sent_away(void **state)
{
    struct stage *stage = *state;
    const struct id vm = {ID_VM, VM}, ben = {ID_USER, 13};
    begin(stage);
    let_ben_in(stage, NULL);
    UNTIL(stage, stage->far.applied == stage->far.n);
    visit(stage, 13, stage->ann);
    union command_fields remove = {.vm_remove_user = {.vm = vm, .user = ben}};
    union event_body removed = {.vm_user_removed = {.user = ben}};
    must(far_say(&stage->far, &(struct far_fact){.kind = EVENT_VM_USER_REMOVED,
                                                 .subject = vm,
                                                 .body = &removed,
                                                 .is_signed = true,
                                                 .command = COMMAND_VM_REMOVE_USER,
                                                 .fields = &remove}));
    UNTIL(stage, stage->far.is_closed);
    UNTIL(stage, has_event(stage, "vm.user_disconnected"));
}

static void accounts_are_made_beside_those_of_others(void **state)
{
    struct stage *stage = *state;
    char memory[512] = "";
    begin(stage);
    let_ben_in(stage, NULL);
    UNTIL(stage, stage->far.applied == stage->far.n);
    FILE *file = fopen(stage->accounts, "r");
    assert_non_null(file);
    assert_true(fread(memory, 1, sizeof memory - 1, file) > 0);
    (void)fclose(file);
    assert_string_equal(memory, "root:x:0:0:root:/:/bin/sh\n"
                                "cairn-12:x:20000:20000::/:/usr/sbin/nologin\n"
                                "cairn-13:x:20001:20001::/:/usr/sbin/nologin\n");
}

static void a_drive_is_refused_unless_all_is_as_the_log_says(void **state)
{
    struct stage *stage = *state;
    begin(stage);
    make_drive(stage, 77, "vda", 24);
    visit(stage, 12, stage->owner);
    unlock(stage, 77, false, true);
    assert_string_equal(stage->far.done_why, "the drive is not attached to this machine");
    attach(stage, 77, DRIVE_MODE_RO);
    UNTIL(stage, stage->far.applied == stage->far.n);
    unlock(stage, 77, false, true);
    assert_string_equal(stage->far.done_why, "the drive is attached read-only");
    unlock(stage, 77, true, true);
    assert_string_equal(stage->far.done_why, "a blank drive cannot be formatted read-only");
    attach(stage, 77, DRIVE_MODE_RW);
    UNTIL(stage, stage->far.applied == stage->far.n);
    unlock(stage, 77, false, false);
    assert_string_equal(stage->far.done_code, "CONFLICT");
    attach(stage, 78, DRIVE_MODE_RW);
    UNTIL(stage, stage->far.applied == stage->far.n);
    unlock(stage, 78, false, true);
    assert_string_equal(stage->far.done_why, "the drive is not a device of this machine");
    assert_false(has_event(stage, "drive."));
}

static void who_lacks_the_permission_uses_no_drive(void **state)
{
    struct stage *stage = *state;
    const struct id vm = {ID_VM, VM}, ben = {ID_USER, 13};
    begin(stage);
    let_ben_in(stage, NULL);
    union command_fields set = {.vm_set_profile = {.vm = vm, .user = ben}};
    union event_body was_set = {.vm_user_profile_set = {.user = ben, .role = VM_ROLE_USER}};
    must(far_say(&stage->far, &(struct far_fact){.kind = EVENT_VM_USER_PROFILE_SET,
                                                 .subject = vm,
                                                 .body = &was_set,
                                                 .is_signed = true,
                                                 .command = COMMAND_VM_SET_PROFILE,
                                                 .fields = &set}));
    attach(stage, 77, DRIVE_MODE_RW);
    UNTIL(stage, stage->far.applied == stage->far.n);
    visit(stage, 13, stage->ann);
    unlock(stage, 77, false, true);
    assert_string_equal(stage->far.done_code, "KEY");
    ask(stage, &(struct errand){.kind = ERRAND_LOCK, .object = 77});
    assert_string_equal(stage->far.done_code, "KEY");
    ask(stage, &(struct errand){.kind = ERRAND_STATUS});
    assert_string_equal(stage->far.done_code, "OK");
}

static void what_is_there_is_listed(void **state)
{
    struct stage *stage = *state;
    begin(stage);
    make_drive(stage, 77, "vda", 24);
    visit(stage, 12, stage->owner);
    ask(stage, &(struct errand){.kind = ERRAND_LIST});
    struct text answers = stage->far.answers;
    assert_string_equal(text_string(&answers), "drive 77 25165824 blank rw \n");
    ask(stage, &(struct errand){.kind = ERRAND_STATUS});
    answers = stage->far.answers;
    assert_string_equal(text_string(&answers), "status applied 0 users 1 directories 0 drives 1\n");
}

static void a_mount_over_the_network_is_told_in_the_mode_it_has(void **state)
{
    struct stage *stage = *state;
    begin(stage);
    union event_body allowed = {.nfs_allowed = {.server = LITERAL("data.example"),
                                                .export = LITERAL("/public"),
                                                .mode = DRIVE_MODE_RO,
                                                .in_envelope = true}};
    must(far_say(
        &stage->far,
        &(struct far_fact){.kind = EVENT_NFS_ALLOWED, .subject = {ID_NFS, 9}, .body = &allowed}));
    UNTIL(stage, stage->far.applied == stage->far.n);
    write_file(stage->mounts, "data.example:/public /shares/nfs-9 nfs4 ro,vers=4.2 0 0\n"
                              "evil:/x /mnt nfs rw,vers=3 0 0\n/dev/sda1 / ext4 rw 0 0\n");
    visit(stage, 12, stage->owner);
    ask(stage, &(struct errand){.kind = ERRAND_MOUNT, .object = 8});
    assert_string_equal(stage->far.done_code, "NOT_FOUND");
    ask(stage, &(struct errand){.kind = ERRAND_MOUNT, .object = 9});
    assert_string_equal(stage->far.done_code, "OK");
    UNTIL(stage, count_events(stage, "nfs.mounted") == 2);
    assert_true(has_event(stage, "\"mode\":\"ro\",\"server\":\"data.example\""));
    assert_true(has_event(stage, "\"mode\":\"rw\",\"server\":\"evil\""));
    ask(stage, &(struct errand){.kind = ERRAND_MOUNT, .object = 9});
    for (int i = 0; i < 10; i++) {
        turn(stage);
    }
    assert_int_equal(count_events(stage, "nfs.mounted"), 2);
}

static void a_restart_is_asked_for_once_and_told(void **state)
{
    struct stage *stage = *state;
    union event_body body = {0};
    const struct far_fact restart = {
        .kind = EVENT_VM_CONTROLLER_RESTART_REQUESTED, .subject = {ID_VM, VM}, .body = &body};
    enum controller_news news = CONTROLLER_GOES_ON;
    begin(stage);
    must(far_say(&stage->far, &restart));
    for (int i = 0; i < TURNS_MAX && news != CONTROLLER_RESTART; i++) {
        news = controller_turn(stage->controller, 1);
    }
    assert_int_equal(news, CONTROLLER_RESTART);
    controller_close(&stage->controller);
    open_controller(stage);
    stage->far.n--;
    UNTIL(stage, has_event(stage, "vm.controller_restarted"));
    assert_int_equal(stage->far.wanted_after, 0);
    must(far_say(&stage->far, &restart));
    for (int i = 0; i < 20; i++) {
        assert_int_equal(controller_turn(stage->controller, 1), CONTROLLER_GOES_ON);
        must(far_turn(&stage->far));
    }
}

static void nonsense_on_the_wire_begins_the_connection_anew(void **state)
{
    struct stage *stage = *state;
    begin(stage);
    const unsigned hellos = stage->far.hellos;
    must(far_send(&stage->far, VMC_WELCOME, 0, LITERAL("nonsense")));
    UNTIL(stage, stage->far.hellos > hellos && stage->far.is_ready);
}

static int start(void **unused)
{
    (void)unused;
    return failed(key_library_start());
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(it_learns_its_owner_once_and_signs_what_it_says),
        STAGED(another_owners_key_is_told_of_and_never_taken),
        STAGED(it_is_not_another_machine),
        STAGED(who_starts_again_is_the_same_and_says_nothing_twice),
        STAGED(a_world_that_comes_back_gets_what_it_has_not),
        STAGED(only_what_its_owner_signed_lets_somebody_in),
        STAGED(who_is_removed_is_sent_away),
        STAGED(accounts_are_made_beside_those_of_others),
        STAGED(a_drive_is_refused_unless_all_is_as_the_log_says),
        STAGED(who_lacks_the_permission_uses_no_drive),
        STAGED(what_is_there_is_listed),
        STAGED(a_mount_over_the_network_is_told_in_the_mode_it_has),
        STAGED(a_restart_is_asked_for_once_and_told),
        STAGED(nonsense_on_the_wire_begins_the_connection_anew),
    };
    return cmocka_run_group_tests_name("auditd/vmc/controller", tests, start, NULL);
}
