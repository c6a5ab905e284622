#include "tools/roff.h"

#include "schema/text.h"

void roff_put(struct output *output, const char *text)
{
    bool line_begins = true;
    for (; *text != '\0'; text++) {
        if (line_begins && (*text == '.' || *text == '\'')) {
            output_put_string(output, "\\&");
        }
        if (*text == '\\') {
            output_put_string(output, "\\e");
        } else if (*text == '-') {
            output_put_string(output, "\\-");
        } else if (*text == '|') {
            output_put_string(output, "|\\:"); /* a list of words may be longer than a line */
        } else {
            output_put_char(output, *text);
        }
        line_begins = *text == '\n';
    }
}

void roff_line(struct output *output, const char *text)
{
    const size_t size = strlen(text);
    roff_put(output, text);
    if (size == 0 || text[size - 1] != '\n') {
        output_put_char(output, '\n');
    }
}

void roff_block(struct output *output, const char *text)
{
    output_put_string(output, ".RS 4\n.nf\n");
    roff_line(output, text);
    output_put_string(output, ".fi\n.RE\n");
}

void roff_paragraphs(struct output *output, const char *text)
{
    while (*text != '\0') {
        char memory[512];
        struct text line = TEXT_IN(memory);
        const size_t size = strcspn(text, "\n");
        text_put(&line, text, size < sizeof memory - 1 ? size : sizeof memory - 1);
        if (size == 0) {
            output_put_string(output, ".PP\n");
        } else {
            roff_line(output, text_string(&line));
        }
        text += size + (text[size] == '\n');
    }
}
