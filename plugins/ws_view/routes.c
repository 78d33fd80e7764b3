/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/routes.h"

#include "plugins/ws_view/http/answer.h"
#include "plugins/ws_view/http/ask.h"
#include "plugins/ws_view/page/page.h"
#include "plugins/ws_view/view/pictures.h"
#include "plugins/ws_view/ws/handshake.h"

#include <string.h>

#define WS_PATH "/ws"

/* Hand the socket over to libwebsockets; this connection ends without the peer noticing. */
static void become_websocket(struct conn *c, struct ws *ws)
{
	uv_os_fd_t fd;

	if (c->in_len != c->head_len)
		answer_refuse(c, 400, "Nothing may follow before the upgrade is answered.");
	else if (uv_fileno((uv_handle_t *)&c->tcp, &fd) ||
		 ws_adopt(ws, fd, c->head.ws_key, c->head_len, c->who))
		answer_refuse(c, 503, "There is no memory for another viewer.");
	else
		conn_close(c);
}

/* It is known who asks for what is answered here. */
static void on_who(struct conn *c, void *arg)
{
	if (!web_may_view(c->web, c->who, NULL))
		answer_refuse(c, 403, "You may not see this.");
	else if (c->head.upgrade)
		become_websocket(c, arg);
	else if (page_has(c->head.path))
		page_answer(c);
	else
		pictures_answer(c);
}

static void upgrade(struct conn *c, struct ws *ws)
{
	struct http_refusal no;

	if (!handshake_check(&c->head, &no))
		answer_refuse(c, no.status, no.why);
	else if (strcmp(c->head.path, WS_PATH))
		answer_refuse(c, 404, "The WebSocket is at /ws.");
	else
		ask_who(c, on_who, ws);
}

void routes_answer(struct conn *c, struct ws *ws)
{
	const char *path = c->head.path;

	if (c->head.upgrade)
		upgrade(c, ws);
	else if (!strcmp(path, WS_PATH))
		answer_refuse(c, 426, "This is a WebSocket; see doc/websocket.md.");
	else if (!page_has(path) && !pictures_has(path))
		ask_server(c);
	else if (c->head.changes)
		answer_refuse(c, 405, "Only GET and HEAD are possible here.");
	else
		ask_who(c, on_who, ws);
}
