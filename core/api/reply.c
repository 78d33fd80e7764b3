/* SPDX-License-Identifier: MIT */
#include "core/api/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reply_text(struct cam_reply *reply, int status, const char *text)
{
	*reply = (struct cam_reply){
		.size = sizeof(*reply), .status = status, .type = "text/plain; charset=utf-8", .fd = -1};
	reply->data = text;
	reply->len = strlen(text);
}

static void free_data(struct cam_reply *reply)
{
	free(reply->arg);
}

void reply_body(struct cam_reply *reply, const char *type, struct text *body)
{
	size_t len = body->len;
	char *data = text_take(body);

	if (!data) {
		reply_text(reply, 503, "out of memory\n");
		return;
	}
	reply_text(reply, 200, "");
	snprintf(reply->type, sizeof(reply->type), "%s", type);
	reply->data = reply->arg = data;
	reply->len = len;
	reply->release = free_data;
}
