/* SPDX-License-Identifier: MIT */
/**
 * @file log.h
 * The log: one line an event, "2026-11-22T12:00:00.123Z warn front.source: text". Control characters are escaped,
 * since texts of cameras and browsers end up here. A reader that is gone or full costs lines, never progress.
 */
#ifndef CAM_BASE_LOG_H
#define CAM_BASE_LOG_H
#include <stdarg.h>
#include <stdatomic.h>

enum log_level { LOG_ERROR = 1, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log {
	int fd; /**< Written to; not owned. Set non-blocking or not, a line that does not fit is lost. */
	atomic_int level; /**< Lines above it are not written. */
	atomic_uint lines[5]; /**< Lines by level, written or not. */
	atomic_uint lost; /**< Lines that could not be written. */
};

/** Ready for use on fd, which stays the caller's. */
void log_init(struct log *, int fd, enum log_level);
/** [any] @param who "front.source", or NULL */
void log_line(struct log *, enum log_level, const char *who, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void log_vline(struct log *, enum log_level, const char *who, const char *fmt, va_list)
	__attribute__((format(printf, 4, 0)));
/** @return "error", "warn", "info" or "debug" */
const char *log_level_name(enum log_level);
#endif
