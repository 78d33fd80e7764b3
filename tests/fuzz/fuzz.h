/* SPDX-License-Identifier: MIT */
/**
 * @file fuzz.h
 * What the fuzz targets share. A target takes any bytes, as libFuzzer or replay.c hand them over, and must end: what
 * does not hold ends the program.
 */
#ifndef CAM_TESTS_FUZZ_H
#define CAM_TESTS_FUZZ_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** The target. @return 0 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define HOLDS(cond)                                                                                          \
	do {                                                                                                 \
		if (!(cond)) {                                                                               \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #cond);             \
			abort();                                                                             \
		}                                                                                            \
	} while (0)

/** An input on its way. */
struct fuzz {
	const uint8_t *data;
	size_t len;
};

/** @return the next byte, 0 at the end */
static inline uint8_t fuzz_byte(struct fuzz *f)
{
	if (!f->len)
		return 0;
	f->len--;
	return *f->data++;
}

/** @return the next two bytes, the high one first */
static inline uint16_t fuzz_16(struct fuzz *f)
{
	unsigned high = fuzz_byte(f);

	return (uint16_t)(high << 8 | fuzz_byte(f));
}

/** @return the next four bytes, the highest first */
static inline uint32_t fuzz_32(struct fuzz *f)
{
	uint32_t high = fuzz_16(f);

	return high << 16 | fuzz_16(f);
}

/** @return len bytes, or what is left, in memory that ends with them, so that a sanitizer sees what reads on; free() it */
static inline uint8_t *fuzz_take(struct fuzz *f, size_t len, size_t *ret_len)
{
	uint8_t *copy;

	*ret_len = len < f->len ? len : f->len;
	copy = malloc(*ret_len ? *ret_len : 1);
	HOLDS(copy);
	if (*ret_len)
		memcpy(copy, f->data, *ret_len);
	f->data += *ret_len;
	f->len -= *ret_len;
	return copy;
}

/** @return what stands before the next line end, or NUL, or end, and behind it the next one begins; free() it */
static inline char *fuzz_line(struct fuzz *f)
{
	size_t n = 0, len;
	char *copy;

	while (n < f->len && f->data[n] && f->data[n] != '\n')
		n++;
	copy = (char *)fuzz_take(f, n, &len);
	copy = realloc(copy, len + 1);
	HOLDS(copy);
	copy[len] = '\0';
	fuzz_byte(f);
	return copy;
}

/** @return the rest as a text, up to its first NUL; free() it */
static inline char *fuzz_text(struct fuzz *f)
{
	size_t n = strnlen((const char *)f->data, f->len);
	char *copy = malloc(n + 1);

	HOLDS(copy);
	memcpy(copy, f->data, n);
	copy[n] = '\0';
	return copy;
}
#endif
