/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/fault.h"

#include <errno.h>
#include <libavutil/error.h>
#include <stddef.h>

static const struct {
	int averror;
	struct fault fault;
} of_open[] = {
	{AVERROR_HTTP_UNAUTHORIZED,
		{-EACCES, "user", "the camera refuses the login; check user and password"}},
	{AVERROR_HTTP_FORBIDDEN,
		{-EACCES, "user",
			"the camera forbids this user to watch; check user, password and the user's rights"}},
	{AVERROR_HTTP_NOT_FOUND,
		{-ENOENT, "url", "the camera has no such stream; check the path in the URL"}},
	{AVERROR_HTTP_BAD_REQUEST,
		{-EPROTO, "url", "the camera does not understand the request; check the URL"}},
	{AVERROR_HTTP_OTHER_4XX,
		{-EPROTO, "transport",
			"the camera refuses the session; check transport, and how many viewers it allows"}},
	{AVERROR_HTTP_SERVER_ERROR,
		{-EPROTO, NULL, "the camera reports an error of its own; it may be starting or overloaded"}},
	{AVERROR(ECONNREFUSED), {-ECONNREFUSED, "url",
					"nothing listens at this address; check host and port, and whether "
					"RTSP is switched on"}},
	{AVERROR(EHOSTUNREACH),
		{-EHOSTUNREACH, "url", "there is no way to this host; check the address and the network"}},
	{AVERROR(ENETUNREACH),
		{-EHOSTUNREACH, "url", "there is no way to this network; check the address and the route"}},
	{AVERROR(ETIMEDOUT), {-ETIMEDOUT, "url", "the camera does not answer; check host and port"}},
	{AVERROR(ECONNRESET),
		{-ECONNRESET, NULL, "the camera has closed the connection while it was being set up"}},
	{AVERROR_EOF, {-ECONNRESET, NULL, "the camera has closed the connection while it was being set up"}},
	{AVERROR(EIO),
		{-EHOSTUNREACH, "url",
			"the host's name is not known, or the connection broke; check the host in the URL"}},
	{AVERROR(EPROTONOSUPPORT),
		{-ENOTSUP, "transport", "the camera does not offer this transport; try the other one"}},
	{AVERROR(ENOMEM), {-ENOMEM, NULL, "there is no memory left for this camera"}},
};

const struct fault *fault_of_open(int averror)
{
	static const struct fault other = {-EPROTO, "url",
		"what answers there does not speak RTSP as it should; check host, port and path"};

	for (size_t i = 0; i < sizeof(of_open) / sizeof(of_open[0]); i++)
		if (of_open[i].averror == averror)
			return &of_open[i].fault;
	return &other;
}

const struct fault *fault_of_read(int averror)
{
	static const struct fault closed = {-ECONNRESET, NULL, "the camera has closed the connection"};
	static const struct fault memory = {-ENOMEM, NULL, "there is no memory left for this camera"};
	static const struct fault broken = {
		-EPROTO, NULL, "the camera's stream broke: it sends what is not RTSP"};

	switch (averror) {
	case AVERROR_EOF:
	case AVERROR(EPIPE):
	case AVERROR(EIO):
	case AVERROR(EPERM): /* libavformat's -1: the connection ended inside a packet */
	case AVERROR(ECONNRESET):
		return &closed;
	case AVERROR(ENOMEM):
		return &memory;
	default:
		return &broken;
	}
}
