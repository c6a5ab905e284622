/* Cases and reviews. */
#include "core/audit/case.h"
#include "tools/audit/giving.h"
#include "tools/audit/listing.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <stdlib.h>

/* Add ------------------------------------------------------------------------------------- */

/* A position, or a range of them: 30377, or 30377-30380. */
static bool read_events(const char *word, uint64_t *first, uint64_t *last)
{
    struct bytes text = bytes_of_string(word);
    const uint8_t *dash = memchr(text.data, '-', text.size);
    if (dash == NULL) {
        bool is_number = text_read_u64(text, first);
        *last = *first;
        return is_number;
    }
    size_t size = (size_t)(dash - text.data);
    return text_read_u64(bytes_of(text.data, size), first) &&
           text_read_u64(bytes_of(dash + 1, text.size - size - 1), last) && *first <= *last;
}

static enum exit_code collect_events(struct giving *giving, size_t *count)
{
    const char *word;
    *count = 0;
    for (size_t i = 1; (word = invocation_argument(giving->invocation, i)) != NULL; i++) {
        uint64_t first = 0, last = 0;
        if (!read_events(word, &first, &last)) {
            return invocation_fail(giving->invocation, EXIT_USAGE, "like 30377 or 30377-30380",
                                   "%.40s is no event's number", word);
        }
        if (last - first >= CASE_ADD_MAX - *count) {
            return invocation_fail(giving->invocation, EXIT_USAGE, "add the rest after them",
                                   "at most %d events at a time", CASE_ADD_MAX);
        }
        for (uint64_t n = first; n <= last; n++) {
            giving->numbers[(*count)++] = n;
        }
    }
    return EXIT_DONE;
}

static enum exit_code add(struct giving *giving)
{
    union command_fields fields = {0};
    struct case_add *command = &fields.case_add;
    enum exit_code code =
        giving_thing(giving, ID_CASE, invocation_argument(giving->invocation, 0), &command->folder);
    code = code == EXIT_DONE ? collect_events(giving, &command->events_count) : code;
    command->events = giving->numbers;
    command->why = giving_text(giving, "why", &command->has_why);
    return code == EXIT_DONE ? giving_send(giving, COMMAND_CASE_ADD, &fields) : code;
}

static enum exit_code run_add(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, add);
}

static const struct option_info add_options[] = {
    OPERATOR_OPTIONS,
    {"why", 0, "TEXT", "what they have to do with the case", false},
};

const struct verb verb_case_add = {
    .name = "case add",
    .about = "put events into a case",
    .arguments = "CASE EVENT...",
    .examples = "cairn case add north 30377 30401-30409 --why \"the same address\"",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(add_options),
    .guarded = true,
    .signs = true,
    .run = run_add,
};

/* List and show --------------------------------------------------------------------------- */

static enum exit_code run_list(struct invocation *invocation)
{
    return listing_run(invocation, desk_cases);
}

static const struct option_info list_options[] = {
    LISTING_OPTIONS,
};

const struct verb verb_case_list = {
    .name = "case list",
    .about = "list cases",
    .examples = "cairn case list\ncairn case list --all",
    .purpose = PURPOSE_ASK,
    OPTIONS(list_options),
    .guarded = true,
    .run = run_list,
};

static enum exit_code show(struct giving *giving)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    struct id folder;
    uint64_t count = 0;
    enum exit_code code =
        giving_thing(giving, ID_CASE, invocation_argument(giving->invocation, 0), &folder);
    if (code != EXIT_DONE) {
        return code;
    }
    invocation_rows(giving->invocation, &rows, &arena);
    const struct desk desk = {.engine = giving->engine, .view = &giving->view, .rows = &rows};
    struct status status = desk_case(&desk, folder, &count);
    if (failed(status)) {
        return invocation_failed(giving->invocation, status, NULL, "case show");
    }
    return count == 0 ? EXIT_NOTHING : EXIT_DONE;
}

static enum exit_code run_show(struct invocation *invocation)
{
    return giving_run(invocation, STORE_READ, show);
}

const struct verb verb_case_show = {
    .name = "case show",
    .about = "show what is in a case",
    .arguments = "CASE",
    .details = "A note is shown as the event that holds its text: cairn show N prints it.",
    .examples = "cairn case show north",
    .purpose = PURPOSE_ASK,
    .guarded = true,
    .run = run_show,
};

/* Reviews --------------------------------------------------------------------------------- */

static enum exit_code open_review(struct giving *giving)
{
    union command_fields fields = {0};
    struct audit_open_review *command = &fields.audit_open_review;
    struct moment_range range;
    const char *about = invocation_argument(giving->invocation, 0);
    if (!review_about_read(bytes_of_string(about), &command->about)) {
        return invocation_fail(giving->invocation, EXIT_USAGE, "events (3.3.3) or records (3.3.5)",
                               "a review is not about %.40s", about);
    }
    enum exit_code code =
        invocation_range_of(giving->invocation, invocation_argument(giving->invocation, 1), &range);
    if (code != EXIT_DONE) {
        return code;
    }
    if (range.since.kind != MOMENT_TIME || range.until.kind == MOMENT_POSITION) {
        return invocation_fail(giving->invocation, EXIT_USAGE, "like 2026-03 or 2026-03-01..now",
                               "a review is about a period of time");
    }
    command->from = range.since.value;
    command->to = giving->invocation->now_utc_us;
    if (range.until.kind == MOMENT_TIME && range.until.value < command->to) {
        command->to = range.until.value;
    }
    command->scope = giving_text(giving, "scope", &command->has_scope);
    return giving_send(giving, COMMAND_AUDIT_OPEN_REVIEW, &fields);
}

static enum exit_code run_open(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, open_review);
}

static const struct option_info open_options[] = {
    OPERATOR_OPTIONS,
    {"scope", 0, "TEXT", "what of it is reviewed", false},
};

const struct verb verb_review_open = {
    .name = "review open",
    .about = "begin a review of what is logged, or of what was logged",
    .arguments = "events|records PERIOD",
    .examples = "cairn review open records 2026-03\ncairn review open events 2026-01..now",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(open_options),
    .guarded = true,
    .signs = true,
    .run = run_open,
};

static enum exit_code sign_review(struct giving *giving)
{
    union command_fields fields = {0};
    struct audit_sign_review *command = &fields.audit_sign_review;
    const char *change = invocation_value(giving->invocation, "outcome");
    enum exit_code code = giving_thing(
        giving, ID_REVIEW, invocation_argument(giving->invocation, 0), &command->review);
    code = code == EXIT_DONE ? giving_needed(giving, "note", &command->note) : code;
    if (code == EXIT_DONE &&
        !review_outcome_read(bytes_of_string(change == NULL ? "" : change), &command->outcome)) {
        return invocation_fail(giving->invocation, EXIT_USAGE, NULL,
                               "say what it came to: --outcome no_change, or change");
    }
    command->findings = giving->lists[0];
    command->findings_count = giving_values(giving, "finding", 0);
    code = code == EXIT_DONE
               ? giving_option(giving, ID_CASE, "case", &command->has_folder, &command->folder)
               : code;
    code = code == EXIT_DONE ? giving_time(giving, "due", &command->has_due, &command->due) : code;
    return code == EXIT_DONE ? giving_send(giving, COMMAND_AUDIT_SIGN_REVIEW, &fields) : code;
}

static enum exit_code run_sign(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, sign_review);
}

static const struct option_info sign_options[] = {
    OPERATOR_OPTIONS,
    {"outcome", 0, "no_change|change", "what the review came to", false},
    {"note", 0, "TEXT", "what was looked at and what it came to", false},
    {"finding", 0, "TEXT", "something that was found; more than one: each", true},
    {"case", 0, "CASE", "the case in which it is followed up", false},
    {"due", 0, "WHEN", "by when the change that it asks for follows", false},
};

const struct verb verb_review_sign = {
    .name = "review sign",
    .about = "sign what a review came to",
    .arguments = "REVIEW",
    .details = "An outcome of `change` needs a finding and --due: then an audit manager follows\n"
               "with `cairn policy add-kinds ... --review REVIEW`.",
    .examples = "cairn review sign review:30377 --outcome no_change --note \"read all refusals\"\n"
                "cairn review sign review:30377 --outcome change --finding \"no reads are logged\" "
                "--due +30d --note \"see the minutes\"",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(sign_options),
    .guarded = true,
    .signs = true,
    .run = run_sign,
};

static enum exit_code run_reviews(struct invocation *invocation)
{
    return listing_run(invocation, desk_reviews);
}

const struct verb verb_review_list = {
    .name = "review list",
    .about = "list reviews that are open, or whose change has not followed",
    .examples = "cairn review list\ncairn review list --all",
    .purpose = PURPOSE_ASK,
    OPTIONS(list_options),
    .guarded = true,
    .run = run_reviews,
};
