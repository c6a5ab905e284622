#include "reports/sentence.h"
#include "reports/subject.h"
#include "reports/web/event_parts.h"
#include "reports/web/event_table.h"
#include "reports/web/routes.h"

enum {
    AROUND = 4,           /* events before it and after it that are shown */
    AROUND_LOOKS = 20000, /* leaves compared for one relation */
};

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

/* Around it --------------------------------------------------------------------------------- */

struct found {
    struct leaf leaves[AROUND];
    size_t count;
};

static struct status keep(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct found *found = context;
    (void)bytes;
    found->leaves[found->count++] = *leaf;
    return OK;
}

/* The nearest events on one side, nearest first, of those that meet one condition. */
struct nearby {
    uint64_t n;
    bool after;
    enum query_member member; /* QUERY_MEMBER_COUNT: any event */
    struct bytes value;
    uint64_t most;
};

static struct status find_nearby(struct visit *visit, const struct nearby *nearby,
                                 struct found *out)
{
    struct query query = {.newest_first = !nearby->after,
                          .limit = nearby->most,
                          .look_most = AROUND_LOOKS,
                          .first = nearby->after ? nearby->n + 1 : 0,
                          .end = nearby->after ? 0 : nearby->n};
    struct query_outcome outcome;
    out->count = 0;
    if (!nearby->after && nearby->n == 0) {
        return OK;
    }
    if (nearby->member != QUERY_MEMBER_COUNT) {
        TRY(query_add(&query, nearby->member, nearby->value));
    }
    return scope_query(&visit->scope, &query, keep, out, &outcome);
}

static void put_neighbour(struct visit *visit, const struct found *found)
{
    if (found->count == 0) {
        put(visit, "<td class=\"empty\">none</td>");
        return;
    }
    put(visit, "<td>");
    link_event(visit, found->leaves[0].n);
    put(visit, " ");
    page_code(visit, bytes_of_string(event_name(found->leaves[0].kind)));
    put(visit, "</td>");
}

/* One line: what it has in common, the one before, the one after. */
static struct status put_relation(struct visit *visit, const struct event_shown *event,
                                  enum query_member member, struct bytes value)
{
    static const char *const names[QUERY_MEMBER_COUNT] = {
        [QUERY_ACTOR] = "The same actor",
        [QUERY_ON] = "About the same",
        [QUERY_SESSION] = "The same session",
        [QUERY_SOURCE] = "The same address",
        [QUERY_EMITTER] = "Vouched for by the same",
    };
    struct found found;
    struct nearby nearby = {.n = event->n, .member = member, .value = value, .most = 1};
    put(visit, "<tr><th scope=\"row\">");
    put(visit, names[member]);
    put(visit, "</th>");
    TRY(find_nearby(visit, &nearby, &found));
    put_neighbour(visit, &found);
    nearby.after = true;
    TRY(find_nearby(visit, &nearby, &found));
    put_neighbour(visit, &found);
    put(visit, "</tr>\n");
    return OK;
}

static struct status put_id_relation(struct visit *visit, const struct event_shown *event,
                                     enum query_member member, struct id id)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    if (id.kind == ID_NONE || id.kind == ID_LOG) {
        return OK;
    }
    id_write(&text, id);
    return put_relation(visit, event, member, text_bytes(&text));
}

static struct status put_relations(struct visit *visit, const struct event_shown *event)
{
    static const char *const headings[] = {"What they share", "The one before", "The one after"};
    const struct leaf *leaf = &event->leaf;
    page_table_begin(visit, &(struct page_table){.caption = "The nearest of the same",
                                                 .headings = headings,
                                                 .count = 3,
                                                 .hidden_caption = true});
    TRY(put_id_relation(visit, event, QUERY_ON, subject_of(leaf)));
    TRY(put_relation(visit, event, QUERY_ACTOR, leaf->actor));
    TRY(put_id_relation(visit, event, QUERY_SESSION, leaf->session));
    if (leaf->source.size > 0) {
        TRY(put_relation(visit, event, QUERY_SOURCE, leaf->source));
    }
    TRY(put_relation(visit, event, QUERY_EMITTER, leaf->emitter));
    page_table_end(visit);
    return OK;
}

static struct status put_around(struct visit *visit, const struct event_shown *event)
{
    struct found before, after;
    struct nearby nearby = {.n = event->n, .member = QUERY_MEMBER_COUNT, .most = AROUND};
    TRY(find_nearby(visit, &nearby, &before));
    nearby.after = true;
    TRY(find_nearby(visit, &nearby, &after));
    page_section(visit, "around", "Before and after");
    event_table_begin(visit, "Events around this one");
    for (size_t i = before.count; i > 0; i--) {
        event_table_row(visit, &before.leaves[i - 1], EVENT_ROW_PLAIN);
    }
    event_table_row(visit, &event->leaf, EVENT_ROW_HERE);
    for (size_t i = 0; i < after.count; i++) {
        event_table_row(visit, &after.leaves[i], EVENT_ROW_PLAIN);
    }
    event_table_end(visit);
    TRY(put_relations(visit, event));
    page_section_end(visit);
    return OK;
}

/* Citing it --------------------------------------------------------------------------------- */

static void put_citation(struct visit *visit, const struct event_shown *event,
                         struct bytes sentence)
{
    char memory[64];
    struct text time = TEXT_IN(memory);
    time_write(&time, event->leaf.t_utc_us);
    page_section(visit, "cite", "Cite it");
    put(visit, "<pre class=\"raw\" tabindex=\"0\">Event ");
    output_put_u64(visit->output, event->n);
    put(visit, " of ");
    html_put_string(visit->output, log_origin(engine_log(visit->engine)));
    put(visit, ": ");
    bool ended = sentence.size > 0 && sentence.data[sentence.size - 1] == '.';
    html_put(visit->output, sentence);
    put(visit, ended ? "\nRecorded " : ".\nRecorded ");
    html_put(visit->output, text_bytes(&time));
    put(visit, ". Leaf hash ");
    text_clear(&time);
    text_put_base64(&time, BYTES(event->hash.sha256));
    html_put(visit->output, text_bytes(&time));
    put(visit, ".\n/events/");
    output_put_u64(visit->output, event->n);
    put(visit, "?at=");
    output_put_u64(visit->output, visit->at);
    put(visit, "</pre>\n<h3>On the command line</h3>\n");
    output_add(visit->output,
               "<pre class=\"command\" tabindex=\"0\"><code>cairn show %llu"
               "</code></pre>\n<pre class=\"command\" tabindex=\"0\"><code>cairn "
               "pivot %llu</code></pre>\n",
               (unsigned long long)event->n, (unsigned long long)event->n);
    page_section_end(visit);
}

/* The page ---------------------------------------------------------------------------------- */

static void put_head(struct visit *visit, const struct event_shown *event, struct bytes sentence)
{
    char memory[48];
    struct text kicker = TEXT_IN(memory);
    text_put_literal(&kicker, "Event ");
    text_put_u64(&kicker, event->n);
    page_begin(visit, &(struct page_head){.title = sentence, .kicker = text_string(&kicker)});
    put(visit, "<p class=\"below\">");
    page_outcome(visit, event->leaf.outcome);
    put(visit, " ");
    page_time(visit, query_time_of(&event->leaf));
    put(visit, " ");
    page_code(visit, bytes_of_string(event_name(event->leaf.kind)));
    put(visit, "</p>\n");
}

static struct status put_event(struct visit *visit, const struct event_shown *event)
{
    char memory[SENTENCE_SIZE_MAX];
    struct text sentence = TEXT_IN(memory);
    sentence_put(visit->engine, &event->leaf, &sentence);
    put_head(visit, event, text_bytes(&sentence));
    put(visit, "<div class=\"columns\">\n<div>\n");
    event_put_leaf(visit, event);
    TRY(event_put_body(visit, event));
    TRY(event_put_command(visit, event));
    put(visit, "</div>\n<div>\n");
    TRY(event_put_proof(visit, event));
    put_citation(visit, event, text_bytes(&sentence));
    put(visit, "</div>\n</div>\n");
    TRY(put_around(visit, event));
    page_script(visit, "verify.js");
    page_end(visit);
    return OK;
}

/* An event whose stored leaf is not the one that was hashed. */
static struct status put_broken(struct visit *visit, uint64_t n, struct status why)
{
    char memory[48];
    struct text title = TEXT_IN(memory);
    struct bytes leaf;
    TRY(scope_raw_leaf(&visit->scope, n, &leaf));
    text_put_literal(&title, "Event ");
    text_put_u64(&title, n);
    text_put_literal(&title, " does not hold");
    page_begin(visit, &(struct page_head){.title = text_bytes(&title), .kicker = "Tampering"});
    page_notice(visit, PAGE_BAD,
                "What is stored for this event is not what was hashed into the log: it has been "
                "changed since. Nothing that it says may be relied upon.");
    if (why.why != NULL) {
        html_element(visit->output, "p", NULL, bytes_of_string(why.why));
    }
    page_section(visit, "stored", "What is stored");
    put(visit, "<pre class=\"raw\" tabindex=\"0\">");
    html_put(visit->output, leaf);
    put(visit, "</pre>\n");
    page_section_end(visit);
    page_section(visit, "next", "What to do");
    put(visit, "<p>Verify the whole log, on a copy, and keep the copy:</p>\n");
    page_command(visit, LITERAL("cairn verify"));
    page_section_end(visit);
    page_end(visit);
    return OK;
}

struct status page_event(struct visit *visit)
{
    struct event_shown event = {.n = visit->numbers[0]};
    struct status status = scope_leaf(&visit->scope, event.n, &event.bytes, &event.leaf);
    if (status.code == STATUS_CORRUPT) {
        return put_broken(visit, event.n, status);
    }
    TRY(status);
    event.hash = hash_leaf(visit->hasher, event.bytes);
    return put_event(visit, &event);
}
