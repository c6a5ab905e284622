#include "reports/web/assets.h"
#include "reports/web/page.h"
#include "reports/web/routes.h"

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

struct status page_verify(struct visit *visit)
{
    char memory[512];
    struct text key = TEXT_IN(memory);
    public_key_write(engine_log_key(visit->engine), &key);
    page_begin(visit, &(struct page_head){
                          .title = LITERAL("Check a proof"),
                          .lead = LITERAL("A .tlog-proof file shows that one event is in the log, "
                                          "and what it says."),
                          .plain = true});
    put(visit, "<div class=\"verify\" data-verify-file=\"\" data-verify-key=\"");
    html_put(visit->output, text_bytes(&key));
    put(visit, "\"><noscript><p>Your browser runs no script here, and the check is "
               "one.</p></noscript></div>\n");
    page_section(visit, "offline", "The same on the command line");
    page_command(visit, LITERAL("cairn-verify --key given.vkey event-17.tlog-proof"));
    page_section_end(visit);
    page_section(visit, "trust", "What this page can and cannot tell");
    put(visit,
        "<p>The check runs in your browser and sends nothing. But the page that runs it came "
        "from the server whose log is checked. Whoever must not trust that server keeps ");
    link_to(visit, "/verify.html", "verify.html");
    put(visit,
        ", opens it from disk, and gives it the log's key as it was handed over when the log "
        "began, not as this page offers it.</p>\n");
    page_section_end(visit);
    page_script(visit, "verify.js");
    page_end(visit);
    return OK;
}

struct status page_verify_file(struct visit *visit)
{
    const struct asset *page = asset_of("verify.html");
    if (page == NULL) {
        return FAIL(NOT_FOUND, 0);
    }
    output_put_bytes(visit->output, page->bytes);
    visit->answer->type = "text/html; charset=utf-8";
    visit->answer->download = "verify.html";
    return OK;
}
