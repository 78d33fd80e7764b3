/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/http/ask.h"

#include "lib/clock.h"
#include "plugins/ws_view/http/answer.h"
#include "plugins/ws_view/http/files.h"
#include "plugins/ws_view/http/stream.h"

#include <stdlib.h>
#include <string.h>

/* A question to the server. It outlives its connection, since the answer comes in any case. */
struct ask {
	struct job job;
	struct conn *c; /* NULL: gone */
	const struct cam_host *host;
	struct cam_node *node; /* the server keeps it until the answer */
	void (*then)(struct conn *, void *arg); /* who asks is asked */
	void *arg;
};

static void stop(struct job *job)
{
	chain_entry(job, struct ask, job)->c = NULL;
}

static void late(struct job *job)
{
	struct ask *ask = chain_entry(job, struct ask, job);
	struct conn *c = ask->c;

	ask->c = NULL;
	c->job = NULL;
	answer_refuse(c, 503, "There was no answer within 30 seconds: the disk may hang.");
}

/* @return a question that is about to be asked, or NULL with the connection told */
static struct ask *new_ask(struct conn *c)
{
	static const struct job_ops ops = {stop, late};
	struct ask *ask = malloc(sizeof(*ask));

	if (!ask) {
		answer_refuse(c, 503, "There is no memory for this request.");
		return NULL;
	}
	*ask = (struct ask){{&ops}, c, c->web->host, c->web->node, NULL, NULL};
	c->job = &ask->job;
	c->deadline_ns = clock_mono_ns() + 3 * PATIENCE_NS;
	return ask;
}

/* It is answered. @return its connection, NULL: gone */
static struct conn *end(struct ask *ask)
{
	struct conn *c = ask->c;

	if (c)
		c->job = NULL;
	if (c)
		c->deadline_ns = INT64_MAX;
	free(ask);
	return c;
}

static void send_reply(struct conn *c, const struct cam_reply *reply)
{
	c->reply = *reply;
	c->reply.type[sizeof(c->reply.type) - 1] = '\0';
	c->reply.type[strcspn(c->reply.type, "\r\n")] = '\0';
	if (c->reply.stream)
		stream_send(c);
	else if (c->reply.file)
		files_send(c);
	else
		answer_reply(c);
}

static void on_reply(void *arg, struct cam_reply *reply)
{
	struct ask asked = *(struct ask *)arg;
	struct conn *c = end(arg);

	if (c)
		send_reply(c, reply);
	else
		conn_drop_reply(asked.host, asked.node, reply);
}

void ask_server(struct conn *c)
{
	struct cam_request request = conn_request(c);
	struct ask *ask = new_ask(c);

	if (!ask)
		return;
	c->web->host->request(c->web->node, &request, on_reply, ask);
	conn_drop_body(c); /* it was copied */
}

static void on_who(void *arg, const struct cam_who *who, struct cam_reply *refusal)
{
	struct ask asked = *(struct ask *)arg;
	struct conn *c = end(arg);

	if (c && who) {
		c->who = who;
		asked.then(c, asked.arg);
	} else if (c) {
		web_stat(c->web, STAT_REFUSED, 1);
		send_reply(c, refusal);
	} else if (who) {
		asked.host->who_unref(who);
	} else {
		conn_drop_reply(asked.host, asked.node, refusal);
	}
}

void ask_who(struct conn *c, void (*then)(struct conn *, void *), void *arg)
{
	struct cam_request request = conn_request(c);
	struct ask *ask = new_ask(c);

	if (!ask)
		return;
	ask->then = then;
	ask->arg = arg;
	c->web->host->identify(c->web->node, &request, on_who, ask);
}
