/* SPDX-License-Identifier: MIT */

#include "core/config/option/hash.h"

#include <stddef.h>
#include <string.h>

/* The methods of crypt(5) that are not too weak, and how many characters the last part of theirs has. */
static const struct {
	const char *begin;
	size_t digest;
} methods[] = {{"$y$", 43}, {"$gy$", 43}, {"$7$", 43}, {"$2a$", 53}, {"$2b$", 53}, {"$2y$", 53}, {"$6$", 86},
	{"$5$", 43}};

const char *hash_fault(const char *text)
{
	const char *last = strrchr(text, '$');
	size_t n = sizeof(methods) / sizeof(methods[0]), i = 0;

	if (*text != '$' || strlen(text) < 20)
		return "is no hash of a password: write what `cam_server --password` prints for it, never "
		       "the "
		       "password itself";
	while (i < n && strncmp(text, methods[i].begin, strlen(methods[i].begin)) != 0)
		i++;
	if (i == n)
		return "is a hash of a kind that is not taken; write what `cam_server --password` prints, "
		       "which "
		       "begins with $y$";
	if (strlen(last + 1) != methods[i].digest || last < text + strlen(methods[i].begin) ||
		strspn(text, "$./=,ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") !=
			strlen(text))
		return "is a hash that is not whole; write all of it, in single quotes where a shell reads "
		       "it, and "
		       "with $$ for each $ where docker compose does";
	return NULL;
}
