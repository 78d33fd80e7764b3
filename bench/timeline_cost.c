/* SPDX-License-Identifier: MIT */
/*
 * What a time stamp costs: ns of CPU a packet in timeline_stamp(), of a camera that is right, of one that is wrong and of
 * one without stamps, beside two clocks read, which wall time needs anyway. Prints the least of several rounds.
 *     timeline_cost
 */
#include "core/bus/timeline.h"
#include "lib/clock.h"

#include <stdio.h>

enum { PACKETS = 100000, ROUNDS = 15 };

/* @param stamped_ns, sent_ns from one packet to the next; stamped 0: none @param scatter_ns of arrivals */
static double stamp_ns(int64_t stamped_ns, int64_t sent_ns, int64_t scatter_ns)
{
	static struct timeline t;
	int64_t began;

	t = (struct timeline){0};
	began = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	for (int64_t i = 0; i < PACKETS; i++) {
		struct cam_buf b = {.n_planes = 1,
			.dts_ns = stamped_ns ? i * stamped_ns : CAM_NO_TS,
			.arrival_ns = CLOCK_SECOND + i * sent_ns + i * 7919 % 1000 * scatter_ns / 1000,
			.plane = {{NULL, (size_t)(10000 + i * 104729 % 5000), 0}}};

		b.pts_ns = b.dts_ns;
		(void)timeline_stamp(&t, &b);
	}
	return (double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - began) / PACKETS;
}

static double clocks_ns(void)
{
	int64_t began = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	volatile int64_t now;

	for (int i = 0; i < PACKETS; i++)
		now = clock_mono_ns() + clock_wall_ns();
	(void)now;
	return (double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - began) / PACKETS;
}

int main(void)
{
	static const struct {
		const char *name;
		int64_t stamped_ns, sent_ns, scatter_ns;
	} kinds[] = {{"right", 40 * CLOCK_MS, 40 * CLOCK_MS, 20 * CLOCK_MS},
		{"right, 60 a second", 16 * CLOCK_MS, 16 * CLOCK_MS, 12 * CLOCK_MS},
		{"right, late by turns", 40 * CLOCK_MS, 40 * CLOCK_MS, 400 * CLOCK_MS},
		{"wrong", 40 * CLOCK_MS, 48 * CLOCK_MS, 20 * CLOCK_MS},
		{"absent", 0, 40 * CLOCK_MS, 20 * CLOCK_MS}};
	double least;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		least = 1e9;
		for (int r = 0; r < ROUNDS; r++) {
			double ns = stamp_ns(kinds[k].stamped_ns, kinds[k].sent_ns, kinds[k].scatter_ns);

			least = ns < least ? ns : least;
		}
		printf("%-22s %6.0f ns a packet\n", kinds[k].name, least);
	}
	least = 1e9;
	for (int r = 0; r < ROUNDS; r++) {
		double ns = clocks_ns();

		least = ns < least ? ns : least;
	}
	printf("%-22s %6.0f ns\n", "two clocks read", least);
	printf("%-22s %6zu bytes\n", "a camera's time line", sizeof(struct timeline));
	return 0;
}
