/*
 * What pages bring with them: named by what it is.
 */
#include "reports/web/assets.h"
#include "store/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void a_name_has_the_beginning_of_the_hash(void **unused)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    (void)unused;
    assert_false(failed(hasher_open(&hasher)));
    assert_non_null(asset_at(0));
    for (size_t i = 0; asset_at(i) != NULL; i++) {
        const struct asset *asset = asset_at(i);
        struct digest digest = hash_bytes(hasher, asset->bytes);
        char hex[DIGEST_HEX_SIZE + 1] = "";
        hex_write(hex, BYTES(digest.sha256));
        hex[16] = '\0';
        assert_non_null(strstr(asset->name, hex));
        assert_ptr_equal(asset_find(bytes_of_string(asset->name)), asset);
        assert_ptr_equal(asset_of(asset->file), asset);
        assert_true(asset->type[0] != '\0');
    }
    assert_null(asset_of("none.css"));
    assert_null(asset_find(LITERAL("style.css")));
}

static void the_style_asks_for_nothing_from_elsewhere(void **unused)
{
    const struct asset *style = asset_of("style.css");
    (void)unused;
    assert_non_null(style);
    assert_null(memmem(style->bytes.data, style->bytes.size, "url(", 4));
    assert_null(memmem(style->bytes.data, style->bytes.size, "@import", 7));
    assert_non_null(memmem(style->bytes.data, style->bytes.size, "prefers-color-scheme: dark", 26));
    assert_non_null(memmem(style->bytes.data, style->bytes.size, "@media print", 12));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_has_the_beginning_of_the_hash),
        cmocka_unit_test(the_style_asks_for_nothing_from_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
