#include "reports/au/assessing.h"

#include "reports/naming.h"

#include <inttypes.h>

enum {
    EVIDENCE_SIZE = 512, /* bytes */
    LABEL_SIZE = 400,
};

struct status assessing_begin(const struct report_input *input, const struct au_assessment **out)
{
    const struct report_question *question = &input->question;
    const struct au_question asked = {.from_us = question->from_us,
                                      .until_us = question->until_us,
                                      .now_us = question->now_us,
                                      .size = question->size,
                                      .progress = input->progress,
                                      .progress_context = input->progress_context};
    return au_assess(input->engine, &asked, input->arena, out);
}

void assessing_evidence(const struct au_judgement *judgement, struct text *out)
{
    for (size_t i = 0; i < judgement->evidence_count; i++) {
        const struct au_evidence *evidence = &judgement->evidence[i];
        text_add(out, "%s%" PRIu64, i == 0 ? "" : ", ", evidence->from);
        if (evidence->to != evidence->from) {
            text_add(out, "-%" PRIu64, evidence->to);
        }
        text_add(out, " (%s)", evidence->about);
    }
}

static struct cell cell_of(const struct text *text)
{
    return text->size == 0 ? cell_absent() : cell_text(text_bytes(text));
}

static struct cell verdict_of(bool satisfied)
{
    return satisfied ? cell_verdict("satisfied", TONE_GOOD)
                     : cell_verdict("not satisfied", TONE_BAD);
}

/* Objectives ------------------------------------------------------------------------------ */

const struct report_column assessing_columns[] = {
    {"objective", NULL, REPORT_CODE},   {"mode", NULL, REPORT_TEXT},
    {"verdict", NULL, REPORT_VERDICT},  {"reason", NULL, REPORT_TEXT},
    {"declaration", NULL, REPORT_CODE}, {"events", "rests on events", REPORT_EVENTS},
};
const size_t assessing_column_count = sizeof assessing_columns / sizeof assessing_columns[0];

static struct status write_objective(struct report_sink *sink, const struct au_objective *result)
{
    const struct objective_info *info = &objective_infos[result->objective];
    char evidence_memory[EVIDENCE_SIZE], declaration_memory[48];
    struct text evidence = TEXT_IN(evidence_memory), declaration = TEXT_IN(declaration_memory);
    assessing_evidence(&result->judgement, &evidence);
    if (result->judgement.declaration.kind != ID_NONE) {
        id_write(&declaration, result->judgement.declaration);
    }
    const struct cell cells[] = {
        cell_string(info->label),
        cell_string(control_mode_name(info->mode)),
        verdict_of(result->judgement.satisfied),
        cell_string(result->judgement.reason),
        cell_of(&declaration),
        cell_of(&evidence),
    };
    return report_row(sink, cells);
}

struct status assessing_objectives(struct report_sink *sink, const struct au_assessment *assessment,
                                   enum practice first, enum practice last)
{
    const struct report_table table = {
        .name = "objectives",
        .columns = assessing_columns,
        .column_count = assessing_column_count,
        .empty = "There are no objectives.",
        .main = true,
    };
    report_table(sink, &table);
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        enum practice practice = objective_infos[i].practice;
        if (practice >= first && practice <= last) {
            TRY(write_objective(sink, &assessment->objectives[i]));
        }
    }
    report_table_end(sink);
    return OK;
}

/* Declarations ---------------------------------------------------------------------------- */

static const struct report_column declaration_columns[] = {
    {"declaration", NULL, REPORT_CODE}, {"document", NULL, REPORT_TEXT},
    {"version", NULL, REPORT_TEXT},     {"sha256", NULL, REPORT_CODE},
    {"objectives", NULL, REPORT_CODE},  {"status", NULL, REPORT_VERDICT},
    {"declared_by", NULL, REPORT_TEXT}, {"approved_by", NULL, REPORT_TEXT},
    {"effective", NULL, REPORT_TIME},   {"review_by", NULL, REPORT_TIME},
    {"events", NULL, REPORT_EVENTS},
};

static bool speaks_of(const struct au_declaration *declaration, enum practice first,
                      enum practice last)
{
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        enum practice practice = objective_infos[i].practice;
        if (practice >= first && practice <= last && (declaration->objectives >> i & 1) != 0) {
            return true;
        }
    }
    return false;
}

static struct cell status_of(const struct au_declaration *declaration, uint64_t now_us)
{
    if (declaration->withdrawn) {
        return cell_verdict("withdrawn", TONE_MUTED);
    }
    if (!declaration->approved) {
        return cell_verdict("draft", TONE_BAD);
    }
    if (now_us < declaration->effective_us) {
        return cell_verdict("not yet in effect", TONE_WARNING);
    }
    return now_us < declaration->review_by_us ? cell_verdict("in force", TONE_GOOD)
                                              : cell_verdict("review is overdue", TONE_BAD);
}

static void put_objectives(const struct au_declaration *declaration, struct text *out)
{
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        if ((declaration->objectives >> i & 1) != 0) {
            text_add(out, "%s%s", out->size == 0 ? "" : ", ", objective_infos[i].label);
        }
    }
}

static struct status write_declaration(const struct report_input *input, struct report_sink *sink,
                                       const struct au_declaration *declaration)
{
    char memory[6][LABEL_SIZE];
    struct text id = TEXT_IN(memory[0]), digest = TEXT_IN(memory[1]), list = TEXT_IN(memory[2]),
                declarer = TEXT_IN(memory[3]), approver = TEXT_IN(memory[4]),
                events = TEXT_IN(memory[5]);
    id_write(&id, declaration->id);
    text_put_hex(&digest, bytes_of(declaration->digest.sha256, DIGEST_SIZE));
    put_objectives(declaration, &list);
    naming_put(&input->view, declaration->declarer, &declarer);
    if (declaration->approver.kind != ID_NONE) {
        naming_put(&input->view, declaration->approver, &approver);
    }
    text_add(&events, "%" PRIu64, declaration->declared);
    if (declaration->approved_by != AU_NO_EVENT) {
        text_add(&events, ", %" PRIu64, declaration->approved_by);
    }
    const struct cell cells[] = {
        cell_of(&id),
        cell_string(declaration->document),
        cell_string(declaration->version),
        cell_of(&digest),
        cell_of(&list),
        status_of(declaration, input->question.now_us),
        cell_of(&declarer),
        cell_of(&approver),
        cell_number(declaration->effective_us),
        cell_number(declaration->review_by_us),
        cell_of(&events),
    };
    return report_row(sink, cells);
}

struct status assessing_declarations(const struct report_input *input, struct report_sink *sink,
                                     const struct au_assessment *assessment, enum practice first,
                                     enum practice last)
{
    const struct report_table table = {
        .name = "declarations",
        .title = "Declarations relied on, or not",
        .columns = declaration_columns,
        .column_count = sizeof declaration_columns / sizeof declaration_columns[0],
        .empty = "Nothing has been declared: every objective that needs a declaration is not "
                 "satisfied.",
    };
    report_table(sink, &table);
    for (size_t i = 0; i < assessment->declaration_count; i++) {
        if (speaks_of(&assessment->declarations[i], first, last)) {
            TRY(write_declaration(input, sink, &assessment->declarations[i]));
        }
    }
    report_table_end(sink);
    if (assessment->declarations_left_out > 0) {
        report_paragraph(sink, "%" PRIu64 " more declarations are left out.",
                         assessment->declarations_left_out);
    }
    return OK;
}
