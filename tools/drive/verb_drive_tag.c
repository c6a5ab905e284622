/* Tagging drives: all that are named, or none of them. */
#include "core/drive/drive.h"
#include "schema/canonical.h"
#include "tools/form.h"
#include "tools/vault/vault.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>

/* What all of them are tagged with. */
struct tag {
    bool has_project;
    struct id project;
    const char *reason; /* NULL: none */
};

static enum exit_code read_tag(struct vault *vault, struct tag *out)
{
    const char *project = invocation_value(vault->invocation, "project");
    *out = (struct tag){.reason = invocation_value(vault->invocation, "reason")};
    if (project == NULL) {
        return invocation_fail(vault->invocation, EXIT_USAGE, NULL,
                               "with what? --project PROJECT, or --project none");
    }
    out->has_project = strcmp(project, "none") != 0;
    return out->has_project ? vault_find(vault, project, ID_PROJECT, &out->project) : EXIT_DONE;
}

/* The tag before is named as it is now: if it changes meanwhile, nothing is tagged. */
static enum exit_code add_item(struct vault *vault, const char *name, const struct tag *tag,
                               struct text *out)
{
    struct drive_row row = {.drive = {ID_NONE, 0}};
    enum exit_code code = vault_find(vault, name, ID_DRIVE, &row.drive);
    struct view view = vault_view(vault);
    if (code == EXIT_DONE && !drive_by_id(&view, row.drive, &row)) {
        return invocation_fail(vault->invocation, EXIT_NOT_FOUND, NULL, "there is no drive %s",
                               name);
    }
    const union command_fields fields = {
        .drive_set_project = {.drive = row.drive,
                              .has_from = row.has_project,
                              .from = row.project,
                              .has_project = tag->has_project,
                              .project = tag->project,
                              .has_reason = tag->reason != NULL,
                              .reason = bytes_of_string(tag->reason == NULL ? "" : tag->reason)}};
    if (code == EXIT_DONE) {
        text_put_string(out, out->size > 1 ? "," : "");
        command_fields_encode(COMMAND_DRIVE_SET_PROJECT, &fields, out);
    }
    return code;
}

static enum exit_code tell(struct vault *vault, const struct verdict *verdict)
{
    struct status status = form_tell(vault->invocation, vault->engine, verdict);
    if (failed(status)) {
        return vault_fail(vault, status, command_name(COMMAND_DRIVE_SET_PROJECT));
    }
    return EXIT_DONE;
}

static enum exit_code send(struct vault *vault, struct text *items, size_t count)
{
    struct verdict verdict;
    struct bytes fields = text_bytes(items);
    if (items->full) {
        return vault_fail(vault, FAIL(LIMIT, items->capacity), "so many drives at once");
    }
    if (count == 1) {
        fields = bytes_of(fields.data + 1, fields.size - 2);
    }
    enum exit_code code = operator_send(vault->invocation, vault->engine, COMMAND_DRIVE_SET_PROJECT,
                                        fields, &verdict);
    return code == EXIT_DONE ? tell(vault, &verdict) : code;
}

static enum exit_code set_project(struct vault *vault)
{
    struct tag tag;
    const size_t count = invocation_argument_count(vault->invocation);
    struct text items = {.data = malloc(COMMAND_MAX), .capacity = COMMAND_MAX};
    enum exit_code code = items.data == NULL
                              ? vault_fail(vault, FAIL(NO_MEMORY, COMMAND_MAX), "starting")
                              : read_tag(vault, &tag);
    text_put_char(&items, '[');
    for (size_t i = 0; i < count && code == EXIT_DONE; i++) {
        code = add_item(vault, vault_argument(vault, i), &tag, &items);
    }
    text_put_char(&items, ']');
    code = code == EXIT_DONE ? send(vault, &items, count) : code;
    free(items.data);
    return code;
}

static enum exit_code run(struct invocation *invocation)
{
    return vault_visit(invocation, set_project);
}

static const struct option_info options[] = {
    OPERATOR_OPTIONS,
    {"project", 0, "PROJECT", "what they are tagged with, or `none`", false},
    {"reason", 0, "TEXT", "why, where the label gets lower", false},
};

const struct verb verb_drive_set_project = {
    .name = "drive set-project",
    .about = "tag drives with a project, or none: all of them, or none of them",
    .arguments = "DRIVE...",
    .details =
        "All carry the same tag before, and are attached nowhere. Upwards a tag may always go;\n"
        "downwards or to `none` it is a declassification, which takes a manager or PI, and a\n"
        "reason.",
    .examples = "cairn drive set-project lab-drive scans --project atlas\n"
                "cairn drive set-project scans --project none --reason published",
    .purpose = PURPOSE_WRITE,
    OPTIONS(options),
    .guarded = true,
    .signs = true,
    .run = run,
};
