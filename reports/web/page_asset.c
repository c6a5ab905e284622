#include "reports/web/assets.h"
#include "reports/web/routes.h"

struct status page_asset(struct visit *visit)
{
    const struct asset *asset = asset_find(visit->args[0]);
    if (asset == NULL) {
        return FAIL(NOT_FOUND, 0);
    }
    visit->answer->type = asset->type;
    visit->answer->immutable = true;
    output_put_bytes(visit->output, asset->bytes);
    return OK;
}
