/*
 * store/map.h -- room for a file that is mapped: in the address space, and in its own length.
 *
 * Units    Sizes in bytes.
 * Source   reliability.md F.2: P20, P21, P23.
 */
#ifndef STORE_MAP_H
#define STORE_MAP_H

#include "schema/status.h"

#define MAP_WISHED (UINT64_C(1) << 40) /* address space, neither memory nor disk */
#define MAP_LEAST (UINT64_C(64) << 20)

/* Whether so much could be mapped now. */
bool map_fits(uint64_t size);

/* A size to map a file of `size` bytes with, so that it never needs to move: MAP_WISHED where the
 * address space has it, else less, down to four times the file or MAP_LEAST. */
uint64_t map_choose(uint64_t size);

/* The length of an open file. IO. */
MUST_CHECK struct status map_file_size(int file, uint64_t *size);

/* Lets the file reach some MiB beyond the `used` bytes, as a hole. IO. */
MUST_CHECK struct status map_file_extend(int file, uint64_t used);

/* What is behind an error of writing to the file: LMDB calls a short write EIO, and the next one
 * would have been ENOSPC. */
int map_write_error(int file, int error);

#endif
