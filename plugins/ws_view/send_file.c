/* SPDX-License-Identifier: MIT */
#include "conn.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 65536 };

/*
 * One file on its way out: a chunk is read on libuv's thread pool, then written, then the next. When the connection
 * closes during a read, this stays until the read is over.
 */
struct send_file {
	struct conn *c; /* NULL: closed */
	struct server *s;
	uv_fs_t read;
	uv_write_t write;
	int fd;
	int64_t at, left;
	bool is_busy; /* a read or a write of it is under way */
	char chunk[CHUNK];
};

static void file_free(struct send_file *f)
{
	close(f->fd);
	free(f);
}

static void read_next(struct send_file *f);

static void on_written(uv_write_t *req, int status)
{
	struct send_file *f = list_entry(req, struct send_file, write);

	f->is_busy = false;
	if (!f->c)
		file_free(f);
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
	f->c->deadline_ns = monotonic_ns() + PATIENCE_NS;
	f->is_busy = true;
	if (uv_write(&f->write, (uv_stream_t *)&f->c->tcp, &buf, 1, on_written)) {
		f->is_busy = false;
		conn_close(f->c);
	}
}

static void on_read(uv_fs_t *req)
{
	struct send_file *f = list_entry(req, struct send_file, read);
	struct server *s = f->s;
	ssize_t n = req->result;

	uv_fs_req_cleanup(req);
	f->is_busy = false;
	if (!f->c)
		file_free(f);
	else if (n <= 0) /* cut short: the peer sees fewer bytes than promised */
		conn_close(f->c);
	else
		write_chunk(f, (size_t)n);
	server_released(s);
}

static void read_next(struct send_file *f)
{
	uv_buf_t buf = uv_buf_init(f->chunk, f->left < CHUNK ? (unsigned)f->left : CHUNK);

	f->is_busy = true;
	f->c->deadline_ns = INT64_MAX; /* a slow disk is not the peer's fault */
	f->s->pending++;
	if (uv_fs_read(f->s->loop, &f->read, f->fd, &buf, 1, f->at, on_read)) {
		f->is_busy = false;
		f->s->pending--;
		conn_close(f->c);
	}
}

void send_file_stop(struct send_file *f)
{
	if (!f)
		return;
	f->c = NULL;
	if (!f->is_busy)
		file_free(f);
}

static void on_head(uv_write_t *req, int status)
{
	struct conn *c = req->data;

	if (status < 0 || !c->file)
		conn_close(c);
	else if (c->is_head || !c->file->left)
		conn_end(c);
	else
		read_next(c->file);
}

/* Decide what part is asked for. @return whether any of it can be sent */
static bool choose_range(struct conn *c, struct send_file *f, struct answer *a, char extra[160])
{
	int64_t size = f->left, from = 0, len = size;
	int ranged = c->reply.status == 200 ? http_range(c->head.range, size, &from, &len) : 0;

	if (ranged < 0) {
		snprintf(extra, 160, "Content-Range: bytes */%lld\r\nCache-Control: no-store\r\n",
			(long long)size);
		*a = (struct answer){416, "text/plain", 0, extra};
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
	*a = (struct answer){ranged ? 206 : c->reply.status, c->reply.type, len, extra};
	return true;
}

void send_file_start(struct conn *c)
{
	struct send_file *f = malloc(sizeof(*f));
	struct answer answer;
	char extra[160];
	uv_buf_t buf;

	if (!f) {
		conn_refuse(c, 503, "There is no memory for this file.");
		return;
	}
	memset(f, 0, offsetof(struct send_file, chunk));
	f->c = c;
	f->s = c->s;
	f->fd = c->reply.fd;
	c->reply.fd = -1; /* it is ours now */
	f->at = c->reply.fd_from;
	f->left = c->reply.fd_len;
	c->file = f;
	if (!choose_range(c, f, &answer, extra)) {
		server_stat(c->s, STAT_REFUSED, 1);
		f->left = 0;
	}
	buf = uv_buf_init(c->out, (unsigned)conn_head(c, &answer));
	c->write.data = c;
	c->deadline_ns = monotonic_ns() + PATIENCE_NS;
	if (!buf.len || uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, on_head))
		conn_close(c);
}
