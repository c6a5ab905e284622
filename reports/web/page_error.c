#include "reports/web/page_error.h"

#include "reports/web/page.h"

struct face {
    unsigned status;
    const char *title, *sentence;
};

static struct face face_of(struct status status)
{
    if (status.code == STATUS_NOT_FOUND) {
        return (struct face){404, "There is no such page",
                             "Nothing is found here, or it is beyond what your invitation shows: "
                             "the two are not told apart."};
    }
    if (status.code == STATUS_MALFORMED) {
        return (struct face){400, "This cannot be asked", NULL};
    }
    if (status.code == STATUS_CORRUPT) {
        return (struct face){500, "The log does not hold",
                             "What is stored is not what was signed. Nothing is shown of it as if "
                             "it were."};
    }
    if (status.code == STATUS_INTERRUPTED) {
        return (struct face){503, "This takes too long",
                             "The answer was not ready in time. Ask for a shorter stretch of time, "
                             "or for fewer things."};
    }
    if (status.code == STATUS_LIMIT) {
        return (struct face){400, "This is too much at once", NULL};
    }
    return (struct face){500, "This page could not be made",
                         "The store could not be read. The log of the daemon says more."};
}

static void put_why(struct visit *visit, struct status status)
{
    char memory[512];
    struct text text = TEXT_IN(memory);
    text_put_string(&text, status.why == NULL ? "" : status.why);
    if (text.size > 0) {
        output_put_string(visit->output, "<p>");
        html_put(visit->output, text_bytes(&text));
        output_put_string(visit->output, ".</p>\n");
    }
}

void page_error(struct visit *visit, struct status status)
{
    struct face face = face_of(status);
    visit->answer->status = face.status;
    visit->route = NULL;
    page_begin(visit, &(struct page_head){.title = bytes_of_string(face.title), .plain = true});
    if (face.sentence != NULL) {
        page_notice(visit, face.status == 404 ? PAGE_MUTED : PAGE_WARNING, face.sentence);
    }
    if (status.code != STATUS_NOT_FOUND) {
        put_why(visit, status);
    }
    if (status.code == STATUS_CORRUPT && !visit->scope.narrowed) {
        output_put_string(visit->output, "<p>It is event ");
        link_event(visit, status.at);
        output_put_string(visit->output, ".</p>\n");
    }
    output_put_string(visit->output, "<p>");
    link_to(visit, "/", "Overview");
    output_put_string(visit->output, " · ");
    link_to(visit, "/events", "Search events");
    output_put_string(visit->output, "</p>\n");
    page_end(visit);
}
