/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/session.h"

#include "lib/clock.h"
#include "plugins/rtsp_in/connection.h"
#include "plugins/rtsp_in/dialogue/client.h"
#include "plugins/rtsp_in/receiver.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#define CLOSE_TIMEOUT (CAM_SECOND / 2)
/* RFC 3550 6.2 asks for 5 s between reports at least, more or less for two parties. */
#define REPORT_INTERVAL (5 * CAM_SECOND)
/* A camera's share of a turn of the loop, which all cameras and the web side wait for; looked at so often. */
#define SHARE (2 * CAM_SECOND / 1000)
enum { SHARE_ITEMS = 64 };

struct session {
	struct cam_node *node;
	const struct cam_host *host;
	const struct rtsp_config *config;
	struct url url;
	struct connection_events events;
	struct connection connection;
	struct wire wire;
	struct client client;
	struct receiver receiver; /* once playing */
	uv_timer_t timer;
	int64_t timer_at_ns; /* what the timer waits for; INT64_MAX: nothing. All times: CLOCK_MONOTONIC */
	int64_t now_ns; /* when the callback under way began */
	int64_t read_ns; /* when what it works on was read: a turn of the loop or more before, after a rest */
	int64_t deadline_ns; /* of connecting and agreeing, of taking leave; while playing the receiver has its own */
	int64_t keepalive_at_ns, report_at_ns;
	uint64_t turn; /* of the loop, by its clock, and what this camera has used of it */
	int64_t used_ns;
	bool connected; /* was, at least */
	bool broken; /* no longer */
	bool playing; /* the receiver is open */
	bool ended; /* the host has been told why */
	bool closing;
};

/* ---- the end ---- */

static void end(struct session *s, const struct fault *fault)
{
	if (s->ended || s->closing)
		return;
	s->ended = true;
	if (s->client.retry_after_s)
		s->host->retry_after(s->node, s->client.retry_after_s * CAM_SECOND);
	s->host->error(s->node, fault->err, fault->option, "%s", fault->text);
	s->host->fail(s->node, fault->err);
}

static const struct fault *late(const struct session *s)
{
	static const struct fault open = {-ETIMEDOUT, "url",
		"the camera does not answer in time; check host and port, or raise open_timeout"};
	static const struct fault no_name = {-ETIMEDOUT, "url",
		"no name server has told the host's address in time; check the network's name server, or "
		"write the address into the URL"};

	if (s->connection.lookup)
		return &no_name;
	if (s->client.state != CLIENT_PLAYING)
		return &open;
	return receiver_late(&s->receiver, s->now_ns);
}

static void on_timer_closed(uv_handle_t *timer)
{
	struct session *s = timer->data;

	connection_close(&s->connection);
}

static void close_all(struct session *s)
{
	if (!uv_is_closing((uv_handle_t *)&s->timer))
		uv_close((uv_handle_t *)&s->timer, on_timer_closed);
}

/* ---- timers ---- */

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Of what the session waits for. */
static int64_t deadline(const struct session *s)
{
	return s->playing && !s->closing ? s->receiver.deadline_ns : s->deadline_ns;
}

static int64_t next_time(const struct session *s)
{
	int64_t t = deadline(s);

	if (s->client.state != CLIENT_PLAYING || s->ended)
		return t;
	t = sooner(t, sooner(s->keepalive_at_ns, s->report_at_ns));
	return sooner(t, receiver_expires_ns(&s->receiver));
}

static void on_timer(uv_timer_t *timer);

/* The timer fires when the next thing is due, or before it: then it is set anew. */
static void arm(struct session *s)
{
	int64_t at = next_time(s), left = at - s->now_ns;

	if (at >= s->timer_at_ns)
		return;
	s->timer_at_ns = at;
	uv_timer_start(&s->timer, on_timer, left > 0 ? (uint64_t)(left / 1000000) + 1 : 0, 0);
}

static void flush(struct session *s)
{
	size_t len = s->client.out_len;

	s->client.out_len = 0;
	/* What cannot be sent is not answered: then there is a deadline, or an end to be read. */
	if (len)
		connection_send(&s->connection, s->client.out, len);
	arm(s);
}

static void send_reports(struct session *s)
{
	uint8_t packet[4 + 64] = {'$'};

	for (unsigned i = 0; i < CLIENT_TRACKS; i++) {
		const struct client_track *t = &s->client.track[i];
		size_t len = receiver_report(&s->receiver, i, s->now_ns, packet + 4);

		if (!len)
			continue;
		packet[1] = t->rtcp_channel;
		packet[3] = (uint8_t)len;
		if (!t->udp)
			connection_send(&s->connection, packet, 4 + len);
		else if (t->rtcp_port)
			connection_send_to(&s->connection, i, true, t->rtcp_port, packet + 4, len);
	}
}

static void do_what_is_due(struct session *s)
{
	const struct fault *fault;

	if (s->now_ns >= s->keepalive_at_ns) {
		s->keepalive_at_ns = s->now_ns + s->client.keepalive_ns;
		client_keepalive(&s->client);
	}
	if (s->now_ns >= s->report_at_ns) {
		s->report_at_ns = s->now_ns + REPORT_INTERVAL;
		send_reports(s);
	}
	fault = receiver_expire(&s->receiver, s->now_ns);
	if (fault)
		end(s, fault);
}

static void on_timer(uv_timer_t *timer)
{
	struct session *s = timer->data;

	s->now_ns = clock_mono_ns();
	s->timer_at_ns = INT64_MAX;
	if (s->now_ns < deadline(s)) {
		if (s->client.state == CLIENT_PLAYING && !s->ended)
			do_what_is_due(s);
		flush(s);
	} else if (s->closing) {
		close_all(s);
	} else {
		end(s, late(s));
	}
}

/* ---- the connection ---- */

static uint16_t bind_pair(void *arg, unsigned track)
{
	struct session *s = arg;

	return connection_bind_pair(&s->connection, track);
}

static void fill_random(void *arg, void *ret, size_t len)
{
	(void)arg;
	while (getrandom(ret, len, 0) < 0 && errno == EINTR)
		;
}

static void on_connected(void *arg)
{
	struct session *s = arg;
	struct client_config config = {.url = &s->url,
		.udp = s->config->transport == TRANSPORT_UDP,
		.audio = s->config->audio,
		.bind_pair = bind_pair,
		.random = fill_random,
		.arg = s};

	s->connected = true;
	client_begin(&s->client, &config, &s->wire);
	flush(s);
}

static uint8_t *room(void *arg, size_t *ret_len)
{
	struct session *s = arg;

	return wire_room(&s->wire, ret_len);
}

/* Firewalls let answers in: an RTP packet of nothing, and an empty receiver report (RFC 3550 5.1, 6.4.2). */
static void open_firewall(struct session *s, unsigned track)
{
	static const uint8_t rtp[12] = {0x80}, report[8] = {0x80, 201, 0, 1};
	const struct client_track *t = &s->client.track[track];

	if (t->rtp_port)
		connection_send_to(&s->connection, track, false, t->rtp_port, rtp, sizeof(rtp));
	if (t->rtcp_port)
		connection_send_to(&s->connection, track, true, t->rtcp_port, report, sizeof(report));
}

/* The camera has agreed to send: from here on it has to. @return why the session ends, or NULL */
static const struct fault *begin_to_play(struct session *s)
{
	uint32_t ssrc;

	s->keepalive_at_ns = s->now_ns + s->client.keepalive_ns;
	s->report_at_ns = s->now_ns + REPORT_INTERVAL;
	for (unsigned i = 0; i < CLIENT_TRACKS; i++) {
		if (s->client.track[i].used && s->client.track[i].udp)
			open_firewall(s, i);
		else
			connection_drop_pair(&s->connection, i);
	}
	fill_random(s, &ssrc, sizeof(ssrc));
	s->playing = true;
	return receiver_open(&s->receiver, s->node, s->host, s->config, &s->client, ssrc, s->now_ns);
}

/* @return why the session ends, or NULL */
static const struct fault *take_message(struct session *s, const struct wire_item *item)
{
	const struct fault *fault = client_take(&s->client, item);

	if (!fault && s->client.state == CLIENT_PLAYING && !s->playing)
		fault = begin_to_play(s);
	flush(s);
	return fault;
}

/* The camera's share of this turn of the loop is used up. Time passes with items. */
static bool is_enough(const struct session *s, unsigned items)
{
	return items % SHARE_ITEMS == 0 && clock_mono_ns() - s->now_ns + s->used_ns > SHARE;
}

/* @return why the session ends, or NULL: there is no whole item left, or, if *ret_more, it is another's turn */
static const struct fault *take_items(struct session *s, bool *ret_more)
{
	const struct fault *fault;
	struct wire_item item;

	*ret_more = false;
	for (unsigned n = 1;; n++) {
		fault = wire_next(&s->wire, &item);
		if (fault || item.kind == WIRE_MORE)
			return fault;
		if (item.kind != WIRE_FRAME && (!s->ended || s->closing))
			fault = take_message(s, &item);
		else if (item.kind == WIRE_FRAME && s->playing && !s->ended && !s->closing)
			fault = receiver_take_frame(&s->receiver, item.channel, item.data, item.len,
				(struct receiver_times){s->now_ns, s->read_ns});
		*ret_more = !fault && is_enough(s, n);
		if (fault || *ret_more)
			return fault;
	}
}

static void on_bytes(void *arg, size_t len)
{
	struct session *s = arg;
	uint64_t turn = uv_now(s->timer.loop);
	const struct fault *fault;
	bool more;

	if (turn != s->turn)
		s->used_ns = 0;
	s->turn = turn;
	s->now_ns = clock_mono_ns();
	if (len)
		s->read_ns = s->now_ns;
	wire_filled(&s->wire, len);
	fault = take_items(s, &more);
	if (s->closing && (fault || s->client.state == CLIENT_CLOSED))
		close_all(s);
	else if (fault)
		end(s, fault);
	else
		arm(s);
	s->used_ns += clock_mono_ns() - s->now_ns;
	if (more || s->used_ns > SHARE)
		connection_rest(&s->connection);
}

static void on_datagram(void *arg, unsigned track, bool rtcp, const uint8_t *data, size_t len)
{
	struct session *s = arg;
	const struct fault *fault;

	if (s->ended || s->closing || !s->playing)
		return;
	s->now_ns = s->read_ns = clock_mono_ns();
	fault = receiver_take_packet(
		&s->receiver, track, rtcp, data, len, (struct receiver_times){s->now_ns, s->read_ns});
	if (fault)
		end(s, fault);
	arm(s);
}

static void on_broken(void *arg, int err)
{
	struct session *s = arg;

	s->broken = true;
	if (s->closing)
		close_all(s);
	else
		end(s, s->connected ? fault_of_stream(err) : fault_of_connect(err));
}

static void on_closed(void *arg)
{
	struct session *s = arg;

	s->host->state(s->node, CAM_STOPPED);
}

/* ---- its life ---- */

struct session *session_new(
	struct cam_node *node, const struct cam_host *host, const struct rtsp_config *config)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->node = node;
	s->host = host;
	s->config = config;
	s->timer_at_ns = INT64_MAX;
	if (wire_init(&s->wire)) {
		free(s);
		return NULL;
	}
	url_parse(config->url, config->user, config->password, &s->url);
	return s;
}

void session_free(struct session *s)
{
	receiver_close(&s->receiver, s->host);
	wire_free(&s->wire);
	free(s);
}

void session_start(struct session *s)
{
	uv_loop_t *loop = s->host->loop(s->node);

	s->events = (struct connection_events){
		on_connected, room, on_bytes, on_datagram, on_broken, on_closed, s};
	s->host->stat(s->node, STAT_SESSIONS, 1);
	s->now_ns = clock_mono_ns();
	s->deadline_ns = s->now_ns + s->config->open_timeout_ns;
	uv_timer_init(loop, &s->timer);
	s->timer.data = s;
	arm(s);
	connection_open(&s->connection, loop, s->url.host, s->url.port, &s->events);
}

void session_stop(struct session *s)
{
	s->closing = true;
	s->now_ns = clock_mono_ns();
	s->deadline_ns = s->now_ns + CLOSE_TIMEOUT;
	if (receiver_is_midway(&s->receiver))
		s->host->stat(s->node, STAT_UNFINISHED, 1);
	if (s->connected && !s->broken)
		client_close(&s->client);
	if (!s->connected || s->broken || s->client.state == CLIENT_CLOSED)
		close_all(s);
	else
		flush(s);
}
