#include "core/birth.h"
#include "schema/time.h"
#include "tools/demo/script.h"

#include <stdio.h>

/* The first morning: ada makes the enclave, before anybody else comes. */

/* People ---------------------------------------------------------------------------------- */

static struct status trust_provider(struct stage *stage)
{
    char memory[1024];
    struct text key = TEXT_IN(memory);
    public_key_write(secret_key_public(stage->provider), &key);
    return stage_do(stage, ADA, COMMAND_MFA_TRUST,
                    &(union command_fields){
                        .mfa_trust = {.name = LITERAL(CAST_PROVIDER), .key = text_bytes(&key)}},
                    NULL);
}

static struct status register_person(struct stage *stage, enum who who)
{
    char memory[1024];
    struct text key = TEXT_IN(memory);
    struct card card;
    struct stage_person *person = &stage->people[who];
    const struct cast_person *cast = &cast_people[who];
    const struct receive_key receive = receive_key_of(person_key_receives(person->key));
    TRY(card_make(person_key_signs(person->key), &receive, &card));
    public_key_write(&card.key, &key);
    person->user.kind = ID_USER;
    return stage_do(stage, ADA, COMMAND_USER_REGISTER,
                    &(union command_fields){
                        .user_register = {.login = bytes_of_string(cast->login),
                                          .has_name = true,
                                          .name = bytes_of_string(cast->name),
                                          .key = text_bytes(&key),
                                          .receive_key = BYTES(receive.data),
                                          .proof = bytes_of(card.proof.data, card.proof.size),
                                          .role = cast->role}},
                    &person->user.n);
}

/* Whose keys are kept can log in with the store's own codes, too. */
static struct status enrol(struct stage *stage, enum who who)
{
    struct store_path path;
    const struct id user = stage->people[who].user;
    TRY(stage_do(stage, ADA, COMMAND_MFA_ENROL,
                 &(union command_fields){.mfa_enrol = {.user = user}}, NULL));
    TRY(store_path(stage->directory, TOTP_PROVIDER, &path));
    return totp_enrol(path.text, user.n, &stage->people[who].totp);
}

static struct status play_people(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    (void)item;
    TRY(foreign_accepted(stage, "ada", cast_people[ADA].address));
    TRY(stage_login(stage, ADA, NO_PROJECT));
    TRY(trust_provider(stage));
    for (enum who who = ADA + 1; who < WHO_COUNT; who++) {
        stage_pass(stage, 40 + stage_random(stage, 40));
        TRY(register_person(stage, who));
        TRY(cast_people[who].kept ? enrol(stage, who) : OK);
    }
    return stage_do(
        stage, ADA, COMMAND_AUDIT_SET_MANAGER,
        &(union command_fields){.audit_set_manager = {.user = stage->people[NOOR].user,
                                                      .added = true,
                                                      .reason = LITERAL("compliance officer")}},
        NULL);
}

/* Projects -------------------------------------------------------------------------------- */

static struct status make_levels(struct stage *stage)
{
    for (size_t i = 0; i < REQUIREMENT_COUNT; i++) {
        stage->requirements[i].kind = ID_REQUIREMENT;
        TRY(stage_do(stage, ADA, COMMAND_REQUIREMENT_CREATE,
                     &(union command_fields){
                         .requirement_create = {.name = bytes_of_string(cast_requirements[i])}},
                     &stage->requirements[i].n));
    }
    for (size_t i = 0; i < LEVEL_COUNT; i++) {
        struct id asked[REQUIREMENT_COUNT];
        struct level_create level = {.name = bytes_of_string(cast_levels[i].name),
                                     .requirements = asked};
        for (size_t k = 0; k < REQUIREMENT_COUNT; k++) {
            if ((cast_levels[i].requirements & CAST_BIT(k)) != 0) {
                asked[level.requirements_count++] = stage->requirements[k];
            }
        }
        stage->levels[i].kind = ID_LEVEL;
        TRY(stage_do(stage, ADA, COMMAND_LEVEL_CREATE,
                     &(union command_fields){.level_create = level}, &stage->levels[i].n));
    }
    return OK;
}

static struct status add_members(struct stage *stage, enum cast_project project)
{
    const struct cast_project_info *info = &cast_projects[project];
    for (enum who who = 0; who < WHO_COUNT; who++) {
        if ((info->members & CAST_BIT(who)) == 0) {
            continue;
        }
        const bool manager = (info->managers & CAST_BIT(who)) != 0;
        TRY(stage_ask(
            stage, ADA, COMMAND_PROJECT_ADD_MEMBER,
            &(union command_fields){.project_add_member = {.project = stage->projects[project],
                                                           .user = stage->people[who].user,
                                                           .role = manager ? PROJECT_ROLE_MANAGER
                                                                           : PROJECT_ROLE_USER}}));
    }
    return stage_run(stage);
}

static struct status make_project(struct stage *stage, enum cast_project project)
{
    const struct cast_project_info *info = &cast_projects[project];
    stage->projects[project].kind = ID_PROJECT;
    TRY(stage_do(stage, ADA, COMMAND_PROJECT_CREATE,
                 &(union command_fields){.project_create = {.name = bytes_of_string(info->name),
                                                            .has_pi = true,
                                                            .pi = stage->people[info->pi].user}},
                 &stage->projects[project].n));
    TRY(stage_do(
        stage, ADA, COMMAND_PROJECT_SET_LEVEL,
        &(union command_fields){.project_set_level = {.project = stage->projects[project],
                                                      .has_level = true,
                                                      .level = stage->levels[info->level]}},
        NULL));
    stage_pass(stage, 90);
    return add_members(stage, project);
}

/* Certifications -------------------------------------------------------------------------- */

struct certifying {
    enum cast_requirement requirement;
    enum who who;
    uint64_t expires_us;
    const char *evidence;
};

static struct status certify(struct stage *stage, const struct certifying *certifying)
{
    return stage_ask(stage, ADA, COMMAND_CERT_ISSUE,
                     &(union command_fields){
                         .cert_issue = {.user = stage->people[certifying->who].user,
                                        .requirement = stage->requirements[certifying->requirement],
                                        .has_expires = true,
                                        .expires = certifying->expires_us,
                                        .has_evidence = true,
                                        .evidence = bytes_of_string(certifying->evidence)}});
}

/* Everybody is certified for a year; ren's year of DUA-7 is over on the fourth day. */
static struct status certify_all(struct stage *stage)
{
    const uint32_t helix = cast_projects[HELIX].members | CAST_BIT(MIRA);
    const uint32_t orbit = cast_projects[ORBIT].members | CAST_BIT(SANA);
    const uint64_t year = stage->now_us + 365 * SCRIPT_DAY_US;
    for (enum who who = 0; who < WHO_COUNT; who++) {
        if ((helix & CAST_BIT(who)) != 0) {
            const uint64_t until = who == REN ? SCRIPT_AT(3, 0, 0) : year - who * 9 * SCRIPT_DAY_US;
            TRY(certify(stage, &(struct certifying){CUI_BASIC, who, year, "training of January"}));
            TRY(certify(stage, &(struct certifying){DUA_7, who, until, "agreement DUA-7, signed"}));
        }
        if ((orbit & CAST_BIT(who)) != 0) {
            TRY(certify(stage, &(struct certifying){EXP_2, who, year, "export briefing"}));
        }
    }
    return stage_run(stage);
}

static struct status play_projects(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    (void)item;
    TRY(make_levels(stage));
    for (enum cast_project project = 0; project < PROJECT_COUNT; project++) {
        TRY(make_project(stage, project));
    }
    return certify_all(stage);
}

/* Groups and what is in them -------------------------------------------------------------- */

/* Who owns one has come by then; the others only need their cards. */
static struct status play_group(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    const enum cast_group group = (enum cast_group)item->value;
    const struct cast_group_info *info = &cast_groups[group];
    if (!stage_is_in(stage, info->owner)) {
        TRY(stage_login(stage, info->owner, info->project));
    }
    TRY(stage_make_group(stage, group));
    for (enum who who = 0; who < WHO_COUNT; who++) {
        if ((info->members & CAST_BIT(who)) != 0) {
            TRY(stage_add_member(stage, group, who));
        }
    }
    return OK;
}

struct stock {
    enum cast_group group;
    uint32_t count;
    const char *form, *type;
    uint64_t size;
};

static struct status fill(struct script *script, const struct stock *stock)
{
    struct stage *stage = script->stage;
    const struct cast_group_info *info = &cast_groups[stock->group];
    for (uint32_t i = 0; i < stock->count; i++) {
        char name[64];
        struct stage_file file;
        snprintf(name, sizeof name, "%s_%04u.%s", stock->form, (unsigned)i + 1,
                 strcmp(stock->type, "text/csv") == 0 ? "csv" : "bin");
        stage_pass(stage, 3);
        TRY(stage_write(
            stage,
            &(struct stage_writing){.who = info->owner,
                                    .group = stock->group,
                                    .parent = stage->groups[stock->group].group,
                                    .name = name,
                                    .type = stock->type,
                                    .size = stock->size + stage_random(stage, stock->size)},
            &file));
        script_note_file(script, stock->group, &file);
    }
    return OK;
}

static struct status play_stock(struct script *script, const struct script_item *item)
{
    static const struct stock stocks[] = {
        {HELIX_RAW, 12, "reads", "application/octet-stream", 70 << 20},
        {HELIX_RESULTS, 6, "summary", "text/csv", 3 << 20},
        {ATLAS_PUB, 10, "benchmark", "application/octet-stream", 40 << 20},
        {ORBIT_DATA, 14, "pass", "application/octet-stream", 80 << 20},
    };
    return fill(script, &stocks[item->value]);
}

struct status founding_plan(struct script *script, uint32_t day)
{
    if (day != 0) {
        return OK;
    }
    TRY(script_add(script, SCRIPT_AT(0, 6, 2), play_people, 0, 0));
    TRY(script_add(script, SCRIPT_AT(0, 6, 40), play_projects, 0, 0));
    for (uint32_t group = 0; group < GROUP_COUNT; group++) {
        TRY(script_add(script, SCRIPT_AT(0, 7, 10 + 4 * group), play_group, 0, group));
    }
    for (uint32_t stock = 0; stock < 4; stock++) {
        TRY(script_add(script, SCRIPT_AT(0, 7, 40 + 5 * stock), play_stock, 0, stock));
    }
    return OK;
}
