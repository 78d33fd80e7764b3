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
		{"if-none-match", &head->if_none_match}, {"upgrade", &head->upgrade},
		{"connection", &head->connection}, {"sec-websocket-key", &head->ws_key},
		{"sec-websocket-version", &head->ws_version}, {"content-length", &head->body_len}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcasecmp(known[i].name, name))
			continue;
		if (*known[i].at)
			return false;
		*known[i].at = value;
	}
	return true;
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
	if (!strcasecmp(line, "transfer-encoding"))
		return refuse(ret, 400, "Requests with a body are not taken.");
	if (!keep_header(head, line, value))
		return refuse(ret, 400, "A header that may stand once stands twice.");
	return true;
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
	if (!ok)
		return false;
	if (!ret->method)
		return refuse(ret_refusal, 400, "This is not an HTTP request.");
	if (ret->minor == 1 && !ret->host)
		return refuse(ret_refusal, 400, "The Host header is missing.");
	if (ret->body_len && strcmp(ret->body_len, "0"))
		return refuse(ret_refusal, 413, "Requests with a body are not taken.");
	return true;
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

bool http_head_allowed(const struct http_head *head, const char *hosts, struct http_refusal *ret)
{
	const char *origin = head->origin;
	size_t n = head->host ? host_length(head->host) : 0;

	if (head->host && !n)
		return refuse(ret, 400, "The Host header is malformed.");
	if (n && !is_ip_literal(head->host, n) && !is_listed("localhost", head->host, n) &&
		!is_listed(hosts, head->host, n))
		return refuse(ret, 403, "This name is not known here; add it to the option hosts.");
	if (!origin)
		return true;
	if (!strncasecmp(origin, "http://", 7))
		origin += 7;
	else if (!strncasecmp(origin, "https://", 8)) /* a proxy in front speaks TLS */
		origin += 8;
	else
		return refuse(ret, 403, "Pages of other origins may not ask here.");
	if (!head->host || strcasecmp(origin, head->host))
		return refuse(ret, 403, "Pages of other origins may not ask here.");
	return true;
}

bool http_has_token(const char *list, const char *token)
{
	return list && is_listed(list, token, strlen(token));
}
