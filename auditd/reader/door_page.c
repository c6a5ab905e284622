#include "auditd/reader/door_page.h"

#include "reports/html.h"
#include "reports/web/assets.h"
#include "schema/time.h"

#include <assert.h>

static void put_asset(struct output *output, const char *before, const char *file,
                      const char *after)
{
    const struct asset *asset = asset_of(file);
    assert(asset != NULL);
    output_put_string(output, before);
    output_put_string(output, asset->name);
    output_put_string(output, after);
}

static void begin(struct output *output, const char *title, const char *lead)
{
    output_put_string(output, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                              "<meta charset=\"utf-8\"/>\n<title>");
    output_put_string(output, title);
    output_put_string(output, " · Cairn</title>\n<meta name=\"viewport\" content=\"width="
                              "device-width, initial-scale=1\"/>\n"
                              "<meta name=\"color-scheme\" content=\"light dark\"/>\n");
    put_asset(output, "<link rel=\"stylesheet\" href=\"/assets/", "style.css", "\"/>\n");
    put_asset(output, "<link rel=\"icon\" type=\"image/svg+xml\" href=\"/assets/", "cairn.svg",
              "\"/>\n</head>\n<body>\n");
    put_asset(output,
              "<header class=\"top\">\n<div class=\"bar\">\n<span class=\"brand\"><img "
              "src=\"/assets/",
              "cairn.svg",
              "\" alt=\"\" width=\"24\" height=\"24\"/> Cairn</span>\n</div>\n</header>\n");
    output_put_string(output, "<main id=\"main\" tabindex=\"-1\">\n<div class=\"title\">\n<h1>");
    output_put_string(output, title);
    output_put_string(output, "</h1>\n<p class=\"lead\">");
    output_put_string(output, lead);
    output_put_string(output, "</p>\n</div>\n");
}

static void end(struct output *output)
{
    output_put_string(output, "</main>\n</body>\n</html>\n");
}

/* To the second: 2026-03-09 21:58:00Z. */
static void put_moment(struct output *output, uint64_t utc_us)
{
    char memory[TIME_TEXT_SIZE + 1];
    struct text text = TEXT_IN(memory);
    time_write(&text, utc_us);
    output_put_string(output, "<time datetime=\"");
    html_put(output, text_bytes(&text));
    output_add(output, "\">%.10s %.8sZ</time>", text_string(&text), text_string(&text) + 11);
}

static void put_name(struct output *output, const char *name)
{
    output_put_string(output, "<div><dt>");
    output_put_string(output, name);
    output_put_string(output, "</dt><dd>");
}

static void put_fact(struct output *output, const char *name, const char *value)
{
    put_name(output, name);
    html_put_string(output, value);
    output_put_string(output, "</dd></div>\n");
}

static void put_when(struct output *output, const char *name, uint64_t utc_us)
{
    put_name(output, name);
    put_moment(output, utc_us);
    output_put_string(output, "</dd></div>\n");
}

static void put_scope(struct output *output, const struct door_pass *pass)
{
    put_fact(output, "You see", pass->viewer.scoped ? "a part of it" : "all of it");
    if (pass->project[0] != '\0') {
        put_fact(output, "Project", pass->project);
    }
    if (pass->viewer.from_us > 0) {
        put_when(output, "From", pass->viewer.from_us);
    }
    if (pass->viewer.until_us > 0) {
        put_when(output, "Until", pass->viewer.until_us);
    }
}

void door_page_button(struct output *output, const struct door_pass *pass, const char *origin)
{
    begin(output, "You are invited to read an audit log",
          "This link works once, in one browser: it is used up when you open the log.");
    output_put_string(output, "<dl class=\"list\">\n");
    put_fact(output, "Invited", pass->name);
    put_fact(output, "Log", origin);
    put_scope(output, pass);
    put_when(output, "The invitation ends", pass->expires_us);
    output_put_string(output,
                      "</dl>\n<p>You stay in for up to twelve hours. Every page that you look at "
                      "becomes an event of the log, with your name.</p>\n"
                      "<form method=\"get\">\n<button class=\"main\" name=\"open\" value=\"1\">"
                      "Open the log</button>\n</form>\n");
    end(output);
}

void door_page_shut(struct output *output)
{
    begin(output, "This is for auditors who were invited",
          "Nothing that your browser showed lets you in.");
    output_put_string(output,
                      "<p>A link works once, until it expires or is revoked; a session lasts for "
                      "up to twelve hours, in the browser that used the link. If yours is over, "
                      "ask whoever invited you for another link.</p>\n");
    end(output);
}

void door_page_busy(struct output *output)
{
    begin(output, "The log cannot be written just now",
          "Nobody comes in without an event that says so, and that could not be written.");
    output_put_string(output, "<p>Try again in a moment. If the link does not work then, it was "
                              "used up: ask for another one.</p>\n");
    end(output);
}
