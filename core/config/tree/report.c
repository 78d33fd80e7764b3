/* SPDX-License-Identifier: MIT */

#include "core/config/tree/report.h"

#include "lib/utf8.h"

#include <string.h>

enum { LINE_MAX_BYTES = 600 };

/* @return how many bytes a character at s has that controls a terminal, turns text around or has no width; 0: none */
static size_t unseen(const unsigned char *s)
{
	static const struct {
		unsigned first, last;
	} ranges[] = {{0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}};
	unsigned c;

	if (*s < 0x20 || *s == 0x7f)
		return 1;
	if (*s == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0)
		return 2;
	if (utf8_length(s) != 3)
		return 0;
	c = (*s & 0xfu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return 3;
	return 0;
}

bool report_is_unseen(const char *s)
{
	for (; *s; s++)
		if (unseen((const unsigned char *)s) && strncmp(s, "\u200c", 3) != 0 &&
			strncmp(s, "\u200d", 3) != 0)
			return true;
	return false;
}

/* Values of users end up in lines: what could break or colour a terminal's line does not. */
static void make_safe(char *s)
{
	size_t n = strlen(s);

	if (n > LINE_MAX_BYTES) {
		n = LINE_MAX_BYTES;
		while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		s[n] = 0;
	}
	for (; *s; s++) {
		n = unseen((const unsigned char *)s);
		if (n)
			memset(s, '?', n);
	}
}

static bool has_line(const struct text *lines, const char *line)
{
	size_t n = strlen(line);
	const char *at = text_str(lines);

	while ((at = strstr(at, line))) {
		if ((at == lines->data || at[-1] == '\n') && at[n] == '\n')
			return true;
		at += n;
	}
	return false;
}

/* @return whether the line is new */
__attribute__((format(printf, 4, 0))) static bool add_line(
	struct text *lines, const struct where *at, const char *path, const char *fmt, va_list ap)
{
	struct text line = {0};
	bool is_new = false;

	if (at) {
		where_print(at, &line);
		text_add(&line, ": ");
	}
	if (path && *path)
		text_printf(&line, "%s: ", path);
	text_vprintf(&line, fmt, ap);
	if (line.failed) {
		lines->failed = true;
	} else if (line.data) {
		make_safe(line.data);
		is_new = !has_line(lines, line.data);
		if (is_new)
			text_printf(lines, "%s\n", line.data);
	}
	text_free(&line);
	return is_new;
}

void report_error(struct report *r, const struct where *at, const char *path, const char *fmt, ...)
{
	va_list ap;

	if (r->n_errors >= REPORT_MAX)
		return;
	va_start(ap, fmt);
	r->n_errors += add_line(r->errors, at, path, fmt, ap);
	va_end(ap);
}

void report_warning(struct report *r, const struct where *at, const char *path, const char *fmt, ...)
{
	va_list ap;

	if (r->warnings.len > (size_t)LINE_MAX_BYTES * REPORT_MAX)
		return;
	va_start(ap, fmt);
	add_line(&r->warnings, at, path, fmt, ap);
	va_end(ap);
}

void report_end(struct report *r)
{
	if (r->n_errors >= REPORT_MAX)
		text_add(r->errors, "and maybe more errors: these come first\n");
}
