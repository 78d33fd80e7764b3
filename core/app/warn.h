/* SPDX-License-Identifier: MIT */
/** @file warn.h What the log says of a configuration that comes into force. [loop] */
#ifndef CAM_APP_WARN_H
#define CAM_APP_WARN_H
#include "core/base/log.h"
#include "core/config/config.h"

/** Log each line of a text. */
void warn_lines(struct log *, enum log_level, const char *lines);
/** What is odd about it, and what it will not find on this machine. */
void warn_of_config(struct log *, const struct config *);
/** What differs in it of what the process has read once and for all. */
void warn_of_fixed(struct log *, const struct config_server *in_force, const struct config_server *next);
#endif
