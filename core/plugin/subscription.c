/* SPDX-License-Identifier: MIT */
#include "core/plugin/subscription.h"

#include "core/bus/camera_event.h"
#include "core/plugin/abi.h"
#include "core/plugin/node_end.h"
#include "lib/clock.h"

#include <errno.h>
#include <stdlib.h>

enum { SIZE_MIN = 2, SIZE_MAX_PIXELS = 8192 };

static int end_session(struct cam_sub *sub)
{
	const struct cam_plugin *p = sub->node->spec.plugin;

	return p->ended ? p->ended(sub->node->self, sub) : 0;
}

static int take(void *arg, const struct cam_buf *buf)
{
	struct cam_sub *sub = arg;
	struct cam_node *n = sub->node;
	int err;

	if (!n->active || atomic_load_explicit(&n->failed, memory_order_relaxed))
		return -ECANCELED;
	err = link_is_end(buf) ? end_session(sub) : n->spec.plugin->consume(n->self, sub, buf);
	if (err < 0)
		node_fail(n, err);
	return err;
}

static bool may_hear(const struct cam_node *n)
{
	return n->active && !atomic_load_explicit(&n->failed, memory_order_relaxed);
}

/* So many are refused at once where too much is asked for: one in a while tells it. */
#define REFUSED_EVERY (10 * CLOCK_SECOND)

static void raise_refused(const struct cam_sub *sub, const char *why)
{
	atomic_llong *told = &sub->camera->refused_told_ns;
	long long last = atomic_load(told), now = clock_mono_ns();
	struct text json = {0};

	if ((last && now - last < REFUSED_EVERY) || !atomic_compare_exchange_strong(told, &last, now))
		return;
	text_add(&json, "{\"node\":");
	text_json(&json, sub->node->spec.name);
	text_add(&json, ",\"error\":");
	text_json(&json, why);
	text_add(&json, "}");
	camera_event_tell(sub->node->world->events, sub->camera->name, "refused", &json);
}

static void refused(void *arg, int err, const char *why)
{
	struct cam_sub *sub = arg;
	struct cam_node *n = sub->node;

	if (err < 0)
		raise_refused(sub, why);
	if (may_hear(n) && n->spec.plugin->refused)
		n->spec.plugin->refused(n->self, sub, err, why);
}

static void gone(void *arg)
{
	struct cam_sub *sub = arg;
	struct cam_node *n = sub->node;

	if (may_hear(n) && n->spec.plugin->gone)
		n->spec.plugin->gone(n->self, sub);
}

static uint8_t *into(void *arg, size_t bytes)
{
	struct cam_sub *sub = arg;

	return sub->node->active ? sub->into(sub->node->self, sub, bytes) : NULL;
}

static bool is_size(uint32_t pixels)
{
	return pixels == 0 || (pixels >= SIZE_MIN && pixels <= SIZE_MAX_PIXELS);
}

/* What is to come cannot be had yet, and nothing comes before it begins. */
static bool is_time(const struct cam_want *w)
{
	return w->from_ns <= clock_mono_ns() && (!w->until_ns || w->until_ns > w->from_ns);
}

static bool is_rendition(const struct cam_node *n, const struct cam_want *w)
{
	if (!is_size(w->width) || !is_size(w->height) || w->drop == CAM_DROP_GOP)
		return false;
	if (w->form == CAM_JPEG)
		return w->quality >= 1 && w->quality <= 100 && !w->into;
	return w->form == CAM_PICTURE &&
	       (w->codec == CAM_I420 || w->codec == CAM_BGR3 || w->codec == CAM_GREY) &&
	       (!w->into || n->spec.plugin->place == CAM_ON_CAMERA);
}

static bool is_possible(const struct cam_node *n, const struct cam_want *w)
{
	if (w->drop > CAM_DROP_GOP || w->since_ns < 0 || w->from_ns < 0 || w->until_ns < 0 ||
		(w->max_fps_num && !w->max_fps_den))
		return false;
	return w->form == CAM_PACKET ? !w->into && is_time(w) : is_rendition(n, w);
}

/* @return the arrival to start at, 0: live */
static int64_t begins_at(const struct cam_want *want)
{
	int64_t now = clock_mono_ns();

	if (want->from_ns || !want->since_ns)
		return want->from_ns;
	return want->since_ns < now ? now - want->since_ns : 1;
}

/* What sinks ask for comes from outside; what other nodes ask for is configured. */
static bool serves_strangers(const struct cam_node *n)
{
	return n->spec.plugin->kind == CAM_SINK || n->spec.plugin->kind == CAM_LISTENER;
}

static int attach(struct cam_sub *sub, struct camera *camera, const struct cam_want *want)
{
	struct cam_node *n = sub->node;
	struct demand_end end = {.link = sub->link,
		.into = want->into ? into : NULL,
		.arg = sub,
		.node = n,
		.first = want->into || !serves_strangers(n)};
	int err;

	if (want->form != CAM_PACKET)
		return demand_add(camera->demand, want, &end, &sub->demand);
	err = budget_add(&camera->share, sub->link);
	if (err)
		return err;
	sub->port = n->spec.in && camera == n->spec.camera ? n->spec.in : camera->port;
	err = port_add(sub->port, sub->link, begins_at(want));
	if (err)
		budget_remove(&camera->share, sub->link);
	else
		link_begin(sub->link);
	return err;
}

/* @return a reference, or NULL */
static struct camera *find_camera(const struct cam_node *n, const char *name)
{
	if (name)
		return n->world->find_camera(n->world->arg, n, name);
	return n->spec.camera ? camera_ref(n->spec.camera) : NULL;
}

/* On a disk's thread each item may take as long as a sync does, and many nodes, and requests, wait for their turn there. */
#define DISK_TURN (4 * CLOCK_MS)

static struct cam_sub *sub_new(struct cam_node *n, struct camera *camera, const struct cam_want *want)
{
	struct cam_sub *sub = calloc(1, sizeof(*sub));
	struct link_end end = {.on = n->on,
		.take = take,
		.arg = sub,
		.flow = &n->flow,
		.refused = refused,
		.gone = gone,
		.account = want->form == CAM_PACKET ? &camera->share.account : NULL,
		.turn_ns = n->spec.plugin->place == CAM_ON_IO ? DISK_TURN : 0};

	if (!sub)
		return NULL;
	sub->node = n;
	sub->camera = camera;
	sub->into = want->into;
	sub->user = want->user;
	sub->drained = atomic_load(&n->stopping); /* what is opened while the others are drained is not */
	sub->link = link_new(want, &end);
	if (sub->link)
		return sub;
	free(sub);
	return NULL;
}

static void put_in(struct cam_node *n, struct cam_sub *sub)
{
	sub->next = n->subs;
	sub->at = &n->subs;
	if (n->subs)
		n->subs->at = &sub->next;
	n->subs = sub;
}

/* @return 0 and *ret, or -errno: the reference to camera is not taken over */
static int open_sub(
	struct cam_node *n, struct camera *camera, const struct cam_want *want, struct cam_sub **ret)
{
	struct cam_sub *sub = sub_new(n, camera, want);
	int err;

	if (!sub)
		return -ENOMEM;
	/* Known before the first delivery: consume() compares it with what subscribe() has returned. */
	*ret = sub;
	err = attach(sub, camera, want);
	if (err) {
		*ret = NULL;
		link_unref(sub->link);
		free(sub);
		return err;
	}
	/* It is in the lists now: either it was told, or the mark is seen here. */
	if (camera_is_gone(camera))
		link_gone(sub->link);
	put_in(n, sub);
	return 0;
}

int subscription_open(
	struct cam_node *n, const char *name, const struct cam_want *asked, struct cam_sub **ret)
{
	struct cam_want want;
	struct camera *camera;
	int err;

	if (!n->on || !n->spec.plugin->consume || abi_read(&abi_want, &want, asked, asked->size) ||
		!is_possible(n, &want))
		return -EINVAL;
	camera = find_camera(n, name);
	if (!camera)
		return -ENOENT;
	err = open_sub(n, camera, &want, ret);
	if (err)
		camera_unref(camera);
	return err;
}

static void take_out(struct cam_sub *sub)
{
	*sub->at = sub->next;
	if (sub->next)
		sub->next->at = sub->at;
}

/* @return whether it is one of this node's; a sink may have thousands, so that only assertions look */
static inline bool is_open(const struct cam_node *n, const struct cam_sub *sub)
{
	const struct cam_sub *s = n->subs;

	while (s && s != sub)
		s = s->next;
	return s;
}

static void close_sub(struct cam_sub *sub)
{
	link_close(sub->link);
	if (sub->port) {
		port_remove(sub->port, sub->link);
		budget_remove(&sub->camera->share, sub->link);
	}
	demand_remove(sub->demand);
	link_unref(sub->link);
	camera_unref(sub->camera);
	free(sub);
}

void subscription_close(struct cam_node *n, struct cam_sub *sub)
{
	(void)n;
	assert(is_open(n, sub));
	take_out(sub);
	close_sub(sub);
}

void subscription_close_all(struct cam_node *n)
{
	struct cam_sub *sub;

	while ((sub = n->subs)) {
		n->subs = sub->next; /* what pointed to it is not used any more: all go */
		close_sub(sub);
	}
}

static struct cam_sub *undrained(struct cam_node *n)
{
	struct cam_sub *sub = n->subs;

	while (sub && (sub->drained || !sub->port))
		sub = sub->next;
	return sub;
}

/* What is delivered may end this subscription, others, and open new ones. */
void subscription_drain_all(struct cam_node *n)
{
	struct cam_sub *sub;

	while ((sub = undrained(n))) {
		sub->drained = true;
		link_drain(sub->link);
	}
}

void *subscription_user(const struct cam_sub *sub)
{
	return sub->user;
}
