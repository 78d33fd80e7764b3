/* SPDX-License-Identifier: MIT */
#include "lib/text.h"

#include "lib/utf8.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct text *t, size_t n)
{
	size_t want = t->len + n + 1;
	char *p;

	if (t->failed)
		return false;
	if (want <= t->room)
		return true;
	want = want < 64 ? 64 : want + want / 2;
	p = realloc(t->data, want);
	if (!p) {
		t->failed = true;
		return false;
	}
	t->data = p;
	t->room = want;
	return true;
}

void text_add_n(struct text *t, const char *s, size_t n)
{
	if (!reserve(t, n))
		return;
	if (n)
		memcpy(t->data + t->len, s, n);
	t->len += n;
	t->data[t->len] = '\0';
}

void text_add(struct text *t, const char *s)
{
	text_add_n(t, s, strlen(s));
}

void text_vprintf(struct text *t, const char *fmt, va_list ap)
{
	va_list again;
	size_t room;
	int n;

	if (!reserve(t, 0))
		return;
	room = t->room - t->len;
	va_copy(again, ap);
	n = vsnprintf(t->data + t->len, room, fmt, again);
	va_end(again);
	if (n >= 0 && (size_t)n >= room && reserve(t, (size_t)n))
		vsnprintf(t->data + t->len, (size_t)n + 1, fmt, ap);
	if (n < 0 || t->failed)
		t->data[t->len] = '\0'; /* as it was */
	else
		t->len += (size_t)n;
}

void text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(t, fmt, ap);
	va_end(ap);
}

bool text_is_utf8(const char *str)
{
	const unsigned char *s = (const unsigned char *)str;

	while (*s) {
		size_t n = utf8_length(s);

		if (!n)
			return false;
		s += n;
	}
	return true;
}

/* So many bytes of ASCII stand in a JSON string as they are. */
static size_t plain_len(const unsigned char *s)
{
	size_t n = 0;

	while (s[n] >= 0x20 && s[n] < 0x7F && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

void text_json(struct text *t, const char *str)
{
	const unsigned char *s = (const unsigned char *)str;

	text_add(t, "\"");
	while (*s) {
		size_t n = plain_len(s);

		if (n) {
			text_add_n(t, (const char *)s, n);
			s += n;
			continue;
		}
		n = 1;
		if (*s == '"' || *s == '\\')
			text_printf(t, "\\%c", *s);
		else if (*s < 0x80)
			text_printf(t, "\\u%04x", *s);
		else if ((n = utf8_length(s)))
			text_add_n(t, (const char *)s, n);
		else {
			text_add(t, "\\ufffd");
			n = 1;
		}
		s += n;
	}
	text_add(t, "\"");
}

/* @return the length of the password behind a URL's colon, 0: there is none */
static size_t password_len(const char *authority, size_t len, const char *colon)
{
	const char *login = memrchr(authority, '@', len);
	size_t digits = strspn(colon + 1, "0123456789");

	if (login)
		return login > colon ? (size_t)(login - colon) - 1 : 0;
	/* Without an '@': a port, an IPv6 address, the [:PORT] of a manual, a colon in the path; or it was cut off. */
	if ((digits && digits < 6 && !isalnum((unsigned char)colon[1 + digits])) || *authority == '[' ||
		colon[-1] == '[' || colon > authority + strcspn(authority, "/?#"))
		return 0;
	return (size_t)(authority + len - colon) - 1;
}

void text_hide_logins(char *s)
{
	while ((s = strstr(s, "://"))) {
		size_t len = strcspn(s += 3, " \t\r\n\"'<>");
		char *colon = memchr(s, ':', len);
		size_t n = colon ? password_len(s, len, colon) : 0, stars = n < 8 ? n : 8;

		if (!n)
			continue;
		memset(colon + 1, '*', stars);
		memmove(colon + 1 + stars, colon + 1 + n, strlen(colon + 1 + n) + 1);
	}
}

const char *text_str(const struct text *t)
{
	return t->data ? t->data : "";
}

char *text_take(struct text *t)
{
	char *s = t->failed ? NULL : t->data ? t->data : strdup("");

	if (t->failed)
		free(t->data);
	*t = (struct text){0};
	return s;
}

void text_free(struct text *t)
{
	free(t->data);
	*t = (struct text){0};
}
