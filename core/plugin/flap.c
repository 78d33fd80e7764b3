/* SPDX-License-Identifier: MIT */
#include "core/plugin/flap.h"

#include "lib/clock.h"

#include <stdio.h>

#define MINUTE (60 * CLOCK_SECOND)

/* @return whether one more may be told */
static bool pay(struct flap *f, int64_t now)
{
	int64_t passed = now - f->paid_ns;

	f->owed_ns = passed < f->owed_ns ? f->owed_ns - passed : 0;
	f->paid_ns = now;
	if (f->owed_ns > (FLAP_FEW - 1) * MINUTE)
		return false;
	f->owed_ns += MINUTE;
	return true;
}

static void begin_count(struct flap *f, int64_t now)
{
	f->counts = true;
	f->since_ns = now;
	f->came = f->went = 0;
}

bool flap_event(struct flap *f, int64_t now, bool came, const char *line)
{
	f->is_up = came;
	snprintf(f->line, sizeof(f->line), "%s", line);
	if (!f->counts && pay(f, now))
		return true;
	if (!f->counts)
		begin_count(f, now);
	f->came += came;
	f->went += !came;
	return false;
}

bool flap_look(struct flap *f, int64_t now, char ret[FLAP_SUMMARY])
{
	if (!f->counts || now - f->since_ns < MINUTE)
		return false;
	if (!f->came && !f->went) {
		f->counts = false;
		snprintf(ret, FLAP_SUMMARY, "nothing has changed for a minute: %s", f->line);
		return true;
	}
	if (f->came)
		snprintf(ret, FLAP_SUMMARY, "came and went %u times in the last minute; now: %s",
			f->came > f->went ? f->came : f->went, f->line);
	else
		snprintf(ret, FLAP_SUMMARY, "failed %u times in the last minute; now: %s", f->went, f->line);
	begin_count(f, now);
	return true;
}
