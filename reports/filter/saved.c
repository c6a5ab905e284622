#include "reports/filter/saved.h"

enum {
    SHIPPED_COUNT = 0
#define SAVED(name, control, about, question) +1
#include "reports/filter/saved.def"
};

static const struct {
    const char *name, *control, *about, *question;
} shipped[SHIPPED_COUNT] = {
#define SAVED(name, control, about, question) {name, control, about, question},
#include "reports/filter/saved.def"
};

bool saved_is_name(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];
        bool letter = c >= 'a' && c <= 'z';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-'))) {
            return false;
        }
    }
    return name.size > 0 && name.size <= SAVED_NAME_MAX;
}

struct status saved_find(struct engine *engine, struct bytes name, struct text *question,
                         struct suggestion *suggestion)
{
    (void)engine;
    for (size_t i = 0; i < SHIPPED_COUNT; i++) {
        if (bytes_equal(name, bytes_of_string(shipped[i].name))) {
            text_put_string(question, shipped[i].question);
            return question->full ? FAIL(LIMIT, question->capacity) : OK;
        }
        suggestion_offer(suggestion, bytes_of_string(shipped[i].name));
    }
    return FAIL(NOT_FOUND, 0);
}

struct status saved_walk(struct engine *engine, saved_visit *visit, void *context)
{
    (void)engine;
    for (size_t i = 0; i < SHIPPED_COUNT; i++) {
        TRY(visit(context, &(struct saved_query){
                               .name = bytes_of_string(shipped[i].name),
                               .question = bytes_of_string(shipped[i].question),
                               .about = bytes_of_string(shipped[i].about),
                               .control = bytes_of_string(shipped[i].control),
                           }));
    }
    return OK;
}
