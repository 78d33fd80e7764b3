/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/url.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* libavformat keeps user:password, encoded, in 128 bytes, and cuts off what is longer. */
enum { LOGIN_MAX = 127, URL_LEN_MAX = 1023 };

static const char scheme[] = "rtsp://";

/* The part between the slashes and the path. */
static const char *authority(const char *url, size_t *ret_len)
{
	const char *begin = url + sizeof(scheme) - 1;

	*ret_len = strcspn(begin, "/?#");
	return begin;
}

/* @return the bytes of user:password before the '@', or 0 */
static size_t login_len(const char *begin, size_t len)
{
	while (len > 0)
		if (begin[--len] == '@')
			return len;
	return 0;
}

bool url_has_login(const char *url)
{
	size_t len;
	const char *begin;

	if (strncasecmp(url, scheme, sizeof(scheme) - 1) != 0)
		return false;
	begin = authority(url, &len);
	return memchr(begin, '@', len) != NULL;
}

static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       strchr("-._~", c);
}

/* @return the length of the text once encoded */
static size_t encoded_len(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += is_plain(*text) ? 1 : 3;
	return n;
}

static char *encode(char *to, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (is_plain(*text)) {
			*to++ = *text;
		} else {
			*to++ = '%';
			*to++ = hex[c >> 4];
			*to++ = hex[c & 15];
		}
	}
	return to;
}

static int refuse(struct cam_why *why, const char *option, const char *text)
{
	why->option = option;
	snprintf(why->text, sizeof(why->text), "%s", text);
	return -EINVAL;
}

/* A host, with a port or without. */
static bool host_is_good(const char *host, size_t len)
{
	const char *port = memchr(host, ':', len);
	size_t name = port ? (size_t)(port - host) : len;
	long n = 0;

	if (len && host[0] == '[') {
		const char *end = memchr(host, ']', len);

		if (!end)
			return false;
		name = (size_t)(end - host) + 1;
		port = name < len ? host + name : NULL;
		if (port && *port != ':')
			return false;
	}
	if (!name)
		return false;
	if (!port)
		return true;
	for (size_t i = name + 1; i < len; i++) {
		if (host[i] < '0' || host[i] > '9')
			return false;
		n = n * 10 + host[i] - '0';
		if (n > 65535)
			return false;
	}
	return n > 0;
}

static int check_url(const char *url, struct cam_why *why)
{
	const char *begin;
	size_t len, login;

	if (!strncasecmp(url, "rtsps://", 8))
		return refuse(why, "url", "rtsps:// (RTSP over TLS) is not supported yet; use rtsp://");
	if (strncasecmp(url, scheme, sizeof(scheme) - 1) != 0)
		return refuse(why, "url",
			"is not an RTSP address; write rtsp://HOST/PATH as the camera's manual says");
	for (const char *c = url; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return refuse(
				why, "url", "holds a blank or a control character; write %20 for a blank");
	if (strlen(url) > URL_LEN_MAX)
		return refuse(why, "url", "is longer than 1023 characters");
	begin = authority(url, &len);
	login = memchr(begin, '@', len) ? login_len(begin, len) + 1 : 0;
	if (login > LOGIN_MAX)
		return refuse(why, "url", "holds a user and password of more than 126 characters");
	if (!host_is_good(begin + login, len - login))
		return refuse(why, "url", "names no host, or no valid port, after rtsp://");
	return 0;
}

int url_check(const char *url, const char *user, const char *password, struct cam_why *ret_why)
{
	int err = check_url(url, ret_why);

	if (err)
		return err;
	if (url_has_login(url) && (*user || *password))
		return refuse(
			ret_why, "user", "the URL holds a user already; give it here or there, not in both");
	if (*password && !*user)
		return refuse(ret_why, "user", "is missing: there is a password");
	if (strchr(user, ':'))
		return refuse(ret_why, "user", "must not hold a colon: HTTP logins cannot carry one");
	if (encoded_len(user) + 1 + encoded_len(password) > LOGIN_MAX)
		return refuse(ret_why, "password",
			"user and password are too long: 126 characters, percent-encoded, at most");
	return 0;
}

char *url_with_login(const char *url, const char *user, const char *password)
{
	size_t head = sizeof(scheme) - 1, room = strlen(url) + encoded_len(user) + encoded_len(password) + 3;
	char *made = malloc(room), *to = made;

	if (!made)
		return NULL;
	/* libavformat knows its schemes in small letters only. */
	memcpy(to, scheme, head);
	to += head;
	if (*user) {
		to = encode(to, user);
		*to++ = ':';
		to = encode(to, password);
		*to++ = '@';
	}
	memcpy(to, url + head, strlen(url + head) + 1);
	return made;
}
