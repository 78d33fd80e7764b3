/* SPDX-License-Identifier: MIT */
/**
 * @file backlog.h
 * What the whole server has to do with packets that wait: how much memory they may take, and saying now and then who
 * has lost some of them. All calls are [loop].
 */
#ifndef CAM_APP_BACKLOG_H
#define CAM_APP_BACKLOG_H
#include "core/base/log.h"
#include "core/bus/budget.h"
#include "core/config/config.h"

struct backlog {
	struct budget budget;
	struct log *log;
	unsigned long long dropped; /**< when it was last told of */
	int64_t told_ns; /**< 0: never */
};

void backlog_init(struct backlog *, const struct config_server *, struct log *log);
/** No camera is left. */
void backlog_destroy(struct backlog *);
/** Another configuration comes into force. */
void backlog_set(struct backlog *, const struct config_server *);
/** Once a second: tell at once that packets were dropped, then once a minute. */
void backlog_look(struct backlog *);
#endif
