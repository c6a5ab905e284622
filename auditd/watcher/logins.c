#include "auditd/watcher/logins.h"

#include "schema/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmpx.h>

#define SECOND_US UINT64_C(1000000)

/* A field that may fill its array; what is no UTF-8 is not passed on as text. */
static void take(char out[static LOGIN_WORD_SIZE], const char *field, size_t size)
{
    const size_t used = strnlen(field, size);
    struct text text = {.data = out, .capacity = LOGIN_WORD_SIZE};
    text_put_printable(&text, bytes_of(field, used));
    (void)text_string(&text);
}

static struct status visit_one(const struct utmpx *record, uint64_t since_us, login_visit *visit,
                               void *context)
{
    struct login login;
    const int64_t seconds = record->ut_tv.tv_sec, rest = record->ut_tv.tv_usec;
    if (record->ut_type != USER_PROCESS || seconds <= 0 || rest < 0 || rest >= (int64_t)SECOND_US) {
        return OK;
    }
    login.at_us = (uint64_t)seconds * SECOND_US + (uint64_t)rest;
    if (login.at_us <= since_us) {
        return OK;
    }
    take(login.account, record->ut_user, sizeof record->ut_user);
    take(login.address, record->ut_host, sizeof record->ut_host);
    take(login.terminal, record->ut_line, sizeof record->ut_line);
    return visit(context, &login);
}

static struct status read_records(int fd, uint64_t since_us, login_visit *visit, void *context)
{
    struct stat found;
    struct utmpx record;
    if (fstat(fd, &found) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    const uint64_t count = (uint64_t)found.st_size / sizeof record;
    for (uint64_t i = count > LOGINS_MAX ? count - LOGINS_MAX : 0; i < count; i++) {
        const ssize_t size = pread(fd, &record, sizeof record, (off_t)(i * sizeof record));
        if (size < 0) {
            return FAIL(IO, (uint64_t)errno);
        }
        if ((size_t)size < sizeof record) {
            return OK; /* it was cut meanwhile */
        }
        TRY(visit_one(&record, since_us, visit, context));
    }
    return OK;
}

struct status logins_since(const char *path, uint64_t since_us, login_visit *visit, void *context)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return errno == ENOENT ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)errno);
    }
    const struct status status = read_records(fd, since_us, visit, context);
    (void)close(fd);
    return status;
}
