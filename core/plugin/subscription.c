/* SPDX-License-Identifier: MIT */
/* A node's subscriptions. All of it is [node]. */
#include "core/plugin/node_impl.h"

#include <errno.h>
#include <stdlib.h>

enum { SIZE_MIN = 2, SIZE_MAX_PIXELS = 8192 };

static int end_session(struct cam_sub *sub)
{
	const struct cam_plugin *p = sub->node->spec.plugin;

	/* Members past a plugin's size are none: it was built against an older ABI. */
	if (p->size < offsetof(struct cam_plugin, ended) + sizeof(p->ended) || !p->ended)
		return 0;
	return p->ended(sub->node->self, sub);
}

static int take(void *arg, const struct cam_buf *buf)
{
	struct cam_sub *sub = arg;
	struct cam_node *n = sub->node;
	int err;

	if (!n->active || atomic_load_explicit(&n->failed, memory_order_relaxed))
		return 0;
	err = link_is_end(buf) ? end_session(sub) : n->spec.plugin->consume(n->self, sub, buf);
	if (err < 0)
		node_fail(n, err);
	return err;
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

static bool is_possible(const struct cam_node *n, const struct cam_want *w)
{
	if (w->drop > CAM_DROP_GOP || w->since_ns < 0 || (w->max_fps_num && !w->max_fps_den))
		return false;
	if (w->form == CAM_PACKET)
		return !w->into;
	if (!is_size(w->width) || !is_size(w->height) || w->drop == CAM_DROP_GOP)
		return false;
	if (w->form == CAM_JPEG)
		return w->quality >= 1 && w->quality <= 100 && !w->into;
	return w->form == CAM_PICTURE &&
	       (w->codec == CAM_I420 || w->codec == CAM_BGR3 || w->codec == CAM_GREY) &&
	       (!w->into || n->spec.plugin->place == CAM_ON_CAMERA);
}

static int attach(struct cam_sub *sub, struct camera *camera, const struct cam_want *want)
{
	struct demand_end end = {sub->link, want->into ? into : NULL, sub};
	struct cam_node *n = sub->node;

	if (want->form != CAM_PACKET)
		return demand_add(camera->demand, want, &end, &sub->demand);
	sub->port = n->spec.in && camera == n->spec.camera ? n->spec.in : camera->port;
	return port_add(sub->port, sub->link, want->since_ns);
}

/* @return a reference, or NULL */
static struct camera *find_camera(const struct cam_node *n, const char *name)
{
	if (name)
		return n->world->find_camera(n->world->arg, n, name);
	return n->spec.camera ? camera_ref(n->spec.camera) : NULL;
}

int subscription_open(struct cam_node *n, const char *name, const struct cam_want *want, struct cam_sub **ret)
{
	struct camera *camera;
	struct link_end end = {n->on, take, NULL, &n->flow};
	struct cam_sub *sub;
	int err;

	if (!n->on || !n->spec.plugin->consume || want->size != sizeof(*want) || !is_possible(n, want))
		return -EINVAL;
	camera = find_camera(n, name);
	if (!camera)
		return -ENOENT;
	sub = calloc(1, sizeof(*sub));
	if (!sub) {
		camera_unref(camera);
		return -ENOMEM;
	}
	sub->camera = camera;
	end.arg = sub;
	sub->node = n;
	sub->into = want->into;
	sub->link = link_new(want, &end);
	/* Known before the first delivery: consume() compares it with what subscribe() has returned. */
	*ret = sub;
	err = sub->link ? attach(sub, camera, want) : -ENOMEM;
	if (err) {
		*ret = NULL;
		link_unref(sub->link);
		camera_unref(camera);
		free(sub);
		return err;
	}
	sub->next = n->subs;
	n->subs = sub;
	return 0;
}

static void close_sub(struct cam_sub *sub)
{
	link_close(sub->link);
	if (sub->port)
		port_remove(sub->port, sub->link);
	demand_remove(sub->demand);
	link_unref(sub->link);
	camera_unref(sub->camera);
	free(sub);
}

void subscription_close(struct cam_node *n, struct cam_sub *sub)
{
	for (struct cam_sub **p = &n->subs; *p; p = &(*p)->next) {
		if (*p == sub) {
			*p = sub->next;
			close_sub(sub);
			return;
		}
	}
}

void subscription_close_all(struct cam_node *n)
{
	while (n->subs) {
		struct cam_sub *sub = n->subs;

		n->subs = sub->next;
		close_sub(sub);
	}
}

void subscription_drain_all(struct cam_node *n)
{
	for (struct cam_sub *sub = n->subs, *next; sub; sub = next) {
		next = sub->next;
		if (sub->port)
			link_drain(sub->link);
	}
}
