/* SPDX-License-Identifier: MIT */
/* What people type that is nearly right: variables, addresses, files of other products. */
#include "config_fakes.h"
#include "tests/check.h"

#include "core/config/load.h"
#include "core/config/option/url.h"
#include "core/config/yaml/foreign.h"
#include "core/config/yaml/yaml.h"

#include <errno.h>
#include <unistd.h>

static struct text errors;
static bool is_loaded; /* what single() had was told by warnings at most */

/* Single-camera mode with these variables beside the address. @return what is told */
static const char *single(const char *a, const char *b)
{
	char *env[] = {strdupa("CAMERA_RTSP_URL=rtsp://192.0.2.1/s"), strdupa(a), strdupa(b), NULL};
	struct config_input in = {.environ = env, .plugins = fake_plugins};
	struct config *c = NULL;

	text_free(&errors);
	is_loaded = !config_load(&in, &c, &errors);
	if (is_loaded)
		text_add(&errors, c->warnings);
	config_free(c);
	return text_str(&errors);
}

/* The same without an address. */
static const char *without(const char *a)
{
	char *env[] = {strdupa(a), NULL};
	struct config_input in = {.environ = env, .plugins = fake_plugins};
	struct config *c = NULL;

	text_free(&errors);
	CHECK_INT(config_load(&in, &c, &errors), -EINVAL);
	return text_str(&errors);
}

TEST(near_names_of_the_single_camera_are_errors)
{
	static const struct {
		const char *variable, *right;
	} cases[] = {{"camera_name=x", "CAMERA_NAME?"}, {"CAMERA_NAMES=x", "CAMERA_NAME?"},
		{"SHARED_MEMORY=x", "SHARED_MEMORY_NAME?"}, {"SHM_NAME=x", "SHARED_MEMORY_NAME?"},
		{"IMG_QUALITY=50", "IMAGE_QUALITY?"}, {"IMAGE_QUALTY=50", "IMAGE_QUALITY?"},
		{"TIMEZONE=UTC", "LOCAL_TIMEZONE?"}, {"LOCAL_TIME_ZONE=UTC", "LOCAL_TIMEZONE?"},
		{"PRE_MOTION=5", "PRE_MOTION_LENGTH?"}, {"PRE_MOTION_LENGHT=5", "PRE_MOTION_LENGTH?"},
		{"WIDHT=640", "WIDTH?"}, {"FRAMERATE=5", "FPS?"}, {"CAMERA_RTSP_URI=x", "CAMERA_RTSP_URL?"},
		{"CAMERA_RSTP_URL=x", "CAMERA_RTSP_URL?"},
		{"CAMERA_RTSP_URLS_FILE=/x", "CAMERA_RTSP_URL_FILE?"}, {"HEIGH=1", "HEIGHT?"},
		{"WIDTH_=1", "WIDTH?"}, {"MOTION_TRESHOLD=1", "MOTION_THRESHOLD?"},
		{"MOTION_THRESHHOLD=1", "MOTION_THRESHOLD?"}, {"POST_MOTION_LENTH=1", "POST_MOTION_LENGTH?"},
		{"CAMSERVER_FPS=5", "did you mean FPS?"},
		{"CAM_SERVER_PLUGINS_PATH=/p", "CAM_SERVER_PLUGIN_PATH?"},
		{"CAM_SERVER.CAMERAS.CAMERA_001.BUFFER.FPS=5",
			"CAM_SERVER__CAMERAS__CAMERA_001__BUFFER__FPS,"},
		{"CAM_SERVER__LOG_LEVEL=debug", "CAM_SERVER__SERVER__LOG_LEVEL?"},
		{"CAM_SERVER__CAMERAS__FRONT__SOURCE__URL=x", "there is \"camera_001\""}};
	static const char *const addresses[] = {"CAMERA_URL=x", "RTSP_URL=x", "CAMERA_RTSP=x",
		"CAMERA_RTSP_URI=x", "STREAM_URL=x", "CAM_URL=x"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(strstr(single(cases[i].variable, "X=x"), cases[i].right) && !is_loaded);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		CHECK(strstr(without(addresses[i]), "is not read; did you mean CAMERA_RTSP_URL?"));
	text_free(&errors);
}

TEST(what_others_set_is_left_alone)
{
	static const char *const names[] = {"CAM_SERVER_SERVICE_HOST=10.0.0.1",
		"CAM_SERVER_SERVICE_PORT=5000", "CAM_SERVER_SERVICE_PORT_HTTP=5000",
		"CAM_SERVER_PORT=tcp://10.0.0.1:5000", "CAM_SERVER_PORT_5000_TCP=tcp://10.0.0.1:5000",
		"CAM_SERVER_PORT_5000_TCP_ADDR=10.0.0.1", "CAM_SERVER_CAMERAS_SERVICE_HOST=10.0.0.1",
		"CAM_SERVER_PLUGIN_PATH=/p", "CAM_SERVER_ENV_PATH=/bin", "CAMERA_SERVICE_HOST=10.0.0.1",
		"CAMERA_SERVICE_PORT=554", "CAMERA_PORT_554_TCP_ADDR=10.0.0.1",
		"CAMERA_RTSP_SERVICE_HOST=10.0.0.1", "TZ=Europe/Berlin", "HOSTNAME=x", "PATH=/bin", "HOME=/",
		"LANG=C", "LINES=24", "COLUMNS=80", "QUALITY=9", "POST_MOTION_LENGTH=5", "MOTION_THRESHOLD=9",
		"CAMERA_NAME_FILE=", "WITH=x", "WEIGHT=9", "CAM_TAKE_OVER=1:1:/r", "CAM_DEMO_RECORDINGS=/r"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CHECK_STR(single(names[i], "X=x"), "");
	CHECK(strstr(single("CAM_SERVER_COLOUR=red", "X=x"), "is not read"));
	text_free(&errors);
}

TEST(what_may_be_meant_for_the_camera_is_told_beside_an_address_and_wrong_without)
{
	static const char *const names[] = {"CAMERA_RTSP=x", "STREAM_URL=x", "RTSP_URL=x",
		"RTSP_STREAM_URL=x", "CAMERA_IP=x", "CAMERA_HOST=x", "CAMERA_USER=x", "CAMERA_USERNAME=x",
		"CAMERA_PASSWORD=x", "RTSP_USER=x", "RTSP_PASSWORD=x"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CHECK(strstr(single(names[i], "X=x"), "CAMERA_RTSP_URL"));
		CHECK(is_loaded);
		CHECK(strstr(without(names[i]), ": is not read; "));
	}
	CHECK(strstr(single("CAMERA_PASSWORD=x", "X=x"), "CAM_SERVER__CAMERAS__<NAME>__SOURCE__PASSWORD"));
	text_free(&errors);
}

TEST(quotation_marks_that_docker_keeps_are_told)
{
	static const char *const values[] = {"CAMERA_NAME=\"Front Door\"", "SHARED_MEMORY_NAME='front'",
		"FPS=\"10\"", "LOCAL_TIMEZONE=\"UTC\""};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		CHECK(strstr(single(values[i], "X=x"), "holds the quotation marks around its value"));
	CHECK_STR(single("CAMERA_NAME=\"", "SHARED_MEMORY_NAME=a"), "");
	text_free(&errors);
}

TEST(time_zones_as_people_type_them)
{
	static const struct {
		const char *variable, *told;
	} cases[] = {{"LOCAL_TIMEZONE=UTC+2", "\"Etc/GMT-2\"? The sign is reversed"},
		{"LOCAL_TIMEZONE=UTC-05", "\"Etc/GMT+5\"?"}, {"LOCAL_TIMEZONE=UTC+99", "as in Europe/Berlin"},
		{"LOCAL_TIMEZONE=CEST", "a region and its city"},
		{"LOCAL_TIMEZONE=Europe/Berln", "\"Europe/Berlin\"?"},
		{"LOCAL_TIMEZONE=America/New_Yrok", "\"America/New_York\"?"},
		{"LOCAL_TIMEZONE=America/New York", "\"America/New_York\"?"},
		{"LOCAL_TIMEZONE=Berlin", "\"Europe/Berlin\"?"},
		{"LOCAL_TIMEZONE=europe/berlin", "\"Europe/Berlin\"?"},
		{"LOCAL_TIMEZONE=Mars/Olympus", "shows what is"}};

	if (access("/usr/share/zoneinfo/tzdata.zi", R_OK)) {
		printf("# no list of time zones here\n");
		return;
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(strstr(single(cases[i].variable, "X=x"), cases[i].told));
	text_free(&errors);
}

TEST(addresses_as_people_type_them)
{
	static const struct {
		const char *url, *comment, *told; /* told NULL: fine */
	} cases[] = {
		{"rtsp://192.0.2.10/s", NULL, NULL},
		{"rtsp://192.0.2.10/s", "#note", NULL},
		{"rtsp://admin:secret@192.0.2.10:554/s", NULL, NULL},
		{"rtsp://admin:secret@192.0.2.10/user=a@b", NULL, NULL},
		{"rtsp://192.0.2.10:554/stream@1", NULL, NULL},
		{"rtsp://camera:554/stream@1", NULL, NULL},
		{"rtsp://camera/s", NULL, NULL},
		{"rtsp://[fe80::1]:554/s", NULL, NULL},
		{"rtsp://admin:s%23c%40r%2Ft@camera.example/s?a=b&c=d", NULL, NULL},
		{"rtsp://ipcam/s", NULL, NULL},
		{"file:///videos/a.mp4", NULL, NULL},
		{"x", NULL, NULL},
		{"", NULL, NULL},
		{"://", NULL, NULL},
		{"rtsp://a:secret#x@192.0.2.10/", NULL, "%23 for #"},
		{"rtsp://a:secret/x@192.0.2.10/", NULL, "%2F for /"},
		{"rtsp://a:secret?x@cam/", NULL, "%3F for ?"},
		{"rtsp://a:secret@x@192.0.2.10/", NULL, "%40 for @"},
		{"rtsp://a:secret x@192.0.2.10/", NULL, "%20 for a blank"},
		{"rtsp://a:12/secret@192.0.2.10/", NULL, "%2F for /"},
		{"rtsp://a:secret", "#x@192.0.2.10/", "begins a comment"},
		{"rtsp://<ip>:554/s", NULL, "<ip>"},
		{"rtsp://IP_ADDRESS/s", NULL, "IP_ADDRESS"},
		{"rtsp://ip-of-camera/s", NULL, "ip-of-camera"},
		{"rtsp://192.168.0.X/s", NULL, "192.168.0.X"},
		{"rtsp://admin:YOUR_PASSWORD@192.0.2.10/s", NULL, "words for the login"},
		{"rtsp://192.0.2.10:99999/s", NULL, "1 to 65535"},
		{"\"rtsp://192.0.2.10/s\"", NULL, "quotation mark"},
		{" rtsp://192.0.2.10/s", NULL, "a blank; remove it"},
		{"rtsp://[fe80::1]:x/s", NULL, "1 to 65535"},
	};
	struct arena a = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why = url_fault(cases[i].url, cases[i].comment, &a);

		if (cases[i].told ? !why || !strstr(why, cases[i].told) : why != NULL)
			printf("# %s: %s\n", cases[i].url, why ? why : "nothing is told");
		CHECK(cases[i].told ? why && strstr(why, cases[i].told) : !why);
		CHECK(!why || !strstr(why, "secret"));
	}
	CHECK(!a.failed);
	arena_free(&a);
}

/* Bytes that a hostile file changes; the same each time. */
static unsigned next(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

TEST(mutated_files_of_others_are_told_or_not_and_nothing_breaks)
{
	static const char *const files[] = {
		"cameras: {a: {ffmpeg: {inputs: [{path: \"rtsp://u:secret@h/1\"}]}}}\n",
		"streams: {a: [\"ffmpeg:rtsp://u:secret@h/1#x\"], b: rtsp://h}\npaths: {c: {source: "
		"rtsp://u:secret@h}}\n",
		"daemon on\nnetcam_url rtsp://h/1\nnetcam_userpass u:secret\ncamera_name A B\n",
		"[{mid: a, details: '{\"auto_host\":\"rtsp:\\/\\/u:secret@h\\/1\"}'}]\n"};
	unsigned state = 1;

	for (unsigned round = 0; round < 4000; round++) {
		char data[256];
		size_t n = strlen(files[round % 4]);
		struct arena a = {0};
		struct text told = {0};
		struct report r = {.errors = &told};

		memcpy(data, files[round % 4], n + 1);
		for (unsigned k = round ? 1 + next(&state) % 4 : 0; k; k--)
			data[next(&state) % n] = (char)next(&state);
		n = round % 3 ? n : next(&state) % (n + 1);
		yaml_parse(data, n, "t.yaml", &a, &r);
		CHECK(!a.failed && r.n_errors <= 1);
		text_free(&told);
		text_free(&r.warnings);
		arena_free(&a);
	}
}

TEST(a_folder_and_a_wrong_ending_are_told)
{
	char folder[] = "/tmp/cam_server_people_XXXXXX";
	struct config_input in = {.file = mkdtemp(folder), .plugins = fake_plugins};
	struct config *c = NULL;
	char path[] = "/tmp/cam_server_people_XXXXXX.yaml", *wrong;
	int fd = mkstemps(path, 5);

	CHECK(fd >= 0);
	close(fd);
	text_free(&errors);
	CHECK(config_load(&in, &c, &errors) < 0 && strstr(text_str(&errors), "docker makes a folder"));
	rmdir(folder);
	wrong = strdupa(path);
	strcpy(wrong + strlen(wrong) - 5, ".yml");
	in.file = wrong;
	text_free(&errors);
	CHECK(config_load(&in, &c, &errors) < 0 && strstr(text_str(&errors), path));
	text_free(&errors);
	unlink(path);
}

RUN_TESTS(T(near_names_of_the_single_camera_are_errors), T(what_others_set_is_left_alone),
	T(what_may_be_meant_for_the_camera_is_told_beside_an_address_and_wrong_without),
	T(quotation_marks_that_docker_keeps_are_told), T(time_zones_as_people_type_them),
	T(addresses_as_people_type_them), T(mutated_files_of_others_are_told_or_not_and_nothing_breaks),
	T(a_folder_and_a_wrong_ending_are_told))
