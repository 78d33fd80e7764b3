/* SPDX-License-Identifier: MIT */
/* Who comes and leaves, beside packets that wait; with an executor that runs its tasks when the test says so. */
#include "core/bus/demand.h"
#include "lib/clock.h"
#include "tests/check.h"
#include "tests/unit/engine_clip.h"

#include <errno.h>
#include <libavutil/pixfmt.h>

struct manual {
	struct executor executor;
	struct task_list tasks;
};

static void manual_post(struct executor *e, struct task *t)
{
	task_list_put(&container_of(e, struct manual, executor)->tasks, t);
}

static int manual_is_here(const struct executor *e)
{
	(void)e;
	return 1;
}

/* @return how many tasks there were */
static int run(struct manual *m)
{
	struct task *t;
	int n = 0;

	for (; (t = task_list_take(&m->tasks)); n++)
		t->fn(t);
	return n;
}

static bool run_one(struct manual *m)
{
	struct task *t = task_list_take(&m->tasks);

	if (t)
		t->fn(t);
	return t;
}

/* The history of a buffer: the packets before `n`. */
struct history {
	const struct clip *clip;
	int n;
};

static int replay(void *self, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *buf), void *arg)
{
	struct history *h = self;
	int from = 0, r = 0;

	for (int i = 0; i < h->n; i++)
		if ((h->clip->packet[i]->flags & CAM_KEY) && h->clip->packet[i]->arrival_ns <= from_ns)
			from = i;
	for (int i = from; i < h->n && !r; i++)
		r = emit(arg, h->clip->packet[i]);
	return r;
}

static void keep(void *self, const struct cam_buf *buf)
{
	struct history *h = self;

	(void)buf;
	h->n++;
}

struct world {
	struct manual strand, loop;
	pthread_mutex_t lock;
	struct port *port;
	struct demand *demand;
	struct history history;
	struct link_flow flow;
	int sent;
};

static struct clip clip;

static void init(struct manual *m)
{
	m->executor = (struct executor){.post = manual_post, .is_here = manual_is_here};
	task_list_init(&m->tasks);
}

/* The clip's packets 0 to 31 have arrived, up to now. */
static void set_arrivals(void)
{
	int64_t shift = clock_mono_ns() - clip.packet[32]->arrival_ns;

	for (int i = 0; i < clip.n; i++)
		clip.packet[i]->arrival_ns += shift;
}

static void set_up(struct world *w, bool history)
{
	set_arrivals();
	memset(w, 0, sizeof(*w));
	init(&w->strand);
	init(&w->loop);
	pthread_mutex_init(&w->lock, NULL);
	w->port = port_new(&w->lock);
	w->demand = demand_new(&w->strand.executor, w->port);
	w->history.clip = &clip;
	if (history)
		port_set_history(w->port, &(struct port_history){keep, replay, &w->history});
	CHECK(w->port && w->demand);
}

static void tear_down(struct world *w)
{
	run(&w->strand);
	run(&w->loop);
	CHECK_INT(port_n_links(w->port), 0);
	demand_free(w->demand);
	port_free(w->port);
	pthread_mutex_destroy(&w->lock);
}

static void publish(struct world *w, int n)
{
	while (n--)
		(void)port_publish(w->port, clip.packet[w->sent++]);
}

static struct engine_stats stats_of(const struct world *w)
{
	struct engine_stats s;

	demand_get_stats(w->demand, &s);
	return s;
}

/* A subscriber, on the loop. */
struct viewer {
	struct link *link;
	struct demand_sub *sub;
	int n, err;
	uint64_t seq[64];
	const char *why;
};

static int take(void *arg, const struct cam_buf *buf)
{
	struct viewer *v = arg;

	v->seq[v->n++ % 64] = buf->seq;
	return 0;
}

static void refused(void *arg, int err, const char *why)
{
	struct viewer *v = arg;

	v->err = err;
	v->why = why;
}

static void come(struct world *w, struct viewer *v, uint32_t width)
{
	struct cam_want want = {
		.size = sizeof(want), .form = CAM_JPEG, .width = width, .quality = 50, .queue_items = 64};
	struct link_end end = {
		.on = &w->loop.executor, .take = take, .arg = v, .flow = &w->flow, .refused = refused};
	struct demand_end to = {.node = w};

	memset(v, 0, sizeof(*v));
	v->link = to.link = link_new(&want, &end);
	CHECK(v->link);
	CHECK_INT(demand_add(w->demand, &want, &to, &v->sub), 0);
}

static void leave(struct viewer *v)
{
	link_close(v->link);
	demand_remove(v->sub);
	link_unref(v->link);
}

TEST(who_has_left_before_its_turn_is_never_let_in)
{
	struct world w;
	struct viewer v[3];

	set_up(&w, true);
	publish(&w, 5);
	for (int i = 0; i < 3; i++)
		come(&w, &v[i], 40);
	CHECK_INT(demand_count(w.demand), 3);
	for (int i = 0; i < 3; i++)
		leave(&v[i]);
	CHECK_INT(demand_count(w.demand), 0);
	CHECK_INT(run(&w.strand), 1);
	CHECK_INT(stats_of(&w).decoded, 0);
	tear_down(&w);
}

TEST(leaving_goes_ahead_of_the_packets_that_wait)
{
	struct world w;
	struct viewer v, other;

	set_up(&w, false);
	come(&w, &v, 40);
	come(&w, &other, 60);
	run(&w.strand);
	publish(&w, 5); /* the packets are in the strand's queue now, and then comes who leaves */
	leave(&v);
	CHECK(run_one(&w.strand));
	CHECK_INT(stats_of(&w).decoded, 1);
	CHECK_INT(stats_of(&w).scalers, 1);
	CHECK(run_one(&w.strand)); /* the one who left */
	leave(&other);
	CHECK(run_one(&w.strand)); /* the next packet */
	CHECK_INT(stats_of(&w).decoded, 1);
	CHECK_INT(stats_of(&w).encoded, 1);
	CHECK_INT(stats_of(&w).decoders, 0);
	tear_down(&w);
}

TEST(packets_leave_the_strand_to_others_one_by_one)
{
	struct world w;
	struct viewer v;

	set_up(&w, false);
	come(&w, &v, 40);
	run(&w.strand);
	publish(&w, 5);
	CHECK(run_one(&w.strand));
	CHECK_INT(stats_of(&w).decoded, 1);
	run(&w.strand);
	CHECK_INT(stats_of(&w).decoded, 5);
	leave(&v);
	tear_down(&w);
}

TEST(who_exchanges_one_wish_for_another_keeps_the_decoder_and_sees_something_at_once)
{
	struct world w;
	struct viewer a, b;

	set_up(&w, false);
	come(&w, &a, 40);
	run(&w.strand);
	publish(&w, 5);
	run(&w.strand);
	leave(&a);
	come(&w, &b, 60);
	run(&w.strand);
	run(&w.loop);
	CHECK_INT(b.n, 1);
	CHECK_INT(b.seq[0], 4);
	CHECK_INT(stats_of(&w).decoders, 1);
	publish(&w, 1);
	run(&w.strand);
	run(&w.loop);
	CHECK_INT(b.n, 2);
	CHECK_INT(stats_of(&w).errors, 0);
	leave(&b);
	tear_down(&w);
}

TEST(first_viewer_gets_the_last_keyframe_and_then_the_present)
{
	struct world w;
	struct viewer v;

	set_up(&w, true);
	publish(&w, 30);
	come(&w, &v, 40);
	CHECK(run_one(&w.strand));
	CHECK(run_one(&w.strand));
	run(&w.loop);
	CHECK_INT(v.n, 1);
	CHECK_INT(v.seq[0], 25);
	run(&w.strand);
	run(&w.loop);
	CHECK_INT(v.n, 2);
	CHECK_INT(v.seq[1], 29);
	publish(&w, 2);
	run(&w.strand);
	run(&w.loop);
	CHECK_INT(v.n, 4);
	CHECK_INT(stats_of(&w).decoded, 7);
	CHECK_INT(stats_of(&w).encoded, 4);
	leave(&v);
	tear_down(&w);
}

TEST(what_cannot_be_decoded_is_told_to_who_asked)
{
	struct cam_caps like = {
		.form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_FOURCC('A', 'V', '0', '1')};
	const struct cam_caps *caps = caps_new(&like);
	struct cam_buf b = *clip.packet[0];
	struct world w;
	struct viewer v;

	set_up(&w, false);
	come(&w, &v, 40);
	run(&w.strand);
	CHECK(!demand_error(w.demand, like.codec, 0, 0));
	b.caps = caps;
	for (int i = 0; i < 2; i++) {
		const struct cam_buf *copy = buf_new(&b, NULL, NULL);

		(void)port_publish(w.port, copy);
		buf_unref(copy);
	}
	run(&w.strand);
	run(&w.loop);
	CHECK_INT(v.err, -ENOTSUP);
	CHECK(strstr(v.why, "no decoder"));
	CHECK(strstr(demand_error(w.demand, like.codec, 0, 0), "no decoder"));
	leave(&v);
	run(&w.strand);
	/* Whoever asks why it got nothing finds it; of what the camera sends meanwhile nothing is known. */
	CHECK(strstr(demand_error(w.demand, like.codec, 0, 0), "no decoder"));
	CHECK(!demand_error(w.demand, CAM_H264, 0, 0));
	tear_down(&w);
	caps_unref(caps);
}

/* What a flood does: new wishes for each picture, of which most have left when the strand looks. */
TEST(flood_of_wishes_leaves_nothing_behind)
{
	struct world w;
	struct viewer v[40], other;

	set_up(&w, true);
	publish(&w, 1);
	come(&w, &other, 48);
	run(&w.strand);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 40; i++)
			come(&w, &v[i], 20 + 2 * (uint32_t)((i + round) % 16));
		if (round % 2)
			run(&w.strand);
		publish(&w, 1);
		run_one(&w.strand);
		for (int i = 0; i < 40; i++)
			leave(&v[i]);
	}
	run(&w.strand);
	run(&w.loop);
	CHECK_INT(other.n, 21);
	CHECK_INT(stats_of(&w).scalers, 1);
	CHECK_INT(demand_count(w.demand), 1);
	leave(&other);
	tear_down(&w);
}

int main(void)
{
	static const struct clip_spec spec = {"libx264", 64, 48, 25, 50, 25, 0, AV_PIX_FMT_YUV420P,
		AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_MPEG, paint_wave, 0, 0, 0};
	static const struct check_test tests[] = {
		T(who_has_left_before_its_turn_is_never_let_in),
		T(leaving_goes_ahead_of_the_packets_that_wait),
		T(packets_leave_the_strand_to_others_one_by_one),
		T(who_exchanges_one_wish_for_another_keeps_the_decoder_and_sees_something_at_once),
		T(first_viewer_gets_the_last_keyframe_and_then_the_present),
		T(what_cannot_be_decoded_is_told_to_who_asked),
		T(flood_of_wishes_leaves_nothing_behind),
	};
	int r;

	clip_make(&clip, &spec);
	r = check_run(tests, (int)(sizeof(tests) / sizeof(tests[0])));
	clip_free(&clip);
	return r;
}
