/* SPDX-License-Identifier: MIT */
#include "core/app/warn.h"

#include "core/app/shm.h"

#include <string.h>

void warn_lines(struct log *log, enum log_level level, const char *lines)
{
	while (*lines) {
		size_t n = strcspn(lines, "\n");

		log_line(log, level, NULL, "%.*s", (int)n, lines);
		lines += n + (lines[n] == '\n');
	}
}

void warn_of_config(struct log *log, const struct config *c)
{
	struct text shm = {0};

	warn_lines(log, LOG_WARN, c->warnings);
	shm_judge(c, SHM_FOLDER, &shm);
	warn_lines(log, LOG_WARN, text_str(&shm));
	text_free(&shm);
}

void warn_of_fixed(struct log *log, const struct config_server *in_force, const struct config_server *next)
{
	if (in_force->cpu_threads != next->cpu_threads || strcmp(in_force->timezone, next->timezone) != 0 ||
		in_force->protect != next->protect || in_force->core_dumps != next->core_dumps)
		log_line(log, LOG_WARN, NULL,
			"server.core_dumps, server.cpu_threads, server.protect and server.timezone change "
			"with a restart only");
}
