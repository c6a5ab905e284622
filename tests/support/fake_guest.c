/*
 * fake_guest DIRECTORY VM...: machines that are not there, whose controllers behave, and say on the
 * standard output what befalls them: `vm:7 welcomed`, `vm:7 fact 12 vm.user.added`, `vm:7 receipt
 * OK`. A line on the standard input is a wish: `submit N USER` has vm:N submit an event about that
 * user, `knock N`, `rekey N` makes it forget its key and knock, `garbage N`, `hang N` ends its
 * connection. It ends with its standard input.
 */
#include "tests/support/guest.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    MOST = 256,
    TURN_MS = 20,
};

struct stage {
    struct guest guests[MOST];
    uint64_t vms[MOST];
    size_t count;
    char line[128];
    size_t size;
};

static void tell(const struct stage *stage, size_t place, const char *what, const char *detail)
{
    printf("vm:%" PRIu64 " %s %s\n", stage->vms[place], what, detail);
}

static void react(struct stage *stage, size_t place, const struct frame *frame)
{
    struct guest *guest = &stage->guests[place];
    char memory[128];
    if (failed(guest_react(guest, frame))) {
        tell(stage, place, "confused", "");
        return;
    }
    switch (frame->kind) {
    case VMC_GREETING:
        tell(stage, place, "greeted", guest->speaker.name);
        break;
    case VMC_WELCOME:
        tell(stage, place, "welcomed", guest->owner);
        break;
    case VMC_FAULT:
        tell(stage, place, "turned-away", guest->fault);
        break;
    case VMC_RECEIPT:
        tell(stage, place, "receipt", guest->receipt);
        break;
    case VMC_FACT:
        snprintf(memory, sizeof memory, "%" PRIu64 " %s", guest->applied, guest->last_fact);
        tell(stage, place, "fact", memory);
        break;
    default:
        break;
    }
}

static void wish(struct stage *stage, const char *line)
{
    char verb[16];
    uint64_t vm, user = 0;
    struct bytes submission;
    if (sscanf(line, "%15s %" SCNu64 " %" SCNu64, verb, &vm, &user) < 2) {
        return;
    }
    for (size_t i = 0; i < stage->count; i++) {
        struct guest *guest = &stage->guests[i];
        if (stage->vms[i] != vm || !guest_is_connected(guest)) {
            continue;
        }
        bool rekeys = strcmp(verb, "rekey") == 0;
        if (rekeys) {
            secret_key_close(&guest->speaker.key);
        }
        if (strcmp(verb, "submit") == 0 && !failed(guest_make(guest, user, &submission))) {
            (void)!failed(guest_submit(guest, 1, submission));
        } else if (rekeys || strcmp(verb, "knock") == 0) {
            (void)!failed(guest_say(guest, VMC_KNOCK, 0, (struct bytes){0}));
        } else if (strcmp(verb, "garbage") == 0) {
            (void)!failed(channel_send(guest->channel, LITERAL("\xff\xff\xff\xffgarbage"), -1));
        } else if (strcmp(verb, "hang") == 0) {
            guest_hang_up(guest);
        }
    }
}

/* False once the input has ended. */
static bool take_wishes(struct stage *stage)
{
    ssize_t size =
        read(STDIN_FILENO, stage->line + stage->size, sizeof stage->line - 1 - stage->size);
    if (size <= 0) {
        return size < 0 && errno == EINTR;
    }
    stage->size += (size_t)size;
    stage->line[stage->size] = '\0';
    char *end;
    while ((end = strchr(stage->line, '\n')) != NULL) {
        *end = '\0';
        wish(stage, stage->line);
        stage->size -= (size_t)(end + 1 - stage->line);
        memmove(stage->line, end + 1, stage->size + 1);
    }
    return stage->size < sizeof stage->line - 1;
}

static void play(struct stage *stage)
{
    struct pollfd polled = {.fd = STDIN_FILENO, .events = POLLIN};
    struct frame frame;
    for (;;) {
        (void)poll(&polled, 1, TURN_MS);
        if (polled.revents != 0 && !take_wishes(stage)) {
            return;
        }
        for (size_t i = 0; i < stage->count; i++) {
            while (guest_next(&stage->guests[i], &frame)) {
                react(stage, i, &frame);
            }
        }
    }
}

int main(int argc, char **argv)
{
    struct stage *stage = calloc(1, sizeof *stage);
    if (stage == NULL || argc < 3 || argc - 2 > MOST) {
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 2; i < argc; i++) {
        uint64_t *vm = &stage->vms[stage->count];
        if (!text_read_u64(bytes_of_string(argv[i]), vm) ||
            failed(guest_open(&stage->guests[stage->count++], argv[1], *vm))) {
            fprintf(stderr, "fake_guest: %s cannot be listened for\n", argv[i]);
            return 1;
        }
    }
    play(stage);
    for (size_t i = 0; i < stage->count; i++) {
        guest_close(&stage->guests[i]);
    }
    free(stage);
    return 0;
}
