/* SPDX-License-Identifier: MIT */
/** @file url.h What is wrong with addresses as people type them, whatever plugin they are for. [any] */
#ifndef CAM_CONFIG_OPTION_URL_H
#define CAM_CONFIG_OPTION_URL_H
#include "core/base/arena.h"

/**
 * Look at a URL (RFC 3986): placeholders of a manual left in it, characters of a login that must be percent-encoded
 * there, so that another host would be asked than the one that is meant, a port that is none.
 * @param comment what stood behind it in its line as a comment, NULL or "" for none
 * @return what to write instead, without any part of the login; NULL: fine, or no URL with "://" at all
 */
const char *url_fault(const char *url, const char *comment, struct arena *);
/**
 * For masking, which rather hides too much: @return the '@' behind the login, NULL: there is none. It is the one before
 * the host that is asked, where that looks like a host, and the last otherwise. @param authority behind the "://"
 */
const char *url_login_end(const char *authority);
/**
 * @return whether a shell was to fill in a part of a text: $NAME, of two capitals at least, is a whole part of it
 * @param with_braces and so was ${NAME} in front of an address' path
 */
bool url_has_variable(const char *text, bool with_braces);
#endif
