#include "reports/web/assets.h"

const struct asset *asset_at(size_t index)
{
    return index < asset_count ? &asset_list[index] : NULL;
}

const struct asset *asset_of(const char *file)
{
    for (size_t i = 0; i < asset_count; i++) {
        if (strcmp(asset_list[i].file, file) == 0) {
            return &asset_list[i];
        }
    }
    return NULL;
}

const struct asset *asset_find(struct bytes name)
{
    for (size_t i = 0; i < asset_count; i++) {
        if (bytes_equal(bytes_of_string(asset_list[i].name), name)) {
            return &asset_list[i];
        }
    }
    return NULL;
}
