/* SPDX-License-Identifier: MIT */
#include "core/base/log.h"

#include "lib/text.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A line up to PIPE_BUF is written whole or not at all. */
enum { LINE = 2048 };

void log_init(struct log *log, int fd, enum log_level level)
{
	memset(log, 0, sizeof(*log));
	log->fd = fd;
	atomic_init(&log->level, (int)level);
}

const char *log_level_name(enum log_level level)
{
	static const char *const names[] = {"?", "error", "warn", "info", "debug"};

	return names[level <= LOG_DEBUG ? level : 0];
}

static size_t head(char *line, size_t room, enum log_level level, const char *who)
{
	struct timespec now;
	struct tm tm;
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = snprintf(line, room, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %s %s%s", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000,
		log_level_name(level), who ? who : "", who ? ": " : "");
	return n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

static size_t escape(char *out, size_t room, const char *s)
{
	size_t n = 0;

	for (; *s && n + 5 < room; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20 || c == 0x7F)
			n += (size_t)snprintf(out + n, room - n, "\\x%02x", c);
		else
			out[n++] = (char)c;
	}
	return n;
}

void log_vline(struct log *log, enum log_level level, const char *who, const char *fmt, va_list ap)
{
	struct pollfd ready = {log->fd, POLLOUT, 0};
	char text[LINE], line[LINE + 256];
	size_t n;

	atomic_fetch_add_explicit(&log->lines[level], 1, memory_order_relaxed);
	if ((int)level > atomic_load_explicit(&log->level, memory_order_relaxed))
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	text_hide_logins(text);
	n = head(line, 256, level, who);
	n += escape(line + n, sizeof(line) - n - 1, text);
	line[n++] = '\n';
	if (poll(&ready, 1, 0) != 1 || write(log->fd, line, n) != (ssize_t)n)
		atomic_fetch_add_explicit(&log->lost, 1, memory_order_relaxed);
}

void log_line(struct log *log, enum log_level level, const char *who, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vline(log, level, who, fmt, ap);
	va_end(ap);
}
