/* SPDX-License-Identifier: MIT */
/* Who asks, and what they may see. */
#include "plugins/ws_view/test/test_lib.h"

#include "lib/clock.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void say(int fd, const char *text)
{
	send_all(fd, text, strlen(text));
}

static char answer[65536];
static const char *const yard[] = {"yard", NULL}, *const both[] = {"front", "yard", NULL};

#define UPGRADE                                                                                              \
	"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"               \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

TEST(who_has_to_log_in_is_told_so_wherever_something_is_to_be_seen)
{
	static const char *const paths[] = {
		"/", "/main.js", "/video_feed", "/api/v1/cameras/front/snapshot.jpg"};

	world_open();
	w.fake.wants_login = true;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		CHECK_INT(get(paths[i], answer, sizeof(answer)), 401);
		CHECK(strstr(answer, "\r\nwww-authenticate: Basic realm="));
	}
	CHECK_INT(ask(UPGRADE, answer, sizeof(answer)), 401);
	CHECK_INT(w.fake.n_identified, 5);
	CHECK_INT(get("/nothing", answer, sizeof(answer)), 404); /* the server sees to that itself */
	CHECK_INT(w.fake.n_identified, 5);
	w.fake.wants_login = false;
	w.fake.sees_nothing = true;
	CHECK_INT(get("/", answer, sizeof(answer)), 403);
	CHECK_INT(ask(UPGRADE, answer, sizeof(answer)), 403);
	world_close();
}

TEST(a_camera_that_is_not_to_be_seen_is_not_there)
{
	int fd;

	world_open();
	w.fake.hidden = both;
	CHECK_INT(get("/video_feed", answer, sizeof(answer)), 404);
	w.fake.hidden = yard;
	CHECK_INT(get("/api/v1/cameras/yard/snapshot.jpg", answer, sizeof(answer)), 404);
	CHECK_INT(get("/video_feed?camera=yard", answer, sizeof(answer)), 404);
	fd = ws_viewer(answer, sizeof(answer));
	CHECK(strstr(answer, "\"name\": \"front\"") && !strstr(answer, "yard"));
	ws_say(fd, "{\"type\":\"view\",\"tiles\":[{\"id\":1,\"camera\":\"front\"},{\"id\":2,\"camera\":"
		   "\"yard\"}]}");
	CHECK(ws_expect(fd, "{\"type\": \"error\", \"id\": 2", answer, sizeof(answer)));
	CHECK(strstr(answer, "there is no camera of this name"));
	CHECK_INT(open_subs(), 1);
	close(fd);
	world_close();
}

TEST(rights_that_change_end_what_is_seen_and_begin_it_again)
{
	int fd, feed;

	world_open();
	fd = ws_viewer(answer, sizeof(answer));
	ws_say(fd, "{\"type\":\"view\",\"tiles\":[{\"id\":1,\"camera\":\"front\"},{\"id\":2,\"camera\":"
		   "\"yard\"}]}");
	feed = dial();
	say(feed, "GET /video_feed?camera=yard HTTP/1.1\r\nHost: localhost\r\n\r\n");
	CHECK(TURN_UNTIL(open_subs() == 3));
	w.fake.hidden = yard;
	cam_plugin_1.changed(w.fake.self);
	CHECK(ws_expect(fd, "{\"type\": \"cameras\"", answer, sizeof(answer)));
	CHECK(!strstr(answer, "yard"));
	CHECK(ws_expect(fd, "{\"type\": \"error\", \"id\": 2", answer, sizeof(answer)));
	CHECK(strstr(answer, "the camera has been taken out of the configuration"));
	CHECK_INT(open_subs(), 1);
	CHECK(read_all(feed, answer, sizeof(answer)));
	CHECK(!strncmp(answer, "HTTP/1.1 404 ", 13));
	w.fake.hidden = NULL;
	turn_ms(300); /* at most four times a second */
	cam_plugin_1.changed(w.fake.self);
	CHECK(TURN_UNTIL(open_subs() == 2));
	close(fd);
	close(feed);
	world_close();
}

TEST(who_leaves_before_it_is_known_costs_nothing)
{
	int fd;

	world_open();
	w.fake.is_slow_to_know = true;
	for (int i = 0; i < 2; i++) {
		w.fake.wants_login = i;
		fd = dial();
		say(fd, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
		CHECK(TURN_UNTIL(w.fake.n_identified == i + 1));
		close(fd);
		CHECK(TURN_UNTIL(!w.fake.stats[STAT_CONNECTIONS]));
		fake_identify(&w.fake);
	}
	w.fake.wants_login = false;
	fd = dial();
	send_all(fd, UPGRADE, sizeof(UPGRADE) - 1);
	CHECK(TURN_UNTIL(w.fake.n_identified == 3));
	send_all(fd, "\x81\x80mask", 6);
	turn_ms(20);
	fake_identify(&w.fake);
	CHECK(read_all(fd, answer, sizeof(answer)));
	CHECK(!strncmp(answer, "HTTP/1.1 400 ", 13)); /* nothing may follow before it is answered */
	close(fd);
	fd = dial();
	say(fd, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	CHECK(TURN_UNTIL(w.fake.n_identified == 4));
	world_later(31);
	CHECK(read_all(fd, answer, sizeof(answer)));
	CHECK(!strncmp(answer, "HTTP/1.1 503 ", 13));
	fake_identify(&w.fake);
	close(fd);
	world_close();
}

RUN_TESTS(T(who_has_to_log_in_is_told_so_wherever_something_is_to_be_seen),
	T(a_camera_that_is_not_to_be_seen_is_not_there),
	T(rights_that_change_end_what_is_seen_and_begin_it_again),
	T(who_leaves_before_it_is_known_costs_nothing))
