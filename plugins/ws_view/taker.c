/* SPDX-License-Identifier: MIT */
#include "taker.h"

#include "server.h"

int taker_open(struct taker *t, struct server *s, const char *camera, const struct cam_want *wish)
{
	struct cam_want want = *wish;
	int err;

	want.user = t;
	t->later = false;
	err = s->host->subscribe(s->node, camera, &want, &t->sub);
	if (err)
		t->sub = NULL;
	return err;
}

int taker_change(struct taker *t, struct server *s, const char *camera, const struct cam_want *want)
{
	struct taker before = *t;
	int err = taker_open(t, s, camera, want);

	if (err)
		*t = before;
	else
		taker_close(&before, s);
	return err;
}

void taker_close(struct taker *t, struct server *s)
{
	if (t->sub)
		s->host->unsubscribe(s->node, t->sub);
	t->sub = NULL;
}

void taker_resume(struct taker *t, struct server *s)
{
	if (!t->later || !t->sub)
		return;
	t->later = false;
	s->host->resume(s->node, t->sub);
}

/* @return whose subscription it is, NULL: nobody's any more */
static struct taker *taker_of(const struct server *s, const struct cam_sub *sub)
{
	return s->stopping ? NULL : s->host->user(sub);
}

int taker_consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	struct taker *t = taker_of(self, sub);
	int answer = t ? t->ops->take(t, buf) : 0;

	if (answer == CAM_LATER)
		t->later = true;
	return answer; /* after any other, the taker may be no more */
}

void taker_refused(void *self, struct cam_sub *sub, int err, const char *why)
{
	struct taker *t = taker_of(self, sub);

	if (t)
		t->ops->refused(t, err, why);
}

void taker_gone(void *self, struct cam_sub *sub)
{
	struct taker *t = taker_of(self, sub);

	if (!t)
		return;
	taker_close(t, self);
	t->ops->gone(t);
}
