/* SPDX-License-Identifier: MIT */
/* Files of other products that are no YAML: lines of a key and a value, as Motion and neolink have them. */
#include "core/config/foreign.h"

#include <string.h>

enum { LINE_LONGEST = 1024, KEY_LONGEST = 40 };

static const struct {
	const char *product;
	const char *keys; /* each between blanks; two of them make the product */
	const char *url, *login, *name; /* keys of the first camera; login, name may be NULL */
} kinds[] = {
	{"Motion",
		" daemon setup_mode log_file target_dir videodevice video_device video_params v4l2_palette "
		"netcam_url "
		"netcam_userpass netcam_high_url netcam_highres netcam_params netcam_keepalive "
		"netcam_tolerant_check "
		"stream_port stream_localhost stream_maxrate webcontrol_port webcontrol_localhost "
		"webcontrol_interface "
		"webcontrol_parms movie_output movie_codec movie_filename movie_max_time picture_output "
		"picture_filename "
		"ffmpeg_output_movies output_pictures snapshot_interval camera camera_dir camera_name "
		"camera_id text_left "
		"text_right emulate_motion pre_capture post_capture event_gap minimum_motion_frames "
		"noise_level "
		"noise_tune threshold despeckle_filter on_event_start on_event_end on_movie_end "
		"process_id_file ",
		"netcam_url", "netcam_userpass", "camera_name"},
	{"neolink", " [[cameras]] bind bind_port uid address ", NULL, NULL, "name"},
};

struct line {
	const char *key, *value;
};

/* Split one line of n characters: `key value`, `key = value`, `key: value`. */
static struct line split(const char *s, size_t n, struct arena *a)
{
	const char *text = arena_copy(a, s, n), *value;
	size_t key;

	text += strspn(text, " \t");
	key = strcspn(text, " \t=:");
	value = text + key;
	value += strspn(value, " \t=:\"'");
	return (struct line){arena_copy(a, text, key), arena_copy(a, value, strcspn(value, "\"'"))};
}

struct reading {
	struct arena *arena;
	size_t kind;
	const char *url, *login, *name;
	unsigned marks;
};

static void take(const char **ret, const char *key, const struct line *l)
{
	if (key && !*ret && !strcmp(key, l->key) && *l->value)
		*ret = l->value;
}

static void one_line(struct reading *r, const char *s, size_t n)
{
	struct line l;

	if (!n || n > LINE_LONGEST || strchr("#; \t", *s))
		return;
	l = split(s, n, r->arena);
	/* Behind a colon it is YAML, and a key of it may be anybody's. */
	if (!*l.key || strlen(l.key) > KEY_LONGEST || s[strlen(l.key) < n ? strlen(l.key) : 0] == ':')
		return;
	if (strstr(kinds[r->kind].keys, arena_printf(r->arena, " %s ", l.key)) && (*l.value || *l.key == '['))
		r->marks++;
	take(&r->url, kinds[r->kind].url, &l);
	take(&r->login, kinds[r->kind].login, &l);
	take(&r->name, kinds[r->kind].name, &l);
}

/* rtsp://h/1 and user:password apart are one address. */
static const char *joined(const struct reading *r)
{
	const char *url = r->url ? foreign_url(r->url, r->arena) : NULL;

	return url && r->login && !strchr(url, '@') && !strchr(r->login, ' ')
		       ? arena_printf(r->arena, "rtsp://%.100s@%s", r->login, url + 7)
		       : url;
}

struct foreign foreign_of_text(const char *data, size_t len, struct arena *a)
{
	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		struct reading r = {.arena = a, .kind = kind};

		for (size_t i = 0, n; i < len; i += n + 1) {
			const char *end = memchr(data + i, '\n', len - i);

			n = end ? (size_t)(end - data) - i : len - i;
			one_line(&r, data + i, n && data[i + n - 1] == '\r' ? n - 1 : n);
		}
		if (r.marks >= 2)
			return (struct foreign){kinds[kind].product, r.name ? foreign_name(r.name, a) : NULL,
				joined(&r), NULL};
	}
	return (struct foreign){0};
}
