/* SPDX-License-Identifier: MIT */
/* What to do about the faults that libyaml finds, by its own words for them. */

#include "core/config/yaml/remedy.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { NAME_SHOWN = 64 };

struct remedy {
	const char *problem, *text;
};

#define QUOTE_OR_INDENT                                                                                      \
	"begin the keys of one level in one column, put a space behind the colon of each, and quote a text " \
	"with any of : # [ ] { }"

static const struct remedy remedies[] = {
	{"did not find expected key", QUOTE_OR_INDENT},
	{"did not find expected ',' or '}'",
		"close the {, put a comma in front of this, or quote a text with any of , [ ] { }"},
	{"did not find expected ',' or ']'",
		"close the [, put a comma in front of this, or quote a text with any of , [ ] { }"},
	{"did not find expected '-' indicator", QUOTE_OR_INDENT},
	{"mapping values are not allowed", QUOTE_OR_INDENT},
	{"could not find expected ':'", "write `key: value`, and quote a text that goes over several lines"},
	{"did not find expected node content", "a value is missing, or a text that needs quotes has none"},
	{"cannot start any token", "quote a text that begins with this character"},
	{"did not find expected alphabetic or numeric character", "quote a text that begins with * or &"},
	{"found unexpected end of stream",
		"a quotation mark is missing at its end, or at the end of a line above"},
	{"unknown escape character", "use single quotes, or write \\\\ for a backslash"},
	{"did not find expected hexdecimal number", "use single quotes, or write \\\\ for a backslash"},
	{"escape code", "use single quotes, or write \\\\ for a backslash"},
	{"incompatible YAML document", "remove the line that begins with %YAML"},
	{"UTF-8", "save the file as UTF-8"},
	{"invalid Unicode character", "save the file as UTF-8"},
	{"control characters are not allowed", "remove this one, or save the file as UTF-8"},
	{"did not find expected <document start>", "write one mapping only, without a line `...` inside"},
	{"unknown directive", "quote a text that begins with %"},
	{"did not find URI escaped octet", "tags are not supported; quote a text that begins with !"},
	{"did not find expected comment or line break", "a text behind | or > begins on the next line"},
	{"found a tab character", "indent with spaces"},
	{"indentation indicator", "remove the number behind | or >"},
};

const char *remedy_of(const char *problem)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (strstr(problem, remedies[i].problem))
			return remedies[i].text;
	return NULL;
}

/* One line, without its end. */
struct text_line {
	const char *s;
	size_t n, number;
};

/* @param number from 1 @return an empty one if there is none */
static struct text_line line_of(const char *data, size_t len, size_t number)
{
	struct text_line l = {data, 0, number};
	const char *end;

	for (size_t i = 1; i < number; i++) {
		end = memchr(l.s, '\n', len - (size_t)(l.s - data));
		if (!end)
			return (struct text_line){data, 0, number};
		l.s = end + 1;
	}
	end = memchr(l.s, '\n', len - (size_t)(l.s - data));
	l.n = end ? (size_t)(end - l.s) : len - (size_t)(l.s - data);
	while (l.n && (l.s[l.n - 1] == '\r' || l.s[l.n - 1] == ' '))
		l.n--;
	return l;
}

static bool is_blank(const struct text_line *l)
{
	size_t i = 0;

	while (i < l->n && l->s[i] == ' ')
		i++;
	return i == l->n || l->s[i] == '#';
}

static bool is_of_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* The key that a line begins with. @return where it ends */
static size_t key_of(const struct text_line *l, size_t *ret_begin)
{
	size_t i = 0;

	while (i < l->n && (l->s[i] == ' ' || (l->s[i] == '-' && i + 1 < l->n && l->s[i + 1] == ' ')))
		i++;
	*ret_begin = i;
	while (i < l->n && is_of_name(l->s[i]))
		i++;
	return i;
}

static const char *key_fault(const struct text_line *l, struct arena *a)
{
	size_t begin, end = is_blank(l) ? 0 : key_of(l, &begin);

	if (!end || end == begin || end - begin > 40)
		return NULL;
	if (l->s[begin] == '-')
		return arena_printf(a, "put a blank behind the dash of `%.*s` in line %zu",
			(int)(end - begin), l->s + begin, l->number);
	if (end == l->n)
		return arena_printf(a, "put a colon behind `%.*s` in line %zu", (int)(end - begin),
			l->s + begin, l->number);
	if (l->s[end] == ':' && end + 1 < l->n && l->s[end + 1] != ' ' && l->s[end + 1] != '/')
		return arena_printf(a, "put a blank behind the colon of `%.*s:` in line %zu",
			(int)(end - begin), l->s + begin, l->number);
	while (end < l->n && l->s[end] == ' ')
		end++;
	if (end < l->n && l->s[end] == '=')
		return arena_printf(a, "write a colon and a blank in place of = in line %zu", l->number);
	return NULL;
}

static size_t indent_of(const struct text_line *l)
{
	size_t n = 0;

	while (n < l->n && l->s[n] == ' ')
		n++;
	return n;
}

/* @return whether a line in front of this one begins in the same column */
static bool has_column(const char *data, const struct text_line *l)
{
	for (const char *s = data; s < l->s;) {
		const char *end = memchr(s, '\n', (size_t)(l->s - s));
		struct text_line above = {s, (size_t)(end - s), 0};

		if (!is_blank(&above) && indent_of(&above) == indent_of(l))
			return true;
		s = end + 1;
	}
	return false;
}

/* Lines of one level that do not begin in one column. */
static const char *indent_fault(
	const char *data, const struct text_line *at, const struct text_line *above, struct arena *a)
{
	size_t n = indent_of(at), m = indent_of(above);
	bool opens = above->n && above->s[above->n - 1] == ':';

	if (is_blank(at) || (n > m && opens) || n == m || (n < m && has_column(data, at)))
		return NULL;
	return arena_printf(a,
		"line %zu begins in column %zu, and line %zu in column %zu: begin lines of one level in "
		"one column",
		at->number, n + 1, above->number, m + 1);
}

size_t remedy_address_above(const char *data, size_t len, size_t line, size_t *ret_column)
{
	struct text_line at = line_of(data, len, line), above = at;
	size_t begin;

	while (above.number > 1 && (above.number == line || is_blank(&above)))
		above = line_of(data, len, above.number - 1);
	if (above.number == line || is_blank(&at) || indent_of(&at) <= indent_of(&above) ||
		!memchr(at.s, ':', at.n) || !memmem(above.s, above.n, "://", 3))
		return 0;
	begin = key_of(&above, ret_column);
	if (begin == *ret_column || begin == above.n || above.s[begin] != ':')
		return 0;
	++*ret_column;
	return above.number;
}

/* What copies of web pages bring along. */
static const char *decoration_fault(const struct text_line *l, struct arena *a)
{
	size_t n = indent_of(l);

	if (l->n - n >= 3 && (!strncmp(l->s + n, "```", 3) || !strncmp(l->s + n, "...", 3)))
		return arena_printf(a, "remove the `%.3s` of line %zu", l->s + n, l->number);
	return NULL;
}

/* @return whether something stands behind the quotation mark that closes a value */
static bool has_tail(const struct text_line *l)
{
	char quote = 0;

	for (size_t i = 1; i < l->n; i++) {
		if (!quote && (l->s[i] == '"' || l->s[i] == '\'') && l->s[i - 1] == ' ')
			quote = l->s[i];
		else if (quote && l->s[i] == quote && l->s[i - 1] != '\\')
			return i + 1 < l->n && !strchr(" ,]}:", l->s[i + 1]) && l->s[i + 1] != quote;
	}
	return false;
}

/* @return whether a variable stands in a line without quotes around it */
static bool has_bare_variable(const struct text_line *l)
{
	char quote = 0;

	for (size_t i = 0; i + 1 < l->n; i++) {
		if (quote ? l->s[i] == quote : l->s[i] == '"' || l->s[i] == '\'')
			quote = quote ? 0 : l->s[i];
		else if (!quote && l->s[i] == '$' && l->s[i + 1] == '{')
			return true;
	}
	return false;
}

const char *remedy_of_line(const char *problem, const char *data, size_t len, size_t line, struct arena *a)
{
	struct text_line at = line_of(data, len, line), above = at;
	const char *hint;

	if (strstr(problem, "',' or '") && has_bare_variable(&at))
		return "put a text with a variable in quotes here, as in {password: \"${NAME}\"}";
	hint = decoration_fault(&at, a);
	if (hint || (!strstr(problem, "expected") && !strstr(problem, "mapping values")))
		return hint;
	if (has_tail(&at))
		return arena_printf(
			a, "remove what stands behind the closing quotation mark of line %zu", line);
	while (above.number > 1 && (above.number == line || is_blank(&above)))
		above = line_of(data, len, above.number - 1);
	hint = above.number < line ? key_fault(&above, a) : NULL;
	hint = hint ? hint : key_fault(&at, a);
	return hint || above.number == line ? hint : indent_fault(data, &at, &above, a);
}

size_t remedy_glued_name(const char *text)
{
	size_t name = strcspn(text, ":=\"'@/"), at = name, scheme;

	if (!name || name > NAME_SHOWN || (text[name] != ':' && text[name] != '='))
		return 0;
	at += 1 + strspn(text + at + 1, " \"'");
	scheme = strspn(text + at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	if (!scheme || strncmp(text + at + scheme, "://", 3) != 0)
		return 0;
	while (text[name - 1] == ' ')
		name--;
	return name;
}

bool remedy_is_cut_address(const char *url, const char *rest)
{
	const char *authority = strstr(url, "://"), *colon;
	size_t n;

	if (!authority)
		return false;
	authority += 3;
	n = strcspn(authority, "/?#");
	colon = memchr(authority, ':', n);
	return strpbrk(rest, "@/?&=:;%") ||
	       (colon && !memchr(authority, '@', n) &&
		       1 + strspn(colon + 1, "0123456789") != (size_t)(authority + n - colon));
}

static bool ends_with_one_of(const char *key, const char *const *ends)
{
	for (; *ends; ends++)
		if (strlen(key) >= strlen(*ends) && !strcasecmp(key + strlen(key) - strlen(*ends), *ends))
			return true;
	return false;
}

bool remedy_is_secret(const char *key)
{
	static const char *const ends[] = {
		"password", "passwd", "pass", "pwd", "secret", "token", "hash", NULL};

	return ends_with_one_of(key, ends);
}

bool remedy_is_free_text(const char *key)
{
	static const char *const ends[] = {"user", "username", "login", "url", "uri", "address", NULL};

	return remedy_is_secret(key) || ends_with_one_of(key, ends);
}

const char *remedy_not_text(const char *data, size_t len)
{
	unsigned zeros = 0;
	static const struct {
		const char *magic;
		size_t n, offset;
		const char *what;
	} magics[] = {{"\xff\xd8\xff", 3, 0, "a JPEG picture"}, {"\x89PNG", 4, 0, "a PNG picture"},
		{"GIF8", 4, 0, "a GIF picture"}, {"ftyp", 4, 4, "a video (MP4)"},
		{"RIFF", 4, 0, "a picture or a video (RIFF)"},
		{"\x1a\x45\xdf\xa3", 4, 0, "a video (Matroska)"},
		{"\x1f\x8b", 2, 0, "a compressed file (gzip)"}, {"PK\3\4", 4, 0, "an archive (ZIP)"},
		{"%PDF", 4, 0, "a PDF document"},
		{"\x7f"
		 "ELF",
			4, 0, "a program"},
		{"SQLite format 3", 15, 0, "a database (SQLite)"}, {"\xff\xfe", 2, 0, "text in UTF-16"},
		{"\xfe\xff", 2, 0, "text in UTF-16"}};

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (len >= magics[i].offset + magics[i].n &&
			!memcmp(data + magics[i].offset, magics[i].magic, magics[i].n))
			return magics[i].what;
	for (size_t i = 0; i < len && i < 512; i++)
		zeros += !data[i];
	return zeros > 8 ? "binary data" : NULL;
}
