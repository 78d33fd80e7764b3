/* SPDX-License-Identifier: MIT */
/** @file server.h The server: one configuration, run until a signal ends it. */
#ifndef CAM_APP_SERVER_H
#define CAM_APP_SERVER_H
#include "core/base/log.h"
#include "core/config/config.h"

/**
 * Run. The caller's thread becomes the loop's; SIGTERM and SIGINT end it.
 * @return 0 after a signal, 1 when something that is required could not start or the machine is out of something
 */
int server_run(const struct config *config, struct log *log);
#endif
