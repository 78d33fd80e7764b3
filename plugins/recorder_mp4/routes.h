/* SPDX-License-Identifier: MIT */
/** @file routes.h  The HTTP side: a list of a camera's recordings, and the files. On the io strand. */
#ifndef CAM_RECORDER_MP4_ROUTES_H
#define CAM_RECORDER_MP4_ROUTES_H
#include <cam/plugin.h>

/**
 * `?camera=NAME&from=SECONDS&to=SECONDS` (Unix time, both optional) as JSON, newest last. Answers for its own camera
 * only: 404 for another; 400 when the query names none, or makes no sense.
 */
int routes_list(
	int dir_fd, const char *camera, const char *folder, const struct cam_request *, struct cam_reply *);
/** The file `<day>/<file>`, which is the request's tail, of its own camera; 404 for whatever is no recording. */
int routes_file(
	int dir_fd, const char *camera, const char *folder, const struct cam_request *, struct cam_reply *);
/** Of these two, in this order. */
extern const struct cam_operation routes_operations[];
#endif
