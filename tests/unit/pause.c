/* SPDX-License-Identifier: MIT */
#include "core/plugin/node_end.h"
#include "lib/clock.h"

#include "tests/check.h"

#include <errno.h>

/* The jitter is a quarter of a pause, up and down. */
#define LONG (20 * CLOCK_SECOND)

static const struct cam_plugin source = {.kind = CAM_SOURCE}, recorder = {.kind = CAM_RECORDER};

/* A node as far as its pauses go. */
static void set_up(struct cam_node *n, const struct cam_plugin *plugin, enum cam_state state)
{
	memset(n, 0, sizeof(*n));
	n->spec.plugin = plugin;
	atomic_init(&n->state, state);
}

TEST(a_refused_login_waits_longest_and_goes_on_waiting)
{
	struct cam_node n;

	set_up(&n, &source, CAM_CONNECTING);
	CHECK(node_pause_ns(&n, -EACCES, 0) > LONG);
	CHECK(node_pause_ns(&n, -ECONNRESET, 3 * CLOCK_SECOND) > LONG);
}

TEST(pauses_grow_for_cameras_and_stay_short_for_what_is_local)
{
	struct cam_node camera, local;
	int64_t far = 0, near = 0;

	set_up(&camera, &source, CAM_CONNECTING);
	set_up(&local, &recorder, CAM_CONNECTING);
	CHECK(node_pause_ns(&camera, -ETIMEDOUT, 0) < CLOCK_SECOND);
	for (int i = 0; i < 10; i++) {
		far = node_pause_ns(&camera, -ETIMEDOUT, 0);
		near = node_pause_ns(&local, -EIO, 0);
	}
	CHECK(far > LONG);
	CHECK(near < 6 * CLOCK_SECOND);
}

TEST(cameras_behind_one_switch_do_not_come_back_in_step)
{
	enum { CAMERAS = 200 };
	int64_t least = INT64_MAX, most = 0;

	for (int i = 0; i < CAMERAS; i++) {
		struct cam_node n;
		int64_t pause;

		set_up(&n, &source, CAM_CONNECTING);
		pause = node_pause_ns(&n, -ETIMEDOUT, 0);
		least = pause < least ? pause : least;
		most = pause > most ? pause : most;
	}
	CHECK(least >= 375 * CLOCK_MS && most <= 625 * CLOCK_MS);
	CHECK(most - least > 100 * CLOCK_MS); /* of 250; fewer with one chance in 10^70 */
}

TEST(a_camera_that_was_live_is_wanted_back_soon)
{
	struct cam_node n;

	set_up(&n, &source, CAM_CONNECTING);
	for (int i = 0; i < 10; i++)
		node_pause_ns(&n, -ETIMEDOUT, 0);
	atomic_store(&n.state, CAM_LIVE);
	CHECK(node_pause_ns(&n, -ECONNRESET, 3 * CLOCK_SECOND) < CLOCK_SECOND);
}

TEST(what_has_run_for_long_is_wanted_back_soon_whatever_it_is)
{
	struct cam_node n;

	set_up(&n, &recorder, CAM_LIVE);
	for (int i = 0; i < 10; i++)
		node_pause_ns(&n, -EIO, 0);
	CHECK(node_pause_ns(&n, -EIO, 29 * CLOCK_SECOND) > 2 * CLOCK_SECOND);
	CHECK(node_pause_ns(&n, -EIO, 31 * CLOCK_SECOND) < CLOCK_SECOND);
}

TEST(a_pause_that_was_asked_for_holds_once)
{
	struct cam_node n;

	set_up(&n, &source, CAM_CONNECTING);
	atomic_store(&n.retry_after_ns, 100 * CLOCK_SECOND);
	CHECK_INT(node_pause_ns(&n, -EBUSY, 0), 100 * CLOCK_SECOND);
	CHECK(node_pause_ns(&n, -EBUSY, 0) < 2 * CLOCK_SECOND);
}

RUN_TESTS(T(a_refused_login_waits_longest_and_goes_on_waiting),
	T(pauses_grow_for_cameras_and_stay_short_for_what_is_local),
	T(cameras_behind_one_switch_do_not_come_back_in_step),
	T(what_has_run_for_long_is_wanted_back_soon_whatever_it_is),
	T(a_camera_that_was_live_is_wanted_back_soon), T(a_pause_that_was_asked_for_holds_once))
