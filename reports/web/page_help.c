#include "reports/filter/fields.h"
#include "reports/web/page.h"
#include "reports/web/routes.h"

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

static void put_word(struct visit *visit, const char *word, const char *meaning)
{
    put(visit, "<div><dt>");
    html_put_string(visit->output, word);
    put(visit, "</dt><dd>");
    html_put_string(visit->output, meaning);
    put(visit, "</dd></div>\n");
}

static void put_words(struct visit *visit)
{
    page_section(visit, "words", "Words");
    put(visit, "<dl class=\"list\">\n");
    put_word(visit, "event",
             "One thing that happened, was refused or failed. It has a number, from "
             "0, and none is ever left out or used again.");
    put_word(visit, "leaf",
             "What everybody sees of an event: who, what, when, what became of it. "
             "Its hash is a leaf of the Merkle tree.");
    put_word(visit, "body",
             "The rest of what it says. The leaf commits to it, so that it can be "
             "erased and nothing else changes.");
    put_word(visit, "command",
             "What a user signed with a key of their own, and the event answers.");
    put_word(visit, "emitter", "A component that vouches for events, with a key and a count.");
    put_word(visit, "checkpoint",
             "How many events there are and the root of their tree, signed by "
             "the log's key.");
    put_word(visit, "proof",
             "The hashes that lead from one leaf to a signed root: the event is in "
             "the log, as it stands, at this place.");
    put_word(visit, "refused",
             "A decision, by a rule that the event names. Failed is what was "
             "allowed, and did not work.");
    put_word(visit, "as of", "How things stood after an event. Every page can be of any moment.");
    put(visit, "</dl>\n");
    page_section_end(visit);
}

static void put_fields(struct visit *visit)
{
    static const char *const headings[] = {"Field", "Type", "What it is"};
    page_table_begin(
        visit,
        &(struct page_table){.caption = "What can be asked for", .headings = headings, .count = 3});
    for (size_t i = 0; i < FILTER_FIELD_COUNT; i++) {
        const struct filter_field *field = &filter_fields[i];
        put(visit, "<tr><th scope=\"row\"><code>");
        html_put_string(visit->output, field->name);
        put(visit, "</code></th><td>");
        html_put_string(visit->output, filter_type_name(field->type));
        put(visit, "</td><td>");
        html_put_string(visit->output, field->about);
        put(visit, "</td></tr>\n");
    }
    page_table_end(visit);
}

static void put_example(struct visit *visit, const char *expression, const char *meaning)
{
    put(visit, "<div><dt>");
    href_begin(visit, "/events");
    href_param(visit, "q", bytes_of_string(expression));
    href_end(visit);
    put(visit, "<code>");
    html_put_string(visit->output, expression);
    put(visit, "</code></a></dt><dd>");
    html_put_string(visit->output, meaning);
    put(visit, "</dd></div>\n");
}

static void put_search(struct visit *visit)
{
    page_section(visit, "search", "Asking for events");
    put(visit, "<p>Tests joined by <code>and</code>, <code>or</code>, <code>not</code> and "
               "parentheses; the same language as <code>cairn query</code>.</p>\n"
               "<dl class=\"list\">\n");
    put_example(visit, "outcome = denied", "everything that was refused");
    put_example(visit, "kind in (vault.*, group.*) and outcome != ok",
                "what went wrong with files and groups");
    put_example(visit, "time > -7d and source exists", "the last week, what came over the network");
    put_example(visit, "source in 10.0.0.0/8", "from these addresses");
    put_example(visit, "@refusals", "a saved question, by its name");
    put(visit, "</dl>\n");
    put_fields(visit);
    page_section_end(visit);
}

static void put_scope(struct visit *visit)
{
    page_section(visit, "scope", "What your invitation shows");
    put(visit,
        "<p>An invitation may be for everything, for one project, for a stretch of time, or both. "
        "Of "
        "a project, the events are shown in which it was active or which are about it. A person, a "
        "file or any other thing is shown if one of these events is about it or names it; what is "
        "told of it rests on these events alone.</p>\n"
        "<p>All counts are of events that you may see. What you may not see and what does not "
        "exist "
        "are the same page. The numbers of events and the size of the log are those of the whole "
        "log, since the proofs need them.</p>\n"
        "<p>What you look at is itself an event of the log, for as long as the log can be written; "
        "the foot of each page says whether it was.</p>\n");
    page_section_end(visit);
}

static void put_moments(struct visit *visit)
{
    page_section(visit, "moments", "A page that stays as it is");
    put(visit, "<p>The foot of each page has its permanent link. It pins how many events count, "
               "<code>?at=48213</code>, and whoever opens it, at any time, sees the same. Links on "
               "such a page are pinned, too.</p>\n");
    page_section_end(visit);
}

static void put_keys(struct visit *visit)
{
    page_section(visit, "keyboard", "By keyboard and without a mouse");
    put(visit, "<p>Every page works by keyboard, without script, on a telephone and on paper. The "
               "first link of each page skips to its content. Wide tables and pictures can be "
               "scrolled when they have the focus.</p>\n");
    page_section_end(visit);
}

struct status page_help(struct visit *visit)
{
    page_begin(visit, &(struct page_head){.title = LITERAL("Help"), .plain = true});
    put_words(visit);
    put_search(visit);
    put_scope(visit);
    put_moments(visit);
    put_keys(visit);
    page_end(visit);
    return OK;
}
