/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/test/test_lib.h"

#include "lib/clock.h"
#include "tests/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FILE_BYTES = 1000000, FROM = 10 };

static char answer[2 << 20];
static int released;

static void on_release(struct cam_reply *reply)
{
	released += reply->arg == &released;
}

/* Answers with a file in memory whose bytes are their own index, from FROM on; "/empty" with none of it. */
static void on_request(struct fake *f, const struct cam_request *request, struct cam_reply *reply)
{
	int fd = memfd_create("recording", MFD_CLOEXEC);
	uint8_t byte[4096];

	(void)f;
	for (size_t at = 0; at < FILE_BYTES; at += sizeof(byte)) {
		for (size_t i = 0; i < sizeof(byte); i++)
			byte[i] = (uint8_t)(at + i);
		CHECK(write(fd, byte, sizeof(byte)) == sizeof(byte));
	}
	reply->status = 200;
	memcpy(reply->type, "video/mp4\r\nX: y", sizeof("video/mp4\r\nX: y"));
	reply->fd = fd;
	reply->fd_from = FROM;
	reply->fd_len = strcmp(request->path, "/empty") ? FILE_BYTES - FROM : 0;
	reply->release = on_release;
	reply->arg = &released;
}

/* Ask for a range of the file. @return the status; checks that body and headers agree */
static int range(const char *value, size_t want_from, size_t want_len)
{
	char request[512], header[128];
	const char *body;
	int status;

	snprintf(request, sizeof(request), "GET /file HTTP/1.1\r\nHost: localhost\r\nRange: %s\r\n\r\n",
		value);
	status = ask(request, answer, sizeof(answer));
	body = strstr(answer, "\r\n\r\n");
	CHECK(body);
	body += 4;
	snprintf(header, sizeof(header), "Content-Length: %zu\r\n", want_len);
	CHECK(strstr(answer, header));
	snprintf(header, sizeof(header), "Content-Range: bytes %zu-%zu/%d\r\n", want_from,
		want_from + want_len - 1, FILE_BYTES - FROM);
	CHECK(status != 206 || strstr(answer, header));
	for (size_t i = 0; i < want_len; i++)
		if ((uint8_t)body[i] != (uint8_t)(FROM + want_from + i))
			return -1;
	return status;
}

TEST(files_are_sent_whole_or_by_one_range)
{
	const size_t all = FILE_BYTES - FROM;

	world_open();
	w.fake.on_request = on_request;
	CHECK_INT(get("/file", answer, sizeof(answer)), 200);
	CHECK(strstr(answer, "Content-Type: video/mp4\r\n"));
	CHECK(!strstr(answer, "X: y"));
	CHECK(strstr(answer, "Accept-Ranges: bytes\r\n"));
	CHECK_INT(range("items=1-2", 0, all), 200);
	CHECK_INT(range("bytes=0-0", 0, 1), 206);
	CHECK_INT(range("bytes=100-199", 100, 100), 206);
	CHECK_INT(range("bytes=70000-", 70000, all - 70000), 206);
	CHECK_INT(range("bytes=-70000", all - 70000, 70000), 206);
	CHECK_INT(range("bytes=-99999999", 0, all), 206);
	CHECK_INT(range("bytes=5-99999999", 5, all - 5), 206);
	released = 0;
	CHECK_INT(get("/empty", answer, sizeof(answer)), 200);
	CHECK(TURN_UNTIL(released == 1));
	world_close();
}

TEST(abusive_ranges_are_answered_416)
{
	static const char *const ranges[] = {"bytes=", "bytes=-", "bytes=-0", "bytes=9-5", "bytes=0-1,3-4",
		"bytes=0-0,0-0,0-0", "bytes=999990-", "bytes=99999999999999999999-",
		"bytes=0-99999999999999999999", "bytes= 1-2", "bytes=1-2x", "bytes=--1", "bytes=+1-2"};

	world_open();
	w.fake.on_request = on_request;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		int status = range(ranges[i], 0, 0);

		if (status != 416)
			printf("# %s\n", ranges[i]);
		CHECK_INT(status, 416);
	}
	CHECK(strstr(answer, "Content-Range: bytes */999990\r\n"));
	world_close();
}

TEST(reader_that_leaves_a_file_early_costs_nothing)
{
	world_open();
	w.fake.on_request = on_request;
	released = 0;
	for (int i = 0; i < 20; i++) {
		int fd = dial();

		send_all(fd, "GET /file HTTP/1.1\r\nHost: localhost\r\n\r\n", 40);
		if (i % 2)
			turn_ms(1);
		close(fd);
	}
	CHECK(TURN_UNTIL(!w.fake.stats[STAT_CONNECTIONS]));
	world_close();
}

TEST(reader_that_stalls_in_a_file_is_closed)
{
	int fd, small = 4096;

	world_open();
	w.fake.on_request = on_request;
	fd = dial();
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	send_all(fd, "GET /file HTTP/1.1\r\nHost: localhost\r\n\r\n", 40);
	turn_ms(100);
	CHECK_INT(w.fake.stats[STAT_CONNECTIONS], 1);
	world_later(11);
	CHECK(TURN_UNTIL(!w.fake.stats[STAT_CONNECTIONS]));
	close(fd);
	world_close();
}

TEST(a_disk_that_hangs_is_told_to_who_waits_for_it)
{
	const struct cam_request request = {
		.size = sizeof(request), .method = "GET", .path = "/file", .query = "", .tail = ""};
	int fd;

	world_open();
	w.fake.on_request = on_request;
	w.fake.is_mute = true;
	fd = dial();
	send_all(fd, "GET /file HTTP/1.1\r\nHost: localhost\r\n\r\n", 40);
	CHECK(TURN_UNTIL(w.fake.asked_done));
	world_later(29);
	turn_ms(20);
	CHECK_INT(w.fake.stats[STAT_REFUSED], 0);
	world_later(31);
	read_all(fd, answer, sizeof(answer));
	CHECK(!strncmp(answer, "HTTP/1.1 503 ", 13) && strstr(answer, "within 30 seconds"));
	close(fd);
	CHECK(TURN_UNTIL(!w.fake.stats[STAT_CONNECTIONS]));
	released = 0;
	fake_answer(&w.fake, &request); /* its file is closed, which the end of the test looks for */
	CHECK_INT(released, 1);
	world_close();
}

TEST(a_read_that_outlives_its_connection_costs_nothing)
{
	int fd;

	world_open();
	w.fake.on_request = on_request;
	fd = dial();
	send_all(fd, "GET /file HTTP/1.1\r\nHost: localhost\r\n\r\n", 40);
	for (int64_t end = clock_mono_ns() + 2 * CAM_SECOND; !w.fake.n_reads && clock_mono_ns() < end;)
		uv_run(&w.loop, UV_RUN_NOWAIT);
	CHECK_INT(w.fake.n_reads, 1);
	cam_plugin_1.stop(w.fake.self);
	for (int64_t end = clock_mono_ns() + 2 * CAM_SECOND;
		w.fake.state != CAM_STOPPED && clock_mono_ns() < end;)
		uv_run(&w.loop, UV_RUN_NOWAIT);
	CHECK_INT(w.fake.state, CAM_STOPPED); /* it does not wait for the disk */
	fake_destroy(&w.fake);
	CHECK_INT(uv_loop_close(&w.loop), 0);
	fake_run_reads(&w.fake);
	close(fd);
}

TEST(snapshot_is_the_next_picture)
{
	static const char request[] =
		"GET /api/v1/cameras/front/snapshot.jpg?quality=90 HTTP/1.1\r\nHost: localhost\r\n\r\n";
	struct cam_buf *buf;
	const char *body;
	int fd, i;

	world_open();
	buf = jpeg(3000, 'j');
	fd = dial();
	send_all(fd, request, strlen(request));
	CHECK(TURN_UNTIL(open_subs() == 1));
	i = sub_of("front");
	CHECK_INT(w.fake.subs[i].want.width, 0);
	CHECK_INT(w.fake.subs[i].want.quality, 90);
	CHECK_INT(fake_deliver(&w.fake, (size_t)i, buf), 0);
	CHECK_INT(fake_deliver(&w.fake, (size_t)i, buf), CAM_LATER);
	read_all(fd, answer, sizeof(answer));
	CHECK(strstr(
		answer, "Content-Type: image/jpeg\r\nContent-Length: 3000\r\nCache-Control: no-store\r\n"));
	body = strstr(answer, "\r\n\r\n");
	CHECK(body && strspn(body + 4, "j") == 3000);
	close(fd);
	CHECK(TURN_UNTIL(!open_subs()));
	drop(buf);
	world_close();
}

TEST(snapshot_of_a_silent_camera_ends_with_503)
{
	int fd;

	world_open();
	fd = dial();
	send_all(fd, "GET /api/v1/cameras/yard/snapshot.jpg HTTP/1.1\r\nHost: localhost\r\n\r\n", 68);
	CHECK(TURN_UNTIL(open_subs() == 1));
	world_later(6);
	CHECK_INT(open_subs(), 0);
	read_all(fd, answer, sizeof(answer));
	CHECK(!strncmp(answer, "HTTP/1.1 503 ", 13));
	CHECK(strstr(answer, "within five seconds"));
	close(fd);
	CHECK_INT(get("/api/v1/cameras/nobody/snapshot.jpg", answer, sizeof(answer)), 404);
	CHECK_INT(get("/video_feed?camera=nobody", answer, sizeof(answer)), 404);
	CHECK_INT(get("/video_feed?width=1", answer, sizeof(answer)), 400);
	CHECK_INT(get("/video_feed?fps=1e9", answer, sizeof(answer)), 400);
	world_close();
}

TEST(feed_whose_reader_stalls_is_closed)
{
	struct cam_buf *buf;
	int fd;

	world_open();
	buf = jpeg(16 << 20, 'j');
	fd = dial();
	send_all(fd, "GET /video_feed HTTP/1.1\r\nHost: localhost\r\n\r\n", 46);
	CHECK(TURN_UNTIL(open_subs() == 1));
	world_later(100);
	CHECK_INT(open_subs(), 1); /* a camera may be silent for long */
	CHECK_INT(fake_deliver(&w.fake, 0, buf), 0);
	turn_ms(20);
	world_later(11);
	CHECK_INT(open_subs(), 0);
	CHECK_INT(w.fake.stats[STAT_CLOSED_SLOW], 1);
	CHECK(TURN_UNTIL(!w.fake.stats[STAT_CONNECTIONS]));
	close(fd);
	drop(buf);
	world_close();
}

/* start() with this address. @return what it said; the world is closed again */
static int start_on(const char *address)
{
	int err;

	memset(&w, 0, sizeof(w));
	w.conf = (struct ws_view_conf){address, "", 896, 512, 10, 60, 10};
	CHECK_INT(uv_loop_init(&w.loop), 0);
	w.fake.loop = &w.loop;
	CHECK_INT(fake_create(&w.fake, &cam_plugin_1, &w.conf), 0);
	err = cam_plugin_1.start(w.fake.self);
	if (!err) {
		world_close();
		return 0;
	}
	CHECK_STR(w.fake.option, "listen");
	fake_destroy(&w.fake);
	CHECK_INT(uv_loop_close(&w.loop), 0);
	return err;
}

TEST(an_address_that_cannot_be_had_is_an_error_in_words)
{
	static const char *const bad[] = {"", "5000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999",
		"127.0.0.1:5x", "host.example:5000", "[::1:5000", "[::1]5000"};
	struct sockaddr_in taken = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(taken);
	char address[32];
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(start_on(bad[i]), -EINVAL);
	CHECK_INT(start_on("192.0.2.1:0"), -EADDRNOTAVAIL);
	CHECK_INT(start_on("0.0.0.0:0"), 0);
	CHECK_INT(start_on(":0"), 0);
	CHECK(!bind(fd, (struct sockaddr *)&taken, len) && !listen(fd, 1));
	CHECK(!getsockname(fd, (struct sockaddr *)&taken, &len));
	snprintf(address, sizeof(address), "127.0.0.1:%d", ntohs(taken.sin_port));
	CHECK_INT(start_on(address), -EADDRINUSE);
	CHECK(strstr(w.fake.error, "is taken by another program; stop it or choose another with listen"));
	close(fd);
}

RUN_TESTS(T(files_are_sent_whole_or_by_one_range), T(abusive_ranges_are_answered_416),
	T(a_disk_that_hangs_is_told_to_who_waits_for_it),
	T(a_read_that_outlives_its_connection_costs_nothing),
	T(reader_that_leaves_a_file_early_costs_nothing), T(reader_that_stalls_in_a_file_is_closed),
	T(snapshot_is_the_next_picture), T(snapshot_of_a_silent_camera_ends_with_503),
	T(feed_whose_reader_stalls_is_closed), T(an_address_that_cannot_be_had_is_an_error_in_words))
