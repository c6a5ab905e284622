#include "auditd/virt/xml.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

static const xmlNode *node_of(const struct xml_element *element)
{
    return (const xmlNode *)(const void *)element;
}

static const struct xml_element *element_of(const xmlNode *node)
{
    return (const struct xml_element *)(const void *)node;
}

static xmlDoc *document_of(const struct xml_document *document)
{
    union {
        const struct xml_document *ours;
        xmlDoc *theirs;
    } both = {.ours = document};
    return both.theirs;
}

/* A document type is refused before the parser may begin to read it. Where it stands in a comment
 * it is refused, too: libvirt writes none. */
static bool has_document_type(struct bytes xml)
{
    static const char mark[] = "<!DOCTYPE";
    return memmem(xml.data, xml.size, mark, sizeof mark - 1) != NULL;
}

struct status xml_open(struct bytes xml, struct xml_document **out)
{
    if (xml.size > XML_SIZE_MAX) {
        return FAIL(LIMIT, XML_SIZE_MAX);
    }
    if (xml.size == 0 || !text_is_utf8(xml) || memchr(xml.data, '\0', xml.size) != NULL ||
        has_document_type(xml)) {
        return FAIL_BECAUSE(MALFORMED, 0, "the description is no plain XML");
    }
    const int options =
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
    xmlDoc *document = xmlReadMemory((const char *)xml.data, (int)xml.size, NULL, "UTF-8", options);
    xmlResetLastError();
    if (document == NULL || xmlDocGetRootElement(document) == NULL || document->intSubset != NULL) {
        xmlFreeDoc(document);
        return FAIL_BECAUSE(MALFORMED, 0, "the description is no XML");
    }
    *out = (struct xml_document *)(void *)document;
    return OK;
}

void xml_close(struct xml_document **document)
{
    if (*document != NULL) {
        xmlFreeDoc(document_of(*document));
        *document = NULL;
    }
}

const struct xml_element *xml_root(const struct xml_document *document)
{
    return element_of(xmlDocGetRootElement(document_of(document)));
}

static const struct xml_element *find(const xmlNode *node, const char *name)
{
    for (; node != NULL; node = node->next) {
        if (node->type == XML_ELEMENT_NODE &&
            (name == NULL || strcmp((const char *)node->name, name) == 0)) {
            return element_of(node);
        }
    }
    return NULL;
}

const struct xml_element *xml_child(const struct xml_element *parent, const char *name)
{
    return parent == NULL ? NULL : find(node_of(parent)->children, name);
}

const struct xml_element *xml_next(const struct xml_element *element, const char *name)
{
    return find(node_of(element)->next, name);
}

const char *xml_name(const struct xml_element *element)
{
    return (const char *)node_of(element)->name;
}

bool xml_is(const struct xml_element *element, const char *space, const char *name)
{
    const xmlNs *own = node_of(element)->ns;
    const bool same = space == NULL ? own == NULL
                                    : own != NULL && own->href != NULL &&
                                          strcmp((const char *)own->href, space) == 0;
    return same && strcmp(xml_name(element), name) == 0;
}

/* Takes a text of libxml2's over. */
static struct bytes keep(struct xml_reader *reader, xmlChar *text)
{
    struct bytes kept = {NULL, 0};
    const size_t size = text == NULL ? 0 : strlen((const char *)text);
    if (size > XML_TEXT_MAX) {
        reader->status = FAIL(LIMIT, XML_TEXT_MAX);
    } else if (size > 0) {
        kept = arena_copy(reader->arena, bytes_of(text, size));
        reader->status = reader->arena->full ? FAIL(NO_MEMORY, size) : reader->status;
    }
    xmlFree(text);
    return kept;
}

struct bytes xml_attribute(struct xml_reader *reader, const struct xml_element *element,
                           const char *name)
{
    if (element == NULL || failed(reader->status)) {
        return (struct bytes){NULL, 0};
    }
    return keep(reader, xmlGetNoNsProp(node_of(element), (const xmlChar *)name));
}

struct bytes xml_text(struct xml_reader *reader, const struct xml_element *element)
{
    if (element == NULL || failed(reader->status)) {
        return (struct bytes){NULL, 0};
    }
    return keep(reader, xmlNodeGetContent(node_of(element)));
}

uint64_t xml_number(struct bytes text)
{
    uint64_t number = 0;
    return text_read_u64(text, &number) ? number : 0;
}
