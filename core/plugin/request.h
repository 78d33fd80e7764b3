/* SPDX-License-Identifier: MIT */
/** @file request.h A copy of a request that lives as long as somebody works on it. [any] */
#ifndef CAM_PLUGIN_REQUEST_H
#define CAM_PLUGIN_REQUEST_H
#include <cam/plugin.h>

/** The most headers of a request that are read. */
enum { REQUEST_MAX_HEADERS = 64 };

/** Immutable but for `asked.who`, which is set before anybody else has a reference. */
struct request {
	struct cam_request asked; /**< all of it; tail and camera are "" */
	const struct cam_header *harmless; /**< its headers, without those by which somebody logs in */
};

/** @return a reference to a copy, whose `who` is another reference; NULL without memory */
struct request *request_new(const struct cam_request *);
struct request *request_ref(struct request *);
/** NULL is allowed. */
void request_unref(struct request *);
/** @return the value of a header, NULL if it is not there; of several of this name the first @param name in lower case */
const char *request_header(const struct cam_request *, const char *name);
#endif
