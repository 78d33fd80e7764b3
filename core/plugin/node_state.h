/* SPDX-License-Identifier: MIT */
/**
 * @file node_state.h
 * How a node is: its state, its last error, whether it works, and which lines of that the log has. [any] unless said
 * otherwise.
 */
#ifndef CAM_PLUGIN_NODE_STATE_H
#define CAM_PLUGIN_NODE_STATE_H
#include <stdarg.h>

#include "core/plugin/cam_node.h"

/** The floor above is told of another state, soon. */
void node_set_state(struct cam_node *, enum cam_state);

/** See cam_host.error. @return err */
__attribute__((format(printf, 4, 0))) int node_set_error(
	struct cam_node *, int err, const char *option, const char *fmt, va_list ap);
/** The last error in words and its option ("" if none). NULL results are allowed. */
void node_error(struct cam_node *, char ret_text[256], char ret_option[64]);
void node_clear_error(struct cam_node *);
/** [loop] Its last error is what it fails of, until it has worked. */
void node_note_fault(struct cam_node *);
/**
 * [loop] Whether a node that is no source does not work, and why: it is not up, or it has failed and not been up for about
 * twice as long since as it was before. So one that comes up only to fail again is not taken for one that works.
 */
bool node_is_faulty(struct cam_node *, char ret_text[256]);

/**
 * Log why it failed, with the pause until the next try: not the same more than once a minute, and as far as flap.h allows.
 */
void node_log_failure(struct cam_node *, int err, int64_t pause_ns);
/** Log that it works, in these words, unless it comes and goes so often that its lines are counted (flap.h). */
void node_log_live(struct cam_node *, const char *line);
/** Once a second: log what there is to say of one whose lines are counted. */
void node_look(struct cam_node *);
/** [loop] Log what failed while the node was to end: nobody else would tell. */
void node_log_loss(struct cam_node *, int err);
/** @return whether it is to keep what it holds: it records, or writes to a disk */
bool node_keeps(const struct cam_node *);
/** Log that it does not end, and is left behind with what it holds. */
void node_log_left(struct cam_node *);
#endif
