/* SPDX-License-Identifier: MIT */
/* MJPEG and snapshots whose pictures are refused, or whose camera goes. */
#include "plugins/ws_view/test/test_lib.h"

#include "lib/clock.h"
#include "tests/check.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define FEED "/video_feed?camera=front"
#define SNAPSHOT "/api/v1/cameras/front/snapshot.jpg"

enum { LARGE = 8 << 20 }; /* more than sockets take at once */

static char answer[LARGE + 4096];

/* @return the socket of a request that has subscribed; its subscription is the newest one */
static int asking(const char *path)
{
	char request[256];
	int fd = dial(), n = open_subs();

	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
	send_all(fd, request, strlen(request));
	CHECK(TURN_UNTIL(open_subs() == n + 1));
	return fd;
}

static size_t newest(void)
{
	return w.fake.n_subs - 1;
}

/* Read to the end; the connection is closed and its subscription too. */
static void read_end(int fd)
{
	read_all(fd, answer, sizeof(answer));
	close(fd);
	CHECK_INT(open_subs(), 0);
	CHECK(TURN_UNTIL(!w.fake.stats[STAT_CONNECTIONS]));
}

static const char *body(void)
{
	const char *end = strstr(answer, "\r\n\r\n");

	return end ? end + 4 : "";
}

TEST(a_refusal_before_the_first_picture_is_the_answer)
{
	static const struct {
		int err;
		const char *status;
	} cases[] = {{-ENOTSUP, "HTTP/1.1 409 "}, {-E2BIG, "HTTP/1.1 409 "}, {-EBUSY, "HTTP/1.1 503 "},
		{-ENOMEM, "HTTP/1.1 503 "}};
	static const char *const paths[] = {FEED, SNAPSHOT};

	world_open();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t k = 0; k < 2; k++) {
			int fd = asking(paths[k]);

			fake_refuse(&w.fake, newest(), cases[i].err, "no \"decoder\" for AV01");
			read_end(fd);
			CHECK(!strncmp(answer, cases[i].status, strlen(cases[i].status)));
			CHECK_STR(body(), "{\"error\": \"no \\\"decoder\\\" for AV01\"}\n");
		}
	CHECK_INT(w.fake.stats[STAT_REFUSED], 8);
	world_close();
}

TEST(a_feed_that_has_begun_ends_after_the_picture_on_its_way)
{
	struct cam_buf *buf;

	world_open();
	buf = jpeg(LARGE, 'j');
	for (int is_gone = 0; is_gone < 2; is_gone++) {
		int fd = asking(FEED);
		const char *at;

		CHECK_INT(fake_deliver(&w.fake, newest(), buf), 0);
		if (is_gone)
			fake_gone(&w.fake, newest());
		else
			fake_refuse(&w.fake, newest(), -EBUSY, "too much is asked for");
		read_end(fd);
		CHECK(!strncmp(answer, "HTTP/1.1 200 ", 13));
		at = strstr(body(), "\r\n\r\n");
		CHECK(at && strspn(at + 4, "j") == LARGE);
	}
	CHECK_INT(w.fake.stats[STAT_CLOSED_SLOW], 0);
	drop(buf);
	world_close();
}

/* The connection is the one of before, and a picture that is on its way arrives. */
TEST(a_feed_goes_on_with_another_quality)
{
	struct ws_view_conf other;
	struct cam_buf *buf;
	int fd;

	world_open();
	other = w.conf;
	other.quality = 11;
	buf = jpeg(1000, 'j');
	fd = asking(FEED "&width=320");
	CHECK_INT(fake_deliver(&w.fake, newest(), buf), 0);
	CHECK_INT(cam_plugin_1.reload(w.fake.self, &other), 0);
	CHECK_INT(w.fake.n_subs, 2);
	CHECK(!w.fake.subs[0].open && w.fake.subs[1].open);
	CHECK_INT(w.fake.subs[1].want.quality, 11);
	CHECK_INT(w.fake.subs[1].want.width, 320);
	CHECK_INT(w.fake.subs[1].want.owner, w.fake.subs[0].want.owner);
	turn_ms(10);
	CHECK_INT(fake_deliver(&w.fake, 1, buf), 0);
	other.max_connections--;
	CHECK_INT(cam_plugin_1.reload(w.fake.self, &other), 0);
	CHECK_INT(w.fake.n_subs, 2);
	fake_gone(&w.fake, 1);
	read_end(fd);
	CHECK(!strncmp(answer, "HTTP/1.1 200 ", 13));
	drop(buf);
	world_close();
}

TEST(a_camera_that_goes_is_404_to_who_still_waits)
{
	static const char *const paths[] = {FEED, SNAPSHOT};

	world_open();
	for (size_t k = 0; k < 2; k++) {
		int fd = asking(paths[k]);

		fake_gone(&w.fake, newest());
		read_end(fd);
		CHECK(!strncmp(answer, "HTTP/1.1 404 ", 13));
		CHECK(strstr(body(), "has been taken out of the configuration"));
	}
	world_close();
}

TEST(a_lowered_picture_is_a_picture)
{
	struct cam_buf *buf;
	int fd;

	world_open();
	buf = jpeg(1000, 'j');
	fd = asking(SNAPSHOT);
	fake_refuse(&w.fake, newest(), CAM_LOWERED, "smaller than wished");
	CHECK_INT(open_subs(), 1);
	CHECK_INT(fake_deliver(&w.fake, newest(), buf), 0);
	fake_refuse(&w.fake, newest(), -EBUSY, "too late: it is on its way");
	read_end(fd);
	CHECK(!strncmp(answer, "HTTP/1.1 200 ", 13));
	CHECK_INT(strspn(body(), "j"), 1000);
	fd = asking(FEED);
	fake_refuse(&w.fake, newest(), CAM_LOWERED, "smaller than wished");
	CHECK_INT(fake_deliver(&w.fake, newest(), buf), 0);
	CHECK_INT(open_subs(), 1);
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	drop(buf);
	world_close();
}

TEST(a_feed_of_a_silent_camera_is_answered_before_its_first_picture)
{
	int fd;

	world_open();
	fd = asking(FEED);
	turn_ms(20);
	CHECK(recv(fd, answer, sizeof(answer) - 1, 0) < 0);
	world_later(2);
	CHECK(TURN_UNTIL(recv(fd, answer, sizeof(answer) - 1, 0) > 0));
	CHECK(!strncmp(answer, "HTTP/1.1 200 ", 13));
	world_later(100);
	CHECK_INT(open_subs(), 1);
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	world_close();
}

TEST(each_connection_is_an_owner_of_its_own)
{
	int a, b;

	world_open();
	a = asking(FEED);
	b = asking(SNAPSHOT);
	CHECK(w.fake.subs[0].want.owner && w.fake.subs[1].want.owner);
	CHECK(w.fake.subs[0].want.owner != w.fake.subs[1].want.owner);
	close(a);
	close(b);
	CHECK(TURN_UNTIL(!open_subs()));
	world_close();
}

RUN_TESTS(T(a_feed_goes_on_with_another_quality), T(a_refusal_before_the_first_picture_is_the_answer),
	T(a_feed_that_has_begun_ends_after_the_picture_on_its_way),
	T(a_camera_that_goes_is_404_to_who_still_waits), T(a_lowered_picture_is_a_picture),
	T(a_feed_of_a_silent_camera_is_answered_before_its_first_picture),
	T(each_connection_is_an_owner_of_its_own))
