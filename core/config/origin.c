/* SPDX-License-Identifier: MIT */

#include "core/config/origin.h"

#include "core/config/hears.h"
#include "core/config/option/option.h"

#include <string.h>

const char *config_origin(const struct config *c, const struct config_node *n, const char *option)
{
	const struct node_info *info = &((const struct config_loaded *)(const void *)c)->infos[n - c->nodes];
	const struct cam_opt *o = option ? option_find(n->plugin->options, option) : NULL;

	if (!option)
		return info->origin;
	if (o)
		return info->options[o - n->plugin->options];
	if (!strcmp(option, "from"))
		return info->from;
	if (!strcmp(option, "on"))
		return info->on;
	if (!strcmp(option, config_min_score_option.name))
		return info->min_score;
	return strcmp(option, "required") != 0 ? info->plugin : info->required;
}
