/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/routes.h"

#include "lib/query.h"
#include "lib/text.h"
#include "plugins/recorder_mp4/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_LISTED = 1000 };
#define SECONDS_MAX INT64_C(999999999999)

struct listed {
	char day[NAME_DAY_BYTES], name[NAME_FILE_BYTES];
	int64_t start, bytes;
	double seconds;
};

struct recordings {
	const struct recorder *recorder;
	const struct cam_who *who;
	int64_t from, to; /* Unix seconds */
	struct listed *entry; /* newest first */
	size_t n, room;
};

static int say(struct cam_reply *reply, int status, const char *text)
{
	reply->status = status;
	snprintf(reply->type, sizeof(reply->type), "text/plain");
	reply->data = text;
	reply->len = strlen(text);
	return 0;
}

/* A file during which the clock was set back ends before it begins: whoever asks for either time finds it. */
static bool is_wanted(const struct recordings *l, int64_t start, int64_t end)
{
	if (end >= start)
		return start <= l->to && end >= l->from;
	return (start >= l->from && start <= l->to) || (end >= l->from && end <= l->to);
}

/* @return whether who asks may see what began then, in Unix seconds */
static bool may_see(const struct recorder *r, const struct cam_who *who, int64_t start)
{
	return r->host->authorise(r->node, who, CAM_PLAYBACK, r->camera, start * CAM_SECOND);
}

static int add(void *arg, const struct tree_entry *at)
{
	struct recordings *l = arg;
	struct listed *e;
	struct stat st;

	if (fstatat(at->day_fd, at->name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return 0;
	if (!is_wanted(l, at->start, st.st_mtime) || !may_see(l->recorder, l->who, at->start))
		return 0;
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 64;
		struct listed *more = realloc(l->entry, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		l->entry = more;
		l->room = room;
	}
	e = &l->entry[l->n++];
	snprintf(e->day, sizeof(e->day), "%s", at->day);
	snprintf(e->name, sizeof(e->name), "%s", at->name);
	e->start = at->start;
	e->bytes = st.st_size;
	e->seconds = (double)(st.st_mtim.tv_sec - at->start) + (double)st.st_mtim.tv_nsec / 1e9;
	return l->n == MAX_LISTED;
}

/* clang-format off */
const struct cam_operation routes_operations[] = {
	{"/api/v1/recordings", CAM_JSON(
		"parameters": [
			{"name": "camera", "in": "query", "required": true, "schema": {"type": "string"}},
			{"name": "from", "in": "query", "description": "Unix seconds.",
				"schema": {"type": "integer", "minimum": 0, "maximum": 999999999999}},
			{"name": "to", "in": "query", "description": "Unix seconds.",
				"schema": {"type": "integer", "minimum": 0, "maximum": 999999999999}}],
		"responses": {
			"200": {"description": "Those that overlap the time, at most the 1000 newest.", "content": {
				"application/json": {"schema": {"type": "array", "maxItems": 1000, "items": {
					"type": "object",
					"required": ["id", "camera", "start", "start_s", "bytes"],
					"properties": {
						"id": {"type": "string",
							"description": "/api/v1/recordings/ID is the file; it is encoded for that."},
						"camera": {"type": "string"},
						"start": {"type": "string", "format": "date-time"},
						"start_s": {"type": "integer", "description": "Unix seconds."},
						"duration_s": {"type": "number", "description": "To the last write, if known."},
						"bytes": {"type": "integer"}}}}}}},
			"400": {"$ref": "#/components/responses/error"},
			"404": {"$ref": "#/components/responses/error"}})},
	{"/api/v1/recordings/{camera}/{day}/{file}", CAM_JSON(
		"parameters": [
			{"name": "camera", "in": "path", "required": true, "schema": {"type": "string"}},
			{"name": "day", "in": "path", "required": true, "schema": {"type": "string"}},
			{"name": "file", "in": "path", "required": true, "schema": {"type": "string"}},
			{"name": "Range", "in": "header", "schema": {"type": "string"}}],
		"responses": {
			"200": {"description": "The file.", "content": {"video/mp4": {}}},
			"206": {"description": "The range of it.", "content": {"video/mp4": {}}},
			"404": {"$ref": "#/components/responses/error"},
			"416": {"$ref": "#/components/responses/error"}})},
	{0}};
/* clang-format on */

/* An id is the path below the directory: a URL's decoder makes of it what routes_file() gets. */
static void print_entry(struct text *out, const char *camera, const char *folder, const struct listed *e)
{
	char start[NAME_UTC_BYTES];

	text_printf(out, "{\"id\":\"%s/%s/%s\",\"camera\":", folder, e->day, e->name);
	text_json(out, camera);
	text_printf(
		out, ",\"start\":\"%s\",\"start_s\":%lld,", name_utc(e->start, start), (long long)e->start);
	if (e->seconds >= 0 && e->seconds < 7 * 86400)
		text_printf(out, "\"duration_s\":%.1f,", e->seconds);
	text_printf(out, "\"bytes\":%lld}", (long long)e->bytes);
}

static void release_text(struct cam_reply *reply)
{
	free(reply->arg);
}

static int print_list(const struct recordings *l, struct cam_reply *reply)
{
	struct text text = {0};

	text_add(&text, "[");
	for (size_t i = l->n; i-- > 0;) {
		print_entry(&text, l->recorder->camera, l->recorder->folder, &l->entry[i]);
		text_add(&text, i ? "," : "");
	}
	text_add(&text, "]\n");
	reply->len = text.len;
	reply->data = reply->arg = text_take(&text);
	if (!reply->arg)
		return -ENOMEM;
	snprintf(reply->type, sizeof(reply->type), "application/json");
	reply->release = release_text;
	return 0;
}

/* The local day of a time, shifted by some days; a file's folder is the local day of its start. */
static const char *day_of(int64_t seconds, int shift, char ret[NAME_DAY_BYTES])
{
	time_t t = (time_t)(seconds + shift * INT64_C(86400));
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(ret, NAME_DAY_BYTES, "%Y-%m-%d", &tm))
		return NULL;
	return ret;
}

int routes_list(const struct recorder *r, const struct cam_request *request, struct cam_reply *reply)
{
	char name[NAME_FILE_BYTES], first[NAME_DAY_BYTES], last[NAME_DAY_BYTES];
	struct recordings l = {.recorder = r, .who = request->who, .to = INT64_C(253402214400)};
	int err;

	if (!query_value(request->query, "camera", name, sizeof(name)))
		return say(reply, 400, "say which camera: ?camera=NAME\n");
	if (strcmp(name, r->camera) != 0)
		return say(reply, 404, "no such camera, or it is not recorded\n");
	if (query_number(request->query, "from", 0, SECONDS_MAX, &l.from) < 0 ||
		query_number(request->query, "to", 0, SECONDS_MAX, &l.to) < 0)
		return say(reply, 400, "from and to are times in Unix seconds\n");
	/* Two days of room: one for the time zone, one for a recording that began the day before. */
	err = tree_visit(r->dir_fd, r->folder, TREE_NEWEST_FIRST, l.from ? day_of(l.from, -2, first) : NULL,
		day_of(l.to, 1, last), add, &l);
	if (err >= 0)
		err = print_list(&l, reply);
	free(l.entry);
	return err;
}

/* Split `<day>/<file>`. @return 0, or -ENOENT */
static int split_id(const char *id, char day[NAME_DAY_BYTES], const char **ret_name)
{
	if (strnlen(id, NAME_DAY_BYTES) < NAME_DAY_BYTES || id[NAME_DAY_BYTES - 1] != '/')
		return -ENOENT;
	memcpy(day, id, NAME_DAY_BYTES - 1);
	day[NAME_DAY_BYTES - 1] = '\0';
	*ret_name = id + NAME_DAY_BYTES;
	return 0;
}

/* A path is decoded before it comes here, and a file's name with it. @return its name in the folder, "": too long */
static const char *file_of(
	const char *camera, const char *folder, const char *name, char ret[NAME_FILE_BYTES])
{
	size_t n = strlen(camera);

	if (strncmp(name, camera, n) != 0)
		return name;
	return snprintf(ret, NAME_FILE_BYTES, "%s%s", folder, name + n) < NAME_FILE_BYTES ? ret : "";
}

/* @return a descriptor, or -errno: -ENOENT also for what who asks may not see */
static int open_file(const struct recorder *r, const struct cam_request *request)
{
	char day[NAME_DAY_BYTES], file[NAME_FILE_BYTES];
	const char *name;
	int64_t start;
	int err = split_id(request->tail, day, &name);

	if (err)
		return err;
	name = file_of(r->camera, r->folder, name, file);
	if (!name_parse(r->folder, day, name, &start) || !may_see(r, request->who, start))
		return -ENOENT;
	return tree_read(r->dir_fd, r->folder, day, name);
}

int routes_file(const struct recorder *r, const struct cam_request *request, struct cam_reply *reply)
{
	struct stat st;
	int fd = open_file(r, request);

	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR ? say(reply, 404, "no such recording\n") : fd;
	if (fstat(fd, &st)) {
		int err = -errno;

		close(fd);
		return err;
	}
	snprintf(reply->type, sizeof(reply->type), "video/mp4");
	reply->fd = fd;
	reply->fd_from = 0;
	reply->fd_len = st.st_size;
	return 0;
}
