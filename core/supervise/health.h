/* SPDX-License-Identifier: MIT */
/** @file health.h Asking a running server whether it is well: what a container's health check runs. [any], blocks. */
#ifndef CAM_SUPERVISE_HEALTH_H
#define CAM_SUPERVISE_HEALTH_H
#include "lib/text.h"

#define HEALTH_URL "http://127.0.0.1:5000/healthz"
/** How long --health waits for the whole answer, in milliseconds. */
enum { HEALTH_MS = 2000 };

/**
 * GET a URL once.
 * @param url http://ADDRESS[:PORT][/PATH] with a numeric address, so that no name is looked up
 * @return 0 when the answer is 200 within timeout_ms; -EINVAL for a URL that is not understood, or another -errno;
 *         with a line in message in each case
 */
int health_ask(const char *url, int timeout_ms, struct text *message);
#endif
