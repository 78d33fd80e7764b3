/* SPDX-License-Identifier: MIT */
#include "core/api/metrics.h"

#include "core/api/ask.h"
#include "core/api/status.h"
#include "core/bus/event_link.h"
#include "lib/clock.h"

#include <stdlib.h>
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
	REFUSED,
	LOWERED,
	CLOCK_RATE,
	JITTER,
	WALL_SETS,
	ABSENT,
	REPEATED,
	SET,
	BACK,
	EARLY,
	LATE,
	N_FIGURES
};

static const struct {
	const char *name, *type, *help;
} figure_names[N_FIGURES] = {
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
	[REFUSED] = {"cam_camera_pictures_refused_total", "counter",
		"Pictures that a subscription was due to get and did not, for lack of time."},
	[LOWERED] = {"cam_camera_wishes_lowered_total", "counter",
		"Times that a subscription was given less than it wished for."},
	[CLOCK_RATE] = {"cam_camera_clock_rate", "gauge", "Seconds that the camera stamps in a second."},
	[JITTER] = {"cam_camera_jitter_seconds", "gauge", "By which packets scatter in a second."},
	[WALL_SETS] = {"cam_camera_wall_clock_sets_total", "counter", "How often it saw the wall clock set."},
	[ABSENT] = {"cam_camera_repaired_absent_total", "counter", "Packets without a time stamp."},
	[REPEATED] = {"cam_camera_repaired_repeated_total", "counter",
		"Packets with the time stamp of the one before."},
	[SET] = {"cam_camera_repaired_set_total", "counter", "Packets at which the camera's clock was set."},
	[BACK] = {"cam_camera_repaired_back_total", "counter",
		"Packets whose time stamp went back a little, again and again."},
	[EARLY] = {"cam_camera_repaired_early_total", "counter", "Packets that came before their time."},
	[LATE] = {"cam_camera_repaired_late_total", "counter",
		"Packets so long late that their arrival holds."},
};

/* What is read of a camera, once. */
struct figures {
	double value[N_FIGURES];
	uint32_t state;
};

static void read_figures(const struct graph *g, size_t at, struct figures *to)
{
	struct camera *camera = g->cameras[at];
	double *ret = to->value;
	struct cam_camera status;
	struct engine_stats e;
	char error[STATUS_ERROR_BYTES];

	status_read(g, at, &status, error);
	demand_get_stats(camera->demand, &e);
	to->state = status.state;
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
	ret[REFUSED] = (double)e.refused;
	ret[LOWERED] = (double)e.lowered;
	ret[CLOCK_RATE] = status.clock_rate;
	ret[JITTER] = status.jitter;
	ret[WALL_SETS] = atomic_load(&camera->meter.wall_sets);
	ret[ABSENT] = (double)status.absent;
	ret[REPEATED] = (double)status.repeated;
	ret[SET] = (double)status.set;
	ret[BACK] = (double)status.back;
	ret[EARLY] = (double)status.early;
	ret[LATE] = (double)status.late;
}

static void head(struct text *out, const char *name, const char *type, const char *help)
{
	text_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value, as the text format wants it: with \\, \" and \n for the three that it escapes. */
static void label(struct text *out, const char *value)
{
	for (size_t n; *value; value += n) {
		n = strcspn(value, "\\\"\n");
		text_add_n(out, value, n);
		if (value[n]) {
			text_printf(out, "\\%c", value[n] == '\n' ? 'n' : value[n]);
			n++;
		}
	}
}

/* One line: a metric's name, its one label, and the value to come. */
static void sample(struct text *out, const char *name, const char *key, const char *value)
{
	text_printf(out, "%s{%s=\"", name, key);
	label(out, value);
	text_add(out, "\"} ");
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

static double heard(const struct cam_node *n)
{
	return (double)atomic_load(&node_event_flow(n)->heard);
}

static double unheard(const struct cam_node *n)
{
	return (double)atomic_load(&node_event_flow(n)->dropped);
}

static const struct {
	const char *name, *type, *help;
	double (*value)(const struct cam_node *);
} node_values[] = {
	{"cam_node_running", "gauge", "1 while the node runs.", running},
	{"cam_node_restarts_total", "counter", "How often it was started anew.", restarts},
	{"cam_link_passed_total", "counter", "Items the node has taken.", passed},
	{"cam_link_dropped_total", "counter", "Items its full queues dropped.", dropped},
	{"cam_link_bytes_total", "counter", "Bytes the node has taken.", bytes},
	{"cam_link_waiting", "gauge", "Items in its queues.", waiting},
	{"cam_events_heard_total", "counter", "Events that the node has heard.", heard},
	{"cam_events_dropped_total", "counter", "Events that its full queue dropped.", unheard},
};
enum { N_NODE_VALUES = sizeof(node_values) / sizeof(node_values[0]) };

/* How far the metrics are printed: families one after the other, each a row at a time. */
struct metrics {
	const struct graph *graph;
	struct figures *figures; /* of each camera */
	size_t n_read;
	size_t family, row; /* of those below */
	size_t plugin; /* of the index's */
	unsigned stat; /* of that plugin */
};

/* What is of no camera and no node that is there. */
static void print_server(const struct graph *g, int64_t started_ns, struct text *out)
{
	const struct log *log = g->world->log;

	head(out, "cam_uptime_seconds", "gauge", "Since the server started.");
	text_printf(out, "cam_uptime_seconds %.1f\n",
		(double)(clock_mono_ns() - started_ns) / (double)CLOCK_SECOND);
	head(out, "cam_log_lines_total", "counter", "Lines by level, logged or not.");
	for (int l = LOG_ERROR; l <= LOG_DEBUG; l++)
		text_printf(out, "cam_log_lines_total{level=\"%s\"} %u\n", log_level_name((enum log_level)l),
			atomic_load(&log->lines[l]));
	head(out, "cam_lost_total", "counter",
		"How often a node ended, or was left behind, without having kept what it held.");
	for (const struct graph_loss *l = g->losses; l; l = l->next) {
		sample(out, "cam_lost_total", "node", l->node);
		text_printf(out, "%u\n", l->count);
	}
}

static void print_queue(const struct budget *b, struct text *out)
{
	head(out, "cam_queue_memory_bytes", "gauge", "Packets that wait, most of them for disks.");
	text_printf(out, "cam_queue_memory_bytes %llu\n", (unsigned long long)atomic_load(&b->total));
	head(out, "cam_queue_memory_limit_bytes", "gauge", "What server.queue_memory comes to.");
	text_printf(out, "cam_queue_memory_limit_bytes %llu\n", (unsigned long long)atomic_load(&b->limit));
	head(out, "cam_queue_dropped_total", "counter",
		"Packets dropped because server.queue_memory was full.");
	text_printf(out, "cam_queue_dropped_total %llu\n", (unsigned long long)atomic_load(&b->dropped));
}

static void print_turns(struct loop *loop, struct text *out)
{
	static const char name[] = "cam_loop_turn_seconds";
	struct loop_turns t;
	uint64_t sum = 0;

	loop_take_turns(loop, &t);
	head(out, name, "histogram", "Turns of the event loop, without the time it waited.");
	for (size_t i = 0; i < LOOP_TURN_STEPS; i++) {
		sum += t.count[i];
		text_printf(out, "%s_bucket{le=\"%.9g\"} %llu\n", name,
			(double)loop_turn_steps_ns[i] / (double)CLOCK_SECOND, (unsigned long long)sum);
	}
	sum += t.count[LOOP_TURN_STEPS];
	text_printf(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.9f\n%s_count %llu\n", name,
		(unsigned long long)sum, name, (double)t.total_ns / (double)CLOCK_SECOND, name,
		(unsigned long long)sum);
	head(out, "cam_loop_longest_turn_seconds", "gauge", "The longest since the metrics were made last.");
	text_printf(out, "cam_loop_longest_turn_seconds %.9f\n", (double)t.longest_ns / (double)CLOCK_SECOND);
}

/* What others have asked for, and what of it was refused. */
static void print_asked(const struct api *a, struct text *out)
{
	const struct {
		const char *name, *help;
		unsigned long long value;
	} counters[] = {
		{"cam_events_total", "Events told, with their updates and ends.",
			atomic_load(&a->events->raised)},
		{"cam_events_refused_total", "Events that were not as they have to be, or too many.",
			atomic_load(&a->events->refused)},
		{"cam_events_posts_refused_total", "Events from outside that were too many a second.",
			a->posts_refused},
		{"cam_logins_total",
			"Names and passwords that were right; later requests with them do not count.",
			a->login.passed},
		{"cam_logins_refused_total", "Names and passwords that were wrong.", a->login.refused},
	};

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		head(out, counters[i].name, "counter", counters[i].help);
		text_printf(out, "%s %llu\n", counters[i].name, counters[i].value);
	}
	head(out, "cam_event_streams", "gauge", "Programs that listen to events.");
	text_printf(out, "cam_event_streams %zu\n", a->n_streams);
}

/* @return false without memory */
static bool begin(struct metrics *m, const struct api *r, struct text *out)
{
	m->graph = r->graph;
	m->figures = calloc(r->graph->n_cameras + 1, sizeof(*m->figures));
	if (!m->figures) {
		out->failed = true;
		return false;
	}
	print_server(r->graph, r->started_ns, out);
	print_turns(r->graph->world->loop, out);
	print_queue(r->graph->world->budget, out);
	print_asked(r, out);
	return true;
}

/* To the next of n rows, or the next family. */
static void go_on(struct metrics *m, size_t n)
{
	if (++m->row < n)
		return;
	m->row = 0;
	m->family++;
}

static void print_figure(struct metrics *m, struct text *out)
{
	const struct graph *g = m->graph;
	size_t f = m->family;

	if (!m->row)
		head(out, figure_names[f].name, figure_names[f].type, figure_names[f].help);
	if (m->row < g->n_cameras) {
		sample(out, figure_names[f].name, "camera", g->cameras[m->row]->name);
		text_printf(out, "%.15g\n", m->figures[m->row].value[f]);
	}
	go_on(m, g->n_cameras);
}

static void print_state(struct metrics *m, struct text *out)
{
	const struct graph *g = m->graph;

	if (!m->row)
		head(out, "cam_camera_state", "gauge", "1 for the state that the camera is in.");
	for (uint32_t s = CAM_CONNECTING; m->row < g->n_cameras && s <= CAM_STOPPED; s++) {
		text_add(out, "cam_camera_state{camera=\"");
		label(out, g->cameras[m->row]->name);
		text_printf(out, "\",state=\"%s\"} %d\n", status_name(s), m->figures[m->row].state == s);
	}
	go_on(m, g->n_cameras);
}

static void print_node_value(struct metrics *m, struct text *out)
{
	const struct graph *g = m->graph;
	size_t f = m->family - N_FIGURES - 1;

	if (!m->row)
		head(out, node_values[f].name, node_values[f].type, node_values[f].help);
	if (m->row < g->n_nodes) {
		sample(out, node_values[f].name, "node", g->nodes[m->row]->conf->name);
		text_printf(out, "%.15g\n", node_values[f].value(g->nodes[m->row]->node));
	}
	go_on(m, g->n_nodes);
}

/* The statistic of the plugin that is next. @return NULL: there is none any more */
static const struct cam_stat *next_stat(struct metrics *m)
{
	const struct graph_index *x = &m->graph->index;

	for (; m->plugin < x->n_plugins; m->plugin++, m->stat = 0) {
		const struct cam_stat *stats = x->plugins[m->plugin]->stats;

		if (stats && stats[m->stat].name)
			return &stats[m->stat];
	}
	return NULL;
}

/* Prometheus wants all samples of a metric together: those of all nodes of a plugin. */
static bool print_stat(struct metrics *m, struct text *out)
{
	const struct graph *g = m->graph;
	const struct cam_stat *s = next_stat(m);
	const struct cam_plugin *p = s ? g->index.plugins[m->plugin] : NULL;
	bool counter = s && s->kind == CAM_COUNTER;
	char name[160];

	if (!s)
		return false;
	snprintf(name, sizeof(name), "cam_%s_%s%s", p->name, s->name, counter ? "_total" : "");
	if (!m->row)
		head(out, name, counter ? "counter" : "gauge", s->help);
	while (m->row < g->n_nodes && g->nodes[m->row]->conf->plugin != p)
		m->row++;
	if (m->row < g->n_nodes) {
		sample(out, name, "node", g->nodes[m->row]->conf->name);
		text_printf(out, "%lld\n", (long long)node_stat(g->nodes[m->row]->node, m->stat));
		m->row++;
	} else {
		m->row = 0;
		m->stat++;
	}
	return true;
}

static bool add(void *arg, void *state, struct text *out)
{
	struct metrics *m = state;

	if (!m->graph)
		return begin(m, arg, out);
	if (m->n_read < m->graph->n_cameras) {
		read_figures(m->graph, m->n_read, &m->figures[m->n_read]);
		m->n_read++;
	} else if (m->family < N_FIGURES) {
		print_figure(m, out);
	} else if (m->family == N_FIGURES) {
		print_state(m, out);
	} else if (m->family <= N_FIGURES + N_NODE_VALUES) {
		print_node_value(m, out);
	} else {
		return print_stat(m, out);
	}
	return true;
}

static void end(void *state)
{
	struct metrics *m = state;

	free(m->figures);
}

const struct document_maker metrics_maker = {
	"text/plain; version=0.0.4; charset=utf-8", sizeof(struct metrics), add, end};
