/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/ws/ws.h"

#include "plugins/ws_view/ws/leftover.h"
#include "plugins/ws_view/ws/masked.h"
#include "plugins/ws_view/ws/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <libwebsockets.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes of a message that are taken at a time. */
#define RX_BYTES 4096

struct ws {
	struct web *web;
	const struct ws_ops *ops;
	void *arg;
	struct lws_context *context;
	struct lws_protocols protocols[2];
	lws_retry_bo_t idle;
	struct leftover wakeup; /* the eventfd of the context */
	struct ws_socket *adopting; /* what the library is just taking over */
	unsigned n_handles; /* on the loop: the timer, and what watches sockets */
	unsigned n_sockets; /* alive in the library */
	struct outbox outbox;
	uv_timer_t timer; /* for the library's own timeouts, while there are sockets */
};

/*
 * What hangs on a socket of the library. The loop watches it for the library, which tells by LWS_CALLBACK_GET_THREAD_ID
 * that it wants to be told of other things than before, though not of which.
 */
struct ws_socket {
	struct ws *ws;
	struct lws *wsi; /* NULL: gone */
	void *user; /* what ops->create() gave */
	struct masked masked;
	uv_poll_t poll;
	int events; /* that it watches for */
	bool is_held; /* by whom it talks with */
	bool is_answering; /* a ping: the library forgets those that come before that is done, so they wait */
	bool wants_write;
	bool is_served; /* right now, by the library */
	unsigned n_idle; /* times that it could write and did not */
	/* What to make of another wish of the library's. */
	enum { WISH_OF_FRAME, WISH_EXPECTED, WISH_OURS } wish;
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
		ws->n_sockets++;
	}
	return ws->adopting->wsi == wsi ? ws->adopting : NULL;
}

/* ---- When it is read from and written to ----------------------------------------------------------------------- */

static void on_ready(uv_poll_t *, int status, int events);

static void watch(struct ws_socket *k)
{
	int events = (k->is_held || k->is_answering ? 0 : UV_READABLE) | (k->wants_write ? UV_WRITABLE : 0);

	if (events == k->events)
		return;
	k->events = events;
	if (events)
		uv_poll_start(&k->poll, events, on_ready);
	else
		uv_poll_stop(&k->poll);
}

/*
 * The library does not read, or reads on. Not while it serves the socket, since it would parse on while it still wants to
 * write, and would not tell of its next wish.
 */
static void apply_hold(struct ws_socket *k)
{
	bool hold = k->is_held || k->is_answering;
	int before = k->wish;

	if (!hold && k->is_served)
		return;
	k->wish = WISH_OURS;
	lws_rx_flow_control(k->wsi,
		LWS_RXFLOW_REASON_USER_BOOL | LWS_RXFLOW_REASON_FLAG_PROCESS_NOW |
			(hold ? LWS_RXFLOW_REASON_APPLIES_DISABLE : LWS_RXFLOW_REASON_APPLIES_ENABLE));
	k->wish = before;
	watch(k);
}

/* It is called while a frame is parsed: one that is to be answered, as nothing else makes the library write. */
static void on_wish(struct ws_socket *k)
{
	k->wants_write = true;
	k->n_idle = 0;
	if (k->wish == WISH_OF_FRAME && !k->is_answering) {
		k->is_answering = true;
		apply_hold(k);
		return;
	}
	if (k->wish == WISH_EXPECTED)
		k->wish = WISH_OF_FRAME;
	watch(k);
}

static void serve(struct ws_socket *k, short revents)
{
	struct lws_pollfd at = {lws_get_socket_fd(k->wsi), LWS_POLLIN | LWS_POLLOUT, revents};

	k->wish = revents & LWS_POLLOUT ? WISH_OURS : WISH_OF_FRAME;
	k->is_served = true;
	lws_service_fd(k->ws->context, &at);
	k->is_served = false;
	k->wish = WISH_OF_FRAME;
	if (!k->wsi)
		return;
	/* After its last words it may have nothing to write for a while. */
	if (k->n_idle > 2 && !lws_partial_buffered(k->wsi))
		k->wants_write = k->is_answering = false;
	apply_hold(k);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct ws_socket *k = poll->data;

	if (k->wsi && !status && (events & UV_WRITABLE)) {
		k->n_idle++;
		serve(k, LWS_POLLOUT);
	}
	if (k->wsi && (status || (events & UV_READABLE)))
		serve(k, status ? LWS_POLLIN | LWS_POLLHUP : LWS_POLLIN);
}

/* ---- What happens to it ---------------------------------------------------------------------------------------- */

static int refuse(struct lws *wsi, int code, const char *why)
{
	lws_close_reason(wsi, (enum lws_close_status)code, (unsigned char *)(uintptr_t)why, strlen(why));
	return -1;
}

static int on_receive(struct ws_socket *k, const char *data, size_t len)
{
	struct lws *wsi = k->wsi;
	const char *why = "";
	int code;

	if (!masked_check(&k->masked, lws_get_socket_fd(wsi), len, lws_remaining_packet_payload(wsi)))
		return refuse(wsi, WS_PROTOCOL, "frames must be masked");
	code = k->ws->ops->received(k->user, data, len,
		lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi), lws_frame_is_binary(wsi),
		&why);
	return code ? refuse(wsi, code, why) : 0;
}

static int on_writable(struct ws_socket *k)
{
	int err;

	k->n_idle = 0;
	k->wants_write = false;
	k->wish = WISH_OURS;
	if (k->is_answering) {
		k->is_answering = false;
		apply_hold(k);
	}
	err = k->ws->ops->writable(k->user);
	/* If there is more to write, the library says so once more when this has returned. */
	k->wants_write |= !err && lws_partial_buffered(k->wsi);
	k->wish = k->wants_write ? WISH_EXPECTED : WISH_OF_FRAME;
	return err ? -1 : 0;
}

static void on_unwatched(uv_handle_t *handle);

static void on_destroyed(struct ws_socket *k)
{
	struct ws *ws = k->ws;

	lws_set_opaque_user_data(k->wsi, NULL);
	ws->n_sockets--;
	if (ws->adopting == k)
		ws->adopting = NULL;
	k->wsi = NULL;
	ws->ops->destroy(k->user);
	uv_close((uv_handle_t *)&k->poll, on_unwatched);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
	struct ws_socket *k = socket_of(wsi, why == LWS_CALLBACK_WSI_CREATE);

	(void)user;
	if (!k)
		return why == LWS_CALLBACK_GET_THREAD_ID;
	switch (why) {
	case LWS_CALLBACK_GET_THREAD_ID:
		on_wish(k);
		return 1;
	case LWS_CALLBACK_ESTABLISHED:
		k->ws->ops->opened(k->user, k);
		return 0;
	case LWS_CALLBACK_RECEIVE:
		return on_receive(k, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return on_writable(k);
	case LWS_CALLBACK_CLOSED:
		uv_poll_stop(&k->poll);
		k->ws->ops->closed(k->user);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		on_destroyed(k);
		return 0;
	case LWS_CALLBACK_HTTP: /* no upgrade: cannot be, the request is ours */
		return -1;
	default:
		return 0;
	}
}

/* ---- From start to end ----------------------------------------------------------------------------------------- */

static void create_context(struct ws *ws, unsigned max_sockets)
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof(info));
	ws->protocols[0] = (struct lws_protocols){
		.name = "cam_server", .callback = on_event, .rx_buffer_size = RX_BYTES};
	ws->idle = (lws_retry_bo_t){.secs_since_valid_ping = 20, .secs_since_valid_hangup = 30};
	info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
	info.protocols = ws->protocols;
	info.options = LWS_SERVER_OPTION_VALIDATE_UTF8;
	info.user = ws;
	info.gid = (gid_t)-1;
	info.uid = (uid_t)-1;
	info.timeout_secs = 10;
	info.retry_and_idle_policy = &ws->idle;
	info.pcontext = &ws->context;
	/* Otherwise it makes tables as large as the limit of descriptors, a million in containers. */
	info.fd_limit_per_thread = max_sockets + 64;
	lws_set_log_level(0, NULL); /* every reason for its messages is ours to tell, in our words */
	ws->context = lws_create_context(&info);
}

/* Once, it asks for the thread's number too, without which it would tell of no wish. */
static void serve_timeouts(void *arg)
{
	lws_service_tsi(((struct ws *)arg)->context, -1, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct ws *ws = timer->data;

	serve_timeouts(ws);
	if (!ws->n_sockets)
		uv_timer_stop(timer);
}

static void wake(void *arg)
{
	lws_cancel_service(((struct ws *)arg)->context);
}

int ws_open(struct web *web, unsigned max_sockets, const struct ws_ops *ops, void *arg, struct ws **ret)
{
	struct ws *ws = calloc(1, sizeof(*ws));
	struct leftover_look before;

	if (!ws)
		return -ENOMEM;
	leftover_look(&before);
	ws->web = web;
	ws->outbox.host = web->host;
	ws->ops = ops;
	ws->arg = arg;
	create_context(ws, max_sockets);
	if (!ws->context) {
		free(ws);
		return -ENOMEM;
	}
	serve_timeouts(ws);
	leftover_note(&ws->wakeup, &before, wake, serve_timeouts, ws);
	uv_timer_init(web->loop, &ws->timer);
	ws->timer.data = ws;
	ws->n_handles = 1;
	web->pending++;
	*ret = ws;
	return 0;
}

/* One of its handles has closed: with the last one it ends. */
static void release(struct ws *ws)
{
	struct web *web = ws->web;

	if (--ws->n_handles)
		return;
	outbox_free(&ws->outbox);
	free(ws);
	web_released(web);
}

static void on_timer_closed(uv_handle_t *handle)
{
	release(handle->data);
}

static void on_unwatched(uv_handle_t *handle)
{
	struct ws_socket *k = handle->data;
	struct ws *ws = k->ws;

	free(k);
	release(ws);
}

void ws_close(struct ws *ws)
{
	if (!ws)
		return;
	ws_forget_picture(ws);
	lws_context_destroy(ws->context);
	leftover_close(&ws->wakeup);
	uv_close((uv_handle_t *)&ws->timer, on_timer_closed);
}

/* @return a socket that watches this descriptor, or NULL */
static struct ws_socket *new_socket(struct ws *ws, int fd, uint64_t received, const struct cam_who *who)
{
	struct ws_socket *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->ws = ws;
	k->masked.before = received;
	k->poll.data = k;
	k->wish = WISH_OURS;
	k->user = ws->ops->create(ws->arg, who);
	if (k->user && !uv_poll_init(ws->web->loop, &k->poll, fd)) {
		ws->n_handles++;
		return k;
	}
	if (k->user)
		ws->ops->destroy(k->user);
	free(k);
	return NULL;
}

/* The library takes the descriptor in any case. */
static void hand_over(struct ws_socket *k, int fd, const char *key)
{
	struct lws_context *context = k->ws->context;
	char head[256];
	int n = snprintf(head, sizeof(head),
		"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n",
		key);

	k->ws->adopting = k;
	lws_adopt_socket_vhost_readbuf(lws_get_vhost_by_name(context, "default"), fd, head, (size_t)n);
}

int ws_adopt(struct ws *ws, int fd, const char *key, uint64_t received, const struct cam_who *who)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	struct ws_socket *k = copy < 0 ? NULL : new_socket(ws, copy, received, who);

	if (!k) {
		if (copy >= 0)
			close(copy);
		return -ENOMEM;
	}
	hand_over(k, copy, key);
	if (!ws->adopting)
		return 0; /* it came and went */
	ws->adopting = NULL;
	if (!k->wsi) {
		ws->ops->destroy(k->user);
		uv_close((uv_handle_t *)&k->poll, on_unwatched);
		return -ENOMEM;
	}
	lws_set_opaque_user_data(k->wsi, k); /* from here on, WSI_DESTROY ends it */
	k->wish = WISH_OF_FRAME;
	watch(k);
	if (!uv_is_active((uv_handle_t *)&ws->timer))
		uv_timer_start(&ws->timer, on_timer, 1000, 1000);
	return 0;
}

void ws_want_write(struct ws_socket *k)
{
	int before = k->wish;

	k->wish = WISH_OURS;
	lws_callback_on_writable(k->wsi);
	k->wish = before;
	k->wants_write = true;
	k->n_idle = 0;
	watch(k);
}

void ws_hold(struct ws_socket *k, bool hold)
{
	k->is_held = hold;
	apply_hold(k);
}

uint64_t ws_bytes_read(struct ws_socket *k)
{
	uint64_t read = 0;

	return masked_bytes_read(lws_get_socket_fd(k->wsi), &read) ? read : 0;
}

void ws_peer(struct ws_socket *k, char *ret, size_t room)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	ret[0] = '\0';
	if (!getpeername(lws_get_socket_fd(k->wsi), (struct sockaddr *)&addr, &len))
		(void)getnameinfo(
			(struct sockaddr *)&addr, len, ret, (socklen_t)room, NULL, 0, NI_NUMERICHOST);
}

void ws_kill(struct ws_socket *k)
{
	lws_set_timeout(k->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
}

/* ---- Writing --------------------------------------------------------------------------------------------------- */

static int write_message(struct ws_socket *k, uint8_t *at, size_t len, bool is_binary)
{
	if (!at)
		return -ENOMEM;
	return lws_write(k->wsi, at, len, is_binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) < 0 ? -EIO : 0;
}

int ws_write(struct ws_socket *k, const void *data, size_t len, bool is_binary)
{
	return write_message(k, outbox_put(&k->ws->outbox, data, len), len, is_binary);
}

int ws_write_picture(struct ws_socket *k, const uint8_t *head, size_t head_len, const struct cam_buf *buf)
{
	return write_message(k, outbox_put_picture(&k->ws->outbox, head, head_len, buf),
		head_len + buf->plane[0].len, true);
}

void ws_forget_picture(struct ws *ws)
{
	if (ws)
		outbox_forget(&ws->outbox);
}
