#include "reports/casefile/casefile.h"

#include "reports/glyph.h"
#include "reports/json_out.h"
#include "schema/canonical.h"
#include "schema/catalogue/catalogue.h"

#include <stdlib.h>

/* What could steer a terminal is escaped, so that the file can be looked at as it is. */
static void put_string(struct text *json, struct bytes value)
{
    struct glyph glyph;
    text_put_char(json, '"');
    while (glyph_next(&value, &glyph)) {
        if (!glyph.plain) {
            char escape[JSON_ESCAPE_SIZE];
            json_escape(glyph.point, escape);
            text_put_string(json, escape);
            continue;
        }
        if (glyph.bytes.data[0] == '"' || glyph.bytes.data[0] == '\\') {
            text_put_char(json, '\\');
        }
        text_put_bytes(json, glyph.bytes);
    }
    text_put_char(json, '"');
}

static void put_member(struct text *json, const char *name, struct bytes value)
{
    text_add(json, ", \"%s\": ", name);
    put_string(json, value);
}

static void put_time(struct text *json, const char *name, uint64_t utc_us)
{
    text_add(json, ", \"%s\": ", name);
    canonical_put_time(json, utc_us);
}

void casefile_begin(struct casefile *casefile, struct casefile_memory *memory, struct id folder,
                    const struct checkpoint *checkpoint)
{
    *casefile = (struct casefile){.folder = folder,
                                  .json = TEXT_IN(memory->json),
                                  .arena = ARENA_IN(memory->arena),
                                  .checkpoint = *checkpoint,
                                  .events = memory->events};
    struct text *json = &casefile->json;
    text_put_literal(json, "{\"log\": ");
    put_string(json, checkpoint->origin);
    text_put_literal(json, ", \"size\": ");
    text_put_u64(json, checkpoint->size);
    text_put_literal(json, ", \"root\": ");
    canonical_put_base64(json, BYTES(checkpoint->root.sha256));
    text_put_literal(json, ", \"case\": \"");
    id_write(json, folder);
    text_put_literal(json, "\",\n \"acts\": [");
}

/* Acts ------------------------------------------------------------------------------------ */

static struct status take_events(struct casefile *casefile, uint64_t n,
                                 const struct case_events_added *added)
{
    struct text *json = &casefile->json;
    text_put_literal(json, ", \"events\": [");
    for (size_t i = 0; i < added->events_count; i++) {
        if (casefile->event_count == CASEFILE_EVENTS_MAX) {
            return FAIL_BECAUSE(LIMIT, CASEFILE_EVENTS_MAX, "the case has too many events");
        }
        if (added->events[i] >= casefile->checkpoint.size) {
            return FAIL_BECAUSE(CORRUPT, n, "the case has an event that the log does not have");
        }
        casefile->events[casefile->event_count++] = added->events[i];
        text_put_string(json, i == 0 ? "" : ", ");
        text_put_u64(json, added->events[i]);
    }
    text_put_char(json, ']');
    if (added->has_why) {
        put_member(json, "why", added->why);
    }
    return OK;
}

static void take_name(struct casefile *casefile, const struct case_created *created)
{
    struct text name = TEXT_IN(casefile->name);
    text_put_printable(&name, created->name);
    text_string(&name);
    put_member(&casefile->json, "name", created->name);
    if (created->has_about) {
        put_member(&casefile->json, "about", created->about);
    }
}

static struct status take_body(struct casefile *casefile, const struct leaf *leaf,
                               struct bytes body, struct bytes *note)
{
    union event_body decoded;
    struct text *json = &casefile->json;
    arena_reset(&casefile->arena);
    if (failed(event_body_decode(leaf->kind, body, &casefile->arena, &decoded))) {
        return FAIL_BECAUSE(CORRUPT, leaf->n, "the body is not one of its kind");
    }
    if (leaf->kind == EVENT_CASE_CREATED) {
        take_name(casefile, &decoded.case_created);
    } else if (leaf->kind == EVENT_CASE_EVENTS_ADDED) {
        return take_events(casefile, leaf->n, &decoded.case_events_added);
    } else if (leaf->kind == EVENT_CASE_NOTED) {
        *note = decoded.case_noted.text;
        casefile->notes++;
        text_add(json, ", \"note\": \"notes/%llu.txt\"", (unsigned long long)leaf->n);
    } else if (leaf->kind == EVENT_CASE_HELD && decoded.case_held.has_until) {
        put_time(json, "until", decoded.case_held.until);
    } else if (leaf->kind == EVENT_CASE_RELEASED) {
        put_member(json, "reason", decoded.case_released.reason);
    } else if (leaf->kind == EVENT_CASE_CLOSED) {
        put_member(json, "reason", decoded.case_closed.reason);
    }
    return OK;
}

struct status casefile_add(struct casefile *casefile, const struct leaf *leaf, struct bytes body,
                           struct bytes *note)
{
    struct text *json = &casefile->json;
    *note = (struct bytes){0};
    text_put_string(json, casefile->acts == 0 ? "\n  {\"n\": " : ",\n  {\"n\": ");
    text_put_u64(json, leaf->n);
    put_time(json, "time", leaf->t_utc_us);
    put_member(json, "kind", bytes_of_string(event_name(leaf->kind)));
    put_member(json, "actor", leaf->actor);
    casefile->acts++;
    if (body.size == 0) {
        casefile->absent++;
        text_put_literal(json, ", \"erased\": true");
    } else {
        TRY(take_body(casefile, leaf, body, note));
    }
    text_put_char(json, '}');
    return json->full ? FAIL_BECAUSE(LIMIT, CASEFILE_JSON_MAX, "the case has too much in it") : OK;
}

/* The end --------------------------------------------------------------------------------- */

static int compare_positions(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static void sort_events(struct casefile *casefile)
{
    size_t count = 0;
    if (casefile->event_count > 0) {
        qsort(casefile->events, casefile->event_count, sizeof *casefile->events, compare_positions);
    }
    for (size_t i = 0; i < casefile->event_count; i++) {
        if (i == 0 || casefile->events[i] != casefile->events[i - 1]) {
            casefile->events[count++] = casefile->events[i];
        }
    }
    casefile->event_count = count;
}

struct status casefile_end(struct casefile *casefile)
{
    struct text *json = &casefile->json;
    sort_events(casefile);
    text_put_literal(json, "\n ],\n \"events\": [");
    for (size_t i = 0; i < casefile->event_count; i++) {
        text_put_string(json, i == 0 ? "" : ", ");
        text_put_u64(json, casefile->events[i]);
    }
    text_put_literal(json, "]}\n");
    return json->full ? FAIL_BECAUSE(LIMIT, CASEFILE_JSON_MAX, "the case has too much in it") : OK;
}

void casefile_write_note(struct bytes note, struct text *out)
{
    while (note.size > 0) {
        const uint8_t *end = memchr(note.data, '\n', note.size);
        size_t size = end == NULL ? note.size : (size_t)(end - note.data);
        text_put_printable(out, bytes_of(note.data, size));
        text_put_char(out, '\n');
        size += end == NULL ? 0 : 1;
        note = bytes_of(note.data + size, note.size - size);
    }
}

static const char readme[] =
    "What this is\n"
    "\n"
    "    This folder is an investigation, exported from a log of audit events. It can be checked\n"
    "    by anybody who has the program cairn-verify and the log's public key; no server is\n"
    "    asked, and whoever made the folder does not have to be believed.\n"
    "\n"
    "    case.json            the case in short: who did what in it, and which events it rests on\n"
    "    history.answer       proof of all events of the case itself, and that there are no "
    "others\n"
    "    events/N.tlog-proof  event number N with its details, and proof that it is in the log\n"
    "    notes/N.txt          the note that event N holds\n"
    "    answers/             answers to questions, with proof that they are complete\n"
    "    MANIFEST.sha256      the hashes of these files; sha256sum -c MANIFEST.sha256 checks them\n"
    "    CMMC*.log            the same in the form that a CMMC assessment asks for\n"
    "\n"
    "How to check it\n"
    "\n"
    "    1. Get the log's public key from whoever runs the log, not from whoever gave you this\n"
    "       folder: a line of text, which begins with the log's name.\n"
    "    2. cairn-verify --key log.vkey FOLDER\n"
    "    3. It ends in VERIFIED, or it names what is wrong.\n"
    "\n"
    "    It holds if nothing in the folder was changed, left out or put in since it was exported,\n"
    "    if all of it is in the log, and if all that was ever put into the case is here.\n"
    "    `cairn-verify --key log.vkey events/N.tlog-proof` shows one event.\n";

void casefile_write_readme(const struct casefile *casefile, struct text *out)
{
    text_add(out, "The case %s (", casefile->name);
    id_write(out, casefile->folder);
    text_put_literal(out, ") of the log ");
    text_put_printable(out, casefile->checkpoint.origin);
    text_put_literal(out, ",\nwhich had ");
    text_put_u64(out, casefile->checkpoint.size);
    text_put_literal(out, " events then\n\n");
    text_put_literal(out, readme);
}
