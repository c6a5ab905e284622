#include "tools/demo/story.h"

/*
 * What ren did, act by act. Where the rules refuse him he is refused, and goes a way that they
 * leave: a grant in bulk that nobody looked at, and a copy that he writes anew with his own hands.
 */

bool story_has(enum who who, uint32_t day)
{
    return who == REN && (day == LEVEL_DAY || day == TUESDAY || day >= LAPSE_DAY);
}

void story_plant(struct script *script, enum truth truth, uint64_t n)
{
    script->truth[truth] = n;
}

/* The position of whatever comes next. */
struct status story_say(struct script *script, enum truth truth,
                        const struct foreign_saying *saying)
{
    uint64_t n;
    TRY(foreign_say(script->stage, saying));
    TRY(foreign_ship(script->stage, &n));
    story_plant(script, truth, n);
    return OK;
}

/* The cohort comes in --------------------------------------------------------------------- */

static struct status play_inbox(struct script *script, const struct script_item *item)
{
    (void)item;
    return story_say(script, TRUTH_IMPORT,
                     &(struct foreign_saying){
                         .action = "inbox.released",
                         .user = "tomas",
                         .host = "inbox-1",
                         .detail =
                             ",\"path\":\"helix-inbox/cohort_v3.parquet\",\"bytes\":2140000000,"
                             "\"scan\":\"clean\",\"approved_by\":[\"tomas\",\"jules\"]"});
}

static struct status put_small(struct script *script, const char *name, const char *content)
{
    struct stage *stage = script->stage;
    struct stage_file file;
    return stage_write(stage,
                       &(struct stage_writing){.who = TOMAS,
                                               .group = HELIX_RAW,
                                               .parent = stage->groups[HELIX_RAW].group,
                                               .name = name,
                                               .type = "text/csv",
                                               .content = content},
                       &file);
}

static struct status play_cohort(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    (void)item;
    if (!stage_is_in(stage, TOMAS)) {
        TRY(stage_login(stage, TOMAS, HELIX));
    }
    TRY(stage_write(stage,
                    &(struct stage_writing){.who = TOMAS,
                                            .group = HELIX_RAW,
                                            .parent = stage->groups[HELIX_RAW].group,
                                            .name = "cohort_v3.parquet",
                                            .type = "application/vnd.apache.parquet",
                                            .size = STORY_COHORT_SIZE,
                                            .per_second = 16,
                                            .kept = true},
                    &script->cohort));
    story_plant(script, TRUTH_COHORT, script->cohort.file.n);
    TRY(put_small(script, "phenotypes.csv",
                  "participant,sex,born,case\nP0001,f,1961,1\nP0002,m,1957,0\nP0003,f,1970,1\n"));
    return put_small(script, "keys.map", "participant,sample\nP0001,S7719\nP0002,S0834\n");
}

/* The lapse, the level, the grant --------------------------------------------------------- */

static struct status play_timer(struct script *script, const struct script_item *item)
{
    (void)item;
    return story_say(script, TRUTH_TIMER_OFF,
                     &(struct foreign_saying){.action = "config.changed",
                                              .user = "ada",
                                              .host = "admin-ws",
                                              .address = cast_people[ADA].address,
                                              .detail = ",\"unit\":\"cert-review.timer\","
                                                        "\"from\":\"enabled\",\"to\":"
                                                        "\"disabled\",\"ticket\":\"T-4391\""});
}

static struct status play_level(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    uint64_t n;
    (void)item;
    if (!stage_is_in(stage, ADA)) {
        TRY(stage_login(stage, ADA, NO_PROJECT));
    }
    TRY(stage_do(
        stage, ADA, COMMAND_PROJECT_SET_LEVEL,
        &(union command_fields){.project_set_level = {.project = stage->projects[HELIX],
                                                      .has_level = true,
                                                      .level = stage->levels[RESTRICTED_3]}},
        &n));
    story_plant(script, TRUTH_LEVEL_RAISED, n);
    return OK;
}

static struct status play_ren_morning(struct script *script, const struct script_item *item)
{
    (void)item;
    TRY(foreign_accepted(script->stage, "ren", cast_people[REN].address));
    return stage_login(script->stage, REN, HELIX);
}

static struct status play_denied(struct script *script, const struct script_item *item)
{
    uint64_t n;
    (void)item;
    TRY(stage_refused(
        script->stage, REN, COMMAND_VAULT_KEY_FETCH,
        &(union command_fields){.vault_key_fetch = {.file = script->cohort.file,
                                                    .has_why = true,
                                                    .why = LITERAL("model training")}},
        RULE_CLS_02A, &n));
    story_plant(script, TRUTH_DENIED_LAPSED, n);
    return OK;
}

static void put_grant(struct stage *stage, enum who who, bool first, struct text *items)
{
    const struct cert_issue issue = {.user = stage->people[who].user,
                                     .requirement = stage->requirements[DUA_7],
                                     .has_expires = true,
                                     .expires = SCRIPT_AT(LAPSE_DAY, 0, 0),
                                     .has_evidence = true,
                                     .evidence = LITERAL("legacy-bulk: carried over, T-4402")};
    text_put_char(items, first ? '[' : ',');
    command_fields_encode(COMMAND_CERT_ISSUE, &(union command_fields){.cert_issue = issue}, items);
}

/* Which of the bulk's events made ren's. */
static struct status find_grant(struct script *script, uint64_t from)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_snapshot_open(engine_log(script->stage->engine), &log));
    for (uint64_t n = from; n < log_snapshot_size(log); n++) {
        TRY(log_read_leaf(log, n, &bytes));
        TRY(leaf_decode(bytes, &leaf));
        for (size_t i = 0; i < leaf.on_count && leaf.kind == EVENT_CERT_ISSUED; i++) {
            if (id_equal(leaf.on[i], script->stage->people[REN].user)) {
                story_plant(script, TRUTH_REN_CERTIFIED, n);
                return OK;
            }
        }
    }
    return FAIL_BECAUSE(NOT_FOUND, from, "ren has not been certified");
}

static struct status play_bulk(struct script *script, const struct script_item *item)
{
    char memory[4096];
    struct text items = TEXT_IN(memory);
    struct stage *stage = script->stage;
    uint64_t n;
    (void)item;
    put_grant(stage, JULES, true, &items);
    put_grant(stage, LEE, false, &items);
    put_grant(stage, REN, false, &items);
    text_put_char(&items, ']');
    TRY(stage_do_many(stage, ADA, COMMAND_CERT_ISSUE, text_bytes(&items), &n));
    story_plant(script, TRUTH_BULK_GRANT, n);
    return find_grant(script, n);
}

/* What was granted counts from the next login on. */
static struct status play_ren_again(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    (void)item;
    TRY(stage_logout(stage, REN));
    stage_pass(stage, 60);
    TRY(stage_login(stage, REN, HELIX));
    TRY(stage_fetch_key(stage, REN, script->cohort.file, "model training"));
    TRY(stage_read(stage, REN, &script->cohort, 0, 3));
    TRY(stage_run(stage));
    stage_pass(stage, 3600);
    TRY(foreign_gone(stage, "ren", cast_people[REN].address));
    return stage_logout(stage, REN);
}

static struct status play_allowlist(struct script *script, const struct script_item *item)
{
    (void)item;
    return story_say(script, TRUTH_ALLOWLIST,
                     &(struct foreign_saying){
                         .action = "allowlist.changed",
                         .user = "ada",
                         .host = "proxy-1",
                         .address = cast_people[ADA].address,
                         .detail = ",\"tunnel\":\"t-atlas-lic\",\"from\":\"203.0.113.10/32\","
                                   "\"to\":\"203.0.113.0/24\",\"ticket\":\"T-4410\","
                                   "\"reason\":\"licence fail-over\","
                                   "\"requested_by\":\"ren\""});
}

/* The plan -------------------------------------------------------------------------------- */

static const struct scene {
    uint32_t day, hour, minute;
    script_play *play;
} scenes[] = {
    {COHORT_DAY, 10, 5, play_inbox},
    {COHORT_DAY, 10, 9, play_cohort},
    {COHORT_DAY + 1, 16, 20, play_timer},
    {LEVEL_DAY, 8, 41, play_ren_morning},
    {LEVEL_DAY, 9, 0, play_level},
    {LEVEL_DAY, 9, 3, play_denied},
    {LEVEL_DAY, 9, 7, play_bulk},
    {LEVEL_DAY, 9, 14, play_ren_again},
    {LEVEL_DAY + 1, 14, 20, play_allowlist},
};

struct status story_plan(struct script *script, uint32_t day)
{
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        const struct scene *scene = &scenes[i];
        if (scene->day == day) {
            TRY(script_add(script, SCRIPT_AT(day, scene->hour, scene->minute), scene->play, 0, 0));
        }
    }
    return night_plan(script, day);
}
