// SPDX-License-Identifier: MIT
/*
 * Breaks a file, the same way for the same seed: bytes of it, or its length.
 *
 * usage: mutate SEED IN OUT
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Headers are at both ends, and that is where most can go wrong. */
static size_t somewhere(uint64_t *seed, size_t size)
{
	size_t end = size < 1600 ? size : 1600;

	switch (next(seed) % 4) {
	case 0:
		return next(seed) % (size < 64 ? size : 64);
	case 1:
		return size - 1 - next(seed) % end;
	default:
		return next(seed) % size;
	}
}

int main(int argc, char **argv)
{
	static uint8_t data[1 << 20];
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
	size_t size, i, n;
	uint64_t seed;
	FILE *f;

	if (argc != 4 || !(f = fopen(argv[2], "r")))
		return 64;
	size = fread(data, 1, sizeof(data), f);
	fclose(f);
	seed = strtoull(argv[1], NULL, 0) * 0x9e3779b97f4a7c15ULL + 1;
	for (i = 0; i < 8; i++)
		next(&seed);
	if (!size)
		return 1;
	if (next(&seed) % 8 == 0)
		size = next(&seed) % size;
	for (n = 1 + next(&seed) % 6; size && n; n--) {
		i = somewhere(&seed, size);
		data[i] = next(&seed) & 1 ? values[next(&seed) % sizeof(values)] :
			  (uint8_t)next(&seed);
	}
	f = fopen(argv[3], "w");
	return !f || fwrite(data, 1, size, f) != size || fclose(f);
}
