/* SPDX-License-Identifier: MIT */

#include "core/config/compare.h"

#include "core/config/hears.h"
#include "core/config/option/option.h"
#include "core/config/user_options.h"

#include <string.h>

/* @param but flags of the options that may differ */
static bool equal_but(const struct config_node *a, const struct config_node *b, uint32_t but)
{
	const char *from_a = a->from ? a->from : "", *from_b = b->from ? b->from : "";

	if (a->plugin != b->plugin || strcmp(a->path, b->path) != 0 || strcmp(from_a, from_b) != 0 ||
		!hears_equal(a, b))
		return false;
	for (const struct cam_opt *o = a->plugin->options; o && o->name; o++)
		if (!(o->flags & but) && !option_equal(o, a->config, b->config))
			return false;
	return true;
}

bool config_node_equal(const struct config_node *a, const struct config_node *b)
{
	return equal_but(a, b, 0);
}

bool config_node_reloadable(const struct config_node *a, const struct config_node *b)
{
	return equal_but(a, b, CAM_RELOADABLE);
}

bool config_users_equal(const struct config *a, const struct config *b)
{
	if (a->n_users != b->n_users)
		return false;
	for (size_t i = 0; i < a->n_users; i++) {
		if (strcmp(a->users[i].name, b->users[i].name) != 0)
			return false;
		for (const struct cam_opt *o = user_options; o->name; o++)
			if (!option_equal(o, &a->users[i], &b->users[i]))
				return false;
	}
	return true;
}
