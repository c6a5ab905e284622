/* Tagging machines: all that are named, or none of them. */
#include "core/vm/vm.h"
#include "tools/form.h"
#include "tools/form_items.h"
#include "tools/vault/vault.h"
#include "tools/verbs.h"

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
    struct id vm = {ID_NONE, 0};
    struct vm_row row;
    enum exit_code code = vault_find(vault, name, ID_VM, &vm);
    struct view view = vault_view(vault);
    if (code != EXIT_DONE) {
        return code;
    }
    if (!vm_by_id(&view, vm, &row)) {
        return invocation_fail(vault->invocation, EXIT_NOT_FOUND, NULL, "there is no machine %s",
                               name);
    }
    const union command_fields fields = {
        .vm_set_project = {.vm = vm,
                           .has_from = row.has_project,
                           .from = row.project,
                           .has_project = tag->has_project,
                           .project = tag->project,
                           .has_reason = tag->reason != NULL,
                           .reason = bytes_of_string(tag->reason == NULL ? "" : tag->reason)}};
    text_put_string(out, out->size > 1 ? "," : "");
    command_fields_encode(COMMAND_VM_SET_PROJECT, &fields, out);
    return EXIT_DONE;
}

static enum exit_code send(struct vault *vault, const struct text *items, size_t count)
{
    struct verdict verdict;
    struct bytes fields = text_bytes(items);
    if (items->full) {
        return vault_fail(vault, FAIL(LIMIT, items->capacity), "so many machines at once");
    }
    fields = count == 1 ? bytes_of(fields.data + 1, fields.size - 2) : fields;
    enum exit_code code =
        operator_send(vault->invocation, vault->engine, COMMAND_VM_SET_PROJECT, fields, &verdict);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = form_tell(vault->invocation, vault->engine, &verdict);
    return failed(status) ? vault_fail(vault, status, command_name(COMMAND_VM_SET_PROJECT))
                          : EXIT_DONE;
}

static enum exit_code set_project(struct vault *vault)
{
    struct tag tag;
    const size_t count = invocation_argument_count(vault->invocation);
    struct text items = {.data = malloc(FORM_TEXT_MAX), .capacity = FORM_TEXT_MAX};
    enum exit_code code = items.data == NULL
                              ? vault_fail(vault, FAIL(NO_MEMORY, FORM_TEXT_MAX), "starting")
                              : read_tag(vault, &tag);
    text_put_char(&items, '[');
    for (size_t i = 0; i < count && code == EXIT_DONE; i++) {
        code = add_item(vault, invocation_argument(vault->invocation, i), &tag, &items);
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

const struct verb verb_vm_set_project = {
    .name = "vm set-project",
    .about = "tag machines with a project, or none: all of them, or none of them",
    .arguments = "VM...",
    .details =
        "All carry the same tag before. Upwards a tag may always go, if everybody in the machine\n"
        "is a member of the new project; drives that are attached read-write take it on.\n"
        "Downwards it goes only where nothing has entered that would get lower with it, and takes\n"
        "a manager or PI, and a reason.",
    .examples = "cairn vm set-project desk lab --project atlas\n"
                "cairn vm set-project desk --project none --reason 'tagged by mistake'",
    .purpose = PURPOSE_WRITE,
    OPTIONS(options),
    .guarded = true,
    .signs = true,
    .run = run,
};
