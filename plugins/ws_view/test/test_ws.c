/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/test/test_lib.h"

#include "lib/clock.h"
#include "tests/check.h"

#include <sys/socket.h>
#include <unistd.h>

static char text[1 << 20];
static uint8_t bytes[1 << 20];

static uint64_t number(const uint8_t *at, size_t n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 8 | at[n];
	return value;
}

static int viewer(void)
{
	return ws_viewer(text, sizeof(text));
}

/* @return the length of the next picture, its head in bytes */
static size_t picture(int fd)
{
	size_t len = 0;

	CHECK_INT(ws_receive(fd, bytes, sizeof(bytes), &len), 2);
	CHECK(len > 32);
	CHECK_INT(bytes[0], 1);
	CHECK_INT(bytes[1], 1);
	return len;
}

TEST(viewer_is_greeted_with_the_cameras)
{
	int fd;

	world_open();
	fd = viewer();
	CHECK(strstr(text, "{\"name\": \"front\", \"state\": \"live\", \"error\": \"\", \"codec\": \"H264\", "
			   "\"width\": 1920"));
	CHECK(strstr(text, "\"error\": \"no \\\"answer\\\"\""));
	w.fake.n_cameras = 1;
	cam_plugin_1.changed(w.fake.self);
	CHECK(ws_expect(fd, "{\"type\": \"cameras\"", text, sizeof(text)));
	CHECK(!strstr(text, "yard"));
	close(fd);
	CHECK(TURN_UNTIL(!w.fake.stats[STAT_VIEWERS]));
	world_close();
}

TEST(view_replaces_the_whole_wish)
{
	int fd, front, yard;

	world_open();
	fd = viewer();
	ws_say(fd, "{\"type\":\"view\",\"tiles\":[{\"id\":1,\"camera\":\"front\",\"width\":640,\"fps\":5,"
		   "\"quality\":70},"
		   "{\"id\":2,\"camera\":\"yard\"}]}");
	CHECK(TURN_UNTIL(open_subs() == 2));
	front = sub_of("front");
	yard = sub_of("yard");
	CHECK_INT(w.fake.subs[front].want.form, CAM_JPEG);
	CHECK_INT(w.fake.subs[front].want.width, 640);
	CHECK_INT(w.fake.subs[front].want.height, 0);
	CHECK_INT(w.fake.subs[front].want.max_fps_num, 5);
	CHECK_INT(w.fake.subs[front].want.quality, 70);
	CHECK_INT(w.fake.subs[yard].want.width, 896);
	CHECK_INT(w.fake.subs[yard].want.height, 512);
	ws_say(fd,
		"{\"type\":\"view\",\"tiles\":[{\"id\":2,\"camera\":\"yard\"},{\"id\":3,\"camera\":\"front\","
		"\"width\":99999,\"height\":1,\"fps\":1000}]}");
	CHECK(TURN_UNTIL(!w.fake.subs[front].open));
	CHECK(w.fake.subs[yard].open);
	CHECK_INT(open_subs(), 2);
	front = sub_of("front");
	CHECK_INT(w.fake.subs[front].want.width, 3840);
	CHECK_INT(w.fake.subs[front].want.height, 16);
	CHECK_INT(w.fake.subs[front].want.max_fps_num, 60);
	ws_say(fd, "{\"type\":\"view\",\"tiles\":[{\"id\":5,\"camera\":\"front\"}],\"more\":true}");
	turn_ms(20);
	CHECK_INT(open_subs(), 2);
	ws_say(fd, "{\"type\":\"view\",\"tiles\":[{\"id\":6,\"camera\":\"front\"}]}");
	CHECK(TURN_UNTIL(!w.fake.subs[yard].open));
	CHECK_INT(open_subs(), 2);
	ws_say(fd, "{\"type\":\"view\",\"tiles\":[]}");
	CHECK(TURN_UNTIL(!open_subs()));
	close(fd);
	world_close();
}

TEST(one_picture_is_out_and_the_newest_waits)
{
	struct cam_buf *a, *b, *c;
	int fd, i;

	world_open();
	a = jpeg(1000, 'a');
	b = jpeg(1000, 'b');
	c = jpeg(70000, 'c');
	fd = viewer();
	ws_say(fd, "{\"type\":\"view\",\"tiles\":[{\"id\":7,\"camera\":\"front\"}]}");
	CHECK(TURN_UNTIL(open_subs() == 1));
	i = sub_of("front");
	CHECK_INT(fake_deliver(&w.fake, (size_t)i, a), 0);
	CHECK_INT(fake_deliver(&w.fake, (size_t)i, b), 0); /* gives way to it before it goes out */
	CHECK_INT(picture(fd), 1032);
	CHECK_INT(bytes[32], 'b');
	CHECK_INT(number(bytes + 4, 4), 7);
	CHECK_INT(number(bytes + 8, 8), 1);
	CHECK_INT(number(bytes + 16, 8), b->wall_ns);
	CHECK(number(bytes + 24, 4) < 2000000);
	CHECK_INT(number(bytes + 28, 2), 640);
	CHECK_INT(number(bytes + 30, 2), 360);
	CHECK_INT(fake_deliver(&w.fake, (size_t)i, c), CAM_LATER);
	ws_say(fd, "{\"type\":\"ack\",\"id\":7,\"seq\":9}"); /* not that one */
	turn_ms(20);
	CHECK(!w.fake.subs[i].resumed);
	ws_say(fd, "{\"type\":\"ack\",\"id\":7,\"seq\":1}");
	CHECK(TURN_UNTIL(w.fake.subs[i].resumed));
	CHECK_INT(fake_deliver(&w.fake, (size_t)i, c), 0);
	CHECK_INT(picture(fd), 70032);
	CHECK_INT(bytes[70031], 'c');
	CHECK_INT(number(bytes + 8, 8), 2);
	CHECK_INT(w.fake.stats[STAT_PICTURES], 2);
	CHECK_INT(w.fake.stats[STAT_BYTES], 71000);
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	drop(a);
	drop(b);
	drop(c);
	world_close();
}

TEST(viewers_of_one_picture_get_it_each_under_their_own_id)
{
	struct cam_buf *a;
	int fds[3];

	world_open();
	a = jpeg(5000, 'a');
	for (int k = 0; k < 3; k++) {
		fds[k] = viewer();
		snprintf(text, sizeof(text),
			"{\"type\":\"view\",\"tiles\":[{\"id\":%d,\"camera\":\"front\"}]}", k + 10);
		ws_say(fds[k], text);
		CHECK(TURN_UNTIL(open_subs() == k + 1));
	}
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(fake_deliver(&w.fake, i, a), 0);
	for (int k = 0; k < 3; k++) {
		CHECK_INT(picture(fds[k]), 5032);
		CHECK_INT(number(bytes + 4, 4), k + 10);
		CHECK_INT(bytes[5031], 'a');
		close(fds[k]);
	}
	drop(a);
	world_close();
}

TEST(what_breaks_the_protocol_is_closed_with_its_code)
{
	static uint8_t large[5000];
	static const struct {
		int code;
		int opcode;
		const char *data;
	} cases[] = {
		{1007, 0x81, "\xff\xfe"},
		{1007, 0x81, "\xc0\xaf"},
		{1008, 0x81, "hello"},
		{1008, 0x81, "{\"type\":\"view\""},
		{1008, 0x81, "{\"type\":\"dance\"}"},
		{1008, 0x81, "{}"},
		{1008, 0x81, "[1]"},
		{1008, 0x81, "{\"type\":\"view\",\"tiles\":[{\"id\":-1}]}"},
		{1008, 0x81, "{\"type\":\"view\",\"tiles\":[{\"id\":99999999999}]}"},
		{1008, 0x81, "{\"type\":\"view\",\"tiles\":[{\"id\":1},{\"id\":1}]}"},
		{1008, 0x82, "{\"type\":\"view\",\"tiles\":[]}"},
		{1002, 0x83, "x"},
		{1002, 0x8b, "x"},
		{1002, 0xc1, "x"},
		{1002, 0x80, "x"},
	};

	world_open();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = viewer(), code;

		ws_send(fd, cases[i].opcode, cases[i].data, strlen(cases[i].data));
		code = ws_close_code(fd);
		close(fd);
		if (code != cases[i].code)
			printf("# case %zu: %x %s\n", i, (unsigned)cases[i].opcode, cases[i].data);
		CHECK_INT(code, cases[i].code);
	}
	memset(large, ' ', sizeof(large));
	for (int i = 0; i < 2; i++) {
		int fd = viewer();

		if (i) { /* in fragments */
			ws_send(fd, 0x01, large, 4000);
			ws_send(fd, 0x80, large, 1000);
		} else {
			ws_send(fd, 0x81, large, sizeof(large));
		}
		CHECK_INT(ws_close_code(fd), 1009);
		close(fd);
	}
	world_close();
}

TEST(unmasked_frames_are_refused)
{
	static const char plain[] = "\x81\x1c{\"type\":\"view\",\"tiles\":[]}  ";
	int fd;

	world_open();
	fd = viewer();
	for (int i = 0; i < 5; i++) {
		ws_say(fd, "{\"type\":\"view\",\"tiles\":[]}");
		ws_send(fd, 0x89, "ping", 4);
	}
	turn_ms(20);
	CHECK_INT(w.fake.stats[STAT_VIEWERS], 1);
	close(fd);
	fd = viewer();
	send_all(fd, plain, sizeof(plain) - 1);
	CHECK_INT(ws_close_code(fd), 1002);
	close(fd);
	world_close();
}

TEST(ping_floods_and_fragments_are_served)
{
	int fd;

	world_open();
	fd = viewer();
	for (int i = 0; i < 500; i++)
		ws_send(fd, 0x89, "0123456789", 10);
	ws_send(fd, 0x01, "{\"type\":\"view\",", 15);
	ws_send(fd, 0x89, "between", 7);
	ws_send(fd, 0x80, "\"tiles\":[{\"id\":1,\"camera\":\"front\"}]}", 36);
	CHECK(TURN_UNTIL(open_subs() == 1));
	close(fd);
	CHECK(TURN_UNTIL(!w.fake.stats[STAT_CONNECTIONS]));
	world_close();
}

TEST(viewer_that_does_not_acknowledge_is_closed)
{
	struct cam_buf *a;
	int fd, well;

	world_open();
	a = jpeg(1000, 'a');
	fd = viewer();
	well = viewer();
	ws_say(fd, "{\"type\":\"view\",\"tiles\":[{\"id\":1,\"camera\":\"front\"}]}");
	CHECK(TURN_UNTIL(open_subs() == 1));
	CHECK_INT(fake_deliver(&w.fake, 0, a), 0);
	picture(fd);
	world_later(9);
	CHECK_INT(w.fake.stats[STAT_CLOSED_SLOW], 0);
	world_later(11);
	CHECK(TURN_UNTIL(w.fake.stats[STAT_VIEWERS] == 1));
	CHECK_INT(w.fake.stats[STAT_CLOSED_SLOW], 1);
	CHECK_INT(open_subs(), 0);
	close(fd);
	close(well);
	drop(a);
	world_close();
}

TEST(stop_is_quick_with_many_slow_viewers)
{
	enum { N = 150 };
	struct cam_buf *a;
	int fds[N], half[N];
	int64_t took;

	world_open();
	a = jpeg(4 << 20, 'a');
	for (int i = 0; i < N; i++) {
		fds[i] = viewer();
		half[i] = dial();
		send_all(half[i], "GET", 3);
		if (i < 60) {
			ws_say(fds[i], "{\"type\":\"view\",\"tiles\":[{\"id\":1,\"camera\":\"front\"}]}");
			CHECK(TURN_UNTIL(open_subs() == i + 1));
		}
	}
	/* All at once: who is slow for long is not served any more. */
	for (size_t i = 0; i < 60; i++)
		CHECK_INT(fake_deliver(&w.fake, i, a), 0);
	turn_ms(20);
	drop(a);
	took = world_close();
	printf("# stop took %lld ms\n", (long long)took);
	CHECK(took < 1000);
	for (int i = 0; i < N; i++) {
		close(fds[i]);
		close(half[i]);
	}
}

RUN_TESTS(T(viewer_is_greeted_with_the_cameras), T(view_replaces_the_whole_wish),
	T(one_picture_is_out_and_the_newest_waits), T(viewers_of_one_picture_get_it_each_under_their_own_id),
	T(what_breaks_the_protocol_is_closed_with_its_code), T(unmasked_frames_are_refused),
	T(ping_floods_and_fragments_are_served), T(viewer_that_does_not_acknowledge_is_closed),
	T(stop_is_quick_with_many_slow_viewers))
