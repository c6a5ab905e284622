/* Lists: people, projects, files, and all other tables of the state. */
#include "reports/state_rows.h"
#include "reports/web/as_of.h"
#include "reports/web/grid.h"
#include "reports/web/routes.h"
#include "reports/web/words.h"

#include <inttypes.h>

enum {
    LIST_ROWS = 200,
};

/* What nobody reads in a list. */
static const struct grid_column columns[] = {
    {"login", "Login", GRID_WORDS},
    {"key", NULL, GRID_HIDDEN},
    {"receive_key", NULL, GRID_HIDDEN},
    {"nonce", NULL, GRID_HIDDEN},
    {"root", NULL, GRID_HIDDEN},
    {"wrapped", NULL, GRID_HIDDEN},
    {"digest", NULL, GRID_HIDDEN},
    {"sha256", NULL, GRID_HIDDEN},
    {"iv", NULL, GRID_HIDDEN},
    {"terms", NULL, GRID_WORDS},
    {"project", NULL, GRID_ID},
    {"group", NULL, GRID_ID},
    {"dir", NULL, GRID_ID},
    {"cert", NULL, GRID_ID},
    {"level", NULL, GRID_ID},
    {"requirement", NULL, GRID_ID},
    {"team", NULL, GRID_ID},
    {"profile", NULL, GRID_ID},
    {"provider", NULL, GRID_ID},
    {"emitter", NULL, GRID_ID},
    {"folder", NULL, GRID_ID},
    {"invitation", NULL, GRID_ID},
    {"opened_n", "Opened by", GRID_EVENT},
    {"state", NULL, GRID_WORDS},
};

struct list {
    const char *path;
    const char *title;
    enum row_table table;
};

static void put_form(struct visit *visit, const struct list *list)
{
    output_add(visit->output, "<form action=\"%s\">\n<div class=\"fields\">\n", list->path);
    link_keep_at(visit);
    as_of_put_field(visit, "name", "name", "Contains", "any text of the row");
    as_of_put_field(visit, "as-of", "as_of", "As of (time or seq:N)", "2026-03-09 21:58");
    output_add(visit->output,
               "<div class=\"field check\"><input id=\"deleted\" type=\"checkbox\" "
               "name=\"deleted\" value=\"1\"%s/><label for=\"deleted\">also what has been "
               "deleted</label></div>\n<button>Show</button>\n</div>\n</form>\n",
               params_get(&visit->params, "deleted").size > 0 ? " checked=\"checked\"" : "");
}

static void link_page(struct visit *visit, const struct list *list, uint64_t skip,
                      const char *label)
{
    static const char *const kept[] = {"name", "as_of", "deleted"};
    href_begin_with(visit, "class=\"button\"", list->path);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        struct bytes value = params_get(&visit->params, kept[i]);
        if (value.size > 0) {
            href_param(visit, kept[i], value);
        }
    }
    if (skip > 0) {
        href_number(visit, "skip", skip);
    }
    href_end(visit);
    html_put_string(visit->output, label);
    link_end(visit);
    output_put_char(visit->output, '\n');
}

static void put_pager(struct visit *visit, const struct list *list, const struct grid *grid,
                      uint64_t skip)
{
    output_put_string(visit->output, "<p class=\"pager\">");
    if (skip > 0) {
        link_page(visit, list, skip > LIST_ROWS ? skip - LIST_ROWS : 0, "\xe2\x86\x90 Before");
    }
    if (grid->cut) {
        link_page(visit, list, skip + LIST_ROWS, "More \xe2\x86\x92");
    }
    output_put_string(visit->output, "</p>\n");
}

static void put_command(struct visit *visit, const struct list *list, const struct as_of *as_of)
{
    output_put_string(visit->output, "<h2>The same on the command line</h2>\n");
    page_command_begin(visit);
    html_put_string(visit->output, "cairn list ");
    html_put_string(visit->output, row_infos[list->table].name);
    output_add(visit->output, " --as-of seq:%" PRIu64 "%s", as_of->view.as_of_n,
               params_get(&visit->params, "deleted").size > 0 ? " --deleted" : "");
    page_command_end(visit);
}

static struct status put_rows(struct visit *visit, const struct list *list,
                              const struct as_of *as_of, uint64_t skip)
{
    struct grid *grid = arena_take(visit->arena, sizeof *grid);
    uint64_t count;
    if (grid == NULL) {
        return FAIL(NO_MEMORY, sizeof *grid);
    }
    const struct state_rows rows = {.table = list->table,
                                    .deleted = params_get(&visit->params, "deleted").size > 0};
    grid_init(grid, visit,
              &(struct grid_options){.caption = row_infos[list->table].about,
                                     .empty = "There is nothing of the sort as of this moment.",
                                     .columns = columns,
                                     .column_count = sizeof columns / sizeof columns[0],
                                     .contains = params_get(&visit->params, "name"),
                                     .skip = skip,
                                     .limit = LIST_ROWS});
    TRY(grid_end(grid, state_rows_write(&rows, &as_of->view, &grid->rows, &count)));
    put_pager(visit, list, grid, skip);
    return OK;
}

static struct status show(struct visit *visit, const struct list *list)
{
    struct status trouble = OK;
    struct as_of as_of;
    uint64_t skip;
    TRY(as_of_read(visit, &trouble, &as_of));
    TRY(params_number(&visit->params, "skip", 0, &skip));
    page_begin(visit, &(struct page_head){.title = bytes_of_string(list->title)});
    put_form(visit, list);
    output_put_string(visit->output, "<p class=\"note\">");
    as_of_put(visit, &as_of);
    output_put_string(visit->output, "</p>\n");
    TRY(put_rows(visit, list, &as_of, skip));
    put_command(visit, list, &as_of);
    page_end(visit);
    return trouble;
}

struct status page_users(struct visit *visit)
{
    return show(visit, &(struct list){"/users", "People", ROW_USER});
}

struct status page_projects(struct visit *visit)
{
    return show(visit, &(struct list){"/projects", "Projects", ROW_PROJECT});
}

struct status page_groups(struct visit *visit)
{
    return show(visit, &(struct list){"/groups", "Groups", ROW_GROUP});
}

struct status page_files(struct visit *visit)
{
    return show(visit, &(struct list){"/files", "Files", ROW_FILE});
}

struct status page_sessions(struct visit *visit)
{
    return show(visit, &(struct list){"/sessions", "Sessions", ROW_SESSION});
}

/* /objects/cert */
struct status page_table_rows(struct visit *visit)
{
    char path_memory[96], title_memory[64];
    struct text path = TEXT_IN(path_memory), title = TEXT_IN(title_memory);
    for (unsigned table = 0; table < ROW_TABLE_COUNT; table++) {
        if (bytes_equal(visit->args[0], bytes_of_string(row_infos[table].name))) {
            text_add(&path, "/objects/%s", row_infos[table].name);
            text_add(&title, "Rows of %s", row_infos[table].name);
            return show(visit, &(struct list){text_string(&path), text_string(&title),
                                              (enum row_table)table});
        }
    }
    return FAIL(NOT_FOUND, 0);
}

/* What there is ------------------------------------------------------------------------------ */

static const struct {
    const char *path, *title, *about;
} first[] = {
    {"/users", "People", "Accounts, their roles and standing, sessions and certifications"},
    {"/projects", "Projects", "Members, levels and what is tagged with them"},
    {"/groups", "Groups", "Who shares a directory and a key"},
    {"/files", "Files", "What is in the vault, and who holds its keys"},
    {"/sessions", "Sessions", "Who was logged in, from when to when, with which project"},
    {"/objects/emitter", "Emitters", "The components that write to the log"},
    {"/objects/cert", "Certifications", "What people are certified for"},
    {"/objects/case", "Cases", "Investigations and what is held for them"},
};

static void put_cards(struct visit *visit)
{
    output_put_string(visit->output, "<div class=\"cards\">\n");
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        output_put_string(visit->output, "<div class=\"card\"><h2>");
        link_to(visit, first[i].path, first[i].title);
        output_put_string(visit->output, "</h2><p>");
        html_put_string(visit->output, first[i].about);
        output_put_string(visit->output, "</p></div>\n");
    }
    output_put_string(visit->output, "</div>\n");
}

static void put_tables(struct visit *visit)
{
    static const char *const headings[] = {"Table", "Of", "About"};
    page_section(visit, "tables", "All tables of the state");
    page_table_begin(visit, &(struct page_table){.caption = "Everything the state remembers, every "
                                                            "version of it",
                                                 .headings = headings,
                                                 .count = 3});
    for (unsigned table = 0; table < ROW_TABLE_COUNT; table++) {
        char memory[96];
        struct text path = TEXT_IN(memory);
        text_add(&path, "/objects/%s", row_infos[table].name);
        output_put_string(visit->output, "<tr><td>");
        link_to(visit, text_string(&path), row_infos[table].name);
        output_put_string(visit->output, "</td><td>");
        html_put_string(visit->output, row_infos[table].context);
        output_put_string(visit->output, "</td><td class=\"words\">");
        html_put_string(visit->output, row_infos[table].about);
        output_put_string(visit->output, "</td></tr>\n");
    }
    page_table_end(visit);
    page_section_end(visit);
}

struct status page_objects(struct visit *visit)
{
    page_begin(visit, &(struct page_head){
                          .title = LITERAL("People and things"),
                          .lead = LITERAL("As the log has made them, now and as of any moment.")});
    put_cards(visit);
    put_tables(visit);
    page_end(visit);
    return OK;
}
