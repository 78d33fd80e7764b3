/* SPDX-License-Identifier: MIT */
/** @file transport.h Header fields of answers: Transport, Session, RTP-Info (RFC 2326 12.39, 12.37, 12.33). [any] */
#ifndef CAM_RTSP_IN_TRANSPORT_H
#define CAM_RTSP_IN_TRANSPORT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a Transport says. The hosts that it names are not looked at. */
struct transport {
	bool tcp; /**< RTP/AVP/TCP, or interleaved */
	bool udp; /**< RTP/AVP/UDP, or a server_port */
	bool multicast;
	bool has_channels, has_ssrc;
	uint8_t channel, rtcp_channel;
	uint16_t rtp_port, rtcp_port; /**< 0: not told */
	uint32_t ssrc;
};

/** The first transport of the list. @return 0, or -EPROTO: channels that do not exist */
int transport_read(const char *text, struct transport *ret);

/**
 * @param ret_id visible characters without quotes or commas @param ret_timeout_s unchanged where it is not told
 * @return 0, or -EPROTO: no name of a session
 */
int session_read(const char *text, char ret_id[128], uint32_t *ret_timeout_s);

/** One stream's entry of an RTP-Info. */
struct rtp_info {
	const char *url; /**< ends with no NUL */
	size_t url_len;
	bool has_seq, has_rtptime;
	uint16_t seq;
	uint32_t rtptime;
};
/** @param text moved on @return whether there is a further entry */
bool rtp_info_next(const char **text, struct rtp_info *ret);
/** Is this the stream's? Hosts do not count, and either may be the other's end. @param path of the stream's URL */
bool rtp_info_is_of(const struct rtp_info *, const char *path);
#endif
