/* SPDX-License-Identifier: MIT */
#include "core/config/user_options.h"

static const struct cam_enum roles[] = {{"view", CAM_VIEW, "see live pictures"},
	{"playback", CAM_PLAYBACK, "and recordings"}, {"control", CAM_CONTROL, "and trigger, move, delete"},
	{"admin", CAM_ADMIN, "and change the server"}, {NULL, 0, NULL}};

const struct cam_opt user_options[] = {
	[USER_HASH] = {"hash", CAM_STRING, CAM_REQUIRED | CAM_SECRET, CAM_STRING_AT(struct config_user, hash),
		NULL, 0, 0, NULL, NULL,
		"What crypt(3) makes of the password, as `cam_server --password` prints it."},
	[USER_ROLE] = {"role", CAM_ENUM, CAM_REQUIRED, CAM_INT_AT(struct config_user, role), NULL, 0, 0, NULL,
		roles, "What the user may do; each holds those before it."},
	[USER_CAMERAS] = {"cameras", CAM_STRING, 0, CAM_STRING_AT(struct config_user, cameras), "*", 0, 0,
		NULL, NULL, "The cameras that the user may see: names with * and ?, by commas or as a list."},
	[USER_SINCE] = {"since", CAM_TIME, 0, CAM_INT_AT(struct config_user, since_ns), "0", 0, 0, NULL, NULL,
		"How far back the user may see recordings, such as 7d; 0: all of them."},
	{0}};
_Static_assert(sizeof(user_options) / sizeof(user_options[0]) - 1 == LOAD_USER_OPTIONS, "each has an origin");
