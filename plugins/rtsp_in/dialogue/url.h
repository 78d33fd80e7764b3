/* SPDX-License-Identifier: MIT */
/** @file url.h RTSP URLs (RFC 2326 3.2) and the credentials in them. [any] */
#ifndef CAM_RTSP_IN_URL_H
#define CAM_RTSP_IN_URL_H
#include <cam/plugin.h>

/**
 * Is this a URL that can be opened with these credentials? @param user, password "" for none
 * @return 0, or -EINVAL and *ret_why, which repeats nothing secret
 */
int url_check(const char *url, const char *user, const char *password, struct cam_why *ret_why);

enum { URL_MAX = 1024, URL_LOGIN_MAX = 256 }; /**< bytes with the final NUL */

/** A URL in its parts. user and password are secrets. */
struct url {
	char host[256]; /**< a name or an address, IPv6 without brackets */
	uint16_t port;
	char base[URL_MAX]; /**< rtsp://HOST[:PORT]: what requests begin with; no login */
	char request[URL_MAX]; /**< base, path and query: the Request-URI; no login */
	char user[URL_LOGIN_MAX], password[URL_LOGIN_MAX]; /**< decoded; "" for none */
};

/** The parameters have passed url_check(). */
void url_parse(const char *url, const char *user, const char *password, struct url *ret);

/** @return behind the scheme and authority of an absolute URL of any scheme; NULL: it is none */
const char *url_path(const char *text);

/**
 * The Request-URI of a stream: `control` (of an SDP, hostile) as seen from `from` (a Content-Base, hostile too, or NULL
 * for url->request). Whatever host they name, the answer begins with url->base: the configured host is the only one.
 * "*" and "" are `from` itself. What is relative is appended to the whole, query and all, with one slash between, as
 * cameras expect; so is "/…", unless it repeats the path of `from`.
 * @return 0 and ret, or -EINVAL: too long, or with characters that no URL has
 */
int url_resolve(const struct url *, const char *from, const char *control, char ret[URL_MAX]);
#endif
