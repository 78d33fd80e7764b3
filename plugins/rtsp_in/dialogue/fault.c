/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/dialogue/fault.h"

#include <errno.h>
#include <stddef.h>
#include <uv.h>

const struct fault fault_memory = {-ENOMEM, NULL, "there is no memory left for this camera"};
const struct fault fault_protocol = {
	-EPROTO, "url", "what answers there does not speak RTSP as it should; check host, port and path"};

/* RFC 2326 7.1.1. */
static const struct {
	int status;
	struct fault fault;
} of_status[] = {
	{400, {-EPROTO, "url", "the camera does not understand the request; check the URL"}},
	{401, {-EACCES, "user", "the camera refuses the login; check user and password"}},
	{403, {-EACCES, "user",
		      "the camera forbids this user to watch; check user, password and the user's rights"}},
	{404, {-ENOENT, "url", "the camera has no such stream; check the path in the URL"}},
	{410, {-ENOENT, "url", "the camera has no such stream any more; check the path in the URL"}},
	{453, {-EBUSY, NULL, "the camera has no bandwidth left; stop other viewers, or lower its bit rate"}},
	{454, {-ECONNRESET, NULL, "the camera has forgotten the session; it may have been restarted"}},
	{461, {-ENOTSUP, "transport", "the camera does not offer this transport; try the other one"}},
	{503, {-EBUSY, NULL, "the camera is busy: it may be starting, or have too many viewers"}},
};

const struct fault *fault_of_status(int status)
{
	static const struct fault redirect = {-EPERM, "url",
		"the camera redirects to another address, which is refused; write the final address into the "
		"URL"};
	static const struct fault refusal = {-EPROTO, "transport",
		"the camera refuses the session; check transport, and how many viewers it allows"};
	static const struct fault error = {
		-EPROTO, NULL, "the camera reports an error of its own; it may be starting or overloaded"};

	for (size_t i = 0; i < sizeof(of_status) / sizeof(of_status[0]); i++)
		if (of_status[i].status == status)
			return &of_status[i].fault;
	return status < 400 ? &redirect : status < 500 ? &refusal : &error;
}

/* libuv's errors are -errno, but for those of getaddrinfo() and the end of a stream. */
static const struct {
	int err;
	struct fault fault;
} of_connect[] = {
	{UV_ECONNREFUSED,
		{-ECONNREFUSED, "url",
			"nothing listens at this address; check host and port, and whether RTSP is switched "
			"on"}},
	{UV_EHOSTUNREACH,
		{-EHOSTUNREACH, "url", "there is no way to this host; check the address and the network"}},
	{UV_ENETUNREACH,
		{-EHOSTUNREACH, "url", "there is no way to this network; check the address and the route"}},
	{UV_ETIMEDOUT, {-ETIMEDOUT, "url", "the camera does not answer; check host and port"}},
	{UV_ECONNRESET,
		{-ECONNRESET, NULL, "the camera has closed the connection while it was being set up"}},
	{UV_EPIPE, {-ECONNRESET, NULL, "the camera has closed the connection while it was being set up"}},
	{UV_EOF, {-ECONNRESET, NULL, "the camera has closed the connection while it was being set up"}},
	{UV_ENOMEM, {-ENOMEM, NULL, "there is no memory left for this camera"}},
	{UV_EMFILE,
		{-EMFILE, NULL,
			"there is no file descriptor left for this camera; raise the limit of open files"}},
	{UV_ENFILE,
		{-ENFILE, NULL,
			"there is no file descriptor left for this camera; raise the limit of open files"}},
	{UV_EACCES, {-EPERM, "url", "this host does not allow a connection to there; check its firewall"}},
	{UV_EPERM, {-EPERM, "url", "this host does not allow a connection to there; check its firewall"}},
};

/* Looking a name up has failed: uv.h has these from -3000 to -3014. */
static int is_lookup(int err)
{
	return err <= UV_EAI_ADDRFAMILY && err >= UV_EAI_PROTOCOL;
}

const struct fault *fault_of_connect(int err)
{
	static const struct fault name = {-EHOSTUNREACH, "url",
		"the host's name is not known, or nobody could be asked for it; check the host in the URL"};
	static const struct fault other = {
		-EHOSTUNREACH, "url", "the camera cannot be connected to; check host and port"};

	if (err == UV_EAI_MEMORY)
		return &fault_memory;
	if (is_lookup(err))
		return &name;
	for (size_t i = 0; i < sizeof(of_connect) / sizeof(of_connect[0]); i++)
		if (of_connect[i].err == err)
			return &of_connect[i].fault;
	return &other;
}

const struct fault *fault_of_stream(int err)
{
	static const struct fault closed = {-ECONNRESET, NULL, "the camera has closed the connection"};
	static const struct fault late = {
		-ETIMEDOUT, NULL, "the camera has not been heard of any more; check its network and power"};
	static const struct fault broken = {
		-EPROTO, NULL, "the camera's stream broke: it sends what is not RTSP"};

	switch (err) {
	case UV_EOF:
	case UV_EPIPE:
	case UV_EIO:
	case UV_ECONNRESET:
	case UV_ECONNABORTED:
		return &closed;
	case UV_ETIMEDOUT:
	case UV_EHOSTUNREACH:
	case UV_ENETUNREACH:
	case UV_ENETDOWN:
		return &late;
	case UV_ENOMEM:
	case UV_ENOBUFS:
		return &fault_memory;
	default:
		return &broken;
	}
}
