#include "tools/man_settings.h"

#include "tools/roff.h"

#include <inttypes.h>

enum {
    COMMENT_WIDTH = 90,
};

/* What a setting is -------------------------------------------------------------------------- */

static void put_range(struct text *out, const char *what, const struct setting_info *info)
{
    text_put_string(out, what);
    text_add(out, " from %" PRIu64 " to %" PRIu64, info->least, info->most);
}

static void put_words(struct text *out, const char *words)
{
    for (const char *c = words; *c != '\0'; c++) {
        if (*c == '|') {
            text_put_literal(out, " or ");
        } else {
            text_put_char(out, *c);
        }
    }
}

void setting_form(const struct setting_info *info, struct text *out)
{
    static const char *const units[] = {
        [SETTING_NUMBER] = "a number",
        [SETTING_PERCENT] = "percent",
        [SETTING_SECONDS] = "seconds",
        [SETTING_MILLISECONDS] = "milliseconds",
        [SETTING_BYTES] = "bytes, also with K, M or G,",
        [SETTING_SWITCH] = "yes or no",
        [SETTING_WORD] = "",
        [SETTING_PATH] = "a path",
        [SETTING_NAME] = "a name",
        [SETTING_ADDRESS] = "HOST:PORT, an IPv6 address in brackets",
        [SETTING_TEXT] = "text",
    };
    if (info->type == SETTING_WORD) {
        put_words(out, info->words);
    } else if (info->most > 0) {
        put_range(out, units[info->type], info);
    } else {
        text_put_string(out, units[info->type]);
    }
}

/* The manual page ----------------------------------------------------------------------------- */

static void put_setting(struct output *output, const struct setting_info *info)
{
    char memory[256];
    struct text form = TEXT_IN(memory);
    setting_form(info, &form);
    output_put_string(output, ".TP\n.B ");
    roff_put(output, info->key);
    output_put_string(output, "\n");
    roff_line(output, info->about);
    output_put_string(output, ".br\n");
    roff_put(output, text_string(&form));
    output_put_string(output, "; ");
    roff_put(output, info->standard[0] == '\0' ? "standard: none" : "standard: ");
    roff_put(output, info->standard);
    output_put_string(output, "\n");
}

static void put_section(struct output *output, const char *section, const char *about)
{
    const bool emitter = strcmp(section, "emitter") == 0;
    const struct setting_info *infos = emitter ? setting_emitter_infos : setting_infos;
    const size_t count = emitter ? setting_emitter_info_count : setting_info_count;
    output_add(output, ".SS \"[%s%s]\"\n", section, emitter ? " NAME" : "");
    roff_line(output, about);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(infos[i].section, section) == 0) {
            put_setting(output, &infos[i]);
        }
    }
}

enum exit_code man_settings(const struct invocation *invocation)
{
    struct output *output = invocation->output;
    const char *about;
    output_put_string(output, ".TH CAIRND.CONF 5 \"\" \"");
    output_put_string(output, command_version());
    output_put_string(output, "\"\n.SH NAME\ncairnd.conf \\- what the daemon of a store is told\n"
                              ".SH SYNOPSIS\n.B /etc/cairn/cairnd.conf\n.SH DESCRIPTION\n");
    roff_paragraphs(
        output,
        "Sections in brackets, and lines of `key = value`. A line that begins with # or ;\n"
        "is a comment; there are no comments behind a value. What is not said has its\n"
        "standard value. A key or section that is not listed here is an error, and so is\n"
        "what is said twice.\n\n"
        "`cairn config check` says what is wrong with a file, and `cairn config show` what\n"
        "holds. The daemon reads the file at its start, and again at SIGHUP\n"
        "(`systemctl reload cairnd`): if something is wrong with it then, the settings of\n"
        "before hold on. Either is an event of the log.");
    output_put_string(output, ".SH SETTINGS\n");
    for (size_t i = 0; settings_section(i, &about) != NULL; i++) {
        put_section(output, settings_section(i, &about), about);
    }
    output_put_string(output, ".SH SEE ALSO\n.BR cairnd (8),\n.BR cairn (1)\n");
    return EXIT_DONE;
}

/* The example --------------------------------------------------------------------------------- */

/* A sentence as comments, broken at blanks. */
static void put_comment(struct output *output, const char *text)
{
    size_t used = 0;
    while (*text != '\0') {
        const size_t word = strcspn(text, " ");
        if (used == 0 || used + 1 + word > COMMENT_WIDTH) {
            output_put_string(output, used == 0 ? "# " : "\n# ");
            used = 1;
        } else {
            output_put_char(output, ' ');
        }
        output_put(output, text, word);
        used += word + 1;
        text += word;
        text += *text == ' ' ? 1 : 0;
    }
    output_put_char(output, '\n');
}

static void put_example(struct output *output, const struct setting_info *info)
{
    char memory[256];
    struct text form = TEXT_IN(memory);
    setting_form(info, &form);
    put_comment(output, info->about);
    output_add(output, "# (%s)\n#%s =%s%s\n\n", text_string(&form), info->key,
               info->standard[0] == '\0' ? "" : " ", info->standard);
}

void settings_example(struct output *output)
{
    const char *section = "";
    output_put_string(output,
                      "# cairnd.conf: what the daemon is told. Every setting is here, with its "
                      "standard value;\n# take the # away from those that shall be other. See "
                      "cairnd.conf(5).\n");
    for (size_t i = 0; i < setting_info_count; i++) {
        if (strcmp(section, setting_infos[i].section) != 0) {
            section = setting_infos[i].section;
            output_add(output, "\n[%s]\n", section);
        }
        put_example(output, &setting_infos[i]);
    }
    output_put_string(output, "\n# One section for each emitter of which something is to be said:\n"
                              "#[emitter NAME]\n");
    for (size_t i = 0; i < setting_emitter_info_count; i++) {
        put_example(output, &setting_emitter_infos[i]);
    }
}
