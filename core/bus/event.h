/* SPDX-License-Identifier: MIT */
/** @file event.h An event as the bus keeps it: a copy, immutable and counted. [any] */
#ifndef CAM_BUS_EVENT_H
#define CAM_BUS_EVENT_H
#include <cam/plugin.h>

struct event;

/**
 * @return 0, or -EINVAL: its texts are too long or not UTF-8, the topic is no [a-z0-9_]+, a score is none, a box lies
 * outside, `json` is no object, or there is too much of something
 */
int event_check(const struct cam_event *);
/**
 * @param like checked, with camera and node set
 * @param seq its place among all that is told: ascending, an event's id is that of its beginning
 * @return a reference to a copy without its picture, NULL without memory
 */
struct event *event_new(const struct cam_event *like, uint64_t seq);
struct event *event_ref(struct event *);
/** NULL is allowed. */
void event_unref(struct event *);
/** @return its members, as long as the reference; `picture` is NULL */
const struct cam_event *event_is(const struct event *);
uint64_t event_seq(const struct event *);
/** @return roughly how many bytes it takes */
size_t event_bytes(const struct event *);
/**
 * Whether a pattern, "motion", "object.person", "*", names it: a topic and, behind a dot, a label, each with '*' and '?' as
 * lib/glob.h has them.
 */
bool event_matches(const struct cam_event *, const char *pattern);
#endif
