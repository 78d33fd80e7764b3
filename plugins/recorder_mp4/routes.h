/* SPDX-License-Identifier: MIT */
/** @file routes.h  The HTTP side: a list of a camera's recordings, and the files. On the io strand. */
#ifndef CAM_RECORDER_MP4_ROUTES_H
#define CAM_RECORDER_MP4_ROUTES_H
#include "plugins/recorder_mp4/recorder.h"

/**
 * `?camera=NAME&from=SECONDS&to=SECONDS` (Unix time, both optional) as JSON, newest last. Answers for its own camera
 * only: 404 for another; 400 when the query names none, or makes no sense. What began before who asks may see is not there.
 */
int routes_list(const struct recorder *, const struct cam_request *, struct cam_reply *);
/** The file `<day>/<file>`, which is the request's tail, of its own camera; 404 for whatever is no recording, or not for who asks. */
int routes_file(const struct recorder *, const struct cam_request *, struct cam_reply *);
/** Of these two, in this order. */
extern const struct cam_operation routes_operations[];
#endif
