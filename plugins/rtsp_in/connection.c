/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/connection.h"

#include "plugins/rtsp_in/url.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CLOSE_TIMEOUT CAM_SECOND
/* Media lines of an SDP that are looked at; each costs a SETUP. */
enum { STREAMS_MAX = 8 };

int64_t connection_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * CAM_SECOND + t.tv_nsec;
}

/*
 * A session needs one TCP connection. libavformat asks here for the first time while it makes that one, and looks
 * into its list of allowed protocols before it makes any: without the word, a redirect leads nowhere, and neither a
 * name is looked up nor a byte sent.
 */
static void forbid_more_connections(struct connection *c)
{
	if (c->tcp_word)
		memset(c->tcp_word, '-', 3);
	c->tcp_word = NULL;
	c->connecting = true;
}

static bool is_over(struct connection *c)
{
	if (!c->closing && c->host->stopping(c->node))
		return true;
	return connection_now() >= c->deadline_ns;
}

static int ask(void *arg)
{
	struct connection *c = arg;

	if (c->tcp_word)
		forbid_more_connections(c);
	if (!c->interrupted && is_over(c))
		c->interrupted = true;
	return c->interrupted;
}

void connection_init(struct connection *c, struct cam_node *node, const struct cam_host *host)
{
	memset(c, 0, sizeof(*c));
	c->node = node;
	c->host = host;
}

void connection_deadline(struct connection *c, int64_t ns)
{
	c->deadline_ns = connection_now() + ns;
}

static int set_options(const struct rtsp_config *config, AVDictionary **options)
{
	bool udp = config->transport == TRANSPORT_UDP;
	int err = av_dict_set(options, "rtsp_transport", udp ? "udp" : "tcp", 0);

	if (err >= 0)
		err = av_dict_set(options, "allowed_media_types", config->audio ? "video+audio" : "video", 0);
	/* Packets from any other host than the camera's are not its. */
	if (err >= 0 && udp)
		err = av_dict_set(options, "rtsp_flags", "filter_src", 0);
	return err < 0 ? err : 0;
}

/* @return 0 or AVERROR(ENOMEM) */
static int set_context(struct connection *c, const struct rtsp_config *config)
{
	AVFormatContext *fmt = c->fmt = avformat_alloc_context();

	if (!fmt)
		return AVERROR(ENOMEM);
	fmt->interrupt_callback = (AVIOInterruptCB){ask, c};
	fmt->max_streams = STREAMS_MAX;
	/* Access units are put together in unit.c, with a bound on their size and one copy less. */
	fmt->flags |= AVFMT_FLAG_NOPARSE;
	fmt->protocol_whitelist = av_strdup(config->transport == TRANSPORT_UDP ? "tcp,rtp,udp" : "tcp");
	c->tcp_word = fmt->protocol_whitelist;
	return fmt->protocol_whitelist ? 0 : AVERROR(ENOMEM);
}

static int open_context(struct connection *c, const char *url, AVDictionary **options)
{
	int err;

	c->interrupted = c->connecting = false;
	err = avformat_open_input(&c->fmt, url, av_find_input_format("rtsp"), options);
	c->tcp_word = NULL;
	if (err < 0 && c->interrupted)
		return CONNECTION_INTERRUPTED;
	/* The protocol that a redirect asks for is not allowed, which libavformat calls an invalid argument. */
	if (err == AVERROR(EINVAL) && c->connecting)
		return CONNECTION_REDIRECTED;
	if (err < 0)
		return err;
	if (strcmp(c->fmt->url, url) != 0)
		return CONNECTION_REDIRECTED;
	return av_dict_count(*options) ? CONNECTION_BAD_OPTION : 0;
}

int connection_open(struct connection *c, const struct rtsp_config *config)
{
	char *url = url_with_login(config->url, config->user, config->password);
	AVDictionary *options = NULL;
	int err = url ? set_options(config, &options) : AVERROR(ENOMEM);

	connection_deadline(c, config->open_timeout_ns);
	if (!err)
		err = set_context(c, config);
	if (!err)
		err = open_context(c, url, &options);
	av_dict_free(&options);
	free(url);
	if (err)
		connection_close(c);
	return err;
}

int connection_read(struct connection *c, AVPacket *packet)
{
	int err;

	/* Packets of another track may keep the calls from ever asking. */
	if (is_over(c))
		return CONNECTION_INTERRUPTED;
	c->interrupted = false;
	err = av_read_frame(c->fmt, packet);
	if (err >= 0)
		return 0;
	return c->interrupted ? CONNECTION_INTERRUPTED : err;
}

void connection_close(struct connection *c)
{
	c->closing = true;
	c->interrupted = false;
	connection_deadline(c, CLOSE_TIMEOUT);
	avformat_close_input(&c->fmt);
}
