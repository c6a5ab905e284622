/* Where data came from, and where it can have gone. */
#include "reports/lineage/lineage_rows.h"
#include "reports/lineage/picture.h"
#include "reports/web/as_of.h"
#include "reports/web/grid.h"
#include "reports/web/routes.h"

#include <inttypes.h>

enum {
    DEPTH_USUAL = 2, /* less than on the command line: it is to fit on a page */
    TITLE_SIZE = 700,
};

struct lineage_page {
    struct visit *visit;
    struct status trouble;
    struct as_of as_of;
    struct stretch stretch;
    bool between, up, down;
    struct lineage_question question;
    struct lineage *lineage;
};

/* Asking ------------------------------------------------------------------------------------- */

static bool is_directed(const struct visit *visit, const char *word)
{
    return bytes_equal(params_get(&visit->params, "direction"), bytes_of_string(word));
}

static struct status read_question(struct lineage_page *page, struct id root)
{
    struct visit *visit = page->visit;
    uint64_t depth;
    TRY(as_of_read(visit, &page->trouble, &page->as_of));
    TRY(as_of_read_stretch(visit, &page->stretch, &page->between));
    TRY(params_number(&visit->params, "depth", DEPTH_USUAL, &depth));
    if (depth < 1 || depth > LINEAGE_DEPTH_MAX) {
        return FAIL_BECAUSE(MALFORMED, 0, "the depth is from 1 to 64 steps");
    }
    page->up = is_directed(visit, "up");
    page->down = is_directed(visit, "down");
    page->question =
        (struct lineage_question){.root = root,
                                  .go = {[LINEAGE_UP] = !page->down, [LINEAGE_DOWN] = !page->up},
                                  .could = params_get(&visit->params, "could").size > 0,
                                  .depth = (uint32_t)depth,
                                  .stopped = visit->options->expired,
                                  .stopped_context = visit->options->context,
                                  .since = page->between ? page->stretch.from.n : 0,
                                  .until = page->between ? page->stretch.to.n : visit->scope.end};
    return OK;
}

static struct status trace(struct lineage_page *page)
{
    struct visit *visit = page->visit;
    page->lineage = arena_take(visit->arena, sizeof *page->lineage);
    if (page->lineage == NULL) {
        return FAIL(NO_MEMORY, sizeof *page->lineage);
    }
    memset(page->lineage, 0, sizeof *page->lineage);
    page->as_of.view.as_of_n = page->question.until > 0 ? page->question.until - 1 : 0;
    return lineage_trace(&page->question, visit->scope.log, visit->scope.index, page->lineage);
}

/* The form ----------------------------------------------------------------------------------- */

static void put_option(struct visit *visit, const char *value, const char *label, bool selected)
{
    output_add(visit->output, "<option value=\"%s\"%s>%s</option>", value,
               selected ? " selected=\"selected\"" : "", label);
}

static void put_form(const struct lineage_page *page)
{
    struct visit *visit = page->visit;
    output_add(visit->output, "<form action=\"/lineage/%s/%" PRIu64 "\">\n<div class=\"fields\">\n",
               id_kind_name(page->question.root.kind), page->question.root.n);
    link_keep_at(visit);
    output_put_string(visit->output, "<div class=\"field\"><label for=\"direction\">Direction"
                                     "</label><select id=\"direction\" name=\"direction\">");
    put_option(visit, "both", "both ways", !page->up && !page->down);
    put_option(visit, "up", "where it came from", page->up);
    put_option(visit, "down", "where it went", page->down);
    output_add(visit->output,
               "</select></div>\n<div class=\"field\"><label for=\"depth\">Steps</label><input "
               "id=\"depth\" name=\"depth\" type=\"number\" min=\"1\" max=\"%d\" value=\"%" PRIu32
               "\"/></div>\n",
               (int)LINEAGE_DEPTH_MAX, page->question.depth);
    as_of_put_field(visit, "between", "between", "In a stretch of time", "2026-03, -30d..");
    output_add(visit->output,
               "<div class=\"field check\"><input id=\"could\" type=\"checkbox\" name=\"could\" "
               "value=\"1\"%s/><label for=\"could\">also along rights that nobody is known to have "
               "used</label></div>\n<button>Show</button>\n</div>\n</form>\n",
               page->question.could ? " checked=\"checked\"" : "");
}

/* The answer --------------------------------------------------------------------------------- */

static struct status put_picture(struct lineage_page *page)
{
    struct visit *visit = page->visit;
    const struct picture_links links = {.pinned = visit->pinned, .at = visit->at};
    if (page->lineage->node_count > 1) {
        output_put_string(visit->output, "<figure class=\"lineage\" tabindex=\"0\" role=\"group\" "
                                         "aria-label=\"Lineage\">\n");
        struct status status =
            lineage_picture(page->lineage, &page->as_of.view, &links, visit->output);
        output_put_string(visit->output, "</figure>\n");
        if (status.code == STATUS_LIMIT) {
            page_notice(visit, PAGE_WARNING,
                        "There are too many things for a picture: take fewer steps.");
            return OK;
        }
        return status;
    }
    page_empty(visit, "Nothing is known to have come from it or gone to it, in this time.");
    return OK;
}

static struct status put_rows(struct lineage_page *page)
{
    static const struct grid_column columns[] = {
        {"event", "First event", GRID_EVENT}, {"last", "Last event", GRID_EVENT},
        {"what", NULL, GRID_WORDS},           {"from", "From", GRID_WORDS},
        {"class", NULL, GRID_HIDDEN},
    };
    struct grid *grid = arena_take(page->visit->arena, sizeof *grid);
    if (grid == NULL) {
        return FAIL(NO_MEMORY, sizeof *grid);
    }
    grid_init(grid, page->visit,
              &(struct grid_options){.caption =
                                         "Each way that data took, in the order of its first "
                                         "event",
                                     .columns = columns,
                                     .column_count = sizeof columns / sizeof columns[0]});
    return grid_end(grid, lineage_rows(page->lineage, &page->as_of.view, &grid->rows));
}

static void put_command(const struct lineage_page *page)
{
    struct visit *visit = page->visit;
    char memory[64];
    struct text id = TEXT_IN(memory);
    id_write(&id, page->question.root);
    page_command_begin(visit);
    output_add(visit->output, "cairn lineage %s%s --depth %" PRIu32 "%s", text_string(&id),
               page->up     ? " --up"
               : page->down ? " --down"
                            : "",
               page->question.depth, page->question.could ? " --could" : "");
    if (page->between) {
        output_add(visit->output, " --since seq:%" PRIu64, page->question.since);
    }
    output_add(visit->output, " --until seq:%" PRIu64, page->question.until);
    page_command_end(visit);
}

static struct status put_answer(struct lineage_page *page)
{
    struct visit *visit = page->visit;
    page_section(visit, "picture", "Picture");
    if (page->lineage->cut) {
        page_notice(visit, PAGE_WARNING,
                    "This is not all: there is more than an answer holds. Take fewer steps, or a "
                    "shorter time.");
    }
    TRY(put_picture(page));
    output_put_string(visit->output, "<p class=\"note\">A dashed line is a right that was given, "
                                     "and no act that moved data.</p>\n");
    page_section_end(visit);
    page_section(visit, "list", "The same as a list");
    TRY(put_rows(page));
    page_section_end(visit);
    page_section(visit, "command", "The same on the command line");
    put_command(page);
    page_section_end(visit);
    return page->trouble;
}

static void put_back(struct visit *visit, struct id root)
{
    char memory[64];
    struct text path = TEXT_IN(memory);
    output_put_string(visit->output, "<p class=\"actions\">");
    if (link_object_path(root, &path)) {
        href_begin_with(visit, "class=\"button\"", text_string(&path));
        href_end(visit);
        output_put_string(visit->output, "What it is, and who holds it</a>");
    }
    output_put_string(visit->output, "</p>\n");
}

struct status page_lineage(struct visit *visit)
{
    char memory[64], title_memory[TITLE_SIZE];
    struct text text = TEXT_IN(memory), title = TEXT_IN(title_memory);
    struct lineage_page *page = arena_take(visit->arena, sizeof *page);
    struct id root;
    if (page == NULL) {
        return FAIL(NO_MEMORY, sizeof *page);
    }
    memset(page, 0, sizeof *page);
    page->visit = visit;
    text_put_bytes(&text, visit->args[0]);
    text_put_char(&text, ':');
    text_put_bytes(&text, visit->args[1]);
    bool holds = !failed(id_read(text_bytes(&text), &root)) && flow_holds(root.kind);
    TRY(holds ? scope_require_object(&visit->scope, root) : FAIL(NOT_FOUND, 0));
    TRY(read_question(page, root));
    TRY(trace(page));
    scope_put_name(&visit->scope, root, UINT64_MAX, &title);
    page_begin(visit, &(struct page_head){.title = text_bytes(&title), .kicker = "Lineage"});
    put_back(visit, root);
    put_form(page);
    TRY(put_answer(page));
    page_end(visit);
    return OK;
}
