/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/dialogue/url.h"

#include "lib/hex.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { PORT = 554 }; /* RFC 2326 3.2 */

static const char scheme[] = "rtsp://";

/* What stands between the slashes and the path. */
struct authority {
	const char *login, *host, *port; /* login, port: NULL without */
	size_t login_len, host_len, port_len;
	const char *path;
	bool good;
};

static const char *find_last(const char *text, size_t len, char c)
{
	while (len > 0)
		if (text[--len] == c)
			return text + len;
	return NULL;
}

/* The host's end, behind the bracket of an IPv6 address. NULL: the bracket is missing */
static const char *host_end(const char *host, const char *end)
{
	const char *found = memchr(host, *host == '[' ? ']' : ':', (size_t)(end - host));

	if (*host == '[')
		return found ? found + 1 : NULL;
	return found ? found : end;
}

/* @param text behind rtsp:// */
static struct authority split(const char *text)
{
	const char *end = text + strcspn(text, "/?#"), *at = find_last(text, (size_t)(end - text), '@'),
		   *colon;
	struct authority a = {.host = at ? at + 1 : text, .path = end};

	if (at) {
		a.login = text;
		a.login_len = (size_t)(at - text);
	}
	if (a.host == end)
		return a;
	colon = host_end(a.host, end);
	if (!colon || colon == a.host || (colon < end && *colon != ':'))
		return a;
	a.host_len = (size_t)(colon - a.host);
	if (colon < end) {
		a.port = colon + 1;
		a.port_len = (size_t)(end - a.port);
	}
	a.good = *a.host != '[' || a.host_len > 2;
	return a;
}

/* @return the port, 0: there is none that is valid */
static unsigned port_of(const struct authority *a)
{
	unsigned n = 0;

	if (!a->port)
		return PORT;
	for (size_t i = 0; i < a->port_len; i++) {
		if (a->port[i] < '0' || a->port[i] > '9')
			return 0;
		n = n * 10 + (unsigned)(a->port[i] - '0');
		if (n > 65535)
			return 0;
	}
	return n;
}

/* Percent-decoding; what is no escape stays as it is. @return false: it does not fit */
static bool decode(const char *text, size_t len, char ret[URL_LOGIN_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)text[i];

		if (n + 1 >= URL_LOGIN_MAX)
			return false;
		if (c == '%' && i + 2 < len && hex_byte(text + i + 1) >= 0) {
			c = hex_byte(text + i + 1);
			i += 2;
		}
		ret[n++] = (char)c;
	}
	ret[n] = '\0';
	return true;
}

/* @return false: user or password is too long */
static bool decode_login(const struct authority *a, char user[URL_LOGIN_MAX], char password[URL_LOGIN_MAX])
{
	const char *colon = a->login ? memchr(a->login, ':', a->login_len) : NULL;
	size_t len = colon ? (size_t)(colon - a->login) : a->login_len;

	user[0] = password[0] = '\0';
	return decode(a->login, len, user) && (!colon || decode(colon + 1, a->login_len - len - 1, password));
}

static int refuse(struct cam_why *why, const char *option, const char *text)
{
	why->option = option;
	snprintf(why->text, sizeof(why->text), "%s", text);
	return -EINVAL;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

/* What people have in mind when it is no RTSP address. */
static const char *scheme_fault(const char *url)
{
	const char *colon = strstr(url, "://");

	if (!strncasecmp(url, "rtsps://", 8))
		return "rtsps:// (RTSP over TLS) is not supported yet; use rtsp://";
	if (!strncasecmp(url, "http://", 7) || !strncasecmp(url, "https://", 8))
		return "is the address of a web page, and a camera's page is not its stream; write "
		       "rtsp://HOST:554/PATH with the path that the camera's manual or its ONVIF profile "
		       "names";
	if (!strncasecmp(url, "onvif://", 8))
		return "is an ONVIF address; write the RTSP address that the camera's profile names, "
		       "rtsp://HOST:554/PATH";
	if (!strncasecmp(url, "rtsp:", 5) || !strncasecmp(url, "rtsp/", 5))
		return "does not begin with rtsp://, a colon and two slashes; write rtsp://HOST:554/PATH";
	if (!strncasecmp(url, "rstp:", 5) || !strncasecmp(url, "rtps:", 5) || !strncasecmp(url, "rtp:", 4) ||
		!strncasecmp(url, "rtcp:", 5) || !strncasecmp(url, "rtsp", 4))
		return "begins with a misspelt or unknown scheme; did you mean rtsp://?";
	if (colon)
		return "is not an RTSP address; write rtsp://HOST:554/PATH as the camera's manual says";
	if (*url == '/' || *url == '.')
		return "is a path of this machine, and rtsp_in takes a camera's address: write "
		       "rtsp://HOST:554/PATH";
	return "has no scheme; write rtsp:// in front of it, as in rtsp://HOST:554/PATH";
}

static int check_characters(const char *url, struct cam_why *why)
{
	if (strncasecmp(url, scheme, sizeof(scheme) - 1) != 0)
		return refuse(why, "url", scheme_fault(url));
	if (strcasestr(url + sizeof(scheme) - 1, scheme))
		return refuse(why, "url", "holds rtsp:// twice; write one address");
	for (const char *c = url; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return refuse(why, "url",
				"holds a blank or a control character; remove it, or write %20 for a blank");
	if (strchr(url, '"'))
		return refuse(why, "url", "holds a quotation mark; remove it, or write %22 for it");
	if (strchr(url, '\\'))
		return refuse(why, "url", "holds a backslash; write / or, for a backslash, %5C");
	if (strchr(url, '#'))
		return refuse(why, "url",
			"holds #, and what follows it would not be sent to the camera; write %23 for it, or "
			"remove it");
	if (strlen(url) >= URL_MAX)
		return refuse(why, "url", "is longer than 1023 characters");
	return 0;
}

static int check_url(const char *url, struct cam_why *why)
{
	char user[URL_LOGIN_MAX], password[URL_LOGIN_MAX];
	struct authority a;
	int err = check_characters(url, why);

	if (err)
		return err;
	a = split(url + sizeof(scheme) - 1);
	if (!decode_login(&a, user, password))
		return refuse(why, "url", "holds a user or a password of more than 255 characters");
	if (has_control(user) || has_control(password) || strchr(user, ':'))
		return refuse(why, "url", "holds a user with a colon, or a login with a control character");
	if (*password && !*user)
		return refuse(why, "url", "holds a password, but no user");
	if (!a.good)
		return refuse(why, "url",
			"names no host after rtsp://; write rtsp://HOST:554/PATH, an IPv6 address in [ ]");
	if (!port_of(&a))
		return refuse(why, "url",
			"names no port from 1 to 65535 behind the host's colon; write it, or leave out both");
	if (a.host_len > 255)
		return refuse(why, "url", "names a host of more than 255 characters");
	return 0;
}

int url_check(const char *url, const char *user, const char *password, struct cam_why *ret_why)
{
	int err = check_url(url, ret_why);

	if (err)
		return err;
	if (split(url + sizeof(scheme) - 1).login && (*user || *password))
		return refuse(
			ret_why, "user", "the URL holds a user already; give it here or there, not in both");
	if (*password && !*user)
		return refuse(ret_why, "user", "is missing: there is a password");
	if (strchr(user, ':'))
		return refuse(ret_why, "user", "must not hold a colon: HTTP logins cannot carry one");
	if (has_control(user))
		return refuse(ret_why, "user", "holds a control character, perhaps a line end");
	if (has_control(password))
		return refuse(ret_why, "password", "holds a control character, perhaps a line end");
	if (strlen(user) >= URL_LOGIN_MAX)
		return refuse(ret_why, "user", "is longer than 255 characters");
	if (strlen(password) >= URL_LOGIN_MAX)
		return refuse(ret_why, "password", "is longer than 255 characters");
	return 0;
}

void url_parse(const char *url, const char *user, const char *password, struct url *ret)
{
	struct authority a = split(url + sizeof(scheme) - 1);
	bool brackets = *a.host == '[';
	int path = (int)strcspn(a.path, "#");

	memset(ret, 0, sizeof(*ret));
	snprintf(ret->host, sizeof(ret->host), "%.*s", (int)a.host_len - (brackets ? 2 : 0),
		a.host + (brackets ? 1 : 0));
	ret->port = (uint16_t)port_of(&a);
	snprintf(ret->base, sizeof(ret->base), "%s%.*s", scheme, (int)(a.path - a.host), a.host);
	snprintf(ret->request, sizeof(ret->request), "%s%.*s%.*s", scheme, (int)(a.path - a.host), a.host,
		path, a.path);
	decode_login(&a, ret->user, ret->password);
	if (!a.login) {
		snprintf(ret->user, sizeof(ret->user), "%s", user);
		snprintf(ret->password, sizeof(ret->password), "%s", password);
	}
}

static bool is_url_text(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f || *text == '"')
			return false;
	return true;
}

const char *url_path(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	if (!len || strncmp(text + len, "://", 3) != 0)
		return NULL;
	return text + len + 3 + strcspn(text + len + 3, "/?#");
}

/* @return whether base, path and, unless NULL, '/' and tail have been joined */
static bool join(const struct url *u, const char *path, const char *tail, char ret[URL_MAX])
{
	int path_len = (int)strcspn(path, "#"), len;
	bool slash;

	if (tail && *tail == '/')
		tail++;
	slash = tail && !(path_len && path[path_len - 1] == '/');

	len = snprintf(ret, URL_MAX, "%s%.*s%s%.*s", u->base, path_len, path, slash ? "/" : "",
		tail ? (int)strcspn(tail, "#") : 0, tail ? tail : "");
	return len < URL_MAX;
}

/* The path that a control is relative to. */
static const char *base_path(const struct url *u, const char *from)
{
	const char *base = from ? url_path(from) : NULL;

	if (from && !base && *from == '/')
		base = from;
	return base ? base : u->request + strlen(u->base);
}

int url_resolve(const struct url *u, const char *from, const char *control, char ret[URL_MAX])
{
	const char *path = url_path(control), *base = base_path(u, from);
	size_t base_len = strcspn(base, "?#");
	bool fits;

	if (!is_url_text(control) || (from && !is_url_text(from)))
		return -EINVAL;
	if (path)
		fits = join(u, path, NULL, ret);
	else if (!*control || !strcmp(control, "*"))
		fits = join(u, base, NULL, ret);
	else if (*control == '/' && base_len > 1 && !strncmp(control, base, base_len))
		fits = join(u, control, NULL, ret); /* it names the whole path */
	else
		fits = join(u, base, control, ret);
	return fits ? 0 : -EINVAL;
}
