/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/recording_event.h"

#include "lib/text.h"
#include "plugins/recorder_mp4/names.h"

/* clang-format off */
const struct cam_topic recording_topics[] = {
	{"recording", "A file was opened, closed or deleted, or could not be written.", "opened closed deleted failed", CAM_JSON(
		"file": {"type": "string", "description": "Its id in /api/v1/recordings."},
		"start": {"type": "string", "format": "date-time"},
		"seconds": {"type": "number", "description": "Its length."},
		"bytes": {"type": "integer"},
		"reason": {"type": "string", "description":
			"closed: segment, format, clock, silence, session end, free space, stop; deleted: free space; failed: a sentence."})},
	{0}};
/* clang-format on */

void recording_event(struct cam_node *node, const struct cam_host *host, const struct recording_event *e)
{
	struct cam_event event = {.size = sizeof(event),
		.phase = CAM_POINT,
		.topic = "recording",
		.label = e->label,
		.pts_ns = CAM_NO_TS};
	char start[NAME_UTC_BYTES];
	struct text json = {0};

	if (e->name)
		text_printf(&json, ",\"file\":\"%s/%s/%s\",\"start\":\"%s\"", e->folder, e->day, e->name,
			name_utc(e->start_s, start));
	if (e->length_ns >= 0)
		text_printf(&json, ",\"seconds\":%.1f", (double)e->length_ns / 1e9);
	if (e->bytes >= 0)
		text_printf(&json, ",\"bytes\":%lld", (long long)e->bytes);
	if (e->reason) {
		text_add(&json, ",\"reason\":");
		text_json(&json, e->reason);
	}
	text_add(&json, "}");
	if (!json.failed) {
		json.data[0] = '{'; /* in the place of the first comma */
		event.json = json.data;
		host->raise(node, &event);
	}
	text_free(&json);
}
