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
               "%" PRIu64 " events, %" PRIu64 " signed commands, %" PRIu64 ".%" PRIu64 " s\n"
               "seed %" PRIu64 ", root %s\n\n",
               sum->events, sum->commands, sum->took_us / TIME_SECOND_US,
               sum->took_us / (TIME_SECOND_US / 10) % 10, sum->seed, sum->root);
}

/* A step: a question, and the commands that answer it. */
static void put_question(struct output *out, unsigned number, const char *question)
{
    output_add(out, "\n%u  %s\n", number, question);
}

/* One event's position behind a command, and what follows it. */
static void put_command(struct output *out, const char *command, uint64_t n, const char *rest)
{
    output_add(out, "   %s%" PRIu64 "%s\n", command, n, rest);
}

static void put_first_steps(struct output *out, const uint64_t truth[static TRUTH_COUNT])
{
    put_question(out, 1, "What deserves a look?");
    output_put_string(out, "   cairn hints --since 2026-03-08 --until 2026-03-11 "
                           "--severity medium\n");
    put_question(out, 2, "Who was on that machine, and what else came from there?");
    put_command(out, "cairn pivot ", truth[TRUTH_TRANSFER_FIRST], " --to people");
    output_put_string(out, "   cairn stats --by kind --source 198.51.100.23\n");
    put_question(out, 3, "Where did it come from?");
    put_command(out, "cairn lineage file:", truth[TRUTH_ATLAS_COPY],
                " --up --since 2026-03-09T20:00Z");
}

static void put_last_steps(struct output *out, const struct place *place,
                           const uint64_t truth[static TRUTH_COUNT])
{
    put_question(out, 4, "Why could ren read it, and what did that rest on?");
    put_command(out, "cairn access file:", truth[TRUTH_COHORT],
                " --user ren --as-of 2026-03-09T21:58Z");
    put_command(out, "cairn show ", truth[TRUTH_REN_CERTIFIED], "");
    output_add(out, "   cairn access file:%" PRIu64 " --did --relying cert:%" PRIu64 "\n",
               truth[TRUTH_COHORT], truth[TRUTH_REN_CERTIFIED]);
    put_question(out, 5,
                 "Give it to somebody who trusts nobody; then let somebody change the log.");
    output_put_string(out, "   cairn case export INC-2026-004 --out inc-004\n"
                           "   cairn demo tamper && cairn verify\n"
                           "   cairn-verify --key ");
    put_path(out, place);
    output_put_string(out, "/log.vkey inc-004\n");
}

static void put_steps(struct output *out, const struct place *place,
                      const uint64_t truth[static TRUTH_COUNT])
{
    output_put_string(out, "Something went wrong there. Five things to try:\n\n"
                           "   export CAIRN_STORE=");
    put_path(out, place);
    output_put_char(out, '\n');
    put_first_steps(out, truth);
    put_last_steps(out, place, truth);
    output_put_string(out,
                      "\nIn a browser: cairn demo web. What was planted: cairn demo --truth.\n");
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
