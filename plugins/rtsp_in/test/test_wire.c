/* SPDX-License-Identifier: MIT */
/* The byte stream of a connection, cut into messages and frames. */
#include "plugins/rtsp_in/dialogue/wire.h"
#include "tests/check.h"

#include <errno.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct wire w;
static struct wire_item item;

static void begins(void)
{
	wire_free(&w);
	CHECK_INT(wire_init(&w), 0);
	w.known[0] = w.known[1] = true;
}

/* All at once, as one read would bring it. */
static void comes(const void *data, size_t len)
{
	size_t room;
	uint8_t *to = wire_room(&w, &room);

	CHECK(len <= room);
	memcpy(to, data, len);
	wire_filled(&w, len);
}

#define COMES(text) comes(text, sizeof(text) - 1)

static void next_is(enum wire_kind kind)
{
	const struct fault *fault = wire_next(&w, &item);

	CHECK_STR(fault ? fault->text : "", "");
	CHECK_INT(item.kind, kind);
}

static void next_is_a_fault(void)
{
	const struct fault *fault = wire_next(&w, &item);

	CHECK(fault);
	CHECK_INT(fault->err, -EPROTO);
}

static const char frame[] = "$\0\0\x0c\x80\x60\0\1\0\0\0\2\0\0\0\3";
enum { FRAME = 16 };

TEST(messages_and_frames_come_out_in_order)
{
	begins();
	COMES("RTSP/1.0 200 OK\r\nCSeq: 1\r\ncontent-length:5\r\n\r\nv=0$\n");
	comes(frame, FRAME);
	COMES("\r\n$\1\0\0OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n");
	next_is(WIRE_ANSWER);
	CHECK_INT(item.status, 200);
	CHECK(item.len == 5 && !memcmp(item.data, "v=0$\n", 5));
	CHECK_STR(wire_header(&item, "cseq", 0), "1");
	CHECK(!wire_header(&item, "cseq", 1) && !wire_header(&item, "x", 0));
	next_is(WIRE_FRAME);
	CHECK(item.channel == 0 && item.len == 12 && !memcmp(item.data, frame + 4, 12));
	CHECK(item.data > w.buf && item.data < w.buf + WIRE_ROOM);
	next_is(WIRE_FRAME);
	CHECK(item.channel == 1 && !item.len);
	next_is(WIRE_REQUEST);
	CHECK_STR(item.method, "OPTIONS");
	CHECK_STR(wire_header(&item, "CSeq", 0), "9");
	next_is(WIRE_MORE);
	CHECK_INT(w.skipped, 0);
}

TEST(headers_are_taken_as_cameras_write_them)
{
	begins();
	COMES("RTSP/1.0 200\nA:1\nB :\t2 \r\nLine without a colon\r\nC: x\r\n\t y\r\n  z\r\nD:\r\nA: "
	      "3\n:e\n\n");
	next_is(WIRE_ANSWER);
	CHECK_STR(wire_header(&item, "a", 0), "1");
	CHECK_STR(wire_header(&item, "A", 1), "3");
	CHECK_STR(wire_header(&item, "b", 0), "2");
	CHECK_STR(wire_header(&item, "C", 0), "x  \t y    z");
	CHECK_STR(wire_header(&item, "D", 0), "");
	CHECK_INT(item.n_headers, 6);
	CHECK_INT(item.len, 0);
}

TEST(content_lengths_are_numbers_within_the_limit)
{
	static const char *const bad[] = {"Content-Length: -1", "Content-Length: 65537",
		"Content-Length: 2147483648", "Content-Length: 99999999999999999999", "Content-Length: 5x",
		"Content-Length: +5", "Content-Length:", "Content-Length: 5\r\nContent-Length: 5",
		"Content-Length: 0x5", "Content-Length: 5 5"};
	char text[256];

	for (size_t i = 0; i < COUNT(bad); i++) {
		begins();
		snprintf(text, sizeof(text), "RTSP/1.0 200 OK\r\n%s\r\n\r\nv=0\r\n", bad[i]);
		comes(text, strlen(text));
		next_is_a_fault();
	}
	begins();
	COMES("RTSP/1.0 200 OK\r\nContent-Length: 65536\r\n\r\n");
	next_is(WIRE_MORE);
}

TEST(a_stream_in_single_bytes_gives_the_same_items)
{
	static const char text[] = "RTSP/1.0 404 Not Found\r\nA: b\r\n c\r\nContent-Length: 3\r\n\r\n$\0x"
				   "$\0\0\x0c\x80\x60\0\1\0\0\0\2\0\0\0\3PLAY_NOTIFY rtsp://h RTSP/1.0\n\n"
				   "$\7\0\x02xx\r\nRTSP/1.0 100 x\r\n\r\n";
	enum wire_kind kinds[8];
	unsigned n = 0;

	begins();
	for (size_t i = 0; i + 1 < sizeof(text); i++) {
		comes(text + i, 1);
		CHECK(!wire_next(&w, &item));
		if (item.kind != WIRE_MORE)
			kinds[n++] = item.kind;
	}
	CHECK_INT(n, 4);
	CHECK(kinds[0] == WIRE_ANSWER && kinds[1] == WIRE_FRAME && kinds[2] == WIRE_REQUEST);
	CHECK(kinds[3] == WIRE_ANSWER && item.status == 100);
	CHECK_INT(w.skipped, 0);
}

TEST(frames_of_other_channels_are_left_out_whole)
{
	uint8_t other[4 + 60000] = {'$', 9, 60000 >> 8, 60000 & 255};

	memset(other + 4, '$', 60000);
	begins();
	for (int i = 0; i < 20; i++) {
		comes(other, 30000);
		next_is(WIRE_MORE);
		comes(other + 30000, sizeof(other) - 30000);
		comes(frame, FRAME);
		next_is(WIRE_FRAME);
		next_is(WIRE_MORE);
	}
	CHECK_INT(w.skipped, 0);
}

TEST(after_garbage_the_next_message_or_frame_of_rtp_is_found)
{
	begins();
	comes(frame, FRAME);
	COMES("$\xff\xff\0\x12$\0$\0\0\1x$\0\0\x0cnorange$\5\0\x0c\x80");
	comes(frame, FRAME);
	next_is(WIRE_FRAME);
	next_is(WIRE_MORE); /* what begins with the channel 255 takes 65,280 bytes along */
	begins();
	comes(frame, FRAME);
	COMES("\xff\0\x12$\0$\0\0\1x$\0\0\x0cnorange$\5\0\x0c\x80 RTSP RTSP/x OPTIONS");
	comes(frame, FRAME);
	comes(frame, FRAME);
	COMES("garbage again RTSP/1.0 200 OK\r\nCSeq: 4\r\n\r\nfoo OPTIONS * RTSP/1.0\r\n\r\n");
	next_is(WIRE_FRAME);
	next_is(WIRE_FRAME);
	CHECK(!memcmp(item.data, frame + 4, 12));
	next_is(WIRE_FRAME);
	next_is(WIRE_ANSWER);
	CHECK_STR(wire_header(&item, "CSeq", 0), "4");
	next_is(WIRE_REQUEST);
	next_is(WIRE_MORE);
	CHECK(w.skipped > 40 && w.skipped < 100);
}

TEST(a_frame_length_that_lies_costs_what_it_covers)
{
	begins();
	comes(frame, FRAME);
	COMES("$\0\0\x14\x80\x60\0\1\0\0\0\2\0\0\0\3"); /* eight bytes are missing */
	comes(frame, FRAME);
	comes(frame, FRAME);
	for (int i = 0; i < 3; i++)
		next_is(WIRE_FRAME);
	CHECK(item.len == 12 && !memcmp(item.data, frame + 4, 12));
	next_is(WIRE_MORE);
	/* What looks like a frame but is followed by garbage is none. */
	begins();
	comes(frame, FRAME);
	COMES("x$\0\0\x08\x80\x60\0\1");
	comes(frame, FRAME);
	next_is(WIRE_FRAME);
	next_is(WIRE_FRAME);
	CHECK(item.len == 12 && !memcmp(item.data, frame + 4, 12));
}

TEST(a_frame_inside_a_message_costs_the_message_only)
{
	begins();
	comes(frame, FRAME);
	COMES("RTSP/1.0 200 OK\r\nCSeq: 1\r\n");
	comes(frame, FRAME);
	comes(frame, FRAME);
	COMES("Session: 5\r\n\r\n");
	comes(frame, FRAME);
	next_is(WIRE_FRAME);
	next_is(WIRE_FRAME);
	next_is(WIRE_FRAME);
	CHECK(!memcmp(item.data, frame + 4, 12));
	next_is(WIRE_FRAME);
	next_is(WIRE_MORE);
}

TEST(what_is_not_rtsp_is_refused_at_once)
{
	static const char *const streams[] = {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n",
		"\x16\x03\x01", "220 ready\r\n", "GET / HTTP/1.1\r\n\r\n", "RTSP/1.0 999 x\r\n\r\n",
		"RTSP/2 200 OK\r\n\r\n"};

	for (size_t i = 0; i < COUNT(streams); i++) {
		begins();
		comes(streams[i], strlen(streams[i]));
		CHECK(wire_next(&w, &item) == &fault_protocol);
	}
}

TEST(endless_heads_and_garbage_end_the_session)
{
	static char text[65536];
	int n = 0;

	memset(text, 'a', sizeof(text));
	begins();
	COMES("RTSP/1.0 200 OK\r\n");
	comes(text, WIRE_HEAD_MAX);
	next_is_a_fault();
	begins();
	COMES("RTSP/1.0 200 OK\r\n");
	for (int i = 0; i < WIRE_HEAD_MAX / 4; i++)
		COMES("a:\r\n");
	next_is_a_fault();
	begins();
	comes(frame, FRAME);
	next_is(WIRE_FRAME);
	for (;; n++) {
		comes(text, sizeof(text));
		if (wire_next(&w, &item))
			break;
		CHECK(item.kind == WIRE_MORE && n < 8);
	}
	CHECK(w.skipped > WIRE_SKIP_MAX && w.skipped < 2 * WIRE_SKIP_MAX);
}

TEST(headers_beyond_the_limit_are_not_looked_at)
{
	begins();
	COMES("RTSP/1.0 200 OK\r\n");
	for (int i = 0; i < 1000; i++)
		COMES("a: b\r\n");
	COMES("c: d\r\n\r\n");
	next_is(WIRE_ANSWER);
	CHECK_INT(item.n_headers, WIRE_HEADERS_MAX);
	CHECK(!wire_header(&item, "c", 0));
}

/* The largest items, while as much as possible comes at once: there is always room, and nothing is moved often. */
TEST(there_is_room_for_the_largest_item_and_a_read)
{
	static uint8_t text[WIRE_ROOM];
	size_t len = (size_t)snprintf(
		(char *)text, sizeof(text), "RTSP/1.0 200 OK\r\nContent-Length: 65536\r\nA: ");
	size_t sent = 0, moved = 0;
	unsigned n = 0;

	memset(text + len, 'x', WIRE_HEAD_MAX - len - 4 + WIRE_BODY_MAX + 4);
	memcpy(text + WIRE_HEAD_MAX - 4, "\r\n\r\n", 4);
	len = WIRE_HEAD_MAX + WIRE_BODY_MAX;
	begins();
	while (n < 50) {
		size_t room, before = w.begin, rest = w.end - w.begin, i;
		uint8_t *to = wire_room(&w, &room);

		moved += w.begin != before ? rest : 0;
		CHECK(room >= WIRE_ROOM / 3);
		for (i = 0; i < room && i < 1000 + n * 1300; i++)
			to[i] = text[(sent + i) % len];
		sent += i;
		wire_filled(&w, i);
		for (;;) {
			CHECK(!wire_next(&w, &item));
			if (item.kind == WIRE_MORE)
				break;
			CHECK(item.kind == WIRE_ANSWER && item.len == WIRE_BODY_MAX);
			n++;
		}
	}
	CHECK(moved < 2 * sent);
}

TEST(nothing_is_left_at_the_end)
{
	begins();
	wire_free(&w);
	CHECK(!w.buf);
	wire_free(&w);
}

RUN_TESTS(T(messages_and_frames_come_out_in_order), T(headers_are_taken_as_cameras_write_them),
	T(content_lengths_are_numbers_within_the_limit), T(a_stream_in_single_bytes_gives_the_same_items),
	T(frames_of_other_channels_are_left_out_whole),
	T(after_garbage_the_next_message_or_frame_of_rtp_is_found),
	T(a_frame_length_that_lies_costs_what_it_covers), T(a_frame_inside_a_message_costs_the_message_only),
	T(what_is_not_rtsp_is_refused_at_once), T(endless_heads_and_garbage_end_the_session),
	T(headers_beyond_the_limit_are_not_looked_at), T(there_is_room_for_the_largest_item_and_a_read),
	T(nothing_is_left_at_the_end))
