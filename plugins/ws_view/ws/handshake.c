/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/ws/handshake.h"

#include <string.h>
#include <strings.h>

static bool refuse(struct http_refusal *ret, int status, const char *why)
{
	*ret = (struct http_refusal){status, why};
	return false;
}

/* Sixteen bytes in base64: 22 characters and two of padding. */
static bool is_ws_key(const char *key)
{
	size_t n = strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

	return n == 22 && !strcmp(key + n, "==");
}

bool handshake_check(const struct http_head *head, struct http_refusal *ret)
{
	if (strcasecmp(head->upgrade, "websocket"))
		return refuse(ret, 400, "The only upgrade is to websocket.");
	if (strcmp(head->method, "GET"))
		return refuse(ret, 405, "A WebSocket begins with GET.");
	if (head->minor != 1)
		return refuse(ret, 400, "A WebSocket needs HTTP/1.1.");
	if (!http_has_token(head->connection, "upgrade"))
		return refuse(ret, 400, "The Connection header does not say Upgrade.");
	if (!head->ws_version || strcmp(head->ws_version, "13"))
		return refuse(ret, 426, "The version of the WebSocket protocol must be 13.");
	if (!head->ws_key || !is_ws_key(head->ws_key))
		return refuse(ret, 400, "The Sec-WebSocket-Key is missing or malformed.");
	return true;
}
