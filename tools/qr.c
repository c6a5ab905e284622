#include "tools/qr.h"

#include <errno.h>
#include <qrencode.h>

enum {
    QUIET = 4, /* light modules around the square */
};

#define WHITE_ON_BLACK "\033[40;97m"
#define AS_BEFORE "\033[0m"

static void free_code(QRcode **code)
{
    QRcode_free(*code);
}

/* Whether the module is light; outside the square all are. */
static bool is_light(const QRcode *code, int x, int y)
{
    if (x < 0 || y < 0 || x >= code->width || y >= code->width) {
        return true;
    }
    return (code->data[y * code->width + x] & 1) == 0;
}

static void draw_line(const QRcode *code, int y, struct text *out)
{
    text_put_literal(out, WHITE_ON_BLACK);
    for (int x = -QUIET; x < code->width + QUIET; x++) {
        bool upper = is_light(code, x, y), lower = is_light(code, x, y + 1);
        text_put_string(out, upper && lower ? "\u2588" : upper ? "\u2580" : lower ? "\u2584" : " ");
    }
    text_put_literal(out, AS_BEFORE "\n");
}

struct status qr_draw(const char *text, struct text *out)
{
    CLEANUP(free_code) QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
    if (code == NULL) {
        return errno == ENOMEM ? FAIL(NO_MEMORY, 0) : FAIL(LIMIT, strlen(text));
    }
    for (int y = -QUIET; y < code->width + QUIET; y += 2) {
        draw_line(code, y, out);
    }
    return out->full ? FAIL(LIMIT, QR_MAX) : OK;
}
