/* SPDX-License-Identifier: MIT */
/* What the whole server has to do with packets that wait, and with pictures. Linked with --wrap=clock_gettime. */
#include "core/app/backlog.h"
#include "core/app/pictures.h"
#include "lib/clock.h"
#include "tests/check.h"
#include "tests/unit/graph_world.h"

#include <unistd.h>

static struct graph_world w; /* for its log */

static void begin(struct backlog *b, int64_t queue_memory)
{
	struct config_server c = {.queue_memory = queue_memory};

	graph_world_set_up(&w);
	backlog_init(b, &c, &w.log);
}

TEST(packets_may_take_so_many_bytes_or_a_part_of_what_there_is)
{
	struct config_server c = {.queue_memory = 5000};
	struct backlog b;

	begin(&b, 1 << 20);
	CHECK_INT(atomic_load(&b.budget.limit), 1 << 20);
	backlog_set(&b, &c);
	CHECK_INT(atomic_load(&b.budget.limit), 5000);
	c.queue_memory = -10;
	backlog_set(&b, &c);
	CHECK(atomic_load(&b.budget.limit) > 1 << 20);
	backlog_destroy(&b);
	graph_world_tear_down(&w);
}

TEST(dropped_packets_are_told_of_at_once_and_then_once_a_minute)
{
	struct backlog b;

	begin(&b, 5000 << 10);
	backlog_look(&b);
	CHECK_STR(graph_world_log(&w), "");
	atomic_store(&b.budget.dropped, 7);
	snprintf(b.budget.loser, sizeof(b.budget.loser), "front");
	backlog_look(&b);
	CHECK(strstr(graph_world_log(&w),
		"warn front: packets come faster than they are taken: "
		"server.queue_memory (5000 KiB) is full, and 7 packets were dropped"));
	atomic_store(&b.budget.dropped, 9);
	graph_ahead_ns += 59 * CLOCK_SECOND;
	backlog_look(&b);
	CHECK_STR(graph_world_log(&w), "");
	graph_ahead_ns += 2 * CLOCK_SECOND;
	atomic_store(&b.budget.limit, 100 << 20);
	backlog_look(&b);
	CHECK(strstr(graph_world_log(&w), "server.queue_memory (100 MiB) is full, and 2 packets"));
	graph_ahead_ns += 61 * CLOCK_SECOND;
	backlog_look(&b);
	CHECK_STR(graph_world_log(&w), ""); /* nothing was dropped since */
	backlog_destroy(&b);
	graph_world_tear_down(&w);
}

TEST(pictures_that_are_refused_are_told_of)
{
	struct quota_camera camera = {.name = "front"};

	graph_world_set_up(&w);
	camera.quota = &w.pictures.quota;
	pictures_look(&w.pictures);
	CHECK_STR(graph_world_log(&w), "");
	quota_count_refused(&camera);
	pictures_look(&w.pictures);
	CHECK(strstr(graph_world_log(&w), "front"));
	quota_count_lowered(&camera);
	graph_ahead_ns += 59 * CLOCK_SECOND;
	pictures_look(&w.pictures);
	CHECK_STR(graph_world_log(&w), "");
	graph_ahead_ns += 2 * CLOCK_SECOND;
	pictures_look(&w.pictures);
	CHECK(strstr(graph_world_log(&w), "front"));
	graph_world_tear_down(&w);
}

TEST(the_heap_is_trimmed_when_pictures_have_been_freed)
{
	bool began = false;

	graph_world_set_up(&w);
	quota_set_freed(&w.pictures.quota);
	for (int i = 0; i < 60 && !began; i++) {
		graph_ahead_ns += CLOCK_SECOND;
		pictures_look(&w.pictures);
		began = atomic_load(&w.pictures.trimming) || !atomic_load(&w.pictures.quota.trims);
	}
	CHECK(began);
	GRAPH_UNTIL(&w, !atomic_load(&w.pictures.trimming));
	graph_world_tear_down(&w);
}

RUN_TESTS(T(packets_may_take_so_many_bytes_or_a_part_of_what_there_is),
	T(dropped_packets_are_told_of_at_once_and_then_once_a_minute),
	T(pictures_that_are_refused_are_told_of), T(the_heap_is_trimmed_when_pictures_have_been_freed))
