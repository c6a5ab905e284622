#include "tools/drive/drive_keys.h"

#include "tools/vault/keys.h"

/* The epoch of the group's key that the drive's key is wrapped for. */
static enum exit_code find_epoch(struct vault *vault, struct id drive, struct vault_held *held)
{
    struct drive_key_row row = {.drive = drive, .holder = held->holder};
    struct view view = vault_view(vault);
    if (held->holder.kind == ID_GROUP && !view_find(&view, ROW_DRIVE_KEY, &row)) {
        return invocation_fail(vault->invocation, EXIT_NOT_FOUND, NULL,
                               "the group's key of this drive is gone");
    }
    held->epoch = row.epoch;
    return EXIT_DONE;
}

enum exit_code drive_fetch_key(struct vault *vault, struct id drive, struct id vm,
                               struct secret_bytes **out)
{
    struct verdict verdict;
    union event_body said;
    union command_fields fields = {
        .drive_key_fetch = {.drive = drive, .has_vm = vm.kind != ID_NONE, .vm = vm}};
    enum exit_code code = vault_command(vault, COMMAND_DRIVE_KEY_FETCH, &fields, &verdict);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = vault_read_said(vault, verdict.first, &said);
    if (failed(status)) {
        return vault_fail(vault, status, "fetching the key");
    }
    struct vault_held held = {.holder = said.drive_key_fetched.holder,
                              .wrapped = said.drive_key_fetched.wrapped};
    code = find_epoch(vault, drive, &held);
    return code == EXIT_DONE ? vault_open_held(vault, &held, out) : code;
}
