/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/ws/ws.h"

#include "plugins/ws_view/ws/handles.h"
#include "plugins/ws_view/ws/masked.h"

#include <errno.h>
#include <fcntl.h>
#include <libwebsockets.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The largest message: a JPEG of the largest size at the best quality is smaller. */
#define PICTURE_MAX (32u << 20)
/* Bytes of a message that are taken at a time. */
#define RX_BYTES 4096

struct ws {
	struct web *web;
	const struct ws_ops *ops;
	void *arg;
	unsigned max_sockets;
	struct lws_context *context;
	struct lws_protocols protocols[2];
	lws_retry_bo_t idle;
	struct ws_socket *adopting; /* what the library is just taking over */
	unsigned sockets; /* of viewers, alive in the library */
	uint8_t *room; /* LWS_PRE bytes, a header, a picture */
	size_t room_len;
	const struct cam_buf *in_room; /* the picture there; a reference */
	uv_idle_t ending;
	struct new_handles handles; /* the library's own on the loop */
};

/* What hangs on a socket of the library. */
struct ws_socket {
	struct ws *ws;
	struct lws *wsi;
	void *user; /* what ops->create() gave */
	struct masked masked;
};

/*
 * A new socket is known by being the one that is just being adopted: the library forgets what was hung on it when it
 * was made, before it returns the socket.
 */
static struct ws_socket *socket_of(struct lws *wsi, bool is_new)
{
	struct ws_socket *k = wsi ? lws_get_opaque_user_data(wsi) : NULL;
	struct ws *ws = wsi && !k ? lws_context_user(lws_get_context(wsi)) : NULL;

	if (!ws || !ws->adopting)
		return k;
	if (is_new && !ws->adopting->wsi) {
		ws->adopting->wsi = wsi;
		ws->sockets++;
	}
	return ws->adopting->wsi == wsi ? ws->adopting : NULL;
}

static int refuse(struct lws *wsi, int code, const char *why)
{
	lws_close_reason(wsi, (enum lws_close_status)code, (unsigned char *)(uintptr_t)why, strlen(why));
	return -1;
}

static int on_receive(struct lws *wsi, struct ws_socket *k, const char *data, size_t len)
{
	const char *why = "";
	int code;

	if (!masked_check(&k->masked, lws_get_socket_fd(wsi), len, lws_remaining_packet_payload(wsi)))
		return refuse(wsi, WS_PROTOCOL, "frames must be masked");
	code = k->ws->ops->received(k->user, data, len,
		lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi), lws_frame_is_binary(wsi),
		&why);
	return code ? refuse(wsi, code, why) : 0;
}

static void on_destroyed(struct lws *wsi, struct ws_socket *k)
{
	lws_set_opaque_user_data(wsi, NULL);
	k->ws->sockets--;
	if (k->ws->adopting == k)
		k->ws->adopting = NULL;
	k->ws->ops->destroy(k->user);
	free(k);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
	struct ws_socket *k = socket_of(wsi, why == LWS_CALLBACK_WSI_CREATE);

	(void)user;
	if (!k)
		return 0;
	switch (why) {
	case LWS_CALLBACK_ESTABLISHED:
		k->ws->ops->opened(k->user, wsi);
		return 0;
	case LWS_CALLBACK_RECEIVE:
		return on_receive(wsi, k, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return k->ws->ops->writable(k->user) ? -1 : 0;
	case LWS_CALLBACK_CLOSED:
		k->ws->ops->closed(k->user);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		on_destroyed(wsi, k);
		return 0;
	case LWS_CALLBACK_HTTP: /* no upgrade: cannot be, the request is ours */
		return -1;
	default:
		return 0;
	}
}

/* ---- From start to end ----------------------------------------------------------------------------------------- */

static void create_context(struct ws *ws)
{
	void *loops[1] = {ws->web->loop};
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof(info));
	ws->protocols[0] = (struct lws_protocols){
		.name = "cam_server", .callback = on_event, .rx_buffer_size = RX_BYTES};
	ws->idle = (lws_retry_bo_t){.secs_since_valid_ping = 20, .secs_since_valid_hangup = 30};
	info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
	info.protocols = ws->protocols;
	info.foreign_loops = loops;
	info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_VALIDATE_UTF8;
	info.user = ws;
	info.gid = (gid_t)-1;
	info.uid = (uid_t)-1;
	info.timeout_secs = 10;
	info.retry_and_idle_policy = &ws->idle;
	info.pcontext = &ws->context;
	/* Otherwise it makes tables as large as the limit of descriptors, a million in containers. */
	info.fd_limit_per_thread = ws->max_sockets + 64;
	lws_set_log_level(0, NULL); /* every reason for its messages is ours to tell, in our words */
	ws->context = lws_create_context(&info);
}

int ws_open(struct web *web, unsigned max_sockets, const struct ws_ops *ops, void *arg, struct ws **ret)
{
	struct ws *ws = calloc(1, sizeof(*ws));
	struct handle_list before = handles_list(web->loop);

	if (ws && before.at) {
		ws->web = web;
		ws->ops = ops;
		ws->arg = arg;
		ws->max_sockets = max_sockets;
		create_context(ws);
	}
	if (!ws || !ws->context) {
		free(before.at);
		free(ws);
		return -ENOMEM;
	}
	handles_note(&ws->handles, web->loop, &before);
	free(before.at);
	web->pending++;
	*ret = ws;
	return 0;
}

static void on_ended(uv_handle_t *handle)
{
	struct ws *ws = handle->data;
	struct web *web = ws->web;

	free(ws->room);
	free(ws);
	web_released(web);
}

/* Its sockets close first, then its handles, each in a turn of the loop; what is left is memory. */
static void on_ending(uv_idle_t *idle)
{
	struct ws *ws = idle->data;

	if (handles_open(&ws->handles, ws->web->loop) || ws->sockets)
		return;
	if (ws->context)
		lws_context_destroy(ws->context);
	leftover_close(&ws->handles.wakeup);
	uv_close((uv_handle_t *)idle, on_ended);
}

void ws_close(struct ws *ws)
{
	if (!ws)
		return;
	ws_forget_picture(ws);
	uv_idle_init(ws->web->loop, &ws->ending);
	ws->ending.data = ws;
	uv_idle_start(&ws->ending, on_ending);
	lws_context_destroy(ws->context);
}

int ws_adopt(struct ws *ws, int fd, const char *key, uint64_t received)
{
	struct ws_socket *k = calloc(1, sizeof(*k));
	char head[256];
	int copy, n;

	if (!k)
		return -ENOMEM;
	k->ws = ws;
	k->masked.before = received;
	k->user = ws->ops->create(ws->arg);
	copy = k->user ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (copy < 0) {
		if (k->user)
			k->ws->ops->destroy(k->user);
		free(k);
		return -ENOMEM;
	}
	n = snprintf(head, sizeof(head),
		"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n",
		key);
	ws->adopting = k;
	lws_adopt_socket_vhost_readbuf(lws_get_vhost_by_name(ws->context, "default"), copy, head, (size_t)n);
	if (!ws->adopting)
		return 0; /* it came and went */
	ws->adopting = NULL;
	if (k->wsi) {
		lws_set_opaque_user_data(k->wsi, k); /* from here on, WSI_DESTROY ends it */
		return 0;
	}
	k->ws->ops->destroy(k->user);
	free(k);
	return -ENOMEM;
}

void ws_want_write(struct lws *wsi)
{
	lws_callback_on_writable(wsi);
}

void ws_hold(struct lws *wsi, bool hold)
{
	lws_rx_flow_control(wsi, !hold);
}

uint64_t ws_bytes_read(struct lws *wsi)
{
	uint64_t read = 0;

	return masked_bytes_read(lws_get_socket_fd(wsi), &read) ? read : 0;
}

void ws_peer(struct lws *wsi, char *ret, size_t room)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	ret[0] = '\0';
	if (!getpeername(lws_get_socket_fd(wsi), (struct sockaddr *)&addr, &len))
		(void)getnameinfo(
			(struct sockaddr *)&addr, len, ret, (socklen_t)room, NULL, 0, NI_NUMERICHOST);
}

void ws_kill(struct lws *wsi)
{
	lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
}

/* ---- Writing --------------------------------------------------------------------------------------------------- */

/* @return LWS_PRE bytes of room and len more, or NULL */
static uint8_t *make_room(struct ws *ws, size_t len)
{
	uint8_t *room;

	if (LWS_PRE + len <= ws->room_len)
		return ws->room + LWS_PRE;
	room = realloc(ws->room, LWS_PRE + len);
	if (!room)
		return NULL;
	ws->room = room;
	ws->room_len = LWS_PRE + len;
	return room + LWS_PRE;
}

void ws_forget_picture(struct ws *ws)
{
	if (ws)
		ws->web->host->buf_unref(ws->in_room);
	if (ws)
		ws->in_room = NULL;
}

int ws_write(struct ws *ws, struct lws *wsi, const void *data, size_t len, bool is_binary)
{
	uint8_t *at = make_room(ws, len);

	if (!at)
		return -ENOMEM;
	ws_forget_picture(ws);
	memcpy(at, data, len);
	return lws_write(wsi, at, len, is_binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) < 0 ? -EIO : 0;
}

int ws_write_picture(
	struct ws *ws, struct lws *wsi, const uint8_t *head, size_t head_len, const struct cam_buf *buf)
{
	size_t len = buf->plane[0].len;
	uint8_t *at = len <= PICTURE_MAX ? make_room(ws, head_len + len) : NULL;

	if (!at)
		return -ENOMEM;
	/* The library wants room in front, hence a copy; viewers of one picture follow one another and share it. */
	if (ws->in_room != buf) {
		ws_forget_picture(ws);
		memcpy(at + head_len, buf->plane[0].data, len);
		ws->in_room = ws->web->host->buf_ref(buf);
	}
	memcpy(at, head, head_len);
	return lws_write(wsi, at, head_len + len, LWS_WRITE_BINARY) < 0 ? -EIO : 0;
}
