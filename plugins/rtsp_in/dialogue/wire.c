/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/dialogue/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	START_MAX = 2048, /* bytes of a start line: a URL of 1024 and as much again */
	METHOD_MAX = 20,
	ANSWER_MIN = 12, /* "RTSP/1.0 200" */
	FRAME_HEAD = 4, /* '$', channel, length: RFC 2326 10.12 */
	RTCP_MIN = 8 /* RFC 3550 6.4: the shortest packet of either kind */
};

/* What is at w->begin. */
enum look {
	LOOK_WHOLE, /* an item */
	LOOK_PART, /* the beginning of one */
	LOOK_AGAIN, /* something of no interest, which has been left out */
	LOOK_GARBAGE, /* w->scanned bytes of it */
	LOOK_BAD /* a message that breaks a limit */
};

int wire_init(struct wire *w)
{
	memset(w, 0, sizeof(*w));
	w->buf = malloc(WIRE_ROOM);
	return w->buf ? 0 : -ENOMEM;
}

void wire_free(struct wire *w)
{
	free(w->buf);
	w->buf = NULL;
	w->begin = w->end = 0;
}

uint8_t *wire_room(struct wire *w, size_t *ret_len)
{
	if (w->begin == w->end) {
		w->begin = w->end = 0;
	} else if (WIRE_ROOM - w->end < WIRE_ROOM / 3) {
		/* The largest item leaves so much room behind it that this happens once in 49,152 bytes at most. */
		memmove(w->buf, w->buf + w->begin, w->end - w->begin);
		w->end -= w->begin;
		w->begin = 0;
	}
	*ret_len = WIRE_ROOM - w->end;
	return w->buf + w->end;
}

void wire_filled(struct wire *w, size_t len)
{
	w->end += len < WIRE_ROOM - w->end ? len : WIRE_ROOM - w->end;
}

/* Go on behind so many bytes: a new item begins there. */
static void advance(struct wire *w, size_t len)
{
	w->begin += len;
	w->has_head = w->has_prefix = false;
	w->scanned = w->line = 0;
	w->lines = 0;
}

static bool is_start(uint8_t c)
{
	return c == '$' || c == '\r' || c == '\n' || (c >= 'A' && c <= 'Z');
}

static enum look garbage(struct wire *w, size_t len)
{
	w->scanned = len;
	return LOOK_GARBAGE;
}

static enum look look_frame(struct wire *w, const uint8_t *p, size_t n, struct wire_item *ret)
{
	size_t len;

	if (n >= 2 && w->lost && !w->known[p[1]])
		return garbage(w, 1);
	if (n < FRAME_HEAD)
		return LOOK_PART;
	len = (size_t)p[2] << 8 | p[3];
	if (w->lost && (len < RTCP_MIN || (n > FRAME_HEAD && p[4] >> 6 != 2)))
		return garbage(w, 1);
	if (!w->known[p[1]]) {
		advance(w, FRAME_HEAD);
		w->ignored = len;
		return LOOK_AGAIN;
	}
	if (n < FRAME_HEAD + len)
		return LOOK_PART;
	if (w->lost && n > FRAME_HEAD + len && !is_start(p[FRAME_HEAD + len]))
		return garbage(w, 1);
	ret->kind = WIRE_FRAME;
	ret->channel = p[1];
	ret->data = p + FRAME_HEAD;
	ret->len = len;
	advance(w, FRAME_HEAD + len);
	return LOOK_WHOLE;
}

static bool is_method(const uint8_t *p, size_t len, bool lost)
{
	/* What a camera may ask for: RFC 2326 10. */
	static const char *const methods[] = {"OPTIONS", "GET_PARAMETER", "SET_PARAMETER", "ANNOUNCE",
		"REDIRECT", "TEARDOWN", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "RECORD"};

	if (!lost)
		return len >= 3;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strlen(methods[i]) == len && !memcmp(p, methods[i], len))
			return true;
	return false;
}

/* The byte at `at` follows none but capital letters. @return whether a message may begin so */
static bool prefix_is_good(struct wire *w, const uint8_t *p, size_t at)
{
	if ((p[at] >= 'A' && p[at] <= 'Z') || (p[at] == '_' && at))
		return at < METHOD_MAX;
	w->has_prefix = true;
	w->is_request = p[at] == ' ';
	return w->is_request ? is_method(p, at, w->lost) : at == 4 && !memcmp(p, "RTSP/", 5);
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* "RTSP/1.0" @return its length, or 0 */
static size_t version_len(const uint8_t *p, size_t len)
{
	return len >= 8 && !memcmp(p, "RTSP/", 5) && is_digit(p[5]) && p[6] == '.' && is_digit(p[7]) ? 8 : 0;
}

/* @param len without the line end */
static bool start_line_is_good(struct wire *w, const uint8_t *p, size_t len)
{
	if (w->is_request) {
		while (len && p[len - 1] == ' ')
			len--;
		return len > 12 && p[len - 9] == ' ' && version_len(p + len - 8, 8);
	}
	if (!version_len(p, len) || len < ANSWER_MIN || p[8] != ' ' || !is_digit(p[9]) || !is_digit(p[10]) ||
		!is_digit(p[11]) || (len > ANSWER_MIN && p[ANSWER_MIN] != ' '))
		return false;
	w->status = (p[9] - '0') * 100 + (p[10] - '0') * 10 + p[11] - '0';
	return w->status >= 100 && w->status < 600;
}

/* The first line is none of ours: an answer may begin in it, a request cannot, since it would end with it. */
static enum look skip_line(struct wire *w, const uint8_t *p)
{
	const uint8_t *found = memmem(p + 1, w->scanned - 1, "RTSP/", 5);

	return garbage(w, found ? (size_t)(found - p) : w->scanned);
}

/* A line has ended at w->scanned. @return LOOK_WHOLE: the head too */
static enum look take_line(struct wire *w, const uint8_t *p)
{
	size_t len = w->scanned - w->line;

	if (len && p[w->scanned - 1] == '\r')
		len--;
	if (!w->lines && (!w->has_prefix || !start_line_is_good(w, p, len)))
		return skip_line(w, p);
	w->scanned++;
	w->line = w->scanned;
	w->lines++;
	return len ? LOOK_PART : LOOK_WHOLE;
}

/* @return how many bytes are no message, if that shows at the one that is looked at; 0: it may be one */
static size_t bytes_of_garbage(struct wire *w, const uint8_t *p)
{
	uint8_t c = p[w->scanned];

	if (!w->has_prefix && !prefix_is_good(w, p, w->scanned))
		return 1;
	/* A frame has been put into a message: its '$' came before. */
	if ((c < ' ' && c != '\r' && c != '\t') || c == 0x7f)
		return w->scanned - (p[w->scanned - 1] == '$' ? 1 : 0);
	return !w->lines && w->scanned >= START_MAX ? w->scanned : 0;
}

/* Look at the bytes of a head that have not been looked at. @return LOOK_WHOLE: it ends at w->scanned */
static enum look scan_head(struct wire *w, const uint8_t *p, size_t n)
{
	while (w->scanned < n) {
		enum look look;
		size_t bad;

		if (w->scanned >= WIRE_HEAD_MAX)
			return LOOK_BAD;
		if (p[w->scanned] == '\n') {
			look = take_line(w, p);
			if (look != LOOK_PART)
				return look;
			continue;
		}
		bad = bytes_of_garbage(w, p);
		if (bad)
			return garbage(w, bad);
		w->scanned++;
		if (w->scanned == ANSWER_MIN && !w->lines && !w->is_request && w->has_prefix &&
			!start_line_is_good(w, p, ANSWER_MIN))
			return garbage(w, 1);
	}
	return LOOK_PART;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* Lines that continue the one before, RFC 2326 4.2 by way of RFC 2616 2.2, become part of it. */
static void unfold(uint8_t *p, size_t len)
{
	for (size_t i = 1; i + 1 < len; i++) {
		if (p[i] != '\n' || !is_blank(p[i + 1]))
			continue;
		p[i] = ' ';
		if (p[i - 1] == '\r')
			p[i - 1] = ' ';
	}
}

/* One header line in place; p[end] is its line end. */
static void take_header(struct wire *w, uint8_t *p, size_t begin, size_t end)
{
	uint8_t *colon = memchr(p + begin, ':', end - begin), *name_end = colon;
	size_t value;

	if (!colon || w->n_headers == WIRE_HEADERS_MAX)
		return;
	while (name_end > p + begin && is_blank(name_end[-1]))
		name_end--;
	*name_end = '\0';
	for (value = (size_t)(colon - p) + 1; value < end && is_blank(p[value]);)
		value++;
	while (end > value && (is_blank(p[end - 1]) || p[end - 1] == '\r'))
		end--;
	p[end] = '\0';
	w->header[w->n_headers].name = (uint16_t)begin;
	w->header[w->n_headers++].value = (uint16_t)value;
}

static void take_head(struct wire *w, uint8_t *p)
{
	size_t begin = (size_t)((uint8_t *)memchr(p, '\n', w->head_len) - p) + 1;

	w->n_headers = 0;
	unfold(p + begin - 1, w->head_len - begin + 1);
	if (w->is_request)
		*(uint8_t *)memchr(p, ' ', begin) = '\0';
	while (begin < w->head_len) {
		size_t end = (size_t)((uint8_t *)memchr(p + begin, '\n', w->head_len - begin) - p);

		take_header(w, p, begin, end);
		begin = end + 1;
	}
}

static void fill_item(const struct wire *w, struct wire_item *ret)
{
	const char *p = (const char *)w->buf + w->begin;

	ret->kind = w->is_request ? WIRE_REQUEST : WIRE_ANSWER;
	ret->status = w->is_request ? 0 : w->status;
	ret->method = w->is_request ? p : NULL;
	ret->data = (const uint8_t *)p + w->head_len;
	ret->len = w->body_len;
	ret->n_headers = w->n_headers;
	for (unsigned i = 0; i < w->n_headers; i++)
		ret->header[i] = (struct wire_header){p + w->header[i].name, p + w->header[i].value};
}

/* @return whether it is a number that we take */
static bool body_len(const struct wire_item *item, size_t *ret)
{
	const char *text = wire_header(item, "Content-Length", 0);

	*ret = 0;
	if (!text)
		return true;
	if (!*text || wire_header(item, "Content-Length", 1))
		return false;
	for (; *text; text++) {
		if (!is_digit((uint8_t)*text))
			return false;
		*ret = *ret * 10 + (size_t)(*text - '0');
		if (*ret > WIRE_BODY_MAX)
			return false;
	}
	return true;
}

static enum look look_message(struct wire *w, uint8_t *p, size_t n, struct wire_item *ret)
{
	if (!w->has_head) {
		enum look look = scan_head(w, p, n);

		if (look != LOOK_WHOLE)
			return look;
		w->has_head = true;
		w->head_len = w->scanned;
		w->body_len = 0;
		take_head(w, p);
		fill_item(w, ret);
		if (!body_len(ret, &w->body_len))
			return LOOK_BAD;
	}
	if (n < w->head_len + w->body_len)
		return LOOK_PART;
	fill_item(w, ret);
	advance(w, w->head_len + w->body_len);
	return LOOK_WHOLE;
}

static enum look look(struct wire *w, struct wire_item *ret)
{
	uint8_t *p = w->buf + w->begin;
	size_t n = w->end - w->begin;

	if (w->ignored) {
		size_t len = n < w->ignored ? n : w->ignored;

		w->ignored -= len;
		advance(w, len);
		return LOOK_AGAIN;
	}
	if (*p == '$')
		return look_frame(w, p, n, ret);
	if (*p == '\r' || *p == '\n') {
		advance(w, 1);
		return LOOK_AGAIN;
	}
	return look_message(w, p, n, ret);
}

const struct fault *wire_next(struct wire *w, struct wire_item *ret)
{
	while (w->begin < w->end) {
		switch (look(w, ret)) {
		case LOOK_WHOLE:
			w->begun = true;
			w->lost = false;
			return NULL;
		case LOOK_PART:
			ret->kind = WIRE_MORE;
			return NULL;
		case LOOK_AGAIN:
			break;
		case LOOK_GARBAGE:
			w->lost = true;
			w->skipped += w->scanned ? w->scanned : 1;
			advance(w, w->scanned ? w->scanned : 1);
			if (!w->begun)
				return &fault_protocol;
			if (w->skipped > WIRE_SKIP_MAX)
				return fault_of_stream(-EPROTO);
			break;
		default:
			return w->begun ? fault_of_stream(-EPROTO) : &fault_protocol;
		}
	}
	ret->kind = WIRE_MORE;
	return NULL;
}

const char *wire_header(const struct wire_item *item, const char *name, unsigned n)
{
	for (unsigned i = 0; i < item->n_headers; i++)
		if (!strcasecmp(item->header[i].name, name) && !n--)
			return item->header[i].value;
	return NULL;
}
