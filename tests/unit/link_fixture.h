/* SPDX-License-Identifier: MIT */
/** @file link_fixture.h A link whose executor runs when the test says so, and what its consumer got, as text. */
#ifndef CAM_TESTS_LINK_FIXTURE_H
#define CAM_TESTS_LINK_FIXTURE_H
#include "core/bus/port.h"
#include "core/media/buf.h"
#include "lib/clock.h"

#include "tests/check.h"

/* An executor that runs its tasks when the test says so. */
struct manual {
	struct executor executor;
	struct task_list tasks;
	struct timer *timer; /* the one that was set */
	int64_t at_ns;
};

static inline void manual_post(struct executor *e, struct task *t)
{
	task_list_put(&container_of(e, struct manual, executor)->tasks, t);
}

static inline void manual_post_at(struct executor *e, struct timer *t, int64_t at_ns)
{
	struct manual *m = container_of(e, struct manual, executor);

	m->timer = t;
	m->at_ns = at_ns;
}

static inline bool manual_cancel(struct executor *e, struct timer *t)
{
	struct manual *m = container_of(e, struct manual, executor);

	CHECK(m->timer == t);
	return true;
}

static inline int manual_is_here(const struct executor *e)
{
	(void)e;
	return 1;
}

static inline void manual_run(struct manual *m)
{
	struct task *t;

	while ((t = task_list_take(&m->tasks)))
		t->fn(t);
}

struct fixture {
	struct manual on;
	struct link_flow flow;
	struct link *link;
	const struct cam_caps *caps;
	char got[4096]; /* "K1 p2 !K3": keyframe 1, packet 2, marked keyframe 3 */
	int answer;
	int push_in_take; /* the seq of a keyframe that comes in the middle of the next delivery */
};

static inline unsigned push(struct fixture *f, int seq, int key);

static inline int take(void *arg, const struct cam_buf *buf)
{
	struct fixture *f = arg;
	size_t n = strlen(f->got);

	if (f->push_in_take) {
		push(f, f->push_in_take, 1);
		f->push_in_take = 0;
	}
	if (f->answer)
		return f->answer;
	if (link_is_end(buf)) {
		snprintf(f->got + n, sizeof(f->got) - n, " end");
		return 0;
	}
	snprintf(f->got + n, sizeof(f->got) - n, "%s%s%c%d", n ? " " : "",
		buf->flags & CAM_DISCONTINUITY ? "!" : "", buf->flags & CAM_KEY ? 'K' : 'p', (int)buf->seq);
	return 0;
}

static inline void refused(void *arg, int err, const char *why)
{
	struct fixture *f = arg;
	size_t n = strlen(f->got);

	snprintf(f->got + n, sizeof(f->got) - n, "%s[%d %s]", n ? " " : "", err, why);
}

static inline void gone(void *arg)
{
	struct fixture *f = arg;
	size_t n = strlen(f->got);

	snprintf(f->got + n, sizeof(f->got) - n, " [gone]");
}

static inline void set_up(struct fixture *f, struct cam_want want)
{
	const struct cam_caps caps = {.form = want.form, .media = CAM_VIDEO, .codec = CAM_H264};
	struct link_end end = {.on = &f->on.executor,
		.take = take,
		.arg = f,
		.flow = &f->flow,
		.refused = refused,
		.gone = gone};

	memset(f, 0, sizeof(*f));
	f->on.executor = (struct executor){.post = manual_post,
		.post_at = manual_post_at,
		.cancel = manual_cancel,
		.is_here = manual_is_here};
	task_list_init(&f->on.tasks);
	f->caps = caps_new(&caps);
	f->link = link_new(&want, &end);
	CHECK(f->link && f->caps);
}

static inline void tear_down(struct fixture *f)
{
	link_close(f->link);
	manual_run(&f->on);
	link_unref(f->link);
	caps_unref(f->caps);
}

static inline struct cam_buf *packet(const struct fixture *f, int seq, int key, int64_t arrival_ns)
{
	struct cam_buf like = {.caps = f->caps,
		.n_planes = 1,
		.seq = (uint64_t)seq,
		.flags = key ? CAM_KEY : 0,
		.arrival_ns = arrival_ns,
		.plane = {{(const uint8_t *)"0123456789", 10, 0}}};
	struct cam_buf *buf = buf_new(&like, NULL, NULL);

	CHECK(buf);
	return buf;
}

static inline unsigned push(struct fixture *f, int seq, int key)
{
	struct cam_buf *buf = packet(f, seq, key, clock_mono_ns());
	unsigned dropped = link_push(f->link, buf);

	buf_unref(buf);
	return dropped;
}
#endif
