/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/view/feed.h"

#include "lib/clock.h"
#include "plugins/ws_view/common/taker.h"
#include "plugins/ws_view/http/answer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOUNDARY "cam_server_picture"
#define SNAPSHOT_NS (5 * CAM_SECOND)
/* The head of MJPEG waits so long for a picture, since a refusal has another. */
#define HEAD_NS (1 * CAM_SECOND)

struct feed {
	struct job job;
	struct taker taker;
	struct conn *c;
	uv_write_t write;
	const struct cam_buf *sending; /* a reference, until it is written */
	char part[160];
	bool is_snapshot;
	bool has_head; /* MJPEG: the answer's head has gone out */
	struct cam_want want;
	char camera[];
};

/* What a write needs until it is over; it outlives a feed that closes meanwhile. */
static void drop_sending(struct feed *f)
{
	f->c->web->host->buf_unref(f->sending);
	f->sending = NULL;
}

static void stop(struct job *job)
{
	struct feed *f = chain_entry(job, struct feed, job);
	struct web *w = f->c->web;

	taker_close(&f->taker, w);
	if (f->sending && !f->is_snapshot) {
		f->c = NULL; /* on_part() frees it: uv_close() ends the write */
		f->write.data = w;
		return;
	}
	free(f);
}

static void on_part(uv_write_t *req, int status)
{
	struct feed *f = chain_entry(req, struct feed, write);

	if (!f->c) {
		((struct web *)req->data)->host->buf_unref(f->sending);
		free(f);
		return;
	}
	drop_sending(f);
	if (status < 0) {
		conn_close(f->c);
	} else if (f->c->state == CONN_BUSY) {
		f->c->deadline_ns = INT64_MAX;
		taker_resume(&f->taker, f->c->web);
	}
}

static void count(struct web *w, const struct cam_buf *buf)
{
	web_stat(w, STAT_PICTURES, 1);
	web_stat(w, STAT_BYTES, (int64_t)buf->plane[0].len);
}

static void on_feed_head(uv_write_t *req, int status)
{
	if (status < 0)
		conn_close(req->data);
}

static const struct answer feed_answer = {200, "multipart/x-mixed-replace; boundary=" BOUNDARY, -1,
	"Cache-Control: no-store\r\nPragma: no-cache\r\n", NULL};

/* @return whether the head is on its way; if not, the connection is closed */
static bool send_head(struct feed *f)
{
	static const char first[] = "--" BOUNDARY "\r\n";
	struct conn *c = f->c;
	uv_buf_t bufs[2];

	if (f->has_head)
		return true;
	f->has_head = true;
	c->deadline_ns = INT64_MAX;
	bufs[0] = uv_buf_init(c->out, (unsigned)answer_head(c, &feed_answer));
	bufs[1] = uv_buf_init((char *)(uintptr_t)first, sizeof(first) - 1);
	c->write.data = c;
	if (!uv_write(&c->write, (uv_stream_t *)&c->tcp, bufs, 2, on_feed_head))
		return true;
	conn_close(c);
	return false;
}

static int take_part(struct taker *t, const struct cam_buf *buf)
{
	struct feed *f = chain_entry(t, struct feed, taker);
	static const char end[] = "\r\n--" BOUNDARY "\r\n";
	uv_buf_t bufs[3];
	int n;

	if (f->sending)
		return CAM_LATER;
	if (!send_head(f))
		return 0;
	n = snprintf(f->part, sizeof(f->part),
		"Content-Type: image/jpeg\r\nContent-Length: %zu\r\nX-Timestamp: %lld.%06lld\r\n\r\n",
		buf->plane[0].len, (long long)(buf->wall_ns / CAM_SECOND),
		(long long)(buf->wall_ns % CAM_SECOND / 1000));
	bufs[0] = uv_buf_init(f->part, (unsigned)n);
	bufs[1] = uv_buf_init((char *)(uintptr_t)buf->plane[0].data, (unsigned)buf->plane[0].len);
	/* The next boundary goes out with this picture, or the browser would show it one picture late. */
	bufs[2] = uv_buf_init((char *)(uintptr_t)end, sizeof(end) - 1);
	f->sending = f->c->web->host->buf_ref(buf);
	f->c->deadline_ns = clock_mono_ns() + PATIENCE_NS;
	if (uv_write(&f->write, (uv_stream_t *)&f->c->tcp, bufs, 3, on_part)) {
		drop_sending(f);
		conn_close(f->c);
		return 0;
	}
	count(f->c->web, buf);
	return 0;
}

/* There will be no pictures, or no more: say so, or end where something else has been begun. */
static void end(struct feed *f, int status, const char *why)
{
	struct conn *c = f->c;

	taker_close(&f->taker, c->web);
	if (f->sending && f->is_snapshot)
		return; /* the picture is on its way */
	if (f->has_head) {
		conn_end(c); /* after what is on its way */
		return;
	}
	c->job = NULL;
	free(f);
	answer_refuse(c, status, why);
}

/* 409: it is the camera's state; 503: the server's. */
static void refused(struct taker *t, int err, const char *why)
{
	if (err < 0)
		end(chain_entry(t, struct feed, taker), err == -ENOTSUP || err == -E2BIG ? 409 : 503, why);
}

static void gone(struct taker *t)
{
	end(chain_entry(t, struct feed, taker), 404, "The camera has been taken out of the configuration.");
}

static void late(struct job *job)
{
	struct feed *f = chain_entry(job, struct feed, job);
	struct conn *c = f->c;

	if (!f->is_snapshot && !f->has_head) {
		send_head(f);
	} else if (!f->is_snapshot || f->sending) {
		web_stat(c->web, STAT_CLOSED_SLOW, 1);
		conn_close(c);
	} else {
		end(f, 503, "The camera has sent no picture within five seconds.");
	}
}

static const struct job_ops feed_job_ops = {stop, late};

static struct feed *feed_new(
	struct conn *c, const char *camera, const struct cam_want *want, const struct taker_ops *ops)
{
	struct feed *f = calloc(1, sizeof(*f) + strlen(camera) + 1);
	int err = -ENOMEM;

	if (f) {
		memcpy(f->camera, camera, strlen(camera) + 1);
		f->want = *want;
		f->job.ops = &feed_job_ops;
		f->c = c;
		f->taker.ops = ops;
		err = taker_open(&f->taker, c->web, camera, want);
		if (!err) {
			c->job = &f->job;
			return f;
		}
		free(f);
	}
	if (err == -ENOENT)
		answer_refuse(c, 404, "There is no camera of this name.");
	else
		answer_refuse(c, 503, "The server cannot make this picture.");
	return NULL;
}

void feed_start(struct conn *c, const char *camera, const struct cam_want *want)
{
	static const struct taker_ops ops = {take_part, refused, gone};

	if (c->is_head)
		answer_send(c,
			&(struct answer){feed_answer.status, feed_answer.type, 0, feed_answer.extra, NULL},
			NULL);
	else if (feed_new(c, camera, want, &ops))
		c->deadline_ns = clock_mono_ns() + HEAD_NS;
}

/* @return NULL: another connection */
static struct feed *feed_of(const struct conn *c)
{
	return c->job && c->job->ops == &feed_job_ops ? chain_entry(c->job, struct feed, job) : NULL;
}

void feed_check(struct conn *c)
{
	struct feed *f = feed_of(c);

	if (f && f->taker.sub && !web_may_view(c->web, c->who, f->camera))
		gone(&f->taker);
}

void feed_adapt(struct conn *c, const struct cam_want *wish)
{
	struct feed *f = feed_of(c);
	struct cam_want want = *wish;

	if (!f || f->is_snapshot || !f->taker.sub)
		return;
	want.owner = f->want.owner;
	if (want.width == f->want.width && want.height == f->want.height && want.quality == f->want.quality &&
		want.max_fps_num == f->want.max_fps_num)
		return;
	if (!taker_change(&f->taker, f->c->web, f->camera, &want))
		f->want = want;
}

static int take_snapshot(struct taker *t, const struct cam_buf *buf)
{
	struct feed *f = chain_entry(t, struct feed, taker);
	struct conn *c = f->c;

	if (f->sending)
		return CAM_LATER; /* for good: the subscription ends with the connection */
	f->sending = buf;
	c->picture = c->web->host->buf_ref(buf);
	count(c->web, buf);
	answer_send(c, &(struct answer){200, "image/jpeg", (int64_t)buf->plane[0].len, NULL, NULL},
		buf->plane[0].data);
	return 0;
}

void feed_start_snapshot(struct conn *c, const char *camera, const struct cam_want *want)
{
	static const struct taker_ops ops = {take_snapshot, refused, gone};
	struct feed *f = feed_new(c, camera, want, &ops);

	if (!f)
		return;
	f->is_snapshot = true;
	c->deadline_ns = clock_mono_ns() + SNAPSHOT_NS;
}
