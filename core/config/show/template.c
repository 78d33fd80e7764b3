/* SPDX-License-Identifier: MIT */

#include "core/config/show/template.h"

#include <string.h>

/* @return whether the line is blanks and "@word@" */
static bool is_word(const char *line, size_t len, size_t *ret_indent, char *word, size_t room)
{
	size_t indent = strspn(line, " \t"), n;

	if (indent + 2 >= len || line[indent] != '@' || line[len - 1] != '@')
		return false;
	n = len - indent - 2;
	if (n >= room || strspn(line + indent + 1, "abcdefghijklmnopqrstuvwxyz0123456789_") != n)
		return false;
	memcpy(word, line + indent + 1, n);
	word[n] = 0;
	*ret_indent = indent;
	return true;
}

void template_render(const char *template, template_fill *fill, void *arg, struct text *out)
{
	while (*template) {
		size_t len = strcspn(template, "\n"), indent;
		size_t whole = len + (template[len] == '\n');
		char word[64];

		if (is_word(template, len, &indent, word, sizeof(word)))
			fill(arg, word, indent, out);
		else
			text_add_n(out, template, whole);
		template += whole;
	}
}
