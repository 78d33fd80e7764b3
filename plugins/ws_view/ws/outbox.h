/* SPDX-License-Identifier: MIT */
/** @file outbox.h Room for a message on its way out, with what libwebsockets wants in front of it. */
#ifndef WS_VIEW_OUTBOX_H
#define WS_VIEW_OUTBOX_H
#include <cam/plugin.h>

/** Zero-initialise it. */
struct outbox {
	const struct cam_host *host;
	uint8_t *room; /**< LWS_PRE bytes, a message */
	size_t room_len;
	const struct cam_buf *picture; /**< the one there, behind a head; a reference */
};

/** @return where the message begins until the next call, or NULL without memory */
uint8_t *outbox_put(struct outbox *, const void *data, size_t len);
/** A picture behind a head: of one that goes to many, one copy is made. @return as above */
uint8_t *outbox_put_picture(struct outbox *, const uint8_t *head, size_t head_len, const struct cam_buf *);
/** Keep no picture for longer than it is of use. */
void outbox_forget(struct outbox *);
void outbox_free(struct outbox *);
#endif
