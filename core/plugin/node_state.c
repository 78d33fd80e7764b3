/* SPDX-License-Identifier: MIT */
#include "core/plugin/node_state.h"

#include "lib/clock.h"

#include <stdio.h>
#include <string.h>

/* Who has failed has to be up for so long, and for at most so long, to be taken for one that works. */
#define PROVEN_LEAST (5 * CLOCK_SECOND)
#define PROVEN_MOST (60 * CLOCK_SECOND)
/* The same failure again is worth a line only so often. */
#define REPEAT (60 * CLOCK_SECOND)

void node_set_state(struct cam_node *n, enum cam_state state)
{
	if (atomic_exchange(&n->state, state) == state || atomic_exchange(&n->changed_queued, true))
		return;
	node_ref(n);
	node_on_loop(n, &n->changed);
}

/* ---- its last error, and whether it works ---- */

void node_error(struct cam_node *n, char ret_text[256], char ret_option[64])
{
	pthread_mutex_lock(&n->lock);
	if (ret_text)
		snprintf(ret_text, sizeof(n->error), "%s", n->error);
	if (ret_option)
		snprintf(ret_option, sizeof(n->option), "%s", n->option);
	pthread_mutex_unlock(&n->lock);
}

int node_set_error(struct cam_node *n, int err, const char *option, const char *fmt, va_list ap)
{
	pthread_mutex_lock(&n->lock);
	vsnprintf(n->error, sizeof(n->error), fmt, ap);
	snprintf(n->option, sizeof(n->option), "%s", option ? option : "");
	pthread_mutex_unlock(&n->lock);
	return err;
}

void node_note_fault(struct cam_node *n)
{
	pthread_mutex_lock(&n->lock);
	memcpy(n->fault, n->error, sizeof(n->fault));
	pthread_mutex_unlock(&n->lock);
}

/* @return whether it has been up for long enough since it failed */
static bool is_proven(const struct cam_node *n)
{
	int64_t wanted = 2 * n->lived_ns;

	wanted = wanted < PROVEN_LEAST ? PROVEN_LEAST : wanted > PROVEN_MOST ? PROVEN_MOST : wanted;
	return n->life == NODE_RUNNING && clock_mono_ns() - n->up_since_ns > wanted;
}

bool node_is_faulty(struct cam_node *n, char ret_text[256])
{
	pthread_mutex_lock(&n->lock);
	if (n->fault[0] && is_proven(n))
		n->fault[0] = '\0';
	snprintf(ret_text, sizeof(n->fault), "%s", n->fault);
	if (n->life != NODE_RUNNING && n->error[0])
		snprintf(ret_text, sizeof(n->error), "%s", n->error);
	pthread_mutex_unlock(&n->lock);
	return *ret_text || n->life != NODE_RUNNING;
}

/* ---- what the log has of it ---- */

/* @return an error in words, also one that is none of the system's: plugins may have numbers of their own */
static const char *words(int err, char room[32])
{
	const char *text = strerrordesc_np(err < 0 ? -err : err);

	if (text)
		return text;
	snprintf(room, 32, "error %d", err);
	return room;
}

/* @return whether it is the failure that was told last, not long ago, or counted last, with nothing between them */
static bool is_repeated(const struct cam_node *n, const char *text, int64_t now)
{
	return !strcmp(text, n->failure) &&
	       (n->flap.counts ? !n->flap.is_up : now - n->failure_told_ns < REPEAT);
}

/* The plugin's thread fails, the loop comes up and looks. */
static bool may_tell_failure(struct cam_node *n, const char *text, const char *line)
{
	int64_t now = clock_mono_ns();
	bool tell = false;

	pthread_mutex_lock(&n->lock);
	if (!is_repeated(n, text, now)) {
		tell = flap_event(&n->flap, now, false, line);
		snprintf(n->failure, sizeof(n->failure), "%s", text);
	}
	if (tell)
		n->failure_told_ns = now;
	pthread_mutex_unlock(&n->lock);
	return tell;
}

void node_log_failure(struct cam_node *n, int err, int64_t pause_ns)
{
	char text[256], room[32], line[FLAP_LINE];

	node_error(n, text, NULL);
	if (!*text) { /* the API tells what the log does */
		snprintf(text, sizeof(text), "%s", err ? words(err, room) : "ended");
		pthread_mutex_lock(&n->lock);
		snprintf(n->error, sizeof(n->error), "%s", text);
		n->option[0] = '\0';
		pthread_mutex_unlock(&n->lock);
	}
	snprintf(line, sizeof(line), "%s; trying again in %.1f s", text,
		(double)pause_ns / (double)CLOCK_SECOND);
	if (may_tell_failure(n, text, line))
		log_line(n->world->log, LOG_WARN, n->spec.name, "%s", line);
}

void node_log_live(struct cam_node *n, const char *line)
{
	bool tell;

	pthread_mutex_lock(&n->lock);
	tell = flap_event(&n->flap, clock_mono_ns(), true, line);
	pthread_mutex_unlock(&n->lock);
	if (tell)
		log_line(n->world->log, LOG_INFO, n->spec.name, "%s", line);
}

void node_look(struct cam_node *n)
{
	char line[FLAP_SUMMARY];
	int64_t now = clock_mono_ns();
	bool tell, is_up;

	pthread_mutex_lock(&n->lock);
	tell = flap_look(&n->flap, now, line);
	is_up = n->flap.is_up && !n->flap.counts;
	if (tell)
		n->failure_told_ns = now; /* it says that too */
	pthread_mutex_unlock(&n->lock);
	if (tell)
		log_line(n->world->log, is_up ? LOG_INFO : LOG_WARN, n->spec.name, "%s", line);
}

void node_log_loss(struct cam_node *n, int err)
{
	char text[256], room[32];

	node_error(n, text, NULL);
	log_line(n->world->log, LOG_ERROR, n->spec.name, "%s; what it still held is lost",
		*text ? text : words(err, room));
}

bool node_keeps(const struct cam_node *n)
{
	return n->spec.plugin->kind == CAM_RECORDER || n->spec.plugin->place == CAM_ON_IO;
}

void node_log_left(struct cam_node *n)
{
	if (node_keeps(n))
		log_line(n->world->log, LOG_ERROR, n->spec.name, "does not end%s; what it still held is lost",
			n->spec.plugin->place == CAM_ON_IO ? ", because the disk under it does not answer"
							   : "");
	else
		log_line(n->world->log, LOG_WARN, n->spec.name, "does not end; leaving without it");
}

void node_clear_error(struct cam_node *n)
{
	pthread_mutex_lock(&n->lock);
	n->error[0] = n->option[0] = '\0';
	pthread_mutex_unlock(&n->lock);
}
