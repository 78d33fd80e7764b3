/* SPDX-License-Identifier: MIT */
/* What a viewer is told of its tiles, and how much it may ask for. */
#include "plugins/ws_view/test/test_lib.h"

#include "lib/clock.h"
#include "tests/check.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static char text[1 << 20];

static int viewer(void)
{
	return ws_viewer(text, sizeof(text));
}

static void say_view(int fd, const char *tiles)
{
	char message[512];

	snprintf(message, sizeof(message), "{\"type\":\"view\",\"tiles\":[%s]}", tiles);
	ws_say(fd, message);
}

/* The next message but for lists of cameras is this one. */
static void expect(int fd, const char *message)
{
	size_t len;

	do
		CHECK_INT(ws_receive(fd, (uint8_t *)text, sizeof(text), &len), 1);
	while (strstr(text, "\"type\": \"cameras\""));
	CHECK_STR(text, message);
}

/* The next message but for lists of cameras is a picture. */
static void expect_picture(int fd)
{
	size_t len;
	int opcode;

	do
		opcode = ws_receive(fd, (uint8_t *)text, sizeof(text), &len);
	while (opcode == 1 && strstr(text, "\"type\": \"cameras\""));
	CHECK_INT(opcode, 2);
}

/* Nothing but lists of cameras comes for a while. */
static void expect_silence(int fd)
{
	turn_ms(30);
	while (recv(fd, text, 1, MSG_PEEK) > 0) {
		size_t len;

		CHECK_INT(ws_receive(fd, (uint8_t *)text, sizeof(text), &len), 1);
		CHECK(strstr(text, "\"type\": \"cameras\""));
	}
}

TEST(a_tile_says_why_it_has_no_pictures_and_when_that_ends)
{
	struct cam_buf *buf;
	int fd;

	world_open();
	buf = jpeg(1000, 'j');
	fd = viewer();
	say_view(fd, "{\"id\":7,\"camera\":\"front\"}");
	CHECK(TURN_UNTIL(open_subs() == 1));
	fake_refuse(&w.fake, 0, -ENOTSUP, "there is no decoder for \"AV01\"");
	expect(fd, "{\"type\": \"error\", \"id\": 7, \"error\": \"there is no decoder for \\\"AV01\\\"\"}");
	fake_refuse(&w.fake, 0, -ENOTSUP, "there is no decoder for \"AV01\"");
	expect_silence(fd); /* the same is not said again */
	CHECK_INT(w.fake.subs[0].open, 1);
	fake_refuse(&w.fake, 0, CAM_LOWERED, "at most 1280x720");
	expect(fd, "{\"type\": \"lowered\", \"id\": 7, \"error\": \"at most 1280x720\"}");
	CHECK_INT(fake_deliver(&w.fake, 0, buf), 0);
	expect_picture(fd);
	fake_refuse(&w.fake, 0, CAM_GRANTED, "");
	expect(fd, "{\"type\": \"granted\", \"id\": 7}");
	CHECK_INT(w.fake.stats[STAT_TILES_REFUSED], 2);
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	drop(buf);
	world_close();
}

TEST(a_tile_of_the_same_id_takes_back_what_was_said_of_the_one_before)
{
	struct cam_buf *buf;
	int fd;

	world_open();
	buf = jpeg(1000, 'j');
	fd = viewer();
	say_view(fd, "{\"id\":1,\"camera\":\"front\",\"width\":1920}");
	CHECK(TURN_UNTIL(open_subs() == 1));
	fake_refuse(&w.fake, 0, -E2BIG, "too large");
	expect(fd, "{\"type\": \"error\", \"id\": 1, \"error\": \"too large\"}");
	say_view(fd, "{\"id\":1,\"camera\":\"front\",\"width\":640}");
	CHECK(TURN_UNTIL(w.fake.n_subs == 2 && open_subs() == 1));
	expect_silence(fd); /* it may be refused as well */
	CHECK_INT(fake_deliver(&w.fake, 1, buf), 0);
	expect(fd, "{\"type\": \"granted\", \"id\": 1}");
	expect_picture(fd);
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	drop(buf);
	world_close();
}

/* What its viewer said stays; what it left out is the new option's, on the same socket. */
TEST(a_tile_goes_on_with_other_options)
{
	struct ws_view_conf other;
	struct cam_buf *buf;
	int fd;

	world_open();
	other = w.conf;
	other.width = 64;
	other.height = 32;
	other.fps = 3;
	other.quality = 11;
	buf = jpeg(1000, 'j');
	fd = viewer();
	say_view(fd,
		"{\"id\":1,\"camera\":\"front\",\"quality\":77},{\"id\":2,\"camera\":\"yard\",\"width\":640,"
		"\"fps\":9,\"quality\":50}");
	CHECK(TURN_UNTIL(open_subs() == 2));
	CHECK_INT(cam_plugin_1.reload(w.fake.self, &other), 0);
	CHECK_INT(w.fake.n_subs, 3);
	CHECK(!w.fake.subs[0].open && w.fake.subs[1].open && w.fake.subs[2].open);
	CHECK_INT(w.fake.subs[2].want.width, 64);
	CHECK_INT(w.fake.subs[2].want.height, 32);
	CHECK_INT(w.fake.subs[2].want.max_fps_num, 3);
	CHECK_INT(w.fake.subs[2].want.quality, 77);
	CHECK_INT(fake_deliver(&w.fake, 2, buf), 0);
	expect_picture(fd);
	CHECK_INT(fake_deliver(&w.fake, 2, buf), CAM_LATER); /* the viewer has not acknowledged */
	say_view(
		fd, "{\"id\":1,\"camera\":\"front\"},{\"id\":2,\"camera\":\"yard\",\"width\":640,\"fps\":9}");
	CHECK(TURN_UNTIL(w.fake.n_subs == 5));
	CHECK_INT(w.fake.subs[3].want.quality, 11);
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	drop(buf);
	world_close();
}

TEST(a_tile_outlives_its_camera)
{
	static const char *const out[] = {"yard", NULL};
	struct cam_buf *buf;
	int fd;

	world_open();
	buf = jpeg(1000, 'j');
	fd = viewer();
	say_view(fd, "{\"id\":1,\"camera\":\"front\"},{\"id\":2,\"camera\":\"yard\"}");
	CHECK(TURN_UNTIL(open_subs() == 2));
	CHECK_INT(fake_deliver(&w.fake, 1, buf), 0);
	expect_picture(fd);
	w.fake.no_cameras = out;
	w.fake.n_cameras = 1;
	fake_gone(&w.fake, 1);
	cam_plugin_1.changed(w.fake.self);
	expect(fd, "{\"type\": \"error\", \"id\": 2, \"error\": \"the camera has been taken out of the "
		   "configuration\"}");
	CHECK_INT(open_subs(), 1);
	turn_ms(300);
	cam_plugin_1.changed(w.fake.self); /* others change: nothing new of this one */
	expect_silence(fd);
	w.fake.no_cameras = NULL;
	w.fake.n_cameras = 2;
	turn_ms(300);
	cam_plugin_1.changed(w.fake.self);
	turn_ms(20);
	CHECK_INT(open_subs(), 1); /* the picture of before is still on its way */
	ws_say(fd, "{\"type\":\"ack\",\"id\":2,\"seq\":1}");
	CHECK(TURN_UNTIL(open_subs() == 2));
	CHECK_INT(fake_deliver(&w.fake, 2, buf), 0);
	expect(fd, "{\"type\": \"granted\", \"id\": 2}");
	expect_picture(fd);
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	drop(buf);
	world_close();
}

TEST(each_tile_without_a_camera_is_told_and_waits_for_it)
{
	static const char *const none[] = {"a", "b", "c", NULL};
	char message[128];
	int fd;

	world_open();
	w.fake.no_cameras = none;
	fd = viewer();
	say_view(fd, "{\"id\":1,\"camera\":\"a\"},{\"id\":2,\"camera\":\"b\"},{\"id\":3,\"camera\":\"c\"}");
	for (int id = 1; id <= 3; id++) {
		snprintf(message, sizeof(message),
			"{\"type\": \"error\", \"id\": %d, \"error\": \"there is no camera of this name\"}",
			id);
		expect(fd, message);
	}
	w.fake.no_cameras = none + 2;
	cam_plugin_1.changed(w.fake.self);
	CHECK(TURN_UNTIL(open_subs() == 2));
	CHECK(sub_of("a") >= 0 && sub_of("b") >= 0);
	expect_silence(fd);
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	world_close();
}

TEST(of_views_that_come_too_fast_the_newest_counts)
{
	char tile[128];
	int fd;

	world_open();
	fd = viewer();
	for (int i = 1; i <= 200; i++) {
		snprintf(tile, sizeof(tile),
			"{\"id\":1,\"camera\":\"front\",\"width\":%d},{\"id\":2,\"camera\":\"yard\"}",
			100 + i);
		say_view(fd, tile);
	}
	CHECK(TURN_UNTIL(open_subs() == 2 && w.fake.subs[sub_of("front")].want.width == 300));
	CHECK(w.fake.n_subs <= 30); /* of 201: a view each tenth of a second; what stays the same stays */
	CHECK(w.fake.stats[STAT_VIEWS_PASSED] >= 170);
	CHECK_INT(w.fake.subs[sub_of("yard")].want.user == w.fake.subs[sub_of("front")].want.user, 0);
	CHECK_INT(w.fake.subs[sub_of("yard")].want.owner, w.fake.subs[sub_of("front")].want.owner);
	expect(fd, "{\"type\": \"limited\", \"error\": \"views come faster than they can be shown; the "
		   "newest one "
		   "counts\"}");
	expect_silence(fd); /* once a second */
	CHECK(TURN_UNTIL(
		strstr(w.fake.log, "viewers say more than is taken, the last of them from 127.0.0.1: ")));
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	world_close();
}

TEST(a_page_full_of_new_tiles_is_taken_once_a_second)
{
	static char message[4000];
	int64_t began = clock_mono_ns();
	size_t n = 0;
	int fd;

	world_open();
	fd = viewer();
	for (int k = 0; k < 2; k++) {
		n = (size_t)snprintf(message, sizeof(message), "{\"type\":\"view\",\"tiles\":[");
		for (int i = 0; i < 64; i++)
			n += (size_t)snprintf(message + n, sizeof(message) - n,
				"%s{\"id\":%d,\"camera\":\"front\",\"width\":%d}", i ? "," : "", i,
				100 + i + k);
		snprintf(message + n, sizeof(message) - n, "]}");
		ws_say(fd, message);
		CHECK(TURN_UNTIL(open_subs() == 64));
	}
	CHECK(TURN_UNTIL(w.fake.n_subs == 128 && open_subs() == 64));
	CHECK(clock_mono_ns() - began >= CAM_SECOND / 4); /* 64 tiles, 256 a second */
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	world_close();
}

/* Frames of many sizes, cut anywhere, until the server does not read on. @return bytes that went in */
static size_t flood(int fd, int n)
{
	static char message[4000];
	size_t total = 0;

	for (int i = 0; i < n; i++) {
		size_t len = (size_t)snprintf(message, sizeof(message),
			"{\"type\":\"view\",\"tiles\":[{\"id\":1,\"camera\":\"front\",\"width\":%d}]}",
			100 + i % 1000);
		size_t blanks = (size_t)(i * 7919 % 3800);

		memset(message + len, ' ', blanks);
		ws_send(fd, 0x81, message, len + blanks);
		if (i % 5 == 0)
			ws_send(fd, 0x89, "ping", 4);
		total += len + blanks;
	}
	return total;
}

TEST(a_flood_is_held_up_and_nothing_of_it_is_lost)
{
	int64_t begin;
	size_t total;
	int fd, n;

	world_open();
	fd = viewer();
	begin = clock_mono_ns();
	total = flood(fd, 200); /* 380 KB: the last part comes a second later */
	for (n = 0; n < 40 && (sub_of("front") < 0 || w.fake.subs[sub_of("front")].want.width != 299); n++)
		turn_ms(100);
	CHECK(n < 40);
	CHECK((double)(clock_mono_ns() - begin) / 1e9 > ((double)total - 256 * 1024) / 65536 - 0.2);
	CHECK(w.fake.stats[STAT_HELD] >= 1);
	CHECK(strstr(w.fake.log, "and reading was held up "));
	CHECK_INT(w.fake.stats[STAT_VIEWERS], 1);
	say_view(fd, "");
	CHECK(TURN_UNTIL(!open_subs()));
	close(fd);
	world_close();
}

TEST(pings_are_paid_for_as_well)
{
	static char ping[125];
	int fd;

	world_open();
	fd = viewer();
	for (int i = 0; i < 2700; i++) /* 350 KB */
		ws_send(fd, 0x89, ping, sizeof(ping));
	CHECK(TURN_UNTIL(
		(world_later(0), w.fake.stats[STAT_HELD]))); /* each is answered before the next is read */
	CHECK_INT(w.fake.stats[STAT_HELD], 1);
	say_view(fd, "{\"id\":1,\"camera\":\"front\"}");
	CHECK(TURN_UNTIL(open_subs() == 1));
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	world_close();
}

TEST(acknowledging_costs_nothing)
{
	static char ack[4000];
	struct cam_buf *buf;
	int fd;

	world_open();
	buf = jpeg(100, 'j');
	fd = viewer();
	say_view(fd, "{\"id\":1,\"camera\":\"front\"}");
	CHECK(TURN_UNTIL(open_subs() == 1));
	for (int i = 1; i <= 200; i++) { /* 800 KB, were they to be paid for */
		CHECK_INT(fake_deliver(&w.fake, 0, buf), 0);
		expect_picture(fd);
		memset(ack, ' ', sizeof(ack) - 1);
		snprintf(ack, 100, "{\"type\":\"ack\",\"id\":1,\"seq\":%d}", i);
		ack[strlen(ack)] = ' ';
		w.fake.subs[0].resumed = false;
		CHECK_INT(fake_deliver(&w.fake, 0, buf), CAM_LATER);
		ws_say(fd, ack);
		CHECK(TURN_UNTIL(w.fake.subs[0].resumed));
	}
	CHECK_INT(w.fake.stats[STAT_HELD], 0);
	close(fd);
	drop(buf);
	world_close();
}

TEST(who_never_acknowledges_costs_nothing_after_the_first_pictures)
{
	struct cam_buf *buf;
	int fd;

	world_open();
	buf = jpeg(1000, 'j');
	fd = viewer();
	say_view(fd, "{\"id\":1,\"camera\":\"front\"}");
	CHECK(TURN_UNTIL(open_subs() == 1));
	CHECK_INT(fake_deliver(&w.fake, 0, buf), 0);
	expect_picture(fd);
	world_later(3);
	CHECK_INT(open_subs(), 0);
	cam_plugin_1.changed(w.fake.self);
	turn_ms(20);
	CHECK_INT(open_subs(), 0);
	ws_say(fd, "{\"type\":\"ack\",\"id\":1,\"seq\":1}");
	CHECK(TURN_UNTIL(open_subs() == 1));
	CHECK_INT(fake_deliver(&w.fake, 1, buf), 0);
	expect_picture(fd);
	/* The next views come later and later. */
	say_view(fd, "{\"id\":1,\"camera\":\"front\",\"width\":100}");
	CHECK(TURN_UNTIL(sub_of("front") == 2));
	say_view(fd, "{\"id\":1,\"camera\":\"front\",\"width\":200}");
	turn_ms(400);
	CHECK_INT(sub_of("front"), 2);
	CHECK(TURN_UNTIL(sub_of("front") == 3));
	CHECK_INT(fake_deliver(&w.fake, 3, buf), 0);
	expect_picture(fd);
	say_view(fd, "{\"id\":1,\"camera\":\"front\",\"width\":300}");
	CHECK(TURN_UNTIL(sub_of("front") == 4));
	say_view(fd, "{\"id\":1,\"camera\":\"front\",\"width\":400}");
	turn_ms(200);
	CHECK_INT(sub_of("front"), 4);
	/* The acknowledgement of a picture whose tile has ended meanwhile. */
	ws_say(fd, "{\"type\":\"ack\",\"id\":1,\"seq\":9}");
	turn_ms(200);
	CHECK_INT(sub_of("front"), 5);
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	drop(buf);
	world_close();
}

RUN_TESTS(T(a_tile_goes_on_with_other_options), T(a_tile_says_why_it_has_no_pictures_and_when_that_ends),
	T(a_tile_of_the_same_id_takes_back_what_was_said_of_the_one_before), T(a_tile_outlives_its_camera),
	T(each_tile_without_a_camera_is_told_and_waits_for_it),
	T(of_views_that_come_too_fast_the_newest_counts), T(a_page_full_of_new_tiles_is_taken_once_a_second),
	T(a_flood_is_held_up_and_nothing_of_it_is_lost), T(pings_are_paid_for_as_well),
	T(acknowledging_costs_nothing), T(who_never_acknowledges_costs_nothing_after_the_first_pictures))
