/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/http/head.h"

#include "lib/hex.h"
#include "lib/utf8.h"

#include <string.h>
#include <strings.h>

static bool refuse(struct http_refusal *ret, int status, const char *why)
{
	*ret = (struct http_refusal){status, why};
	return false;
}

size_t http_head_length(const char *data, size_t len)
{
	const char *end = memmem(data, len, "\r\n\r\n", 4);

	return end ? (size_t)(end - data) + 4 : 0;
}

/* The characters of a token (RFC 9110, 5.6.2). */
static bool is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static size_t token_length(const char *s)
{
	size_t n = 0;

	while (is_token_char(s[n]))
		n++;
	return n;
}

/* Decode in place, once. @return false for what no honest path holds */
static bool decode_path(char *path)
{
	char *out = path;

	for (const char *in = path; *in; in++) {
		int c = (unsigned char)*in;

		if (c == '%') {
			c = hex_byte(in + 1);
			in += 2;
		}
		if (c < 0x20 || c == 0x7f || c == '\\')
			return false;
		*out++ = (char)c;
	}
	*out = '\0';
	for (size_t n; *path; path += n) {
		n = utf8_length((const unsigned char *)path);
		if (!n)
			return false;
	}
	return true;
}

/* @return whether no segment is empty (but the last), "." or ".." */
static bool segments_are_plain(const char *path)
{
	while (*path) {
		size_t n = strcspn(++path, "/");

		if ((!n && *path) || (n == 1 && path[0] == '.') ||
			(n == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		path += n;
	}
	return true;
}

static bool parse_target(char *target, struct http_head *head, struct http_refusal *ret)
{
	char *query = strchr(target, '?');

	if (query)
		*query++ = '\0';
	head->path = target;
	head->query = query ? query : "";
	if (target[0] != '/')
		return refuse(ret, 400, "The path must begin with a slash.");
	if (strlen(target) > HTTP_TARGET_MAX || strlen(head->query) > HTTP_TARGET_MAX)
		return refuse(ret, 414, "The address is too long.");
	if (strpbrk(target, "#<>\"") || strpbrk(head->query, "#<>\""))
		return refuse(ret, 400, "The address holds characters that must be escaped.");
	if (!decode_path(target) || !segments_are_plain(target))
		return refuse(ret, 400, "The path is not a plain one.");
	return true;
}

static bool parse_request_line(char *line, struct http_head *head, struct http_refusal *ret)
{
	size_t n = token_length(line);
	char *target, *version;

	if (!n || n > 16 || line[n] != ' ')
		return refuse(ret, 400, "This is not an HTTP request.");
	line[n] = '\0';
	head->method = line;
	target = line + n + 1;
	version = strchr(target, ' ');
	if (!version)
		return refuse(ret, 400, "This is not an HTTP/1.1 request.");
	*version++ = '\0';
	if (!strcmp(version, "HTTP/1.1"))
		head->minor = 1;
	else if (strcmp(version, "HTTP/1.0"))
		return refuse(ret, 505, "Only HTTP/1.1 is spoken here.");
	for (const char *s = target; *s; s++)
		if (*s < 0x21 || *s > 0x7e)
			return refuse(ret, 400, "The address holds characters that must be escaped.");
	return parse_target(target, head, ret);
}

/* Remember a header that matters here. @return false when it comes twice */
static bool keep_header(struct http_head *head, const char *name, const char *value)
{
	const struct {
		const char *name;
		const char **at;
	} known[] = {{"host", &head->host}, {"origin", &head->origin}, {"range", &head->range},
		{"if-none-match", &head->if_none_match}, {"if-range", &head->if_range},
		{"upgrade", &head->upgrade}, {"connection", &head->connection},
		{"sec-websocket-key", &head->ws_key}, {"sec-websocket-version", &head->ws_version},
		{"content-length", &head->content_length}, {"expect", &head->expect},
		{"sec-fetch-site", &head->fetch_site}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, name))
			continue;
		if (*known[i].at)
			return false;
		*known[i].at = value;
	}
	return true;
}

/* Whoever answers may want to know it. @return false: it may come once and comes twice, or there are too many */
static bool hand_on(struct http_head *head, const char *name, const char *value)
{
	static const char *const once[] = {"authorization", "content-type", "if-modified-since",
		"if-none-match", "if-range", "last-event-id", "origin", "range", "user-agent"};
	static const char *const often[] = {"accept", "cookie", "forwarded", "x-forwarded-for", "x-real-ip"};
	bool is_wanted = false;

	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		if (strcmp(once[i], name))
			continue;
		is_wanted = true;
		for (size_t k = 0; k < head->n_headers; k++)
			if (!strcmp(head->headers[k].name, name))
				return false;
	}
	for (size_t i = 0; i < sizeof(often) / sizeof(often[0]); i++)
		is_wanted |= !strcmp(often[i], name);
	if (!is_wanted)
		return true;
	if (head->n_headers == HTTP_HEADERS_MAX)
		return false;
	head->headers[head->n_headers++] = (struct cam_header){name, value};
	return true;
}

static void lower(char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s |= 0x20;
}

static bool parse_header(char *line, struct http_head *head, struct http_refusal *ret)
{
	size_t n = token_length(line);
	char *value = line + n + 1, *end;

	if (!n || line[n] != ':')
		return refuse(ret, 400, "A header line is malformed.");
	line[n] = '\0';
	value += strspn(value, " \t");
	end = value + strlen(value);
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	for (const char *s = value; *s; s++)
		if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7f)
			return refuse(ret, 400, "A header holds control characters.");
	lower(line);
	if (!strcmp(line, "transfer-encoding"))
		return refuse(ret, 411, "A body must come with its Content-Length.");
	if (!keep_header(head, line, value) || !hand_on(head, line, value))
		return refuse(ret, 400, "A header that may stand once stands twice, or there are too many.");
	return true;
}

/* @return whether the method is one that is known here */
static bool parse_method(struct http_head *head)
{
	static const char *const changing[] = {"POST", "PUT", "DELETE"};

	for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++)
		head->changes |= !strcmp(head->method, changing[i]);
	return head->changes || !strcmp(head->method, "GET") || !strcmp(head->method, "HEAD");
}

static bool parse_length(struct http_head *head, struct http_refusal *ret)
{
	const char *digits = head->content_length;
	size_t n = digits ? strlen(digits) : 0;

	if (!digits)
		return true;
	if (!n || digits[strspn(digits, "0123456789")])
		return refuse(ret, 400, "The Content-Length is no number.");
	for (; n && *digits == '0'; n--)
		digits++;
	for (size_t i = 0; i < n && head->body_len <= HTTP_BODY_MAX; i++)
		head->body_len = head->body_len * 10 + (size_t)(digits[i] - '0');
	if (head->body_len && !head->changes)
		return refuse(ret, 400, "GET and HEAD have no body.");
	if (head->body_len > HTTP_BODY_MAX)
		return refuse(ret, 413, "A body has at most 1 MiB.");
	return true;
}

/* What goes for a head as a whole. */
static bool check(struct http_head *head, struct http_refusal *ret)
{
	if (!head->method)
		return refuse(ret, 400, "This is not an HTTP request.");
	if (head->minor == 1 && !head->host)
		return refuse(ret, 400, "The Host header is missing.");
	if (!parse_method(head))
		return refuse(ret, 501, "Only GET, HEAD, POST, PUT and DELETE are known here.");
	if (head->expect && strcasecmp(head->expect, "100-continue"))
		return refuse(ret, 417, "What the Expect header asks for is not known here.");
	return parse_length(head, ret);
}

bool http_head_parse(char *data, size_t len, struct http_head *ret, struct http_refusal *ret_refusal)
{
	char *line = data;
	bool ok = true;

	*ret = (struct http_head){.query = ""};
	if (len < 4 || memchr(data, '\0', len))
		return refuse(ret_refusal, 400, "A request holds no NUL.");
	data[len - 2] = '\0'; /* the empty line at the end */
	while (ok && *line) {
		char *end = strstr(line, "\r\n");

		*end = '\0';
		ok = line == data ? parse_request_line(line, ret, ret_refusal)
				  : parse_header(line, ret, ret_refusal);
		line = end + 2;
	}
	return ok && check(ret, ret_refusal);
}

/* @return the length of the name in "name", "name:port", "[v6]" or "[v6]:port"; 0 when malformed */
static size_t host_length(const char *host)
{
	size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	const char *port;

	if (!n || n > strlen(host))
		return 0;
	port = host + n;
	if (*port == ':' && (strlen(port) < 2 || strlen(port) > 6))
		return 0;
	if (*port && (*port != ':' || port[1 + strspn(port + 1, "0123456789")]))
		return 0;
	return n;
}

/* An IPv4 address in dots, or brackets with nothing but what IPv6 addresses are made of. */
static bool is_ip_literal(const char *host, size_t n)
{
	size_t dots = 0, digits = 0;

	if (host[0] == '[')
		return n > 3 && strspn(host + 1, "0123456789abcdefABCDEF:.") == n - 2;
	for (size_t i = 0; i < n; i++) {
		if (host[i] == '.' && digits) {
			dots++;
			digits = 0;
		} else if (host[i] < '0' || host[i] > '9' || ++digits > 3) {
			return false;
		}
	}
	return dots == 3 && digits;
}

static bool is_listed(const char *hosts, const char *host, size_t n)
{
	while (*hosts) {
		size_t len;

		hosts += strspn(hosts, ", \t");
		len = strcspn(hosts, ", \t");
		if (len == n && n && !strncasecmp(hosts, host, n))
			return true;
		hosts += len;
	}
	return false;
}

/* A browser tells from where its page is; other programs say nothing. */
static bool is_own_page(const struct http_head *head)
{
	const char *origin = head->origin;

	if (head->changes && head->fetch_site && strcmp(head->fetch_site, "same-origin") != 0 &&
		strcmp(head->fetch_site, "none") != 0)
		return false;
	if (!origin)
		return true;
	if (!strncasecmp(origin, "http://", 7))
		origin += 7;
	else if (!strncasecmp(origin, "https://", 8)) /* a proxy in front speaks TLS */
		origin += 8;
	else
		return false;
	return head->host && !strcasecmp(origin, head->host);
}

bool http_head_allowed(const struct http_head *head, const char *hosts, struct http_refusal *ret)
{
	size_t n = head->host ? host_length(head->host) : 0;

	if (head->host && !n)
		return refuse(ret, 400, "The Host header is malformed.");
	if (n && !is_ip_literal(head->host, n) && !is_listed("localhost", head->host, n) &&
		!is_listed(hosts, head->host, n))
		return refuse(ret, 403, "This name is not known here; add it to the option hosts.");
	if (!is_own_page(head))
		return refuse(ret, 403, "Pages of other origins may not ask here.");
	return true;
}

bool http_has_token(const char *list, const char *token)
{
	return list && is_listed(list, token, strlen(token));
}
