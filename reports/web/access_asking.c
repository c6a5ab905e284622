#include "reports/web/access_asking.h"

#include "reports/resolve.h"
#include "reports/web/page.h"

#include <inttypes.h>
#include <stdio.h>

/* Reading ------------------------------------------------------------------------------------ */

/* `change_project`, as the command line has it, of `change project`. */
static void put_verb(enum access_verb verb, struct text *out)
{
    for (const char *c = access_verb_name(verb); *c != '\0'; c++) {
        text_put_char(out, (char)(*c == ' ' ? '_' : *c));
    }
}

static bool is_verb(struct bytes word, enum access_verb verb)
{
    char memory[32];
    struct text name = TEXT_IN(memory);
    put_verb(verb, &name);
    return bytes_equal(word, text_bytes(&name));
}

static void complain(struct access_asking *asking, struct bytes name, const char *why)
{
    struct text fault = {.data = asking->fault, .capacity = sizeof asking->fault};
    text_put_bytes(&fault, bytes_of(name.data, name.size < 200 ? name.size : 200));
    text_put_literal(&fault, ": ");
    text_put_string(&fault, why);
    (void)text_string(&fault);
}

static void read_verbs(struct access_asking *asking)
{
    struct bytes word = params_get(&asking->visit->params, "verb");
    bool any = false;
    asking->all_verbs = bytes_equal(word, LITERAL("all"));
    for (unsigned verb = 0; verb < ACCESS_VERB_COUNT; verb++) {
        asking->verbs[verb] = asking->all_verbs || is_verb(word, (enum access_verb)verb);
        any = any || asking->verbs[verb];
    }
    if (!any && word.size > 0) {
        complain(asking, word, "there is no such verb");
    }
    asking->verbs[ACCESS_READ] = asking->verbs[ACCESS_READ] || !any;
}

/* What a name of the query means: as of the moment, or else as of now. */
static struct status find(struct access_asking *asking, const char *param, enum id_kind kind,
                          struct id *out)
{
    struct bytes name = params_get(&asking->visit->params, param);
    const struct resolver resolver = {.view = &asking->as_of.view};
    if (name.size == 0) {
        return OK;
    }
    struct status status = resolve(&resolver, kind, name, out);
    if (status.code == STATUS_NOT_FOUND || status.code == STATUS_CONFLICT ||
        status.code == STATUS_MALFORMED) {
        complain(asking, name, status.why == NULL ? "there is no such thing" : status.why);
        *out = (struct id){ID_NONE, 0};
        return OK;
    }
    TRY(status);
    if (kind != ID_NONE && out->kind != kind) {
        complain(asking, name, "that is no user");
        *out = (struct id){ID_NONE, 0};
    }
    return *asking->as_of.view.trouble;
}

static void check_object(struct access_asking *asking)
{
    enum id_kind kind = asking->object.kind;
    if (kind != ID_NONE && kind != ID_FILE && kind != ID_DIR && kind != ID_GROUP &&
        kind != ID_USER && kind != ID_DRIVE) {
        complain(asking, params_get(&asking->visit->params, "object"),
                 "access is to files, directories, groups, drives, and trees of users");
        asking->object = (struct id){ID_NONE, 0};
    }
}

/* What is no moment is said beside the form; the page then answers nothing. */
static struct status forgive(struct access_asking *asking, const char *param, struct status status)
{
    if (status.code != STATUS_MALFORMED) {
        return status;
    }
    complain(asking, params_get(&asking->visit->params, param),
             status.why == NULL ? "that is no moment" : status.why);
    asking->malformed = true;
    return OK;
}

struct status access_asking_read(struct visit *visit, struct access_asking *out)
{
    memset(out, 0, sizeof *out);
    out->visit = visit;
    TRY(forgive(out, "as_of", as_of_read(visit, &out->trouble, &out->as_of)));
    TRY(forgive(out, "between", as_of_read_stretch(visit, &out->stretch, &out->between)));
    out->did = bytes_equal(params_get(&visit->params, "ask"), LITERAL("did"));
    out->refused = params_get(&visit->params, "refused").size > 0;
    read_verbs(out);
    TRY(find(out, "user", ID_USER, &out->user));
    TRY(find(out, "object", ID_NONE, &out->object));
    check_object(out);
    return OK;
}

/* The form ----------------------------------------------------------------------------------- */

static void put_verbs(const struct access_asking *asking)
{
    struct output *output = asking->visit->output;
    struct bytes asked = params_get(&asking->visit->params, "verb");
    output_put_string(output, "<div class=\"field\"><label for=\"verb\">What would be done</label>"
                              "<select id=\"verb\" name=\"verb\">");
    for (unsigned verb = 0; verb < ACCESS_VERB_COUNT; verb++) {
        char memory[32];
        struct text name = TEXT_IN(memory);
        put_verb((enum access_verb)verb, &name);
        output_add(output, "<option value=\"%s\"%s>%s</option>", text_string(&name),
                   bytes_equal(asked, text_bytes(&name)) ? " selected=\"selected\"" : "",
                   access_verb_name((enum access_verb)verb));
    }
    output_add(output, "<option value=\"all\"%s>all of these</option></select></div>\n",
               asking->all_verbs ? " selected=\"selected\"" : "");
}

static void put_choice(const struct access_asking *asking)
{
    output_add(asking->visit->output,
               "<div class=\"field\"><label for=\"ask\">Question</label><select id=\"ask\" "
               "name=\"ask\"><option value=\"could\">who could</option><option value=\"did\"%s>who "
               "did</option></select></div>\n"
               "<div class=\"field check\"><input id=\"refused\" type=\"checkbox\" "
               "name=\"refused\" value=\"1\"%s/><label for=\"refused\">also who may not, and "
               "why</label></div>\n",
               asking->did ? " selected=\"selected\"" : "",
               asking->refused ? " checked=\"checked\"" : "");
}

void access_asking_form(const struct access_asking *asking)
{
    struct visit *visit = asking->visit;
    output_put_string(visit->output, "<form action=\"/access\">\n<div class=\"fields\">\n");
    link_keep_at(visit);
    as_of_put_field(visit, "user", "user", "Who", "a login, or user:12");
    as_of_put_field(visit, "object", "object", "What", "file:61, @group/a/b, group:12");
    put_verbs(asking);
    put_choice(asking);
    output_put_string(visit->output, "</div>\n<div class=\"fields\">\n");
    as_of_put_field(visit, "as-of", "as_of", "As of a moment", "2026-03-09 21:58, seq:120");
    as_of_put_field(visit, "between", "between", "or over a stretch", "2026-03, -30d..");
    output_put_string(visit->output, "<button class=\"main\">Ask</button>\n</div>\n</form>\n");
    if (asking->fault[0] != '\0') {
        output_put_string(visit->output, "<div class=\"fault\" role=\"alert\"><p>");
        html_put_string(visit->output, asking->fault);
        output_put_string(visit->output, "</p></div>\n");
    }
}

/* The command -------------------------------------------------------------------------------- */

static void put_id(struct visit *visit, const char *before, struct id id)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    if (id.kind != ID_NONE) {
        id_write(&text, id);
        output_put_string(visit->output, before);
        html_put(visit->output, text_bytes(&text));
    }
}

static void put_quoted(struct visit *visit, const char *before, struct bytes value)
{
    output_put_string(visit->output, before);
    output_put_string(visit->output, "&#39;");
    html_put(visit->output, value);
    output_put_string(visit->output, "&#39;");
}

void access_asking_command(const struct access_asking *asking)
{
    struct visit *visit = asking->visit;
    struct bytes between = params_get(&visit->params, "between");
    bool all = asking->object.kind == ID_NONE && !asking->did;
    page_command_begin(visit);
    output_put_string(visit->output, "cairn access");
    put_id(visit, " ", asking->object);
    put_id(visit, " --user ", asking->user);
    output_put_string(visit->output, asking->did ? " --did" : all ? " --all" : "");
    if (asking->all_verbs && !asking->did) {
        output_put_string(visit->output, " --verb all");
    } else if (!asking->did && !asking->verbs[ACCESS_READ]) {
        put_quoted(visit, " --verb ", params_get(&visit->params, "verb"));
    }
    output_put_string(visit->output, asking->refused && !all && !asking->did ? " --refused" : "");
    if (asking->between) {
        put_quoted(visit, " --between ", between);
    } else if (!asking->did) {
        output_add(visit->output, " --as-of seq:%" PRIu64, asking->as_of.view.as_of_n);
    }
    page_command_end(visit);
}
