/* SPDX-License-Identifier: MIT */
#include "core/config/match.h"

#include "lib/glob.h"

bool config_sees(const struct config_node *node, const char *camera)
{
	return glob_list_matches(node->from ? node->from : "*", camera);
}

bool config_user_sees(const struct config_user *user, const char *camera)
{
	return glob_list_matches(user->cameras, camera);
}
