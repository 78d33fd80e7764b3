/* SPDX-License-Identifier: MIT */

#include "core/config/show/roff.h"

#include <stdbool.h>

static void roff(struct text *out, const char *s, bool literal)
{
	if (*s == '.' || *s == '\'')
		text_add(out, "\\&");
	for (; *s; s++) {
		switch (*s) {
		case '\\':
			text_add(out, "\\e");
			break;
		case '"':
			text_add(out, "\\(dq");
			break;
		case '-':
			text_add(out, literal ? "\\-" : "-");
			break;
		case '^':
			text_add(out, "\\(ha");
			break;
		case '~':
			text_add(out, "\\(ti");
			break;
		case '`':
			text_add(out, "\\(ga");
			break;
		case '\n':
			text_add(out, " ");
			break;
		default:
			text_add_n(out, s, 1);
		}
	}
}

void roff_text(struct text *out, const char *s)
{
	roff(out, s, false);
}

void roff_literal(struct text *out, const char *s)
{
	roff(out, s, true);
}
