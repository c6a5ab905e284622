/*
 * tests/fuzz/target.h -- what every fuzz target defines, and replay.c and libFuzzer call.
 *
 * Contract  Any bytes are welcome: the target returns 0, or aborts by an assertion when a property
 *           of the decoder does not hold. It keeps nothing from one call to the next.
 */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
