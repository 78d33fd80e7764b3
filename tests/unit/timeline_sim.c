/* SPDX-License-Identifier: MIT */
#include "tests/unit/timeline_sim.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define WARM 15.0
#define LEAST_WAY 0.06
#define MOST_QUEUED 3.0
/* Monotonic time of what was captured at 0. */
#define ZERO_NS (INT64_C(5000) * 1000000000)

/* xorshift64*: George Marsaglia, Sebastiano Vigna. */
double sim_random(struct sim *s)
{
	s->random ^= s->random >> 12;
	s->random ^= s->random << 25;
	s->random ^= s->random >> 27;
	return (double)((s->random * 2685821657736338717ull) >> 11) / 9007199254740992.0;
}

static double between(struct sim *s, double low, double high)
{
	return low + (high - low) * sim_random(s);
}

static double exponential(struct sim *s, double mean)
{
	return -mean * log(1 - sim_random(s));
}

static double or (double given, double usual)
{
	return given > 0 ? given : usual;
}

/* ---- the camera ---- */

static void capture(struct sim *s, const struct sim_camera *c)
{
	static const double odd[] = {1 / 25., 1 / 15., 1 / 8., 1 / 25., 1 / 30.};
	double seconds = or (c->seconds, 180), fps = or (c->fps, 25), t = 0,
	       bytes = or (c->kbit, 3000) * 125 / fps;
	size_t gop = (size_t)(or (c->gop, 2) * fps);

	gop = gop ? gop : 1;
	s->unit = calloc((size_t)(seconds * (c->odd ? 30 : fps)) + 2, sizeof(*s->unit));
	assert(s->unit);
	for (size_t i = 0; t < seconds; i++) {
		double size = i % gop ? 0.8 * bytes * between(s, 0.6, 1.4)
				      : or (c->key_bytes, 0.2 * bytes * (double)gop);

		if (!i || sim_random(s) >= c->drops)
			s->unit[s->n++] = (struct sim_unit){
				.captured = t, .stamp = t + 1000, .bytes = c->equal ? bytes : size};
		t = c->odd ? t + odd[(size_t)(sim_random(s) * 5)] : (double)(i + 1) / fps;
	}
}

/* ---- the network ---- */

struct link {
	const struct sim_net *net;
	struct sim_stall *stall;
	size_t n;
};

static void add_stall(struct link *l, double from, double length)
{
	l->stall = realloc(l->stall, (l->n + 1) * sizeof(*l->stall));
	assert(l->stall);
	l->stall[l->n++] = (struct sim_stall){from, from + length};
}

static int by_start(const void *a, const void *b)
{
	double x = ((const struct sim_stall *)a)->from, y = ((const struct sim_stall *)b)->from;

	return (x > y) - (x < y);
}

static void plan_stalls(struct sim *s, struct link *l, double end)
{
	for (double t = 0; l->net->wifi > 0 && t < end + 5;) { /* Pareto, alpha 1.1 */
		t += exponential(s, l->net->wifi);
		add_stall(l, t, fmin(0.8, 0.015 * pow(1 - sim_random(s), -1 / 1.1)));
	}
	for (size_t i = 0; i < (size_t)(l->net->stalls * end / 60); i++)
		add_stall(l, between(s, 0, end), between(s, 0.5, 2));
	for (size_t i = 0; i < 4 && l->net->stall[i].to > 0; i++)
		add_stall(l, l->net->stall[i].from, l->net->stall[i].to - l->net->stall[i].from);
	if (l->n)
		qsort(l->stall, l->n, sizeof(*l->stall), by_start);
}

static double after_stalls(const struct link *l, double t)
{
	for (size_t i = 0; i < l->n && l->stall[i].from <= t; i++)
		t = fmax(t, l->stall[i].to);
	return t;
}

static double bits_at(const struct link *l, double t)
{
	double bits = or (l->net->bits, 50e6);

	for (size_t i = 0; i < 4; i++)
		if (l->net->slow[i].from <= t && t < l->net->slow[i].to)
			bits /= 2;
	return bits;
}

/* In order, one after the other. */
static void send_all(struct sim *s, struct link *l)
{
	double free_at = 0, last = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct sim_unit *u = &s->unit[i];
		double ready = fmax(u->captured, s->from_memory) + LEAST_WAY, start = fmax(ready, free_at);
		double t;

		start = after_stalls(l, start);
		free_at = start + u->bytes * 8 / bits_at(l, start);
		t = free_at + between(s, 0.001, 0.02);
		if (l->net->jitter > 0)
			t = u->captured + LEAST_WAY + fmin(0.8, exponential(s, l->net->jitter));
		if (l->net->bunch > 0)
			t = ceil((u->captured + LEAST_WAY) / l->net->bunch) * l->net->bunch +
			    between(s, 0, 0.02);
		if (l->net->longer > 0 && u->captured >= l->net->longer_from)
			t += l->net->longer;
		u->arrival = last = fmax(last, t);
	}
}

/* What does not fit waits up to 3 s, then the camera drops up to a keyframe. */
static void send_through_uplink(struct sim *s)
{
	double share[256], free_at = 0, last = 0, usual = s->unit[1].bytes;
	bool skip = false;
	size_t n = 0;

	for (size_t i = 0; i < 256; i++)
		share[i] = between(s, 0.25, 1);
	for (size_t i = 0; i < s->n; i++) {
		struct sim_unit u = s->unit[i];
		double ready = u.captured + LEAST_WAY;
		bool key = u.bytes > 3 * usual || i % 50 == 0;

		if (skip && key && free_at - ready < MOST_QUEUED / 2)
			skip = false;
		skip = skip || free_at - ready > MOST_QUEUED;
		if (skip)
			continue;
		free_at = fmax(ready, free_at);
		free_at += u.bytes / (1e6 * share[(size_t)(free_at / 5) % 256]);
		u.arrival = last = fmax(last, free_at + between(s, 0.001, 0.02));
		s->unit[n++] = u;
	}
	s->n = n;
}

struct sim sim_new(const struct sim_camera *camera, const struct sim_net *net, unsigned long long seed)
{
	struct sim s = {.random = seed * 0x9e3779b97f4a7c15ull + 1, .from_memory = camera->from_memory};
	struct link link = {.net = net};

	for (int i = 0; i < 8; i++)
		sim_random(&s);
	capture(&s, camera);
	plan_stalls(&s, &link, s.unit[s.n - 1].captured);
	if (net->uplink)
		send_through_uplink(&s);
	else
		send_all(&s, &link);
	free(link.stall);
	return s;
}

void sim_free(struct sim *s)
{
	free(s->unit);
	*s = (struct sim){0};
}

/* ---- stamps ---- */

void sim_stamp(struct sim *s, sim_stamps *stamp, double arg)
{
	for (size_t i = 0; i < s->n; i++)
		s->unit[i].stamp = stamp(&(struct sim_at){s, s->unit[i].captured, i, arg});
}

double sim_rate(const struct sim_at *at)
{
	return 1000 + at->t * at->arg;
}

double sim_none(const struct sim_at *at)
{
	return at->t < 0 ? at->t : NAN;
}

/* ---- the timeline ---- */

/* As RTP at 90 kHz carries it. */
static struct cam_buf buf_of(const struct sim_unit *u)
{
	struct cam_buf b = {.n_planes = 1, .dts_ns = CAM_NO_TS, .plane = {{NULL, (size_t)u->bytes, 0}}};

	b.arrival_ns = ZERO_NS + (int64_t)(u->arrival * 1e9);
	if (!isnan(u->stamp))
		b.dts_ns = (int64_t)llround(u->stamp * 90000) * 100000 / 9;
	b.pts_ns = b.dts_ns;
	return b;
}

/* @return how many units from i on were held for so long */
static size_t rehearse(const struct sim *s, struct timeline *t, size_t i, double hold)
{
	struct cam_buf *bufs = calloc(s->n - i, sizeof(*bufs)),
		       **list = calloc(s->n - i, sizeof(struct cam_buf *));
	size_t n = 0;

	assert(bufs && list);
	while (i + n < s->n && s->unit[i + n].session == s->unit[i].session &&
		s->unit[i + n].arrival - s->unit[i].arrival <= hold) {
		bufs[n] = buf_of(&s->unit[i + n]);
		list[n] = &bufs[n];
		n++;
	}
	timeline_rehearse(t, list, n);
	free(list);
	free(bufs);
	return n;
}

void sim_run(struct sim *s, struct timeline *t, double hold)
{
	for (size_t i = 0; i < s->n; i++) {
		struct cam_buf b = buf_of(&s->unit[i]);
		bool first = i && s->unit[i].session != s->unit[i - 1].session;

		if (first)
			timeline_restart(t);
		if ((first || !i) && hold > 0)
			rehearse(s, t, i, hold);
		(void)timeline_stamp(t, &b);
		s->unit[i].out = (double)(b.dts_ns - ZERO_NS) / 1e9;
	}
}

/* ---- measures ---- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The 2nd percentile of what the way took. */
static double least_way(const struct sim *s)
{
	double *way = calloc(s->n, sizeof(*way)), result;
	size_t n = 0;

	assert(way);
	for (size_t i = 0; i < s->n; i++)
		if (s->unit[i].captured >= s->from_memory)
			way[n++] = s->unit[i].arrival - s->unit[i].captured;
	qsort(way, n, sizeof(*way), by_value);
	result = way[n / 50];
	free(way);
	return result;
}

double sim_worst(const struct sim *s, double from, double to)
{
	double way = least_way(s), worst = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->unit[i].captured >= from && s->unit[i].captured < to)
			worst = fmax(worst, fabs(s->unit[i].out - s->unit[i].captured - way) * 1000);
	return worst;
}

static bool is_off(const struct sim_unit *u)
{
	return fabs((u->out - u[-1].out) / (u->stamp - u[-1].stamp) - 1) > 0.01;
}

struct sim_result sim_measure(const struct sim *s, double from, double limit)
{
	double way = least_way(s), n_warm = 0, n_start = 0;
	struct sim_result r = {.grows = true, .least_step = 1, .most_step = 1};

	r.start = sim_worst(s, s->from_memory, s->from_memory + WARM);
	r.worst = sim_worst(s, s->from_memory + WARM, INFINITY);
	for (size_t i = 1; i < s->n; i++) {
		const struct sim_unit *u = &s->unit[i];
		bool warm = u->captured > s->from_memory + WARM, late = u->arrival - u->captured - way > 0.3;
		double step = (u->out - u[-1].out) / (u->captured - u[-1].captured);

		r.grows = r.grows && u->out > u[-1].out;
		*(warm ? &r.off : &r.off_start) += is_off(u);
		*(warm ? &n_warm : &n_start) += 1;
		if (u->captured >= from && fabs(u->out - u->captured - way) * 1000 > limit)
			r.over = u->captured - from;
		if (warm && late && u[-1].arrival - u[-1].captured - way > 0.3) {
			r.least_step = fmin(r.least_step, step);
			r.most_step = fmax(r.most_step, step);
		}
	}
	r.off /= fmax(1, n_warm);
	r.off_start /= fmax(1, n_start);
	return r;
}
