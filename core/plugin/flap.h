/* SPDX-License-Identifier: MIT */
/**
 * @file flap.h
 * Which lines of a node that comes and goes are worth a place in the log. Its first few are told as they are; each takes
 * a minute to be earned back. When none are left a line a minute counts, and once nothing has happened for a minute the
 * last one says what it has come to. So a node that comes and goes for ever has about two lines a minute, however often
 * and with whatever words it does. No thread, no lock, no clock of its own.
 */
#ifndef CAM_PLUGIN_FLAP_H
#define CAM_PLUGIN_FLAP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Lines that are told as they are, at most, before they have to be earned. */
enum { FLAP_FEW = 6, FLAP_LINE = 352, FLAP_SUMMARY = FLAP_LINE + 96 };

/** Zero is one of which nothing has been told. */
struct flap {
	int64_t owed_ns; /**< for what has been told, FLAP_FEW minutes at most */
	int64_t paid_ns; /**< until when that has been paid off */
	bool counts; /**< instead of telling */
	int64_t since_ns; /**< counting: since then */
	unsigned came, went; /**< in that time */
	bool is_up; /**< by the last event */
	char line[FLAP_LINE]; /**< of the last event */
};

/** It has come, or gone. @param line what would be told @return whether it is to be */
bool flap_event(struct flap *, int64_t now_ns, bool came, const char *line);
/** Time has passed. @return whether there is a line to tell: *ret */
bool flap_look(struct flap *, int64_t now_ns, char ret[FLAP_SUMMARY]);
#endif
