#include "reports/whatif/policy_file.h"

#include "reports/nearest.h"
#include "schema/catalogue/names.h"
#include "schema/json.h"

#include <stdio.h>

/* A file on its way. */
struct reading {
    struct bytes text;
    struct whatif_policy policy;
    struct policy_error *error;
};

/* Failing ------------------------------------------------------------------------------------ */

/* Where a member stands: the parser does not say, so the name is looked for as it was written. */
static void find_name(const struct reading *reading, const char *name, struct policy_error *error)
{
    size_t size = strlen(name);
    uint32_t line = 1, column = 1;
    for (size_t i = 0; i + size + 2 <= reading->text.size; i++) {
        const uint8_t *at = reading->text.data + i;
        if (at[0] == '"' && memcmp(at + 1, name, size) == 0 && at[size + 1] == '"') {
            error->line = line;
            error->column = column;
            return;
        }
        column = at[0] == '\n' ? 1 : column + 1;
        line += at[0] == '\n';
    }
}

static struct status wrong(struct reading *reading, const char *name, const char *why)
{
    *reading->error = (struct policy_error){.line = 0};
    find_name(reading, name, reading->error);
    (void)snprintf(reading->error->reason, sizeof reading->error->reason, "%.64s: %s", name, why);
    return FAIL_BECAUSE(MALFORMED, 0, "the policy cannot be read");
}

/* With the rule that was meant, if there is one. */
static struct status wrong_rule(struct reading *reading, const char *name)
{
    char memory[96];
    struct text why = TEXT_IN(memory);
    struct nearest nearest = nearest_to(name);
    for (unsigned rule = 1; rule < RULE_COUNT; rule++) {
        nearest_offer(&nearest, rule_id((enum rule)rule));
    }
    text_put_literal(&why, "there is no such rule");
    if (nearest.word != NULL) {
        text_add(&why, "; did you mean %s?", nearest.word);
    }
    return wrong(reading, name, text_string(&why));
}

/* Members ------------------------------------------------------------------------------------ */

static struct status read_rules(struct reading *reading, const struct json *rules)
{
    const char *name;
    const struct json *word;
    for (size_t i = 0; (word = json_member_at(rules, i, &name)) != NULL; i++) {
        enum rule rule;
        struct bytes value = json_as_string(word);
        bool off = bytes_equal(value, LITERAL("off"));
        if (!rule_read(bytes_of_string(name), &rule) || rule == RULE_NONE) {
            return wrong_rule(reading, name);
        }
        if (!off && !bytes_equal(value, LITERAL("on"))) {
            return wrong(reading, name, "a rule is \"on\" or \"off\"");
        }
        if (off && policy_is_firm(rule)) {
            return wrong(reading, name,
                         "cannot be off: without it there is nothing to decide about");
        }
        reading->policy.policy.off[rule] = off;
    }
    return OK;
}

static struct status read_seconds(struct reading *reading, const char *name,
                                  const struct json *value, uint64_t *out)
{
    int64_t seconds = json_as_integer(value, 0);
    if (seconds < 1 || seconds > POLICY_SECONDS_MAX) {
        return wrong(reading, name, "is a number of seconds, from 1 to 31622400");
    }
    *out = (uint64_t)seconds;
    return OK;
}

static struct status read_settings(struct reading *reading, const struct json *settings)
{
    const char *name;
    const struct json *value;
    for (size_t i = 0; (value = json_member_at(settings, i, &name)) != NULL; i++) {
        enum setting setting;
        if (!setting_read(bytes_of_string(name), &setting)) {
            return wrong(reading, name,
                         "there is no such setting: session_life, mfa_life, command_age");
        }
        if (setting == SETTING_SHARE_LIFE) {
            return wrong(reading, name,
                         "each share has kept its own end: another default changes no decision");
        }
        TRY(read_seconds(reading, name, value, &reading->policy.policy.settings[setting]));
    }
    return OK;
}

static struct status read_when(struct reading *reading, const char *name, const struct json *value,
                               bool *at_once)
{
    struct bytes word = json_as_string(value);
    *at_once = bytes_equal(word, LITERAL("at_once"));
    return *at_once || bytes_equal(word, LITERAL("next_login"))
               ? OK
               : wrong(reading, name, "is \"at_once\" or \"next_login\"");
}

static struct status read_flag(struct reading *reading, const char *name, const struct json *value,
                               bool *out)
{
    if (json_type_of(value) != JSON_TYPE_BOOLEAN) {
        return wrong(reading, name, "is true or false");
    }
    *out = json_as_boolean(value, false);
    return OK;
}

static struct status read_object(struct reading *reading, const char *name,
                                 const struct json *value,
                                 struct status (*read)(struct reading *, const struct json *))
{
    return json_type_of(value) == JSON_TYPE_OBJECT ? read(reading, value)
                                                   : wrong(reading, name, "is an object");
}

static struct status read_member(struct reading *reading, const char *name,
                                 const struct json *value)
{
    struct whatif_policy *policy = &reading->policy;
    bool at_once;
    if (strcmp(name, "rules") == 0) {
        return read_object(reading, name, value, read_rules);
    }
    if (strcmp(name, "settings") == 0) {
        return read_object(reading, name, value, read_settings);
    }
    if (strcmp(name, "grants") == 0) {
        return read_when(reading, name, value, &policy->policy.grants_at_once);
    }
    if (strcmp(name, "revocations") == 0) {
        TRY(read_when(reading, name, value, &at_once));
        policy->policy.revocations_at_login = !at_once;
        return OK;
    }
    if (strcmp(name, "pi_only_declassification") == 0) {
        return read_flag(reading, name, value, &policy->pi_only_declassification);
    }
    if (strcmp(name, "two_man_export") == 0) {
        return read_flag(reading, name, value, &policy->two_man_export);
    }
    if (strcmp(name, "key_mfa_age") == 0) {
        return read_seconds(reading, name, value, &policy->key_mfa_age);
    }
    return wrong(reading, name, "there is no such member");
}

static struct status read_members(struct reading *reading, const struct json *json)
{
    const char *name;
    const struct json *value;
    if (json_type_of(json) != JSON_TYPE_OBJECT) {
        return wrong(reading, "policy", "is an object");
    }
    for (size_t i = 0; (value = json_member_at(json, i, &name)) != NULL; i++) {
        TRY(read_member(reading, name, value));
    }
    const struct policy *policy = &reading->policy.policy;
    return policy->grants_at_once && policy->revocations_at_login
               ? wrong(reading, "revocations",
                       "at the next login, with grants at once, would leave a session both")
               : OK;
}

struct status policy_file_read(struct bytes text, struct whatif_policy *out,
                               struct policy_error *error)
{
    CLEANUP(json_free) struct json *json = NULL;
    struct reading reading = {.text = text, .error = error};
    struct json_error bad;
    if (text.size > POLICY_FILE_MAX) {
        return wrong(&reading, "policy", "is longer than 65536 bytes");
    }
    struct status status = json_parse(text, &json, &bad);
    if (status.code == STATUS_MALFORMED) {
        *error = (struct policy_error){.line = bad.line, .column = bad.column};
        (void)snprintf(error->reason, sizeof error->reason, "%s", bad.reason);
        return FAIL_BECAUSE(MALFORMED, status.at, "the policy cannot be read");
    }
    TRY(status);
    TRY(read_members(&reading, json));
    *out = reading.policy;
    return OK;
}
