/* SPDX-License-Identifier: MIT */
/* recorder_mp4: the list of recordings, their files, and their names. */
#include "plugins/recorder_mp4/names.h"
#include "plugins/recorder_mp4/test_rig.h"
#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct rig r;
static char body[400000];
static struct cam_reply reply;

static void touch(const char *path, const char *text, int64_t mtime)
{
	char full[512];
	int fd;

	snprintf(full, sizeof(full), "%s/%s", r.folder, path);
	fd = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	CHECK(fd >= 0);
	CHECK_INT(write(fd, text, strlen(text)), strlen(text));
	futimens(fd, (struct timespec[2]){{mtime, 0}, {mtime, 0}});
	close(fd);
}

static void folder(const char *path)
{
	char full[512];

	snprintf(full, sizeof(full), "%s/%s", r.folder, path);
	CHECK_INT(mkdir(full, 0755), 0);
}

/* 2026-03-01 12:00:00Z is 1772366400. */
static void begin(void)
{
	rig_init(&r);
	CHECK_INT(rig_start(&r), 0); /* first, because it looks at the newest file */
	folder("cam");
	folder("cam/2026-03-01");
	folder("cam/2026-03-02");
	folder("cam/latest");
	folder("other");
	folder("other/2026-03-01");
	touch("cam/2026-03-02/cam_2026-03-02_00-00-00Z.mp4", "three", 1772409700);
	touch("cam/2026-03-01/cam_2026-03-01_13-05-00+0100.mp4", "two!", 1772367000);
	touch("cam/2026-03-01/cam_2026-03-01_12-00-00Z.mp4", "one", 1772366700);
	touch("cam/2026-03-01/cam_2026-03-01_12-00-00Z_2.mp4", "again", 1772366700);
	touch("cam/2026-03-01/notes.txt", "foreign", 0);
	touch("cam/2026-03-01/cam_2026-03-01_12-00-00Z.mp4.torn", "foreign", 0);
	touch("cam/2026-03-01/cam_2026-03-01_12-00-00Z_1.mp4", "foreign", 0);
	touch("cam/2026-03-01/other_2026-03-01_12-00-00Z.mp4", "foreign", 0);
	touch("cam/latest/cam_2026-03-01_12-00-00Z.mp4", "foreign", 0);
	touch("other/2026-03-01/other_2026-03-01_12-00-00Z.mp4", "secret", 1772366700);
	folder("cam/2026-03-01/cam_2026-03-01_12-30-00Z.mp4");
}

static void end(void)
{
	rig_stop(&r);
	rig_finish(&r);
}

/* @return the status; the body as text is in `body` */
static int get(int route, const char *query, const char *tail)
{
	struct cam_request request = {.size = sizeof(request),
		.method = "GET",
		.path = "/api/v1/recordings",
		.query = query,
		.tail = tail};
	int err;

	reply = (struct cam_reply){.size = sizeof(reply), .status = 200, .type = "text/plain", .fd = -1};
	err = cam_plugin_1.routes[route].handle(r.f.self, &request, &reply);
	body[0] = '\0';
	if (err)
		return err;
	if (reply.fd >= 0) {
		ssize_t n = pread(reply.fd, body, sizeof(body) - 1, 0);

		close(reply.fd);
		CHECK_INT(n, reply.fd_len);
		body[n] = '\0';
	} else {
		CHECK(reply.len < sizeof(body));
		memcpy(body, reply.data, reply.len);
		body[reply.len] = '\0';
	}
	if (reply.release)
		reply.release(&reply);
	return reply.status;
}

static int count(const char *what)
{
	int n = 0;

	for (const char *p = body; (p = strstr(p, what)); p++)
		n++;
	return n;
}

TEST(the_list_is_in_order_and_leaves_foreign_files_out)
{
	const char *one, *again, *two, *three;

	begin();
	CHECK_INT(get(0, "camera=cam", ""), 200);
	CHECK_STR(reply.type, "application/json");
	CHECK_INT(count("\"id\""), 4);
	one = strstr(body, "cam_2026-03-01_12-00-00Z.mp4");
	again = strstr(body, "cam_2026-03-01_12-00-00Z_2.mp4");
	two = strstr(body, "cam_2026-03-01_13-05-00+0100.mp4");
	three = strstr(body, "cam_2026-03-02_00-00-00Z.mp4");
	CHECK(one && again && two && three && one < again && again < two && two < three);
	CHECK(strstr(body, "{\"id\":\"cam/2026-03-01/cam_2026-03-01_12-00-00Z.mp4\",\"camera\":\"cam\","
			   "\"start\":\"2026-03-01T12:00:00Z\",\"start_s\":1772366400,\"duration_s\":300.0,"
			   "\"bytes\":3}"));
	end();
}

TEST(the_list_keeps_to_the_times_asked_for)
{
	begin();
	CHECK_INT(get(0, "camera=cam&from=1772366701", ""), 200);
	CHECK_INT(count("\"id\""), 2);
	CHECK_INT(get(0, "from=1772366400&to=1772366699&camera=cam", ""), 200);
	CHECK_INT(count("\"id\""), 2);
	CHECK_INT(get(0, "camera=cam&to=1", ""), 200);
	CHECK_STR(body, "[]\n");
	CHECK_INT(get(0, "camera=cam&from=999999999999", ""), 200);
	CHECK_STR(body, "[]\n");
	/* The clock was an hour ahead when this one began. */
	touch("cam/2026-03-01/cam_2026-03-01_15-00-00Z.mp4", "set back", 1772373660);
	CHECK_INT(get(0, "camera=cam&from=1772377200&to=1772377260", ""), 200);
	CHECK_INT(count("\"id\""), 1);
	CHECK_INT(get(0, "camera=cam&from=1772373600&to=1772373700", ""), 200);
	CHECK_INT(count("\"id\""), 1);
	CHECK_INT(get(0, "camera=cam&from=1772374000&to=1772375000", ""), 200);
	CHECK_STR(body, "[]\n");
	CHECK_INT(get(0, "camera=cam&from=-1", ""), 400);
	CHECK_INT(get(0, "camera=cam&from=", ""), 400);
	CHECK_INT(get(0, "camera=cam&to=1e9", ""), 400);
	CHECK_INT(get(0, "camera=cam&to=%3", ""), 400);
	end();
}

TEST(a_recorder_answers_for_its_own_camera_only)
{
	begin();
	CHECK_INT(get(0, "", ""), 400);
	CHECK_INT(get(0, "camera=other", ""), 404);
	CHECK_INT(get(0, "camera=ca", ""), 404);
	CHECK_INT(get(0, "camera=%63am", ""), 200);
	CHECK_INT(get(0, "camera=cam%00", ""), 400);
	CHECK_INT(get(1, "", "2026-03-01/other_2026-03-01_12-00-00Z.mp4"), 404);
	end();
}

TEST(a_recording_is_served_by_its_id)
{
	begin();
	CHECK_INT(get(1, "", "2026-03-01/cam_2026-03-01_13-05-00+0100.mp4"), 200);
	CHECK_STR(body, "two!");
	CHECK_STR(reply.type, "video/mp4");
	CHECK_INT(reply.fd_from, 0);
	end();
}

/* On the disk, in an id and in a URL it is one text, which the path's decoder makes the name of again. */
TEST(a_name_for_people_is_in_the_list_and_its_recordings_are_served)
{
	rig_init(&r);
	r.camera = "T\u00fcr \"1\".a";
	CHECK_INT(rig_start(&r), 0);
	folder("T%C3%BCr%20%221%22.a");
	folder("T%C3%BCr%20%221%22.a/2026-03-01");
	touch("T%C3%BCr%20%221%22.a/2026-03-01/T%C3%BCr%20%221%22.a_2026-03-01_13-05-00+0100.mp4", "two!",
		1772367000);
	CHECK_INT(get(0, "camera=T%C3%BCr+%221%22.a", ""), 200);
	CHECK(strstr(body,
		"[{\"id\":\"T%C3%BCr%20%221%22.a/2026-03-01/T%C3%BCr%20%221%22.a_2026-03-01_13-05-00"
		"+0100.mp4\",\"camera\":\"T\u00fcr \\\"1\\\".a\","));
	CHECK_INT(get(1, "", "2026-03-01/T\u00fcr \"1\".a_2026-03-01_13-05-00+0100.mp4"), 200);
	CHECK_STR(body, "two!");
	CHECK_INT(get(1, "", "2026-03-01/T\u00fcr \"1\"_2026-03-01_13-05-00+0100.mp4"), 404);
	end();
}

TEST(nothing_but_recordings_is_served)
{
	static const char *const ids[] = {"", "2026-03-01", "2026-03-01/", "2026-03-01/notes.txt",
		"2026-03-01/../2026-03-01/cam_2026-03-01_12-00-00Z.mp4",
		"2026-03-01/cam_2026-03-01_12-00-00Z.mp4/", "2026-03-01/cam_2026-03-01_12-00-00Z.mp4.torn",
		"cam/2026-03-01/cam_2026-03-01_12-00-00Z.mp4", "2026-03-01_cam_2026-03-01_12-00-00Z.mp4",
		"2026-03-01/other_2026-03-01_12-00-00Z.mp4", "latest/cam_2026-03-01_12-00-00Z.mp4",
		"2026-03-01//etc/passwd", "/etc/passwd", "2026-03-01/cam_2026-03-01_12-30-00Z.mp4",
		"2026-03-02/cam_2026-03-01_12-00-00Z.mp4", "2026-13-01/cam_2026-13-01_12-00-00Z.mp4",
		"2026-03-01/cam_2026-03-01_25-00-00Z.mp4", "2026-03-01/cam_2026-03-01_12-00-01Z.mp4"};
	char link[512], id[600];

	begin();
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		CHECK_INT(get(1, "", ids[i]), 404);
	snprintf(link, sizeof(link), "%s/cam/2026-03-01/cam_2026-03-01_11-00-00Z.mp4", r.folder);
	CHECK_INT(symlink("/etc/hostname", link), 0);
	CHECK_INT(get(1, "", "2026-03-01/cam_2026-03-01_11-00-00Z.mp4"), 404);
	snprintf(link, sizeof(link), "%s/cam/2026-03-03", r.folder);
	CHECK_INT(symlink("2026-03-01", link), 0);
	CHECK_INT(get(1, "", "2026-03-03/cam_2026-03-03_11-00-00Z.mp4"), 404);
	CHECK_INT(get(0, "camera=cam", ""), 200);
	CHECK_INT(count("\"id\""), 4);
	memset(id, 'a', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	memcpy(id, "2026-03-01/", 11);
	CHECK_INT(get(1, "", id), 404);
	end();
}

TEST(a_list_is_bounded_to_the_newest)
{
	char path[128];

	begin();
	folder("cam/2026-02-01");
	for (int i = 0; i < 1200; i++) {
		snprintf(path, sizeof(path), "cam/2026-02-01/cam_2026-02-01_%02d-%02d-%02dZ.mp4", i / 3600,
			i / 60 % 60, i % 60);
		touch(path, "x", 1772366700);
	}
	CHECK_INT(get(0, "camera=cam", ""), 200);
	CHECK_INT(count("\"id\""), 1000);
	CHECK(strstr(body, "cam_2026-03-02_00-00-00Z.mp4"));
	CHECK(!strstr(body, "cam_2026-02-01_00-00-00Z.mp4"));
	end();
}

TEST(names_survive_the_hour_that_a_clock_change_repeats)
{
	char day[NAME_DAY_BYTES], before[NAME_FILE_BYTES], after[NAME_FILE_BYTES];
	int64_t start, change = 1792890000; /* 2026-10-25 01:00:00Z: Berlin goes from +0200 to +0100 */

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	CHECK_INT(name_make("cam", (change - 1800) * CAM_SECOND, 1, day, before), 0);
	CHECK_STR(before, "cam_2026-10-25_02-30-00+0200.mp4");
	CHECK(name_parse("cam", day, before, &start));
	CHECK_INT(start, change - 1800);
	CHECK_INT(name_make("cam", (change + 1800) * CAM_SECOND, 12, day, after), 0);
	CHECK_STR(after, "cam_2026-10-25_02-30-00+0100_12.mp4");
	CHECK(name_parse("cam", day, after, &start));
	CHECK_INT(start, change + 1800);
	setenv("TZ", "<-0330>3:30", 1);
	tzset();
	CHECK_INT(name_make("a_b-1", 0, 1, day, after), 0);
	CHECK_STR(after, "a_b-1_1969-12-31_20-30-00-0330.mp4");
	CHECK(name_parse("a_b-1", day, after, &start));
	CHECK_INT(start, 0);
	setenv("TZ", "UTC", 1);
	tzset();
}

TEST(what_began_before_who_asks_may_see_is_not_there)
{
	begin();
	r.f.seen_since_ns = INT64_C(1772366401) * CAM_SECOND;
	CHECK_INT(get(0, "camera=cam", ""), 200);
	CHECK_INT(count("\"id\""), 2);
	CHECK(!strstr(body, "12-00-00Z"));
	CHECK_INT(get(1, "", "2026-03-01/cam_2026-03-01_12-00-00Z.mp4"), 404);
	CHECK_INT(get(1, "", "2026-03-02/cam_2026-03-02_00-00-00Z.mp4"), 200);
	end();
}

RUN_TESTS(T(the_list_is_in_order_and_leaves_foreign_files_out), T(the_list_keeps_to_the_times_asked_for),
	T(a_recorder_answers_for_its_own_camera_only), T(a_recording_is_served_by_its_id),
	T(what_began_before_who_asks_may_see_is_not_there),
	T(a_name_for_people_is_in_the_list_and_its_recordings_are_served),
	T(nothing_but_recordings_is_served), T(a_list_is_bounded_to_the_newest),
	T(names_survive_the_hour_that_a_clock_change_repeats))
