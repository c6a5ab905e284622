#include "tests/reports/web/telling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    TARGET_SIZE = 700,
    TARGETS_MAX = 4000,
};

static char entity(const char *at, size_t *size)
{
    static const struct {
        const char *name;
        char c;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        *size = strlen(entities[i].name);
        if (strncmp(at, entities[i].name, *size) == 0) {
            return entities[i].c;
        }
    }
    *size = 1;
    return *at;
}

char *telling_plain(const char *page)
{
    char *text = malloc(strlen(page) + 1), *out = text;
    assert_non_null(text);
    for (const char *at = page; *at != '\0';) {
        size_t size = 1;
        char c = ' ';
        if (*at == '<') {
            const char *end = strchr(at, '>');
            bool in_line = strncmp(at, "<a", 2) == 0 || strncmp(at, "</a", 3) == 0 ||
                           strncmp(at, "<ab", 3) == 0 || strncmp(at, "<span", 5) == 0 ||
                           strncmp(at, "</span", 6) == 0 || strncmp(at, "<time", 5) == 0 ||
                           strncmp(at, "</time", 6) == 0 || strncmp(at, "<code", 5) == 0 ||
                           strncmp(at, "</code", 6) == 0;
            size = end == NULL ? strlen(at) : (size_t)(end - at) + 1;
            at += size;
            if (in_line) {
                continue;
            }
        } else {
            c = entity(at, &size);
            at += size;
        }
        c = c == '\n' ? ' ' : c;
        if (c != ' ' || (out > text && out[-1] != ' ')) {
            *out++ = c;
        }
    }
    *out = '\0';
    return text;
}

char *telling_text(const struct browser *browser)
{
    return telling_plain(browser->text);
}

bool telling_has(const struct browser *browser, const char *words)
{
    char *text = telling_text(browser);
    bool has = strstr(text, words) != NULL;
    free(text);
    return has;
}

void telling_must(const struct browser *browser, const char *words)
{
    if (!telling_has(browser, words)) {
        char *text = telling_text(browser);
        print_error("%s\n", text);
        free(text);
        fail_msg("the page does not tell: %s", words);
    }
}

/* Crawling ----------------------------------------------------------------------------------- */

struct crawl {
    char (*targets)[TARGET_SIZE];
    size_t count;
    const char *const *left_out;
};

static void note(struct crawl *crawl, const char *target)
{
    char path[TARGET_SIZE];
    snprintf(path, sizeof path, "%s", target);
    path[strcspn(path, "#")] = '\0';
    bool wanted = path[0] == '/' && crawl->count < TARGETS_MAX;
    for (size_t i = 0; wanted && crawl->left_out[i] != NULL; i++) {
        wanted = strncmp(path, crawl->left_out[i], strlen(crawl->left_out[i])) != 0;
    }
    for (size_t i = 0; wanted && i < crawl->count; i++) {
        wanted = strcmp(crawl->targets[i], path) != 0;
    }
    if (wanted) {
        snprintf(crawl->targets[crawl->count++], TARGET_SIZE, "%s", path);
    }
}

size_t telling_crawl(struct browser *browser, const char *from, const char *const *left_out,
                     size_t most)
{
    struct crawl crawl = {.targets = calloc(TARGETS_MAX, TARGET_SIZE), .left_out = left_out};
    size_t done = 0;
    assert_non_null(crawl.targets);
    note(&crawl, from);
    for (; done < crawl.count && done < most; done++) {
        char target[TARGET_SIZE];
        size_t at = 0;
        unsigned status = browser_get(browser, crawl.targets[done]);
        if (status != 200) {
            fail_msg("%u %s", status, crawl.targets[done]);
        }
        while (browser_next_link(browser, &at, target, sizeof target)) {
            note(&crawl, target);
        }
    }
    free(crawl.targets);
    return done;
}
