#include "reports/au/judge.h"

#include "core/audit/declaration.h"
#include "schema/time.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

au_judge *au_judge_of(enum objective objective)
{
    static au_judge *const judges[OBJECTIVE_COUNT] = {
        [OBJECTIVE_3_3_1A] = au_331a, [OBJECTIVE_3_3_1B] = au_331b, [OBJECTIVE_3_3_1C] = au_331c,
        [OBJECTIVE_3_3_1D] = au_331d, [OBJECTIVE_3_3_1E] = au_331e, [OBJECTIVE_3_3_1F] = au_331f,
        [OBJECTIVE_3_3_2A] = au_332a, [OBJECTIVE_3_3_2B] = au_332b, [OBJECTIVE_3_3_3A] = au_333a,
        [OBJECTIVE_3_3_3B] = au_333b, [OBJECTIVE_3_3_3C] = au_333c, [OBJECTIVE_3_3_4A] = au_334a,
        [OBJECTIVE_3_3_4B] = au_334b, [OBJECTIVE_3_3_4C] = au_334c, [OBJECTIVE_3_3_5A] = au_335a,
        [OBJECTIVE_3_3_5B] = au_335b, [OBJECTIVE_3_3_6A] = au_336a, [OBJECTIVE_3_3_6B] = au_336b,
        [OBJECTIVE_3_3_7A] = au_337a, [OBJECTIVE_3_3_7B] = au_337b, [OBJECTIVE_3_3_7C] = au_337c,
        [OBJECTIVE_3_3_8A] = au_338a, [OBJECTIVE_3_3_8B] = au_338b, [OBJECTIVE_3_3_8C] = au_338c,
        [OBJECTIVE_3_3_8D] = au_338d, [OBJECTIVE_3_3_8E] = au_338e, [OBJECTIVE_3_3_8F] = au_338f,
        [OBJECTIVE_3_3_9A] = au_339a, [OBJECTIVE_3_3_9B] = au_339b,
    };
    return judges[objective];
}

void au_ask(struct au_facts *facts, enum objective objective, struct au_judgement *out)
{
    arena_reset(&facts->arena);
    memset(out, 0, sizeof *out);
    out->until_us = AU_FOREVER;
    au_judge_of(objective)(facts, out);
}

/* Saying ---------------------------------------------------------------------------------- */

void au_say(struct au_judgement *out, bool satisfied, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(out->reason, sizeof out->reason, format, arguments);
    va_end(arguments);
    out->satisfied = satisfied;
}

void au_rests(struct au_judgement *out, uint64_t from, uint64_t to, const char *about)
{
    if (from != AU_NO_EVENT && out->evidence_count < AU_EVIDENCE_MAX) {
        out->evidence[out->evidence_count++] = (struct au_evidence){from, to, about};
    }
}

void au_until(const struct au_facts *facts, struct au_judgement *out, uint64_t utc_us)
{
    if (utc_us > facts->now_us && utc_us < out->until_us) {
        out->until_us = utc_us;
    }
}

bool au_recent(const struct au_facts *facts, struct au_judgement *out, uint64_t utc_us,
               uint64_t days)
{
    uint64_t past = utc_us + days * AU_DAY_US + 1;
    au_until(facts, out, past);
    return facts->now_us < past;
}

static struct au_label label_of(struct text *text)
{
    struct au_label label;
    (void)snprintf(label.text, sizeof label.text, "%s", text_string(text));
    return label;
}

/* A text is written whole or not at all: longer ones lose their end, which dots show. */
struct au_label au_label_of(struct bytes bytes)
{
    char memory[AU_NAME_SIZE];
    struct text text = TEXT_IN(memory);
    size_t size = 0;
    text.capacity -= 4;
    while (size < bytes.size) {
        size_t step = 1;
        while (size + step < bytes.size && (bytes.data[size + step] & 0xc0) == 0x80) {
            step++;
        }
        text_put_printable(&text, bytes_of(bytes.data + size, step));
        if (text.full) {
            break;
        }
        size += step;
    }
    bool cut = text.full;
    text.full = false;
    text.capacity += 4;
    text_put_string(&text, cut ? "..." : "");
    return label_of(&text);
}

struct au_label au_label(const struct declaration_row *row)
{
    struct au_label document = au_label_of(row->document), version = au_label_of(row->version), out;
    size_t size = strlen(document.text);
    if (size + strlen(version.text) + 3 > sizeof out.text) {
        return document;
    }
    memcpy(out.text, document.text, size);
    (void)snprintf(out.text + size, sizeof out.text - size, ", %.90s", version.text);
    return out;
}

struct au_label au_day(uint64_t utc_us)
{
    char memory[AU_NAME_SIZE];
    struct text text = TEXT_IN(memory);
    time_write(&text, utc_us);
    text.size = 10;
    return label_of(&text);
}

/* Declarations ---------------------------------------------------------------------------- */

/* Notes when each declaration about the objective begins or ceases to be in force; the newest of
 * them, in force or not. */
static bool look_through(const struct au_facts *facts, enum objective objective,
                         struct au_judgement *out, struct declaration_row *newest)
{
    struct objective_row row = {.objective = bytes_of_string(objective_infos[objective].id)};
    struct view_walk walk = view_walk_of(&facts->view, ROW_OBJECTIVE, &row, 1);
    struct id last = {0};
    while (view_walk_next(&walk, &row)) {
        struct declaration_row found;
        last = row.declaration;
        if (declaration_by_id(&facts->view, last, &found) &&
            found.status == DECLARATION_STATUS_APPROVED) {
            au_until(facts, out, found.effective);
            au_until(facts, out, found.review_by);
        }
    }
    return last.kind != ID_NONE && declaration_by_id(&facts->view, last, newest);
}

static void rest_on(const struct au_facts *facts, const struct declaration_row *row,
                    struct au_judgement *out)
{
    struct declaration_row again = {.declaration = row->declaration};
    uint64_t made_by = AU_NO_EVENT;
    (void)view_find_made_by(&facts->view, ROW_DECLARATION, &again, &made_by);
    au_rests(out, row->declaration.n, row->declaration.n, "the declaration");
    if (made_by != row->declaration.n) {
        au_rests(out, made_by, made_by,
                 row->status == DECLARATION_STATUS_WITHDRAWN ? "its withdrawal" : "its approval");
    }
}

bool au_may_declare(const struct au_facts *facts, enum objective objective,
                    struct au_judgement *out, struct declaration_row *row)
{
    struct declaration_row newest;
    (void)look_through(facts, objective, out, &newest);
    if (!declaration_for(&facts->view, bytes_of_string(objective_infos[objective].id), row)) {
        return false;
    }
    out->declaration = row->declaration;
    rest_on(facts, row, out);
    return true;
}

static void say_undeclared(const struct au_facts *facts, struct au_judgement *out,
                           const struct declaration_row *row)
{
    struct au_label label = au_label(row);
    uint64_t n = row->declaration.n;
    if (row->status == DECLARATION_STATUS_DRAFT) {
        au_say(out, false, "declaration:%" PRIu64 " (%s) is a draft that nobody has approved", n,
               label.text);
    } else if (row->status == DECLARATION_STATUS_WITHDRAWN) {
        au_say(out, false, "declaration:%" PRIu64 " (%s) has been withdrawn", n, label.text);
    } else if (row->effective > facts->now_us) {
        au_say(out, false, "declaration:%" PRIu64 " (%s) takes effect only on %s", n, label.text,
               au_day(row->effective).text);
    } else {
        au_say(out, false, "declaration:%" PRIu64 " (%s) was due for review on %s", n, label.text,
               au_day(row->review_by).text);
    }
}

bool au_declared(const struct au_facts *facts, enum objective objective, struct au_judgement *out,
                 struct declaration_row *row)
{
    struct declaration_row newest;
    if (au_may_declare(facts, objective, out, row)) {
        return true;
    }
    if (!look_through(facts, objective, out, &newest)) {
        au_say(out, false, "nothing has been declared about %s", objective_infos[objective].label);
        return false;
    }
    say_undeclared(facts, out, &newest);
    rest_on(facts, &newest, out);
    return false;
}
