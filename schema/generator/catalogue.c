/* catalogue.c, in its four parts. */
#include "schema/generator/output.h"

void write_catalogue(struct output *out, const struct model *model)
{
    put(out, "/* Made by schema/generator from schema/catalogue/; changes belong there. */\n"
             "#include \"schema/catalogue/catalogue.h\"\n\n#include <assert.h>\n");
    write_lookups(out, model);
    write_codecs(out, model);
    write_rows(out, model);
    write_tables(out, model);
}
