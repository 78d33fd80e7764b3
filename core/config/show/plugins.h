/* SPDX-License-Identifier: MIT */
/** @file plugins.h The plugins that can be used, for what is told of all of them. [loop] */
#ifndef CAM_CONFIG_SHOW_PLUGINS_H
#define CAM_CONFIG_SHOW_PLUGINS_H
#include "core/config/config.h"

/** The plugins that can be used, by kind and name. */
struct plugin_list {
	const struct cam_plugin **items; /**< owned by the list; what they point to is not */
	size_t n, room;
	bool failed; /**< without memory */
};

/** Find them all; those that cannot be loaded are left out. */
void plugin_list_fill(struct plugin_list *, const struct config_plugins *);
void plugin_list_free(struct plugin_list *);
/** @return the plugin of that name, NULL if there is none */
const struct cam_plugin *plugin_list_find(const struct plugin_list *, const char *name);
#endif
