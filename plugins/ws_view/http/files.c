/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/http/files.h"

#include "lib/clock.h"
#include "plugins/ws_view/http/answer.h"
#include "plugins/ws_view/http/range.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 131072 };
/* A disk may have to spin up first; one that takes longer hangs, and its readers are not to fill the house. */
#define DISK_NS (3 * PATIENCE_NS)

/*
 * One file on its way out: the server reads a chunk where the file's disk is worked on, then it is written, then the
 * next. When the connection closes meanwhile, this stays until that is over.
 */
struct send_file {
	struct job job;
	struct conn *c; /* NULL: closed */
	struct web *web; /* while c is there */
	struct cam_file *file;
	uv_write_t write;
	int64_t at, left;
	bool is_busy; /* a read or a write of it is under way */
	char chunk[];
};

static void read_next(struct send_file *f);

static void on_written(uv_write_t *req, int status)
{
	struct send_file *f = chain_entry(req, struct send_file, write);

	f->is_busy = false;
	if (!f->c)
		free(f);
	else if (status < 0)
		conn_close(f->c);
	else if (f->left)
		read_next(f);
	else
		conn_end(f->c);
}

static void write_chunk(struct send_file *f, size_t len)
{
	uv_buf_t buf = uv_buf_init(f->chunk, (unsigned)len);

	f->at += (int64_t)len;
	f->left -= (int64_t)len;
	f->c->deadline_ns = clock_mono_ns() + PATIENCE_NS;
	f->is_busy = true;
	if (uv_write(&f->write, (uv_stream_t *)&f->c->tcp, &buf, 1, on_written)) {
		f->is_busy = false;
		conn_close(f->c);
	}
}

/* It comes even if the node has ended meanwhile. */
static void on_read(void *arg, int64_t n)
{
	struct send_file *f = arg;

	f->is_busy = false;
	if (!f->c)
		free(f);
	else if (n <= 0) /* cut short: the peer sees fewer bytes than promised */
		conn_close(f->c);
	else
		write_chunk(f, (size_t)n);
}

static void read_next(struct send_file *f)
{
	const struct web *w = f->web;

	f->is_busy = true;
	f->c->deadline_ns = clock_mono_ns() + DISK_NS;
	if (w->host->read_file(w->node, f->file, f->at, f->chunk, f->left < CHUNK ? (size_t)f->left : CHUNK,
		    on_read, f)) {
		f->is_busy = false;
		conn_close(f->c);
	}
}

static void stop(struct job *job)
{
	struct send_file *f = chain_entry(job, struct send_file, job);

	f->web->host->close_file(f->web->node, f->file);
	f->c = NULL;
	f->web = NULL;
	if (!f->is_busy)
		free(f);
}

static void on_head(uv_write_t *req, int status)
{
	struct conn *c = req->data;
	struct send_file *f = c->job ? chain_entry(c->job, struct send_file, job) : NULL;

	if (status < 0 || !f)
		conn_close(c);
	else if (c->is_head || !f->left)
		conn_end(c);
	else
		read_next(f);
}

/* Decide what part is asked for. @return whether any of it can be sent */
static bool choose_range(struct conn *c, struct send_file *f, struct answer *a, char extra[160])
{
	int64_t size = f->left, from = 0, len = size;
	/* If-Range: whether it is the same file is not known, so all of it is sent. */
	const char *range = c->head.if_range || c->reply.status != 200 ? NULL : c->head.range;
	int ranged = range_parse(range, size, &from, &len);

	if (ranged < 0) {
		snprintf(extra, 160, "Content-Range: bytes */%lld\r\nCache-Control: no-store\r\n",
			(long long)size);
		*a = (struct answer){416, "text/plain", 0, extra, NULL};
		return false;
	}
	if (ranged)
		snprintf(extra, 160,
			"Accept-Ranges: bytes\r\nContent-Range: bytes %lld-%lld/%lld\r\nCache-Control: "
			"no-store\r\n",
			(long long)from, (long long)(from + len - 1), (long long)size);
	else
		snprintf(extra, 160, "Accept-Ranges: bytes\r\nCache-Control: no-store\r\n");
	f->at += from;
	f->left = len;
	*a = (struct answer){ranged ? 206 : c->reply.status, c->reply.type, len, extra, c->reply.headers};
	return true;
}

void files_send(struct conn *c)
{
	static const struct job_ops ops = {stop, NULL};
	size_t room = c->reply.fd_len < CHUNK ? (size_t)c->reply.fd_len : CHUNK;
	struct send_file *f = malloc(sizeof(*f) + room);
	struct answer answer;
	char extra[160];
	uv_buf_t buf;

	if (!f) {
		answer_refuse(c, 503, "There is no memory for this file.");
		return;
	}
	memset(f, 0, offsetof(struct send_file, chunk));
	f->job.ops = &ops;
	f->c = c;
	f->web = c->web;
	f->file = c->reply.file;
	c->reply.file = NULL; /* it is ours now */
	c->reply.fd = -1;
	f->at = c->reply.fd_from;
	f->left = c->reply.fd_len;
	c->job = &f->job;
	if (!choose_range(c, f, &answer, extra)) {
		web_stat(c->web, STAT_REFUSED, 1);
		f->left = 0;
	}
	buf = uv_buf_init(c->out, (unsigned)answer_head(c, &answer));
	c->write.data = c;
	c->deadline_ns = clock_mono_ns() + PATIENCE_NS;
	if (!buf.len || uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, on_head))
		conn_close(c);
}
