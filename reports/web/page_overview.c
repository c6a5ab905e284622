#include "reports/web/page.h"
#include "reports/web/routes.h"

struct status page_overview(struct visit *visit)
{
    struct bytes origin = bytes_of_string(log_origin(engine_log(visit->engine)));
    page_begin(visit, &(struct page_head){.title = origin, .kicker = "The log"});
    page_end(visit);
    return OK;
}
