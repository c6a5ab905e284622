#include "reports/json_out.h"
#include "schema/time.h"
#include "tools/demo/demo.h"

#include <inttypes.h>
#include <string.h>

/* What somebody sees who has just built the enclave. */

static void put_json(struct output *out, const struct place *place, const struct demo_sum *sum,
                     const uint64_t truth[static TRUTH_COUNT])
{
    output_put_string(out, "{\"store\":");
    json_put_string(out, bytes_of_string(place->store.text));
    output_add(out,
               ",\"seed\":%" PRIu64 ",\"events\":%" PRIu64 ",\"commands\":%" PRIu64
               ",\"root\":\"%s\",\"truth\":{",
               sum->seed, sum->events, sum->commands, sum->root);
    const char *before = "";
    for (unsigned i = 0; i < TRUTH_COUNT; i++) {
        if (truth[i] != UINT64_MAX) {
            output_add(out, "%s\"%s\":%" PRIu64, before, truth_name((enum truth)i), truth[i]);
            before = ",";
        }
    }
    output_put_string(out, "}}\n");
}

/* A path may have anything in it. */
static void put_path(struct output *out, const struct place *place)
{
    char memory[STORE_PATH_MAX];
    struct text text = TEXT_IN(memory);
    text_put_printable(&text, bytes_of_string(place->store.text));
    output_put_bytes(out, text_bytes(&text));
}

static void put_sum(struct output *out, const struct place *place, const struct demo_sum *sum)
{
    output_put_string(out, "Northgate Secure Enclave, 2 to 15 March 2026: ");
    put_path(out, place);
    output_put_char(out, '\n');
    output_add(out,
               "%" PRIu64 " events, %" PRIu64 " signed commands, in %" PRIu64 ".%" PRIu64
               " s; seed %" PRIu64 ", root %s\n",
               sum->events, sum->commands, sum->took_us / TIME_SECOND_US,
               sum->took_us / (TIME_SECOND_US / 10) % 10, sum->seed, sum->root);
    output_put_string(out, "Something went wrong there. Five things to try:\n");
}

static void put_steps(struct output *out, const struct place *place,
                      const uint64_t truth[static TRUTH_COUNT])
{
    output_put_string(out, "\n  export CAIRN_STORE=");
    put_path(out, place);
    output_put_char(out, '\n');
    output_put_string(out, "\n1 What deserves a look?\n  cairn hints 2026-03-08..2026-03-11 "
                           "--severity high\n");
    output_add(out, "\n2 Who was that?\n  cairn pivot %" PRIu64 " --to session,actor\n",
               truth[TRUTH_TRANSFER_FIRST]);
    output_add(out,
               "\n3 Where did it come from?\n  cairn lineage file:%" PRIu64
               " --up --since 2026-03-09T20:00Z\n",
               truth[TRUTH_ATLAS_COPY]);
    output_add(out,
               "\n4 Why could ren read it?\n  cairn access file:%" PRIu64
               " --user ren --as-of 2026-03-09T21:58Z --explain\n",
               truth[TRUTH_COHORT]);
    output_put_string(out, "\n5 Keep it, and prove it.\n  cairn verify\n");
}

void demo_tour(const struct invocation *invocation, const struct place *place,
               const struct demo_sum *sum, const uint64_t truth[static TRUTH_COUNT])
{
    struct output *out = invocation->output;
    if (invocation->format == ROWS_JSON) {
        put_json(out, place, sum, truth);
        return;
    }
    put_sum(out, place, sum);
    if (truth[TRUTH_TRANSFER_FIRST] != UINT64_MAX) {
        put_steps(out, place, truth);
    }
}
