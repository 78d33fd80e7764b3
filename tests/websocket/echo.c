/* SPDX-License-Identifier: MIT */
/*
 * A server that sends back each message that it gets, over ws_view's own HTTP and WebSocket code: for suites of cases
 * that want an echo. Prints "listening on http://127.0.0.1:PORT/"; ends when its standard input does.
 */
#include "plugins/ws_view/http/answer.h"
#include "plugins/ws_view/http/listen.h"
#include "plugins/ws_view/http/request.h"
#include "plugins/ws_view/ws/handshake.h"
#include "plugins/ws_view/ws/ws.h"
#include "tests/plugin/fake_host.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_MAX = 32 << 20 };

struct echo_message {
	struct chain link;
	size_t len, room;
	bool is_binary;
	char *data;
};

struct echo {
	struct ws_socket *socket; /* NULL: not open */
	struct chain waiting; /* whole messages, oldest first */
	size_t n_waiting;
	struct echo_message *partial; /* the message that comes, NULL: none */
};

static struct fake fake;
static struct web web;
static struct http http;
static struct ws *websockets;
static uv_loop_t loop;

static void *echo_create(void *arg, const struct cam_who *who)
{
	struct echo *e = calloc(1, sizeof(*e));

	(void)arg;
	(void)who;
	if (e)
		chain_init(&e->waiting);
	if (e)
		web_count(&web, 1);
	return e;
}

static void echo_opened(void *self, struct ws_socket *socket)
{
	((struct echo *)self)->socket = socket;
}

static bool add(struct echo_message *m, const char *data, size_t len)
{
	size_t room = m->room ? m->room : 4096;
	char *grown;

	while (room < m->len + len)
		room *= 2;
	grown = room > m->room ? realloc(m->data, room) : m->data;
	if (!grown)
		return false;
	m->data = grown;
	m->room = room;
	if (len)
		memcpy(m->data + m->len, data, len);
	m->len += len;
	return true;
}

static int echo_received(
	void *self, const char *data, size_t len, bool is_last, bool is_binary, const char **ret_why)
{
	struct echo *e = self;

	if (!e->partial)
		e->partial = calloc(1, sizeof(*e->partial));
	if (!e->partial || e->partial->len + len > MESSAGE_MAX || !add(e->partial, data, len)) {
		*ret_why = "too long";
		return WS_TOO_BIG;
	}
	if (!is_last)
		return 0;
	e->partial->is_binary = is_binary;
	chain_add(&e->waiting, &e->partial->link);
	e->partial = NULL;
	e->n_waiting++;
	ws_hold(e->socket, true); /* what follows may be wrong, and end it before this is answered */
	ws_want_write(e->socket);
	return 0;
}

static void free_message(struct echo_message *m)
{
	if (m)
		free(m->data);
	free(m);
}

static int echo_writable(void *self)
{
	struct echo *e = self;
	struct echo_message *m;
	int err;

	if (!e->n_waiting)
		return 0;
	m = chain_entry(e->waiting.next, struct echo_message, link);
	chain_remove(&m->link);
	ws_hold(e->socket, --e->n_waiting);
	err = ws_write(e->socket, m->data, m->len, m->is_binary);
	free_message(m);
	if (e->n_waiting)
		ws_want_write(e->socket);
	return err;
}

static void echo_closed(void *self)
{
	((struct echo *)self)->socket = NULL;
}

static void echo_destroy(void *self)
{
	struct echo *e = self;

	while (e->n_waiting--) {
		struct echo_message *m = chain_entry(e->waiting.next, struct echo_message, link);

		chain_remove(&m->link);
		free_message(m);
	}
	free_message(e->partial);
	free(e);
	web_count(&web, -1);
}

static void on_request(struct http *h, struct conn *c)
{
	struct http_refusal no = {426, "This is a WebSocket."};
	uv_os_fd_t fd;

	(void)h;
	if (!c->head.upgrade || !handshake_check(&c->head, &no))
		answer_refuse(c, no.status, no.why);
	else if (uv_fileno((uv_handle_t *)&c->tcp, &fd) ||
		 ws_adopt(websockets, fd, c->head.ws_key, c->head_len, NULL))
		answer_refuse(c, 503, "no memory");
	else
		conn_close(c);
}

static void second(struct web *w, int64_t now)
{
	(void)w;
	request_check_all(&http, now);
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	static char waste[64];

	(void)handle;
	(void)suggested;
	*ret = uv_buf_init(waste, sizeof(waste));
}

static void on_input(uv_stream_t *input, ssize_t n, const uv_buf_t *buf)
{
	(void)buf;
	if (n >= 0)
		return;
	uv_close((uv_handle_t *)input, NULL);
	web.stopping = true;
	web.pending++;
	listen_close(&http);
	conn_close_all(&http);
	ws_close(websockets);
	web_close(&web);
	web_released(&web);
}

static int create(struct cam_node *node, const struct cam_host *host, const void *conf, void **ret_self)
{
	static const struct web_ops ops = {.second = second};

	web = (struct web){.node = node, .host = host, .conf = conf, .ops = &ops, .loop = &loop};
	http = (struct http){.web = &web, .max_conns = 1000, .on_request = on_request};
	chain_init(&http.conns);
	*ret_self = &web;
	return 0;
}

static void destroy(void *self)
{
	(void)self;
}

int main(void)
{
	static const struct ws_ops ops = {
		echo_create, echo_opened, echo_received, echo_writable, echo_closed, echo_destroy};
	static const struct ws_view_conf conf = {.listen = "127.0.0.1:0", .hosts = ""};
	static const struct cam_stat stats[STAT_HELD + 1];
	static const struct cam_plugin plugin = {
		.kind = CAM_SINK, .name = "echo", .stats = stats, .create = create, .destroy = destroy};
	uv_pipe_t input;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&loop);
	if (fake_create(&fake, &plugin, &conf))
		return EXIT_FAILURE;
	fd = listen_bind(&web);
	if (fd < 0 || ws_open(&web, http.max_conns, &ops, NULL, &websockets))
		return EXIT_FAILURE;
	web_open(&web);
	listen_start(&http, fd);
	puts(strstr(fake.log, "listening"));
	fflush(stdout);
	uv_pipe_init(&loop, &input, 0);
	uv_pipe_open(&input, STDIN_FILENO);
	uv_read_start((uv_stream_t *)&input, give_room, on_input);
	uv_run(&loop, UV_RUN_DEFAULT);
	fake_destroy(&fake);
	return fake.state == CAM_STOPPED && !uv_loop_close(&loop) ? EXIT_SUCCESS : EXIT_FAILURE;
}
