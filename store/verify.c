#include "store/verify.h"

#include "schema/catalogue/catalogue.h"
#include "store/acts.h"
#include "store/keyring.h"
#include "store/subject_counts.h"

#include <stdlib.h>

struct verifier {
    struct public_key log_key;
    struct hasher *hasher;
    struct tree tree;
    struct keyring *keyring;
    struct acts acts;
    struct subject_counts *subjects;
    struct digest last; /* hash of the leaf before */
    bool last_known;    /* false after an event that is missing: its hash is unknown */
    struct verify_report report;
    verify_read_tile *read_tile;
    void *tile_context;
};

struct status verifier_open(const struct public_key *log_key, struct verifier **out)
{
    CLEANUP(verifier_close) struct verifier *verifier = calloc(1, sizeof *verifier);
    if (verifier == NULL) {
        return FAIL(NO_MEMORY, sizeof *verifier);
    }
    verifier->log_key = *log_key;
    verifier->last_known = true;
    TRY(hasher_open(&verifier->hasher));
    TRY(keyring_open(log_key->name, &verifier->keyring));
    TRY(subject_counts_open(VERIFY_SUBJECTS_MAX, &verifier->subjects));
    *out = verifier;
    verifier = NULL;
    return OK;
}

void verifier_close(struct verifier **verifier)
{
    if (*verifier != NULL) {
        subject_counts_close(&(*verifier)->subjects);
        keyring_close(&(*verifier)->keyring);
        hasher_close(&(*verifier)->hasher);
        free(*verifier);
        *verifier = NULL;
    }
}

void verify_note(struct verifier *verifier, uint64_t n, const char *what)
{
    struct verify_report *report = &verifier->report;
    if (report->finding_count < VERIFY_FINDINGS_MAX) {
        report->findings[report->finding_count] = (struct verify_finding){.n = n, .what = what};
    }
    report->finding_count++;
}

const struct verify_report *verify_report_of(const struct verifier *verifier)
{
    return &verifier->report;
}

/* Tree ------------------------------------------------------------------------------------ */

static struct status compare_tile(void *context, uint32_t level, uint64_t index,
                                  const struct digest hashes[static TREE_TILE_WIDTH])
{
    struct verifier *verifier = context;
    struct bytes stored;
    const size_t size = TREE_TILE_WIDTH * DIGEST_SIZE;
    if (verifier->read_tile == NULL) {
        return OK;
    }
    struct status status = verifier->read_tile(verifier->tile_context, level, index, &stored);
    if (status.code == STATUS_NO_MEMORY) {
        return status;
    }
    if (failed(status) || stored.size != size || memcmp(stored.data, hashes, size) != 0) {
        uint64_t first = verifier->tree.size + 1 - ((uint64_t)TREE_TILE_WIDTH << (8 * level));
        verify_note(verifier, first, "the stored tile that begins here is not that of its events");
    }
    return OK;
}

void verify_tiles_with(struct verifier *verifier, verify_read_tile *read, void *context)
{
    verifier->read_tile = read;
    verifier->tile_context = context;
}

const struct tree *verify_tree_of(const struct verifier *verifier)
{
    return &verifier->tree;
}

/* Follow ---------------------------------------------------------------------------------- */

static void follow_time(struct verifier *verifier, const struct leaf *leaf)
{
    struct verify_report *report = &verifier->report;
    if (leaf->t_utc_us < report->last_t_utc_us) {
        verify_note(verifier, report->size, "it was recorded before the event before it");
    }
    if (report->size == 0) {
        report->first_t_utc_us = leaf->t_utc_us;
    }
    report->last_t_utc_us = leaf->t_utc_us;
}

static void follow_position(struct verifier *verifier, const struct examined *event)
{
    uint64_t n = verifier->report.size;
    if (event->leaf.n != n) {
        verify_note(verifier, n, "the leaf says another position than it has");
    }
    if (verifier->last_known && !digest_equal(&event->leaf.prev, &verifier->last)) {
        verify_note(verifier, n, "the chain is broken here: `prev` is not the leaf before");
    }
}

static void follow_emitter(struct verifier *verifier, const struct examined *event)
{
    bool signature_checked = false;
    const char *wrong =
        keyring_follow(verifier->keyring, event, verifier->report.size, &signature_checked);
    if (wrong != NULL) {
        verify_note(verifier, verifier->report.size, wrong);
    }
    verifier->report.submissions += signature_checked;
}

static void follow_command(struct verifier *verifier, const struct examined *event)
{
    const char *unsaid = acts_follow(&verifier->acts, &event->leaf);
    if (unsaid != NULL) {
        verify_note(verifier, verifier->report.size, unsaid);
    }
    if (event->leaf.has_command && event->command.size > 0) {
        const char *wrong = keyring_check_command(verifier->keyring, event);
        if (wrong != NULL) {
            verify_note(verifier, verifier->report.size, wrong);
        }
        verifier->report.commands++;
    }
}

static struct status follow_decoded(struct verifier *verifier, const struct examined *event)
{
    follow_position(verifier, event);
    follow_time(verifier, &event->leaf);
    if (!subject_counts_add(verifier->subjects, event->leaf.on[0], event->leaf.on_n)) {
        verify_note(verifier, verifier->report.size,
                    "an event of its subject is missing: `on_n` is not one more than before");
    }
    follow_emitter(verifier, event);
    follow_command(verifier, event);
    const char *wrong;
    TRY(keyring_learn(verifier->keyring, event, &wrong));
    if (wrong != NULL) {
        verify_note(verifier, verifier->report.size, wrong);
    }
    return OK;
}

struct status verify_follow(struct verifier *verifier, const struct examined *event)
{
    struct verify_report *report = &verifier->report;
    if (event->wrong != NULL) {
        verify_note(verifier, report->size, event->wrong);
    }
    if (event->decoded) {
        TRY(follow_decoded(verifier, event));
    }
    TRY(tree_append(&verifier->tree, verifier->hasher, &event->leaf_hash, compare_tile, verifier));
    verifier->last = event->leaf_hash;
    verifier->last_known = true;
    report->bodies += event->body.size > 0;
    report->bodies_absent += event->body.size == 0;
    report->size++;
    return OK;
}

struct status verify_missing(struct verifier *verifier, uint64_t n, const char *what)
{
    struct digest unknown = {0};
    TRY(tree_append(&verifier->tree, verifier->hasher, &unknown, compare_tile, verifier));
    verify_note(verifier, n, what);
    verifier->last_known = false;
    verifier->report.size++;
    return OK;
}

struct status verify_checkpoint(struct verifier *verifier, struct bytes note)
{
    struct verify_report *report = &verifier->report;
    struct checkpoint checkpoint;
    uint64_t last = report->size == 0 ? 0 : report->size - 1;
    struct status status = checkpoint_verify(&verifier->log_key, note, &checkpoint);
    if (status.code == STATUS_NO_MEMORY) {
        return status;
    }
    if (failed(status)) {
        verify_note(verifier, last, "the checkpoint after it is not signed by the log's key");
        return OK;
    }
    struct digest root = tree_root(&verifier->tree, verifier->hasher);
    if (checkpoint.size != report->size || !digest_equal(&checkpoint.root, &root)) {
        verify_note(verifier, last, "the signed checkpoint after it is over other events");
        return OK;
    }
    report->checkpointed = report->size;
    report->checkpoints++;
    return OK;
}

void verify_end_early(struct verifier *verifier)
{
    struct verify_report *report = &verifier->report;
    report->root = tree_root(&verifier->tree, verifier->hasher);
    report->emitters = keyring_emitters(verifier->keyring);
    report->unsigned_events = keyring_unsigned(verifier->keyring, &report->first_unsigned);
}

void verify_end(struct verifier *verifier)
{
    const struct verify_report *report = &verifier->report;
    verify_end_early(verifier);
    if (report->unsigned_events > 0) {
        verify_note(verifier, report->first_unsigned,
                    "its emitter's signature over it and what follows is missing");
    }
}

/* Subjects in several passes -------------------------------------------------------------- */

uint32_t verify_passes_left(const struct verifier *verifier)
{
    return subject_counts_passes_left(verifier->subjects);
}

void verify_next_pass(struct verifier *verifier)
{
    subject_counts_next_pass(verifier->subjects);
}

void verify_count(struct verifier *verifier, const struct leaf *leaf)
{
    if (!subject_counts_add(verifier->subjects, leaf->on[0], leaf->on_n)) {
        verify_note(verifier, leaf->n,
                    "an event of its subject is missing: `on_n` is not one more than before");
    }
}
