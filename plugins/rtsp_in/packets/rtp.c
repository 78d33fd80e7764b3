/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/packets/rtp.h"

#include "lib/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* RFC 3550 5.1 */
enum { RTP_VERSION = 2, HEADER = 12, PADDED = 0x20, EXTENDED = 0x10, SOURCES = 0x0f, MARKER = 0x80 };

/* One that waits, with its bytes. */
struct rtp_waiting {
	struct rtp_packet packet;
	uint8_t *copy;
};

typedef int take_fn(void *arg, const struct rtp_packet *, bool lost);

int rtp_parse(const uint8_t *data, size_t len, struct rtp_packet *ret)
{
	size_t begin = HEADER, end = len;

	if (len < HEADER || data[0] >> 6 != RTP_VERSION)
		return -EPROTO;
	begin += 4 * (size_t)(data[0] & SOURCES);
	if (data[0] & EXTENDED) {
		if (begin + 4 > len)
			return -EPROTO;
		begin += 4 + 4 * (size_t)be16(data + begin + 2);
	}
	if (data[0] & PADDED) {
		if (!data[len - 1] || data[len - 1] > len)
			return -EPROTO;
		end -= data[len - 1];
	}
	if (begin > end)
		return -EPROTO;
	*ret = (struct rtp_packet){.marker = data[1] & MARKER,
		.payload_type = data[1] & 0x7f,
		.seq = be16(data + 2),
		.time = be32(data + 4),
		.ssrc = be32(data + 8),
		.data = data + begin,
		.len = end - begin};
	return 0;
}

void rtp_init(struct rtp *r, uint8_t payload_type, uint32_t clock, bool reorder)
{
	*r = (struct rtp){.payload_type = payload_type, .clock = clock, .reorder = reorder};
}

static void forget_waiting(struct rtp *r)
{
	for (unsigned i = 0; i < r->n_waiting; i++)
		free(r->waiting[i].copy);
	r->n_waiting = 0;
}

void rtp_free(struct rtp *r)
{
	forget_waiting(r);
	free(r->waiting);
	r->waiting = NULL;
}

/* Hand on the one whose turn it is. Others in the same numbering, comfort noise for instance, are not ours. */
static int hand_on(struct rtp *r, const struct rtp_packet *p, take_fn *take, void *arg)
{
	bool lost = r->gap;

	r->next = (uint16_t)(p->seq + 1);
	if (p->payload_type != r->payload_type)
		return 0;
	r->gap = false;
	return take(arg, p, lost);
}

static int hand_on_first(struct rtp *r, take_fn *take, void *arg)
{
	struct rtp_waiting first = r->waiting[0];
	int err;

	r->n_waiting--;
	for (unsigned i = 0; i < r->n_waiting; i++)
		r->waiting[i] = r->waiting[i + 1];
	r->waiting[r->n_waiting].copy = NULL;
	err = hand_on(r, &first.packet, take, arg);
	free(first.copy);
	return err;
}

/* Those that have waited for what has come now. */
static int hand_on_waiting(struct rtp *r, take_fn *take, void *arg)
{
	int err = 0;

	while (!err && r->n_waiting && r->waiting[0].packet.seq == r->next)
		err = hand_on_first(r, take, arg);
	return err;
}

/* What is missing before this packet does not come any more. */
static void give_up(struct rtp *r, uint16_t seq)
{
	uint16_t missing = (uint16_t)(seq - r->next);

	r->lost += missing;
	r->gap = r->gap || missing;
}

static int give_up_first(struct rtp *r, take_fn *take, void *arg)
{
	int err;

	give_up(r, r->waiting[0].packet.seq);
	err = hand_on_first(r, take, arg);
	return err ? err : hand_on_waiting(r, take, arg);
}

/* Keep a copy, in its place. */
static int wait(struct rtp *r, const struct rtp_packet *p)
{
	uint16_t ahead = (uint16_t)(p->seq - r->next);
	unsigned i = r->n_waiting;
	uint8_t *copy;

	while (i > 0 && (uint16_t)(r->waiting[i - 1].packet.seq - r->next) > ahead)
		i--;
	if (i > 0 && r->waiting[i - 1].packet.seq == p->seq) {
		r->late++;
		return 0;
	}
	if (!r->waiting)
		r->waiting = calloc(RTP_WAIT_MAX, sizeof(r->waiting[0]));
	copy = malloc(p->len ? p->len : 1);
	if (!r->waiting || !copy) {
		free(copy);
		return -ENOMEM;
	}
	if (p->len)
		memcpy(copy, p->data, p->len);
	memmove(r->waiting + i + 1, r->waiting + i, (r->n_waiting - i) * sizeof(r->waiting[0]));
	r->waiting[i] = (struct rtp_waiting){*p, copy};
	r->waiting[i].packet.data = copy;
	r->n_waiting++;
	return 0;
}

/* A number ahead of the one expected. */
static int take_ahead(struct rtp *r, const struct rtp_packet *p, take_fn *take, void *arg)
{
	int err;

	if (!r->reorder) {
		give_up(r, p->seq);
		return hand_on(r, p, take, arg);
	}
	err = wait(r, p);
	if (!err && r->n_waiting == RTP_WAIT_MAX)
		err = give_up_first(r, take, arg);
	return err;
}

/* The first packet, or numbers that have nothing to do with those before. */
static void begin(struct rtp *r, const struct rtp_packet *p)
{
	r->gap = r->started;
	r->started = true;
	r->next = p->seq;
	r->ssrc = p->ssrc;
	r->late_run = 0;
	r->received = r->received_before = r->expected_before = r->cycles = r->jitter16 = 0;
	r->base = r->highest = p->seq;
}

/* RFC 3550 6.4.1 and A.8, in units of the clock. */
static void count(struct rtp *r, const struct rtp_packet *p)
{
	uint64_t ns = (uint64_t)p->arrival_ns;
	uint64_t units = ns / 1000000000 * r->clock + ns % 1000000000 * r->clock / 1000000000;
	uint32_t transit = (uint32_t)units - p->time;
	int32_t change = (int32_t)(transit - r->last_transit);
	uint32_t d = change < 0 ? 0 - (uint32_t)change : (uint32_t)change;

	if (r->received++ && d < 1u << 27)
		r->jitter16 += d - ((r->jitter16 + 8) >> 4);
	r->last_transit = transit;
	if ((int16_t)(p->seq - r->highest) <= 0)
		return;
	if (p->seq < r->highest)
		r->cycles += 65536;
	r->highest = p->seq;
}

/* @return whether this number is so far from the one expected that the sender must have begun anew */
static bool is_new_start(struct rtp *r, const struct rtp_packet *p, int ahead)
{
	return !r->started || p->ssrc != r->ssrc || ahead > RTP_JUMP || ahead < -RTP_JUMP ||
	       (ahead < 0 && r->late_run >= RTP_WAIT_MAX);
}

int rtp_push(struct rtp *r, const struct rtp_packet *p, take_fn *take, void *arg)
{
	int ahead = (int16_t)(p->seq - r->next), err = 0;

	if (is_new_start(r, p, ahead)) {
		if (p->payload_type != r->payload_type)
			return 0;
		while (!err && r->n_waiting)
			err = give_up_first(r, take, arg);
		if (err)
			return err;
		begin(r, p);
		ahead = 0;
	}
	count(r, p);
	if (ahead < 0) {
		r->late++;
		r->late_run++;
		return 0;
	}
	r->late_run = 0;
	if (ahead)
		return take_ahead(r, p, take, arg);
	err = hand_on(r, p, take, arg);
	return err ? err : hand_on_waiting(r, take, arg);
}

int rtp_expire(struct rtp *r, int64_t now_ns, take_fn *take, void *arg)
{
	int err = 0;

	while (!err && rtp_expires_ns(r) <= now_ns)
		err = give_up_first(r, take, arg);
	return err;
}

int64_t rtp_expires_ns(const struct rtp *r)
{
	int64_t first = INT64_MAX;

	for (unsigned i = 0; i < r->n_waiting; i++)
		if (r->waiting[i].packet.arrival_ns < first - RTP_WAIT_NS)
			first = r->waiting[i].packet.arrival_ns + RTP_WAIT_NS;
	return first;
}
