#include "tools/audit/post.h"
#include "tools/audit/program.h"

#include <stdarg.h>
#include <stdio.h>

void post_fail(struct post *post, const char *format, ...)
{
    char memory[POST_DETAIL_MAX];
    struct text text = {.data = post->detail, .capacity = sizeof post->detail};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(memory, sizeof memory, format, arguments);
    va_end(arguments);
    post->ok = false;
    text_put_printable(&text, bytes_of_string(memory));
    (void)text_string(&text);
}

void post_mail(const char *program, struct bytes message, struct post *post)
{
    const char *const arguments[] = {program, "-t", "-i", NULL};
    int code = 0;
    *post = (struct post){.ok = false};
    switch (program_run(
        &(struct program){.arguments = arguments, .input = message, .timeout_s = POST_TIMEOUT_S},
        &code)) {
    case PROGRAM_DONE:
        post->ok = true;
        snprintf(post->detail, sizeof post->detail, "taken by the mailer");
        return;
    case PROGRAM_FAILED:
        post_fail(post, "the mailer ended with exit code %d", code);
        return;
    case PROGRAM_ABSENT:
        post_fail(post, "there is no mailer %s", program);
        return;
    case PROGRAM_KILLED:
        post_fail(post, "the mailer was killed");
        return;
    case PROGRAM_LATE:
        post_fail(post, "the mailer did not end in time");
        return;
    case PROGRAM_NO_ROOM:
        break;
    }
    post_fail(post, "no process could be had for the mailer");
}
