#include "reports/web/links.h"

#include "reports/html.h"
#include "reports/web/routes.h"

/* Escaping ---------------------------------------------------------------------------------- */

static bool is_plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~*,:@/!()", c) != NULL);
}

void link_put_encoded(struct output *output, struct bytes value)
{
    for (size_t i = 0; i < value.size; i++) {
        uint8_t c = value.data[i];
        if (c == ' ') {
            output_put_char(output, '+');
        } else if (is_plain(c)) {
            output_put_char(output, (char)c);
        } else {
            output_add(output, "%%%02X", c);
        }
    }
}

/* Links ------------------------------------------------------------------------------------- */

static void put_name(struct visit *visit, const char *name)
{
    output_put_string(visit->output, visit->href_has_query ? "&amp;" : "?");
    output_put_string(visit->output, name);
    output_put_char(visit->output, '=');
    visit->href_has_query = true;
}

static void put_target(struct visit *visit, const char *path)
{
    size_t size = strcspn(path, "#");
    visit->href_has_query = memchr(path, '?', size) != NULL;
    visit->href_fragment = path + size;
    html_put(visit->output, bytes_of(path, size));
    if (visit->pinned) {
        put_name(visit, "at");
        output_put_u64(visit->output, visit->at);
    }
}

void href_begin(struct visit *visit, const char *path)
{
    output_put_string(visit->output, "<a href=\"");
    put_target(visit, path);
}

void href_begin_with(struct visit *visit, const char *attributes, const char *path)
{
    output_add(visit->output, "<a %s href=\"", attributes);
    put_target(visit, path);
}

void href_param(struct visit *visit, const char *name, struct bytes value)
{
    put_name(visit, name);
    link_put_encoded(visit->output, value);
}

void href_number(struct visit *visit, const char *name, uint64_t value)
{
    put_name(visit, name);
    output_put_u64(visit->output, value);
}

void href_end(struct visit *visit)
{
    html_put_string(visit->output, visit->href_fragment);
    output_put_string(visit->output, "\">");
}

void link_end(struct visit *visit)
{
    output_put_string(visit->output, "</a>");
}

/* Whole ones -------------------------------------------------------------------------------- */

void link_to(struct visit *visit, const char *path, const char *label)
{
    href_begin(visit, path);
    href_end(visit);
    html_put_string(visit->output, label);
    link_end(visit);
}

void link_event(struct visit *visit, uint64_t n)
{
    char path[40];
    struct text text = TEXT_IN(path);
    text_put_string(&text, "/events/");
    text_put_u64(&text, n);
    href_begin_with(visit, "class=\"n\"", text_string(&text));
    href_end(visit);
    output_put_u64(visit->output, n);
    link_end(visit);
}

bool link_object_path(struct id id, struct text *out)
{
    static const enum id_kind own[] = {ID_USER, ID_FILE, ID_PROJECT, ID_GROUP, ID_SESSION};
    bool has_own = false;
    if (id.kind == ID_NONE || id.kind == ID_LOG) {
        return false;
    }
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        has_own = has_own || own[i] == id.kind;
    }
    text_put_string(out, has_own ? "/" : "/objects/");
    text_put_string(out, id_kind_name(id.kind));
    text_put_string(out, has_own ? "s/" : "/");
    text_put_u64(out, id.n);
    return true;
}

void link_object_as_of(struct visit *visit, struct id id, uint64_t as_of_n)
{
    char path_memory[64], name_memory[1024];
    struct text path = TEXT_IN(path_memory), name = TEXT_IN(name_memory);
    if (!link_object_path(id, &path)) {
        html_put_string(visit->output, id.kind == ID_LOG ? "the log" : "-");
        return;
    }
    scope_put_name(&visit->scope, id, as_of_n, &name);
    if (name.full) {
        text_clear(&name);
        id_write(&name, id);
    }
    href_begin(visit, text_string(&path));
    href_end(visit);
    html_put(visit->output, text_bytes(&name));
    link_end(visit);
}

void link_object(struct visit *visit, struct id id)
{
    link_object_as_of(visit, id, UINT64_MAX);
}

void link_search(struct visit *visit, const char *expression, const char *label)
{
    href_begin(visit, "/events");
    href_param(visit, "q", bytes_of_string(expression));
    href_end(visit);
    html_put_string(visit->output, label);
    link_end(visit);
}

void link_keep_at(struct visit *visit)
{
    if (visit->pinned) {
        output_put_string(visit->output, "<input type=\"hidden\" name=\"at\" value=\"");
        output_put_u64(visit->output, visit->at);
        output_put_string(visit->output, "\"/>");
    }
}

void link_put_permalink(struct visit *visit)
{
    const struct params *params = &visit->params;
    html_put(visit->output, visit->request->path);
    output_put_string(visit->output, "?at=");
    output_put_u64(visit->output, visit->at);
    visit->href_has_query = true;
    for (size_t i = 0; i < params->count; i++) {
        char name[PARAMS_NAME_MAX + 1];
        struct text text = TEXT_IN(name);
        text_put_bytes(&text, params->params[i].name);
        if (!bytes_equal(params->params[i].name, LITERAL("at")) &&
            params->params[i].value.size > 0) {
            href_param(visit, text_string(&text), params->params[i].value);
        }
    }
}
