#include "tools/import/auditd_meaning.h"

#include "tools/import/audit_fields.h"
#include "tools/import/auditd.h"
#include "tools/import/slice.h"
#include "tools/import/syscalls.h"

#include <arpa/inet.h>

/* The fields that matter, the first of each name in an event. */
#define FACTS(FACT)                       \
    FACT(ACCT, "acct", false)             \
    FACT(ADDR, "addr", false)             \
    FACT(APPARMOR, "apparmor", false)     \
    FACT(ARCH, "arch", false)             \
    FACT(AUID, "auid", false)             \
    FACT(EXIT, "exit", false)             \
    FACT(HOSTNAME, "hostname", false)     \
    FACT(ID, "id", false)                 \
    FACT(OP, "op", false)                 \
    FACT(OPERATION, "operation", false)   \
    FACT(PERMISSIVE, "permissive", false) \
    FACT(RES, "res", false)               \
    FACT(SADDR, "saddr", false)           \
    FACT(SUCCESS, "success", false)       \
    FACT(SYSCALL, "syscall", false)       \
    FACT(UID, "uid", false)               \
    FACT(AUID_NAME, "AUID", true)         \
    FACT(ID_NAME, "ID", true)             \
    FACT(SYSCALL_NAME, "SYSCALL", true)   \
    FACT(UID_NAME, "UID", true)

enum fact {
#define FACT(name, text, enriched) FACT_##name,
    FACTS(FACT)
#undef FACT
    FACT_COUNT,
};

static const struct {
    struct bytes name;
    bool enriched;
} fact_rows[FACT_COUNT] = {
#define FACT(constant, text, is_enriched)                                                     \
    [FACT_##constant] = {.name = {.data = (const uint8_t *)(text), .size = sizeof(text) - 1}, \
                         .enriched = (is_enriched)},
    FACTS(FACT)
#undef FACT
};

enum {
    HEX_MAX = 4096, /* bytes of a name given in hexadecimal */
    SOCKET_MAX = 128,
};

struct facts {
    struct bytes type; /* the event's */
    struct bytes type_body;
    int rank;
    struct audit_field field[FACT_COUNT]; /* an empty name: not there */
};

static bool has(const struct facts *facts, enum fact fact)
{
    return facts->field[fact].name.size > 0;
}

static bool fact_is(const struct facts *facts, enum fact fact, struct bytes value)
{
    return has(facts, fact) && bytes_equal(facts->field[fact].value, value);
}

/* Gathering ------------------------------------------------------------------------------- */

/* Lines that only tell more of an event whose type another line has. */
static bool is_auxiliary(struct bytes type)
{
    static const char *const types[] = {
        "PATH",      "CWD",           "EXECVE",       "SOCKADDR",    "PROCTITLE",   "EOE",
        "OBJ_PID",   "IPC",           "MMAP",         "FD_PAIR",     "SOCKETCALL",  "BPRM_FCAPS",
        "CAPSET",    "MQ_OPEN",       "OPENAT2",      "CONTEXT",     "KERN_MODULE", "MQ_SENDRECV",
        "MQ_NOTIFY", "MQ_GETSETATTR", "IPC_SET_PERM", "KERNEL_OTHER"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (bytes_equal(type, bytes_of_string(types[i]))) {
            return true;
        }
    }
    return false;
}

static int rank_of(struct bytes type)
{
    if (is_auxiliary(type)) {
        return 1;
    }
    return bytes_equal(type, LITERAL("SYSCALL")) ? 2 : 3;
}

/* Of nobody: a login user that is not set, or a name auditd did not find. */
static bool says_nothing(enum fact fact, struct bytes value)
{
    if (fact == FACT_AUID) {
        return bytes_equal(value, LITERAL("4294967295")) || bytes_equal(value, LITERAL("-1")) ||
               bytes_equal(value, LITERAL("unset")) || bytes_equal(value, LITERAL("?"));
    }
    struct bytes rest = value;
    return fact_rows[fact].enriched && (value.size == 0 || bytes_equal(value, LITERAL("unset")) ||
                                        slice_take(&rest, LITERAL("unknown")));
}

static void note_field(struct facts *facts, struct audit_fields *fields, struct audit_field *field)
{
    for (enum fact i = 0; i < FACT_COUNT; i++) {
        if (fact_rows[i].enriched != field->enriched ||
            !bytes_equal(field->name, fact_rows[i].name)) {
            continue;
        }
        if (i == FACT_OP) {
            audit_fields_extend(fields, field);
        }
        if (!has(facts, i) && !says_nothing(i, field->value)) {
            facts->field[i] = *field;
        }
        return;
    }
}

static void gather_line(struct facts *facts, const struct audit_stamp *stamp)
{
    int rank = rank_of(stamp->type);
    if (rank > facts->rank) {
        facts->rank = rank;
        facts->type = stamp->type;
        facts->type_body = stamp->body;
    }
    if (rank == 1 && !bytes_equal(stamp->type, LITERAL("SOCKADDR"))) {
        return; /* long, of no use here, and full of what users wrote */
    }
    struct audit_fields fields = {.rest = stamp->body};
    struct audit_field field;
    while (audit_fields_next(&fields, &field)) {
        note_field(facts, &fields, &field);
    }
}

/* User ------------------------------------------------------------------------------------ */

static bool is_nobody(struct bytes name)
{
    return name.size == 0 || bytes_equal(name, LITERAL("?")) ||
           bytes_equal(name, LITERAL("(unknown)")) || bytes_equal(name, LITERAL("(null)")) ||
           bytes_equal(name, LITERAL("(unknown user)")) ||
           bytes_equal(name, LITERAL("(invalid user)"));
}

/* A bare account of hexadecimal digits is an encoded one. */
static struct bytes account(const struct audit_field *field, struct terms *terms)
{
    uint8_t memory[HEX_MAX];
    size_t size = 0;
    struct bytes name = field->value;
    if (!field->quoted && name.size > 0 && !failed(hex_read(name, memory, sizeof memory, &size))) {
        name = bytes_of(memory, size);
    }
    return is_nobody(name) ? bytes_of(NULL, 0) : terms_add(terms, name);
}

static bool is_number(struct bytes text)
{
    uint64_t number;
    return text_read_u64(text, &number);
}

static struct bytes numbered(const struct facts *facts, enum fact name, enum fact number,
                             struct terms *terms)
{
    if (has(facts, name)) {
        return terms_add(terms, facts->field[name].value);
    }
    struct bytes value = facts->field[number].value;
    return is_number(value) ? terms_join(terms, LITERAL("uid"), ':', value) : bytes_of(NULL, 0);
}

static struct bytes user_of(const struct facts *facts, struct terms *terms)
{
    struct bytes login = facts->type;
    if (has(facts, FACT_ACCT)) {
        return account(&facts->field[FACT_ACCT], terms);
    }
    if (has(facts, FACT_AUID)) {
        return numbered(facts, FACT_AUID_NAME, FACT_AUID, terms);
    }
    if (slice_take(&login, LITERAL("USER_LOG")) && has(facts, FACT_ID)) {
        return numbered(facts, FACT_ID_NAME, FACT_ID, terms);
    }
    return numbered(facts, FACT_UID_NAME, FACT_UID, terms);
}

/* Address --------------------------------------------------------------------------------- */

/* The kernel writes the structure as it lies in memory: the family in the machine's byte order. */
static struct bytes socket_address(struct bytes hex, struct terms *terms)
{
    uint8_t memory[SOCKET_MAX];
    char form[INET6_ADDRSTRLEN];
    size_t size = 0;
    static const uint8_t none[16] = {0};
    if (failed(hex_read(hex, memory, sizeof memory, &size)) || size < 8) {
        return bytes_of(NULL, 0);
    }
    uint8_t family = memory[0] != 0 ? memory[0] : memory[1];
    const char *text = NULL;
    if (family == AF_INET && memcmp(memory + 4, none, 4) != 0) {
        text = inet_ntop(AF_INET, memory + 4, form, sizeof form);
    } else if (family == AF_INET6 && size >= 24 && memcmp(memory + 8, none, 16) != 0) {
        text = inet_ntop(AF_INET6, memory + 8, form, sizeof form);
    }
    return text == NULL ? bytes_of(NULL, 0) : terms_add(terms, bytes_of_string(text));
}

static struct bytes address_of(const struct facts *facts, struct terms *terms)
{
    struct bytes address = facts->field[FACT_ADDR].value;
    struct bytes hostname = facts->field[FACT_HOSTNAME].value;
    if (!is_nobody(address)) {
        return terms_add(terms, address);
    }
    if (slice_is_address(hostname)) {
        return terms_add(terms, hostname);
    }
    return socket_address(facts->field[FACT_SADDR].value, terms);
}

/* Action ---------------------------------------------------------------------------------- */

static struct bytes system_call(const struct facts *facts)
{
    uint8_t machine[4];
    uint64_t number;
    size_t size = 0;
    struct bytes text = facts->field[FACT_SYSCALL].value;
    if (has(facts, FACT_SYSCALL_NAME)) {
        return facts->field[FACT_SYSCALL_NAME].value;
    }
    if (failed(hex_read(facts->field[FACT_ARCH].value, machine, sizeof machine, &size)) ||
        size != sizeof machine || !text_read_u64(text, &number) || number > UINT32_MAX) {
        return text;
    }
    const char *name = syscall_name(bytes_read_u32(machine), (uint32_t)number);
    return name == NULL ? text : bytes_of_string(name);
}

static bool is_access_vector(const struct facts *facts)
{
    return bytes_equal(facts->type, LITERAL("AVC")) ||
           bytes_equal(facts->type, LITERAL("USER_AVC"));
}

/* SELinux: `avc:  denied  { read write } for ...`. The text between, or nothing. */
static struct bytes access_vector(const struct facts *facts)
{
    size_t at = slice_find(facts->type_body, LITERAL("avc:"));
    struct bytes rest = facts->type_body;
    if (at == SLICE_NOWHERE) {
        return bytes_of(NULL, 0);
    }
    rest = slice_from(rest, at + 4);
    return slice_trim(slice_take_until(&rest, '}'));
}

/* "denied  { read write" becomes "denied read write". */
static struct bytes access_action(const struct facts *facts, struct terms *terms)
{
    struct bytes rest = access_vector(facts);
    struct bytes before = slice_trim(slice_take_until(&rest, '{'));
    struct bytes verdict = slice_take_until(&before, ' ');
    struct bytes wanted = slice_trim(rest);
    char memory[2 * IMPORT_TERM_MAX];
    struct text text = TEXT_IN(memory);
    if (has(facts, FACT_APPARMOR)) {
        verdict = fact_is(facts, FACT_APPARMOR, LITERAL("DENIED")) ? LITERAL("denied")
                                                                   : LITERAL("granted");
        wanted = facts->field[FACT_OPERATION].value;
    }
    text_put_bytes(&text, facts->type);
    text_put_char(&text, ' ');
    text_put_bytes(&text, verdict);
    return terms_join(terms, text_bytes(&text), ' ', wanted);
}

static struct bytes action_of(const struct facts *facts, struct terms *terms)
{
    if (is_access_vector(facts)) {
        return access_action(facts, terms);
    }
    if (bytes_equal(facts->type, LITERAL("SYSCALL"))) {
        return terms_join(terms, facts->type, ' ', system_call(facts));
    }
    return terms_join(terms, facts->type, ' ', facts->field[FACT_OP].value);
}

/* Outcome --------------------------------------------------------------------------------- */

static bool was_denied(const struct facts *facts)
{
    struct bytes rest = access_vector(facts);
    if (!is_access_vector(facts) || fact_is(facts, FACT_PERMISSIVE, LITERAL("1"))) {
        return false;
    }
    return slice_take(&rest, LITERAL("denied")) || fact_is(facts, FACT_APPARMOR, LITERAL("DENIED"));
}

static bool lacked_permission(const struct facts *facts)
{
    struct bytes rest = facts->field[FACT_EXIT].value;
    return bytes_equal(rest, LITERAL("-13")) || bytes_equal(rest, LITERAL("-1")) ||
           slice_take(&rest, LITERAL("EACCES")) || slice_take(&rest, LITERAL("EPERM"));
}

static enum outcome outcome_of(const struct facts *facts)
{
    if (was_denied(facts)) {
        return OUTCOME_DENIED;
    }
    if (fact_is(facts, FACT_SUCCESS, LITERAL("no"))) {
        return lacked_permission(facts) ? OUTCOME_DENIED : OUTCOME_FAILED;
    }
    bool bad = fact_is(facts, FACT_RES, LITERAL("failed")) ||
               fact_is(facts, FACT_RES, LITERAL("fail")) ||
               fact_is(facts, FACT_RES, LITERAL("0")) || fact_is(facts, FACT_RES, LITERAL("no"));
    return bad ? OUTCOME_FAILED : OUTCOME_OK;
}

void audit_explain(struct bytes raw, struct terms *terms, struct import_record *record)
{
    struct facts facts = {.rank = 0};
    struct audit_stamp stamp = {.serial = 0};
    struct bytes rest = raw;
    while (rest.size > 0) {
        struct bytes line = slice_take_until(&rest, '\n');
        if (audit_stamp_read(line, &stamp)) {
            gather_line(&facts, &stamp);
        }
    }
    record->system = terms_add(terms, LITERAL("linux"));
    record->host = terms_add(terms, stamp.node);
    record->action = action_of(&facts, terms);
    record->user = user_of(&facts, terms);
    record->address = address_of(&facts, terms);
    record->outcome = outcome_of(&facts);
}
