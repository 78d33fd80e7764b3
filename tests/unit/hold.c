/* SPDX-License-Identifier: MIT */
/* The first half second of a session: it waits, and goes out in order, whole, marked and with the right times. */
#include "core/bus/camera.h"
#include "core/media/buf.h"
#include "lib/clock.h"

#include "tests/check.h"

#define MS CLOCK_MS
enum { MANY = 4000 };

/* What came out, told by a buffer's keep(): under the port's lock, so no lock of its own is needed but to look. */
static struct seen {
	pthread_mutex_t lock;
	pthread_cond_t more;
	size_t n;
	int64_t dts_ns[MANY], arrival_ns[MANY];
	uint32_t track[MANY], flags[MANY];
} seen = {.lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER};

static void keep(void *self, const struct cam_buf *buf)
{
	CHECK(self == &seen);
	pthread_mutex_lock(&seen.lock);
	CHECK(seen.n < MANY);
	seen.dts_ns[seen.n] = buf->dts_ns;
	seen.arrival_ns[seen.n] = buf->arrival_ns;
	seen.track[seen.n] = buf->track;
	seen.flags[seen.n++] = buf->flags;
	pthread_cond_signal(&seen.more);
	pthread_mutex_unlock(&seen.lock);
}

static size_t n_seen(void)
{
	size_t n;

	pthread_mutex_lock(&seen.lock);
	n = seen.n;
	pthread_mutex_unlock(&seen.lock);
	return n;
}

static void wait_for(size_t n)
{
	pthread_mutex_lock(&seen.lock);
	while (seen.n < n)
		pthread_cond_wait(&seen.more, &seen.lock);
	pthread_mutex_unlock(&seen.lock);
}

static struct bus {
	struct pool *pool;
	struct budget budget;
	struct camera *camera;
	const struct cam_caps *caps;
	struct port *out;
} bus;

static void set_up(void)
{
	const struct cam_caps like = {
		.size = sizeof(like), .form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_H264};
	const struct port_history history = {.keep = keep, .self = &seen};

	seen.n = 0;
	CHECK_INT(pool_new("test", 1, &bus.pool), 0);
	budget_init(&bus.budget, 1 << 30);
	bus.camera = camera_new("cam", bus.pool, &bus.budget);
	CHECK(bus.camera);
	bus.caps = caps_new(&like);
	bus.out = bus.camera->port;
	port_set_history(bus.out, &history);
}

static void tear_down(void)
{
	camera_unref(bus.camera);
	caps_unref(bus.caps);
	pool_free(bus.pool);
	budget_destroy(&bus.budget);
}

/* @return whether it went out at once */
static bool put(uint32_t track, int64_t dts_ns, int64_t arrival_ns, uint32_t flags, size_t len)
{
	static const uint8_t zeros[1 << 20];
	const struct cam_buf like = {.size = sizeof(like),
		.flags = flags,
		.track = track,
		.n_planes = 1,
		.dts_ns = dts_ns,
		.pts_ns = dts_ns,
		.arrival_ns = arrival_ns,
		.caps = bus.caps,
		.plane = {{zeros, len, 0}}};
	struct cam_buf *buf = buf_new(&like, NULL, NULL);
	bool out;

	CHECK(buf);
	out = camera_publish(bus.camera, bus.out, buf);
	buf_unref(buf);
	return out;
}

TEST(it_waits_half_a_second_and_goes_out_by_itself)
{
	int64_t began = clock_mono_ns();

	set_up();
	camera_begin_session(bus.camera);
	CHECK(!put(0, 0, began, CAM_KEY, 10));
	CHECK(!put(1, 0, began, CAM_KEY, 10));
	CHECK_INT(n_seen(), 0);
	wait_for(2);
	CHECK(clock_mono_ns() - began >= HOLD_NS);
	CHECK(seen.track[0] == 0 && seen.track[1] == 1);
	CHECK(put(0, 600 * MS, began + 600 * MS, 0, 10)); /* and from then on nothing waits */
	CHECK_INT(n_seen(), 3);
	CHECK_INT(seen.dts_ns[2] - seen.dts_ns[0], 600 * MS);
	tear_down();
}

/* Five seconds from the camera's memory come in a moment. */
TEST(what_comes_at_once_keeps_its_distances_and_ends_in_the_present)
{
	int64_t now = clock_mono_ns();

	set_up();
	camera_begin_session(bus.camera);
	for (int i = 0; i < 125; i++)
		CHECK(!put(0, i * 40 * MS, now + i * MS / 10, i ? 0 : CAM_KEY, 100));
	camera_end_session(bus.camera, bus.out);
	CHECK_INT(n_seen(), 125);
	for (int i = 1; i < 125; i++)
		CHECK_INT(seen.dts_ns[i] - seen.dts_ns[i - 1], 40 * MS);
	CHECK(seen.dts_ns[124] <= seen.arrival_ns[124] && seen.dts_ns[124] > seen.arrival_ns[124] - 5 * MS);
	tear_down();
}

TEST(the_end_of_a_session_lets_it_go_and_the_next_one_waits_again)
{
	int64_t now = clock_mono_ns();

	set_up();
	for (int session = 0; session < 3; session++) {
		camera_begin_session(bus.camera);
		CHECK(!put(0, 0, now + session * MS, CAM_KEY, 10));
		CHECK_INT(n_seen(), session);
		camera_end_session(bus.camera, bus.out);
		CHECK_INT(n_seen(), session + 1);
		CHECK_INT(seen.flags[session], CAM_KEY | (session ? CAM_DISCONTINUITY : 0));
		CHECK(!session || seen.dts_ns[session] > seen.dts_ns[session - 1]);
	}
	tear_down();
}

TEST(what_tells_nothing_or_is_exact_or_is_too_much_does_not_wait)
{
	int64_t now = clock_mono_ns();
	size_t n = 0;

	set_up();
	camera_begin_session(bus.camera);
	CHECK(!put(0, 0, now, CAM_KEY, 10));
	CHECK(put(0, CAM_NO_TS, now, 0, 10));
	CHECK_INT(n_seen(), 2);
	camera_begin_session(bus.camera);
	CHECK(put(0, 0, now, CAM_KEY | CAM_EXACT, 10));
	CHECK_INT(seen.flags[2], CAM_KEY | CAM_DISCONTINUITY);
	camera_begin_session(bus.camera);
	while (!put(0, (int64_t)n * MS, now, 0, 1 << 20))
		n++;
	CHECK_INT(n, HOLD_BYTES >> 20);
	CHECK_INT(n_seen(), 3 + n + 1);
	camera_begin_session(bus.camera);
	for (n = 0; !put(0, (int64_t)n * MS, now, 0, 1); n++)
		;
	CHECK_INT(n, HOLD_PACKETS);
	for (size_t i = 1; i < n_seen(); i++)
		CHECK(seen.dts_ns[i] > seen.dts_ns[i - 1]);
	tear_down();
}

TEST(a_camera_that_goes_while_its_start_waits_leaves_nothing)
{
	set_up();
	camera_begin_session(bus.camera);
	CHECK(!put(0, 0, clock_mono_ns(), CAM_KEY, 10));
	camera_end_session(bus.camera, bus.out);
	CHECK_INT(n_seen(), 1);
	tear_down();
}

/* The source goes on publishing while the strand lets go: nothing is lost, doubled or out of order. */
TEST(nothing_overtakes_what_waits)
{
	int64_t began = clock_mono_ns(), i = 0;

	set_up();
	camera_begin_session(bus.camera);
	while (clock_mono_ns() - began < HOLD_NS + 100 * MS && i < MANY - 1) {
		put(0, i * MS / 2, clock_mono_ns(), i ? 0 : CAM_KEY, 10);
		i++;
		poll(NULL, 0, i % 5 == 0);
	}
	camera_end_session(bus.camera, bus.out);
	CHECK_INT(n_seen(), i);
	for (size_t k = 1; k < seen.n; k++)
		CHECK(seen.dts_ns[k] > seen.dts_ns[k - 1] && seen.arrival_ns[k] >= seen.arrival_ns[k - 1]);
	tear_down();
}

RUN_TESTS(T(it_waits_half_a_second_and_goes_out_by_itself),
	T(what_comes_at_once_keeps_its_distances_and_ends_in_the_present),
	T(the_end_of_a_session_lets_it_go_and_the_next_one_waits_again),
	T(what_tells_nothing_or_is_exact_or_is_too_much_does_not_wait),
	T(a_camera_that_goes_while_its_start_waits_leaves_nothing), T(nothing_overtakes_what_waits))
