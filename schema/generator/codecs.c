/* catalogue.c: encoders and decoders of every struct, and of the unions of them. */
#include "schema/generator/output.h"

/* What an id of the field may be, as arguments: its kind, and the kind that may be new. */
static struct word id_arguments(const struct field *field, const struct id_kind *creates)
{
    struct word kind = constant_of(field->kind == NULL ? "none" : field->kind->name);
    bool may_be_new = creates != NULL && (field->kind == NULL || field->kind == creates);
    struct word new_kind = constant_of(may_be_new ? creates->name : "none");
    return word_of("ID_%.*s, ID_%.*s", 56, kind.text, 56, new_kind.text);
}

/* Encoding -------------------------------------------------------------------------------- */

static void put_encode_value(struct output *out, const struct field *field,
                             const struct id_kind *creates, const char *value)
{
    switch (field->base) {
    case BASE_TEXT:
        put(out, "canonical_put_string(out, %s);\n", value);
        return;
    case BASE_INTEGER:
        put(out, "field_put_integer(out, %s);\n", value);
        return;
    case BASE_BOOLEAN:
        put(out, "field_put_boolean(out, %s);\n", value);
        return;
    case BASE_DIGEST:
        put(out, "canonical_put_base64(out, BYTES(%s.sha256));\n", value);
        return;
    case BASE_BYTES:
        put(out, "canonical_put_base64(out, %s);\n", value);
        return;
    case BASE_TIME:
        put(out, "canonical_put_time(out, %s);\n", value);
        return;
    case BASE_ID:
        put(out, "field_put_id(out, %s, %s);\n", value, id_arguments(field, creates).text);
        return;
    case BASE_ENUM:
        put(out, "field_put_enum(out, &%s_lookup, (uint32_t)%s);\n", field->values->name, value);
        return;
    case BASE_COUNT:
        return;
    }
}

/* The name and what stands before it; the indentation is that of the statement. */
static void put_encode_name(struct output *out, const struct field *field, const char *before)
{
    const char *indent = field->optional ? "        " : "    ";
    if (field->optional) {
        put(out, "    if (value->has_%s) {\n", field->name);
    }
    put(out, "%stext_put_literal(out, \"%s\\\"%s\\\":\");\n", indent, before, field->name);
}

static void put_encode_list(struct output *out, const struct field *field,
                            const struct id_kind *creates)
{
    const char *indent = field->optional ? "        " : "    ";
    put(out, "%sfield_put_list_start(out, value->%s_count);\n", indent, field->name);
    put(out, "%sfor (size_t i = 0; i < value->%s_count; i++) {\n", indent, field->name);
    put(out, "%s    field_put_comma(out, i);\n%s    ", indent, indent);
    put_encode_value(out, field, creates, word_of("value->%s[i]", field->name).text);
    put(out, "%s}\n%stext_put_char(out, ']');\n", indent, indent);
}

static void put_encode_member(struct output *out, const struct field *field,
                              const struct id_kind *creates, const char *before)
{
    put_encode_name(out, field, before);
    if (field->list) {
        put_encode_list(out, field, creates);
    } else {
        put(out, field->optional ? "        " : "    ");
        put_encode_value(out, field, creates, word_of("value->%s", field->name).text);
    }
    if (field->optional) {
        put(out, "    }\n");
    }
}

static void put_encode(struct output *out, const struct record *record)
{
    struct field_order order = fields_in_order(record);
    put(out, "\nvoid %s_encode(const struct %s *value, struct text *out)\n{\n", record->tag.text,
        record->tag.text);
    if (order.count == 0) {
        put(out, "    (void)value;\n    text_put_literal(out, \"{}\");\n}\n");
        return;
    }
    /* Which member is the first is not known beforehand if the first may be absent. */
    bool open_ended = order.fields[0]->optional;
    if (open_ended) {
        put(out, "    size_t start = out->size;\n");
    }
    for (size_t i = 0; i < order.count; i++) {
        put_encode_member(out, order.fields[i], record->creates, i == 0 && !open_ended ? "{" : ",");
    }
    put(out, open_ended ? "    field_put_object_end(out, start);\n}\n"
                        : "    text_put_char(out, '}');\n}\n");
}

/* Decoding -------------------------------------------------------------------------------- */

static void put_decode_value(struct output *out, const struct field *field,
                             const struct id_kind *creates, const char *target)
{
    static const char *const readers[BASE_COUNT] = {
        [BASE_TEXT] = "field_read_text(reader, arena)",
        [BASE_INTEGER] = "canonical_integer(reader)",
        [BASE_BOOLEAN] = "canonical_boolean(reader)",
        [BASE_DIGEST] = "canonical_digest(reader)",
        [BASE_BYTES] = "field_read_bytes(reader, arena)",
        [BASE_TIME] = "canonical_time(reader)",
    };
    if (field->base == BASE_ID) {
        put(out, "%s = field_read_id(reader, %s);\n", target, id_arguments(field, creates).text);
    } else if (field->base == BASE_ENUM) {
        put(out, "%s = (enum %s)field_read_enum(reader, &%s_lookup);\n", target,
            field->values->name, field->values->name);
    } else {
        put(out, "%s = %s;\n", target, readers[field->base]);
    }
}

static const char *element_type(const struct field *field)
{
    static const char *const types[BASE_COUNT] = {
        "struct bytes", "uint64_t", "bool",      "struct digest",
        "struct bytes", "uint64_t", "struct id", "enum ",
    };
    return types[field->base];
}

static void put_decode_list(struct output *out, const struct field *field,
                            const struct id_kind *creates)
{
    const char *indent = field->optional ? "        " : "    ";
    const char *name = field->name;
    put(out, "%s%s%s *%s =\n%s    field_open_list(reader, arena, sizeof *%s, &out->%s_count);\n",
        indent, element_type(field), field->base == BASE_ENUM ? field->values->name : "", name,
        indent, name, name);
    put(out, "%sfor (size_t i = 0; i < out->%s_count && canonical_element(reader); i++) {\n%s    ",
        indent, name, indent);
    put_decode_value(out, field, creates, word_of("%s[i]", name).text);
    put(out, "%s}\n%sfield_close_list(reader);\n%sout->%s = %s;\n", indent, indent, indent, name,
        name);
}

static void put_decode_member(struct output *out, const struct field *field,
                              const struct id_kind *creates)
{
    if (field->optional) {
        put(out, "    out->has_%s = CANONICAL_MEMBER(reader, \"%s\");\n    if (out->has_%s) {\n",
            field->name, field->name, field->name);
    } else {
        put(out, "    CANONICAL_REQUIRE(reader, \"%s\");\n", field->name);
    }
    if (field->list) {
        put_decode_list(out, field, creates);
    } else {
        put(out, field->optional ? "        " : "    ");
        put_decode_value(out, field, creates, word_of("out->%s", field->name).text);
    }
    if (field->optional) {
        put(out, "    }\n");
    }
}

static bool needs_arena(const struct record *record)
{
    for (size_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        if (field->list || field->base == BASE_TEXT || field->base == BASE_BYTES) {
            return true;
        }
    }
    return false;
}

static void put_decode(struct output *out, const struct record *record)
{
    struct field_order order = fields_in_order(record);
    const char *tag = record->tag.text;
    put(out,
        "\nvoid %s_decode(struct canonical_reader *reader, struct arena *arena,\n"
        "    struct %s *out)\n{\n",
        tag, tag);
    if (!needs_arena(record)) {
        put(out, "    (void)arena;\n");
    }
    put(out, "    *out = (struct %s){0};\n    canonical_open_object(reader);\n", tag);
    for (size_t i = 0; i < order.count; i++) {
        put_decode_member(out, order.fields[i], record->creates);
    }
    put(out, "    canonical_close_object(reader);\n}\n");
}

void write_codec(struct output *out, const struct record *record)
{
    put_encode(out, record);
    put_decode(out, record);
}

/* Unions ---------------------------------------------------------------------------------- */

static void put_event_union(struct output *out, const struct model *model)
{
    put(out, "\nvoid event_body_encode(enum event_kind kind, const union event_body *body,\n"
             "    struct text *out)\n{\n    switch (kind) {\n");
    for (size_t i = 0; i < model->event_count; i++) {
        const char *tag = model->events[i].record.tag.text;
        put(out, "    case EVENT_%s:\n        %s_encode(&body->%s, out);\n        return;\n",
            constant_of(tag).text, tag, tag);
    }
    put(out, "    case EVENT_KIND_COUNT:\n        break;\n    }\n    assert(false);\n}\n");
    put(out, "\nstruct status event_body_decode(enum event_kind kind, struct bytes body,\n"
             "    struct arena *arena, union event_body *out)\n{\n"
             "    if (body.size > BODY_MAX) {\n        return FAIL(LIMIT, BODY_MAX);\n    }\n"
             "    struct canonical_reader reader = canonical_reader_of(body);\n"
             "    switch (kind) {\n");
    for (size_t i = 0; i < model->event_count; i++) {
        const char *tag = model->events[i].record.tag.text;
        put(out,
            "    case EVENT_%s:\n        %s_decode(&reader, arena, &out->%s);\n        break;\n",
            constant_of(tag).text, tag, tag);
    }
    put(out, "    case EVENT_KIND_COUNT:\n        assert(false);\n        break;\n    }\n"
             "    return field_end(&reader, arena);\n}\n");
}

static void put_command_union(struct output *out, const struct model *model)
{
    put(out, "\nvoid command_fields_encode(enum command_kind kind, const union command_fields "
             "*fields,\n    struct text *out)\n{\n    switch (kind) {\n");
    for (size_t i = 0; i < model->command_count; i++) {
        const char *tag = model->commands[i].record.tag.text;
        put(out, "    case COMMAND_%s:\n        %s_encode(&fields->%s, out);\n        return;\n",
            constant_of(tag).text, tag, tag);
    }
    put(out, "    case COMMAND_KIND_COUNT:\n        break;\n    }\n    assert(false);\n}\n");
    put(out, "\nstruct status command_fields_decode(enum command_kind kind, struct bytes fields,\n"
             "    struct arena *arena, union command_fields *out)\n{\n"
             "    if (fields.size > COMMAND_MAX) {\n        return FAIL(LIMIT, COMMAND_MAX);\n    "
             "}\n"
             "    struct canonical_reader reader = canonical_reader_of(fields);\n"
             "    switch (kind) {\n");
    for (size_t i = 0; i < model->command_count; i++) {
        const char *tag = model->commands[i].record.tag.text;
        put(out,
            "    case COMMAND_%s:\n        %s_decode(&reader, arena, &out->%s);\n        break;\n",
            constant_of(tag).text, tag, tag);
    }
    put(out, "    case COMMAND_KIND_COUNT:\n        assert(false);\n        break;\n    }\n"
             "    return field_end(&reader, arena);\n}\n");
}

void write_codecs(struct output *out, const struct model *model)
{
    put_heading(out, "Events");
    for (size_t i = 0; i < model->event_count; i++) {
        write_codec(out, &model->events[i].record);
    }
    put_event_union(out, model);
    put_heading(out, "Commands");
    for (size_t i = 0; i < model->command_count; i++) {
        write_codec(out, &model->commands[i].record);
    }
    put_command_union(out, model);
}
