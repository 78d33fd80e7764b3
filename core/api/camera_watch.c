/* SPDX-License-Identifier: MIT */
#include "core/api/camera_watch.h"

#include "core/api/status.h"
#include "core/bus/camera_event.h"
#include "core/graph/graph_look.h"
#include "core/plugin/node_state.h"

#include <string.h>

static void tell_state(const struct graph *g, struct events *events, size_t camera)
{
	const struct graph_node *source = graph_source(g, camera);
	struct graph_node *n = source ? graph_node_of(source->node) : NULL;
	uint32_t state = n ? status_state(g, camera) : 0;
	struct text json = {0};
	char error[256];

	if (!n || n->told_state == state)
		return;
	n->told_state = state;
	node_error(n->node, error, NULL);
	text_add(&json, "{\"error\":");
	text_json(&json, state == CAM_LIVE ? "" : error);
	text_add(&json, "}");
	camera_event_tell(events, g->cameras[camera]->name, status_name(state), &json);
}

void camera_watch_state(const struct graph *g, struct events *events, const struct cam_node *node)
{
	const struct node_spec *spec = node_spec(node);
	size_t camera;

	/* Of one that has ended, the camera may be gone already. */
	if (spec->plugin->kind != CAM_SOURCE || node_life(node) == NODE_IDLE)
		return;
	camera = graph_camera(g, spec->camera->name);
	if (camera != GRAPH_NO_CAMERA)
		tell_state(g, events, camera);
}

/* A camera's stage that does not work is an event of it; sources have their states. */
static void look_at_stage(struct graph_node *n, struct events *events)
{
	struct text json = {0};
	char why[256];
	bool is_faulty;

	if (!n->conf->camera || n->conf->plugin->kind == CAM_SOURCE || n->leaving)
		return;
	is_faulty = graph_is_faulty(n, why) && *why;
	if (is_faulty == n->told_fault)
		return;
	n->told_fault = is_faulty;
	if (!is_faulty) {
		events_end_owner(events, n, "works_again");
		return;
	}
	text_add(&json, "{\"stage\":");
	text_json(&json, n->conf->name);
	text_add(&json, ",\"error\":");
	text_json(&json, why);
	text_add(&json, "}");
	(void)camera_event_begin(events, n, n->conf->camera, "fault", &json); /* refusals are counted */
}

void camera_watch_look(const struct graph *g, struct events *events)
{
	for (size_t i = 0; i < g->n_cameras; i++)
		tell_state(g, events, i);
	for (size_t i = 0; i < g->n_nodes; i++)
		look_at_stage(g->nodes[i], events);
}

void camera_watch_ended(struct events *events, const struct cam_node *node)
{
	events_end_owner(events, graph_node_of(node), "stage_removed");
}
