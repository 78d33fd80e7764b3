/* SPDX-License-Identifier: MIT */

#include "core/config/yaml/foreign.h"

#include "core/config/words/meaning.h"
#include "lib/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { URL_LONGEST = 300, NAME_LONGEST = 32, STEPS_MAX = 4000, TOPS_MAX = 100 };

/*
 * Where products keep the address of a camera: keys by '/', '*' for any name, which is the camera's, '#' for any item
 * of a list. Of the rows of one product the first that finds an address counts. Behind a '!' only beside `cameras`.
 */
static const struct {
	const char *product, *path;
} places[] = {
	{"Frigate", "!go2rtc/streams/*"},
	{"Frigate", "cameras/*/ffmpeg/inputs/#/path"},
	{"MediaMTX", "paths/*/source"},
	{"MediaMTX", "paths/*/runOnInit"},
	{"MediaMTX", "paths/*/runOnDemand"},
	{"go2rtc", "streams/*"},
	{"Viseron", "ffmpeg/camera/*/host"},
	{"Home Assistant", "camera/#/stream_source"},
	{"Home Assistant", "camera/#/input"},
	{"camera.ui", "cameras/#/videoConfig/source"},
	{"Homebridge", "platforms/#/cameras/#/videoConfig/source"},
	{"Homebridge", "platforms/#/options/cameras/#/videoConfig/source"},
	{"Shinobi", "details/auto_host"},
	{"Shinobi", "#/details/auto_host"},
};

/* Keys at the top that tell a product without a camera; two of them are enough. */
static const struct {
	const char *product, *keys;
} tops[] = {
	{"Frigate", " mqtt detectors record snapshots objects birdseye go2rtc ffmpeg model motion detect "
		    "review "},
	{"MediaMTX", " paths pathDefaults rtspAddress hlsAddress webrtcAddress rtmpAddress srtAddress "
		     "apiAddress hls srt "
		     "readTimeout writeTimeout rtspTransports authMethod authInternalUsers logLevel "
		     "logDestinations "},
	{"go2rtc", " streams api rtsp webrtc ffmpeg hass srtp homekit log ngrok "},
	{"Home Assistant", " homeassistant default_config automation script scene frontend "},
	{"Shinobi", " mid ke details "},
};

struct foreign_walk {
	struct arena *arena;
	const char *name; /* of the last '*', or a sibling called `name` */
	const char *url;
	unsigned steps;
	bool seen; /* the path was there */
};

const char *foreign_url(const char *text, struct arena *a)
{
	const char *at = strcasestr(text, "rtsp://");
	size_t n = at ? strcspn(at, " \t\r\n\"'`<>\\#|,;") : 0,
	       more = at ? strcspn(at, " \t\r\n\"'`<>\\") : 0;
	const char *login = at ? memrchr(at, '@', more) : NULL;

	/* What else ends an address may stand in a password. */
	if (login && login > at + n && !memchr(at, '@', n))
		n = (size_t)(login - at) + strcspn(login, " \t\r\n\"'`<>\\#|,;");
	return n > 7 && n < URL_LONGEST ? arena_copy(a, at, n) : NULL;
}

/* @return whether it may stand in a name as it is */
static bool is_of_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == ' ' || c == '.';
}

const char *foreign_name(const char *text, struct arena *a)
{
	struct text out = {0};
	const char *name;

	for (; *text && out.len < NAME_LONGEST; text++)
		if (is_of_name(*text) && (out.len || isalnum((unsigned char)*text)))
			text_add_n(&out, text, 1);
		else if (out.len && out.data[out.len - 1] != '_')
			text_add(&out, "_");
	while (out.len && strchr(" _.", out.data[out.len - 1]))
		out.data[--out.len] = 0;
	a->failed |= out.failed;
	name = out.len ? arena_copy(a, text_str(&out), out.len) : NULL;
	text_free(&out);
	return name;
}

/* A JSON text inside a text, as Shinobi keeps it, has its slashes escaped. */
static const char *unescaped(const char *text, struct arena *a)
{
	struct text out = {0};

	for (; *text; text++)
		if (*text != '\\')
			text_add_n(&out, text, 1);
	return arena_take(a, &out);
}

/* @return the address in a scalar, or in the first item that has one */
static const char *address_of(const struct tree *t, struct arena *a)
{
	const char *url = t->kind == TREE_SCALAR ? foreign_url(t->value, a) : NULL;

	for (const struct tree *c = t->kind == TREE_LIST ? t->first : NULL; c && !url; c = c->next)
		url = c->kind == TREE_SCALAR ? foreign_url(c->value, a) : NULL;
	return url;
}

static void arrived(struct foreign_walk *w, const struct tree *t)
{
	const struct tree *named = tree_get(t->parent, "name"),
			  *above = t->parent ? tree_get(t->parent->parent, "name") : NULL;

	w->seen = true;
	if (t->kind != TREE_MAP)
		w->url = address_of(t, w->arena);
	named = named ? named : above;
	if (named && named->kind == TREE_SCALAR)
		w->name = named->value;
}

/* Shinobi keeps JSON in a text. @return whether the key that the path begins with is in it, and its address then taken */
static bool is_json_with_host(struct foreign_walk *w, const char *text, const char *path)
{
	static const char key[] = "auto_host";
	const char *at = strncmp(path, key, strcspn(path, "/")) == 0 ? strstr(text, key) : NULL;

	if (at) {
		w->seen = true;
		w->url = foreign_url(unescaped(at, w->arena), w->arena);
	}
	return at;
}

/* @return whether the n bytes that a path begins with lead to a key, or to an item of a list, which has none */
static bool is_step(const char *path, size_t n, const char *key)
{
	return (n == 1 && strchr("*#", *path)) || (strlen(key) == n && !strncmp(key, path, n));
}

/* @return whether an address was found at the end of the path; depth is bounded by its length */
static bool walk(struct foreign_walk *w, const struct tree *t, const char *path)
{
	size_t n = strcspn(path, "/");
	const char *rest = path[n] ? path + n + 1 : "";

	if (!*path)
		arrived(w, t);
	if (!*path || w->steps > STEPS_MAX ||
		(t->kind == TREE_SCALAR && is_json_with_host(w, t->value, path)))
		return w->url;
	if (t->kind == TREE_SCALAR || (*path == '#') != (t->kind == TREE_LIST))
		return false;
	for (const struct tree *c = t->first; c; c = c->next) {
		w->steps++;
		if (!is_step(path, n, c->key))
			continue;
		if (*path == '*')
			w->name = c->key;
		if (walk(w, c, rest))
			return true;
	}
	return false;
}

/* @return whether a camera is written as here, wherever it stands: then only some words are another's */
static bool is_ours(const struct tree *root)
{
	for (const struct tree *section = root->first; section; section = section->next)
		for (const struct tree *t = section->first; t; t = t->next) {
			const struct tree *source = tree_get(t, "source");

			if (source && source->kind == TREE_MAP)
				return true;
		}
	return false;
}

/* Of the first keys: no product has more at the top. */
static unsigned count_tops(const struct tree *root, const char *keys)
{
	unsigned n = 0, seen = 0;

	for (const struct tree *t = root->first; t && seen < TOPS_MAX; t = t->next, seen++)
		n += t->key && meaning_in(keys, t->key);
	return n;
}

/* @return whether a product's place is there; that of Frigate in go2rtc's words counts only beside `cameras` */
static bool is_there(const struct tree *root, const char *path, struct arena *a)
{
	struct foreign_walk w = {.arena = a};

	if (*path == '!' && !tree_get(root, "cameras"))
		return false;
	walk(&w, root, path + (*path == '!'));
	return w.seen;
}

static bool is_compose(const struct tree *root)
{
	const struct tree *services = tree_get(root, "services");

	for (const struct tree *t = services ? services->first : NULL; t; t = t->next)
		if (tree_get(t, "image") || tree_get(t, "build"))
			return true;
	return false;
}

static bool is_kubernetes(const struct tree *root)
{
	return tree_get(root, "apiVersion") && tree_get(root, "kind");
}

static struct foreign of_places(const struct tree *root, struct arena *a)
{
	struct foreign f = {0};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct foreign_walk w = {.arena = a};

		if ((f.product && strcmp(f.product, places[i].product) != 0) ||
			!is_there(root, places[i].path, a))
			continue;
		f.product = places[i].product;
		walk(&w, root, places[i].path + (*places[i].path == '!'));
		f.url = w.url;
		if (w.name && (w.url || !f.camera))
			f.camera = foreign_name(w.name, a);
		if (f.url)
			break;
	}
	return f;
}

struct foreign foreign_of_tree(const struct tree *root, struct arena *a)
{
	struct foreign f = {0};

	if (root->kind == TREE_SCALAR)
		return f;
	if (is_compose(root) || is_kubernetes(root)) {
		f.product = is_compose(root) ? "docker compose" : "Kubernetes";
		f.advice =
			"it starts cam_server and is not for it: name the file that begins with `cameras:`";
		return f;
	}
	if (is_ours(root))
		return f;
	f = of_places(root, a);
	for (size_t i = 0; !f.product && i < sizeof(tops) / sizeof(tops[0]); i++)
		if (count_tops(root, tops[i].keys) >= 2)
			f.product = tops[i].product;
	return f;
}

void foreign_tell(const struct foreign *f, const char *name, struct arena *a, struct report *r)
{
	struct where at = {.source = name};
	const char *url = f->url ? f->url : "rtsp://...", *camera = f->camera ? f->camera : "front";
	const char *quote = strpbrk(camera, " .") || isdigit((unsigned char)*camera) ? "\"" : "";
	char *masked = strdup(url);

	if (!masked) {
		a->failed = true;
		return;
	}
	text_hide_logins(masked);
	if (f->advice)
		report_error(r, &at, NULL, "is a file of %s: %s", f->product, f->advice);
	else
		report_error(r, &at, NULL,
			"is a configuration of %s, not of cam_server; %s, here: `cameras: "
			"{%s%s%s: {source: "
			"{plugin: rtsp_in, url: \"%s\"}}}`%s",
			f->product, f->url ? "its first camera is" : "a camera is", quote, camera, quote,
			masked, strcmp(masked, url) != 0 ? " (with its password in place of the stars)" : "");
	free(masked);
}
