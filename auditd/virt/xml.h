/*
 * auditd/virt/xml.h -- foreign XML as a tree of elements, to look into.
 *
 * Shape    xml_open parses all of it; elements are walked by name. Names are without namespace;
 *          where one counts, xml_is asks for it.
 * Memory   Elements and names are the document's. Texts are copied into the arena of whoever asks.
 * Errors   MALFORMED: not well formed, not UTF-8, with a document type or entities of its own, or
 *          deeper than libxml2 takes (256); LIMIT: longer than XML_SIZE_MAX, or a text longer than
 *          XML_TEXT_MAX; NO_MEMORY. A struct xml_reader keeps its first failure, and everything it
 *          is asked for afterwards is empty.
 * Limits   below; nothing is fetched, nothing expanded but the five entities of XML and numbers.
 * Source   xmlsoft.org; libxml2 is included by xml.c only.
 */
#ifndef AUDITD_VIRT_XML_H
#define AUDITD_VIRT_XML_H

#include "schema/arena.h"
#include "schema/text.h"

enum {
    XML_SIZE_MAX = 4 << 20, /* bytes of a document */
    XML_TEXT_MAX = 4095,    /* bytes of an attribute or of an element's text */
};

struct xml_document; /* opaque */
struct xml_element;  /* opaque */

MUST_CHECK struct status xml_open(struct bytes xml, struct xml_document **out);
void xml_close(struct xml_document **document);
const struct xml_element *xml_root(const struct xml_document *document);

/* The first element within, and the one after, of this name; NULL as name: of any. NULL: none. */
const struct xml_element *xml_child(const struct xml_element *parent, const char *name);
const struct xml_element *xml_next(const struct xml_element *element, const char *name);
const char *xml_name(const struct xml_element *element);
/* Whether it is called that, in this namespace; NULL: in none. */
bool xml_is(const struct xml_element *element, const char *space, const char *name);

struct xml_reader {
    struct arena *arena;
    struct status status;
};

/* Empty if there is no such attribute; of a NULL element, too. */
struct bytes xml_attribute(struct xml_reader *reader, const struct xml_element *element,
                           const char *name);
struct bytes xml_text(struct xml_reader *reader, const struct xml_element *element);
/* 0 if it is no decimal number. */
uint64_t xml_number(struct bytes text);

#endif
