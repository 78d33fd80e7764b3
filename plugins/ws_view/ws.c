/* SPDX-License-Identifier: MIT */
#include "ws.h"

#include "leftover.h"
#include "masked.h"
#include "server.h"

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

enum { HANDLES_MAX = 16 };

struct ws {
	struct server *s;
	struct lws_context *context;
	struct lws_protocols protocols[2];
	lws_retry_bo_t idle;
	struct socket *adopting; /* what the library is just taking over */
	unsigned sockets; /* of viewers, alive in the library */
	uint8_t *room; /* LWS_PRE bytes, a header, a picture */
	size_t room_len;
	const struct cam_buf *in_room; /* the picture there; a reference */
	uv_idle_t ending;
	uv_handle_t *handles[HANDLES_MAX]; /* the library's own on the loop */
	unsigned n_handles;
	struct leftover wakeup; /* the descriptor behind one of them */
	unsigned n_open; /* of those, while they are counted */
};

/* What hangs on a socket of the library. */
struct socket {
	struct ws *ws;
	struct lws *wsi;
	struct viewer *viewer;
	struct masked masked;
};

/*
 * A new socket is known by being the one that is just being adopted: the library forgets what was hung on it when it
 * was made, before it returns the socket.
 */
static struct socket *socket_of(struct lws *wsi, bool is_new)
{
	struct socket *k = wsi ? lws_get_opaque_user_data(wsi) : NULL;
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

static int on_receive(struct lws *wsi, struct socket *k, const char *data, size_t len)
{
	const char *why = "";
	int code;

	if (!masked_check(&k->masked, lws_get_socket_fd(wsi), len, lws_remaining_packet_payload(wsi)))
		return refuse(wsi, WS_PROTOCOL, "frames must be masked");
	code = viewer_received(k->viewer, data, len,
		lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi), lws_frame_is_binary(wsi),
		&why);
	return code ? refuse(wsi, code, why) : 0;
}

static void on_destroyed(struct lws *wsi, struct socket *k)
{
	lws_set_opaque_user_data(wsi, NULL);
	k->ws->sockets--;
	if (k->ws->adopting == k)
		k->ws->adopting = NULL;
	viewer_free(k->viewer);
	free(k);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
	struct socket *k = socket_of(wsi, why == LWS_CALLBACK_WSI_CREATE);

	(void)user;
	if (!k)
		return 0;
	switch (why) {
	case LWS_CALLBACK_ESTABLISHED:
		viewer_opened(k->viewer, wsi);
		return 0;
	case LWS_CALLBACK_RECEIVE:
		return on_receive(wsi, k, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return viewer_writable(k->viewer) ? -1 : 0;
	case LWS_CALLBACK_CLOSED:
		viewer_closed(k->viewer);
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

struct handles {
	uv_handle_t **at;
	size_t n, room;
};

static void list_handle(uv_handle_t *handle, void *arg)
{
	struct handles *all = arg;

	if (all->n < all->room)
		all->at[all->n] = handle;
	all->n++;
}

static bool holds(const struct handles *all, const uv_handle_t *handle)
{
	for (size_t i = 0; i < all->n && i < all->room; i++)
		if (all->at[i] == handle)
			return true;
	return false;
}

/* @return all handles of the loop; at is NULL without memory */
static struct handles list_handles(uv_loop_t *loop)
{
	struct handles all = {0};

	uv_walk(loop, list_handle, &all);
	all.room = all.n;
	all.n = 0;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	all.at = malloc((all.room + 1) * sizeof(*all.at));
	if (all.at)
		uv_walk(loop, list_handle, &all);
	return all;
}

static void note_handle(struct ws *ws, uv_handle_t *handle)
{
	uv_os_fd_t fd;

	if (ws->n_handles == HANDLES_MAX)
		return;
	ws->handles[ws->n_handles++] = handle;
	if (uv_handle_get_type(handle) == UV_POLL && !uv_fileno(handle, &fd))
		leftover_note(&ws->wakeup, fd);
}

/* Which handles the library has made for itself; it has no call that tells when they are closed. */
static void note_handles(struct ws *ws, const struct handles *before)
{
	struct handles after = list_handles(ws->s->loop);

	for (size_t i = 0; after.at && i < after.n; i++)
		if (!holds(before, after.at[i]))
			note_handle(ws, after.at[i]);
	free(after.at);
}

static void create_context(struct ws *ws)
{
	void *loops[1] = {ws->s->loop};
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof(info));
	ws->protocols[0] = (struct lws_protocols){
		.name = "cam_server", .callback = on_event, .rx_buffer_size = WS_MESSAGE_MAX};
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
	info.fd_limit_per_thread = ws->s->max_conns + 64;
	lws_set_log_level(0, NULL); /* every reason for its messages is ours to tell, in our words */
	ws->context = lws_create_context(&info);
}

int ws_open(struct server *s, struct ws **ret)
{
	struct ws *ws = calloc(1, sizeof(*ws));
	struct handles before = list_handles(s->loop);

	if (ws && before.at) {
		ws->s = s;
		create_context(ws);
	}
	if (!ws || !ws->context) {
		free(before.at);
		free(ws);
		return -ENOMEM;
	}
	note_handles(ws, &before);
	free(before.at);
	s->pending++;
	*ret = ws;
	return 0;
}

static void on_ended(uv_handle_t *handle)
{
	struct ws *ws = handle->data;
	struct server *s = ws->s;

	free(ws->room);
	free(ws);
	server_released(s);
}

static void count_handle(uv_handle_t *handle, void *arg)
{
	struct ws *ws = arg;

	for (unsigned i = 0; i < ws->n_handles; i++)
		ws->n_open += ws->handles[i] == handle;
}

/* Its sockets close first, then its handles, each in a turn of the loop; what is left is memory. */
static void on_ending(uv_idle_t *idle)
{
	struct ws *ws = idle->data;

	ws->n_open = 0;
	uv_walk(ws->s->loop, count_handle, ws);
	if (ws->n_open || ws->sockets)
		return;
	if (ws->context)
		lws_context_destroy(ws->context);
	leftover_close(&ws->wakeup);
	uv_close((uv_handle_t *)idle, on_ended);
}

void ws_close(struct ws *ws)
{
	if (!ws)
		return;
	ws_forget_picture(ws);
	uv_idle_init(ws->s->loop, &ws->ending);
	ws->ending.data = ws;
	uv_idle_start(&ws->ending, on_ending);
	lws_context_destroy(ws->context);
}

int ws_adopt(struct ws *ws, int fd, const char *key, uint64_t received)
{
	struct socket *k = calloc(1, sizeof(*k));
	char head[256];
	int copy, n;

	if (!k)
		return -ENOMEM;
	k->ws = ws;
	k->masked.before = received;
	k->viewer = viewer_new(ws->s);
	copy = k->viewer ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (copy < 0) {
		if (k->viewer)
			viewer_free(k->viewer);
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
	viewer_free(k->viewer);
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
		ws->s->host->buf_unref(ws->in_room);
	if (ws)
		ws->in_room = NULL;
}

int ws_write_text(struct ws *ws, struct lws *wsi, const char *text, size_t len)
{
	uint8_t *at = make_room(ws, len);

	if (!at)
		return -ENOMEM;
	ws_forget_picture(ws);
	memcpy(at, text, len);
	return lws_write(wsi, at, len, LWS_WRITE_TEXT) < 0 ? -EIO : 0;
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
		ws->in_room = ws->s->host->buf_ref(buf);
	}
	memcpy(at, head, head_len);
	return lws_write(wsi, at, head_len + len, LWS_WRITE_BINARY) < 0 ? -EIO : 0;
}
