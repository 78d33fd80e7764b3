/* SPDX-License-Identifier: MIT */
/* Files of other products that are no YAML: lines of a key and a value, as Motion and neolink have them. */

#include "core/config/yaml/foreign_text.h"

#include "core/config/words/meaning.h"

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

/* One line: `key value`, `key = value`. */
struct pair {
	char key[KEY_LONGEST + 1];
	const char *value;
	size_t len; /* of the value */
};

struct reading {
	struct arena *arena;
	size_t kind;
	const char *url, *login, *name;
	unsigned marks;
};

/* @return false: it is no such line. Behind a colon it is YAML, and a key of that may be anybody's. */
static bool split(const char *s, size_t n, struct pair *ret)
{
	size_t key = 0, at;

	while (key < n && !strchr(" \t=:", s[key]))
		key++;
	if (!key || key > KEY_LONGEST || (key < n && s[key] == ':'))
		return false;
	memcpy(ret->key, s, key);
	ret->key[key] = 0;
	for (at = key; at < n && strchr(" \t=\"'", s[at]);)
		at++;
	ret->value = s + at;
	for (ret->len = 0; at + ret->len < n && !strchr("\"'", ret->value[ret->len]);)
		ret->len++;
	return true;
}

static void take(const char **ret, const char *key, const struct pair *l, struct arena *a)
{
	if (key && !*ret && !strcmp(key, l->key) && l->len)
		*ret = arena_copy(a, l->value, l->len);
}

static void one_line(struct reading *r, const char *s, size_t n)
{
	struct pair l;

	if (!n || n > LINE_LONGEST || strchr("#; \t", *s) || !split(s, n, &l))
		return;
	if (meaning_in(kinds[r->kind].keys, l.key) && (l.len || *l.key == '['))
		r->marks++;
	take(&r->url, kinds[r->kind].url, &l, r->arena);
	take(&r->login, kinds[r->kind].login, &l, r->arena);
	take(&r->name, kinds[r->kind].name, &l, r->arena);
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
