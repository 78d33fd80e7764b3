/* SPDX-License-Identifier: MIT */
/** @file subscription.h What a node subscribes to. All calls are [node]. */
#ifndef CAM_PLUGIN_SUBSCRIPTION_H
#define CAM_PLUGIN_SUBSCRIPTION_H
#include "core/plugin/cam_node.h"

/** See cam_host.subscribe. @param camera NULL: its own @return 0 and *ret, or -errno */
int subscription_open(struct cam_node *, const char *camera, const struct cam_want *, struct cam_sub **ret);
void subscription_close(struct cam_node *, struct cam_sub *);
void subscription_close_all(struct cam_node *);
/** Deliver what waits on packet subscriptions, so that stopping loses nothing. */
void subscription_drain_all(struct cam_node *);
void *subscription_user(const struct cam_sub *);
#endif
