#include "auditd/virt/domain_xml.h"

#include "auditd/virt/names.h"

enum {
    LETTERS = 26,
};

/* Texts -------------------------------------------------------------------------------------- */

static const char *escape_of(uint8_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&apos;";
    case '\t':
        return "&#9;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

/* U+FFFE and U+FFFF are the only ones that UTF-8 has and XML has not, besides control characters.
 */
static bool is_no_character(struct bytes text, size_t at)
{
    return at + 2 < text.size && text.data[at] == 0xEF && text.data[at + 1] == 0xBF &&
           text.data[at + 2] >= 0xBE;
}

bool xml_put(struct text *out, struct bytes text)
{
    if (!text_is_utf8(text)) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        const char *escape = escape_of(text.data[i]);
        if (escape != NULL) {
            text_put_string(out, escape);
        } else if (text.data[i] < ' ' || is_no_character(text, i)) {
            return false;
        } else {
            text_put_char(out, (char)text.data[i]);
        }
    }
    return true;
}

/* Writes on, and remembers that something could not be said. */
struct xml_writer {
    struct text *out;
    bool unsaid;
};

static void put_text(struct xml_writer *writer, struct bytes text)
{
    writer->unsaid |= !xml_put(writer->out, text);
}

static void put_word(struct xml_writer *writer, const char *word)
{
    put_text(writer, bytes_of_string(word));
}

/* `<name>text</name>`. */
static void put_element(struct xml_writer *writer, const char *name, struct bytes text)
{
    text_add(writer->out, "<%s>", name);
    put_text(writer, text);
    text_add(writer->out, "</%s>\n", name);
}

/* ` name='text'`. */
static void put_attribute(struct xml_writer *writer, const char *name, struct bytes text)
{
    text_add(writer->out, " %s='", name);
    put_text(writer, text);
    text_put_char(writer->out, '\'');
}

static struct status end(const struct xml_writer *writer)
{
    if (writer->unsaid) {
        return FAIL_BECAUSE(MALFORMED, 0, "a name or path has characters that XML cannot say");
    }
    return writer->out->full ? FAIL(LIMIT, writer->out->capacity) : OK;
}

/* Disks -------------------------------------------------------------------------------------- */

void disk_target(const char *prefix, unsigned position, char out[static PLAN_TARGET_SIZE])
{
    char letters[PLAN_TARGET_SIZE];
    size_t count = 0;
    do {
        letters[count++] = (char)('a' + position % LETTERS);
        position = position / LETTERS;
    } while (position-- > 0 && count < sizeof letters);
    struct text text = {.data = out, .capacity = PLAN_TARGET_SIZE};
    text_put_string(&text, prefix);
    while (count > 0) {
        text_put_char(&text, letters[--count]);
    }
    (void)text_string(&text);
}

static void put_disk(struct xml_writer *writer, const struct disk_plan *disk)
{
    char target[PLAN_TARGET_SIZE];
    disk_target(disk->cdrom ? "sd" : "vd", disk->position, target);
    text_add(writer->out, "<disk type='file' device='%s'>\n", disk->cdrom ? "cdrom" : "disk");
    text_put_literal(writer->out, "<driver name='qemu'");
    put_attribute(writer, "type", bytes_of_string(disk->format));
    text_put_literal(writer->out, "/>\n<source");
    put_attribute(writer, "file", disk->path);
    text_put_string(writer->out,
                    disk->ours ? "><seclabel model='dac' relabel='no'/></source>\n" : "/>\n");
    text_add(writer->out, "<target dev='%s' bus='%s'/>\n", target, disk->cdrom ? "scsi" : "virtio");
    if (disk->read_only || disk->cdrom) {
        text_put_literal(writer->out, "<readonly/>\n");
    }
    if (disk->serial[0] != '\0') {
        put_element(writer, "serial", bytes_of_string(disk->serial));
    }
    text_put_literal(writer->out, "<alias");
    put_attribute(writer, "name", bytes_of_string(disk->alias));
    text_put_literal(writer->out, "/>\n</disk>\n");
}

struct status disk_xml(const struct disk_plan *plan, struct text *out)
{
    struct xml_writer writer = {.out = out};
    put_disk(&writer, plan);
    return end(&writer);
}

/* Domains ------------------------------------------------------------------------------------ */

static void put_metadata(struct xml_writer *writer, const struct domain_plan *plan)
{
    text_add(writer->out,
             "<metadata><cairn:vm xmlns:cairn='" WORLD_METADATA "' id='vm:%llu' run='%llu' "
             "request='%llu'/></metadata>\n",
             (unsigned long long)plan->vm, (unsigned long long)plan->run,
             (unsigned long long)plan->request);
}

static void put_boot(struct xml_writer *writer, const struct domain_plan *plan)
{
    text_put_literal(writer->out, "<os>\n<type arch='x86_64' machine='pc'>hvm</type>\n");
    if (plan->kernel.size > 0) {
        put_element(writer, "kernel", plan->kernel);
    }
    if (plan->initrd.size > 0) {
        put_element(writer, "initrd", plan->initrd);
    }
    if (plan->arguments.size > 0) {
        put_element(writer, "cmdline", plan->arguments);
    }
    text_put_literal(writer->out, "<boot dev='hd'/>\n</os>\n");
}

/* The socket is made by libvirt; its directory says who may use it. */
static void put_channel(struct xml_writer *writer, struct bytes socket)
{
    text_put_literal(writer->out, "<channel type='unix'>\n<source mode='bind'");
    put_attribute(writer, "path", socket);
    text_put_literal(writer->out, "><seclabel model='dac' relabel='no'/></source>\n"
                                  "<target type='virtio' name='" WORLD_CHANNEL "'/>\n"
                                  "</channel>\n");
}

static void put_devices(struct xml_writer *writer, const struct domain_plan *plan)
{
    text_put_literal(writer->out, "<devices>\n");
    for (size_t i = 0; i < plan->disk_count; i++) {
        put_disk(writer, &plan->disks[i]);
    }
    text_put_literal(writer->out, "<controller type='usb' model='none'/>\n"
                                  "<controller type='scsi' model='virtio-scsi'/>\n"
                                  "<serial type='pty'/>\n");
    if (plan->socket.size > 0) {
        put_channel(writer, plan->socket);
    }
    text_put_literal(writer->out, "<video><model type='none'/></video>\n"
                                  "<memballoon model='none'/>\n"
                                  "<rng model='virtio'><backend model='random'>/dev/urandom"
                                  "</backend></rng>\n</devices>\n");
}

struct status domain_xml(const struct domain_plan *plan, struct text *out)
{
    struct xml_writer writer = {.out = out};
    text_put_literal(out, "<domain type='");
    put_word(&writer, plan->type);
    text_put_literal(out, "'>\n");
    put_element(&writer, "name", bytes_of_string(plan->name));
    put_element(&writer, "uuid", bytes_of_string(plan->uuid));
    if (plan->title.size > 0) {
        put_element(&writer, "title", plan->title);
    }
    put_metadata(&writer, plan);
    text_add(out, "<memory unit='MiB'>%llu</memory>\n<vcpu>%llu</vcpu>\n",
             (unsigned long long)plan->memory_mib, (unsigned long long)plan->cores);
    put_boot(&writer, plan);
    text_put_literal(out, "<features><acpi/></features>\n<clock offset='utc'/>\n"
                          "<on_poweroff>destroy</on_poweroff>\n<on_reboot>restart</on_reboot>\n"
                          "<on_crash>destroy</on_crash>\n");
    put_devices(&writer, plan);
    text_put_literal(out, "</domain>\n");
    return end(&writer);
}

/* Pools and volumes -------------------------------------------------------------------------- */

static void put_permissions(struct xml_writer *writer, const struct owner_plan *owner,
                            const char *mode)
{
    if (owner->known) {
        text_add(writer->out,
                 "<permissions><mode>%s</mode><owner>%llu</owner><group>%llu</group>"
                 "</permissions>\n",
                 mode, (unsigned long long)owner->uid, (unsigned long long)owner->gid);
    }
}

struct status pool_xml(const char *name, struct bytes path, const struct owner_plan *owner,
                       struct text *out)
{
    struct xml_writer writer = {.out = out};
    text_put_literal(out, "<pool type='dir'>\n");
    put_element(&writer, "name", bytes_of_string(name));
    text_put_literal(out, "<target>\n");
    put_element(&writer, "path", path);
    put_permissions(&writer, owner, "0770");
    text_put_literal(out, "</target>\n</pool>\n");
    return end(&writer);
}

struct status volume_xml(const struct volume_plan *plan, struct text *out)
{
    struct xml_writer writer = {.out = out};
    text_put_literal(out, "<volume type='file'>\n");
    put_element(&writer, "name", bytes_of_string(plan->name));
    text_add(out, "<capacity unit='bytes'>%llu</capacity>\n", (unsigned long long)plan->capacity);
    text_put_literal(out, "<target>\n<format");
    put_attribute(&writer, "type", bytes_of_string(plan->format));
    text_put_literal(out, "/>\n");
    put_permissions(&writer, &plan->owner, "0660");
    text_put_literal(out, "</target>\n");
    if (plan->below.size > 0) {
        text_put_literal(out, "<backingStore>\n");
        put_element(&writer, "path", plan->below);
        text_put_literal(out, "<format");
        put_attribute(&writer, "type", bytes_of_string(plan->below_format));
        text_put_literal(out, "/>\n</backingStore>\n");
    }
    text_put_literal(out, "</volume>\n");
    return end(&writer);
}
