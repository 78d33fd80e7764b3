/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/packets/rtcp.h"

#include "lib/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SENDER_REPORT = 200, RECEIVER_REPORT, DESCRIPTION, GOODBYE };
enum { RTP_VERSION = 2, SENDER_INFO = 28, REPORT_BLOCK = 24, CNAME = 1 };

static uint8_t *put32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (24 - 8 * i));
	return p + 4;
}

/* Seconds since 1900 and a fraction; 0 means that the sender has no clock. */
static void read_report(const uint8_t *p, struct rtcp *ret)
{
	uint64_t seconds = be32(p + 8), fraction = be32(p + 12);

	ret->has_report = seconds;
	ret->ntp_ns = (int64_t)(seconds * 1000000000 + (fraction * 1000000000 >> 32));
	ret->rtp_time = be32(p + 16);
}

int rtcp_parse(struct rtp *r, const uint8_t *data, size_t len, int64_t now_ns, struct rtcp *ret)
{
	const uint8_t *report = NULL;
	struct rtcp is = {0};
	size_t size;

	for (const uint8_t *p = data; len; p += size, len -= size) {
		if (len < 4 || p[0] >> 6 != RTP_VERSION)
			return -EPROTO;
		size = 4 + 4 * (size_t)be16(p + 2);
		if (size > len)
			return -EPROTO;
		if (p[1] == SENDER_REPORT) {
			if (size < SENDER_INFO)
				return -EPROTO;
			report = p;
			read_report(p, &is);
		} else if (p[1] == GOODBYE) {
			is.bye = true;
		}
	}
	if (report) {
		r->sr_middle = be32(report + 10);
		r->sr_at_ns = now_ns;
	}
	*ret = is;
	return 0;
}

/* Since the report before, in 256ths. */
static uint32_t fraction_lost(struct rtp *r, uint32_t expected)
{
	uint32_t expected_now = expected - r->expected_before,
		 received_now = r->received - r->received_before;

	r->expected_before = expected;
	r->received_before = r->received;
	if (!expected_now || received_now >= expected_now)
		return 0;
	return (uint32_t)(((uint64_t)(expected_now - received_now) << 8) / expected_now) & 0xff;
}

/* RFC 3550 6.4.1, A.3 */
static uint8_t *put_block(struct rtp *r, int64_t now_ns, uint8_t *p)
{
	uint32_t expected = r->cycles + r->highest - r->base + 1;
	int32_t lost = (int32_t)(expected - r->received);
	int64_t since = now_ns - r->sr_at_ns;

	if (lost > 0x7fffff)
		lost = 0x7fffff;
	if (lost < -0x800000)
		lost = -0x800000;
	p = put32(p, r->ssrc);
	p = put32(p, fraction_lost(r, expected) << 24 | ((uint32_t)lost & 0xffffff));
	p = put32(p, r->cycles + r->highest);
	p = put32(p, r->jitter16 >> 4);
	p = put32(p, r->sr_middle);
	if (!r->sr_middle || since < 0)
		return put32(p, 0);
	return put32(p, (uint32_t)(((uint64_t)(since / 1000000000) << 16) +
				   ((uint64_t)(since % 1000000000) << 16) / 1000000000));
}

/* A header whose length is that of its packet, in words less one (RFC 3550 6.4.1). */
static void put_header(uint8_t *p, unsigned count, unsigned type, const uint8_t *end)
{
	size_t words = (size_t)(end - p) / 4 - 1;

	p[0] = (uint8_t)(RTP_VERSION << 6 | count);
	p[1] = (uint8_t)type;
	p[2] = (uint8_t)(words >> 8);
	p[3] = (uint8_t)words;
}

size_t rtcp_report(struct rtp *r, uint32_t own_ssrc, int64_t now_ns, uint8_t ret[64])
{
	uint8_t *p = put32(ret + 4, own_ssrc), *description;
	bool known = r->started && r->received;
	char name[9];

	if (known)
		p = put_block(r, now_ns, p);
	put_header(ret, known, RECEIVER_REPORT, p);
	description = p;
	p = put32(p + 4, own_ssrc);
	*p++ = CNAME;
	*p++ = sizeof(name) - 1;
	snprintf(name, sizeof(name), "%08x", (unsigned)own_ssrc);
	memcpy(p, name, sizeof(name) - 1);
	p += sizeof(name) - 1;
	do
		*p++ = 0; /* at least one ends the list of items */
	while ((p - description) % 4);
	put_header(description, 1, DESCRIPTION, p);
	return (size_t)(p - ret);
}
