#include "reports/settings_fault.h"

#include "reports/nearest.h"

static void offer_keys(struct nearest *nearest, const char *section)
{
    for (size_t i = 0; i < setting_info_count; i++) {
        if (strcmp(setting_infos[i].section, section) == 0) {
            nearest_offer(nearest, setting_infos[i].key);
        }
    }
    for (size_t i = 0; strncmp(section, "emitter ", 8) == 0 && i < setting_emitter_info_count;
         i++) {
        nearest_offer(nearest, setting_emitter_infos[i].key);
    }
}

static void offer_sections(struct nearest *nearest)
{
    const char *about;
    for (size_t i = 0; settings_section(i, &about) != NULL; i++) {
        nearest_offer(nearest, settings_section(i, &about));
    }
}

void settings_fault_write(const char *path, const struct settings_fault *fault,
                          struct status status, struct text *out)
{
    struct nearest nearest = {0};
    text_put_string(out, path);
    if (fault->sentence[0] == '\0') {
        text_put_literal(out, ": ");
        status_describe(status, out);
        return;
    }
    if (fault->line > 0) {
        text_add(out, ":%u", fault->line);
    }
    if (fault->section[0] != '\0') {
        text_add(out, ": [%s] %s", fault->section, fault->key);
    }
    text_add(out, ": %s", fault->sentence);
    if (fault->kind == SETTINGS_FAULT_KEY) {
        nearest = nearest_to(fault->key);
        offer_keys(&nearest, fault->section);
    } else if (fault->kind == SETTINGS_FAULT_SECTION) {
        nearest = nearest_to(fault->section);
        offer_sections(&nearest);
    }
    if (nearest.word != NULL) {
        text_add(out, "; did you mean %s?", nearest.word);
    }
}
