/* SPDX-License-Identifier: MIT */
/*
 * What the bus costs a packet from publish to consumer: CPU time of the whole process, beside a bare floor, a list under
 * a mutex with a condition, on the same buffers. In turns; prints minimum, median and maximum in ns a packet.
 *     bus_cost [ROUNDS]
 */
#include "core/bus/camera.h"
#include "core/media/buf.h"
#include "lib/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { PACKETS = 20000, BURST = 100, CONSUMERS = 3, ROUNDS = 15, MOST_ROUNDS = 99 };

struct consumer {
	struct strand *strand;
	struct link *link;
	struct link_flow flow;
	atomic_int taken;
};

static int take(void *arg, const struct cam_buf *buf)
{
	struct consumer *c = arg;

	(void)buf;
	atomic_fetch_add_explicit(&c->taken, 1, memory_order_relaxed);
	return 0;
}

static struct cam_buf *packet(const struct cam_caps *caps, int64_t i)
{
	static const uint8_t bytes[1000] = {0, 0, 0, 1};
	struct cam_buf like = {.size = sizeof(like),
		.flags = i % 50 ? 0 : CAM_KEY,
		.n_planes = 1,
		.caps = caps,
		.pts_ns = i * 40 * CLOCK_MS,
		.dts_ns = i * 40 * CLOCK_MS,
		.arrival_ns = CLOCK_SECOND + i * 40 * CLOCK_MS,
		.plane = {{bytes, sizeof(bytes), 0}}};

	return buf_new(&like, NULL, NULL);
}

static double cpu_ns(void)
{
	return (double)clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* ---- the bus ---- */

static void wait_for(struct consumer *c, int n, int packets)
{
	for (int i = 0; i < n; i++)
		while (atomic_load(&c[i].taken) < packets)
			clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, 20000}, NULL);
}

static double bus_round(struct pool *pool, const struct cam_caps *caps, int n)
{
	struct cam_want want = {.size = sizeof(want), .form = CAM_PACKET, .queue_items = PACKETS};
	struct consumer c[CONSUMERS] = {0};
	struct budget budget;
	struct camera *camera;
	double began;

	budget_init(&budget, UINT64_MAX);
	camera = camera_new("bench", pool, &budget);
	for (int i = 0; i < n; i++) {
		c[i].strand = strand_new(pool);
		c[i].link = link_new(&want, &(struct link_end){.on = strand_executor(c[i].strand),
						    .take = take,
						    .arg = &c[i],
						    .flow = &c[i].flow,
						    .account = &camera->share.account});
		(void)budget_add(&camera->share, c[i].link);
		(void)port_add(camera->port, c[i].link, 0);
	}
	began = cpu_ns();
	for (int i = 0; i < PACKETS; i++) {
		struct cam_buf *buf = packet(caps, i);

		camera_publish(camera, camera->port, buf);
		buf_unref(buf);
		if (i % BURST == BURST - 1)
			wait_for(c, n, i + 1);
	}
	began = cpu_ns() - began;
	for (int i = 0; i < n; i++) {
		link_close(c[i].link);
		port_remove(camera->port, c[i].link);
		budget_remove(&camera->share, c[i].link);
		link_unref(c[i].link);
		strand_free(c[i].strand);
	}
	camera_unref(camera);
	return began / PACKETS;
}

/* ---- the floor ---- */

struct floor {
	pthread_mutex_t lock;
	pthread_cond_t work;
	const struct cam_buf *items[BURST * 2];
	unsigned head, n;
	bool end;
	atomic_int taken;
};

static void *floor_thread(void *arg)
{
	struct floor *f = arg;

	pthread_mutex_lock(&f->lock);
	while (!f->end || f->n) {
		const struct cam_buf *buf;

		if (!f->n) {
			pthread_cond_wait(&f->work, &f->lock);
			continue;
		}
		buf = f->items[f->head];
		f->head = (f->head + 1) % (BURST * 2);
		f->n--;
		pthread_mutex_unlock(&f->lock);
		buf_unref(buf);
		atomic_fetch_add(&f->taken, 1);
		pthread_mutex_lock(&f->lock);
	}
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

static void floor_put(struct floor *f, const struct cam_buf *buf)
{
	pthread_mutex_lock(&f->lock);
	f->items[(f->head + f->n++) % (BURST * 2)] = buf_ref(buf);
	pthread_cond_signal(&f->work);
	pthread_mutex_unlock(&f->lock);
}

static double floor_round(const struct cam_caps *caps, int n)
{
	static struct floor none;
	struct floor f[CONSUMERS];
	pthread_t threads[CONSUMERS];
	double began = cpu_ns();

	for (int i = 0; i < n; i++) {
		f[i] = none;
		pthread_mutex_init(&f[i].lock, NULL);
		pthread_cond_init(&f[i].work, NULL);
		pthread_create(&threads[i], NULL, floor_thread, &f[i]);
	}
	for (int i = 0; i < PACKETS; i++) {
		struct cam_buf *buf = packet(caps, i);

		for (int k = 0; k < n; k++)
			floor_put(&f[k], buf);
		buf_unref(buf);
		for (int k = 0; i % BURST == BURST - 1 && k < n; k++)
			while (atomic_load(&f[k].taken) < i + 1)
				clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, 20000}, NULL);
	}
	for (int i = 0; i < n; i++) {
		pthread_mutex_lock(&f[i].lock);
		f[i].end = true;
		pthread_cond_signal(&f[i].work);
		pthread_mutex_unlock(&f[i].lock);
		pthread_join(threads[i], NULL);
	}
	return (cpu_ns() - began) / PACKETS;
}

/* ---- figures ---- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(const char *what, int consumers, double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), compare);
	printf("%-12s %d consumer%s  %6.0f %6.0f %6.0f ns of CPU a packet (min, median, max)\n", what,
		consumers, consumers == 1 ? " " : "s", values[0], values[n / 2], values[n - 1]);
}

int main(int argc, char **argv)
{
	const struct cam_caps like = {
		.size = sizeof(like), .form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_H264};
	const struct cam_caps *caps = caps_new(&like);
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : ROUNDS;
	struct pool *pool;

	if (!caps || pool_new("bench", 2, &pool) || rounds < 1 || rounds > MOST_ROUNDS)
		return 1;
	for (int n = 1; n <= CONSUMERS; n += 2) {
		double bus[MOST_ROUNDS], bare[MOST_ROUNDS], ratio[MOST_ROUNDS];

		for (int i = 0; i < rounds; i++) {
			bus[i] = bus_round(pool, caps, n);
			bare[i] = floor_round(caps, n);
			ratio[i] = bus[i] / bare[i];
		}
		print("bus", n, bus, rounds);
		print("bare list", n, bare, rounds);
		qsort(ratio, (size_t)rounds, sizeof(*ratio), compare);
		printf("%-12s %d             %6.2f %6.2f %6.2f\n", "ratio", n, ratio[0], ratio[rounds / 2],
			ratio[rounds - 1]);
	}
	pool_free(pool);
	caps_unref(caps);
	return 0;
}
