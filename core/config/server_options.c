/* SPDX-License-Identifier: MIT */

#include "core/config/server_options.h"

#include "core/base/log.h"

static const struct cam_enum levels[] = {{"error", LOG_ERROR, "what fails"},
	{"warn", LOG_WARN, "and what is odd"}, {"info", LOG_INFO, "and each change of state"},
	{"debug", LOG_DEBUG, "and all that helps to find a fault"}, {NULL, 0, NULL}};

static const struct cam_enum anonymous[] = {
	{"auto", CONFIG_ANONYMOUS_AUTO, "none when there are users, else what no login protects"},
	{"none", CONFIG_ANONYMOUS_NONE, "log in"}, {"view", CONFIG_ANONYMOUS_VIEW, "see live pictures"},
	{"playback", CONFIG_ANONYMOUS_PLAYBACK, "and recordings"},
	{"control", CONFIG_ANONYMOUS_CONTROL, "and trigger, move, delete"},
	{"admin", CONFIG_ANONYMOUS_ADMIN, "and change the server"}, {NULL, 0, NULL}};

const struct cam_opt server_options[] = {
	{"log_level", CAM_ENUM, 0, CAM_INT_AT(struct config_server, log_level), "info", 0, 0, NULL, levels,
		"What the log holds."},
	{"cpu_threads", CAM_INT, 0, CAM_INT_AT(struct config_server, cpu_threads), "0", 0, 256, "threads",
		NULL, "Threads that decode, scale and encode; 0: one a core."},
	{"queue_memory", CAM_SIZE, 0, CAM_INT_AT(struct config_server, queue_memory), "25%", -100, 1e15, NULL,
		NULL,
		"Memory for packets that wait, most of them for disks; beyond it the camera with the most "
		"loses "
		"whole groups of pictures. 25% is of what the process may use, its container's limit "
		"included."},
	{"timezone", CAM_STRING, 0, CAM_STRING_AT(struct config_server, timezone), "UTC", 0, 0, NULL, NULL,
		"The time zone of file names, by its name in the tz database: Europe/Berlin."},
	{"protect", CAM_BOOL, 0, CAM_BOOL_AT(struct config_server, protect), "true", 0, 0, NULL, NULL,
		"Give up the right to start programs and to open files that the configuration does not "
		"name."},
	{"core_dumps", CAM_BOOL, 0, CAM_BOOL_AT(struct config_server, core_dumps), "false", 0, 0, NULL, NULL,
		"Let a crash leave a core file, and other programs of the same user read the memory: both "
		"show the passwords."},
	{"anonymous", CAM_ENUM, 0, CAM_INT_AT(struct config_server, anonymous), "auto", 0, 0, NULL, anonymous,
		"What whoever has not logged in may do."},
	{0}};
_Static_assert(
	sizeof(server_options) / sizeof(server_options[0]) - 1 == LOAD_SERVER_OPTIONS, "each has an origin");
