/* SPDX-License-Identifier: MIT */
/**
 * @file limit.h
 * What one viewer may ask of the loop. Messages cost their bytes out of a credit that grows with time; who is out of
 * credit is not read from for a while, so that TCP slows it down. Acknowledging a picture costs nothing: how many
 * there are is ours to say.
 */
#ifndef WS_VIEW_LIMIT_H
#define WS_VIEW_LIMIT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct web;

struct credit {
	int64_t bytes, at_ns; /**< what there was at that time of CLOCK_MONOTONIC */
	bool is_held; /**< not read from */
};

void credit_init(struct credit *, int64_t now_ns);
/** Pay for a message, or a part of one. @return whether the viewer is to be held from now on */
bool credit_spend(struct credit *, size_t bytes, int64_t now_ns);
/** Give back what a message has cost. */
void credit_return(struct credit *, size_t bytes);
/** @return whether it need not be held, or no more */
bool credit_is_back(struct credit *, int64_t now_ns);

/** Why a viewer does not get what it has asked for. */
enum limit { LIMIT_VIEWS = 1, LIMIT_READING, LIMIT_MEMORY };

/** What was limited since the log was told. Zero-initialise it. */
struct limit_log {
	unsigned views, held;
	char peer[64]; /**< the last one's address */
	int64_t next_ns; /**< not told again before this */
};

/** Count one. @param peer whose */
void limit_count(struct web *, struct limit_log *, enum limit, const char *peer);
/** Tell the log, once a minute at most. */
void limit_tell(struct web *, struct limit_log *, int64_t now_ns);
/** @return the sentence for the viewer */
const char *limit_text(enum limit);
#endif
