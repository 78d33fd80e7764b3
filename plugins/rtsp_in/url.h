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

/**
 * The URL with the credentials in it, percent-encoded: a secret. The parameters have passed url_check().
 * @return the caller's to free, or NULL without memory
 */
char *url_with_login(const char *url, const char *user, const char *password);

/** @return whether the URL holds credentials of its own */
bool url_has_login(const char *url);
#endif
