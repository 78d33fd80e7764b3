/* SPDX-License-Identifier: MIT */
/**
 * @file masked.h
 * Whether a client masks its frames, as it must (RFC 6455, 5.1). libwebsockets takes unmasked ones and does not say;
 * but a mask is four bytes a frame, and the kernel counts the bytes that came in: where fewer bytes have been read
 * than masked frames would have, one was not masked. Frames that are not seen here (pings) only hide a lack of bytes.
 */
#ifndef WS_VIEW_MASKED_H
#define WS_VIEW_MASKED_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct masked {
	uint64_t before; /**< bytes that came in before the first frame */
	uint64_t owed; /**< bytes of the frames so far, had they been masked */
	size_t left; /**< of the frame at hand */
};

/** Part of a frame has come: len bytes of payload, `left` more to come. @return false: it was not masked */
bool masked_check(struct masked *, int fd, size_t len, size_t left);
/** @return whether the kernel tells how many bytes of a connection have been read, in *ret */
bool masked_bytes_read(int fd, uint64_t *ret);
#endif
