/* SPDX-License-Identifier: MIT */
/* What a request brings along, and answers that come in pieces. */
#include "plugins/ws_view/test/test_lib.h"

#include "lib/clock.h"
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(int fd, const char *text)
{
	send_all(fd, text, strlen(text));
}

static char answer[2 << 20];

TEST(what_a_body_comes_with_is_refused_if_it_is_doubtful)
{
#define HOST " /x HTTP/1.1\r\nHost: localhost\r\n"
	static const struct {
		int status;
		const char *request;
	} cases[] = {
		{411, "POST" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
		{404, "POST" HOST "Content-Length: 4\r\n\r\nabcd"},
		{404, "DELETE" HOST "\r\n"},
		{413, "POST" HOST "Content-Length: 1048577\r\n\r\n"},
		{413, "PUT" HOST "Content-Length: 99999999999999999999999\r\n\r\n"},
		{400, "POST" HOST "Content-Length: -1\r\n\r\n"},
		{400, "POST" HOST "Content-Length: \r\n\r\n"},
		{400, "POST" HOST "Content-Length: 4, 4\r\n\r\nabcd"},
		{400, "POST" HOST "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"},
		{400, "GET" HOST "Content-Length: 4\r\n\r\nabcd"},
		{404, "GET" HOST "Content-Length: 0\r\n\r\n"},
		{417, "POST" HOST "Expect: luck\r\nContent-Length: 4\r\n\r\nabcd"},
		{501, "PATCH" HOST "\r\n"},
		{400, "GET" HOST "Authorization: a\r\nAuthorization: b\r\n\r\n"},
		{403, "POST" HOST "Sec-Fetch-Site: cross-site\r\n\r\n"},
		{403, "DELETE" HOST "Sec-Fetch-Site: same-site\r\n\r\n"},
		{403, "PUT" HOST "Origin: http://localhost:2\r\n\r\n"},
		{404, "POST" HOST "Sec-Fetch-Site: same-origin\r\nOrigin: http://localhost\r\n\r\n"},
		{404, "GET" HOST "Sec-Fetch-Site: cross-site\r\n\r\n"},
	};

	world_open();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = ask(cases[i].request, answer, sizeof(answer));

		if (status != cases[i].status)
			printf("# %s\n", cases[i].request);
		CHECK_INT(status, cases[i].status);
	}
	CHECK_INT(ask("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", answer, sizeof(answer)), 405);
	CHECK(strstr(answer, "\r\nAllow: GET, HEAD\r\n"));
	CHECK_INT(ask("DELETE /video_feed HTTP/1.1\r\nHost: localhost\r\n\r\n", answer, sizeof(answer)), 405);
	world_close();
}

static struct {
	char text[512];
	size_t body_len;
	unsigned sum;
} seen;

static void note_request(struct fake *f, const struct cam_request *r, struct cam_reply *reply)
{
	static const struct cam_header headers[] = {{"x-more", "yes"}, {"content-length", "7"},
		{"x-bad", "a\r\nSet-Cookie: b"}, {"Upper", "no"}, {"cache-control", "max-age=60"},
		{NULL, NULL}};
	size_t n = 0;

	(void)f;
	n += (size_t)snprintf(
		seen.text, sizeof(seen.text), "%s %s?%s from %s:", r->method, r->path, r->query, r->peer);
	for (const struct cam_header *h = r->headers; h && h->name; h++)
		n += (size_t)snprintf(seen.text + n, sizeof(seen.text) - n, " %s=%s", h->name, h->value);
	seen.body_len = r->body_len;
	seen.sum = 0;
	for (size_t i = 0; i < r->body_len; i++)
		seen.sum = seen.sum * 31 + ((const unsigned char *)r->body)[i];
	reply->status = 201;
	reply->headers = headers;
}

TEST(a_request_is_handed_on_with_what_it_brings)
{
	world_open();
	w.fake.on_request = note_request;
	CHECK_INT(ask("POST /api/v1/x?a=b HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic eA==\r\nX-Odd: "
		      "1\r\n"
		      "COOKIE: a=1\r\nContent-Type: application/json\r\nX-Forwarded-For: 1.2.3.4\r\n"
		      "X-Forwarded-For: 5.6.7.8\r\nContent-Length: 2\r\n\r\n{}trailing waste",
			  answer, sizeof(answer)),
		201);
	CHECK_STR(seen.text, "POST /api/v1/x?a=b from 127.0.0.1: authorization=Basic eA== cookie=a=1 "
			     "content-type=application/json"
			     " x-forwarded-for=1.2.3.4 x-forwarded-for=5.6.7.8");
	CHECK_INT(seen.body_len, 2);
	CHECK(strstr(answer, "\r\nx-more: yes\r\n"));
	CHECK(strstr(answer, "\r\ncache-control: max-age=60\r\n"));
	CHECK(strstr(answer, "\r\nContent-Length: 0\r\n"));
	CHECK(!strstr(answer, "content-length"));
	CHECK(!strstr(answer, "Cookie"));
	CHECK(!strstr(answer, "Upper"));
	CHECK(!strstr(answer, "no-store"));
	world_close();
}

TEST(a_body_of_a_megabyte_comes_in_whole_and_one_that_is_slow_does_not)
{
	enum { BYTES = 1 << 20 };
	char *body = malloc(BYTES);
	unsigned sum = 0;
	int fd, slow;

	for (size_t i = 0; body && i < BYTES; i++)
		sum = sum * 31 + (unsigned char)(body[i] = (char)(i * 7 + i / 251));
	CHECK(body);
	world_open();
	w.fake.on_request = note_request;
	fd = dial();
	slow = dial();
	say(slow, "PUT /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nslow");
	say(fd, "PUT /x HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
		"1048576\r\n\r\n");
	turn_ms(20);
	CHECK_INT(read(fd, answer, 25), 25);
	CHECK(!memcmp(answer, "HTTP/1.1 100 Continue\r\n\r\n", 25));
	send_all(fd, body, BYTES);
	CHECK(read_all(fd, answer, sizeof(answer)));
	CHECK(!strncmp(answer, "HTTP/1.1 201 ", 13));
	CHECK_INT(seen.body_len, BYTES);
	CHECK(seen.sum == sum);
	world_later(29);
	CHECK_INT(w.fake.stats[STAT_REFUSED], 0);
	world_later(31);
	CHECK(read_all(slow, answer, sizeof(answer)));
	CHECK(!strncmp(answer, "HTTP/1.1 408 ", 13));
	close(fd);
	close(slow);
	free(body);
	world_close();
}

TEST(bodies_have_a_bound_together)
{
	int fds[16];

	world_open();
	for (int i = 0; i < 16; i++) {
		fds[i] = dial();
		say(fds[i], "PUT /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n\r\n");
	}
	turn_ms(20);
	CHECK_INT(ask("POST" HOST "Content-Length: 1\r\n\r\na", answer, sizeof(answer)), 503);
	close(fds[0]);
	CHECK(TURN_UNTIL(w.fake.stats[STAT_CONNECTIONS] == 15));
	CHECK_INT(ask("POST" HOST "Content-Length: 1\r\n\r\na", answer, sizeof(answer)), 404);
	for (int i = 1; i < 16; i++)
		close(fds[i]);
	world_close();
}

/* ---- in pieces ---- */

static struct {
	int pieces, left, n_released;
	int64_t end; /* what comes after the last piece */
	size_t bytes; /* in a piece */
} maker;

static int64_t more(void *arg, void *to, size_t room)
{
	(void)arg;
	if (maker.left < 0)
		return CAM_AGAIN;
	if (!maker.left)
		return maker.end;
	memset(to, 'a' + maker.pieces++ % 26, room < maker.bytes ? room : maker.bytes);
	maker.left--;
	return (int64_t)(room < maker.bytes ? room : maker.bytes);
}

static void release(struct cam_reply *reply)
{
	(void)reply;
	maker.n_released++;
}

static void stream(struct fake *f, const struct cam_request *r, struct cam_reply *reply)
{
	(void)f;
	reply->status = 200;
	snprintf(reply->type, sizeof(reply->type), "%s",
		r->path[1] == 'e' ? "text/event-stream" : "video/mp4");
	reply->more = more;
	reply->release = release;
}

TEST(a_stream_is_sent_in_chunks_and_ends)
{
	static const char want[] = "\r\n\r\n5\r\naaaaa\r\n5\r\nbbbbb\r\n0\r\n\r\n";

	world_open();
	w.fake.on_request = stream;
	memset(&maker, 0, sizeof(maker));
	maker.left = 2;
	maker.bytes = 5;
	CHECK_INT(get("/events", answer, sizeof(answer)), 200);
	CHECK(strstr(answer, "\r\nTransfer-Encoding: chunked\r\n"));
	CHECK(strstr(answer, "\r\nX-Accel-Buffering: no\r\n"));
	CHECK(strstr(answer, "\r\nCache-Control: no-store\r\n"));
	CHECK(!strstr(answer, "Content-Length"));
	CHECK(strlen(answer) > sizeof(want) && !strcmp(answer + strlen(answer) - sizeof(want) + 1, want));
	CHECK_INT(maker.n_released, 1);
	maker.left = 1;
	CHECK_INT(ask("GET /clip HTTP/1.0\r\n\r\n", answer, sizeof(answer)), 200);
	CHECK(strstr(answer, "\r\n\r\nccccc") && !strstr(answer, "chunked") && !strstr(answer, "Accel"));
	CHECK_INT(maker.n_released, 2);
	maker.left = 1;
	CHECK_INT(ask("HEAD /clip HTTP/1.1\r\nHost: localhost\r\n\r\n", answer, sizeof(answer)), 200);
	CHECK(!strcmp(answer + strlen(answer) - 4, "\r\n\r\n"));
	CHECK_INT(maker.n_released, 3);
	CHECK_INT(maker.left, 1);
	world_close();
}

TEST(a_stream_that_breaks_is_cut_short_and_one_that_waits_lives_on)
{
	int fd;

	world_open();
	w.fake.on_request = stream;
	maker.left = 1;
	maker.bytes = 5;
	maker.end = -5;
	maker.n_released = 0;
	CHECK_INT(get("/clip", answer, sizeof(answer)), 200);
	CHECK(!strstr(answer, "\r\n0\r\n"));
	CHECK_INT(maker.n_released, 1);
	maker.left = -1;
	fd = dial();
	say(fd, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
	turn_ms(20);
	world_later(3600);
	CHECK_INT(w.fake.stats[STAT_CONNECTIONS], 1);
	maker.left = 1;
	turn_ms(20);
	CHECK_INT(maker.left, 0);
	close(fd);
	CHECK(TURN_UNTIL(!w.fake.stats[STAT_CONNECTIONS]));
	CHECK_INT(maker.n_released, 2);
	world_close();
}

TEST(a_reader_that_stalls_holds_the_maker_and_is_closed)
{
	int fd, small = 4096, before;

	world_open();
	w.fake.on_request = stream;
	memset(&maker, 0, sizeof(maker));
	maker.left = 1 << 20;
	maker.bytes = 4096;
	fd = dial();
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	say(fd, "GET /clip HTTP/1.1\r\nHost: localhost\r\n\r\n");
	do { /* until what lies between is full */
		before = maker.pieces;
		turn_ms(100);
	} while (maker.pieces != before);
	CHECK(maker.pieces > 0 && maker.left > 0);
	world_later(11);
	CHECK(TURN_UNTIL(!w.fake.stats[STAT_CONNECTIONS]));
	CHECK_INT(maker.n_released, 1);
	close(fd);
	fd = dial();
	say(fd, "GET /clip HTTP/1.1\r\nHost: localhost\r\n\r\n");
	turn_ms(20);
	world_close(); /* in the midst of it */
	CHECK_INT(maker.n_released, 2);
	close(fd);
}

RUN_TESTS(T(what_a_body_comes_with_is_refused_if_it_is_doubtful),
	T(a_request_is_handed_on_with_what_it_brings),
	T(a_body_of_a_megabyte_comes_in_whole_and_one_that_is_slow_does_not), T(bodies_have_a_bound_together),
	T(a_stream_is_sent_in_chunks_and_ends),
	T(a_stream_that_breaks_is_cut_short_and_one_that_waits_lives_on),
	T(a_reader_that_stalls_holds_the_maker_and_is_closed))
