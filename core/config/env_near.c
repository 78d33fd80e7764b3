/* SPDX-License-Identifier: MIT */
#include "core/config/env_near.h"

#include "core/config/env.h"
#include "core/config/load.h"
#include "core/config/meaning.h"
#include "core/config/section.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { PREFIX_LEN = sizeof(OVERRIDE_PREFIX) - 1, NAME_LEN = 200 };

static char folded(char c)
{
	return c == '-' || c == '.' ? '_' : (char)toupper((unsigned char)c);
}

/* @return how much of s is key, however its capitals, before an underscore or the end; 0: it is not */
static size_t begins(const char *s, const char *key)
{
	size_t n = 0;

	for (; key[n]; n++)
		if (!s[n] || folded(s[n]) != folded(key[n]))
			return 0;
	return s[n] && s[n] != '_' ? 0 : n;
}

/* The longest of the names that s begins with, as a variable has it. */
static size_t longest(const struct tree *map, const char *s, size_t best)
{
	for (const struct tree *t = map ? map->first : NULL; t; t = t->next) {
		size_t n = t->key ? begins(s, t->key) : 0;

		best = n > best ? n : best;
	}
	return best;
}

static const char *skip(const char *s)
{
	return s + strspn(s, "_");
}

/* Take one level of n characters of s, or up to the next underscore if n is 0. @return what follows */
static const char *take(struct text *out, const char *s, size_t n)
{
	n = n ? n : strcspn(s, "_");
	if (n)
		text_add(out, out->len ? "__" : OVERRIDE_PREFIX);
	for (size_t i = 0; i < n; i++)
		text_printf(out, "%c", folded(s[i]));
	return skip(s + n);
}

/* @return the section that the first word of s is, or is meant to be; NULL: none */
static const char *section_of(const char *s, size_t *ret_len)
{
	size_t n = strcspn(s, "_");
	char word[32];
	struct nearest near;

	if (n >= sizeof(word))
		return NULL;
	memcpy(word, s, n);
	word[n] = 0;
	nearest_init(&near, word);
	for (const char *const *name = sections; *name; name++)
		nearest_try(&near, *name);
	*ret_len = n;
	for (const char *const *name = sections; *name; name++)
		if (near.distance <= 2 && !strcmp(near.best, *name))
			return *name;
	return NULL;
}

const char *env_near_spelled(const struct tree *root, const char *s, struct arena *a)
{
	struct text out = {0};
	size_t n = 0;
	const char *section = section_of(s, &n), *result;
	const struct tree *map = section ? tree_get(root, section) : NULL;

	if (!section)
		return "";
	take(&out, section, 0);
	s = skip(s + n);
	if (!strcmp(section, "cameras") && *s) {
		n = longest(map, s, 0);
		for (const struct tree *t = map ? map->first : NULL; t && n; t = t->next)
			if (t->key && begins(s, t->key) == n)
				map = t;
		s = take(&out, s, n);
	}
	if (strcmp(section, "server") != 0 && *s)
		s = take(&out, s, longest(tree_get(root, "defaults"), s, longest(map, s, 0)));
	if (*s)
		take(&out, s, strlen(s));
	a->failed |= out.failed;
	result = arena_copy(a, text_str(&out), out.len);
	text_free(&out);
	return result;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* Kubernetes: NAME_SERVICE_HOST, NAME_SERVICE_PORT[_X], NAME_PORT[_5000_TCP[_ADDR]]; docker --link: NAME_NAME, NAME_ENV_X */
static bool is_of_a_service(const char *name)
{
	const char *port = strstr(name, "_PORT");

	if (ends_with(name, "_SERVICE_HOST") || strstr(name, "_SERVICE_PORT") || strstr(name, "_ENV_"))
		return true;
	return port && (!port[5] || (port[5] == '_' && isdigit((unsigned char)port[6])));
}

static void misspelt(const char *name, const char *right, struct arena *a, struct report *r)
{
	struct where at = {.source = arena_printf(a, "environment %s", name)};

	if (*right)
		report_error(r, &at, NULL,
			"is taken for a misspelt override; write %s, in capitals and with two underscores "
			"between "
			"levels, or rename it",
			right);
	else
		report_error(r, &at, NULL,
			"is taken for a misspelt override; begin its name with " OVERRIDE_PREFIX
			" in capitals and write two underscores between levels, or rename it");
}

static void unread(const char *name, struct arena *a, struct report *r)
{
	struct where at = {.source = arena_printf(a, "environment %s", name)};

	report_warning(r, &at, NULL,
		"is not read; an override is named after its place in the file, as " OVERRIDE_PREFIX
		"SERVER__LOG_LEVEL");
}

/* @return whether a name begins like the prefix, but for its capitals and underscores, and where its levels begin */
static bool like_prefix(const char *name, const char **ret_rest)
{
	static const char *const likes[] = {"CAM_SERVER", "CAMSERVER", "CAMERA_SERVER", "CAM_SRV"};

	for (size_t i = 0; i < sizeof(likes) / sizeof(likes[0]); i++) {
		size_t n = begins(name, likes[i]);

		*ret_rest = skip(name + n);
		if (n && name[n] == '_')
			return true;
	}
	return false;
}

static bool is_server_option(const char *s)
{
	for (const struct cam_opt *o = config_server_options; o->name; o++)
		if (*s && begins(s, o->name) == strlen(s))
			return true;
	return false;
}

static void near_override(const struct tree *root, const char *name, struct arena *a, struct report *r)
{
	const char *rest, *right;

	if (!strncmp(name, OVERRIDE_PREFIX, PREFIX_LEN) || !strcmp(name, "CAM_SERVER_PLUGIN_PATH") ||
		!like_prefix(name, &rest))
		return;
	if (is_server_option(rest)) {
		misspelt(name, env_near_spelled(root, arena_printf(a, "SERVER_%s", rest), a), a, r);
		return;
	}
	if (!strstr(rest, "__") && is_of_a_service(name))
		return;
	right = env_near_spelled(root, rest, a);
	if (*right || strstr(name + strcspn(name, "_") + 1, "__"))
		misspelt(name, right, a, r);
	else if (!strncasecmp(name, OVERRIDE_PREFIX, PREFIX_LEN - 1))
		unread(name, a, r);
}

void env_near_overrides(const struct tree *root, char *const *variables, struct arena *a, struct report *r)
{
	for (char *const *e = variables; e && *e; e++) {
		size_t n = strcspn(*e, "=");

		if ((*e)[n] && n < NAME_LEN)
			near_override(root, arena_copy(a, *e, n), a, r);
	}
}

/* The variables of config/single-camera.yaml, and other names that people try for them, each between blanks. */
static const struct {
	const char *name, *words;
} singles[] = {
	{"CAMERA_RTSP_URL",
		" CAMERA_URL CAMERA_URI CAMERA_RTSP CAMERA_RTSP_URI CAMERA_STREAM CAMERA_STREAM_URL CAM_URL "
		"CAM_RTSP_URL RTSP_URL RTSP_URI RTSP_CAMERA_URL RTSP_STREAM RTSP_STREAM_URL STREAM_URL "
		"CAMERA_ADDRESS CAMERA_SOURCE CAMERA_RTSP_ADDRESS CAMERA_RTSP_STREAM URL_CAMERA "},
	{"CAMERA_NAME", " CAMERA_NAMES CAM_NAME NAME_CAMERA CAMERANAME "},
	{"SHARED_MEMORY_NAME", " SHARED_MEMORY SHM_NAME SHARED_MEM_NAME SHARED_MEM SHM_RING_NAME "
			       "SHARED_MEMORY_ID CAMERA_SHM CAMERA_SHM_NAME "},
	{"WIDTH", " CAMERA_WIDTH IMAGE_WIDTH IMG_WIDTH FRAME_WIDTH VIDEO_WIDTH WIDHT WITDH "},
	{"HEIGHT", " CAMERA_HEIGHT IMAGE_HEIGHT IMG_HEIGHT FRAME_HEIGHT VIDEO_HEIGHT HIGHT HEIGTH HEIGHTH "},
	{"FPS", " CAMERA_FPS FRAMERATE FRAME_RATE FRAMES_PER_SECOND VIDEO_FPS IMAGE_FPS "},
	{"PRE_MOTION_LENGTH", " PRE_MOTION PREMOTION PRE_MOTION_SECONDS PRE_MOTION_TIME PRE_MOTION_DURATION "
			      "PREMOTION_LENGTH "
			      "PRE_LENGTH PRE_MOTION_LEN "},
	{"IMAGE_QUALITY", " IMG_QUALITY JPEG_QUALITY PICTURE_QUALITY CAMERA_QUALITY IMAGE_QUAL JPG_QUALITY "},
	{"LOCAL_TIMEZONE",
		" TIMEZONE TIME_ZONE LOCAL_TIME_ZONE LOCAL_TZ LOCALTIMEZONE LOCAL_TIME CAMERA_TIMEZONE "},
};

enum { N_SINGLES = sizeof(singles) / sizeof(singles[0]), LONG = 11 };

/* @return the name that a name like this is meant to be, NULL: none, or it is that */
static const char *single_of(const char *name, char *const *variables, struct arena *a)
{
	struct nearest near;

	for (size_t i = 0; i < N_SINGLES; i++)
		if (!strcmp(singles[i].name, name))
			return NULL;
	for (size_t i = 0; i < N_SINGLES; i++) {
		const char *right = singles[i].name;

		if (!strcasecmp(right, name))
			return right;
		/* Who knows the right name has the other for something else. */
		if (meaning_in(singles[i].words, name) && !env_get(variables, right) &&
			!env_get(variables, arena_printf(a, "%s_FILE", right)))
			return right;
		nearest_init_spelling(&near, name, strlen(right) >= LONG ? 2 : 0);
		nearest_try(&near, right);
		if (near.best[0])
			return right;
	}
	return NULL;
}

void env_near_single(char *const *variables, struct arena *a, struct report *r)
{
	for (char *const *e = variables; e && *e; e++) {
		size_t n = strcspn(*e, "="), tail = n > 5 && !strncmp(*e + n - 5, "_FILE", 5) ? 5 : 0;
		struct where at = {0};
		const char *right;

		if (!(*e)[n] || n >= NAME_LEN)
			continue;
		right = single_of(arena_copy(a, *e, n - tail), variables, a);
		if (!right)
			continue;
		at.source = arena_printf(a, "environment %.*s", (int)n, *e);
		report_error(r, &at, NULL, "is not read; did you mean %s%s? Rename it, or remove it", right,
			tail ? "_FILE" : "");
	}
}
