#include "reports/web/page.h"

#include "reports/web/assets.h"
#include "reports/web/routes.h"

#include <assert.h>

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

/* The head ---------------------------------------------------------------------------------- */

static void put_asset(struct visit *visit, const char *before, const char *file, const char *after)
{
    const struct asset *asset = asset_of(file);
    assert(asset != NULL);
    put(visit, before);
    put(visit, asset->name);
    put(visit, after);
}

static void put_head(struct visit *visit, const struct page_head *head)
{
    put(visit, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<title>");
    html_put(visit->output, head->title);
    put(visit, " · Cairn</title>\n<meta name=\"viewport\" content=\"width=device-width, "
               "initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n");
    put_asset(visit, "<link rel=\"stylesheet\" href=\"/assets/", "style.css", "\"/>\n");
    put_asset(visit, "<link rel=\"icon\" type=\"image/svg+xml\" href=\"/assets/", "cairn.svg",
              "\"/>\n</head>\n");
}

/* Whether the page is of this route, or below it. */
static bool is_current(const struct visit *visit, const struct route *route)
{
    size_t size = strlen(route->pattern);
    struct bytes path = visit->request->path;
    if (visit->route == NULL || size == 1) {
        return visit->route == route;
    }
    return path.size >= size && memcmp(path.data, route->pattern, size) == 0 &&
           (path.size == size || path.data[size] == '/');
}

static void put_nav(struct visit *visit)
{
    put(visit, "<nav aria-label=\"Main\">\n<ul>\n");
    for (size_t i = 0; route_at(i) != NULL; i++) {
        const struct route *route = route_at(i);
        bool in_nav = route->place == ROUTE_NAV || route->place == ROUTE_GLOBAL_NAV;
        if (in_nav && route_is_open(route, visit->viewer)) {
            put(visit, "<li>");
            if (is_current(visit, route)) {
                href_begin_with(visit, "aria-current=\"page\"", route->pattern);
            } else {
                href_begin(visit, route->pattern);
            }
            href_end(visit);
            html_put_string(visit->output, route->title);
            put(visit, "</a></li>\n");
        }
    }
    put(visit, "</ul>\n</nav>\n");
}

static void put_top(struct visit *visit)
{
    put(visit, "<body>\n<a class=\"skip\" href=\"#main\">Skip to the page</a>\n"
               "<header class=\"top\">\n<div class=\"bar\">\n");
    href_begin_with(visit, "class=\"brand\"", "/");
    href_end(visit);
    put_asset(visit, "<img src=\"/assets/", "cairn.svg",
              "\" alt=\"\" width=\"24\" height=\"24\"/> Cairn</a>\n");
    put_nav(visit);
    if (visit->route != NULL && strcmp(visit->route->pattern, "/events") == 0) {
        put(visit, "</div>\n</header>\n"); /* it has a bigger field of its own */
        return;
    }
    put(visit, "<form class=\"quick\" action=\"/events\" role=\"search\">\n");
    link_keep_at(visit);
    put(visit,
        "<label class=\"hidden\" for=\"quick\">Search events</label>\n"
        "<input id=\"quick\" name=\"q\" type=\"search\" placeholder=\"actor = ann and kind = "
        "vault.*\" autocomplete=\"off\" spellcheck=\"false\" maxlength=\"4096\"/>\n"
        "<button>Search</button>\n</form>\n</div>\n</header>\n");
}

/* What the page is of, if not of everything. */
static void put_strip(struct visit *visit)
{
    const struct web_viewer *viewer = visit->viewer;
    if (visit->pinned) {
        put(visit, "<aside class=\"strip\" aria-label=\"The moment\"><p>As of the first ");
        page_number(visit, visit->at);
        put(visit, " events. <a href=\"");
        html_put(visit->output, visit->request->path);
        put(visit, "\">Show the newest</a></p></aside>\n");
    }
    if (viewer->scoped) {
        put(visit, "<aside class=\"strip\" aria-label=\"Your invitation\"><p>You see what belongs "
                   "to your invitation");
        if (viewer->project.kind != ID_NONE) {
            put(visit, ": ");
            link_object(visit, viewer->project);
        }
        if (viewer->from_us > 0) {
            put(visit, ", from ");
            page_time(visit, viewer->from_us);
        }
        if (viewer->until_us > 0) {
            put(visit, ", until ");
            page_time(visit, viewer->until_us);
        }
        put(visit, ". ");
        link_to(visit, "/help#scope", "What that means");
        put(visit, "</p></aside>\n");
    }
}

void page_begin(struct visit *visit, const struct page_head *head)
{
    put_head(visit, head);
    put_top(visit);
    put_strip(visit);
    put(visit, "<main id=\"main\" tabindex=\"-1\">\n<div class=\"title\">\n");
    if (head->kicker != NULL) {
        html_element(visit->output, "p", "kicker", bytes_of_string(head->kicker));
    }
    html_element(visit->output, "h1", NULL, head->title);
    if (head->lead.size > 0) {
        html_element(visit->output, "p", "lead", head->lead);
    }
    put(visit, "\n</div>\n");
    visit->plain = head->plain;
}

/* The foot ---------------------------------------------------------------------------------- */

static void put_provenance(struct visit *visit)
{
    struct digest root;
    page_fact_begin(visit, "Log");
    html_put_string(visit->output, log_origin(engine_log(visit->engine)));
    page_fact_end(visit);
    page_fact_begin(visit, "Events that count");
    page_number(visit, visit->at);
    page_fact_end(visit);
    if (visit->scope.log != NULL && !failed(scope_root(&visit->scope, &root))) {
        page_fact_begin(visit, "Root");
        page_digest(visit, &root);
        page_fact_end(visit);
    }
    if (!visit->plain) {
        page_fact_begin(visit, "This page, for ever");
        put(visit, "<a class=\"permalink\" href=\"");
        link_put_permalink(visit);
        put(visit, "\">");
        link_put_permalink(visit);
        put(visit, "</a>");
        page_fact_end(visit);
    }
}

void page_end(struct visit *visit)
{
    put(visit, "</main>\n<footer>\n");
    page_facts_begin(visit);
    put_provenance(visit);
    page_fact_begin(visit, "Shown to");
    html_put(visit->output, visit->viewer->name);
    put(visit, visit->viewer->recorded ? "; this view is an event of the log"
                                       : "; this view is not recorded");
    page_fact_end(visit);
    page_fact_begin(visit, "Made");
    page_time(visit, visit->request->now_utc_us);
    put(visit, " by ");
    html_put_string(visit->output, visit->options->program);
    page_fact_end(visit);
    page_facts_end(visit);
    put(visit, "</footer>\n</body>\n</html>\n");
}

/* Parts ------------------------------------------------------------------------------------- */

void page_section(struct visit *visit, const char *id, const char *heading)
{
    output_add(visit->output, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">", id, id);
    html_put_string(visit->output, heading);
    put(visit, "</h2>\n");
}

void page_section_end(struct visit *visit)
{
    put(visit, "</section>\n");
}

void page_facts_begin(struct visit *visit)
{
    put(visit, "<dl class=\"facts\">\n");
}

void page_fact_begin(struct visit *visit, const char *name)
{
    put(visit, "<div><dt>");
    html_put_string(visit->output, name);
    put(visit, "</dt><dd>");
}

void page_fact_end(struct visit *visit)
{
    put(visit, "</dd></div>\n");
}

void page_facts_end(struct visit *visit)
{
    put(visit, "</dl>\n");
}

void page_fact(struct visit *visit, const char *name, struct bytes value)
{
    page_fact_begin(visit, name);
    html_put(visit->output, value);
    page_fact_end(visit);
}

void page_fact_number(struct visit *visit, const char *name, uint64_t value)
{
    page_fact_begin(visit, name);
    page_number(visit, value);
    page_fact_end(visit);
}

void page_fact_time(struct visit *visit, const char *name, uint64_t utc_us)
{
    page_fact_begin(visit, name);
    page_time(visit, utc_us);
    page_fact_end(visit);
}

/* Tables ------------------------------------------------------------------------------------ */

static void put_heading(struct visit *visit, const char *heading)
{
    bool number = heading[0] == '#', hidden = heading[0] == '-';
    put(visit, number ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">");
    put(visit, hidden ? "<span class=\"hidden\">" : "");
    html_put_string(visit->output, heading + (number || hidden));
    put(visit, hidden ? "</span></th>" : "</th>");
}

void page_table_begin(struct visit *visit, const struct page_table *table)
{
    put(visit, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_put_string(visit->output, table->caption);
    put(visit, table->hidden_caption ? "\">\n<table>\n<caption class=\"hidden\">"
                                     : "\">\n<table>\n<caption>");
    html_put_string(visit->output, table->caption);
    put(visit, "</caption>\n<thead>\n<tr>");
    for (size_t i = 0; i < table->count; i++) {
        put_heading(visit, table->headings[i]);
    }
    put(visit, "</tr>\n</thead>\n<tbody>\n");
}

void page_table_end(struct visit *visit)
{
    put(visit, "</tbody>\n</table>\n</div>\n");
}

/* Words ------------------------------------------------------------------------------------- */

static const struct {
    const char *class, *sign;
} tones[] = {
    [PAGE_PLAIN] = {"plain", "•"},     [PAGE_GOOD] = {"good", "✓"},   [PAGE_BAD] = {"bad", "✕"},
    [PAGE_WARNING] = {"warning", "▲"}, [PAGE_MUTED] = {"muted", "–"},
};

static void put_sign(struct visit *visit, enum page_tone tone)
{
    output_add(visit->output, "<span aria-hidden=\"true\">%s</span> ", tones[tone].sign);
}

void page_tone(struct visit *visit, enum page_tone tone, const char *word)
{
    output_add(visit->output, "<span class=\"tone %s\">", tones[tone].class);
    put_sign(visit, tone);
    html_put_string(visit->output, word);
    put(visit, "</span>");
}

void page_outcome(struct visit *visit, enum outcome outcome)
{
    enum page_tone tone = outcome == OUTCOME_OK       ? PAGE_GOOD
                          : outcome == OUTCOME_DENIED ? PAGE_BAD
                                                      : PAGE_WARNING;
    page_tone(visit, tone, outcome_name(outcome));
}

static void put_time(struct visit *visit, uint64_t utc_us, uint32_t digits)
{
    char exact[40], shown[48];
    struct text exact_text = TEXT_IN(exact), shown_text = TEXT_IN(shown);
    const struct zone utc = zone_utc();
    time_write(&exact_text, utc_us);
    zone_write(&utc, utc_us, (struct zone_style){.separator = ' ', .digits = digits}, &shown_text);
    output_add(visit->output, "<time datetime=\"%s\" title=\"%s\">", text_string(&exact_text),
               text_string(&exact_text));
    html_put(visit->output, text_bytes(&shown_text));
    put(visit, "</time>");
}

void page_time(struct visit *visit, uint64_t utc_us)
{
    put_time(visit, utc_us, 0);
}

void page_time_exact(struct visit *visit, uint64_t utc_us)
{
    put_time(visit, utc_us, 6);
}

void page_number(struct visit *visit, uint64_t number)
{
    char digits[24];
    struct text text = TEXT_IN(digits);
    text_put_u64(&text, number);
    for (size_t i = 0; i < text.size; i++) {
        if (i > 0 && (text.size - i) % 3 == 0) {
            output_put_char(visit->output, ',');
        }
        output_put_char(visit->output, digits[i]);
    }
}

void page_code(struct visit *visit, struct bytes text)
{
    html_element(visit->output, "code", NULL, text);
}

void page_digest(struct visit *visit, const struct digest *digest)
{
    char base64[DIGEST_BASE64_SIZE];
    size_t size = base64_write(base64, BYTES(digest->sha256));
    page_code(visit, bytes_of(base64, size));
}

void page_empty(struct visit *visit, const char *sentence)
{
    html_element(visit->output, "p", "empty", bytes_of_string(sentence));
    put(visit, "\n");
}

void page_command_begin(struct visit *visit)
{
    put(visit, "<pre class=\"command\" tabindex=\"0\"><code>");
}

void page_command_end(struct visit *visit)
{
    put(visit, "</code></pre>\n");
}

void page_command(struct visit *visit, struct bytes command)
{
    page_command_begin(visit);
    html_put(visit->output, command);
    page_command_end(visit);
}

void page_script(struct visit *visit, const char *file)
{
    put_asset(visit, "<script type=\"module\" src=\"/assets/", file, "\"></script>\n");
}

void page_notice(struct visit *visit, enum page_tone tone, const char *sentence)
{
    output_add(visit->output, "<p class=\"notice %s\">", tones[tone].class);
    put_sign(visit, tone);
    html_put_string(visit->output, sentence);
    put(visit, "</p>\n");
}
