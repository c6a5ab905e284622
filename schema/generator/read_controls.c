#include "schema/generator/controls.h"

struct place {
    struct model *model;
    const struct origin *from;
    const char *key; /* practices.3.3.1.objectives.a */
};

/* A member that is a sentence; NULL after complaining. */
static const char *sentence(const struct place *place, const struct json *json, const char *name)
{
    return sentence_of(place->model, place->from, word_of("%s.%s", place->key, name).text,
                       json_member(json, name));
}

/* A member that is one of the words of a list of two or three. */
static const char *one_of(const struct place *place, const struct json *json, const char *name,
                          const char *const words[static 3])
{
    struct bytes value = json_string_member(json, name);
    for (size_t i = 0; i < 3 && words[i] != NULL; i++) {
        if (bytes_equal(value, bytes_of_string(words[i]))) {
            return words[i];
        }
    }
    complain(place->model, place->from, place->key, "\"%s\" is %s, %s%s%s", name, words[0],
             words[1], words[2] == NULL ? "" : " or ", words[2] == NULL ? "" : words[2]);
    return words[0];
}

static void read_references(const struct place *place, const struct json *json, const char *name,
                            struct references *out)
{
    const struct json *list = json_member(json, name);
    size_t count = json_count(list);
    if (list == NULL || json_type_of(list) != JSON_TYPE_ARRAY || count > REFERENCES_MAX) {
        complain(place->model, place->from, place->key, "\"%s\" is an array of at most %d ids",
                 name, REFERENCES_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct bytes id = json_as_string(json_element(list, i));
        if (id.size == 0 ||
            strspn((const char *)id.data, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-.()0123456789") != id.size) {
            complain(place->model, place->from, place->key, "\"%s\" has no id at %zu", name, i);
            return;
        }
        out->ids[out->count++] = (const char *)id.data;
    }
}

/* Objectives ------------------------------------------------------------------------------ */

static void read_objective(const struct place *above, const char *letter, const struct json *json,
                           struct practice *practice)
{
    static const char *const modes[] = {"automatic", "hybrid", "declared"};
    struct word key = word_of("%s.objectives.%s", above->key, letter);
    const struct place place = {above->model, above->from, key.text};
    struct objective *objective = &practice->objectives[practice->objective_count];
    if (letter[0] != (char)('a' + practice->objective_count) || letter[1] != '\0' ||
        practice->objective_count == OBJECTIVES_MAX) {
        complain(place.model, place.from, place.key,
                 "objectives are a, b, c and so on, in this order");
        return;
    }
    practice->objective_count++;
    if (!has_members(place.model, place.from, place.key, json,
                     "mode text wants machine declare fails_when")) {
        return;
    }
    objective->letter = letter[0];
    objective->mode = one_of(&place, json, "mode", modes);
    objective->text = sentence(&place, json, "text");
    objective->wants = sentence(&place, json, "wants");
    objective->machine = sentence(&place, json, "machine");
    objective->fails_when = sentence(&place, json, "fails_when");
    if (json_member(json, "declare") != NULL) {
        objective->declare = sentence(&place, json, "declare");
    } else if (objective->mode == modes[2]) {
        complain(place.model, place.from, place.key, "what is to be declared is missing");
    }
}

static void read_objectives(const struct place *place, const struct json *json,
                            struct practice *practice)
{
    const char *letter;
    const struct json *list = json_member(json, "objectives"), *one;
    for (size_t i = 0; (one = json_member_at(list, i, &letter)) != NULL; i++) {
        read_objective(place, letter, one, practice);
    }
    if (json_count(list) == 0) {
        complain(place->model, place->from, place->key, "there are no objectives");
    }
}

/* Practices ------------------------------------------------------------------------------- */

/* The points of 32 CFR 170.24, and that only one of a single point may be on a plan of action
 * (170.21; 3.13.11 is of another family). */
static void read_worth(const struct place *place, const struct json *json,
                       struct practice *practice)
{
    practice->points = json_as_integer(json_member(json, "points"), 0);
    practice->poam = json_as_boolean(json_member(json, "poam"), false);
    if (practice->points != 1 && practice->points != 3 && practice->points != POINTS_MAX) {
        complain(place->model, place->from, place->key, "a practice has 1, 3 or 5 points");
    } else if (practice->poam != (practice->points == 1)) {
        complain(place->model, place->from, place->key,
                 "a practice may be on a plan of action if and only if it has one point");
    }
}

static bool is_practice(const char *id)
{
    return id[0] >= '0' && id[0] <= '9' && strspn(id, "0123456789.") == strlen(id) &&
           strlen(id) < WORD_MAX / 4;
}

static void read_practice(const struct place *above, const char *id, const struct json *json,
                          struct controls *controls)
{
    static const char *const types[] = {"basic", "derived", NULL};
    struct word key = word_of("practices.%.20s", id);
    const struct place place = {above->model, above->from, key.text};
    if (!is_practice(id) || controls->practice_count == PRACTICES_MAX) {
        complain(place.model, place.from, place.key, "a practice has a number like 3.3.1");
        return;
    }
    if (!has_members(place.model, place.from, place.key, json,
                     "name title type points poam requirement r3 sp800_53r4 sp800_53r5 "
                     "objectives")) {
        return;
    }
    struct practice *practice = &controls->practices[controls->practice_count++];
    *practice = (struct practice){.id = id,
                                  .name = sentence(&place, json, "name"),
                                  .title = sentence(&place, json, "title"),
                                  .type = one_of(&place, json, "type", types),
                                  .requirement = sentence(&place, json, "requirement")};
    read_worth(&place, json, practice);
    read_references(&place, json, "r3", &practice->r3);
    read_references(&place, json, "sp800_53r4", &practice->sp800_53r4);
    read_references(&place, json, "sp800_53r5", &practice->sp800_53r5);
    read_objectives(&place, json, practice);
}

void read_controls(struct model *model, const struct origin *from, const struct json *json)
{
    const char *id;
    struct controls *controls = model->controls;
    const struct place place = {model, from, "the file"};
    controls->from = *from;
    if (!has_members(model, from, place.key, json, "family about practices")) {
        return;
    }
    controls->family = sentence(&place, json, "family");
    controls->about = sentence(&place, json, "about");
    const struct json *list = json_member(json, "practices"), *one;
    for (size_t i = 0; (one = json_member_at(list, i, &id)) != NULL; i++) {
        read_practice(&place, id, one, controls);
    }
    if (json_count(list) == 0) {
        complain(model, from, place.key, "there are no practices");
    }
}
