/* SPDX-License-Identifier: MIT */
/** @file server.h The server: one configuration, run until a signal ends it. */
#ifndef CAM_APP_SERVER_H
#define CAM_APP_SERVER_H
#include "core/base/log.h"
#include "core/config/config.h"

/** What the server runs, and where it gets it anew on SIGHUP. */
struct server_setup {
	struct log *log;
	struct config *config; /**< taken over */
	/** [loop] Load the configuration again. @return 0 and *ret, or -errno with lines in errors */
	int (*load)(void *arg, struct config **ret, struct text *errors);
	void *arg;
};

/**
 * Run. The caller's thread becomes the loop's. SIGTERM and SIGINT end it; SIGHUP reloads the configuration.
 * @return 0 after a signal, 1 when something that is required could not start or the machine is out of something
 */
int server_run(const struct server_setup *setup);
#endif
