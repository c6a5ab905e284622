#include "reports/web/page.h"
#include "reports/web/routes.h"

struct status page_help(struct visit *visit)
{
    page_begin(visit, &(struct page_head){.title = LITERAL("Help"), .plain = true});
    page_section(visit, "scope", "What your invitation shows");
    page_section_end(visit);
    page_end(visit);
    return OK;
}
