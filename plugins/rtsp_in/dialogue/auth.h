/* SPDX-License-Identifier: MIT */
/** @file auth.h Logins: Basic (RFC 7617) and Digest (RFC 2617, RFC 7616; MD5 and SHA-256, with qop=auth or without). [any] */
#ifndef CAM_RTSP_IN_AUTH_H
#define CAM_RTSP_IN_AUTH_H
#include <stdbool.h>
#include <stdint.h>

#include "plugins/rtsp_in/dialogue/wire.h"

enum auth_scheme { AUTH_NONE, AUTH_BASIC, AUTH_DIGEST_MD5, AUTH_DIGEST_SHA256 };

enum { AUTH_TEXT_MAX = 256 };

/** Zero-initialise. */
struct auth {
	enum auth_scheme scheme;
	char realm[AUTH_TEXT_MAX], nonce[AUTH_TEXT_MAX], opaque[AUTH_TEXT_MAX];
	bool has_opaque, has_algorithm; /**< these are sent back */
	bool qop; /**< qop=auth is used */
	uint32_t count; /**< requests made with this nonce */
	bool stale; /**< the last challenge said that only the nonce is too old */
};

/**
 * Take up the best challenge of a 401: Digest SHA-256, then MD5, then Basic.
 * Texts with quotes, escapes or control characters are not taken.
 * @return whether there is one that we know
 */
bool auth_challenge(struct auth *, const struct wire_item *answer);
/**
 * The value of the Authorization header: a secret. @param user, password as they are @param cnonce 16 hexadecimal digits, random
 * @param ret "" for AUTH_NONE @return 0, -EMSGSIZE, -ENOMEM
 */
int auth_answer(struct auth *, const char *user, const char *password, const char *method, const char *uri,
	const char *cnonce, char *ret, size_t room);
#endif
