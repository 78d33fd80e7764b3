/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/common/taker.h"

#include "plugins/ws_view/common/web.h"

int taker_open(struct taker *t, struct web *w, const char *camera, const struct cam_want *wish)
{
	struct cam_want want = *wish;
	int err;

	want.user = t;
	t->later = false;
	err = w->host->subscribe(w->node, camera, &want, &t->sub);
	if (err)
		t->sub = NULL;
	return err;
}

int taker_change(struct taker *t, struct web *w, const char *camera, const struct cam_want *want)
{
	struct taker before = *t;
	int err = taker_open(t, w, camera, want);

	if (err)
		*t = before;
	else
		taker_close(&before, w);
	return err;
}

void taker_close(struct taker *t, struct web *w)
{
	if (t->sub)
		w->host->unsubscribe(w->node, t->sub);
	t->sub = NULL;
}

void taker_resume(struct taker *t, struct web *w)
{
	if (!t->later || !t->sub)
		return;
	t->later = false;
	w->host->resume(w->node, t->sub);
}

/* @return whose subscription it is, NULL: nobody's any more */
static struct taker *taker_of(const struct web *w, const struct cam_sub *sub)
{
	return w->stopping ? NULL : w->host->user(sub);
}

int taker_consume(struct web *w, struct cam_sub *sub, const struct cam_buf *buf)
{
	struct taker *t = taker_of(w, sub);
	int answer = t ? t->ops->take(t, buf) : 0;

	if (answer == CAM_LATER)
		t->later = true;
	return answer; /* after any other, the taker may be no more */
}

void taker_refused(struct web *w, struct cam_sub *sub, int err, const char *why)
{
	struct taker *t = taker_of(w, sub);

	if (t)
		t->ops->refused(t, err, why);
}

void taker_gone(struct web *w, struct cam_sub *sub)
{
	struct taker *t = taker_of(w, sub);

	if (!t)
		return;
	taker_close(t, w);
	t->ops->gone(t);
}
