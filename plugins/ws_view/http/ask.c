/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/http/ask.h"

#include "lib/clock.h"
#include "plugins/ws_view/http/answer.h"
#include "plugins/ws_view/http/files.h"

#include <stdlib.h>
#include <string.h>

/* A question to the server. It outlives its connection, since the answer comes in any case. */
struct ask {
	struct job job;
	struct conn *c; /* NULL: gone */
	const struct cam_host *host;
	struct cam_node *node; /* the server keeps it until the answer */
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

static void send_reply(struct conn *c, const struct cam_reply *reply)
{
	c->reply = *reply;
	c->reply.type[sizeof(c->reply.type) - 1] = '\0';
	c->reply.type[strcspn(c->reply.type, "\r\n")] = '\0';
	if (c->reply.file)
		files_send(c);
	else
		answer_send(c, &(struct answer){c->reply.status, c->reply.type, (int64_t)c->reply.len, NULL},
			c->reply.data);
}

static void on_reply(void *arg, struct cam_reply *reply)
{
	struct ask *ask = arg;
	struct conn *c = ask->c;

	if (c) {
		c->job = NULL;
		send_reply(c, reply);
	} else {
		ask->host->close_file(ask->node, reply->file);
		if (reply->release)
			reply->release(reply);
	}
	free(ask);
}

void ask_server(struct conn *c)
{
	static const struct job_ops ops = {stop, late};
	struct cam_request request = {.size = sizeof(request),
		.method = c->is_head ? "GET" : c->head.method,
		.path = c->head.path,
		.query = c->head.query,
		.tail = ""};
	struct ask *ask = malloc(sizeof(*ask));

	if (!ask) {
		answer_refuse(c, 503, "There is no memory for this request.");
		return;
	}
	*ask = (struct ask){{&ops}, c, c->web->host, c->web->node};
	c->job = &ask->job;
	c->deadline_ns = clock_mono_ns() + 3 * PATIENCE_NS;
	c->web->host->request(c->web->node, &request, on_reply, ask);
}
