/* SPDX-License-Identifier: MIT */
#include "core/config/overlay/env_near.h"

#include "core/config/server_options.h"
#include "core/config/words/nearest.h"

#include "core/config/loading.h"
#include "core/config/section.h"
#include "core/config/tree/env.h"
#include "core/config/words/meaning.h"

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

bool env_near_is_option(const char *s)
{
	for (const struct cam_opt *o = server_options; o->name; o++)
		if (*s && begins(s, o->name) == strlen(s))
			return true;
	return false;
}

const char *env_near_spelled(const struct tree *root, const char *s, struct arena *a)
{
	struct text out = {0};
	size_t n = 0;
	const bool is_option = env_near_is_option(s);
	const char *section = is_option ? "server" : section_of(s, &n);
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
	return arena_take(a, &out);
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

/* @return the name with underscores for what may stand in their place */
static const char *underscored(const char *name, struct arena *a)
{
	struct text out = {0};

	for (; *name; name++)
		text_printf(&out, "%c", *name == '-' || *name == '.' ? '_' : *name);
	return arena_take(a, &out);
}

static void not_read(const char *name, const char *right, struct arena *a, struct report *r)
{
	struct where at = {.source = arena_printf(a, "environment %s", name)};

	report_error(r, &at, NULL, "is not read; did you mean %s? Rename it, or remove it", right);
}

/* The one variable of that beginning that is no override. */
static bool is_plugin_path(const char *name, struct arena *a, struct report *r)
{
	static const char right[] = "CAM_SERVER_PLUGIN_PATH";
	struct nearest near;

	if (!strcmp(name, right))
		return true;
	nearest_init_spelling(&near, name, 2);
	nearest_try(&near, right);
	if (!near.best[0] && !meaning_in(" CAM_SERVER_PLUGINS CAM_SERVER_PLUGIN_DIR CAM_SERVER_PLUGINS_DIR "
					 "CAM_SERVER_PLUGINDIR CAM_SERVER_PLUGIN_FOLDER ",
				     name))
		return false;
	not_read(name, right, a, r);
	return true;
}

static void near_override(const struct tree *root, const char *name, struct arena *a, struct report *r)
{
	const char *rest, *right, *plain = underscored(name, a);

	if (!strncmp(name, OVERRIDE_PREFIX, PREFIX_LEN) || is_plugin_path(name, a, r) ||
		!like_prefix(plain, &rest))
		return;
	if (!env_near_is_option(rest) && !strstr(rest, "__") && is_of_a_service(plain))
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
	{"WIDTH", " CAMERA_WIDTH IMAGE_WIDTH IMG_WIDTH FRAME_WIDTH VIDEO_WIDTH WIDHT WITDH WIDTH_ WIDTHS "
		  "WIDT WDTH "},
	{"HEIGHT", " CAMERA_HEIGHT IMAGE_HEIGHT IMG_HEIGHT FRAME_HEIGHT VIDEO_HEIGHT HIGHT HEIGTH HEIGHTH "
		   "HEIGH HEIGHT_ HEIGHTS HEIHGT HEIGT "},
	{"FPS", " CAMERA_FPS FRAMERATE FRAME_RATE FRAMES_PER_SECOND VIDEO_FPS IMAGE_FPS "},
	{"PRE_MOTION_LENGTH", " PRE_MOTION PREMOTION PRE_MOTION_SECONDS PRE_MOTION_TIME PRE_MOTION_DURATION "
			      "PREMOTION_LENGTH "
			      "PRE_LENGTH PRE_MOTION_LEN "},
	{"POST_MOTION_LENGTH", " POST_MOTION POSTMOTION POST_MOTION_SECONDS POST_MOTION_TIME "
			       "POST_MOTION_DURATION POSTMOTION_LENGTH POST_LENGTH POST_MOTION_LEN "},
	{"MOTION_THRESHOLD", " MOTION_THRESH MOTION_TRESH MOTIONTHRESHOLD MOTION_SENSITIVITY "},
	{"IMAGE_QUALITY", " IMG_QUALITY JPEG_QUALITY PICTURE_QUALITY CAMERA_QUALITY IMAGE_QUAL JPG_QUALITY "},
	{"LOCAL_TIMEZONE",
		" TIMEZONE TIME_ZONE LOCAL_TIME_ZONE LOCAL_TZ LOCALTIMEZONE LOCAL_TIME CAMERA_TIMEZONE "},
};

enum { N_SINGLES = sizeof(singles) / sizeof(singles[0]), LONG = 11, FILE_LEN = sizeof("_FILE") - 1 };

/* A name that is like that of a variable of single-camera mode. */
struct like {
	const char *right; /* NULL: it is like none */
	bool is_beside; /* the right one, which is set: it may be meant for something else */
};

static bool is_single(const char *name)
{
	for (size_t i = 0; i < N_SINGLES; i++)
		if (!strcmp(singles[i].name, name))
			return true;
	return false;
}

static bool is_set(const char *name, char *const *variables, struct arena *a)
{
	return env_get(variables, name) || env_get(variables, arena_printf(a, "%s_FILE", name));
}

static struct like single_of(const char *name, char *const *variables, struct arena *a)
{
	struct nearest near;
	const char *rest;

	if (is_single(name))
		return (struct like){0};
	if (like_prefix(name, &rest) && is_single(rest))
		return (struct like){.right = rest};
	for (size_t i = 0; i < N_SINGLES; i++) {
		const char *right = singles[i].name;

		nearest_init_spelling(&near, name, strlen(right) >= LONG ? 2 : 0);
		nearest_try(&near, right);
		if (near.best[0])
			return (struct like){.right = right};
		if (meaning_in(singles[i].words, name))
			return (struct like){right, is_set(right, variables, a)};
	}
	return (struct like){0};
}

#define LOGIN "CAMERA_RTSP_URL (rtsp://USER:PASSWORD@HOST/...), or into CAM_SERVER__CAMERAS__<NAME>__SOURCE__"

/* The parts of an address that people keep in variables of their own. @return what to do with one, NULL: it is none */
static const char *part_of_address(const char *name)
{
	if (meaning_in(" CAMERA_IP CAMERA_HOST CAMERA_IP_ADDRESS CAMERA_HOSTNAME RTSP_HOST RTSP_IP ", name))
		return "CAMERA_RTSP_URL (rtsp://HOST/...)";
	if (meaning_in(" CAMERA_USER CAMERA_USERNAME CAMERA_LOGIN RTSP_USER RTSP_USERNAME ", name))
		return LOGIN "USER";
	if (meaning_in(" CAMERA_PASSWORD CAMERA_PASS CAMERA_PASSWD CAMERA_PW RTSP_PASSWORD RTSP_PASS ", name))
		return LOGIN "PASSWORD";
	return NULL;
}

/* docker's --env-file takes a line as it is, and so the quotation marks that a shell would take away. */
static void check_quotes(const char *name, const char *value, struct arena *a, struct report *r)
{
	struct where at = {.source = arena_printf(a, "environment %s", name)};
	size_t n = strlen(value);

	/* An address is judged where it is used. */
	if (!is_single(name) || !strcmp(name, "CAMERA_RTSP_URL") || n < 2 || !strchr("\"'", value[0]) ||
		value[0] != value[n - 1])
		return;
	report_error(r, &at, NULL,
		"holds the quotation marks around its value, as docker's --env-file keeps them; remove them");
}

static void near_single(const char *name, char *const *variables, struct arena *a, struct report *r)
{
	size_t n = strlen(name), tail = ends_with(name, "_FILE") && n > FILE_LEN ? FILE_LEN : 0;
	const char *stem = arena_copy(a, name, n - tail), *end = tail ? "_FILE" : "";
	const char *part = part_of_address(stem);
	struct where at = {.source = arena_printf(a, "environment %s", name)};
	struct like like = single_of(stem, variables, a);

	if (part && is_set("CAMERA_RTSP_URL", variables, a))
		report_warning(
			r, &at, NULL, "is not read; if it is meant for the camera, write it into %s", part);
	else if (part)
		report_error(r, &at, NULL, "is not read; write it into %s", part);
	else if (like.is_beside)
		report_warning(r, &at, NULL, "is not read; %s is, and is set as well", like.right);
	else if (like.right)
		not_read(name, arena_printf(a, "%s%s", like.right, end), a, r);
}

void env_near_single(char *const *variables, struct arena *a, struct report *r)
{
	for (char *const *e = variables; e && *e; e++) {
		size_t n = strcspn(*e, "=");
		const char *name = (*e)[n] && n < NAME_LEN ? arena_copy(a, *e, n) : "";

		if (!*name)
			continue;
		near_single(name, variables, a, r);
		check_quotes(name, *e + n + 1, a, r);
	}
}
