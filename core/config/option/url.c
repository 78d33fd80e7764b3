/* SPDX-License-Identifier: MIT */

#include "core/config/option/url.h"

#include "lib/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* What a placeholder is made of. Those in the first list make it one, the others alone may be names of hosts. */
static const char *const telling[] = {
	"your", "ipaddress", "ipaddr", "ip", "address", "addr", "here", "insert", "enter", "replace", NULL};
static const char *const others[] = {"camera", "cam", "nvr", "dvr", "my", "the", "hostname", "host",
	"username", "user", "login", "password", "passwd", "pass", "pwd", "port", "stream", "path", "channel",
	"name", "server", "url", "of", NULL};

static size_t one_of(const char *s, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) <= n && !strncasecmp(s, *words, strlen(*words)))
			return strlen(*words);
	return 0;
}

/* @return whether n characters are nothing but words of the lists, @param ret_tells one of the first among them */
static bool is_words(const char *s, size_t n, bool *ret_tells)
{
	size_t i = 0;

	*ret_tells = false;
	while (i < n) {
		size_t word = one_of(s + i, n - i, telling);

		*ret_tells |= word > 0;
		word = word ? word : one_of(s + i, n - i, others);
		if (!word && !strchr("_- .", s[i]))
			return false;
		i += word ? word : 1;
	}
	return n > 0;
}

/* @return whether words are joined by what joins them in placeholders, or are in capitals, or one of them is "your" */
static bool is_spelled_out(const char *s, size_t n)
{
	size_t capitals = 0;

	for (size_t i = 0; i < n; i++)
		capitals += isupper((unsigned char)s[i]) != 0;
	return capitals * 2 > n || memchr(s, '_', n) || memchr(s, '-', n) || !strncasecmp(s, "your", 4) ||
	       !strncasecmp(s, "ipaddr", 6);
}

/* @return whether all letters are capitals, and there are some: HOST, PATH, USER as manuals and messages write them */
static bool is_in_capitals(const char *s, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (islower((unsigned char)s[i]))
			return false;
		any |= isupper((unsigned char)s[i]) != 0;
	}
	return any;
}

/* x.x.x.x, 192.168.1.xxx */
static bool is_masked_address(const char *s, size_t n)
{
	unsigned dots = 0, runs = 0;

	for (size_t i = 0; i < n; i++) {
		bool x = tolower((unsigned char)s[i]) == 'x';

		if (!x && !isdigit((unsigned char)s[i]) && s[i] != '.')
			return false;
		dots += s[i] == '.';
		runs += x && (!i || s[i - 1] == '.');
		if (!x && s[i] != '.' && i && tolower((unsigned char)s[i - 1]) == 'x')
			return false;
	}
	return dots == 3 && runs;
}

/* @return whether something stands for the host: a word for it, or "..." */
static bool is_no_host(const char *s, size_t n)
{
	bool tells;

	if (n && strspn(s, ".") >= n)
		return true;
	if (is_masked_address(s, n))
		return true;
	if (!is_words(s, n, &tells))
		return false;
	/* "ipcam" and "camera" may be hosts. */
	return is_in_capitals(s, n) || (tells && (n < 3 || is_spelled_out(s, n)));
}

/* <ip>, [ip], {ip}: words in brackets. @return their length with them, 0: none at s */
static size_t bracketed(const char *s)
{
	const char *close = *s == '<' ? ">" : *s == '[' ? "]" : *s == '{' ? "}" : *s == '%' ? "%" : NULL;
	size_t n = close ? strcspn(s + 1, close) : 0;
	bool tells;

	return close && s[n + 1] && n < 40 && is_words(s + 1, n, &tells) ? n + 2 : 0;
}

struct parts {
	const char *authority, *end, *login_end, *host, *port; /* login_end, port: NULL without */
};

/* @return whether s, up to the next part of a URL, looks like a host */
static bool looks_like_host(const char *s)
{
	size_t n = strcspn(s, ":/?#");

	return *s == '[' || memchr(s, '.', n) || (n == 9 && !strncasecmp(s, "localhost", n));
}

/* @return whether digits and nothing else, from 1 to 65535 */
static bool is_port(const char *s, const char *end)
{
	unsigned long v = 0;

	if (s == end || end - s > 5)
		return false;
	for (; s < end; s++) {
		if (!isdigit((unsigned char)*s))
			return false;
		v = v * 10 + (unsigned long)(*s - '0');
	}
	return v >= 1 && v <= 65535;
}

/* @return the last '@' in front of the first of / ? #, NULL: none */
static const char *last_at(const char *authority)
{
	return memrchr(authority, '@', strcspn(authority, "/?#"));
}

const char *url_login_end(const char *authority)
{
	const char *at = last_at(authority), *end = authority + strcspn(authority, "/?#"),
		   *colon = memchr(authority, ':', (size_t)(end - authority));

	if (at && looks_like_host(at + 1))
		return at;
	if (!at && colon && looks_like_host(authority) && is_port(colon + 1, end))
		return NULL;
	return strrchr(authority, '@');
}

/* @return the '@' behind a login that holds what ends an authority, NULL: there is no such login */
static const char *cut_login(const char *authority, const char *end)
{
	const char *at = strrchr(end, '@'), *seen = last_at(authority),
		   *colon = memchr(authority, ':', (size_t)(end - authority));

	if (!at || (seen && (looks_like_host(seen + 1) || !looks_like_host(at + 1))))
		return NULL;
	if (seen || *end == '#')
		return at;
	if (!colon || *authority == '[' || colon + 1 == end)
		return NULL;
	if (!is_port(colon + 1, end))
		return at;
	return !memchr(authority, '.', (size_t)(colon - authority)) && looks_like_host(at + 1) ? at : NULL;
}

static struct parts split(const char *authority)
{
	const char *end = authority + strcspn(authority, "/?#"), *cut = cut_login(authority, end);
	struct parts p = {.authority = authority, .login_end = cut ? cut : last_at(authority)};

	p.host = p.login_end ? p.login_end + 1 : authority;
	p.end = p.host + strcspn(p.host, "/?#");
	p.port = memchr(p.host, *p.host == '[' ? ']' : ':', (size_t)(p.end - p.host));
	if (p.port && *p.host == '[')
		p.port = p.port + 1 < p.end && p.port[1] == ':' ? p.port + 1 : NULL;
	if (p.port)
		p.port++;
	return p;
}

/* What must not stand in a login as it is, and how it is written. */
static const struct {
	char c;
	const char *name, *code;
} encoded[] = {{'#', "#", "%23"}, {'/', "/", "%2F"}, {'?', "?", "%3F"}, {'@', "@", "%40"},
	{' ', "a blank", "%20"}, {'"', "\"", "%22"}, {'\\', "a backslash", "%5C"}};

static const char *login_fault(const struct parts *p, struct arena *a)
{
	const char *list = "";

	for (size_t i = 0; p->login_end && i < sizeof(encoded) / sizeof(encoded[0]); i++)
		if (memchr(p->authority, encoded[i].c, (size_t)(p->login_end - p->authority)))
			list = arena_printf(a, "%s%s%s for %s", list, *list ? ", " : "", encoded[i].code,
				encoded[i].name);
	return *list ? arena_printf(a,
			       "holds a login with what must not stand there as it is: write %s in it, or "
			       "take the "
			       "login out of the address: `user: NAME`, `password: \"...\"`",
			       list)
		     : NULL;
}

/* @return whether a login is made of words for it: your-password, USER:PASSWORD */
static bool is_no_login(const struct parts *p)
{
	const char *colon =
		p->login_end ? memchr(p->authority, ':', (size_t)(p->login_end - p->authority)) : NULL;
	size_t user = colon ? (size_t)(colon - p->authority) : 0,
	       n = colon ? (size_t)(p->login_end - colon) - 1 : 0;
	bool tells, user_tells;

	if (!colon || !is_words(colon + 1, n, &tells))
		return false;
	return tells || (is_in_capitals(colon + 1, n) && is_words(p->authority, user, &user_tells) &&
				is_in_capitals(p->authority, user));
}

/* @return whether what stands there is a whole part of an address: a password may well hold a $ and capitals behind it */
static bool is_whole(const char *text, const char *from, const char *to)
{
	return (from == text || strchr(":/@?=&", from[-1])) && (!*to || strchr("@:/?&", *to));
}

bool url_has_variable(const char *text, bool with_braces)
{
	const char *scheme = strstr(text, "://"), *path = strchrnul(scheme ? scheme + 3 : text, '/');

	for (const char *s = strchr(text, '$'); s; s = strchr(s + 1, '$')) {
		bool brace = s[1] == '{';
		size_t n = strspn(s + 1 + brace, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

		if (n < 2 || !isupper((unsigned char)s[1 + brace]))
			continue;
		if (brace ? with_braces && s < path && strchr(":}", s[2 + n]) : is_whole(text, s, s + 1 + n))
			return true;
	}
	return false;
}

static const char *placeholder(const char *url, const struct parts *p, struct arena *a)
{
	size_t host = (size_t)((p->port ? p->port - 1 : p->end) - p->host), n;

	for (const char *s = url; *s; s++) {
		n = s > url && s[-1] == '$' ? 0 : bracketed(s);
		if (n)
			return arena_printf(a,
				"still holds %.*s; write what it stands for there, without brackets", (int)n,
				s);
	}
	if (url_has_variable(url, false))
		return "holds a name behind $, which is not filled in: write ${NAME} for a variable, or %24 "
		       "for a $";
	if (is_no_host(p->host, host))
		return arena_printf(a,
			"still holds \"%.*s\"; write the camera's address or name there, such as "
			"192.168.1.20",
			(int)host, p->host);
	if (!strcmp(p->end, "/PATH"))
		return "still holds PATH; write the path of the camera's stream there, as its manual says";
	return is_no_login(p) ? "still holds words for the login; write the camera's own user and password"
			      : NULL;
}

static const char *port_fault(const struct parts *p)
{
	if (!p->port || is_port(p->port, p->end))
		return NULL;
	if (p->login_end)
		return "has no number from 1 to 65535 behind the host's colon; write the port there, or "
		       "leave both out";
	return "has no number from 1 to 65535 behind the host's colon; write the port there (a login ends "
	       "with @: "
	       "USER:PASSWORD@HOST)";
}

/* @return whether a label is a number as the resolver of names takes it: digits, or 0x and hexadecimal ones */
static bool is_number(const char *s, size_t n)
{
	size_t i = n > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 2 : 0;
	bool is_hex = i;

	while (i < n && (is_hex ? isxdigit((unsigned char)s[i]) : isdigit((unsigned char)s[i])))
		i++;
	return n && i == n;
}

/* @return whether a label is a decimal number from 0 to 255, without zeros in front */
static bool is_octet(const char *s, size_t n)
{
	unsigned v = 0;

	for (size_t i = 0; i < n && n <= 3; i++)
		v = isdigit((unsigned char)s[i]) ? v * 10 + (unsigned)(s[i] - '0') : 256;
	return n && n <= 3 && v <= 255 && (n == 1 || *s != '0');
}

/* @return whether colons stand among hexadecimal digits as in fe80::1, and no port could explain them */
static bool is_bare_ipv6(const char *s, size_t n)
{
	size_t colons = 0, i = 0;

	for (; i < n && (isxdigit((unsigned char)s[i]) || s[i] == ':' || s[i] == '.'); i++)
		colons += s[i] == ':';
	return colons > 1 && i + (i < n && s[i] == '%' ? n - i : 0) == n;
}

/* @return whether all of a host may stand in a name or a number; what is not ASCII is left to the resolver */
static bool is_of_host(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr("-._", s[i]) && !((unsigned char)s[i] & 0x80))
			return false;
	return true;
}

/* What stands between dots. The resolver takes 127.1, 010 and 0x7f for numbers, each another address than it looks like. */
static const char *labels_fault(const char *host, size_t n)
{
	size_t labels = 0;
	bool numbers = true, octets = true;

	for (size_t i = 0, len; i <= n; i += len + 1, labels++) {
		const char *dot = i < n ? memchr(host + i, '.', n - i) : NULL;

		len = dot ? (size_t)(dot - host) - i : n - i;
		if (!len && (i < n || !labels))
			return "holds a host with two dots in a row, or one at its beginning; remove one";
		numbers &= !len || is_number(host + i, len);
		octets &= is_octet(host + i, len);
	}
	return numbers && (!octets || labels != 4) ? "holds a host of numbers that is no address; write four "
						     "numbers from 0 to 255, without zeros "
						     "in front, such as 192.168.1.20"
						   : NULL;
}

static const char *host_fault(const struct parts *p)
{
	size_t n = (size_t)((p->port ? p->port - 1 : p->end) - p->host);

	if (is_bare_ipv6(p->host, (size_t)(p->end - p->host)))
		return "holds an IPv6 address without brackets; write [ and ] around it, as in [fe80::1]";
	if (*p->host == '[' || !n)
		return NULL;
	if (!is_of_host(p->host, n))
		return "holds a host with what no name or address has; write letters, digits, - and . only, "
		       "such as "
		       "192.168.1.20, and a port behind a colon";
	return labels_fault(p->host, n);
}

/* What manuals put where a number of a channel goes: <1>, {1}. @return its length, 0: none at s */
static size_t enclosed(const char *s)
{
	const char *close = *s == '<' ? ">" : *s == '{' ? "}" : NULL;
	size_t n =
		close ? strspn(s + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") : 0;

	return n && s[n + 1] == *close ? n + 2 : 0;
}

/* @param path what follows the host */
static const char *path_fault(const char *path, struct arena *a)
{
	for (const char *s = path; *s; s++)
		if (enclosed(s) && (s == path || s[-1] != '$'))
			return arena_printf(a,
				"still holds %.*s; write what it stands for there, without brackets",
				(int)enclosed(s), s);
	return NULL;
}

/* @return whether another address begins where the host belongs */
static bool is_twice(const char *authority)
{
	size_t n = strspn(authority, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return n && !strncmp(authority + n, "://", 3);
}

/* What files of variables and copies leave around an address. */
static const char *edge_fault(const char *url)
{
	size_t begin = strspn(url, " \"'");

	if (!strstr(url, "://"))
		return NULL;
	if (strcspn(url, "\"'") < begin)
		return "begins with a quotation mark that is part of it (docker's --env-file keeps them); "
		       "remove it at both "
		       "ends";
	return begin ? "begins with a blank; remove it" : NULL;
}

/* What is wrong with all but the port. */
static const char *parts_fault(const char *url, const struct parts *p, struct arena *a)
{
	const char *why = placeholder(url, p, a);

	if (!why)
		why = login_fault(p, a);
	if (!why)
		why = host_fault(p);
	if (!why && !strncasecmp(url, "rtsp", 4))
		why = path_fault(p->end, a);
	return why;
}

const char *url_fault(const char *url, const char *comment, struct arena *a)
{
	size_t scheme = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
	struct parts p;
	const char *why = edge_fault(url);

	if (why || !scheme || strncmp(url + scheme, "://", 3) != 0)
		return why;
	if (is_twice(url + scheme + 3))
		return arena_printf(a, "begins with %.*s:// twice; remove one", (int)scheme, url);
	p = split(url + scheme + 3);
	why = parts_fault(url, &p, a);
	if (why)
		return why;
	why = port_fault(&p);
	if (comment && *comment && !p.login_end && (why || strchr(comment, '@')))
		return "ends before \" #\", which begins a comment in YAML; put the whole address in quotes, "
		       "and write "
		       "%23 for #";
	return why;
}
