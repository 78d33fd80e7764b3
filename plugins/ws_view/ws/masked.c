/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/ws/masked.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* @return the bytes that a frame of this payload begins with: two, the longer length, the mask */
static uint64_t header_bytes(size_t payload)
{
	return 6u + (payload > 125 ? 2u : 0u) + (payload > 65535 ? 6u : 0u);
}

bool masked_bytes_read(int fd, uint64_t *ret)
{
	struct tcp_info info = {0};
	socklen_t info_len = sizeof(info);
	int unread = 0;

	/* In this order bytes that come in meanwhile count as read, never the other way round. */
	if (ioctl(fd, FIONREAD, &unread) || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &info_len) ||
		info_len < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received))
		return false;
	*ret = info.tcpi_bytes_received - (uint64_t)unread;
	return true;
}

bool masked_check(struct masked *m, int fd, size_t len, size_t left)
{
	uint64_t read;

	if (!m->left)
		m->owed += header_bytes(len + left);
	m->owed += len;
	m->left = left;
	return !masked_bytes_read(fd, &read) || read - m->before >= m->owed;
}
