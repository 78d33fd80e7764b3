/* SPDX-License-Identifier: MIT */
#include "core/config/required.h"

static const struct cam_enum required_values[] = {
	{"auto", CONFIG_AUTO, "a sink or listener ends it, a camera's stage does not"},
	{"true", CONFIG_REQUIRED, "it ends"},
	{"false", CONFIG_OPTIONAL, "it goes on, and is ready without this"},
	{0},
};

const struct cam_opt config_required_option = {"required", CAM_ENUM, 0,
	CAM_INT_AT(struct config_node, required), "auto", 0, 0, NULL, required_values,
	"Whether the server ends when this cannot start; else it is tried again."};

bool config_ends_server(const struct config_node *node)
{
	return node->required == CONFIG_REQUIRED || (node->required == CONFIG_AUTO && !node->camera);
}
