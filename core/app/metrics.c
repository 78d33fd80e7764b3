/* SPDX-License-Identifier: MIT */
#include "core/app/metrics.h"

#include "core/app/status.h"
#include "core/base/clock.h"

#include <string.h>

/* One line per camera of one metric. */
enum figure {
	LIVE,
	FPS,
	BITRATE,
	PACKETS,
	BYTES,
	DROPPED,
	REPAIRED,
	SUBSCRIBERS,
	DECODERS,
	DECODED,
	SCALED,
	CONVERTED,
	ENCODED,
	DECODE_ERRORS,
	N_FIGURES
};

static const struct {
	const char *name, *type, *help;
} figures[N_FIGURES] = {
	[LIVE] = {"cam_camera_live", "gauge", "1 while the camera delivers."},
	[FPS] = {"cam_camera_fps", "gauge", "Frames a second, measured."},
	[BITRATE] = {"cam_camera_bits_per_second", "gauge", "Bit rate, measured."},
	[PACKETS] = {"cam_camera_packets_total", "counter", "Packets from the camera."},
	[BYTES] = {"cam_camera_bytes_total", "counter", "Bytes of packets from the camera."},
	[DROPPED] = {"cam_camera_dropped_total", "counter", "Packets that full queues of consumers dropped."},
	[REPAIRED] = {"cam_camera_repaired_total", "counter", "Packets whose time stamps were mended."},
	[SUBSCRIBERS] = {"cam_camera_subscribers", "gauge", "Consumers of the camera in any form."},
	[DECODERS] = {"cam_camera_decoders", "gauge", "Decoders that exist: 0 while nobody wants pictures."},
	[DECODED] = {"cam_camera_pictures_decoded_total", "counter", "Pictures decoded."},
	[SCALED] = {"cam_camera_pictures_scaled_total", "counter", "Pictures scaled."},
	[CONVERTED] = {"cam_camera_pictures_converted_total", "counter", "Pictures converted to BGR."},
	[ENCODED] = {"cam_camera_jpegs_encoded_total", "counter", "JPEGs encoded."},
	[DECODE_ERRORS] = {"cam_camera_decode_errors_total", "counter", "Packets that could not be decoded."},
};

static void read_figures(const struct graph *g, struct camera *camera, double ret[N_FIGURES])
{
	struct cam_camera status;
	struct engine_stats e;
	char error[256];

	status_read(g, camera, &status, error);
	demand_get_stats(camera->demand, &e);
	ret[LIVE] = status.state == CAM_LIVE;
	ret[FPS] = status.fps;
	ret[BITRATE] = (double)status.bits_per_second;
	ret[PACKETS] = (double)status.packets;
	ret[BYTES] = (double)atomic_load(&camera->meter.bytes);
	ret[DROPPED] = (double)status.dropped;
	ret[REPAIRED] = (double)status.repaired;
	ret[SUBSCRIBERS] = status.subscribers;
	ret[DECODERS] = e.decoders;
	ret[DECODED] = (double)e.decoded;
	ret[SCALED] = (double)e.scaled;
	ret[CONVERTED] = (double)e.converted;
	ret[ENCODED] = (double)e.encoded;
	ret[DECODE_ERRORS] = (double)e.errors;
}

static void head(struct text *out, const char *name, const char *type, const char *help)
{
	text_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void print_cameras(const struct graph *g, struct text *out)
{
	for (int f = 0; f < N_FIGURES; f++) {
		head(out, figures[f].name, figures[f].type, figures[f].help);
		for (size_t i = 0; i < g->n_cameras; i++) {
			double values[N_FIGURES];

			read_figures(g, g->cameras[i], values);
			text_printf(out, "%s{camera=\"%s\"} %.15g\n", figures[f].name, g->cameras[i]->name,
				values[f]);
		}
	}
}

static void print_states(const struct graph *g, struct text *out)
{
	head(out, "cam_camera_state", "gauge", "1 for the state that the camera is in.");
	for (size_t i = 0; i < g->n_cameras; i++) {
		struct cam_camera status;
		char error[256];

		status_read(g, g->cameras[i], &status, error);
		for (uint32_t s = CAM_CONNECTING; s <= CAM_STOPPED; s++)
			text_printf(out, "cam_camera_state{camera=\"%s\",state=\"%s\"} %d\n", status.name,
				status_name(s), status.state == s);
	}
}

static void print_node_values(const struct graph *g, struct text *out, const char *name, const char *type,
	const char *help, double (*value)(const struct cam_node *))
{
	head(out, name, type, help);
	for (size_t i = 0; i < g->n_nodes; i++)
		text_printf(out, "%s{node=\"%s\"} %.15g\n", name, g->nodes[i]->conf->name,
			value(g->nodes[i]->node));
}

static double running(const struct cam_node *n)
{
	return node_life(n) == NODE_RUNNING;
}

static double restarts(const struct cam_node *n)
{
	return node_restarts(n);
}

static double passed(const struct cam_node *n)
{
	return (double)atomic_load(&node_flow(n)->passed);
}

static double dropped(const struct cam_node *n)
{
	return (double)atomic_load(&node_flow(n)->dropped);
}

static double bytes(const struct cam_node *n)
{
	return (double)atomic_load(&node_flow(n)->bytes);
}

static double waiting(const struct cam_node *n)
{
	return atomic_load(&node_flow(n)->waiting);
}

/* Prometheus wants all samples of a metric together: the first node of each plugin prints for all of them. */
static bool is_first_of_plugin(const struct graph *g, size_t node)
{
	for (size_t i = 0; i < node; i++)
		if (g->nodes[i]->conf->plugin == g->nodes[node]->conf->plugin)
			return false;
	return true;
}

static void print_plugin(const struct graph *g, const struct cam_plugin *p, struct text *out)
{
	for (unsigned s = 0; p->stats && p->stats[s].name; s++) {
		bool counter = p->stats[s].kind == CAM_COUNTER;
		char name[160];

		snprintf(name, sizeof(name), "cam_%s_%s%s", p->name, p->stats[s].name,
			counter ? "_total" : "");
		head(out, name, counter ? "counter" : "gauge", p->stats[s].help);
		for (size_t i = 0; i < g->n_nodes; i++)
			if (g->nodes[i]->conf->plugin == p)
				text_printf(out, "%s{node=\"%s\"} %lld\n", name, g->nodes[i]->conf->name,
					(long long)node_stat(g->nodes[i]->node, s));
	}
}

void metrics_print(const struct graph *g, int64_t started_ns, struct text *out)
{
	const struct log *log = g->world->log;

	head(out, "cam_uptime_seconds", "gauge", "Since the server started.");
	text_printf(out, "cam_uptime_seconds %.1f\n",
		(double)(clock_mono_ns() - started_ns) / (double)CLOCK_SECOND);
	head(out, "cam_log_lines_total", "counter", "Lines by level, logged or not.");
	for (int l = LOG_ERROR; l <= LOG_DEBUG; l++)
		text_printf(out, "cam_log_lines_total{level=\"%s\"} %u\n", log_level_name((enum log_level)l),
			atomic_load(&log->lines[l]));
	print_cameras(g, out);
	print_states(g, out);
	print_node_values(g, out, "cam_node_running", "gauge", "1 while the node runs.", running);
	print_node_values(
		g, out, "cam_node_restarts_total", "counter", "How often it was started anew.", restarts);
	print_node_values(g, out, "cam_link_passed_total", "counter", "Items the node has taken.", passed);
	print_node_values(
		g, out, "cam_link_dropped_total", "counter", "Items its full queues dropped.", dropped);
	print_node_values(g, out, "cam_link_bytes_total", "counter", "Bytes the node has taken.", bytes);
	print_node_values(g, out, "cam_link_waiting", "gauge", "Items in its queues.", waiting);
	for (size_t i = 0; i < g->n_nodes; i++)
		if (is_first_of_plugin(g, i))
			print_plugin(g, g->nodes[i]->conf->plugin, out);
}
