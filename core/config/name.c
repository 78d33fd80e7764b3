/* SPDX-License-Identifier: MIT */

#include "core/config/name.h"

#include <string.h>

const char *name_odd_character(struct load *l, const char *name)
{
	const unsigned char *s = (const unsigned char *)name;
	unsigned c;

	while (*s && *s < 0x80)
		s++;
	if (!*s)
		return "";
	if ((*s & 0xe0) == 0xc0 && s[1])
		c = (*s & 0x1fu) << 6 | (s[1] & 0x3fu);
	else if ((*s & 0xf0) == 0xe0 && s[1] && s[2])
		c = (*s & 0xfu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
	else
		return " (it holds a character that is none of ASCII)";
	return arena_printf(l->arena, " (it holds U+%04X, which is none of ASCII)", c);
}

bool name_is_cut(struct load *l, const struct tree *t, const char *meant)
{
	if (!t->cut)
		return false;
	report_error(l->report, &t->cut->at, tree_path(l->arena, t->cut),
		"is followed by a key that there is not%s; if that belongs to it, put all of it in quotes: a "
		"comma ends a "
		"text within { }",
		meant && *meant ? arena_printf(l->arena, " (did you mean \"%s\"?)", meant) : "");
	return true;
}

/* @return what keeps a text from being a camera's name, NULL: nothing */
static const char *camera_name_fault(struct load *l, const char *name)
{
	size_t n = strlen(name), i = strcspn(name, "/\\,*?");

	if (!n)
		return "is empty; a camera's name has 1 to 64 bytes";
	if (n > LOAD_NAME_MAX)
		return "is longer than 64 bytes";
	if (*name == ' ' || name[n - 1] == ' ')
		return "begins or ends with a blank";
	if (!strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, "off"))
		return "means something else; choose another name";
	if (i < n)
		return arena_printf(l->arena,
			"cannot hold '%c': / and \\ divide the paths of the API, and , * ? mean several "
			"cameras "
			"behind `from`",
			name[i]);
	return report_is_unseen(name) ? "cannot hold characters that control a terminal or are not seen"
				      : NULL;
}

bool name_check_camera(struct load *l, const struct tree *t)
{
	const char *fault = t->broken ? NULL : camera_name_fault(l, t->key);

	if (fault)
		report_error(l->report, &t->key_at, tree_path(l->arena, t), "the name %s", fault);
	return !fault && !t->broken;
}

bool name_check(struct load *l, const struct tree *t, const char *what)
{
	size_t n = strlen(t->key);

	if (t->broken)
		return false;
	if (n && n <= LOAD_NAME_MAX && strspn(t->key, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n &&
		strcmp(t->key, "off") != 0)
		return true;
	report_error(l->report, &t->key_at, tree_path(l->arena, t),
		"not a name for a %s%s: use 1 to 64 of a-z, 0-9, _ and -, other than \"off\"", what,
		name_odd_character(l, t->key));
	return false;
}
