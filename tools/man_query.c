#include "tools/man_query.h"

#include "reports/filter/filter.h"
#include "reports/filter/saved.h"
#include "tools/help.h"
#include "tools/roff.h"

/* A name in bold, and what it is. */
static void put_entry(struct output *output, const char *name, const char *about)
{
    output_put_string(output, ".TP\n.B \"");
    roff_put(output, name);
    output_put_string(output, "\"\n");
    roff_line(output, about);
}

/* What a test may be, and how tests are joined. */
static const char *const operators[][2] = {
    {"FIELD = VALUE", "is the value; * and ? are wildcards in a word that is not quoted"},
    {"FIELD != VALUE", "is not; also what has no such field"},
    {"FIELD < VALUE, <= > >=", "of numbers and times"},
    {"FIELD ~ /PATTERN/, !~", "a regular expression, PCRE2; /PATTERN/i takes no notice of case"},
    {"FIELD in (VALUE, ...), not in", "one of them; also `source in 10.20.0.0/16`, "
                                      "`time in 2026-03..2026-05`"},
    {"FIELD exists", "the event has it"},
    {"A and B, A or B, not A, ( )", "`and` binds tighter than `or`"},
    {"@NAME", "a saved query, wherever a test may stand"},
};

const char *expression_form(size_t index, const char **about)
{
    if (index == sizeof operators / sizeof operators[0]) {
        return NULL;
    }
    *about = operators[index][1];
    return operators[index][0];
}

static void put_operators(struct output *output)
{
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        put_entry(output, operators[i][0], operators[i][1]);
    }
}

static void put_fields(struct output *output)
{
    for (size_t i = 0; i < FILTER_FIELD_COUNT; i++) {
        const struct filter_field *field = &filter_fields[i];
        output_put_string(output, ".TP\n.B ");
        roff_put(output, field->name);
        roff_put(output, field->id == FILTER_BODY ? ".PATH" : "");
        output_add(output, " \\fR(%s%s)\n", filter_type_name(field->type),
                   field->term != 0 ? ", indexed" : "");
        roff_line(output, field->about);
    }
}

static void put_types(struct output *output)
{
    for (size_t i = 0; i <= FILTER_TYPE_BODY; i++) {
        put_entry(output, filter_type_name((enum filter_type)i),
                  filter_type_about((enum filter_type)i));
    }
}

static struct status put_saved(void *context, const struct saved_query *query)
{
    char memory[FILTER_TEXT_MAX + 256];
    struct text line = TEXT_IN(memory);
    struct output *output = context;
    text_add(&line, "@%.*s", (int)query->name.size, (const char *)query->name.data);
    output_put_string(output, ".TP\n.B \"");
    roff_put(output, text_string(&line));
    output_add(output, "\" \\fR(%.*s)\n", (int)query->control.size,
               (const char *)query->control.data);
    text_clear(&line);
    text_put_bytes(&line, query->about);
    roff_line(output, text_string(&line));
    return OK;
}

static const char examples[] =
    "cairn query 'outcome = denied and not actor = ada and time > yesterday'\n"
    "cairn query 'kind in (vault.*, group.*) and project = tides' --last 20\n"
    "cairn query 'source not in 10.0.0.0/8 and source exists'\n"
    "cairn query 'body.size > 1GiB or body.name ~ /cohort.*csv/'\n"
    "cairn query 'text = \"Failed password\"' --count\n"
    "cairn query 'on = file:* and time in 2026-03-09/2h' --explain\n"
    "cairn query '@failed-logins and user = root' --follow\n"
    "cairn tail 'outcome = denied or kind = emitter.*'\n"
    "cairn query save night-shift 'time > -12h and command exists'";

enum exit_code man_query(const struct invocation *invocation)
{
    struct output *output = invocation->output;
    output_add(output,
               ".TH CAIRN\\-QUERY 7 \"\" \"cairn %s\" \"Miscellaneous\"\n"
               ".SH NAME\ncairn\\-query \\- the language of questions\n"
               ".SH DESCRIPTION\n"
               "Commands that select events\n(\\fBcairn query\\fR, \\fBcairn tail\\fR and others)\n"
               "take filters as options, and one expression as argument. Both must match.\n"
               "What is misspelt is an error that points at it, and never an empty answer.\n"
               ".PP\n"
               "An expression is read once: names become ids, and relative times become instants.\n"
               "What it has become is what the log records of the question.\n"
               ".SH TESTS\n",
               command_version());
    put_operators(output);
    output_put_string(output,
                      ".PP\nA field that an event does not have meets no test, so that\n.B !=\n"
                      "is the same as\n.BR \"not =\" .\n"
                      "Of a field with several values any may meet it.\n"
                      ".PP\nWords that have blanks or signs in them are put in \"quotes\". A\n"
                      "backslash takes the meaning away from what follows, and \\exNN is a byte.\n"
                      ".SH FIELDS\n");
    put_fields(output);
    output_put_string(output, ".PP\n\\fBcairn fields\\fR lists the fields of bodies, too, and\n"
                              "\\fBcairn values\\fR what a field can be.\n.SH VALUES\n");
    put_types(output);
    output_put_string(output, ".SH TIMES\n");
    roff_block(output, help_times());
    output_put_string(output,
                      ".SH SAVED QUERIES\nThese come with Cairn, with the requirement of\n"
                      "NIST SP 800\\-171 r2 that they serve; \\fBcairn query show\\fR prints "
                      "them.\n");
    struct status status = saved_walk(NULL, put_saved, output);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "writing the page");
    }
    output_add(output,
               ".SH LIMITS\nAn expression has at most %d bytes, %d tests and %d levels, a regular\n"
               "expression %d bytes. One that takes more than %d steps to match ends the query at\n"
               "that event, with exit code 2.\n.SH EXAMPLES\n",
               FILTER_TEXT_MAX, FILTER_NODES_MAX, FILTER_DEPTH_MAX, REGEX_PATTERN_MAX,
               REGEX_MATCH_LIMIT);
    roff_block(output, examples);
    output_put_string(output, ".SH SEE ALSO\n.BR cairn (1),\n.BR cairn\\-events (7),\n"
                              ".BR pcre2pattern (3)\n");
    return EXIT_DONE;
}
