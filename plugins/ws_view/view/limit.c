/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/view/limit.h"

#include "plugins/ws_view/common/web.h"

#include <stdio.h>

/* Some views of all tiles at once, then three a second. */
#define CREDIT_MAX (INT64_C(256) * 1024)
#define CREDIT_A_SECOND (INT64_C(64) * 1024)
/* What a message costs besides its bytes: its frame, finding its end, answering. */
#define MESSAGE_BYTES 64
/* Who was held is read from again with this, so that it does not start and stop with each message. */
#define CREDIT_BACK (CREDIT_A_SECOND / 8)
/* What was read before it was noticed: at most so much is to be made up for. */
#define CREDIT_DEBT (10 * CREDIT_A_SECOND)
#define LOG_NS (60 * CAM_SECOND)

void credit_init(struct credit *c, int64_t now)
{
	*c = (struct credit){.bytes = CREDIT_MAX, .at_ns = now};
}

static void grow(struct credit *c, int64_t now)
{
	/* Longer pauses than fill it would overflow. */
	int64_t ns = now - c->at_ns < 60 * CAM_SECOND ? now - c->at_ns : 60 * CAM_SECOND;
	int64_t bytes = ns * CREDIT_A_SECOND / CAM_SECOND;

	c->bytes += bytes;
	c->at_ns += bytes * CAM_SECOND / CREDIT_A_SECOND; /* the rest of a byte is for the next time */
	if (c->bytes < CREDIT_MAX)
		return;
	c->bytes = CREDIT_MAX;
	c->at_ns = now;
}

bool credit_spend(struct credit *c, size_t bytes, int64_t now)
{
	bool was_held = c->is_held;

	grow(c, now);
	c->bytes -= (int64_t)bytes + MESSAGE_BYTES;
	if (c->bytes < -CREDIT_DEBT)
		c->bytes = -CREDIT_DEBT;
	c->is_held = was_held || c->bytes < 0;
	return c->is_held && !was_held;
}

void credit_return(struct credit *c, size_t bytes)
{
	c->bytes += (int64_t)bytes + MESSAGE_BYTES;
}

bool credit_is_back(struct credit *c, int64_t now)
{
	grow(c, now);
	if (c->bytes >= CREDIT_BACK)
		c->is_held = false;
	return !c->is_held;
}

void limit_count(struct web *w, struct limit_log *l, enum limit what, const char *peer)
{
	if (what == LIMIT_VIEWS) {
		l->views++;
		web_stat(w, STAT_VIEWS_PASSED, 1);
	} else if (what == LIMIT_READING) {
		l->held++;
		web_stat(w, STAT_HELD, 1);
	}
	snprintf(l->peer, sizeof(l->peer), "%s", peer);
}

void limit_tell(struct web *w, struct limit_log *l, int64_t now)
{
	if ((!l->views && !l->held) || now < l->next_ns)
		return;
	w->host->log(w->node, CAM_WARN,
		"viewers say more than is taken, the last of them from %s: %u views were passed over for "
		"newer "
		"ones, and reading was held up %u times",
		l->peer, l->views, l->held);
	l->views = l->held = 0;
	l->next_ns = now + LOG_NS;
}

const char *limit_text(enum limit what)
{
	static const char *const texts[] = {"",
		"views come faster than they can be shown; the newest one counts",
		"messages come faster than they are read", "there is no memory for all tiles"};

	return texts[what];
}
