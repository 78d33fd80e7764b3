/* SPDX-License-Identifier: MIT */
/**
 * @file source_thread.h
 * A source with a thread of its own (CAM_ON_THREAD): its run() is one session, called again with a growing pause until the
 * node is to stop.
 */
#ifndef CAM_PLUGIN_SOURCE_THREAD_H
#define CAM_PLUGIN_SOURCE_THREAD_H
#include "core/plugin/cam_node.h"

/** [loop] `thread_ended` goes to the loop when the last session is over. @return 0 or -errno */
int source_thread_start(struct cam_node *);
/** [loop] After that. */
void source_thread_join(struct cam_node *);
#endif
