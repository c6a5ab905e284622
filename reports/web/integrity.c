#include "reports/web/integrity.h"

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

/* Looking ----------------------------------------------------------------------------------- */

static struct status look_at_checkpoint(struct visit *visit, struct integrity *out)
{
    struct bytes note;
    struct checkpoint checkpoint;
    struct digest root;
    struct status status =
        scope_checkpoint(&visit->scope, UINT64_MAX, &note, &out->checkpoint_size);
    if (status.code == STATUS_NOT_FOUND) {
        return OK;
    }
    TRY(status);
    TRY(scope_root_at(&visit->scope, out->checkpoint_size, &root));
    out->checkpointed = true;
    out->checkpoint_holds =
        !failed(checkpoint_verify(engine_log_key(visit->engine), note, &checkpoint)) &&
        digest_equal(&checkpoint.root, &root);
    return OK;
}

static struct status look_at_verification(struct visit *visit, struct integrity *out)
{
    struct status trouble = OK;
    struct digest root;
    struct verification_row row = {.log = {.kind = ID_LOG}};
    struct view view = scope_view(&visit->scope, UINT64_MAX, visit->arena, &trouble);
    if (visit->scope.narrowed || view.state == NULL ||
        !view_find_made_by(&view, ROW_VERIFICATION, &row, &out->verified_n)) {
        return trouble;
    }
    TRY(scope_root_at(&visit->scope, row.size, &root));
    out->verified = true;
    out->verified_size = row.size;
    out->verified_us = row.ended;
    out->findings = row.findings;
    out->root_is_the_same = digest_equal(&root, &row.root);
    return OK;
}

struct status integrity_each_emitter(struct visit *visit, integrity_see_emitter *see, void *context)
{
    struct status trouble = OK;
    struct emitter_row row = {0};
    struct view view = scope_view(&visit->scope, UINT64_MAX, visit->arena, &trouble);
    if (visit->scope.narrowed || view.state == NULL) {
        return OK;
    }
    struct view_walk walk = view_walk_of(&view, ROW_EMITTER, &row, 0);
    while (view_walk_next(&walk, &row)) {
        uint64_t emitter_n = 0;
        struct status status = scope_emitter_last(&visit->scope, row.name, &emitter_n);
        if (status.code != STATUS_NOT_FOUND) {
            TRY(status);
        }
        see(context, &row, emitter_n);
    }
    return trouble;
}

struct summing {
    struct integrity *integrity;
    uint64_t counted;
};

static void add_emitter(void *context, const struct emitter_row *emitter, uint64_t emitter_n)
{
    struct summing *summing = context;
    (void)emitter;
    summing->counted += emitter_n;
    summing->integrity->emitters++;
}

struct status integrity_look(struct visit *visit, struct integrity *out)
{
    struct summing summing = {.integrity = out};
    *out = (struct integrity){0};
    TRY(look_at_checkpoint(visit, out));
    TRY(look_at_verification(visit, out));
    TRY(integrity_each_emitter(visit, add_emitter, &summing));
    out->missing = summing.counted > visit->at ? summing.counted - visit->at : 0;
    return OK;
}

/* Saying ------------------------------------------------------------------------------------ */

enum log_verdict {
    VERDICT_HOLDS,
    VERDICT_HOLDS_SO_FAR, /* there are events that were not verified yet */
    VERDICT_SIGNED,       /* nothing is wrong, and nobody has verified it yet */
    VERDICT_INCOMPLETE,   /* events are missing */
    VERDICT_BROKEN,
};

static enum log_verdict verdict_of(const struct integrity *integrity)
{
    bool changed = integrity->verified && !integrity->root_is_the_same;
    if (changed || integrity->findings > 0 || !integrity->checkpoint_holds) {
        return VERDICT_BROKEN;
    }
    if (integrity->missing > 0) {
        return VERDICT_INCOMPLETE;
    }
    if (!integrity->verified) {
        return VERDICT_SIGNED;
    }
    /* That it was verified is an event itself. */
    bool all = integrity->verified_size + 1 >= integrity->checkpoint_size;
    return all ? VERDICT_HOLDS : VERDICT_HOLDS_SO_FAR;
}

static void put_basis(struct visit *visit, const struct integrity *integrity)
{
    if (integrity->verified) {
        put(visit, "The first ");
        page_number(visit, integrity->verified_size);
        put(visit, " events were verified ");
        page_time(visit, integrity->verified_us);
        put(visit, " (event ");
        link_event(visit, integrity->verified_n);
        put(visit, ")");
        if (integrity->findings > 0) {
            put(visit, ", with ");
            page_number(visit, integrity->findings);
            put(visit, " findings");
        } else {
            put(visit, integrity->root_is_the_same ? ", and their root is the same today"
                                                   : ", and have another root today");
        }
        put(visit, ". ");
    } else if (!visit->scope.narrowed) {
        put(visit, "Nobody has verified the whole log yet. ");
    }
    if (integrity->checkpointed) {
        put(visit, "The checkpoint over ");
        page_number(visit, integrity->checkpoint_size);
        put(visit, integrity->checkpoint_holds ? " events is signed by the log's key and has the "
                                                 "root of these events."
                                               : " events does not hold.");
    }
    if (integrity->missing > 0) {
        put(visit, " Emitters have counted ");
        page_number(visit, integrity->missing);
        put(visit, " events that are not here.");
    }
}

void integrity_put_verdict(struct visit *visit, const struct integrity *integrity)
{
    static const struct {
        const char *class, *sign, *sentence;
    } faces[] = {
        [VERDICT_HOLDS] = {"good", "✓", "The log holds"},
        [VERDICT_HOLDS_SO_FAR] = {"good", "✓", "The log holds, as far as it was verified"},
        [VERDICT_SIGNED] = {"plain", "•", "The log is signed"},
        [VERDICT_INCOMPLETE] = {"warning", "▲", "Events are missing"},
        [VERDICT_BROKEN] = {"bad", "✕", "The log does not hold"},
    };
    enum log_verdict verdict = verdict_of(integrity);
    output_add(visit->output,
               "<div class=\"verdict %s\"><span class=\"sign\" aria-hidden=\"true\">%s</span>"
               "<strong>%s</strong>\n<p>",
               faces[verdict].class, faces[verdict].sign, faces[verdict].sentence);
    put_basis(visit, integrity);
    put(visit, " ");
    link_to(visit, "/integrity", "Check it yourself");
    put(visit, "</p></div>\n");
}
