/* SPDX-License-Identifier: MIT */
#include "core/plugin/handling.h"

#include "core/plugin/abi.h"
#include "core/plugin/cam_node.h"
#include "core/plugin/file.h"
#include "core/plugin/stream.h"
#include "core/plugin/who.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A node whose disk hangs answers nothing: so many wait for it, the others are told. */
enum { MAX_HANDLINGS = 256 };

enum step {
	WITH_NODE, /* in handle(), or on the way there */
	LATER, /* handle() has said CAM_LATER */
	ANSWERED, /* the reply is there, and on its way to the loop */
	STREAMING /* whoever asked has the reply, and reads */
};

struct handling {
	struct handling *next, **at; /* of the node's, under its lock */
	struct task task;
	struct cam_node *node; /* a reference */
	struct executor *
		on; /* its place, a reference; with the node's lock; NULL once the node has ended, for pools end before the loop */
	unsigned turn; /* the node's, when it was asked */
	const struct cam_route *route;
	struct request *copy; /* a reference: what `request` points to */
	struct cam_request request; /* by its address the node names it */
	enum step step; /* under the node's lock */
	struct cam_reply reply;
	struct cam_stream *stream; /* under the node's lock; its maker's end() frees this */
	void (*done)(void *arg, struct cam_reply *);
	void *arg;
	char strings[]; /* tail, camera */
};

static void set_status(struct cam_reply *reply, int status, const char *text)
{
	*reply = (struct cam_reply){.size = sizeof(*reply), .status = status, .type = "text/plain", .fd = -1};
	reply->data = text;
	reply->len = strlen(text);
}

static void not_running(struct cam_reply *reply)
{
	set_status(reply, 503, "this part of the server is not running; see /api/v1/cameras\n");
}

/* What the plugin has written, by its own idea of the struct. What it left untouched is as it was handed to it. */
static void read_reply(struct cam_reply *to, const struct cam_reply *from)
{
	struct cam_reply written;

	if (abi_read(&abi_reply, &written, from, from->size))
		(void)abi_read(&abi_reply, &written, from, 0);
	written.size = sizeof(written);
	written.file = NULL; /* the server's, as is the stream */
	written.stream = NULL;
	*to = written;
}

/* What answer() is given, nobody has filled in beforehand. */
static void fill_in(struct cam_reply *reply)
{
	if (!reply->status)
		reply->status = 200;
	if (!*reply->type)
		snprintf(reply->type, sizeof(reply->type), "text/plain");
	if (!reply->fd && !reply->fd_len)
		reply->fd = -1; /* no file has no bytes of the standard input */
}

void handling_drop_reply(struct cam_reply *reply)
{
	if (reply->stream) {
		stream_close(reply->stream); /* releases it */
		return;
	}
	if (reply->file)
		file_close(reply->file);
	else if (reply->fd >= 0)
		close(reply->fd);
	if (reply->release)
		reply->release(reply);
}

/* ---- the node's list ---- */

static void enter(struct handling *h)
{
	struct cam_node *n = h->node;

	pthread_mutex_lock(&n->lock);
	h->next = n->handlings;
	h->at = &n->handlings;
	if (h->next)
		h->next->at = &h->next;
	n->handlings = h;
	pthread_mutex_unlock(&n->lock);
	atomic_fetch_add(&n->n_handlings, 1);
}

/* No call about it finds it any more. */
static void leave(struct handling *h)
{
	struct cam_node *n = h->node;

	pthread_mutex_lock(&n->lock);
	*h->at = h->next;
	if (h->next)
		h->next->at = h->at;
	pthread_mutex_unlock(&n->lock);
	atomic_fetch_sub(&n->n_handlings, 1);
}

static void leave_place(struct handling *h)
{
	struct executor *on;

	pthread_mutex_lock(&h->node->lock);
	on = h->on;
	h->on = NULL;
	pthread_mutex_unlock(&h->node->lock);
	if (on)
		executor_unref(on);
}

static void handling_free(struct handling *h)
{
	request_unref(h->copy);
	leave_place(h);
	node_unref(h->node);
	free(h);
}

/* Under the node's lock. A request that is not there any more has been answered. */
static struct handling *find(const struct cam_node *n, const struct cam_request *r)
{
	struct handling *h = n->handlings;

	while (h && &h->request != r)
		h = h->next;
	return h;
}

/* ---- the answer ---- */

/* Whatever the node's place is, its file is read where disks are. */
static void make_file(struct handling *h)
{
	const struct cam_node *n = h->node;
	struct executor *on = n->spec.plugin->place == CAM_ON_IO ? h->on : NULL;

	if (!file_new(n->world->loop, n->world->places, on, h->reply.fd, &h->reply.file))
		return;
	handling_drop_reply(&h->reply);
	set_status(&h->reply, 503, "out of memory\n");
}

static int64_t next_piece(void *arg, void *to, size_t room)
{
	struct handling *h = arg;

	if (!h->node->active || h->turn != h->node->turn || atomic_load(&h->node->stopping))
		return -EPIPE;
	return h->reply.more(h->reply.arg, to, room);
}

static void end_stream(void *arg)
{
	struct handling *h = arg;

	leave(h);
	h->reply.release(&h->reply);
	handling_free(h);
}

/* @return whether the handling lives on as the maker of a stream */
static bool make_stream(struct handling *h)
{
	const struct stream_maker maker = {next_piece, end_stream, h};
	struct cam_stream *s = h->reply.release ? stream_new(h->node->world->loop, h->on, &maker) : NULL;

	if (!s) {
		handling_drop_reply(&h->reply);
		set_status(&h->reply, 503, "out of memory\n");
		return false;
	}
	pthread_mutex_lock(&h->node->lock);
	h->step = STREAMING;
	h->stream = s;
	pthread_mutex_unlock(&h->node->lock);
	return true;
}

static void answer(struct handling *h)
{
	struct cam_reply reply;
	void (*done)(void *, struct cam_reply *) = h->done;
	void *arg = h->arg;
	bool is_streaming = false;

	if (h->reply.more)
		is_streaming = make_stream(h);
	else if (h->reply.fd >= 0)
		make_file(h);
	reply = h->reply;
	reply.stream = h->stream;
	if (!is_streaming) {
		leave(h);
		handling_free(h);
	}
	done(arg, &reply);
}

static void on_answered(struct task *t)
{
	answer(container_of(t, struct handling, task));
}

/* [any] The reply is there. */
static void go_to_loop(struct handling *h)
{
	h->task.fn = on_answered;
	executor_post(&h->node->world->loop->executor, &h->task);
}

/* ---- asking ---- */

/* handle() has said CAM_LATER. @return whether the answer came before it had returned */
static bool is_answered(struct handling *h)
{
	bool answered;

	pthread_mutex_lock(&h->node->lock);
	answered = h->step == ANSWERED;
	if (!answered)
		h->step = LATER;
	pthread_mutex_unlock(&h->node->lock);
	return answered;
}

/* handle() has answered. Who has called answer() as well has answered twice: that came first. */
static void keep_first(struct handling *h, const struct cam_reply *from)
{
	struct cam_reply reply;
	bool is_first;

	read_reply(&reply, from);
	pthread_mutex_lock(&h->node->lock);
	is_first = h->step == WITH_NODE;
	if (is_first)
		h->reply = reply;
	h->step = ANSWERED;
	pthread_mutex_unlock(&h->node->lock);
	if (!is_first)
		handling_drop_reply(&reply);
}

static void do_handle(struct task *t)
{
	struct handling *h = container_of(t, struct handling, task);
	struct cam_node *n = h->node;
	struct cam_reply reply;
	int r;

	set_status(&reply, 200, "");
	if (!n->active || atomic_load(&n->failed) || h->turn != n->turn) {
		not_running(&reply);
		leave_place(h);
		r = 0;
	} else {
		r = h->route->handle(n->self, &h->request, &reply);
	}
	if (r == CAM_LATER && abi_minor(n->spec.plugin) >= 3) {
		if (is_answered(h))
			go_to_loop(h);
		return;
	}
	if (r < 0)
		set_status(&reply, 500, "the request failed; the server's log says why\n");
	keep_first(h, &reply);
	go_to_loop(h);
}

static struct handling *handling_new(
	struct cam_node *n, const struct handling_route *route, struct request *copy)
{
	size_t tail = strlen(route->tail) + 1, camera = strlen(route->camera) + 1;
	struct handling *h = calloc(1, sizeof(*h) + tail + camera);

	if (!h)
		return NULL;
	h->task.fn = do_handle;
	h->node = node_ref(n);
	h->on = executor_ref(n->on);
	h->turn = n->turn;
	h->route = route->route;
	h->copy = request_ref(copy);
	h->request = copy->asked;
	h->request.headers = copy->harmless;
	h->request.tail = memcpy(h->strings, route->tail, tail);
	h->request.camera = memcpy(h->strings + tail, route->camera, camera);
	return h;
}

void handling_begin(struct cam_node *n, const struct handling_route *route, struct request *copy,
	void (*done)(void *arg, struct cam_reply *), void *arg)
{
	bool is_full = atomic_load(&n->n_handlings) >= MAX_HANDLINGS;
	struct handling *h = n->on && !is_full ? handling_new(n, route, copy) : NULL;
	struct cam_reply none;

	if (!h) {
		set_status(&none, 503,
			is_full ? "too many requests wait for this part of the server: its disk does not "
				  "answer, or its answers are not read\n"
				: "out of memory\n");
		done(arg, &none);
		return;
	}
	h->done = done;
	h->arg = arg;
	enter(h);
	executor_post_soon(n->on, &h->task); /* somebody waits; who records does so all the time */
}

void handling_answer(struct cam_node *n, const struct cam_request *r, const struct cam_reply *from)
{
	struct cam_reply reply;
	struct handling *h;
	bool was_later = false, is_ours;

	read_reply(&reply, from);
	fill_in(&reply);
	pthread_mutex_lock(&n->lock);
	h = find(n, r);
	is_ours = h && (h->step == WITH_NODE || h->step == LATER);
	if (is_ours) {
		was_later = h->step == LATER;
		h->reply = reply;
		h->step = ANSWERED;
	}
	pthread_mutex_unlock(&n->lock);
	if (was_later)
		go_to_loop(h);
	else if (!is_ours)
		handling_drop_reply(&reply);
}

void handling_ready(struct cam_node *n, const struct cam_request *r)
{
	struct handling *h;
	struct cam_stream *s;

	pthread_mutex_lock(&n->lock);
	h = find(n, r);
	s = h && h->stream ? stream_ref(h->stream) : NULL;
	pthread_mutex_unlock(&n->lock);
	if (!s)
		return; /* its first read comes anyway */
	stream_ready(s);
	stream_unref(s);
}

/* ---- the node's end ---- */

/* Under the node's lock. @return one to end, taken out of the way of the next call */
static struct handling *take_one(const struct cam_node *n)
{
	struct handling *h = n->handlings;

	while (h && !(h->step == LATER || h->step == STREAMING || (h->step == ANSWERED && h->reply.more)))
		h = h->next;
	return h;
}

/* Its maker must not be called any more. What is on its way to the node does not get there. */
static void end_one(struct handling *h, enum step step)
{
	if (step == ANSWERED && h->reply.release)
		h->reply.release(&h->reply);
	not_running(&h->reply);
	if (step == LATER)
		answer(h);
}

/* What is on its way to the loop, or to the node in vain. */
static void leave_all(struct cam_node *n)
{
	pthread_mutex_lock(&n->lock);
	for (struct handling *h = n->handlings; h; h = h->next) {
		if (h->on)
			executor_unref(h->on);
		h->on = NULL;
	}
	pthread_mutex_unlock(&n->lock);
}

void handling_end_all(struct cam_node *n)
{
	for (;;) {
		struct handling *h;
		struct cam_stream *s = NULL;
		enum step step = LATER;

		pthread_mutex_lock(&n->lock);
		h = take_one(n);
		if (h) {
			step = h->step;
			s = step == STREAMING ? stream_ref(h->stream) : NULL;
			h->step = step == LATER ? ANSWERED : step;
		}
		pthread_mutex_unlock(&n->lock);
		if (!h) {
			leave_all(n);
			return;
		}
		if (s) { /* h may be gone already */
			stream_break(s);
			stream_unref(s);
		} else {
			end_one(h, step);
		}
	}
}
