/* What decides how events fold into rows, as one number of 256 bits. It guards against mistakes,
 * not against people: FNV-1a, four times from different offsets. */
#include "schema/generator/output.h"

enum {
    LANES = 4
};

struct fingerprint {
    uint64_t lanes[LANES];
};

static void add_byte(struct fingerprint *print, uint8_t byte)
{
    for (size_t i = 0; i < LANES; i++) {
        print->lanes[i] = (print->lanes[i] ^ byte) * UINT64_C(0x100000001b3);
    }
}

/* With its final NUL, so that "ab", "c" and "a", "bc" differ. */
static void add(struct fingerprint *print, const char *string)
{
    for (const char *c = string; *c != '\0'; c++) {
        add_byte(print, (uint8_t)*c);
    }
    add_byte(print, 0);
}

static void add_record(struct fingerprint *print, const struct record *record)
{
    add(print, record->tag.text);
    for (size_t i = 0; i < record->field_count; i++) {
        add(print, record->fields[i].name);
        add(print, record->fields[i].type.text);
    }
    add(print, "");
}

static void add_event(struct fingerprint *print, const struct event *event)
{
    add_record(print, &event->record);
    for (size_t i = 0; i < event->on_count; i++) {
        add(print, event->on[i]->name);
    }
    add(print, event->record.creates != NULL ? "new" : "");
    for (size_t i = 0; i < event->writes_count; i++) {
        add(print, event->writes[i]);
    }
}

static void add_row(struct fingerprint *print, const struct row *row)
{
    add_record(print, &row->record);
    add(print, row->engine ? "engine" : "");
    for (size_t i = 0; i < row->key_count; i++) {
        add(print, row->record.fields[row->key[i]].name);
    }
}

static void add_enum(struct fingerprint *print, const struct enumeration *values)
{
    add(print, values->name);
    for (size_t i = 0; i < values->value_count; i++) {
        add(print, values->values[i]);
    }
}

void fingerprint_model(const struct model *model, char out[static DIGEST_HEX_SIZE + 1])
{
    struct fingerprint print;
    for (uint64_t i = 0; i < LANES; i++) {
        print.lanes[i] = UINT64_C(0xcbf29ce484222325) + i * UINT64_C(0x9e3779b97f4a7c15);
    }
    for (size_t i = 0; i < model->id_count; i++) {
        add(&print, model->ids[i].name);
    }
    for (size_t i = 0; i < model->enum_count; i++) {
        add_enum(&print, &model->enums[i]);
    }
    for (size_t i = 0; i < model->event_count; i++) {
        add_event(&print, &model->events[i]);
    }
    for (size_t i = 0; i < model->row_count; i++) {
        add_row(&print, &model->rows[i]);
    }
    uint8_t bytes[DIGEST_SIZE];
    for (size_t i = 0; i < LANES; i++) {
        bytes_write_u64(bytes + 8 * i, print.lanes[i]);
    }
    hex_write(out, BYTES(bytes));
    out[DIGEST_HEX_SIZE] = '\0';
}
