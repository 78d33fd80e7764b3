/* SPDX-License-Identifier: MIT */
#include "config_fakes.h"
#include "core/config/builtin.h"
#include "core/config/compare.h"
#include "core/config/load.h"
#include "core/config/match.h"
#include "core/config/origin.h"
#include "core/config/show/help.h"
#include "core/config/show/print.h"
#include "tests/check.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOURCE "source: {plugin: rtsp_in, url: \"rtsp://h/1\"}"

/* The last load: what came out, and the errors. */
static struct config *loaded;
static struct text errors;

static int load_all(const char *file, const char *yaml, char *const *variables, const char *const *sets)
{
	struct config_input in = {.file = file,
		.text = yaml,
		.text_name = "t.yaml",
		.environ = variables,
		.sets = sets,
		.plugins = fake_plugins};
	int err;

	config_free(loaded);
	loaded = NULL;
	text_free(&errors);
	err = config_load(&in, &loaded, &errors);
	CHECK(!err == !!loaded && !err == !errors.len);
	return err;
}

static int load(const char *yaml)
{
	return load_all(NULL, yaml, NULL, NULL);
}

static int load_env(const char *yaml, const char *variable)
{
	char *env[] = {strdupa(variable), NULL};

	return load_all(NULL, yaml, env, NULL);
}

static void drop(void)
{
	config_free(loaded);
	loaded = NULL;
	text_free(&errors);
}

static const struct config_node *node(const char *name)
{
	for (size_t i = 0; i < loaded->n_nodes; i++)
		if (!strcmp(loaded->nodes[i].name, name))
			return &loaded->nodes[i];
	CHECK(!"there is such a node");
	return NULL;
}

TEST(nodes_come_in_the_order_of_the_file)
{
	static const char *const names[] = {"b.source", "b.buffer", "b.extra", "a.source", "a.buffer", "web"};

	CHECK_INT(load("sinks: {web: {plugin: ws_view}}\n"
		       "cameras: {b: {extra: {plugin: mem_ring}}, a: }\n"
		       "defaults: {" SOURCE ", buffer: {plugin: mem_ring}}\n"),
		0);
	CHECK_INT(loaded->n_nodes, 6);
	for (size_t i = 0; i < 6; i++)
		CHECK_STR(loaded->nodes[i].name, names[i]);
	CHECK_INT(loaded->n_cameras, 2);
	CHECK_STR(loaded->cameras[0], "b");
	CHECK_STR(loaded->cameras[1], "a");
	CHECK_STR(node("b.extra")->path, "cameras.b.extra");
	CHECK_STR(node("b.extra")->stage, "extra");
	CHECK_STR(node("b.extra")->camera, "b");
	CHECK_STR(node("web")->path, "sinks.web");
	CHECK(!node("web")->camera && !node("b.extra")->from);
	CHECK_STR(node("web")->from, "*");
	CHECK_STR(loaded->warnings, "");
	drop();
}

TEST(each_value_knows_where_it_came_from)
{
	char *env[] = {strdupa("URL=rtsp://e/"), strdupa("CAM_SERVER__CAMERAS__A__SOURCE__TIMEOUT=7s"), NULL};
	const char *const sets[] = {"cameras.a.source.user=me", "cameras.a.source.password=p", NULL};
	const struct config_node *n;

	CHECK_INT(
		load_all(NULL, "cameras:\n  a:\n    source: {plugin: rtsp_in, url: \"${URL}\"}\n", env, sets),
		0);
	n = node("a.source");
	CHECK_STR(config_origin(loaded, n, "url"), "environment URL via t.yaml:3");
	CHECK_STR(config_origin(loaded, n, "timeout"), "environment CAM_SERVER__CAMERAS__A__SOURCE__TIMEOUT");
	CHECK_STR(config_origin(loaded, n, "user"), "--set");
	CHECK_STR(config_origin(loaded, n, "transport"), "default");
	CHECK_STR(config_origin(loaded, n, "plugin"), "t.yaml:3:22");
	CHECK_STR(config_origin(loaded, n, "from"), "default");
	CHECK_STR(config_origin(loaded, n, NULL), "t.yaml:3:5");
	CHECK_STR(((const struct fake_rtsp *)n->config)->url, "rtsp://e/");
	CHECK_INT(((const struct fake_rtsp *)n->config)->timeout, 7 * CAM_SECOND);
	CHECK_STR(((const struct fake_rtsp *)n->config)->user, "me");
	drop();
}

TEST(values_of_the_environment_must_be_clean_text)
{
	CHECK_INT(
		load_env("cameras: {a: {" SOURCE "}}", "CAM_SERVER__CAMERAS__A__SOURCE__URL=\xff"), -EINVAL);
	CHECK_STR(text_str(&errors),
		"environment CAM_SERVER__CAMERAS__A__SOURCE__URL: the value is not UTF-8\n");
	CHECK_INT(load_env("cameras: {a: {" SOURCE "}}", "CAM_SERVER__CAMERAS__A__SOURCE__URL=a\x1b[m"),
		-EINVAL);
	CHECK_STR(text_str(&errors),
		"environment CAM_SERVER__CAMERAS__A__SOURCE__URL: the value holds a control character\n");
	CHECK_INT(load_env("cameras: {a: {source: {plugin: rtsp_in, url: \"${U}\"}}}", "U=\xc3"), -EINVAL);
	CHECK_STR(text_str(&errors),
		"t.yaml:1:46: cameras.a.source.url: the environment variable U is not UTF-8\n");
	drop();
}

/* A folder with a file PW in it. */
static const char *secret_folder(const char *content)
{
	static char folder[64], path[80];
	FILE *f;

	snprintf(folder, sizeof(folder), "/tmp/cam-config-XXXXXX");
	CHECK(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/PW", folder);
	f = fopen(path, "wb");
	CHECK(f);
	fputs(content, f);
	fclose(f);
	return folder;
}

static void remove_folder(const char *folder)
{
	char path[80];

	snprintf(path, sizeof(path), "%s/PW", folder);
	unlink(path);
	rmdir(folder);
}

static const char *const pw_yaml =
	"cameras: {a: {source: {plugin: rtsp_in, url: x, password: \"${PW:-none}\"}}}";

static const char *password(void)
{
	return ((const struct fake_rtsp *)node("a.source")->config)->password;
}

TEST(secrets_come_from_files_too)
{
	const char *folder = secret_folder("s3cret\r\n");
	char folder_var[100], file_var[100];
	char *env[4] = {folder_var, NULL};

	snprintf(folder_var, sizeof(folder_var), "CREDENTIALS_DIRECTORY=%s", folder);
	snprintf(file_var, sizeof(file_var), "PW_FILE=%s/PW", folder);
	CHECK_INT(load_all(NULL, pw_yaml, NULL, NULL), 0);
	CHECK_STR(password(), "none");
	CHECK_INT(load_all(NULL, pw_yaml, env, NULL), 0);
	CHECK_STR(password(), "s3cret");
	env[0] = file_var;
	CHECK_INT(load_all(NULL, pw_yaml, env, NULL), 0);
	CHECK_STR(password(), "s3cret");
	env[1] = strdupa("PW=plain");
	CHECK_INT(load_all(NULL, pw_yaml, env, NULL), 0);
	CHECK_STR(password(), "plain");
	env[0] = folder_var;
	snprintf(folder_var, sizeof(folder_var), "CAM_SERVER__CAMERAS__A__SOURCE__PASSWORD_FILE=%s/PW",
		folder);
	CHECK_INT(load_all(NULL, pw_yaml, env, NULL), 0);
	CHECK_STR(password(), "s3cret");
	remove_folder(folder);
	drop();
}

TEST(an_unusable_secret_file_is_an_error)
{
	const char *folder = secret_folder("\n");
	char file_var[100], want[200];
	char *env[] = {file_var, NULL};

	snprintf(file_var, sizeof(file_var), "PW_FILE=%s/PW", folder);
	CHECK_INT(load_all(NULL, pw_yaml, env, NULL), -EINVAL);
	snprintf(want, sizeof(want), "t.yaml:1:59: cameras.a.source.password: %s/PW is empty\n", folder);
	CHECK_STR(text_str(&errors), want);
	snprintf(file_var, sizeof(file_var), "PW_FILE=%s", folder);
	CHECK_INT(load_all(NULL, pw_yaml, env, NULL), -EINVAL);
	CHECK(strstr(text_str(&errors), "Is a directory"));
	remove_folder(folder);
	drop();
}

TEST(a_file_that_cannot_be_read_is_an_error)
{
	char link[64];

	CHECK_INT(load_all("/nonexistent/c.yaml", NULL, NULL, NULL), -EINVAL);
	CHECK_STR(text_str(&errors), "/nonexistent/c.yaml: cannot be read: No such file or directory; name "
				     "the file with -c FILE\n");
	CHECK_INT(load_all("/tmp", NULL, NULL, NULL), -EINVAL);
	CHECK_STR(text_str(&errors), "/tmp: cannot be read: Is a directory; name the file with -c FILE\n");
	snprintf(link, sizeof(link), "/tmp/config_load.%d.yaml", (int)getpid());
	CHECK_INT(symlink("/nonexistent/c.yaml", link), 0);
	CHECK_INT(load_all(link, NULL, NULL, NULL), -EINVAL);
	CHECK_INT(unlink(link), 0);
	CHECK(strstr(text_str(&errors), "it is a link to /nonexistent/c.yaml, which is not there\n"));
	CHECK_INT(load_all("/dev/zero", NULL, NULL, NULL), -EINVAL);
	CHECK_STR(text_str(&errors), "/dev/zero: is larger than 256 KiB; put what cameras share into "
				     "`defaults`, or split the cameras over several servers\n");
	drop();
}

TEST(single_camera_mode_needs_one_variable)
{
	char *env[] = {strdupa("CAMERA_RTSP_URL=rtsp://h/1"), NULL};
	const struct fake_ring *ring;

	CHECK_INT(load_all(NULL, NULL, NULL, NULL), -EINVAL);
	CHECK_STR(text_str(&errors), "single-camera.yaml:10:12: cameras.camera_001.source.url: "
				     "CAMERA_RTSP_URL is not set; set it to the "
				     "camera's address (rtsp://...), or use -c FILE, or try --demo\n");
	CHECK_INT(load_all(NULL, NULL, env, NULL), 0);
	ring = node("camera_001.buffer")->config;
	CHECK_STR(ring->name, "camera_shm");
	CHECK_INT(ring->width, 896);
	CHECK_INT(ring->height, 512);
	CHECK(ring->fps == 10);
	CHECK_INT(ring->seconds, 10 * CAM_SECOND);
	CHECK_STR(((const struct fake_recorder *)node("camera_001.recorder")->config)->directory,
		"/recordings");
	CHECK_STR(((const struct fake_view *)node("web")->config)->listen, "0.0.0.0:5000");
	CHECK_INT(((const struct fake_view *)node("web")->config)->quality, 60);
	CHECK_STR(loaded->server.timezone, "UTC");
	drop();
}

TEST(single_camera_mode_takes_its_variables)
{
	char *env[] = {strdupa("CAMERA_RTSP_URL=rtsp://h/1"), strdupa("CAMERA_NAME=gate"),
		strdupa("SHARED_MEMORY_NAME=ring"), strdupa("WIDTH=640"), strdupa("HEIGHT=360"),
		strdupa("FPS=5"), strdupa("IMAGE_QUALITY=80"), strdupa("PRE_MOTION_LENGTH=20"),
		strdupa("LOCAL_TIMEZONE=UTC"), strdupa("POST_MOTION_LENGTH=5"),
		strdupa("CAM_SERVER__CAMERAS__GATE__RECORDER__SEGMENT=10m"), NULL};
	const struct fake_ring *ring;

	CHECK_INT(load_all(NULL, NULL, env, NULL), 0);
	ring = node("gate.buffer")->config;
	CHECK_STR(ring->name, "ring");
	CHECK_INT(ring->width, 640);
	CHECK_INT(ring->height, 360);
	CHECK(ring->fps == 5);
	CHECK_INT(ring->seconds, 20 * CAM_SECOND);
	CHECK_INT(((const struct fake_view *)node("web")->config)->quality, 80);
	CHECK_INT(((const struct fake_recorder *)node("gate.recorder")->config)->segment, 600 * CAM_SECOND);
	drop();
}

TEST(each_variable_of_single_camera_mode_is_checked)
{
	static const char *const numbers[] = {"WIDTH", "HEIGHT", "FPS", "IMAGE_QUALITY", "PRE_MOTION_LENGTH",
		"POST_MOTION_LENGTH", "MOTION_THRESHOLD", "LOCAL_TIMEZONE"};
	char *env[] = {strdupa("CAMERA_RTSP_URL=rtsp://h/1"), NULL, NULL};
	char variable[64];

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		snprintf(variable, sizeof(variable), "%s=many", numbers[i]);
		env[1] = variable;
		CHECK_INT(load_all(NULL, NULL, env, NULL), -EINVAL);
		snprintf(variable, sizeof(variable), "environment %s", numbers[i]);
		CHECK(strstr(text_str(&errors), variable) == text_str(&errors));
		CHECK(strstr(text_str(&errors), "\"many\" is not"));
		/* Elsewhere it is none of ours. */
		snprintf(variable, sizeof(variable), "%s=many", numbers[i]);
		CHECK_INT(load_all(NULL, "cameras: {a: {" SOURCE "}}", env, NULL), 0);
	}
	env[1] = strdupa("PRE_MOTION_LENGTH=0");
	CHECK_INT(load_all(NULL, NULL, env, NULL), 0);
	CHECK_INT(((const struct fake_ring *)node("camera_001.buffer")->config)->seconds, 0);
	env[1] = strdupa("CAMERA_NAME=Haust\u00fcr Nord.1");
	CHECK_INT(load_all(NULL, NULL, env, NULL), 0);
	CHECK_STR(loaded->cameras[0], "Haust\u00fcr Nord.1");
	env[1] = strdupa("CAMERA_NAME=a/b");
	CHECK_INT(load_all(NULL, NULL, env, NULL), -EINVAL);
	CHECK(strstr(text_str(&errors), "environment CAMERA_NAME"));
	drop();
}

TEST(old_names_of_time_zones_are_taken_or_told_apart)
{
	CHECK_INT(load("server: {timezone: Mars/Olympus}\ncameras: {a: {" SOURCE "}}"), -EINVAL);
	CHECK(strstr(text_str(&errors), "is not in the tz database"));
	if (access("/usr/share/zoneinfo/US/Eastern", F_OK)) {
		CHECK_INT(load("server: {timezone: US/Eastern}\ncameras: {a: {" SOURCE "}}"), -EINVAL);
		CHECK(strstr(text_str(&errors), "tzdata-legacy"));
	} else {
		CHECK_INT(load("server: {timezone: US/Eastern}\ncameras: {a: {" SOURCE "}}"), 0);
	}
	drop();
}

TEST(single_camera_mode_swaps_plugins_by_one_word_each)
{
	const char *const sets[] = {"cameras.camera_001.source.plugin=test_in",
		"cameras.camera_001.buffer.plugin=mem_ring", NULL};

	CHECK_INT(load_all(NULL, NULL, NULL, sets), 0);
	CHECK_STR(node("camera_001.source")->plugin->name, "test_in");
	CHECK_STR(node("camera_001.buffer")->plugin->name, "mem_ring");
	CHECK_STR(loaded->warnings, "");
	drop();
}

TEST(the_demo_needs_nothing)
{
	CHECK_INT(load(config_demo), 0);
	CHECK_INT(loaded->n_cameras, 2);
	CHECK_STR(((const struct fake_recorder *)node("front.recorder")->config)->directory, "./recordings");
	CHECK_INT(load_env(config_demo, "CAM_DEMO_RECORDINGS=/r"), 0);
	CHECK_STR(((const struct fake_recorder *)node("yard.recorder")->config)->directory, "/r");
	drop();
}

TEST(a_printed_configuration_loads_as_the_same)
{
	struct text first = {0}, second = {0};
	struct config *before;

	CHECK_INT(
		load_env("server: {log_level: debug, timezone: UTC}\n"
			 "cameras:\n"
			 "  123: {source: {plugin: rtsp_in, url: "
			 "\"rtsp://h/$${x}/$$${y}/\\u00fc\\t\\\"\\\\#: \"}}\n"
			 "  null: {source: {plugin: test_in, pattern: \"{stage} of {camera}, ${V}\"},\n"
			 "    b: {plugin: shm_ring, fps: 29.97, seconds: 1.5s},\n"
			 "    r: {plugin: recorder_mp4, directory: a, keep: 10%, from: b, required: false}}\n"
			 "sinks: {\"1\": {plugin: ws_view, from: [\"null\", \"12*\"]}}\n"
			 "listeners: {a: {plugin: web_hook, url: x, on: [motion, \"a.b, c\"], min_score: "
			 "0.25}}\n",
			"V=${W}"),
		0);
	before = loaded;
	loaded = NULL;
	config_print(before, &first);
	CHECK(!first.failed);
	CHECK_INT(load(text_str(&first)), 0);
	CHECK_INT(loaded->n_nodes, before->n_nodes);
	for (size_t i = 0; i < loaded->n_nodes; i++)
		CHECK(config_node_equal(&loaded->nodes[i], &before->nodes[i]));
	CHECK_STR(((const struct fake_rtsp *)node("null.source")->config)->user, "source of null, ${W}");
	CHECK_INT(loaded->server.log_level, before->server.log_level);
	text_free(&first);
	text_free(&second);
	config_free(before);
	drop();
}

TEST(equal_nodes_are_equal_and_others_are_not)
{
	static const char *const others[] = {"cameras: {a: {source: {plugin: rtsp_in, url: y}, b: {plugin: "
					     "mem_ring}, c: {plugin: mem_ring}}}",
		"cameras: {a: {source: {plugin: test_in}, b: {plugin: mem_ring}, c: {plugin: mem_ring}}}",
		"cameras: {b: {source: {plugin: rtsp_in, url: x}}}"};
	struct config *first;

	CHECK_INT(load("cameras: {a: {source: {plugin: rtsp_in, url: x, timeout: 60s}, b: {plugin: "
		       "mem_ring}}}"),
		0);
	first = loaded;
	loaded = NULL;
	CHECK_INT(load("# moved\ndefaults: {source: {plugin: rtsp_in, url: x}}\n"
		       "cameras: {a: {b: {plugin: mem_ring, from: source}, source: {timeout: 1m}}}"),
		0);
	CHECK(config_node_equal(&first->nodes[0], &loaded->nodes[0]));
	CHECK(!config_node_equal(&first->nodes[1], &loaded->nodes[1]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		CHECK_INT(load(others[i]), 0);
		CHECK(!config_node_equal(&first->nodes[0], &loaded->nodes[0]));
		CHECK(!config_node_reloadable(&first->nodes[0], &loaded->nodes[0]));
	}
	CHECK_INT(load("cameras: {a: {source: {plugin: rtsp_in, url: x, timeout: 1m, required: false}}}"), 0);
	CHECK(config_node_equal(&first->nodes[0], &loaded->nodes[0]));
	CHECK_INT(load("cameras: {a: {source: {plugin: rtsp_in, url: x, timeout: 59s}}}"), 0);
	CHECK(!config_node_equal(&first->nodes[0], &loaded->nodes[0]));
	CHECK(config_node_reloadable(&first->nodes[0], &loaded->nodes[0]));
	config_free(first);
	drop();
}

TEST(nodes_that_act_upon_other_events_are_others)
{
	static const char *const same =
		"cameras: {a: {source: {plugin: test_in}}}\n"
		"listeners: {a: {plugin: web_hook, url: x, on: [motion, object.*], min_score: 0.5}}";
	static const char *const others[] = {"on: motion, min_score: 0.5", "on: [motion, object.*]",
		"min_score: 0.5", "on: [motion, object], min_score: 0.5",
		"on: [motion, object.*, a], min_score: 0.5"};
	struct config *first;

	CHECK_INT(load(same), 0);
	first = loaded;
	loaded = NULL;
	CHECK_STR(first->nodes[1].on[0], "motion");
	CHECK_STR(first->nodes[1].on[1], "object.*");
	CHECK(!first->nodes[1].on[2]);
	CHECK(!first->nodes[0].on);
	CHECK_STR(config_origin(first, &first->nodes[1], "on"), "t.yaml:2:47");
	CHECK_STR(config_origin(first, &first->nodes[1], "min_score"), "t.yaml:2:78");
	CHECK_INT(load(same), 0);
	CHECK(config_node_equal(&first->nodes[1], &loaded->nodes[1]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct text yaml = {0};

		text_printf(&yaml,
			"cameras: {a: {source: {plugin: test_in}}}\nlisteners: {a: {plugin: web_hook, url: "
			"x, %s}}",
			others[i]);
		CHECK_INT(load(text_str(&yaml)), 0);
		CHECK(!config_node_reloadable(&first->nodes[1], &loaded->nodes[1]));
		text_free(&yaml);
	}
	config_free(first);
	drop();
}

TEST(patterns_name_cameras)
{
	static const struct {
		const char *from, *camera;
		bool sees;
	} cases[] = {{NULL, "a", true}, {"*", "a", true}, {"a", "a", true}, {"a", "ab", false},
		{"ab", "a", false}, {"a*", "a", true}, {"*a", "bba", true}, {"*a*b*c", "xaxbxc", true},
		{"*a*b*c", "xaxcxb", false}, {"?", "a", true}, {"?", "", false}, {"x, a ,y", "a", true},
		{"x,,y", "a", false}, {"T?r", "T\u00fcr", true}, {"T??r", "T\u00fcr", false},
		{"*?r", "T\u00fcr", true}, {"Front Door , b", "Front Door", true}, {"", "a", false},
		{"a?c*", "abcde", true}, {"**", "a", true}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config_node sink = {.from = cases[i].from};

		CHECK_INT(config_sees(&sink, cases[i].camera), cases[i].sees);
	}
}

TEST(help_is_made_of_the_tables)
{
	static const char *const parts[] = {"ws_view 1, a sink: A fake.",
		"listen  (text; default 127.0.0.1:5000)", "quality  (whole number, 1 to 100; default 60)",
		"cam_ws_view_viewers  Browsers connected.", "GET /ws  The pictures."};
	struct text out = {0};

	config_help(fake_plugin("ws_view"), &out);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		CHECK(strstr(text_str(&out), parts[i]));
	text_free(&out);
	config_help(fake_plugin("rtsp_in"), &out);
	CHECK(strstr(text_str(&out), "url  (text; required)"));
	CHECK(strstr(text_str(&out), "      tcp          over TCP\n"));
	CHECK(strstr(text_str(&out), "password_file reads it from a file"));
	CHECK(strstr(text_str(&out), "timeout  (time, 100ms to 1m; default 5s; changes without a restart)"));
	CHECK(!strstr(text_str(&out), "  on  ("));
	text_free(&out);
	config_help(fake_plugin("web_hook"), &out);
	CHECK(strstr(text_str(&out),
		"  on  (topics of events to act upon, as motion or object.person, with *; default *)"));
	CHECK(strstr(text_str(&out), "  min_score  (number, 0 to 1; default 0)"));
	text_free(&out);
}

RUN_TESTS(T(nodes_come_in_the_order_of_the_file), T(each_value_knows_where_it_came_from),
	T(values_of_the_environment_must_be_clean_text), T(secrets_come_from_files_too),
	T(an_unusable_secret_file_is_an_error), T(a_file_that_cannot_be_read_is_an_error),
	T(single_camera_mode_needs_one_variable), T(single_camera_mode_takes_its_variables),
	T(each_variable_of_single_camera_mode_is_checked), T(old_names_of_time_zones_are_taken_or_told_apart),
	T(single_camera_mode_swaps_plugins_by_one_word_each), T(the_demo_needs_nothing),
	T(a_printed_configuration_loads_as_the_same), T(equal_nodes_are_equal_and_others_are_not),
	T(nodes_that_act_upon_other_events_are_others), T(patterns_name_cameras),
	T(help_is_made_of_the_tables))
