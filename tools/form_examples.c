#include "tools/form_examples.h"

#include <stddef.h>
#include <string.h>

/* By the verb's name. */
static const struct {
    const char *verb, *lines;
} examples[] = {
    {"host register", "cairn host register north --uri qemu+tls://north/system --cores 32 "
                      "--memory-mib 131072"},
    {"host change-state",
     "cairn host change-state north south --state maintenance --reason 'new disks'\n"
     "# all of them back again\n"
     "cairn host change-state --where state=maintenance --state active --reason done"},
    {"host check-utilisation", "# every host that takes machines\n"
                               "cairn host check-utilisation --where state=active"},
    {"host shutdown-vms", "# what is not saved is lost\n"
                          "cairn host shutdown-vms north --reason 'smoke in rack 2'"},
    {"brick register", "cairn brick register debian-13 --os linux --pool images \\\n"
                       "    --file debian-13.qcow2 --sha256 $(sha256sum debian-13.qcow2 | cut -c "
                       "-64)"},
    {"hw create", "cairn hw create small --brick debian-13 --cores 2 --memory-mib 4096"},
    {"hw manage-access", "# ann, and everybody in the team; ben no more\n"
                         "cairn hw manage-access small --added ann --added team:41 --removed ben"},
    {"hw change-image", "cairn hw change-image small big --brick debian-13.1"},
    {"vm config-create", "# each drive with its mode, in their order\n"
                         "cairn vm config-create analysis --hardware small \\\n"
                         "    --drives reference --modes ro --drives results --modes rw \\\n"
                         "    --project atlas"},
    {"vm start", "cairn vm start analysis && cairn vm wait analysis\n"
                 "cairn vm start analysis --host north --name second"},
    {"vm shutdown", "cairn vm shutdown analysis second\n"
                    "# all that are mine and up\n"
                    "cairn vm shutdown --where owner=ann --where state=registered\n"
                    "cairn vm shutdown --from-csv machines.csv"},
    {"vm delete", "cairn vm delete --where owner=ann --where state=stopped"},
    {"vm add-user", "cairn vm add-user analysis --user ben --user cat --role user"},
    {"vm set-profile", "cairn vm set-profile analysis --user ben --profile analysis/readers\n"
                       "# permissions of their own, in place of a profile\n"
                       "cairn vm set-profile analysis --user ben --permissions files "
                       "--permissions terminal"},
    {"vm profile-create", "cairn vm profile-create analysis --name readers --role user "
                          "--permissions files"},
    {"vm accessdir-create", "cairn vm accessdir-create analysis --name plans --group managers\n"
                            "cairn vm accessdir-create analysis --name drafts --group custom \\\n"
                            "    --read ben --write cat"},
    {"vm accessdir-set", "cairn vm accessdir-set analysis/drafts --group nobody"},
    {"vm group-add-member", "cairn vm group-add-member analysis/writers --user ben"},
    {"vm power-up", "cairn vm power-up --where service=yes --where state=stopped"},
    {"vm restart-controller", "cairn vm restart-controller --where state=registered"},
    {"vm fetch-xml", "cairn vm fetch-xml ann/analysis"},
};

const char *form_examples(const struct verb *verb)
{
    for (size_t i = 0; verb->examples == NULL && i < sizeof examples / sizeof examples[0]; i++) {
        if (strcmp(examples[i].verb, verb->name) == 0) {
            return examples[i].lines;
        }
    }
    return verb->examples;
}
