#include "reports/web/event_table.h"
#include "reports/web/integrity.h"
#include "reports/web/routes.h"

enum {
    CHECKPOINTS = 12,   /* that are listed */
    VERIFICATIONS = 6,  /* likewise */
    LOOKS_MOST = 20000, /* leaves compared for these */
    KEY_SIZE = 512,
};

/* Bytes of a bundle that goes over the web; a bigger one is made on the command line. */
#define BUNDLE_MAX (UINT64_C(192) << 20)

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

/* Checkpoints ------------------------------------------------------------------------------- */

static void put_checkpoint(struct visit *visit, struct bytes note, uint64_t size)
{
    struct checkpoint checkpoint = {0};
    struct digest root;
    bool holds = !failed(checkpoint_verify(engine_log_key(visit->engine), note, &checkpoint)) &&
                 !failed(scope_root_at(&visit->scope, size, &root)) &&
                 digest_equal(&root, &checkpoint.root);
    put(visit, "<tr><td class=\"number\">");
    page_number(visit, size);
    put(visit, "</td><td>");
    page_digest(visit, &checkpoint.root);
    put(visit, "</td><td>");
    page_tone(visit, holds ? PAGE_GOOD : PAGE_BAD, holds ? "holds" : "does not hold");
    put(visit, "</td></tr>\n");
}

static struct status put_checkpoints(struct visit *visit)
{
    static const char *const headings[] = {"#Events", "Root", "Signature and root"};
    uint64_t most = visit->at, size;
    struct bytes note;
    page_section(visit, "checkpoints", "Checkpoints");
    put(visit, "<p>Every commit ends in one: the log's key signs how many events there are and the "
               "root of their tree. These are the newest.</p>\n");
    page_table_begin(visit, &(struct page_table){.caption = "The newest checkpoints",
                                                 .headings = headings,
                                                 .count = 3,
                                                 .hidden_caption = true});
    for (unsigned i = 0; i < CHECKPOINTS && most > 0; i++) {
        struct status status = scope_checkpoint(&visit->scope, most, &note, &size);
        if (status.code == STATUS_NOT_FOUND) {
            break;
        }
        TRY(status);
        put_checkpoint(visit, note, size);
        most = size - (size > 0 ? 1 : 0);
    }
    page_table_end(visit);
    page_section_end(visit);
    return OK;
}

/* Verifications ----------------------------------------------------------------------------- */

static struct status put_verifications(struct visit *visit)
{
    uint64_t count;
    struct query query = {.newest_first = true, .look_most = LOOKS_MOST};
    TRY(query_add(&query, QUERY_KIND, LITERAL("audit.verified")));
    page_section(visit, "verifications", "Verifications");
    put(visit,
        "<p>Whoever runs <code>cairn verify</code> beside the store leaves an event that says "
        "what was found.</p>\n");
    TRY(event_table_ask(visit,
                        &(struct event_table_asking){.query = &query,
                                                     .caption = "The newest verifications",
                                                     .most = VERIFICATIONS,
                                                     .here = UINT64_MAX},
                        &count));
    if (count == 0) {
        page_empty(visit, "None has been recorded lately.");
    }
    page_section_end(visit);
    return OK;
}

/* Emitters ---------------------------------------------------------------------------------- */

static void put_emitter(void *context, const struct emitter_row *emitter, uint64_t emitter_n)
{
    struct visit *visit = context;
    struct public_key key;
    put(visit, "<tr><td>");
    html_put(visit->output, emitter->name);
    put(visit, "</td><td>");
    html_put_string(visit->output, emitter_class_name(emitter->class));
    put(visit, "</td><td class=\"number\">");
    page_number(visit, emitter_n);
    put(visit, "</td><td>");
    page_tone(visit, emitter->retired ? PAGE_MUTED : PAGE_GOOD,
              emitter->retired ? "retired" : "may write");
    put(visit, "</td><td>");
    if (!failed(public_key_read(emitter->key, &key))) {
        output_add(visit->output, "<code>%08x</code>", key.id);
    }
    put(visit, "</td><td class=\"words\">");
    html_put(visit->output, emitter->about);
    put(visit, "</td></tr>\n");
}

static struct status put_emitters(struct visit *visit, const struct integrity *integrity)
{
    static const char *const headings[] = {"Name",     "Class", "#Its newest event",
                                           "Standing", "Key",   "About"};
    page_section(visit, "emitters", "Components that vouch for events");
    put(visit, "<p>Each has a key and counts its events without a gap. ");
    if (integrity->missing == 0) {
        put(visit, "Together they have counted as many as there are: none is missing.</p>\n");
    } else {
        put(visit, "They have counted more than there are: ");
        page_number(visit, integrity->missing);
        put(visit, " are missing. <code>cairn verify</code> tells which.</p>\n");
    }
    page_table_begin(visit, &(struct page_table){.caption = "Emitters and their counters",
                                                 .headings = headings,
                                                 .count = 6,
                                                 .hidden_caption = true});
    TRY(integrity_each_emitter(visit, put_emitter, visit));
    page_table_end(visit);
    page_section_end(visit);
    return OK;
}

/* Keys and files ---------------------------------------------------------------------------- */

static void put_keys(struct visit *visit)
{
    char memory[KEY_SIZE];
    struct text key = TEXT_IN(memory);
    public_key_write(engine_log_key(visit->engine), &key);
    page_section(visit, "key", "The log's key");
    put(visit,
        "<p>This is the key that this server says is the log's. Compare it with the one that "
        "you were given another way: whoever could change the log could change this "
        "page.</p>\n<pre class=\"raw\" tabindex=\"0\">");
    html_put(visit->output, text_bytes(&key));
    put(visit, "</pre>\n");
    page_section_end(visit);
}

static void put_file(struct visit *visit, const char *path, const char *label, const char *about)
{
    put(visit, "<li>");
    href_begin(visit, path);
    if (!visit->pinned) {
        href_number(visit, "at", visit->at);
    }
    href_end(visit);
    html_put_string(visit->output, label);
    put(visit, "</a> <span class=\"note\">");
    html_put_string(visit->output, about);
    put(visit, "</span></li>\n");
}

static void put_offline(struct visit *visit)
{
    page_section(visit, "offline", "Verify it yourself, without this server");
    put(visit, "<ul>\n");
    put_file(visit, "/log.vkey", "log.vkey", "the log's public key, as this server has it");
    put_file(visit, "/checkpoint", "checkpoint", "the newest signed checkpoint");
    if (!visit->scope.narrowed) {
        put_file(visit, "/log.cairn", "log.cairn",
                 "a bundle: all events with bodies and commands, up to that checkpoint");
    }
    put_file(visit, "/verify.html", "verify.html",
             "a page to keep, which checks proofs of single events on your own disk");
    put(visit, "</ul>\n<p>Then, with the key that you were given when the log began:</p>\n");
    if (!visit->scope.narrowed) {
        page_command(visit, LITERAL("cairn-verify --key given.vkey log.cairn"));
    }
    page_command(visit, LITERAL("cairn-verify --key given.vkey event-17.tlog-proof"));
    put(visit, "<p>A bundle verifies completely: canonical form, chain, tree, checkpoints, every "
               "signature, every counter, every body. A proof verifies one event.</p>\n");
    page_section_end(visit);
}

struct status page_integrity(struct visit *visit)
{
    struct integrity integrity;
    TRY(integrity_look(visit, &integrity));
    page_begin(visit, &(struct page_head){.title = LITERAL("Integrity")});
    integrity_put_verdict(visit, &integrity);
    put_offline(visit);
    put_keys(visit);
    TRY(put_checkpoints(visit));
    if (!visit->scope.narrowed) {
        TRY(put_verifications(visit));
        TRY(put_emitters(visit, &integrity));
    }
    page_end(visit);
    return OK;
}

/* Files ------------------------------------------------------------------------------------- */

struct status page_log_key(struct visit *visit)
{
    char memory[KEY_SIZE];
    struct text key = TEXT_IN(memory);
    public_key_write(engine_log_key(visit->engine), &key);
    text_put_char(&key, '\n');
    output_put_bytes(visit->output, text_bytes(&key));
    visit->answer->type = "text/plain; charset=utf-8";
    visit->answer->download = "log.vkey";
    return OK;
}

struct status page_checkpoint(struct visit *visit)
{
    struct bytes note;
    uint64_t size;
    TRY(scope_checkpoint(&visit->scope, UINT64_MAX, &note, &size));
    output_put_bytes(visit->output, note);
    visit->answer->type = "text/plain; charset=utf-8";
    visit->answer->download = "checkpoint";
    return OK;
}

struct bundling {
    struct visit *visit;
    uint64_t size;
};

static struct status put_to_page(void *context, struct bytes bytes)
{
    struct bundling *bundling = context;
    const struct web_options *options = bundling->visit->options;
    bundling->size += bytes.size;
    if (bundling->size > BUNDLE_MAX) {
        return FAIL_BECAUSE(LIMIT, BUNDLE_MAX,
                            "the bundle is too big for the web: cairn export --bundle makes it");
    }
    output_put_bytes(bundling->visit->output, bytes);
    if (options->expired != NULL && options->expired(options->context)) {
        return FAIL(INTERRUPTED, 0);
    }
    return output_status(bundling->visit->output);
}

struct status page_bundle(struct visit *visit)
{
    struct bundling bundling = {.visit = visit};
    TRY(scope_put_bundle(&visit->scope,
                         &(struct bundle_sink){.context = &bundling, .put = put_to_page}));
    visit->answer->type = "application/octet-stream";
    visit->answer->download = "log.cairn";
    return OK;
}
