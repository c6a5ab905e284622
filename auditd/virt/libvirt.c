#include "auditd/virt/libvirt.h"

#include <stdlib.h>

enum {
    KEEPALIVE_SECONDS = 5,
    KEEPALIVE_COUNT = 6,
    PRINTABLE_MAX = 8 * (HYPERVISOR_ERROR_MAX + 1), /* bytes: an escape of each */
};

/* Errors ------------------------------------------------------------------------------------- */

/* Libvirt would print each of its errors; whoever called has it. */
static void stay_silent(void *context, virErrorPtr error)
{
    (void)context;
    (void)error;
}

static struct status status_of(int code)
{
    static const struct {
        int code;
        enum status_code status;
    } known[] = {
        {VIR_ERR_NO_DOMAIN, STATUS_NOT_FOUND},
        {VIR_ERR_NO_STORAGE_POOL, STATUS_NOT_FOUND},
        {VIR_ERR_NO_STORAGE_VOL, STATUS_NOT_FOUND},
        {VIR_ERR_DEVICE_MISSING, STATUS_NOT_FOUND},
        {VIR_ERR_DOM_EXIST, STATUS_EXISTS},
        {VIR_ERR_STORAGE_VOL_EXIST, STATUS_EXISTS},
        {VIR_ERR_OPERATION_INVALID, STATUS_CONFLICT},
        {VIR_ERR_RESOURCE_BUSY, STATUS_IN_USE},
        {VIR_ERR_OPERATION_TIMEOUT, STATUS_IN_USE},
        {VIR_ERR_NO_CONNECT, STATUS_UNREACHABLE},
        {VIR_ERR_RPC, STATUS_UNREACHABLE},
        {VIR_ERR_NO_SUPPORT, STATUS_VERSION},
        {VIR_ERR_OPERATION_UNSUPPORTED, STATUS_VERSION},
        {VIR_ERR_ARGUMENT_UNSUPPORTED, STATUS_VERSION},
        {VIR_ERR_CONFIG_UNSUPPORTED, STATUS_VERSION},
        {VIR_ERR_XML_ERROR, STATUS_MALFORMED},
        {VIR_ERR_XML_DETAIL, STATUS_MALFORMED},
        {VIR_ERR_XML_INVALID_SCHEMA, STATUS_MALFORMED},
        {VIR_ERR_INVALID_ARG, STATUS_MALFORMED},
        {VIR_ERR_AUTH_FAILED, STATUS_KEY},
        {VIR_ERR_AUTH_CANCELLED, STATUS_KEY},
        {VIR_ERR_AUTH_UNAVAILABLE, STATUS_KEY},
        {VIR_ERR_ACCESS_DENIED, STATUS_KEY},
        {VIR_ERR_OPERATION_DENIED, STATUS_KEY},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].code == code) {
            return (struct status){.code = known[i].status};
        }
    }
    return FAIL(IO, 0);
}

/* Foreign text, safe to print, and cut where a character begins. */
static void keep_words(struct hypervisor *hypervisor, const char *said)
{
    char wide[PRINTABLE_MAX];
    struct text words = TEXT_IN(wide);
    const size_t size = strlen(said);
    text_put_printable(&words,
                       bytes_of(said, size < HYPERVISOR_ERROR_MAX ? size : HYPERVISOR_ERROR_MAX));
    size_t kept = words.size < HYPERVISOR_ERROR_MAX ? words.size : HYPERVISOR_ERROR_MAX;
    while (kept > 0 && !text_is_utf8(bytes_of(wide, kept))) {
        kept--;
    }
    memcpy(hypervisor->error, wide, kept);
    hypervisor->error[kept] = '\0';
}

struct status hypervisor_failed(struct hypervisor *hypervisor)
{
    const int code = virGetLastErrorCode();
    keep_words(hypervisor, virGetLastErrorMessage());
    virResetLastError();
    if (hypervisor->connection != NULL && virConnectIsAlive(hypervisor->connection) == 0) {
        hypervisor->lost = true;
        return FAIL(UNREACHABLE, 0);
    }
    virResetLastError();
    return status_of(code);
}

struct status hypervisor_needs_connection(struct hypervisor *hypervisor)
{
    if (!hypervisor_is_connected(hypervisor)) {
        return FAIL_BECAUSE(UNREACHABLE, 0, "the host is not connected");
    }
    hypervisor->error[0] = '\0';
    return OK;
}

/* Life --------------------------------------------------------------------------------------- */

static void do_nothing(int timer, void *context)
{
    (void)timer;
    (void)context;
}

/* Once for a process: whether it was is what the loop itself knows. */
struct status hypervisor_begin(void)
{
    virSetErrorFunc(NULL, stay_silent);
    if (virInitialize() < 0) {
        return FAIL_BECAUSE(IO, 0, "libvirt cannot begin");
    }
    const int timer = virEventAddTimeout(-1, do_nothing, NULL, NULL);
    if (timer >= 0) {
        (void)virEventRemoveTimeout(timer);
        return OK;
    }
    return virEventRegisterDefaultImpl() == 0 ? OK
                                              : FAIL_BECAUSE(IO, 0, "libvirt's loop cannot begin");
}

struct status hypervisor_make(const char *uri, struct hypervisor **out)
{
    TRY(hypervisor_begin());
    CLEANUP(hypervisor_close) struct hypervisor *hypervisor = calloc(1, sizeof *hypervisor);
    if (hypervisor == NULL) {
        return FAIL(NO_MEMORY, sizeof *hypervisor);
    }
    struct text copy = TEXT_IN(hypervisor->uri);
    text_put_string(&copy, uri);
    (void)text_string(&copy);
    hypervisor->pool_callback = -1;
    if (copy.full) {
        return FAIL(LIMIT, HYPERVISOR_URI_MAX);
    }
    *out = hypervisor;
    hypervisor = NULL;
    return OK;
}

static void when_closed(virConnectPtr connection, int reason, void *context)
{
    (void)connection;
    (void)reason;
    struct hypervisor *hypervisor = context;
    const struct hypervisor_event event = {
        .hypervisor = hypervisor, .kind = HYPERVISOR_LOST, .name = "", .uuid = "", .alias = ""};
    hypervisor->lost = true;
    if (hypervisor->listen != NULL) {
        hypervisor->listen(hypervisor->context, &event);
    }
}

static void disconnect(struct hypervisor *hypervisor)
{
    if (hypervisor->connection != NULL) {
        hypervisor_unregister(hypervisor);
        (void)virConnectUnregisterCloseCallback(hypervisor->connection, when_closed);
        (void)virConnectClose(hypervisor->connection);
        virResetLastError();
    }
    hypervisor->connection = NULL;
    hypervisor->lost = false;
}

void hypervisor_close(struct hypervisor **hypervisor)
{
    if (*hypervisor != NULL) {
        disconnect(*hypervisor);
        free(*hypervisor);
        *hypervisor = NULL;
    }
}

struct status hypervisor_connect(struct hypervisor *hypervisor)
{
    if (hypervisor_is_connected(hypervisor)) {
        return OK;
    }
    disconnect(hypervisor);
    hypervisor->error[0] = '\0';
    hypervisor->connection = virConnectOpen(hypervisor->uri);
    if (hypervisor->connection == NULL) {
        const struct status status = hypervisor_failed(hypervisor);
        return status.code == STATUS_KEY ? status : FAIL(UNREACHABLE, 0);
    }
    /* Drivers within the process have neither, and cannot be lost. */
    (void)virConnectRegisterCloseCallback(hypervisor->connection, when_closed, hypervisor, NULL);
    (void)virConnectSetKeepAlive(hypervisor->connection, KEEPALIVE_SECONDS, KEEPALIVE_COUNT);
    virResetLastError();
    return hypervisor->listen == NULL ? OK : hypervisor_register(hypervisor);
}

bool hypervisor_is_connected(const struct hypervisor *hypervisor)
{
    return hypervisor->connection != NULL && !hypervisor->lost;
}

const char *hypervisor_uri(const struct hypervisor *hypervisor)
{
    return hypervisor->uri;
}

bool hypervisor_is_private(const struct hypervisor *hypervisor)
{
    return strncmp(hypervisor->uri, "test:", 5) == 0;
}

const char *hypervisor_error(const struct hypervisor *hypervisor)
{
    return hypervisor->error;
}

/* Looking ------------------------------------------------------------------------------------ */

static struct status add_up(struct hypervisor *hypervisor, struct hypervisor_facts *facts)
{
    virDomainPtr *domains = NULL;
    const int count =
        virConnectListAllDomains(hypervisor->connection, &domains, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
    if (count < 0) {
        return hypervisor_failed(hypervisor);
    }
    for (int i = 0; i < count; i++) {
        virDomainInfo info;
        /* One that has ended meanwhile uses nothing. */
        if (virDomainGetInfo(domains[i], &info) == 0) {
            facts->domains++;
            facts->cores_used += info.nrVirtCpu;
            facts->memory_used_kib += info.maxMem;
        }
        (void)virDomainFree(domains[i]);
    }
    free(domains);
    return OK;
}

struct status hypervisor_look(struct hypervisor *hypervisor, struct hypervisor_facts *out)
{
    virNodeInfo info;
    *out = (struct hypervisor_facts){.cores = 0};
    TRY(hypervisor_needs_connection(hypervisor));
    if (virNodeGetInfo(hypervisor->connection, &info) < 0) {
        return hypervisor_failed(hypervisor);
    }
    struct text name = TEXT_IN(out->name);
    char *host = virConnectGetHostname(hypervisor->connection);
    text_put_string(&name, host == NULL ? "" : host);
    (void)text_string(&name);
    free(host);
    out->cores = info.cpus;
    out->memory_kib = info.memory;
    out->memory_free_kib = virNodeGetFreeMemory(hypervisor->connection) / 1024;
    virResetLastError();
    return add_up(hypervisor, out);
}
